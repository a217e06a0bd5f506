"""The forecast of a scenario for the screen: a day, the month, what makes up each day, and what was cleaned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from staffing.accuracy import Accuracy, pooled
from staffing.forecast.paths import day_quantiles, period_quantiles
from staffing.forecast.result import LEVELS, Forecast
from staffing.grid import FloatArray
from staffing.history.series import Repair
from staffing.plan import Sizing

LOW, HIGH = LEVELS.index(0.10), LEVELS.index(0.90)
DRAWS = 400
"""Paths drawn for the band of the month."""
SMALL = 0.0005
"""Factors closer to 1 than this change nothing that anybody would see."""


@dataclass(frozen=True)
class Course:
    """Contacts over some days or intervals, with the 80% band and the forecasts beside.

    Attributes
    ----------
    contacts, low, high
        Expected contacts and the ends of the band.
    spreadsheet
        Mean of the last four same weekdays.
    statistical
        The forecast before changes by hand.
    """

    contacts: FloatArray
    low: FloatArray
    high: FloatArray
    spreadsheet: FloatArray
    statistical: FloatArray

    @property
    def changed(self) -> bool:
        """Whether anything was changed by hand."""
        return bool(np.any(np.abs(self.contacts - self.statistical) > 1e-6))


def queue_index(forecast: Forecast, queue: str) -> int:
    """Row of a queue."""
    return forecast.queues.index(queue)


def days_of(forecast: Forecast, queue: str) -> Course:
    """Totals of each day of the horizon."""
    q, band = queue_index(forecast, queue), day_quantiles(forecast)
    sums = [_by_day(forecast, x[q]) for x in (forecast.contacts, forecast.spreadsheet, forecast.statistical)]
    return Course(sums[0], band[LOW, q], band[HIGH, q], sums[1], sums[2])


def _by_day(forecast: Forecast, values: FloatArray) -> FloatArray:
    return np.asarray(np.add.reduceat(values, forecast.grid.day_first[:-1]), dtype=np.float64)


def intervals_of(forecast: Forecast, queue: str, day: int) -> tuple[tuple[str, ...], Course]:
    """Wall-clock times of a day's intervals around the opening hours, and their contacts."""
    grid, q = forecast.grid, queue_index(forecast, queue)
    a, b = int(grid.day_first[day]), int(grid.day_first[day + 1])
    busy = np.flatnonzero(forecast.open[q, a:b])
    if len(busy):
        a, b = a + max(int(busy[0]) - 1, 0), min(a + int(busy[-1]) + 2, b)
    part = slice(a, b)
    times = tuple(f"{m // 60:02d}:{m % 60:02d}" for m in grid.minute[part].tolist())
    return times, Course(
        forecast.contacts[q, part],
        forecast.quantiles[LOW, q, part],
        forecast.quantiles[HIGH, q, part],
        forecast.spreadsheet[q, part],
        forecast.statistical[q, part],
    )


@dataclass(frozen=True)
class Month:
    """A queue's whole horizon: contacts with the 80% band, the spreadsheet method, and by hand more (or fewer)."""

    contacts: float
    low: float
    high: float
    spreadsheet: float
    by_hand: float
    aht_seconds: float


def month_of(forecast: Forecast, queue: str) -> Month:
    """Sums over the horizon; the handling time is that of the average contact."""
    q = queue_index(forecast, queue)
    band = period_quantiles(forecast, "horizon", DRAWS)[:, q, 0]
    total = float(forecast.contacts[q].sum())
    work = float((forecast.contacts[q] * forecast.aht_seconds[q]).sum())
    return Month(
        total,
        float(band[LOW]),
        float(band[HIGH]),
        float(forecast.spreadsheet[q].sum()),
        total - float(forecast.statistical[q].sum()),
        work / total if total > 0 else float("nan"),
    )


@dataclass(frozen=True)
class Parts:
    """What makes up a queue's days.

    Attributes
    ----------
    names
        Components other than the level, those that change any day.
    dates
        Days.
    level
        Contacts of a usual day, shape (D,).
    change
        Relative change by each component, shape (len(names), D); 0 where it changes nothing.
    contacts
        Contacts in the end, shape (D,).
    """

    names: tuple[str, ...]
    dates: tuple[date, ...]
    level: FloatArray
    change: FloatArray
    contacts: FloatArray


