"""Compiled kernels of the staffing mathematics; imported only where numbers are computed.

Time is measured in handling times: a load of `load` erlangs arrives at rate `load`, `agents` work at rate `agents`, and
mean patience and threshold come divided by the handling time.

The queue behind a pool that works at total rate `rate` is the same for voice and chat. With mean patience c, let a =
rate * c and y = load * c. Seen from a waiting contact, v being its wait divided by the mean patience, the virtual
wait has the density a * exp(phi(v)) relative to the state "all busy, nobody waits", where

    phi(v) = y * (1 - exp(-v)) - a * v

(Baccelli and Hebuterne 1981; building blocks of Zeltyn and Mandelbaum 2005). phi is concave with its mode at
m = max(0, log(y / a)), and around the mode it is written without cancellation as

    phi(v) = -(a - y) v - y g(v)            where y <= a,
    phi(v) = phi(m) - a g(v - m)            where y > a,           g(u) = u - 1 + exp(-u) >= 0.

Small systems are summed over the queue's states instead, which is exact and quicker. Everything below keeps to sums and
products of positive numbers, so results are good to about 1e-14 at any size.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from staffing.grid import FloatArray, IntArray

_DROP = 44.0
"""Parts of an integrand below exp(-44) = 8e-20 of its peak are left out."""
_FLAT = 40.0
"""From here on exp(-u) is nothing beside 1."""
_NOBODY = 1e-12
"""Fewer agents than this are none: their share of the work is out of sight, and 1 / agents may overflow."""
_SERIES = 600.0
"""Largest y for which the queue's states are summed one by one; exp(600) does not overflow."""

_GAUSS = [np.polynomial.legendre.leggauss(n) for n in (8, 16, 32)]
_NODES = np.concatenate([nodes for nodes, _ in _GAUSS])
_WEIGHTS = np.concatenate([weights for _, weights in _GAUSS])


# -- states below "all busy" ---------------------------------------------------------------------------


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def chat_rate(agents: int, concurrency: int, slowdown: float, chats: int) -> float:
    """Chats completed per handling time while `chats` are spread evenly over `agents`."""
    each, more = chats // agents, chats % agents
    low = each / (1.0 + slowdown * (each - 1)) if each > 0 else 0.0
    high = (each + 1) / (1.0 + slowdown * each) if more > 0 else 0.0
    return (agents - more) * low + more * high


@njit(cache=True, nogil=True)
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


# -- the queue -----------------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _bend(u: float, less: float) -> float:
    """g(u) = u - 1 + exp(-u) without cancellation; `less` is expm1(-u)."""
    if abs(u) > 0.25:
        return u + less
    total = 0.0
    for k in range(13, 1, -1):
        total = (1.0 - u * total) / k if k > 2 else (1.0 - u * total) / 2.0
    return u * u * total


@njit(cache=True, nogil=True)
def _mode(a: float, y: float) -> tuple[float, float]:
    """Mode of phi and its height there."""
    if y <= a:
        return 0.0, 0.0
    x = (y - a) / a
    if x > 0.3:
        return math.log(y / a), y - a - a * math.log(y / a)
    r = x / (2.0 + x)
    power, rest = r * r * r, 0.0
    for k in range(3, 40, 2):
        rest += power / k
        power *= r * r
        if power < 1e-18 * rest:
            break
    return math.log1p(x), a * (x * r - 2.0 * rest)


@njit(cache=True, nogil=True)
def _panel(a: float, y: float, mode: float, lo: float, hi: float, out: FloatArray) -> None:
    """Add the integrals over one panel that does not straddle the mode."""
    over = y > a
    half, middle = 0.5 * (hi - lo), 0.5 * (hi + lo)
    slope = a * max(abs(math.expm1(mode - lo)), abs(math.expm1(mode - hi))) if over else a - y * math.exp(-hi)
    swing = (slope + 1.0) * (hi - lo)
    first, count = (0, 8) if swing < 2.0 else ((8, 16) if swing < 12.0 else (24, 32))
    for i in range(first, first + count):
        v = middle + half * _NODES[i]
        u = v - mode
        less = math.expm1(-u)
        if over:
            height = -a * _bend(u, less)
            stay = (a / y) * (1.0 + less)
            leave = -math.expm1(-v)
        else:
            height = -((a - y) * v + y * _bend(u, less))
            stay = 1.0 + less
            leave = -less
        f = half * _WEIGHTS[i] * a * math.exp(height)
        out[0] += f
        out[1] += f * stay
        out[2] += f * leave
        out[3] += f * stay * v


