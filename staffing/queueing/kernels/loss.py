"""Pools without a queue: Erlang B and its inverses."""

from __future__ import annotations

import math

from staffing.grid import FloatArray
from staffing.queueing.kernels.compiled import compiled
from staffing.queueing.kernels.states import states_below


@compiled
def loss(load: FloatArray, agents: FloatArray, out: FloatArray) -> None:
    """Erlang B for each element."""
    for i in range(load.size):
        out[i] = 1.0 / (1.0 + states_below(load[i], agents[i]))


@compiled
def loss_load(agents: FloatArray, blocking: FloatArray, load: FloatArray) -> None:
    """Largest load of each element that loses no more than the share `blocking`."""
    for i in range(agents.size):
        n, most = agents[i], blocking[i]
        if most >= 1.0 or most <= 0.0:
            load[i] = math.inf if most >= 1.0 else 0.0
            continue
        low, high = 0.0, n / (1.0 - most) + 1.0
        while high - low > 1e-15 * high and high > 1e-300:
            test = 0.5 * (low + high)
            if test <= low or test >= high:
                break
            if 1.0 / (1.0 + states_below(test, n)) <= most:
                low = test
            else:
                high = test
        load[i] = low


@compiled
def loss_lines(load: FloatArray, blocking: FloatArray, lines: FloatArray) -> None:
    """Fewest whole lines of each element that lose no more than the share `blocking`."""
    for i in range(load.size):
        # 1 / B(n) = 1 + n / A * 1 / B(n - 1), from no line on.
        n, inverse = 0.0, 1.0
        while load[i] > 0.0 and 1.0 / inverse > blocking[i]:
            n += 1.0
            inverse = 1.0 + n / load[i] * inverse
        lines[i] = n
