"""Tidy tables and key figures of a plan, and the comparison of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from staffing.forecast.paths import day_quantiles
from staffing.forecast.result import LEVELS, Forecast
from staffing.grid import FloatArray, TimeGrid
from staffing.queueing.shrinkage import rostered
from staffing.requirement import Requirement, Target
from staffing.roster.costs import Coverage, Fairness
from staffing.roster.limits import Reason
from staffing.roster.problem import Roster, RosterProblem
from staffing.roster.rota import rota_matrix
from staffing.simulation.estimate import Estimate
from staffing.simulation.model import SimulationResult
from staffing.simulation.stress import Risk, Stressed
from staffing.simulation.verify import Miss

# -- tables ------------------------------------------------------------------------------------------------


def _long(grid: TimeGrid, queues: Sequence[str], columns: Mapping[str, FloatArray]) -> pd.DataFrame:
    """Arrays of shape (Q, T) as rows, interval by interval, queue by queue."""
    frame = pd.DataFrame(
        {
            "interval_start": np.repeat(np.array(grid.labels(), dtype=object), len(queues)),
            "queue": np.tile(np.array(queues, dtype=object), len(grid)),
        }
    )
    for name, values in columns.items():
        frame[name] = np.asarray(values).T.ravel()
    return frame


def forecast_table(forecast: Forecast) -> pd.DataFrame:
    """``interval_start, queue, contacts, contacts_p10, contacts_p50, contacts_p90, aht_seconds``."""
    quantile = {p: forecast.quantiles[LEVELS.index(p)] for p in (0.10, 0.50, 0.90)}
    return _long(
        forecast.grid,
        forecast.queues,
        {
            "contacts": forecast.contacts.round(4),
            "contacts_p10": quantile[0.10].round(2),
            "contacts_p50": quantile[0.50].round(2),
            "contacts_p90": quantile[0.90].round(2),
            "aht_seconds": forecast.aht_seconds.round(2),
        },
    )


def forecast_days_table(forecast: Forecast) -> pd.DataFrame:
    """What makes up each day: contacts with their band, the parts behind them, and the methods beside them.

    ``date, queue, contacts, contacts_p10, contacts_p90, statistical, spreadsheet`` and the components: ``level`` in contacts a
    day, the others as factors on it; their product is `contacts`. `statistical` is the forecast before changes by hand,
    `spreadsheet` the mean of the last four same weekdays.
    """
    grid, queues = forecast.grid, forecast.queues
    frame = pd.DataFrame(
        {
            "date": np.repeat(np.array([d.isoformat() for d in grid.dates], dtype=object), len(queues)),
            "queue": np.tile(np.array(queues, dtype=object), grid.days),
        }
    )
    band = day_quantiles(forecast)
    columns = {
        "contacts": _by_day(forecast.contacts, grid),
        "contacts_p10": band[LEVELS.index(0.10)],
        "contacts_p90": band[LEVELS.index(0.90)],
        "statistical": _by_day(forecast.statistical, grid),
        "spreadsheet": _by_day(forecast.spreadsheet, grid),
        **forecast.components,
    }
    for name, values in columns.items():
        frame[name] = values.T.ravel().round(4)
    return frame


def _by_day(values: FloatArray, grid: TimeGrid) -> FloatArray:
    return np.asarray(np.add.reduceat(values, grid.day_first[:-1], axis=1), dtype=np.float64)


def requirement_table(requirement: Requirement) -> pd.DataFrame:
    """``interval_start, queue, on_phones, on_roster``."""
    return _long(
        requirement.grid,
        requirement.queues,
        {"on_phones": requirement.on_phones.round(4), "on_roster": requirement.on_roster.round(4)},
    )


def groups_table(
    requirement: Requirement, groups: Sequence[Sequence[str]], people: npt.NDArray[np.int64]
) -> pd.DataFrame:
    """``interval_start, group, on_phones, on_roster``: agents of each skill group, shape (G, T), the queues joined by ``+``."""
    net = people.astype(np.float64)
    gross = rostered(net, requirement.shrinkage)
    table = _long(
        requirement.grid,
        tuple("+".join(group) for group in groups),
        {"on_phones": net, "on_roster": gross.round(4)},
    )
    return table.rename(columns={"queue": "group"})


def coverage_table(problem: RosterProblem, cover: Coverage, service: SimulationResult | None) -> pd.DataFrame:
    """``interval_start, queue, required, staffed, under, over, service_level, service_level_low, service_level_high``."""
    nothing = np.full(problem.required.shape, np.nan)
    return _long(
        problem.grid,
        problem.queues,
        {
            "required": problem.required.round(4),
            "staffed": cover.staffed.round(4),
            "under": cover.under.round(4),
            "over": cover.over.round(4),
            "service_level": (nothing if service is None else service.service_level).round(4),
            "service_level_low": (nothing if service is None else service.service_level_low).round(4),
            "service_level_high": (nothing if service is None else service.service_level_high).round(4),
        },
    )


def service_table(service: SimulationResult) -> pd.DataFrame:
    """Simulated service by interval: contacts offered a month, service level, wait and abandonment with their bands,
    and how busy those are who serve the queue.
    """
    return _long(
        service.grid,
        service.queues,
        {
            "offered": service.offered.round(3),
            "service_level": service.service_level.round(4),
            "service_level_low": service.service_level_low.round(4),
            "service_level_high": service.service_level_high.round(4),
            "asa_seconds": service.asa.mean.round(1),
            "asa_seconds_low": service.asa.low.round(1),
            "asa_seconds_high": service.asa.high.round(1),
            "abandonment": service.abandonment.mean.round(4),
            "abandonment_low": service.abandonment.low.round(4),
            "abandonment_high": service.abandonment.high.round(4),
            "turned_away": service.turned_away.round(4),
            "occupancy": service.queue_occupancy.round(4),
        },
    )


def service_days_table(service: SimulationResult) -> pd.DataFrame:
    """Simulated service by day and queue, with bands, and the chance that the day meets its target."""
    Q, D = service.day_meets_target.shape
    frame = pd.DataFrame(
        {
            "date": np.repeat([d.isoformat() for d in service.grid.dates], Q),
            "queue": np.tile(np.array(service.queues, dtype=object), D),
        }
    )
    for name, band, digits in (
        ("service_level", service.day_service_level, 4),
        ("asa_seconds", service.day_asa, 1),
        ("abandonment", service.day_abandonment, 4),
    ):
        for part, values in (("", band.mean), ("_low", band.low), ("_high", band.high)):
            frame[name + part] = values.T.ravel().round(digits)
    frame["meets_target"] = service.day_meets_target.T.ravel().round(4)
    return frame[frame["service_level"].notna()].reset_index(drop=True)


def matrix_table(problem: RosterProblem, roster: Roster, fairness: Fairness) -> pd.DataFrame:
    """Agent x day with shift codes, and the hours rostered and aimed at: ``hours``, ``target_hours``."""
    frame = rota_matrix(problem, roster)
    frame["hours"] = fairness.hours.round(2)
    frame["target_hours"] = fairness.aim_hours.round(2)
    return frame


def missing_by_day(problem: RosterProblem, cover: Coverage) -> dict[str, float]:
    """ISO date -> agent-hours short, summed over queues and intervals."""
    grid = problem.grid
    hours = cover.under.sum(axis=0) * grid.hours
    by_day = np.add.reduceat(hours, grid.day_first[:-1])
    return {day.isoformat(): round(float(h), 2) for day, h in zip(grid.dates, by_day, strict=True)}


# -- key figures -------------------------------------------------------------------------------------------


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
        "occupancy": number(service.month_occupancy[-1]),
        "occupancy_by_group": {g: number(x) for g, x in zip(groups, service.month_occupancy, strict=False)},
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


def risk_lines(risks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Risky intervals for people."""
    return [
        f"{r['queue']} {r['interval_start'][:10]} {r['interval_start'][11:16]}: {r['service_level']:.0%} "
        f"({r['low']:.0%} to {r['high']:.0%}) of {r['contacts']:.0f} contacts, {r['late']:.1f} late beyond the target"
        for r in risks
    ] or ["none: every interval keeps its target"]


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


