"""A history file on its way in: what its columns mean, which queues it names, what was found and mended."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from staffing.errors import Problem
from staffing.forecast.calendar import public_holidays
from staffing.frames import Sheet, plain, read_sheet
from staffing.frames.tables import CONTACTS, INTERVALS
from staffing.grid import FloatArray
from staffing.history.read import read_history
from staffing.history.series import History, Repair
from staffing.history.settings import HistorySettings, Layout
from staffing.scenario import Scenario
from staffing.ui.vm.tables import recognised

LEAVE_OUT = ""
CONTRACTS = {Layout.INTERVALS: INTERVALS, Layout.CONTACTS: CONTACTS}
PAST_YEARS = 6

KNOWN_AS: Mapping[str, tuple[str, ...]] = {
    "interval_start": (
        "intervalstartutcdate",
        "interval",
        "timestamp",
        "datetime",
        "start",
        "time",
        "date",
        "datum",
        "zeit",
        "zeitpunkt",
        "intervall",
    ),
    "arrived_at": (
        "arrived",
        "arrival",
        "created",
        "createdtime",
        "datetimeopened",
        "dateopened",
        "initiatedat",
        "timestamp",
        "callstart",
        "eingang",
        "erstellt",
        "beginn",
        "vruentry",
    ),
    "queue": (
        "queuename",
        "skill",
        "group",
        "ctqueue",
        "via",
        "channel",
        "caseorigin",
        "source",
        "servicegroup",
        "warteschlange",
        "gruppe",
        "thema",
        "type",
        "kanal",
    ),
    "offered": (
        "angebotene",
        "angeboten",
        "contactsoffered",
        "callsoffered",
        "calls",
        "contacts",
        "volume",
        "received",
        "anrufe",
        "kontakte",
        "anzahl",
        "eingegangen",
        "count",
    ),
    "handled": (
        "interactionshandled",
        "callshandled",
        "answered",
        "angenommen",
        "angenommene",
        "bearbeitet",
        "bearbeitete",
        "beantwortet",
        "beantwortete",
    ),
    "abandoned": ("lost", "abandons", "aufgelegt", "aufgelegte", "verloren", "verlorene"),
    "aht_seconds": ("aht", "ahts", "handletime", "bearbeitungszeit", "averagehandletime"),
    "wait_seconds": ("wait", "waittime", "wartezeit", "qtime", "asa"),
    "handle_seconds": ("duration", "servicetime", "sertime", "handletime", "dauer", "bearbeitungszeit", "talktime"),
    "outcome": ("result", "status", "ergebnis", "disposition"),
    "contact_id": ("id", "callid", "ticket", "ticketid"),
}
"""Other names our columns go by, without blanks and punctuation."""
DATES = ("datum", "date", "tag", "day")
CLOCKS = ("uhrzeit", "zeit", "time", "timeofday", "startzeit", "starttime", "von", "intervall", "interval")
"""Names of a date and of a time of day where these are two columns."""


def columns_of(layout: Layout) -> tuple[tuple[str, bool], ...]:
    """Our columns of a layout, and whether a file must have each."""
    return tuple((c.name, c.required) for c in CONTRACTS[layout].columns)


def guess_layout(header: Sequence[str]) -> Layout:
    """The layout more of whose own columns a header seems to hold; intervals where that is even.

    Examples
    --------
    >>> str(guess_layout(["Datum", "Anrufe", "AHT"])), str(guess_layout(["call_id", "vru_entry", "outcome", "q_time"]))
    ('intervals', 'contacts')
    """
    hits = {layout: sum(1 for v in guess_columns(header, layout).values() if v) for layout in CONTRACTS}
    return Layout.CONTACTS if hits[Layout.CONTACTS] > hits[Layout.INTERVALS] else Layout.INTERVALS


def guess_columns(header: Sequence[str], layout: Layout) -> dict[str, str]:
    """Our column -> the file's, empty where none fits; no column of the file is used twice.

    A date and a time of day in two columns are joined by a plus, as `HistorySettings.columns` writes it.

    Examples
    --------
    >>> guessed = guess_columns(["Datum", "Uhrzeit", "Angenommene Anrufe", "Angebotene Anrufe"], Layout.INTERVALS)
    >>> guessed["interval_start"], guessed["offered"], guessed["handled"]
    ('Datum + Uhrzeit', 'Angebotene Anrufe', 'Angenommene Anrufe')
    """
    theirs = {plain(h): h for h in reversed(header)}
    names = [name for name, _ in columns_of(layout)]
    known = {name: (plain(name), *KNOWN_AS.get(name, ())) for name in names}
    found = dict.fromkeys(names, "")
    taken: set[str] = set()
    date, clock = (next((theirs[w] for w in words if w in theirs), "") for words in (DATES, CLOCKS))
    if date and clock and plain(names[0]) not in theirs:
        found[names[0]] = f"{date} + {clock}"
        taken = {date, clock}

    def take(name: str, fitting: Iterable[str]) -> None:
        found[name] = found[name] or next((h for h in fitting if h not in taken), "")
        taken.add(found[name])

    for name in names:
        exact = [theirs[w] for w in known[name] if w in theirs]
        take(name, (*exact, *(h for w in known[name] for p, h in theirs.items() if len(w) > 3 and p.startswith(w))))
    words = {h: {plain(w) for w in re.split(r"[\W_]+", h)} for h in header}
    for name in sorted(names, key="offered".__eq__):  # last, for every column of contacts may tell of calls
        take(name, (h for w in known[name] for h in header if w in words[h]))
    return found


def looks_like_people(header: Sequence[str]) -> bool:
    """Whether a header is rather that of a list of people.

    Examples
    --------
    >>> looks_like_people(["Name", "Weekly hours", "Skills"]), looks_like_people(["Date", "Skill", "Calls"])
    (True, False)
    """
    return bool({"agent_id", "name"} & recognised(header, ["agent_id", "name", "contract", "queues"]).keys())


def queue_values(sheet: Sheet, column: str, most: int = 40) -> list[str]:
    """Names in the queue column, the most frequent first."""
    if column not in sheet.header:
        return []
    cells = sheet.cells.iloc[:, sheet.header.index(column)].astype(str).str.strip()
    return [str(v) for v in cells[cells != ""].value_counts().head(most).index]


def guess_queues(values: Sequence[str], ours: Sequence[str]) -> dict[str, str]:
    """The file's queue -> ours by name; left out where none is alike."""
    names = {plain(q): q for q in ours}
    return {v: names.get(plain(v), LEAVE_OUT) for v in values}


