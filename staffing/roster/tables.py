"""A program as flat arrays for the compiled search: options by class, runs as automata, counts by block of days.

A *block* is a stretch of consecutive days, as a rule an ISO week, that one dynamic program solves exactly. Options that
differ only in price fall into one *class* (same contributions to the block's counts, same effect on runs and rests), so
that break placements cost the program nothing. A *slot* is a sum that the program carries over a block; counts of
the same days and measure share one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from staffing.grid import IntArray
from staffing.roster.cover import UNITS
from staffing.roster.evaluate import late_starts
from staffing.roster.kernels import Net, Tables, Work
from staffing.roster.primitives import Count, Program, Run, Succession

Cents = npt.NDArray[np.int32]

LONGEST = 7
"""Most days of a block."""
SLOTS = 6
"""Most sums that a block's program carries."""
HUGE = 2**31 - 1
"""A hard bound that nothing reaches."""
RUN_STATES = 200
"""Most states of an agent's runs."""
QUEUES = 30
"""Most queues of the cover's augmenting search (bits of a word)."""

LOCAL, RELAXED, DROPPED = 2, 3, 4
"""Kinds of counts for the month program besides the two that it carries (0 and 1)."""


@dataclass(frozen=True)
class Compiled:
    """Tables of a program, with what Python needs to know of them.

    Attributes
    ----------
    program
        What was compiled.
    tables, net
        For the kernels.
    blocks
        First day of each block and, last, D.
    counts
        The program's counts in the tables' order (by agent).
    unsupported
        Why the search over tours cannot do this program justice; None where it can.
    """

    program: Program
    tables: Tables
    net: Net
    blocks: IntArray
    counts: tuple[Count, ...]
    unsupported: str | None


def find_blocks(program: Program, longest: int = LONGEST) -> IntArray:
    """First day of each block and, last, D: cut so that as few counts as possible lie across an edge."""
    D = program.shape[1]
    weight = np.zeros(D + 1)
    for c in program.counts:
        for group in c.groups:
            if group and max(group) - min(group) < longest:
                weight[min(group) + 1 : max(group) + 1] += 1
                weight[min(group)] -= 1e-3 * (len(group) > 1 or not c.any)  # windows begin where blocks do
    best = np.full(D + 1, np.inf)
    best[0] = 0.0
    prev = np.zeros(D + 1, np.int64)
    for d in range(1, D + 1):
        for e in range(max(0, d - longest), d):
            x = best[e] + weight[d] * (d < D) + 1e-6
            if x < best[d]:
                best[d], prev[d] = x, e
    cuts = [D]
    while cuts[-1] > 0:
        cuts.append(int(prev[cuts[-1]]))
    return np.array(cuts[::-1], np.int64)


