"""Compiled kernels of the search over tours: cover flow, agent-block dynamic program, sweep, month program.

All kernels stand in one file because a cached kernel does not notice that a callee in another file changed. They work on
the named tuples made by `tables.prepare` and never check bounds. Values are in cents (float64, exact for whole cents).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numba import njit

INF = 1e15
"""Cost of what cannot be."""


F = TypeVar("F", bound=Callable[..., Any])


def lean(function: F) -> F:
    """Compile a kernel that allocates nothing, without numba's counts of references to arrays.

    Kernels pass tuples of arrays on; counting references to each at every step took half of a sweep, and more with
    several threads, which share the counts.
    """
    return _compile(function)


def _inner(function: F) -> F:
    """The same for other kernels only: without the wrappers that let Python call it, which take long to compile."""
    return _compile(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def _compile(function: F, **options: bool) -> F:
    decorate: Any = njit  # its stub does not list all options
    compiled: F = decorate(cache=True, nogil=True, _nrt=False, **options)(function)
    return compiled


class Net(NamedTuple):
    """Cover as arrays: `levels` (T, Q, 4) where the marginal cost of cover changes, `slopes` (Q, 5) between them."""

    serves: Any
    levels: Any
    slopes: Any
    base: Any


class Tables(NamedTuple):
    """A program as arrays for the kernels; see `tables.prepare`."""

    group: Any
    allowed: Any
    cost: Any
    off_allowed: Any
    off_cost: Any
    measures: Any
    first: Any
    length: Any
    offset: Any
    units: Any
    touch: Any
    pattern: Any
    hole_ptr: Any
    hole_at: Any
    hole_units: Any
    family: Any
    block_first: Any
    kind: Any
    run: Any
    run_start: Any
    run_next: Any
    run_states: Any
    run_covers: Any
    run_symbol: Any
    rest: Any
    end_states: Any
    end_class: Any
    start_class: Any
    permitted: Any
    nested: Any
    class_of: Any
    classes: Any
    class_start: Any
    class_end: Any
    class_symbol: Any
    steps: Any
    step_ptr: Any
    step_add: Any
    slots: Any
    slot_once: Any
    count_ptr: Any
    count_measure: Any
    count_unit: Any
    count_any: Any
    count_lo: Any
    count_hi: Any
    count_base: Any
    count_below: Any
    count_above: Any
    count_group: Any
    count_groups: Any
    count_carry: Any
    part_ptr: Any
    part_count: Any
    part_slot: Any
    part_linked: Any
    carry_slot: Any


class Work(NamedTuple):
    """Scratch memory of one thread."""

    value: Any
    live: Any
    rows: Any
    alive: Any
    alive_ptr: Any
    vals: Any
    keys: Any
    position: Any
    best: Any
    best_at: Any
    arena: Any
    layer: Any
    price: Any
    least: Any
    least_at: Any
    off: Any
    term: Any
    low: Any
    high: Any
    remaining: Any
    stride: Any
    active: Any
    start: Any
    accept: Any
    tour: Any
    old: Any
    multiplier: Any
    prefix: Any
    normal: Any
    chain: Any
    flow: Any
    level: Any


# -- cover -------------------------------------------------------------------------------------------------


@_inner
def slope_up(level: int, levels: Any, slopes: Any, t: int, q: int) -> int:
    """Cost of one more unit at queue q (without branches, which would be mispredicted)."""
    i = 0
    for k in range(4):
        i += level >= levels[t, q, k]
    x: int = slopes[q, i]
    return x


@_inner
def slope_down(level: int, levels: Any, slopes: Any, t: int, q: int) -> int:
    """Cost of the last unit at queue q."""
    i = 0
    for k in range(4):
        i += level > levels[t, q, k]
    x: int = slopes[q, i]
    return x


@_inner
def room_up(level: int, levels: Any, t: int, q: int, n: int) -> int:
    """How many of n more units at queue q cost the same."""
    room = n
    for i in range(4):
        if level < levels[t, q, i]:
            room = min(n, levels[t, q, i] - level)
            break
    return room


@_inner
def room_down(level: int, levels: Any, t: int, q: int, n: int) -> int:
    """How many of the last n units at queue q cost the same."""
    room = min(n, level)
    for i in range(3, -1, -1):
        if level > levels[t, q, i]:
            room = min(n, level - levels[t, q, i])
            break
    return room


@_inner
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


@_inner
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


@njit(cache=True, nogil=True)
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


@_inner
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


# -- counts ------------------------------------------------------------------------------------------------


@_inner
def count_cost(tb: Any, c: int, value: int) -> float:
    """Soft cost of a count's value; INF outside its hard bounds."""
    if value < tb.count_lo[c] or value > tb.count_hi[c]:
        return INF
    x = 0
    for i in range(tb.count_below.shape[1]):
        if value < tb.count_below[c, i, 0]:
            x += tb.count_below[c, i, 1] * (tb.count_below[c, i, 0] - value)
    for i in range(tb.count_above.shape[1]):
        if value > tb.count_above[c, i, 0]:
            x += tb.count_above[c, i, 1] * (value - tb.count_above[c, i, 0])
    return float(x)


@_inner
def count_value(tb: Any, c: int, row: Any, skip0: int, skip1: int) -> int:
    """Value of a count on an agent's days without those in [skip0, skip1)."""
    x: int = tb.count_base[c]
    m = tb.count_measure[c]
    if tb.count_any[c]:
        n = tb.count_groups[c]
        for g in range(n):
            for d in range(row.shape[0]):
                inside = tb.count_group[c, d] == g and row[d] >= 0 and not skip0 <= d < skip1
                if inside and tb.measures[m, d, row[d]] > 0:
                    x += 1
                    break
    else:
        for d in range(row.shape[0]):
            if tb.count_group[c, d] >= 0 and row[d] >= 0 and not skip0 <= d < skip1:
                x += tb.measures[m, d, row[d]]
    return x


