"""The method that every planner knows: the mean of the last four same weekdays."""

from __future__ import annotations

import numpy as np

from staffing.forecast.panel import Panel
from staffing.grid import FloatArray, IntArray

WEEKS = 4


def spreadsheet(panel: Panel, future_weekday: IntArray) -> FloatArray:
    """Mean of the last four same weekdays, slot by slot, nothing cleaned and no holiday known.

    Parameters
    ----------
    panel
        The history.
    future_weekday
        Weekday of each day to forecast, Monday 0, shape (H,).

    Returns
    -------
    FloatArray
        Contacts, shape (H, m); a slot without history on that weekday is 0.

    Examples
    --------
    >>> from datetime import date
    >>> history = Panel(date(2027, 1, 4), np.arange(35.0)[:, None], np.ones((35, 1), dtype=np.bool_))
    >>> float(spreadsheet(history, np.array([0]))[0, 0])
    17.5
    """
    by_weekday = np.zeros((7, panel.volume.shape[1]))
    for w in range(7):
        rows = panel.volume[panel.weekday == w]
        rows = rows[~np.isnan(rows).all(1)][-WEEKS:]
        count = (~np.isnan(rows)).sum(0)
        by_weekday[w] = np.nansum(rows, axis=0) / np.maximum(count, 1)
    return by_weekday[future_weekday]