def parts_of(forecast: Forecast, queue: str) -> Parts:
    """Components of each day, as relative changes of its level."""
    q = queue_index(forecast, queue)
    factors = {n: v[q] - 1.0 for n, v in forecast.components.items() if n != "level"}
    kept = {n: np.where(np.abs(v) < SMALL, 0.0, v) for n, v in factors.items() if np.any(np.abs(v) >= SMALL)}
    level = forecast.components.get("level")
    contacts = _by_day(forecast, forecast.contacts[q])
    change = np.stack(list(kept.values())) if kept else np.zeros((0, forecast.grid.days))
    return Parts(tuple(kept), forecast.grid.dates, contacts if level is None else level[q], change, contacts)


def cleaned(forecast: Forecast, queue: str) -> tuple[Repair, ...]:
    """What was left out of a queue's history, or hardly counted."""
    return tuple(r for r in forecast.repairs if r.where.startswith(f"{queue} "))


def method(forecast: Forecast, queue: str) -> str:
    """How a queue was forecast."""
    return forecast.methods[queue_index(forecast, queue)].removeprefix(f"{queue}: ")


def notes(forecast: Forecast, queue: str) -> tuple[str, ...]:
    """What the reader should know about a queue's forecast."""
    others = tuple(f"{q}: " for q in forecast.queues if q != queue)
    return tuple(line.removeprefix(f"{queue}: ") for line in forecast.notes if not line.startswith(others))


@dataclass(frozen=True)
class Judged:
    """One queue's past forecasts: figures by name, as `staffing.accuracy.pooled` gives them."""

    queue: str
    figures: dict[str, float]


def judged(found: Accuracy) -> tuple[Judged, ...]:
    """Past forecasts of each queue, oldest queue order."""
    return tuple(Judged(name, pooled(rows)) for name, rows in found.queues.items())


# -- need --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class QueueNeed:
    """Agents a queue needs over the horizon: hours of work offered, on the phones and on the roster, and the most at once."""

    queue: str
    work_hours: float
    net_hours: float
    gross_hours: float
    most: float


def needs(sizing: Sizing) -> tuple[QueueNeed, ...]:
    """The need of each queue."""
    need, hours = sizing.requirement, sizing.forecast.grid.hours
    return tuple(
        QueueNeed(
            queue,
            float(need.load[q].sum()) * hours,
            float(need.on_phones[q].sum()) * hours,
            float(need.on_roster[q].sum()) * hours,
            float(need.on_roster[q].max()),
        )
        for q, queue in enumerate(need.queues)
    )


def hours_by_day(sizing: Sizing) -> FloatArray:
    """Agent-hours on the roster, shape (Q, D)."""
    grid = sizing.forecast.grid
    sums = np.add.reduceat(sizing.requirement.on_roster, grid.day_first[:-1], axis=1)
    return np.asarray(sums * grid.hours, dtype=np.float64)


def need_intervals(sizing: Sizing, queue: str, day: int) -> tuple[tuple[str, ...], FloatArray, FloatArray]:
    """Times of a day around the opening hours, and agents needed on the phones and on the roster."""
    times, _ = intervals_of(sizing.forecast, queue, day)
    grid, q = sizing.forecast.grid, queue_index(sizing.forecast, queue)
    a, b = int(grid.day_first[day]), int(grid.day_first[day + 1])
    busy = np.flatnonzero(sizing.forecast.open[q, a:b])
    start = a + max(int(busy[0]) - 1, 0) if len(busy) else a
    part = slice(start, start + len(times))
    return times, sizing.requirement.on_phones[q, part], sizing.requirement.on_roster[q, part]


def first_busy(forecast: Forecast, queue: str) -> int:
    """The first day with contacts; the first of all where there is none."""
    return int(np.argmax(_by_day(forecast, forecast.contacts[queue_index(forecast, queue)]) > 0))


def weekly_marks(labels: Sequence[str], dates: Sequence[date]) -> dict[int, str]:
    """Labels under an axis of days: the first and every Monday."""
    return {i: s for i, (s, d) in enumerate(zip(labels, dates, strict=True)) if i == 0 or d.weekday() == 0}


def monthly_marks(labels: Sequence[str], dates: Sequence[date]) -> dict[int, str]:
    """Labels under an axis of many days: the first of every month."""
    return {i: s for i, (s, d) in enumerate(zip(labels, dates, strict=True)) if d.day == 1}


def hourly_marks(times: Sequence[str], every: int = 2) -> dict[int, str]:
    """Labels under an axis of times: full hours."""
    return {i: s for i, s in enumerate(times) if s.endswith(":00") and int(s[:2]) % every == 0}