def stress_lines(figures: Mapping[str, Any]) -> list[str]:
    """A stress for people: the change in points with its band, and the day that suffers most."""
    lines = []
    width = max(len(q) for q in figures["change"])
    for queue, c in figures["change"].items():
        if c["mean"] is None:
            continue
        now = figures["service_level"][queue]
        points = f"{100 * c['mean']:+.1f} points ({100 * c['low']:+.1f} to {100 * c['high']:+.1f})"
        lines.append(f"{queue:<{width}}  {now['mean']:6.1%}  {points} over the month")
        if c["worst_day"] is not None and c["worst_day_change"]["mean"] < -0.0005:
            day, level = c["worst_day_change"], c["worst_day_service_level"]
            lines.append(
                f"{'':<{width}}  {level['mean']:6.1%}  {100 * day['mean']:+.1f} points "
                f"({100 * day['low']:+.1f} to {100 * day['high']:+.1f}) on {c['worst_day']}"
            )
    return lines


REASONS = {
    "people": "all who serve it and could be there are at work ({have:.0f} of {most:.0f} people)",
    "day": "all who serve it work as long as they may that day ({have:,.0f} of {most:,.0f} hours)",
    "week": "all who serve it work as long as they may that week ({have:,.0f} of {most:,.0f} hours)",
    "horizon": "all who serve it work as long as their contracts allow ({have:,.0f} of {most:,.0f} hours)",
    "price": "people could be there, but at the prices given that costs more than the shortage ([prices] understaffing)",
    "none": "as many are there as were asked for; the repair needs more time",
}


