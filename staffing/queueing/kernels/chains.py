"""Birth-death chains carried through time by uniformisation, and the felt load.

A chain with bounded rates is a discrete chain stepped at the events of a Poisson clock (Jensen 1953; Grassmann 1977).
Sums of positive terms only, so neither probabilities nor their time integrals lose digits.
"""

from __future__ import annotations

import math

import numpy as np

from staffing.grid import FloatArray
from staffing.queueing.kernels.compiled import compiled

_STRETCH = 300.0
"""Expected clock ticks carried at once; longer times are cut, so that the Poisson weights stay accurate."""


@compiled
def _ticks(mean: float) -> FloatArray:
    """Poisson probabilities 0, 1, ... of the number of ticks, cut where less than 1e-17 is left."""
    count = int(mean + 10.0 * math.sqrt(mean) + 30.0)
    out = np.empty(count)
    for k in range(count):
        out[k] = math.exp(k * math.log(mean) - mean - math.lgamma(k + 1.0))
    out /= out.sum()
    return out


@compiled
def forward(
    state: FloatArray, arrival: float, agents: int, service: float, patience: float, seconds: float, spent: FloatArray
) -> None:
    """Carry the distribution of the number in the system through `seconds`, in place.

    Rates per second: `arrival`, `service` per busy agent, `patience` per waiting contact. Adds the time integral of the
    distribution to `spent`. An arrival that finds the last state is turned away (the caller keeps it improbable).
    """
    size = state.size
    clock = arrival + agents * service + max(size - 1 - agents, 0) * patience
    if clock <= 0.0:
        spent += seconds * state
        return
    stretches = max(1, math.ceil(clock * seconds / _STRETCH))
    part = seconds / stretches
    if part <= 0.0:
        return
    weights = _ticks(clock * part)
    tails = np.empty(weights.size)
    left = 0.0
    for k in range(weights.size - 1, -1, -1):
        tails[k] = left / clock
        left += weights[k]
    up = arrival / clock
    down = np.empty(size)
    for n in range(size):
        down[n] = (min(n, agents) * service + max(n - agents, 0) * patience) / clock
    step = np.empty(size)
    for _ in range(stretches):
        result = weights[0] * state
        spent += tails[0] * state
        for k in range(1, weights.size):
            for n in range(size):
                stay = 1.0 - down[n] - (up if n < size - 1 else 0.0)
                value = stay * state[n]
                if n > 0:
                    value += up * state[n - 1]
                if n < size - 1:
                    value += down[n + 1] * state[n + 1]
                step[n] = value
            for n in range(size):
                state[n] = step[n]
                result[n] += weights[k] * step[n]
                spent[n] += tails[k] * step[n]
        state[:] = result


@compiled
def backward(answered: FloatArray, agents: int, service: float, patience: float, seconds: float) -> None:
    """Carry "will be answered in time, with j ahead in the queue" back through `seconds`, in place.

    Who arrives later does not matter: first come, first served.
    """
    size = answered.size
    clock = agents * service + size * patience
    if clock <= 0.0 or seconds <= 0.0:
        return
    stretches = max(1, math.ceil(clock * seconds / _STRETCH))
    weights = _ticks(clock * seconds / stretches)
    step = np.empty(size)
    for _ in range(stretches):
        result = weights[0] * answered
        for k in range(1, weights.size):
            for j in range(size):
                ahead = (agents * service + j * patience) / clock
                stay = 1.0 - ahead - patience / clock
                step[j] = ahead * (answered[j - 1] if j > 0 else 1.0) + stay * answered[j]
            # Once a contact has been reached the answer stays "yes": the term j = -1 is always 1.
            for j in range(size):
                answered[j] = step[j]
                result[j] += weights[k] * step[j]
        answered[:] = result


@compiled
def felt_load(load: FloatArray, aht: FloatArray, seconds: float, start: float, out: FloatArray) -> None:
    """Mean over each interval of m' = (load - m) / AHT, from m = `start`."""
    held = start
    for i in range(load.size):
        x = seconds / aht[i]
        gone = -math.expm1(-x)
        out[i] = load[i] + (held - load[i]) * gone / x
        held += (load[i] - held) * gone
