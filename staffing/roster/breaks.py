"""Breaks of shifts that stand: every placement that the shift type allows is tried, shift by shift, until none is better.

The search (`engine`) chooses breaks together with shifts, from a thinned list of placements; here the list is whole, and
the shifts do not move. What a placement costs is exact: the cover is kept split as cheaply as can be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from staffing.grid import IntArray, TimeGrid
from staffing.roster.costs import units_of
from staffing.roster.cover import UNITS, cover_of
from staffing.roster.kernels.pauses import Board, Pauses, place_pauses, settle
from staffing.roster.options import Placement, placements, starts_of, units_of_work
from staffing.roster.problem import Roster, RosterProblem, Shift, ShiftType
from staffing.roster.tables import net_of

MOST = 2_000
"""Most placements of breaks that are tried per shift type and start; beyond, they are thinned evenly."""


GOLDEN = (5**0.5 - 1) / 2
"""Multiples of it, modulo 1, lie evenly scattered."""


def lacking(problem: RosterProblem, roster: Roster) -> frozenset[tuple[int, int]]:
    """Agent and day of the shifts that have not the breaks of their type, e.g. after editing by hand."""
    return frozenset(
        (s.agent, s.day) for s in roster.shifts if s.code in problem.kinds and len(s.breaks) != _due(problem, s)
    )


def _due(problem: RosterProblem, shift: Shift) -> int:
    return len(problem.kinds[shift.code].breaks)


def place_breaks(problem: RosterProblem, roster: Roster, cells: Collection[tuple[int, int]] | None = None) -> Roster:
    """Place the breaks of a rota's shifts where they hurt cover least; nobody's shift moves.

    Parameters
    ----------
    problem
        The need, the prices and the shift types with their breaks' windows.
    roster
        Any rota. Shifts unlike their type (start, end, two on one day) and those with activities stay as they are.
    cells
        Agents (rows) and days whose breaks are placed, e.g. `lacking`; None means all.

    Returns
    -------
    Roster
        The same shifts; those placed have the breaks and the paid time of their type. No other placement of any single
        shift's breaks costs less in cover.
    """
    families: dict[tuple[str, int, int], _Family] = {}
    spans: dict[tuple[str, int], frozenset[tuple[int, int]]] = {}
    days = Counter((s.agent, s.day) for s in roster.shifts)
    movable: list[tuple[Shift, _Family]] = []
    others: list[Shift] = []
    origin = int(problem.grid.starts[0])
    for s in roster.shifts:
        family = None
        asked = cells is None or (s.agent, s.day) in cells
        if asked and s.code in problem.kinds and not s.activities and days[s.agent, s.day] == 1 and _due(problem, s):
            if (s.code, s.day) not in spans:
                spans[s.code, s.day] = _spans(problem, s.code, s.day)
            if (s.start, s.end) in spans[s.code, s.day]:
                key = (s.code, s.end - s.start, (s.start - origin) % problem.grid.seconds)
                if key not in families:
                    families[key] = _Family(len(families), problem.kinds[s.code], problem.grid, *key[1:])
                family = families[key] if families[key].placements else None
        if family is None:
            others.append(s)
        else:
            movable.append((s, family))
    if not movable:
        return roster
    movable.sort(key=lambda x: x[0].start)
    found = _placed(problem, others, movable, list(families.values()))
    shifts = list(others)
    for (shift, family), placement in zip(movable, found, strict=True):
        breaks = tuple((shift.start + m * 60, shift.start + (m + n) * 60) for m, n, _ in placement)
        shifts.append(replace(shift, breaks=breaks, paid_minutes=family.paid_minutes))
    return Roster(tuple(sorted(shifts, key=lambda s: (s.agent, s.day, s.start))))


def _spans(problem: RosterProblem, code: str, day: int) -> frozenset[tuple[int, int]]:
    """Start and end (Unix seconds) of the shifts of a type on a day; none of on-call duty."""
    kind, grid = problem.kinds[code], problem.grid
    minutes = round(kind.hours * 60)
    starts = () if kind.on_call else starts_of(kind)
    return frozenset((grid.instant(day, m), grid.instant(day, m + minutes)) for m in starts)


class _Family:
    """Shifts of one type and length that begin alike within an interval: where their breaks may lie."""

    def __init__(self, number: int, kind: ShiftType, grid: TimeGrid, seconds: int, phase: int) -> None:
        self.number = number
        self.paid_minutes = kind.paid_minutes(seconds)
        self.whole = units_of_work(phase, seconds, [], grid.seconds)
        self.placements: list[Placement] = []
        self.holes: list[tuple[list[int], list[int]]] = []
        seen: set[bytes] = set()
        for placement in placements(kind, grid.interval_minutes, MOST):
            if any((m + n) * 60 > seconds for m, n, _ in placement):
                continue  # a night that the clock change makes shorter
            units = units_of_work(phase, seconds, [(m * 60, (m + n) * 60) for m, n, _ in placement], grid.seconds)
            if units.tobytes() not in seen:
                seen.add(units.tobytes())
                at = np.flatnonzero(units != self.whole)
                self.placements.append(placement)
                self.holes.append((at.tolist(), units[at].tolist()))
        self.spots = sorted({i for at, _ in self.holes for i in at})
        self.begins = np.array([[m * 60 for m, _, _ in p] for p in self.placements], dtype=np.int64)
        self.nearest: dict[tuple[int, ...], int] = {}
        self.scattered = 0

    def now(self, shift: Shift) -> int:
        """The placement that is nearest to a shift's breaks; for shifts without those of their type one after another.

        To begin scattered comes out far better than to put each shift's breaks where they cost least so far.
        """
        offsets = tuple(begin - shift.start for begin, _ in shift.breaks)
        if len(offsets) != self.begins.shape[1]:
            self.scattered += 1
            return int(self.scattered * GOLDEN % 1.0 * len(self.placements))
        if offsets not in self.nearest:
            self.nearest[offsets] = int(np.abs(self.begins - np.array(offsets)).sum(axis=1).argmin())
        return self.nearest[offsets]


def _placed(
    problem: RosterProblem, others: list[Shift], movable: list[tuple[Shift, _Family]], families: list[_Family]
) -> list[Placement]:
    """The placement of each shift."""
    grid, cover = problem.grid, cover_of(problem)
    T, G, Q = len(grid), len(problem.skills), len(problem.queues)
    place_ptr = np.cumsum([0, *(len(f.placements) for f in families)])
    holes = [hole for f in families for hole in f.holes]
    pz = Pauses(
        group=np.array([problem.group[s.agent] for s, _ in movable], np.int64),
        first=np.array([(s.start - int(grid.starts[0])) // grid.seconds for s, _ in movable], np.int64),
        family=np.array([f.number for _, f in movable], np.int64),
        whole_ptr=np.cumsum([0, *(len(f.whole) for f in families)]),
        whole=np.concatenate([f.whole for f in families]).astype(np.int64),
        spot_ptr=np.cumsum([0, *(len(f.spots) for f in families)]),
        spot=np.array([i for f in families for i in f.spots], np.int64),
        place_ptr=place_ptr,
        hole_ptr=np.cumsum([0, *(len(at) for at, _ in holes)]),
        hole_at=np.array([i for at, _ in holes for i in at], np.int64),
        hole_units=np.array([u for _, units in holes for u in units], np.int64),
    )
    longest = max(len(f.whole) for f in families)
    board = Board(
        flow=np.zeros((T, G, Q), np.int64),
        level=np.zeros((T, Q), np.int64),
        stamp=np.zeros(T, np.int64),
        seen=np.full(len(movable), -1, np.int64),
        price=np.zeros((longest, UNITS + 1), np.int64),
        have=np.zeros(longest, np.int64),
        spare_flow=np.zeros((1, G, Q), np.int64),
        spare_level=np.zeros((1, Q), np.int64),
        chain=np.zeros((3, Q), np.int64),
    )
    choice = np.array([f.now(s) for s, f in movable], np.int64) + place_ptr[pz.family]
    supply = cover.base + units_of(problem, others) + _now(pz, choice, T, G)
    net = net_of(cover)
    settle(net, supply, board)
    edges = np.flatnonzero(np.diff([s.day for s, _ in movable])) + 1
    place_pauses(net, pz, np.array([0, *edges.tolist(), len(movable)], np.int64), choice, board)
    return [f.placements[int(c) - int(place_ptr[f.number])] for (_, f), c in zip(movable, choice, strict=True)]


def _now(pz: Pauses, choice: IntArray, T: int, G: int) -> IntArray:
    """Units that shifts with such placements put on duty, shape (T, G)."""
    out = np.zeros((T, G), np.int64)
    for i, c in enumerate(choice.tolist()):
        f, b, g = int(pz.family[i]), int(pz.first[i]), int(pz.group[i])
        units = pz.whole[pz.whole_ptr[f] : pz.whole_ptr[f + 1]]
        out[b : b + len(units), g] += units[: T - b]
        holes = slice(int(pz.hole_ptr[c]), int(pz.hole_ptr[c + 1]))
        at = pz.hole_at[holes]
        inside = b + at < T
        out[b + at[inside], g] += pz.hole_units[holes][inside] - units[at[inside]]
    return out
