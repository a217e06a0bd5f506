"""How many agents a goal needs, and what load a number of agents carries."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from staffing.errors import Problem
from staffing.grid import FloatArray
from staffing.queueing.arguments import check_fraction, check_range, flat, refuse
from staffing.queueing.erlang import Service, Variant


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

    def entries(self) -> FloatArray:
        """The goals as the kernels read them (`kernels.GOALS`), times in seconds."""

        def limit(value: float | None) -> float:
            return math.inf if value is None else value

        return np.array(
            [
                math.nan if self.service_level is None else self.service_level,
                float(self.variant),
                self.threshold_seconds,
                limit(self.max_asa_seconds),
                limit(self.max_abandonment),
                limit(self.max_occupancy),
                math.nan if self.wait_share is None else self.wait_share,
                self.wait_seconds or 0.0,
                limit(self.max_mean_wait_seconds),
            ]
        )


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
    from staffing.queueing.kernels.goals import needed

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
    needed(a, h, p, concurrency, float(slowdown), goals.entries(), 1e-13 if fractional else 0.0, out)
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

    Parameters
    ----------
    agents
        Agents on contacts, real, at least 0 (whole for chat).
    aht_seconds
        Mean handling time, above 0.
    goals
        What is promised.
    patience_seconds
        Mean patience; infinite: nobody gives up (Erlang C).
    concurrency, slowdown
        As in `chat.chat_service`; 1 for voice.

    Examples
    --------
    >>> round(float(load_carried(14, 180, Goals(service_level=0.8, threshold_seconds=20))), 3)
    10.868
    """
    from staffing.queueing.kernels.goals import carried

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
    carried(n, h, p, concurrency, float(slowdown), goals.entries(), out)
    return out.reshape(shape)


def load_lost(agents: npt.ArrayLike, blocking: npt.ArrayLike) -> FloatArray:
    """Largest load in erlangs of which at most the share `blocking` is lost where nobody can wait (Erlang B).

    Parameters
    ----------
    agents
        Agents (lines), real, at least 0.
    blocking
        Share lost, in [0, 1]: 0 carries nothing without risk, so the answer is 0; at 1 it is infinite.

    Examples
    --------
    >>> round(float(load_lost(15, 0.01)), 3)
    8.108
    """
    from staffing.queueing.kernels.loss import loss_load

    refuse([*check_range("agents", agents), *check_range("blocking", blocking, 0.0, 1.0)])
    shape, (n, b) = flat(agents, blocking)
    out = np.empty(n.size)
    loss_load(n, b, out)
    return out.reshape(shape)


def lines_needed(load: npt.ArrayLike, blocking: npt.ArrayLike) -> FloatArray:
    """Fewest whole lines with which at most the share `blocking` of the load is lost (Erlang B).

    Parameters
    ----------
    load
        Erlangs, at least 0; none needs no line.
    blocking
        Share lost, in [0, 1]; 0 means below 1e-16.

    Examples
    --------
    >>> lines_needed([0, 8, 100], 0.01).tolist()
    [0.0, 15.0, 117.0]
    """
    from staffing.queueing.kernels.loss import loss_lines

    refuse([*check_range("load", load), *check_range("blocking", blocking, 0.0, 1.0)])
    shape, (a, b) = flat(load, blocking)
    out = np.empty(a.size)
    loss_lines(a, np.maximum(b, 1e-16), out)
    return out.reshape(shape)


def fewest(goals: Goals, service: Callable[[float, float], Service], limit: int = 10_000_000) -> int:
    """Fewest whole agents that meet the goals under any model: general patience, finite lines, redials.

    Parameters
    ----------
    goals
        What must hold.
    service
        (agents, threshold in seconds) -> the service, of shape ``()``; it must get better with agents.
    limit
        Agents beyond which the search gives up.

    Raises
    ------
    InputError
        Where even `limit` agents do not do.

    Examples
    --------
    >>> from staffing.queueing.patience import fixed, general_service
    >>> fewest(Goals(service_level=0.8), lambda n, t: general_service(100, n, 300, fixed(60), t))
    106
    """
    refuse(goals.problems())

    def holds(agents: int) -> bool:
        return met(goals, lambda threshold: service(float(agents), threshold))

    low, high = -1, 0
    while not holds(high):
        low, high = high, max(1, 2 * high)
        if high > limit:
            refuse([Problem("goals", f"{limit} agents do not meet them", "ask for less")])
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def met(goals: Goals, service: Callable[[float], Service]) -> bool:
    """Whether a service, given as a function of the threshold in seconds, meets every goal."""
    now = service(goals.threshold_seconds)
    if math.isinf(float(now.mean_wait_seconds)):
        # The queue grows for ever.
        return False
    checks = [
        (goals.max_asa_seconds, now.asa_seconds, 1e-12),
        (goals.max_mean_wait_seconds, now.mean_wait_seconds, 1e-12),
        (goals.max_abandonment, now.abandonment, 1e-16),
    ]
    if any(limit is not None and float(value) > max(limit, least) for limit, value, least in checks):
        return False
    if goals.max_occupancy is not None and float(now.occupancy) > goals.max_occupancy * (1 + 1e-12):
        return False
    if goals.service_level is not None and float(now.level(goals.variant)) < goals.service_level:
        return False
    if goals.wait_share is not None and goals.wait_seconds is not None:
        # Waited at most so long: answered or given up by then.
        return float(service(goals.wait_seconds).service_level_early_abandons_count) >= goals.wait_share
    return True
