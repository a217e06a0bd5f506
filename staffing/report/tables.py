"""Tidy tables of forecast, need, cover and service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from staffing.forecast.paths import day_quantiles
from staffing.forecast.result import LEVELS, Forecast
from staffing.grid import FloatArray, TimeGrid
from staffing.queueing.shrinkage import rostered
from staffing.requirement import Requirement
from staffing.roster.costs import Coverage, Fairness
from staffing.roster.problem import Roster, RosterProblem
from staffing.roster.rota import rota_matrix
from staffing.simulation.model import SimulationResult


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
            "occupancy": service.queue_occupancy.mean.round(4),
            "occupancy_low": service.queue_occupancy.low.round(4),
            "occupancy_high": service.queue_occupancy.high.round(4),
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
