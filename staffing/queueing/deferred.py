"""Deferrable work (e-mail, tickets, social messages): backlog, a promised response time, the smoothest staffing.

Work may wait for hours, so staffing need not follow the arrivals; it must stay between two curves of cumulative work
over the open time: not above what has arrived, and not below what has fallen due. Between such curves there is one
path that is smoothest in every sense at once (least peak, least sum of squares, of any convex cost): the taut string,
as a thread pulled tight between them. References: Barlow, Bartholomew, Bremner and Brunk (1972), ch. 1 (taut string);
Salehi, Zhang, Kurose and Towsley (1998) (its optimality for every convex cost, there for video smoothing); Newell
(1982) for cumulative curves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from staffing.errors import Problem
from staffing.grid import BoolArray, FloatArray, read_only
from staffing.queueing.arguments import check_fraction, check_range, refuse


@dataclass(frozen=True)
class DeferredPlan:
    """Staffing of deferrable work.

    Attributes
    ----------
    agents
        Agents at work on it, real, shape (T,); 0 where closed.
    backlog
        Work that waits at the end of each interval, in agent-hours, shape (T,).
    late
        Work that is not done when it falls due, in agent-hours and by the interval it falls due, shape (T,); all 0 in a
        plan, more where `follow` is given too few agents.
    """

    agents: FloatArray
    backlog: FloatArray
    late: FloatArray

    def __post_init__(self) -> None:
        read_only(self)


def smoothest(lower: npt.ArrayLike, upper: npt.ArrayLike) -> FloatArray:
    """The taut string: the rates of the smoothest path that stays between two curves.

    Parameters
    ----------
    lower, upper
        Curves at the points 0 ... N, shape (N + 1,), ``lower <= upper``; they meet at both ends.

    Returns
    -------
    Increment of the path in each step, shape (N,).

    Examples
    --------
    >>> smoothest([0, 0, 0, 6], [0, 4, 5, 6]).tolist()
    [2.0, 2.0, 2.0]
    >>> smoothest([0, 3, 3, 6], [0, 4, 5, 6]).tolist()
    [3.0, 1.5, 1.5]
    """
    from staffing.queueing.kernels.strings import taut_string

    low, high = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    problems = []
    if low.ndim != 1 or low.shape != high.shape or low.size < 2:
        problems.append(
            Problem("lower, upper", f"shapes {low.shape} and {high.shape}", "two lines of equal length >= 2")
        )
    elif np.any(low > high):
        problems.append(Problem("lower", f"above upper at point {int(np.argmax(low > high))}", "lower <= upper"))
    elif low[0] != high[0] or low[-1] != high[-1]:
        problems.append(Problem("lower, upper", "they do not meet at both ends", "let them meet"))
    refuse(problems)
    return np.diff(taut_string(low, high))


def plan_deferred(
    contacts: FloatArray,
    aht_seconds: FloatArray,
    open_: BoolArray,
    interval_seconds: float,
    response_seconds: float,
    share: float | None = 0.9,
    *,
    backlog_hours: float = 0.0,
    variation: float = 1.0,
    idle: FloatArray | None = None,
) -> DeferredPlan:
    """The smoothest staffing that answers at least `share` of the work within the promised opening time.

    Work is answered first come, first served, at any time the queue is open. What arrives in an interval falls due
    `response_seconds` of *open* time after the interval's start; what arrives while closed counts from the next
    opening. The horizon ends with no backlog, so months fit together.

    Staffing for the expected work alone keeps the promise for little more than half of the contacts: work comes in
    lumps, and without a little more capacity than work a backlog wanders off for days (a workload with mean m and
    variance v per interval is delayed by more than x intervals with probability exp(-2 e (1 + e) m^2 x / v) where
    capacity exceeds work by the share e: Kingman 1962). So all work is raised by a share e, and what falls due by 0,
    1/2 or 1 standard deviation of the random work of one promise's length. The least e that keeps the promise is found
    by playing random months (compound Poisson, gamma-distributed, fixed seed) against the staffing; of the three, the
    staffing with the fewest hours is taken.

    Parameters
    ----------
    contacts, aht_seconds
        Expected contacts, shape (T,), and their handling time in seconds, shape (T,).
    open_
        When the queue is worked on, shape (T,).
    interval_seconds
        Length of an interval.
    response_seconds
        The promise, in open seconds, at least 0 (one interval or less: in the interval of arrival).
    share
        Share of the work that is answered within the promise, a fraction; 1 is tried for up to 17 times the work.
        None: for the expected work, as if there were no chance.
    backlog_hours
        Agent-hours of work that wait at the start; due one promise after the first opening.
    variation
        Coefficient of variation of the handling time.
    idle
        Agents (erlangs) of others who do such work beside their own, e.g. `deferred_load` of
        `staffing.queueing.blending.blended_service`, shape (T,); what they do need not be staffed. None: nobody.

    Raises
    ------
    InputError
        For values out of range, or work and no open interval to do it in.

    Examples
    --------
    >>> contacts = np.array([12.0, 12, 0, 0]); is_open = np.array([True, True, True, True])
    >>> plan = plan_deferred(contacts, np.full(4, 600.0), is_open, 3600, response_seconds=10_800, share=None)
    >>> plan.agents.tolist(), plan.backlog.round(6).tolist()
    ([1.0, 1.0, 1.0, 1.0], [1.0, 2.0, 1.0, 0.0])
    """
    problems = [
        *check_range("contacts", contacts),
        *check_range("aht_seconds", np.where(contacts > 0, aht_seconds, 1.0), above=True),
        *check_range("response_seconds", response_seconds),
        *check_fraction("share", share),
        *check_range("backlog_hours", backlog_hours),
        *check_range("variation", variation),
        *check_range("idle", idle),
    ]
    work = _hours_of_work(contacts, aht_seconds)
    if not np.any(open_) and (np.any(work > 0) or backlog_hours > 0):
        problems.append(Problem("opening", "there is work and no open interval", "open the queue at some time"))
    refuse(problems)
    hours = interval_seconds / 3600.0
    slot = np.flatnonzero(open_)
    agents = np.zeros(len(work))
    if not slot.size or (work.sum() <= 0 and backlog_hours <= 0):
        return DeferredPlan(agents, np.zeros(len(work)), np.zeros(len(work)))
    arrived, due = due_curves(work, open_, interval_seconds, response_seconds, backlog_hours)
    squares = work * np.where(contacts > 0, aht_seconds, 0.0) / 3600.0 * (1.0 + variation**2)
    spread, spread_due = due_curves(squares, open_, interval_seconds, response_seconds, 0.0)
    extra = np.zeros(slot.size) if idle is None else np.asarray(idle, dtype=np.float64)[slot] * hours
    flow = _Flow(
        arrived, due, spread, np.maximum(spread - spread_due, 0.0), extra, _delay(response_seconds, interval_seconds)
    )
    agents[slot] = (flow.staffing(0.0, 0.0) if share is None else flow.kept(share)) / hours
    everybody = agents if idle is None else agents + np.where(open_, idle, 0.0)
    plan = follow(
        everybody, contacts, aht_seconds, open_, interval_seconds, response_seconds, backlog_hours=backlog_hours
    )
    return DeferredPlan(agents, plan.backlog, plan.late)


_MARGINS = (0.0, 0.5, 1.0)
_MOST = 16.0
"""Largest share by which work is raised."""
_PLAYED = 200_000
"""Intervals played for each staffing that is tried: 100 months of half-hours, fewer of longer horizons."""


@dataclass(frozen=True)
class _Flow:
    """Work in agent-hours on the axis of open intervals: cumulative curves with N + 1 points, `idle` with N."""

    arrived: FloatArray
    due: FloatArray
    spread: FloatArray
    window: FloatArray
    idle: FloatArray
    delay: int

    def staffing(self, more: float, margin: float) -> FloatArray:
        """Work of the dedicated agents in each interval, for work raised by a share and due by a margin."""
        upper = self.arrived * (1.0 + more)
        lower = (self.due + margin * np.sqrt(self.window) * (self.due > 0)) * (1.0 + more)
        lower = np.maximum.accumulate(np.minimum(lower, upper))
        lower[-1] = upper[-1]
        return _beside(lower, upper, self.idle)

    def kept(self, share: float) -> FloatArray:
        """The staffing with the fewest hours that keeps the promise for the share of random work."""
        played = self.played()
        found = [self.staffing(self.least(share, margin, played), margin) for margin in _MARGINS]
        return min(found, key=lambda staffing: float(staffing.sum()))

    def least(self, share: float, margin: float, played: FloatArray) -> float:
        """Least share by which work must be raised, to a thousandth of all work."""

        def keeps(more: float) -> bool:
            return self.in_time(self.staffing(more, margin), played) >= share

        if keeps(0.0):
            return 0.0
        low, high = 0.0, 0.02
        while high < _MOST and not keeps(high):
            low, high = high, 2.0 * high
        while high - low > max(0.001, 0.02 * high) and high < _MOST:
            middle = 0.5 * (low + high)
            low, high = (low, middle) if keeps(middle) else (middle, high)
        return min(high, _MOST)

    def played(self) -> FloatArray:
        """Cumulative random work, shape (R, N + 1)."""
        mean, variance = np.diff(self.arrived), np.diff(self.spread)
        chance = (mean > 0) & (variance > 0)
        scale = np.divide(variance, mean, out=np.ones_like(mean), where=chance)
        shape = np.where(chance, mean / scale, 1.0)
        rounds = int(np.clip(_PLAYED // mean.size, 8, 200))
        random = np.random.default_rng(20_270_101)
        work = np.where(chance, random.gamma(shape, scale, (rounds, mean.size)), mean)
        return np.concatenate([np.zeros((rounds, 1)), np.cumsum(work, axis=1)], axis=1)

    def in_time(self, staffing: FloatArray, played: FloatArray) -> float:
        """Share of the work that falls due within the horizon which is done by then."""
        points = self.idle.size - self.delay
        if points <= 0:
            return 1.0
        done = _done(staffing + self.idle, played)
        before, after = played[:, :points], played[:, 1 : points + 1]
        by_then = done[:, 1 + self.delay : points + 1 + self.delay]
        total = float(np.sum(after - before))
        return float(np.sum(np.clip(by_then - before, 0.0, after - before))) / total if total > 0 else 1.0


def _hours_of_work(contacts: FloatArray, aht_seconds: FloatArray) -> FloatArray:
    """Agent-hours; a handling time may be unknown where nothing comes."""
    return np.where(contacts > 0, contacts * np.where(contacts > 0, aht_seconds, 0.0), 0.0) / 3600.0


def _delay(response_seconds: float, interval_seconds: float) -> int:
    """Open intervals after the one of arrival by whose end an answer is in time, counted from the interval's start."""
    return max(math.ceil(response_seconds / interval_seconds - 1e-9) - 1, 0)