def prepare(program: Program, longest: int = LONGEST) -> Compiled:
    """Compile a program to tables, in blocks of at most `longest` days.

    Examples
    --------
    See `tours.best_tour`.
    """
    A, D, _ = program.shape
    blocks = find_blocks(program, longest)
    reasons: list[str] = []
    usable: Any = program.allowed.any(axis=0)
    canon, unit = _canonical(program, usable)
    counts = sorted(program.counts, key=lambda c: c.agent)
    count_ptr = np.searchsorted([c.agent for c in counts], np.arange(A + 1)).astype(np.int64)
    runs = _automata(program, usable, reasons)
    rests, rest_of, allowed = _successions(program, usable)
    carry, leads = _carries(counts, count_ptr, canon, blocks, A)
    parts = _Parts(counts, count_ptr, canon, carry, leads, blocks, A, reasons)
    classes = _classes(program, usable, canon, unit, blocks, parts, runs, rests, rest_of)
    N = len(counts)
    below = np.zeros((N, max([len(c.below) for c in counts], default=0), 2), np.int64)
    above = np.zeros((N, max([len(c.above) for c in counts], default=0), 2), np.int64)
    group = np.full((N, D), -1, np.int16)
    for i, c in enumerate(counts):
        below[i, : len(c.below)] = np.array(c.below, np.int64).reshape(-1, 2)
        above[i, : len(c.above)] = np.array(c.above, np.int64).reshape(-1, 2)
        for g, days in enumerate(c.groups):
            group[i, list(days)] = g if c.any else 0
    if program.cover.serves.shape[1] > QUEUES:
        reasons.append(f"{program.cover.serves.shape[1]} queues are more than {QUEUES}")
    holes = _holes(program)
    touch = np.zeros((D, 2), np.int64)
    for d in range(D):
        on = np.logical_and(usable[d], program.length[d] > 0)
        if on.any():
            touch[d] = program.first[d, on].min(), (program.first[d] + program.length[d])[on].max()
    families = np.unique(np.concatenate([program.start, program.end]), axis=1, return_inverse=True)[1]
    tables = Tables(
        group=_fixed(program.cover.group, np.int64),
        allowed=allowed,
        cost=_fixed(program.cost, np.int32),
        off_allowed=_fixed(program.off_allowed, np.bool_),
        off_cost=_fixed(program.off_cost, np.int32),
        measures=_fixed(program.measures, np.int32),
        first=_fixed(program.first, np.int64),
        length=np.ascontiguousarray(np.maximum(program.length, 0), np.int64),
        offset=_fixed(program.offset, np.int64),
        units=_fixed(program.units, np.uint8),
        touch=touch,
        pattern=holes[0],
        hole_ptr=holes[1],
        hole_at=holes[2],
        hole_units=holes[3],
        family=families.reshape(-1).astype(np.int64),
        block_first=blocks,
        run=runs.of,
        run_start=runs.start,
        run_next=runs.next,
        run_states=runs.states,
        run_symbol=runs.symbol,
        rest=rest_of,
        end_states=rests.states,
        end_class=rests.end,
        start_class=rests.start,
        permitted=rests.permitted,
        nested=rests.nested,
        count_ptr=count_ptr,
        count_measure=np.array([c.measure for c in counts], np.int64).reshape(N),
        count_unit=np.array([1 if c.any else unit[c.measure] for c in counts], np.int64).reshape(N),
        count_any=np.array([c.any for c in counts], np.bool_).reshape(N),
        count_lo=np.array([c.lo for c in counts], np.int64).reshape(N),
        count_hi=np.array([c.hi for c in counts], np.int64).reshape(N),
        count_base=np.array([c.base for c in counts], np.int64).reshape(N),
        count_below=below,
        count_above=above,
        count_group=group,
        count_groups=np.array([len(c.groups) for c in counts], np.int64).reshape(N),
        count_carry=carry,
        part_ptr=parts.ptr,
        part_count=parts.count,
        part_slot=parts.slot,
        part_linked=parts.linked,
        carry_slot=parts.carry_slot,
        **classes,
    )
    return Compiled(
        program, tables, make_net(program), blocks, tuple(counts), "; ".join(dict.fromkeys(reasons)) or None
    )


def repriced(compiled: Compiled, cost: Cents, off_cost: Cents) -> Compiled:
    """The tables of the same program at other prices of options, shape (A, D, S), and days off, shape (A, D)."""
    return replace(
        compiled,
        program=replace(compiled.program, cost=cost, off_cost=off_cost),
        tables=compiled.tables._replace(cost=_fixed(cost, np.int32), off_cost=_fixed(off_cost, np.int32)),
    )


def _fixed(array: Any, dtype: Any) -> Any:
    """The array in the one form that the kernels are compiled for: contiguous and read-only."""
    out = np.ascontiguousarray(array, dtype).view()
    out.setflags(write=False)
    return out


def make_net(program: Program) -> Net:
    """Cover of a program for the kernels."""
    cover = program.cover
    t1, t2 = cover.tiers[:, :, 0], cover.tiers[:, :, 1]
    levels = np.stack([cover.need - t1 - t2, cover.need - t1, cover.need, cover.need + cover.over_tier], axis=2)
    slopes = np.concatenate([-cover.under[:, ::-1], cover.over], axis=1)
    return Net(
        serves=_fixed(cover.serves, np.bool_),
        levels=np.ascontiguousarray(levels, np.int64),
        slopes=np.ascontiguousarray(slopes, np.int64),
        base=_fixed(cover.base, np.int64),
    )


