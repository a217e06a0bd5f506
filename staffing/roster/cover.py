"""Cover: how the agents on duty in an interval, by skill group, serve the queues, and what a miss costs.

In each interval the agents of a group may be split among the queues they can serve; the split that costs least counts
(a transportation problem). Prices are convex in the cover of a queue, so the cheapest split is found greedily with
augmenting chains. Amounts are in quarters of an agent (`UNITS`), prices in cents per quarter and interval.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from staffing.grid import BoolArray, IntArray, read_only
from staffing.roster.problem import RosterProblem

UNITS = 4
"""Cover units of one agent in one interval: quarters, so that a quarter-hour break counts in an hour's interval."""


@dataclass(frozen=True)
class Cover:
    """Need and prices of cover.

    Attributes
    ----------
    group
        Skill group of each agent, shape (A,).
    serves
        Whether a group can serve a queue, shape (G, Q).
    need
        Units wanted, shape (T, Q).
    tiers
        Widths in units of the first and second understaffing tier, shape (T, Q, 2); ``tiers.sum(2) <= need``.
    under
        Cents per missing unit in the first tier (next below the need), the second, and the rest, shape (Q, 3),
        not decreasing.
    over_tier
        Width in units of the first overstaffing tier, shape (T, Q).
    over
        Cents per surplus unit in the first tier and beyond, shape (Q, 2), not decreasing.
    base
        Units already on duty from shifts that began before the horizon, shape (T, G).
    """

    group: IntArray
    serves: BoolArray
    need: IntArray
    tiers: IntArray
    under: IntArray
    over_tier: IntArray
    over: IntArray
    base: IntArray

    def __post_init__(self) -> None:
        read_only(self)


def cover_of(problem: RosterProblem) -> Cover:
    """Need and prices of cover of a problem.

    Needs and tiers are rounded to whole units (tiers upwards), prices to whole cents per unit and interval. A shift of
    the past that runs on into the horizon is on duty there without a break.
    """
    grid = problem.grid
    prices = problem.prices
    T, Q = len(grid), len(problem.queues)
    need = np.floor(problem.required.T * UNITS + 0.5).astype(np.int64)
    first = np.ceil(prices.understaffing_tiers[0] * need - 1e-9).astype(np.int64)
    first = np.minimum(first, need)
    second = np.ceil(prices.understaffing_tiers[1] * need - 1e-9).astype(np.int64)
    second = np.minimum(second, need - first)
    cents = 100 * grid.hours / UNITS
    weights = np.ones(Q) if problem.queue_weights is None else problem.queue_weights
    serves = np.array([[q in skills for q in problem.queues] for skills in problem.skills], dtype=np.bool_)
    base = np.zeros((T, len(problem.skills)), dtype=np.int64)
    edges = np.append(grid.starts, grid.starts[-1] + grid.seconds)
    for past in problem.past:
        a = problem.agent_index.get(past.agent)
        on_call = past.code in problem.kinds and problem.kinds[past.code].on_call
        if a is not None and past.end > edges[0] and not on_call:
            seconds = np.clip(np.minimum(edges[1:], past.end) - np.maximum(edges[:-1], past.start), 0, None)
            base[:, problem.group[a]] += np.floor(seconds * UNITS / grid.seconds + 0.5).astype(np.int64)
    return Cover(
        group=problem.group,
        serves=serves,
        need=need,
        tiers=np.stack([first, second], axis=2),
        under=np.floor(np.outer(weights, prices.understaffing) * cents + 0.5).astype(np.int64),
        over_tier=np.ceil(prices.overstaffing_tier * need - 1e-9).astype(np.int64),
        over=np.tile(np.floor(np.array(prices.overstaffing) * cents + 0.5).astype(np.int64), (Q, 1)),
        base=base,
    )


def usual_price(cover: Cover) -> float:
    """Price of a first missing unit at the median queue of those that are wanted in a tenth of the intervals; 1 where none is."""
    wanted = (cover.need > 0).mean(axis=0) >= 0.1
    prices = cover.under[wanted if wanted.any() else slice(None), 0]
    return float(np.median(prices)) if prices.size else 1.0


def marginal(cover: Cover, staffed: IntArray) -> IntArray:
    """Cents saved (negative) or paid for one more unit at a queue, shape (T, Q).

    Parameters
    ----------
    cover
        Need and prices.
    staffed
        Units at each queue, shape (T, Q).
    """
    missing = cover.need - staffed
    first, second = cover.tiers[..., 0], cover.tiers[..., 1]
    under: IntArray = -np.where(
        missing <= first, cover.under[:, 0], np.where(missing <= first + second, cover.under[:, 1], cover.under[:, 2])
    )
    over = np.where(-missing < cover.over_tier, cover.over[:, 0], cover.over[:, 1])
    return np.where(missing > 0, under, over)


def room(cover: Cover, staffed: IntArray) -> IntArray:
    """Units that may come to a queue before its marginal price changes, at least 1, shape (T, Q)."""
    missing = cover.need - staffed
    first, second = cover.tiers[..., 0], cover.tiers[..., 1]
    edge = np.where(
        missing > first + second,
        missing - first - second,
        np.where(
            missing > first,
            missing - first,
            np.where(missing > 0, missing, np.where(-missing < cover.over_tier, cover.over_tier + missing, 2**30)),
        ),
    )
    return np.asarray(edge, dtype=np.int64)


