"""Patience that is not exponential: M/M/n+G.

Real patience is not memoryless: many hang up within seconds, others hold out; announcements make steps. With the
survival function S(x) = P(patience > x) and its integral H(x), the virtual wait has, relative to "all busy, nobody
waits", the density

    n / AHT * exp(lambda H(x) - n x / AHT),

and every measure is an integral over it (Baccelli and Hebuterne 1981; Zeltyn and Mandelbaum 2005, section 2). The
exponent is concave; it is integrated by Gauss-Legendre panels over the part where it is within 44 of its peak, cut at
the steps of S and graded towards 0, where some patience laws have an infinite slope.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import special

from staffing.errors import Problem
from staffing.grid import FloatArray
from staffing.queueing.arguments import check_fraction, check_range, flat, refuse
from staffing.queueing.erlang import Service, tabulate

_DROP = 44.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)


@dataclass(frozen=True)
class Patience:
    """A law of patience, in seconds.

    Attributes
    ----------
    name
        What it is.
    survival
        P(patience > x), for arrays x >= 0; not increasing.
    integral
        Its integral from 0 to x.
    breaks
        Seconds at which `survival` jumps or bends.
    mean
        Mean patience; infinite where some never give up.
    """

    name: str
    survival: Callable[[FloatArray], FloatArray]
    integral: Callable[[FloatArray], FloatArray]
    breaks: tuple[float, ...] = ()
    mean: float = math.inf


def exponential(mean_seconds: float) -> Patience:
    """Memoryless patience: Erlang A."""
    refuse(check_range("mean_seconds", mean_seconds, above=True))
    return Patience(
        "exponential",
        lambda x: np.exp(-x / mean_seconds),
        lambda x: -mean_seconds * np.expm1(-x / mean_seconds),
        (),
        mean_seconds,
    )


def fixed(seconds: float) -> Patience:
    """Everybody waits exactly so long: an announcement, a timeout."""
    refuse(check_range("seconds", seconds, above=True))
    return Patience(
        "fixed", lambda x: (x < seconds).astype(np.float64), lambda x: np.minimum(x, seconds), (seconds,), seconds
    )


def uniform(longest_seconds: float) -> Patience:
    """Evenly spread between 0 and the longest."""
    refuse(check_range("longest_seconds", longest_seconds, above=True))

    def integral(x: FloatArray) -> FloatArray:
        u: FloatArray = np.minimum(x, longest_seconds)
        return np.asarray(u - 0.5 * u * u / longest_seconds, dtype=np.float64)

    return Patience(
        "uniform",
        lambda x: np.asarray(np.maximum(1.0 - x / longest_seconds, 0.0), dtype=np.float64),
        integral,
        (longest_seconds,),
        0.5 * longest_seconds,
    )


def lognormal(mean_seconds: float, variation: float) -> Patience:
    """Lognormal patience with a coefficient of variation; what call-by-call records often look like."""
    refuse(
        [
            *check_range("mean_seconds", mean_seconds, above=True),
            *check_range("variation", variation, above=True),
        ]
    )
    sigma = math.sqrt(math.log1p(variation**2))
    centre = math.log(mean_seconds) - 0.5 * sigma**2

    def score(x: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore"):
            return (np.log(x) - centre) / sigma

    def integral(x: FloatArray) -> FloatArray:
        z = score(x)
        return np.asarray(x * special.ndtr(-z) + mean_seconds * special.ndtr(z - sigma), dtype=np.float64)

    return Patience(
        "lognormal", lambda x: np.asarray(special.ndtr(-score(x)), dtype=np.float64), integral, (), mean_seconds
    )


def weibull(mean_seconds: float, shape: float) -> Patience:
    """Weibull patience: shape below 1 for many early hang-ups and few very patient, above 1 for the opposite."""
    refuse(
        [
            *check_range("mean_seconds", mean_seconds, above=True),
            *check_range("shape", shape, 0.1, 50.0),
        ]
    )
    scale = mean_seconds / math.gamma(1.0 + 1.0 / shape)
    return Patience(
        "weibull",
        lambda x: np.exp(-((x / scale) ** shape)),
        lambda x: np.asarray(mean_seconds * special.gammainc(1.0 / shape, (x / scale) ** shape), dtype=np.float64),
        (),
        mean_seconds,
    )


def mixture(parts: Sequence[tuple[float, Patience]]) -> Patience:
    """Shares of customers with different patience, e.g. 10% who leave within seconds.

    Raises
    ------
    InputError
        Where the shares do not add up to 1.
    """
    shares = [share for share, _ in parts]
    problems = [p for share in shares for p in check_fraction("share", share)]
    if not problems and abs(math.fsum(shares) - 1.0) > 1e-9:
        problems.append(Problem("shares", f"add up to {math.fsum(shares):g}", "they must add up to 1"))
    refuse(problems)
    return Patience(
        "mixture",
        lambda x: sum((share * law.survival(x) for share, law in parts), np.zeros_like(x)),
        lambda x: sum((share * law.integral(x) for share, law in parts), np.zeros_like(x)),
        tuple(sorted({b for _, law in parts for b in law.breaks})),
        math.fsum(share * law.mean for share, law in parts if share > 0),
    )


def observed(seconds: npt.ArrayLike, survival: npt.ArrayLike) -> Patience:
    """A step function, as the Kaplan-Meier estimate from waits and abandonments gives.

    Parameters
    ----------
    seconds
        Instants of the steps, at least 0, increasing, shape (N,).
    survival
        P(patience > x) from each step on, not increasing, in [0, 1], shape (N,); before the first step it is 1, after
        the last it stays.

    Examples
    --------
    >>> law = observed([10, 60], [0.9, 0.2])
    >>> law.integral(np.array([0.0, 10.0, 20.0, 100.0])).tolist()
    [0.0, 10.0, 19.0, 63.0]
    """
    at, level = np.atleast_1d(np.asarray(seconds, float)), np.atleast_1d(np.asarray(survival, float))
    problems = [*check_range("seconds", at), *check_range("survival", level, 0.0, 1.0)]
    if at.shape != level.shape or at.ndim != 1 or at.size == 0:
        problems.append(
            Problem("seconds, survival", f"shapes {at.shape} and {level.shape}", "two lines of equal length")
        )
    elif np.any(np.diff(at) <= 0) or np.any(np.diff(level) > 0):
        problems.append(Problem("seconds, survival", "not in order", "seconds increase, survival does not"))
    refuse(problems)
    levels = np.concatenate([[1.0], level])
    starts = np.concatenate([[0.0], at])
    areas = np.concatenate([[0.0], np.cumsum(levels[:-1] * np.diff(starts))])

    def integral(x: FloatArray) -> FloatArray:
        piece = np.searchsorted(starts, x, side="right") - 1
        return np.asarray(areas[piece] + levels[piece] * (x - starts[piece]), dtype=np.float64)

    return Patience(
        "observed",
        lambda x: levels[np.searchsorted(at, x, side="right")],
        integral,
        tuple(float(a) for a in at if a > 0),
        float(areas[-1]) if level[-1] == 0 else math.inf,
    )


def general_service(
    load: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_seconds: npt.ArrayLike,
    patience: Patience,
    threshold_seconds: npt.ArrayLike = 20.0,
) -> Service:
    """The service where patience follows any law (M/M/n+G), to about 1e-10.

    Parameters are those of `staffing.queueing.erlang.erlang_a`; where some never give up and alone keep the agents
    busy the queue grows for ever, as in Erlang C. "Abandoned before the threshold" counts who leaves at the threshold
    itself.

    Examples
    --------
    The same mean patience, served and lost quite differently:

    >>> laws = exponential(60), fixed(60), lognormal(60, 2.0)
    >>> [round(float(general_service(100, 95, 300, law).service_level), 3) for law in laws]
    [0.85, 0.361, 0.883]
    """
    refuse(
        [
            *check_range("load", load),
            *check_range("agents", agents),
            *check_range("aht_seconds", aht_seconds, above=True),
            *check_range("threshold_seconds", threshold_seconds),
        ]
    )
    shape, (a, n, h, t) = flat(load, agents, aht_seconds, threshold_seconds)
    out = np.array([_steady(*values, patience) for values in zip(a, n, h, t, strict=True)]).reshape(-1, 7)
    return tabulate(shape, a, h, out)


def _steady(load: float, agents: float, aht: float, threshold: float, law: Patience) -> list[float]:
    """One row of the kernels' table: waits in handling times."""
    from staffing.queueing.kernels.states import states_below

    if load <= 0.0:
        return [0.0] * 7
    below = float(states_below(load, agents))
    if math.isinf(below):
        return [0.0] * 6 + [load / agents]
    arrival, service = load / aht, agents / aht
    if agents <= 1e-12:
        early = 1.0 - float(law.survival(np.array([threshold]))[0])
        forever = float(law.survival(np.array([1e300]))[0])
        return [1.0, 1.0, 1.0 - forever, early, math.inf, law.mean / aht, 1.0]

    def rise(x: float) -> float:
        """Slope of the exponent."""
        return arrival * float(law.survival(np.array([x]))[0]) - service

    def height(x: FloatArray) -> FloatArray:
        return arrival * law.integral(x) - service * x

    mode = _mode(rise, aht)
    if mode is None:
        return [1.0, 1.0, 0.0, 0.0, math.inf, math.inf, 1.0]
    peak = float(height(np.array([mode]))[0])

    def depth(x: float) -> float:
        return peak - float(height(np.array([x]))[0])

    right = max(mode, aht) * 1e-6
    while depth(mode + right) < _DROP:
        right *= 2.0
        if right > 1e15:
            return [1.0, 1.0, 0.0, 0.0, math.inf, math.inf, 1.0]
    end = _reach(lambda d: depth(mode + d) < _DROP, right) + mode
    start = 0.0 if mode <= 0.0 or depth(0.0) < _DROP else mode - _reach(lambda d: depth(mode - d) < _DROP, mode)
    x, weight = _panels(start, end, mode, threshold, law.breaks, depth)
    survival = law.survival(x)
    density = service * weight * np.exp(height(x) - peak)
    below *= math.exp(-peak) if peak > -700.0 else math.inf
    total = below + float(density.sum())
    within = x <= threshold
    stay, leave = density * survival, density * (1.0 - survival)
    lost = float(leave.sum()) / total
    served = (below + float(stay.sum())) / total
    early = float(leave[within].sum())
    later = float(density[~within].sum())
    gone = 1.0 - float(law.survival(np.array([threshold]))[0])
    return [
        float(density.sum()) / total,
        (later + early) / total,
        lost,
        (early + gone * later) / total,
        float((stay * x).sum()) / total / served / aht if served > 0 else math.inf,
        float((density * law.integral(x)).sum()) / total / aht,
        min(load * (1.0 - lost) / agents, 1.0),
    ]


