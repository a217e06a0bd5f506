"""The same day in simpy and, as far as it goes there, in ciw: the peers of `bench.simulation`."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Generator
from typing import Any

import numpy as np

from staffing.simulation.case import prepare, replicate
from staffing.simulation.model import Demand, OnDuty
from staffing.simulation.settings import SimulationSettings

MORNING = [0.35, 0.55, 0.8, 1.05, 1.3, 1.45, 1.5, 1.45, 1.3, 1.15, 1.1, 1.15]
AFTERNOON = [1.2, 1.25, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3]
PROFILE = np.array([*MORNING, *AFTERNOON])
"""Shape of the laboratory's day in half-hours."""


def rates(demand: Demand, duty: OnDuty) -> dict[str, float]:
    """Contacts per CPU-second of each peer that is installed; simpy plays the very contacts of our replications."""
    out: dict[str, float] = {}
    case = prepare(demand, duty, SimulationSettings(replications=2))
    played = [replicate(case, r).contacts for r in range(4)]
    try:
        import simpy  # noqa: F401
    except ImportError:
        pass
    else:
        served, speed = [], []
        for contacts in played:
            began = time.process_time()
            served.append(simpy_day(case, contacts))
            speed.append(len(contacts) / (time.process_time() - began))
        out["simpy"] = max(speed)
        ours = [int((c["status"] == 1).sum()) for c in played]
        if max(abs(a / b - 1) for a, b in zip(ours, served, strict=True)) > 0.01:
            raise AssertionError(f"the models differ: we serve {ours}, simpy {served}")
    try:
        import ciw  # noqa: F401
    except ImportError:
        pass
    else:
        speed = []
        for seed in range(3):
            began = time.process_time()
            speed.append(ciw_day(demand, duty, seed) / (time.process_time() - began))
        out["ciw"] = max(speed)
    return out


def simpy_day(case: Any, contacts: Any) -> int:
    """Skills, priorities, patience and schedules in simpy, written as its manual teaches; the contacts served."""
    import simpy

    env = simpy.Environment()
    priority, route = case.groups.priority.tolist(), case.groups.route.tolist()
    group = case.groups.of_person.tolist()
    order = [sorted((p, q) for q, p in enumerate(row) if p) for row in priority]
    lines: list[deque[Any]] = [deque() for _ in route]
    idle: list[deque[int]] = [deque() for _ in priority]
    on, busy = [False] * len(group), [False] * len(group)
    served = 0
    table = case.table

    def next_of(g: int) -> Any:
        best = None
        for p, q in order[g]:
            line = lines[q]
            while line and line[0][1].triggered:
                line.popleft()
            if line and (best is None or (p, line[0][0]) < best[:2]):
                best = (p, line[0][0], q)
        return None if best is None else lines[best[2]].popleft()

    def free(a: int) -> None:
        busy[a] = False
        if not on[a]:
            return
        waiting = next_of(group[a])
        if waiting is None:
            idle[group[a]].append(a)
        else:
            busy[a] = True
            waiting[1].succeed(a)

    def taken(q: int) -> int:
        for g in route[q]:
            while g >= 0 and idle[g]:
                a: int = idle[g].popleft()
                if on[a] and not busy[a]:
                    busy[a] = True
                    return a
        return -1

    def contact(q: int, work: float, patience: float) -> Generator[Any, Any, None]:
        nonlocal served
        a = taken(q)
        if a < 0:
            called = env.event()
            lines[q].append((env.now, called))
            result = yield called | env.timeout(patience)
            if called not in result:
                called.succeed(-1)
                return
            a = int(called.value or 0)
        served += 1
        yield env.timeout(work)
        free(a)

    def arrivals() -> Generator[Any, Any, None]:
        rows = np.sort(contacts, order="time")
        columns = (rows[k].tolist() for k in ("time", "queue", "work", "patience"))
        for t, q, work, patience in zip(*columns, strict=True):
            yield env.timeout(t - env.now)
            env.process(contact(q, work, patience))

    def shifts() -> Generator[Any, Any, None]:
        come = [(t, 0, a) for t, a in zip(table["start"].tolist(), table["person"].tolist(), strict=True)]
        go = [(t, 1, a) for t, a in zip(table["end"].tolist(), table["person"].tolist(), strict=True)]
        for t, leaves, a in sorted(come + go):
            if t > env.now:
                yield env.timeout(t - env.now)
            on[a] = not leaves
            if on[a] and not busy[a]:
                free(a)

    env.process(shifts())
    env.process(arrivals())
    env.run()
    return served


def ciw_day(demand: Demand, duty: OnDuty, seed: int) -> int:
    """One pooled station in ciw (it has no skill routing), with schedule, patience and priorities; contacts seen."""
    import ciw

    ciw.seed(seed)
    grid = demand.grid
    seconds, n = grid.seconds, len(grid)
    times = grid.starts[:, None]
    staff = ((duty.start <= times) & (times < duty.end)).sum(axis=1)
    ends = [seconds * (i + 1) for i in range(n)]
    sigma = math.sqrt(math.log1p(float(demand.aht_cv[0]) ** 2))
    names = [str(q) for q in range(len(demand.queues))]
    network = ciw.create_network(
        arrival_distributions={
            k: [
                ciw.dists.PoissonIntervals(
                    rates=(demand.contacts[q] / seconds).tolist(), endpoints=ends, max_sample_date=ends[-1]
                )
            ]
            for q, k in enumerate(names)
        },
        service_distributions={
            k: [ciw.dists.Lognormal(math.log(float(demand.aht_seconds[q, 0])) - sigma**2 / 2, sigma)]
            for q, k in enumerate(names)
        },
        reneging_time_distributions={
            k: [ciw.dists.Exponential(1 / float(demand.patience_seconds[q]))] for q, k in enumerate(names)
        },
        priority_classes={k: q for q, k in enumerate(names)},
        number_of_servers=[ciw.Schedule(numbers_of_servers=staff.tolist(), shift_end_dates=ends)],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(ends[-1])
    records: list[Any] = simulation.get_all_records(only=["service", "renege"])
    return len(records)
