"""From what a clock on the wall showed to instants, with the two nights a year on which that is not one to one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from staffing.frames.cells import NO_OFFSET, BoolArray, IntArray, Moments

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Instants:
    """Where moments lie on the time line, N of them.

    Attributes
    ----------
    unix
        Unix seconds, shape (N,). A time that spring skips is read with the offset before the change, so it lands an
        hour later; one that autumn repeats is the first.
    known
        Moments that could be read, shape (N,); the others lie at 0.
    skipped
        Local times that the spring change skips, shape (N,).
    again
        Seconds from the first to the second passing of a local time that autumn repeats, else 0, shape (N,).
    """

    unix: IntArray
    known: BoolArray
    skipped: BoolArray
    again: IntArray


def place(moments: Moments, timezone: str) -> Instants:
    """Place moments on the time line; those without an offset are local to `timezone`.

    Examples
    --------
    >>> at = Moments(np.array([date(2026, 10, 25).toordinal()] * 2), np.array([9000, 14400]), np.array([NO_OFFSET] * 2))
    >>> place(at, "Europe/Berlin").again.tolist()
    [3600, 0]
    """
    zone = ZoneInfo(timezone)
    utc = (moments.day - _EPOCH) * 86_400 + moments.second
    local = moments.offset == NO_OFFSET
    unix = np.where(local, 0, utc - np.where(local, 0, moments.offset))
    skipped = np.zeros(len(unix), dtype=np.bool_)
    again = np.zeros(len(unix), dtype=np.int64)
    days, day_of = np.unique(moments.day, return_inverse=True)
    midnights = np.zeros(len(days), dtype=np.int64)
    usual = np.zeros(len(days), dtype=np.bool_)
    for i, day in enumerate(days.tolist()):
        if day:
            today = datetime.fromordinal(day)
            a, b = (round(t.replace(tzinfo=zone).timestamp()) for t in (today, today + timedelta(days=1)))
            midnights[i], usual[i] = a, b - a == 86_400
    known = np.asarray(moments.day > 0, dtype=np.bool_)
    unix = np.where(known, np.where(local, midnights[day_of] + moments.second, unix), 0)
    for i in np.flatnonzero(local & ~usual[day_of] & known).tolist():
        wall = datetime.fromordinal(int(moments.day[i])) + timedelta(seconds=int(moments.second[i]))
        first, second = wall.replace(tzinfo=zone), wall.replace(tzinfo=zone, fold=1)
        shift = (first.utcoffset() or timedelta()) - (second.utcoffset() or timedelta())
        unix[i] = round(first.timestamp())
        skipped[i] = shift < timedelta()
        again[i] = max(0, round(shift.total_seconds()))
    return Instants(unix, known, skipped, again)
