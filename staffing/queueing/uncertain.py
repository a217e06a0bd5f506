"""Agents for a load that is itself uncertain: how sure one wants to be, not only how good.

Erlang's formulas know the chance of single calls but take the mean as known. A forecast is wrong by more than that:
with 10% error in the day's volume the service of a bad day falls from 0.77 to 0.60. As the service only falls with
the load, the target is met with probability p exactly where it is met at the p-quantile of the mean load; and the
share of contacts answered in time over many such intervals is the load-weighted mean over its distribution.
References: Whitt (2006), Staffing a call center with uncertain arrival rate and absenteeism; Jongbloed and Koole
(2001), Managing uncertainty in call centres using Poisson mixtures.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from staffing.errors import Problem
from staffing.grid import FloatArray
from staffing.queueing.arguments import check_range, refuse
from staffing.queueing.erlang import erlang_a
from staffing.queueing.inverse import Goals, agents_needed

_NORMAL = NormalDist()


def mean_quantile(
    contacts: npt.ArrayLike, quantiles: npt.ArrayLike, levels: npt.ArrayLike, probability: float
) -> FloatArray:
    """Quantile of the mean number of contacts, from a forecast's quantiles of the number itself.

    The quantiles of a forecast contain the chance of single contacts (Poisson), which the queueing formulas add once
    more. So their distances from the expected value are shrunk by sqrt(1 - Poisson variance / variance), the variance
    being read from the 10% and 90% quantiles (or the outermost); between levels the normal score is interpolated, and
    beyond them continued.

    Parameters
    ----------
    contacts
        Expected contacts, shape (...).
    quantiles
        Their quantiles at `levels`, shape (L, ...), not decreasing along the first axis.
    levels
        Probabilities, increasing, shape (L,), at least two.
    probability
        In (0, 1).

    Examples
    --------
    >>> mean_quantile([100.0], [[74.4], [100.0], [125.6]], [0.1, 0.5, 0.9], 0.9).round(1).tolist()
    [122.2]
    """
    mean, table = np.asarray(contacts, dtype=np.float64), np.asarray(quantiles, dtype=np.float64)
    level = np.asarray(levels, dtype=np.float64)
    problems = [*check_range("contacts", mean), *check_range("quantiles", table)]
    if not 0 < probability < 1:
        problems.append(Problem("probability", f"{probability:g}", "a fraction between 0 and 1, e.g. 0.9"))
    if level.ndim != 1 or level.size < 2 or np.any(np.diff(level) <= 0) or np.any((level <= 0) | (level >= 1)):
        problems.append(
            Problem("levels", f"{level.tolist()}", "increasing probabilities between 0 and 1, at least two")
        )
    elif table.shape != (level.size, *mean.shape):
        problems.append(Problem("quantiles", f"shape {table.shape}", f"one row for each of {level.size} levels"))
    elif np.any(np.diff(table, axis=0) < 0):
        problems.append(Problem("quantiles", "they decrease somewhere", "a higher level has a higher quantile"))
    refuse(problems)
    scores = np.array([_NORMAL.inv_cdf(p) for p in level])
    low, high = int(np.argmin(np.abs(level - 0.1))), int(np.argmin(np.abs(level - 0.9)))
    if low == high:
        low, high = 0, level.size - 1
    sd = (table[high] - table[low]) / (scores[high] - scores[low])
    share = np.sqrt(np.maximum(1.0 - np.divide(mean, sd**2, out=np.ones_like(mean), where=sd > 0), 0.0))
    z = _NORMAL.inv_cdf(probability)
    k = int(np.clip(np.searchsorted(scores, z) - 1, 0, level.size - 2))
    along = (z - scores[k]) / (scores[k + 1] - scores[k])
    value = table[k] + along * (table[k + 1] - table[k])
    return np.asarray(np.maximum(mean + share * (value - mean), 0.0), dtype=np.float64)


def agents_for_expected_level(
    loads: npt.ArrayLike,
    weights: npt.ArrayLike,
    aht_seconds: float,
    goals: Goals,
    patience_seconds: float = math.inf,
) -> int:
    """Fewest agents with which the service level over many intervals of uncertain load reaches its goal.

    Over intervals whose load is one of `loads` with the probabilities `weights`, answered in time / offered is the
    mean of the service level weighted by the load. The other goals are asked for at every load on its own in
    `agents_needed`; here only `service_level` counts. With endless patience an overloaded interval counts as service
    level 0.

    Parameters
    ----------
    loads, weights
        Loads in erlangs that an interval may have, and their probabilities, of the same shape (N,).
    aht_seconds
        Mean handling time, above 0.
    goals
        Of which `service_level`, its variant and `threshold_seconds` count.
    patience_seconds
        Mean patience; infinite: nobody gives up.

    Raises
    ------
    InputError
        Without a goal for the service level, or where shapes or probabilities are wrong.

    Examples
    --------
    >>> goals = Goals(service_level=0.8, threshold_seconds=20)
    >>> agents_for_expected_level([100], [1], 300, goals, 150)
    99
    >>> agents_for_expected_level([80, 100, 120], [0.25, 0.5, 0.25], 300, goals, 150)
    106
    """
    load, weight = np.atleast_1d(np.asarray(loads, float)), np.atleast_1d(np.asarray(weights, float))
    problems = [*check_range("loads", load), *check_range("weights", weight), *goals.problems()]
    if load.shape != weight.shape:
        problems.append(
            Problem("weights", f"shape {weight.shape} for loads of shape {load.shape}", "one for each load")
        )
    elif weight.sum() <= 0:
        problems.append(Problem("weights", "all are 0", "probabilities"))
    if goals.service_level is None:
        problems.append(Problem("goals.service_level", "not given", "e.g. 0.8"))
    refuse(problems)
    offered = load * weight
    if goals.service_level is None or offered.sum() <= 0:
        return 0
    target = goals.service_level

    def level(agents: int) -> float:
        service = erlang_a(load, agents, aht_seconds, patience_seconds, goals.threshold_seconds).level(goals.variant)
        return float(offered @ service / offered.sum())

    at_once = Goals(target, goals.threshold_seconds, goals.variant)
    low, high = -1, int(np.max(agents_needed(load, aht_seconds, at_once, patience_seconds)))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if level(middle) >= target else (middle, high)
    return high
