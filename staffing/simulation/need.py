"""How a need changes after a simulation: raised where the promise is missed, lowered where there is slack."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from staffing.grid import BoolArray, FloatArray, IntArray
from staffing.simulation.estimate import student
from staffing.simulation.model import Demand, OnDuty, SimulationResult
from staffing.simulation.routing import DEFERRABLE
from staffing.simulation.settings import VerifySettings

STEP = 0.25
"""Least change of a need, agents: what cover is counted in."""

DEARER = 1.12
"""A need that a plan leaves open and that matters is raised at least so far above the people wanted there: the first
missing tenth of a need is cheap."""

CAUTION = 2.0
"""Standard errors of a single interval's service level, in the check to come, that the repair keeps in reserve."""

FUTILE = 1.35
"""Need over people there from which on asking for more changes nothing: they are as dear as they get."""


def judged_by_day(demand: Demand, settings: VerifySettings) -> BoolArray:
    """Which cells are judged by the day (or the month) as a whole and not by their interval, shape (Q, T).

    Those of queues that promise no more, of deferrable work, which is done long after it came, and of days on which no
    interval has more than `settings.min_contacts`.
    """
    grid = demand.grid
    busiest = np.maximum.reduceat(demand.contacts, grid.day_first[:-1], axis=1)
    loose = np.array([h != "interval" for h in demand.promised]) | np.equal(demand.channel, DEFERRABLE)
    out: BoolArray = loose[:, None] | (busiest <= settings.min_contacts)[:, grid.day]
    return out


def reserve(service: SimulationResult, settings: VerifySettings) -> FloatArray:
    """Points of the service level by which single intervals are to do better than they must, shape (Q, T).

    What is read of an interval is off by its standard error, once now and once in the check on held-out seeds; where few
    contacts come, that is more than any margin for all.
    """
    half = (service.service_level_high - service.service_level_low) / 2
    error = np.nan_to_num(half / student(service.replications))
    out: FloatArray = CAUTION * error * np.sqrt(1.0 + service.replications / settings.held_out_replications)
    return out


def shortfall(
    demand: Demand,
    service: SimulationResult,
    settings: VerifySettings,
    margin: float,
    kept_back: FloatArray | float = 0.0,
) -> FloatArray:
    """By how much each cell misses the promise and should be mended, shape (Q, T); 0 where it is kept.

    A queue promises its service level (and where stated a largest abandonment and wait) for every interval, for the day
    or for the month (`Demand.hold`). Where the day or the month misses it, its cells below the target are to blame, of
    deferrable work all open cells of the day alike. Cells and days with no more than `settings.min_contacts` are never to
    blame. A service level within `settings.tolerance` of the target counts as kept; `margin` makes it stricter, and `kept_back`
    (see `reserve`) single intervals beyond that. A miss is told in points of the service level.

    Parameters
    ----------
    demand, service
        What was simulated, and what came of it.
    settings
        What counts as holding.
    margin
        Points of the service level by which the target is higher, a fraction.
    kept_back
        The same for single intervals, shape (Q, T).
    """
    grid, allowed = demand.grid, settings.tolerance - margin
    now = gap(demand, service.service_level - kept_back, service.abandonment.mean, service.asa.mean)
    days = gap(demand, service.day_service_level.mean, service.day_abandonment.mean, service.day_asa.mean)
    month = gap(
        demand,
        *(x[:, None] for x in (service.queue_service_level, service.queue_abandonment, service.queue_asa_seconds)),
    )
    by_day, deferrable = judged_by_day(demand, settings), np.equal(demand.channel, DEFERRABLE)[:, None]
    monthly = np.array([h == "month" for h in demand.promised])[:, None]
    bad = np.where(monthly, month > allowed, days > allowed)
    bad &= np.add.reduceat(demand.contacts, grid.day_first[:-1], axis=1) > settings.min_contacts
    to_blame = np.where(deferrable, demand.open, demand.contacts > 0)
    late = np.where(bad[:, grid.day] & to_blame, np.where(deferrable, days[:, grid.day], now), 0.0)
    at_once = np.where((demand.contacts > settings.min_contacts) & (now > allowed), now, 0.0)
    out: FloatArray = np.maximum(np.where(by_day, late, at_once), 0.0)
    return out


