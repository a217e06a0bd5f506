"""Interval tables: one row per interval and queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffing.errors import Problems
from staffing.frames import LISTED, Instants, Table
from staffing.grid import BoolArray, FloatArray, IntArray
from staffing.history.listing import Listing
from staffing.history.part import Hours, Part
from staffing.history.settings import Absent, HistorySettings

FILE_MINUTES = (60, 30, 20, 15, 12, 10, 6, 5)
"""Lengths of intervals that are recognised, longest first."""
_ON_GRID = 0.98
"""Share of rows that must start on the file's own grid; the rest are told as problems."""
SHORTEST_AHT, LONGEST_AHT = 10.0, 4 * 3600.0
"""Median handling times (seconds) outside of which a column is taken to have another unit."""
_ONES = 5
"""Rows with one contact from which on a file without a zero is taken to leave zeros out."""
_MEASURES = ("offered", "handled", "abandoned", "aht_seconds", "wait_seconds")


@dataclass(frozen=True)
class _Rows:
    """Rows of a table that survive, N of them; `row` is the position in the table."""

    row: IntArray
    theirs: IntArray
    ours: IntArray
    unix: IntArray
    measures: dict[str, FloatArray]

    def take(self, at: IntArray | BoolArray) -> _Rows:
        return _Rows(
            self.row[at],
            self.theirs[at],
            self.ours[at],
            self.unix[at],
            {name: values[at] for name, values in self.measures.items()},
        )

    def plus(self, other: _Rows) -> _Rows:
        return _Rows(
            np.concatenate([self.row, other.row]),
            np.concatenate([self.theirs, other.theirs]),
            np.concatenate([self.ours, other.ours]),
            np.concatenate([self.unix, other.unix]),
            {name: np.concatenate([values, other.measures[name]]) for name, values in self.measures.items()},
        )


def interval_part(
    table: Table,
    ours: IntArray,
    instants: Instants,
    settings: HistorySettings,
    hours: Hours,
    problems: Problems,
    listing: Listing,
) -> Part | None:
    """Bring one interval table onto the axis.

    Parameters
    ----------
    table
        Read against `INTERVALS`, N rows.
    ours
        Index of our queue of each row, -1 for rows to leave out, shape (N,).
    instants
        Where the rows' starts lie.
    settings
        How the file is to be read.
    hours
        The axis and the opening hours.
    problems, listing
        Take what cannot be used, and what was changed.

    Returns
    -------
    Part | None
        None where the file's intervals cannot be brought to the axis'.

    Notes
    -----
    Shorter intervals are added up. Longer ones are spread evenly (AHT kept) and listed. A row that is repeated word by
    word counts once and is listed; rows that contradict each other are problems. An interval that is only partly given
    is missing.
    """
    theirs = pd.factorize(table.text("queue"))[0] if "queue" in table else np.zeros(len(table), dtype=np.int64)
    at = np.flatnonzero((ours >= 0) & (instants.unix > 0))
    rows = _Rows(at, theirs[at], ours[at], instants.unix[at], {m: table.numbers(m)[at] for m in _MEASURES})
    file_minutes = _file_minutes(table, rows, settings, hours, problems)
    if file_minutes is None or not len(at):
        return None
    rows = _clock_changes(table, rows, instants, hours, listing)
    rows = _repeated(table, rows, hours, problems, listing)
    rows = _handled(table, rows, problems, listing)
    rows = _spread(table, rows, file_minutes, hours, listing)
    rows = _closed(table, rows, hours, listing)
    return _totals(table, rows, file_minutes, settings, hours, listing)


# -- length ------------------------------------------------------------------------------------------------


def _file_minutes(table: Table, rows: _Rows, settings: HistorySettings, hours: Hours, problems: Problems) -> int | None:
    """Length of the file's intervals, found from where they start."""
    ours = hours.grid.interval_minutes
    seconds = table.moments("interval_start").second[rows.row]
    if settings.interval_minutes is None and len(seconds) > 3 and (seconds == 0).mean() >= _ON_GRID:
        problems.add(
            table.name,
            "holds whole days, and a day's total does not tell when its contacts come",
            "give intervals of 60 minutes or less",
        )
        return None
    length = settings.interval_minutes or next(
        (m for m in FILE_MINUTES if (seconds % (m * 60) == 0).mean() >= _ON_GRID), None
    )
    if length is None:
        problems.add(
            table.name,
            "rows do not start on a grid of 5, 6, 10, 12, 15, 20, 30 or 60 minutes",
            'if each row is one contact, set history.layout = "contacts"',
        )
        return None
    if ours % length and length % ours:
        problems.add(
            table.name,
            f"intervals of {length} minutes do not fit into those of {ours} minutes",
            "choose another horizon.interval_minutes, e.g. "
            + " or ".join(str(m) for m in (15, 30, 60) if m % length == 0),
        )
        return None
    off = np.flatnonzero(seconds % (length * 60))
    for i in off[:LISTED].tolist():
        s = int(seconds[i])
        problems.add(
            table.where(int(rows.row[i]), "interval_start"),
            f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d} is not the start of a {length}-minute interval",
            "correct the time",
        )
    if len(off) > LISTED:
        problems.add(table.name, f"{len(off) - LISTED} more rows do not start on a {length}-minute interval")
    return length


