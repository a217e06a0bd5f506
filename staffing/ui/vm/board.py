"""A rota on the board: the plan, the edits on it, which rules they break, and what they come to."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from staffing.export.text import csv_bytes
from staffing.grid import BoolArray, FloatArray, IntArray
from staffing.inputs import need_of
from staffing.roster.cover import UNITS
from staffing.roster.fixed import allowed_options
from staffing.roster.options import Options, expand
from staffing.roster.problem import Lock, Request, Roster, RosterProblem, Shift
from staffing.roster.rota import read_rota, rota_matrix, rota_table
from staffing.roster.rules import Violation
from staffing.roster.standing import Standing, moved, stand
from staffing.ui.vm.editing import Cell, Draft, Edit
from staffing.ui.vm.plan import Plan
from staffing.ui.vm.rota import Matrix, matrix


@dataclass(frozen=True)
class Board:
    """A plan's rota together with what it must respect.

    Attributes
    ----------
    plan
        As it was built.
    problem
        The team and its rules, with the plan's need.
    roster
        The plan's rota.
    """

    plan: Plan
    problem: RosterProblem
    roster: Roster

    @cached_property
    def options(self) -> Options:
        """Every start and placement of breaks of every shift type."""
        return expand(self.problem)

    @cached_property
    def allowed(self) -> BoolArray:
        """Which option an agent may be given on a day, shape (A, D, S)."""
        return allowed_options(self.problem, self.options)

    @cached_property
    def cells(self) -> dict[Cell, Edit]:
        """Shift and lock of every cell that has one, or is locked as free."""
        problem = self.problem
        index = {day: d for d, day in enumerate(problem.grid.dates)}
        free = {
            (lock.agent, index[lock.day]): Edit("", True)
            for lock in problem.locks
            if lock.shift == "off" and lock.day in index
        }
        return free | {
            (problem.agents[s.agent].id, s.day): Edit(s.code, s.locked, self.clock(s.start)) for s in self.roster.shifts
        }

    @cached_property
    def standing(self) -> Standing:
        """The plan's rota, judged."""
        return stand(self.problem, self.roster)

    @cached_property
    def matrix(self) -> Matrix:
        """The plan's rota as a matrix."""
        return matrix(self.plan, self.problem)

    @cached_property
    def intervals(self) -> tuple[IntArray, IntArray]:
        """Queue and interval of each row of the plan's cover."""
        queue = {q: i for i, q in enumerate(self.problem.queues)}
        start = {label: i for i, label in enumerate(self.problem.grid.labels())}
        table = self.plan.coverage
        rows = np.array([(queue[q], start[s]) for q, s in zip(table["queue"], table["interval_start"], strict=True)])
        return rows[:, 0], rows[:, 1]

    @cached_property
    def codes(self) -> frozenset[str]:
        """Codes of the shift types."""
        return frozenset(kind.code for kind in self.problem.shift_types)

    def clock(self, moment: int) -> str:
        """Wall clock of an instant."""
        return f"{self.problem.grid.local(moment):%H:%M}"

    def holds(self, cell: Cell) -> bool:
        """Whether there is such a cell."""
        return cell[0] in self.problem.agent_index and 0 <= cell[1] < self.problem.grid.days

    def typed(self, edits: Iterable[Mapping[str, Any]]) -> list[tuple[Cell, Edit]]:
        """Edits as the matrix sends them ({agent, day, code, locked}); what is not on the board is left out."""
        found = []
        for item in edits:
            cell, code = (str(item["agent"]), int(item["day"])), str(item["code"])
            if self.holds(cell):
                found.append((cell, Edit(code if code in self.codes else "", bool(item["locked"]))))
        return found


def board_of(plan: Plan, people: RosterProblem) -> Board:
    """Put a plan and its team together.

    Raises
    ------
    InputError
        Where the plan's rota no longer fits the team's tables.
    """
    required = need_of(plan.coverage, "the plan's coverage.csv", people.grid, people.queues)
    problem = replace(people, required=required)
    return Board(plan, problem, read_rota(plan.folder / "roster.csv", problem))