def settings_of(layout: Layout, columns: Mapping[str, str], queues: Mapping[str, str]) -> HistorySettings:
    """Settings for what was chosen; names that are ours anyway are not repeated."""
    mapped = {ours: theirs for ours, theirs in columns.items() if theirs and theirs != ours}
    kept = {theirs: ours for theirs, ours in queues.items() if ours}
    same = all(theirs == ours for theirs, ours in kept.items()) and len(kept) == len(queues)
    return HistorySettings(layout=layout, columns=mapped, queues={} if same else kept)


def read_as(scenario: Scenario, paths: Sequence[Path], settings: HistorySettings) -> History:
    """History of files, for the queues and hours of a scenario.

    Raises
    ------
    InputError
        With every problem, by file and row.
    """
    start = scenario.horizon.start
    holidays = public_holidays(scenario.forecast.holiday_region, date(start.year - PAST_YEARS, 1, 1), start)
    return read_history(
        paths,
        settings,
        timezone=scenario.horizon.timezone,
        interval_minutes=scenario.horizon.interval_minutes,
        opening=scenario.opening(),
        holidays=frozenset(holidays),
    )


@dataclass(frozen=True)
class QueueFacts:
    """One queue of a history: contacts a week, mean handling time, and the share of open intervals that is not known."""

    queue: str
    weekly: float
    aht_seconds: float
    missing: float


@dataclass(frozen=True)
class Quality:
    """What a history holds and what was mended.

    Attributes
    ----------
    first, last
        Days.
    queues
        Facts by queue.
    days
        Contacts per day, shape (Q, D); NaN on days of which nothing is known.
    repairs
        By kind, the most rows first: kind, rows, and its entries.
    """

    first: date
    last: date
    queues: tuple[QueueFacts, ...]
    days: FloatArray
    repairs: tuple[tuple[str, int, tuple[Repair, ...]], ...]


