"""What one history file contributes, on the common axis."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from staffing.grid import BoolArray, FloatArray, TimeGrid


@dataclass(frozen=True)
class Part:
    """Totals by queue and interval; NaN where the file says nothing.

    Attributes
    ----------
    offered, handled, abandoned, handle_seconds
        As in `History`, shape (Q, T).
    waited_seconds, gave_up
        Totals for the estimate of patience, shape (Q,).
    """

    offered: FloatArray
    handled: FloatArray
    abandoned: FloatArray
    handle_seconds: FloatArray
    waited_seconds: FloatArray
    gave_up: FloatArray


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
    """

    grid: TimeGrid
    queues: tuple[str, ...]
    open: BoolArray
    minutes: FloatArray


def merge(first: Part, second: Part) -> Part:
    """Two files as one; where both know an interval, the second rules."""
    taken = ~np.isnan(second.offered)
    values = {}
    for field in fields(Part):
        a, b = getattr(first, field.name), getattr(second, field.name)
        values[field.name] = np.where(taken, b, a) if a.ndim == 2 else a + b
    return Part(**values)
