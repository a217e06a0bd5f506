"""Need against cover: a day, a month, and where it hurts most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from staffing.grid import FloatArray
from staffing.ui.vm.plan import Plan, grid_of


@dataclass(frozen=True)
class DayCover:
    """One day of one queue (or of all together).

    Attributes
    ----------
    day
        The local day.
    times
        Wall-clock start of each interval, ``HH:MM``; 46 or 50 half-hours where the clock changes.
    required, staffed, short
        Agents, one value per interval; `short` sums what is missing in any queue.
    service, low, high
        Simulated service level with its band; NaN where nothing arrives, empty for all queues together.
    interval_hours
        Length of an interval.
    """

    day: date
    times: tuple[str, ...]
    required: FloatArray
    staffed: FloatArray
    short: FloatArray
    service: FloatArray
    low: FloatArray
    high: FloatArray
    interval_hours: float

    @property
    def under_hours(self) -> float:
        """Agent-hours missing."""
        return float(self.short.sum() * self.interval_hours)

    @property
    def over_hours(self) -> float:
        """Agent-hours beyond the need."""
        return float(np.maximum(self.staffed - self.required, 0).sum() * self.interval_hours)

    @property
    def worst(self) -> int | None:
        """Interval with the largest shortage; None without one."""
        return int(np.argmax(self.short)) if len(self.short) and float(self.short.max()) > 1e-9 else None

    def window(self) -> slice:
        """Intervals from an hour before the first need or duty to an hour after the last."""
        busy = np.flatnonzero((self.required > 0) | (self.staffed > 0))
        if not len(busy):
            return slice(0, len(self.times))
        pad = max(1, round(1 / self.interval_hours))
        return slice(max(0, int(busy[0]) - pad), min(len(self.times), int(busy[-1]) + 1 + pad))


def day_cover(plan: Plan, day: date, queue: str | None) -> DayCover:
    """Cover of one day; `queue` None sums all queues (what one lacks is not made good by what another has too much)."""
    table = plan.coverage[plan.coverage["date"] == day.isoformat()]
    if queue is not None:
        table = table[table["queue"] == queue]
        need, staffed, short = (np.asarray(table[c], dtype=float) for c in ("required", "staffed", "under"))
        service, low, high = (
            np.asarray(table[c], dtype=float) for c in ("service_level", "service_level_low", "service_level_high")
        )
        times = tuple(table["time"])
    else:
        sums = table.groupby("interval_start", sort=False)[["required", "staffed", "under"]].sum()
        need, staffed, short = (np.asarray(sums[c], dtype=float) for c in ("required", "staffed", "under"))
        service = low = high = np.zeros(0)
        times = tuple(start[11:16] for start in sums.index)
    return DayCover(day, times, need, staffed, short, service, low, high, plan.interval_hours)


@dataclass(frozen=True)
class MonthCover:
    """Surplus (positive) and shortage (negative) by day and wall-clock time.

    Attributes
    ----------
    dates, times
        Axes; times only from first to last opening.
    gap
        Staffed minus required, shape (days, times); NaN where the wall clock skips the time.
    under_hours, over_hours
        By day.
    """

    dates: tuple[date, ...]
    times: tuple[str, ...]
    gap: FloatArray
    under_hours: FloatArray
    over_hours: FloatArray


def month_cover(plan: Plan, queue: str | None) -> MonthCover:
    """Heat map of a month. For all queues together, shortages count where any queue lacks people."""
    table = plan.coverage if queue is None else plan.coverage[plan.coverage["queue"] == queue]
    by_day = table.groupby("date", sort=False)[["under", "over"]].sum() * plan.interval_hours
    busy = table[(table["required"] > 0) | (table["staffed"] > 0)]
    signed = busy.assign(gap=busy["staffed"] - busy["required"])
    # in the hour that comes twice the two add up; a mean keeps the scale
    summed = signed.groupby(["interval_start", "date", "time"], sort=False)["gap"].sum().reset_index()
    wide = summed.pivot_table(index="date", columns="time", values="gap", aggfunc="mean")
    wide = wide.reindex([d.isoformat() for d in plan.dates])
    return MonthCover(
        plan.dates,
        tuple(str(c) for c in wide.columns),
        np.asarray(wide, dtype=float),
        np.asarray(by_day["under"], dtype=float),
        np.asarray(by_day["over"], dtype=float),
    )


def short_by_day(plan: Plan, queue: str | None = None) -> FloatArray:
    """Agent-hours missing per day in one queue, or over all, shape (days,)."""
    table = plan.coverage if queue is None else plan.coverage[plan.coverage["queue"] == queue]
    sums = table.groupby("date", sort=False)["under"].sum()
    return np.asarray(sums, dtype=float) * plan.interval_hours


def need_by_day(plan: Plan) -> FloatArray:
    """Agent-hours needed per day over all queues, shape (days,)."""
    sums = plan.coverage.groupby("date", sort=False)["required"].sum()
    return np.asarray(sums, dtype=float) * plan.interval_hours


def covered_share(plan: Plan) -> float:
    """Share of the needed agent-hours that is covered; 1 where nothing is needed."""
    need = grid_of(plan, "required", None).sum()
    missing = grid_of(plan, "under", None).sum()
    return 1.0 if need <= 0 else float(1 - missing / need)