@_inner
def _hit_outside(tb: Any, c: int, row: Any, d0: int, d1: int) -> bool:
    """Whether the (only) group of an `any` count that lies in the block has been hit by a day outside of it."""
    m = tb.count_measure[c]
    for d in range(d0, d1):
        g = tb.count_group[c, d]
        if g >= 0:
            for e in range(row.shape[0]):
                if tb.count_group[c, e] == g and not d0 <= e < d1 and row[e] >= 0 and tb.measures[m, e, row[e]] > 0:
                    return True
    return False


@_inner
def agent_cost(tb: Any, a: int, row: Any) -> float:
    """Cost of an agent's days without cover; INF for every broken bound of a count is added once each."""
    x = 0.0
    for d in range(row.shape[0]):
        x += tb.cost[a, d, row[d]] if row[d] >= 0 else tb.off_cost[a, d]
    for c in range(tb.count_ptr[a], tb.count_ptr[a + 1]):
        x += count_cost(tb, c, count_value(tb, c, row, 0, 0))
    return x


# -- the dynamic program over one block of days ------------------------------------------------------------


@_inner
def multiplied(tb: Any, a: int, w: int, d: int, s: int, wk: Any) -> float:
    """What the multipliers of counts add to the cost of an option."""
    v = 0.0
    for i in range(tb.part_ptr[a, w], tb.part_ptr[a, w + 1]):
        c = tb.part_count[i]
        x = wk.multiplier[c]
        if x != 0.0 and tb.count_group[c, d] >= 0:
            y = tb.measures[tb.count_measure[c], d, s]
            if tb.count_any[c]:
                y = min(y, 1)
            v += x * y
    return v


@_inner
def reduce_day(tb: Any, a: int, w: int, j: int, wk: Any, least: Any, least_at: Any) -> None:
    """Keep the cheapest option of each class on day j of block w, priced by `wk.price` and the multipliers."""
    d = tb.block_first[w] + j
    kd = tb.kind[a, w]
    for c in range(tb.classes[kd, j]):
        least[c] = INF
        least_at[c] = -1
    priced = False
    for i in range(tb.part_ptr[a, w], tb.part_ptr[a, w + 1]):
        c = tb.part_count[i]
        if wk.multiplier[c] != 0.0 and tb.count_group[c, d] >= 0:
            priced = True
    for s in range(tb.first.shape[1]):
        if not tb.allowed[a, d, s]:
            continue
        v = wk.price[d, s] + tb.cost[a, d, s]
        if priced:
            v += multiplied(tb, a, w, d, s, wk)
        c = tb.class_of[kd, j, s]
        if v < least[c]:
            least[c] = v
            least_at[c] = s
    # a class gives way to one that costs no more, adds the same, may follow as much and forbids no more
    rest = tb.rest[a]
    before = tb.nested[rest, d]
    after = d + 1 == tb.first.shape[0] or tb.nested[rest, d + 1]
    for st in range(tb.steps[kd, j]):
        for c in range(tb.step_ptr[kd, j, st], tb.step_ptr[kd, j, st + 1]):
            if least[c] >= INF:
                continue
            k = tb.class_start[kd, j, c]
            e = tb.class_end[kd, j, c]
            for c2 in range(tb.step_ptr[kd, j, st], tb.step_ptr[kd, j, st + 1]):
                if c2 == c or least[c2] > least[c] or tb.class_symbol[kd, j, c2] != tb.class_symbol[kd, j, c]:
                    continue
                k2 = tb.class_start[kd, j, c2]
                e2 = tb.class_end[kd, j, c2]
                if (k2 == k or (before and k2 > k)) and (e2 == e or (after and e2 < e)):
                    least[c] = INF
                    break


@_inner
def reach(tb: Any, kd: int, nd: int, least: Any, wk: Any) -> None:
    """Fill `wk.remaining[j, slot]`: the most that days j and later can still add."""
    for sl in range(tb.slots[kd]):
        wk.remaining[nd, sl] = 0
        for j in range(nd - 1, -1, -1):
            x = 0
            for st in range(tb.steps[kd, j]):
                if tb.step_add[kd, j, st, sl] > x:
                    for c in range(tb.step_ptr[kd, j, st], tb.step_ptr[kd, j, st + 1]):
                        if least[j, c] < INF:
                            x = tb.step_add[kd, j, st, sl]
                            break
            x += wk.remaining[j + 1, sl]
            if tb.slot_once[kd, sl]:
                x = min(x, 1)
            wk.remaining[j, sl] = x


@_inner
def left_classes(tb: Any, kd: int, j: int, least: Any, wk: Any) -> None:
    """List the classes of day j that can be chosen, by step: `wk.alive[wk.alive_ptr[st] : wk.alive_ptr[st + 1]]`."""
    n = 0
    for st in range(tb.steps[kd, j]):
        wk.alive_ptr[st] = n
        for c in range(tb.step_ptr[kd, j, st], tb.step_ptr[kd, j, st + 1]):
            if least[j, c] < INF:
                wk.alive[n] = c
                n += 1
    wk.alive_ptr[tb.steps[kd, j]] = n


