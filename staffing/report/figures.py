"""Key figures of a plan and its simulation, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from staffing.grid import TimeGrid
from staffing.requirement import Target
from staffing.roster.costs import Fairness
from staffing.roster.limits import Reason
from staffing.roster.problem import RosterResult
from staffing.simulation.estimate import Estimate
from staffing.simulation.model import SimulationResult
from staffing.simulation.stress import Risk, Stressed
from staffing.simulation.verify import Miss


def gap_figures(result: RosterResult, lightest_price: float, promise_cost: float) -> dict[str, float | None]:
    """How much better the best possible rota can be at most, and how much of that the service promise costs.

    Parameters
    ----------
    result
        A rota with its cost and bound, both at the planner's prices.
    lightest_price
        Least price of a missing agent-hour; 0 where missing people cost nothing.
    promise_cost
        By how much a rota that was found for the same need and keeps less of the promise costs less.

    Returns
    -------
    dict
        ``gap`` (share of the total), ``gap_money``, ``gap_hours`` (agent-hours at the lightest price, so that they are never told
        as fewer than they can be), ``promise_cost`` and ``search_gap`` (the gap of the rota found without the promise, which
        the same bound proves); None where there is no rota or no bound.
    """
    if result.objective is None or result.bound is None:
        return dict.fromkeys(("gap", "gap_money", "gap_hours", "promise_cost", "search_gap"))
    money = round(max(0.0, result.objective - result.bound), 2)
    cheapest = result.objective - promise_cost
    return {
        "gap": result.gap,
        "gap_money": money,
        "gap_hours": round(money / lightest_price, 2) if lightest_price > 0 else None,
        "promise_cost": round(promise_cost, 2),
        "search_gap": 0.0 if cheapest <= 0 else max(0.0, (cheapest - result.bound) / cheapest),
    }


def service_figures(service: SimulationResult, targets: Mapping[str, Target]) -> dict[str, dict[str, Any]]:
    """Service of each queue with its bands, and how likely the month and its days keep the target.

    Deferrable work has a ``response_seconds`` (opening seconds until the answer) where others have ``asa_seconds``.
    """
    out: dict[str, dict[str, Any]] = {}
    for i, queue in enumerate(service.queues):
        deferrable = targets[queue].response_hours is not None
        days = service.day_meets_target[i]
        some = bool(np.isfinite(days).any())
        out[queue] = {
            "mean": number(service.queue_service_level[i]),
            "low": number(service.queue_service_level_low[i]),
            "high": number(service.queue_service_level_high[i]),
            "target": targets[queue].service_level,
            "variant": "completed within promise / offered" if deferrable else "answered within threshold / offered",
            "variants": {name: _band(band, i) for name, band in service.queue_variants.items() if not deferrable},
            "month_meets_target": number(service.month_meets_target[i]),
            "day_meets_target": number(np.nanmean(days)) if some else None,
            "worst_day": service.grid.dates[int(np.nanargmin(days))].isoformat() if some else None,
            "worst_day_meets_target": number(np.nanmin(days)) if some else None,
            "response_seconds" if deferrable else "asa_seconds": number(service.queue_asa_seconds[i]),
            "response_band" if deferrable else "asa_band": _band(service.queue_asa_band, i),
            "abandonment": number(service.queue_abandonment[i]),
            "abandonment_band": _band(service.queue_abandonment_band, i),
        }
    return out


def simulation_figures(service: SimulationResult) -> dict[str, Any]:
    """How it was simulated, how busy people are, and their overtime."""
    groups = ["|".join(service.queues[q] for q in group) for group in service.skill_groups]
    return {
        "replications": service.replications,
        "seed": service.seed,
        "contacts": service.contacts_simulated,
        "overtime_hours": number(service.overtime_seconds / 3600),
        "overtime_hours_band": {k: number(v / 3600) for k, v in _plain(service.overtime, 0).items()},
        "occupancy": number(service.month_occupancy.mean[-1]),
        "occupancy_band": _band(service.month_occupancy, -1),
        "occupancy_by_group": {g: number(service.month_occupancy.mean[i]) for i, g in enumerate(groups)},
        "occupancy_by_group_band": {g: _band(service.month_occupancy, i) for i, g in enumerate(groups)},
    }


def _plain(band: Estimate, i: int) -> dict[str, float]:
    return {k: float(getattr(band, k)[i]) for k in ("mean", "low", "high")}


def _band(band: Estimate, i: int) -> dict[str, float | None]:
    return {k: number(v) for k, v in _plain(band, i).items()}


def miss_figures(misses: Sequence[Miss], reasons: Sequence[Reason], grid: TimeGrid) -> list[dict[str, Any]]:
    """Every interval that misses its promise, with the reason; most contacts in need first."""
    return [
        {
            "queue": m.queue,
            "interval_start": m.label,
            "date": grid.dates[int(grid.day[m.interval])].isoformat(),
            "contacts": number(m.contacts),
            "service_level": number(m.service_level),
            "low": number(m.low),
            "high": number(m.high),
            "staffed": number(m.staffed),
            "needed": number(m.needed),
            "reason": str(r.limit),
            "proven": r.limit.proven,
            "have": number(r.have),
            "most": number(r.most),
        }
        for m, r in zip(misses, reasons, strict=True)
    ]


def risk_figures(risks: Sequence[Risk]) -> list[dict[str, Any]]:
    """Intervals in which a promise is most at risk, worst first."""
    return [
        {
            "queue": r.queue,
            "interval_start": r.label,
            "contacts": number(r.contacts),
            "late": number(r.late),
            "service_level": number(r.service_level),
            "low": number(r.low),
            "high": number(r.high),
        }
        for r in risks
    ]


def stress_figures(found: Stressed, targets: Mapping[str, Target]) -> dict[str, Any]:
    """Service under a stress, and the change of the service level with the band of the difference."""
    grid = found.base.grid
    worst = [int(np.nanargmin(row)) if np.isfinite(row).any() else None for row in found.day_change.mean]
    changes = {}
    for i, queue in enumerate(found.base.queues):
        day = worst[i]
        changes[queue] = {
            **_band(found.change, i),
            "worst_day": None if day is None else grid.dates[day].isoformat(),
            "worst_day_change": None if day is None else _day_band(found.day_change, i, day),
            "worst_day_service_level": None if day is None else _day_band(found.result.day_service_level, i, day),
        }
    return {"service_level": service_figures(found.result, targets), "change": changes}


def _day_band(band: Estimate, i: int, day: int) -> dict[str, float | None]:
    return {k: number(getattr(band, k)[i, day]) for k in ("mean", "low", "high")}


def fairness_figures(fairness: Fairness) -> dict[str, float]:
    """How evenly burdens lie: sums and largest values above the fair shares, and hours off the aim."""
    weekends = np.maximum(fairness.weekends - fairness.weekend_share, 0)
    unpopular = np.maximum(fairness.unpopular - fairness.unpopular_share, 0)
    nights = np.maximum(fairness.nights - fairness.night_share, 0)
    holidays = np.maximum(fairness.holidays - fairness.holiday_share, 0)
    duties = np.maximum(fairness.duties - fairness.duty_share, 0)
    hours = np.abs(fairness.hours - fairness.aim_hours)
    return {
        "weekends_above_share": float(weekends.sum()),
        "weekends_above_share_most": float(weekends.max(initial=0)),
        "unpopular_above_share": float(unpopular.sum()),
        "unpopular_above_share_most": float(unpopular.max(initial=0)),
        "nights_above_share": float(nights.sum()),
        "nights_above_share_most": float(nights.max(initial=0)),
        "holidays_above_share": float(holidays.sum()),
        "holidays_above_share_most": float(holidays.max(initial=0)),
        "duties_above_share": float(duties.sum()),
        "duties_above_share_most": float(duties.max(initial=0)),
        "hours_off_aim_mean": round(float(hours.mean()), 4) if len(hours) else 0.0,
        "hours_off_aim_most": round(float(hours.max(initial=0)), 4),
    }


def number(value: float) -> float | None:
    """Round for reports; None for NaN and infinity, which JSON does not have."""
    return round(float(value), 6) if np.isfinite(value) else None
