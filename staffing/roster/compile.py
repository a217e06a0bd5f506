"""From named rules and costs to primitives: one function per name.

The names are those of `rules.RULES` and `costs.TERMS`; a test holds the registries together and proves that a rule's
check and its primitives agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from staffing.grid import BoolArray
from staffing.roster.cover import cover_of
from staffing.roster.fixed import allowed_options, off_allowed
from staffing.roster.options import Options, paid_unit
from staffing.roster.primitives import Count, Program, Run, Succession
from staffing.roster.problem import Law, PastShift, RosterProblem
from staffing.roster.targets import Targets, make_targets, substitute_windows, week_limit

WORKS, PAID, PAID_UNITS, UNPOPULAR, NIGHT, START, FIRST_TYPE = range(7)
"""Rows of `Program.measures`: 1 for every shift, paid minutes, the same in units, unpopular shifts, night shifts, the
wall-clock minute of the start; from `FIRST_TYPE` on one row for each shift type that a forbidden succession names."""

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


def compile_weekly_rest(x: Context) -> Iterator[Primitive]:
    """Succession over a day off, and a count of days in each week."""
    rest = round(x.problem.law.weekly_rest_hours * 3600)
    if not rest:
        return
    for a, agent in enumerate(x.problem.agents):
        past = x.problem.worked_before.get(agent.id, ())[-1:]
        day = (past[0].day - x.problem.grid.start).days if past else -3
        end = past[0].end if day >= -2 else None
        yield Succession("weekly_rest", a, rest, end, over_off=True, before_day=max(day, -2))
        for w, days in enumerate(_weeks(x)):
            base = int(x.targets.week_shifts_base[a, w])
            yield Count("weekly_rest", a, WORKS, (days,), 0, 6 if base < 7 else ALWAYS, base)


def named_types(problem: RosterProblem) -> tuple[str, ...]:
    """Codes that some forbidden succession names, in the order of the shift types."""
    named = {code for pair in problem.law.forbidden_successions for code in pair}
    for agent in problem.agents:
        named |= {code for pair in problem.contracts[agent.contract].forbidden_successions for code in pair}
    return tuple(kind.code for kind in problem.shift_types if kind.code in named)


def compile_forbidden_successions(x: Context) -> Iterator[Primitive]:
    """Succession by classes."""
    row = {code: FIRST_TYPE + i for i, code in enumerate(named_types(x.problem))}
    for a, agent in enumerate(x.problem.agents):
        contract = x.problem.contracts[agent.contract]
        pairs = {*contract.forbidden_successions, *x.problem.law.forbidden_successions}
        known = sorted((row[c1], row[c2]) for c1, c2 in pairs if c1 in row and c2 in row)
        last = {past.code for past in _yesterday(x, agent.id)}
        before = sorted({row[c2] for c1, c2 in pairs if c1 in last and c2 in row})
        if known or before:
            yield Succession("forbidden_successions", a, pairs=tuple(known), before=tuple(before))


def compile_steady_starts(x: Context) -> Iterator[Primitive]:
    """Succession by the change of a measure."""
    for a, agent in enumerate(x.problem.agents):
        most = x.problem.contracts[agent.contract].max_start_change_hours
        if most is None:
            continue
        last = None
        for past in _yesterday(x, agent.id):
            local = x.problem.grid.local(past.start)
            last = (local.date() - past.day).days * 1440 + local.hour * 60 + local.minute
        yield Succession("steady_starts", a, change=(START, int(most * 60), last))


def _yesterday(x: Context, agent: str) -> list[PastShift]:
    """Shifts of an agent on the day before the horizon."""
    day = x.problem.grid.start - timedelta(days=1)
    return [past for past in x.problem.worked_before.get(agent, ()) if past.day == day]


def _row_before(days: Iterable[date], start: date) -> int:
    """Days in a row, up to the day before the horizon, that are among some."""
    found = set(days)
    n = 0
    while start - timedelta(days=n + 1) in found:
        n += 1
    return n


def compile_max_consecutive_days(x: Context) -> Iterator[Primitive]:
    """Run of days with a shift."""
    for a, agent in enumerate(x.problem.agents):
        most = min(x.problem.contracts[agent.contract].max_consecutive_days, x.problem.law.max_consecutive_days)
        past = x.problem.worked_before.get(agent.id, ())
        before = _row_before((p.day for p in past), x.problem.grid.start)
        yield Run("max_consecutive_days", a, WORKS, lo=1, hi=most, before=min(before, most))


def compile_min_consecutive_days(x: Context) -> Iterator[Primitive]:
    """Run of days with a shift, at least so long."""
    for a, agent in enumerate(x.problem.agents):
        least = x.problem.contracts[agent.contract].min_consecutive_days
        if least < 2:
            continue
        past = x.problem.worked_before.get(agent.id, ())
        before = _row_before((p.day for p in past), x.problem.grid.start) if x.targets.can_begin[a] else 0
        yield Run("min_consecutive_days", a, WORKS, least, ALWAYS, min(before, least), free_start=not past)


def compile_min_consecutive_days_off(x: Context) -> Iterator[Primitive]:
    """Run of days off, at least so long."""
    off = off_allowed(x.problem)
    for a, agent in enumerate(x.problem.agents):
        least = x.problem.contracts[agent.contract].min_consecutive_days_off
        if least < 2:
            continue
        past = x.problem.worked_before.get(agent.id, ())
        rule = "min_consecutive_days_off"
        if past and off[a, 0]:
            before = (x.problem.grid.start - max(p.day for p in past)).days - 1
            yield Run(rule, a, WORKS, least, ALWAYS, min(before, least), off=True)
        else:
            yield Run(rule, a, WORKS, least, ALWAYS, off=True, free_start=not past)


def compile_max_consecutive_nights(x: Context) -> Iterator[Primitive]:
    """Run of night shifts."""
    grid, law = x.problem.grid, x.problem.law
    for a, agent in enumerate(x.problem.agents):
        most = x.problem.contracts[agent.contract].max_consecutive_nights
        if most is None:
            continue
        nights = []
        for past in x.problem.worked_before.get(agent.id, ()):
            kind = x.problem.kinds.get(past.code)
            walls = [grid.local(i) for i in (past.start, past.end)]
            begin, end = ((w.date() - past.day).days * 1440 + w.hour * 60 + w.minute for w in walls)
            if _is_night(law, begin, end) and not (kind and kind.on_call):
                nights.append(past.day)
        before = _row_before(nights, grid.start)
        yield Run("max_consecutive_nights", a, NIGHT, lo=1, hi=most, before=min(before, most))


def _is_night(law: Law, begin: int, end: int) -> bool:
    """Whether more of a shift than `law.night_hours` lies in the night; wall-clock minutes of its day."""
    start, stop = (t.hour * 60 + t.minute for t in (law.night_start, law.night_end))
    nights = ((start + k * 1440, stop + (k + (stop <= start)) * 1440) for k in (-1, 0, 1))
    return sum(max(0, min(end, hi) - max(begin, lo)) for lo, hi in nights) > law.night_hours * 60


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
    dates = x.problem.grid.dates
    for a, agent in enumerate(x.problem.agents):
        contract = x.problem.contracts[agent.contract]
        for w, days in enumerate(_weeks(x)):
            most = round(60 * week_limit(contract, x.problem.law, [dates[d] for d in days]))
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


def compile_free_sundays(x: Context) -> Iterator[Primitive]:
    """Count of Sundays with a shift."""
    sundays = tuple(np.nonzero(x.problem.grid.weekday == 6)[0].tolist())
    for a in range(len(x.problem.agents)):
        if sundays:
            yield Count("free_sundays", a, WORKS, (sundays,), 0, len(sundays) - int(x.targets.free_sundays[a]))


def compile_substitute_days(x: Context) -> Iterator[Primitive]:
    """Count of days with a shift in two weeks, and in up to eight."""
    if not x.problem.law.substitute_days:
        return
    for a in range(len(x.problem.agents)):
        for window in substitute_windows(x.problem, x.targets):
            base = int(x.targets.week_shifts_base[a, 0]) if window.known else 0
            yield Count("substitute_days", a, WORKS, (window.days,), 0, max(window.most, base), base)


RULES: dict[str, Callable[[Context], Iterator[Primitive]]] = {
    "min_rest": compile_min_rest,
    "weekly_rest": compile_weekly_rest,
    "forbidden_successions": compile_forbidden_successions,
    "steady_starts": compile_steady_starts,
    "max_consecutive_days": compile_max_consecutive_days,
    "min_consecutive_days": compile_min_consecutive_days,
    "min_consecutive_days_off": compile_min_consecutive_days_off,
    "max_consecutive_nights": compile_max_consecutive_nights,
    "weekly_hours": compile_weekly_hours,
    "max_weekly_hours": compile_max_weekly_hours,
    "horizon_hours": compile_horizon_hours,
    "max_shifts_per_week": compile_max_shifts_per_week,
    "weekends_off": compile_weekends_off,
    "free_sundays": compile_free_sundays,
    "substitute_days": compile_substitute_days,
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


def cost_overtime(x: Context) -> Iterator[Count]:
    """Count of paid units of the horizon, priced above agreed hours and tolerance."""
    days = tuple(range(x.problem.grid.days))
    for a, agent in enumerate(x.problem.agents):
        contract = x.problem.contracts[agent.contract]
        if contract.overtime_hours:
            most = int(np.floor(x.targets.overtime_above[a] / x.unit + 0.5))
            price = cents(contract.hourly_cost * (contract.overtime_factor - 1) * x.unit / 60)
            yield Count("overtime", a, PAID_UNITS, (days,), 0, ALWAYS, above=((most, price),))


def cost_time_off(x: Context) -> Iterator[Count]:
    """Count of paid units of the horizon, priced below agreed hours and tolerance."""
    days = tuple(range(x.problem.grid.days))
    for a, agent in enumerate(x.problem.agents):
        contract = x.problem.contracts[agent.contract]
        if contract.time_off_hours:
            least = int(np.floor(x.targets.time_off_below[a] / x.unit + 0.5))
            price = cents(contract.time_off_price * x.unit / 60)
            yield Count("time_off", a, PAID_UNITS, (days,), 0, ALWAYS, below=((least, price),))


COSTS: dict[str, Callable[[Context], Iterator[Count]]] = {
    "weekends": cost_weekends,
    "unpopular": cost_unpopular,
    "hours_deviation": cost_hours_deviation,
    "overtime": cost_overtime,
    "time_off": cost_time_off,
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
    factor = np.array([kind.pay_factor for kind in problem.shift_types])[options.type_of]
    pay = hourly[:, None, None] * factor[None, None] * options.paid_minutes[None] / 60
    cost = np.floor(pay * 100 + 0.5).astype(np.int32)
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
    o, kinds = x.options, x.problem.shift_types
    unpopular = np.array([kind.unpopular for kind in kinds], np.int32)[o.type_of]
    on_call = np.array([kind.on_call for kind in kinds], np.bool_)[o.type_of]
    spans = zip(o.start_minute.tolist(), (o.start_minute + o.length_minutes).tolist(), strict=True)
    night = np.array([_is_night(x.problem.law, begin, end) for begin, end in spans], np.bool_) & ~on_call
    paid = o.paid_minutes.astype(np.int32)
    ones = np.ones_like(paid)
    codes = np.array([kind.code for kind in kinds])[o.type_of]
    named = [ones * (codes == code)[None] for code in named_types(x.problem)]
    rows = [ones, paid, paid // x.unit, ones * unpopular[None], ones * night[None], ones * o.start_minute[None], *named]
    return np.stack(rows).astype(np.int32)


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
