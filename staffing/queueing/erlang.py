"""Erlang B, C and A: the service that a number of agents gives in a steady interval.

Contacts arrive at random (Poisson), each agent handles one at a time, handling times and patience are exponential:

- **Erlang B** (M/M/n/n): who finds all agents busy is lost.
- **Erlang C** (M/M/n): who finds all agents busy waits, and nobody gives up.
- **Erlang A** (M/M/n+M): who waits gives up after an exponential patience; C and B are its limits for endless and no
  patience.

All functions take arrays, broadcast against each other, and return arrays (of shape ``()`` for plain numbers). Agents
may be real numbers: the formulas are continued by 1 / B(n, A) = A * integral of exp(-A t) (1 + t)^n dt.

References: Erlang (1917); Palm (1957); Jagerman (1974) for real-valued agents; Baccelli and Hebuterne (1981); Zeltyn
and Mandelbaum, Call centers with impatient customers: exact analysis and many-server asymptotics (2005).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from staffing.grid import FloatArray, read_only
from staffing.queueing.arguments import check_range, flat, refuse


class Variant(IntEnum):
    """What "service level" counts; all are shares, and the reports of telephone systems differ in which they show."""

    OFFERED = 0
    """Answered within the threshold / offered. The one meant wherever nothing else is said."""
    WITHOUT_EARLY_ABANDONS = 1
    """Answered within the threshold / (offered - abandoned before the threshold)."""
    SERVED = 2
    """Answered within the threshold / answered."""
    EARLY_ABANDONS_COUNT = 3
    """(Answered + abandoned) within the threshold / offered."""


@dataclass(frozen=True)
class Service:
    """The service that a queue gives; every attribute has the broadcast shape of the arguments.

    Attributes
    ----------
    wait_probability
        Share of contacts that do not get an agent at once.
    service_level
        Answered within the threshold / offered.
    service_level_without_early_abandons
        Answered within the threshold / (offered - abandoned before the threshold).
    service_level_of_served
        Answered within the threshold / answered.
    service_level_early_abandons_count
        (Answered + abandoned) within the threshold / offered.
    asa_seconds
        Average speed of answer: mean wait of the answered; infinite where nobody is answered or the queue grows for
        ever.
    mean_wait_seconds
        Mean wait of all, those who give up included.
    abandonment
        Share that gives up.
    abandonment_before_threshold
        Share that gives up before the threshold.
    occupancy
        Share of the agents' time on contacts; for chat the used share of what the agents can complete.
    mean_queue
        Mean number waiting.
    """

    wait_probability: FloatArray
    service_level: FloatArray
    service_level_without_early_abandons: FloatArray
    service_level_of_served: FloatArray
    service_level_early_abandons_count: FloatArray
    asa_seconds: FloatArray
    mean_wait_seconds: FloatArray
    abandonment: FloatArray
    abandonment_before_threshold: FloatArray
    occupancy: FloatArray
    mean_queue: FloatArray

    def __post_init__(self) -> None:
        read_only(self)

    def level(self, variant: Variant) -> FloatArray:
        """The service level of a variant."""
        return (
            self.service_level,
            self.service_level_without_early_abandons,
            self.service_level_of_served,
            self.service_level_early_abandons_count,
        )[variant]


def erlang_b(load: npt.ArrayLike, agents: npt.ArrayLike) -> FloatArray:
    """Share of contacts lost where there is no place to wait.

    Parameters
    ----------
    load
        Offered load in erlangs, at least 0.
    agents
        Agents (lines), real, at least 0. With none everything is lost.

    Examples
    --------
    >>> round(float(erlang_b(10, 10)), 4)
    0.2146
    """
    from staffing.queueing.kernels.loss import loss

    refuse([*check_range("load", load), *check_range("agents", agents)])
    shape, (a, n) = flat(load, agents)
    out = np.empty(a.size)
    loss(a, n, out)
    return out.reshape(shape)


def erlang_c(
    load: npt.ArrayLike, agents: npt.ArrayLike, aht_seconds: npt.ArrayLike, threshold_seconds: npt.ArrayLike = 20.0
) -> Service:
    """The service where nobody gives up: `erlang_a` with endless patience.

    Where the load reaches the number of agents the queue grows for ever: everybody waits, service level 0, waits and
    queue infinite, occupancy 1, nobody abandons.

    Parameters
    ----------
    load
        Offered load in erlangs, at least 0.
    agents
        Agents on contacts, real, at least 0.
    aht_seconds
        Mean handling time, above 0.
    threshold_seconds
        Of the service level, at least 0.

    Examples
    --------
    >>> service = erlang_c(load=10, agents=14, aht_seconds=180, threshold_seconds=20)
    >>> round(float(service.service_level), 5), round(float(service.asa_seconds), 2)
    (0.88835, 7.84)
    """
    return erlang_a(load, agents, aht_seconds, math.inf, threshold_seconds)


def erlang_a(
    load: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_seconds: npt.ArrayLike,
    patience_seconds: npt.ArrayLike,
    threshold_seconds: npt.ArrayLike = 20.0,
) -> Service:
    """The service where waiting contacts give up after an exponential patience.

    Parameters
    ----------
    load
        Offered load in erlangs, at least 0. With none every goal is met: no wait, service level 1, occupancy 0. Very
        close to saturation the result hangs on the last digits of agents - load: `numpy.longdouble` keeps more of
        them.
    agents
        Agents, real, at least 0. With none (or less than 1e-12, and a load) nobody is served: service level 0, occupancy 1.
    aht_seconds
        Average handling time, above 0.
    patience_seconds
        Mean patience, at least 0; infinite: nobody gives up (Erlang C); 0: nobody waits (Erlang B).
    threshold_seconds
        Threshold of the service level, at least 0.

    Examples
    --------
    >>> service = erlang_a(load=100, agents=100, aht_seconds=300, patience_seconds=150)
    >>> round(float(service.service_level), 4), round(float(service.abandonment), 4)
    (0.8256, 0.0467)
    """
    from staffing.queueing.kernels.pool import pools

    refuse(
        [
            *check_range("load", load),
            *check_range("agents", agents),
            *check_range("aht_seconds", aht_seconds, above=True),
            *check_range("patience_seconds", patience_seconds, finite=False),
            *check_range("threshold_seconds", threshold_seconds, finite=False),
        ]
    )
    spare = np.asarray(np.asarray(agents) - np.asarray(load), dtype=np.float64)
    shape, (a, n, h, p, t, rest) = flat(load, agents, aht_seconds, patience_seconds, threshold_seconds, spare)
    out = np.empty((a.size, 7))
    pools(a, n, rest, np.ones(a.size, dtype=np.int64), np.zeros(a.size), p / h, t / h, out)
    return tabulate(shape, a, h, out)


def wait_quantile(
    load: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_seconds: npt.ArrayLike,
    share: npt.ArrayLike,
    patience_seconds: npt.ArrayLike = math.inf,
    *,
    served: bool = False,
    concurrency: int = 1,
    slowdown: float = 0.0,
) -> FloatArray:
    """Seconds within which the given share of contacts has stopped waiting, by an answer or by giving up.

    Parameters
    ----------
    load, agents, aht_seconds, patience_seconds
        As in `erlang_a`; for chat as in `staffing.queueing.chat.chat_service`.
    share
        Share of contacts, in [0, 1]. 0 where at least that share does not wait at all; infinite where it is never reached
        (1 wherever somebody may wait, and a queue that grows for ever).
    served
        Of the answered only, instead of all.
    concurrency, slowdown
        Chats at a time, and growth of handling time per further chat.

    Examples
    --------
    >>> round(float(wait_quantile(48, 50, 60, 0.9, patience_seconds=120)), 2)
    12.44
    """
    from staffing.queueing.kernels.waits import wait_quantiles

    refuse(
        [
            *check_range("load", load),
            *check_range("agents", agents, whole=concurrency > 1),
            *check_range("aht_seconds", aht_seconds, above=True),
            *check_range("share", share, 0.0, 1.0),
            *check_range("patience_seconds", patience_seconds, finite=False),
            *check_range("concurrency", concurrency, 1, 100, whole=True),
            *check_range("slowdown", slowdown, 0, 10),
        ]
    )
    shape, (a, n, h, q, p) = flat(load, agents, aht_seconds, share, patience_seconds)
    out = np.empty(a.size)
    wait_quantiles(a, n, h, p, q, served, concurrency, float(slowdown), out)
    return out.reshape(shape)


def tabulate(shape: tuple[int, ...], load: FloatArray, aht: FloatArray, out: FloatArray) -> Service:
    """Make a `Service` from the kernels' table, shape (N, 7), whose times are in handling times."""
    wait, miss, lost, early, asa, mean, occupancy = out.T
    level = 1.0 - miss
    zero = np.zeros_like(level)
    rest, served = 1.0 - early, 1.0 - lost
    mean_queue = np.multiply(load, mean, out=zero.copy(), where=load > 0)
    columns = (
        wait,
        level,
        np.minimum(np.divide(level, rest, out=zero.copy(), where=rest > 0), 1.0),
        np.minimum(np.divide(level, served, out=zero.copy(), where=served > 0), 1.0),
        np.minimum(level + early, 1.0),
        asa * aht,
        mean * aht,
        lost,
        early,
        occupancy,
        mean_queue,
    )
    return Service(*(np.ascontiguousarray(column).reshape(shape) for column in columns))
