"""Compile the kernels before they are needed: ``python -m staffing.warm``.

Compiled code is kept on disk, so this takes about a minute once per installation and a second afterwards. The main job
calls it first, so that compilation is told as what it is and no search pays for it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from datetime import time as clock

import numpy as np

from staffing.grid import TimeGrid
from staffing.progress import SILENT, Monitor, Progress

GRID = TimeGrid(date(2027, 1, 4), 14, "UTC", 60)


def warm_roster() -> None:
    """Compile the search for rotas, its bound, and what places breaks and activities."""
    from staffing.roster.activities import place_activities
    from staffing.roster.breaks import place_breaks
    from staffing.roster.engine import warm_up
    from staffing.roster.problem import (
        Activity,
        Agent,
        Break,
        Contract,
        Law,
        Prices,
        Roster,
        RosterProblem,
        Shift,
        ShiftType,
    )

    warm_up()
    first, starts = GRID.start, GRID.starts
    kind = ShiftType("E", clock(8), 8.0, breaks=(Break(60, 3.0, 4.0),))
    team = (Agent("a", "a", "c", ("x",), (1,)),)
    need = np.ones((1, len(GRID)))
    activities = (Activity("m", ("a",), 60, first, first), Activity("t", ("a",), 60, first, first, together=True))
    problem = RosterProblem(
        GRID, ("x",), need, team, {"c": Contract(40.0)}, (kind,), Law(), Prices(), activities=activities
    )
    bare = Roster((Shift(0, 0, "E", int(starts[8]), int(starts[16]), (), 480),))
    place_activities(problem, place_breaks(problem, bare))


def warm_requirement() -> None:
    """Compile the sums over queue states."""
    from staffing.forecast.result import LEVELS, Forecast
    from staffing.requirement import Channel, QueueSettings, Target, make_requirement

    names = tuple(c.value for c in Channel)
    contacts = np.full((3, len(GRID)), 20.0)
    forecast = Forecast(
        GRID,
        names,
        contacts,
        np.stack([contacts] * len(LEVELS)),
        np.full_like(contacts, 300.0),
        np.ones(contacts.shape, np.bool_),
        contacts,
        np.zeros(3),
    )
    queues = [QueueSettings(channel=c, concurrency=2) for c in Channel]
    live = Target(service_level=0.8, max_occupancy=0.9)
    targets = [live, live, Target(service_level=0.9, response_hours=4.0)]
    make_requirement(forecast, queues, targets, {}, np.full(3, 180.0))


def warm_simulation() -> None:
    """Compile the simulation."""
    from staffing.simulation.duty import on_duty_for
    from staffing.simulation.engine import simulate
    from staffing.simulation.model import Demand
    from staffing.simulation.settings import SimulationSettings

    contacts = np.full((3, len(GRID)), 4.0)
    demand = Demand(
        grid=GRID,
        queues=("a", "b", "c"),
        channel=np.arange(3),
        contacts=contacts,
        aht_seconds=np.full_like(contacts, 300.0),
        aht_cv=np.full(3, 0.8),
        patience_seconds=np.full(3, 180.0),
        day_error=np.full(3, 0.1),
        open=np.ones(contacts.shape, np.bool_),
        threshold_seconds=np.full(3, 20.0),
        target=np.full(3, 0.8),
        concurrency=np.array([1, 2, 1]),
        slowdown=np.full(3, 0.1),
    )
    simulate(demand, on_duty_for(GRID, np.ones_like(contacts)), SimulationSettings(replications=2))


KERNELS: dict[str, Callable[[], None]] = {
    "requirement": warm_requirement,
    "roster": warm_roster,
    "simulation": warm_simulation,
}


def warm(monitor: Monitor = SILENT) -> None:
    """Compile, or load from disk, every kernel of the main job."""
    begun = time.perf_counter()
    for i, (name, compile_kernels) in enumerate(KERNELS.items()):
        note = f"{name}: the first time takes about a minute"
        monitor.report(Progress("compile", time.perf_counter() - begun, i / len(KERNELS), note=note))
        compile_kernels()
    monitor.report(Progress("compile", time.perf_counter() - begun, 1.0))


def main() -> None:
    """Compile every kernel, two at a time."""
    begun = time.perf_counter()
    print("compiling the kernels (once per installation) ...", file=sys.stderr, flush=True)
    with ProcessPoolExecutor(2) as pool:
        for job in [pool.submit(KERNELS[name]) for name in ("roster", "simulation", "requirement")]:
            job.result()
    print(f"compiled in {time.perf_counter() - begun:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
