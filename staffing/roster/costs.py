"""The soft terms, recomputed from any rota: what it costs, and what is missing.

One function per term, in whole cents; `compile` says the same terms a second time, for solvers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from staffing.grid import FloatArray, IntArray, read_only
from staffing.roster.cover import UNITS, Cover, cover_of, price, split
from staffing.roster.duties import Duty, duties_of
from staffing.roster.options import Options, expand, paid_unit
from staffing.roster.problem import Request, Roster, RosterProblem, Shift
from staffing.roster.rules import Facts, facts_of
from staffing.roster.rules.rests import night_minutes


@dataclass(frozen=True)
class Coverage:
    """Agents wanted and on duty.

    Attributes
    ----------
    required
        Agents wanted, shape (Q, T), as priced (whole quarters).
    staffed
        Agents at each queue in the cheapest split of those on duty, shape (Q, T).
    under, over
        Agents missing and in surplus, shape (Q, T).
    on_duty
        Agents on duty by skill group, breaks left out, shape (G, T).
    understaffed_hours, overstaffed_hours
        Agent-hours over the horizon; never netted against each other.
    """

    required: FloatArray
    staffed: FloatArray
    under: FloatArray
    over: FloatArray
    on_duty: FloatArray
    understaffed_hours: float
    overstaffed_hours: float

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True)
class Judged:
    """A rota beside everything its costs are computed from."""

    facts: Facts
    unit: int
    cover: Cover
    staffed: IntArray

    @cached_property
    def shared(self) -> Fairness:
        """How burdens and hours are shared out."""
        return _fairness(self.facts)


def duty(problem: RosterProblem, roster: Roster) -> IntArray:
    """Units on duty by interval and skill group, shifts of the past included, shape (T, G)."""
    return cover_of(problem).base + units_of(problem, roster.shifts)


def units_of(problem: RosterProblem, shifts: Iterable[Shift]) -> IntArray:
    """Units that some shifts put on duty by interval and skill group, shape (T, G).

    A stretch of work counts in an interval with its share of it, rounded to whole quarters of an agent per shift.
    """
    grid = problem.grid
    edges = np.append(grid.starts, grid.starts[-1] + grid.seconds)
    out = np.zeros((len(grid), len(problem.skills)), dtype=np.int64)
    for shift in shifts:
        if shift.code in problem.kinds and problem.kinds[shift.code].on_call:
            continue
        first = max(int((shift.start - edges[0]) // grid.seconds), 0)
        last = min(int(-(-(shift.end - edges[0]) // grid.seconds)), len(grid))
        lo, hi = edges[first:last], edges[first + 1 : last + 1]
        seconds = np.clip(np.minimum(hi, shift.end) - np.maximum(lo, shift.start), 0, None)
        for a, b in (*shift.breaks, *((a, b) for _, a, b in shift.activities)):
            seconds = seconds - np.clip(np.minimum(hi, b) - np.maximum(lo, a), 0, None)
        out[first:last, problem.group[shift.agent]] += np.floor(
            np.maximum(seconds, 0) * UNITS / grid.seconds + 0.5
        ).astype(np.int64)
    return out


def coverage(problem: RosterProblem, roster: Roster) -> Coverage:
    """Agents wanted and on duty under a rota."""
    cover = cover_of(problem)
    supply = duty(problem, roster)
    return coverage_of(problem, cover, supply, split(cover, supply).sum(axis=1))


def coverage_of(problem: RosterProblem, cover: Cover, supply: IntArray, units: IntArray) -> Coverage:
    """Coverage of units on duty (T, G), split among the queues as `units` (T, Q) says."""
    staffed = units.T / UNITS
    required = cover.need.T / UNITS
    under, over = np.maximum(required - staffed, 0.0), np.maximum(staffed - required, 0.0)
    return Coverage(
        required=required,
        staffed=staffed,
        under=under,
        over=over,
        on_duty=supply.T / UNITS,
        understaffed_hours=float(under.sum() * problem.grid.hours),
        overstaffed_hours=float(over.sum() * problem.grid.hours),
    )


def paid_hours(roster: Roster) -> float:
    """Paid hours of a rota."""
    return sum(shift.paid_minutes for shift in roster.shifts) / 60


@dataclass(frozen=True)
class Fairness:
    """How weekends, unpopular shifts, nights and public holidays are shared out.

    Attributes
    ----------
    weekends, weekend_share
        Weekends with a shift, and the fair share less the ledger, shape (A,).
    unpopular, unpopular_share
        Unpopular shifts, and the fair share less the ledger, shape (A,).
    nights, night_share
        Night shifts, and the fair share less the ledger, shape (A,).
    holidays, holiday_share
        Public holidays with a shift, and the fair share less the ledger, shape (A,).
    duties, duty_share
        On-call duties, and the fair share less the ledger, shape (A,).
    hours, aim_hours
        Paid hours, and the hours aimed at, shape (A,).
    """

    weekends: IntArray
    weekend_share: IntArray
    unpopular: IntArray
    unpopular_share: IntArray
    nights: IntArray
    night_share: IntArray
    holidays: IntArray
    holiday_share: IntArray
    duties: IntArray
    duty_share: IntArray
    hours: FloatArray
    aim_hours: FloatArray

    def __post_init__(self) -> None:
        read_only(self)


def fairness(problem: RosterProblem, roster: Roster) -> Fairness:
    """How a rota shares out burdens and hours."""
    return _fairness(facts_of(problem, roster))


def _fairness(x: Facts) -> Fairness:
    unpopular = {kind.code for kind in x.problem.shift_types if kind.unpopular}
    on_call = {kind.code for kind in x.problem.shift_types if kind.on_call}
    worked = [{s.day for s in shifts} for shifts in x.shifts]
    holidays = {d for d, day in enumerate(x.problem.grid.dates) if day in x.problem.holidays}
    each = {(s.code, s.start, s.end): s for shifts in x.shifts for s in shifts}
    nights = {key for key, s in each.items() if _is_night(x, s)}
    return Fairness(
        weekends=np.array([sum(bool(days & set(w)) for w in x.targets.weekends) for days in worked], np.int64),
        weekend_share=x.targets.weekend_share,
        unpopular=np.array([sum(s.code in unpopular for s in shifts) for shifts in x.shifts], np.int64),
        unpopular_share=x.targets.unpopular_share,
        nights=np.array([sum((s.code, s.start, s.end) in nights for s in shifts) for shifts in x.shifts], np.int64),
        night_share=x.targets.night_share,
        holidays=np.array([len(days & holidays) for days in worked], np.int64),
        holiday_share=x.targets.holiday_share,
        duties=np.array([sum(s.code in on_call for s in shifts) for shifts in x.shifts], np.int64),
        duty_share=x.targets.duty_share,
        hours=np.array([sum(s.paid_minutes for s in shifts) / 60 for shifts in x.shifts]),
        aim_hours=x.targets.aim / 60,
    )


def _is_night(x: Facts, s: Shift) -> bool:
    if s.code in x.kinds and x.kinds[s.code].on_call:
        return False
    day = x.problem.grid.dates[s.day]
    minutes = night_minutes(x.problem.law, x.wall(day, s.start), x.wall(day, s.end))
    return minutes > x.problem.law.night_hours * 60


# -- terms ----------------------------------------------------------------------------------------------------


def _whole(money: float) -> int:
    return int(np.floor(money * 100 + 0.5))


def cost_pay(x: Judged) -> int:
    """Paid hours at the contract's hourly cost and the shift type's factor, each shift in whole cents."""
    total = 0
    for a, shifts in enumerate(x.facts.shifts):
        hourly = x.facts.contract(a).hourly_cost
        for s in shifts:
            factor = x.facts.kinds[s.code].pay_factor if s.code in x.facts.kinds else 1.0
            total += _whole(hourly * factor * s.paid_minutes / 60)
    return total


def cost_overtime(x: Judged) -> int:
    """Hours above agreed hours and tolerance, where the contract has overtime: what they cost more."""
    total = 0.0
    for a, shifts in enumerate(x.facts.shifts):
        contract = x.facts.contract(a)
        if contract.overtime_hours:
            most = np.floor(x.facts.targets.overtime_above[a] / x.unit + 0.5)
            over = max(0.0, sum(s.paid_minutes for s in shifts) / x.unit - most)
            total += over * _whole(contract.hourly_cost * (contract.overtime_factor - 1) * x.unit / 60)
    return int(np.floor(total + 0.5))


def cost_time_off(x: Judged) -> int:
    """Hours below agreed hours and tolerance, where the contract has voluntary time off."""
    total = 0.0
    for a, shifts in enumerate(x.facts.shifts):
        contract = x.facts.contract(a)
        if contract.time_off_hours:
            least = np.floor(x.facts.targets.time_off_below[a] / x.unit + 0.5)
            under = max(0.0, least - sum(s.paid_minutes for s in shifts) / x.unit)
            total += under * _whole(contract.time_off_price * x.unit / 60)
    return int(np.floor(total + 0.5))


def cost_understaffing(x: Judged) -> int:
    """Missing agent-hours, in three tiers, by the queue's weight."""
    return int(price(x.cover, x.staffed)[0].sum())


