"""The interval axis: a flat, time-zone aware line of equal intervals over whole local days.

Local days are cut at local midnight, so in Berlin the last Sunday of March has 46 half-hours and that of
October 50. Everything computed in `staffing` is an array over this axis; there is no ``[day][period]``.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from staffing.errors import InputError, Problem

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
INTERVAL_MINUTES = (15, 30, 60)


def read_only(value: object) -> None:
    """Make every array among a dataclass instance's fields read-only; called from `__post_init__`."""
    for field in fields(value):  # type: ignore[arg-type]
        array = getattr(value, field.name)
        if isinstance(array, np.ndarray):
            array.setflags(write=False)


@dataclass(frozen=True)
class TimeGrid:
    """Equal intervals over `days` local days from `start`.

    Parameters
    ----------
    start
        First local day.
    days
        Number of local days, at least 1.
    timezone
        IANA name, e.g. ``Europe/Berlin``.
    interval_minutes
        15, 30 or 60.

    Raises
    ------
    InputError
        For an unknown zone, no days, another interval length, or a day that whole intervals do not fill
        (zones whose clock moves by half an hour, with 60-minute intervals).

    Examples
    --------
    >>> grid = TimeGrid(date(2026, 3, 29), 1, "Europe/Berlin", 30)
    >>> len(grid)
    46
    >>> grid.label(4)
    '2026-03-29T03:00:00+02:00'
    """

    start: date
    days: int
    timezone: str
    interval_minutes: int = 30

    def __post_init__(self) -> None:
        problems = []
        if self.days < 1:
            problems.append(Problem("horizon.days", f"{self.days} days", "at least 1"))
        if self.interval_minutes not in INTERVAL_MINUTES:
            problems.append(Problem("horizon.interval_minutes", f"{self.interval_minutes} minutes", "15, 30 or 60"))
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            problems.append(Problem("horizon.timezone", f"unknown time zone {self.timezone!r}", "e.g. Europe/Berlin"))
        if not problems and np.any(np.diff(self._midnights) % self.seconds):
            problems.append(
                Problem(
                    "horizon.interval_minutes",
                    f"a day in {self.timezone} is not a whole number of {self.interval_minutes}-minute intervals",
                    "choose shorter intervals",
                )
            )
        if problems:
            raise InputError(problems)

    # -- sizes -------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return int(self.day_first[-1])

    @property
    def seconds(self) -> int:
        """Length of an interval in seconds."""
        return self.interval_minutes * 60

    @property
    def hours(self) -> float:
        """Length of an interval in hours."""
        return self.interval_minutes / 60

    # -- the axis ----------------------------------------------------------------------------------

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def dates(self) -> tuple[date, ...]:
        """The local days, D of them."""
        return tuple(self.start + timedelta(days=i) for i in range(self.days))

    @cached_property
    def _midnights(self) -> IntArray:
        """Unix seconds of each local midnight, shape (D + 1,)."""
        out = np.array([self._unix(self.start + timedelta(days=i), 0) for i in range(self.days + 1)], dtype=np.int64)
        out.setflags(write=False)
        return out

    @cached_property
    def day_first(self) -> IntArray:
        """Index of each day's first interval and, last, T; shape (D + 1,)."""
        out: IntArray = (self._midnights - self._midnights[0]) // self.seconds
        out.setflags(write=False)
        return out

    @cached_property
    def starts(self) -> IntArray:
        """Unix seconds at which each interval starts, shape (T,)."""
        out: IntArray = self._midnights[0] + self.seconds * np.arange(len(self), dtype=np.int64)
        out.setflags(write=False)
        return out

    @cached_property
    def day(self) -> IntArray:
        """Index of the local day of each interval, shape (T,)."""
        out = np.repeat(np.arange(self.days, dtype=np.int64), np.diff(self.day_first))
        out.setflags(write=False)
        return out

    @cached_property
    def minute(self) -> IntArray:
        """Wall-clock minute of the local day at which each interval starts, shape (T,).

        Twice the same on the hour that the autumn change repeats; missing on the one that spring skips.
        """
        offsets = self._offsets
        local = self.starts + offsets
        out: IntArray = (local % 86_400) // 60
        out.setflags(write=False)
        return out

    @cached_property
    def weekday(self) -> IntArray:
        """Weekday of each day, Monday 0, shape (D,)."""
        out = np.array([d.weekday() for d in self.dates], dtype=np.int64)
        out.setflags(write=False)
        return out

    @cached_property
    def week(self) -> IntArray:
        """Index of the ISO week (Monday to Sunday) of each day, from 0, shape (D,)."""
        out = (np.arange(self.days) + self.start.weekday()) // 7
        out.setflags(write=False)
        return out

    @cached_property
    def _offsets(self) -> IntArray:
        """UTC offset in seconds at the start of each interval, shape (T,)."""
        # Offsets only change a few times a year: look each day up, and inside a day of unusual length each interval.
        out = np.empty(len(self), dtype=np.int64)
        ordinary = 86_400 // self.seconds
        for d in range(self.days):
            a, b = int(self.day_first[d]), int(self.day_first[d + 1])
            if b - a == ordinary:
                out[a:b] = self._offset(int(self.starts[a]))
            else:
                out[a:b] = [self._offset(int(t)) for t in self.starts[a:b]]
        return out

    # -- to and fro --------------------------------------------------------------------------------

    def instant(self, day: int, minute: int) -> int:
        """Unix seconds of a wall-clock time, `minute` minutes after local midnight of `day` (index).

        `minute` may lie before 0 or beyond 1440: the wall clock of a neighbouring day. `day` may lie outside the
        grid. A time that the spring change skips is read with the offset before the change; one that autumn
        repeats is the first.
        """
        return self._unix(self.start + timedelta(days=int(day)), int(minute))

    def locate(self, unix: npt.ArrayLike) -> IntArray:
        """Index of the interval that holds each instant (Unix seconds); -1 outside the grid.

        Examples
        --------
        >>> grid = TimeGrid(date(2027, 1, 1), 2, "Europe/Berlin", 30)
        >>> grid.locate([grid.instant(0, 45), grid.instant(9, 0)])
        array([ 1, -1])
        """
        index = (np.asarray(unix, dtype=np.int64) - self._midnights[0]) // self.seconds
        return np.where((index >= 0) & (index < len(self)), index, -1)

    def label(self, interval: int) -> str:
        """ISO 8601 local time with offset of an interval's start."""
        return self.iso(int(self.starts[interval]))

    def labels(self) -> list[str]:
        """Every interval's label, T of them."""
        return [self.iso(int(t)) for t in self.starts]

    def iso(self, unix: int) -> str:
        """ISO 8601 local time with offset of an instant."""
        return self.local(unix).isoformat()

    def local(self, unix: int) -> datetime:
        """Local, time-zone aware date and time of an instant (Unix seconds)."""
        return datetime.fromtimestamp(int(unix), self.zone)

    def day_index(self, day: date) -> int | None:
        """Index of a local day, None outside the grid."""
        index = (day - self.start).days
        return index if 0 <= index < self.days else None

    def _unix(self, day: date, minute: int) -> int:
        moved = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
        return round(moved.replace(tzinfo=self.zone).timestamp())

    def _offset(self, unix: int) -> int:
        offset = datetime.fromtimestamp(unix, UTC).astimezone(self.zone).utcoffset()
        return round(offset.total_seconds()) if offset is not None else 0