def _beside(lower: FloatArray, upper: FloatArray, idle: FloatArray) -> FloatArray:
    """Work to be done in each step by dedicated agents so that, with the idle time of others, `lower` is kept.

    What the idle time would do alone is taken off both curves and the rest smoothed. Where dedicated work takes from
    the idle time what it would have done later, that may fall a little short: then a larger dedicated share is tried.
    """
    if not np.any(idle > 0):
        return np.maximum(smoothest(lower, upper), 0.0)
    alone = _done(idle, upper)
    low = np.maximum.accumulate(np.maximum(lower - alone, 0.0))
    high = np.maximum(np.minimum.accumulate((upper - alone)[::-1])[::-1], low)
    low[0] = high[0] = 0.0
    high[-1] = low[-1]
    high = np.minimum(high, low[-1])
    rest = np.maximum(smoothest(low, high), 0.0)
    for factor in (1.0, 1.05, 1.1, 1.2, 1.4, 1.7, 2.0):
        if np.all(_done(idle + factor * rest, upper) >= lower - 1e-9 * max(upper[-1], 1.0)):
            return factor * rest
    return np.maximum(smoothest(lower, upper), 0.0)


def _done(capacity: FloatArray, arrived: FloatArray) -> FloatArray:
    """Cumulative work done by the points of `arrived`, shape (..., N + 1), with capacity per step, shape (N,).

    Working whenever there is anything: the least over earlier points u of arrived(u) + capacity since u (Reich 1958).
    """
    total = np.concatenate([[0.0], np.cumsum(capacity)])
    short = arrived - total
    short[..., 0] = 0.0
    return np.asarray(total + np.minimum.accumulate(short, axis=-1), dtype=np.float64)


