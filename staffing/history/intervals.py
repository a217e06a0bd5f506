"""Interval tables: one row per interval and queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from staffing.errors import Problems
from staffing.frames import LISTED, Instants, Table
from staffing.grid import INTERVAL_MINUTES, IntArray
from staffing.history.listing import Listing
from staffing.history.part import Hours, Part
from staffing.history.settings import HistorySettings
from staffing.history.totals import Rows, spread, totals

FILE_MINUTES = (60, 30, 20, 15, 12, 10, 6, 5)
"""Lengths of intervals that are recognised, longest first."""
_ON_GRID = 0.98
"""Share of rows that must start on the file's own grid; the rest are told as problems."""
MORE_THAN_CAME = 1.02
"""Handled and abandoned contacts over offered ones, from which on `offered` is hardly what came."""
SHORTEST_AHT, LONGEST_AHT = 10.0, 4 * 3600.0
"""Median handling times (seconds) outside of which a column is taken to have another unit."""
_MEASURES = ("offered", "handled", "abandoned", "aht_seconds", "wait_seconds")


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
        None where no row counts or the file's intervals cannot be brought to the axis'.

    Notes
    -----
    Shorter intervals are added up. Longer ones are spread evenly (AHT kept) and listed. A row that is repeated word by
    word counts once and is listed; rows that contradict each other are problems. An interval that is only partly given
    is missing.
    """
    theirs = pd.factorize(table.text("queue"))[0] if "queue" in table else np.zeros(len(table), dtype=np.int64)
    at = np.flatnonzero((ours >= 0) & instants.known)
    if not len(at):
        return None
    rows = Rows(
        at,
        theirs[at],
        ours[at],
        instants.unix[at],
        {m: table.numbers(m)[at] for m in _MEASURES},
        np.zeros(len(at), dtype=np.bool_),
    )
    file_minutes = _file_minutes(table, rows, settings, hours, problems)
    if file_minutes is None:
        return None
    rows = _clock_changes(table, rows, instants, hours, listing)
    rows = _repeated(table, rows, hours, problems, listing)
    rows = _handled(table, rows, problems, listing)
    rows = spread(table, rows, file_minutes, hours, listing)
    rows = _closed(table, rows, hours, listing)
    return totals(table, rows, file_minutes, settings, hours, listing)


# -- length ------------------------------------------------------------------------------------------------


def _file_minutes(table: Table, rows: Rows, settings: HistorySettings, hours: Hours, problems: Problems) -> int | None:
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
    if length is not None and settings.interval_minutes is None and length > ours:
        # A few rows on full hours do not make an hourly file; neighbours an hour apart do.
        apart = np.diff(np.unique(rows.unix))
        length = length if (apart == length * 60).any() else ours
    if length is None:
        problems.add(
            table.name,
            "rows do not start on a grid of 5, 6, 10, 12, 15, 20, 30 or 60 minutes",
            'if each row is one contact, set history.layout = "contacts"',
        )
        return None
    if ours % length and length % ours:
        fitting = " or ".join(str(m) for m in INTERVAL_MINUTES if m % length == 0)
        problems.add(
            table.name,
            f"intervals of {length} minutes do not fit into those of {ours} minutes",
            f"choose {fitting} as horizon.interval_minutes" if fitting else "export intervals of 15, 30 or 60 minutes",
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


def _clock_changes(table: Table, rows: Rows, instants: Instants, hours: Hours, listing: Listing) -> Rows:
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
    rows = replace(rows, moved=moved)
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
        rows = replace(rows, unix=unix, measures=measures)
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
            rows = rows.plus(replace(second, unix=second.unix + shift))
    return rows.take(~empty)


# -- rows that should not be there -------------------------------------------------------------------------


def _repeated(table: Table, rows: Rows, hours: Hours, problems: Problems, listing: Listing) -> Rows:
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
            f"({_amount(b)} against {_amount(a)})",
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


def _amount(offered: float) -> str:
    return "no number" if np.isnan(offered) else f"{offered:g} contacts offered"


def _closed(table: Table, rows: Rows, hours: Hours, listing: Listing) -> Rows:
    """Contacts outside the opening hours: those of deferrable queues wait for the opening, others are kept out.

    Both are listed; empty rows outside the opening hours say nothing.
    """
    t = hours.grid.locate(rows.unix)
    inside = (t >= 0) & hours.open[rows.ours, t]
    offered = np.nan_to_num(rows.measures["offered"])
    later = np.where(t >= 0, hours.next_open()[rows.ours, t], -1)
    waiting = ~inside & (offered > 0) & hours.deferrable[rows.ours] & (later >= 0)
    if waiting.any():
        unix, moved = rows.unix.copy(), rows.moved | waiting
        unix[waiting] = hours.grid.starts[later[waiting]]
        rows = replace(rows, unix=unix, moved=moved)
        inside |= waiting
        what = f"{offered[waiting].sum():g} contacts outside the opening hours wait until the queue opens"
        listing.add(table.name, "carried", what, int(waiting.sum()))
    mask = np.zeros(len(table), dtype=np.bool_)
    mask[rows.row[~inside & (offered > 0)]] = True
    amount = np.zeros(len(table))
    np.add.at(amount, rows.row, offered)
    listing.rows(
        table, mask, "closed", lambda i: f"{amount[i]:g} contacts outside the opening hours: kept out of the history"
    )
    return rows.take(inside)


# -- measures ----------------------------------------------------------------------------------------------


def _handled(table: Table, rows: Rows, problems: Problems, listing: Listing) -> Rows:
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
        _more_than_came(table, rows.take(rows.theirs == code), listing)
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
    return replace(rows, measures=measures)


def _more_than_came(table: Table, rows: Rows, listing: Listing) -> None:
    """List a queue of the file that handled and lost more contacts than it was offered; they are taken as given."""
    m = rows.measures
    both = ~np.isnan(m["offered"]) & ~np.isnan(m["handled"])
    came = float(m["offered"][both].sum())
    gone = float((m["handled"] + np.nan_to_num(m["abandoned"]))[both].sum())
    if gone > MORE_THAN_CAME * came + 1:
        name = f"queue {table.text('queue')[int(rows.row[0])]!r}: " if "queue" in table else ""
        what = f"{name}{gone:g} contacts handled or abandoned, but {came:g} offered; is that column what was answered?"
        listing.add(table.name, "handled", f"{what} The forecast takes it as given", int(both.sum()))
