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
    known: dict[tuple[str, int], dict[tuple[int, int], int]] = {}
    for s in roster.shifts:
        cell = (s.agent, s.day)
        if s.code in problem.kinds and (s.code, s.day) not in known:
            known[s.code, s.day] = _spans(problem, s.code, s.day)
        begin = known.get((s.code, s.day), {}).get((s.start, s.end))
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
        listed = np.nonzero(fits)[0].tolist()
        choice[a, d] = _nearest(options, listed, shift) if shift.breaks else listed[0]
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


def _spans(problem: RosterProblem, code: str, day: int) -> dict[tuple[int, int], int]:
    """Minute of the start by start and end (Unix seconds) of the shifts of a type on a day; none of on-call duty."""
    kind, grid = problem.kinds[code], problem.grid
    minutes = round(kind.hours * 60)
    starts = () if kind.on_call else starts_of(kind)
    return {(grid.instant(day, m), grid.instant(day, m + minutes)): m for m in starts}


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
