"""Tidy tables and key figures of a plan, and the comparison of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from staffing.forecast.paths import day_quantiles
from staffing.forecast.result import LEVELS, Forecast
from staffing.grid import FloatArray, TimeGrid
from staffing.requirement import Requirement
from staffing.roster.costs import Coverage, Fairness
from staffing.roster.problem import Roster, RosterProblem
from staffing.roster.rota import rota_matrix
from staffing.simulation.model import SimulationResult

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


def service_figures(
    service: SimulationResult, targets: Mapping[str, float | None]
) -> dict[str, dict[str, float | str | None]]:
    """Service level of each queue with its band, and how likely the month keeps its target."""
    out: dict[str, dict[str, float | str | None]] = {}
    for i, queue in enumerate(service.queues):
        out[queue] = {
            "mean": number(service.queue_service_level[i]),
            "low": number(service.queue_service_level_low[i]),
            "high": number(service.queue_service_level_high[i]),
            "target": targets.get(queue),
            "month_meets_target": number(service.month_meets_target[i]),
            "asa_seconds": number(service.queue_asa_seconds[i]),
            "abandonment": number(service.queue_abandonment[i]),
            "variant": "answered within threshold / offered",
        }
    return out


def fairness_figures(fairness: Fairness) -> dict[str, float]:
    """How evenly burdens lie: sums and largest values above the fair shares, and hours off the aim."""
    weekends = np.maximum(fairness.weekends - fairness.weekend_share, 0)
    unpopular = np.maximum(fairness.unpopular - fairness.unpopular_share, 0)
    hours = np.abs(fairness.hours - fairness.aim_hours)
    return {
        "weekends_above_share": float(weekends.sum()),
        "weekends_above_share_most": float(weekends.max(initial=0)),
        "unpopular_above_share": float(unpopular.sum()),
        "unpopular_above_share_most": float(unpopular.max(initial=0)),
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
