"""Opening hours of the days ahead where nobody has typed them: as they were lately."""

from __future__ import annotations

import numpy as np

from staffing.forecast.calendar import public_holidays
from staffing.forecast.panel import to_axis, to_panel
from staffing.grid import BoolArray, TimeGrid
from staffing.history.series import History

RECENT_WEEKS = 8


def usual_hours(history: History, grid: TimeGrid, region: str | None) -> BoolArray:
    """When each queue will be open, judged by its last weeks, shape (Q, T).

    Parameters
    ----------
    history
        Q queues.
    grid
        The days ahead, T intervals of the history's length.
    region
        Region of public holidays; a queue that was closed on most of the past ones stays closed on those ahead.

    Notes
    -----
    A slot is open on a weekday if it was on at least half of that weekday's recent days.
    """
    past = history.grid
    holidays = public_holidays(region, past.start, grid.dates[-1])
    ahead = np.array([d in holidays for d in grid.dates])
    before = np.array([d in holidays for d in past.dates])
    m = 1440 // grid.interval_minutes
    out = np.zeros((len(history.queues), len(grid)), dtype=np.bool_)
    for q in range(len(history.queues)):
        opened = to_panel(past, np.zeros(len(past)), history.open[q]).open
        by_weekday = np.zeros((7, m), dtype=np.bool_)
        for w in range(7):
            rows = opened[(past.weekday == w) & ~before][-RECENT_WEEKS:]
            by_weekday[w] = len(rows) > 0 and rows.mean(0) >= 0.5
        days = by_weekday[grid.weekday]
        usually = by_weekday[past.weekday].any(1)
        if (before & usually).any() and opened[before & usually].any(1).mean() < 0.5:
            days = days & ~ahead[:, None]
        out[q] = to_axis(grid, days.astype(np.float64)) > 0
    return out