@_inner
def open_row(live: Any, i: int, value: Any, at: int, E: int) -> None:
    """Make room for the values of a run's state when it is first met."""
    if not live[i]:
        live[i] = True
        for e in range(E):
            value[at + e] = INF


@_inner
def open_rows(tb: Any, rk: int, i: int, P: int, E: int, nested: bool, value: Any, live: Any, wk: Any) -> int:
    """List in `wk.rows` the runs' states of combination i that are worth going on from; how many.

    `wk.best[rho * E + e]` becomes the least value of the end classes up to e. Where later starts may follow all that
    earlier ones may, a state gives way to one that costs no more at any start and can go on in every way that it can.
    """
    n = 0
    for rho in range(P):
        if not live[i * P + rho]:
            continue
        x = INF
        at = -1
        for e in range(E):
            q = (i * P + rho) * E + e
            if value[q] < x:
                x = value[q]
                at = q
            wk.best[rho * E + e] = x
            wk.best_at[rho * E + e] = at
        if x >= INF:
            continue
        keep = True
        if nested:
            m = 0
            for h in range(n):
                other = wk.rows[h]
                if keep and tb.run_covers[rk, other, rho] and undercuts(wk.best, other * E, rho * E, E):
                    keep = False
                if not keep or not (tb.run_covers[rk, rho, other] and undercuts(wk.best, rho * E, other * E, E)):
                    wk.rows[m] = other
                    m += 1
            n = m
        if keep:
            wk.rows[n] = rho
            n += 1
    return n


@_inner
def undercuts(best: Any, a: int, b: int, E: int) -> bool:
    """Whether none of E values from a on is above that from b on."""
    ok = True
    for e in range(E):
        ok = ok and best[a + e] <= best[b + e]
    return ok


