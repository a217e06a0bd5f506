"""Duties on the axis of cover: a need for heads becomes a need in slots that follow the intervals of each day.

After the last interval of a day the axis gets a few *slots* for each duty. A shift of that duty covers them, and nothing
else; ordinary shifts pass over them. In the slots one further queue, which every skill group serves, wants the heads. So
whatever searches for cover (tours, bound, CP-SAT, whole horizons) finds duties too, without knowing of them.

A head too many would serve an ordinary queue there, where nobody is wanted: it costs what surplus of the dearest tier
costs. In ordinary intervals the further queue is dearer than that, so nobody is ever sent to it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from staffing.grid import IntArray, TimeGrid
from staffing.roster.cover import UNITS, Cover
from staffing.roster.duties import Duty
from staffing.roster.options import Options


@dataclass(frozen=True)
class Axis:
    """Where options lie on an axis, and the cover that is wanted there.

    Attributes
    ----------
    first, length, offset, units
        As in `options.Options`.
    cover
        Need and prices.
    """

    first: IntArray
    length: IntArray
    offset: IntArray
    units: npt.NDArray[np.uint8]
    cover: Cover


def axis_of(grid: TimeGrid, options: Options, cover: Cover, duties: tuple[Duty, ...]) -> Axis:
    """The axis of cover with the slots of duties; the grid's own where there are none."""
    if not duties:
        return Axis(options.first, options.length, options.offset, options.units, cover)
    per_day = sum(duty.slots for duty in duties)
    starts = dict(zip((duty.kind for duty in duties), _starts(duties), strict=True))
    slots = {duty.kind: duty.slots for duty in duties}
    pool: list[npt.NDArray[np.uint8]] = []
    known: dict[tuple[int, ...], int] = {}
    used = 0

    def place(key: tuple[int, ...], units: npt.NDArray[np.uint8]) -> int:
        nonlocal used
        if key not in known:
            known[key] = used
            pool.append(units)
            used += len(units)
        return known[key]

    first, length, offset = (np.zeros_like(x) for x in (options.first, options.length, options.offset))
    for d in range(grid.days):
        for s, k in enumerate(options.type_of.tolist()):
            if k in starts:
                first[d, s] = int(grid.day_first[d + 1]) + per_day * d + starts[k]
                length[d, s] = slots[k]
                offset[d, s] = place((slots[k],), np.full(slots[k], UNITS, np.uint8))
                continue
            i, n, o = int(options.first[d, s]), max(int(options.length[d, s]), 0), int(options.offset[d, s])
            last = int(grid.day[i + n - 1]) if n else int(grid.day[i])
            cuts = [int(grid.day_first[e + 1]) - i for e in range(int(grid.day[i]), last)]
            units = options.units[o : o + n]
            for cut in reversed(cuts):
                units = np.insert(units, cut, np.zeros(per_day, np.uint8))
            first[d, s] = i + per_day * int(grid.day[i])
            length[d, s] = len(units)
            offset[d, s] = place((o, n, *cuts), units)
    return Axis(first, length, offset, np.concatenate(pool), _cover(grid, cover, duties, per_day))


def _starts(duties: tuple[Duty, ...]) -> list[int]:
    """First slot of each duty, after the last interval of a day."""
    return [sum(duty.slots for duty in duties[:j]) for j in range(len(duties))]


def _cover(grid: TimeGrid, cover: Cover, duties: tuple[Duty, ...], per_day: int) -> Cover:
    T, Q = cover.need.shape
    K, longer = len(duties), T + per_day * grid.days
    at = np.arange(T) + per_day * grid.day
    need, tiers = np.zeros((longer, Q + K), np.int64), np.zeros((longer, Q + K, 2), np.int64)
    over_tier, base = np.zeros((longer, Q + K), np.int64), np.zeros((longer, cover.base.shape[1]), np.int64)
    need[at, :Q], tiers[at, :Q], over_tier[at, :Q], base[at] = cover.need, cover.tiers, cover.over_tier, cover.base
    for j, (duty, begin) in enumerate(zip(duties, _starts(duties), strict=True)):
        rows = grid.day_first[1:, None] + per_day * np.arange(grid.days)[:, None] + begin + np.arange(duty.slots)
        need[rows, Q + j] = tiers[rows, Q + j, 0] = UNITS * duty.heads[:, None]
    prices = np.array([[duty.missing // (UNITS * duty.slots)] * 3 for duty in duties], np.int64)
    dearest = np.full((K, 2), int(cover.over.max()) + 1, np.int64)
    return replace(
        cover,
        serves=np.concatenate([cover.serves, np.ones((len(cover.serves), K), np.bool_)], axis=1),
        need=need,
        tiers=tiers,
        under=np.concatenate([cover.under, prices]),
        over_tier=over_tier,
        over=np.concatenate([cover.over, dearest]),
        base=base,
    )
