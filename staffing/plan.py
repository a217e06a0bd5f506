"""Use cases: what the command line and the app call. Each is one function from frozen values to a frozen value."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from staffing.forecast.make import make_forecast
from staffing.forecast.manual import adjust
from staffing.forecast.result import Forecast
from staffing.grid import FloatArray, read_only
from staffing.inputs import DemandInputs, Inputs, read_demand, read_inputs, read_need, read_people
from staffing.progress import SILENT, Monitor, Progress
from staffing.repair import promise_cost, repair_rota
from staffing.requirement import Requirement, make_requirement
from staffing.roster import costs, engine, rules
from staffing.roster.activities import with_activities
from staffing.roster.costs import Coverage
from staffing.roster.limits import PROVING
from staffing.roster.problem import Roster, RosterProblem, RosterResult, RosterStatus
from staffing.roster.rules import Violation
from staffing.scenario import DemandLevers, Scenario
from staffing.service import Service, patience_of, service_of
from staffing.simulation.verify import Repaired
from staffing.warm import warm

STAGES = ("compile", "history", "forecast", "requirement", "roster", "repair", "audit", "simulation", "export")

HURRIED = 0.5
"""Seconds for the proofs of a plan that was stopped."""


@dataclass(frozen=True, slots=True)
class StageRecord:
    """What a stage took.

    Attributes
    ----------
    stage
        One of `STAGES`.
    seconds
        Wall time.
    peak_mb
        Largest memory of the process up to the end of the stage, in MB; NaN where the system does not tell.
    """

    stage: str
    seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Plan:
    """A finished run of the main job.

    Attributes
    ----------
    inputs, forecast, requirement, problem
        What went into the rota.
    result
        The rota with its cost and bound.
    coverage
        Who is there against who is needed; None without a rota.
    violations
        What the audit found; empty for every rota that the engine built.
    service
        The simulated service, and what misses its promise; None without a rota.
    repaired
        How the need was raised and lowered, `problem` having the last one; None where that was not wanted or not possible.
    promise_cost
        What the rota pays for the promise (`repair.promise_cost`), in the scenario's currency; 0 where it is not known to.
    stages
        Time and memory by stage.
    """

    inputs: Inputs
    forecast: Forecast
    requirement: Requirement
    problem: RosterProblem
    result: RosterResult
    coverage: Coverage | None
    violations: tuple[Violation, ...]
    service: Service | None
    repaired: Repaired[RosterResult] | None
    promise_cost: float
    stages: tuple[StageRecord, ...]

    @property
    def scenario(self) -> Scenario:
        """The scenario that was planned."""
        return self.inputs.scenario


class _Stages:
    """Times the stages of a run and tells the monitor when each begins."""

    def __init__(self, monitor: Monitor) -> None:
        self.monitor = monitor
        self.records: list[StageRecord] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        self.monitor.report(Progress(name, 0.0))
        yield
        self.records.append(StageRecord(name, time.perf_counter() - begun, peak_mb()))


@dataclass(frozen=True, slots=True)
class _Unstopped:
    """A monitor for what follows a stop: the rota that was kept is still simulated in full."""

    monitor: Monitor

    def report(self, progress: Progress) -> None:
        self.monitor.report(progress)

    def should_stop(self) -> bool:
        return False


def peak_mb() -> float:
    """Largest resident memory of this process so far, in MB; NaN where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


# -- stages on a scenario ----------------------------------------------------------------------------------


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


@dataclass(frozen=True)
class MovedNeed:
    """What a rota is judged by once the need has moved.

    Attributes
    ----------
    problem
        The problem with the need as it is now.
    days
        Local dates whose need is another than the rota was planned for.
    hours
        Agent-hours by which each of these days asks for more, negative for less, shape (days,).
    """

    problem: RosterProblem
    days: tuple[date, ...]
    hours: FloatArray

    def __post_init__(self) -> None:
        read_only(self)


MOVED_HOURS = 0.05
"""Agent-hours of a day below which its need counts as the same: tables hold four digits."""