@dataclass(frozen=True)
class Judged:
    """An edited rota and what it comes to.

    Attributes
    ----------
    board, draft
        The plan, and the edits on it.
    standing
        What the edited rota breaks and costs.
    locked
        Cells that are locked.
    """

    board: Board
    draft: Draft
    standing: Standing
    locked: frozenset[Cell]

    @cached_property
    def conflicts(self) -> tuple[Violation, ...]:
        """Rules it breaks without a reason, first those that the plan as built does not break."""
        known = {(v.agent, v.day, v.rule) for v in self.board.standing.violations}
        found = (v for v in self.standing.violations if not self.reason(v))
        return tuple(sorted(found, key=lambda v: (v.agent, v.day, v.rule) in known))

    @cached_property
    def overridden(self) -> tuple[tuple[Violation, str], ...]:
        """Rules it breaks knowingly, with the reason."""
        return tuple((v, reason) for v in self.standing.violations if (reason := self.reason(v)))

    def reason(self, violation: Violation) -> str:
        """Why a rule may be broken here; empty where nobody has said."""
        agent = self.board.problem.agents[violation.agent].id
        return self.draft.overrides.get((agent, violation.day, violation.rule), "")

    @property
    def under(self) -> tuple[float, float]:
        """Missing agent-hours, and the change against the plan."""
        before = self.board.standing.coverage.understaffed_hours
        return _change(self.standing.coverage.understaffed_hours, before)

    @property
    def over(self) -> tuple[float, float]:
        """Surplus agent-hours, and the change against the plan."""
        return _change(self.standing.coverage.overstaffed_hours, self.board.standing.coverage.overstaffed_hours)

    @property
    def pay(self) -> tuple[float, float]:
        """Pay, and the change against the plan."""
        return _change(self.standing.terms.get("pay", 0.0), self.board.standing.terms.get("pay", 0.0))

    @property
    def price(self) -> tuple[float, float]:
        """Sum of all priced terms, and the change against the plan."""
        return _change(self.standing.price, self.board.standing.price)

    @cached_property
    def roster(self) -> Roster:
        """The edited rota, its locks marked."""
        agents = self.board.problem.agents
        marked = (replace(s, locked=(agents[s.agent].id, s.day) in self.locked) for s in self.standing.roster.shifts)
        return Roster(tuple(marked))

    @cached_property
    def covered(self) -> Plan:
        """The plan with the edited rota's cover; its simulated service is still the old one."""
        cover, plan, at = self.standing.coverage, self.board.plan, self.board.intervals
        table = plan.coverage.assign(staffed=cover.staffed[at], under=cover.under[at], over=cover.over[at])
        return replace(plan, coverage=table)

    @cached_property
    def plan(self) -> Plan:
        """The plan with the edited rota, its hours and its cover."""
        problem, before = self.board.problem, self.board.plan.matrix
        table = rota_matrix(problem, self.roster).astype(str)
        agreed = dict(zip(before["agent_id"], before["target_hours"], strict=True))
        table["hours"] = _hours(self.standing)
        table["target_hours"] = [agreed.get(a, "") for a in table["agent_id"]]
        return replace(self.covered, roster=rota_table(problem, self.roster), matrix=table)

    @cached_property
    def matrix(self) -> Matrix:
        """The edited rota as a matrix: rows of agents whose days have changed are made anew."""
        before, problem = self.board.matrix, self.board.problem
        if not self.draft.edits:
            return before
        touched = {agent for agent, _ in self.draft.edits}
        worked = [{s.day: s.code for s in self.standing.facts.shifts[problem.agent_index[r.id]]} for r in before.rows]
        hours = dict(zip((a.id for a in problem.agents), _hours(self.standing), strict=True))
        away = {c.code for c in before.codes if c.tone == "absent"}
        rows = tuple(
            replace(
                row,
                cells=tuple(days.get(d, c if c in away else "") for d, c in enumerate(row.cells)),
                locked=tuple((row.id, d) in self.locked for d in range(len(row.cells))),
                hours=float(hours[row.id]),
            )
            if row.id in touched
            else row
            for row, days in zip(before.rows, worked, strict=True)
        )
        grid = problem.grid
        lacking = np.bincount(grid.day, self.standing.coverage.under.sum(axis=0), minlength=grid.days) * grid.hours
        duty = tuple(sum(d in days for days in worked) for d in range(grid.days))
        return replace(before, rows=rows, short=tuple(float(x) for x in np.round(lacking, 2)), on_duty=duty)

    def day(self, index: int) -> Plan:
        """The plan with the edited rota's cover, and its shifts of one day only."""
        shifts = tuple(s for s in self.standing.roster.shifts if s.day == index)
        return replace(self.covered, roster=rota_table(self.board.problem, Roster(shifts)))