@njit(cache=True, nogil=True)
def _integrals(a: float, y: float, lo: float, hi: float, out: FloatArray) -> None:
    """Integrals over the wait v in [lo, hi] of a exp(phi(v) - phi(mode)) times 1, exp(-v), 1 - exp(-v), v exp(-v)."""
    out[:] = 0.0
    mode, _ = _mode(a, y)
    # Where phi has dropped by _DROP, from g(u) >= u * u / (2 + u), u > 0, and g(-w) = exp(w) - 1 - w.
    gap = max(a - y, 0.0)
    b = 2.0 * gap - _DROP
    right = (
        (-b + math.sqrt(b * b + 8.0 * a * _DROP)) / (2.0 * a)
        if b < 0.0
        else (4.0 * _DROP / (b + math.sqrt(b * b + 8.0 * a * _DROP)))
    )
    left = 0.0
    if y > a:
        left = math.sqrt(2.0 * _DROP / a)
        for _ in range(6):
            left = min(left, math.log1p(_DROP / a + left))
    lo, hi = max(lo, mode - left), min(hi, mode + right)
    flat = mode + _FLAT
    for side in range(2):
        start = lo if side == 0 else max(lo, mode)
        stop = min(hi, mode) if side == 0 else min(hi, flat)
        if stop <= start:
            continue
        panels = math.ceil(0.5 * (stop - start))
        width = (stop - start) / panels
        for p in range(panels):
            _panel(a, y, mode, start + p * width, start + (p + 1) * width, out)
    if hi > flat:
        start = max(lo, flat)
        # exp(-u) has gone: phi falls on a straight line.
        top = y if y <= a else a
        area = math.exp(top - a * (start - mode)) - math.exp(top - a * (hi - mode))
        out[0] += area
        out[2] += area


@njit(cache=True, nogil=True)
def queue(
    below: float, rate: float, load: float, spare: float, patience: float, threshold: float, out: FloatArray
) -> None:
    """Steady state of a queue behind a pool.

    `below` is the probability of a free place relative to "all taken, nobody waits"; `rate`, `load`, `patience`,
    `threshold` in handling times; `spare` is rate - load, given apart because close to saturation it decides
    everything. Fills `out` with: P(wait > 0), P(not served within the threshold), P(abandon), P(abandon before the
    threshold), mean wait of the served, mean wait of all.
    """
    out[:] = 0.0
    if load <= 0.0 or below == math.inf:
        return
    if rate <= _NOBODY:
        out[0] = out[1] = 1.0
        out[4] = math.inf
        if patience < math.inf:
            out[2] = 1.0
            out[3] = -math.expm1(-threshold / patience) if patience > 0.0 else (1.0 if threshold > 0.0 else 0.0)
        out[5] = patience
        return
    if patience > 1e30 and (spare > 0.0 or patience == math.inf):
        if spare <= 0.0:
            out[0] = out[1] = 1.0
            out[4] = out[5] = math.inf
            return
        # Everything divided by the sum over the queue, rate / (rate - load).
        out[0] = 1.0 / (1.0 + below * (spare / rate))
        out[1] = out[0] * math.exp(-spare * threshold)
        out[4] = out[5] = out[0] / spare
        return
    a, y = rate * patience, load * patience
    parts = np.zeros(4)
    _, height = _mode(a, y) if a > 0.0 else (0.0, 0.0)
    below *= math.exp(-height)
    if y <= _SERIES:
        # One by one: the contact that finds j waiting gives up with probability (j + 1) / (a + j + 1), and spends the
        # mean 1 / (a + i), i = 1 ... j + 1, in each place of the queue.
        w, j, share = math.exp(-height), 0.0, 1.0 / (a + 1.0)
        waiting, leaving, spent, places = w, w * share, w * a * share * share, share
        while True:
            ratio = y * share
            w *= ratio
            j += 1.0
            share = 1.0 / (a + j + 1.0)
            places += share
            waiting += w
            leaving += w * (j + 1.0) * share
            spent += w * a * share * places
            if ratio < 1.0 and w < 1e-18 * waiting * (1.0 - ratio):
                break
    else:
        _integrals(a, y, 0.0, math.inf, parts)
        waiting, leaving, spent = parts[0], parts[2], parts[3]
    total = below + waiting
    out[0] = waiting / total
    out[2] = min(leaving / total, 1.0)
    served = (below + (waiting - leaving)) / total
    out[4] = patience * spent / total / served if served > 0.0 else math.inf
    out[5] = patience * out[2]
    if threshold <= 0.0:
        out[1] = out[0]
        return
    if a <= 0.0:
        out[1], out[3] = out[0], out[2]
        return
    tau = threshold / patience
    _integrals(a, y, 0.0, tau, parts)
    later = max(waiting - parts[0], 0.0)
    out[1] = min(max(waiting - parts[1], 0.0) / total, 1.0)
    out[3] = min((parts[2] - math.expm1(-tau) * later) / total, out[2])