def follow(
    agents: FloatArray,
    contacts: FloatArray,
    aht_seconds: FloatArray,
    open_: BoolArray,
    interval_seconds: float,
    response_seconds: float,
    *,
    backlog_hours: float = 0.0,
) -> DeferredPlan:
    """The backlog flow that given agents produce: what is done, what waits, what falls due undone.

    Parameters are those of `plan_deferred`; agents while closed do nothing.
    """
    hours = interval_seconds / 3600.0
    work = _hours_of_work(contacts, aht_seconds)
    busy = np.where(open_, agents, 0.0)
    arrived = backlog_hours + np.cumsum(work)
    done = _done(busy * hours, np.concatenate([[backlog_hours], arrived]))[1:]
    late = np.zeros(len(work))
    slot = np.flatnonzero(open_)
    if slot.size:
        _, due = due_curves(work, open_, interval_seconds, response_seconds, backlog_hours)
        behind = np.maximum(due[1:] - done[slot], 0.0)
        behind[behind < 1e-9 * max(float(arrived[-1]), 1.0)] = 0.0
        late[slot] = np.minimum(behind, np.maximum(np.diff(due), 0.0))
    return DeferredPlan(busy, np.maximum(arrived - done, 0.0), late)


def due_curves(
    work: FloatArray, open_: BoolArray, interval_seconds: float, response_seconds: float, backlog: float
) -> tuple[FloatArray, FloatArray]:
    """Cumulative work arrived and due at the ends of the open intervals, shape (open + 1,), the start first.

    Work that arrives after the last opening of the horizon is left to the next one.
    """
    slot = np.flatnonzero(open_)
    # Position on the open axis at which each interval's arrivals can first be worked on.
    position = np.searchsorted(slot, np.arange(len(work)))
    inside = position < slot.size
    per_slot = np.bincount(position[inside], weights=work[inside], minlength=slot.size)
    arrived = np.concatenate([[0.0], np.cumsum(per_slot) + backlog])
    delay = _delay(response_seconds, interval_seconds)
    due = np.zeros(slot.size + 1)
    if delay < slot.size:
        due[1 + delay :] = arrived[1 : slot.size + 1 - delay]
    return arrived, due
