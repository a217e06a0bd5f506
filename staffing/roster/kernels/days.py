"""What one day of an agent's block offers: the cheapest option of each class, and what the days to come can still add."""

from __future__ import annotations

from typing import Any

from staffing.roster.kernels.arrays import INF
from staffing.roster.kernels.compiled import inner


@inner
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


@inner
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


@inner
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


@inner
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
