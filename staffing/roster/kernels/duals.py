"""The bound: what options are worth under prices of cover, and the cheapest cover at given prices."""

from __future__ import annotations

from typing import Any

from staffing.roster.kernels.compiled import lean


@lean
def area(f: float, levels: Any, slopes: Any) -> float:
    """Cost of cover f of one queue and interval, beyond that of none."""
    x: float = 0.0
    at: float = 0.0
    for i in range(4):
        if f <= levels[i]:
            x += slopes[i] * (f - at)
            return x
        x += slopes[i] * (levels[i] - at)
        at = float(levels[i])
    x += slopes[4] * (f - at)
    return x


@lean
def rewards(lam: Any, serves: Any, g: int, reward: Any, queue: Any) -> None:
    """Best price of a unit of group g in each interval, and the queue that pays it; 0 and -1 where it serves none."""
    for t in range(lam.shape[0]):
        best = -1
        for q in range(lam.shape[1]):
            if serves[g, q] and (best < 0 or lam[t, q] > lam[t, best]):
                best = q
        queue[t] = best
        reward[t] = lam[t, best] if best >= 0 else 0.0


@lean
def option_prices(reward: Any, tb: Any, out: Any) -> None:
    """Cents of each option under rewards of cover, shape (D, S)."""
    D, S = tb.first.shape
    for d in range(D):
        for s in range(S):
            x = 0.0
            o = tb.offset[d, s]
            b = tb.first[d, s]
            for i in range(tb.length[d, s]):
                x -= tb.units[o + i] * reward[b + i]
            out[d, s] = x


@lean
def add_tour(tour: Any, queue: Any, weight: float, tb: Any, cover: Any) -> None:
    """Add a share of a tour to the cover, its units going to `queue` in each interval."""
    for d in range(tour.shape[0]):
        s = tour[d]
        if s >= 0:
            o = tb.offset[d, s]
            b = tb.first[d, s]
            for i in range(tb.length[d, s]):
                if queue[b + i] >= 0:
                    cover[b + i, queue[b + i]] += weight * tb.units[o + i]


@lean
def grow(cover: Any, n: int, lam: Any, levels: Any, slopes: Any, part: Any, p: int) -> float:
    """Add n units (take away -n) to the queues of part p, one after the other where it costs least; what they cost."""
    sign = 1 if n > 0 else -1
    total = 0.0
    for _ in range(abs(n)):
        best = -1
        least = 0.0
        for q in range(len(cover)):
            if part[q] == p and (sign > 0 or cover[q] > 0):
                z = float(cover[q])
                x = area(z + sign, levels[q], slopes[q]) - area(z, levels[q], slopes[q]) + sign * lam[q]
                if best < 0 or x < least:
                    best = q
                    least = x
        cover[best] += sign
        total += least
    return total


@lean
def buy(lam: Any, levels: Any, slopes: Any, part: Any, step: Any, base: Any, bought: Any, spare: Any) -> float:
    """Sum over intervals of the least cost of cover less its worth; `bought` (T, Q) is the cover that attains it.

    `part` (Q,) names the queues that share agents (-1: served by nobody, no cover can be bought); the total cover of
    part p in interval t is `base[t, p]` plus a multiple of `step[t, p]`. `spare` (Q,) is scratch memory.
    """
    T, Q = lam.shape
    total = 0.0
    for t in range(T):
        for q in range(Q):
            f = 0
            if part[q] >= 0:
                for i in range(4):
                    if slopes[q, i] + lam[t, q] < 0.0 and levels[t, q, i] > f:
                        f = levels[t, q, i]
            bought[t, q] = f
            total += area(float(f), levels[t, q], slopes[q]) + lam[t, q] * f
        for p in range(step.shape[1]):
            n = 0
            for q in range(Q):
                if part[q] == p:
                    n += bought[t, q]
            g = step[t, p]
            if n <= base[t, p]:
                up = base[t, p] - n
                down = 0
            elif g == 0:
                up = 0
                down = n - base[t, p]
            else:
                up = (base[t, p] - n) % g
                down = g - up if up > 0 else 0
            if up + down == 0:
                continue
            # the dearer way is not taken; both are greedy as costs are convex
            for q in range(Q):
                spare[q] = bought[t, q]
            if down == 0:
                total += grow(bought[t], up, lam[t], levels[t], slopes, part, p)
                continue
            cost = grow(bought[t], -down, lam[t], levels[t], slopes, part, p)
            if up > 0:
                other = grow(spare, up, lam[t], levels[t], slopes, part, p)
                if other <= cost:
                    cost = other
                    for q in range(Q):
                        bought[t, q] = spare[q]
            total += cost
    return total
