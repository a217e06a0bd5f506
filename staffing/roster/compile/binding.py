"""Which primitives bind: what no choice can break or pay for, or what others imply, is left to the audit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from staffing.grid import BoolArray
from staffing.roster.compile.context import ALWAYS, WORKS
from staffing.roster.primitives import Count, Run, Succession

Limits = npt.NDArray[np.int64]


def binding_successions(successions: list[Succession], runs: list[Run], off: BoolArray) -> tuple[Succession, ...]:
    """Successions without those over a single day off where an agent has no single days off."""
    blocks = {r.agent for r in runs if r.off and r.measure == WORKS and r.lo > 1}

    def implied(x: Succession) -> bool:
        forced = x.before_end is not None and (x.before_day == -2 or not off[x.agent, 0])
        return x.over_off and x.agent in blocks and not forced

    return tuple(x for x in successions if not implied(x))


def binding_counts(
    counts: list[Count],
    runs: list[Run],
    allowed: BoolArray,
    off: BoolArray,
    measures: npt.NDArray[np.int32],
) -> tuple[Count, ...]:
    """The counts that some allowed choice breaks or pays for and that no others imply.

    What implies a count: another of the same sum; counts that together hold its days (weeks in a month); an `any` count
    of which each group holds at most one of its days (weekends and Sundays); the longest run of days with a shift.
    """
    huge = np.iinfo(np.int32).max
    names = {c.measure for c in counts}
    most = {m: np.where(allowed, measures[m][None], 0).max(axis=2, initial=0) for m in names}
    least = {m: np.where(off, 0, np.where(allowed, measures[m][None], huge).min(axis=2, initial=huge)) for m in names}
    longest: dict[int, int] = {}
    for r in runs:
        if r.measure == WORKS and not r.off:
            longest[r.agent] = min(r.hi, longest.get(r.agent, ALWAYS))
    by_agent: dict[int, list[Count]] = {}
    for c in counts:
        by_agent.setdefault(c.agent, []).append(c)
    kept = []
    for agent, own in by_agent.items():
        hard: list[Count] = []
        for c in sorted(own, key=lambda c: (not c.any, sum(map(len, c.groups)), c.hi)):
            top, bottom = _top(c, most[c.measure], hard, longest.get(agent, ALWAYS)), _bottom(c, least[c.measure])
            if any(_same(c, other) and other.lo >= c.lo for other in hard):
                bottom = max(bottom, max(other.lo for other in hard if _same(c, other)))
            free = all(t <= bottom for t, _ in c.below) and all(top <= t for t, _ in c.above)
            if c.lo <= bottom and top <= c.hi and free:
                continue
            kept.append(c)
            if c.lo > c.base or c.hi < ALWAYS:  # prices bound nothing
                hard.append(c)
    return tuple(kept)


def _same(c: Count, other: Count) -> bool:
    return (c.measure, c.groups, c.base, c.any) == (other.measure, other.groups, other.base, other.any)


def _top(c: Count, most: npt.NDArray[np.int32], hard: list[Count], longest: int) -> int:
    """Largest value of a count, as far as other counts and the longest run tell."""
    if c.any:
        found = c.base + sum(bool(most[c.agent, list(g)].any()) for g in c.groups)
        return min([found, *(other.hi for other in hard if _same(c, other))])
    (days,) = c.groups
    line = most[c.agent]
    free = c.base + int(line[list(days)].sum())
    tops = [free, *(other.hi for other in hard if _same(c, other))]
    left, value = set(days), c.base
    for other in hard:
        (part, *more) = other.groups
        inside = not other.any and not more and other.measure == c.measure and set(part) <= left
        if inside and (not other.base or other.base == c.base):
            value += min(other.hi - other.base, int(line[list(part)].sum()))
            left -= set(part)
    tops.append(value + int(line[list(left)].sum()))
    if c.measure == WORKS:
        if days == tuple(range(days[0], days[-1] + 1)) and not c.base:
            tops.append(len(days) - len(days) // (longest + 1))
        for other in hard:
            if other.any and other.measure == WORKS and all(len(set(g) & set(days)) <= 1 for g in other.groups):
                held = {d for g in other.groups for d in g}
                tops.append(c.base + other.hi - other.base + sum(int(line[d]) for d in days if d not in held))
    return min(tops)


def _bottom(c: Count, least: npt.NDArray[np.int32]) -> int:
    """Smallest value of a count."""
    if c.any:
        return c.base
    return c.base + sum(int(least[c.agent, list(g)].sum()) for g in c.groups)
