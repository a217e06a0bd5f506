"""What one history file contributes, on the common axis."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from staffing.grid import BoolArray, FloatArray, IntArray, TimeGrid

_SURELY = 20.0


@dataclass(frozen=True)
class Part:
    """Totals by queue and interval; NaN where the file says nothing.

    Attributes
    ----------
    offered, handled, abandoned, handle_seconds
        As in `History`, shape (Q, T).
    waited_seconds, gave_up
        Totals for the estimate of patience, shape (Q,).
    timed, timed_seconds, timed_squares
        Number, sum and sum of squares of single handling times, shape (Q,); 0 where the file has only totals.
    """

    offered: FloatArray
    handled: FloatArray
    abandoned: FloatArray
    handle_seconds: FloatArray
    waited_seconds: FloatArray
    gave_up: FloatArray
    timed: FloatArray
    timed_seconds: FloatArray
    timed_squares: FloatArray


@dataclass(frozen=True)
class Hours:
    """Opening hours on the common axis.

    Attributes
    ----------
    grid
        The axis.
    queues
        Names, Q of them.
    open
        Whether each queue is open, shape (Q, T).
    minutes
        Minutes of each interval within the opening hours, shape (Q, T).
    deferrable
        Whether contacts outside the opening hours wait until the queue opens (e-mail), shape (Q,); others are lost.
    """

    grid: TimeGrid
    queues: tuple[str, ...]
    open: BoolArray
    minutes: FloatArray
    deferrable: BoolArray

    def next_open(self) -> IntArray:
        """Index of the first open interval at or after each one, shape (Q, T); -1 where there is none."""
        T = len(self.grid)
        at = np.where(self.open, np.arange(T), T)
        first = np.minimum.accumulate(at[:, ::-1], axis=1)[:, ::-1]
        return np.where(first < T, first, -1)


def lifetime(contacts: FloatArray, told: BoolArray) -> BoolArray:
    """Days on which a queue existed, where an interval without contacts has no row, shape (D,).

    Before its first and after its last contact a queue either had none or did not exist. With a usual m contacts a day
    the chance of n empty days is exp(-m n); beyond m n = 20 the queue is taken not to have existed.

    Parameters
    ----------
    contacts
        Contacts by day, shape (D,).
    told
        Days of which the file says anything, shape (D,).

    Examples
    --------
    >>> lifetime(np.array([0.0, 0.0, 3.0, 2.0, 0.0]), np.ones(5, dtype=bool)).tolist()
    [True, True, True, True, True]
    >>> lifetime(np.array([0.0, 0.0, 90.0, 80.0, 0.0]), np.ones(5, dtype=bool)).tolist()
    [False, False, True, True, False]
    """
    out = np.zeros(len(contacts), dtype=np.bool_)
    days = np.flatnonzero(contacts)
    if not len(days):
        return out
    first, last = int(days[0]), int(days[-1])
    usual = contacts.sum() / max(1, int(told[first : last + 1].sum()))
    out[first : last + 1] = True
    out[:first] = usual * told[:first].sum() <= _SURELY
    out[last + 1 :] = usual * told[last + 1 :].sum() <= _SURELY
    return out


def merge(first: Part, second: Part) -> Part:
    """Two files as one; where both know an interval, the second rules."""
    taken = ~np.isnan(second.offered)
    values = {}
    for field in fields(Part):
        a, b = getattr(first, field.name), getattr(second, field.name)
        values[field.name] = np.where(taken, b, a) if a.ndim == 2 else a + b
    return Part(**values)
