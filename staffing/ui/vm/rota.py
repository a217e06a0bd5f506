"""The rota as a matrix of agents and days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from staffing.scenario import Scenario
from staffing.ui.vm.cover import short_by_day
from staffing.ui.vm.plan import Plan

OFF = ""


@dataclass(frozen=True)
class Code:
    """What a letter in the matrix means.

    Attributes
    ----------
    code, name
        Letter(s) and spoken name.
    tone
        Colour class: ``early``, ``middle``, ``late``, ``night``, ``part``, ``absent``.
    span
        Usual times, e.g. ``07:00-15:30``; empty for absences.
    paid_hours
        Usual paid hours of one; 0 for absences.
    """

    code: str
    name: str
    tone: str
    span: str = ""
    paid_hours: float = 0.0


@dataclass(frozen=True)
class AgentRow:
    """One person's month.

    Attributes
    ----------
    id, name, contract, skills
        Who it is; contract and skills are empty where the plan's files do not tell.
    cells
        A code per day; empty for a day off.
    locked
        Whether a planner fixed the day, per day.
    hours
        Paid hours planned.
    """

    id: str
    name: str
    contract: str
    skills: tuple[str, ...]
    cells: tuple[str, ...]
    locked: tuple[bool, ...]
    hours: float


@dataclass(frozen=True)
class Matrix:
    """The whole rota.

    Attributes
    ----------
    dates, rows, codes
        Days, people and what the letters mean.
    short
        Agent-hours missing per day.
    on_duty
        People with a shift per day.
    """

    dates: tuple[date, ...]
    rows: tuple[AgentRow, ...]
    codes: tuple[Code, ...]
    short: tuple[float, ...]
    on_duty: tuple[int, ...]

    @property
    def skills(self) -> tuple[str, ...]:
        """All skills anybody has."""
        return tuple(dict.fromkeys(s for row in self.rows for s in row.skills))


def tone(start_hour: float, hours: float) -> str:
    """Colour class of a shift: night from 18:00 or before 04:00, part up to five hours, else by its start.

    Examples
    --------
    >>> tone(7, 8.5), tone(10, 8), tone(13, 8), tone(22, 8), tone(9, 4)
    ('early', 'middle', 'late', 'night', 'part')
    """
    if start_hour >= 18 or start_hour < 4:
        return "night"
    if hours <= 5:
        return "part"
    return "early" if start_hour < 9 else "middle" if start_hour < 11.5 else "late"


def matrix(plan: Plan, scenario: Scenario | None = None, team: pd.DataFrame | None = None) -> Matrix:
    """Matrix of a plan; `scenario` names the shift types, `team` (the agents' table) tells contracts and skills."""
    dates = plan.dates
    columns = [d.isoformat() for d in dates]
    hours = plan.roster.groupby("agent_id")["paid_hours"].sum() if len(plan.roster) else pd.Series(dtype=float)
    locks = {(r.agent_id, r.date) for r in plan.roster.itertuples() if str(r.locked).lower() in ("true", "1", "yes")}
    people = {} if team is None else {str(r["agent_id"]): r for r in team.to_dict("records")}
    rows = []
    for record in plan.matrix.to_dict("records"):
        agent = str(record["agent_id"])
        person = people.get(agent, {})
        rows.append(
            AgentRow(
                agent,
                str(record["agent_name"]),
                str(person.get("contract", "")),
                split_skills(person.get("queues", "")),
                tuple(str(record.get(c, "")) for c in columns),
                tuple((agent, c) in locks for c in columns),
                float(hours.get(agent, 0.0)),
            )
        )
    duty = plan.roster.groupby("date").size() if len(plan.roster) else pd.Series(dtype=int)
    return Matrix(
        dates,
        tuple(rows),
        codes(plan, scenario),
        tuple(float(x) for x in np.round(short_by_day(plan), 2)),
        tuple(int(duty.get(c, 0)) for c in columns),
    )


def codes(plan: Plan, scenario: Scenario | None) -> tuple[Code, ...]:
    """Meaning of every letter that occurs, shifts by their start, then absences."""
    names = {} if scenario is None else {s.code: s.name for s in scenario.shift}
    found = []
    for code, shifts in plan.roster.groupby("shift"):
        first = shifts.iloc[shifts["start"].str[11:16].argmin()]
        begin, end = str(first["start"])[11:16], str(first["end"])[11:16]
        paid = float(shifts["paid_hours"].median())
        start = int(begin[:2]) + int(begin[3:]) / 60
        found.append((start, Code(str(code), names.get(str(code), ""), tone(start, paid), f"{begin}–{end}", paid)))
    shifts_found = [c for _, c in sorted(found, key=lambda pair: (pair[0], pair[1].code))]
    known = {c.code for c in shifts_found}
    cells = pd.unique(plan.matrix.drop(columns=["agent_id", "agent_name"]).to_numpy().ravel())
    absent = sorted(str(c) for c in cells if c and c not in known)
    return (*shifts_found, *(Code(c, "", "absent") for c in absent))


def split_skills(text: Any) -> tuple[str, ...]:
    """Queues of an agent from a cell: separated by semicolon, comma, bar or blanks, priorities left out.

    Examples
    --------
    >>> split_skills("voice-de:1; chat:2")
    ('voice-de', 'chat')
    """
    if not isinstance(text, str):
        return ()
    for mark in ";,|":
        text = text.replace(mark, " ")
    return tuple(word.split(":")[0] for word in text.split())


def select(full: Matrix, *, text: str = "", skill: str = "", contract: str = "", order: str = "file") -> Matrix:
    """Rows that match, in the wanted order: ``file``, ``name``, ``hours``, ``contract``."""
    wanted = text.casefold().strip()
    rows: Sequence[AgentRow] = [
        r
        for r in full.rows
        if (not wanted or wanted in r.name.casefold() or wanted in r.id.casefold())
        and (not skill or skill in r.skills)
        and (not contract or r.contract == contract)
    ]
    keys = {"name": lambda r: r.name.casefold(), "hours": lambda r: -r.hours, "contract": lambda r: (r.contract, r.name)}
    if order in keys:
        rows = sorted(rows, key=keys[order])
    return Matrix(full.dates, tuple(rows), full.codes, full.short, full.on_duty)
