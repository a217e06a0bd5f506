"""People by skill group: from the bounds of sets of queues, through simulation, to the cheapest that keep every promise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from staffing.errors import Problems
from staffing.grid import BoolArray, FloatArray, IntArray, TimeGrid, read_only
from staffing.progress import SILENT, Monitor, Progress
from staffing.simulation.duty import on_duty_for
from staffing.simulation.engine import simulate
from staffing.simulation.model import Demand, OnDuty, SimulationResult
from staffing.simulation.need import gap, shortfall, slope
from staffing.simulation.settings import SimulationSettings, VerifySettings
from staffing.simulation.subsets import Subset, able_of, bounds, cheapest, parts_of, subsets_of
from staffing.simulation.verify import REPAIR

CAUTION = 0.5
"""Share of the people that a shortfall seems to be worth by which a set is raised at once."""

REACH = 5
"""Agents of a group that are traded at once, at most."""

TRIES = 6
"""Times that a trade is mended before it is given up."""

LEAST = 0.001
"""Points of the service level that a trade that failed must have to spare at least."""


@dataclass(frozen=True)
class Sized:
    """The cheapest people found by skill group.

    Attributes
    ----------
    people
        Agents on duty, shape (G, T).
    subsets, bound, need
        Sets of queues that share people; agents who serve them at least, by formula, and as found, shape (S, T).
    cost
        Agent-hours times what each group costs.
    simulations
        Made until it held.
    service
        On seeds that the sizing has not seen.
    missing
        By how much a queue misses its promise there, shape (Q, T); 0 where it is kept.
    complete
        Whether it came to its end; else the monitor asked to stop, and these are the people found so far.
    """

    people: IntArray
    subsets: tuple[Subset, ...]
    bound: FloatArray
    need: FloatArray
    cost: float
    simulations: int
    service: SimulationResult
    missing: FloatArray
    complete: bool

    def __post_init__(self) -> None:
        read_only(self)


def size(
    demand: Demand,
    serves: npt.ArrayLike,
    cost: npt.ArrayLike,
    simulation: SimulationSettings,
    settings: VerifySettings,
    monitor: Monitor = SILENT,
    *,
    deferred: FloatArray | None = None,
    alike: npt.ArrayLike | None = None,
    sweeps: int = 2,
) -> Sized:
    """Find the cheapest people by skill group that keep every promise of a team with several skills.

    1. Every set of queues linked by people gets the agents that it would need as one pool (`subsets.bounds`): too few
       almost always, but never too many. The cheapest groups that give every set its need are found exactly.
    2. They are simulated. Where queues miss their promise, the set of those that miss together needs more than the people who
       serve it now, and so on until every promise holds: a person is asked for where they are missing, not once per queue.
    3. What one more of each group is worth to every queue is measured; cheaper people near by who should do by that are tried
       (the linearisation of Cezik and L'Ecuyer 2008, kept near by and within the bounds). What holds is kept.
    4. The result is simulated with the seed of `simulation`, which the steps before have not seen; they aim `settings.margin`
       higher, since a plan looks better on the seeds it was made with.

    Parameters
    ----------
    demand
        Contacts and promises.
    serves
        Priority with which each group serves a queue, 1 first, 0: not at all; shape (G, Q).
    cost
        Of an agent-hour of each group, above 0, shape (G,).
    simulation, settings
        As in `verify.repair`; `settings.rounds` bounds the simulations of step 2.
    monitor
        Told of every simulation; asked to stop, the people found so far are returned.
    deferred
        Agents to begin with for deferrable work, shape (Q, T), as the requirement has them; None: none, they are found by
        simulation.
    alike
        Label of each interval, shape (T,): intervals with the same label get the same people. None: each its own.
    sweeps
        How often step 3 is done at most; 0: not at all.

    Raises
    ------
    InputError
        Where nobody serves a queue with contacts, and with all that cannot be simulated.
    """
    priority = np.asarray(serves, dtype=np.int8)
    slot = np.arange(len(demand.grid))
    if alike is not None:
        slot = np.unique(np.asarray(alike), return_inverse=True)[1].reshape(-1)
    subsets = subsets_of(priority)
    bound = bounds(demand, subsets)
    problems = Problems()
    for name, column, contacts in zip(demand.queues, priority.T, demand.contacts, strict=True):
        if contacts.any() and not column.any():
            problems.add(f"queue {name}", f"{contacts.sum():.0f} contacts and nobody serves it", "give it to a group")
    problems.raise_if_any()
    extra = np.zeros(demand.contacts.shape) if deferred is None else deferred
    asked = bound + np.array([extra[list(s)].sum(axis=0) for s in subsets])
    sizing = _Sizing(
        demand,
        priority,
        np.asarray(cost, dtype=np.float64),
        replace(simulation, seed=(simulation.seed + REPAIR) % 2**32, replications=settings.replications),
        settings,
        monitor,
        slot,
        subsets,
        able_of(priority, subsets),
        by_slot(bound, slot),
    )
    need = by_slot(asked, slot)
    people = _held(sizing, need)
    for _ in range(sweeps):
        before = people
        if not monitor.should_stop():
            people = _traded(sizing, people)
        if np.array_equal(before, people):
            break
    if sweeps and not monitor.should_stop():
        # Slots were judged beside others that have changed since.
        people = _held(sizing, need, people)
    complete = not monitor.should_stop()
    count = max(settings.held_out_replications, simulation.replications)
    service = sizing.played(people, replace(simulation, replications=count))
    return Sized(
        people[:, slot],
        subsets,
        bound,
        sizing.able.astype(np.float64) @ people[:, slot],
        sizing.price(people),
        sizing.tried,
        service,
        shortfall(demand, service, settings, 0.0),
        complete,
    )


@dataclass
class _Sizing:
    """What all steps need; counts the simulations."""

    demand: Demand
    serves: npt.NDArray[np.int8]
    cost: FloatArray
    train: SimulationSettings
    settings: VerifySettings
    monitor: Monitor
    slot: IntArray
    subsets: tuple[Subset, ...]
    able: BoolArray
    floor: FloatArray
    tried: int = 0

    def price(self, people: IntArray) -> float:
        """Cost of people by slot, over all intervals."""
        return float(self.cost @ people[:, self.slot].sum(axis=1)) * self.demand.grid.hours

    def played(self, people: IntArray, settings: SimulationSettings) -> SimulationResult:
        return simulate(self.demand, on_duty(self.demand.grid, self.serves, people[:, self.slot]), settings)

    def judged(self, people: IntArray) -> tuple[FloatArray, FloatArray]:
        """By how much each queue misses with these people, and how far its goals are, kept or not, shape (Q, slots) each."""
        self.tried += 1
        self.monitor.report(Progress("sizing", float(self.tried), note=f"simulation {self.tried}"))
        service = self.played(people, self.train)
        missing = by_slot(shortfall(self.demand, service, self.settings, self.settings.margin), self.slot)
        cells = gap(self.demand, service.service_level, service.abandonment.mean, service.asa.mean)
        weight = np.where(np.isfinite(cells), self.demand.contacts, 0.0)
        total, count = np.zeros(missing.shape), np.zeros(missing.shape)
        np.add.at(total.T, self.slot, (weight * np.where(weight > 0, cells, 0.0)).T)
        np.add.at(count.T, self.slot, weight.T)
        return missing, np.where(count > 0, total / np.maximum(count, 1e-12), -np.inf)

    def gaps(self, people: IntArray) -> FloatArray:
        """How far the goals of each queue are, shape (Q, slots); minus infinity where nothing is judged."""
        return self.judged(people)[1]

    def raised(self, need: FloatArray, people: IntArray, missing: FloatArray) -> FloatArray:
        """The need with that of the sets of queues that miss together above the people who serve them now."""
        out, have = need.copy(), self.able @ people
        weight = by_slot(self.demand.contacts, self.slot)
        for k in np.flatnonzero(missing.any(axis=0)):
            for part in parts_of(self.serves, tuple(np.flatnonzero(missing[:, k]).tolist())):
                # Of very many linked queues not every set is known: then the smallest that holds it.
                s = next(i for i, subset in enumerate(self.subsets) if set(part) <= set(subset))
                rows = list(part)
                short = float(np.average(missing[rows, k], weights=np.maximum(weight[rows, k], 1e-9)))
                step = np.floor(CAUTION * short / slope(have[s, k : k + 1].astype(np.float64)))
                out[s, k] = max(out[s, k], have[s, k] + max(1.0, float(step[0])))
        return out


def by_slot(values: FloatArray, slot: IntArray) -> FloatArray:
    """Largest value of the intervals of each slot, shape (rows, slots)."""
    out = np.full((len(values), int(slot.max()) + 1), -np.inf)
    for row, line in zip(out, values, strict=True):
        np.maximum.at(row, slot, line)
    return out


def _held(sizing: _Sizing, need: FloatArray, people: IntArray | None = None) -> IntArray:
    """Raise the need, in place, until the people keep every promise; `people` are those to begin with."""
    if people is None:
        people = cheapest(sizing.able, need, sizing.cost)
    for _ in range(sizing.settings.rounds):
        missing, _ = sizing.judged(people)
        bad = missing.any(axis=0)
        if not bad.any() or sizing.monitor.should_stop():
            break
        need[:] = sizing.raised(need, people, missing)
        people = np.where(bad, cheapest(sizing.able, need, sizing.cost), people)
    return people


def _traded(sizing: _Sizing, people: IntArray) -> IntArray:
    """People traded against cheaper ones, as long as what one more of each group is worth to every queue lets expect it.

    The worth is measured with common random numbers, all slots at once; the cheapest people near by who keep every promise by it
    are found exactly, and taken where they do in the simulation, too. Where not, what was missing is asked for on top.
    """
    G = len(sizing.cost)
    here = sizing.gaps(people)
    # One person more is at least no harm: what is measured below that is chance.
    with_one = [sizing.gaps(people + np.eye(G, dtype=np.int64)[:, [g]]) for g in range(G)]
    judged = np.isfinite(here)
    worth = np.array([np.maximum(np.where(judged, here, 0.0) - np.where(judged, x, 0.0), 0.0) for x in with_one])
    allowed = np.full(here.shape, sizing.settings.tolerance - sizing.settings.margin)
    active = np.ones(people.shape[1], dtype=np.bool_)
    out = people
    for _ in range(TRIES):
        trial = people.copy()
        for k in np.flatnonzero(active).tolist():
            trial[:, k] = _near(sizing, people[:, k], here[:, k] - allowed[:, k], worth[:, :, k], k)
        active = active & (sizing.cost @ trial < sizing.cost @ people - 1e-9)
        if not active.any() or sizing.monitor.should_stop():
            break
        missing, gaps = sizing.judged(np.where(active, trial, people))
        bad = missing.any(axis=0)
        holds = active & ~_to_blame(np.asarray(bad))
        out = np.where(holds, trial, out)
        active = active & bad
        allowed = np.where(missing > 0, np.minimum(allowed - LEAST, 2 * allowed - gaps), allowed)
    return out


def _near(sizing: _Sizing, people: IntArray, above: FloatArray, worth: FloatArray, slot: int) -> IntArray:
    """Cheapest people within `REACH` of those of a slot, shape (G,), whom no queue needs more of than is expected to do.

    `above` tells by how much each queue misses now (negative: has to spare), shape (Q,), `worth` what one more of each group
    takes from that, shape (G, Q).
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    rows = np.isfinite(above)
    found = milp(
        sizing.cost,
        constraints=[
            LinearConstraint(worth[:, rows].T, lb=above[rows]),
            LinearConstraint(sizing.able.astype(np.float64), lb=sizing.floor[:, slot] - sizing.able @ people),
        ],
        integrality=np.ones(len(people), dtype=np.int64),
        bounds=Bounds(-np.minimum(people, REACH), np.full(len(people), REACH)),
    )
    return people if found.x is None else people + np.rint(found.x).astype(np.int64)


def _to_blame(bad: npt.NDArray[np.bool_]) -> BoolArray:
    """Slots that miss, and those before: who waits at the end of a slot is late in the next one."""
    out: BoolArray = bad | np.append(bad[1:], False)
    return out


def on_duty(grid: TimeGrid, serves: npt.NDArray[np.int8], people: npt.ArrayLike) -> OnDuty:
    """People of each group, shape (G, T), who come and go with their number and serve what their group serves."""
    by_group = on_duty_for(grid, people)
    group = by_group.serves.argmax(axis=1) if len(by_group.serves) else np.zeros(0, dtype=np.int64)
    return replace(by_group, serves=serves[group].reshape(-1, serves.shape[1]))
