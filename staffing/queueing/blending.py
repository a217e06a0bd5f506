"""Blending: deferrable work in the idle time of voice agents, with a reserve that keeps voice unharmed.

Rule: an idle agent takes a piece of deferrable work only while more than `reserve` agents are idle; work once begun
is finished. With enough deferrable work at hand and both kinds of work taking the same time on average, the number of
busy agents is a birth-death chain that never falls below agents - reserve, so voice is Erlang A with its lower states
cut off, exactly (Bhulai and Koole 2003, A queueing model for call blending; Gans and Zhou 2003, A call-routing
problem with service-level constraints, prove the threshold rule optimal). Sent in without a reserve, deferrable work
leaves nobody idle and every call waits.

Where a piece of deferrable work takes longer than a call, agents come free more rarely than assumed and voice is
served worse; cut such work into pieces that can be put aside, or keep a larger reserve, and simulate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from staffing.grid import FloatArray, read_only
from staffing.queueing.arguments import check_range, flat, refuse
from staffing.queueing.erlang import Service, tabulate
from staffing.queueing.inverse import Goals, met


@dataclass(frozen=True)
class BlendedService:
    """Voice and deferrable work by the same agents.

    Attributes
    ----------
    voice
        The service of voice; `occupancy` is the share of the agents' time on calls alone.
    deferred_load
        Deferrable work that gets done, in erlangs (agents busy with it on average), where there is always some at hand.
    """

    voice: Service
    deferred_load: FloatArray

    def __post_init__(self) -> None:
        read_only(self)


def blended_service(
    load: npt.ArrayLike,
    agents: npt.ArrayLike,
    reserve: npt.ArrayLike,
    aht_seconds: npt.ArrayLike,
    patience_seconds: npt.ArrayLike = math.inf,
    threshold_seconds: npt.ArrayLike = 20.0,
) -> BlendedService:
    """The service of voice, and the deferrable work done beside it.

    Parameters
    ----------
    load, agents, aht_seconds, patience_seconds, threshold_seconds
        Voice, as in `staffing.queueing.erlang.erlang_a`; agents whole.
    reserve
        Idle agents left alone for voice, whole, at least 0; at least `agents` is no blending at all.

    Examples
    --------
    Of 30 agents for 20 erlangs, 10 are idle on average; a reserve of 4 uses more than half of that:

    >>> answer = blended_service(20, 30, [0, 4, 30], 300, 150)
    >>> answer.voice.service_level.round(3).tolist(), answer.deferred_load.round(2).tolist()
    ([0.56, 0.92, 0.991], [12.48, 8.08, 0.0])
    """
    from staffing.queueing.kernels.queue import queue
    from staffing.queueing.kernels.states import states_below

    refuse(
        [
            *check_range("load", load),
            *check_range("agents", agents, whole=True),
            *check_range("reserve", reserve, whole=True),
            *check_range("aht_seconds", aht_seconds, above=True),
            *check_range("patience_seconds", patience_seconds, finite=False),
            *check_range("threshold_seconds", threshold_seconds, finite=False),
        ]
    )
    shape, (a, n, r, h, p, t) = flat(load, agents, reserve, aht_seconds, patience_seconds, threshold_seconds)
    out = np.zeros((a.size, 7))
    deferred = np.zeros(a.size)
    for i in range(a.size):
        floor = n[i] - min(r[i], n[i])
        if a[i] <= 0.0:
            deferred[i] = floor
            continue
        below, lowest = (float(states_below(a[i], n[i])), 0.0) if floor <= 0.0 else _between(a[i], n[i], floor)
        queue(below, n[i], a[i], n[i] - a[i], p[i] / h[i], t[i] / h[i], out[i, :6])
        out[i, 6] = min(a[i] * (1.0 - out[i, 2]) / n[i], 1.0) if n[i] > 0 else 1.0
        # In the lowest state every departure is followed at once by a piece of deferrable work; without a reserve
        # that is the state "all busy, nobody waits", and whoever is not on a call is on such work.
        deferred[i] = floor * (1.0 - out[i, 0]) * lowest if floor < n[i] else max(n[i] - a[i] * (1.0 - out[i, 2]), 0.0)
    return BlendedService(tabulate(shape, a, h, out), deferred.reshape(shape))


def _between(load: float, agents: float, floor: float) -> tuple[float, float]:
    """Probability of `floor` to agents - 1 busy relative to "all busy, nobody waits", and of `floor` among them."""
    with np.errstate(over="ignore"):
        below = float(np.sum(np.cumprod(np.arange(agents, floor, -1.0) / load)))
        lowest = 1.0 / (1.0 + float(np.sum(np.cumprod(load / np.arange(floor + 1.0, agents)))))
    return below, lowest


def reserve_needed(
    load: float,
    agents: int,
    aht_seconds: float,
    goals: Goals,
    patience_seconds: float = math.inf,
) -> int | None:
    """Smallest reserve with which voice keeps its goals; None where the agents do not even suffice without blending.

    Parameters
    ----------
    load
        Offered voice load in erlangs, at least 0.
    agents
        Agents on voice and on work that can wait.
    aht_seconds
        Mean handling time of voice, above 0.
    goals
        What voice is promised.
    patience_seconds
        Mean patience; infinite: nobody gives up.

    Examples
    --------
    >>> reserve_needed(20, 30, 300, Goals(service_level=0.8), 150)
    2
    """
    refuse([*check_range("agents", agents, whole=True), *goals.problems()])

    def holds(reserve: int) -> bool:
        def voice(threshold: float) -> Service:
            return blended_service(load, agents, reserve, aht_seconds, patience_seconds, threshold).voice

        return met(goals, voice)

    if not holds(agents):
        return None
    low, high = -1, agents
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
