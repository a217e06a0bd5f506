"""Read history files into a `History`: interval tables and contact records, CSV or XLSX."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from datetime import date, timedelta
from functools import reduce
from pathlib import Path

import numpy as np

from staffing.errors import InputError, Problem, Problems
from staffing.frames import LISTED, Column, Contract, Instants, Kind, Sheet, Table, parse, place, plain, read_sheet
from staffing.frames.tables import CONTACTS, INTERVALS
from staffing.grid import FloatArray, IntArray, OpeningHours, TimeGrid
from staffing.history.contacts import contacts_part
from staffing.history.handling import handling_cv
from staffing.history.intervals import interval_part
from staffing.history.listing import Listing
from staffing.history.part import Hours, Part, merge
from staffing.history.patience import mean_patience
from staffing.history.queues import assign, queue_names
from staffing.history.series import History
from staffing.history.settings import HistorySettings, Layout
from staffing.history.totals import omits_zeros

_LONGEST_YEARS = 30
_FAR_DAYS = 400
"""A few rows further than this from all others have a mistyped year."""


def read_history(
    paths: Sequence[Path],
    settings: HistorySettings,
    *,
    timezone: str,
    interval_minutes: int,
    opening: Mapping[str, OpeningHours],
    holidays: Set[date] = frozenset(),
    deferrable: Collection[str] = (),
) -> History:
    """Read, check and clean one or more history files.

    Parameters
    ----------
    paths
        CSV or XLSX, in any dialect. Where interval tables overlap, the later file rules; contact records are added up.
    settings
        Foreign names and habits.
    timezone
        Zone of the axis, and of times without offset unless the settings say otherwise.
    interval_minutes
        Length of the axis' intervals. Shorter intervals of a file are added up, longer ones spread evenly and listed.
    opening
        Opening hours of each queue; its keys are the queues, in this order. Empty: every queue of the files; interval
        tables then count as open whenever in the week they have rows, others (contact records, and tables without rows
        for zeros) day and night.
    holidays
        Public holidays, for the opening hours.
    deferrable
        Queues whose contacts outside the opening hours wait until the queue opens (e-mail). Those of other queues are
        kept out.

    Returns
    -------
    History
        Whole local days from the first to the last one with data. `offered` is NaN where closed and where nothing is
        known; `open` tells which. Everything changed or left out is in `repairs`.

    Raises
    ------
    InputError
        With every problem of every file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "history.csv"
    ...     _ = path.write_text("interval_start;queue;offered\\n05.01.2026 08:00;chat;4\\n05.01.2026 08:30;chat;6\\n")
    ...     hours = {"chat": OpeningHours.parse({"mon-fri": ["08:00-09:00"]})}
    ...     history = read_history(
    ...         [path], HistorySettings(), timezone="Europe/Berlin", interval_minutes=30, opening=hours
    ...     )
    >>> history.offered[history.open].tolist(), len(history.grid)
    ([4.0, 6.0], 48)
    """
    problems, listing = Problems(), Listing()
    if not paths:
        raise InputError([Problem("tables.history", "no history file is named", "name at least one")])
    found = [read for path in paths if (read := _open(path, settings, problems, listing)) is not None]
    tables = [table for _, table in found]
    if not tables:
        problems.raise_if_any()
    queues = queue_names(tables, settings.queues, tuple(opening))
    ours = assign(tables, settings.queues, queues, problems, listing)
    zone = settings.timezone or timezone
    TimeGrid(date(2026, 1, 1), 1, zone, 30)  # refuses an unknown zone
    instants = [
        place(table.moments("interval_start" if layout is Layout.INTERVALS else "arrived_at"), zone)
        for layout, table in found
    ]
    grid = _axis(tables, ours, instants, timezone, interval_minutes, problems)
    if grid is None:
        problems.raise_if_any()
        raise InputError([Problem(tables[0].name, "no row can be used", "check its dates and queues")])
    hours = _hours(grid, queues, opening, holidays, deferrable, settings, found, ours, instants, listing)
    parts: list[Part] = []
    for (layout, table), queue, at in zip(found, ours, instants, strict=True):
        if layout is Layout.INTERVALS:
            part = interval_part(table, queue, at, settings, hours, problems, listing)
            if part is not None:
                _overlap(parts, part, table, listing)
                parts.append(part)
    records = [i for i, (layout, _) in enumerate(found) if layout is Layout.CONTACTS]
    if records:
        parts.append(
            contacts_part(
                [tables[i] for i in records],
                [ours[i] for i in records],
                [instants[i] for i in records],
                settings.outcomes,
                hours,
                problems,
                listing,
            )
        )
    drivers = _drivers(tables, instants, settings.drivers, grid, problems)
    problems.raise_if_any()
    part = reduce(merge, parts)
    _gaps(part.offered, hours, listing)
    return History(
        grid,
        queues,
        part.offered,
        part.handled,
        part.abandoned,
        part.handle_seconds,
        hours.open,
        mean_patience(part.waited_seconds, part.gave_up),
        drivers,
        listing.all(),
        handling_cv(part.timed, part.timed_seconds, part.timed_squares),
    )


# -- files -------------------------------------------------------------------------------------------------


def _open(path: Path, settings: HistorySettings, problems: Problems, listing: Listing) -> tuple[Layout, Table] | None:
    """Read one file against the contract of its layout."""
    with problems.collecting():
        sheet = read_sheet(path)
        layout = settings.layout or _layout(sheet, settings)
        contract = INTERVALS if layout is Layout.INTERVALS else CONTACTS
        drivers = tuple(Column(name, Kind.NUMBER, empty=True) for name in settings.drivers)
        ours = {c.name for c in contract.columns}
        other = {c.name for c in (*INTERVALS.columns, *CONTACTS.columns)} - ours
        columns = {name: theirs for name, theirs in settings.columns.items() if name not in other}
        contract = Contract(contract.name, (*contract.columns, *drivers))
        table = parse(sheet, contract, problems, columns, "history")
        if sheet.header_row > 1:
            listing.add(sheet.head, "title", "the column names stand in this row; what is above them is not read", 0)
        if sheet.others:
            listing.add(sheet.name, "sheet", f"one sheet is read; sheets not read: {', '.join(sheet.others)}", 0)
        return None if table is None else (layout, table)
    return None


def _layout(sheet: Sheet, settings: HistorySettings) -> Layout:
    header = {plain(h) for h in sheet.header}

    def has(name: str) -> bool:
        return plain(settings.columns.get(name, name)) in header

    if has("arrived_at") and not has("offered"):
        return Layout.CONTACTS
    if has("interval_start") or has("offered"):
        return Layout.INTERVALS
    there = ", ".join(h for h in sheet.header if h)
    raise InputError(
        [
            Problem(
                sheet.head,
                "has neither interval_start and offered (a row per interval) nor arrived_at (a row per contact); "
                f"the file has: {there}",
                'map its names under [history]: columns = { interval_start = "...", offered = "..." }',
            )
        ]
    )


# -- the axis ----------------------------------------------------------------------------------------------


def _axis(
    tables: Sequence[Table],
    ours: Sequence[IntArray],
    instants: Sequence[Instants],
    timezone: str,
    interval_minutes: int,
    problems: Problems,
) -> TimeGrid | None:
    """Whole local days from the first to the last row; None where no row can be used."""
    epoch = date(1970, 1, 1)
    used = [(q >= 0) & i.known for q, i in zip(ours, instants, strict=True)]
    days = np.concatenate([i.unix[u] // 86_400 for i, u in zip(instants, used, strict=True)])
    if not len(days):
        return None
    there, count = np.unique(days, return_counts=True)
    jumps = np.flatnonzero(np.diff(there) > _FAR_DAYS)
    few = max(3, len(days) // 100)
    low, high = there[0], there[-1]
    for jump in jumps:
        if count[: jump + 1].sum() <= few:
            low = max(low, there[jump + 1])
        elif count[jump + 1 :].sum() <= few:
            high = min(high, there[jump])
    for table, instant, use in zip(tables, instants, used, strict=True):
        day = instant.unix // 86_400
        for i in np.flatnonzero(use & ((day < low) | (day > high)))[:LISTED].tolist():
            told = epoch + timedelta(days=int(day[i]))
            problems.add(table.where(i), f"{told} lies more than a year from all other rows", "correct the year")
    if high - low > _LONGEST_YEARS * 366:
        problems.add(tables[0].name, f"spans more than {_LONGEST_YEARS} years", "correct the dates, or cut it")
        return None
    probe = TimeGrid(epoch, 1, timezone, interval_minutes)
    unix = np.concatenate([i.unix[u] for i, u in zip(instants, used, strict=True)])
    unix = unix[(days >= low) & (days <= high)]
    # The second passing of a repeated hour may be the last row; it is the same local day.
    first, last = probe.local(int(unix.min())).date(), probe.local(int(unix.max())).date()
    return TimeGrid(first, (last - first).days + 1, timezone, interval_minutes)


def _hours(
    grid: TimeGrid,
    queues: tuple[str, ...],
    opening: Mapping[str, OpeningHours],
    holidays: Set[date],
    deferrable: Collection[str],
    settings: HistorySettings,
    found: Sequence[tuple[Layout, Table]],
    ours: Sequence[IntArray],
    instants: Sequence[Instants],
    listing: Listing,
) -> Hours:
    waits = np.array([q in deferrable for q in queues], dtype=np.bool_)
    if opening:
        minutes = np.stack([open_minutes(opening[q], grid, holidays) for q in queues])
        return Hours(grid, queues, minutes > 0, minutes, waits)
    if any(layout is Layout.CONTACTS or omits_zeros(t.numbers("offered"), settings) for layout, t in found):
        return Hours(
            grid,
            queues,
            np.ones((len(queues), len(grid)), dtype=np.bool_),
            np.full((len(queues), len(grid)), float(grid.interval_minutes)),
            waits,
        )
    # Half-hours of the week in which the file never has a row are taken as closed.
    slot = grid.weekday[grid.day] * 1440 + grid.minute
    seen = np.zeros((len(queues), 7 * 1440), dtype=np.bool_)
    for (_, table), queue, at in zip(found, ours, instants, strict=True):
        given = (queue >= 0) & at.known & ~np.isnan(table.numbers("offered"))
        steps = np.unique(table.moments("interval_start").second[given] % 3600)
        length = int(np.diff(np.append(steps, 3600)).min()) if len(steps) else 3600
        for offset in range(0, max(length, grid.seconds), grid.seconds):
            later = grid.locate(at.unix[given] + offset)
            seen[queue[given][later >= 0], slot[later[later >= 0]]] = True
    is_open = seen[:, slot]
    if not is_open.all():
        listing.add("history", "opening", "no opening hours given: closed when in the week there is never a row", 0)
    return Hours(grid, queues, is_open, np.where(is_open, float(grid.interval_minutes), 0.0), waits)


def open_minutes(opening: OpeningHours, grid: TimeGrid, holidays: Set[date] = frozenset()) -> FloatArray:
    """Minutes of each interval within the opening hours, shape (T,)."""
    out = np.zeros(len(grid))
    for d, day in enumerate(grid.dates):
        a, b = int(grid.day_first[d]), int(grid.day_first[d + 1])
        on_holiday = day in holidays and opening.holiday is not None
        ranges = opening.holiday if on_holiday and opening.holiday is not None else opening.by_weekday[day.weekday()]
        minute = grid.minute[a:b]
        for lo, hi in ranges:
            out[a:b] += np.clip(np.minimum(minute + grid.interval_minutes, hi) - np.maximum(minute, lo), 0, None)
    return out


# -- the rest ----------------------------------------------------------------------------------------------


def _overlap(parts: Sequence[Part], part: Part, table: Table, listing: Listing) -> None:
    """List intervals that an earlier file gave too."""
    if not parts:
        return
    before = reduce(merge, parts)
    both = ~np.isnan(before.offered) & ~np.isnan(part.offered)
    if both.any():
        other = int((before.offered[both] != part.offered[both]).sum())
        listing.add(
            table.name,
            "duplicate",
            f"gives intervals that an earlier file gave too, {other} of them with other values: this file's are used",
            int(both.sum()),
        )


def _gaps(offered: FloatArray, hours: Hours, listing: Listing) -> None:
    """List open intervals without a value, as runs over the queue's open intervals."""
    runs: list[tuple[str, int, int, int]] = []
    for queue, values, is_open in zip(hours.queues, offered, hours.open, strict=True):
        at = np.flatnonzero(is_open)
        missing = np.isnan(values[at])
        if missing.all():
            continue
        edge = np.flatnonzero(np.diff(np.concatenate([[False], missing, [False]]).astype(np.int8)))
        runs += [(queue, int(at[a]), int(at[b - 1]), int(b - a)) for a, b in edge.reshape(-1, 2)]
    for queue, first, last, count in runs[:LISTED]:
        labels = [hours.grid.label(t)[:16].replace("T", " ") for t in (first, last)]
        until = "" if count == 1 else f" until {labels[1]}"
        what = f"{count} open interval{'s' * (count > 1)} without a value{until}: read as missing, not as zero"
        listing.add(f"{queue} {labels[0]}", "gap", what, count)
    if len(runs) > LISTED:
        rest = sum(r[3] for r in runs[LISTED:])
        listing.add("history", "gap", f"{len(runs) - LISTED} more gaps: read as missing, not as zero", rest)


def _drivers(
    tables: Sequence[Table], instants: Sequence[Instants], names: Sequence[str], grid: TimeGrid, problems: Problems
) -> dict[str, FloatArray]:
    """Daily value of each driver: the mean of what the day's rows say, shape (D,)."""
    out = {}
    for name in names:
        total, count = np.zeros(grid.days), np.zeros(grid.days)
        for table, at in zip(tables, instants, strict=True):
            values, t = table.numbers(name), grid.locate(at.unix)
            good = ~np.isnan(values) & (t >= 0)
            day = grid.day[t[good]]
            total += np.bincount(day, values[good], grid.days)
            count += np.bincount(day, minlength=grid.days)
        out[name] = np.divide(total, count, out=np.full(grid.days, np.nan), where=count > 0)
        out[name].setflags(write=False)
    return out
