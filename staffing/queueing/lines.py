"""Finite lines (a busy tone for who finds no place to wait) and redials (who did not get through tries again).

Finite lines: M/M/n/m+M, a birth-death chain summed state by state. The wait of a contact that finds j others waiting
is a sum of j + 1 exponential times with the rates of one, two ... departures; with patience, exp(-wait / patience) is
then Beta(a, j + 1) distributed, a = agents * patience / AHT, without it the wait is Gamma(j + 1). References: Gross,
Shortle, Thompson and Harris (2008), ch. 2; Garnett, Mandelbaum and Reiman (2002).

Redials: who abandons or finds the lines busy comes back with a given probability. Where the return takes long against
a handling time the returning stream is again Poisson, and the whole is the same queue under a load that carries its
own returns: the fixed point load = first + redial * (lost at that load) * load (Falin and Templeton 1997, ch. 1;
Aguir, Karaesmen, Aksin and Chauvet 2004). Quick redialling is worse than that: the returns then meet the very
congestion that sent them away.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from staffing.errors import Problem
from staffing.grid import FloatArray, read_only
from staffing.queueing.arguments import check_range, flat, refuse
from staffing.queueing.erlang import Service, erlang_a, tabulate


@dataclass(frozen=True)
class LineService:
    """Service with finite lines.

    Attributes
    ----------
    service
        All shares are of the offered, those who hear the busy tone included.
    blocked
        Share that hears the busy tone.
    """

    service: Service
    blocked: FloatArray

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True)
class RedialService:
    """Service with redials.

    Attributes
    ----------
    service
        Per attempt, first calls and redials alike.
    load
        Erlangs of all attempts.
    served
        Share of customers who get an agent in the end.
    """

    service: Service
    load: FloatArray
    served: FloatArray

    def __post_init__(self) -> None:
        read_only(self)


def line_service(
    load: npt.ArrayLike,
    agents: npt.ArrayLike,
    lines: npt.ArrayLike,
    aht_seconds: npt.ArrayLike,
    patience_seconds: npt.ArrayLike = math.inf,
    threshold_seconds: npt.ArrayLike = 20.0,
) -> LineService:
    """The service where calls in hand and waiting take a line each, and there are only so many.

    Parameters
    ----------
    load, agents, aht_seconds, patience_seconds, threshold_seconds
        As in `staffing.queueing.erlang.erlang_a`; agents whole.
    lines
        Lines in all, at least as many as agents, at most 1,000,000 more.

    Examples
    --------
    As many lines as agents is Erlang B, very many are Erlang A:

    >>> few, many = line_service(10, 10, [10, 1000], 300, patience_seconds=120).blocked.round(4).tolist()
    >>> few, many
    (0.2146, 0.0)
    """
    problems = [
        *check_range("load", load),
        *check_range("agents", agents, whole=True),
        *check_range("lines", lines, whole=True),
        *check_range("aht_seconds", aht_seconds, above=True),
        *check_range("patience_seconds", patience_seconds, finite=False),
        *check_range("threshold_seconds", threshold_seconds),
    ]
    if not problems:
        room = np.asarray(lines, dtype=np.float64) - np.asarray(agents, dtype=np.float64)
        problems += check_range("lines - agents", room, 0.0, 1e6, todo="from as many lines as agents to 1,000,000 more")
    refuse(problems)
    shape, (a, n, m, h, p, t) = flat(load, agents, lines, aht_seconds, patience_seconds, threshold_seconds)
    rows = [_lines(*values) for values in zip(a, n, m - n, p / h, t / h, strict=True)]
    out = np.array([row for row, _ in rows]).reshape(-1, 7)
    blocked = np.array([share for _, share in rows]).reshape(shape)
    return LineService(tabulate(shape, a, h, out), blocked)


def _lines(load: float, agents: float, room: float, patience: float, threshold: float) -> tuple[list[float], float]:
    """One row of the kernels' table and the share that is blocked; times in handling times."""
    from staffing.queueing.kernels.states import states_below

    if load <= 0.0:
        return [0.0] * 7, 0.0
    if agents <= 0.0 and room <= 0.0:
        return [0.0, 1.0, 0.0, 0.0, math.inf, 0.0, 1.0], 1.0
    below = float(states_below(load, agents))
    if math.isinf(below):
        return [0.0] * 6 + [load / agents], 0.0
    if agents <= 0.0 and math.isinf(patience):
        # Whoever came first fills the lines for ever.
        return [0.0, 1.0, 0.0, 0.0, math.inf, math.inf, 1.0], 1.0
    j = np.arange(int(room) + 1, dtype=np.float64)
    # Logarithm of each state's weight relative to "all busy, nobody waits".
    down = agents + (j[1:] / patience if patience > 0 else np.where(j[1:] > 0, math.inf, 0.0))
    with np.errstate(divide="ignore"):
        log_weight = np.concatenate([[0.0], np.cumsum(math.log(load) - np.log(down))])
    peak = float(np.max(log_weight))
    weight = np.exp(log_weight - peak)
    total = below * math.exp(-peak) + float(weight.sum())
    blocked = float(weight[-1]) / total
    found, ahead = weight[:-1] / total, j[:-1]
    a = agents * patience
    if math.isinf(patience):
        gets = np.ones_like(ahead)
        soon = special.gammainc(ahead + 1.0, agents * threshold)
        early = np.zeros_like(ahead)
        wait = (ahead + 1.0) / agents
        mean = float(found @ wait)
    elif a <= 0.0:
        gets = soon = wait = np.zeros_like(ahead)
        early = np.full_like(ahead, -math.expm1(-threshold / patience) if patience > 0 else float(threshold > 0))
        mean = patience * float(found.sum())
    else:
        left = math.exp(-threshold / patience)
        gets = a / (a + ahead + 1.0)
        soon = gets * special.betaincc(a + 1.0, ahead + 1.0, left)
        early = np.maximum(1.0 - left * special.betainc(a, ahead + 1.0, left) - soon, 0.0)
        wait = patience * np.cumsum(1.0 / (a + ahead + 1.0))
        mean = patience * float(found @ (1.0 - gets))
    lost = float(found @ (1.0 - gets)) if not math.isinf(patience) else 0.0
    queued = float(found.sum())
    served = 1.0 - blocked - lost if agents > 0 else 0.0
    row = [
        queued,
        blocked + float(found @ (1.0 - soon)),
        lost,
        float(found @ early),
        float(found @ (gets * wait)) / served if served > 0 else math.inf,
        mean,
        min(load * served / agents, 1.0) if agents > 0 else 1.0,
    ]
    return row, blocked


