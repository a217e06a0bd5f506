"""What if: people absent, more contacts, longer handling, on a finished plan; and where a plan is most at risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass as settings

from staffing.errors import Problems
from staffing.grid import TimeGrid
from staffing.progress import SILENT, Monitor
from staffing.simulation.engine import simulate
from staffing.simulation.estimate import Estimate, change
from staffing.simulation.model import Demand, OnDuty, SimulationResult
from staffing.simulation.settings import SimulationSettings
from staffing.strict import STRICT


@settings(frozen=True, slots=True, config=STRICT)
class Stress:
    """What happens."""

    absent: tuple[tuple[int, int], ...] = ()
    """(Row of the person, index of the day) of shifts that fall out; a night shift belongs to the day it starts on."""
    volume: dict[str, float] = Field(default_factory=dict)
    """Queue: factor on its contacts; the key ``all`` concerns every queue not named."""
    aht_seconds: dict[str, float] = Field(default_factory=dict)
    """Queue: seconds added to the handling time; the key ``all`` concerns every queue not named."""


def stressed(demand: Demand, on_duty: OnDuty, stress: Stress) -> tuple[Demand, OnDuty]:
    """Apply a stress.

    Raises
    ------
    InputError
        For an unknown queue, a negative factor, a handling time that would not be positive, a person or day out of range.

    Examples
    --------
    >>> Stress(volume={"all": 1.15}).volume["all"]
    1.15
    """
    problems = Problems()
    for key, given in (("volume", stress.volume), ("aht_seconds", stress.aht_seconds)):
        for queue in given:
            if queue != "all" and queue not in demand.queues:
                problems.add(f"stress.{key}", f"unknown queue {queue!r}", f"all, {', '.join(demand.queues)}")
    factor = np.array([stress.volume.get(q, stress.volume.get("all", 1.0)) for q in demand.queues])
    more = np.array([stress.aht_seconds.get(q, stress.aht_seconds.get("all", 0.0)) for q in demand.queues])
    if np.any(factor < 0):
        problems.add("stress.volume", f"{factor.min()} is negative")
    aht = demand.aht_seconds + more[:, None]
    if np.any((demand.contacts > 0) & (aht <= 0)):
        problems.add("stress.aht_seconds", f"{more.min():g} s leave no handling time")
    for person, day in stress.absent:
        if not (0 <= person < len(on_duty.serves) and 0 <= day < demand.grid.days):
            problems.add("stress.absent", f"person {person} on day {day} is out of range")
    problems.raise_if_any()
    changed = replace(demand, contacts=demand.contacts * factor[:, None], aht_seconds=aht)
    if not stress.absent:
        return changed, on_duty
    gone = set(stress.absent)
    days = shift_days(on_duty, demand.grid)
    keep = np.array([pair not in gone for pair in zip(on_duty.person.tolist(), days, strict=True)], dtype=np.bool_)
    return changed, replace(
        on_duty,
        person=on_duty.person[keep],
        start=on_duty.start[keep],
        end=on_duty.end[keep],
        shift=on_duty.shift[keep],
    )


@dataclass(frozen=True)
class Stressed:
    """A finished plan as it is and under a stress, simulated with the same random numbers.

    Attributes
    ----------
    base, result
        Without and with the stress, the same number of replications.
    change
        Of the service level over the horizon, with the band of the difference, shape (Q,).
    day_change
        The same by day, shape (Q, D).
    """

    base: SimulationResult
    result: SimulationResult
    change: Estimate
    day_change: Estimate


def under_stress(
    demand: Demand,
    on_duty: OnDuty,
    settings: SimulationSettings,
    stress: Stress,
    base: SimulationResult | None = None,
    monitor: Monitor = SILENT,
) -> Stressed:
    """Simulate a finished plan under a stress, with the random numbers of the unstressed simulation.

    Parameters
    ----------
    demand, on_duty, settings
        The plan as it is.
    stress
        What happens.
    base
        The simulation of the plan as it is with the same settings, where it is known already.
    monitor
        Told of the progress.

    Raises
    ------
    InputError
        See `stressed`.
    """
    before = simulate(demand, on_duty, settings, monitor) if base is None else base
    after = simulate(*stressed(demand, on_duty, stress), settings, monitor)
    days = change(after.day_in_time, after.day_judged, before.day_in_time, before.day_judged)
    sums = (x.sum(axis=2) for x in (after.day_in_time, after.day_judged, before.day_in_time, before.day_judged))
    return Stressed(before, after, change(*sums), days)


def shift_days(on_duty: OnDuty, grid: TimeGrid) -> list[int]:
    """Index of the local day on which the shift of each stretch starts, N of them; -1 outside the horizon."""
    begin: dict[int, int] = {}
    for shift, start in zip(on_duty.shift.tolist(), on_duty.start.tolist(), strict=True):
        begin[shift] = min(begin.get(shift, start), start)
    index = grid.locate([begin[s] for s in on_duty.shift.tolist()])
    days: list[int] = np.where(index >= 0, grid.day[index], -1).tolist()
    return days


def ill(on_duty: OnDuty, grid: TimeGrid, day: int, count: int, seed: int = 1) -> tuple[tuple[int, int], ...]:
    """Pick `count` people at random among those with a shift on `day` (all of them where there are fewer)."""
    people = sorted({p for p, d in zip(on_duty.person.tolist(), shift_days(on_duty, grid), strict=True) if d == day})
    chosen = np.random.default_rng([seed, day]).permutation(len(people))[:count]
    return tuple(sorted((people[i], day) for i in chosen.tolist()))


@dataclass(frozen=True, slots=True)
class Risk:
    """An interval in which a promise is at risk.

    Attributes
    ----------
    queue, interval, label
        Which queue, index of the interval, and its local time.
    contacts
        Expected.
    late
        Contacts answered too late or never, beyond those that the target allows; mean per replication.
    service_level, low, high
        With the band.
    """

    queue: str
    interval: int
    label: str
    contacts: float
    late: float
    service_level: float
    low: float
    high: float


def riskiest(result: SimulationResult, target: Sequence[float], count: int = 10) -> tuple[Risk, ...]:
    """Intervals with the most contacts answered late beyond what the target allows, worst first; at most `count`.

    Parameters
    ----------
    result
        A simulation.
    target
        Service level promised per queue, Q of them; NaN where none is.
    """
    goal = np.asarray(target, dtype=np.float64)[:, None]
    late = np.nan_to_num((goal - result.service_level) * result.offered, nan=0.0)
    order = np.argsort(-late, axis=None, kind="stable")[:count]
    out = []
    for q, t in zip(*np.unravel_index(order, late.shape), strict=True):
        if late[q, t] <= 0:
            break
        out.append(
            Risk(
                result.queues[q],
                int(t),
                result.grid.label(int(t)),
                float(result.offered[q, t]),
                float(late[q, t]),
                float(result.service_level[q, t]),
                float(result.service_level_low[q, t]),
                float(result.service_level_high[q, t]),
            )
        )
    return tuple(out)