def gap(demand: Demand, level: FloatArray, abandonment: FloatArray, asa: FloatArray) -> FloatArray:
    """By how much the worst of a queue's goals is missed (negative: kept), in points of the service level.

    Arrays of shape (Q, n); minus infinity where nothing is promised or judged. A wait twice as long as promised weighs
    like half of the contacts.
    """
    out: FloatArray = np.full(level.shape, -np.inf)
    with np.errstate(invalid="ignore"):
        out = np.fmax(out, demand.target[:, None] - level)
        if demand.max_abandonment is not None:
            out = np.fmax(out, abandonment - demand.max_abandonment[:, None])
        if demand.max_asa_seconds is not None:
            out = np.fmax(out, np.minimum(0.5, (asa / demand.max_asa_seconds[:, None] - 1) / 2))
    return out


def raised(
    demand: Demand,
    on_duty: OnDuty,
    staffed: FloatArray,
    missing: FloatArray,
    asked: FloatArray,
    before: IntArray | None = None,
) -> FloatArray:
    """Agents to add, shape (Q, T).

    Of queues that share people and miss in the same interval, the worst is raised in full and the others by half: who
    comes for one helps the others, and the needs of a pool grow with the square root of its size.

    Where more people are there than were asked for and it still fails, they are asked for, too. Where far fewer are there
    than are asked for already, asking for more would change nothing.

    Parameters
    ----------
    demand, on_duty
        What was simulated.
    staffed
        People at each queue, shape (Q, T).
    missing
        As `shortfall` tells.
    asked
        The need so far, shape (Q, T).
    before
        In how many rounds on end each cell has missed before; each doubles the step, up to eight times. None: in none.
    """
    if not missing.any():
        return np.zeros(asked.shape)
    deferrable = np.equal(demand.channel, DEFERRABLE)[:, None]
    # Deferrable work needs hours, whenever they come: as many more as are missing.
    step = np.where(deferrable, missing * asked, np.minimum(missing / slope(asked), 1.0 + asked / 4))
    for part in np.unique(label := linked(on_duty)):
        rows = np.flatnonzero(label == part)
        helped = (missing[rows] < missing[rows].max(axis=0)) & ~deferrable[rows]
        step[rows] = np.where(helped, step[rows] / 2, step[rows])
    step = np.maximum(STEP, step)
    if before is not None:
        step = step * 2.0 ** np.minimum(before, 3)
    fewer = staffed < asked - STEP / 2
    wanted = np.where(fewer, np.maximum(asked + step, DEARER * (staffed + step)), staffed + step)
    wanted = np.minimum(np.ceil(np.maximum(wanted, asked + STEP) / STEP - 1e-9) * STEP, np.ceil(FUTILE * staffed + 1))
    out: FloatArray = np.where(missing > 0, np.maximum(wanted - asked, 0.0), 0.0)
    return out


def lowered(
    demand: Demand,
    on_duty: OnDuty,
    service: SimulationResult,
    settings: VerifySettings,
    staffed: FloatArray,
    missing: FloatArray,
    asked: FloatArray,
) -> FloatArray:
    """Agents to take away, shape (Q, T): the promise is kept with fewer people than asked for, or with much to spare.

    Where it is kept with fewer people than asked for, no more than those are asked for. Where even the pessimistic end of
    the band is well above the target, some of them are taken away, but not where more are there than asked for anyway, nor
    where those who serve the queue are as busy as is promised to them (`Demand.max_occupancy`). Nothing changes where the
    interval, or the next one, which inherits what is waiting, misses its promise.

    Parameters
    ----------
    demand, on_duty, service
        What was simulated, and what came of it.
    settings
        What counts as holding.
    staffed, missing, asked
        As in `raised`.
    """
    day = demand.grid.day
    deferrable, by_day = np.equal(demand.channel, DEFERRABLE)[:, None], judged_by_day(demand, settings)
    now = gap(demand, service.service_level_low, service.abandonment.high, service.asa.high)
    days = gap(demand, service.day_service_level.low, service.day_abandonment.high, service.day_asa.high)[:, day]
    month = gap(
        demand,
        service.queue_service_level_low[:, None],
        service.queue_abandonment_band.high[:, None],
        service.queue_asa_band.high[:, None],
    )
    days = np.where(np.array([h == "month" for h in demand.promised])[:, None], month, days)
    worst = np.where(deferrable, days, np.where(by_day, np.maximum(now, days), now))
    spare = np.where(np.isfinite(worst), -worst - settings.slack, 0.0)
    kept = (missing <= 0) & np.isfinite(worst)
    kept[:, :-1] &= missing[:, 1:] <= 0
    if demand.max_occupancy is not None:
        with np.errstate(invalid="ignore"):
            kept &= ~(service.queue_occupancy.mean > demand.max_occupancy[:, None])
    there = np.ceil(staffed / STEP - 1e-9) * STEP
    least = np.where(deferrable, 0.0, STEP)
    fewer = np.where(deferrable, asked / 4, 0.7 * spare / slope(asked))
    # What a pool has to spare it has once, and not once per queue.
    for part in np.unique(label := linked(on_duty)):
        rows = np.flatnonzero(label == part)
        alone = np.sqrt(np.maximum(asked[rows], 0.0)) * ~deferrable[rows]
        pooled = np.sqrt(np.square(alone).sum(axis=0))
        fewer[rows] *= np.where(deferrable[rows], 1.0, np.minimum(1.0, pooled / np.maximum(alone.sum(axis=0), 1e-9)))
    fewer = np.where((spare > 0) & (there < asked + 1), np.floor(fewer / STEP + 0.5) * STEP, 0.0)
    wanted = np.maximum(np.minimum(asked, there) - fewer, least)
    out: FloatArray = np.where(kept & (asked > least), np.maximum(asked - wanted, 0.0), 0.0)
    return out


