"""How much handling times differ from contact to contact."""

from __future__ import annotations

import numpy as np

from staffing.grid import FloatArray, IntArray

ENOUGH = 100
"""Timed contacts below which no estimate is given: its relative standard error is then about a tenth or more."""

FORGOTTEN = 20.0
"""Handling times beyond so many medians of their queue count as that many: a contact that nobody closed in the system."""


def handling_sums(queue: IntArray, seconds: FloatArray, queues: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Number, sum and sum of squares of the positive handling times of each queue.

    Parameters
    ----------
    queue
        Queue of each contact, shape (N,).
    seconds
        Its handling time, shape (N,); NaN and 0 where unknown.
    queues
        Number of queues, Q.

    Returns
    -------
    tuple of FloatArray
        Each of shape (Q,); sums of several files add up.

    Examples
    --------
    >>> [x.tolist() for x in handling_sums(np.array([0, 0, 0]), np.array([100.0, 300.0, np.nan]), 1)]
    [[2.0], [400.0], [100000.0]]
    """
    count, total, squares = np.zeros(queues), np.zeros(queues), np.zeros(queues)
    for q in range(queues):
        own = seconds[(queue == q) & (seconds > 0)]
        if len(own):
            own = np.minimum(own, FORGOTTEN * np.median(own))
            count[q], total[q], squares[q] = len(own), own.sum(), np.square(own).sum()
    return count, total, squares


def handling_cv(count: FloatArray, total: FloatArray, squares: FloatArray) -> FloatArray:
    """Coefficient of variation (standard deviation / mean) of each queue's handling times, by the method of moments.

    Parameters
    ----------
    count, total, squares
        From `handling_sums`, shape (Q,).

    Returns
    -------
    FloatArray
        Shape (Q,); NaN where fewer than `ENOUGH` contacts were timed.

    Examples
    --------
    >>> n = np.array([200.0, 5.0])
    >>> handling_cv(n, n * 300.0, n * 300.0**2 * 1.64).round(3)
    array([0.8, nan])
    """
    out = np.full(len(count), np.nan)
    known = count >= ENOUGH
    mean = total[known] / count[known]
    out[known] = np.sqrt(np.maximum(squares[known] / count[known] - mean**2, 0.0)) / mean
    return out