def moved_need(scenario: Scenario, need: Path, days: Collection[date] = ()) -> MovedNeed:
    """Say what a planned rota is judged by after forecast, adjustments or targets of its scenario have changed.

    The need of the plan, with what the repair by simulation has corrected, changes by as many agents as the requirement has
    changed since: ``required + (on_roster now - on_roster then)``, never below 0. So a correction outlives a new demand.

    Parameters
    ----------
    scenario
        As it is now.
    need
        ``coverage.csv`` of the finished plan; its ``requirement.csv`` lies beside it.
    days
        Days that are looked at, the others keep their need; empty: all.

    Raises
    ------
    InputError
        With every problem of the input, and where a table of the plan is missing or is of another horizon.
    """
    return moved_since(prepare(scenario).problem, need, days)


def moved_since(problem: RosterProblem, need: Path, days: Collection[date] = ()) -> MovedNeed:
    """As `moved_need`, from a team that has the requirement of today already.

    Parameters
    ----------
    problem
        The team with what the requirement asks for now.
    need, days
        As in `moved_need`.

    Raises
    ------
    InputError
        Where a table of the plan is missing or is of another horizon.
    """
    grid, queues = problem.grid, problem.queues
    planned = read_need(need, grid, queues)
    change = problem.required - read_need(need.with_name("requirement.csv"), grid, queues, "on_roster")
    looked = np.isin(grid.day, [d for d, day in enumerate(grid.dates) if not days or day in days])
    required = np.where(looked, np.maximum(planned + change, 0.0), planned)
    by_day = [(required - planned)[:, grid.day == d] * grid.hours for d in range(grid.days)]
    moved = [d for d in range(grid.days) if np.abs(by_day[d]).sum() > MOVED_HOURS]
    return MovedNeed(
        replace(problem, required=required),
        tuple(grid.dates[d] for d in moved),
        np.array([by_day[d].sum() for d in moved]),
    )


# -- the main job ------------------------------------------------------------------------------------------


def make_plan(scenario: Scenario, monitor: Monitor = SILENT, start: Roster | None = None) -> Plan:
    """Plan a month: history to verified rota.

    Parameters
    ----------
    scenario
        As loaded by `scenario.load`.
    monitor
        Told about progress, and asked whether to stop; a stop keeps the best rota so far.
    start
        Rota to start from, e.g. that of another scenario.

    Returns
    -------
    Plan
        Also where no rota exists: then `result.status` is INFEASIBLE and `result.conflicts` says why.

    Raises
    ------
    InputError
        With every problem of the input.
    """
    stages = _Stages(monitor)
    with stages.stage("compile"):
        warm(monitor)
    with stages.stage("history"):
        inputs = read_inputs(scenario)
    with stages.stage("forecast"):
        forecast = forecast_of(inputs, monitor)
    with stages.stage("requirement"):
        requirement = requirement_of(inputs, forecast)
        problem = problem_of(inputs, requirement)
    with stages.stage("roster"):
        solver = scenario.solver
        result = engine.solve(
            problem,
            seconds=solver.seconds * (1 - scenario.verify.share if scenario.verify.repair else 1),
            workers=solver.workers,
            seed=solver.seed,
            start=start,
            monitor=monitor,
        )
    coverage: Coverage | None = None
    violations: tuple[Violation, ...] = ()
    service: Service | None = None
    repaired: Repaired[RosterResult] | None = None
    promise = 0.0
    if result.roster is not None and scenario.verify.repair and not monitor.should_stop():
        with stages.stage("repair"):
            problem, result, repaired = repair_rota(inputs, forecast, requirement, problem, result, monitor)
            promise = promise_cost(problem, result, repaired)
    result = with_activities(problem, result)
    if result.roster is not None:
        with stages.stage("audit"):
            violations = rules.audit(problem, result.roster)
            coverage = costs.coverage(problem, result.roster)
        with stages.stage("simulation"):
            proving = HURRIED if monitor.should_stop() else PROVING
            service = service_of(
                inputs, forecast, requirement, problem, result.roster, _Unstopped(monitor), proving=proving
            )
    return Plan(
        inputs,
        forecast,
        requirement,
        problem,
        result,
        coverage,
        violations,
        service,
        repaired,
        promise,
        tuple(stages.records),
    )


def succeeded(plan: Plan) -> bool:
    """Whether there is a rota and it breaks no rule."""
    return plan.result.status is not RosterStatus.INFEASIBLE and plan.result.roster is not None and not plan.violations
