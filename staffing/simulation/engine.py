"""Play the month many times: the stage's entry."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from staffing.grid import FloatArray, IntArray
from staffing.progress import SILENT, Monitor, Progress
from staffing.simulation import routing
from staffing.simulation.estimate import Estimate, Sums, ratio, share
from staffing.simulation.model import Demand, OnDuty, SimulationResult
from staffing.simulation.settings import SimulationSettings


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
    routing.check(demand, on_duty, settings)
    began = time.monotonic()
    monitor.report(Progress("simulation", 0.0, 0.0, note="preparing"))
    case = prepare(demand, on_duty, settings)
    tally = _Tally(case)
    for r, outcome in enumerate(_replications(case, settings.replications, workers)):
        tally.add(r, outcome)
        monitor.report(Progress("simulation", time.monotonic() - began, (r + 1) / settings.replications))
        if r >= 1 and monitor.should_stop():
            break
    return tally.result()


@dataclass(frozen=True)
class Case:
    """Everything a replication reads, as arrays.

    Attributes
    ----------
    demand, settings
        As given.
    stretches, groups
        The people.
    queues
        Tuple for the compiled part (`kernel.Queues`).
    pace
        Factor on handling times, shape (P, Q).
    law, sigma, quantiles
        Distribution of handling times: kind and parameter per queue, shape (Q,), and empirical quantiles, shape (Q, K).
    day_sigma
        Parameter of the day factor, shape (Q,).
    shift_person, shift_day
        Person and local day of each stretch's shift, for drawing absence, shape (N,).
    """

    demand: Demand
    settings: SimulationSettings
    stretches: routing.Stretches
    groups: routing.Groups
    queues: tuple[npt.NDArray[np.generic], ...]
    pace: FloatArray
    law: IntArray
    sigma: FloatArray
    quantiles: FloatArray
    day_sigma: FloatArray
    shift_day: IntArray


@dataclass(frozen=True)
class Outcome:
    """One replication: counts (Q, T, kernel.COUNTS), busy and duty seconds (G, T), overtime, contacts."""

    counts: FloatArray
    busy: FloatArray
    present: FloatArray
    overtime: float
    contacts: int


def prepare(demand: Demand, on_duty: OnDuty, settings: SimulationSettings) -> Case:
    """Arrange checked input for the compiled part."""
    from staffing.simulation import kernel

    grid, names = demand.grid, demand.queues
    n_queues = len(names)
    chat = demand.channel == routing.CHAT
    groups = routing.groups_of(on_duty.serves)
    is_open = demand.open.astype(np.float64)
    opened = np.concatenate((np.zeros((n_queues, 1)), np.cumsum(is_open, axis=1) * grid.seconds), axis=1)
    retry = [settings.retry.get(q) for q in names]
    queues = kernel.Queues(
        channel=_ints(demand.channel),
        threshold=_floats(demand.threshold_seconds),
        concurrency=_ints(np.where(chat, demand.concurrency, 1)),
        slowdown=_floats(demand.slowdown),
        overflow=np.array([float(settings.overflow_seconds.get(q, 0.0)) for q in names]),
        reserve=np.array([settings.reserve.get(q, 0) for q in names], dtype=np.int64),
        retry_share=np.array([r.share if r else 0.0 for r in retry]),
        retry_delay=np.array([r.after_minutes * 60 if r else 0.0 for r in retry]),
        patience=_floats(demand.patience_seconds),
        priority=_ints(groups.priority),
        route=_ints(groups.route),
        open_seconds=opened,
        is_open=is_open,
        closing=routing.closing_of(demand.open, grid.seconds, settings.closing_grace_minutes * 60),
    )
    law = np.full(n_queues, kernel.LOGNORMAL, dtype=np.int64)
    if demand.exponential is not None:
        law[demand.exponential] = kernel.EXPONENTIAL
    quantiles = np.ones((n_queues, 2))
    if demand.aht_quantiles is not None:
        given = ~np.isnan(demand.aht_quantiles).all(axis=1)
        law[given] = kernel.EMPIRICAL
        quantiles = np.where(given[:, None], demand.aht_quantiles, 1.0)
        middle = (quantiles[:, 1:] + quantiles[:, :-1]) / 2
        quantiles = quantiles / middle.mean(axis=1, keepdims=True)
    stretches = routing.stretches_of(on_duty, int(grid.starts[0]))
    pace = np.ones(on_duty.serves.shape) if on_duty.pace is None else on_duty.pace
    noise = demand.day_error if settings.forecast_error else np.zeros(n_queues)
    return Case(
        demand=demand,
        settings=settings,
        stretches=stretches,
        groups=groups,
        queues=queues,
        pace=_floats(pace),
        law=law,
        sigma=np.sqrt(np.log1p(np.square(demand.aht_cv))),
        quantiles=np.ascontiguousarray(quantiles),
        day_sigma=np.sqrt(np.log1p(np.square(noise))),
        shift_day=_shift_days(demand, stretches),
    )


def replicate(case: Case, r: int) -> Outcome:
    """Play replication `r`: the same whatever else is played, and in whichever thread."""
    from staffing.simulation import kernel

    demand, seed, seconds = case.demand, case.settings.seed, float(case.demand.grid.seconds)
    n_queues, n_days = len(demand.queues), demand.grid.days
    states = np.empty((n_queues, n_days, 4), dtype=np.int64)
    for q in range(n_queues):
        words = np.random.SeedSequence(seed, spawn_key=(r, 0, q)).generate_state(4 * n_days)
        states[q] = words.reshape(n_days, 4)
    time_, work, patience, interval, queue, first = kernel.draw(
        states,
        _floats(demand.contacts),
        _ints(demand.grid.day_first),
        case.day_sigma,
        case.law,
        _floats(demand.aht_seconds),
        case.sigma,
        case.quantiles,
        _floats(demand.patience_seconds),
        seconds,
    )
    retries = np.random.SeedSequence(seed, spawn_key=(r, 1)).generate_state(4).astype(np.int64)
    contacts, made, busy, present, overtime, close = kernel.play(
        time_,
        work,
        patience,
        interval,
        queue,
        first,
        case.queues,
        duty_of(case, _present(case, r)),
        max(len(case.groups.crews), 1),
        retries,
        seconds,
    )
    counts = kernel.count(contacts, made, case.queues, close, seconds)
    return Outcome(counts, busy, present, float(overtime), int(made))


def duty_of(case: Case, present: npt.NDArray[np.bool_] | None) -> tuple[npt.NDArray[np.generic], ...]:
    """People present, for the compiled part; `present` (N,) leaves out stretches, None keeps all."""
    from staffing.simulation import kernel

    stretches = case.stretches if present is None else case.stretches.keep(present)
    return kernel.Duty(
        person=_ints(stretches.person),
        start=stretches.start,
        end=stretches.end,
        gap=stretches.gap,
        by_end=np.argsort(stretches.end, kind="stable"),
        last=stretches.last,
        group=_ints(case.groups.of_person),
        crew=_ints(case.groups.crew),
        pace=case.pace,
    )


def _present(case: Case, r: int) -> npt.NDArray[np.bool_] | None:
    if case.settings.absence == 0.0 or not len(case.stretches.person):
        return None
    # One number per person and day, so that the same people are ill in scenarios with other shifts.
    rng = np.random.default_rng(np.random.SeedSequence(case.settings.seed, spawn_key=(r, 2)))
    n_people = len(case.groups.of_person)
    luck: FloatArray = rng.random((case.demand.grid.days + 1, n_people))
    drawn: FloatArray = luck[case.shift_day, case.stretches.person]
    return np.greater_equal(drawn, case.settings.absence)


def _shift_days(demand: Demand, stretches: routing.Stretches) -> IntArray:
    """Local day on which the shift of each stretch starts, shape (N,); D for shifts after the horizon."""
    if not len(stretches.shift):
        return np.zeros(0, dtype=np.int64)
    _, label = np.unique(stretches.shift, return_inverse=True)
    begin = np.full(int(label.max()) + 1, np.inf)
    np.minimum.at(begin, label, stretches.start)
    index = np.minimum(begin[label] // demand.grid.seconds, len(demand.grid)).astype(np.int64)
    days: IntArray = np.append(demand.grid.day, demand.grid.days)[index]
    return days


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


class _Tally:
    """Adds up replications in their order, so that the sums do not depend on who computed them."""

    def __init__(self, case: Case) -> None:
        self.case = case
        demand = case.demand
        n_queues, n = demand.contacts.shape
        self.replications = 0
        self.contacts = 0
        self.counts = np.zeros((n_queues, n, 9))
        self.products = {name: np.zeros((3, n_queues, n)) for name in _INTERVAL_RATIOS}
        self.days = np.zeros((case.settings.replications, n_queues, demand.grid.days, 9))
        self.busy: FloatArray | float = 0.0
        self.present: FloatArray | float = 0.0
        self.overtime: list[float] = []

    def add(self, r: int, outcome: Outcome) -> None:
        self.replications += 1
        self.contacts += outcome.contacts
        self.counts += outcome.counts
        for name, (y, x) in _INTERVAL_RATIOS.items():
            a, b = y(outcome.counts), x(outcome.counts)
            self.products[name] += np.stack((a * a, b * b, a * b))
        self.days[r] = np.add.reduceat(outcome.counts, self.case.demand.grid.day_first[:-1], axis=1)
        self.busy = self.busy + outcome.busy
        self.present = self.present + outcome.present
        self.overtime.append(outcome.overtime)

    def interval(self, name: str) -> Sums:
        y, x = _INTERVAL_RATIOS[name]
        yy, xx, xy = self.products[name]
        return Sums(y(self.counts), x(self.counts), yy, xx, xy, self.replications)

    def result(self) -> SimulationResult:
        demand, runs = self.case.demand, self.replications
        days = self.days[:runs]
        months = days.sum(axis=2)
        mean = np.moveaxis(self.counts, 2, 0) / runs
        service, abandonment, asa = (
            share(self.interval("service_level")),
            share(self.interval("abandonment")),
            ratio(self.interval("asa")),
        )
        queue_service = _each(months, _in_time, _judged)
        queue_abandonment = _each(months, _abandoned, _offered)
        queue_asa = ratio(Sums.of(_wait(months), _served(months)))
        overtime = np.array(self.overtime)[:, None]
        overtime_band = ratio(Sums.of(overtime, np.ones_like(overtime)))
        busy, present = np.asarray(self.busy), np.asarray(self.present)
        with np.errstate(invalid="ignore", divide="ignore"):
            occupancy = np.where(present.sum(0) > 0, busy.sum(0) / present.sum(0), np.nan)
            group_occupancy = np.where(present > 0, busy / present, np.nan)
        return SimulationResult(
            grid=demand.grid,
            queues=demand.queues,
            offered=mean[0],
            answered_in_time=mean[1],
            served=mean[2],
            abandoned=mean[3],
            service_level=service.mean,
            service_level_low=service.low,
            service_level_high=service.high,
            asa_seconds=asa.mean,
            queue_service_level=queue_service.mean,
            queue_service_level_low=queue_service.low,
            queue_service_level_high=queue_service.high,
            queue_asa_seconds=queue_asa.mean,
            queue_abandonment=queue_abandonment.mean,
            day_meets_target=_meets(days, demand.target[:, None]),
            month_meets_target=_meets(months, demand.target),
            occupancy=occupancy,
            overtime_seconds=float(overtime_band.mean[0]),
            replications=runs,
            seed=self.case.settings.seed,
            turned_away=mean[4],
            still_waiting=mean[5],
            abandonment=abandonment,
            asa=asa,
            day_service_level=_each(days, _in_time, _judged),
            queue_abandonment_band=queue_abandonment,
            queue_asa_band=queue_asa,
            queue_variants={
                "without quick abandons": _each(months, _in_time, _patient),
                "of the answered": _each(months, _in_time, _served),
            },
            skill_groups=self.case.groups.crews,
            group_occupancy=group_occupancy[: len(self.case.groups.crews)],
            overtime=overtime_band,
            contacts_simulated=self.contacts,
        )


# Columns of the counts are those of `kernel`, which must not be imported here: it loads the compiler.
def _offered(counts: FloatArray) -> FloatArray:
    return counts[..., 0]


def _in_time(counts: FloatArray) -> FloatArray:
    return counts[..., 1]


def _served(counts: FloatArray) -> FloatArray:
    return counts[..., 2]


def _abandoned(counts: FloatArray) -> FloatArray:
    return counts[..., 3]


def _judged(counts: FloatArray) -> FloatArray:
    return np.asarray(counts[..., 0] - counts[..., 6])


def _wait(counts: FloatArray) -> FloatArray:
    return counts[..., 7]


def _patient(counts: FloatArray) -> FloatArray:
    return np.asarray(counts[..., 0] - counts[..., 6] - counts[..., 8])


_INTERVAL_RATIOS = {
    "service_level": (_in_time, _judged),
    "abandonment": (_abandoned, _offered),
    "asa": (_wait, _served),
}


def _each(counts, y, x) -> Estimate:  # type: ignore[no-untyped-def]
    """Share per queue; each queue alone lends its design effect, so the queue is not the last axis."""
    a, b = y(counts), x(counts)
    if a.ndim == 2:
        band = share(Sums.of(a[..., None], b[..., None]))
        return Estimate(band.mean[:, 0], band.low[:, 0], band.high[:, 0])
    return share(Sums.of(a, b))


def _meets(counts: FloatArray, target: FloatArray) -> FloatArray:
    """Share of replications that reach the target among those with anything to judge."""
    judged = _judged(counts)
    some = judged > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        reached = some & (_in_time(counts) >= target * judged - 1e-9)
        out = reached.sum(axis=0) / some.sum(axis=0)
    return np.where(np.isnan(target) | (some.sum(axis=0) == 0), np.nan, out)


def _floats(array: npt.NDArray[np.generic]) -> FloatArray:
    return np.ascontiguousarray(array, dtype=np.float64)


def _ints(array: npt.NDArray[np.generic]) -> IntArray:
    return np.ascontiguousarray(array, dtype=np.int64)
