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
from statistics import NormalDist

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
    from staffing.queueing.paths import taut_string

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
    share: float = 0.9,
    *,
    backlog_hours: float = 0.0,
    variation: float = 1.0,
) -> DeferredPlan:
    """The smoothest staffing that answers at least `share` of the work within the promised opening time.

    Work is answered first come, first served, at any time the queue is open. What arrives in an interval falls due
    `response_seconds` of *open* time after the interval's end; what arrives while closed counts from the next
    opening. The promise in the mean would be kept for half the contacts only, so the work due is raised by the
    `share` quantile (normal) of the random work of one promise's length (compound Poisson, with the handling times'
    coefficient of variation `variation`). The horizon ends with no backlog, so months fit together.

    Parameters
    ----------
    contacts, aht_seconds
        Expected contacts, shape (T,), and their handling time in seconds, shape (T,).
    open_
        When the queue is worked on, shape (T,).
    interval_seconds
        Length of an interval.
    response_seconds
        The promise, in open seconds, at least 0 (0: in the interval of arrival).
    share
        Share of contacts that the promise must cover, a fraction.
    backlog_hours
        Agent-hours of work that wait at the start; due one promise after the first opening.
    variation
        Coefficient of variation of the handling time.

    Raises
    ------
    InputError
        For values out of range, or work and no open interval to do it in.

    Examples
    --------
    >>> contacts = np.array([12.0, 12, 0, 0]); is_open = np.array([True, True, True, True])
    >>> plan = plan_deferred(contacts, np.full(4, 600.0), is_open, 3600, response_seconds=7200, share=0.5)
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
    ]
    work = np.where(contacts > 0, contacts * np.where(contacts > 0, aht_seconds, 0.0), 0.0) / 3600.0
    if not np.any(open_) and (np.any(work > 0) or backlog_hours > 0):
        problems.append(Problem("opening", "there is work and no open interval", "open the queue at some time"))
    refuse(problems)
    hours = interval_seconds / 3600.0
    slot = np.flatnonzero(open_)
    agents = np.zeros(len(work))
    if not slot.size or (work.sum() <= 0 and backlog_hours <= 0):
        return DeferredPlan(agents, np.zeros(len(work)), np.zeros(len(work)))
    arrived, due = due_curves(work, open_, interval_seconds, response_seconds, backlog_hours)
    squares = np.where(contacts > 0, contacts, 0.0) * (np.where(contacts > 0, aht_seconds, 0.0) / 3600.0) ** 2
    spread, spread_due = due_curves(squares * (1.0 + variation**2), open_, interval_seconds, response_seconds, 0.0)
    z = NormalDist().inv_cdf(min(max(share, 0.5), 1 - 1e-9))
    lower = due + z * np.sqrt(np.maximum(spread - spread_due, 0.0)) * (due > 0)
    lower = np.maximum.accumulate(np.minimum(lower, arrived))
    lower[-1] = arrived[-1]
    agents[slot] = np.maximum(smoothest(lower, arrived), 0.0) / hours
    return follow(agents, contacts, aht_seconds, open_, interval_seconds, response_seconds, backlog_hours=backlog_hours)


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
    work = np.where(contacts > 0, contacts * np.where(contacts > 0, aht_seconds, 0.0), 0.0) / 3600.0
    busy = np.where(open_, agents, 0.0)
    # Done by the end of t: the least over u <= t of arrived(u) + capacity(u, t] (Reich's formula).
    capacity = np.cumsum(busy) * hours
    arrived = backlog_hours + np.cumsum(work)
    done = capacity + np.minimum(np.minimum.accumulate(arrived - capacity), 0.0)
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
    delay = math.ceil(response_seconds / interval_seconds - 1e-9)
    due = np.zeros(slot.size + 1)
    if delay < slot.size:
        due[1 + delay :] = arrived[1 : slot.size + 1 - delay]
    return arrived, due
