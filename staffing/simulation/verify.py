"""Repair a plan by simulation, raising the need where the promise is missed and lowering it where there is slack; verify it.

The planner's search is given as a function, so that any plan can be verified: a rota, or the requirement itself.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np

from staffing.grid import BoolArray, FloatArray, read_only
from staffing.progress import SILENT, Monitor, Progress
from staffing.simulation.engine import simulate
from staffing.simulation.model import Demand, OnDuty, SimulationResult
from staffing.simulation.need import SPARED, STEP, fewest, judged_by_day, lowered, raised, reserve, shortfall, spared
from staffing.simulation.settings import SimulationSettings, VerifySettings

P = TypeVar("P")

REPAIR = 1_000_003
"""Distance of the seed that repairs from the seed that checks."""

LOWERING = 0.35
"""Share of the time, or of the rounds, after which the need is only raised."""

UNHELD = 0.25
"""Weight of late contacts on days that no plan can hold, beside those that can be mended."""

ALIKE = 0.0001
"""Plans that do not hold and whose late contacts differ by no more than this share of all contacts are alike: the cheaper
one is taken."""


@dataclass(frozen=True)
class Solved(Generic[P]):
    """A plan for a need.

    Attributes
    ----------
    plan
        Whatever the planner calls a plan.
    on_duty
        Who works when under it.
    staffed
        People at each queue, shape (Q, T): whoever serves several counts once, split as the plan means it.
    cost
        What is to be small, e.g. paid hours; must not depend on the need.
    """

    plan: P
    on_duty: OnDuty
    staffed: FloatArray
    cost: float


Solve = Callable[[FloatArray, P | None], Solved[P]]
"""Plan for a need, shape (Q, T), starting from an earlier plan where there is one."""

Beyond = Callable[[FloatArray, FloatArray], BoolArray]
"""From the fewest people that intervals take, shape (Q, T), and the contacts by which each misses its promise, shape (T,), to the
intervals, shape (T,), whose day is proven to be short in every plan."""


@dataclass(frozen=True)
class Miss:
    """An interval that stays below its promise.

    Attributes
    ----------
    queue, interval, label
        Which queue, index of the interval, and its local time.
    contacts
        Expected.
    staffed, needed
        People at the queue, and asked for at last.
    service_level, low, high
        On held-out seeds, with the band.
    """

    queue: str
    interval: int
    label: str
    contacts: float
    staffed: float
    needed: float
    service_level: float
    low: float
    high: float


@dataclass(frozen=True)
class Round:
    """One turn of the repair.

    Attributes
    ----------
    cost
        Of the plan.
    need
        Agent-hours asked for.
    late
        Contacts beyond what the targets allow, in the intervals and days that miss their promise.
    below, raised, lowered
        Cells (queue and interval) below the promise, and what was changed after it.
    """

    cost: float
    need: float
    late: float
    below: int
    raised: int
    lowered: int


@dataclass(frozen=True)
class Repaired(Generic[P]):
    """The cheapest plan that holds its promises on the seeds of the repair, or the one that comes closest.

    Attributes
    ----------
    solved
        The plan.
    need
        The need it was made for, shape (Q, T).
    late
        Contacts beyond what the targets allow, in the intervals and days that miss their promise (with the margin).
    rounds
        How the repair went.
    passed_over
        The plan that more time led to for the same need, not taken because more contacts are late under it; None where there
        is none.
    """

    solved: Solved[P]
    need: FloatArray
    late: float
    rounds: tuple[Round, ...]
    passed_over: Solved[P] | None = None

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True)
class Verified:
    """The service of a plan on seeds that its repair has not seen.

    Attributes
    ----------
    service
        Simulated with the seed of the simulation's settings.
    misses
        Cells that do not keep their promise, most contacts in need first.
    """

    service: SimulationResult
    misses: tuple[Miss, ...]

    @property
    def holds(self) -> bool:
        """Whether every promise is kept."""
        return not self.misses


def repair(
    demand: Demand,
    need: FloatArray,
    solve: Solve[P],
    simulation: SimulationSettings,
    settings: VerifySettings,
    monitor: Monitor = SILENT,
    *,
    seconds: float = math.inf,
    first: Solved[P] | None = None,
    deepen: Solve[P] | None = None,
    mend: Solve[P] | None = None,
    polish: Solve[P] | None = None,
    beyond: Beyond | None = None,
) -> Repaired[P]:
    """Plan, simulate, change the need, plan again, until every promise holds or time or rounds are over.

    A plan accepted on the seeds it was repaired with looks about a point better than it is. So the repair has seeds of its
    own and aims `settings.margin` higher; a plan that holds on them is tried on further ones, four times as many, and repaired
    with those from then on. Only `verify` tells what customers get.

    In every round the need rises where the promise is missed and falls where there is slack (`need.raised`,
    `need.lowered`). What was once too low is not tried again. After a third of the time plans are mended: the need rises where
    the promise is missed; elsewhere no more is asked for than is there and is of use (`need.spared`).

    Parameters
    ----------
    demand
        Contacts and promises; queues without any are left alone.
    need
        Agents to start from, shape (Q, T), e.g. Erlang A per interval; people on duty, so gross of the absence that is
        simulated.
    solve
        Makes a plan for a need, warm from the plan before.
    simulation
        Seed, absence, routing; its replications are replaced by those of `settings`.
    settings
        What counts as holding, and how hard to try.
    monitor
        Told of the rounds; asked to stop, the best plan so far is returned.
    seconds
        Wall time after which no further round begins; simulations are made smaller where they would take more than a
        quarter of it each.
    first
        A plan for `need` that is there already.
    deepen
        Makes the plan, with more time, from which on plans are mended; None: `solve` does.
    mend
        Makes a plan that leaves as it is what needs no change; None: `solve` does.
    polish
        Makes a plan for the need of the best plan, from that plan, with more time; it is kept where its service is no
        worse.
    beyond
        Tells once, when plans begin to be mended, which days no plan can hold; there they are left as they are.
    """
    began = time.monotonic()
    train = replace(simulation, seed=(simulation.seed + REPAIR) % 2**32, replications=settings.replications)
    asked = np.array(need, dtype=np.float64)
    found = solve(asked, None) if first is None else first
    if seconds < math.inf:
        train = replace(train, replications=affordable(demand, found.on_duty, train, seconds / 4))
    sure = replace(train, seed=(simulation.seed + 2 * REPAIR) % 2**32, replications=4 * train.replications)
    too_low = np.full(asked.shape, -np.inf)
    before = np.zeros(asked.shape, dtype=np.int64)
    candidates: list[Repaired[P]] = []
    rounds: list[Round] = []
    hopeless: BoolArray | None = None
    while True:
        service, back, missing = _judged(demand, found, train, settings)
        passed = time.monotonic() - began
        share = max(len(rounds) / settings.rounds, passed / seconds)
        firm = share >= LOWERING
        if firm and deepen is None and hopeless is None and beyond is not None:
            hopeless = beyond(
                fewest(demand, service, settings, found.staffed, asked), (missing * demand.contacts).sum(axis=0)
            )
            candidates.clear()  # they were judged with those days in full
        late = float((missing * demand.contacts * _weight(hopeless)).sum())
        if hopeless is not None:
            missing[:, hopeless] = 0.0
        if not missing.any() and train.replications < sure.replications:
            train = sure
            candidates.clear()
            continue
        candidates.append(Repaired(found, asked, late, ()))
        too_low = np.where(missing > 0, np.maximum(too_low, np.minimum(asked, found.staffed)), too_low)
        before_asked = asked
        if firm:
            asked = _trimmed(demand, service, settings, found.staffed, back, asked, too_low)
        more = raised(demand, found.on_duty, found.staffed, missing, asked, before)
        # What only the reserve finds missing is asked for step by step, lest it takes from those who miss their promise.
        before = np.where((missing > 0) & (missing - back > settings.tolerance - settings.margin), before + 1, 0)
        less = lowered(demand, found.on_duty, service, settings, found.staffed, missing, asked)
        less = np.zeros_like(less) if firm else np.clip(asked - too_low - STEP, 0.0, less)
        asked = asked + more - less
        changes = (np.count_nonzero(x > 0) for x in (missing, asked - before_asked, before_asked - asked))
        rounds.append(
            Round(found.cost, float(before_asked.sum()) * demand.grid.hours, late, *(int(n) for n in changes))
        )
        note = f"round {len(rounds)}: {rounds[-1].below} intervals below the promise"
        monitor.report(Progress("repair", passed, min(1.0, share), note=note))
        if share >= 1 or monitor.should_stop() or not (more.any() or less.any()):
            break
        make = solve
        if firm:
            make, deepen = deepen or mend or solve, None
        found = make(asked, found.plan)
        if monitor.should_stop():
            break
    contacts = float(demand.contacts.sum())
    best = _best(candidates, contacts)
    if polish is not None and not monitor.should_stop():
        found = polish(best.need, best.solved.plan)
        _, _, missing = _judged(demand, found, train, settings)
        late = float((missing * demand.contacts * _weight(hopeless)).sum())
        polished = Repaired(found, best.need, late, ())
        nearest = _nearest([best, polished], contacts)
        best = _best(nearest, contacts) if polished is nearest[-1] else replace(best, passed_over=found)
    return replace(best, rounds=tuple(rounds))


def verify(
    demand: Demand,
    solved: Solved[P],
    need: FloatArray,
    simulation: SimulationSettings,
    settings: VerifySettings,
    monitor: Monitor = SILENT,
) -> Verified:
    """Judge a plan for a need on the seeds of `simulation`, which no repair has seen.

    Parameters
    ----------
    demand
        Contacts and promises.
    solved, need
        The plan, and the people that were asked for, shape (Q, T).
    simulation
        Seed, absence, routing; at least `settings.held_out_replications` are simulated.
    settings
        What counts as holding.
    monitor
        Told of the simulation; asked to stop, the replications so far count.
    """
    count = max(settings.held_out_replications, simulation.replications)
    service = simulate(demand, solved.on_duty, replace(simulation, replications=count), monitor)
    missing = shortfall(demand, service, settings, 0.0)
    return Verified(service, misses_of(demand, solved.staffed, need, service, missing))


def _judged(
    demand: Demand, solved: Solved[P], simulation: SimulationSettings, settings: VerifySettings
) -> tuple[SimulationResult, FloatArray, FloatArray]:
    """A plan's service, the reserve kept back for single intervals, and what misses, with the margin, shape (Q, T)."""
    service = simulate(demand, solved.on_duty, simulation)
    back = reserve(service, settings)
    return service, back, shortfall(demand, service, settings, settings.margin, back)


