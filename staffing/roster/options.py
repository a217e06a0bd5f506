"""Concrete shifts: every start, and every placement of breaks, that a shift type allows on a day.

An *option* is what a solver chooses for an agent and a day. Break placement is part of the option, so cover, cost and
bound are exact: nothing is moved afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from staffing.grid import BoolArray, IntArray, read_only
from staffing.roster.problem import RosterProblem

UNITS = 4
"""Cover units of one agent in one interval: quarters, so that a quarter-hour break counts in an hour's interval."""


@dataclass(frozen=True)
class Options:
    """All options of a problem, S of them on each of D days.

    Attributes
    ----------
    type_of
        Index of the shift type of each option, shape (S,).
    start_minute
        Wall-clock minute of the start, shape (S,).
    length_minutes
        From start to end, breaks included, on an ordinary day, shape (S,).
    breaks
        Per option, (minute after the start, minutes, paid) of each break.
    start, end
        Unix seconds of start and end of each option on each day, shape (D, S).
    paid_minutes
        Working time that counts, shape (D, S) (differs between days only where the clock changes).
    valid
        Whether the option may start on that day at all (its weekdays), shape (D, S).
    first
        Index of the first interval touched, shape (D, S).
    length
        Number of intervals touched inside the horizon, shape (D, S).
    offset
        Position of the first of those intervals' units in `units`, shape (D, S).
    units
        Pool of cover units, 0 to `UNITS` per interval; option s on day d adds
        ``units[offset[d, s] : offset[d, s] + length[d, s]]`` to its agent's group from interval ``first[d, s]`` on.
    """

    type_of: IntArray
    start_minute: IntArray
    length_minutes: IntArray
    breaks: tuple[tuple[tuple[int, int, bool], ...], ...]
    start: IntArray
    end: IntArray
    paid_minutes: IntArray
    valid: BoolArray
    first: IntArray
    length: IntArray
    offset: IntArray
    units: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        read_only(self)

    def __len__(self) -> int:
        return len(self.type_of)


def expand(problem: RosterProblem) -> Options:
    """List the options of a problem."""
    raise NotImplementedError
