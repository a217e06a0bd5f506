"""The bound: smoothed cost of cover, the fractional roster, the cheapest cover at given prices."""

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
def smooth(f: float, width: float, levels: Any, slopes: Any) -> float:
    """Mean slope of the cost of cover within `width` of f."""
    lo = max(f - width, 0.0)
    hi = max(f + width, width)
    return (area(hi, levels, slopes) - area(lo, levels, slopes)) / (hi - lo)


@lean
def cover_prices(cover: Any, width: float, levels: Any, slopes: Any, lam: Any) -> None:
    """Worth of a unit of cover by interval and queue at a fractional cover."""
    for t in range(cover.shape[0]):
        for q in range(cover.shape[1]):
            lam[t, q] = -smooth(cover[t, q], width, levels[t, q], slopes[q])


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
def tour_worth(tour: Any, queue: Any, tb: Any, lam: Any) -> float:
    """What the cover of a tour is worth."""
    x = 0.0
    for d in range(tour.shape[0]):
        s = tour[d]
        if s >= 0:
            o = tb.offset[d, s]
            b = tb.first[d, s]
            for i in range(tb.length[d, s]):
                if queue[b + i] >= 0:
                    x += lam[b + i, queue[b + i]] * tb.units[o + i]
    return x


@lean
def count_slope(c: int, value: float, tb: Any) -> float:
    """Slope of a count's cost, smoothed over one unit."""
    u = float(tb.count_unit[c])
    x = 0.0
    for i in range(tb.count_below.shape[1]):
        t = tb.count_below[c, i, 0]
        x -= tb.count_below[c, i, 1] * min(1.0, max(0.0, (t - value) / u + 0.5))
    for i in range(tb.count_above.shape[1]):
        t = tb.count_above[c, i, 0]
        x += tb.count_above[c, i, 1] * min(1.0, max(0.0, (value - t) / u + 0.5))
    return x


@lean
def pair_step(
    a: int,
    new: int,
    old: int,
    weight: Any,
    tours: Any,
    queues: Any,
    own: Any,
    sums: Any,
    mean: Any,
    relaxed: Any,
    cover: Any,
    lam: Any,
    width: float,
    tb: Any,
    levels: Any,
    slopes: Any,
    where: Any,
    at_t: Any,
    at_q: Any,
    by: Any,
) -> float:
    """Move weight of agent a from column `old` to `new` as far as it helps (bisection on the derivative)."""
    m = 0
    for h in range(2):
        k = new if h == 0 else old
        sign = 1.0 if h == 0 else -1.0
        for d in range(tours.shape[2]):
            s = tours[a, k, d]
            if s < 0:
                continue
            o = tb.offset[d, s]
            b = tb.first[d, s]
            for i in range(tb.length[d, s]):
                t = b + i
                q = queues[a, k, t]
                if q < 0 or tb.units[o + i] == 0:
                    continue
                p = where[t, q]
                if p < 0:
                    p = m
                    where[t, q] = m
                    at_t[m] = t
                    at_q[m] = q
                    by[m] = 0.0
                    m += 1
                by[p] += sign * tb.units[o + i]
    n = 0
    for i in range(m):
        where[at_t[i], at_q[i]] = -1
        if by[i] != 0.0:
            at_t[n] = at_t[i]
            at_q[n] = at_q[i]
            by[n] = by[i]
            n += 1
    most = weight[a, old]
    lo = 0.0
    hi = most
    for step in range(11):
        g = hi if step == 0 else 0.5 * (lo + hi)
        x = own[a, new] - own[a, old]
        for r in range(relaxed.shape[1]):
            c = relaxed[a, r]
            if c >= 0:
                dn = sums[a, new, r] - sums[a, old, r]
                if dn != 0.0:
                    x += dn * count_slope(c, mean[a, r] + g * dn, tb)
        for i in range(n):
            t = at_t[i]
            q = at_q[i]
            x += by[i] * smooth(cover[t, q] + g * by[i], width, levels[t, q], slopes[q])
        if step == 0:
            if x <= 0:
                lo = hi
                break
        elif x > 0:
            hi = g
        else:
            lo = g
    g = lo
    if g <= 0.0:
        return 0.0
    weight[a, new] += g
    weight[a, old] -= g
    if weight[a, old] < 1e-9:
        weight[a, old] = 0.0
    for r in range(relaxed.shape[1]):
        mean[a, r] += g * (sums[a, new, r] - sums[a, old, r])
    for i in range(n):
        t = at_t[i]
        q = at_q[i]
        cover[t, q] += g * by[i]
        lam[t, q] = -smooth(cover[t, q], width, levels[t, q], slopes[q])
    return g


@lean
def ends(
    a: int,
    weight: Any,
    tours: Any,
    queues: Any,
    own: Any,
    sums: Any,
    mean: Any,
    relaxed: Any,
    lam: Any,
    tb: Any,
) -> tuple[int, int, float, float]:
    """Cheapest and dearest column in use of agent a, with their prices."""
    lo = -1
    hi = -1
    least = 0.0
    most = 0.0
    for k in range(weight.shape[1]):
        if weight[a, k] <= 0.0:
            continue
        x = own[a, k] - tour_worth(tours[a, k], queues[a, k], tb, lam)
        for r in range(relaxed.shape[1]):
            c = relaxed[a, r]
            if c >= 0 and sums[a, k, r] != 0.0:
                x += sums[a, k, r] * count_slope(c, mean[a, r], tb)
        if lo < 0 or x < least:
            lo = k
            least = x
        if hi < 0 or x > most:
            hi = k
            most = x
    return lo, hi, least, most


@lean
def pair_steps(
    agents: Any,
    weight: Any,
    tours: Any,
    queues: Any,
    own: Any,
    sums: Any,
    mean: Any,
    relaxed: Any,
    cover: Any,
    lam: Any,
    width: float,
    tb: Any,
    levels: Any,
    slopes: Any,
    where: Any,
    at_t: Any,
    at_q: Any,
    by: Any,
) -> None:
    """One pairwise step of every agent among the columns it has."""
    for i in range(len(agents)):
        a = agents[i]
        lo, hi, least, most = ends(a, weight, tours, queues, own, sums, mean, relaxed, lam, tb)
        if lo >= 0 and lo != hi and most > least + 1e-6:
            pair_step(
                a,
                lo,
                hi,
                weight,
                tours,
                queues,
                own,
                sums,
                mean,
                relaxed,
                cover,
                lam,
                width,
                tb,
                levels,
                slopes,
                where,
                at_t,
                at_q,
                by,
            )


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