def _trimmed(
    demand: Demand,
    service: SimulationResult,
    settings: VerifySettings,
    staffed: FloatArray,
    back: FloatArray,
    asked: FloatArray,
    too_low: FloatArray,
) -> FloatArray:
    """The need once missing people are dear: nobody is asked for in vain, nor where they can be spared, shape (Q, T)."""
    spare = np.maximum(spared(demand, service, settings, staffed, back, settings.margin), 0.0)
    enough = np.where(judged_by_day(demand, settings), staffed, np.maximum(staffed - SPARED * spare, 0.0))
    asked = np.minimum(asked, np.ceil(np.maximum(enough, too_low + STEP) / STEP - 1e-9) * STEP)
    return np.minimum(asked, np.ceil(staffed / STEP - 1e-9) * STEP)


def _weight(hopeless: BoolArray | None) -> FloatArray:
    """Weight of late contacts by interval, shape (T,), or one for all."""
    return np.ones(1) if hopeless is None else np.where(hopeless, UNHELD, 1.0)


PROBE = 4
"""Replications that tell how long one takes."""


def affordable(demand: Demand, on_duty: OnDuty, settings: SimulationSettings, seconds: float) -> int:
    """How many replications, of those in `settings`, can be simulated in so many seconds; at least 20 or all."""
    began = time.monotonic()
    simulate(demand, on_duty, replace(settings, replications=min(PROBE, settings.replications)))
    each = (time.monotonic() - began) / PROBE
    return min(settings.replications, max(20, int(seconds / each)))


