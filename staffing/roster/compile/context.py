"""What the compilers of rules and costs read, and the measures of options that they count by."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from staffing.grid import BoolArray
from staffing.roster.fixed import allowed_options
from staffing.roster.options import Options, paid_unit
from staffing.roster.primitives import Band, Count, Run, Succession
from staffing.roster.problem import RosterProblem
from staffing.roster.shares import nights_of
from staffing.roster.targets import Targets, make_targets

WORKS, PAID, PAID_UNITS, UNPOPULAR, NIGHT, START, DUTY, FIRST_TYPE = range(8)
"""Rows of `Program.measures`: 1 for every shift, paid minutes, the same in units, unpopular shifts, night shifts, the
wall-clock minute of the start, on-call duties; from `FIRST_TYPE` on one row for each shift type that a forbidden succession
names."""

ALWAYS = 2**31 - 1
"""A hard bound that no value reaches."""


@dataclass(frozen=True)
class Context:
    """What the compilers read."""

    problem: RosterProblem
    options: Options
    targets: Targets
    unit: int


Primitive = Count | Run | Succession | Band


def make_context(problem: RosterProblem, options: Options, allowed: BoolArray | None = None) -> Context:
    """What the compilers of one problem read."""
    allowed = allowed_options(problem, options) if allowed is None else allowed
    return Context(problem, options, make_targets(problem, options, allowed), paid_unit(options))


def context_of_agent(x: Context, agent: int) -> Context:
    """The same for one agent alone, who is due what they are due in the team."""
    who = x.problem.agents[agent]
    problem = x.problem
    alone = replace(
        problem,
        agents=(who,),
        absences=tuple(row for row in problem.absences if row.agent == who.id),
        requests=tuple(row for row in problem.requests if row.agent == who.id),
        locks=tuple(row for row in problem.locks if row.agent == who.id),
        past=tuple(row for row in problem.past if row.agent == who.id),
        published=tuple(row for row in problem.published if row.agent == who.id),
    )
    return Context(alone, x.options, x.targets.only([agent]), x.unit)


def named_types(problem: RosterProblem) -> tuple[str, ...]:
    """Codes that some forbidden succession names, in the order of the shift types."""
    named = {code for pair in problem.law.forbidden_successions for code in pair}
    for agent in problem.agents:
        named |= {code for pair in problem.contracts[agent.contract].forbidden_successions for code in pair}
    return tuple(kind.code for kind in problem.shift_types if kind.code in named)


def weeks_of(x: Context) -> list[tuple[int, ...]]:
    """Days of each week from Monday to Sunday that the horizon touches."""
    week = x.problem.grid.week
    return [tuple(np.nonzero(week == w)[0].tolist()) for w in range(int(week[-1]) + 1)]


def measures_of(x: Context) -> npt.NDArray[np.int32]:
    """Weights of options by day, shape (M, D, S)."""
    o, kinds = x.options, x.problem.shift_types
    unpopular = np.array([kind.unpopular for kind in kinds], np.int32)[o.type_of]
    night = nights_of(x.problem, o)
    duty = np.array([kind.on_call for kind in kinds], np.int32)[o.type_of]
    paid = o.paid_minutes.astype(np.int32)
    ones = np.ones_like(paid)
    codes = np.array([kind.code for kind in kinds])[o.type_of]
    named = [ones * (codes == code)[None] for code in named_types(x.problem)]
    flags = [ones * unpopular[None], ones * night[None], ones * o.start_minute[None], ones * duty[None]]
    return np.stack([ones, paid, paid // x.unit, *flags, *named]).astype(np.int32)
