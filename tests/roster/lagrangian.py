"""The bound's value at given prices, read plainly: loops and dictionaries over primitives, no tables, no kernels."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from staffing.roster.cover import Cover
from staffing.roster.primitives import Count, Program, Run
from tests.roster.programs import count_cost, follows

Row = tuple[int, ...]


def queue_cost(cover: Cover, t: int, q: int, units: int) -> int:
    """Cents of so much cover, tier by tier, unit by unit."""
    missing = max(0, int(cover.need[t, q]) - units)
    first, second = (int(x) for x in cover.tiers[t, q])
    tiers = [min(missing, first), min(max(missing - first, 0), second), max(missing - first - second, 0)]
    surplus = max(0, units - int(cover.need[t, q]))
    cheap = min(surplus, int(cover.over_tier[t, q]))
    under = sum(n * int(x) for n, x in zip(tiers, cover.under[q], strict=True))
    return under + cheap * int(cover.over[q, 0]) + (surplus - cheap) * int(cover.over[q, 1])


def teams(cover: Cover) -> list[tuple[set[int], set[int]]]:
    """Groups and queues that hang together; a queue that nobody serves is alone."""
    out: list[tuple[set[int], set[int]]] = []
    for q in range(cover.serves.shape[1]):
        groups, queues = {int(g) for g in np.nonzero(cover.serves[:, q])[0]}, {q}
        apart = []
        for other in out:
            if other[0] & groups:
                groups |= other[0]
                queues |= other[1]
            else:
                apart.append(other)
        out = [*apart, (groups, queues)]
    return out


def unit_sizes(program: Program, groups: set[int], t: int) -> list[int]:
    """Units that some agent of these groups can add to an interval."""
    found = set()
    for a in range(len(program.cover.group)):
        if int(program.cover.group[a]) in groups:
            for d, s in zip(*np.nonzero(program.allowed[a]), strict=True):
                i = t - int(program.first[d, s])
                if 0 <= i < program.length[d, s]:
                    found.add(int(program.units[program.offset[d, s] + i]))
    return sorted(found)


def cover_part(program: Program, lam: np.ndarray) -> float:
    """Over all intervals: the least of what some cover costs and earns, in totals that the agents' units can make up."""
    cover = program.cover
    T, Q = cover.need.shape
    out = 0.0
    for groups, queues in teams(cover):
        for t in range(T):
            base = sum(int(cover.base[t, g]) for g in groups)
            step = math.gcd(*unit_sizes(program, groups, t))
            if not groups:
                totals = [0]
            elif step == 0:
                totals = [base]
            else:
                most = base + step + sum(int(cover.need[t, q] + cover.over_tier[t, q]) for q in queues)
                totals = list(range(base, most + step, step))
            least = np.array([0.0])  # by total of the queues so far
            for q in queues:
                price = np.array([queue_cost(cover, t, q, n) + lam[t, q] * n for n in range(max(totals) + 1)])
                least = np.array(
                    [
                        min(least[k] + price[n - k] for k in range(min(n, len(least) - 1) + 1))
                        for n in range(max(totals) + 1)
                    ]
                )
            out += min(least[n] for n in totals)
    return out


def worth(program: Program, lam: np.ndarray, group: int) -> np.ndarray:
    """Best price of a unit of a group by interval; 0 where it serves no queue."""
    serves = program.cover.serves[group]
    return lam[:, serves].max(axis=1) if serves.any() else np.zeros(len(lam))


def option_prices(program: Program, reward: np.ndarray) -> np.ndarray:
    """What each option's cover earns, as negative cents, shape (D, S)."""
    _, D, S = program.shape
    out = np.zeros((D, S))
    for d in range(D):
        for s in range(S):
            i, n, o = int(program.first[d, s]), int(program.length[d, s]), int(program.offset[d, s])
            if n > 0:
                out[d, s] = -float(reward[i : i + n] @ program.units[o : o + n])
    return out


