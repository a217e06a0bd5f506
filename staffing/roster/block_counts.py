"""The counts of an agent by block of days: which sums a block's program carries, which the month's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from staffing.grid import IntArray
from staffing.roster.primitives import Count

SLOTS = 6
"""Most sums that a block's program carries."""
HUGE = 2**31 - 1
"""A hard bound that nothing reaches."""
LOCAL, RELAXED, DROPPED = 2, 3, 4
"""Kinds of counts for the month program besides the two that it carries (0 and 1)."""


def _across(c: Count, blocks: IntArray) -> bool:
    """Whether a group of an `any` count lies in two blocks."""
    at = [set(np.searchsorted(blocks, g, side="right").tolist()) for g in c.groups]
    return any(len(x) > 1 for x in at)


def carries(counts: Sequence[Count], ptr: IntArray, canon: list[int], blocks: IntArray, A: int) -> tuple[IntArray, Any]:
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
        hard = {k: any(is_hard(counts[i]) for i in v) for k, v in linked.items()}
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


def is_hard(c: Count) -> bool:
    """Whether a count can be broken."""
    return c.lo > c.base or c.hi < HUGE


class Parts:
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
                        rank = (0 if is_hard(c) else 2) - leads[i] if carry[i] != RELAXED or is_hard(c) else 9
                        order[spec] = min(rank, order.get(spec, 9))
                kept = [k for k in sorted(order, key=lambda k: (order[k], str(k))) if order[k] < 9][:SLOTS]
                self.specs[a].append(tuple(kept))
                self.ptr[a, w] = len(count)
                for i, spec in rows[w]:
                    at = kept.index(spec) if spec in kept else -1
                    count.append(i)
                    slot.append(at)
                    linked.append(carry[i] != LOCAL)
                    if at < 0 and is_hard(counts[i]):
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