SURE = 1.3
"""Times as many people as `spared` tells that points may be worth, where a proof rests on it."""

SPARED = 0.6
"""Share of the people whom a queue seems to be able to spare that are let go without another look."""


def fewest(
    demand: Demand, service: SimulationResult, settings: VerifySettings, staffed: FloatArray, asked: FloatArray
) -> FloatArray:
    """Fewest people at each queue with whom all intervals may keep the promise, shape (Q, T); 0 where nothing is judged.

    Where it is kept, those who are there less those who can be spared; where it is missed, more than are there. What a person is
    worth is taken so that the need is rather too small.

    Parameters
    ----------
    demand, service, settings
        What was simulated, and what counts as kept.
    staffed, asked
        People at each queue, and asked for, shape (Q, T).
    """
    missing, day_wise = shortfall(demand, service, settings, 0.0), judged_by_day(demand, settings)
    spare = np.where(day_wise, 0.0, spared(demand, service, settings, staffed))
    kept = np.minimum(asked, staffed - SURE * np.maximum(spare, 0.0))
    more = staffed + np.maximum(STEP, np.floor(np.maximum(-spare, 0.0) / SURE / STEP) * STEP)
    deferrable = np.equal(demand.channel, DEFERRABLE)[:, None]
    judged = np.where(deferrable, demand.open, (demand.contacts > settings.min_contacts) & ~day_wise)
    out = np.where(missing > 0, more, np.where(judged, np.maximum(kept, 0.0), 0.0))
    wanted: FloatArray = np.floor(out / STEP + 1e-9) * STEP
    return wanted


def spared(
    demand: Demand,
    service: SimulationResult,
    settings: VerifySettings,
    staffed: FloatArray,
    kept_back: FloatArray | float = 0.0,
    margin: float = 0.0,
) -> FloatArray:
    """People whom each interval could spare and still keep its promise, negative: whom it lacks, shape (Q, T); 0 without a goal.

    As in `slope`, but far from the target as well: one of n people moves the normal quantile of the service level by
    ``1 / (0.8 sqrt(n))``. `margin` and `kept_back` as in `shortfall`.
    """
    goal = np.nan_to_num(demand.target, nan=0.8)[:, None]
    now = gap(demand, service.service_level - kept_back, service.abandonment.mean, service.asa.mean)
    level = np.clip(goal - now, 0.01, 0.995)
    bar = np.clip(goal - settings.tolerance + margin, 0.01, 0.995)
    people = 0.8 * np.sqrt(np.maximum(staffed, 1.0)) * (ndtri(level) - ndtri(bar))
    out: FloatArray = np.where(np.isfinite(now), people, 0.0)
    return out


def slope(agents: FloatArray) -> FloatArray:
    """By how much one agent more raises the service level, roughly."""
    out: FloatArray = np.maximum(0.012, 0.35 / np.sqrt(np.maximum(agents, 1.0)))
    return out


def linked(on_duty: OnDuty) -> IntArray:
    """Label of each queue, shape (Q,): queues that are linked by people who serve both have the same."""
    serves = on_duty.serves > 0
    label = np.arange(serves.shape[1], dtype=np.int64)
    for row in np.unique(serves, axis=0):
        if row.any():
            label[np.isin(label, label[row])] = label[row].min()
    return label
