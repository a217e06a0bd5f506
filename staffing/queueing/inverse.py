"""How many agents a goal needs, and what load a number of agents carries."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from staffing.errors import Problem
from staffing.grid import FloatArray
from staffing.queueing.arguments import check_fraction, check_range, flat, refuse
from staffing.queueing.erlang import Variant


@dataclass(frozen=True, slots=True)
class Goals:
    """What a queue promises; at least one goal, and all that are given must hold.

    Attributes
    ----------
    service_level
        Smallest service level, a fraction. 0 always holds; 1 holds as soon as the shortfall is below the resolution of
        floating point, 1e-16.
    threshold_seconds
        Threshold of the service level.
    variant
        What the service level counts.
    max_asa_seconds
        Longest mean wait of the answered.
    max_mean_wait_seconds
        Longest mean wait of all.
    max_abandonment
        Largest share that gives up; 0 means below 1e-16.
    max_occupancy
        Largest share of the agents' time on contacts.
    wait_share, wait_seconds
        At least `wait_share` of all contacts wait no longer than `wait_seconds` (until answered or given up).
    """

    service_level: float | None = None
    threshold_seconds: float = 20.0
    variant: Variant = Variant.OFFERED
    max_asa_seconds: float | None = None
    max_mean_wait_seconds: float | None = None
    max_abandonment: float | None = None
    max_occupancy: float | None = None
    wait_share: float | None = None
    wait_seconds: float | None = None

    def problems(self, where: str = "goals") -> list[Problem]:
        """Everything that is wrong with the goals."""
        found = [
            *check_fraction(f"{where}.service_level", self.service_level),
            *check_range(f"{where}.threshold_seconds", self.threshold_seconds),
            *check_range(f"{where}.max_asa_seconds", self.max_asa_seconds),
            *check_range(f"{where}.max_mean_wait_seconds", self.max_mean_wait_seconds),
            *check_fraction(f"{where}.max_abandonment", self.max_abandonment),
            *check_fraction(f"{where}.max_occupancy", self.max_occupancy, above=True),
            *check_fraction(f"{where}.wait_share", self.wait_share),
            *check_range(f"{where}.wait_seconds", self.wait_seconds),
        ]
        if (self.wait_share is None) != (self.wait_seconds is None):
            found.append(Problem(where, "wait_share and wait_seconds belong together", "give both or neither"))
        given = [f.name for f in fields(self) if f.name not in ("threshold_seconds", "variant", "wait_seconds")]
        if all(getattr(self, name) is None for name in given):
            found.append(Problem(where, "no goal is given", "e.g. service_level = 0.8 with threshold_seconds = 20"))
        return found

    def columns(self, aht: FloatArray) -> FloatArray:
        """The goals as the kernels read them, times in handling times, shape (N, 9)."""
        out = np.empty((aht.size, 9))
        out[:, 0] = math.nan if self.service_level is None else self.service_level
        out[:, 1] = int(self.variant)
        out[:, 2] = self.threshold_seconds / aht
        out[:, 3] = math.inf if self.max_asa_seconds is None else self.max_asa_seconds / aht
        out[:, 4] = math.inf if self.max_abandonment is None else self.max_abandonment
        out[:, 5] = math.inf if self.max_occupancy is None else self.max_occupancy
        out[:, 6] = math.nan if self.wait_share is None else self.wait_share
        out[:, 7] = 0.0 if self.wait_seconds is None else self.wait_seconds / aht
        out[:, 8] = math.inf if self.max_mean_wait_seconds is None else self.max_mean_wait_seconds / aht
        return out


def agents_needed(
    load: npt.ArrayLike,
    aht_seconds: npt.ArrayLike,
    goals: Goals,
    patience_seconds: npt.ArrayLike = math.inf,
    *,
    fractional: bool = False,
    concurrency: int = 1,
    slowdown: float = 0.0,
) -> FloatArray:
    """Fewest agents with which every goal holds.

    The search does not start at the load: with patient goals and impatient customers fewer agents than erlangs may do.

    Parameters
    ----------
    load
        Offered load in erlangs, at least 0; none needs nobody.
    aht_seconds
        Average handling time, above 0; for chat that of a chat handled alone.
    goals
        What must hold.
    patience_seconds
        Mean patience; infinite: nobody gives up, and the queue must then also be stable (more agents than erlangs).
    fractional
        The real number of agents, to about 12 digits, instead of the next whole one; for voice only.
    concurrency, slowdown
        Chats at a time and growth of handling time per further chat (see `chat`).

    Returns
    -------
    Agents, of the broadcast shape.

    Raises
    ------
    InputError
        For arguments out of range, no goal, or fractional chat agents.

    Examples
    --------
    >>> eighty_twenty = Goals(service_level=0.8, threshold_seconds=20)
    >>> agents_needed([10, 100], 300, eighty_twenty).tolist()
    [14.0, 108.0]
    >>> agents_needed([10, 100], 300, eighty_twenty, patience_seconds=150).tolist()
    [12.0, 99.0]
    """
    from staffing.queueing.kernels import needed

    problems = [
        *check_range("load", load),
        *check_range("aht_seconds", aht_seconds, above=True),
        *check_range("patience_seconds", patience_seconds, finite=False),
        *check_range("concurrency", concurrency, 1, 100, whole=True),
        *check_range("slowdown", slowdown, 0, 10),
        *goals.problems(),
    ]
    if fractional and concurrency > 1:
        problems.append(Problem("fractional", "chat agents are whole", "leave fractional out"))
    refuse(problems)
    shape, (a, h, p) = flat(load, aht_seconds, patience_seconds)
    out = np.empty(a.size)
    needed(
        a,
        np.full(a.size, concurrency, dtype=np.int64),
        np.full(a.size, float(slowdown)),
        p / h,
        goals.columns(h),
        1e-13 if fractional else 0.0,
        out,
    )
    return out.reshape(shape)


def load_carried(
    agents: npt.ArrayLike,
    aht_seconds: npt.ArrayLike,
    goals: Goals,
    patience_seconds: npt.ArrayLike = math.inf,
    *,
    concurrency: int = 1,
    slowdown: float = 0.0,
) -> FloatArray:
    """Largest load in erlangs with which every goal still holds; infinite where the goals hold at any load.

    Contacts per hour are load * 3600 / AHT.

    Examples
    --------
    >>> round(float(load_carried(14, 180, Goals(service_level=0.8, threshold_seconds=20))), 3)
    10.868
    """
    from staffing.queueing.kernels import carried

    refuse(
        [
            *check_range("agents", agents, whole=concurrency > 1),
            *check_range("aht_seconds", aht_seconds, above=True),
            *check_range("patience_seconds", patience_seconds, finite=False),
            *check_range("concurrency", concurrency, 1, 100, whole=True),
            *check_range("slowdown", slowdown, 0, 10),
            *goals.problems(),
        ]
    )
    shape, (n, h, p) = flat(agents, aht_seconds, patience_seconds)
    out = np.empty(n.size)
    carried(
        n,
        np.full(n.size, concurrency, dtype=np.int64),
        np.full(n.size, float(slowdown)),
        p / h,
        goals.columns(h),
        out,
    )
    return out.reshape(shape)