def redial_service(
    load: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_seconds: npt.ArrayLike,
    patience_seconds: npt.ArrayLike,
    redial: float,
    threshold_seconds: npt.ArrayLike = 20.0,
    lines: npt.ArrayLike | None = None,
) -> RedialService:
    """The service where lost callers try again, later, with the probability `redial`.

    Parameters
    ----------
    load
        Erlangs of first calls.
    redial
        Chance that a lost caller tries again, at least 0 and below 1.
    lines
        Lines in all, as in `line_service`; None: no limit.
    agents, aht_seconds, patience_seconds, threshold_seconds
        As in `staffing.queueing.erlang.erlang_a`.

    Examples
    --------
    >>> answer = redial_service(100, 90, 300, 120, redial=0.5)
    >>> round(float(answer.load), 1), round(float(answer.service.abandonment), 3), round(float(answer.served), 3)
    (110.4, 0.189, 0.896)
    """
    problems = check_range("redial", redial, 0.0, 1.0)
    if not problems and redial >= 1:
        problems = [Problem("redial", f"{redial:g}", "below 1: who never gives up is endless patience")]
    refuse(problems)

    def attempt(offered: FloatArray) -> tuple[Service, FloatArray]:
        if lines is None:
            service = erlang_a(offered, agents, aht_seconds, patience_seconds, threshold_seconds)
            return service, service.abandonment
        both = line_service(offered, agents, lines, aht_seconds, patience_seconds, threshold_seconds)
        return both.service, both.service.abandonment + both.blocked

    inputs = [load, agents, aht_seconds, patience_seconds, threshold_seconds, 0 if lines is None else lines]
    first = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in inputs))[0]
    total = _fixed_point(first, redial, lambda offered: attempt(offered)[1])
    service, lost = attempt(total)
    served = np.divide(total * (1.0 - lost), first, out=np.ones_like(first), where=first > 0)
    return RedialService(service, total, np.minimum(served, 1.0))


def _fixed_point(first: FloatArray, redial: float, lost: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """The load that carries its own returns, by bisection: what is left of it after the returns grows with it."""
    low, high = first.copy(), first / (1.0 - redial)
    for _ in range(60):
        middle = 0.5 * (low + high)
        short = middle - redial * lost(middle) * middle < first
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return 0.5 * (low + high)
