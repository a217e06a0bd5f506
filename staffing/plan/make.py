"""The main job: history to verified rota."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from staffing.forecast.result import Forecast
from staffing.inputs import Inputs, read_inputs
from staffing.plan.preparation import forecast_of, problem_of, requirement_of
from staffing.progress import SILENT, Monitor, Progress
from staffing.repair import promise_cost, repair_rota
from staffing.requirement import Requirement
from staffing.roster import costs, engine, rules
from staffing.roster.activities import with_activities
from staffing.roster.costs import Coverage
from staffing.roster.limits import PROVING
from staffing.roster.problem import Roster, RosterProblem, RosterResult, RosterStatus
from staffing.roster.rules import Violation
from staffing.scenario import Scenario
from staffing.service import Service, service_of
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
