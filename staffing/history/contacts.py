"""Contact records: one row per contact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffing.errors import Problems
from staffing.frames import Instants, Table, plain
from staffing.grid import BoolArray, FloatArray, IntArray
from staffing.history.handling import handling_sums
from staffing.history.intervals import LONGEST_AHT, SHORTEST_AHT
from staffing.history.listing import Listing
from staffing.history.part import Hours, Part, lifetime

HANDLED, ABANDONED, IGNORED, UNKNOWN = 0, 1, 2, 3
_WORDS = {
    "handled": HANDLED,
    "answered": HANDLED,
    "completed": HANDLED,
    "beantwortet": HANDLED,
    "angenommen": HANDLED,
    "abandoned": ABANDONED,
    "lost": ABANDONED,
    "verloren": ABANDONED,
    "aufgelegt": ABANDONED,
    "ignore": IGNORED,
}
_COPIES = 0.01
"""Share of rows equal to another row beyond which a file is taken to hold the same contacts twice."""


@dataclass(frozen=True)
class _Contacts:
    """Contacts that count, N of them."""

    ours: IntArray
    t: IntArray
    outcome: IntArray
    wait: FloatArray
    handle: FloatArray


def contacts_part(
    tables: Sequence[Table],
    ours: Sequence[IntArray],
    instants: Sequence[Instants],
    outcomes: Mapping[str, str],
    hours: Hours,
    problems: Problems,
    listing: Listing,
) -> Part:
    """Bring contact records onto the axis; an interval without contacts is 0 on any day that has some.

    Days before a queue's first contact and after its last are judged by `lifetime`.

    Parameters
    ----------
    tables
        Read against `CONTACTS`.
    ours
        Per table, index of our queue of each row, -1 for rows to leave out.
    instants
        Per table, where the arrivals lie.
    outcomes
        The file's outcome -> handled, abandoned or ignore.
    hours
        The axis and the opening hours.
    problems, listing
        Take what cannot be used, and what was changed.
    """
    seen: set[str] = set()
    parts = []
    for table, queue, at in zip(tables, ours, instants, strict=True):
        outcome = _outcomes(table, outcomes, problems, listing)
        unix = _clock_changes(table, at, listing)
        t = hours.grid.locate(unix)
        kept = (queue >= 0) & at.known & (outcome <= ABANDONED) & (t >= 0)
        kept &= _first_seen(table, seen, problems, listing)
        later = np.where(kept, hours.next_open()[queue, t], -1)
        waiting = kept & ~hours.open[queue, t] & hours.deferrable[queue] & (later >= 0)
        if waiting.any():
            t = np.where(waiting, later, t)
            what = "contacts outside the opening hours wait until the queue opens"
            listing.add(table.name, "carried", f"{int(waiting.sum())} {what}", int(waiting.sum()))
        outside = kept & ~hours.open[queue, t]
        listing.rows(table, outside, "closed", lambda i: "a contact outside the opening hours: kept out of the history")
        kept &= ~outside
        wait, handle = table.numbers("wait_seconds"), table.numbers("handle_seconds")
        _check_unit(table, handle[kept & (outcome == HANDLED)], problems)
        parts.append(_Contacts(queue[kept], t[kept], outcome[kept], wait[kept], handle[kept]))
    return _totals(
        _Contacts(
            np.concatenate([p.ours for p in parts]),
            np.concatenate([p.t for p in parts]),
            np.concatenate([p.outcome for p in parts]),
            np.concatenate([p.wait for p in parts]),
            np.concatenate([p.handle for p in parts]),
        ),
        "outcome" in tables[0],
        hours,
    )


def _outcomes(table: Table, mapped: Mapping[str, str], problems: Problems, listing: Listing) -> IntArray:
    """How each contact ended, shape (N,)."""
    if "outcome" not in table:
        listing.add(table.name, "handled", "no column 'outcome': every contact read as handled", len(table))
        return np.full(len(table), HANDLED, dtype=np.int64)
    own = {plain(theirs): ours for theirs, ours in mapped.items()}
    for theirs, ours in mapped.items():
        if ours not in ("handled", "abandoned", "ignore"):
            problems.add("history.outcomes", f"{theirs!r} is mapped to {ours!r}", "write handled, abandoned or ignore")
    codes, names = pd.factorize(table.text("outcome"))
    meaning = np.full(len(names) + 1, UNKNOWN, dtype=np.int64)
    ignored = 0
    for code, name in enumerate(names):
        meaning[code] = _WORDS.get(plain(own.get(plain(str(name)), str(name))), UNKNOWN)
        rows = np.flatnonzero(codes == code)
        if meaning[code] == UNKNOWN and name:
            problems.add(
                table.where(int(rows[0]), "outcome"),
                f"unknown outcome {name!r} in {len(rows)} rows",
                f'say what it means under [history]: outcomes = {{ "{name}" = "handled" }} (or "abandoned", "ignore")',
            )
        elif meaning[code] == IGNORED:
            ignored += len(rows)
            listing.add(table.where(int(rows[0])), "ignored", f"outcome {name!r} is left out", len(rows))
    return meaning[codes]


def _clock_changes(table: Table, at: Instants, listing: Listing) -> IntArray:
    """Arrivals in hours that spring skips and autumn repeats, Unix seconds, shape (N,)."""
    if at.skipped.any():
        listing.rows(
            table,
            at.skipped,
            "dst",
            lambda i: "arrived in the hour that the clock change skips: moved to the hour after",
        )
    doubt = np.flatnonzero(at.again > 0)
    if not len(doubt):
        return at.unix
    unix = at.unix.copy()
    back = np.flatnonzero(np.diff(at.unix[doubt]) < -1200)
    where = table.where(int(doubt[0]))
    if len(back) == 1:
        second = doubt[back[0] + 1 :]
        what = f"the autumn clock change: from row {table.rows[second[0]]} on read as the second of the repeated hours"
    else:
        second = doubt[1::2]
        what = "the autumn clock change: the repeated hour is not told apart, contacts read in turn as first and second"
    unix[second] += at.again[second]
    listing.add(where, "dst", what, len(doubt))
    return unix


def _first_seen(table: Table, seen: set[str], problems: Problems, listing: Listing) -> BoolArray:
    """Which rows are not copies of earlier ones, shape (N,)."""
    if "contact_id" not in table:
        copies = pd.DataFrame(dict(table.codes)).duplicated().to_numpy()
        if copies.mean() > _COPIES:
            problems.add(
                table.where(int(np.flatnonzero(copies)[0])),
                f"is a copy of an earlier row, and so are {int(copies.sum()) - 1} more of {len(table)}",
                "delete the copies, or name the column with the contact's number as contact_id under [history], columns",
            )
        return np.ones(len(table), dtype=np.bool_)
    ids = pd.Series(table.text("contact_id"))
    copies = (ids.duplicated() | ids.isin(seen)).to_numpy()
    seen.update(ids)
    listing.rows(table, copies, "duplicate", lambda i: f"contact {ids[i]!r} was given before: counted once")
    return np.asarray(~copies, dtype=np.bool_)


def _check_unit(table: Table, handle: FloatArray, problems: Problems) -> None:
    handle = handle[handle > 0]
    if not len(handle):
        return
    middle = float(np.median(handle))
    where = f"{table.name}, column handle_seconds"
    if middle < SHORTEST_AHT:
        problems.add(where, f"half of the handling times are below {middle:.3g} seconds", "minutes? multiply by 60")
    elif middle > LONGEST_AHT:
        problems.add(
            where,
            f"half of the handling times are above {middle:,.0f} seconds",
            "milliseconds? divide by 1000; the time until a ticket is resolved is not its handling time",
        )


def _totals(contacts: _Contacts, with_outcome: bool, hours: Hours) -> Part:
    Q, T = len(hours.queues), len(hours.grid)
    cell = contacts.ours * T + contacts.t
    D = hours.grid.days
    by_day = (
        np.bincount(contacts.ours * D + hours.grid.day[contacts.t], minlength=Q * D).reshape(Q, D).astype(np.float64)
    )
    told = by_day.sum(axis=0) > 0
    alive = np.stack([lifetime(days, told) & told for days in by_day])
    known = alive[:, hours.grid.day] & hours.open

    def total(mask: BoolArray, values: FloatArray | None = None) -> FloatArray:
        weights = None if values is None else values[mask]
        return np.bincount(cell[mask], weights, Q * T).reshape(Q, T).astype(np.float64)

    handled = contacts.outcome == HANDLED
    timed = handled & ~np.isnan(contacts.handle)
    count, timed_count = total(handled), total(timed)
    with np.errstate(invalid="ignore", divide="ignore"):
        # A few contacts without a time are taken to be like the others of their interval.
        seconds = np.where(count > 0, total(timed, contacts.handle) * count / timed_count, 0.0)
    waits = ~np.isnan(contacts.wait)
    waited = np.bincount(contacts.ours[waits], contacts.wait[waits], Q).astype(np.float64)
    gave_up = np.bincount(contacts.ours[waits & ~handled], minlength=Q).astype(np.float64)
    unknown = np.full((Q, T), np.nan)
    return Part(
        np.where(known, count + total(~handled), np.nan),
        np.where(known, count, np.nan),
        np.where(known, total(~handled), np.nan) if with_outcome else unknown,
        np.where(known & np.isfinite(seconds), seconds, np.nan),
        waited,
        gave_up,
        *handling_sums(contacts.ours[handled], contacts.handle[handled], Q),
    )
