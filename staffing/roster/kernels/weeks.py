"""The dynamic program over one agent's block of days, as a rule a week: states are runs, ends of shifts and sums."""

from __future__ import annotations

from typing import Any

from staffing.roster.kernels.arrays import INF
from staffing.roster.kernels.compiled import inner, lean
from staffing.roster.kernels.counts import count_cost, count_value, hit_outside
from staffing.roster.kernels.days import left_classes, reach, reduce_day


@inner
def open_row(live: Any, i: int, value: Any, at: int, E: int) -> None:
    """Make room for the values of a run's state when it is first met."""
    if not live[i]:
        live[i] = True
        for e in range(E):
            value[at + e] = INF


@inner
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


@inner
def undercuts(best: Any, a: int, b: int, E: int) -> bool:
    """Whether none of E values from a on is above that from b on."""
    ok = True
    for e in range(E):
        ok = ok and best[a + e] <= best[b + e]
    return ok


@inner
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


@inner
def trace(tb: Any, nd: int, q: int, layer: Any, least_at: Any, arena: Any, tour: Any) -> None:
    """Read the options of a block's tour that ends in entry q back from the arena into `tour[:nd]`."""
    C = tb.class_start.shape[2] + 1
    for j in range(nd - 1, -1, -1):
        x = arena[layer[j + 1] + q]
        c = x % C - 1
        tour[j] = least_at[j, c] if c >= 0 else -1
        q = x // C


@inner
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
            hit = tb.count_any[c] and hit_outside(tb, c, row, d0, d1)
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


@inner
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


@inner
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
