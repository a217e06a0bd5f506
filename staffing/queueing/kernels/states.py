"""States below "all busy": how likely a free agent or chat slot is."""

from __future__ import annotations

import math

from staffing.queueing.kernels.compiled import compiled


@compiled
def states_below(load: float, agents: float) -> float:
    """Probability that an agent is free relative to "all busy, nobody waits": 1 / B(agents, load) - 1."""
    if agents <= 0.0:
        return 0.0
    if load <= 0.0:
        return math.inf
    total, term, k = 0.0, 1.0, agents
    while k >= 1.0:
        term *= k / load
        total += term
        k -= 1.0
        if k < load and term * load < 1e-18 * total * (load - k):
            return total
        if total > 1e300:
            return math.inf
    if k > 0.0:
        total += term * _states_below_fraction(load, k)
    return total


@compiled
def _states_below_fraction(load: float, agents: float) -> float:
    """The same for 0 < agents < 1, from 1 / B(x, A) = exp(A) A**-x Gamma(1 + x, A)."""
    x = agents
    if load < 1.0:
        # Gamma(1 + x, A) by the series of the lower function.
        term = 1.0 / (1.0 + x)
        total = term
        j = 1.0
        while term > 1e-18 * total:
            term *= load / (1.0 + x + j)
            total += term
            j += 1.0
        return max(math.exp(load - x * math.log(load) + math.lgamma(1.0 + x)) - load * total - 1.0, 0.0)
    # Continued fraction of the upper function (Lentz): 1 / B = A / (A - x + x / (A + 2 - x - ...)).
    b = load - x
    c = 1e300
    d = 1.0 / b
    h = d
    for i in range(1, 10_000):
        an = -i * (i - 1.0 - x)
        b += 2.0
        d = 1.0 / (an * d + b)
        c = b + an / c
        delta = c * d
        h *= delta
        if abs(delta - 1.0) < 3e-16:
            break
    return max(load * h - 1.0, 0.0)


@compiled
def chat_rate(agents: int, concurrency: int, slowdown: float, chats: int) -> float:
    """Chats completed per handling time while `chats` are spread evenly over `agents`."""
    each, more = chats // agents, chats % agents
    low = each / (1.0 + slowdown * (each - 1)) if each > 0 else 0.0
    high = (each + 1) / (1.0 + slowdown * each) if more > 0 else 0.0
    return (agents - more) * low + more * high


@compiled
def chat_states_below(load: float, agents: int, concurrency: int, slowdown: float) -> float:
    """Probability that a chat slot is free relative to "all slots taken, nobody waits"."""
    if agents <= 0:
        return 0.0
    if load <= 0.0:
        return math.inf
    total, term = 0.0, 1.0
    for chats in range(agents * concurrency, 0, -1):
        rate = chat_rate(agents, concurrency, slowdown, chats)
        term *= rate / load
        total += term
        if total > 1e300:
            return math.inf
        if slowdown <= 1.0 and rate < load and term * load < 1e-18 * total * (load - rate):
            break
    return total
