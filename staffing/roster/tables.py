"""A program as flat arrays for the compiled search: options by class, runs as automata, counts by block of days.

A *block* is a stretch of consecutive days, as a rule an ISO week, that one dynamic program solves exactly. Options that
differ only in price fall into one *class* (same contributions to the block's counts, same effect on runs and rests), so
that break placements cost the program nothing. A *slot* is a sum that the program carries over a block; counts of
the same days and measure share one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from staffing.grid import IntArray
from staffing.roster.automata import Automata, Rests, automata, successions
from staffing.roster.block_counts import SLOTS, Parts, carries
from staffing.roster.cover import UNITS, Cover
from staffing.roster.kernels.arrays import Net, Tables, Work
from staffing.roster.primitives import Count, Program

Cents = npt.NDArray[np.int32]

LONGEST = 7
"""Most days of a block."""
NORMALS = 1 << 14
"""Random numbers of the noise, drawn once; each day of each tour reads some in a row from a random place."""
QUEUES = 30
"""Most queues of the cover's augmenting search (bits of a word)."""


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
    runs = automata(program, usable, reasons)
    rests, rest_of, allowed = successions(program, usable)
    carry, leads = carries(counts, count_ptr, canon, blocks, A)
    parts = Parts(counts, count_ptr, canon, carry, leads, blocks, A, reasons)
    classes = _classes(program, usable, canon, unit, blocks, parts, runs, rests, rest_of)
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
        group=read_only_view(program.cover.group, np.int64),
        allowed=read_only_view(allowed, np.bool_),
        cost=read_only_view(program.cost, np.int32),
        off_allowed=read_only_view(program.off_allowed, np.bool_),
        off_cost=read_only_view(program.off_cost, np.int32),
        measures=read_only_view(program.measures, np.int32),
        first=read_only_view(program.first, np.int64),
        length=np.ascontiguousarray(np.maximum(program.length, 0), np.int64),
        offset=read_only_view(program.offset, np.int64),
        units=read_only_view(program.units, np.uint8),
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
        run_covers=runs.covers,
        run_symbol=runs.symbol,
        rest=rest_of,
        end_states=rests.states,
        end_class=rests.end,
        start_class=rests.start,
        permitted=rests.permitted,
        nested=rests.nested,
        count_ptr=count_ptr,
        count_carry=carry,
        part_ptr=parts.ptr,
        part_count=parts.count,
        part_slot=parts.slot,
        part_linked=parts.linked,
        carry_slot=parts.carry_slot,
        **_count_arrays(counts, unit, D),
        **classes,
    )
    return Compiled(
        program, tables, make_net(program), blocks, tuple(counts), "; ".join(dict.fromkeys(reasons)) or None
    )


def _count_arrays(counts: Sequence[Count], unit: Sequence[int], days: int) -> dict[str, Any]:
    """What counts are about and what they cost, as arrays by their number; `unit` is that of each measure."""
    N = len(counts)
    below = np.zeros((N, max([len(c.below) for c in counts], default=0), 2), np.int64)
    above = np.zeros((N, max([len(c.above) for c in counts], default=0), 2), np.int64)
    group = np.full((N, days), -1, np.int16)
    for i, c in enumerate(counts):
        below[i, : len(c.below)] = np.array(c.below, np.int64).reshape(-1, 2)
        above[i, : len(c.above)] = np.array(c.above, np.int64).reshape(-1, 2)
        for g, members in enumerate(c.groups):
            group[i, list(members)] = g if c.any else 0
    return {
        "count_measure": np.array([c.measure for c in counts], np.int64).reshape(N),
        "count_unit": np.array([1 if c.any else unit[c.measure] for c in counts], np.int64).reshape(N),
        "count_any": np.array([c.any for c in counts], np.bool_).reshape(N),
        "count_lo": np.array([c.lo for c in counts], np.int64).reshape(N),
        "count_hi": np.array([c.hi for c in counts], np.int64).reshape(N),
        "count_base": np.array([c.base for c in counts], np.int64).reshape(N),
        "count_below": below,
        "count_above": above,
        "count_group": group,
        "count_groups": np.array([len(c.groups) for c in counts], np.int64).reshape(N),
    }


def repriced(compiled: Compiled, cost: Cents, off_cost: Cents) -> Compiled:
    """The tables of the same program at other prices of options, shape (A, D, S), and days off, shape (A, D)."""
    return replace(
        compiled,
        program=replace(compiled.program, cost=cost, off_cost=off_cost),
        tables=compiled.tables._replace(
            cost=read_only_view(cost, np.int32), off_cost=read_only_view(off_cost, np.int32)
        ),
    )


def read_only_view(array: Any, dtype: Any = np.bool_) -> Any:
    """The array in the one form that the kernels are compiled for: contiguous and read-only."""
    out = np.ascontiguousarray(array, dtype).view()
    out.setflags(write=False)
    return out


def make_net(program: Program) -> Net:
    """Cover of a program for the kernels."""
    return net_of(program.cover)


def net_of(cover: Cover) -> Net:
    """Cover for the kernels."""
    t1, t2 = cover.tiers[:, :, 0], cover.tiers[:, :, 1]
    levels = np.stack([cover.need - t1 - t2, cover.need - t1, cover.need, cover.need + cover.over_tier], axis=2)
    slopes = np.concatenate([-cover.under[:, ::-1], cover.over], axis=1)
    return Net(
        serves=read_only_view(cover.serves, np.bool_),
        levels=np.ascontiguousarray(levels, np.int64),
        slopes=np.ascontiguousarray(slopes, np.int64),
        base=read_only_view(cover.base, np.int64),
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
    families = int(tb.family.max(initial=0)) + 1
    terms = int(tb.step_add.max(initial=0)) * nd + 2
    return Work(
        value=np.zeros((2, max(values, 64 * R))),
        live=np.zeros((2, (keys + 1) * int(tb.run_states.max())), np.bool_),
        rows=np.zeros(int(tb.run_states.max()), np.int64),
        alive=np.zeros(C, np.int64),
        alive_ptr=np.zeros(C + 1, np.int64),
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
        normal=np.random.default_rng(0).standard_normal(NORMALS + families).astype(np.float32),
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


def _classes(
    program: Program,
    usable: Any,
    canon: list[int],
    unit: list[int],
    blocks: IntArray,
    parts: Parts,
    runs: Automata,
    rests: Rests,
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
