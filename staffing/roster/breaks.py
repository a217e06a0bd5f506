"""Breaks of shifts that stand: every placement that the shift type allows is tried, shift by shift, until none is better.

The search (`engine`) chooses breaks together with shifts, from a thinned list of placements; here the list is whole, and
the shifts do not move. What a placement costs is exact: the cover is kept split as cheaply as can be (`flow`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from staffing.grid import BoolArray
from staffing.roster.anneal import descend
from staffing.roster.costs import units_of
from staffing.roster.cover import Cover, cover_of
from staffing.roster.options import Options, expand, starts_of
from staffing.roster.primitives import Program
from staffing.roster.problem import Roster, RosterProblem, Shift

MOST = 2_000
"""Most placements of breaks that are tried per shift type and start; beyond, they are thinned evenly."""


def lacking(problem: RosterProblem, roster: Roster) -> frozenset[tuple[int, int]]:
    """Agent and day of the shifts that have not the breaks of their type, e.g. after editing by hand."""
    return frozenset(
        (s.agent, s.day) for s in roster.shifts if s.code in problem.kinds and len(s.breaks) != _due(problem, s)
    )


def _due(problem: RosterProblem, shift: Shift) -> int:
    return len(problem.kinds[shift.code].breaks)


def place_breaks(
    problem: RosterProblem, roster: Roster, cells: Collection[tuple[int, int]] | None = None, *, workers: int = 1
) -> Roster:
    """Place the breaks of a rota's shifts where they hurt cover least; nobody's shift moves.

    Parameters
    ----------
    problem
        The need, the prices and the shift types with their breaks' windows.
    roster
        Any rota. Shifts unlike their type (start, end, two on one day) and those with activities stay as they are.
    cells
        Agents (rows) and days whose breaks are placed, e.g. `lacking`; None means all.
    workers
        Threads.

    Returns
    -------
    Roster
        The same shifts; those placed have the breaks and the paid time of their type. It never costs more in cover than
        any single shift's other placement would save.
    """
    index = {kind.code: k for k, kind in enumerate(problem.shift_types)}
    movable: dict[tuple[int, int], tuple[Shift, tuple[int, int]]] = {}
    days = Counter((s.agent, s.day) for s in roster.shifts)
    for s in roster.shifts:
        cell = (s.agent, s.day)
        begin = _start_minute(problem, s)
        asked = cells is None or cell in cells
        if asked and begin is not None and not s.activities and days[cell] == 1 and _due(problem, s):
            movable[cell] = s, (index[s.code], begin)
    if not movable:
        return roster
    options = expand(problem, MOST, {kind for _, kind in movable.values()})
    shape = (len(problem.agents), problem.grid.days)
    choice = np.full(shape, -1, np.int32)
    allowed = np.zeros((*shape, len(options)), np.bool_)
    for (a, d), (shift, (kind, begin)) in movable.items():
        fits = (options.type_of == kind) & (options.start_minute == begin) & options.valid[d]
        if not fits.any():  # a locked shift on another weekday than its type's
            fits = (options.type_of == kind) & (options.start_minute == begin)
        allowed[a, d] = fits
        choice[a, d] = _nearest(options, np.nonzero(fits)[0].tolist(), shift)
    others = [s for s in roster.shifts if (s.agent, s.day) not in movable]
    cover = cover_of(problem)
    program = _program(options, allowed, replace(cover, base=cover.base + units_of(problem, others)))
    found = descend(program, choice, workers=workers)
    shifts = list(others)
    for (a, d), (shift, (kind, _)) in movable.items():
        breaks = tuple(
            (shift.start + m * 60, shift.start + (m + n) * 60) for m, n, _ in options.breaks[int(found[a, d])]
        )
        paid = problem.shift_types[kind].paid_minutes(shift.end - shift.start)
        shifts.append(replace(shift, breaks=breaks, paid_minutes=paid))
    return Roster(tuple(sorted(shifts, key=lambda s: (s.agent, s.day, s.start))))


def _start_minute(problem: RosterProblem, shift: Shift) -> int | None:
    """Wall-clock minute of the start, where the shift begins and ends as its type says; else None."""
    kind = problem.kinds.get(shift.code)
    if kind is None or kind.on_call:
        return None
    for minute in starts_of(kind):
        if problem.grid.instant(shift.day, minute) == shift.start:
            ends = problem.grid.instant(shift.day, minute + round(kind.hours * 60))
            return minute if ends == shift.end else None
    return None


def _nearest(options: Options, fits: list[int], shift: Shift) -> int:
    def distance(s: int) -> int:
        begins = [shift.start + m * 60 for m, _, _ in options.breaks[s]]
        return sum(abs(x - y[0]) for x, y in zip(begins, shift.breaks, strict=False))

    return min(fits, key=distance)


def _program(options: Options, allowed: BoolArray, cover: Cover) -> Program:
    """Only the choice of breaks: no rule between days, no cost but cover."""
    A, D, S = allowed.shape
    return Program(
        allowed=allowed,
        off_allowed=np.asarray(~allowed.any(axis=2)),
        cost=np.zeros((A, D, S), np.int32),
        off_cost=np.zeros((A, D), np.int32),
        measures=np.ones((1, D, S), np.int32),
        counts=(),
        runs=(),
        successions=(),
        start=options.start,
        end=options.end,
        banned=None,
        first=options.first,
        length=options.length,
        offset=options.offset,
        units=options.units,
        cover=cover,
    )