def cost_overstaffing(x: Judged) -> int:
    """Surplus agent-hours, in two tiers."""
    return int(price(x.cover, x.staffed)[1].sum())


def on_duty(x: Facts, duty: Duty) -> IntArray:
    """People with an on-call duty on each day, shape (D,)."""
    days = [s.day for shifts in x.shifts for s in shifts if s.code == duty.code]
    return np.bincount(days, minlength=x.problem.grid.days).astype(np.int64)


def cost_missing_duties(x: Judged) -> int:
    """People missing in on-call duties, and people too many."""
    total = 0
    for duty in duties_of(x.facts.problem, UNITS):
        short = duty.heads - on_duty(x.facts, duty)
        total += duty.missing * int(np.maximum(short, 0).sum()) + duty.surplus * int(np.maximum(-short, 0).sum())
    return total


def unfilled_duties(problem: RosterProblem, roster: Roster) -> tuple[str, ...]:
    """On-call duties for which people are missing, in words."""
    x = facts_of(problem, roster)
    found = []
    for duty in duties_of(problem):
        there = on_duty(x, duty)
        for d in np.nonzero(there < duty.heads)[0].tolist():
            day = problem.grid.dates[d]
            found.append(f"on-call duty {duty.code} on {day:%a} {day}: {there[d]} of {duty.heads[d]} people")
    return tuple(found)


