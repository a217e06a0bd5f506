"""Exact horizon of one agent given prices: a shortest path over days whose labels hold all that the agent's rules count.

A *node* is what runs and successions need to know of the days so far (lengths of runs, what the last shift forbids
next); a *label* is the vector of the sums that the agent's counts need; a day's options that differ only in price form
a class. Every layer of labels is a box, so that a class moves all of them by one table (resource-constrained shortest
path by dynamic programming: Irnich and Desaulniers 2005, in *Column Generation*, chapter 2). The program runs backwards
and keeps the cost of every rest of the horizon; tours are then walked forwards from it, the cheapest or, with noise,
others that are nearly as cheap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from math import gcd

import numpy as np
import numpy.typing as npt

from staffing.grid import BoolArray, FloatArray, IntArray
from staffing.roster.automata import FREE, after_day, top_of
from staffing.roster.block_counts import HUGE
from staffing.roster.evaluate import count_cost, late_starts
from staffing.roster.label_kernels import INF, Layers, compact, link
from staffing.roster.primitives import Count, Program, Run, Succession

LIGHT, CELLS = 2_000_000, 30_000_000
"""Most costs (nodes times labels, over all days) that a program keeps, with counts that can be left out and without."""
BOX = 30_000_000
"""Most entries of the table of label steps before labels that nothing reaches are thrown away."""
UNREACHED = 8
"""Most labels of the boxes for each one that is kept: beyond it, throwing away is not tried."""
MOVES = 400
"""Most different effects of choices on what may follow."""
NODES = 400
"""Most nodes of an agent."""


@dataclass(frozen=True)
class Horizon:
    """One agent's program, ready to be priced.

    Attributes
    ----------
    layers
        Its arrays.
    then, tolls, tolled
        From `link`; whether a day's tolls are ever other than zero.
    start
        Node before the first day.
    left_out
        Counts (hard upper bounds only) that the labels leave out because they would need too much memory.
    """

    layers: Layers
    then: npt.NDArray[np.int32]
    tolls: FloatArray
    tolled: npt.NDArray[np.bool_]
    start: int
    left_out: tuple[Count, ...]

    @property
    def cells(self) -> int:
        """Costs that one run keeps."""
        return int(self.layers.offset[-1])


class UnfitError(Exception):
    """An agent's rules need more nodes or labels than fit."""


@dataclass(frozen=True)
class _Sum:
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


def horizon_of(program: Program, agent: int, cells: int = CELLS, known: Known | None = None) -> Horizon:
    """Compile an agent's program.

    Parameters
    ----------
    program, agent
        The program and the agent's row.
    cells
        Most costs that it may keep.
    known
        What agents share.

    Raises
    ------
    UnfitError
        Where its runs and successions, or the counts that cannot be left out, need too much memory.
    """
    known = known or Known()
    _, D, S = program.shape
    usable = program.allowed[agent].copy()
    rows, next_of, over_of, before = _forbidden(program, agent, usable, known)
    runs = [_run(r, D) for r in program.runs if r.agent == agent]
    measures = sorted({r.measure for r in runs})
    symbol = np.zeros((D, S + 1), np.int64)
    for bit, m in enumerate(measures):
        symbol[:, :S] |= (program.measures[m] > 0).astype(np.int64) << bit
    moves: dict[Move, int] = {}
    move_of = np.full((D, S + 1), -1, np.int64)
    columns = np.ascontiguousarray(rows.T)
    for d in range(D):
        for s in (S, *np.nonzero(usable.any(axis=0))[0].tolist()):
            move = (int(next_of[d, s]), int(over_of[d, s]), columns[s].tobytes(), int(symbol[d, s]), s == S)
            move_of[d, s] = moves.setdefault(move, len(moves))
    if len(moves) > MOVES:
        raise UnfitError(f"agent {agent}: {len(moves)} moves, more than {MOVES}")
    arcs = _nodes(list(moves), before, runs, measures, D)
    sums = _sums(program, agent, np.broadcast_to(usable.any(axis=0), usable.shape))
    left_out: list[Count] = []
    while True:
        plain = [x for x in sums if x.optional and x.role == 0]
        most = min(cells, LIGHT) if plain else cells
        boxes = _boxes(sums, D)[1].prod(axis=1)
        steps = None
        if int(boxes.max()) * D <= BOX and int(boxes.sum()) * len(arcs) <= UNREACHED * most:
            layers = _layers(program, agent, usable, move_of, arcs, sums)
            steps = _steps(layers, known.steps)
        if steps is not None:
            offset = np.concatenate([[0], np.cumsum(len(arcs) * (steps.labels + 1))]).astype(np.int64)
            if offset[-1] <= most:
                break
        optional = [x for x in sums if x.optional]
        if not optional:
            raise UnfitError(f"agent {agent}: more than {cells} costs")
        widest = max(optional, key=lambda x: (x.role == 0, x.top))
        i = sums.index(widest)
        del sums[i : i + 1 + widest.role]
        left_out += widest.counts
    return Horizon(
        layers._replace(labels=steps.labels, offset=offset),
        steps.then,
        steps.tolls,
        steps.tolled,
        0,
        tuple(left_out),
    )


