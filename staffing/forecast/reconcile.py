"""Forecast against actual: how much of the miss was volume, handling time, shrinkage, staffing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from staffing.errors import InputError, Problem
from staffing.grid import FloatArray, read_only


@dataclass(frozen=True)
class Day:
    """What was planned, or what happened, over any set of intervals of the same shape.

    Attributes
    ----------
    contacts
        Contacts.
    aht_seconds
        Average handling time.
    agents
        Agents on the roster (gross).
    shrinkage
        Share of rostered time that was not worked on contacts, in [0, 1].
    hours
        Length of an interval in hours.
    """

    contacts: npt.ArrayLike
    aht_seconds: npt.ArrayLike
    agents: npt.ArrayLike
    shrinkage: npt.ArrayLike
    hours: float


@dataclass(frozen=True)
class Reconciliation:
    """The change of the balance (agent hours on contacts less work) from plan to actual, and its causes.

    Attributes
    ----------
    miss
        Actual balance less planned balance, agent hours; negative: less room than planned. Shape of the input.
    volume, aht, shrinkage, staffing
        What each cause contributed, agent hours; they add up to `miss` exactly.
    """

    miss: FloatArray
    volume: FloatArray
    aht: FloatArray
    shrinkage: FloatArray
    staffing: FloatArray

    def __post_init__(self) -> None:
        read_only(self)


def reconcile(planned: Day, actual: Day) -> Reconciliation:
    """Split the miss of each interval.

    Raises
    ------
    InputError
        Shapes or interval lengths that differ.

    Notes
    -----
    Work is contacts times handling time, staff on contacts is agents times (1 - shrinkage). Each product's change is
    split at the mean of both ends, which leaves no residual and does not depend on the order of the causes (the
    Shapley value of two factors).

    Examples
    --------
    >>> plan = Day([100], [360], [12], [0.3], 1.0)
    >>> happened = Day([110], [360], [11], [0.3], 1.0)
    >>> split = reconcile(plan, happened)
    >>> [round(float(x[0]), 3) + 0.0 for x in (split.miss, split.volume, split.aht, split.shrinkage, split.staffing)]
    [-1.7, -1.0, 0.0, 0.0, -0.7]
    """
    p, a = _arrays(planned), _arrays(actual)
    if any(x.shape != p[0].shape for x in (*p, *a)) or planned.hours != actual.hours:
        raise InputError([Problem("reconciliation", "plan and actual differ in shape or interval", "use one axis")])
    volume = (p[0] - a[0]) * (a[1] + p[1]) / 2 / 3600
    aht = (p[1] - a[1]) * (a[0] + p[0]) / 2 / 3600
    staffing = planned.hours * (a[2] - p[2]) * (1 - (a[3] + p[3]) / 2)
    shrinkage = planned.hours * (p[3] - a[3]) * (a[2] + p[2]) / 2
    return Reconciliation(volume + aht + staffing + shrinkage, volume, aht, shrinkage, staffing)


def _arrays(day: Day) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    contacts, seconds, agents, lost = (
        np.atleast_1d(np.asarray(x, dtype=np.float64))
        for x in (day.contacts, day.aht_seconds, day.agents, day.shrinkage)
    )
    # Without contacts there is no handling time, and none is needed.
    return contacts, np.where(contacts == 0, np.nan_to_num(seconds), seconds), agents, lost
