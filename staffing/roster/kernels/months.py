"""One agent's whole horizon: its blocks, solved one by one, joined by runs, rests and two sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from staffing.roster.kernels.arrays import INF
from staffing.roster.kernels.compiled import allocating, inner, lean
from staffing.roster.kernels.counts import count_cost, count_value
from staffing.roster.kernels.cover import place, price_day
from staffing.roster.kernels.days import reach, reduce_day
from staffing.roster.kernels.weeks import block_dp, block_terms, state_before, trace


@inner
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


@inner
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


@allocating
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


@allocating
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
