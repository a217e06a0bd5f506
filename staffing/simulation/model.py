"""What is simulated and what comes out: demand, the people on duty, and the service customers get.

The simulation takes who is on duty, not a rota, so a rota, a requirement and a hand-typed line can all be simulated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from staffing.grid import BoolArray, FloatArray, IntArray, TimeGrid, read_only
from staffing.simulation.course import ForecastError
from staffing.simulation.estimate import Estimate

Hold = Literal["interval", "day", "month"]
"""What must keep a promise."""


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
        Expected contacts, shape (Q, T); voice and chat have none where closed, deferrable work may.
    aht_seconds
        Mean handling time of one contact handled alone, shape (Q, T).
    aht_cv
        Coefficient of variation of the handling time (lognormal), shape (Q,); 0 for always the mean.
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
        Chats at a time, and growth of handling time per further chat, shape (Q,): with k chats in hand each takes
        ``1 + slowdown * (k - 1)`` times as long.
    exponential
        Whether handling times are exponential instead of lognormal, shape (Q,); None: nowhere.
    aht_quantiles
        Empirical handling times as equally spaced quantiles relative to the mean, first to last, shape (Q, K), K >= 2;
        a row of NaN where not given; None: nowhere. Values between are interpolated; rows are scaled to a mean of 1.
    hold
        What must keep the promise, per queue: every ``interval``, every ``day`` or the whole ``month``; None: intervals.
    max_asa_seconds, max_abandonment, max_occupancy
        Further promises, shape (Q,), NaN where none is; None: nowhere.
    error
        All that the forecast may be wrong by, instead of `day_error`; None: days err independently by `day_error`.
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
    exponential: BoolArray | None = None
    aht_quantiles: FloatArray | None = None
    hold: tuple[Hold, ...] | None = None
    max_asa_seconds: FloatArray | None = None
    max_abandonment: FloatArray | None = None
    max_occupancy: FloatArray | None = None
    error: ForecastError | None = None

    def __post_init__(self) -> None:
        read_only(self)

    @property
    def promised(self) -> tuple[Hold, ...]:
        """What must keep the promise, per queue."""
        everywhere: Hold = "interval"
        return self.hold or (everywhere,) * len(self.queues)


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
    pace
        Proficiency: factor on the handling time of queue q when person p handles it, shape (P, Q); None: 1.

    Notes
    -----
    - At the end of a shift, and before a break, a contact in hand is finished and no new one is taken. Work past the
      end of a shift is overtime.
    - A break keeps its length: who went late comes back as much later.
    - Stretches of one shift that touch are one stretch. Of a stretch that begins before the horizon the part inside
      counts; one that ends after it is worked to its end, so that those who wait at the end are served.
    """

    serves: npt.NDArray[np.int8]
    person: IntArray
    start: IntArray
    end: IntArray
    shift: IntArray
    pace: FloatArray | None = None

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True)
class SimulationResult:
    """Service over R replications.

    "Service level" is answered within the threshold / offered; for deferrable work completed within the promise (in
    open seconds) / offered. Contacts that still wait at the very end and may yet be answered in time are not judged.
    Bands are 95% confidence intervals of the mean. A further attempt of someone who gave up counts as a contact of its
    own.

    Attributes
    ----------
    grid, queues
        Axis and names.
    offered, answered_in_time, served, abandoned
        Means per replication, shape (Q, T), by the interval in which the contact arrived.
    service_level, service_level_low, service_level_high
        Per queue and interval, shape (Q, T); NaN where nothing arrived in any replication.
    asa_seconds
        Mean wait of the answered, for deferrable work mean response time in open seconds, shape (Q, T); NaN where none
        was.
    queue_service_level, queue_service_level_low, queue_service_level_high
        Over the whole horizon, shape (Q,).
    queue_asa_seconds, queue_abandonment
        Over the whole horizon, shape (Q,).
    day_meets_target
        Share of replications in which a day's service level reaches the target, shape (Q, D); NaN where closed or no
        target.
    month_meets_target
        Share of replications in which the horizon's service level does, shape (Q,).
    occupancy
        Share of duty time spent on contacts, with its band, shape (T,), over all people; NaN where nobody is on duty.
    overtime_seconds
        Mean work past the end of shifts per replication.
    replications, seed
        R, and the seed.
    turned_away, still_waiting
        Means per replication, shape (Q, T): sent away after closing, and waiting when the horizon and the last shift
        have ended. ``offered = served + abandoned + turned_away + still_waiting``.
    abandonment, asa
        Abandoned / offered, and `asa_seconds`, with their bands, shape (Q, T).
    day_service_level, day_abandonment, day_asa
        With their bands, shape (Q, D).
    queue_abandonment_band, queue_asa_band
        With their bands, shape (Q,).
    queue_variants
        Other definitions of the service level over the whole horizon, each with its band, shape (Q,):
        ``without early abandons`` (answered in time / (offered - abandoned within the threshold)), ``of the answered``
        (answered in time / answered) and ``early abandons count`` ((answered in time + abandoned within the threshold)
        / offered).
    skill_groups
        Sets of queues served, as indices, G of them.
    group_occupancy, queue_occupancy
        Share of duty time spent on contacts, with its band, per skill group, shape (G, T), and over those who serve a queue,
        (Q, T); NaN where none of them is on duty.
    month_occupancy
        Share of duty time spent on contacts over the whole horizon, with its band, per skill group and last over all people,
        shape (G + 1,).
    overtime
        `overtime_seconds` with its band, shape (1,).
    contacts_simulated
        Contacts of all replications together.
    day_in_time, day_judged
        Contacts answered in time, and those judged, of each replication, shape (R, Q, D): what differences between
        scenarios are computed from.
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
    occupancy: Estimate
    overtime_seconds: float
    replications: int
    seed: int
    turned_away: FloatArray
    still_waiting: FloatArray
    abandonment: Estimate
    asa: Estimate
    day_service_level: Estimate
    day_abandonment: Estimate
    day_asa: Estimate
    queue_abandonment_band: Estimate
    queue_asa_band: Estimate
    queue_variants: dict[str, Estimate]
    skill_groups: tuple[tuple[int, ...], ...]
    group_occupancy: Estimate
    queue_occupancy: Estimate
    month_occupancy: Estimate
    overtime: Estimate
    contacts_simulated: int
    day_in_time: FloatArray
    day_judged: FloatArray

    def __post_init__(self) -> None:
        read_only(self)
