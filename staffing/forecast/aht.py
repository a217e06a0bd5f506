"""Average handling time by weekday and slot of the day."""

from __future__ import annotations

import numpy as np

from staffing.grid import FloatArray, IntArray
from staffing.history.series import History

MEMORY_WEEKS = 13.0
"""Weeks after which a day counts half for the level."""
SHAPE_WEEKS = 52.0
"""Weeks after which a day counts half for the shape over the day and the week."""
SHRINK = 60.0
"""Contacts at which a slot's own ratio and the mean share the weight equally."""
UNKNOWN = 300.0
"""Seconds where nothing at all is known; said in the notes."""


def handling_time(handled: FloatArray, seconds: FloatArray, weekday: IntArray, slots_per_hour: int) -> FloatArray:
    """Expected handling time by weekday and slot, shape (7, m); NaN where the history has no handling times at all.

    Parameters
    ----------
    handled
        Contacts handled, shape (D, m); NaN where unknown.
    seconds
        Total handling time of those contacts, shape (D, m); NaN where unknown.
    weekday
        Of each day, shape (D,).
    slots_per_hour
        Slots that share one hour; the shape is estimated by the hour.

    Notes
    -----
    Ratio of sums, never a mean of ratios. Level: recent days. Shape: hour of the day and weekday, each shrunk to the
    mean by `SHRINK` contacts.
    """
    D, m = handled.shape
    known = ~np.isnan(handled) & ~np.isnan(seconds) & (handled > 0)
    n = np.where(known, handled, 0.0)
    s = np.where(known, seconds, 0.0)
    if n.sum() <= 0:
        return np.full((7, m), np.nan)
    age = D - 1 - np.arange(D)
    recent = 0.5 ** (age / (7 * MEMORY_WEEKS))
    long = 0.5 ** (age / (7 * SHAPE_WEEKS))
    level = (recent @ s.sum(1)) / max(recent @ n.sum(1), 1e-9)
    base = (long @ s.sum(1)) / (long @ n.sum(1))
    hour = np.arange(m) // max(slots_per_hour, 1)
    hours = int(hour[-1]) + 1
    by_hour_n = np.zeros(hours)
    by_hour_s = np.zeros(hours)
    np.add.at(by_hour_n, hour, long @ n)
    np.add.at(by_hour_s, hour, long @ s)
    over_day = (by_hour_s + SHRINK * base) / (by_hour_n + SHRINK) / base
    cell_n, cell_s = np.zeros((7, hours)), np.zeros((7, hours))
    np.add.at(cell_n, (weekday[:, None], hour[None, :]), long[:, None] * n)
    np.add.at(cell_s, (weekday[:, None], hour[None, :]), long[:, None] * s)
    expected = base * over_day
    shape = (cell_s + SHRINK * expected) / (cell_n + SHRINK) / base
    return np.asarray((level * shape)[:, hour], dtype=np.float64)


def queue_times(history: History, q: int, days: int) -> float:
    """Mean handling time of a queue over the first `days` days of its history; NaN where none is known."""
    until = int(history.grid.day_first[days])
    handled, seconds = history.handled[q, :until], history.handle_seconds[q, :until]
    known = ~np.isnan(handled) & ~np.isnan(seconds) & (handled > 0)
    return float(seconds[known].sum() / handled[known].sum()) if known.any() else float("nan")
