"""The rota as a matrix of agents and days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from staffing.roster.problem import Absence, RosterProblem
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
    hours, agreed
        Paid hours planned, and those of the contract over the horizon; `agreed` None where unknown.
    """

    id: str
    name: str
    contract: str
    skills: tuple[str, ...]
    cells: tuple[str, ...]
    locked: tuple[bool, ...]
    hours: float
    agreed: float | None = None


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

    @property
    def first_busy(self) -> int:
        """Index of the first day with a shift; 0 where there is none."""
        return next((d for d, people in enumerate(self.on_duty) if people), 0)


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


def matrix(plan: Plan, who: RosterProblem | None = None) -> Matrix:
    """Matrix of a plan; `who` adds contracts, skills, names of shift types and approved absences."""
    dates = plan.dates
    columns = [d.isoformat() for d in dates]
    people = {} if who is None else {a.id: a for a in who.agents}
    away = {} if who is None else absent_days(who.absences, dates)
    hours = plan.roster.groupby("agent_id")["paid_hours"].sum() if len(plan.roster) else pd.Series(dtype=float)
    locks = {(r.agent_id, r.date) for r in plan.roster.itertuples() if r.locked == "yes"}
    rows = []
    for record in plan.matrix.to_dict("records"):
        agent = str(record["agent_id"])
        person = people.get(agent)
        rows.append(
            AgentRow(
                agent,
                str(record["agent_name"]),
                "" if person is None else person.contract,
                () if person is None else person.queues,
                tuple(str(record.get(c) or away.get((agent, d), "")) for c, d in zip(columns, dates, strict=True)),
                tuple((agent, c) in locks for c in columns),
                float(hours.get(agent, 0.0)),
                float(record["target_hours"]) if record.get("target_hours") else None,
            )
        )
    duty = plan.roster.groupby("date").size() if len(plan.roster) else pd.Series(dtype=int)
    kinds = {} if who is None else {_mark(a.kind): a.kind for a in who.absences}
    return Matrix(
        dates,
        tuple(rows),
        (
            *codes(plan, {} if who is None else {s.code: s.name for s in who.shift_types}),
            *(Code(mark, kind, "absent") for mark, kind in sorted(kinds.items())),
        ),
        tuple(float(x) for x in np.round(short_by_day(plan), 2)),
        tuple(int(duty.get(c, 0)) for c in columns),
    )


def absent_days(absences: Sequence[Absence], dates: Sequence[date]) -> dict[tuple[str, date], str]:
    """Mark of the absence of an agent on each day of it."""
    inside = set(dates)
    return {
        (a.agent, day): _mark(a.kind)
        for a in absences
        for day in (a.first + timedelta(days=i) for i in range((a.last - a.first).days + 1))
        if day in inside
    }


def _mark(kind: str) -> str:
    """First letter of a kind of absence in brackets."""
    return f"({kind[:1]})"


def codes(plan: Plan, names: Mapping[str, str]) -> tuple[Code, ...]:
    """Meaning of every shift that occurs, by its start."""
    found = []
    for code, shifts in plan.roster.groupby("shift"):
        first = shifts.iloc[shifts["start"].str[11:16].argmin()]
        begin, end = str(first["start"])[11:16], str(first["end"])[11:16]
        paid = float(shifts["paid_hours"].median())
        start = int(begin[:2]) + int(begin[3:]) / 60
        found.append((start, Code(str(code), names.get(str(code), ""), tone(start, paid), f"{begin}–{end}", paid)))
    return tuple(c for _, c in sorted(found, key=lambda pair: (pair[0], pair[1].code)))


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
    keys = {
        "name": lambda r: r.name.casefold(),
        "hours": lambda r: -r.hours,
        "contract": lambda r: (r.contract, r.name),
    }
    if order in keys:
        rows = sorted(rows, key=keys[order])
    return Matrix(full.dates, tuple(rows), full.codes, full.short, full.on_duty)


@dataclass(frozen=True)
class Bar:
    """A shift on one day: hours since local midnight (wall clock), also beyond 24."""

    agent: str
    name: str
    code: str
    start: float
    end: float
    breaks: tuple[tuple[float, float], ...]

    @property
    def span(self) -> str:
        """From when to when, on the clock."""
        return _span(self.start, self.end)

    @property
    def pauses(self) -> str:
        """The breaks on the clock."""
        return ", ".join(_span(a, b) for a, b in self.breaks)


def _span(start: float, end: float) -> str:
    """A stretch of time on the clock.

    Examples
    --------
    >>> _span(22, 30.5)
    '22:00–06:30'
    """
    first, last = (round(60 * h) % 1440 for h in (start, end))
    return f"{first // 60:02}:{first % 60:02}–{last // 60:02}:{last % 60:02}"


def bars(plan: Plan, day: date) -> tuple[Bar, ...]:
    """Shifts that start on a day, earliest first."""
    found = []
    for row in plan.roster[plan.roster["date"] == day.isoformat()].to_dict("records"):
        start = _hour(str(row["start"])[11:16])
        end = _hour(str(row["end"])[11:16])
        end += 24 if end <= start else 0
        pauses = []
        for at, minutes in zip(str(row["break_starts"]).split(), str(row["break_minutes"]).split(), strict=False):
            begin = _hour(at) + (24 if _hour(at) < start else 0)
            pauses.append((begin, begin + float(minutes) / 60))
        found.append(Bar(str(row["agent_id"]), str(row["agent_name"]), str(row["shift"]), start, end, tuple(pauses)))
    return tuple(sorted(found, key=lambda b: (b.start, b.end, b.name)))


def _hour(clock: str) -> float:
    return int(clock[:2]) + int(clock[3:5]) / 60
