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
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from staffing.grid import BoolArray, FloatArray, IntArray
from staffing.roster.labels.kernels import INF, Layers, compact, link
from staffing.roster.labels.nodes import Move, UnfitError, bounded, forbidden, nodes_of
from staffing.roster.labels.sums import Sum, boxes_of, sums_of
from staffing.roster.primitives import Count, Program, Succession

LIGHT, CELLS = 2_000_000, 30_000_000
"""Most costs (nodes times labels, over all days) that a program keeps, with counts that can be left out and without."""
BOX = 30_000_000
"""Most entries of the table of label steps before labels that nothing reaches are thrown away."""
UNREACHED = 8
"""Most labels of the boxes for each one that is kept: beyond it, throwing away is not tried."""
MOVES = 400
"""Most different effects of choices on what may follow."""


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
    rows, next_of, over_of, before = forbidden(program, agent, usable, known.clashes)
    runs = [bounded(r, D) for r in program.runs if r.agent == agent]
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
    arcs = nodes_of(list(moves), before, runs, measures, D)
    sums = sums_of(program, agent, np.broadcast_to(usable.any(axis=0), usable.shape))
    left_out: list[Count] = []
    while True:
        plain = [x for x in sums if x.optional and x.role == 0]
        most = min(cells, LIGHT) if plain else cells
        boxes = boxes_of(sums, D)[1].prod(axis=1)
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
    sums: Sequence[Sum],
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
    low, size = boxes_of(sums, D)
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
