"""The sums that an agent's counts need to know: dimensions of the labels of `labels`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import gcd

import numpy as np
import numpy.typing as npt

from staffing.grid import BoolArray, IntArray
from staffing.roster.evaluate import count_cost
from staffing.roster.labels.kernels import INF
from staffing.roster.labels.nodes import UnfitError
from staffing.roster.primitives import Count, Program


@dataclass(frozen=True)
class Sum:
    """One dimension of the labels."""

    role: int
    top: int
    capped: bool
    opens: int
    closes: int
    need: int
    toll: tuple[float, ...]
    add: npt.NDArray[np.int64]  # (D, S + 1), the last column a day off
    group: npt.NDArray[np.int64]  # (D,)
    counts: tuple[Count, ...]

    @property
    def optional(self) -> bool:
        """Whether it only bounds from above, so that leaving it out is a relaxation."""
        return bool(self.counts) and self.need <= 0 and not any(self.toll)


def sums_of(program: Program, agent: int, usable: BoolArray) -> list[Sum]:
    """What the agent's counts need to know; counts of the same weights on the same days share a sum."""
    _, D, S = program.shape
    alike: dict[tuple[bool, bytes, bytes], list[Count]] = {}
    parts: dict[tuple[bool, bytes, bytes], tuple[IntArray, IntArray]] = {}
    for c in program.counts:
        if c.agent != agent:
            continue
        weight = np.zeros((D, S + 1), np.int64)
        weight[:, :S] = np.where(usable, program.measures[c.measure], 0)
        group = np.zeros(D, np.int64)
        for g in sorted(map(sorted, c.groups)):
            if (c.any and group[g[0] : g[-1] + 1].any()) or weight.min() < 0:
                raise UnfitError(f"agent {agent}: groups of days that overlap, or a negative measure")
            group[g[0] : g[-1]] = 1 if c.any else 2
            group[g[-1:]] = 2
        weight[np.setdiff1d(np.arange(D), [d for g in c.groups for d in g])] = 0
        if c.any:
            weight = (weight > 0).astype(np.int64)
        key = (c.any, weight.tobytes(), group.tobytes())
        parts[key] = weight, group
        alike.setdefault(key, []).append(c)
    out: list[Sum] = []
    for key, counts in alike.items():
        weight, group = parts[key]
        of_group = [weight[list(g)].any() for g in counts[0].groups]
        most = int(sum(of_group)) if counts[0].any else int(weight.max(axis=1).sum())
        unit = reduce(gcd, np.unique(weight).tolist(), 0) or 1
        hard = any(c.hi < c.base + most for c in counts)
        if not hard and all(c.lo <= c.base and not c.below and not c.above for c in counts):
            continue
        top = min(most, *(c.hi - c.base for c in counts)) // unit
        capped = not hard and not any(c.above for c in counts)
        if top < 0:
            out.append(Sum(0, 0, False, 0, D - 1, 0, (INF,), weight * 0, group, ()))
            continue
        if capped:
            wanted = max(t - c.base for c in counts for t in (c.lo, *(t for t, _ in c.below)))
            top = min(top, max(0, -(-wanted // unit)))
        tolls = [
            [float(count_cost(c, c.base + v * unit)) if c.lo <= c.base + v * unit <= c.hi else INF for c in counts]
            for v in range(top + 1)
        ]
        need = max(0, *(-(-(c.lo - c.base) // unit) for c in counts))
        active = np.nonzero(group)[0]
        first, last = (int(active[0]), int(active[-1])) if len(active) else (0, D - 1)
        wide = counts[0].any and any(len(g) > 1 for g in counts[0].groups)
        toll = tuple(min(sum(x), INF) for x in tolls)
        out.append(Sum(1 if wide else 0, top, capped, first, last, need, toll, weight // unit, group, tuple(counts)))
        if wide:
            out.append(Sum(2, 1, False, first, last, 0, (0.0, 0.0), weight * 0, group, ()))
    return out


def boxes_of(sums: Sequence[Sum], days: int) -> tuple[IntArray, IntArray]:
    """Least value and number of values of each sum before each day and after the last, shape (D + 1, I)."""
    low = np.zeros((days + 1, len(sums)), np.int64)
    size = np.ones((days + 1, len(sums)), np.int64)
    for i, x in enumerate(sums):
        if x.role == 2:
            size[1:days, i] = np.where(x.group[: days - 1] == 1, 2, 1)
            continue
        daily = x.add.max(axis=1)
        if x.role == 1:
            daily = np.where(x.group > 0, daily, 0)
        done = np.concatenate([[0], np.cumsum(daily)])
        high = np.minimum(done, x.top)
        least = np.clip(x.need - (done[-1] - done), 0, high)
        open_ = np.arange(days + 1)
        inside = (open_ > x.opens) & (open_ <= x.closes)
        low[:, i] = np.where(inside, least, 0)
        size[:, i] = np.where(inside, high - low[:, i] + 1, 1)
    return low, size