def make_work(compiled: Compiled, arena: int = 4_000_000, values: int = 200_000) -> Work:
    """Scratch memory for one thread: `arena` back pointers, `values` states of a layer."""
    tb, net = compiled.tables, compiled.net
    _, D, S = tb.allowed.shape
    W = len(tb.block_first) - 1
    R = int(tb.run_states.max() * tb.end_states.max())
    nd = int(np.diff(tb.block_first).max())
    C = tb.class_start.shape[2]
    G, Q = net.serves.shape
    keys = max(64, values // max(1, int(tb.run_states.min() * tb.end_states.min())))
    terms = int(tb.step_add.max(initial=0)) * nd + 2
    return Work(
        value=np.zeros((2, max(values, 64 * R))),
        vals=np.zeros((2, keys + 1, SLOTS), np.int64),
        keys=np.zeros((2, keys + 1), np.int64),
        position=np.full(1 << 20, -1, np.int32),
        best=np.zeros(R),
        best_at=np.zeros(R, np.int64),
        arena=np.zeros(arena, np.int32),
        layer=np.zeros(nd + 2, np.int64),
        price=np.zeros((D, S)),
        least=np.zeros((W, nd, C)),
        least_at=np.zeros((W, nd, C), np.int32),
        off=np.zeros((W, nd)),
        term=np.zeros((SLOTS, terms)),
        low=np.zeros(SLOTS, np.int64),
        high=np.zeros(SLOTS, np.int64),
        remaining=np.zeros((nd + 1, SLOTS), np.int64),
        stride=np.zeros(SLOTS, np.int64),
        active=np.zeros(SLOTS, np.bool_),
        start=np.zeros(R),
        accept=np.zeros(R, np.bool_),
        tour=np.zeros(nd, np.int32),
        old=np.zeros(nd, np.int32),
        multiplier=np.zeros(max(1, len(tb.count_lo))),
        prefix=np.zeros(int((tb.touch[:, 1] - tb.touch[:, 0]).max(initial=0)) + 2),
        noise=np.zeros(int(tb.family.max(initial=0)) + 1),
        chain=np.zeros((3, Q), np.int64),
        flow=np.zeros((1, G, Q), np.int64),
        level=np.zeros((1, Q), np.int64),
    )


def _canonical(program: Program, usable: Any) -> tuple[list[int], list[int]]:
    """For each measure the first that is proportional to it (-1 where it has negative weights), and its unit."""
    canon: list[int] = []
    unit: list[int] = []
    seen: dict[bytes, int] = {}
    for m in range(len(program.measures)):
        x = np.where(usable, program.measures[m], 0)
        u = int(np.gcd.reduce(x, axis=None)) or 1
        unit.append(u)
        canon.append(-1 if (x < 0).any() else seen.setdefault((x // u).tobytes(), m))
    return canon, unit


# -- runs ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Automata:
    of: IntArray
    start: IntArray
    next: Any
    states: IntArray
    symbol: Any


FREE = -1_000_000
"""State of a run before a first day on which it may begin without reaching its least length."""


def _top(run: Run, days: int) -> int:
    """Length beyond which a run's length makes no difference."""
    return run.hi if run.hi <= days + 31 else max(run.lo, 1)


def _step(state: tuple[int, ...], runs: Sequence[Run], inside: Sequence[bool], days: int) -> tuple[int, ...] | None:
    """Run lengths after one more day; None where a run breaks. A length below `lo` that may end is negative."""
    out = []
    for x, run, member in zip(state, runs, inside, strict=True):
        if not member:
            if 0 < x < run.lo:
                return None
            out.append(0)
            continue
        n = 1 if x == FREE else abs(x) + 1
        if n > run.hi:
            return None
        out.append(-n if x < 0 and n < run.lo else min(n, _top(run, days)))
    return tuple(out)


def _automata(program: Program, usable: Any, reasons: list[str]) -> _Automata:
    """Runs of each agent, and rests over a day off, as a finite automaton over symbols; symbol 0 is a day off.

    A choice's symbol says which of the runs' measures it has, and how late it ends and how early it starts as far as a
    rest over a day off asks.
    """
    A, D, S = program.shape
    by_agent: list[list[Run]] = [[] for _ in range(A)]
    for r in program.runs:
        by_agent[r.agent].append(r)
    over: list[Succession | None] = [None] * A
    for x in program.successions:
        if x.over_off:
            other = over[x.agent]
            over[x.agent] = x if other is None or x.rest_seconds > other.rest_seconds else other
    keys: dict[tuple[tuple[tuple[int, int, int, bool], ...], int | None], int] = {}
    of = np.zeros(A, np.int64)
    for a, runs in enumerate(by_agent):
        runs.sort(key=lambda r: (r.measure, r.lo, r.hi, r.off))
        rest = over[a]
        lengths = tuple((r.measure, r.lo, r.hi, r.off) for r in runs)
        of[a] = keys.setdefault((lengths, None if rest is None else rest.rest_seconds), len(keys))
    start = np.zeros(A, np.int64)
    tables, symbols = [], []
    for k, (key, rest_seconds) in enumerate(keys):
        measures = sorted({m for m, *_ in key})
        shape = [Run("", 0, m, lo, hi, 0, off) for m, lo, hi, off in key]
        who = np.nonzero(of == k)[0].tolist()
        gap = _Gap(program, usable, rest_seconds, [over[a] for a in who])
        marks = np.zeros((D, S), np.int64)
        for bit, m in enumerate(measures):
            marks |= (program.measures[m] > 0).astype(np.int64) << bit
        seen: dict[tuple[int, int, int], int] = {}
        symbol = np.zeros((D, S), np.int64)
        columns = np.stack([marks, gap.end, gap.start], axis=2).reshape(-1, 3)
        rows, at = np.unique(columns, axis=0, return_inverse=True)
        for y, late, early in rows.tolist():
            seen[y, late, early] = len(seen) + 1
        symbol[:] = (at.reshape(-1) + 1).reshape(D, S)
        inside = {
            y: tuple(bool(y >> measures.index(r.measure) & 1) != r.off for r in shape)
            for y in {0, *(y for y, _, _ in seen)}
        }
        index: dict[tuple[tuple[int, ...], int], int] = {}
        for a in who:
            first = tuple(FREE if r.free_start and not r.before else min(r.before, _top(r, D)) for r in by_agent[a])
            start[a] = index.setdefault((first, gap.before(over[a])), len(index))
        table_rows: list[dict[int, int]] = []
        queue = list(index)
        while len(table_rows) < len(queue):
            now, rested = queue[len(table_rows)]
            row = {}
            for number, (y, late, early) in [(0, (0, -1, -1)), *((n, y) for y, n in seen.items())]:
                then = _step(now, shape, inside[y], D)
                waiting = gap.step(rested, late, early)
                if then is None or waiting is None:
                    row[number] = -1
                    continue
                if (then, waiting) not in index:
                    index[then, waiting] = len(index)
                    queue.append((then, waiting))
                row[number] = index[then, waiting]
            table_rows.append(row)
        table = np.full((len(table_rows), len(seen) + 1), -1, np.int64)
        for i, row in enumerate(table_rows):
            for number, then_index in row.items():
                table[i, number] = then_index
        tables.append(table)
        symbols.append(symbol)
    states = np.array([len(t) for t in tables], np.int64)
    wide = max(t.shape[1] for t in tables)
    nxt = np.full((len(tables), states.max(), wide), -1, np.int16)
    for k, t in enumerate(tables):
        nxt[k, : t.shape[0], : t.shape[1]] = t
    if states.max() > RUN_STATES:
        reasons.append(f"runs of one agent have {states.max()} states, more than {RUN_STATES}")
    return _Automata(of, start, nxt, states, np.stack(symbols).astype(np.int16))


class _Gap:
    """Rest over one day off: classes of ends by the starts two days later that they forbid, and of starts likewise.

    A state is 0 (nothing waits), ``2 e + 1`` (an end of class e yesterday) or ``2 e + 2`` (the same before a day off).
    """

    def __init__(self, program: Program, usable: Any, rest: int | None, rules: Sequence[Succession | None]) -> None:
        _, D, S = program.shape
        self.end, self.start = np.zeros((D, S), np.int64), np.zeros((D, S), np.int64)
        self.program, self.rest, self.known = program, rest, {}
        if rest is None:
            self.forbids = np.zeros((1, 1), np.bool_)
            return
        used = usable.any(axis=0)
        rows = [np.zeros(S, np.bool_)]
        self.known[rows[0].tobytes()] = 0
        for d in range(D - 2):
            for end in np.unique(program.end[d, usable[d]]).tolist():
                row = used & (program.start[d + 2] < end + rest)
                e = self.known.setdefault(row.tobytes(), len(rows))
                if e == len(rows):
                    rows.append(row)
                self.end[d, program.end[d] == end] = e
        for x in rules:
            row = self._before(x)
            if row is not None and self.known.setdefault(row.tobytes(), len(rows)) == len(rows):
                rows.append(row)
        table, of = np.unique(np.stack(rows), axis=1, return_inverse=True)
        self.forbids = table  # by class of end and class of start
        self.start[:] = of.reshape(-1)[None]

    def _before(self, x: Succession | None) -> Any:
        """Options that what stood before the horizon forbids on the day that it reaches; None where it does not."""
        if x is None or x.before_end is None or x.before_day + 2 >= self.program.shape[1]:
            return None
        row: Any = self.program.start[x.before_day + 2] < x.before_end + x.rest_seconds
        return row

    def before(self, x: Succession | None) -> int:
        """State before the first day."""
        row = self._before(x)
        if x is None or row is None or not row.any():
            return 0
        return 2 * self.known[row.tobytes()] + (1 if x.before_day == -1 else 2)

    def step(self, state: int, late: int, early: int) -> int | None:
        """State after a day off (`late` -1) or a shift; None where the rest is too short."""
        if late < 0:
            return state + 1 if state % 2 else 0
        if state and state % 2 == 0 and self.forbids[state // 2 - 1, early]:
            return None
        return 2 * late + 1 if self.forbids[late].any() else 0


# -- successions ---------------------------------------------------------------------------------------------


_Asked = tuple[int, tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]] | None


@dataclass(frozen=True)
class _Rests:
    states: IntArray
    end: Any
    start: Any
    permitted: Any
    nested: Any


def _successions(program: Program, usable: Any) -> tuple[_Rests, IntArray, Any]:
    """Classes of options by what may follow them and by what they may follow, per distinct rest and day.

    Class 0 of ends forbids nothing (also a day off). Where the sets of forbidden followers are nested, options are
    classed by the largest end class that they may follow.
    """
    A, D, S = program.shape
    by_agent: list[list[Succession]] = [[] for _ in range(A)]
    allowed = program.allowed.copy()
    for x in program.successions:
        if x.over_off:
            continue
        by_agent[x.agent].append(x)
        allowed[x.agent, 0] &= ~late_starts(program, x, 0)
    asked = [_asked(rules) for rules in by_agent]
    keys = {k: i for i, k in enumerate(dict.fromkeys(asked))}
    K = len(keys)
    end = np.zeros((K, D, S), np.int16)
    start = np.zeros((K, D, S), np.int16)
    nested = np.ones((K, D), np.bool_)
    tables: dict[tuple[int, int], Any] = {}
    states = np.ones(K, np.int64)
    for key, k in keys.items():
        if key is None:
            continue
        for d in range(D - 1):
            one, two = np.nonzero(usable[d])[0], np.nonzero(usable[d + 1])[0]
            rest, pairs, changes = key
            forbidden = program.start[d + 1][two][None] < program.end[d][one][:, None] + rest
            for m1, m2 in pairs:
                forbidden |= (program.measures[m1, d, one] > 0)[:, None] & (program.measures[m2, d + 1, two] > 0)[None]
            for m, most in changes:
                change = program.measures[m, d + 1, two][None] - program.measures[m, d, one][:, None]
                forbidden |= np.abs(change) > most
            if program.banned is not None:
                forbidden |= program.banned[np.ix_(one, two)]
            rows, of = np.unique(np.vstack([np.zeros((1, len(two)), np.bool_), forbidden]), axis=0, return_inverse=True)
            of = of.reshape(-1)
            order = np.argsort(rows.sum(axis=1), kind="stable")
            rank = np.argsort(order)
            rows = rows[order]
            end[k, d, one] = rank[of[1:]]
            states[k] = max(states[k], len(rows))
            if all(not (a & ~b).any() for a, b in pairwise(rows)):
                start[k, d + 1, two] = (~rows).sum(axis=0) - 1
            else:
                nested[k, d + 1] = False
                columns, start_of = np.unique(~rows.T, axis=0, return_inverse=True)
                start[k, d + 1, two] = start_of.reshape(-1)
                tables[k, d + 1] = columns
    shape = [max([t.shape[i] for t in tables.values()], default=1) for i in range(2)]
    full = (K, D, *shape) if tables else (1, 1, 1, 1)
    permitted = np.zeros(full, np.bool_)
    for (k, d), t in tables.items():
        permitted[k, d, : t.shape[0], : t.shape[1]] = t
    of_agent = np.array([keys[r] for r in asked], np.int64)
    return _Rests(states, end, start, permitted, nested), of_agent, allowed


def _asked(rules: Sequence[Succession]) -> _Asked:
    """What an agent's successions on consecutive days ask together; None where there are none."""
    if not rules:
        return None
    pairs = {pair for x in rules for pair in x.pairs}
    changes = {x.change[:2] for x in rules if x.change is not None}
    return max(x.rest_seconds for x in rules), tuple(sorted(pairs)), tuple(sorted(changes))


# -- counts by block -----------------------------------------------------------------------------------------


def _across(c: Count, blocks: IntArray) -> bool:
    """Whether a group of an `any` count lies in two blocks."""
    at = [set(np.searchsorted(blocks, g, side="right").tolist()) for g in c.groups]
    return any(len(x) > 1 for x in at)


def _carries(
    counts: Sequence[Count], ptr: IntArray, canon: list[int], blocks: IntArray, A: int
) -> tuple[IntArray, Any]:
    """What the month program does with each count (0 or 1, carry it; LOCAL, RELAXED or DROPPED), and who leads a carry.

    Counts of the same days and measure share a carry; so does an `any` count with further groups that is only bounded
    or priced from above (leaving groups out makes it cheaper, so a bound stays valid): it does not lead.
    """
    out = np.full(len(counts), DROPPED, np.int64)
    leads = np.zeros(len(counts), np.bool_)
    for a in range(A):
        linked: dict[tuple[bool, int, tuple[tuple[int, ...], ...]], list[int]] = {}
        for i in range(ptr[a], ptr[a + 1]):
            c = counts[i]
            days = [d for g in c.groups for d in g]
            if len(set(np.searchsorted(blocks, days, side="right").tolist())) <= 1:
                out[i] = LOCAL
                continue
            if not c.any:
                out[i] = RELAXED
            if canon[c.measure] >= 0 and not (c.any and _across(c, blocks)):
                linked.setdefault((c.any, canon[c.measure], c.groups), []).append(i)
        hard = {k: any(_hard(counts[i]) for i in v) for k, v in linked.items()}
        chosen = sorted(linked, key=lambda k: (not hard[k], not k[0], str(k)))[:2]
        for carry, key in enumerate(chosen):
            out[linked[key]] = carry
            leads[linked[key]] = True
            for other, rows in linked.items():
                if key[0] and other not in chosen and other[:2] == key[:2] and set(key[2]) <= set(other[2]):
                    for i in rows:
                        if counts[i].lo <= counts[i].base and not counts[i].below:
                            out[i] = carry
    return out, leads


def _hard(c: Count) -> bool:
    return c.lo > c.base or c.hi < HUGE


class _Parts:
    """The counts of each agent and block, and the slots in which the block's program carries them."""

    def __init__(
        self,
        counts: Sequence[Count],
        count_ptr: IntArray,
        canon: list[int],
        carry: IntArray,
        leads: Any,
        blocks: IntArray,
        A: int,
        reasons: list[str],
    ) -> None:
        W = len(blocks) - 1
        self.ptr = np.zeros((A, W + 1), np.int64)
        self.carry_slot = np.full((A, W, 2), -1, np.int64)
        self.specs: list[list[tuple[tuple[int, bool, tuple[int, ...]], ...]]] = []
        count: list[int] = []
        slot: list[int] = []
        linked: list[bool] = []
        block_of = np.repeat(np.arange(W), np.diff(blocks))
        for a in range(A):
            rows: list[list[tuple[int, tuple[int, bool, tuple[int, ...]] | None]]] = [[] for _ in range(W)]
            for i in range(count_ptr[a], count_ptr[a + 1]):
                c = counts[i]
                by_block: dict[int, list[tuple[int, ...]]] = {}
                for g in c.groups:
                    for w in set(block_of[list(g)].tolist()):
                        by_block.setdefault(w, []).append(tuple(d for d in g if block_of[d] == w))
                whole = set(c.groups)
                for w, groups in by_block.items():
                    days = tuple(sorted(int(d - blocks[w]) for g in groups for d in g))
                    spec: tuple[int, bool, tuple[int, ...]] | None = (canon[c.measure], c.any, days)
                    if canon[c.measure] < 0 or (c.any and len(groups) > 1 and not _single(groups, whole)):
                        spec = None
                    elif c.any and len(groups) > 1:
                        spec = (-2 - canon[c.measure], True, days)  # one per day with a hit
                    rows[w].append((i, spec))
            self.specs.append([])
            lost: set[int] = set()
            for w in range(W):
                order: dict[tuple[int, bool, tuple[int, ...]], int] = {}
                for i, spec in rows[w]:
                    c = counts[i]
                    if spec is not None:
                        rank = (0 if _hard(c) else 2) - leads[i] if carry[i] != RELAXED or _hard(c) else 9
                        order[spec] = min(rank, order.get(spec, 9))
                kept = [k for k in sorted(order, key=lambda k: (order[k], str(k))) if order[k] < 9][:SLOTS]
                self.specs[a].append(tuple(kept))
                self.ptr[a, w] = len(count)
                for i, spec in rows[w]:
                    at = kept.index(spec) if spec in kept else -1
                    count.append(i)
                    slot.append(at)
                    linked.append(carry[i] != LOCAL)
                    if at < 0 and _hard(counts[i]):
                        reasons.append(f"rule {counts[i].rule} is beyond the program over a block of days")
                    if leads[i]:
                        self.carry_slot[a, w, carry[i]] = at
                        if at < 0:
                            lost.add(int(carry[i]))
            self.ptr[a, W] = len(count)
            for k in lost:  # a carry that one block cannot hold is none
                self.carry_slot[a, :, k] = -1
                for i in range(count_ptr[a], count_ptr[a + 1]):
                    if carry[i] == k:
                        carry[i] = DROPPED if counts[i].any else RELAXED
        self.count = np.array(count, np.int64)
        self.slot = np.array(slot, np.int64)
        self.linked = np.array(linked, np.bool_)


def _single(groups: list[tuple[int, ...]], whole: set[tuple[int, ...]]) -> bool:
    """Whether every group is one whole group of a single day."""
    return all(len(g) == 1 and g in whole for g in groups)


def _classes(
    program: Program,
    usable: Any,
    canon: list[int],
    unit: list[int],
    blocks: IntArray,
    parts: _Parts,
    runs: _Automata,
    rests: _Rests,
    rest_of: IntArray,
) -> dict[str, Any]:
    """Classes of options for every kind of agent and block."""
    A, _, S = program.shape
    W = len(blocks) - 1
    nd = int(np.diff(blocks).max())
    keys: dict[Any, int] = {}
    kind = np.zeros((A, W), np.int64)
    for a in range(A):
        for w in range(W):
            key = (int(rest_of[a]), int(runs.of[a]), w, parts.specs[a][w])
            kind[a, w] = keys.setdefault(key, len(keys))
    K = len(keys)
    class_of = np.full((K, nd, S), -1, np.int16)
    found: dict[tuple[int, int], tuple[Any, Any]] = {}
    for (rest, run, w, specs), k in keys.items():
        for j in range(int(blocks[w + 1] - blocks[w])):
            d = int(blocks[w]) + j
            on = np.nonzero(usable[d])[0]
            columns = []
            for m, is_any, days in specs:
                x = program.measures[m if m >= 0 else -2 - m, d, on]
                x = np.minimum(x, 1) if is_any else x // unit[m]
                columns.append(x if j in days else np.zeros_like(x))
            adds = np.stack(columns, axis=1) if columns else np.zeros((len(on), 0), np.int64)
            rest_key = [rests.start[rest, d, on], rests.end[rest, d, on], runs.symbol[run, d, on]]
            table = np.concatenate([adds, np.stack(rest_key, axis=1)], axis=1)
            rows, of = np.unique(table, axis=0, return_inverse=True)
            class_of[k, j, on] = of.reshape(-1)
            found[k, j] = rows[:, : len(specs)], rows[:, len(specs) :]
    C = max([len(x) for x, _ in found.values()], default=1) or 1
    out: dict[str, Any] = {
        "kind": kind,
        "class_of": class_of,
        "classes": np.zeros((K, nd), np.int64),
        "class_start": np.zeros((K, nd, C), np.int16),
        "class_end": np.zeros((K, nd, C), np.int16),
        "class_symbol": np.zeros((K, nd, C), np.int16),
        "steps": np.zeros((K, nd), np.int64),
        "step_ptr": np.zeros((K, nd, C + 1), np.int64),
        "step_add": np.zeros((K, nd, C, SLOTS), np.int64),
        "slots": np.array([len(specs) for *_, specs in keys], np.int64),
        "slot_once": np.zeros((K, SLOTS), np.bool_),
    }
    for (_, _, _, specs), k in keys.items():
        for i, (m, is_any, _) in enumerate(specs):
            out["slot_once"][k, i] = is_any and m >= 0
    for (k, j), (adds, others) in found.items():
        n = len(adds)
        out["classes"][k, j] = n
        out["class_start"][k, j, :n], out["class_end"][k, j, :n], out["class_symbol"][k, j, :n] = others.T
        if not n:
            continue
        new = np.append(True, (adds[1:] != adds[:-1]).any(axis=1)) if n > 1 else np.array([True])
        ptr = np.append(np.nonzero(new)[0], n)
        out["steps"][k, j] = len(ptr) - 1
        out["step_ptr"][k, j, : len(ptr)] = ptr
        out["step_add"][k, j, : len(ptr) - 1, : adds.shape[1]] = adds[ptr[:-1]]
    return out


def _holes(program: Program) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Per option and day the pattern of its cover, and of each pattern where it is less than a whole agent."""
    _, D, S = program.shape
    pattern = np.zeros((D, S), np.int64)
    known: dict[tuple[int, int], int] = {}
    ptr, at, units = [0], [], []
    for d in range(D):
        for s in range(S):
            o, n = int(program.offset[d, s]), max(0, int(program.length[d, s]))
            if (o, n) not in known:
                known[o, n] = len(known)
                x = program.units[o : o + n]
                gaps = np.nonzero(x != UNITS)[0]
                at.extend(gaps.tolist())
                units.extend(x[gaps].tolist())
                ptr.append(len(at))
            pattern[d, s] = known[o, n]
    return pattern, np.array(ptr, np.int64), np.array(at, np.int64), np.array(units, np.int64)
