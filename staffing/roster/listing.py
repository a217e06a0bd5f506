"""The last units: where bound and incumbent are close, all horizons whose reduced cost could matter are listed, and the best
choice of them is the optimum or raises the bound.
"""

from __future__ import annotations

import math

import numpy as np

from staffing.roster.columns import TIE, Generation, Root
from staffing.roster.labels.kernels import list_near
from staffing.roster.master import Column, Master, own_cost

FEW, LISTED = 8_000, 40_000
"""Horizons that the last step lists for several cents at once, and at most."""
AHEAD = 5
"""Cents above the bound that it looks ahead."""


def near(own: Generation, root: Root, most: float, limit: int) -> list[Column] | None:
    """Every horizon that a roster of cost `most` could hold, by its reduced cost; None where there are too many."""
    p, pricer = own.program, own.pricer
    earn = own.rewards(root.cover)
    gap = most - root.bound + TIE
    found: list[Column] = []
    for a in range(p.shape[0]):
        h = pricer.horizons[a]
        price = -earn[p.cover.group[a]]
        pricer.climb(a, price)
        best, _ = pricer.tour(a)
        rows = np.zeros((limit - len(found) + 1, own.D), np.int32)
        total = pricer.own[a] + price
        n = list_near(h.layers, h.then, h.tolls, h.tolled, total, pricer.off[a], pricer.cost, h.start, best + gap, rows)
        if n < 0 or h.left_out:
            return None
        for row in rows[:n]:
            choice = np.full((p.shape[0], own.D), -1, np.int32)
            choice[a] = row
            found.append(Column(a, row, own_cost(p, choice, a)))
        if own.search.over():
            return None
    return found


def prove(own: Generation, root: Root, seconds: float) -> None:
    """Raise the bound by listing all horizons that matter up to a cost, until it meets the incumbent or time is up."""
    until = own.search.elapsed() + seconds
    A = own.program.shape[0]
    while not own.search.over():
        listed = _list(own, root)
        left = min(until, own.search.seconds) - own.search.elapsed()
        if listed is None or left <= 0:
            return
        most, columns = listed
        if len({c.agent for c in columns}) < A:
            own.search.prove(most + 1)
            continue
        master = Master(own.program, np.full((A, own.D), -1, np.int32), range(A), whole=True)
        master.add(columns)
        choice, bound = master.best(left, own.search.over)
        if choice is not None:
            own.search.offer(choice)
        before = own.search.bound
        if math.isfinite(bound) or bound > 0:
            own.search.prove(min(math.ceil(bound - TIE) if math.isfinite(bound) else most + 1, most + 1))
        if own.search.bound <= before:
            return


def _list(own: Generation, root: Root) -> tuple[int, list[Column]] | None:
    """The greatest cost below the incumbent's whose horizons are few, or else the least; and these horizons."""
    least = math.ceil(max(own.search.bound, root.bound) - TIE)
    most = round(min(own.search.cost - 1, least + AHEAD))
    for cost in range(most, least, -1):
        columns = near(own, root, cost, FEW)
        if columns is not None:
            return cost, columns
    columns = near(own, root, least, LISTED)
    return None if columns is None else (least, columns)
