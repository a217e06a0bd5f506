"""A finished rota under stress: what becomes of the service when people fall ill or more comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from staffing.grid import TimeGrid
from staffing.plan import prepare
from staffing.roster.problem import Roster
from staffing.roster.rota import read_rota
from staffing.scenario import load
from staffing.service import demand_of, duty_of, simulation_of
from staffing.simulation.engine import simulate
from staffing.simulation.estimate import Estimate
from staffing.simulation.model import Demand, OnDuty, SimulationResult
from staffing.simulation.settings import SimulationSettings
from staffing.simulation.stress import Stress, ill, shift_days, under_stress
from staffing.simulation.verify import affordable

SECONDS = 0.8
"""What one simulation may take."""


@dataclass(frozen=True)
class Standing:
    """A rota as it is, simulated, ready to be put under stress.

    Attributes
    ----------
    demand, duty, settings
        What is simulated.
    base
        The rota as it is.
    stale
        Whether scenario or tables have changed since the plan.
    """

    demand: Demand
    duty: OnDuty
    settings: SimulationSettings
    base: SimulationResult
    stale: bool

    @property
    def grid(self) -> TimeGrid:
        """Days of the horizon."""
        return self.demand.grid


def standing(
    scenario: Path,
    plan: Path,
    input_hash: str,
    overrides: Mapping[str, Any] | None = None,
    roster: Roster | None = None,
) -> Standing:
    """Simulate the rota of a finished plan as it is shown, as often as is quick.

    Parameters
    ----------
    scenario
        Path of the scenario that was planned.
    plan
        Folder of the plan.
    input_hash
        Of the plan, to notice that something has changed since.
    overrides
        What was planned otherwise than the scenario says, as in `scenario.load`.
    roster
        The rota with its edits; None for the plan's own.

    Raises
    ------
    InputError
        Where the scenario can no longer be read, or the rota no longer fits its team.
    """
    settings = load(scenario, dict(overrides or {}))
    ready = prepare(settings, plan / "coverage.csv")
    demand = demand_of(ready.inputs, ready.forecast)
    shown = read_rota(plan / "roster.csv", ready.problem) if roster is None else roster
    duty = duty_of(ready.problem, shown, settings.simulation.pace)
    simulation = simulation_of(ready.inputs, ready.requirement)
    simulate(demand, duty, replace(simulation, replications=2))  # loads the kernels
    simulation = replace(simulation, replications=affordable(demand, duty, simulation, SECONDS))
    base = simulate(demand, duty, simulation)
    return Standing(demand, duty, simulation, base, settings.input_hash() != input_hash)


@dataclass(frozen=True)
class Strain:
    """What happens.

    Attributes
    ----------
    volume
        Factor on the contacts of every queue.
    aht_seconds
        Seconds added to every handling time.
    ill, day
        So many people, drawn at random among those with a shift, do not come on that day.
    """

    volume: float = 1.0
    aht_seconds: float = 0.0
    ill: int = 0
    day: int = 0

    @property
    def none(self) -> bool:
        """Whether nothing happens."""
        return self.volume == 1.0 and self.aht_seconds == 0.0 and self.ill == 0


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of a queue.

    Attributes
    ----------
    queue
        Which.
    before, after
        Service level without and with the stress, over `day` or the month.
    change, low, high
        Difference and its 95% band.
    target
        Service level promised; NaN where none is.
    """

    queue: str
    before: float
    after: float
    change: float
    low: float
    high: float
    target: float

    @property
    def verdict(self) -> str:
        """``same`` (the band of the change holds zero), ``holds`` or ``breaks`` the target under stress."""
        if self.low <= 0 <= self.high:
            return "same"
        return "breaks" if self.after < self.target else "holds"


@dataclass(frozen=True)
class Outcome:
    """A stress and its effects.

    Attributes
    ----------
    month, day
        Effects over the horizon and on the day in question, one per queue with contacts.
    absent
        Rows of the people who do not come.
    replications
        Simulated months.
    """

    month: tuple[Effect, ...]
    day: tuple[Effect, ...]
    absent: tuple[int, ...]
    replications: int


def try_out(now: Standing, strain: Strain) -> Outcome:
    """Put a rota under stress; the same random contacts come as without."""
    gone = ill(now.duty, now.grid, strain.day, strain.ill) if strain.ill else ()
    stress = Stress(absent=gone, volume={"all": strain.volume}, aht_seconds={"all": strain.aht_seconds})
    found = under_stress(now.demand, now.duty, now.settings, stress, base=now.base)
    months, days = [], []
    d = strain.day
    for i, queue in enumerate(now.demand.queues):
        target = float(now.demand.target[i])
        levels = found.base.queue_service_level[i], found.result.queue_service_level[i]
        months.append(_effect(queue, target, levels, found.change, (i,)))
        levels = found.base.day_service_level.mean[i, d], found.result.day_service_level.mean[i, d]
        days.append(_effect(queue, target, levels, found.day_change, (i, d)))
    known = tuple(tuple(e for e in part if e.after == e.after) for part in (months, days))
    return Outcome(known[0], known[1], tuple(p for p, _ in gone), now.settings.replications)


def _effect(queue: str, target: float, levels: tuple[float, float], change: Estimate, at: tuple[int, ...]) -> Effect:
    before, after = levels
    return Effect(
        queue,
        float(before),
        float(after),
        float(change.mean[at]),
        float(change.low[at]),
        float(change.high[at]),
        target,
    )


def most_ill(now: Standing, day: int) -> int:
    """People with a shift on a day."""
    starts = shift_days(now.duty, now.grid)
    return len({p for p, d in zip(now.duty.person.tolist(), starts, strict=True) if d == day})