@_inner
def block_dp(tb: Any, a: int, w: int, least: Any, offs: Any, top: int, wk: Any) -> int:
    """Cheapest tours of an agent over block w to every state, from the states and costs in `wk.start`.

    Expects `least` (cheapest cost per day and class), `offs` (cost of a day off), the slots' bounds `wk.low`, `wk.high`
    and `wk.active`. Leaves values in `wk.value[nd % 2]`, slot values in `wk.vals[nd % 2]` and back pointers in
    `wk.arena` from `top` on, layer j from `wk.layer[j]`; returns the number of slot combinations, -1 where
    the scratch memory did not suffice.
    """
    kd = tb.kind[a, w]
    d0 = tb.block_first[w]
    nd = tb.block_first[w + 1] - d0
    rk = tb.run[a]
    rest = tb.rest[a]
    P = tb.run_states[rk]
    E = tb.end_states[rest]
    R = P * E
    C = tb.class_start.shape[2] + 1
    L = tb.slots[kd]
    size = 1
    for sl in range(L):
        wk.stride[sl] = size
        if wk.active[sl]:
            size *= min(wk.high[sl], wk.remaining[0, sl]) + 1
    if size > wk.position.shape[0]:
        return -1
    keys, vals, value, pos, live = wk.keys, wk.vals, wk.value, wk.position, wk.live
    roomy = min(keys.shape[1], value.shape[1] // R)
    n = 1
    cur = 0
    keys[0, 0] = 0
    for sl in range(L):
        vals[0, 0, sl] = 0
        if wk.remaining[0, sl] < wk.low[sl] or wk.high[sl] < 0:
            return 0
    for rho in range(P):
        live[0, rho] = True
        for e in range(E):
            value[0, rho * E + e] = wk.start[rho * E + e]
    wk.layer[0] = top
    for j in range(nd):
        nxt = 1 - cur
        m = 0
        base = top
        wk.layer[j + 1] = base
        d = d0 + j
        nested = tb.nested[rest, d]
        left_classes(tb, kd, j, least, wk)
        for i in range(n):
            rows = open_rows(tb, rk, i, P, E, nested, value[cur], live[cur], wk)
            if rows == 0:
                continue
            for st in range(-1, tb.steps[kd, j]):
                if st < 0:
                    if offs[j] >= INF:
                        continue
                elif wk.alive_ptr[st] == wk.alive_ptr[st + 1]:
                    continue
                key = 0
                ok = True
                for sl in range(L):
                    v = vals[cur, i, sl]
                    if wk.active[sl]:
                        if st >= 0:
                            v += tb.step_add[kd, j, st, sl]
                            if tb.slot_once[kd, sl] and v > 1:
                                v = 1
                        if v > wk.high[sl] or v + wk.remaining[j + 1, sl] < wk.low[sl]:
                            ok = False
                            break
                        key += v * wk.stride[sl]
                    vals[nxt, m, sl] = v
                if not ok:
                    continue
                i2 = pos[key]
                if i2 < 0:
                    if m + 1 >= roomy or base + (m + 1) * R > wk.arena.shape[0]:
                        for i3 in range(m):
                            pos[keys[nxt, i3]] = -1
                        return -1
                    i2 = m
                    pos[key] = m
                    keys[nxt, m] = key
                    for rho in range(P):
                        live[nxt, m * P + rho] = False
                    m += 1
                for h in range(rows):
                    rho = wk.rows[h]
                    if st < 0:
                        rho2 = tb.run_next[rk, rho, 0]
                        if rho2 >= 0:
                            v = wk.best[rho * E + E - 1] + offs[j]
                            q = i2 * R + rho2 * E
                            open_row(live[nxt], i2 * P + rho2, value[nxt], q, E)
                            if v < value[nxt, q]:
                                value[nxt, q] = v
                                wk.arena[base + q] = wk.best_at[rho * E + E - 1] * C
                        continue
                    for h2 in range(wk.alive_ptr[st], wk.alive_ptr[st + 1]):
                        c = wk.alive[h2]
                        rho2 = tb.run_next[rk, rho, tb.class_symbol[kd, j, c]]
                        if rho2 < 0:
                            continue
                        k = tb.class_start[kd, j, c]
                        if nested:
                            v = wk.best[rho * E + k]
                            at = wk.best_at[rho * E + k]
                        else:
                            v = INF
                            at = -1
                            for e in range(E):
                                if tb.permitted[rest, d, k, e] and value[cur, i * R + rho * E + e] < v:
                                    at = i * R + rho * E + e
                                    v = value[cur, at]
                        if v >= INF:
                            continue
                        v += least[j, c]
                        q = i2 * R + rho2 * E
                        open_row(live[nxt], i2 * P + rho2, value[nxt], q, E)
                        q += tb.class_end[kd, j, c]
                        if v < value[nxt, q]:
                            value[nxt, q] = v
                            wk.arena[base + q] = at * C + c + 1
        for i in range(m):
            pos[keys[nxt, i]] = -1
        top = base + m * R
        n = m
        cur = nxt
        if n == 0:
            break
    for i in range(n * P):
        open_row(live[cur], i, value[cur], i * E, E)
    wk.layer[nd + 1] = top
    return n


@_inner
def trace(tb: Any, nd: int, q: int, layer: Any, least_at: Any, arena: Any, tour: Any) -> None:
    """Read the options of a block's tour that ends in entry q back from the arena into `tour[:nd]`."""
    C = tb.class_start.shape[2] + 1
    for j in range(nd - 1, -1, -1):
        x = arena[layer[j + 1] + q]
        c = x % C - 1
        tour[j] = least_at[j, c] if c >= 0 else -1
        q = x // C


@_inner
def block_terms(tb: Any, a: int, w: int, row: Any, linked: bool, wk: Any) -> None:
    """Bounds and end costs of the slots of an agent's block, from its counts, the other days standing as in `row`.

    With `linked` False only counts that lie wholly in the block are used. A slot that can neither bind nor cost is made
    inactive.
    """
    kd = tb.kind[a, w]
    d0 = tb.block_first[w]
    d1 = tb.block_first[w + 1]
    L = tb.slots[kd]
    for sl in range(L):
        wk.low[sl] = 0
        wk.high[sl] = wk.remaining[0, sl]
        wk.active[sl] = False
        for v in range(wk.high[sl] + 1):
            wk.term[sl, v] = 0.0
    for i in range(tb.part_ptr[a, w], tb.part_ptr[a, w + 1]):
        sl = tb.part_slot[i]
        if sl < 0 or (tb.part_linked[i] and not linked):
            continue
        c = tb.part_count[i]
        if tb.part_linked[i]:
            out = count_value(tb, c, row, d0, d1)
            hit = tb.count_any[c] and _hit_outside(tb, c, row, d0, d1)
        else:
            out = tb.count_base[c]
            hit = False
        first = 0.0
        for v in range(wk.remaining[0, sl] + 1):
            x = count_cost(tb, c, out + (0 if hit else v * tb.count_unit[c]))
            if v == 0:
                first = x
            if x != first:
                wk.active[sl] = True
            wk.term[sl, v] += x
    for sl in range(L):
        n = wk.remaining[0, sl]
        lo = 0
        while lo <= n and wk.term[sl, lo] >= INF:
            lo += 1
        hi = n
        while hi >= 0 and wk.term[sl, hi] >= INF:
            hi -= 1
        wk.low[sl] = lo
        wk.high[sl] = hi


@_inner
def state_before(tb: Any, a: int, row: Any, d1: int) -> int:
    """State (run * end classes + end class) of an agent after the days before d1; -1 where a run is broken."""
    rk = tb.run[a]
    rest = tb.rest[a]
    rho = tb.run_start[a]
    e = 0
    for d in range(d1):
        s = row[d]
        if s >= 0:
            rho = tb.run_next[rk, rho, tb.run_symbol[rk, d, s]]
            e = tb.end_class[rest, d, s]
        else:
            rho = tb.run_next[rk, rho, 0]
            e = 0
        if rho < 0:
            return -1
    state: int = rho * tb.end_states[rest] + e
    return state


@_inner
def accept_after(tb: Any, a: int, row: Any, d1: int, wk: Any) -> None:
    """Fill `wk.accept[r]`: whether the days from d1 on may follow a block that ends in state r."""
    rk = tb.run[a]
    rest = tb.rest[a]
    P = tb.run_states[rk]
    E = tb.end_states[rest]
    D = row.shape[0]
    for rho in range(P):
        x = rho
        for d in range(d1, D):
            x = tb.run_next[rk, x, tb.run_symbol[rk, d, row[d]] if row[d] >= 0 else 0]
            if x < 0:
                break
        for e in range(E):
            ok = x >= 0
            if ok and d1 < D and row[d1] >= 0:
                k = tb.start_class[rest, d1, row[d1]]
                ok = e <= k if tb.nested[rest, d1] else tb.permitted[rest, d1, k, e]
            wk.accept[rho * E + e] = ok


@lean
def best_block(tb: Any, a: int, w: int, row: Any, wk: Any) -> float:
    """Cheapest tour of an agent over block w given `wk.price` and its other days; `wk.tour`, cost without context."""
    kd = tb.kind[a, w]
    d0 = tb.block_first[w]
    d1 = tb.block_first[w + 1]
    nd = d1 - d0
    for j in range(nd):
        reduce_day(tb, a, w, j, wk, wk.least[w, j], wk.least_at[w, j])
        wk.off[w, j] = tb.off_cost[a, d0 + j] if tb.off_allowed[a, d0 + j] else INF
    reach(tb, kd, nd, wk.least[w], wk)
    block_terms(tb, a, w, row, True, wk)
    R = tb.run_states[tb.run[a]] * tb.end_states[tb.rest[a]]
    for r in range(R):
        wk.start[r] = INF
    r = state_before(tb, a, row, d0)
    if r < 0:
        return INF
    wk.start[r] = 0.0
    accept_after(tb, a, row, d1, wk)
    n = block_dp(tb, a, w, wk.least[w], wk.off[w], 0, wk)
    if n <= 0:
        return INF
    cur = nd % 2
    best = INF
    at = -1
    for i in range(n):
        x = 0.0
        for sl in range(tb.slots[kd]):
            if wk.active[sl]:
                x += wk.term[sl, wk.vals[cur, i, sl]]
            else:
                x += wk.term[sl, 0]
        if x >= INF:
            continue
        for r in range(R):
            v = wk.value[cur, i * R + r] + x
            if v < best and wk.accept[r]:
                best = v
                at = i * R + r
    if at < 0:
        return INF
    trace(tb, nd, at, wk.layer, wk.least_at[w], wk.arena, wk.tour)
    return best


# -- annealing ---------------------------------------------------------------------------------------------


@_inner
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
def sweep(
    tb: Any,
    net: Any,
    agents: Any,
    blocks: Any,
    seed: int,
    sigma: float,
    choice: Any,
    flow: Any,
    level: Any,
    marginal: Any,
    fresh: Any,
    stop: Any,
    wk: Any,
) -> float:
    """Re-sample the block of each listed (agent, block) by the exact program under noised prices; the change of cost.

    With ``sigma`` 0 a tour is only replaced by one that does not cost more; else every one is, while hard bounds that the
    program cannot carry are respected.
    """
    np.random.seed(seed)  # noqa: NPY002 (compiled code has only the legacy generator)
    families = 1
    for s in range(tb.family.shape[0]):
        families = max(families, tb.family[s] + 1)
    total = 0.0
    for k in range(len(agents)):
        if stop[0]:
            break
        a = agents[k]
        w = blocks[k]
        d0 = tb.block_first[w]
        d1 = tb.block_first[w + 1]
        nd = d1 - d0
        row = choice[a]
        before = agent_cost(tb, a, row)
        for i in range(tb.part_ptr[a, w], tb.part_ptr[a, w + 1]):
            if tb.part_slot[i] < 0:
                c = tb.part_count[i]
                v = count_value(tb, c, row, 0, 0)
                o = count_value(tb, c, row, d0, d1)
                v = max(v, o + 1)
                x = count_cost(tb, c, v)
                y = count_cost(tb, c, v - 1)
                wk.multiplier[c] = x - y if x < INF and y < INF else 0.0
        change = 0
        for j in range(nd):
            wk.old[j] = row[d0 + j]
            if row[d0 + j] >= 0:
                change += put(tb, net, flow, level, fresh, tb.group[a], d0 + j, row[d0 + j], -1, wk)
                row[d0 + j] = -1
        for j in range(nd):
            price_day(tb, net, flow, level, marginal, fresh, a, d0 + j, wk.price[d0 + j], wk)
            if sigma > 0.0:
                at = np.random.randint(wk.normal.shape[0] - families)  # noqa: NPY002
                for s in range(tb.first.shape[1]):
                    wk.price[d0 + j, s] += sigma * wk.normal[at + tb.family[s]]
        ok = best_block(tb, a, w, row, wk) < INF
        if ok:
            change += place(tb, net, choice, flow, level, fresh, a, d0, d1, wk.tour, wk)
            after = agent_cost(tb, a, row)
            legal_now = after < INF or after < before
            if legal_now and (sigma > 0.0 or after - before + change <= 0.0):
                total += after - before + change
                continue
        place(tb, net, choice, flow, level, fresh, a, d0, d1, wk.old, wk)
    return total


# -- the month of one agent --------------------------------------------------------------------------------


@_inner
def month_limits(tb: Any, a: int, reach_sum: Any, low: Any, high: Any, wk: Any) -> bool:
    """Keep each day's cheapest options, and bound what an agent's two carried counts may come to; False where nothing can.

    `reach_sum[k, w]` is the most that blocks w and later can add to carried count k, `low` and `high` (2,) its bounds.
    """
    for w in range(tb.block_first.shape[0] - 2, -1, -1):
        d0 = tb.block_first[w]
        nd = tb.block_first[w + 1] - d0
        for j in range(nd):
            reduce_day(tb, a, w, j, wk, wk.least[w, j], wk.least_at[w, j])
            wk.off[w, j] = tb.off_cost[a, d0 + j] if tb.off_allowed[a, d0 + j] else INF
        reach(tb, tb.kind[a, w], nd, wk.least[w], wk)
        for k in range(2):
            sl = tb.carry_slot[a, w, k]
            reach_sum[k, w] = reach_sum[k, w + 1]
            if sl >= 0:
                reach_sum[k, w] += wk.remaining[0, sl]
    for k in range(2):
        low[k] = 0
        high[k] = reach_sum[k, 0]
    for c in range(tb.count_ptr[a], tb.count_ptr[a + 1]):
        k = tb.count_carry[c]
        if k == 0 or k == 1:
            x = tb.count_lo[c] - tb.count_base[c]
            low[k] = max(low[k], -((-x) // tb.count_unit[c]))
            high[k] = min(high[k], (tb.count_hi[c] - tb.count_base[c]) // tb.count_unit[c])
    ok: bool = high[0] >= low[0] and high[1] >= low[1]
    return ok


@_inner
def join_blocks(
    tb: Any,
    a: int,
    exactness: int,
    tour: Any,
    reach_sum: Any,
    low: Any,
    high: Any,
    m0: int,
    m1: int,
    z: Any,
    back: Any,
    entry: Any,
    layers: Any,
    out: Any,
    out_at: Any,
    used: Any,
    wk: Any,
) -> float:
    """Solve an agent's blocks one by one and join them; `m0`, `m1` bound what one block adds to the carried counts."""
    W = tb.block_first.shape[0] - 1
    E = tb.end_states[tb.rest[a]]
    R = tb.run_states[tb.run[a]] * E
    N = layers.shape[1]
    H = high[0] + 1
    Y = high[1] + 1
    first = tb.run_start[a] * E
    z[0, 0] = 0.0
    top = 0
    for w in range(W):
        kd = tb.kind[a, w]
        nd = tb.block_first[w + 1] - tb.block_first[w]
        l0 = tb.carry_slot[a, w, 0]
        l1 = tb.carry_slot[a, w, 1]
        reach(tb, kd, nd, wk.least[w], wk)
        block_terms(tb, a, w, tour, False, wk)
        if l0 >= 0:
            wk.active[l0] = True
        if l1 >= 0:
            wk.active[l1] = True
        for x in range(N * H * Y):
            z[1, x] = INF
        for i in range(N):
            some = False
            for x in range(i * H * Y, (i + 1) * H * Y):
                if z[0, x] < INF:
                    some = True
                    break
            if not some:
                continue
            for r in range(R):
                wk.start[r] = INF
            if w == 0:
                wk.start[first] = 0.0
            elif exactness == 2:
                wk.start[i] = 0.0
            else:
                for r in range(R):
                    if exactness == 0 or r // E == i:
                        wk.start[r] = 0.0
            n = block_dp(tb, a, w, wk.least[w], wk.off[w], top, wk)
            if n < 0:
                return np.nan
            if n == 0:
                continue
            for j in range(nd + 2):
                layers[w, i, j] = wk.layer[j]
            top = wk.layer[nd + 1]
            cur = nd % 2
            count = 0
            for q in range(n):
                extra = 0.0
                for sl in range(tb.slots[kd]):
                    extra += wk.term[sl, wk.vals[cur, q, sl]]
                if extra >= INF:
                    continue
                h = wk.vals[cur, q, l0] if l0 >= 0 else 0
                y = wk.vals[cur, q, l1] if l1 >= 0 else 0
                for r in range(R):
                    v = wk.value[cur, q * R + r] + extra
                    if v >= INF:
                        continue
                    o = 0
                    if exactness == 1:
                        o = r // E
                    elif exactness == 2:
                        o = r
                    b = (o * m0 + h) * m1 + y
                    if out[b] >= INF:
                        used[count] = b
                        count += 1
                    if v < out[b]:
                        out[b] = v
                        out_at[b] = q * R + r
            for h in range(H):
                for y in range(Y):
                    zz = z[0, (i * H + h) * Y + y]
                    if zz >= INF:
                        continue
                    for q in range(count):
                        b = used[q]
                        h2 = h + (b // m1) % m0
                        y2 = y + b % m1
                        if h2 >= H or y2 >= Y or h2 + reach_sum[0, w + 1] < low[0] or y2 + reach_sum[1, w + 1] < low[1]:
                            continue
                        v = zz + out[b]
                        x = ((b // (m0 * m1)) * H + h2) * Y + y2
                        if v < z[1, x]:
                            z[1, x] = v
                            back[w, x] = (i * H + h) * Y + y
                            entry[w, x] = out_at[b]
            for q in range(count):
                out[used[q]] = INF
        for x in range(N * H * Y):
            z[0, x] = z[1, x]
    best = INF
    at = -1
    for h in range(low[0], H):
        for y in range(low[1], Y):
            extra = 0.0
            for c in range(tb.count_ptr[a], tb.count_ptr[a + 1]):
                k = tb.count_carry[c]
                if k == 0:
                    extra += count_cost(tb, c, tb.count_base[c] + h * tb.count_unit[c])
                elif k == 1:
                    extra += count_cost(tb, c, tb.count_base[c] + y * tb.count_unit[c])
            if extra >= INF:
                continue
            for i in range(N):
                b = (i * H + h) * Y + y
                if z[0, b] + extra < best:
                    best = z[0, b] + extra
                    at = b
    if at < 0:
        return INF
    for w in range(W - 1, -1, -1):
        d0 = tb.block_first[w]
        nd = tb.block_first[w + 1] - d0
        prev = back[w, at]
        trace(tb, nd, entry[w, at], layers[w, prev // (H * Y)], wk.least_at[w], wk.arena, tour[d0 : d0 + nd])
        at = prev
    return best


@njit(cache=True, nogil=True)
def best_month(tb: Any, a: int, exactness: int, tour: Any, wk: Any) -> float:
    """Cheapest horizon of an agent under `wk.price` and the multipliers; `tour` (D,) is filled.

    Blocks are solved one by one and joined by what the agent's two carried counts add up to. With `exactness` 2 the
    state at the block's edges is kept, so that the tour respects runs and rests everywhere; with 1 only the runs; with 0
    neither, so that the value is a lower bound. Counts that are not carried are left to the multipliers.
    Returns INF where there is no tour, NaN where the scratch memory did not suffice.
    """
    W = tb.block_first.shape[0] - 1
    reach_sum = np.zeros((2, W + 1), np.int64)
    low = np.zeros(2, np.int64)
    high = np.zeros(2, np.int64)
    if not month_limits(tb, a, reach_sum, low, high, wk):
        return INF
    N = 1
    if exactness >= 1:
        N = tb.run_states[tb.run[a]]
    if exactness == 2:
        N *= tb.end_states[tb.rest[a]]
    size = N * (high[0] + 1) * (high[1] + 1)
    m0 = 1
    m1 = 1
    for w in range(W):
        m0 = max(m0, reach_sum[0, w] - reach_sum[0, w + 1] + 1)
        m1 = max(m1, reach_sum[1, w] - reach_sum[1, w + 1] + 1)
    z = np.full((2, size), INF)
    back = np.full((W, size), -1, np.int32)
    entry = np.full((W, size), -1, np.int32)
    layers = np.zeros((W, N, wk.layer.shape[0]), np.int64)
    out = np.full(N * m0 * m1, INF)
    out_at = np.empty(N * m0 * m1, np.int32)
    used = np.empty(N * m0 * m1, np.int32)
    best: float = join_blocks(
        tb, a, exactness, tour, reach_sum, low, high, m0, m1, z, back, entry, layers, out, out_at, used, wk
    )
    return best


@lean
def legal(tb: Any, a: int, row: Any) -> bool:
    """Whether an agent's days keep every hard rule."""
    D = row.shape[0]
    for d in range(D):
        if row[d] >= 0:
            if not tb.allowed[a, d, row[d]]:
                return False
        elif not tb.off_allowed[a, d]:
            return False
    if state_before(tb, a, row, D) < 0:
        return False
    rest = tb.rest[a]
    for d in range(1, D):
        if row[d] >= 0 and row[d - 1] >= 0:
            e = tb.end_class[rest, d - 1, row[d - 1]]
            k = tb.start_class[rest, d, row[d]]
            if tb.nested[rest, d]:
                if e > k:
                    return False
            elif not tb.permitted[rest, d, k, e]:
                return False
    ok = True
    for c in range(tb.count_ptr[a], tb.count_ptr[a + 1]):
        ok = ok and count_cost(tb, c, count_value(tb, c, row, 0, 0)) < INF
    return ok


@njit(cache=True, nogil=True)
def insert(tb: Any, net: Any, a: int, choice: Any, flow: Any, level: Any, marginal: Any, fresh: Any, wk: Any) -> bool:
    """Give an agent, who must be off throughout, its cheapest horizon under the present prices; False where none is found."""
    D = choice.shape[1]
    tour = np.full(D, -1, np.int32)
    for d in range(D):
        price_day(tb, net, flow, level, marginal, fresh, a, d, wk.price[d], wk)
    for c in range(tb.count_ptr[a], tb.count_ptr[a + 1]):
        wk.multiplier[c] = 0.0
    ok = False
    for attempt in range(9):
        x = best_month(tb, a, 0 if attempt == 0 else 2, tour, wk)
        ok = x < INF and legal(tb, a, tour)
        if ok or not x < INF:
            break
        # rules that the month does not carry are made dear or cheap until they hold
        for c in range(tb.count_ptr[a], tb.count_ptr[a + 1]):
            if attempt > 0 and tb.count_carry[c] > 2:
                v = count_value(tb, c, tour, 0, 0)
                if v > tb.count_hi[c]:
                    wk.multiplier[c] += 1000.0 * 2.0**attempt / tb.count_unit[c]
                elif v < tb.count_lo[c]:
                    wk.multiplier[c] -= 1000.0 * 2.0**attempt / tb.count_unit[c]
    for c in range(tb.count_ptr[a], tb.count_ptr[a + 1]):
        wk.multiplier[c] = 0.0
    if ok:
        place(tb, net, choice, flow, level, fresh, a, 0, D, tour, wk)
    return ok


@lean
def take_out(tb: Any, net: Any, a: int, choice: Any, flow: Any, level: Any, fresh: Any, wk: Any) -> None:
    """Make an agent off throughout."""
    for d in range(choice.shape[1]):
        if choice[a, d] >= 0:
            put(tb, net, flow, level, fresh, tb.group[a], d, choice[a, d], -1, wk)
            choice[a, d] = -1


# -- breaks of shifts that stand ---------------------------------------------------------------------------


class Pauses(NamedTuple):
    """Shifts by *family*: those of one type, start and length, whose breaks may lie alike; see `breaks.place_breaks`.

    `group`, `first` (interval) and `family` of each shift; of each family the units without breaks by interval
    (``whole[whole_ptr[f] :]``), the intervals that some placement touches (`spot`), and its placements (`place_ptr`), each
    with the units that it leaves where they are fewer (`hole_at`, `hole_units`).
    """

    group: Any
    first: Any
    family: Any
    whole_ptr: Any
    whole: Any
    spot_ptr: Any
    spot: Any
    place_ptr: Any
    hole_ptr: Any
    hole_at: Any
    hole_units: Any


class Board(NamedTuple):
    """Cover while breaks are placed, with scratch memory: `flow` (T, G, Q), `level` (T, Q), `stamp` (T,) when a break last
    moved there, `seen` when each shift was last looked at."""

    flow: Any
    level: Any
    stamp: Any
    seen: Any
    price: Any
    have: Any
    spare_flow: Any
    spare_level: Any
    chain: Any


@lean
def settle(net: Net, supply: Any, board: Board) -> None:
    """Put units on duty (T, G) into an empty flow."""
    for t in range(supply.shape[0]):
        for g in range(supply.shape[1]):
            left = supply[t, g]
            while left > 0:
                n, _ = add_units(
                    board.flow, board.level, t, g, left, net.serves, net.levels, net.slopes, t, board.chain
                )
                left -= n


@lean
def row_costs(net: Net, rows: Any, supply: Any, flow: Any, level: Any, chain: Any, out: Any) -> None:
    """Cost of cover in intervals `rows` with `supply` (N, G) on duty, less what they cost with nobody; `flow` (1, G, Q) and
    `level` (1, Q) are scratch."""
    _, G, Q = flow.shape
    for k in range(len(rows)):
        for q in range(Q):
            level[0, q] = 0
            for g in range(G):
                flow[0, g, q] = 0
        out[k] = 0
        for g in range(G):
            left = supply[k, g]
            while left > 0:
                n, x = add_units(flow, level, 0, g, left, net.serves, net.levels, net.slopes, rows[k], chain)
                out[k] += n * x
                left -= n


@_inner
def _bare(net: Any, pz: Any, i: int, c: int, board: Any) -> None:
    """Take a shift off duty where its breaks may lie, and price its return there by units."""
    f, g = pz.family[i], pz.group[i]
    T, G, Q = board.flow.shape
    for j in range(pz.spot_ptr[f], pz.spot_ptr[f + 1]):
        board.have[pz.spot[j]] = pz.whole[pz.whole_ptr[f] + pz.spot[j]]
    for h in range(pz.hole_ptr[c], pz.hole_ptr[c + 1]):
        board.have[pz.hole_at[h]] = pz.hole_units[h]
    for j in range(pz.spot_ptr[f], pz.spot_ptr[f + 1]):
        at = pz.spot[j]
        t = pz.first[i] + at
        if t >= T:
            continue
        left = board.have[at]
        while left > 0:
            n, _ = remove_units(board.flow, board.level, t, g, left, net.serves, net.levels, net.slopes, t, board.chain)
            left -= n
        for q in range(Q):
            board.spare_level[0, q] = board.level[t, q]
            for h in range(G):
                board.spare_flow[0, h, q] = board.flow[t, h, q]
        board.price[at, 0] = 0
        u = 0
        most = pz.whole[pz.whole_ptr[f] + at]
        while u < most:
            n, x = add_units(
                board.spare_flow, board.spare_level, 0, g, most - u, net.serves, net.levels, net.slopes, t, board.chain
            )
            for _ in range(n):
                board.price[at, u + 1] = board.price[at, u] + x
                u += 1


@_inner
def _back(net: Any, pz: Any, i: int, c: int, board: Any) -> None:
    """Put a shift on duty again, with breaks as placement c says."""
    f, g = pz.family[i], pz.group[i]
    for j in range(pz.spot_ptr[f], pz.spot_ptr[f + 1]):
        board.have[pz.spot[j]] = pz.whole[pz.whole_ptr[f] + pz.spot[j]]
    for h in range(pz.hole_ptr[c], pz.hole_ptr[c + 1]):
        board.have[pz.hole_at[h]] = pz.hole_units[h]
    for j in range(pz.spot_ptr[f], pz.spot_ptr[f + 1]):
        t = pz.first[i] + pz.spot[j]
        left = board.have[pz.spot[j]] if t < board.flow.shape[0] else 0
        while left > 0:
            n, _ = add_units(board.flow, board.level, t, g, left, net.serves, net.levels, net.slopes, t, board.chain)
            left -= n


@_inner
def _mark(pz: Any, i: int, c: int, clock: int, board: Any) -> None:
    for h in range(pz.hole_ptr[c], pz.hole_ptr[c + 1]):
        t = pz.first[i] + pz.hole_at[h]
        if t < len(board.stamp):
            board.stamp[t] = clock


@lean
def place_pauses(net: Net, pz: Pauses, days: Any, choice: Any, board: Board) -> int:
    """Give each shift its best placement, day by day (shifts ``days[k]`` to ``days[k + 1]``), until none can do better.

    A shift is looked at again only where a break has moved since. `choice` is the placement of each shift, and is changed.
    Returns how often a placement changed.
    """
    T = board.flow.shape[0]
    clock = 0
    moved = True
    while moved:
        moved = False
        for k in range(len(days) - 1):
            again = True
            while again:
                again = False
                for i in range(days[k], days[k + 1]):
                    f = pz.family[i]
                    late = board.seen[i] < 0
                    for j in range(pz.spot_ptr[f], pz.spot_ptr[f + 1]):
                        t = pz.first[i] + pz.spot[j]
                        late = late or (t < T and board.stamp[t] > board.seen[i])
                    if not late:
                        continue
                    c = choice[i]
                    _bare(net, pz, i, c, board)
                    best = -1
                    least = 0
                    for p in range(pz.place_ptr[f], pz.place_ptr[f + 1]):
                        x = 0
                        for h in range(pz.hole_ptr[p], pz.hole_ptr[p + 1]):
                            at = pz.hole_at[h]
                            if pz.first[i] + at < T:
                                whole = pz.whole[pz.whole_ptr[f] + at]
                                x += board.price[at, pz.hole_units[h]] - board.price[at, whole]
                        if best < 0 or x < least or (x == least and p == c):
                            best = p
                            least = x
                    _back(net, pz, i, best, board)
                    if best != c:
                        clock += 1
                        _mark(pz, i, c, clock, board)
                        _mark(pz, i, best, clock, board)
                        choice[i] = best
                        again = True
                        moved = True
                    board.seen[i] = clock
    return clock
