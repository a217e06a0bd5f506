"""One queue's history as days by times of day: the plain arrays on which every model works.

The model core knows no time zone and no interval length: a day has m slots, one for a daily series. The hour that
autumn repeats is averaged into one slot, the one that spring skips is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from staffing.grid import BoolArray, FloatArray, IntArray, TimeGrid, read_only

MIN_COVER = 0.3
"""Least share of a day's usual contacts that must be seen for its total to be worth scaling up."""


@dataclass(frozen=True)
class Panel:
    """Contacts of one queue by day and slot of the day.

    Attributes
    ----------
    first
        The first day.
    volume
        Contacts, shape (D, m); NaN where missing or closed.
    open
        Whether the queue was open, shape (D, m).
    """

    first: date
    volume: FloatArray
    open: BoolArray

    def __post_init__(self) -> None:
        read_only(self)

    @property
    def weekday(self) -> IntArray:
        """Monday 0, shape (D,)."""
        return (self.first.toordinal() - 1 + np.arange(len(self.volume), dtype=np.int64)) % 7

    def head(self, days: int) -> Panel:
        """The first `days` days."""
        return Panel(self.first, self.volume[:days].copy(), self.open[:days].copy())


def slots(grid: TimeGrid) -> IntArray:
    """Slot of the day of each interval by the wall clock, shape (T,)."""
    return grid.minute // grid.interval_minutes


def to_panel(grid: TimeGrid, values: FloatArray, open_: BoolArray) -> Panel:
    """Fold a flat axis into days by slots.

    Parameters
    ----------
    grid
        The axis, T intervals over D days.
    values
        Contacts, shape (T,); NaN where missing.
    open_
        Whether the queue was open, shape (T,).
    """
    m = 1440 // grid.interval_minutes
    slot = slots(grid)
    seen = open_ & ~np.isnan(values)
    total, count, opened = np.zeros((grid.days, m)), np.zeros((grid.days, m)), np.zeros((grid.days, m), dtype=np.bool_)
    np.add.at(total, (grid.day[seen], slot[seen]), values[seen])
    np.add.at(count, (grid.day[seen], slot[seen]), 1.0)
    opened[grid.day[open_], slot[open_]] = True
    with np.errstate(invalid="ignore"):
        return Panel(grid.start, np.where(count > 0, total / np.maximum(count, 1), np.nan), opened)


def to_axis(grid: TimeGrid, days: FloatArray) -> FloatArray:
    """Lay days by slots out on the flat axis: the reverse of `to_panel`, shape (..., D, m) -> (..., T)."""
    return days[..., grid.day, slots(grid)]


def usual_profile(panel: Panel, recent_weeks: int = 26) -> FloatArray:
    """Share of a full day's contacts that falls on each slot, by weekday, shape (7, m); rows sum to 1.

    A first, rough profile: it only serves to scale up days that are partly missing or closed.
    """
    D, m = panel.volume.shape
    out = np.zeros((7, m))
    recent = np.arange(D) >= D - 7 * recent_weeks
    pooled = _mean(panel.volume)
    for w in range(7):
        rows = panel.volume[(panel.weekday == w) & recent]
        if np.isnan(rows).all():
            rows = panel.volume[panel.weekday == w]
        mean = _mean(rows)
        if not mean.any():
            mean = pooled if pooled.any() else np.ones(m)
        out[w] = mean / mean.sum()
    return out


def _mean(rows: FloatArray) -> FloatArray:
    count = (~np.isnan(rows)).sum(0)
    return np.asarray(np.nansum(rows, axis=0) / np.maximum(count, 1), dtype=np.float64)


def day_totals(panel: Panel, profile: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Full-day totals and the share of the day they were seen from.

    Parameters
    ----------
    panel
        The days, D of them.
    profile
        Shares by weekday, shape (7, m).

    Returns
    -------
    total
        Contacts of a full usual day, shape (D,); NaN where less than `MIN_COVER` of it was seen.
    cover
        Share of the usual day's contacts that falls on the slots seen, shape (D,).
    """
    seen = ~np.isnan(panel.volume)
    cover = (profile[panel.weekday] * seen).sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        total = np.where(cover >= MIN_COVER, np.nansum(panel.volume, axis=1) / cover, np.nan)
    return total, cover


def closed_days(panel: Panel) -> frozenset[date]:
    """Days on which the queue was closed although it is open on most days of that weekday."""
    weekday = panel.weekday
    opened = np.asarray(panel.open.any(axis=1), dtype=np.bool_)
    often = np.array([opened[weekday == w].mean() if (weekday == w).any() else 0.0 for w in range(7)])
    shut = ~opened & (often[weekday] > 0.5)
    return frozenset(panel.first + timedelta(days=int(d)) for d in np.flatnonzero(shut))
