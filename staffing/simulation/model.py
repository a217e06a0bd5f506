"""What is simulated and what comes out: demand, the people on duty, and the service customers get.

The simulation takes who is on duty, not a rota, so a rota, a requirement and a hand-typed line can all be simulated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from staffing.grid import BoolArray, FloatArray, IntArray, TimeGrid, read_only


@dataclass(frozen=True)
class Demand:
    """Random contacts.

    Attributes
    ----------
    grid, queues
        Axis and names.
    channel
        0 voice, 1 chat, 2 deferrable (e-mail), shape (Q,).
    contacts
        Expected contacts, shape (Q, T).
    aht_seconds
        Mean handling time of one contact handled alone, shape (Q, T).
    aht_cv
        Coefficient of variation of the handling time (lognormal; 1 with `exponential`), shape (Q,).
    patience_seconds
        Mean patience (exponential), shape (Q,); infinite where nobody gives up.
    day_error
        Relative standard deviation of the error that all intervals of a day share, shape (Q,).
    open
        Whether the queue takes contacts, shape (Q, T).
    threshold_seconds
        Threshold of the service level, shape (Q,); for deferrable work the response promise in open seconds.
    target
        Service level promised, shape (Q,); NaN where none is.
    concurrency, slowdown
        Chats at a time, and growth of handling time per further chat, shape (Q,).
    """

    grid: TimeGrid
    queues: tuple[str, ...]
    channel: IntArray
    contacts: FloatArray
    aht_seconds: FloatArray
    aht_cv: FloatArray
    patience_seconds: FloatArray
    day_error: FloatArray
    open: BoolArray
    threshold_seconds: FloatArray
    target: FloatArray
    concurrency: IntArray
    slowdown: FloatArray

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True)
class OnDuty:
    """People at work.

    Attributes
    ----------
    serves
        Priority with which person p serves queue q, 1 first; 0: not at all; shape (P, Q).
    person, start, end
        Stretches of work without breaks: person, and Unix seconds; shape (N,) each, sorted by start.
    shift
        Identifies the shift a stretch belongs to, shape (N,): absence drawn from shrinkage takes a whole shift.
    """

    serves: npt.NDArray[np.int8]
    person: IntArray
    start: IntArray
    end: IntArray
    shift: IntArray

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True)
class SimulationResult:
    """Service over R replications.

    "Service level" is answered within the threshold / offered; for deferrable work answered within the promise / offered.
    Bands are 95% confidence intervals of the mean.

    Attributes
    ----------
    grid, queues
        Axis and names.
    offered, answered_in_time, served, abandoned
        Means per replication, shape (Q, T), by the interval in which the contact arrived.
    service_level, service_level_low, service_level_high
        Per queue and interval, shape (Q, T); NaN where nothing arrived in any replication.
    asa_seconds
        Mean wait of the answered, shape (Q, T); NaN where none was.
    queue_service_level, queue_service_level_low, queue_service_level_high
        Over the whole horizon, shape (Q,).
    queue_asa_seconds, queue_abandonment
        Over the whole horizon, shape (Q,).
    day_meets_target
        Share of replications in which a day's service level reaches the target, shape (Q, D); NaN where closed or no target.
    month_meets_target
        Share of replications in which the horizon's service level does, shape (Q,).
    occupancy
        Share of duty time spent on contacts, shape (T,), over all people.
    overtime_seconds
        Mean work past the end of shifts per replication.
    replications, seed
        R, and the seed.
    """

    grid: TimeGrid
    queues: tuple[str, ...]
    offered: FloatArray
    answered_in_time: FloatArray
    served: FloatArray
    abandoned: FloatArray
    service_level: FloatArray
    service_level_low: FloatArray
    service_level_high: FloatArray
    asa_seconds: FloatArray
    queue_service_level: FloatArray
    queue_service_level_low: FloatArray
    queue_service_level_high: FloatArray
    queue_asa_seconds: FloatArray
    queue_abandonment: FloatArray
    day_meets_target: FloatArray
    month_meets_target: FloatArray
    occupancy: FloatArray
    overtime_seconds: float
    replications: int
    seed: int

    def __post_init__(self) -> None:
        read_only(self)