# -- clock changes -----------------------------------------------------------------------------------------


def _clock_changes(table: Table, rows: _Rows, instants: Instants, hours: Hours, listing: Listing) -> _Rows:
    """Hours that spring skips and autumn repeats."""
    offered = np.nan_to_num(rows.measures["offered"])
    skipped = instants.skipped[rows.row]
    empty = skipped & (offered == 0)
    if empty.any():
        first = int(rows.row[empty][0])
        listing.add(
            table.where(first),
            "dst",
            "the clock change skips this hour: rows without contacts left out",
            int(empty.sum()),
        )
    moved = skipped & ~empty
    mask = np.zeros(len(table), dtype=np.bool_)
    mask[rows.row[moved]] = True
    listing.rows(
        table,
        mask,
        "dst",
        lambda i: f"the clock change skips this hour: {table.numbers('offered')[i]:g} contacts moved to the hour after",
    )
    again = instants.again[rows.row]
    if again.any():
        doubt = np.flatnonzero(again > 0)
        key = pd.MultiIndex.from_arrays([rows.theirs[doubt], rows.unix[doubt]])
        group = pd.Series(np.arange(len(doubt))).groupby(pd.factorize(key)[0])
        passing, times = group.cumcount().to_numpy(), group.transform("size").to_numpy()
        unix = rows.unix.copy()
        unix[doubt[passing == 1]] += again[doubt[passing == 1]]
        single = doubt[times == 1]
        measures = {name: values.copy() for name, values in rows.measures.items()}
        for name in ("offered", "handled", "abandoned"):
            measures[name][single] /= 2
        shift = again[single]
        rows = _Rows(rows.row, rows.theirs, rows.ours, unix, measures)
        if (times > 1).any():
            listing.add(
                table.where(int(rows.row[doubt[times > 1][0]])),
                "dst",
                "the autumn clock change: of equal local times the first row is the first hour",
                int((times > 1).sum()),
            )
        if len(single):
            listing.add(
                table.where(int(rows.row[single[0]])),
                "dst",
                "the autumn clock change: the repeated hour is given once, halved over both",
                len(single),
            )
            second = rows.take(single)
            empty = np.concatenate([empty, np.zeros(len(single), dtype=np.bool_)])
            rows = rows.plus(_Rows(second.row, second.theirs, second.ours, second.unix + shift, second.measures))
    return rows.take(~empty)


# -- rows that should not be there -------------------------------------------------------------------------


def _repeated(table: Table, rows: _Rows, hours: Hours, problems: Problems, listing: Listing) -> _Rows:
    """Rows of the same queue and time: copies are dropped, contradictions are problems."""
    order = np.lexsort((rows.row, rows.unix, rows.theirs))
    same = (np.diff(rows.theirs[order]) == 0) & (np.diff(rows.unix[order]) == 0)
    if not same.any():
        return rows
    # Rows moved out of a skipped hour meet rows that belong there; those are added, not compared.
    local = table.moments("interval_start")
    same &= np.diff(local.second[rows.row[order]]) == 0
    equal = same.copy()
    for values in rows.measures.values():
        a, b = values[order][:-1], values[order][1:]
        equal &= (a == b) | (np.isnan(a) & np.isnan(b))
    names = table.text("queue") if "queue" in table else None
    odd = np.flatnonzero(same & ~equal)
    for i in odd[:LISTED].tolist():
        first, second = int(rows.row[order[i]]), int(rows.row[order[i + 1]])
        a, b = (rows.measures["offered"][order[j]] for j in (i, i + 1))
        what = (names[second] + " " if names is not None else "") + hours.grid.iso(int(rows.unix[order[i]]))[:16]
        problems.add(
            table.where(second),
            f"gives {what.replace('T', ' ')} again, with other values than row {table.rows[first]} "
            f"({b:g} contacts offered against {a:g})",
            "keep one of the rows, or add them up where both are parts",
        )
    if len(odd) > LISTED:
        problems.add(table.name, f"{len(odd) - LISTED} more rows give the same queue and time with other values")
    copy = order[1:][equal]
    mask = np.zeros(len(table), dtype=np.bool_)
    mask[rows.row[copy]] = True
    listing.rows(table, mask, "duplicate", lambda i: "the same queue, time and values as an earlier row: counted once")
    kept = np.ones(len(rows.row), dtype=np.bool_)
    kept[copy] = False
    return rows.take(kept)


def _closed(table: Table, rows: _Rows, hours: Hours, listing: Listing) -> _Rows:
    """Contacts outside the opening hours are kept out and listed; empty rows there say nothing."""
    t = hours.grid.locate(rows.unix)
    inside = (t >= 0) & hours.open[rows.ours, t]
    offered = np.nan_to_num(rows.measures["offered"])
    mask = np.zeros(len(table), dtype=np.bool_)
    mask[rows.row[~inside & (offered > 0)]] = True
    amount = np.zeros(len(table))
    np.add.at(amount, rows.row, offered)
    listing.rows(
        table, mask, "closed", lambda i: f"{amount[i]:g} contacts outside the opening hours: kept out of the history"
    )
    return rows.take(inside)


