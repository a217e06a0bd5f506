"""What runs and successions need to know of the days so far: nodes of the shortest path of `labels`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from staffing.grid import BoolArray, IntArray
from staffing.roster.automata import FREE, after_day, top_of
from staffing.roster.block_counts import HUGE
from staffing.roster.evaluate import late_starts
from staffing.roster.primitives import Program, Run, Succession

NODES = 400
"""Most nodes of an agent."""


class UnfitError(Exception):
    """An agent's rules need more nodes or labels than fit."""


def bounded(run: Run, days: int) -> Run:
    """The run without an upper bound that it cannot reach, whose lengths need no nodes then."""
    return replace(run, hi=HUGE) if run.hi >= run.before + days else run


def forbidden(
    program: Program, agent: int, usable: BoolArray, known: dict[tuple[Succession, int], BoolArray]
) -> tuple[BoolArray, IntArray, IntArray, int]:
    """Distinct sets of options that a choice forbids later.

    Returns
    -------
    tuple
        The sets, shape (rows, S + 1), the first of them empty; the set of each day's choice for the next day, shape
        (D, S + 1), and for the day after where that is a day off, likewise; and the latter set before the first day.
        `usable` loses what the past forbids on the first day.
    """
    _, D, S = program.shape
    rules = [x for x in program.successions if x.agent == agent]
    index = {np.zeros(S + 1, np.bool_).tobytes(): 0}
    rows: list[IntArray] = []
    types = usable.any(axis=0)
    for over in (False, True):
        row_of = np.zeros((D, S + 1), np.int64)
        some = [x for x in rules if x.over_off == over]
        for d in range(D - 1 - over) if some else ():
            late = np.zeros((S, S + 1), np.bool_)
            for x in some:
                key = replace(x, agent=0), d
                if key not in known:
                    known[key] = _clashes(program, *key)
                late[:, :S] |= known[key]
            late[:, :S] &= types
            for s in np.nonzero(types)[0].tolist():
                row_of[d, s] = index.setdefault(late[s].tobytes(), len(index))
        rows.append(row_of)
    first = np.zeros((2, S + 1), np.bool_)
    for x in rules:
        for d in (0, 1)[:D]:
            first[d, :S] |= late_starts(program, x, d)
    usable[0] &= ~first[0, :S]
    before = index.setdefault((first[1] & np.append(types, False)).tobytes(), len(index))
    return np.stack([np.frombuffer(row, np.bool_) for row in index]), rows[0], rows[1], before


def _clashes(program: Program, rule: Succession, d: int) -> BoolArray:
    """Which options may not follow which on day d, shape (S, S); as `evaluate.clash`."""
    later = d + 1 + rule.over_off
    out: BoolArray = program.start[later][None] - program.end[d][:, None] < rule.rest_seconds
    if rule.over_off:
        return out
    x = program.measures
    for m1, m2 in rule.pairs:
        out |= (x[m1, d] > 0)[:, None] & (x[m2, later] > 0)
    if rule.change is not None:
        measure, most, _ = rule.change
        out |= np.abs(x[measure, later][None] - x[measure, d][:, None]) > most
    return out if program.banned is None else out | program.banned


Move = tuple[int, int, bytes, int, bool]
"""Sets forbidden next and over a day off, by which sets the choice is forbidden, its symbol, whether it is a day off."""


def nodes_of(moves: Sequence[Move], before: int, runs: Sequence[Run], measures: Sequence[int], days: int) -> IntArray:
    """Nodes that can be reached, as the table of moves between them, shape (U, M); the first one is the start."""
    lengths = tuple(FREE if r.free_start and not r.before else min(r.before, top_of(r, days)) for r in runs)
    first = (lengths, 0, before)
    index = {first: 0}
    todo = [first]
    inside = {symbol: [bool(symbol >> measures.index(r.measure) & 1) != r.off for r in runs] for *_, symbol, _ in moves}
    columns = [np.frombuffer(column, np.bool_) for _, _, column, _, _ in moves]
    arcs: list[list[int]] = []
    while len(arcs) < len(todo):
        state, row, over = todo[len(arcs)]
        line = []
        for (after, later, _, symbol, off), column in zip(moves, columns, strict=True):
            then = None if column[row] else after_day(state, runs, inside[symbol], days)
            if then is None:
                line.append(-1)
                continue
            node = (then, over, 0) if off else (then, after, later)
            if node not in index:
                if len(index) >= NODES:
                    raise UnfitError(f"more than {NODES} nodes")
                index[node] = len(index)
                todo.append(node)
            line.append(index[node])
        arcs.append(line)
    return np.array(arcs, np.int64)
