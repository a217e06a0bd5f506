"""Cover while agents come and go: the cheapest flow of units to queues, and what each option would change."""

from __future__ import annotations

from typing import Any

import numpy as np

from staffing.roster.kernels.compiled import allocating, inner, lean


@inner
def slope_up(level: int, levels: Any, slopes: Any, t: int, q: int) -> int:
    """Cost of one more unit at queue q (without branches, which would be mispredicted)."""
    i = 0
    for k in range(4):
        i += level >= levels[t, q, k]
    x: int = slopes[q, i]
    return x


@inner
def slope_down(level: int, levels: Any, slopes: Any, t: int, q: int) -> int:
    """Cost of the last unit at queue q."""
    i = 0
    for k in range(4):
        i += level > levels[t, q, k]
    x: int = slopes[q, i]
    return x


@inner
def room_up(level: int, levels: Any, t: int, q: int, n: int) -> int:
    """How many of n more units at queue q cost the same."""
    room = n
    for i in range(4):
        if level < levels[t, q, i]:
            room = min(n, levels[t, q, i] - level)
            break
    return room


@inner
def room_down(level: int, levels: Any, t: int, q: int, n: int) -> int:
    """How many of the last n units at queue q cost the same."""
    room = min(n, level)
    for i in range(3, -1, -1):
        if level > levels[t, q, i]:
            room = min(n, level - levels[t, q, i])
            break
    return room


@inner
def add_units(
    flow: Any, level: Any, i: int, g: int, n: int, serves: Any, levels: Any, slopes: Any, t: int, chain: Any
) -> tuple[int, int]:
    """Add up to n units of group g to interval t along the cheapest augmenting chain, at one slope.

    `flow` and `level` hold the interval in row i. Returns the units added and the cost of each; at least one is added.
    A group that serves no queue adds all for 0. The search ends at once where it meets a queue that no other undercuts,
    as a rule among those the group serves.
    """
    G, Q = serves.shape
    seen = 0
    m = 0
    best = -1
    least = 0
    floor = 0
    for q in range(Q):
        x = slope_up(level[i, q], levels, slopes, t, q)
        if q == 0 or x < floor:
            floor = x
        if serves[g, q]:
            seen |= 1 << q
            chain[0, q] = -1
            chain[2, m] = q
            m += 1
            if best < 0 or x < least:
                best = q
                least = x
    if best < 0:
        return n, 0
    h = 0
    while h < m and m < Q and least > floor:
        q = chain[2, h]
        h += 1
        for g2 in range(G):
            if flow[i, g2, q] > 0:
                for p in range(Q):
                    if serves[g2, p] and not (seen >> p) & 1:
                        seen |= 1 << p
                        chain[0, p] = q
                        chain[1, p] = g2
                        chain[2, m] = p
                        m += 1
                        x = slope_up(level[i, p], levels, slopes, t, p)
                        if x < least:
                            best = p
                            least = x
    room = room_up(level[i, best], levels, t, best, n)
    q = best
    while chain[0, q] >= 0:
        room = min(room, flow[i, chain[1, q], chain[0, q]])
        q = chain[0, q]
    level[i, best] += room
    q = best
    while chain[0, q] >= 0:
        flow[i, chain[1, q], chain[0, q]] -= room
        flow[i, chain[1, q], q] += room
        q = chain[0, q]
    flow[i, g, q] += room
    return room, least


@inner
def remove_units(
    flow: Any, level: Any, i: int, g: int, n: int, serves: Any, levels: Any, slopes: Any, t: int, chain: Any
) -> tuple[int, int]:
    """Take up to n units of group g out of interval t (row i of `flow` and `level`), refilled by the cheapest chain, at one
    slope.

    Returns the units removed and what each gives back (the change of cost is its negative). The search ends at once
    where it meets a queue whose last unit no other's outdoes.
    """
    G, Q = serves.shape
    seen = 0
    m = 0
    best = -1
    most = 0
    ceiling = 0
    first = True
    for q in range(Q):
        if level[i, q] <= 0:
            continue
        x = slope_down(level[i, q], levels, slopes, t, q)
        if first or x > ceiling:
            ceiling = x
            first = False
        if flow[i, g, q] > 0:
            seen |= 1 << q
            chain[0, q] = -1
            chain[2, m] = q
            m += 1
            if best < 0 or x > most:
                best = q
                most = x
    if best < 0:
        return n, 0
    h = 0
    while h < m and m < Q and most < ceiling:
        q = chain[2, h]
        h += 1
        for g2 in range(G):
            if serves[g2, q]:
                for p in range(Q):
                    if flow[i, g2, p] > 0 and not (seen >> p) & 1:
                        seen |= 1 << p
                        chain[0, p] = q
                        chain[1, p] = g2
                        chain[2, m] = p
                        m += 1
                        x = slope_down(level[i, p], levels, slopes, t, p)
                        if x > most:
                            best = p
                            most = x
    room = room_down(level[i, best], levels, t, best, n)
    q = best
    while chain[0, q] >= 0:
        room = min(room, flow[i, chain[1, q], q])
        q = chain[0, q]
    room = min(room, flow[i, g, q])
    level[i, best] -= room
    q = best
    while chain[0, q] >= 0:
        flow[i, chain[1, q], q] -= room
        flow[i, chain[1, q], chain[0, q]] += room
        q = chain[0, q]
    flow[i, g, q] -= room
    return room, most


