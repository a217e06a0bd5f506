"""The compiled shortest path over labels: see `labels`. No kernel calls one of another file."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

INF, IMPOSSIBLE = 1e15, 5e14
"""Cost of what is impossible; sums with it stay above the second."""


class Layers(NamedTuple):
    """One agent's program as arrays.

    Attributes
    ----------
    move, step
        What class c of day d does to nodes, and to labels, shape (D, C); class 0 is a day off.
    classes, steps
        Number of classes and of label steps of each day, shape (D,).
    class_of
        Class of an option, -1 where it may not be used, shape (D, S).
    off
        Whether the day may be off, shape (D,).
    arcs
        Node after a move, -1 where it is forbidden, shape (U, M).
    back_ptr, back
        Nodes from which move m leads to node v: ``back[back_ptr[m, v]:back_ptr[m, v + 1]]``.
    add
        What a step adds to each sum, shape (D, J, I).
    role, top, capped
        Of each sum: 0 sum, 1 number of groups hit, 2 whether the group is hit already (of the sum before it); its
        greatest value; whether it stays there, shape (I,).
    group
        Of each group sum: 0 outside groups, 1 inside, 2 on the group's last day, shape (D, I).
    close
        Last day of each sum, shape (I,).
    toll
        Cost of each sum's final value, `INF` where it is forbidden, shape (I, most + 1).
    low, size
        Box of labels before each day, and after the last, shape (D + 1, I).
    labels
        Number of labels in each layer, shape (D + 1,).
    offset
        Where each layer's costs begin, shape (D + 2,).
    """

    move: Any
    step: Any
    classes: Any
    steps: Any
    class_of: Any
    off: Any
    arcs: Any
    back_ptr: Any
    back: Any
    add: Any
    role: Any
    top: Any
    capped: Any
    group: Any
    close: Any
    toll: Any
    low: Any
    size: Any
    labels: Any
    offset: Any


@njit(cache=True, nogil=True)
def link(la: Any, then: Any, tolls: Any) -> None:
    """Label after each day's steps (the number of labels where that is forbidden) and what closing sums cost."""
    D, N = la.group.shape
    value = np.zeros(N, np.int64)
    for d in range(D):
        n = la.labels[d]
        for j in range(la.steps[d]):
            for k in range(n):
                x = k
                for i in range(N - 1, -1, -1):
                    value[i] = la.low[d, i] + x % la.size[d, i]
                    x //= la.size[d, i]
                at = 0
                toll = 0.0
                for i in range(N):
                    v = value[i]
                    if la.role[i] == 0:
                        v += la.add[d, j, i]
                    elif la.role[i] == 1:
                        if la.group[d, i] and la.add[d, j, i] and not value[i + 1]:
                            v += 1
                    elif la.group[d, i - 1] == 2:
                        v = 0
                    elif la.group[d, i - 1] == 1 and la.add[d, j, i - 1]:
                        v = 1
                    if v > la.top[i]:
                        if not la.capped[i]:
                            toll = INF
                            break
                        v = la.top[i]
                    if la.close[i] == d:
                        toll += la.toll[i, v]
                        v = 0
                    w = v - la.low[d + 1, i]
                    if w < 0 or w >= la.size[d + 1, i]:
                        toll = INF
                        break
                    at = at * la.size[d + 1, i] + w
                then[d, j, k] = la.labels[d + 1] if toll >= IMPOSSIBLE else at
                if 0.0 < toll < IMPOSSIBLE:
                    tolls[d, j, k] = toll


@njit(cache=True, nogil=True)
def compact(la: Any, then: Any, tolls: Any, alive: Any, labels: Any) -> None:
    """Keep, renumbered, the labels that some choice of days reaches and from which some reaches the end."""
    D = la.classes.shape[0]
    alive[0, 0] = 1
    for d in range(D):
        for j in range(la.steps[d]):
            for k in range(la.labels[d]):
                if alive[d, k] and then[d, j, k] < la.labels[d + 1]:
                    alive[d + 1, then[d, j, k]] = 1
    for d in range(D, -1, -1):
        n = 0
        for k in range(la.labels[d]):
            on = alive[d, k] > 0
            if on and d < D:
                on = False
                for j in range(la.steps[d]):
                    to = then[d, j, k]
                    on = on or (to < la.labels[d + 1] and alive[d + 1, to] > 0)
            n += on
            alive[d, k] = n if on else 0  # one more than its new number
        labels[d] = n
        for j in range(la.steps[d] if d < D else 0):
            i = 0
            for k in range(la.labels[d]):
                if alive[d, k]:
                    to = then[d, j, k]
                    on = to < la.labels[d + 1] and alive[d + 1, to] > 0
                    then[d, j, i] = alive[d + 1, to] - 1 if on else labels[d + 1]
                    if tolls[d, j, i] != tolls[d, j, k]:  # pages of zeros stay untouched
                        tolls[d, j, i] = tolls[d, j, k]
                    i += 1


