"""Runs and rests of agents as finite automata over the options of a day, for the compiled search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from staffing.grid import IntArray
from staffing.roster.evaluate import late_starts
from staffing.roster.primitives import Program, Run, Succession

RUN_STATES = 200
"""Most states of an agent's runs."""


@dataclass(frozen=True)
class Automata:
    """Of each agent the automaton and its first state; of each automaton states, next states, symbols of options, and which
    state can go on in every way that another can."""

    of: IntArray
    start: IntArray
    next: Any
    states: IntArray
    symbol: Any
    covers: Any


FREE = -1_000_000
"""State of a run before a first day on which it may begin without reaching its least length."""


def without_idle_limit(run: Run, days: int) -> Run:
    """The same run without a most length that no horizon of so many days reaches."""
    return replace(run, hi=days + 32) if run.hi >= days + run.before else run


def top_of(run: Run, days: int) -> int:
    """Length beyond which a run's length makes no difference."""
    return run.hi if run.hi <= days + 31 else max(run.lo, 1)


def after_day(state: tuple[int, ...], runs: Sequence[Run], inside: Sequence[bool], days: int) -> tuple[int, ...] | None:
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
        out.append(-n if x < 0 and n < run.lo else min(n, top_of(run, days)))
    return tuple(out)


def automata(program: Program, usable: Any, reasons: list[str]) -> Automata:
    """Runs of each agent, and rests over a day off, as a finite automaton over symbols; symbol 0 is a day off.

    A choice's symbol says which of the runs' measures it has, and how late it ends and how early it starts as far as a
    rest over a day off asks.
    """
    A, D, S = program.shape
    by_agent: list[list[Run]] = [[] for _ in range(A)]
    for r in program.runs:
        by_agent[r.agent].append(without_idle_limit(r, D))
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
        who = np.nonzero(of == k)[0].tolist()
        gap = _Gap(program, usable, rest_seconds, [over[a] for a in who])
        begins = [
            (
                tuple(FREE if r.free_start and not r.before else min(r.before, top_of(r, D)) for r in by_agent[a]),
                gap.before(over[a]),
            )
            for a in who
        ]
        shape = [Run("", 0, m, lo, hi, 0, off) for m, lo, hi, off in key]
        table, symbol, start[who] = _automaton(program, shape, gap, begins)
        tables.append(table)
        symbols.append(symbol)
    states = np.array([len(t) for t in tables], np.int64)
    wide = max(t.shape[1] for t in tables)
    nxt = np.full((len(tables), states.max(), wide), -1, np.int16)
    for k, t in enumerate(tables):
        nxt[k, : t.shape[0], : t.shape[1]] = t
    if states.max() > RUN_STATES:
        reasons.append(f"runs of one agent have {states.max()} states, more than {RUN_STATES}")
    covers = np.stack([_covers(t, int(states.max())) for t in tables])
    return Automata(of, start, nxt, states, np.stack(symbols).astype(np.int16), covers)


State = tuple[tuple[int, ...], int]
"""Lengths of the runs, and the rest that waits."""


def _automaton(
    program: Program, shape: Sequence[Run], gap: _Gap, begins: Sequence[State]
) -> tuple[IntArray, IntArray, list[int]]:
    """States after each symbol (-1 where a run breaks or a rest is too short), symbols of choices (D, S), and first states."""
    _, D, S = program.shape
    measures = sorted({r.measure for r in shape})
    marks = np.zeros((D, S), np.int64)
    for bit, m in enumerate(measures):
        marks |= (program.measures[m] > 0).astype(np.int64) << bit
    columns = np.stack([marks, gap.end, gap.start], axis=2).reshape(-1, 3)
    rows, at = np.unique(columns, axis=0, return_inverse=True)
    symbols = [(0, -1, -1), *(tuple(row) for row in rows.tolist())]
    inside = {y: tuple(bool(y >> measures.index(r.measure) & 1) != r.off for r in shape) for y, _, _ in symbols}
    index: dict[State, int] = {}
    first = [index.setdefault(begin, len(index)) for begin in begins]
    table: list[list[int]] = []
    queue = list(index)
    while len(table) < len(queue):
        lengths, rested = queue[len(table)]
        row = []
        for y, late, early in symbols:
            then = after_day(lengths, shape, inside[y], D)
            waiting = gap.step(rested, late, early)
            if then is None or waiting is None:
                row.append(-1)
                continue
            if (then, waiting) not in index:
                index[then, waiting] = len(index)
                queue.append((then, waiting))
            row.append(index[then, waiting])
        table.append(row)
    return np.array(table, np.int64), (at.reshape(-1) + 1).reshape(D, S), first


def _covers(table: Any, wide: int) -> Any:
    """Whether a state can go on in every way that another can (the greatest simulation), shape (wide, wide)."""
    n = len(table)
    out = np.zeros((wide, wide), np.bool_)
    now = np.ones((n + 1, n + 1), np.bool_)  # the last one is the broken run, which nothing follows
    now[n, :n] = False
    while True:
        then = now.copy()
        for symbol in range(table.shape[1]):
            then[:n, :n] &= now[np.ix_(table[:, symbol], table[:, symbol])]
        if (then == now).all():
            break
        now = then
    out[:n, :n] = now[:n, :n]
    return out


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
class Rests:
    """Per kind of rest, classes of ends and starts by day, and which may follow which where they are not nested."""

    states: IntArray
    end: Any
    start: Any
    permitted: Any
    nested: Any


def successions(program: Program, usable: Any) -> tuple[Rests, IntArray, Any]:
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
    return Rests(states, end, start, permitted, nested), of_agent, allowed


def _asked(rules: Sequence[Succession]) -> _Asked:
    """What an agent's successions on consecutive days ask together; None where there are none."""
    if not rules:
        return None
    pairs = {pair for x in rules for pair in x.pairs}
    changes = {x.change[:2] for x in rules if x.change is not None}
    return max(x.rest_seconds for x in rules), tuple(sorted(pairs)), tuple(sorted(changes))