def quality(history: History) -> Quality:
    """Sum a history up."""
    grid = history.grid
    known = np.isfinite(history.offered)
    by_day = np.add.reduceat(np.where(known, history.offered, 0.0), grid.day_first[:-1], axis=1)
    any_known = np.add.reduceat(known.astype(np.int64), grid.day_first[:-1], axis=1) > 0
    facts = []
    for i, queue in enumerate(history.queues):
        handled = float(np.nansum(history.handled[i]))
        seconds = float(np.nansum(history.handle_seconds[i]))
        hours = history.open[i]
        gone = float((~known[i] & hours).sum() / hours.sum()) if hours.any() else 0.0
        facts.append(
            QueueFacts(queue, float(by_day[i].sum()) / grid.days * 7, seconds / handled if handled else np.nan, gone)
        )
    kinds = dict.fromkeys(r.kind for r in history.repairs)
    groups = [(k, tuple(r for r in history.repairs if r.kind == k)) for k in kinds]
    repairs = sorted(((k, sum(r.rows for r in rs), rs) for k, rs in groups), key=lambda g: -g[1])
    days = np.where(any_known, by_day, np.nan)
    return Quality(grid.dates[0], grid.dates[-1], tuple(facts), days, tuple(repairs))


def listing_csv(entries: Sequence[Repair] | Sequence[Problem]) -> bytes:
    """Problems or repairs as a table to work through, opens in any spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["where", "what", "kind_or_what_to_do"])
    for e in entries:
        last = e.kind if isinstance(e, Repair) else e.todo
        writer.writerow([_safe(e.where), _safe(e.what), _safe(last)])
    return text.getvalue().encode("utf-8-sig")


def bad_rows(sheet: Sheet, entries: Sequence[Repair] | Sequence[Problem]) -> bytes:
    """The rows of a file that something was wrong with, as they are, each with its number and what was wrong.

    Rows that are told only as "more rows like these" are not in it.
    """
    told: dict[int, list[str]] = {}
    for entry in entries:
        found = re.search(r"\brow (\d+)", entry.where)
        if found and entry.where.startswith(sheet.name):
            told.setdefault(int(found[1]), []).append(entry.what)
    numbers = [n for n in sheet.cells.index if n in told]
    rows = sheet.cells.loc[numbers].astype(str).set_axis(list(sheet.header), axis=1)
    rows.insert(0, "what", ["; ".join(told[n]) for n in numbers], allow_duplicates=True)
    rows.insert(0, "row", numbers, allow_duplicates=True)
    text = io.StringIO()
    rows.map(lambda cell: _safe(cell) if isinstance(cell, str) else cell).to_csv(
        text, index=False, sep=sheet.delimiter or ";", lineterminator="\n"
    )
    return text.getvalue().encode("utf-8-sig")


def _safe(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t" else text


def tree_of(settings: HistorySettings, paths: Sequence[Path]) -> dict[str, Any]:
    """The history's part of a scenario file."""
    own: dict[str, Any] = {} if settings.layout is None else {"layout": str(settings.layout)}
    own |= {k: v for k, v in (("columns", settings.columns), ("queues", settings.queues)) if v}
    return {"tables": {"history": [p.resolve().as_posix() for p in paths]}, "history": own}


def first_rows(sheet: Sheet, rows: int) -> pd.DataFrame:
    """The first rows as text, to be looked at; columns of one name are numbered.

    Examples
    --------
    >>> first_rows(Sheet("a.csv", ("AHT", "", "AHT"), pd.DataFrame([[1, 2, 3]], index=[2])), 5).columns.tolist()
    ['AHT', ' ', 'AHT (2)']
    """
    seen: Counter[str] = Counter()
    names = []
    for name in sheet.header:
        seen[name] += 1
        names.append((name or " ") + (f" ({seen[name]})" if seen[name] > 1 else ""))
    return sheet.cells.head(rows).astype(str).set_axis(names, axis=1)


def preview(path: Path) -> Sheet:
    """A file as it is, uninterpreted.

    Raises
    ------
    InputError
        Where it is no table.
    """
    return read_sheet(path)
