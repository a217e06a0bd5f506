"""What a forecast is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from staffing.grid import BoolArray, FloatArray, TimeGrid, read_only
from staffing.history.series import Repair

LEVELS = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)
"""Probabilities of the quantiles that every forecast carries."""


@dataclass(frozen=True)
class Forecast:
    """Contacts and handling time expected in each interval and queue of the horizon.

    Attributes
    ----------
    grid
        The horizon's axis, T intervals over D days.
    queues
        Names, Q of them.
    contacts
        Expected contacts (mean), shape (Q, T); 0 where closed.
    quantiles
        Contacts at the probabilities `LEVELS`, shape (7, Q, T).
    aht_seconds
        Expected average handling time, shape (Q, T).
    open
        Whether the queue is open, shape (Q, T).
    spreadsheet
        The benchmark that every planner knows (mean of the last four same weekdays), shape (Q, T).
    day_error
        Relative standard deviation of a day's total around its forecast beyond Poisson noise, shape (Q,): the
        error that all intervals of a day share; of the median open day, holidays being more uncertain (`day_cov`).
    components
        For audit: name -> shape (Q, D), factors on the level (``level`` itself in contacts a day): ``level``,
        ``weekday``, ``holiday``, ``event``, ``manual`` ...; their product is the day's total.
    methods
        Per queue, what was chosen and why, in one sentence.
    notes
        Things the reader should know (short history, a borrowed profile, an event without effect ...).
    repairs
        Days of the history that were left out or hardly counted, and why; the history itself is unchanged.
    day_cov
        Covariance of the days' log totals around the forecast, shape (Q, D, D): days err together.
    slot_variance
        Relative variance of an interval around its share of the day beyond counting noise, shape (Q,).
    split_variance
        Relative variance of either half of a day around its share of it beyond counting noise, shape (Q,): how far a
        morning may mislead about the afternoon.
    between_queues
        Correlation of the queues' daily errors, shape (Q, Q).
    freedom
        Degrees of freedom with which the spread of each queue's errors is known, shape (Q,); bands have tails of Student's t.
    statistical
        Expected contacts as the model and the events make them, before any change by hand or by the day's first hours,
        shape (Q, T).
    """

    grid: TimeGrid
    queues: tuple[str, ...]
    contacts: FloatArray
    quantiles: FloatArray
    aht_seconds: FloatArray
    open: BoolArray
    spreadsheet: FloatArray
    day_error: FloatArray
    components: dict[str, FloatArray] = field(default_factory=dict)
    methods: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    day_cov: FloatArray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    slot_variance: FloatArray = field(default_factory=lambda: np.zeros(0))
    split_variance: FloatArray = field(default_factory=lambda: np.zeros(0))
    between_queues: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    freedom: FloatArray = field(default_factory=lambda: np.zeros(0))
    statistical: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))

    def __post_init__(self) -> None:
        if self.statistical.shape != self.contacts.shape:
            object.__setattr__(self, "statistical", self.contacts.copy())
        if not len(self.split_variance):
            object.__setattr__(self, "split_variance", np.zeros(len(self.queues)))
        if not len(self.freedom):
            object.__setattr__(self, "freedom", np.full(len(self.queues), np.inf))
        read_only(self)
