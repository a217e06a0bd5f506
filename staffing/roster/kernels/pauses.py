"""Breaks of shifts that stand: each shift in turn gets the placement that costs least in cover."""

from __future__ import annotations

from typing import Any, NamedTuple

from staffing.roster.kernels.arrays import Net
from staffing.roster.kernels.compiled import inner, lean
from staffing.roster.kernels.cover import add_units, remove_units


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


@inner
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


@inner
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


@inner
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
