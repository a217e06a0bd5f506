"""One case of the simulation as arrays, and its replications one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from staffing.grid import BoolArray, FloatArray, IntArray
from staffing.simulation import presence, routing
from staffing.simulation.course import Courses, course
from staffing.simulation.kernels import records
from staffing.simulation.model import Demand, OnDuty
from staffing.simulation.settings import SimulationSettings


@dataclass(frozen=True)
class Case:
    """Everything a replication reads, as arrays.

    Attributes
    ----------
    demand, settings
        As given.
    groups
        The people.
    table, by_end, staff
        Stretches of work, dtype `records.STRETCH`, shape (N,); their order by end; group and crew of each person, (P, 2).
    contacts, aht, patience, day_first
        As in `Demand`, in the compiled part's types.
    rules
        Queues, dtype `records.RULE`, shape (Q,).
    is_open, open_seconds, closing
        1 where open, shape (Q, T); open seconds before each interval, shape (Q, T + 1); when those who came in an
        interval are turned away, shape (Q, T).
    pace
        Factor on handling times, shape (P, Q).
    law, sigma, quantiles
        Distribution of handling times: kind and parameter per queue, shape (Q,), and empirical quantiles, shape (Q, K).
    day_sigma
        Parameter of the day factor, shape (Q,).
    shift_day
        Local day of each stretch's shift, for drawing absence, shape (N,).
    courses
        What the month's course is drawn from; None: from `day_sigma`.
    """

    demand: Demand
    settings: SimulationSettings
    groups: routing.Groups
    table: npt.NDArray[np.void]
    by_end: IntArray
    staff: IntArray
    contacts: FloatArray
    aht: FloatArray
    patience: FloatArray
    day_first: IntArray
    rules: npt.NDArray[np.void]
    is_open: FloatArray
    open_seconds: FloatArray
    closing: FloatArray
    pace: FloatArray
    law: IntArray
    sigma: FloatArray
    quantiles: FloatArray
    day_sigma: FloatArray
    shift_day: IntArray
    courses: Courses | None


@dataclass(frozen=True)
class Outcome:
    """One replication.

    Attributes
    ----------
    counts
        Outcomes by the interval of arrival, shape (Q, T, records.COUNTS).
    busy, present
        Seconds on contacts and on duty per crew, shape (G, T).
    overtime
        Seconds.
    made, contacts
        Number of contacts, and what became of each (dtype `records.CONTACT`).
    """

    counts: FloatArray
    busy: FloatArray
    present: FloatArray
    overtime: float
    made: int
    contacts: npt.NDArray[np.void]


def prepare(demand: Demand, on_duty: OnDuty, settings: SimulationSettings) -> Case:
    """Check the input and arrange it for the compiled part; raises `InputError`."""
    routing.check(demand, on_duty, settings)
    grid, names = demand.grid, demand.queues
    n_queues = len(names)
    chat = demand.channel == routing.CHAT
    groups = routing.groups_of(on_duty.serves)
    is_open = demand.open.astype(np.float64)
    opened = np.concatenate((np.zeros((n_queues, 1)), np.cumsum(is_open, axis=1) * grid.seconds), axis=1)
    retry = [settings.retry.get(q) for q in names]
    rules = np.zeros(n_queues, dtype=records.RULE)
    rules["threshold"] = demand.threshold_seconds
    rules["slowdown"] = demand.slowdown
    rules["overflow"] = [settings.overflow_seconds.get(q, 0.0) for q in names]
    rules["retry_share"] = [r.share if r else 0.0 for r in retry]
    rules["retry_delay"] = [r.after_minutes * 60 if r else 0.0 for r in retry]
    rules["patience"] = demand.patience_seconds
    rules["channel"] = demand.channel
    rules["concurrency"] = np.where(chat, demand.concurrency, 1)
    rules["reserve"] = [settings.reserve.get(q, 0) for q in names]
    law = np.full(n_queues, records.LOGNORMAL, dtype=np.int64)
    if demand.exponential is not None:
        law[demand.exponential] = records.EXPONENTIAL
    quantiles = np.ones((n_queues, 2))
    if demand.aht_quantiles is not None:
        given: BoolArray = np.asarray(np.isfinite(demand.aht_quantiles).all(axis=1))
        law[given] = records.EMPIRICAL
        quantiles = np.where(given[:, None], demand.aht_quantiles, 1.0)
        middle = (quantiles[:, 1:] + quantiles[:, :-1]) / 2
        quantiles = quantiles / middle.mean(axis=1, keepdims=True)
    stretches = routing.stretches_of(on_duty, int(grid.starts[0]))
    pace = np.ones(on_duty.serves.shape) if on_duty.pace is None else on_duty.pace
    table = np.zeros(len(stretches.person), dtype=records.STRETCH)
    for name in ("start", "end", "gap", "person", "last"):
        table[name] = getattr(stretches, name)
    known = demand.error if settings.forecast_error else None
    noise = demand.day_error if settings.forecast_error and known is None else np.zeros(n_queues)
    return Case(
        demand=demand,
        settings=settings,
        groups=groups,
        table=table,
        by_end=np.argsort(stretches.end, kind="stable"),
        staff=np.column_stack((groups.of_person, groups.crew)),
        contacts=_floats(demand.contacts),
        aht=_floats(demand.aht_seconds),
        patience=_floats(demand.patience_seconds),
        day_first=_ints(grid.day_first),
        rules=rules,
        is_open=is_open,
        open_seconds=opened,
        closing=routing.closing_of(demand.open, grid.seconds, settings.closing_grace_minutes * 60),
        pace=_floats(pace),
        law=law,
        sigma=np.sqrt(np.log1p(np.square(demand.aht_cv))),
        quantiles=np.ascontiguousarray(quantiles),
        day_sigma=np.sqrt(np.log1p(np.square(noise))),
        shift_day=_shift_days(demand, stretches),
        courses=None if known is None else known.courses,
    )


def replicate(case: Case, r: int) -> Outcome:
    """Play replication `r`: the same whatever else is played, and in whichever thread."""
    from staffing.simulation.kernels.drawing import draw

    demand, seed, seconds = case.demand, case.settings.seed, float(case.demand.grid.seconds)
    n_queues, n_days = len(demand.queues), demand.grid.days
    # The words of a seed sequence do not depend on how many are asked for: a queue more leaves the others' as they were.
    words = np.random.SeedSequence(seed, spawn_key=(r, 0)).generate_state(4 * n_queues * n_days)
    states = words.astype(np.int64).reshape(n_queues, n_days, 4)
    expected = case.contacts
    if case.courses is not None:
        expected = course(case.courses, expected, demand.grid.day, seed, r)
    contacts, first = draw(
        states,
        expected,
        case.day_first,
        case.day_sigma,
        case.law,
        case.aht,
        case.sigma,
        case.quantiles,
        case.patience,
        seconds,
    )
    return play(case, contacts, first, r)


def play(case: Case, contacts: npt.NDArray[np.void], first: IntArray, r: int) -> Outcome:
    """Play given contacts (dtype `records.CONTACT`, queue after queue) with the people present in replication `r`."""
    from staffing.simulation.kernels import play as kernel
    from staffing.simulation.kernels import tallies

    seconds = float(case.demand.grid.seconds)
    stretches, by_end = case.table, case.by_end
    if case.settings.absence > 0 or case.settings.away > 0:
        stretches = _there(case, r)
        by_end = np.argsort(stretches["end"], kind="stable")
    luck = np.zeros(4, dtype=np.int64)
    if case.settings.retry:
        luck = np.random.SeedSequence(case.settings.seed, spawn_key=(r, 1)).generate_state(4).astype(np.int64)
    given = records.Given(
        case.rules,
        case.groups.priority,
        case.groups.route,
        case.closing,
        case.is_open,
        stretches,
        by_end,
        case.pace,
        first,
        seconds,
    )
    crews = max(len(case.groups.crews), 1)
    contacts, made, busy, present, overtime, close = kernel.play(given, contacts, case.staff, crews, luck)
    counts = tallies.count(contacts, made, case.rules, case.is_open, case.open_seconds, close, seconds)
    return Outcome(counts, busy, present, float(overtime), int(made), contacts[:made])


def _there(case: Case, r: int) -> npt.NDArray[np.void]:
    """Stretches of those who are there in replication `r`."""
    table, settings = case.table, case.settings
    if settings.absence > 0:
        rng = np.random.default_rng(np.random.SeedSequence(settings.seed, spawn_key=(r, 2)))
        present = presence.luck(rng, case.demand.grid.days, len(case.staff))[case.shift_day, table["person"]]
        table = table[present >= settings.absence]
    if settings.away > 0:
        rng = np.random.default_rng(np.random.SeedSequence(settings.seed, spawn_key=(r, 3)))
        table = presence.step_away(table, settings.away, rng)
    return table


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


def _floats(array: npt.NDArray[np.generic]) -> FloatArray:
    return np.ascontiguousarray(array, dtype=np.float64)


def _ints(array: npt.NDArray[np.generic]) -> IntArray:
    return np.ascontiguousarray(array, dtype=np.int64)
