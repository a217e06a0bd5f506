"""The contacts of one replication."""

# Compiled functions take their types from their arguments.
# mypy: allow-untyped-defs, allow-untyped-calls, allow-untyped-decorators

from __future__ import annotations

import math

import numpy as np

from staffing.simulation.kernels.chance import exponential, normal, uniform
from staffing.simulation.kernels.compiled import called, compiled, inlined
from staffing.simulation.kernels.records import CONTACT, EXPONENTIAL, LOGNORMAL, NOT_MADE


@compiled
def lengthened(table, more):
    """Copy of a table with room for `more` rows."""
    out = np.empty(len(table) + more, table.dtype)
    for i in range(len(table)):  # assigning slices of records takes seconds to compile
        out[i] = table[i]
    return out


@inlined
def begin(contact, q, i, at):
    """A contact of queue `q` that comes at `at`, in interval `i`, and of which nothing has happened yet."""
    contact["time"] = at
    contact["interval"] = i
    contact["queue"] = q
    contact["status"] = NOT_MADE
    contact["following"] = -1
    contact["deadline"] = np.inf
    contact["begin"] = 0.0
    contact["finish"] = 0.0
    contact["who"] = -1


@called
def _draw_day(contacts, n, s, q, i, end, gap, left, factor, rate, law, aht, sigma, quantiles, patience, seconds):
    """Draw the contacts of a queue from interval `i` to `end`, until the table is full: how many there are, and where it stands.

    `gap` is what is left of the gap to the next contact, and `left` of the expectation of the interval.
    """
    mass = rate[q, i] * factor
    while True:
        while gap >= left:
            gap -= left
            i += 1
            if i == end:
                return n, i, gap, left
            mass = rate[q, i] * factor
            left = mass
        if n == len(contacts):
            return n, i, gap, left
        left -= gap
        contact = contacts[n]
        begin(contact, q, i, (i + 1.0 - left / mass) * seconds)
        if law[q] == LOGNORMAL:
            contact["work"] = aht[q, i] * math.exp(sigma[q] * normal(s) - 0.5 * sigma[q] * sigma[q])
        elif law[q] == EXPONENTIAL:
            contact["work"] = aht[q, i] * exponential(s)
        else:
            x = uniform(s) * (quantiles.shape[1] - 1)
            k = int(x)
            contact["work"] = aht[q, i] * (quantiles[q, k] + (x - k) * (quantiles[q, k + 1] - quantiles[q, k]))
        contact["patience"] = patience[q] * exponential(s)
        n += 1
        gap = exponential(s)


@compiled
def draw(states, rate, day_first, day_sigma, law, aht, sigma, quantiles, patience, seconds):
    """Draw the contacts of one replication; every queue and day from its own stream.

    Arrivals are a Poisson process: unit exponential gaps carried through the cumulated expectation, so that the k-th
    contact of a queue and day keeps its handling time and patience when only the expectation changes.
    """
    n_queues, n_days = rate.shape[0], len(day_first) - 1
    factor = np.empty((n_queues, n_days))
    expected = 0.0
    for q in range(n_queues):
        for d in range(n_days):
            z = normal(states[q, d])
            factor[q, d] = math.exp(day_sigma[q] * z - 0.5 * day_sigma[q] * day_sigma[q])
            for i in range(day_first[d], day_first[d + 1]):
                expected += rate[q, i] * factor[q, d]
    room = int(expected + 6.0 * math.sqrt(expected) + 64.0)
    contacts = np.empty(room, CONTACT)
    first = np.zeros(n_queues + 1, np.int64)
    n = 0
    for q in range(n_queues):
        for d in range(n_days):
            s = states[q, d]
            i, end = day_first[d], day_first[d + 1]
            gap, left = exponential(s), rate[q, i] * factor[q, d]
            while True:
                n, i, gap, left = _draw_day(
                    contacts,
                    n,
                    s,
                    q,
                    i,
                    end,
                    gap,
                    left,
                    factor[q, d],
                    rate,
                    law,
                    aht,
                    sigma,
                    quantiles,
                    patience,
                    seconds,
                )
                if i == end:
                    break
                contacts = lengthened(contacts, len(contacts) // 2 + 64)
        first[q + 1] = n
    return contacts[:n], first