def count_part(program: Program, c: Count, m: float) -> float:
    """Least of a count's cost less `m` for each unit beyond its base, over every value that its days can add up to."""
    (days,) = c.groups
    sums = {0}
    for d in days:
        usable = program.allowed[c.agent, d]
        weights = {0} | {int(x) for x in program.measures[c.measure, d, usable]}
        sums = {x + y for x in sums for y in weights}
    values = [c.base + x for x in sums if c.lo <= c.base + x <= c.hi]
    return min((count_cost(c, v) - m * (v - c.base) for v in values), default=math.inf)


def cheapest(
    program: Program, a: int, prices: np.ndarray, counts: Iterable[Count], *, linked: bool = True
) -> tuple[float, Row]:
    """An agent's cheapest days under prices per option (D, S) and some of its counts, from day to day over all states.

    With `linked` False runs and successions are left out.
    """
    _, D, S = program.shape
    mine = list(counts)
    runs = [r for r in program.runs if r.agent == a and linked]
    after = [x for x in program.successions if x.agent == a and linked]
    far = any(x.over_off for x in after)
    if any(r.before > r.hi for r in runs):
        return math.inf, ()
    start = ((), tuple((r.before, False) for r in runs), tuple((c.base, frozenset()) for c in mine))
    layer: dict[tuple, tuple[float, Row]] = {start: (0.0, ())}
    for d in range(D):
        new: dict[tuple, tuple[float, Row]] = {}
        options = [(s, float(program.cost[a, d, s]) + prices[d, s]) for s in range(S) if program.allowed[a, d, s]]
        same: dict[bytes, tuple[int, float]] = {}
        for s, x in options:  # of options alike in everything but price, the cheapest
            ban = b"" if program.banned is None else program.banned[s].tobytes() + program.banned[:, s].tobytes()
            key = (
                program.measures[:, d, s].tobytes() + bytes(f"{program.start[d, s]} {program.end[d, s]}", "ascii") + ban
            )
            if key not in same or x < same[key][1]:
                same[key] = (s, x)
        if program.off_allowed[a, d]:
            same[b"off"] = (-1, float(program.off_cost[a, d]))
        for (tail, lengths, values), (paid, row) in layer.items():
            for s, x in same.values():
                days = {d: s, **{d - 1 - i: y for i, y in enumerate(tail)}}
                if not all(follows(program, y, days, d) for y in after):
                    continue
                now = [_longer(program, r, state, d, s) for r, state in zip(runs, lengths, strict=True)]
                if None in now:
                    continue
                sums, extra = [], x
                for c, state in zip(mine, values, strict=True):
                    kept, cents = _counted(program, c, state, d, s)
                    sums.append(kept)
                    extra += cents
                if extra == math.inf:
                    continue
                ends: Row = ()
                if after:
                    ends = (s, *tail[:1]) if far and s < 0 else (s,)
                key = (ends, tuple(now), tuple(sums))
                if key not in new or paid + extra < new[key][0]:
                    new[key] = (paid + extra, (*row, s))
        layer = new
    return min(layer.values(), default=(math.inf, ()))


def _longer(program: Program, r: Run, state: tuple[int, bool], d: int, s: int) -> tuple[int, bool] | None:
    """A run's length and whether it is free of its least one, after day d; None where it is broken."""
    length, free = state
    if (s >= 0 and program.measures[r.measure, d, s] > 0) != r.off:
        free = free if length else r.free_start and d == 0
        return (length + 1, free) if length < r.hi else None
    return None if 0 < length < r.lo and not free else (0, False)


def _counted(program: Program, c: Count, state: tuple, d: int, s: int) -> tuple[tuple, float]:
    """A count's value and the groups that were hit, after day d; on its last day its cost, and nothing to remember."""
    value, hit = state
    last = max((e for g in c.groups for e in g), default=-1)
    n = int(program.measures[c.measure, d, s]) if s >= 0 else 0
    for k, g in enumerate(c.groups):
        if d not in g:
            continue
        if not c.any:
            value += n
        elif n > 0 and k not in hit:
            value += 1
            hit = hit | {k}
        if d == max(g):
            hit = hit - {k}
    if d == max(last, 0):
        return (0, frozenset()), float(count_cost(c, value)) if c.lo <= value <= c.hi else math.inf
    if d > last:
        return (0, frozenset()), 0.0
    return (value, hit), 0.0