@dataclass(frozen=True)
class Steps:
    """Steps between labels, for all agents with the same sums; attributes as in `Horizon`, and `Layers.labels`."""

    labels: IntArray
    then: npt.NDArray[np.int32]
    tolls: FloatArray
    tolled: BoolArray


class Known:
    """What the programs of a team's agents have in common.

    Attributes
    ----------
    steps
        Steps between labels, by the sums that they are of.
    clashes
        Options that may not follow which, shape (S, S), by the rule but its agent, and the day.
    """

    def __init__(self) -> None:
        self.steps: dict[bytes, Steps] = {}
        self.clashes: dict[tuple[Succession, int], BoolArray] = {}


def _steps(layers: Layers, known: dict[bytes, Steps]) -> Steps | None:
    """Steps between labels that can be reached, agents with the same sums sharing them; None where they do not fit."""
    D, J = layers.add.shape[:2]
    if int(layers.labels.max()) * D * J > BOX:
        return None
    fields = ("steps", "add", "role", "top", "capped", "group", "close", "toll", "low", "size")
    key = b"".join(np.ascontiguousarray(getattr(layers, f)).tobytes() for f in fields)
    if key not in known:
        then = np.zeros((D, J, int(layers.labels.max())), np.int32)
        tolls = np.zeros(then.shape)
        link(layers, then, tolls)
        labels = np.zeros(D + 1, np.int64)
        compact(layers, then, tolls, np.zeros((D + 1, then.shape[2]), np.int64), labels)
        most = int(labels.max())
        tolled = np.array(tolls[:, :, :most].any(axis=(1, 2)), np.bool_)
        known[key] = Steps(
            labels,
            then[:, :, :most].copy(),
            tolls[:, :, :most].copy() if tolled.any() else np.zeros((1, 1, 1)),
            tolled,
        )
    return known[key]


