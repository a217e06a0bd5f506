"""The primitive *fixed*: which options an agent may be given on a day, one function per rule."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np

from staffing.grid import BoolArray
from staffing.roster.options import Options
from staffing.roster.problem import RosterProblem
from staffing.roster.targets import employed


def lock_days(problem: RosterProblem) -> BoolArray:
    """Days of agents that a planner fixed, shape (A, D)."""
    out = np.zeros((len(problem.agents), problem.grid.days), np.bool_)
    for lock in problem.locks:
        d = problem.grid.day_index(lock.day)
        if d is not None:
            out[problem.agent_index[lock.agent], d] = True
    return out


def fix_employment(problem: RosterProblem, options: Options) -> BoolArray:
    """Shifts start on days of employment."""
    days = np.stack([employed(agent, problem) for agent in problem.agents])
    return np.broadcast_to(days[:, :, None], (*days.shape, len(options)))


def fix_absences(problem: RosterProblem, options: Options) -> BoolArray:
    """No shift touches a day of absence."""
    grid = problem.grid
    out = np.ones((len(problem.agents), grid.days, len(options)), np.bool_)
    for absence in problem.absences:
        a = problem.agent_index[absence.agent]
        begin = grid.instant((absence.first - grid.start).days, 0)
        end = grid.instant((absence.last - grid.start).days + 1, 0)
        out[a] &= (options.end <= begin) | (options.start >= end)
    return out


def fix_availability(problem: RosterProblem, options: Options) -> BoolArray:
    """A shift lies inside one range of the agent's availability, unless it is locked."""
    grid = problem.grid
    out = np.ones((len(problem.agents), grid.days, len(options)), np.bool_)
    begin, end = options.start_minute, options.start_minute + options.length_minutes
    for a, agent in enumerate(problem.agents):
        if agent.availability is None:
            continue
        by_weekday = []
        for ranges in agent.availability:
            fits = np.zeros(len(options), np.bool_)
            for lo, hi in ranges:
                fits |= (lo <= begin) & (end <= hi)
            by_weekday.append(fits)
        out[a] = np.stack(by_weekday)[grid.weekday]
    out[lock_days(problem)] = True
    return out


def fix_allowed_shifts(problem: RosterProblem, options: Options) -> BoolArray:
    """A shift is of a type that the contract names and that starts on this weekday, unless it is locked."""
    codes = [kind.code for kind in problem.shift_types]
    out = np.ones((len(problem.agents), problem.grid.days, len(options)), np.bool_)
    for a, agent in enumerate(problem.agents):
        named = problem.contracts[agent.contract].shifts
        if named is not None:
            out[a] = np.array([code in named for code in codes], np.bool_)[options.type_of][None]
    out &= options.valid[None]
    out[lock_days(problem)] = True
    return out


def fix_locks(problem: RosterProblem, options: Options) -> BoolArray:
    """A locked day keeps its shift or its day off (that it is worked at all, `off_allowed` says)."""
    codes = {kind.code: k for k, kind in enumerate(problem.shift_types)}
    out = np.ones((len(problem.agents), problem.grid.days, len(options)), np.bool_)
    for lock in problem.locks:
        d = problem.grid.day_index(lock.day)
        if d is None:
            continue
        a = problem.agent_index[lock.agent]
        if lock.shift == "off":
            out[a, d] = False
        else:
            out[a, d] &= options.type_of == codes[lock.shift]
            if lock.start is not None:
                out[a, d] &= options.start[d] == lock.start
    return out


def off_allowed(problem: RosterProblem) -> BoolArray:
    """Whether an agent may be off on a day: not where a shift is locked, shape (A, D)."""
    out = np.ones((len(problem.agents), problem.grid.days), np.bool_)
    for lock in problem.locks:
        d = problem.grid.day_index(lock.day)
        if d is not None and lock.shift != "off":
            out[problem.agent_index[lock.agent], d] = False
    return out


FIXED: dict[str, Callable[[RosterProblem, Options], BoolArray]] = {
    "employment": fix_employment,
    "absences": fix_absences,
    "availability": fix_availability,
    "allowed_shifts": fix_allowed_shifts,
    "locks": fix_locks,
}
"""Rules that compile to allowed options, shape (A, D, S) each."""


def allowed_options(problem: RosterProblem, options: Options) -> BoolArray:
    """Options that all fixed rules allow, shape (A, D, S)."""
    return reduce(np.logical_and, (fix(problem, options) for fix in FIXED.values()))
