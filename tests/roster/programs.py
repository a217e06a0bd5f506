"""Small random programs, and a plain reading of the primitives to compare with: no tables, no kernels."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from staffing.roster.cover import Cover
from staffing.roster.primitives import Choice, Count, Program, Run, Succession

HUGE = 2**31 - 1


def seeds(n: int, step: int = 1) -> list[object]:
    """Seeds 0 to n, the first few marked to run as plain Python and with bounds checks too."""
    return [pytest.param(i, marks=pytest.mark.kernel) if i < 4 * step else i for i in range(0, n, step)]


def random_program(
    seed: int, agents: int = 2, days: int = 6, kinds: int = 3, queues: int = 2, per_day: int = 4
) -> Program:
    """Any mixture of primitives over a few days; feasible or not."""
    rng = np.random.default_rng(seed)
    A, D, S, Q, G = agents, days, kinds, queues, 3
    T = D * per_day
    slot = 86_400 // per_day
    begin = rng.integers(0, per_day, S)
    width = rng.integers(1, per_day + 1, S)
    day = np.arange(D)[:, None]
    first = day * per_day + begin
    length = np.minimum(first + width, T) - first
    pool, offset = [], np.zeros((D, S), np.int64)
    for s in range(S):
        units = rng.choice([4, 4, 4, 2, 0], width[s]).astype(np.uint8)
        offset[:, s] = sum(len(x) for x in pool)
        pool.append(units)
    paid = rng.choice([240, 360, 480], S)
    measures = np.stack(
        [
            np.ones((D, S)),
            np.broadcast_to(paid, (D, S)),
            np.broadcast_to(paid // 120, (D, S)),
            np.broadcast_to(rng.random(S) < 0.5, (D, S)),
            np.broadcast_to(np.arange(S) == 0, (D, S)),
            np.broadcast_to(np.arange(S) == 1, (D, S)),
        ]
    ).astype(np.int32)
    counts: list[Count] = []
    runs: list[Run] = []
    successions: list[Succession] = []
    week = 3 if rng.random() < 0.7 else 4
    shift = int(rng.integers(0, week))
    weeks = [tuple(g) for g in _cut(D, week, shift)]
    pairs = tuple(tuple(w[-2:]) for w in weeks)
    for a in range(A):
        for w in weeks:
            if rng.random() < 0.8:
                base = int(rng.choice([0, 240])) if w is weeks[0] else 0
                lo = int(rng.choice([0, 0, 240, 360]))
                counts.append(Count("hours", a, 1, (w,), lo, int(rng.choice([720, 1080, 1320])), base))
            if rng.random() < 0.5:
                counts.append(Count("shifts", a, 0, (w,), 0, int(rng.integers(1, 4))))
            if rng.random() < 0.3:
                t = int(rng.integers(0, 6))
                counts.append(Count("aim", a, 2, (w,), 0, HUGE, below=((t, 7),), above=((t, 5), (t + 2, 9))))
        every = (tuple(range(D)),)
        if rng.random() < 0.7:
            lo = int(rng.choice([0, 480, 720]))
            counts.append(Count("month", a, 1, every, lo, int(rng.choice([1200, 1680, 2400]))))
        if rng.random() < 0.7:
            t = int(rng.integers(0, 10))
            counts.append(
                Count("deviation", a, 2, every, 0, HUGE, int(rng.integers(0, 2)), below=((t, 11),), above=((t, 3),))
            )
        if rng.random() < 0.6:
            counts.append(Count("off", a, 0, pairs[1:], 0, max(1, len(pairs) - 2), any=True))
        if rng.random() < 0.6:
            t = int(rng.integers(0, 2))
            counts.append(Count("weekends", a, 0, pairs, 0, HUGE, any=True, above=((t, 30), (t + 1, 40))))
        if rng.random() < 0.5:
            t = int(rng.integers(0, 3))
            counts.append(Count("unpopular", a, 3, every, 0, HUGE, above=((t, 12), (t + 2, 24))))
        if rng.random() < 0.2:
            counts.append(Count("nights", a, 3, tuple((d,) for d in range(D)), 0, 3, any=True, below=((2, 4),)))
        if rng.random() < 0.7:
            runs.append(Run("row", a, 0, 1, int(rng.integers(2, 5)), int(rng.integers(0, 3))))
        if rng.random() < 0.3:
            runs.append(Run("rest", a, 0, 2, 9, int(rng.integers(0, 2)), off=True, free_start=bool(rng.random() < 0.5)))
        if rng.random() < 0.2:
            runs.append(Run("late row", a, 3, 2, 3, 0, free_start=bool(rng.random() < 0.5)))
        if rng.random() < 0.7:
            successions.append(Succession("rest", a, int(rng.choice([8, 11, 14])) * 3600, _before(rng)))
        also = np.random.default_rng((seed, a))  # so that the programs above stay what they were
        if also.random() < 0.3:
            hours, eve = int(also.choice([30, 36, 42])), int(also.choice([-1, -2]))
            before = eve * 86_400 + int(also.integers(60_000, 90_000)) if also.random() < 0.5 else None
            successions.append(Succession("over", a, hours * 3600, before, over_off=True, before_day=eve))
        if also.random() < 0.3:
            successions.append(Succession("order", a, pairs=((3, 4), (5, 3))[: int(also.integers(1, 3))], before=(4,)))
        if also.random() < 0.2:
            last = int(also.integers(0, 5)) if also.random() < 0.5 else None
            successions.append(Succession("steady", a, change=(2, 1, last)))
    banned = rng.random((S, S)) < 0.2 if rng.random() < 0.4 else None
    serves = rng.random((G, Q)) < 0.6
    need = rng.integers(0, 12, (T, Q))
    t1 = np.minimum(need, rng.integers(0, 4, (T, Q)))
    t2 = np.minimum(need - t1, rng.integers(0, 4, (T, Q)))
    under = np.sort(rng.integers(1, 20, (Q, 3)), axis=1)
    over = np.sort(rng.integers(0, 6, (Q, 2)), axis=1)
    cover = Cover(
        group=rng.integers(0, G, A),
        serves=serves,
        need=need,
        tiers=np.stack([t1, t2], axis=2),
        under=under,
        over_tier=rng.integers(0, 4, (T, Q)),
        over=over,
        base=rng.integers(0, 2, (T, G)) * (rng.random((T, 1)) < 0.1),
    )
    return Program(
        allowed=rng.random((A, D, S)) < 0.85,
        off_allowed=rng.random((A, D)) < 0.97,
        cost=rng.integers(0, 30, (A, D, S)).astype(np.int32),
        off_cost=(rng.integers(0, 20, (A, D)) * (rng.random((A, D)) < 0.3)).astype(np.int32),
        measures=measures,
        counts=tuple(counts),
        runs=tuple(runs),
        successions=tuple(successions),
        start=(day * 86_400 + begin * slot).astype(np.int64),
        end=(day * 86_400 + (begin + width) * slot).astype(np.int64),
        banned=banned,
        first=first.astype(np.int64),
        length=length.astype(np.int64),
        offset=offset,
        units=np.concatenate(pool),
        cover=cover,
    )


def _before(rng: np.random.Generator) -> int | None:
    return int(rng.integers(-10, 6)) * 3600 if rng.random() < 0.5 else None


def _cut(days: int, week: int, shift: int) -> list[range]:
    edges = sorted({0, days, *range(shift, days, week)})
    return [range(a, b) for a, b in itertools.pairwise(edges)]


# -- a plain reading ----------------------------------------------------------------------------------------


def value_of(program: Program, c: Count, row: tuple[int, ...] | np.ndarray) -> int:
    m = program.measures[c.measure]
    weights = [[int(m[d, row[d]]) if row[d] >= 0 else 0 for d in g] for g in c.groups]
    if c.any:
        return c.base + sum(any(x > 0 for x in g) for g in weights)
    return c.base + sum(sum(g) for g in weights)


def count_cost(c: Count, value: int) -> int:
    return sum(p * max(0, t - value) for t, p in c.below) + sum(p * max(0, value - t) for t, p in c.above)


def run_kept(program: Program, r: Run, row: tuple[int, ...] | np.ndarray) -> bool:
    inside = [(s >= 0 and program.measures[r.measure, d, s] > 0) != r.off for d, s in enumerate(row)]
    lengths = [r.before] if r.before else []  # of runs that ended, with whether they were free to
    free = [False] if r.before else []
    current = r.before
    for d, x in enumerate(inside):
        if x:
            if not current:
                lengths.append(0)
                free.append(r.free_start and d == 0)
            current += 1
            lengths[-1] = current
        else:
            current = 0
    if current and free:
        free[-1] = True  # cut by the end
    return all(n <= r.hi and (f or n >= r.lo) for n, f in zip(lengths, free, strict=True))


def kept(program: Program, a: int, row: tuple[int, ...] | np.ndarray) -> bool:
    """Whether an agent's days keep every hard rule."""
    for d, s in enumerate(row):
        if not (program.off_allowed[a, d] if s < 0 else program.allowed[a, d, s]):
            return False
    for c in program.counts:
        if c.agent == a and not c.lo <= value_of(program, c, row) <= c.hi:
            return False
    for r in program.runs:
        if r.agent == a and not run_kept(program, r, row):
            return False
    return all(succession_kept(program, x, row) for x in program.successions if x.agent == a)


