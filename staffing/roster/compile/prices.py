"""Soft terms as priced counts and options: one function per name in `costs.TERMS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from staffing.grid import BoolArray
from staffing.roster.compile.context import ALWAYS, DUTY, NIGHT, PAID_UNITS, UNPOPULAR, WORKS, Context
from staffing.roster.duties import duties_of
from staffing.roster.options import Options
from staffing.roster.primitives import Count
from staffing.roster.problem import Request, RosterProblem
from staffing.roster.shares import carried


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


def cost_nights(x: Context) -> Iterator[Count]:
    """Count of night shifts, priced above the fair share."""
    first, further = (cents(p) for p in x.problem.prices.night)
    days = tuple(range(x.problem.grid.days))
    for a in range(len(x.problem.agents) if further else 0):
        share = int(x.targets.night_share[a])
        above = ((share, first), (share + 2, further - first))
        yield Count("nights", a, NIGHT, (days,), 0, ALWAYS, above=above)


def cost_holidays(x: Context) -> Iterator[Count]:
    """Count of public holidays with a shift, priced above the fair share."""
    first, further = (cents(p) for p in x.problem.prices.holiday)
    days = tuple(d for d, day in enumerate(x.problem.grid.dates) if day in x.problem.holidays)
    for a in range(len(x.problem.agents) if days and further else 0):
        share = int(x.targets.holiday_share[a])
        above = ((share, first), (share + 1, further - first))
        yield Count("holidays", a, WORKS, (days,), 0, ALWAYS, above=above)


def cost_duties(x: Context) -> Iterator[Count]:
    """Count of on-call duties, priced above the fair share."""
    first, further = (cents(p) for p in x.problem.prices.duty)
    days = tuple(range(x.problem.grid.days))
    for a in range(len(x.problem.agents) if duties_of(x.problem) else 0):
        share = int(x.targets.duty_share[a])
        above = ((share, first), (share + 1, further - first))
        yield Count("duties", a, DUTY, (days,), 0, ALWAYS, above=above)


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
    "nights": cost_nights,
    "holidays": cost_holidays,
    "duties": cost_duties,
    "hours_deviation": cost_hours_deviation,
    "overtime": cost_overtime,
    "time_off": cost_time_off,
}
"""Soft terms that compile to priced counts; pay and requests are the options' costs; cover and missing duties are
`Program.cover`."""


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
    codes = [kind.code for kind in problem.shift_types]
    refused = carried(problem, "refusals")
    for request in problem.requests:
        d = problem.grid.day_index(request.day)
        if d is None:
            continue
        a = problem.agent_index[request.agent]
        memory = min(2.0, max(0.5, 1 + problem.prices.request_memory * refused[a]))
        price = cents(problem.prices.request * request.weight * memory)
        if not request.granted(None):
            off[a, d] += price
        cost[a, d] += np.where(_granting(request, codes, options), 0, price).astype(np.int32)
    _changes(problem, options, cost, off)
    assert cost.shape == (A, D, S)
    return cost, off


def _changes(problem: RosterProblem, options: Options, cost: npt.NDArray[np.int32], off: npt.NDArray[np.int32]) -> None:
    """Add the price of differing from the published rota; days of absence are no change."""
    price = cents(problem.prices.change)
    if not problem.published or not price:
        return
    dates = problem.grid.dates
    priced = np.ones(off.shape, np.bool_)
    for absence in problem.absences:
        away = [absence.first <= day <= absence.last for day in dates]
        priced[problem.agent_index[absence.agent]] &= ~np.array(away, np.bool_)
    cost += np.where(priced, price, 0)[:, :, None].astype(np.int32)
    codes = np.array([kind.code for kind in problem.shift_types])[options.type_of]
    for shift in problem.published:
        a, d = problem.agent_index[shift.agent], problem.grid.day_index(shift.day)
        if d is not None and priced[a, d]:
            cost[a, d, (codes == shift.shift) & (options.start[d] == shift.start)] -= price
            off[a, d] += price


def _granting(request: Request, codes: list[str], options: Options) -> BoolArray:
    """Options that grant a wish, shape (S,)."""
    begins = options.start_minute.tolist()
    ends = (options.start_minute + options.length_minutes).tolist()
    kinds = options.type_of.tolist()
    return np.array([request.granted(codes[k], a, b) for k, a, b in zip(kinds, begins, ends, strict=True)], np.bool_)
