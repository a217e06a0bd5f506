"""Training, meetings and coaching: placed inside the shifts of a rota where the cover they take hurts least.

People in an activity do not serve queues. Every start on the interval grid inside somebody's shift, beside the breaks, is
a candidate; its price is exact (the cover is split anew in the intervals that it touches, with everything else as it
is). The activities that have the least choice are placed first; then those that cost something are taken out and placed again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from enum import StrEnum

import numpy as np

from staffing.grid import FloatArray, IntArray
from staffing.roster.costs import duty, terms
from staffing.roster.cover import UNITS, cover_of
from staffing.roster.kernels.pauses import row_costs
from staffing.roster.problem import Activity, Roster, RosterProblem, RosterResult, RosterStatus, Shift
from staffing.roster.tables import net_of

ROUNDS = 2
"""Most times that the activities that cost something are placed again."""


@dataclass(frozen=True)
class Placement:
    """A rota with its activities.

    Attributes
    ----------
    roster
        The rota; its shifts hold what was placed.
    missing
        Activities without a place, with the rows of the agents who have none.
    repairs
        How each of these agents would find one most cheaply, by (index of the activity in `missing`, row of the agent).
    """

    roster: Roster
    missing: tuple[tuple[Activity, tuple[int, ...]], ...]
    repairs: Mapping[tuple[int, int], Repair] = field(default_factory=dict)


class Relaxed(StrEnum):
    """What must give way so that somebody finds a place for an activity; the first that suffices."""

    TOGETHER = "together"
    """The common time: somebody's own would do."""
    TIME = "time"
    """The time of day."""
    DAYS = "days"
    """The days."""
    NOTHING = "nothing"
    """No shift of the horizon holds it."""


@dataclass(frozen=True, slots=True)
class Repair:
    """The cheapest way to a place.

    Attributes
    ----------
    relaxed
        What must give way.
    begin
        Unix seconds of the start that would then cost least; None for NOTHING.
    cost
        What that costs in cover, in the scenario's currency.
    """

    relaxed: Relaxed
    begin: int | None
    cost: float


@dataclass(frozen=True)
class _Task:
    """Some people who do something at one time."""

    activity: Activity
    agents: tuple[int, ...]


def place_activities(problem: RosterProblem, roster: Roster) -> Placement:
    """Place every activity of a problem inside a rota; what its shifts hold already is placed anew.

    Somebody's own hour (`together` False) is placed for each agent by itself. A meeting (`together` True) is at one time
    for all; where no time suits everybody, at one that suits as many as possible, and the others are missing.

    Parameters
    ----------
    problem
        The need, the prices and `activities`.
    roster
        Any rota.

    Examples
    --------
    See `tests/roster/test_activities.py`: an hour of coaching lands where nobody is needed.
    """
    bare = Roster(tuple(replace(s, activities=()) for s in roster.shifts))
    if not problem.activities:
        return Placement(bare, ())
    board = _Board(problem, bare)
    tasks = [_Task(activity, who) for activity in problem.activities for who in _people(problem, activity)]
    tasks.sort(key=lambda task: (-len(task.agents), len(board.starts(task)), -task.activity.minutes))
    for task in tasks:
        board.place(task)
    for _ in range(ROUNDS):
        if not sum(board.move(task) for task in tasks):
            break
    absent: dict[int, list[int]] = {}
    for task in tasks:
        here = board.placed.get(id(task))
        gone = task.agents if here is None else tuple(a for a in task.agents if a not in here[1])
        if gone:
            absent.setdefault(problem.activities.index(task.activity), []).extend(gone)
    missing = tuple((problem.activities[i], tuple(sorted(who))) for i, who in sorted(absent.items()))
    repairs = {(i, a): board.repair(activity, a) for i, (activity, who) in enumerate(missing) for a in who}
    return Placement(board.roster(), missing, repairs)