def succession_kept(program: Program, x: Succession, row: tuple[int, ...] | np.ndarray) -> bool:
    return all(follows(program, x, row, d) for d in range(len(row)))


def follows(program: Program, x: Succession, row: tuple[int, ...] | np.ndarray | dict[int, int], d: int) -> bool:
    """Whether day d may follow the two days before it."""
    step = 2 if x.over_off else 1
    s = row[d]
    if s < 0 or (x.over_off and d and row[d - 1] >= 0):
        return True
    begin, m = program.start[d, s], program.measures[:, d, s]
    if d == (x.before_day + 2 if x.over_off else 0):
        if x.before_end is not None and begin - x.before_end < x.rest_seconds:
            return False
        if any(m[i] > 0 for i in x.before):
            return False
        if x.change and x.change[2] is not None and abs(m[x.change[0]] - x.change[2]) > x.change[1]:
            return False
    if d < step or row[d - step] < 0:
        return True
    r = row[d - step]
    if begin - program.end[d - step, r] < x.rest_seconds:
        return False
    if x.over_off:
        return True
    n = program.measures[:, d - 1, r]
    if any(n[i] > 0 and m[j] > 0 for i, j in x.pairs):
        return False
    if x.change and abs(m[x.change[0]] - n[x.change[0]]) > x.change[1]:
        return False
    return program.banned is None or not program.banned[r, s]


def own_cost(program: Program, a: int, row: tuple[int, ...] | np.ndarray) -> int:
    """Cost of an agent's days without cover."""
    x = sum(int(program.cost[a, d, s] if s >= 0 else program.off_cost[a, d]) for d, s in enumerate(row))
    return x + sum(count_cost(c, value_of(program, c, row)) for c in program.counts if c.agent == a)


def rows(program: Program, a: int) -> Iterator[tuple[int, ...]]:
    """Every row of an agent that keeps the hard rules."""
    _, D, S = program.shape
    choices = [
        [s for s in range(-1, S) if (program.off_allowed[a, d] if s < 0 else program.allowed[a, d, s])]
        for d in range(D)
    ]
    for row in itertools.product(*choices):
        if kept(program, a, row):
            yield row


def supply(program: Program, choice: Choice) -> np.ndarray:
    """Units on duty by interval and group, shape (T, G)."""
    out = program.cover.base.astype(np.int64).copy()
    for a, d in zip(*np.nonzero(choice >= 0), strict=True):
        s = choice[a, d]
        o, n, t = program.offset[d, s], program.length[d, s], program.first[d, s]
        out[t : t + n, program.cover.group[a]] += program.units[o : o + n]
    return out
