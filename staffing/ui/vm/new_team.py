"""A new team from a planner's own spreadsheets: what can be guessed is, and all can be changed before it is written."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from staffing.errors import InputError, Problem
from staffing.frames import Sheet, plain, read_sheet
from staffing.frames.tables import AGENTS
from staffing.grid import WEEKDAYS
from staffing.history.read import read_history
from staffing.history.series import History
from staffing.history.settings import HistorySettings
from staffing.inputs import read_people
from staffing.roster.problem import Break, ShiftType
from staffing.scenario import load
from staffing.ui.vm.intake import read_as, tree_of
from staffing.ui.vm.levers import slug, to_toml
from staffing.ui.vm.settings_cells import PLAIN, Writing
from staffing.ui.vm.settings_tables import shift_table, shifts_edit
from staffing.ui.vm.tables import FIRST_ROW, as_csv, recognised

QUEUE_COLUMNS = (
    "queue",
    "channel",
    "service_level",
    "threshold_seconds",
    "response_hours",
    "mon-fri",
    "sat",
    "sun",
    "holiday",
)
CONTRACT_COLUMNS = ("contract", "weekly_hours", "hourly_cost")
HOURS_NAMES = (
    "weeklyhours",
    "hoursperweek",
    "hours",
    "wochenstunden",
    "stundenprowoche",
    "stunden",
    "wochenarbeitszeit",
)
CHANNELS = ("voice", "chat", "email")
GROUPS = {"mon-fri": range(5), "sat": range(5, 6), "sun": range(6, 7)}
SELDOM = 0.1
"""An interval that has contacts on fewer of its days than this counts as closed."""
DEFAULT_COST = 22.0
FULL_HOURS, PART_HOURS = 40.0, 20.0
WEEKLY_HOURS = (4.0, 60.0)
"""Least and most hours a week that a number can mean."""


@dataclass(frozen=True)
class Basics:
    """Name, horizon and place of a team."""

    name: str
    start: date
    days: int
    timezone: str = "Europe/Berlin"
    interval_minutes: int = 30
    holiday_region: str | None = None
    currency: str = "EUR"


@dataclass(frozen=True)
class Parts:
    """Everything else a team is made of.

    Attributes
    ----------
    history, settings
        Files of the history, and how they are read.
    agents
        Rows of the agents' table.
    queues, contracts, shifts
        Rows as `guess_queues`, `guess_contracts` and `guess_shifts` give them.
    """

    history: Sequence[Path]
    settings: HistorySettings
    agents: pd.DataFrame
    queues: pd.DataFrame
    contracts: pd.DataFrame
    shifts: pd.DataFrame


def next_month(today: date) -> tuple[date, int]:
    """First day and length of the next month.

    Examples
    --------
    >>> next_month(date(2026, 12, 4))
    (datetime.date(2027, 1, 1), 31)
    """
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first, ((first + timedelta(days=32)).replace(day=1) - first).days


# -- queues --------------------------------------------------------------------------------------------------


def first_look(paths: Sequence[Path], settings: HistorySettings, basics: Basics) -> History:
    """The history with every queue it names, open whenever it has contacts.

    Raises
    ------
    InputError
        With every problem, by file and row.
    """
    return read_history(paths, settings, timezone=basics.timezone, interval_minutes=basics.interval_minutes, opening={})


def guess_queues(history: History, holidays: Set[date] = frozenset()) -> pd.DataFrame:
    """A row per queue: channel by its name, a usual promise, and opening hours by when it has contacts.

    `holiday` tells whether the queue is open on public holidays: where they have fewer than half the contacts of other
    working days, it is not.
    """
    rows = []
    for i, queue in enumerate(history.queues):
        channel = channel_of(queue)
        mail = channel == "email"
        threshold = None if mail else 60.0 if channel == "chat" else 20.0
        promise = (95.0 if mail else 80.0, threshold, 8.0 if mail else None)
        rows.append(
            (
                queue,
                channel,
                *promise,
                *(opening_of(history, i, days) for days in GROUPS.values()),
                _open_on(history, i, holidays),
            )
        )
    return pd.DataFrame(rows, columns=list(QUEUE_COLUMNS))


def _open_on(history: History, queue: int, holidays: Set[date]) -> bool:
    grid = history.grid
    per_day = np.add.reduceat(np.nan_to_num(history.offered[queue]), grid.day_first[:-1])
    working = np.array([d.weekday() < 5 for d in grid.dates])
    off = np.array([d in holidays for d in grid.dates]) & working
    return not off.any() or bool(per_day[off].mean() >= 0.5 * per_day[working & ~off].mean())


def channel_of(queue: str) -> str:
    """Channel that a queue's name suggests.

    Examples
    --------
    >>> [channel_of(q) for q in ("E-Mail DE", "WhatsApp", "Hotline")]
    ['email', 'chat', 'voice']
    """
    name = plain(queue)
    if any(w in name for w in ("mail", "ticket", "backoffice", "post", "letter", "brief")):
        return "email"
    return "chat" if any(w in name for w in ("chat", "messag", "whatsapp", "social")) else "voice"


def opening_of(history: History, queue: int, weekdays: Sequence[int]) -> str:
    """Hours from the first to the last interval that has contacts on enough of these weekdays, such as ``08:00-20:00``."""
    grid = history.grid
    step = round(60 * grid.hours)
    chosen = np.array([d.weekday() in weekdays for d in grid.dates])[grid.day] & (
        np.nan_to_num(history.offered[queue]) > 0
    )
    worked = len(np.unique(grid.day[chosen]))
    labels = grid.labels()
    busy = [int(labels[i][11:13]) * 60 + int(labels[i][14:16]) for i in np.flatnonzero(chosen)]
    times, days = np.unique(busy, return_counts=True)
    slots = times[days >= SELDOM * worked]
    if not len(slots):
        return ""
    return f"{_clock(int(slots[0]))}-{_clock(int(slots[-1]) + step)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


# -- people --------------------------------------------------------------------------------------------------


def read_agents(path: Path, queues: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows for the agents' table, and the contracts they have, from any list of people.

    Columns are recognised by their names. People without a number are called by their name, without skills can serve
    every queue; without a contract it follows from the hours a week, else everybody has the same.

    Raises
    ------
    InputError
        Where it is no table, or names nobody.
    """
    sheet = read_sheet(path)
    found = recognised(sheet.header, [c.name for c in AGENTS.columns])
    place = found.get("agent_id", found.get("name"))
    if place is None:
        there = ", ".join(h for h in sheet.header if h)
        what = f"there is no column with people's names or numbers; the file has: {there}"
        raise InputError([Problem(f"{sheet.name} row 1", what, "call one agent_id or name")])
    cells = {c: sheet.cells.iloc[:, i].astype(str).str.strip() for c, i in found.items()}
    rows = pd.DataFrame(cells, columns=[c.name for c in AGENTS.columns]).fillna("")
    rows["agent_id"] = sheet.cells.iloc[:, place].astype(str).str.strip()
    rows["name"] = rows["name"].where(rows["name"] != "", rows["agent_id"])
    hours = _hours_column(sheet, found)
    weekly = pd.Series(np.nan, index=rows.index) if hours is None else _numbers(sheet, hours)
    by_hours = weekly.map(lambda h: f"{h:g}h" if h == h else "")
    rows["contract"] = rows["contract"].where(rows["contract"] != "", by_hours)
    rows["contract"] = rows["contract"].where(rows["contract"] != "", "standard")
    rows["queues"] = [_known(text, queues) for text in rows["queues"]]
    contracts = [
        (name, _hours_of(name, weekly[rows["contract"] == name]), DEFAULT_COST)
        for name in dict.fromkeys(rows["contract"])
    ]
    rows.index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(rows))
    return rows, pd.DataFrame(contracts, columns=list(CONTRACT_COLUMNS))