@njit(cache=True, nogil=True)
def reduce_prices(la: Any, price: Any, off: Any, cheapest: Any, which: Any) -> None:
    """Cheapest option of each class of each day, and its price."""
    D, S = la.class_of.shape
    for d in range(D):
        for c in range(la.classes[d]):
            cheapest[d, c] = INF
            which[d, c] = -1
        if la.off[d]:
            cheapest[d, 0] = off[d]
        for s in range(S):
            c = la.class_of[d, s]
            if c >= 0 and price[d, s] < cheapest[d, c]:
                cheapest[d, c] = price[d, s]
                which[d, c] = s


@njit(cache=True, nogil=True)
def trace(la: Any, then: Any, row: Any, path: Any) -> None:
    """Label before each day, and after the last, of a tour."""
    k = 0
    for d in range(la.off.shape[0]):
        path[d] = k
        c = la.class_of[d, row[d]] if row[d] >= 0 else 0
        k = then[d, la.step[d, c], k]
    path[-1] = k


@njit(cache=True, nogil=True)
def climb_beside(la: Any, then: Any, tolls: Any, tolled: Any, cheapest: Any, path: Any, reach: int, cost: Any) -> None:
    """As `climb`, over labels numbered at most `reach` away from those of a tour; all others cost `INF` or keep their costs.

    A kernel of its own: one for both is slower by half where nothing is out of reach.
    `path` are the tour's labels, from `trace`. The cheapest tour of these labels costs no more than that tour.
    """
    D = la.off.shape[0]
    U = la.arcs.shape[0]
    row = np.empty(2 * reach + 1)
    n = la.labels[D]
    lo, hi = max(0, path[D] - reach), min(n, path[D] + reach + 1)
    for u in range(U):
        b = la.offset[D] + u * (n + 1)
        for k in range(lo, hi):
            cost[b + k] = 0.0
        cost[b + n] = INF
    for d in range(D - 1, -1, -1):
        n, m = la.labels[d], la.labels[d + 1]
        base, after = la.offset[d], la.offset[d + 1]
        first, last = lo, hi
        lo, hi = max(0, path[d] - reach), min(n, path[d] + reach + 1)
        for u in range(U):
            b = base + u * (n + 1)
            for k in range(lo, hi):
                cost[b + k] = INF
            cost[b + n] = INF
        for c in range(la.classes[d]):
            p = cheapest[d, c]
            if p >= IMPOSSIBLE:
                continue
            move, j = la.move[d, c], la.step[d, c]
            nx = then[d, j]
            for v in range(U):
                x0, x1 = la.back_ptr[move, v], la.back_ptr[move, v + 1]
                if x0 == x1:
                    continue
                source = after + v * (m + 1)
                for k in range(lo, hi):
                    to = nx[k]
                    row[k - lo] = cost[source + to] + p if first <= to < last else INF
                if tolled[d]:
                    for k in range(lo, hi):
                        row[k - lo] += tolls[d, j, k]
                for x in range(x0, x1):
                    b = base + la.back[x] * (n + 1) + lo
                    target = cost[b : b + hi - lo]
                    for k in range(hi - lo):
                        target[k] = row[k] if row[k] < target[k] else target[k]


