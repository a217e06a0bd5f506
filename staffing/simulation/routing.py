"""From demand, people and settings to the arrays that the compiled part reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from staffing.errors import Problems
from staffing.grid import FloatArray, IntArray
from staffing.simulation.model import Demand, OnDuty
from staffing.simulation.settings import SimulationSettings

CHAT, DEFERRABLE = 1, 2


@dataclass(frozen=True)
class Groups:
    """People who are alike for routing.

    Attributes
    ----------
    of_person
        Group of each person, shape (P,).
    priority
        Priority of each queue in each group, 0 where not served, shape (G, Q).
    route
        Groups that serve each queue, best priority first, then -1, shape (Q, G).
    crew
        Index into `crews` of each person, shape (P,).
    crews
        Sets of queues served, whatever the priorities: the groups that reports name.
    """

    of_person: IntArray
    priority: IntArray
    route: IntArray
    crew: IntArray
    crews: tuple[tuple[int, ...], ...]

    def able(self, n_queues: int) -> FloatArray:
        """1 where a crew serves a queue, shape (Q, G); one crew that serves nothing where there is nobody."""
        out = np.zeros((n_queues, max(len(self.crews), 1)))
        for g, crew in enumerate(self.crews):
            out[list(crew), g] = 1.0
        return out


def groups_of(serves: npt.NDArray[np.int8]) -> Groups:
    """Group people by their priorities.

    Examples
    --------
    >>> groups_of(np.array([[1, 0], [2, 1], [1, 0]], dtype=np.int8)).route
    array([[ 0,  1],
           [ 1, -1]])
    """
    n_queues = serves.shape[1]
    priority, of_person = np.unique(serves.astype(np.int64), axis=0, return_inverse=True)
    # Lexicographic order of np.unique puts "does not serve" first; the order of groups is of no consequence.
    route = np.full((n_queues, max(len(priority), 1)), -1, dtype=np.int64)
    for q in range(n_queues):
        members = np.flatnonzero(priority[:, q])
        members = members[np.argsort(priority[members, q], kind="stable")]
        route[q, : len(members)] = members
    sets, crew = np.unique(serves > 0, axis=0, return_inverse=True)
    crews = tuple(tuple(np.flatnonzero(row).tolist()) for row in sets)
    return Groups(of_person.reshape(-1), np.ascontiguousarray(priority), route, crew.reshape(-1), crews)


@dataclass(frozen=True)
class Stretches:
    """Stretches of work inside or after the horizon, in seconds after its start, sorted by start; N of them.

    Attributes
    ----------
    person, start, end, shift
        As in `OnDuty`; those that touch within a shift are joined.
    gap
        Length of the break before the stretch, 0 for the first of its shift, shape (N,).
    last
        1 for the last stretch of its shift, shape (N,).
    """

    person: IntArray
    start: FloatArray
    end: FloatArray
    shift: IntArray
    gap: FloatArray
    last: IntArray


def stretches_of(on_duty: OnDuty, origin: int) -> Stretches:
    """Order, join and clip the stretches of work; `origin` is the horizon's start in Unix seconds."""
    order = np.lexsort((on_duty.start, on_duty.shift, on_duty.person))
    person, shift = on_duty.person[order], on_duty.shift[order]
    start, end = on_duty.start[order] - origin, on_duty.end[order] - origin
    same = np.zeros(len(order), dtype=np.bool_)
    same[1:] = (person[1:] == person[:-1]) & (shift[1:] == shift[:-1])
    joins = same.copy()
    joins[1:] &= start[1:] == end[:-1]
    heads = np.flatnonzero(~joins)
    if len(heads):
        tails = np.append(heads[1:], len(order)) - 1
        person, shift, same = person[heads], shift[heads], same[heads]
        start, end = start[heads], end[tails]
    gap = np.zeros(len(start))
    gap[1:] = np.where(same[1:], start[1:] - end[:-1], 0)
    last = np.ones(len(start), dtype=np.int64)
    last[:-1] = ~same[1:]
    inside = np.flatnonzero(end > 0)
    inside = inside[np.argsort(np.maximum(start[inside], 0), kind="stable")]
    return Stretches(
        person[inside],
        np.maximum(start[inside], 0).astype(np.float64),
        end[inside].astype(np.float64),
        shift[inside],
        gap[inside],
        last[inside],
    )


def closing_of(open_: npt.NDArray[np.bool_], seconds: int, grace: float) -> FloatArray:
    """When those who came in each interval are turned away: `grace` seconds after the queue closes, shape (Q, T).

    Infinite where the queue stays open to the end of the horizon: nobody knows whether it closes then.

    Examples
    --------
    >>> closing_of(np.array([[True, True, False, True]]), 60, 30.0)
    array([[150., 150., 150.,  inf]])
    """
    n_queues, n = open_.shape
    out = np.full((n_queues, n), np.inf)
    for i in range(n - 1, -1, -1):
        later = out[:, i + 1] if i + 1 < n else np.full(n_queues, np.inf)
        closes = open_[:, i] & ~open_[:, i + 1] if i + 1 < n else np.zeros(n_queues, dtype=np.bool_)
        shut = ~open_[:, i]
        out[:, i] = np.where(closes, (i + 1) * seconds + grace, np.where(shut, i * seconds + grace, later))
    return out