def _layers(
    program: Program,
    agent: int,
    usable: BoolArray,
    move_of: IntArray,
    arcs: IntArray,
    sums: Sequence[_Sum],
) -> Layers:
    """Arrays of a program with full boxes of labels."""
    D, S = usable.shape
    types = np.nonzero(usable.any(axis=0))[0].tolist()
    U, M = arcs.shape
    N = len(sums)
    used = [S, *types]
    adds_of = np.array([x.add for x in sums], np.int64).reshape(N, D, S + 1)[:, :, used]
    alike: dict[bytes, tuple[IntArray, list[tuple[int, int, bool]], list[tuple[int, ...]]]] = {}
    of_day = []
    for d in range(D):
        key = move_of[d, used].tobytes() + adds_of[:, d].tobytes()
        if key not in alike:
            alike[key] = _classes(used, S, move_of[d].tolist(), adds_of[:, d].T.tolist())
        class_of, keys, adds = alike[key]
        of_day.append((np.where(usable[d], class_of, -1), keys, adds))
    C, J = (max(len(day[i]) for day in of_day) for i in (1, 2))
    class_move, class_step = np.zeros((D, C), np.int64), np.zeros((D, C), np.int64)
    add = np.zeros((D, J, N), np.int64)
    for d, (_, keys, adds) in enumerate(of_day):
        class_move[d, : len(keys)] = [m for m, _, _ in keys]
        class_step[d, : len(keys)] = [j for _, j, _ in keys]
        add[d, : len(adds)] = np.array(adds, np.int64).reshape(len(adds), N)
    back_ptr = np.zeros((M, U + 1), np.int64)
    back: list[int] = []
    for m in range(M):
        for v in range(U):
            back_ptr[m, v] = len(back)
            back += np.nonzero(arcs[:, m] == v)[0].tolist()
        back_ptr[m, U] = len(back)
    toll = np.full((N, max([len(x.toll) for x in sums], default=1)), INF)
    for i, x in enumerate(sums):
        toll[i, : len(x.toll)] = x.toll
    low, size = _boxes(sums, D)
    return Layers(
        class_move,
        class_step,
        np.array([len(keys) for _, keys, _ in of_day]),
        np.array([len(adds) for *_, adds in of_day]),
        np.stack([of for of, *_ in of_day]),
        program.off_allowed[agent].copy(),
        arcs,
        back_ptr,
        np.array(back, np.int64),
        add,
        np.array([x.role for x in sums], np.int64),
        np.array([x.top for x in sums], np.int64),
        np.array([x.capped for x in sums], np.bool_),
        np.array([x.group for x in sums], np.int64).reshape(N, D).T.copy(),
        np.array([x.closes for x in sums], np.int64),
        toll,
        low,
        size,
        size.prod(axis=1),
        np.zeros(D + 2, np.int64),
    )


def _classes(
    used: Sequence[int], off: int, moves: Sequence[int], adds: Sequence[Sequence[int]]
) -> tuple[IntArray, list[tuple[int, int, bool]], list[tuple[int, ...]]]:
    """A day's classes: of each option, shape (S,); move, step and whether it is off of each; sums' additions by step."""
    classes: dict[tuple[int, int, bool], int] = {}
    steps = {step: j for j, step in enumerate(sorted({tuple(add) for add in adds}))}  # so that agents share them
    class_of = np.full(off, -1, np.int64)
    for s, add in zip(used, adds, strict=True):
        c = classes.setdefault((moves[s], steps[tuple(add)], s == off), len(classes))
        if s < off:
            class_of[s] = c
    return class_of, list(classes), list(steps)


def _run(run: Run, days: int) -> Run:
    """The run without an upper bound that it cannot reach, whose lengths need no nodes then."""
    return replace(run, hi=HUGE) if run.hi >= run.before + days else run


def _forbidden(
    program: Program, agent: int, usable: BoolArray, known: Known
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
                if key not in known.clashes:
                    known.clashes[key] = _clashes(program, *key)
                late[:, :S] |= known.clashes[key]
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


def _nodes(moves: Sequence[Move], before: int, runs: Sequence[Run], measures: Sequence[int], days: int) -> IntArray:
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


def _sums(program: Program, agent: int, usable: BoolArray) -> list[_Sum]:
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
    out: list[_Sum] = []
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
            out.append(_Sum(0, 0, False, 0, D - 1, 0, (INF,), weight * 0, group, ()))
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
        out.append(_Sum(1 if wide else 0, top, capped, first, last, need, toll, weight // unit, group, tuple(counts)))
        if wide:
            out.append(_Sum(2, 1, False, first, last, 0, (0.0, 0.0), weight * 0, group, ()))
    return out


def _boxes(sums: Sequence[_Sum], days: int) -> tuple[IntArray, IntArray]:
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
