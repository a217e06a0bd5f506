"""A rota edited by hand: what it becomes, which rules it breaks, and how it is handed to the solver as locks."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from staffing.grid import BoolArray, FloatArray
from staffing.roster import costs, rules
from staffing.roster.cover import UNITS
from staffing.roster.fixed import allowed_options
from staffing.roster.options import Options, expand
from staffing.roster.problem import Roster, RosterProblem, Shift
from staffing.roster.rota import read_rota, rota_matrix, rota_table
from staffing.roster.rules import Violation
from staffing.ui.vm.plan import Plan

Cell = tuple[str, int]
"""Agent's id and index of the day."""


@dataclass(frozen=True)
class Edit:
    """What a cell was set to: a shift's code, or empty for a day off, and whether it is locked."""

    code: str
    locked: bool


@dataclass(frozen=True)
class Draft:
    """Edits to a plan, the latest of each cell; cells that are as in the plan are not in it."""

    edits: Mapping[Cell, Edit] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.edits)


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
        """Shift and lock of every cell that has one."""
        return {(self.problem.agents[s.agent].id, s.day): Edit(s.code, s.locked) for s in self.roster.shifts}

    @cached_property
    def coverage(self) -> costs.Coverage:
        """Cover of the plan as it was built."""
        return costs.coverage(self.problem, self.roster)


def board_of(plan: Plan, people: RosterProblem) -> Board:
    """Put a plan and its team together.

    Raises
    ------
    InputError
        Where the plan's rota no longer fits the team's tables.
    """
    required = np.asarray(plan.coverage["required"], dtype=float).reshape(-1, len(plan.queues)).T
    problem = replace(people, required=np.ascontiguousarray(required))
    return Board(plan, problem, read_rota(plan.folder / "roster.csv", problem))


def changed(board: Board, draft: Draft, edits: Iterable[Mapping[str, Any]]) -> Draft:
    """Draft after more edits ({agent, day, code, locked}); cells set back to the plan leave it."""
    now = dict(draft.edits)
    codes = {kind.code for kind in board.problem.shift_types}
    for item in edits:
        cell = (str(item["agent"]), int(item["day"]))
        if cell[0] not in board.problem.agent_index or not 0 <= cell[1] < board.problem.grid.days:
            continue
        code = str(item["code"])
        edit = Edit(code if code in codes else "", bool(item["locked"]))
        if edit == board.cells.get(cell, Edit("", False)):
            now.pop(cell, None)
        else:
            now[cell] = edit
    return Draft(now)


@dataclass(frozen=True)
class Judged:
    """An edited rota and what it comes to.

    Attributes
    ----------
    plan
        The plan with the edited rota and its cover; its simulated service is still the old one.
    conflicts
        Rules it breaks.
    locked
        Cells that are locked.
    under, over, pay, price
        Missing and surplus agent-hours, pay, and the sum of all priced terms, each with the change against the plan.
    """

    plan: Plan
    conflicts: tuple[Violation, ...]
    locked: frozenset[Cell]
    under: tuple[float, float]
    over: tuple[float, float]
    pay: tuple[float, float]
    price: tuple[float, float]


def judge(board: Board, draft: Draft) -> Judged:
    """Apply a draft and judge the rota it makes."""
    problem = board.problem
    roster = edited(board, draft)
    cover = costs.coverage(problem, roster)
    terms, before = costs.terms(problem, roster), costs.terms(problem, board.roster)
    matrix = rota_matrix(problem, roster).astype(str)
    hours = np.zeros(len(problem.agents))
    for shift in roster.shifts:
        hours[shift.agent] += shift.paid_minutes / 60
    agreed = dict(zip(board.plan.matrix["agent_id"], board.plan.matrix["target_hours"], strict=True))
    matrix["hours"] = hours
    matrix["target_hours"] = [agreed.get(a, "") for a in matrix["agent_id"]]
    table = board.plan.coverage.assign(
        staffed=cover.staffed.T.ravel(), under=cover.under.T.ravel(), over=cover.over.T.ravel()
    )
    locked = {cell for cell, edit in board.cells.items() if edit.locked and cell not in draft.edits}
    locked |= {cell for cell, edit in draft.edits.items() if edit.locked}
    return Judged(
        replace(board.plan, roster=rota_table(problem, roster), matrix=matrix, coverage=table),
        rules.audit(problem, roster),
        frozenset(locked),
        _change(cover.understaffed_hours, board.coverage.understaffed_hours),
        _change(cover.overstaffed_hours, board.coverage.overstaffed_hours),
        _change(terms.get("pay", 0.0), before.get("pay", 0.0)),
        _change(sum(terms.values()), sum(before.values())),
    )


def _change(now: float, before: float) -> tuple[float, float]:
    return now, now - before


def edited(board: Board, draft: Draft) -> Roster:
    """The rota a draft makes; a new shift starts, and has its breaks, where it helps most."""
    if not draft.edits:
        return board.roster
    index = board.problem.agent_index
    touched = {(index[agent], day): edit for (agent, day), edit in draft.edits.items()}
    kept, shifts = {}, []
    for shift in board.roster.shifts:
        if (shift.agent, shift.day) in touched:
            kept[shift.agent, shift.day] = shift
        else:
            shifts.append(shift)
    short = board.coverage.under
    for (agent, day), edit in touched.items():
        old = kept.get((agent, day))
        if not edit.code:
            continue
        same = old is not None and old.code == edit.code
        new = old if same and old is not None else _placed(board, agent, day, edit.code, short)
        if new is not None:
            shifts.append(replace(new, locked=edit.locked))
    return Roster(tuple(sorted(shifts, key=lambda s: (s.agent, s.day, s.start))))


def _placed(board: Board, agent: int, day: int, code: str, short: FloatArray) -> Shift | None:
    """A shift of this type, of those the agent may work if there is one, that covers the most of what is short."""
    o, problem = board.options, board.problem
    kind = next(i for i, k in enumerate(problem.shift_types) if k.code == code)
    fits = np.flatnonzero(o.type_of == kind)
    fits = fits[o.valid[day, fits]] if o.valid[day, fits].any() else fits
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
    return Shift(agent, day, code, start, int(o.end[day, s]), breaks, int(o.paid_minutes[day, s]))


def lock_table(board: Board, judged: Judged, *, everything: bool) -> str:
    """Locks (CSV) of the locked cells, or of every cell, for a run that leaves them as they are."""
    grid = board.problem.grid
    starts = {(r["agent_id"], r["date"]): (r["shift"], r["start"]) for r in judged.plan.roster.to_dict("records")}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["agent_id", "date", "shift", "start"])
    for agent in board.problem.agents:
        for day, date in enumerate(grid.dates):
            if everything or (agent.id, day) in judged.locked:
                code, start = starts.get((agent.id, date.isoformat()), ("off", ""))
                writer.writerow([agent.id, date.isoformat(), code, start[11:16]])
    return text.getvalue()


def to_json(draft: Draft) -> str:
    """A draft as text, to be kept."""
    return json.dumps([[a, d, e.code, e.locked] for (a, d), e in draft.edits.items()])


def from_json(text: str) -> Draft:
    """A draft that was kept."""
    return Draft({(str(a), int(d)): Edit(str(c), bool(k)) for a, d, c, k in json.loads(text)})


def by_cell(conflicts: Sequence[Violation]) -> set[tuple[int, int]]:
    """Cells (row of the agent, day) at which a rule is broken."""
    return {(v.agent, v.day) for v in conflicts}