def cost_requests(x: Judged) -> int:
    """Refused requests by weight, and by what the ledger says was refused before."""
    prices = x.facts.problem.prices
    before = {entry.agent: entry.refusals for entry in x.facts.problem.ledger}
    total = 0
    for request in x.facts.problem.requests:
        memory = 1 + prices.request_memory * before.get(request.agent, 0.0)
        price = _whole(prices.request * request.weight * min(max(memory, 0.5), 2.0))
        total += 0 if granted(x.facts, request) else price
    return total


def granted(x: Facts, request: Request) -> bool:
    """Whether a rota grants a request; one for a day outside the horizon counts as granted."""
    d = x.problem.grid.day_index(request.day)
    if d is None:
        return True
    there = [s for s in x.shifts[x.problem.agent_index[request.agent]] if s.day == d]
    day = x.problem.grid.dates[d]
    shown = [request.granted(s.code, x.wall(day, s.start), x.wall(day, s.end)) for s in there]
    return (all if request.wish == "off" else any)(shown) if there else request.granted(None)


def cost_stability(x: Judged) -> int:
    """Agent-days that differ from the published rota, by shift type or start; days of absence are no change."""
    problem = x.facts.problem
    if not problem.published:
        return 0
    price = _whole(problem.prices.change)
    index = {day: d for d, day in enumerate(problem.grid.dates)}
    published = {
        (problem.agent_index[p.agent], index[p.day]): (p.shift, p.start) for p in problem.published if p.day in index
    }
    there = {(s.agent, s.day): (s.code, s.start) for shifts in x.facts.shifts for s in shifts}
    away = {(problem.agent_index[r.agent], r.first, r.last) for r in problem.absences}
    changed = [cell for cell in published.keys() | there.keys() if published.get(cell) != there.get(cell)]
    dates = problem.grid.dates
    return price * sum(not any(a == b and first <= dates[d] <= last for b, first, last in away) for a, d in changed)


