"""A new team from a planner's own spreadsheets: what can be guessed is, and all can be changed before it is written."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from staffing.errors import InputError, Problem
from staffing.forecast.make import past_missing
from staffing.history.read import read_history
from staffing.history.series import History
from staffing.history.settings import HistorySettings
from staffing.inputs import read_people
from staffing.scenario import load
from staffing.ui.vm.intake import read_as, tree_of
from staffing.ui.vm.levers import slug, to_toml
from staffing.ui.vm.new_people import People
from staffing.ui.vm.new_queues import GROUPS
from staffing.ui.vm.settings_tables import shift_table, shifts_edit
from staffing.ui.vm.tables import as_csv


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
    people
        The list of people.
    queues, contracts, shifts
        Rows as `guess_queues`, `guess_contracts` and `guess_shifts` give them.
    """

    history: Sequence[Path]
    settings: HistorySettings
    people: People
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


def first_look(paths: Sequence[Path], settings: HistorySettings, basics: Basics) -> History:
    """The history with every queue it names, open whenever it has contacts.

    Raises
    ------
    InputError
        With every problem, by file and row.
    """
    return read_history(paths, settings, timezone=basics.timezone, interval_minutes=basics.interval_minutes, opening={})


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
        for name, table in {**EMPTY, "agents": as_csv(parts.people.agents).decode("utf-8-sig")}.items():
            (staged / "tables" / f"{name}.csv").write_text(table, encoding="utf-8")
        for path in parts.history:
            shutil.copy(path, staged / "tables" / path.name)
        scenario = load(staged / "base.toml")
        try:
            read_people(scenario)
        except InputError as error:
            raise InputError(parts.people.as_given(problem) for problem in error.problems) from None
        history = read_as(scenario, scenario.files("history"), scenario.history)
        missing = past_missing(history.grid.start, basics.start)
        if missing:
            raise InputError(missing)
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