def with_activities(problem: RosterProblem, result: RosterResult) -> RosterResult:
    """A result whose rota holds the problem's activities, its cost recomputed.

    The bound stays one: an activity can at most save the dearest price of overstaffing for its time, which is taken off.
    """
    if result.roster is None or not problem.activities:
        return result
    placed = place_activities(problem, result.roster)
    found = terms(problem, placed.roster)
    objective = sum(found.values())
    hours = sum((b - a) / 3600 for s in placed.roster.shifts for _, a, b in s.activities)
    bound = None if result.bound is None else result.bound - hours * max(problem.prices.overstaffing)
    cover = objective - sum(terms(problem, result.roster).values())
    notes = (
        f"activities: {hours:.1f} h are placed, the cover that they take costs {cover:,.2f}",
        *(_untold(problem, placed, i) for i in range(len(placed.missing))),
    )
    status = result.status
    if status is RosterStatus.OPTIMAL and (bound is None or bound < objective - 0.005):
        status = RosterStatus.FEASIBLE
    return replace(
        result,
        status=status,
        roster=placed.roster,
        terms=found,
        objective=objective,
        bound=bound,
        notes=(*result.notes, *notes),
    )


def _untold(problem: RosterProblem, placed: Placement, i: int) -> str:
    """Who found no place for an activity, and how they would."""
    activity, agents = placed.missing[i]
    told = []
    for a in agents:
        repair = placed.repairs[i, a]
        if repair.begin is None:
            told.append(f"{problem.agents[a].name} (no shift holds it)")
            continue
        way = {Relaxed.TOGETHER: "alone", Relaxed.TIME: "at another time of day", Relaxed.DAYS: "on another day"}
        when = f"{problem.grid.local(repair.begin):%a %Y-%m-%d %H:%M}"
        told.append(f"{problem.agents[a].name} ({way[repair.relaxed]}: {when}, costs {repair.cost:,.2f})")
    return f"{activity.name}: no place between {activity.first} and {activity.last} for {', '.join(told)}"


def _people(problem: RosterProblem, activity: Activity) -> list[tuple[int, ...]]:
    ids = activity.agents or tuple(agent.id for agent in problem.agents)
    rows = tuple(problem.agent_index[name] for name in ids)
    return [rows] if activity.together else [(a,) for a in rows]


