"""The service a rota gives: from scenario and rota to the simulation, what misses its promise, and why."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from staffing.errors import InputError, Problem
from staffing.forecast.result import Forecast
from staffing.grid import FloatArray
from staffing.inputs import DemandInputs, Inputs
from staffing.progress import SILENT, Monitor, Progress
from staffing.requirement import Channel, Requirement, Target
from staffing.roster import costs
from staffing.roster.limits import PROVING as SECONDS
from staffing.roster.limits import Reason, reasons
from staffing.roster.problem import Roster, RosterProblem
from staffing.simulation import verify
from staffing.simulation.course import ForecastError
from staffing.simulation.duty import on_duty_of
from staffing.simulation.model import Demand, OnDuty
from staffing.simulation.need import fewest
from staffing.simulation.routing import DEFERRABLE
from staffing.simulation.settings import SimulationSettings
from staffing.simulation.sizing import Sized, size
from staffing.simulation.verify import Solved, Verified

USUAL_CV = 0.8
"""Coefficient of variation of handling times where neither scenario nor history tells."""


@dataclass(frozen=True)
class Service:
    """What customers get from a rota.

    Attributes
    ----------
    verified
        The simulation on seeds that the repair has not seen, and what misses its promise there.
    reasons
        For each miss, what keeps more people away.
    """

    verified: Verified
    reasons: tuple[Reason, ...]


def patience_of(inputs: DemandInputs) -> FloatArray:
    """Mean patience per queue: as stated, else as measured in the history, else infinite; shape (Q,)."""
    stated = [s.patience_seconds for s in inputs.scenario.queue.values()]
    measured = inputs.history.patience_seconds
    return np.array(
        [
            value if value is not None else (m if np.isfinite(m) else np.inf)
            for value, m in zip(stated, measured, strict=True)
        ]
    )


def handling_cv_of(inputs: DemandInputs) -> FloatArray:
    """Coefficient of variation of handling times per queue: as stated, else as measured in the history, else `USUAL_CV`."""
    stated = [s.aht_cv for s in inputs.scenario.queue.values()]
    measured = inputs.history.aht_cv if len(inputs.history.aht_cv) else np.full(len(stated), np.nan)
    return np.array(
        [
            value if value is not None else (m if np.isfinite(m) else USUAL_CV)
            for value, m in zip(stated, measured, strict=True)
        ]
    )


def demand_of(inputs: Inputs, forecast: Forecast) -> Demand:
    """Random contacts as forecast, with the scenario's targets, patience and concurrency."""
    scenario = inputs.scenario
    queues = list(scenario.queue.values())
    targets = [scenario.target[q] for q in scenario.queues]
    channels = {Channel.VOICE: 0, Channel.CHAT: 1, Channel.EMAIL: 2}
    threshold = [t.response_hours * 3600 if t.response_hours is not None else t.threshold_seconds for t in targets]
    return Demand(
        grid=inputs.grid,
        queues=scenario.queues,
        channel=np.array([channels[s.channel] for s in queues], dtype=np.int64),
        contacts=np.array(forecast.contacts),
        aht_seconds=np.array(forecast.aht_seconds),
        aht_cv=handling_cv_of(inputs),
        patience_seconds=patience_of(inputs),
        day_error=np.array(forecast.day_error),
        open=np.array(forecast.open),
        threshold_seconds=np.array(threshold),
        target=_goals(targets, "service_level"),
        concurrency=np.array([s.concurrency for s in queues], dtype=np.int64),
        slowdown=np.array([s.concurrency_slowdown for s in queues]),
        exponential=np.array([s.aht_shape == "exponential" for s in queues]),
        aht_quantiles=_quantiles([s.aht_quantiles for s in queues]),
        hold=tuple(t.hold for t in targets),
        max_asa_seconds=_goals(targets, "max_asa_seconds"),
        max_abandonment=_goals(targets, "max_abandonment"),
        max_occupancy=_goals(targets, "max_occupancy"),
        error=ForecastError(forecast.day_cov, forecast.between_queues, forecast.slot_variance)
        if len(forecast.day_cov)
        else None,
    )


def _quantiles(given: list[tuple[float, ...]]) -> FloatArray | None:
    """Quantiles of handling times on one common spacing, shape (Q, K); rows of NaN where none are given."""
    most = max((len(q) for q in given), default=0)
    if most == 0:
        return None
    out = np.full((len(given), most), np.nan)
    for row, values in zip(out, given, strict=True):
        if values:
            row[:] = np.interp(np.linspace(0, 1, most), np.linspace(0, 1, len(values)), values)
    return out


def _goals(targets: list[Target], name: str) -> FloatArray:
    values = [getattr(t, name) for t in targets]
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def duty_of(problem: RosterProblem, roster: Roster, pace: Mapping[str, float] | None = None) -> OnDuty:
    """Who serves when: every shift cut at its breaks and activities, with the agents' queues and priorities.

    On-call duty serves nobody.

    Parameters
    ----------
    problem, roster
        The team and its rota.
    pace
        Factor on the handling times of agents, by id; others have 1.
    """
    column = {q: i for i, q in enumerate(problem.queues)}
    priorities = np.zeros((len(problem.agents), len(problem.queues)), dtype=np.int8)
    for row, agent in enumerate(problem.agents):
        for queue, priority in zip(agent.queues, agent.priorities, strict=True):
            priorities[row, column[queue]] = priority
    shifts = [s for s in roster.shifts if s.code not in problem.kinds or not problem.kinds[s.code].on_call]
    duty = on_duty_of(
        [s.agent for s in shifts],
        [s.start for s in shifts],
        [s.end for s in shifts],
        [(*s.breaks, *((a, b) for _, a, b in s.activities)) for s in shifts],
        priorities,
    )
    if not pace:
        return duty
    unknown = [a for a in pace if a not in problem.agent_index]
    if unknown:
        raise InputError(
            Problem(f"simulation.pace.{a}", f"unknown agent {a!r}", "an agent_id of the agents table") for a in unknown
        )
    own = np.array([pace.get(agent.id, 1.0) for agent in problem.agents])
    return replace(duty, pace=np.repeat(own[:, None], len(problem.queues), axis=1))


