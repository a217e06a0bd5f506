"""Shrinkage: paid time in which an agent handles no contacts, by cause, and what it adds to the people to roster."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from staffing.errors import Problem
from staffing.grid import FloatArray
from staffing.queueing.arguments import check_fraction, refuse


def shrinkage_problems(causes: Mapping[str, float], where: str = "shrinkage") -> list[Problem]:
    """Everything that is wrong with shrinkage by cause."""
    problems = [p for cause, share in causes.items() for p in check_fraction(f"{where}.{cause}", share)]
    if not problems and (total := math.fsum(causes.values())) >= 1:
        parts = " + ".join(f"{share:g}" for share in causes.values())
        problems.append(Problem(where, f"{parts} = {total:g} leaves nobody at work", "keep the sum below 1"))
    return problems


def combined_shrinkage(causes: Mapping[str, float]) -> float:
    """The causes added up: each is a share of paid time, and an hour is lost to one cause only.

    An agent who is ill is not in a meeting as well, so shares of the same paid hours add; multiplying (1 - 0.2)(1 -
    0.1) would be right only for a share *of what the other causes leave*.

    Raises
    ------
    InputError
        For a share outside [0, 1] (30 written for 0.3) or causes that leave nobody.

    Examples
    --------
    >>> round(combined_shrinkage({"absence": 0.2, "training": 0.03, "breaks": 0.07}), 6)
    0.3
    >>> combined_shrinkage({"absence": 30})
    Traceback (most recent call last):
        ...
    staffing.errors.InputError: shrinkage.absence: 30 (write 0.3 for 30%)
    """
    refuse(shrinkage_problems(causes))
    return math.fsum(causes.values())


def rostered(net: npt.ArrayLike, shrinkage: float, step: float = 0.25) -> FloatArray:
    """People to roster so that `net` are at work: net / (1 - shrinkage), rounded up to multiples of `step`.

    Parameters
    ----------
    net
        Agents at work.
    shrinkage
        Combined shrinkage, at least 0 and below 1.
    step
        Smallest part of an agent; 0: not rounded.

    Examples
    --------
    >>> rostered(100, 0.3, step=1).item()  # not 130: of 130, 30% are away and 91 are left
    143.0
    """
    refuse(shrinkage_problems({"combined": shrinkage}))
    gross = np.asarray(net, dtype=np.float64) / (1.0 - shrinkage)
    if step <= 0:
        return gross
    # A hair less than exact, so that 7 / (1 - 0.3) = 10.000000000000002 stays 10.
    return np.ceil(gross / step * (1 - 1e-12)) * step
