"""What a rota is planned for and judged by: the stages before it, on a scenario."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from staffing.forecast.make import make_forecast
from staffing.forecast.manual import adjust
from staffing.forecast.result import Forecast
from staffing.inputs import DemandInputs, Inputs, read_demand, read_inputs, read_need, read_people
from staffing.progress import SILENT, Monitor
from staffing.requirement import Requirement, make_requirement
from staffing.roster.problem import RosterProblem
from staffing.scenario import DemandLevers, Scenario
from staffing.service import patience_of


def forecast_of(inputs: DemandInputs, monitor: Monitor = SILENT) -> Forecast:
    """Forecast the horizon, then apply the planner's adjustments and the scenario's what-if factors."""
    scenario = inputs.scenario
    parents = {q: s.parent for q, s in scenario.queue.items() if s.parent is not None}
    forecast = make_forecast(
        inputs.history,
        inputs.grid,
        inputs.open,
        scenario.forecast,
        inputs.events,
        parents,
        monitor,
        profiles=inputs.profiles,
        planned=inputs.drivers,
    )
    return scaled(adjust(forecast, inputs.adjustments), scenario.demand)


def scaled(forecast: Forecast, levers: DemandLevers) -> Forecast:
    """Apply what-if factors to contacts (with their quantiles) and handling times."""
    if not levers.scale and not levers.aht_scale:
        return forecast
    contacts = np.array([levers.scale.get(q, 1.0) for q in forecast.queues])[:, None]
    aht = np.array([levers.aht_scale.get(q, 1.0) for q in forecast.queues])[:, None]
    return replace(
        forecast,
        contacts=forecast.contacts * contacts,
        quantiles=forecast.quantiles * contacts,
        spreadsheet=forecast.spreadsheet * contacts,
        statistical=forecast.statistical * contacts,
        components={**forecast.components, "what_if": np.tile(contacts, forecast.grid.days)},
        aht_seconds=forecast.aht_seconds * aht,
    )


def requirement_of(inputs: DemandInputs, forecast: Forecast) -> Requirement:
    """Agents needed under the scenario's targets and shrinkage."""
    scenario = inputs.scenario
    return make_requirement(
        forecast,
        list(scenario.queue.values()),
        [scenario.target[q] for q in scenario.queues],
        scenario.shrinkage,
        patience_of(inputs),
    )


def problem_of(inputs: Inputs, requirement: Requirement) -> RosterProblem:
    """Return the team's rostering problem with the need."""
    return replace(inputs.team, required=np.array(requirement.on_roster))


@dataclass(frozen=True)
class Sizing:
    """What comes and who it takes, without a team: forecast and requirement."""

    inputs: DemandInputs
    forecast: Forecast
    requirement: Requirement


def size(scenario: Scenario, monitor: Monitor = SILENT) -> Sizing:
    """Read a scenario's demand, forecast it and size it; the team's tables are not looked at."""
    inputs = read_demand(scenario)
    forecast = forecast_of(inputs, monitor)
    return Sizing(inputs, forecast, requirement_of(inputs, forecast))


@dataclass(frozen=True)
class Preparation:
    """Everything up to the rota: what a rota is judged by."""

    inputs: Inputs
    forecast: Forecast
    requirement: Requirement
    problem: RosterProblem


def prepare(scenario: Scenario, need: Path | None = None) -> Preparation:
    """Read, forecast and size a scenario, without building a rota; `need` as in `problem_for`."""
    inputs = read_inputs(scenario)
    forecast = forecast_of(inputs)
    requirement = requirement_of(inputs, forecast)
    problem = problem_of(inputs, requirement)
    if need is not None:
        problem = replace(problem, required=read_need(need, problem.grid, problem.queues))
    return Preparation(inputs, forecast, requirement, problem)


def need_beside(roster: Path) -> Path | None:
    """Return the ``coverage.csv`` of the plan that a rota lies in: what it was planned for, repairs included."""
    path = roster.parent / "coverage.csv"
    return path if path.is_file() else None


def problem_for(scenario: Scenario, need: Path | None = None) -> RosterProblem:
    """What a rota of a scenario is judged by.

    Parameters
    ----------
    scenario
        As loaded by `scenario.load`.
    need
        ``coverage.csv`` of a finished plan, whose need counts; None: read the history and size it anew.

    Raises
    ------
    InputError
        With every problem of the input.
    """
    if need is None:
        return prepare(scenario).problem
    team = read_people(scenario)
    return replace(team, required=read_need(need, team.grid, team.queues))