def unread_columns(path: Path) -> list[str]:
    """Columns of a list of people that `read_agents` makes nothing of, by their names."""
    sheet = read_sheet(path)
    found = recognised(sheet.header, [c.name for c in AGENTS.columns])
    read = {*found.values(), _hours_column(sheet, found)}
    return [h for i, h in enumerate(sheet.header) if h and i not in read]


def _hours_column(sheet: Sheet, found: Mapping[str, int]) -> int | None:
    """Place of the hours a week: a column called so, else one whose name tells of hours and whose numbers can be them."""
    named = next((i for i, h in enumerate(sheet.header) if plain(h) in HOURS_NAMES), None)
    if named is not None:
        return named
    for i, h in enumerate(sheet.header):
        if i not in found.values() and any(word in plain(h) for word in ("stunden", "hours")):
            numbers = _numbers(sheet, i).dropna()
            if len(numbers) and numbers.between(*WEEKLY_HOURS).all():
                return i
    return None


def _numbers(sheet: Sheet, place: int) -> pd.Series:
    texts = sheet.cells.iloc[:, place].astype(str).str.replace(",", ".", regex=False)
    return pd.to_numeric(texts, errors="coerce")


def _known(text: str, queues: Sequence[str]) -> str:
    """Skills in the queues' own spelling; all of them where none is told. What is not known stays, and is told later."""
    ours = {plain(q): q for q in queues}
    parts = []
    for part in filter(None, (p.strip() for p in re.split(r"[|,;/]", text))):
        name, colon, priority = part.partition(":")
        parts.append(ours.get(plain(name), name.strip()) + colon + priority)
    return "|".join(parts or queues)


