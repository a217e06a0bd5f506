"""From named rules and costs to primitives: one function per name.

The names are those of `rules.RULES` and `costs.TERMS`; a test holds the registries together and proves that a rule's
check and its primitives agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from staffing.grid import BoolArray
from staffing.roster.cover import cover_of
from staffing.roster.fixed import allowed_options, off_allowed
from staffing.roster.options import Options, paid_unit
from staffing.roster.primitives import Count, Program, Run, Succession
from staffing.roster.problem import RosterProblem
from staffing.roster.targets import Targets, make_targets

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
            base = int(x.targets.week_base[a, w])
            yield Count("max_weekly_hours", a, PAID, (days,), 0, max(most, base), base)


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
            base = int(x.targets.week_shifts_base[a, w])
            yield Count("max_shifts_per_week", a, WORKS, (days,), 0, max(most, base), base)


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


def compile_program(problem: RosterProblem, options: Options, *, whole: bool = False) -> Program:
    """A rostering problem as primitives.

    Counts that can neither be broken nor cost anything, whatever allowed options are chosen, are left out unless
    `whole` is set.

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
    counts = [p for p in primitives if isinstance(p, Count)]
    cost, off_cost = option_costs(problem, options)
    return Program(
        allowed=allowed,
        off_allowed=off,
        cost=cost,
        off_cost=off_cost,
        measures=measures,
        counts=tuple(counts) if whole else _binding(counts, allowed, off, measures),
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
