"""Cover: how the agents on duty in an interval, by skill group, serve the queues, and what a miss costs.

In each interval the agents of a group may be split among the queues they can serve; the split that costs least counts
(a transportation problem). Prices are convex in the cover of a queue, so the cheapest split is found greedily with
augmenting chains. Amounts are in quarters of an agent (`UNITS`), prices in cents per quarter and interval.
"""

from __future__ import annotations

from dataclasses import dataclass

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
        if a is not None and past.end > edges[0]:
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
