"""Events: what the user knows about days that differ from others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

import numpy as np

from staffing.errors import Problems
from staffing.forecast.calendar import plain_name
from staffing.forecast.settings import Event
from staffing.grid import BoolArray, FloatArray, TimeGrid


@dataclass(frozen=True)
class PastEvents:
    """What events say about the history of one queue.

    Attributes
    ----------
    labels
        Whole days whose effect is to be learnt, day -> ``event NAME``.
    log_factor
        Known effect of each day on the log scale, shape (D,); it is taken out before fitting.
    hidden
        Slots that are left out because an event fell on part of the day, shape (D, m).
    """

    labels: dict[date, str]
    log_factor: FloatArray
    hidden: BoolArray


def check_events(events: Sequence[Event], queues: Sequence[str]) -> None:
    """Refuse events that cannot be meant, all at once.

    Raises
    ------
    InputError
        An unknown queue, days or times in the wrong order, a negative factor or number, both a factor and a number.
    """
    found = Problems()
    for event in events:
        where = f"event {event.name!r}"
        if event.queue is not None and event.queue not in queues:
            found.add(where, f"unknown queue {event.queue!r}", f"one of: {', '.join(queues)}")
        if event.last < event.first:
            found.add(where, f"ends on {event.last}, before it begins on {event.first}", "exchange the two")
        if event.factor is not None and not 0 <= event.factor < np.inf:
            found.add(where, f"factor {event.factor}", "0 or more; 1 changes nothing, 1.2 adds a fifth")
        if event.contacts is not None and not 0 <= event.contacts < np.inf:
            found.add(where, f"contacts {event.contacts}", "0 or more")
        if event.factor is not None and event.contacts is not None:
            found.add(where, "both a factor and a number of contacts", "give one of them")
        if event.start is not None and event.end is not None and _minute(event.end, 1440) <= _minute(event.start, 0):
            found.add(where, f"ends at {event.end}, not after {event.start}", "an event ends on the day it starts")
    found.raise_if_any()


def of_queue(events: Sequence[Event], queue: str) -> tuple[Event, ...]:
    """The events that concern a queue."""
    return tuple(e for e in events if e.queue is None or e.queue == queue)


def past_events(events: Sequence[Event], first: date, days: int, m: int) -> PastEvents:
    """Read the events that fell on the history.

    Parameters
    ----------
    events
        Events of the queue.
    first, days
        The history's days, D of them.
    m
        Slots of a day.
    """
    labels: dict[date, str] = {}
    log_factor = np.zeros(days)
    hidden = np.zeros((days, m), dtype=np.bool_)
    for event in events:
        for d in _days(event, first, days):
            if event.start is not None or event.end is not None:
                hidden[d] |= part_of_day(event, m)
            elif event.factor is not None and event.factor > 0:
                log_factor[d] += np.log(event.factor)
            else:
                labels[first + timedelta(days=d)] = f"event {event.name}"
    return PastEvents(labels, log_factor, hidden)


def part_of_day(event: Event, m: int) -> BoolArray:
    """Slots that an event touches, shape (m,)."""
    start, end = _minute(event.start, 0), _minute(event.end, 1440)
    edge = np.arange(m + 1) * (1440 / m)
    return (edge[1:] > start) & (edge[:-1] < end)


def future_factor(events: Sequence[Event], grid: TimeGrid, learnt: Sequence[str]) -> tuple[FloatArray, list[str]]:
    """Factor of the events on each day and slot of the horizon, shape (D, m), and notes.

    Parameters
    ----------
    events
        Events of the queue.
    grid
        The horizon, D days.
    learnt
        Names of events that the history has shown; an event without a factor takes the learnt one.
    """
    m = 1440 // grid.interval_minutes
    out = np.ones((grid.days, m))
    notes = []
    for event in events:
        days = list(_days(event, grid.start, grid.days))
        if not days:
            continue
        if event.factor is not None:
            for d in days:
                out[d, part_of_day(event, m)] *= event.factor
        elif event.contacts is None and event.name not in learnt:
            notes.append(f"event {event.name!r} has no factor and was never seen before: it changes nothing")
    return out, notes


def set_contacts(events: Sequence[Event], grid: TimeGrid, contacts: FloatArray, shape: FloatArray) -> FloatArray:
    """Put absolute numbers of contacts in place of the forecast, shape (D, m).

    Parameters
    ----------
    events
        Events of the queue; those with `contacts` act, the last one wins.
    grid
        The horizon, D days.
    contacts
        Contacts by day and slot, 0 where closed, shape (D, m).
    shape
        How a day's contacts fall on its slots where `contacts` is 0 all day, 0 where closed, shape (D, m).
    """
    out = contacts.copy()
    m = contacts.shape[1]
    for event in events:
        if event.contacts is None:
            continue
        part = part_of_day(event, m)
        for d in _days(event, grid.start, grid.days):
            split = out[d] * part
            if split.sum() <= 0:
                split = shape[d] * part
            if split.sum() > 0:
                out[d, part] = (event.contacts * split / split.sum())[part]
    return out


def learnable(events: Sequence[Event], first: date, days: int) -> dict[date, str]:
    """Labels of future whole days of events that have neither a factor nor a number."""
    return {
        first + timedelta(days=d): f"event {e.name}"
        for e in events
        if e.factor is None and e.contacts is None and e.start is None and e.end is None
        for d in _days(e, first, days)
    }


def unlabelled(events: Sequence[Event], first: date, days: int, labels: Sequence[str]) -> set[int]:
    """Days whose special label the user answers himself: an event with a factor and the name of the special day."""
    return {
        d
        for e in events
        if e.factor is not None
        for d in _days(e, first, days)
        if e.name.casefold() == plain_name(labels[d]).casefold() and e.start is None and e.end is None
    }


def _days(event: Event, first: date, days: int) -> range:
    return range(max((event.first - first).days, 0), min((event.last - first).days + 1, days))


def _minute(clock: time | None, otherwise: int) -> int:
    if clock is None:
        return otherwise
    minute = clock.hour * 60 + clock.minute
    return 1440 if minute == 0 and otherwise == 1440 else minute