@njit(cache=True, nogil=True)
def pool(
    load: float,
    agents: float,
    spare: float,
    concurrency: int,
    slowdown: float,
    patience: float,
    threshold: float,
    out: FloatArray,
) -> None:
    """`queue` for voice (concurrency 1, real-valued agents, `spare` = agents - load) or chat (whole agents, `spare`
    unused).

    The last entry of `out` is the occupancy: the used share of what the agents can complete.
    """
    if concurrency <= 1:
        rate = agents
        queue(states_below(load, agents), rate, load, spare, patience, threshold, out[:6])
    else:
        n = int(agents)
        rate = chat_rate(n, concurrency, slowdown, n * concurrency) if n > 0 else 0.0
        below = chat_states_below(load, n, concurrency, slowdown)
        queue(below, rate, load, rate - load, patience, threshold, out[:6])
    out[6] = 0.0
    if load > 0.0:
        out[6] = min(load * (1.0 - out[2]) / rate, 1.0) if rate > _NOBODY else 1.0


@njit(cache=True, nogil=True)
def pools(
    load: FloatArray,
    agents: FloatArray,
    spare: FloatArray,
    concurrency: IntArray,
    slowdown: FloatArray,
    patience: FloatArray,
    threshold: FloatArray,
    out: FloatArray,
) -> None:
    """`pool` for each element; `out` has the shape (N, 7)."""
    for i in range(load.size):
        pool(load[i], agents[i], spare[i], concurrency[i], slowdown[i], patience[i], threshold[i], out[i])


@njit(cache=True, nogil=True)
def loss(load: FloatArray, agents: FloatArray, out: FloatArray) -> None:
    """Erlang B for each element."""
    for i in range(load.size):
        out[i] = 1.0 / (1.0 + states_below(load[i], agents[i]))


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def loss_lines(load: FloatArray, blocking: FloatArray, lines: FloatArray) -> None:
    """Fewest whole lines of each element that lose no more than the share `blocking`."""
    for i in range(load.size):
        # 1 / B(n) = 1 + n / A * 1 / B(n - 1), from no line on.
        n, inverse = 0.0, 1.0
        while load[i] > 0.0 and 1.0 / inverse > blocking[i]:
            n += 1.0
            inverse = 1.0 + n / load[i] * inverse
        lines[i] = n


# -- the inverse ---------------------------------------------------------------------------------------

GOALS = ("service_level", "variant", "threshold", "asa", "abandonment", "occupancy", "share", "wait", "mean_wait")
"""Entries of a goal: NaN or infinite where not asked for; variant 0, 1, 2, 3 as in `erlang.Variant`."""


@njit(cache=True, nogil=True)
def _in_handling_times(goal: FloatArray, aht: float, out: FloatArray) -> None:
    """A goal whose times are in seconds, in handling times."""
    out[:] = goal
    for i in (2, 3, 7, 8):
        out[i] /= aht


