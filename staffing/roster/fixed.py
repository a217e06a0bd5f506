"""The primitive *fixed*: which options an agent may be given on a day, one function per rule."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from functools import reduce

import numpy as np

from staffing.grid import BoolArray
from staffing.roster.options import Options
from staffing.roster.problem import RosterProblem
from staffing.roster.settings import ANY, OFF
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


def cell_codes(cell: str) -> tuple[tuple[str, ...] | None, bool]:
    """Shift codes that a rotation's cell allows (None: any), and whether the day may be off.

    Examples
    --------
    >>> cell_codes("E/L"), cell_codes("N?"), cell_codes("-"), cell_codes("*")
    ((('E', 'L'), False), (('N',), True), ((), True), (None, True))
    """
    if cell == OFF:
        return (), True
    if cell.rstrip("?") == ANY:
        return None, True
    return tuple(cell.rstrip("?").split("/")), cell.endswith("?")


def held_to(problem: RosterProblem, agent: int) -> dict[int, str]:
    """Cells of an agent's rotation by day.

    Left out are days of absence, days outside employment and locked days. A public holiday, and the eve of an absence (a
    night shift would run into it), may also be off.
    """
    who = problem.agents[agent]
    if not who.rotation:
        return {}
    rotation = problem.rotations[who.rotation]
    days = employed(who, problem) & ~lock_days(problem)[agent]
    away = [(x.first, x.last) for x in problem.absences if x.agent == who.id]
    found = {}
    for d in np.nonzero(days)[0].tolist():
        day = problem.grid.dates[d]
        if any(first <= day <= last for first, last in away):
            continue
        cell = rotation.cell(day, who.rotation_week)
        eve = any(first <= day + timedelta(days=1) <= last for first, last in away)
        optional = (day in problem.holidays or eve) and not cell.endswith("?") and cell != OFF
        found[d] = cell + "?" if optional else cell
    return found


def fix_rotation(problem: RosterProblem, options: Options) -> BoolArray:
    """An agent works the shifts of the rotation (that a day must be worked, `off_allowed` says)."""
    out = np.ones((len(problem.agents), problem.grid.days, len(options)), np.bool_)
    codes = np.array([kind.code for kind in problem.shift_types])
    for a in range(len(problem.agents)):
        for d, cell in held_to(problem, a).items():
            named, _ = cell_codes(cell)
            if named is not None:
                out[a, d] = np.isin(codes, named)[options.type_of]
    return out


def off_by_locks(problem: RosterProblem) -> BoolArray:
    """A day on which a shift is locked is not off, shape (A, D)."""
    out = np.ones((len(problem.agents), problem.grid.days), np.bool_)
    for lock in problem.locks:
        d = problem.grid.day_index(lock.day)
        if d is not None and lock.shift != "off":
            out[problem.agent_index[lock.agent], d] = False
    return out


def off_by_rotation(problem: RosterProblem) -> BoolArray:
    """A day on which the rotation asks for a shift is not off, shape (A, D)."""
    out = np.ones((len(problem.agents), problem.grid.days), np.bool_)
    for a in range(len(problem.agents)):
        for d, cell in held_to(problem, a).items():
            out[a, d] = cell_codes(cell)[1]
    return out


DAYS_OFF: dict[str, Callable[[RosterProblem], BoolArray]] = {"locks": off_by_locks, "rotation": off_by_rotation}
"""Rules that ask for a shift on some days: whether an agent may be off, shape (A, D) each."""


def off_allowed(problem: RosterProblem, without: Collection[str] = ()) -> BoolArray:
    """Whether an agent may be off on a day as all rules but those in `without` say, shape (A, D)."""
    return reduce(np.logical_and, (rule(problem) for name, rule in DAYS_OFF.items() if name not in without))


FIXED: dict[str, Callable[[RosterProblem, Options], BoolArray]] = {
    "employment": fix_employment,
    "absences": fix_absences,
    "availability": fix_availability,
    "allowed_shifts": fix_allowed_shifts,
    "rotation": fix_rotation,
    "locks": fix_locks,
}
"""Rules that compile to allowed options, shape (A, D, S) each."""


def allowed_options(problem: RosterProblem, options: Options, without: Collection[str] = ()) -> BoolArray:
    """Options that all fixed rules, but those in `without`, allow, shape (A, D, S)."""
    kept = (fix(problem, options) for rule, fix in FIXED.items() if rule not in without)
    return reduce(np.logical_and, kept)
