"""Rows of an interval table added up to totals on the axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffing.frames import Table
from staffing.grid import BoolArray, FloatArray, IntArray
from staffing.history.listing import Listing
from staffing.history.part import Hours, Part, lifetime
from staffing.history.settings import Absent, HistorySettings

_ONES = 5
"""Rows with one contact from which on a file without a zero is taken to leave zeros out."""


@dataclass(frozen=True)
class Rows:
    """Rows of an interval table that count, N of them.

    Attributes
    ----------
    row
        Position in the table, shape (N,).
    theirs, ours
        Number of the file's queue and index of ours, shape (N,).
    unix
        Start of the interval, Unix seconds, shape (N,).
    measures
        Column name -> values, shape (N,) each; NaN where empty.
    moved
        Rows that were moved to another interval: they add to it without telling whether it is known, shape (N,).
    """

    row: IntArray
    theirs: IntArray
    ours: IntArray
    unix: IntArray
    measures: dict[str, FloatArray]
    moved: BoolArray

    def take(self, at: IntArray | BoolArray) -> Rows:
        """Rows at these positions or under this mask."""
        return Rows(
            self.row[at],
            self.theirs[at],
            self.ours[at],
            self.unix[at],
            {name: values[at] for name, values in self.measures.items()},
            self.moved[at],
        )

    def plus(self, other: Rows) -> Rows:
        """These rows and then others."""
        return Rows(
            np.concatenate([self.row, other.row]),
            np.concatenate([self.theirs, other.theirs]),
            np.concatenate([self.ours, other.ours]),
            np.concatenate([self.unix, other.unix]),
            {name: np.concatenate([values, other.measures[name]]) for name, values in self.measures.items()},
            np.concatenate([self.moved, other.moved]),
        )


def spread(table: Table, rows: Rows, file_minutes: int, hours: Hours, listing: Listing) -> Rows:
    """Intervals longer than ours: spread evenly over the open ones among those they cover, and listed."""
    width = hours.grid.interval_minutes
    parts = file_minutes // width
    if parts <= 1:
        return rows
    listing.add(
        table.name,
        "spread",
        f"intervals of {file_minutes} minutes spread evenly over those of {width} minutes, AHT unchanged",
        len(rows.row),
    )
    unix = rows.unix[:, None] + np.arange(parts) * hours.grid.seconds
    t = hours.grid.locate(unix)
    share = (t >= 0) & hours.open[rows.ours[:, None], t]
    share |= ~share.any(axis=1, keepdims=True)
    at, column = np.nonzero(share)
    parts_of = rows.take(at)
    count = share.sum(axis=1)[at]
    measures = dict(parts_of.measures)
    for name in ("offered", "handled", "abandoned"):
        measures[name] = measures[name] / count
    return Rows(parts_of.row, parts_of.theirs, parts_of.ours, unix[at, column], measures, parts_of.moved)


def totals(
    table: Table, rows: Rows, file_minutes: int, settings: HistorySettings, hours: Hours, listing: Listing
) -> Part:
    """Totals on the axis; first by the file's queues, because only there it can be seen what is missing."""
    T, Q = len(hours.grid), len(hours.queues)
    t = hours.grid.locate(rows.unix)
    expected = np.ceil(hours.minutes / min(file_minutes, hours.grid.interval_minutes))
    told = np.zeros(hours.grid.days, dtype=np.bool_)
    told[hours.grid.day[t]] = True
    sums = {name: np.full((Q, T), np.nan) for name in ("offered", "handled", "abandoned", "handle_seconds")}
    started = np.zeros((Q, T), dtype=np.bool_)
    waited, gave_up = np.zeros(Q), np.zeros(Q)
    zeros_omitted = omits_zeros(rows.measures["offered"], settings)
    omitted = 0
    for code in np.unique(rows.theirs):
        mine = rows.take(rows.theirs == code)
        q, at = int(mine.ours[0]), t[rows.theirs == code]
        m = mine.measures
        with np.errstate(invalid="ignore"):
            handle = np.where(m["handled"] == 0, 0.0, m["handled"] * m["aht_seconds"])
            wait = m["offered"] * m["wait_seconds"]
        own = ~mine.moved
        known = np.bincount(at[~np.isnan(m["offered"]) & own], minlength=T)
        rows_of = np.bincount(at[own], minlength=T)
        by_day = np.bincount(
            hours.grid.day[at], np.nan_to_num(m["offered"]) if zeros_omitted else None, hours.grid.days
        )
        if zeros_omitted:
            alive = lifetime(by_day.astype(np.float64), told)
        else:
            days = np.flatnonzero(by_day)
            alive = np.zeros(hours.grid.days, dtype=np.bool_)
            alive[days[0] : days[-1] + 1] = True
        life = alive[hours.grid.day]
        silent = zeros_omitted & (rows_of < expected[q]) & told[hours.grid.day] & hours.open[q]
        omitted += int((silent & life & (rows_of == 0)).sum())
        whole = (known >= expected[q]) | (silent & (known == rows_of))
        for name, values in (
            ("offered", m["offered"]),
            ("handled", m["handled"]),
            ("abandoned", m["abandoned"]),
            ("handle_seconds", handle),
        ):
            good = ~np.isnan(values)
            total = np.bincount(at[good], values[good], T)
            complete = whole & (np.bincount(at[good & own], minlength=T) == rows_of)
            value = np.where(complete & hours.open[q], total, np.nan)
            # Before its first and after its last day a queue of the file adds nothing to one of ours that it shares.
            so_far = sums[name][q]
            sums[name][q] = np.where(life, np.where(started[q], so_far + value, value), so_far)
        started[q] |= life
        both = ~np.isnan(wait) & ~np.isnan(m["abandoned"])
        waited[q] += wait[both].sum()
        gave_up[q] += m["abandoned"][both].sum()
    if omitted:
        listing.add(
            table.name, "zero", "the file has no rows for intervals without contacts: absent ones read as 0", omitted
        )
    return Part(
        sums["offered"], sums["handled"], sums["abandoned"], sums["handle_seconds"], waited, gave_up, *np.zeros((3, Q))
    )


def omits_zeros(offered: FloatArray, settings: HistorySettings) -> bool:
    """Whether intervals without contacts have no row: who writes many ones and never a zero leaves zeros out."""
    if settings.absent_rows is not None:
        return settings.absent_rows is Absent.ZERO
    return int((offered == 1).sum()) >= _ONES and not (offered == 0).any()
