"""Concrete shifts: every start, and every placement of breaks, that a shift type allows on a day.

An *option* is what a solver chooses for an agent and a day. Break placement is part of the option, so cover, cost and
bound are exact: nothing is moved afterwards.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt

from staffing.errors import Problems
from staffing.grid import WEEKDAYS, BoolArray, IntArray, read_only
from staffing.roster.cover import UNITS
from staffing.roster.primitives import Choice
from staffing.roster.problem import Roster, RosterProblem, Shift, ShiftType

Placement = tuple[tuple[int, int, bool], ...]
"""Breaks of a shift: (minute after its start, minutes, paid) of each."""


@dataclass(frozen=True)
class Options:
    """All options of a problem, S of them on each of D days.

    Attributes
    ----------
    type_of
        Index of the shift type of each option, shape (S,).
    start_minute
        Wall-clock minute of the start, shape (S,).
    length_minutes
        From start to end, breaks included, on an ordinary day, shape (S,).
    breaks
        Per option, (minute after the start, minutes, paid) of each break.
    start, end
        Unix seconds of start and end of each option on each day, shape (D, S).
    paid_minutes
        Working time that counts, shape (D, S) (differs between days only where the clock changes).
    valid
        Whether the option may start on that day at all (its weekdays), shape (D, S).
    first
        Index of the first interval touched, shape (D, S).
    length
        Number of intervals touched inside the horizon, shape (D, S).
    offset
        Position of the first of those intervals' units in `units`, shape (D, S).
    units
        Pool of cover units, 0 to `UNITS` per interval; option s on day d adds
        ``units[offset[d, s] : offset[d, s] + length[d, s]]`` to its agent's group from interval ``first[d, s]`` on.
    """

    type_of: IntArray
    start_minute: IntArray
    length_minutes: IntArray
    breaks: tuple[Placement, ...]
    start: IntArray
    end: IntArray
    paid_minutes: IntArray
    valid: BoolArray
    first: IntArray
    length: IntArray
    offset: IntArray
    units: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        read_only(self)

    def __len__(self) -> int:
        return len(self.type_of)


PLACEMENTS = 24
"""Most break placements kept per shift type and start; more are thinned evenly."""


def expand(problem: RosterProblem, most: int = PLACEMENTS, only: Collection[tuple[int, int]] | None = None) -> Options:
    """List the options of a problem: every shift type, start and break placement.

    Breaks start on whole intervals after the shift's start, inside their window (at the window's beginning where no
    whole interval lies inside), in their order and without overlap. Placements that cover the same are listed once;
    more than `PLACEMENTS` are thinned evenly. The end is told by the wall clock: a night shift is an hour shorter when
    the clock springs forward, and so is its paid time.

    Parameters
    ----------
    problem
        Its shift types and horizon are read.
    most
        Most break placements per shift type and start.
    only
        Shift types (index) and starts (minute) to list; None means all.

    Returns
    -------
    Options
        Sorted by shift type, start and breaks.

    Examples
    --------
    >>> from datetime import date, time
    >>> from staffing.grid import TimeGrid
    >>> from staffing.roster.problem import Break, Law, Prices
    >>> early = ShiftType("E", time(8), 8.5, breaks=(Break(30, 4.0, 4.5),))
    >>> grid = TimeGrid(date(2027, 1, 4), 7, "Europe/Berlin", 30)
    >>> need = np.zeros((1, len(grid)))
    >>> options = expand(RosterProblem(grid, ("voice",), need, (), {}, (early,), Law(), Prices()))
    >>> len(options), int(options.paid_minutes[0, 0])
    (2, 480)
    """
    grid = problem.grid
    rows = _rows(problem, most, only)
    S, D = len(rows), grid.days
    start_at = np.zeros((D, S), dtype=np.int64)
    end_at = np.zeros((D, S), dtype=np.int64)
    paid = np.zeros((D, S), dtype=np.int64)
    valid = np.zeros((D, S), dtype=np.bool_)
    first = np.zeros((D, S), dtype=np.int64)
    length = np.zeros((D, S), dtype=np.int64)
    offset = np.zeros((D, S), dtype=np.int64)
    pool: list[npt.NDArray[np.uint8]] = []
    known: dict[tuple[int, int, int, int], int] = {}
    used = 0
    T = len(grid)
    origin = int(grid.starts[0])
    instant = cache(grid.instant)
    weekdays = [frozenset(WEEKDAYS.index(w) for w in kind.weekdays) for kind in problem.shift_types]
    for d in range(D):
        weekday = int(grid.weekday[d])
        for s, (k, begin, minutes, placement) in enumerate(rows):
            a, b = instant(d, begin), instant(d, begin + minutes)
            i = (a - origin) // grid.seconds
            phase = (a - origin) % grid.seconds
            n = min(-(-(b - origin) // grid.seconds), T) - i
            start_at[d, s], end_at[d, s], first[d, s], length[d, s] = a, b, i, n
            paid[d, s] = problem.shift_types[k].paid_minutes(b - a)
            valid[d, s] = weekday in weekdays[k] and all(a + (m + w) * 60 <= b for m, w, _ in placement)
            key = (s, b - a, phase, n)
            if key not in known:
                spans = [(m * 60, (m + w) * 60) for m, w, _ in placement]
                known[key] = used
                units = units_of_work(phase, b - a, spans, grid.seconds)[:n]
                pool.append(np.zeros_like(units) if problem.shift_types[k].on_call else units)
                used += n
            offset[d, s] = known[key]
    return Options(
        type_of=np.array([r[0] for r in rows], dtype=np.int64),
        start_minute=np.array([r[1] for r in rows], dtype=np.int64),
        length_minutes=np.array([r[2] for r in rows], dtype=np.int64),
        breaks=tuple(r[3] for r in rows),
        start=start_at,
        end=end_at,
        paid_minutes=paid,
        valid=valid,
        first=first,
        length=length,
        offset=offset,
        units=np.concatenate(pool) if pool else np.zeros(0, dtype=np.uint8),
    )


def _rows(
    problem: RosterProblem, most: int, only: Collection[tuple[int, int]] | None
) -> list[tuple[int, int, int, Placement]]:
    """Shift type, start, length in minutes and breaks of each option; of placements with the same cover one."""
    grid = problem.grid
    rows = []
    for k, kind in enumerate(problem.shift_types):
        minutes = round(kind.hours * 60)
        for start in starts_of(kind):
            if only is not None and (k, start) not in only:
                continue
            seen: set[bytes] = set()
            for placement in placements(kind, grid.interval_minutes, most):
                shape = units_of_work(
                    0, minutes * 60, [(m * 60, (m + n) * 60) for m, n, _ in placement], grid.seconds
                ).tobytes()
                if shape not in seen:
                    seen.add(shape)
                    rows.append((k, start, minutes, placement))
    return rows


def starts_of(kind: ShiftType) -> list[int]:
    """Possible starts of a shift type, wall-clock minutes; none where the window ends before it begins."""
    begin = kind.start.hour * 60 + kind.start.minute
    if kind.latest_start is None:
        return [begin]
    last = kind.latest_start.hour * 60 + kind.latest_start.minute
    return list(range(begin, last + 1, kind.start_step_minutes))


def placements(kind: ShiftType, interval_minutes: int, most: int = PLACEMENTS) -> list[Placement]:
    """Ways to place a shift type's breaks, at most `most`; one empty placement where it has none."""
    length = round(kind.hours * 60)
    places: list[list[tuple[int, int, bool]]] = []
    for pause in kind.breaks:
        lo, hi = round(pause.earliest_hours * 60), round(pause.latest_hours * 60)
        starts = list(range(-(-lo // interval_minutes) * interval_minutes, hi + 1, interval_minutes)) or [lo]
        places.append([(m, pause.minutes, pause.paid) for m in starts if m + pause.minutes <= length])
    found = [
        combination for combination in product(*places) if all(a[0] + a[1] <= b[0] for a, b in pairwise(combination))
    ]
    if len(found) > most:
        kept = np.unique(np.linspace(0, len(found) - 1, most).round().astype(int))
        found = [found[i] for i in kept]
    return found


def paid_unit(options: Options) -> int:
    """Greatest length, in minutes, of which every paid time is a multiple; 60 where there are none.

    The price of a deviation from the agreed hours is exact in this unit.
    """
    paid = options.paid_minutes[options.valid]
    return int(np.gcd.reduce(paid)) or 60 if paid.size else 60


def units_of_work(phase: int, seconds: int, spans: list[tuple[int, int]], interval: int) -> npt.NDArray[np.uint8]:
    """Cover units per interval of a stretch of work that starts `phase` seconds into its first interval."""
    n = -(-(phase + seconds) // interval)
    edges = np.arange(n + 1) * interval

    def overlap(a: int, b: int) -> IntArray:
        found: IntArray = np.maximum(0, np.minimum(edges[1:], b) - np.maximum(edges[:-1], a))
        return found

    working = overlap(phase, phase + seconds)
    for a, b in spans:
        working = working - overlap(phase + a, phase + min(b, seconds))
    return np.floor(np.maximum(working, 0) * UNITS / interval + 0.5).astype(np.uint8)


def roster_of(problem: RosterProblem, options: Options, choice: Choice) -> Roster:
    """The rota that a choice stands for.

    Parameters
    ----------
    problem, options
        The problem and its options.
    choice
        Option of each agent and day, -1 for a day off, shape (A, D).
    """
    locked = {(problem.agent_index.get(k.agent), problem.grid.day_index(k.day)) for k in problem.locks}
    shifts = []
    for a, d in zip(*np.nonzero(choice >= 0), strict=True):
        a, d, s = int(a), int(d), int(choice[a, d])
        start = int(options.start[d, s])
        shifts.append(
            Shift(
                agent=a,
                day=d,
                code=problem.shift_types[int(options.type_of[s])].code,
                start=start,
                end=int(options.end[d, s]),
                breaks=tuple((start + m * 60, start + (m + w) * 60) for m, w, _ in options.breaks[s]),
                paid_minutes=int(options.paid_minutes[d, s]),
                locked=(a, d) in locked,
            )
        )
    return Roster(tuple(shifts))


def choice_of(problem: RosterProblem, options: Options, roster: Roster) -> Choice:
    """The choice that stands for a rota; where its breaks are not among the options, the nearest placement.

    Raises
    ------
    InputError
        Listing every shift that no option matches (unknown code, another start) and every second shift on a day.
    """
    problems = Problems()
    choice = np.full((len(problem.agents), problem.grid.days), -1, dtype=np.int32)
    codes = {kind.code: k for k, kind in enumerate(problem.shift_types)}
    for shift in roster.shifts:
        where = f"{problem.agents[shift.agent].name}, {problem.grid.dates[shift.day]}"
        if choice[shift.agent, shift.day] >= 0:
            problems.add(where, "two shifts on one day", "keep one")
            continue
        fits = np.nonzero((options.type_of == codes.get(shift.code, -1)) & (options.start[shift.day] == shift.start))[0]
        if not len(fits):
            start = problem.grid.iso(shift.start)
            problems.add(
                where, f"no shift type {shift.code!r} starts at {start}", "use a code and a start of the scenario"
            )
            continue

        def distance(s: int, shift: Shift = shift) -> int:
            begins = [m * 60 + shift.start for m, _, _ in options.breaks[s]]
            return sum(abs(x - y[0]) for x, y in zip(begins, shift.breaks, strict=False)) + abs(
                len(begins) - len(shift.breaks)
            )

        choice[shift.agent, shift.day] = min(fits.tolist(), key=distance)
    problems.raise_if_any()
    return choice