def judge(board: Board, draft: Draft) -> Judged:
    """Apply a draft and judge the rota it makes."""
    locked = frozenset(
        {cell for cell, edit in board.cells.items() if edit.locked and cell not in draft.edits}
        | {cell for cell, edit in draft.edits.items() if edit.locked}
    )
    if not draft.edits and not draft.wishes:
        return Judged(board, draft, board.standing, locked)
    problem, facts = board.problem, board.standing.facts
    dates = problem.grid.dates
    now = {cell: edit.code for cell, edit in (board.cells | dict(draft.edits)).items()}
    locks = tuple(Lock(agent, dates[d], now[agent, d] or "off") for agent, d in sorted(locked))
    asked = {(agent, dates[d]): wish for (agent, d), wish in draft.wishes.items()}
    requests = (
        *(r for r in problem.requests if (r.agent, r.day) not in asked),
        *(Request(agent, day, wish) for (agent, day), wish in asked.items() if wish),
    )
    start = replace(board.standing, facts=replace(facts, problem=replace(problem, locks=locks, requests=requests)))
    agents = {problem.agent_index[agent] for agent, _ in draft.edits}
    shifts = _shifts(board, draft)
    days = {a: [s for s in shifts if s.agent == a] for a in agents}
    return Judged(board, draft, moved(start, days), locked)


def _change(now: float, before: float) -> tuple[float, float]:
    return now, now - before


def _hours(standing: Standing) -> list[float]:
    return [sum(s.paid_minutes for s in shifts) / 60 for shifts in standing.facts.shifts]


def _shifts(board: Board, draft: Draft) -> list[Shift]:
    """All shifts of the agents that a draft touches; a new shift starts, and has its breaks, where it helps most."""
    index = board.problem.agent_index
    touched = {(index[agent], day): edit for (agent, day), edit in draft.edits.items()}
    agents = {a for a, _ in touched}
    before = {(s.agent, s.day): s for s in board.roster.shifts if s.agent in agents}
    found = [s for cell, s in before.items() if cell not in touched]
    short = board.standing.coverage.under
    for (agent, day), edit in touched.items():
        old = before.get((agent, day))
        if not edit.code:
            continue
        if old is not None and old.code == edit.code and edit.start in ("", board.clock(old.start)):
            new: Shift | None = old
        else:
            new = _placed(board, agent, day, edit, short)
        if new is not None:
            found.append(replace(new, locked=edit.locked))
    return found


def _placed(board: Board, agent: int, day: int, edit: Edit, short: FloatArray) -> Shift | None:
    """A shift of this type, of those the agent may work if there is one, that covers the most of what is short."""
    o, problem = board.options, board.problem
    kind = next(i for i, k in enumerate(problem.shift_types) if k.code == edit.code)
    fits = np.flatnonzero(o.type_of == kind)
    fits = fits[o.valid[day, fits]] if o.valid[day, fits].any() else fits
    if edit.start:
        minute = int(edit.start[:2]) * 60 + int(edit.start[3:])
        fits = fits[o.start_minute[fits] == minute] if (o.start_minute[fits] == minute).any() else fits
    if board.allowed[agent, day, fits].any():
        fits = fits[board.allowed[agent, day, fits]]
    if not len(fits):
        return None
    serves = [q in problem.agents[agent].queues for q in problem.queues]
    lack = np.minimum(short[serves], 1.0).sum(axis=0)

    def help_of(s: int) -> float:
        first, length, offset = int(o.first[day, s]), int(o.length[day, s]), int(o.offset[day, s])
        return float((o.units[offset : offset + length] / UNITS * lack[first : first + length]).sum())

    s = int(max(fits, key=lambda x: help_of(int(x))))
    start = int(o.start[day, s])
    breaks = tuple((start + m * 60, start + (m + w) * 60) for m, w, _ in o.breaks[s])
    return Shift(agent, day, edit.code, start, int(o.end[day, s]), breaks, int(o.paid_minutes[day, s]))


def lock_table(judged: Judged, *, everything: bool) -> str:
    """Locks (CSV) of the locked cells, or of every cell, for a run that leaves them as they are."""
    problem = judged.board.problem
    starts = {(s.agent, s.day): (s.code, judged.board.clock(s.start)) for s in judged.standing.roster.shifts}
    rows: list[tuple[object, ...]] = []
    for a, agent in enumerate(problem.agents):
        for d, date in enumerate(problem.grid.dates):
            if everything or (agent.id, d) in judged.locked:
                rows.append((agent.id, date.isoformat(), *starts.get((a, d), ("off", ""))))
    return _csv(("agent_id", "date", "shift", "start"), rows)


def request_table(judged: Judged) -> str:
    """All requests (CSV), those made on the board included."""
    rows = [(r.agent, r.day.isoformat(), r.told, f"{r.weight:g}") for r in judged.standing.problem.requests]
    return _csv(("agent_id", "date", "wish", "weight"), rows)


def _csv(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()


def marks(board: Board, found: Iterable[Violation]) -> set[Cell]:
    """Cells at which a rule is broken."""
    return {(board.problem.agents[v.agent].id, v.day) for v in found}


def roster_text(judged: Judged) -> str:
    """The edited rota as ``roster.csv``."""
    return csv_bytes(rota_table(judged.board.problem, judged.roster)).decode()
