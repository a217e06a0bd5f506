"""What a choice breaks and costs, read off the primitives: the plain interpreter that others are tested against."""

from __future__ import annotations

from itertools import groupby

import numpy as np

from staffing.grid import BoolArray, IntArray
from staffing.roster.cover import price, split
from staffing.roster.primitives import Band, Choice, Count, Program, Run, Succession


def value(program: Program, count: Count, choice: Choice) -> int:
    """Value of a count."""
    row = choice[count.agent]
    measure = program.measures[count.measure]
    sums = [[int(measure[d, row[d]]) for d in group if row[d] >= 0] for group in count.groups]
    return count.base + (sum(any(x) for x in sums) if count.any else sum(sum(x) for x in sums))


def count_cost(count: Count, total: int) -> int:
    """Cents of a count's value, its hard bounds aside.

    Examples
    --------
    >>> count_cost(Count("x", 0, 0, ((0,),), 0, 9, below=((2, 5),), above=((3, 10), (5, 20))), 6)
    50
    """
    return sum(c * max(0, t - total) for t, c in count.below) + sum(c * max(0, total - t) for t, c in count.above)


def broken(program: Program, choice: Choice) -> set[tuple[str, int]]:
    """Rules that a choice breaks, with their agents; ``fixed`` where an option or a day off is not allowed."""
    found = {(c.rule, c.agent) for c in program.counts if not c.lo <= value(program, c, choice) <= c.hi}
    found |= {(r.rule, r.agent) for r in program.runs if _breaks_run(program, r, choice)}
    found |= {(s.rule, s.agent) for s in program.successions if clashes(program, s, choice[s.agent])}
    found |= {(b.rule, b.agent) for b in program.bands if not keeps_band(program, b, choice[b.agent])}
    A, D, _ = program.shape
    for a in range(A):
        for d in range(D):
            s = int(choice[a, d])
            if not (program.off_allowed[a, d] if s < 0 else program.allowed[a, d, s]):
                found.add(("fixed", a))
    return found


def keeps_band(program: Program, band: Band, row: Choice) -> bool:
    """Whether an agent's days, `row` of shape (D,), keep within a band."""
    values = [int(program.measures[band.measure, d, row[d]]) for d in band.days if row[d] >= 0]
    before = [x for x in (band.low, band.high) if x is not None]
    return not values or max(values + before) - min(values + before) <= band.most


def _breaks_run(program: Program, run: Run, choice: Choice) -> bool:
    row = choice[run.agent]
    measure = program.measures[run.measure]
    inside = [bool((s >= 0 and measure[d, s] > 0) != run.off) for d, s in enumerate(row)]
    line = [True] * run.before + inside
    at = 0
    for member, days in groupby(line):
        n = len(list(days))
        first, at = at, at + n
        if not member:
            continue
        if n > run.hi:
            return True
        ends_with_horizon = at == len(line)
        starts_with_horizon = first == 0 and run.before == 0 and run.free_start
        if n < run.lo and not ends_with_horizon and not starts_with_horizon:
            return True
    return False


def clash(program: Program, rule: Succession, d: int, s1: int, s2: int) -> bool:
    """Whether option s2 may not follow s1, which stands on day d (s2 a day later, or two with `over_off`)."""
    later = d + 1 + rule.over_off
    if program.start[later, s2] - program.end[d, s1] < rule.rest_seconds:
        return True
    if rule.over_off:
        return False
    x = program.measures
    if any(x[m1, d, s1] > 0 and x[m2, later, s2] > 0 for m1, m2 in rule.pairs):
        return True
    if rule.change is not None:
        measure, most, _ = rule.change
        if abs(int(x[measure, later, s2]) - int(x[measure, d, s1])) > most:
            return True
    return program.banned is not None and bool(program.banned[s1, s2])


def late_starts(program: Program, rule: Succession, d: int) -> BoolArray:
    """Options that may not stand on day d because of what stood before the horizon (the days before d being off)."""
    out = np.zeros(program.shape[2], np.bool_)
    if d != (rule.before_day + 2 if rule.over_off else 0):
        return out
    if rule.before_end is not None:
        out |= program.start[d] - rule.before_end < rule.rest_seconds
    if rule.over_off:
        return out
    for m in rule.before:
        out |= program.measures[m, d] > 0
    if rule.change is not None and rule.change[2] is not None:
        measure, most, last = rule.change
        out |= np.abs(program.measures[measure, d] - last) > most
    return out


def clashes(program: Program, rule: Succession, row: Choice) -> int:
    """Number of an agent's shifts that follow what they may not, `row` of shape (D,)."""
    step = 1 + rule.over_off
    found = 0
    for d, s in enumerate(row.tolist()):
        if s < 0 or (rule.over_off and d and row[d - 1] >= 0):
            continue
        followed = d >= step and row[d - step] >= 0 and clash(program, rule, d - step, int(row[d - step]), s)
        found += bool(followed or late_starts(program, rule, d)[s])
    return found


def supply(program: Program, choice: Choice) -> IntArray:
    """Units on duty by interval and group, shape (T, G)."""
    out = program.cover.base.copy()
    for a, d in zip(*np.nonzero(choice >= 0), strict=True):
        s = choice[a, d]
        i, n, o = int(program.first[d, s]), int(program.length[d, s]), int(program.offset[d, s])
        out[i : i + n, program.cover.group[a]] += program.units[o : o + n]
    return out


def tour_cost(program: Program, choice: Choice) -> int:
    """Cents of everything but cover."""
    A, D, _ = program.shape
    rows, days = np.arange(A)[:, None], np.arange(D)[None]
    direct = np.where(choice >= 0, program.cost[rows, days, choice], program.off_cost)
    return int(direct.sum()) + sum(count_cost(c, value(program, c, choice)) for c in program.counts)


def cover_cost(program: Program, choice: Choice) -> int:
    """Cents of understaffing and overstaffing."""
    under, over = price(program.cover, split(program.cover, supply(program, choice)).sum(axis=1))
    return int(under.sum() + over.sum())


def cost(program: Program, choice: Choice) -> int:
    """Cents of a choice."""
    return tour_cost(program, choice) + cover_cost(program, choice)