def _mode(rise: Callable[[float], float], aht: float) -> float | None:
    """Where the exponent, of slope `rise`, is highest; None where it rises for ever."""
    if rise(0.0) <= 0.0:
        return 0.0
    high = aht
    while rise(high) > 0.0:
        high *= 2.0
        if high > 1e15:
            return None
    low = 0.0
    while high - low > 1e-15 * high:
        middle = 0.5 * (low + high)
        if middle <= low or middle >= high:
            break
        low, high = (middle, high) if rise(middle) > 0.0 else (low, middle)
    return high


def _reach(inside: Callable[[float], bool], outside: float) -> float:
    """About the distance at which `inside` ends, `outside` being beyond it."""
    low, high = 0.0, outside
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if inside(middle) else (low, middle)
    return high


def _panels(
    start: float, end: float, mode: float, threshold: float, breaks: tuple[float, ...], depth: Callable[[float], float]
) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of all panels between `start` and `end`."""
    graded = [end * 2.0**-k for k in range(1, 41)]
    cuts = {start, end, *(p for p in (mode, threshold, *breaks, *graded) if start < p < end)}
    edges = sorted(cuts)
    nodes, weights = [], []
    for low, high in pairwise(edges):
        parts = max(1, math.ceil(abs(depth(high) - depth(low)) / 8.0))
        width = (high - low) / parts
        for k in range(parts):
            nodes.append(low + width * (k + 0.5 * (1.0 + _NODES)))
            weights.append(0.5 * width * _WEIGHTS)
    return np.concatenate(nodes), np.concatenate(weights)