# -- opening hours -------------------------------------------------------------------------------------

Ranges = tuple[tuple[int, int], ...]
"""Wall-clock minutes [from, to) after local midnight; `to` at most 1440."""


@dataclass(frozen=True)
class OpeningHours:
    """When a queue is open, by weekday and on public holidays.

    Attributes
    ----------
    by_weekday
        Seven tuples of ranges, Monday first.
    holiday
        Ranges on public holidays; None means as on the weekday.

    Examples
    --------
    >>> hours = OpeningHours.parse({"mon-fri": ["08:00-18:00"], "sat": ["09:00-13:00"], "holiday": []})
    >>> hours.by_weekday[5]
    ((540, 780),)
    """

    by_weekday: tuple[Ranges, ...]
    holiday: Ranges | None = None

    @classmethod
    def always(cls) -> OpeningHours:
        """Day and night."""
        return cls(tuple(((0, 1440),) for _ in range(7)))

    @classmethod
    def parse(cls, text: Mapping[str, list[str]], where: str = "opening") -> OpeningHours:
        """Read ``{"mon-fri": ["08:00-20:00"], "sat": [...], "holiday": []}``; days not named are closed."""
        problems: list[Problem] = []
        by_weekday: list[Ranges] = [() for _ in range(7)]
        holiday: Ranges | None = None
        for key, values in text.items():
            ranges = tuple(r for v in values if (r := _range(v, f"{where}.{key}", problems)) is not None)
            if any(b[0] < a[1] for a, b in zip(sorted(ranges), sorted(ranges)[1:], strict=False)):
                problems.append(Problem(f"{where}.{key}", f"ranges overlap: {', '.join(values)}", "join them"))
            if key == "holiday":
                holiday = ranges
                continue
            days = weekdays(key)
            if days is None:
                problems.append(
                    Problem(f"{where}.{key}", f"unknown day {key!r}", "mon, tue, ..., sun, mon-fri or holiday")
                )
                continue
            for d in days:
                by_weekday[d] = ranges
        if problems:
            raise InputError(problems)
        return cls(tuple(by_weekday), holiday)

    def mask(self, grid: TimeGrid, holidays: Set[date] = frozenset()) -> BoolArray:
        """Which intervals of the grid lie wholly or partly inside the opening hours, shape (T,).

        Parameters
        ----------
        grid
            The axis.
        holidays
            Public holidays, on which `holiday` rules where it is given.
        """
        out = np.zeros(len(grid), dtype=np.bool_)
        width = grid.interval_minutes
        for d, day in enumerate(grid.dates):
            a, b = int(grid.day_first[d]), int(grid.day_first[d + 1])
            ranges = self.by_weekday[day.weekday()]
            if day in holidays and self.holiday is not None:
                ranges = self.holiday
            minute = grid.minute[a:b]
            for lo, hi in ranges:
                out[a:b] |= (minute + width > lo) & (minute < hi)
        out.setflags(write=False)
        return out


def weekdays(key: str) -> list[int] | None:
    """Weekdays (Monday 0) that ``mon`` or ``mon-fri`` names; None where it names none.

    Examples
    --------
    >>> weekdays("sat-mon"), weekdays("monday")
    ([5, 6, 0], None)
    """
    first, _, last = key.partition("-")
    if first not in WEEKDAYS or (last and last not in WEEKDAYS):
        return None
    a, b = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    return [(a + i) % 7 for i in range((b - a) % 7 + 1)]


def _range(text: str, where: str, problems: list[Problem]) -> tuple[int, int] | None:
    try:
        lo, hi = (_minute(part) for part in text.split("-"))
    except ValueError:
        problems.append(Problem(where, f"cannot read {text!r}", "write e.g. 08:00-20:00"))
        return None
    if not 0 <= lo < hi <= 1440:
        problems.append(Problem(where, f"{text!r} does not end after it starts", "a day ends at 24:00"))
        return None
    return lo, hi


def _minute(text: str) -> int:
    hours, minutes = text.strip().split(":")
    h, m = int(hours), int(minutes)
    if not (0 <= h <= 24 and 0 <= m < 60):
        raise ValueError(text)
    return h * 60 + m
