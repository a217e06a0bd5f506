"""Values and costs of an agent's counts."""

from __future__ import annotations

from typing import Any

from staffing.roster.kernels.arrays import INF
from staffing.roster.kernels.compiled import inner


@inner
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


@inner
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


@inner
def hit_outside(tb: Any, c: int, row: Any, d0: int, d1: int) -> bool:
    """Whether the (only) group of an `any` count that lies in the block has been hit by a day outside of it."""
    m = tb.count_measure[c]
    for d in range(d0, d1):
        g = tb.count_group[c, d]
        if g >= 0:
            for e in range(row.shape[0]):
                if tb.count_group[c, e] == g and not d0 <= e < d1 and row[e] >= 0 and tb.measures[m, e, row[e]] > 0:
                    return True
    return False


@inner
def agent_cost(tb: Any, a: int, row: Any) -> float:
    """Cost of an agent's days without cover; INF for every broken bound of a count is added once each."""
    x = 0.0
    for d in range(row.shape[0]):
        x += tb.cost[a, d, row[d]] if row[d] >= 0 else tb.off_cost[a, d]
    for c in range(tb.count_ptr[a], tb.count_ptr[a + 1]):
        x += count_cost(tb, c, count_value(tb, c, row, 0, 0))
    return x
