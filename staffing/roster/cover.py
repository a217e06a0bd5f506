"""Cover: how the agents on duty in an interval, by skill group, serve the queues, and what a miss costs.

In each interval the agents of a group may be split among the queues they can serve; the split that costs least counts
(a transportation problem). Prices are convex in the cover of a queue, so the cheapest split is found greedily with
augmenting chains. Amounts are in quarters of an agent (`options.UNITS`), prices in cents per quarter and interval.
"""

from __future__ import annotations

from dataclasses import dataclass

from staffing.grid import BoolArray, IntArray, read_only


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
    """

    group: IntArray
    serves: BoolArray
    need: IntArray
    tiers: IntArray
    under: IntArray
    over_tier: IntArray
    over: IntArray

    def __post_init__(self) -> None:
        read_only(self)