def _nearest(candidates: Sequence[Repaired[P]], contacts: float) -> list[Repaired[P]]:
    """Those that hold, else those that answer nearly as few contacts late as any."""
    least = min(c.late for c in candidates)
    enough = least + ALIKE * contacts if least > 0 else 0.0
    return [c for c in candidates if c.late <= enough]


def _best(candidates: Sequence[Repaired[P]], contacts: float) -> Repaired[P]:
    """The cheapest of the `_nearest`."""
    return min(_nearest(candidates, contacts), key=lambda c: (c.solved.cost, c.late))


def misses_of(
    demand: Demand, staffed: FloatArray, need: FloatArray, service: SimulationResult, missing: FloatArray
) -> tuple[Miss, ...]:
    """Name the cells that miss their promise, by contacts not answered in time."""
    out = [
        Miss(
            demand.queues[q],
            int(t),
            demand.grid.label(int(t)),
            float(demand.contacts[q, t]),
            float(staffed[q, t]),
            float(need[q, t]),
            float(service.service_level[q, t]),
            float(service.service_level_low[q, t]),
            float(service.service_level_high[q, t]),
        )
        for q, t in zip(*np.nonzero((missing > 0) & (demand.contacts > 0)), strict=True)
    ]
    return tuple(sorted(out, key=lambda m: -m.contacts * missing[demand.queues.index(m.queue), m.interval]))