@lean
def put(tb: Any, net: Any, flow: Any, level: Any, fresh: Any, g: int, d: int, s: int, sign: int, wk: Any) -> int:
    """Add (sign 1) or remove (-1) an agent of group g on option s of day d; return the change of cost."""
    change = 0
    o = tb.offset[d, s]
    for i in range(tb.length[d, s]):
        t = tb.first[d, s] + i
        left = int(tb.units[o + i])
        if left > 0:
            fresh[t] = False
        while left > 0:
            if sign > 0:
                n, x = add_units(flow, level, t, g, left, net.serves, net.levels, net.slopes, t, wk.chain)
            else:
                n, x = remove_units(flow, level, t, g, left, net.serves, net.levels, net.slopes, t, wk.chain)
            change += sign * n * x
            left -= n
    return change


@lean
def fill(tb: Any, net: Any, choice: Any, flow: Any, level: Any, fresh: Any, wk: Any) -> None:
    """Put what stands before the horizon and a whole choice into an empty flow."""
    for t in range(net.base.shape[0]):
        for g in range(net.base.shape[1]):
            left = net.base[t, g]
            while left > 0:
                n, _ = add_units(flow, level, t, g, left, net.serves, net.levels, net.slopes, t, wk.chain)
                left -= n
    for a in range(choice.shape[0]):
        for d in range(choice.shape[1]):
            if choice[a, d] >= 0:
                put(tb, net, flow, level, fresh, tb.group[a], d, choice[a, d], 1, wk)


@allocating
def supply_cost(net: Any, supply: Any) -> int:
    """Cost beyond that of no cover, of a supply of units by interval and group, filled afresh."""
    G, Q = net.serves.shape
    chain = np.zeros((3, Q), np.int64)
    total = 0
    for t in range(supply.shape[0]):
        flow = np.zeros((1, G, Q), np.int64)
        level = np.zeros((1, Q), np.int64)
        for g in range(G):
            left = supply[t, g]
            while left > 0:
                n, x = add_units(flow, level, 0, g, left, net.serves, net.levels, net.slopes, t, chain)
                total += n * x
                left -= n
    return total


@inner
def marginals(tb: Any, net: Any, flow: Any, level: Any, marginal: Any, fresh: Any, g: int, d: int, wk: Any) -> None:
    """Bring up to date the cost of adding 1 to U units of group g in the intervals that options of day d touch."""
    G, Q = net.serves.shape
    U = marginal.shape[2] - 1
    for t in range(tb.touch[d, 0], tb.touch[d, 1]):
        if fresh[t, g]:
            continue
        fresh[t, g] = True
        x = 0
        marginal[t, g, 0] = 0
        u = 0
        for q in range(Q):
            wk.level[0, q] = level[t, q]
        # as long as no queue undercuts those that the group serves, nobody else moves
        while u < U:
            best = -1
            least = 0
            floor = 0
            for q in range(Q):
                y = slope_up(wk.level[0, q], net.levels, net.slopes, t, q)
                if q == 0 or y < floor:
                    floor = y
                if net.serves[g, q] and (best < 0 or y < least):
                    best = q
                    least = y
            if best < 0 or least > floor:
                break
            n = room_up(wk.level[0, best], net.levels, t, best, U - u)
            wk.level[0, best] += n
            for _ in range(n):
                u += 1
                x += least
                marginal[t, g, u] = x
        if u == U:
            continue
        for q in range(Q):
            for h in range(G):
                wk.flow[0, h, q] = flow[t, h, q]
            wk.flow[0, g, q] += wk.level[0, q] - level[t, q]
        while u < U:
            n, y = add_units(wk.flow, wk.level, 0, g, U - u, net.serves, net.levels, net.slopes, t, wk.chain)
            for _ in range(n):
                u += 1
                x += y
                marginal[t, g, u] = x


@lean
def price_day(
    tb: Any, net: Any, flow: Any, level: Any, marginal: Any, fresh: Any, a: int, d: int, out: Any, wk: Any
) -> None:
    """Exact change of the cover's cost for each option that agent a may be given on day d; `out` has shape (S,)."""
    g = tb.group[a]
    marginals(tb, net, flow, level, marginal, fresh, g, d, wk)
    t0 = tb.touch[d, 0]
    t1 = tb.touch[d, 1]
    U = marginal.shape[2] - 1
    wk.prefix[0] = 0.0
    for t in range(t0, t1):
        wk.prefix[t - t0 + 1] = wk.prefix[t - t0] + marginal[t, g, U]
    for s in range(tb.first.shape[1]):
        if tb.allowed[a, d, s]:
            b = tb.first[d, s]
            n = tb.length[d, s]
            x = 0.0
            if n > 0:
                x = wk.prefix[b - t0 + n] - wk.prefix[b - t0]
                p = tb.pattern[d, s]
                for i in range(tb.hole_ptr[p], tb.hole_ptr[p + 1]):
                    t = b + tb.hole_at[i]
                    x += marginal[t, g, tb.hole_units[i]] - marginal[t, g, U]
            out[s] = x


@inner
def place(
    tb: Any, net: Any, choice: Any, flow: Any, level: Any, fresh: Any, a: int, d0: int, d1: int, tour: Any, wk: Any
) -> int:
    """Replace an agent's days [d0, d1) by `tour`; return the change of the cover's cost."""
    change = 0
    g = tb.group[a]
    for d in range(d0, d1):
        if choice[a, d] >= 0:
            change += put(tb, net, flow, level, fresh, g, d, choice[a, d], -1, wk)
        choice[a, d] = tour[d - d0]
        if choice[a, d] >= 0:
            change += put(tb, net, flow, level, fresh, g, d, choice[a, d], 1, wk)
    return change


@lean
def take_out(tb: Any, net: Any, a: int, choice: Any, flow: Any, level: Any, fresh: Any, wk: Any) -> None:
    """Make an agent off throughout."""
    for d in range(choice.shape[1]):
        if choice[a, d] >= 0:
            put(tb, net, flow, level, fresh, tb.group[a], d, choice[a, d], -1, wk)
            choice[a, d] = -1
