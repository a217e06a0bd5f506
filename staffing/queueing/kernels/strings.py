"""The taut string between two cumulative curves."""

from __future__ import annotations

import math

import numpy as np

from staffing.grid import FloatArray
from staffing.queueing.kernels.compiled import compiled


@compiled
def taut_string(low: FloatArray, high: FloatArray) -> FloatArray:
    """Points of the shortest path from ``low[0]`` to ``low[-1]`` with ``low <= path <= high``.

    From the current knot the widest funnel of slopes that passes between the curves is followed; where it closes, the
    path bends at the point that closed it (greatest convex minorant and least concave majorant in one sweep).
    """
    n = low.size
    path = np.empty(n)
    path[0] = low[0]
    knot = 0
    while knot < n - 1:
        steepest, flattest = math.inf, -math.inf
        at_high, at_low = knot, knot
        bend = n - 1
        value = low[n - 1]
        for i in range(knot + 1, n):
            up = (high[i] - path[knot]) / (i - knot)
            down = (low[i] - path[knot]) / (i - knot)
            if down > steepest:
                bend, value = at_high, high[at_high]
                break
            if up < flattest:
                bend, value = at_low, low[at_low]
                break
            if up <= steepest:
                steepest, at_high = up, i
            if down >= flattest:
                flattest, at_low = down, i
        slope = (value - path[knot]) / (bend - knot)
        for i in range(knot + 1, bend):
            path[i] = path[knot] + slope * (i - knot)
        path[bend] = value
        knot = bend
    return path
