"""Who could take a shift over: each colleague tried in turn, with the rules that breaks and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from staffing.roster.problem import Shift
from staffing.roster.rules import Violation
from staffing.roster.standing import moved
from staffing.ui.vm.board import Judged
from staffing.ui.vm.editing import Cell


@dataclass(frozen=True)
class Taker:
    """A colleague who could take the shift.

    Attributes
    ----------
    agent, name
        Who.
    broken
        Rules that would newly be broken on the colleague's days.
    price
        What all priced terms change by, in the scenario's currency.
    hours
        Paid hours of the horizon the colleague would come to.
    """

    agent: str
    name: str
    broken: tuple[Violation, ...]
    price: float
    hours: float


@dataclass(frozen=True)
class Handover:
    """What can become of a shift if its agent does not work it.

    Attributes
    ----------
    code, start
        The shift: its type and wall-clock start.
    open_price
        What it costs more (or less) to leave it open.
    takers
        Colleagues who are free that day, those first who break no rule, then by price.
    """

    code: str
    start: str
    open_price: float
    takers: tuple[Taker, ...]


def shift_at(judged: Judged, cell: Cell) -> Shift | None:
    """Shift of an agent on a day; None on a day off."""
    a = judged.board.problem.agent_index[cell[0]]
    return next((s for s in judged.standing.facts.shifts[a] if s.day == cell[1]), None)


def handover(judged: Judged, cell: Cell, most: int = 8) -> Handover | None:
    """Try every colleague who is free that day, may work the shift and serves one of its queues; None on a day off.

    Parameters
    ----------
    judged
        The rota as it stands.
    cell
        Whose shift, on which day.
    most
        Colleagues returned.
    """
    shift = shift_at(judged, cell)
    if shift is None:
        return None
    board, standing = judged.board, judged.standing
    problem, options = board.problem, board.options
    a, day = shift.agent, shift.day
    kind = next(i for i, k in enumerate(problem.shift_types) if k.code == shift.code)
    same = np.flatnonzero((options.type_of == kind) & (options.start[day] == shift.start))
    free = moved(standing, {a: [s for s in standing.facts.shifts[a] if s.day != day]})
    queues = set(problem.agents[a].queues)
    found = []
    for b, colleague in enumerate(problem.agents):
        shifts = standing.facts.shifts[b]
        works = b == a or any(s.day == day for s in shifts)
        if works or not queues & set(colleague.queues) or not board.allowed[b, day, same].any():
            continue
        if (colleague.id, day) in judged.locked:
            continue
        after = moved(free, {b: [*shifts, replace(shift, agent=b, locked=False, activities=())]})
        known = {(v.day, v.rule) for v in standing.broken[b]}
        broken = tuple(v for v in after.broken[b] if (v.day, v.rule) not in known)
        hours = sum(s.paid_minutes for s in after.facts.shifts[b]) / 60
        found.append(Taker(colleague.id, colleague.name, broken, after.price - standing.price, hours))
    found.sort(key=lambda x: (len(x.broken), x.price, x.name))
    return Handover(shift.code, board.clock(shift.start), free.price - standing.price, tuple(found[:most]))
