"""Annealing: one agent's week after another is taken out, priced and replaced by its best one."""

from __future__ import annotations

from typing import Any

import numpy as np

from staffing.roster.kernels.arrays import INF
from staffing.roster.kernels.compiled import lean
from staffing.roster.kernels.counts import agent_cost, count_cost, count_value
from staffing.roster.kernels.cover import place, price_day, put
from staffing.roster.kernels.weeks import best_block


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
