"""The queue behind a pool.

The queue behind a pool that works at total rate `rate` is the same for voice and chat. With mean patience c, let a =
rate * c and y = load * c. Seen from a waiting contact, v being its wait divided by the mean patience, the virtual
wait has the density a * exp(phi(v)) relative to the state "all busy, nobody waits", where

    phi(v) = y * (1 - exp(-v)) - a * v

(Baccelli and Hebuterne 1981; building blocks of Zeltyn and Mandelbaum 2005). phi is concave with its mode at
m = max(0, log(y / a)), and around the mode it is written without cancellation as

    phi(v) = -(a - y) v - y g(v)            where y <= a,
    phi(v) = phi(m) - a g(v - m)            where y > a,           g(u) = u - 1 + exp(-u) >= 0.

Small systems are summed over the queue's states instead, which is exact and quicker.
"""

from __future__ import annotations

import math

import numpy as np

from staffing.grid import FloatArray
from staffing.queueing.kernels.compiled import compiled

_DROP = 44.0
"""Parts of an integrand below exp(-44) = 8e-20 of its peak are left out."""

_FLAT = 40.0
"""From here on exp(-u) is nothing beside 1."""

NOBODY = 1e-12
"""Fewer agents than this are none: their share of the work is out of sight, and 1 / agents may overflow."""

_SERIES = 600.0
"""Largest y for which the queue's states are summed one by one; exp(600) does not overflow."""

_GAUSS = [np.polynomial.legendre.leggauss(n) for n in (8, 16, 32)]
_NODES = np.concatenate([nodes for nodes, _ in _GAUSS])
_WEIGHTS = np.concatenate([weights for _, weights in _GAUSS])


@compiled
def _bend(u: float, less: float) -> float:
    """g(u) = u - 1 + exp(-u) without cancellation; `less` is expm1(-u)."""
    if abs(u) > 0.25:
        return u + less
    total = 0.0
    for k in range(13, 1, -1):
        total = (1.0 - u * total) / k if k > 2 else (1.0 - u * total) / 2.0
    return u * u * total


@compiled
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


@compiled
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


@compiled
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


@compiled
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
    if rate <= NOBODY:
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
