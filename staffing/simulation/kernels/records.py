"""What kernels work on: kinds of things by number, and records of queues, contacts, people and events."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

VOICE, CHAT, DEFERRABLE = 0, 1, 2
LOGNORMAL, EXPONENTIAL, EMPIRICAL = 0, 1, 2
WAITING, SERVED, ABANDONED, TURNED_AWAY, IN_HAND, NOT_MADE = 0, 1, 2, 3, 4, 5
RETURN, OVERFLOW, PATIENCE_END, RETRY = 0, 1, 2, 3
OFFERED, IN_TIME, SERVED_COUNT, ABANDONED_COUNT, TURNED_COUNT, WAITING_COUNT = range(6)
JUDGED, WAIT_SUM, QUICK_ABANDONED = range(6, 9)
COUNTS = 9
RUNNING, FINISHED, EVENTS_FULL, CONTACTS_FULL = 0, 1, 2, 3

RULE = np.dtype(
    [
        ("threshold", "f8"),
        ("slowdown", "f8"),
        ("overflow", "f8"),
        ("retry_share", "f8"),
        ("retry_delay", "f8"),
        ("patience", "f8"),
        ("channel", "i4"),
        ("concurrency", "i4"),
        ("reserve", "i4"),
    ],
    align=True,
)
"""A queue: threshold in seconds; growth of handling time per further chat; seconds before people of priority 2 and
worse are asked; share of those who gave up that try again, and after how many seconds on average; mean patience of a
further attempt; channel; contacts that one person has at a time; idle people kept free for better work."""

STRETCH = np.dtype([("start", "f8"), ("end", "f8"), ("gap", "f8"), ("person", "i4"), ("last", "i4")], align=True)
"""A stretch of work: from, to, length of the break before it, whose, and whether it is the last of its shift."""

CONTACT = np.dtype(
    [
        ("time", "f8"),
        ("work", "f8"),
        ("patience", "f8"),
        ("deadline", "f8"),
        ("begin", "f8"),
        ("finish", "f8"),
        ("interval", "i4"),
        ("who", "i4"),
        ("following", "i4"),
        ("queue", "i2"),
        ("status", "i2"),
    ],
    align=True,
)
"""A contact and what became of it: arrival, handling time, patience, when it leaves the line, begin of the handling (or
leaving), end of the handling; queue and interval of arrival, status, who handled it, the next in line."""

PERSON = np.dtype(
    [
        ("idle_since", "f8"),
        ("since", "f8"),
        ("busy_since", "f8"),
        ("on_since", "f8"),
        ("left_at", "f8"),
        ("on", "i4"),
        ("leaving", "i4"),
        ("exclusive", "i4"),
        ("level", "i4"),
        ("most", "i4"),
        ("listed", "i4"),
        ("before", "i4"),
        ("after", "i4"),
        ("group", "i4"),
        ("crew", "i4"),
        ("stretch", "i4"),
        ("pending", "i4"),
    ],
    align=True,
)
"""State of a person: when the idle list was joined, chats in hand were last worked off, since when there was no moment
without a contact (-1: there is none), work began and ended; whether on duty, finishing past the end, on a voice or
deferrable contact; contacts in hand and how many chats are allowed; idle list (-1: none) and neighbours in it; group, crew,
current stretch, stretch that has begun while the person was still finishing the one before."""

EVENT = np.dtype([("time", "f8"), ("kind", "i4"), ("who", "i4")], align=True)
"""A future event: what, and of which stretch of work or contact."""

HAND = np.dtype([("left", "f8"), ("contact", "i4")], align=True)
"""A contact in hand and, for a chat, the work left."""

LIST = np.dtype([("head", "i4"), ("tail", "i4"), ("length", "i4")], align=True)
"""Idle people of one group with one number of chats: longest idle and shortest idle, -1 for none; how many."""

LINE = np.dtype([("head", "i4"), ("tail", "i4")], align=True)
"""Waiting contacts of a queue: first and last, -1 for none."""

CLOCK = np.dtype(
    [("overtime", "f8"), ("close", "f8"), ("made", "i8"), ("i_start", "i8"), ("i_end", "i8")],
    align=True,
)
"""Where a replication stands: overtime so far, when the last person left, contacts made, stretches begun and ended."""


class Given(NamedTuple):
    """What a replication is played with.

    Attributes
    ----------
    rules, priority, route
        Queues (dtype `RULE`, (Q,)); priority per group and queue (G, Q), 0 where not served; groups that serve a
        queue, best priority first, then -1, (Q, G).
    closing, is_open
        When whoever came in an interval is turned away (Q, T); 1 where open (Q, T).
    stretches, by_end
        Stretches of work (dtype `STRETCH`) by start, (N,), and their order by end.
    pace
        Factor on handling times, (P, Q).
    first
        Where the contacts of each queue begin, (Q + 1,).
    seconds
        Length of an interval.
    """

    rules: Any
    priority: Any
    route: Any
    closing: Any
    is_open: Any
    stretches: Any
    by_end: Any
    pace: Any
    first: Any
    seconds: Any


class Floor(NamedTuple):
    """Where a replication stands, but for its contacts and events, whose tables may grow.

    People and their contacts in hand, idle lists per group and number of contacts, lines of waiting contacts; trees of when
    each person's next contact ends and each queue's next contact comes; busy and duty seconds per crew and interval; the next
    contact of each queue; one `CLOCK`; state of the random numbers.
    """

    people: Any
    hands: Any
    lists: Any
    lines: Any
    due: Any
    upcoming: Any
    busy: Any
    present: Any
    pointer: Any
    clocks: Any
    luck: Any