class _Board:
    """The rota while activities are placed: who is on duty, and what each interval would cost with fewer."""

    def __init__(self, problem: RosterProblem, roster: Roster) -> None:
        self.problem = problem
        self.grid = problem.grid
        self.net = net_of(cover_of(problem))
        self.supply = duty(problem, roster)
        groups, queues = self.net.serves.shape
        self.scratch = (
            np.zeros((1, groups, queues), np.int64),
            np.zeros((1, queues), np.int64),
            np.zeros((3, queues), np.int64),
        )
        self.minutes: dict[int, int] = {}
        self.of_agent: dict[int, list[Shift]] = {}
        for shift in roster.shifts:
            self.of_agent.setdefault(shift.agent, []).append(shift)
        self.placed: dict[int, tuple[int, tuple[int, ...]]] = {}
        self.paid: dict[int, float] = {}
        self.cost: IntArray = self._costs(np.arange(len(self.supply)), self.supply)
        self.loss: IntArray = np.zeros((UNITS + 1, *self.supply.shape), np.int64)
        self.stale = np.ones(self.loss.shape, np.bool_)

    def _costs(self, rows: IntArray, supply: IntArray) -> IntArray:
        """Cents of cover in some intervals with so many units on duty (N, G), less what they cost with nobody."""
        out = np.zeros(len(rows), np.int64)
        row_costs(self.net, np.ascontiguousarray(rows, np.int64), np.ascontiguousarray(supply), *self.scratch, out)
        return out

    def _loss(self, g: int, units: int) -> IntArray:
        """How much more each interval costs with some units of a group fewer, shape (T,)."""
        rows = np.flatnonzero(self.stale[units, :, g])
        if len(rows):
            fewer = self.supply[rows]
            fewer[:, g] = np.maximum(fewer[:, g] - units, 0)
            self.loss[units, rows, g] = self._costs(rows, fewer) - self.cost[rows]
            self.stale[units, rows, g] = False
        line: IntArray = self.loss[units, :, g]
        return line

    # -- where ---------------------------------------------------------------------------------------------

    def free(self, agent: int, begin: int, end: int) -> int | None:
        """Index of the shift in which an agent is free for a time, None where there is none."""
        for i, s in enumerate(self.of_agent.get(agent, ())):
            kind = self.problem.kinds.get(s.code)
            taken = (*s.breaks, *((a, b) for _, a, b in s.activities))
            inside = s.start <= begin and end <= s.end and not (kind is not None and kind.on_call)
            if inside and all(b <= begin or end <= a for a, b in taken):
                return i
        return None

    def starts(self, task: _Task) -> list[int]:
        """Starts (Unix seconds, on the grid) at which somebody of a task is free."""
        activity, seconds = task.activity, task.activity.minutes * 60
        found: set[int] = set()
        for agent in task.agents:
            for s in self.of_agent.get(agent, ()):
                day = self.grid.dates[s.day]
                if not activity.first <= day <= activity.last:
                    continue
                first = int(self.grid.starts[0])
                step = self.grid.seconds
                begin = first + -(-(s.start - first) // step) * step
                found.update(range(begin, s.end - seconds + 1, step))
        return [x for x in sorted(found) if self._in_time(activity, x) and any(self._free(task, x))]

    def _in_time(self, activity: Activity, begin: int) -> bool:
        if begin not in self.minutes:
            local = self.grid.local(begin)
            self.minutes[begin] = local.hour * 60 + local.minute
        minute = self.minutes[begin]
        earliest = activity.earliest.hour * 60 + activity.earliest.minute
        latest = activity.latest.hour * 60 + activity.latest.minute if activity.latest is not None else 1440
        return earliest <= minute and minute + activity.minutes <= latest

    def _free(self, task: _Task, begin: int) -> list[bool]:
        end = begin + task.activity.minutes * 60
        return [self.free(agent, begin, end) is not None for agent in task.agents]

    # -- what it costs -------------------------------------------------------------------------------------

    def _units(self, shift: Shift, begin: int, end: int) -> tuple[int, list[int]]:
        """Units that one agent takes away by an activity: the first interval that it touches, and the units of each."""
        origin, step = int(self.grid.starts[0]), self.grid.seconds
        first = (begin - origin) // step
        last = min(-(-(end - origin) // step), len(self.grid))
        away = [*shift.breaks, *((a, b) for _, a, b in shift.activities)]
        found = []
        for i in range(first, last):
            lo, hi = origin + i * step, origin + (i + 1) * step
            seconds = _overlap(lo, hi, shift.start, shift.end) - sum(_overlap(lo, hi, a, b) for a, b in away)
            left = seconds - _overlap(lo, hi, begin, end)
            found.append(_whole(seconds, step) - _whole(left, step))
        return first, found

    def _alone(self, agent: int, seconds: int, starts: Sequence[int]) -> FloatArray:
        """Price of one agent's absence from each start on, by the table of losses."""
        g = int(self.problem.group[agent])
        step, origin = self.grid.seconds, int(self.grid.starts[0])
        whole, rest = divmod(seconds, step)
        line = np.concatenate([[0], np.cumsum(self._loss(g, UNITS))]).astype(np.float64)
        first = (np.asarray(starts) - origin) // step
        last = np.minimum(first + whole, len(self.grid))
        out = line[last] - line[np.minimum(first, len(self.grid))]
        part = int(rest * UNITS / step + 0.5)
        inside = last < len(self.grid)
        if part:
            out[inside] += self._loss(g, part)[last[inside]]
        return np.asarray(out, np.float64)

    def _together(self, task: _Task, starts: Sequence[int]) -> list[float]:
        """What a meeting costs from each start on, with those who are free."""
        rows: list[int] = []
        fewer: list[IntArray] = []
        of: list[int] = []
        for k, begin in enumerate(starts):
            end = begin + task.activity.minutes * 60
            taken: dict[int, IntArray] = {}
            for agent in task.agents:
                i = self.free(agent, begin, end)
                if i is not None:
                    first, units = self._units(self.of_agent[agent][i], begin, end)
                    for t, n in enumerate(units, first):
                        taken.setdefault(t, self.supply[t].copy())[self.problem.group[agent]] -= n
            rows += taken
            fewer += taken.values()
            of += [k] * len(taken)
        at = np.array(rows, np.int64)
        cost = self._costs(at, np.array(fewer, np.int64).reshape(len(at), -1)) - self.cost[at]
        total = np.bincount(np.array(of, np.int64), weights=cost, minlength=len(starts))
        return [float(x) for x in total]

    def best(self, task: _Task) -> tuple[int, float] | None:
        """Best start of a task and its price; None where there is none."""
        starts = self.starts(task)
        if not starts:
            return None
        if len(task.agents) == 1:
            prices = self._alone(task.agents[0], task.activity.minutes * 60, starts)
            k = int(prices.argmin())
            return starts[k], float(prices[k])
        attending = [sum(self._free(task, x)) for x in starts]
        most = max(attending)
        some = [x for x, n in zip(starts, attending, strict=True) if n == most]
        cost, begin = min(zip(self._together(task, some), some, strict=True))
        return begin, cost

    def repair(self, activity: Activity, agent: int) -> Repair:
        """How an agent without a place would find one most cheaply."""
        alone = replace(activity, together=False)
        anytime = replace(alone, earliest=time(0), latest=None)
        anyday = replace(anytime, first=self.grid.dates[0], last=self.grid.dates[-1])
        for relaxed, wish in ((Relaxed.TOGETHER, alone), (Relaxed.TIME, anytime), (Relaxed.DAYS, anyday)):
            found = self.best(_Task(wish, (agent,)))
            if found is not None:
                return Repair(relaxed, found[0], found[1] / 100)
        return Repair(Relaxed.NOTHING, None, 0.0)

    # -- placing -------------------------------------------------------------------------------------------

    def place(self, task: _Task) -> None:
        """Place a task where it costs least."""
        found = self.best(task)
        if found is not None:
            self.paid[id(task)] = found[1]
            self._put(task, found[0])

    def move(self, task: _Task) -> bool:
        """Take a task out and place it again; whether that made the rota cheaper."""
        if self.paid.get(id(task), 0.0) <= 0:
            return False
        begin = self.placed[id(task)][0]
        before = int(self.cost.sum())
        self._take(task)
        found = self.best(task)
        self._put(task, begin if found is None else found[0])
        after = int(self.cost.sum())
        if after > before:  # never by the exact price; a tie in attendance may be dearer
            self._take(task)
            self._put(task, begin)
        return after < before

    def _put(self, task: _Task, begin: int) -> None:
        end = begin + task.activity.minutes * 60
        there = []
        taken: list[tuple[int, int, int]] = []
        for agent in task.agents:
            i = self.free(agent, begin, end)
            if i is not None:
                shift = self.of_agent[agent][i]
                taken += self._cells(agent, shift, begin, end)
                activities = sorted((*shift.activities, (task.activity.name, begin, end)), key=lambda x: x[1])
                self.of_agent[agent][i] = replace(shift, activities=tuple(activities))
                there.append(agent)
        self.placed[id(task)] = begin, tuple(there)
        self._changed(taken, -1)

    def _take(self, task: _Task) -> None:
        begin, there = self.placed.pop(id(task))
        mine = (task.activity.name, begin, begin + task.activity.minutes * 60)
        given: list[tuple[int, int, int]] = []
        for agent in there:
            for i, shift in enumerate(self.of_agent[agent]):
                if mine in shift.activities:
                    without = replace(shift, activities=tuple(x for x in shift.activities if x != mine))
                    given += self._cells(agent, without, *mine[1:])
                    self.of_agent[agent][i] = without
                    break
        self._changed(given, 1)

    def _cells(self, agent: int, shift: Shift, begin: int, end: int) -> list[tuple[int, int, int]]:
        """Interval, group and units of one agent's activity."""
        first, units = self._units(shift, begin, end)
        return [(t, int(self.problem.group[agent]), n) for t, n in enumerate(units, first)]

    def _changed(self, cells: Sequence[tuple[int, int, int]], sign: int) -> None:
        for t, g, n in cells:
            self.supply[t, g] += sign * n
        rows = np.array(sorted({t for t, _, _ in cells}), np.int64)
        if len(rows):
            self.cost[rows] = self._costs(rows, self.supply[rows])
            self.stale[:, rows] = True

    def roster(self) -> Roster:
        """The rota now."""
        shifts = (s for row in self.of_agent.values() for s in row)
        return Roster(tuple(sorted(shifts, key=lambda s: (s.agent, s.day, s.start))))


def _overlap(lo: int, hi: int, a: int, b: int) -> int:
    return max(0, min(hi, b) - max(lo, a))


def _whole(seconds: int, interval: int) -> int:
    """Units of so much work in an interval, as `costs.units_of` counts them."""
    return int(max(seconds, 0) * UNITS / interval + 0.5)
