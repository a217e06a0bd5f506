"""The inverse: waits that a share of the contacts does not exceed."""

from __future__ import annotations

import math

import numpy as np

from staffing.grid import FloatArray
from staffing.queueing.kernels.compiled import compiled
from staffing.queueing.kernels.pool import pool


@compiled
def _waits_at_most(out: FloatArray, share: float, served: bool) -> bool:
    """Whether the share waits no longer than the threshold that `out` was computed for."""
    if share <= 0.0 or out[0] <= 0.0:
        return True
    if share >= 1.0:
        return False
    if served:
        # Served later than the threshold = not served within it - gave up.
        return bool(out[2] < 1.0 and out[1] - out[2] <= (1.0 - share) * (1.0 - out[2]))
    return bool(out[1] - out[3] <= 1.0 - share)


@compiled
def wait_quantiles(
    load: FloatArray,
    agents: FloatArray,
    aht: FloatArray,
    patience: FloatArray,
    share: FloatArray,
    served: bool,
    concurrency: int,
    slowdown: float,
    seconds: FloatArray,
) -> None:
    """Shortest wait, in seconds, that the share of all (or of the served) contacts does not exceed."""
    out = np.zeros(7)
    for i in range(load.size):
        A, n, c, q = load[i], agents[i], patience[i] / aht[i], share[i]
        low, high = 0.0, 0.0
        while high < 1e18:
            pool(A, n, n - A, concurrency, slowdown, c, high, out)
            if _waits_at_most(out, q, served):
                break
            low, high = high, max(2.0 * high, 1e-9)
        if high >= 1e18:
            seconds[i] = math.inf
            continue
        while high - low > 1e-15 * high:
            middle = 0.5 * (low + high)
            if middle <= low or middle >= high:
                break
            pool(A, n, n - A, concurrency, slowdown, c, middle, out)
            if _waits_at_most(out, q, served):
                high = middle
            else:
                low = middle
        seconds[i] = high * aht[i]