@njit(cache=True, nogil=True)
def meets(
    load: float,
    agents: float,
    spare: float,
    concurrency: int,
    slowdown: float,
    patience: float,
    goal: FloatArray,
    out: FloatArray,
) -> bool:
    """Whether every goal holds; with endless patience also whether the queue is stable."""
    if load <= 0.0:
        return True
    pool(load, agents, spare, concurrency, slowdown, patience, goal[2], out)
    if patience == math.inf and out[5] == math.inf:
        return False
    if out[6] > goal[5] * (1.0 + 1e-12) or out[4] > max(goal[3], 1e-12) or out[5] > max(goal[8], 1e-12):
        return False
    if out[2] > max(goal[4], 1e-16):
        return False
    if goal[0] == goal[0]:
        level = 1.0 - out[1]
        variant = int(goal[1])
        if variant == 1:
            level = level / (1.0 - out[3]) if out[3] < 1.0 else 0.0
        elif variant == 2:
            level = min(level / (1.0 - out[2]), 1.0) if out[2] < 1.0 else 0.0
        elif variant == 3:
            level += out[3]
        if level < goal[0]:
            return False
    if goal[6] == goal[6]:
        pool(load, agents, spare, concurrency, slowdown, patience, goal[7], out)
        if 1.0 - (out[1] - out[3]) < goal[6]:
            return False
    return True


@njit(cache=True, nogil=True)
def needed(
    load: FloatArray,
    aht: FloatArray,
    patience: FloatArray,
    concurrency: int,
    slowdown: float,
    goal_seconds: FloatArray,
    digits: float,
    agents: FloatArray,
) -> None:
    """Fewest agents that meet the goal for each element: whole, or, with `digits` > 0, real to that relative width.

    Times in seconds. The first guess carries over the previous element's distance from its load in square roots of the
    load: neighbours in time need about the same, so two evaluations mostly do.
    """
    out, goal = np.zeros(7), np.zeros(9)
    beta = 0.0
    K, s = concurrency, slowdown
    per_agent = K / (1.0 + s * (K - 1))
    for i in range(load.size):
        A, c = load[i], patience[i] / aht[i]
        _in_handling_times(goal_seconds, aht[i], goal)
        if A <= 0.0:
            agents[i] = 0.0
            continue
        size = A / per_agent
        high = max(math.ceil(size + beta * math.sqrt(size)), 0.0)
        step = max(1.0, math.floor(0.05 * math.sqrt(size)))
        low = -1.0
        if meets(A, high, high - A, K, s, c, goal, out):
            while high > 0.0:
                test = max(high - step, 0.0)
                if not meets(A, test, test - A, K, s, c, goal, out):
                    low = test
                    break
                high = test
                step *= 2.0
        else:
            low = high
            while True:
                high = low + step
                if meets(A, high, high - A, K, s, c, goal, out):
                    break
                low = high
                step *= 2.0
        while high - low > 1.0:
            test = math.floor(0.5 * (low + high))
            if meets(A, test, test - A, K, s, c, goal, out):
                high = test
            else:
                low = test
        beta = min(max((high - 0.5 - size) / math.sqrt(size), -30.0), 30.0)
        if digits > 0.0 and high > 0.0:
            while high - low > digits * high:
                test = 0.5 * (low + high)
                if test <= low or test >= high:
                    break
                if meets(A, test, test - A, K, s, c, goal, out):
                    high = test
                else:
                    low = test
        agents[i] = high


@njit(cache=True, nogil=True)
def carried(
    agents: FloatArray,
    aht: FloatArray,
    patience: FloatArray,
    concurrency: int,
    slowdown: float,
    goal_seconds: FloatArray,
    load: FloatArray,
) -> None:
    """Largest load with which the agents of each element meet the goal, to full precision; times in seconds."""
    out, goal = np.zeros(7), np.zeros(9)
    K, s = concurrency, slowdown
    for i in range(agents.size):
        n, c = agents[i], patience[i] / aht[i]
        _in_handling_times(goal_seconds, aht[i], goal)
        low, high = 0.0, max(n * K, 1e-3)
        while high < 1e12 and meets(high, n, n - high, K, s, c, goal, out):
            low, high = high, 2.0 * high
        if high >= 1e12:
            load[i] = math.inf
            continue
        for _ in range(200):
            test = 0.5 * (low + high)
            if test <= low or test >= high or high - low <= 1e-15 * high:
                break
            if meets(test, n, n - test, K, s, c, goal, out):
                low = test
            else:
                high = test
        load[i] = low


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
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