def simulation_of(inputs: Inputs, requirement: Requirement) -> SimulationSettings:
    """Settings of the simulation.

    Of the shrinkage, ``simulation.absence`` takes whole shifts at random; the rest takes people away for a while, unless
    the scenario states ``simulation.away`` itself.
    """
    settings = inputs.scenario.simulation
    if settings.away > 0:
        return settings
    left = (1.0 - requirement.shrinkage) / (1.0 - settings.absence)
    return replace(settings, away=max(1.0 - left, 0.0))


@dataclass(frozen=True)
class _Timed:
    """Asks to stop at a time of `time.monotonic`, too."""

    monitor: Monitor
    until: float

    def report(self, progress: Progress) -> None:
        self.monitor.report(progress)

    def should_stop(self) -> bool:
        return time.monotonic() > self.until or self.monitor.should_stop()


def size_groups(
    inputs: Inputs,
    forecast: Forecast,
    requirement: Requirement,
    monitor: Monitor = SILENT,
    *,
    seconds: float = math.inf,
) -> Sized:
    """Cheapest agents on the phones (net) of each skill group of the team with whom every promise holds in the simulation.

    Groups are those of `RosterProblem.skills`, with the priorities that most of their agents have and at their agents' mean
    hourly cost. Nobody is absent or away: shrinkage comes on top, as in the requirement.

    Parameters
    ----------
    inputs, forecast, requirement
        The team and what it is to serve; deferrable work is taken from the requirement.
    monitor
        Told of progress; asked to stop, the people found so far are checked and returned.
    seconds
        Wall time after which the same happens.
    """
    team, scenario = inputs.team, inputs.scenario
    serves = np.zeros((len(team.skills), len(team.queues)), dtype=np.int8)
    cost = np.ones(len(team.skills))
    for g in range(len(team.skills)):
        agents = [a for a, group in zip(team.agents, team.group, strict=True) if group == g]
        usual = Counter(tuple(zip(a.queues, a.priorities, strict=True)) for a in agents).most_common(1)[0][0]
        for queue, priority in usual:
            serves[g, team.queues.index(queue)] = priority
        cost[g] = max(float(np.mean([team.contracts[a.contract].hourly_cost for a in agents])), 1e-3)
    deferrable = np.array([s.channel is Channel.EMAIL for s in scenario.queue.values()])
    return size(
        demand_of(inputs, forecast),
        serves,
        cost,
        replace(scenario.simulation, absence=0.0, away=0.0, forecast_error=False),
        scenario.verify,
        _Timed(monitor, time.monotonic() + seconds),
        deferred=np.where(deferrable[:, None], requirement.on_phones, 0.0),
        sweeps=1,
    )


def service_of(
    inputs: Inputs,
    forecast: Forecast,
    requirement: Requirement,
    problem: RosterProblem,
    roster: Roster,
    monitor: Monitor = SILENT,
    *,
    proving: float = SECONDS,
) -> Service:
    """Simulate the service that a rota gives, and say what misses its promise and why.

    Parameters
    ----------
    inputs, forecast, requirement, problem
        What the rota was planned for; `problem` has the need that it is judged by.
    roster
        Any rota.
    monitor
        Told of the simulation.
    proving
        Seconds for proofs that no rota does better.
    """
    staffed = costs.coverage(problem, roster).staffed
    verified = verify.verify(
        demand_of(inputs, forecast),
        Solved(roster, duty_of(problem, roster, inputs.scenario.simulation.pace), staffed, 0.0),
        np.array(problem.required),
        simulation_of(inputs, requirement),
        inputs.scenario.verify,
        monitor,
    )
    return Service(verified, why(inputs, forecast, problem, roster, verified, staffed, proving))


def why(
    inputs: Inputs,
    forecast: Forecast,
    problem: RosterProblem,
    roster: Roster,
    verified: Verified,
    staffed: FloatArray,
    seconds: float = SECONDS,
) -> tuple[Reason, ...]:
    """For each miss, what keeps more people away, proven as far as `seconds` suffice.

    What is wanted is what all intervals take to keep their promise (`simulation.need.fewest`).

    Parameters
    ----------
    inputs, forecast, problem, roster
        The rota and what it was planned for.
    verified
        Its service, from `verify.verify`.
    staffed
        People at each queue, shape (Q, T).
    seconds
        Wall time of the proofs.
    """
    demand = demand_of(inputs, forecast)
    wanted = fewest(demand, verified.service, inputs.scenario.verify, staffed, problem.required)
    cells = [(problem.queues.index(m.queue), m.interval) for m in verified.misses]
    return reasons(problem, roster, cells, staffed, wanted, np.equal(demand.channel, DEFERRABLE), seconds)