@njit(cache=True, nogil=True)
def climb(la: Any, then: Any, tolls: Any, tolled: Any, cheapest: Any, cost: Any) -> None:
    """Cost of the cheapest rest of the horizon from each node and label, from the last day back to the first."""
    D = la.off.shape[0]
    U = la.arcs.shape[0]
    wide = la.labels.max() + 1
    row = np.empty(wide)
    n = la.labels[D]
    for u in range(U):
        b = la.offset[D] + u * (n + 1)
        for k in range(n):
            cost[b + k] = 0.0
        cost[b + n] = INF
    for d in range(D - 1, -1, -1):
        n, m = la.labels[d], la.labels[d + 1]
        base, after = la.offset[d], la.offset[d + 1]
        for x in range(base, base + U * (n + 1)):
            cost[x] = INF
        for c in range(la.classes[d]):
            p = cheapest[d, c]
            if p >= IMPOSSIBLE:
                continue
            move, j = la.move[d, c], la.step[d, c]
            nx = then[d, j]
            for v in range(U):
                lo, hi = la.back_ptr[move, v], la.back_ptr[move, v + 1]
                if lo == hi:
                    continue
                source = cost[after + v * (m + 1) : after + (v + 1) * (m + 1)]
                if tolled[d]:
                    for k in range(n):
                        row[k] = source[nx[k]] + p + tolls[d, j, k]
                else:
                    for k in range(n):
                        row[k] = source[nx[k]] + p
                for x in range(lo, hi):
                    b = base + la.back[x] * (n + 1)
                    target = cost[b : b + n]
                    for k in range(n):
                        target[k] = row[k] if row[k] < target[k] else target[k]


@njit(cache=True, nogil=True)
def walk(
    la: Any,
    then: Any,
    tolls: Any,
    tolled: Any,
    cheapest: Any,
    which: Any,
    cost: Any,
    start: int,
    noise: float,
    seed: int,
    path: Any,
    reach: int,
    out: Any,
) -> float:
    """Walk from the start; with noise, by the cost of the rest plus Gumbel noise. Cost, `INF` where there is no tour.

    `path` and `reach` are as in `climb_beside`; after `climb` the reach is the number of labels.
    """
    D = la.off.shape[0]
    if noise > 0.0:
        np.random.seed(seed)  # noqa: NPY002 (numba's own generator)
    u, k, total = start, 0, 0.0
    if cost[la.offset[0] + u * (la.labels[0] + 1)] >= IMPOSSIBLE:
        return INF
    for d in range(D):
        after, m = la.offset[d + 1], la.labels[d + 1] + 1
        best_key, best_c = INF, -1
        for c in range(la.classes[d]):
            v = la.arcs[u, la.move[d, c]]
            if v < 0 or cheapest[d, c] >= IMPOSSIBLE:
                continue
            j = la.step[d, c]
            to = then[d, j, k]
            rest = cost[after + v * m + to]
            if rest >= IMPOSSIBLE or abs(to - path[d + 1]) > reach:
                continue
            x = cheapest[d, c] + rest + (tolls[d, j, k] if tolled[d] else 0.0)
            key = x if noise == 0.0 else x + noise * np.log(-np.log(np.random.random()))  # noqa: NPY002
            if key < best_key:
                best_key, best_c = key, c
        j = la.step[d, best_c]
        total += cheapest[d, best_c] + (tolls[d, j, k] if tolled[d] else 0.0)
        u = la.arcs[u, la.move[d, best_c]]
        k = then[d, j, k]
        out[d] = which[d, best_c]
    return total


@njit(cache=True, nogil=True)
def list_near(
    la: Any, then: Any, tolls: Any, tolled: Any, price: Any, off: Any, cost: Any, start: int, most: float, out: Any
) -> int:
    """Every tour, option by option, that costs at most `most`, depth first; how many, or -1 where `out` is too short."""
    D, S = la.class_of.shape
    node, label, tried = np.zeros(D + 1, np.int64), np.zeros(D + 1, np.int64), np.full(D + 1, -1, np.int64)
    paid = np.zeros(D + 1)
    node[0] = start
    d, n = 0, 0
    while d >= 0:
        if d == D:
            if n == out.shape[0]:
                return -1
            for i in range(D):
                out[n, i] = tried[i] - 1
            n += 1
            d -= 1
            continue
        s = tried[d]
        if s >= S:
            d -= 1
            continue
        tried[d] += 1
        c = la.class_of[d, s] if s >= 0 else 0
        if c < 0 or (s < 0 and not la.off[d]):
            continue
        v = la.arcs[node[d], la.move[d, c]]
        if v < 0:
            continue
        j = la.step[d, c]
        k = then[d, j, label[d]]
        x = paid[d] + (price[d, s] if s >= 0 else off[d]) + (tolls[d, j, label[d]] if tolled[d] else 0.0)
        if x + cost[la.offset[d + 1] + v * (la.labels[d + 1] + 1) + k] > most:
            continue
        d += 1
        node[d], label[d], paid[d], tried[d] = v, k, x, -1
    return n
