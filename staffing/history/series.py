"""The cleaned history: contacts and handling time per interval and queue."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from staffing.grid import BoolArray, FloatArray, TimeGrid, read_only


@dataclass(frozen=True, slots=True)
class Repair:
    """Something that was changed or left out while the history was read or cleaned; none is silent.

    Attributes
    ----------
    where
        File and row (``history.csv row 17``) or queue and time (``chat 2026-03-02 10:00``).
    kind
        ``duplicate``, ``outage``, ``spike``, ``gap``, ``closed``, ``dst``, ``unit`` ...
    what
        One sentence with the value before and after.
    rows
        How many rows or intervals it concerns.
    """

    where: str
    kind: str
    what: str
    rows: int = 1


@dataclass(frozen=True)
class History:
    """Contacts per interval and queue as they were offered, and what handling them took.

    Totals are kept, never averages. Closed, zero and missing are three things: `open` says whether the queue was
    open; NaN in `offered` says that nobody knows; 0 says that nobody called.

    Attributes
    ----------
    grid
        The axis, T intervals.
    queues
        Names, Q of them.
    offered
        Contacts offered, shape (Q, T); NaN where missing.
    handled
        Contacts handled, shape (Q, T); NaN where unknown.
    abandoned
        Contacts that gave up waiting, shape (Q, T); NaN where unknown.
    handle_seconds
        Total handling time (talk, hold and after-contact work) of the handled contacts, shape (Q, T); NaN where
        unknown.
    open
        Whether the queue was open, shape (Q, T).
    patience_seconds
        Mean patience per queue, estimated from waits and abandonments, shape (Q,); NaN where unknown.
    drivers
        Optional daily columns that may explain volume, name -> shape (D,), NaN where unknown.
    repairs
        Everything that was changed or left out on the way here.
    aht_cv
        Coefficient of variation of single handling times per queue, shape (Q,); NaN where unknown; empty: all unknown.
    """

    grid: TimeGrid
    queues: tuple[str, ...]
    offered: FloatArray
    handled: FloatArray
    abandoned: FloatArray
    handle_seconds: FloatArray
    open: BoolArray
    patience_seconds: FloatArray
    drivers: dict[str, FloatArray] = field(default_factory=dict)
    repairs: tuple[Repair, ...] = ()
    aht_cv: FloatArray = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        read_only(self)

    @property
    def aht_seconds(self) -> FloatArray:
        """Average handling time per interval, shape (Q, T); NaN where nothing was handled or nothing is known."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.handled > 0, self.handle_seconds / self.handled, np.nan)
