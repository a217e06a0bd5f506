"""From named rules and costs to primitives: one function per name.

The names are those of `rules.RULES` and `costs.TERMS`; a test holds the registries together and proves that a rule's
check and its primitives agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from staffing.grid import BoolArray
from staffing.roster.cover import cover_of
from staffing.roster.options import Options
from staffing.roster.primitives import Count, Program, Run, Succession
from staffing.roster.problem import RosterProblem
from staffing.roster.targets import Targets, employed, make_targets

WORKS, PAID, PAID_UNITS, UNPOPULAR = range(4)
"""Rows of `Program.measures`."""

ALWAYS = 2**31 - 1
"""A hard bound that no value reaches."""


@dataclass(frozen=True)
class Context:
    """What the compilers read."""

    problem: RosterProblem
    options: Options
    targets: Targets
    unit: int


Primitive = Count | Run | Succession

# -- fixed: which options an agent may be given on a day ------------------------------------------------------


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


# -- rules over several days ----------------------------------------------------------------------------------


def compile_min_rest(x: Context) -> Iterator[Primitive]:
    """Succession by instants."""
    for a, agent in enumerate(x.problem.agents):
        rest = max(x.problem.contracts[agent.contract].min_rest_hours, x.problem.law.min_rest_hours)
        ends = [past.end for past in x.problem.past if past.agent == agent.id]
        yield Succession("min_rest", a, round(rest * 3600), max(ends) if ends else None)


def compile_max_consecutive_days(x: Context) -> Iterator[Primitive]:
    """Run of days with a shift."""
    start = x.problem.grid.start.toordinal()
    for a, agent in enumerate(x.problem.agents):
        most = min(x.problem.contracts[agent.contract].max_consecutive_days, x.problem.law.max_consecutive_days)
        days = {past.day.toordinal() for past in x.problem.past if past.agent == agent.id}
        before = 0
        while start - before - 1 in days:
            before += 1
        yield Run("max_consecutive_days", a, WORKS, lo=1, hi=most, before=min(before, most))


def _weeks(x: Context) -> list[tuple[int, ...]]:
    week = x.problem.grid.week
    return [tuple(np.nonzero(week == w)[0].tolist()) for w in range(int(week[-1]) + 1)]


def compile_weekly_hours(x: Context) -> Iterator[Primitive]:
    """Count of paid minutes in each week."""
    t = x.targets
    for a in range(len(x.problem.agents)):
        for w, days in enumerate(_weeks(x)):
            lo, hi, base = int(t.week_lo[a, w]), int(t.week_hi[a, w]), int(t.week_base[a, w])
            yield Count("weekly_hours", a, PAID, (days,), lo, hi, base)


def compile_max_weekly_hours(x: Context) -> Iterator[Primitive]:
    """Count of paid minutes in each week."""
    most = round(x.problem.law.max_weekly_hours * 60)
    for a in range(len(x.problem.agents)):
        for w, days in enumerate(_weeks(x)):
            yield Count("max_weekly_hours", a, PAID, (days,), 0, most, int(x.targets.week_base[a, w]))


def compile_horizon_hours(x: Context) -> Iterator[Primitive]:
    """Count of paid minutes in the horizon."""
    days = tuple(range(x.problem.grid.days))
    for a in range(len(x.problem.agents)):
        yield Count("horizon_hours", a, PAID, (days,), int(x.targets.horizon_lo[a]), int(x.targets.horizon_hi[a]))


def compile_max_shifts_per_week(x: Context) -> Iterator[Primitive]:
    """Count of shifts in each week."""
    for a, agent in enumerate(x.problem.agents):
        most = x.problem.contracts[agent.contract].max_shifts_per_week
        for w, days in enumerate(_weeks(x)):
            yield Count("max_shifts_per_week", a, WORKS, (days,), 0, most, int(x.targets.week_shifts_base[a, w]))


def compile_weekends_off(x: Context) -> Iterator[Primitive]:
    """Count of whole weekends with a shift."""
    whole = tuple(days for days, is_whole in zip(x.targets.weekends, x.targets.whole, strict=True) if is_whole)
    for a in range(len(x.problem.agents)):
        most = len(whole) - int(x.targets.weekends_off[a])
        yield Count("weekends_off", a, WORKS, whole, 0, most, any=True)


RULES: dict[str, Callable[[Context], Iterator[Primitive]]] = {
    "min_rest": compile_min_rest,
    "max_consecutive_days": compile_max_consecutive_days,
    "weekly_hours": compile_weekly_hours,
    "max_weekly_hours": compile_max_weekly_hours,
    "horizon_hours": compile_horizon_hours,
    "max_shifts_per_week": compile_max_shifts_per_week,
    "weekends_off": compile_weekends_off,
}
"""Hard rules that compile to counts, runs and successions."""

STRUCTURAL = ("one_shift_a_day", "shift_types", "max_daily_hours", "legal_breaks")
"""Rules that every choice keeps by its form: an option is one shift, made from a type that the law allows."""

# -- costs ----------------------------------------------------------------------------------------------------


def cost_weekends(x: Context) -> Iterator[Count]:
    """Count of weekends with a shift, priced above the fair share."""
    first, further = (cents(p) for p in x.problem.prices.weekend)
    for a in range(len(x.problem.agents)):
        share = int(x.targets.weekend_share[a])
        above = ((share, first), (share + 1, further - first))
        yield Count("weekends", a, WORKS, x.targets.weekends, 0, ALWAYS, any=True, above=above)


def cost_unpopular(x: Context) -> Iterator[Count]:
    """Count of unpopular shifts, priced above the fair share."""
    first, further = (cents(p) for p in x.problem.prices.unpopular)
    days = tuple(range(x.problem.grid.days))
    for a in range(len(x.problem.agents)):
        share = int(x.targets.unpopular_share[a])
        above = ((share, first), (share + 2, further - first))
        yield Count("unpopular", a, UNPOPULAR, (days,), 0, ALWAYS, above=above)


def cost_hours_deviation(x: Context) -> Iterator[Count]:
    """Count of paid units of the horizon, priced on both sides of the aim."""
    price = cents(x.problem.prices.hours_deviation * x.unit / 60)
    days = tuple(range(x.problem.grid.days))
    for a in range(len(x.problem.agents)):
        aim = int(np.floor(x.targets.aim[a] / x.unit + 0.5))
        pairs = ((aim, price),)
        yield Count("hours_deviation", a, PAID_UNITS, (days,), 0, ALWAYS, below=pairs, above=pairs)


COSTS: dict[str, Callable[[Context], Iterator[Count]]] = {
    "weekends": cost_weekends,
    "unpopular": cost_unpopular,
    "hours_deviation": cost_hours_deviation,
}
"""Soft terms that compile to priced counts; pay and requests are the options' costs, cover is `Program.cover`."""