def miss_lines(misses: Sequence[Mapping[str, Any]], most: int = 12) -> list[str]:
    """Misses for people: one line per queue, day and reason, worst first."""
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for m in misses:
        groups.setdefault((m["queue"], m["date"], m["reason"]), []).append(m)
    lines = []
    for (queue, day, reason), rows in list(groups.items())[:most]:
        worst = min(rows, key=lambda m: m["service_level"] or 0.0)
        times = sorted(m["interval_start"][11:16] for m in rows)
        when = times[0] if len(times) == 1 else f"{len(times)} intervals from {times[0]} to {times[-1]}"
        lowest = f"{worst['service_level']:.0%} at {worst['interval_start'][11:16]}"
        lines.append(f"{queue} {day}: {when}, lowest {lowest}: " + REASONS[reason].format(**worst))
    if len(groups) > most:
        lines.append(f"... and {len(groups) - most} more, see summary.json")
    return lines


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


def service_lines(figures: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Service figures for people, one line per queue; the variant and the band are named."""
    width = max((len(q) for q in figures), default=0)
    lines = []
    for queue, s in figures.items():
        if s["mean"] is None:
            lines.append(f"{queue:<{width}}  no contacts")
            continue
        target = f"target {s['target']:.0%}" if s["target"] is not None else "no target"
        band = f"95% band {s['low']:.1%} to {s['high']:.1%}"
        lines.append(f"{queue:<{width}}  {s['mean']:6.1%}  ({band}; {target}; simulated, {s['variant']})")
    return lines


def detail_lines(figures: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Everything else about the service for people: other variants, waits, abandonment, chances, each with its band."""

    def share(band: Mapping[str, float | None]) -> str:
        return f"{band['mean']:.1%} ({band['low']:.1%} to {band['high']:.1%})" if band["mean"] is not None else "-"

    lines = []
    for queue, s in figures.items():
        if s["mean"] is None:
            continue
        lines.append(f"{queue}:")
        lines += [f"  {name:<26}{share(band)}" for name, band in s["variants"].items()]
        wait = s.get("asa_band") or s["response_band"]
        if wait["mean"] is not None:
            name, unit, per = ("mean wait of the answered", "s", 1) if "asa_band" in s else ("mean response", "h", 3600)
            mean, low, high = (wait[k] / per for k in ("mean", "low", "high"))
            lines.append(f"  {name:<26}{mean:,.1f} {unit} ({low:,.1f} to {high:,.1f})")
        lines.append(f"  {'abandonment':<26}{share(s['abandonment_band'])}")
        if s["month_meets_target"] is not None:
            lines.append(f"  {'month meets target':<26}{s['month_meets_target']:.0%} of simulated months")
        if s["day_meets_target"] is not None:
            worst = f"worst {s['worst_day']} with {s['worst_day_meets_target']:.0%}"
            lines.append(f"  {'day meets target':<26}{s['day_meets_target']:.0%} of days; {worst}")
    return lines


def simulation_lines(figures: Mapping[str, Any]) -> list[str]:
    """Occupancy, overtime and how it was simulated, for people."""
    busy = ", ".join(f"{g} {x:.0%}" for g, x in figures["occupancy_by_group"].items() if x is not None)
    band = figures["overtime_hours_band"]
    return [
        f"occupancy   {busy}" if busy else "occupancy   nobody is on duty",
        f"overtime    {band['mean']:,.1f} h a month ({band['low']:,.1f} to {band['high']:,.1f}), work past the end of shifts",
        f"{figures['replications']} simulated months, seed {figures['seed']}",
    ]


def number(value: float) -> float | None:
    """Round for reports; None for NaN and infinity, which JSON does not have."""
    return round(float(value), 6) if np.isfinite(value) else None


# -- comparison --------------------------------------------------------------------------------------------

FIGURES = (
    "cost",
    "objective",
    "paid_hours",
    "understaffed_hours",
    "overstaffed_hours",
)


@dataclass(frozen=True)
class Comparison:
    """Scenarios side by side against the first.

    Attributes
    ----------
    names
        Scenario names, the baseline first.
    table
        One row per key figure: ``figure, unit``, one column per scenario, and for each but the first a ``change`` column.
    """

    names: tuple[str, ...]
    table: pd.DataFrame


def compare(summaries: Sequence[Mapping[str, Any]]) -> Comparison:
    """Set the summaries of several plans side by side; the first is the baseline.

    Parameters
    ----------
    summaries
        As in ``summary.json``, with ``scenario``, the key figures, ``service_level`` per queue and ``fairness``.
    """
    names = _distinct([str(s["scenario"]) for s in summaries])
    rows: list[tuple[str, str, list[float | None]]] = []
    currency = str(summaries[0]["currency"])
    for figure in FIGURES:
        unit = currency if figure in ("cost", "objective") else "h"
        rows.append((figure, unit, [s.get(figure) for s in summaries]))
    rows.append(("gap", "share", [s.get("gap") for s in summaries]))
    rows.append(("gap_money", currency, [s.get("gap_money") for s in summaries]))
    rows.append(("gap_hours", "h", [s.get("gap_hours") for s in summaries]))
    queues = list(dict.fromkeys(q for s in summaries for q in s["service_level"]))
    for queue in queues:
        for part in ("mean", "low", "high", "month_meets_target"):
            values = [s["service_level"].get(queue, {}).get(part) for s in summaries]
            rows.append((f"service_level.{queue}.{part}", "share", values))
    for key in dict.fromkeys(k for s in summaries for k in s["fairness"]):
        rows.append((f"fairness.{key}", "", [s["fairness"].get(key) for s in summaries]))
    table = pd.DataFrame({"figure": [r[0] for r in rows], "unit": [r[1] for r in rows]})
    for i, name in enumerate(names):
        table[name] = [np.nan if (value := r[2][i]) is None else float(value) for r in rows]
        if i:
            table[f"change {name}"] = table[name] - table[names[0]]
    return Comparison(names, table)


def _distinct(names: list[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(out)