def check(demand: Demand, on_duty: OnDuty, settings: SimulationSettings) -> None:
    """Raise `InputError` with everything that cannot be simulated."""
    problems = Problems()
    n_queues, n = len(demand.queues), len(demand.grid)
    for name in ("channel", "aht_cv", "patience_seconds", "day_error", "threshold_seconds", "target"):
        _shape(problems, f"demand.{name}", getattr(demand, name), (n_queues,))
    for name in ("concurrency", "slowdown"):
        _shape(problems, f"demand.{name}", getattr(demand, name), (n_queues,))
    for name in ("contacts", "aht_seconds", "open"):
        _shape(problems, f"demand.{name}", getattr(demand, name), (n_queues, n))
    if on_duty.serves.ndim != 2 or on_duty.serves.shape[1] != n_queues:
        problems.add("on_duty.serves", f"shape {on_duty.serves.shape}, not (people, {n_queues})")
    problems.raise_if_any()
    for q, name in enumerate(demand.queues):
        _check_queue(problems, demand, q, name)
    _check_people(problems, on_duty)
    for key, given in (("overflow_seconds", settings.overflow_seconds), ("reserve", settings.reserve)):
        for queue, value in given.items():
            if value < 0:
                problems.add(f"simulation.{key}.{queue}", f"{value} is negative")
    for key in ("overflow_seconds", "reserve", "retry"):
        for queue in getattr(settings, key):
            if queue not in demand.queues:
                problems.add(f"simulation.{key}", f"unknown queue {queue!r}", f"one of: {', '.join(demand.queues)}")
    problems.raise_if_any()


def _check_queue(problems: Problems, demand: Demand, q: int, name: str) -> None:
    where = f"demand of queue {name}"
    contacts, aht, channel = demand.contacts[q], demand.aht_seconds[q], int(demand.channel[q])
    if channel not in (0, 1, 2):
        problems.add(where, f"channel {channel}", "0 voice, 1 chat, 2 deferrable")
    if not np.all(np.isfinite(contacts) & (contacts >= 0)):
        problems.add(where, f"contacts are negative or missing in {int((~(contacts >= 0)).sum())} intervals")
    elif channel != DEFERRABLE and np.any((contacts > 0) & ~demand.open[q]):
        count = int(((contacts > 0) & ~demand.open[q]).sum())
        problems.add(where, f"contacts in {count} intervals in which the queue is closed", "open it or set them to 0")
    if np.any((contacts > 0) & ~((aht > 0) & np.isfinite(aht))):
        problems.add(where, "handling time is missing or not positive in an interval with contacts")
    for key, value, fine in (
        ("aht_cv", demand.aht_cv[q], 0 <= demand.aht_cv[q] < np.inf),
        ("patience_seconds", demand.patience_seconds[q], demand.patience_seconds[q] > 0),
        ("day_error", demand.day_error[q], 0 <= demand.day_error[q] < np.inf),
        ("threshold_seconds", demand.threshold_seconds[q], demand.threshold_seconds[q] >= 0),
        ("concurrency", demand.concurrency[q], 1 <= demand.concurrency[q] <= 64),
        ("slowdown", demand.slowdown[q], 0 <= demand.slowdown[q] < np.inf),
    ):
        if not fine:
            problems.add(where, f"{key} is {value}")
    if demand.aht_quantiles is not None:
        row = demand.aht_quantiles[q]
        if not np.all(np.isnan(row)) and not (np.all(np.diff(row) >= 0) and row[0] >= 0 and row[-1] > 0):
            problems.add(where, "handling-time quantiles are not rising from 0 or more")


def _check_people(problems: Problems, on_duty: OnDuty) -> None:
    if np.any(on_duty.serves < 0):
        problems.add("on_duty.serves", "a priority is negative", "1 is first, 0 means not at all")
    if on_duty.pace is not None and (
        on_duty.pace.shape != on_duty.serves.shape or not np.all((on_duty.pace > 0) & np.isfinite(on_duty.pace))
    ):
        problems.add("on_duty.pace", "needs one positive factor per person and queue")
    if np.any((on_duty.person < 0) | (on_duty.person >= len(on_duty.serves))):
        problems.add("on_duty.person", f"names a person that is not among the {len(on_duty.serves)}")
    if np.any(on_duty.end <= on_duty.start):
        problems.add("on_duty", f"{int((on_duty.end <= on_duty.start).sum())} stretches do not end after they start")
    order = np.lexsort((on_duty.start, on_duty.person))
    person, start, end = on_duty.person[order], on_duty.start[order], on_duty.end[order]
    overlap = (person[1:] == person[:-1]) & (start[1:] < end[:-1])
    if overlap.any():
        who = sorted(set(person[1:][overlap].tolist()))
        problems.add("on_duty", f"stretches of work overlap for people {who[:10]}", "a person works once at a time")


def _shape(problems: Problems, where: str, array: npt.NDArray[np.generic], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        problems.add(where, f"shape {array.shape}, not {shape}")
