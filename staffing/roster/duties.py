"""On-call duty that a number of people must have on each of its days: who is wanted, and what a miss costs.

A duty serves no queue, so it needs no cover in intervals but *heads*: so many agents with that shift on that day, whichever
agents may work it. Its price is stated per head; `compile.duties` brings it onto the axis of cover.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from staffing.grid import WEEKDAYS, IntArray, read_only
from staffing.roster.problem import RosterProblem


@dataclass(frozen=True)
class Duty:
    """One on-call shift type with its need.

    Attributes
    ----------
    kind
        Index of the shift type.
    code
        Its code.
    heads
        People wanted on each day, shape (D,).
    slots
        Over how many equal parts its price is spread (see `compile.duties`).
    missing, surplus
        Cents per person missing, and per person too many: as much as a surplus agent of the dearest tier for the paid
        time, so that duty is no way to fill hours.
    """

    kind: int
    code: str
    heads: IntArray
    slots: int
    missing: int
    surplus: int

    def __post_init__(self) -> None:
        read_only(self)


def duties_of(problem: RosterProblem, units: int = 4) -> tuple[Duty, ...]:
    """The on-call shift types that want people, in the order of the shift types.

    Parameters
    ----------
    problem
        Its shift types, prices and days are read.
    units
        Parts of a head in which prices are whole cents.
    """
    grid = problem.grid
    found = []
    for k, kind in enumerate(problem.shift_types):
        if not (kind.on_call and kind.heads):
            continue
        days = np.array([WEEKDAYS[w] in kind.weekdays for w in grid.weekday.tolist()], dtype=np.int64)
        paid = kind.paid_minutes(round(kind.hours * 3600))
        slots = max(1, math.ceil(paid / grid.interval_minutes))
        missing = int(np.floor(problem.prices.missing_duty * 100 / (units * slots) + 0.5))
        surplus = int(np.floor(problem.prices.overstaffing[1] * 100 * grid.hours / units + 0.5))
        found.append(Duty(k, kind.code, days * kind.heads, slots, missing * units * slots, surplus * units * slots))
    return tuple(found)