def _steps(excess: IntArray, first: float, further: float, width: int) -> int:
    over = np.maximum(excess, 0)
    near = np.minimum(over, width)
    return int((near * _whole(first) + (over - near) * _whole(further)).sum())


def cost_weekends(x: Judged) -> int:
    """Weekends above the fair share: the first, each further one."""
    shared = x.shared
    return _steps(shared.weekends - shared.weekend_share, *x.facts.problem.prices.weekend, 1)


def cost_unpopular(x: Judged) -> int:
    """Unpopular shifts above the fair share: the first two, each further one."""
    shared = x.shared
    return _steps(shared.unpopular - shared.unpopular_share, *x.facts.problem.prices.unpopular, 2)


def cost_nights(x: Judged) -> int:
    """Night shifts above the fair share: the first two, each further one."""
    if not max(x.facts.problem.prices.night):
        return 0
    shared = x.shared
    return _steps(shared.nights - shared.night_share, *x.facts.problem.prices.night, 2)


def cost_holidays(x: Judged) -> int:
    """Public holidays with a shift above the fair share: the first, each further one."""
    shared = x.shared
    return _steps(shared.holidays - shared.holiday_share, *x.facts.problem.prices.holiday, 1)


def cost_duties(x: Judged) -> int:
    """On-call duties above the fair share: the first, each further one; nothing where they are given by hand only."""
    if not duties_of(x.facts.problem):
        return 0
    return _steps(x.shared.duties - x.shared.duty_share, *x.facts.problem.prices.duty, 1)


def cost_hours_deviation(x: Judged) -> int:
    """Hours of the horizon above or below the aim, which is rounded to the unit of paid times."""
    shared = x.shared
    aim = np.floor(x.facts.targets.aim / x.unit + 0.5)
    units = np.abs(shared.hours * 60 / x.unit - aim)
    return int(np.floor(units.sum() * _whole(x.facts.problem.prices.hours_deviation * x.unit / 60) + 0.5))


TERMS: Mapping[str, Callable[[Judged], int]] = {
    "pay": cost_pay,
    "overtime": cost_overtime,
    "time_off": cost_time_off,
    "understaffing": cost_understaffing,
    "overstaffing": cost_overstaffing,
    "missing_duties": cost_missing_duties,
    "requests": cost_requests,
    "stability": cost_stability,
    "weekends": cost_weekends,
    "unpopular": cost_unpopular,
    "nights": cost_nights,
    "holidays": cost_holidays,
    "duties": cost_duties,
    "hours_deviation": cost_hours_deviation,
}
"""Every soft term by name, in cents."""


def terms_in_cents(problem: RosterProblem, roster: Roster, options: Options | None = None) -> dict[str, int]:
    """Cost of each term of a rota in cents."""
    options = options or expand(problem)
    cover = cover_of(problem)
    staffed = split(cover, duty(problem, roster)).sum(axis=1)
    judged = Judged(facts_of(problem, roster), paid_unit(options), cover, staffed)
    return {name: term(judged) for name, term in TERMS.items()}


def terms(problem: RosterProblem, roster: Roster) -> dict[str, float]:
    """Cost of each term of a rota, in the scenario's currency; their sum is the objective.

    Parameters
    ----------
    problem
        What the rota is for.
    roster
        Any rota, also an illegal one.
    """
    return {name: amount / 100 for name, amount in terms_in_cents(problem, roster).items()}