# -- measures ----------------------------------------------------------------------------------------------


def _handled(table: Table, rows: _Rows, problems: Problems, listing: Listing) -> _Rows:
    """Fill in what follows from other columns, and refuse handling times in another unit."""
    measures = dict(rows.measures)
    if "handled" not in table:
        gave_up = np.nan_to_num(measures["abandoned"])
        measures["handled"] = np.maximum(measures["offered"] - gave_up, 0.0)
        less = "offered less abandoned" if "abandoned" in table else "offered"
        listing.add(table.name, "handled", f"no column 'handled': taken as {less}", len(table))
    aht = measures["aht_seconds"].copy()
    busy = measures["handled"] > 0
    void = busy & (aht == 0)
    aht[void] = np.nan
    mask = np.zeros(len(table), dtype=np.bool_)
    mask[rows.row[void]] = True
    listing.rows(table, mask, "aht", lambda i: "contacts handled in 0 seconds: handling time read as unknown")
    names = table.text("queue") if "queue" in table else None
    given = table.numbers("aht_seconds")

    def slipped(middle: float) -> Callable[[int], str]:
        return lambda i: f"handling time {given[i]:.4g} s where {middle:.0f} s is usual (minutes?): read as unknown"

    for code in np.unique(rows.theirs):
        mine = (rows.theirs == code) & busy & (aht > 0)
        if not mine.any():
            continue
        middle = float(np.median(aht[mine]))
        first = int(rows.row[mine][0])
        label = f"queue {names[first]!r}: " if names is not None else ""
        where = table.where(first, "aht_seconds")
        if middle < SHORTEST_AHT:
            problems.add(
                where, f"{label}half of the handling times are below {middle:.3g} seconds", "minutes? multiply by 60"
            )
        elif middle > LONGEST_AHT:
            problems.add(
                where,
                f"{label}half of the handling times are above {middle:,.0f} seconds",
                "milliseconds? divide by 1000; the time until a ticket is resolved is not its handling time",
            )
        slip = mine & (measures["handled"] >= 5) & (aht < middle / 20)
        mask = np.zeros(len(table), dtype=np.bool_)
        mask[rows.row[slip]] = True
        listing.rows(table, mask, "unit", slipped(middle))
        aht[slip] = np.nan
    measures["aht_seconds"] = aht
    return _Rows(rows.row, rows.theirs, rows.ours, rows.unix, measures)


def _spread(table: Table, rows: _Rows, file_minutes: int, hours: Hours, listing: Listing) -> _Rows:
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
    spread = rows.take(at)
    count = share.sum(axis=1)[at]
    measures = dict(spread.measures)
    for name in ("offered", "handled", "abandoned"):
        measures[name] = measures[name] / count
    return _Rows(spread.row, spread.theirs, spread.ours, unix[at, column], measures)


def _totals(
    table: Table, rows: _Rows, file_minutes: int, settings: HistorySettings, hours: Hours, listing: Listing
) -> Part:
    """Totals on the axis; first by the file's queues, because only there it can be seen what is missing."""
    T, Q = len(hours.grid), len(hours.queues)
    t = hours.grid.locate(rows.unix)
    expected = np.ceil(hours.minutes / min(file_minutes, hours.grid.interval_minutes))
    told = np.zeros(hours.grid.days, dtype=np.bool_)
    told[hours.grid.day[t]] = True
    totals = {name: np.full((Q, T), np.nan) for name in ("offered", "handled", "abandoned", "handle_seconds")}
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
        known = np.bincount(at[~np.isnan(m["offered"])], minlength=T)
        rows_of = np.bincount(at, minlength=T)
        first, last = int(at.min()), int(at.max())
        life = np.zeros(T, dtype=np.bool_)
        life[hours.grid.day_first[hours.grid.day[first]] : hours.grid.day_first[hours.grid.day[last] + 1]] = True
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
            complete = whole & (np.bincount(at[good], minlength=T) == rows_of)
            value = np.where(complete & hours.open[q], total, np.nan)
            # Before its first and after its last day a queue of the file adds nothing to one of ours that it shares.
            so_far = totals[name][q]
            totals[name][q] = np.where(life, np.where(started[q], so_far + value, value), so_far)
        started[q] |= life
        both = ~np.isnan(wait) & ~np.isnan(m["abandoned"])
        waited[q] += wait[both].sum()
        gave_up[q] += m["abandoned"][both].sum()
    if omitted:
        listing.add(
            table.name, "zero", "the file has no rows for intervals without contacts: absent ones read as 0", omitted
        )
    return Part(totals["offered"], totals["handled"], totals["abandoned"], totals["handle_seconds"], waited, gave_up)


def omits_zeros(offered: FloatArray, settings: HistorySettings) -> bool:
    """Whether intervals without contacts have no row: who writes many ones and never a zero leaves zeros out."""
    if settings.absent_rows is not None:
        return settings.absent_rows is Absent.ZERO
    return int((offered == 1).sum()) >= _ONES and not (offered == 0).any()