def price(cover: Cover, staffed: IntArray) -> tuple[IntArray, IntArray]:
    """Cents of understaffing and of overstaffing, shape (T, Q) each.

    Examples
    --------
    >>> one = Cover(
    ...     group=np.zeros(1, int), serves=np.ones((1, 1), bool), need=np.array([[10]]), tiers=np.array([[[2, 3]]]),
    ...     under=np.array([[1, 10, 100]]), over_tier=np.array([[1]]), over=np.array([[2, 20]]),
    ...     base=np.zeros((1, 1), int),
    ... )
    >>> [int(price(one, np.array([[n]]))[0][0, 0]) for n in (10, 9, 7, 4)], int(price(one, np.array([[13]]))[1][0, 0])
    ([0, 1, 12, 132], 42)
    """
    missing = np.maximum(cover.need - staffed, 0)
    surplus = np.maximum(staffed - cover.need, 0)
    first = np.minimum(missing, cover.tiers[..., 0])
    second = np.minimum(missing - first, cover.tiers[..., 1])
    rest = missing - first - second
    under = first * cover.under[:, 0] + second * cover.under[:, 1] + rest * cover.under[:, 2]
    near = np.minimum(surplus, cover.over_tier)
    over = near * cover.over[:, 0] + (surplus - near) * cover.over[:, 1]
    return under, over


def split(cover: Cover, supply: IntArray) -> IntArray:
    """Units that each group gives each queue in a cheapest split, shape (T, G, Q).

    Supply is added group by group: each amount goes to the queue with the lowest marginal price that a chain of
    exchanges can reach. Prices being convex, this is optimal (successive shortest paths of a transportation problem).
    All intervals are worked on at once.

    Parameters
    ----------
    cover
        Need and prices.
    supply
        Units on duty by interval and group, `Cover.base` included, shape (T, G).
    """
    T, Q = cover.need.shape
    G = cover.serves.shape[0]
    flow = np.zeros((T, G, Q), dtype=np.int64)
    for g in range(G):
        push(cover, flow, g, supply[:, g])
    return flow


def push(cover: Cover, flow: IntArray, g: int, units: IntArray) -> None:
    """Add units of a group to a cheapest split, which stays one; `flow` (T, G, Q) is changed in place.

    Parameters
    ----------
    cover
        Need and prices.
    flow
        A cheapest split.
    g
        The group.
    units
        What is added in each interval, shape (T,).
    """
    _, G, Q = flow.shape
    if not cover.serves[g].any():
        return
    left = units.astype(np.int64)
    while len(busy := np.nonzero(left > 0)[0]):
        here = at(cover, busy)
        f = flow[busy]
        staffed = f.sum(axis=1)
        rows = np.arange(len(busy))
        # The queue from which a unit moves on to another, and whose unit it is; -1 where the group serves it itself.
        reached = np.repeat(cover.serves[g][None], len(busy), axis=0)
        parent = np.full((len(busy), Q), -1)
        mover = np.full((len(busy), Q), g)
        for _ in range(Q - 1):
            before = int(reached.sum())
            for g2 in range(G):
                for k in range(Q):
                    movable = reached[:, k] & (f[:, g2, k] > 0)
                    for k2 in np.nonzero(cover.serves[g2])[0] if movable.any() else ():
                        new = movable & ~reached[:, k2]
                        parent[new, k2], mover[new, k2] = k, g2
                        reached |= new[:, None] & (np.arange(Q) == k2)
            if int(reached.sum()) == before:
                break
        slope = np.where(reached, marginal(here, staffed), 2**40)
        best = slope.argmin(axis=1)
        amount = np.minimum(left[busy], room(here, staffed)[rows, best])
        k = best
        for _ in range(Q - 1):  # no more than what moves along the chain
            on = parent[rows, k] >= 0
            amount[on] = np.minimum(amount[on], f[rows[on], mover[rows, k][on], parent[rows, k][on]])
            k = np.where(on, parent[rows, k], k)
        k = best
        for _ in range(Q - 1):
            on = parent[rows, k] >= 0
            who, to, origin = mover[rows, k][on], k[on], parent[rows, k][on]
            f[rows[on], who, to] += amount[on]
            f[rows[on], who, origin] -= amount[on]
            k = np.where(on, parent[rows, k], k)
        f[rows, g, k] += amount
        flow[busy] = f
        left[busy] -= amount


def at(cover: Cover, intervals: IntArray) -> Cover:
    """The cover of some intervals only."""
    return replace(
        cover,
        need=cover.need[intervals],
        tiers=cover.tiers[intervals],
        over_tier=cover.over_tier[intervals],
        base=cover.base[intervals],
    )


def added(cover: Cover, flow: IntArray, g: int, most: int) -> IntArray:
    """Cents of each further unit of a group in each interval, up to `most`, shape (T, most); not decreasing in a row.

    Parameters
    ----------
    cover
        Need and prices.
    flow
        A cheapest split; it is left as it is.
    g
        The group.
    most
        Units to add at most.
    """
    flow = flow.copy()
    out = np.zeros((len(flow), most), dtype=np.int64)
    under, over = price(cover, flow.sum(axis=1))
    before = under.sum(axis=1) + over.sum(axis=1)
    for n in range(most):
        push(cover, flow, g, np.ones(len(flow), dtype=np.int64))
        under, over = price(cover, flow.sum(axis=1))
        now = under.sum(axis=1) + over.sum(axis=1)
        out[:, n] = now - before
        before = now
    return out