def cents(money: float) -> int:
    """Whole cents of an amount in the scenario's currency, halves up.

    Examples
    --------
    >>> cents(0.125)
    13
    """
    return int(np.floor(money * 100 + 0.5))


def paid_unit(options: Options) -> int:
    """Greatest length, in minutes, of which every paid time is a multiple; 60 where there are none.

    The price of a deviation from the agreed hours is exact in this unit.
    """
    paid = options.paid_minutes[options.valid]
    return int(np.gcd.reduce(paid)) or 60 if paid.size else 60


def option_costs(problem: RosterProblem, options: Options) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Pay and refused requests in cents, of options (A, D, S) and of days off (A, D)."""
    A, D, S = len(problem.agents), problem.grid.days, len(options)
    hourly = np.array([problem.contracts[x.contract].hourly_cost for x in problem.agents])
    cost = np.floor(hourly[:, None, None] * 100 * options.paid_minutes[None] / 60 + 0.5).astype(np.int32)
    off = np.zeros((A, D), np.int32)
    codes = {kind.code: k for k, kind in enumerate(problem.shift_types)}
    for request in problem.requests:
        d = problem.grid.day_index(request.day)
        if d is None:
            continue
        a = problem.agent_index[request.agent]
        price = cents(problem.prices.request * request.weight)
        if request.wish == "off":
            cost[a, d] += price
        else:
            off[a, d] += price
            if request.wish != "work":
                cost[a, d, options.type_of != codes[request.wish]] += price
    assert cost.shape == (A, D, S)
    return cost, off


# -- all of it ------------------------------------------------------------------------------------------------


def make_context(problem: RosterProblem, options: Options, allowed: BoolArray | None = None) -> Context:
    """What the compilers of one problem read."""
    allowed = allowed_options(problem, options) if allowed is None else allowed
    return Context(problem, options, make_targets(problem, options, allowed), paid_unit(options))


def measures_of(x: Context) -> npt.NDArray[np.int32]:
    """Weights of options by day, shape (M, D, S)."""
    unpopular = np.array([kind.unpopular for kind in x.problem.shift_types], np.int32)[x.options.type_of]
    paid = x.options.paid_minutes.astype(np.int32)
    ones = np.ones_like(paid)
    return np.stack([ones, paid, paid // x.unit, ones * unpopular[None]])


def compile_program(problem: RosterProblem, options: Options) -> Program:
    """A rostering problem as primitives.

    Counts that can neither be broken nor cost anything, whatever allowed options are chosen, are left out.

    Parameters
    ----------
    problem
        Without problems (`rules.problems_of`).
    options
        Its options (`options.expand`).
    """
    allowed = allowed_options(problem, options)
    x = make_context(problem, options, allowed)
    off = off_allowed(problem)
    measures = measures_of(x)
    primitives = [p for compiler in (*RULES.values(), *COSTS.values()) for p in compiler(x)]
    cost, off_cost = option_costs(problem, options)
    return Program(
        allowed=allowed,
        off_allowed=off,
        cost=cost,
        off_cost=off_cost,
        measures=measures,
        counts=_binding([p for p in primitives if isinstance(p, Count)], allowed, off, measures),
        runs=tuple(p for p in primitives if isinstance(p, Run)),
        successions=tuple(p for p in primitives if isinstance(p, Succession)),
        start=options.start,
        end=options.end,
        banned=None,
        first=options.first,
        length=options.length,
        offset=options.offset,
        units=options.units,
        cover=cover_of(problem),
    )


def _binding(
    counts: list[Count], allowed: BoolArray, off: BoolArray, measures: npt.NDArray[np.int32]
) -> tuple[Count, ...]:
    """The counts that some allowed choice breaks or pays for and that no other count of the same sum implies."""
    most = {m: np.where(allowed, measures[m][None], 0).max(axis=2, initial=0) for m in {c.measure for c in counts}}
    huge = np.iinfo(np.int32).max
    least = {
        m: np.where(off, 0, np.where(allowed, measures[m][None], huge).min(axis=2, initial=huge))
        for m in {c.measure for c in counts}
    }
    tight: dict[tuple[object, ...], tuple[int, int]] = {}
    kept = []
    for c in counts:
        same = (c.agent, c.measure, c.groups, c.base, c.any)
        lo, hi = tight.get(same, (0, ALWAYS))
        if lo >= c.lo and hi <= c.hi and not c.below and not c.above:
            continue
        tight[same] = (max(lo, c.lo), min(hi, c.hi))
        if c.any:
            top = sum(bool(most[c.measure][c.agent, list(g)].any()) for g in c.groups)
            bottom = 0
        else:
            top = sum(int(most[c.measure][c.agent, list(g)].sum()) for g in c.groups)
            bottom = sum(int(least[c.measure][c.agent, list(g)].sum()) for g in c.groups)
        top, bottom = top + c.base, bottom + c.base
        idle = c.lo <= bottom and top <= c.hi
        if idle and all(t <= bottom for t, _ in c.below) and all(top <= t for t, _ in c.above):
            continue
        kept.append(c)
    return tuple(kept)