def _hours_of(name: str, weekly: pd.Series) -> float:
    if weekly.notna().any():
        return float(weekly.median())
    number = re.search(r"\d{2}(?:[.,]\d+)?", name)
    if number and WEEKLY_HOURS[0] <= float(number[0].replace(",", ".")) <= WEEKLY_HOURS[1]:
        return float(number[0].replace(",", "."))
    return PART_HOURS if re.search(r"part|teil|half|halb", name, re.I) else FULL_HOURS


# -- shift types ---------------------------------------------------------------------------------------------


SHIFT_NAMES = {"E": "Early", "M": "Middle", "L": "Late", "mon-fri": "Weekday", "sat": "Saturday", "sun": "Sunday"}


def guess_shifts(
    queues: pd.DataFrame,
    contracts: pd.DataFrame,
    names: Mapping[str, str] = SHIFT_NAMES,
    writing: Writing = PLAIN,
) -> pd.DataFrame:
    """Early, middle and late shifts over the opening hours, in the lengths that the contracts ask for.

    Parameters
    ----------
    queues, contracts
        Tables of the form.
    names
        Of the shifts by their letter, and of those of single groups of days.
    writing
        How breaks are written.
    """
    found: list[ShiftType] = []
    spans = {g: span for g in GROUPS if (span := _span(queues[g])) is not None}
    lengths = sorted({_length(float(h)) for h in contracts["weekly_hours"]}, reverse=True)
    full = [g for g in spans if spans[g] == spans[next(iter(spans))]]
    for length in lengths:
        whole = [d for g in full for d in (WEEKDAYS[i] for i in GROUPS[g])]
        found += _three(spans[full[0]], length, whole, names) if full else []
    for group in [g for g in spans if g not in full]:
        low, high = spans[group]
        paid = min(max(lengths), (high - low) / 60)
        days = [WEEKDAYS[d] for d in GROUPS[group]]
        found.append(_shift(group[:2].upper(), names[group], low, paid, days, unpopular=False))
    return shift_table(found, writing)


