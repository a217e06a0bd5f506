"""What came of a replication, counted by interval, and the sums over replications."""

# Compiled functions take their types from their arguments.
# mypy: allow-untyped-defs, allow-untyped-calls, allow-untyped-decorators

from __future__ import annotations

import numpy as np

from staffing.simulation.kernels.compiled import called, compiled
from staffing.simulation.kernels.records import (
    ABANDONED,
    ABANDONED_COUNT,
    COUNTS,
    DEFERRABLE,
    IN_TIME,
    JUDGED,
    OFFERED,
    QUICK_ABANDONED,
    SERVED,
    SERVED_COUNT,
    TURNED_COUNT,
    WAIT_SUM,
    WAITING,
    WAITING_COUNT,
)
from staffing.simulation.kernels.routing import note_leaving


@called
def _opened(q, at, is_open, open_seconds, seconds):
    """Open seconds of queue `q` from the start of the horizon to `at`."""
    i = int(at / seconds)
    if i >= is_open.shape[1]:
        return open_seconds[q, -1]
    return open_seconds[q, i] + is_open[q, i] * (at - i * seconds)


@compiled
def count(contacts, made, rules, is_open, open_seconds, close, seconds):
    """Count outcomes by the interval of arrival, shape (Q, T, COUNTS), noting those that left after the last event."""
    out = np.zeros((is_open.shape[0], is_open.shape[1], COUNTS))
    for c in range(made):
        contact = contacts[c]
        if contact["status"] == WAITING and contact["deadline"] <= close:
            note_leaving(contact)
        q, i, status, came = contact["queue"], contact["interval"], contact["status"], contact["time"]
        deferrable = rules[q]["channel"] == DEFERRABLE
        until = close
        if status == SERVED:
            until = contact["finish"] if deferrable else contact["begin"]
        elif status != WAITING:
            until = contact["begin"]
        if deferrable:
            wait = _opened(q, until, is_open, open_seconds, seconds) - _opened(q, came, is_open, open_seconds, seconds)
        else:
            wait = until - came
        in_time = wait <= rules[q]["threshold"]
        out[q, i, OFFERED] += 1
        out[q, i, JUDGED] += status != WAITING or not in_time
        if status == SERVED:
            out[q, i, SERVED_COUNT] += 1
            out[q, i, WAIT_SUM] += wait
            out[q, i, IN_TIME] += in_time
        elif status == WAITING:
            out[q, i, WAITING_COUNT] += 1
        elif status == ABANDONED:
            out[q, i, ABANDONED_COUNT] += 1
            out[q, i, QUICK_ABANDONED] += in_time
        else:
            out[q, i, TURNED_COUNT] += 1
    return out


@compiled
def add_up(counts, day_first, numerators, denominators, total, products, days):
    """Add a replication's counts, shape (Q, T, COUNTS), to the sums over all, to products of ratios, and by day."""
    for q in range(counts.shape[0]):
        for d in range(len(day_first) - 1):
            for t in range(day_first[d], day_first[d + 1]):
                if counts[q, t, OFFERED] == 0:
                    continue
                for k in range(COUNTS):
                    total[q, t, k] += counts[q, t, k]
                    days[q, d, k] += counts[q, t, k]
                for k in range(len(numerators)):
                    y, x = counts[q, t, numerators[k]], counts[q, t, denominators[k]]
                    products[0, q, t, k] += y * y
                    products[1, q, t, k] += x * x
                    products[2, q, t, k] += x * y
