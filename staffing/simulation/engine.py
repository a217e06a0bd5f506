"""Play the month many times: the stage's entry."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from staffing.progress import SILENT, Monitor, Progress
from staffing.simulation.case import Case, Outcome, prepare, replicate
from staffing.simulation.model import Demand, OnDuty, SimulationResult
from staffing.simulation.settings import SimulationSettings
from staffing.simulation.tally import Tally


def simulate(
    demand: Demand,
    on_duty: OnDuty,
    settings: SimulationSettings,
    monitor: Monitor = SILENT,
    *,
    workers: int | None = None,
) -> SimulationResult:
    """Simulate `settings.replications` horizons of random contacts against the people on duty.

    Contacts come as a Poisson process whose daily level is off by `Demand.day_error` (lognormal, mean 1). A contact
    goes to the people for whom its queue has the best priority, among them to those with the fewest chats in hand,
    among them to whoever is idle longest. A person who becomes free takes from the queue with the lowest priority
    number (at the same number voice and chat before deferrable work), among those the contact that waits longest.

    Random numbers belong to a replication, queue and day, never to what the people do, so scenarios with the same seed
    meet the same contacts. The result does not depend on `workers`, bit for bit.

    Parameters
    ----------
    demand
        Contacts and promises.
    on_duty
        People at work.
    settings
        Replications, seed, absence, routing.
    monitor
        Told of the progress; asked to stop, the replications finished so far are returned (at least two).
    workers
        Threads; None: as many as processors.

    Raises
    ------
    InputError
        With everything in `demand`, `on_duty` and `settings` that cannot be simulated.

    Examples
    --------
    One agent and a call every ten minutes on one day from 8 to 18 o'clock:

    >>> from datetime import date
    >>> import numpy as np
    >>> from staffing.grid import TimeGrid
    >>> from staffing.simulation.duty import on_duty_for
    >>> grid = TimeGrid(date(2027, 1, 4), 1, "Europe/Berlin", 30)
    >>> hours = (grid.minute >= 480) & (grid.minute < 1080)
    >>> one = np.ones(1)
    >>> demand = Demand(grid, ("calls",), np.zeros(1, np.int64), 3.0 * hours[None], np.full((1, 48), 240.0), 0.8 * one,
    ...     120.0 * one, 0.0 * one, hours[None], 20.0 * one, 0.8 * one, np.ones(1, np.int64), 0.0 * one)
    >>> result = simulate(demand, on_duty_for(grid, 1.0 * hours[None]), SimulationSettings(replications=50))
    >>> bool(0.6 < result.queue_service_level_low[0] < result.queue_service_level_high[0] < 0.75)
    True
    """
    began = time.monotonic()
    monitor.report(Progress("simulation", 0.0, 0.0, note="preparing"))
    case = prepare(demand, on_duty, settings)
    tally = Tally(case)
    for r, outcome in enumerate(_replications(case, settings.replications, workers)):
        tally.add(r, outcome)
        monitor.report(Progress("simulation", time.monotonic() - began, (r + 1) / settings.replications))
        if r >= 1 and monitor.should_stop():
            break
    return tally.result()


def _replications(case: Case, replications: int, workers: int | None) -> Iterator[Outcome]:
    """Outcomes in their order, whoever computes them."""
    threads = min(workers or os.cpu_count() or 1, replications)
    if threads <= 1:
        for r in range(replications):
            yield replicate(case, r)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Outcome]] = deque()
        try:
            for r in range(replications):
                waiting.append(pool.submit(replicate, case, r))
                if len(waiting) > 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