def _span(texts: pd.Series) -> tuple[int, int] | None:
    """First and last minute of several opening hours."""
    found = [re.fullmatch(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", str(x).strip()) for x in texts]
    ends = [(int(m[1]) * 60 + int(m[2]), int(m[3]) * 60 + int(m[4])) for m in found if m]
    return (min(a for a, _ in ends), max(b for _, b in ends)) if ends else None


def _length(weekly: float) -> float:
    """Paid hours of a usual day: a fifth of the week in half hours, at least four hours."""
    return min(8.0, max(4.0, round(weekly / 5 * 2) / 2))


def _three(span: tuple[int, int], paid: float, days: Sequence[str], names: Mapping[str, str]) -> list[ShiftType]:
    low, high = span
    last = max(low, high - round(60 * (paid + _pause(paid) / 60)))
    middle = (low + last) // 2 // 30 * 30
    starts = {"E": low, "M": middle, "L": last}
    found = []
    taken: set[int] = set()
    for letter, start in starts.items():
        if start not in taken:
            taken.add(start)
            late = letter == "L" and last > low
            found.append(_shift(f"{letter}{paid:g}", names[letter], start, paid, days, unpopular=late))
    return found


def _pause(paid: float) -> int:
    return 30 if paid >= 6 else 0


def _shift(code: str, name: str, start: int, paid: float, days: Sequence[str], *, unpopular: bool) -> ShiftType:
    pause = _pause(paid)
    breaks = (Break(pause, max(1.0, paid / 2 - 1), paid / 2 + 1),) if pause else ()
    return ShiftType(
        code=code.replace(".", ""),
        name=name,
        start=time(start // 60 % 24, start % 60),
        hours=paid + pause / 60,
        breaks=breaks,
        weekdays=tuple(days),
        unpopular=unpopular,
    )


# -- writing -------------------------------------------------------------------------------------------------


def scenario_tree(basics: Basics, parts: Parts) -> dict[str, Any]:
    """Content of the team's scenario file.

    Raises
    ------
    InputError
        With every cell of the tables that cannot be read.
    """
    nothing = shift_table(())
    queues, targets = {}, {}
    for row in parts.queues.to_dict("records"):
        name = str(row["queue"])
        opening: dict[str, list[str]] = {g: [str(row[g]).strip()] for g in GROUPS if _filled(row[g])}
        if not row["holiday"]:
            opening["holiday"] = []
        channel = {"channel": row["channel"], "opening": opening}
        queues[name] = channel | ({"concurrency": 2} if row["channel"] == "chat" else {})
        target: dict[str, Any] = {"service_level": round(float(row["service_level"]) / 100, 4)}
        if row["channel"] == "email":
            target["response_hours"] = float(row["response_hours"] if _filled(row["response_hours"]) else 8)
        else:
            target["threshold_seconds"] = float(row["threshold_seconds"] if _filled(row["threshold_seconds"]) else 20)
        targets[name] = target
    horizon = {"start": basics.start, "days": basics.days, "timezone": basics.timezone}
    history = tree_of(parts.settings, [])["history"]
    return {
        "name": basics.name,
        "currency": basics.currency,
        "horizon": horizon | {"interval_minutes": basics.interval_minutes},
        "tables": {
            "history": [f"tables/{p.name}" for p in parts.history],
            **{name: f"tables/{name}.csv" for name in ("agents", "absences", "requests", "locks")},
        },
        "history": history,
        **({"forecast": {"holiday_region": basics.holiday_region}} if basics.holiday_region else {}),
        "queue": queues,
        "target": targets,
        "contract": {
            str(c["contract"]): {"weekly_hours": float(c["weekly_hours"]), "hourly_cost": float(c["hourly_cost"])}
            for c in parts.contracts.to_dict("records")
        },
        "shift": shifts_edit(nothing, parts.shifts).tree.get("shift", []),
    }


def _filled(value: Any) -> bool:
    return value is not None and value == value and str(value).strip() != ""


EMPTY = {
    "absences": "agent_id,first_day,last_day,kind,credited\n",
    "requests": "agent_id,date,wish,weight\n",
    "locks": "agent_id,date,shift\n",
}


def create_team(teams: Path, basics: Basics, parts: Parts) -> Path:
    """Write a team's folder, checked as a whole before it is there.

    Returns
    -------
    Path
        Its scenario file.

    Raises
    ------
    InputError
        With every problem: nothing is left behind then.
    """
    if not basics.name.strip():
        raise InputError([Problem("name", "the team has no name", "give it one")])
    folder = teams / slug(basics.name)
    if folder.exists():
        raise InputError([Problem("name", f"there is a team {folder.name!r} already", "choose another name")])
    text = to_toml(scenario_tree(basics, parts))
    teams.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=teams.parent) as place:
        staged = Path(place) / folder.name
        (staged / "tables").mkdir(parents=True)
        (staged / "base.toml").write_text(text, encoding="utf-8")
        for name, table in {**EMPTY, "agents": as_csv(parts.agents).decode("utf-8-sig")}.items():
            (staged / "tables" / f"{name}.csv").write_text(table, encoding="utf-8")
        for path in parts.history:
            shutil.copy(path, staged / "tables" / path.name)
        scenario = load(staged / "base.toml")
        read_people(scenario)
        read_as(scenario, scenario.files("history"), scenario.history)
        staged.replace(folder)
    return folder / "base.toml"


def template(name: str) -> pd.DataFrame:
    """A table to be filled in, with an example row."""
    examples: Mapping[str, dict[str, str]] = {
        "history": {
            "interval_start": "2026-11-02 08:00",
            "queue": "phone",
            "offered": "12",
            "handled": "11",
            "aht_seconds": "310",
        },
        "agents": {
            "agent_id": "1",
            "name": "Anna Adler",
            "contract": "full",
            "weekly_hours": "40",
            "queues": "phone:1|chat:2",
            "mon": "08:00-16:00",
            "sat": "-",
        },
    }
    return pd.DataFrame([examples[name]])


__all__ = [
    "CHANNELS",
    "Basics",
    "Parts",
    "create_team",
    "first_look",
    "guess_queues",
    "guess_shifts",
    "read_agents",
    "unread_columns",
]
