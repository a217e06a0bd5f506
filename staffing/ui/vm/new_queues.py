"""Queues of a new team, guessed from its history: channel, promise and opening hours."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import date

import numpy as np
import pandas as pd

from staffing.frames import plain
from staffing.history.series import History

QUEUE_COLUMNS = (
    "queue",
    "channel",
    "service_level",
    "threshold_seconds",
    "response_hours",
    "mon-fri",
    "sat",
    "sun",
    "holiday",
)
CHANNELS = ("voice", "chat", "email")
GROUPS = {"mon-fri": range(5), "sat": range(5, 6), "sun": range(6, 7)}
SELDOM = 0.1
"""An interval that has contacts on fewer of its days than this counts as closed."""


def guess_queues(history: History, holidays: Set[date] = frozenset()) -> pd.DataFrame:
    """A row per queue: channel by its name, a usual promise, and opening hours by when it has contacts.

    `holiday` tells whether the queue is open on public holidays: where they have fewer than half the contacts of other
    working days, it is not.
    """
    rows = []
    for i, queue in enumerate(history.queues):
        channel = channel_of(queue)
        mail = channel == "email"
        threshold = None if mail else 60.0 if channel == "chat" else 20.0
        promise = (95.0 if mail else 80.0, threshold, 8.0 if mail else None)
        rows.append(
            (
                queue,
                channel,
                *promise,
                *(opening_of(history, i, days) for days in GROUPS.values()),
                _open_on(history, i, holidays),
            )
        )
    return pd.DataFrame(rows, columns=list(QUEUE_COLUMNS))


def _open_on(history: History, queue: int, holidays: Set[date]) -> bool:
    grid = history.grid
    per_day = np.add.reduceat(np.nan_to_num(history.offered[queue]), grid.day_first[:-1])
    working = np.array([d.weekday() < 5 for d in grid.dates])
    off = np.array([d in holidays for d in grid.dates]) & working
    return not off.any() or bool(per_day[off].mean() >= 0.5 * per_day[working & ~off].mean())


def channel_of(queue: str) -> str:
    """Channel that a queue's name suggests.

    Examples
    --------
    >>> [channel_of(q) for q in ("E-Mail DE", "WhatsApp", "Hotline")]
    ['email', 'chat', 'voice']
    """
    name = plain(queue)
    if any(w in name for w in ("mail", "ticket", "backoffice", "post", "letter", "brief")):
        return "email"
    return "chat" if any(w in name for w in ("chat", "messag", "whatsapp", "social")) else "voice"


def opening_of(history: History, queue: int, weekdays: Sequence[int]) -> str:
    """Hours from the first to the last interval that has contacts on enough of these weekdays, such as ``08:00-20:00``."""
    grid = history.grid
    step = round(60 * grid.hours)
    chosen = np.array([d.weekday() in weekdays for d in grid.dates])[grid.day] & (
        np.nan_to_num(history.offered[queue]) > 0
    )
    worked = len(np.unique(grid.day[chosen]))
    labels = grid.labels()
    busy = [int(labels[i][11:13]) * 60 + int(labels[i][14:16]) for i in np.flatnonzero(chosen)]
    times, days = np.unique(busy, return_counts=True)
    slots = times[days >= SELDOM * worked]
    if not len(slots):
        return ""
    return f"{_clock(int(slots[0]))}-{_clock(int(slots[-1]) + step)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
