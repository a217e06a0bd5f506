"""Verify a plan by simulation and repair it: raise the need where the promise is missed, lower it where there is slack.

The planner's search is given as a function, so that any plan can be verified: a rota, or the requirement itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np

from staffing.grid import BoolArray, FloatArray, IntArray, read_only
from staffing.progress import SILENT, Monitor, Progress
from staffing.simulation.engine import simulate
from staffing.simulation.model import Demand, OnDuty, SimulationResult
from staffing.simulation.settings import SimulationSettings, VerifySettings

P = TypeVar("P")

DEFERRABLE = 2
"""Channel of deferrable work."""

HELD_OUT = 1_000_003
"""Distance of the seed that checks from the seed that repairs."""


@dataclass(frozen=True)
class Solved(Generic[P]):
    """A plan for a need.

    Attributes
    ----------
    plan
        Whatever the planner calls a plan.
    on_duty
        Who works when under it.
    cost
        What is to be small, e.g. paid hours.
    """

    plan: P
    on_duty: OnDuty
    cost: float


Solve = Callable[[FloatArray, P | None], Solved[P]]
"""Plan for a need, shape (Q, T), starting from an earlier plan where there is one."""


@dataclass(frozen=True)
class Miss:
    """An interval that stays below its promise.

    Attributes
    ----------
    queue, interval, label
        Which queue, index of the interval, and its local time.
    contacts
        Expected.
    service_level, low, high
        On held-out seeds, with the band.
    why
        In words.
    """

    queue: str
    interval: int
    label: str
    contacts: float
    service_level: float
    low: float
    high: float
    why: str


@dataclass(frozen=True)
class Round:
    """One turn of the repair: cost, cells (queue and interval) below the promise, cells raised and lowered."""

    cost: float
    below: int
    raised: int
    lowered: int


@dataclass(frozen=True)
class Verified(Generic[P]):
    """The cheapest plan that holds its promises, or the one that comes closest.

    Attributes
    ----------
    solved
        The plan.
    need
        The need it was made for, shape (Q, T).
    service
        Simulated on held-out seeds.
    holds
        Whether every promise is kept there.
    misses
        What is not, worst first.
    rounds
        How the repair went.
    """

    solved: Solved[P]
    need: FloatArray
    service: SimulationResult
    holds: bool
    misses: tuple[Miss, ...]
    rounds: tuple[Round, ...]

    def __post_init__(self) -> None:
        read_only(self)


def verify_and_repair(
    demand: Demand,
    need: FloatArray,
    solve: Solve[P],
    simulation: SimulationSettings,
    settings: VerifySettings,
    monitor: Monitor = SILENT,
) -> Verified[P]:
    """Plan, simulate, change the need, plan again; accept on seeds that the repair has not seen.

    A plan accepted on the seeds it was repaired with looks about a point better than it is. So the repair aims
    `settings.margin` higher, and only the service on held-out seeds counts.

    Where several queues miss their promise in one interval and share people, only the one that misses most is raised:
    people who come for it also help the others. What was once too low is not tried again.

    Parameters
    ----------
    demand
        Contacts and promises; queues without a target are left alone.
    need
        Agents to start from, shape (Q, T), e.g. Erlang A per interval; people on duty, so gross of the absence that is
        simulated.
    solve
        Makes a plan for a need, warm from the plan before.
    simulation
        Seed, absence, routing; its replications are replaced by those of `settings`.
    settings
        What must hold, and how hard to try.
    monitor
        Asked to stop, the best plan so far is checked and returned.
    """
    began = time.monotonic()
    train = replace(simulation, replications=settings.replications)
    check = replace(simulation, replications=settings.held_out_replications, seed=(simulation.seed + HELD_OUT) % 2**32)
    asked = np.array(need, dtype=np.float64)
    too_low = np.full(asked.shape, -np.inf)
    found: Solved[P] | None = None
    best: tuple[tuple[bool, float, float], Solved[P], FloatArray, SimulationResult] | None = None
    rounds: list[Round] = []
    for turn in range(settings.rounds):
        found = solve(asked, None if found is None else found.plan)
        service = simulate(demand, found.on_duty, train)
        missing = shortfall(demand, service, settings, settings.margin)
        if not missing.any() or turn == settings.rounds - 1 or best is None:
            held = simulate(demand, found.on_duty, check)
            left = shortfall(demand, held, settings, 0.0)
            score = (bool(left.any()), float((left * demand.contacts).sum()) if left.any() else 0.0, found.cost)
            if best is None or score < best[0]:
                best = (score, found, asked.copy(), held)
            missing = np.maximum(missing, left)
        raised = _raise(demand, found.on_duty, missing, asked)
        too_low = np.where(raised > 0, np.maximum(too_low, asked), too_low)
        lowered = _lower(demand, service, settings, asked) if not missing.any() else np.zeros(asked.shape)
        lowered = np.where(asked - lowered > too_low, lowered, 0.0)
        rounds.append(Round(found.cost, int((missing > 0).sum()), int((raised > 0).sum()), int((lowered > 0).sum())))
        note = f"round {turn + 1}: {rounds[-1].below} intervals below the promise"
        monitor.report(Progress("simulation", time.monotonic() - began, (turn + 1) / settings.rounds, note=note))
        if monitor.should_stop() or not (raised.any() or lowered.any()):
            break
        asked = asked + raised - lowered
    assert best is not None
    (_, chosen, for_need, held) = best[0], best[1], best[2], best[3]
    left = shortfall(demand, held, settings, 0.0)
    return Verified(
        chosen, for_need, held, not left.any(), misses_of(demand, chosen.on_duty, for_need, held, left), tuple(rounds)
    )


def shortfall(demand: Demand, service: SimulationResult, settings: VerifySettings, margin: float) -> FloatArray:
    """By how much each cell misses the promise and should be mended, shape (Q, T); 0 where it is kept.

    By `settings.hold` the promise concerns the interval, or the day or month as a whole; then a cell is to blame that is
    below the target on a day, or in a month, that misses it. Cells with few contacts are never to blame. A service
    level within `settings.tolerance` of the target counts as kept; `margin` makes it stricter.

    Deferrable work is done long after it came, so it is judged by the day (or the month), and all open cells of a day that
    misses are to blame alike.
    """
    grid, target = demand.grid, demand.target[:, None]
    bar = target - settings.tolerance + margin
    level, days = service.service_level, service.day_service_level.mean
    with np.errstate(invalid="ignore"):
        bad_day = days < bar
        if settings.hold == "month":
            bad_day = np.broadcast_to(service.queue_service_level[:, None] < bar, days.shape)
        fails = level < bar if settings.hold == "interval" else bad_day[:, grid.day] & (level < target)
        counts = demand.contacts > settings.min_contacts
        out = np.where(counts & fails, np.nan_to_num(target - level), 0.0)
        enough = np.add.reduceat(demand.contacts, grid.day_first[:-1], axis=1) > settings.min_contacts
        late = np.where(enough & bad_day, np.nan_to_num(target - days), 0.0)
    spread = np.where(demand.open, late[:, grid.day], 0.0)
    return np.maximum(np.where(_deferrable(demand)[:, None], spread, out), 0.0)


def _deferrable(demand: Demand) -> BoolArray:
    return np.equal(demand.channel, DEFERRABLE)


def _raise(demand: Demand, on_duty: OnDuty, missing: FloatArray, asked: FloatArray) -> FloatArray:
    """Agents to add, shape (Q, T): only to the worst queue among those that share people and fail together.

    Where more people are on duty than were asked for and it still fails, the surplus is added, too: asking for less than
    there are would change nothing.
    """
    if not missing.any():
        return np.zeros(asked.shape)
    label = _linked(on_duty)
    out = np.zeros(asked.shape)
    step = np.maximum(1.0, np.round(0.6 * missing * np.sqrt(np.maximum(asked, 1.0))))
    # Deferrable work needs hours, whenever they come: as many more as are missing, in quarters of an agent.
    hours = np.maximum(0.25, np.ceil(4 * missing * asked) / 4)
    step = np.where(_deferrable(demand)[:, None], hours, step)
    for part in np.unique(label):
        rows = np.flatnonzero(label == part)
        team: BoolArray = np.asarray((on_duty.serves[:, rows] > 0).any(axis=1))
        surplus = np.maximum(0.0, np.floor(staffing(on_duty, demand, team) - asked[rows].sum(axis=0) + 1e-9))
        worst = rows[np.argmax(missing[rows], axis=0)]
        cells = np.arange(missing.shape[1])
        hit = missing[worst, cells] > 0
        out[worst[hit], cells[hit]] = step[worst[hit], cells[hit]] + surplus[hit]
    return out


def _lower(demand: Demand, service: SimulationResult, settings: VerifySettings, asked: FloatArray) -> FloatArray:
    """Agents to take away, shape (Q, T), where even the low end of the band is well above the target."""
    target = demand.target[:, None]
    level = service.service_level_low
    day_level = service.day_service_level.low[:, demand.grid.day]
    deferrable = _deferrable(demand)[:, None]
    level = np.where(deferrable, day_level, level)
    if settings.hold == "day":
        level = np.minimum(level, day_level)
    elif settings.hold == "month":
        level = np.minimum(level, service.queue_service_level_low[:, None])
    with np.errstate(invalid="ignore"):
        spare = np.nan_to_num(level - target - settings.slack, nan=0.0)
    able = (spare > 0) & np.where(deferrable, asked >= 0.5, (demand.contacts > settings.min_contacts) & (asked >= 2))
    slope = np.maximum(0.012, 0.35 / np.sqrt(np.maximum(asked, 1.0)))
    fewer = np.where(deferrable, 0.25, np.maximum(1.0, np.floor(0.4 * spare / slope)))
    return np.where(able, fewer, 0.0)


def _linked(on_duty: OnDuty) -> IntArray:
    """Label of each queue, shape (Q,): queues that are linked by people who serve both have the same."""
    serves = on_duty.serves > 0
    label = np.arange(serves.shape[1], dtype=np.int64)
    for row in np.unique(serves, axis=0):
        if row.any():
            label[np.isin(label, label[row])] = label[row].min()
    return label


def misses_of(
    demand: Demand, on_duty: OnDuty, need: FloatArray, service: SimulationResult, missing: FloatArray
) -> tuple[Miss, ...]:
    """Name the cells that miss their promise, by contacts not answered in time, and why."""
    staffed = staffing(on_duty, demand)
    able = _able(on_duty, demand)
    out = []
    for q, t in zip(*np.nonzero((missing > 0) & (demand.contacts > 0)), strict=True):
        if able[q, t] + 0.5 < need[q, t]:
            why = f"{able[q, t]:.1f} people who serve it are on duty, {need[q, t]:.1f} are asked for"
        elif staffed[t] + 0.5 < need[:, t].sum():
            why = f"{staffed[t]:.1f} people are on duty for all queues, {need[:, t].sum():.1f} are asked for"
        else:
            why = "the repair ran out of rounds"
        out.append(
            Miss(
                demand.queues[q],
                int(t),
                demand.grid.label(int(t)),
                float(demand.contacts[q, t]),
                float(service.service_level[q, t]),
                float(service.service_level_low[q, t]),
                float(service.service_level_high[q, t]),
                why,
            )
        )
    return tuple(sorted(out, key=lambda m: -m.contacts * (1 - m.service_level)))


def staffing(on_duty: OnDuty, demand: Demand, who: BoolArray | None = None) -> FloatArray:
    """People on duty in each interval, averaged over it, shape (T,); `who` (P,) picks some of them."""
    grid = demand.grid
    keep = np.ones(len(on_duty.person), dtype=np.bool_) if who is None else who[on_duty.person]
    edges = np.append(grid.starts, grid.starts[-1] + grid.seconds).astype(np.float64)
    # Seconds worked before each edge, as a sum of ramps, one up at each start and one down at each end.
    worked = np.zeros(len(edges))
    for instants, sign in ((on_duty.start[keep], 1.0), (on_duty.end[keep], -1.0)):
        at = np.sort(instants)
        count = np.searchsorted(at, edges)
        total = np.concatenate(([0.0], np.cumsum(at - edges[0])))
        worked += sign * (count * (edges - edges[0]) - total[count])
    out: FloatArray = np.diff(worked) / grid.seconds
    return out


def _able(on_duty: OnDuty, demand: Demand) -> FloatArray:
    """People on duty who serve each queue, shape (Q, T)."""
    return np.array([staffing(on_duty, demand, on_duty.serves[:, q] > 0) for q in range(on_duty.serves.shape[1])])
