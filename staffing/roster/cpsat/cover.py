"""Cover and its price: one convex price per interval for one group, else flows between groups and queues."""

from __future__ import annotations

from math import gcd

import numpy as np

from staffing.grid import IntArray
from staffing.roster.cover import at, price, split
from staffing.roster.cpsat.model import Line, Model, total
from staffing.roster.evaluate import supply


def _loads(m: Model) -> dict[tuple[int, int], Line]:
    """Units that option variables add, by (interval, group)."""
    p = m.program
    loads: dict[tuple[int, int], Line] = {}
    for (a, d), cell in m.cells.items():
        g = int(p.cover.group[a])
        for s, v in cell:
            i, o = int(p.first[d, s]), int(p.offset[d, s])
            for j, u in enumerate(p.units[o : o + int(p.length[d, s])].tolist()):
                if u:
                    loads.setdefault((i + j, g), []).append((v, u))
    return loads


def _segments(m: Model, line: Line, constant: int, widths: list[int], prices: list[int]) -> None:
    """Pay a convex price of an expression: `widths` units at each of the rising `prices`."""
    left = m.hint_of(line) + constant
    parts: Line = []
    for width, cents in zip(widths, prices, strict=True):
        if width > 0:
            part = m.variable(0, width, min(max(left, 0), width))
            left -= min(left, width)
            m.pay(part, cents)
            parts.append((part, -1))
    m.model.add(total(line + parts) == -constant)


def projected(m: Model, slopes: IntArray) -> None:
    """One convex price per interval; intervals that the same options touch alike are priced together."""
    together: dict[tuple[tuple[int, int], ...], tuple[Line, list[int]]] = {}
    for (t, _), line in _loads(m).items():
        key = tuple((v.index, c) for v, c in line)
        together.setdefault(key, (line, []))[1].append(t)
    for line, intervals in together.values():
        scale = gcd(*(c for _, c in line))
        most = min(_peak(m, line), slopes.shape[1])
        price = slopes[intervals, :most].sum(axis=0)
        steps = price[: most // scale * scale].reshape(-1, scale).sum(axis=1)
        cut = [0, *(np.nonzero(np.diff(steps))[0] + 1).tolist(), len(steps)]
        widths = np.diff(cut).tolist()
        _segments(m, [(v, c // scale) for v, c in line], 0, widths, [int(steps[i]) for i in cut[:-1]])


def _peak(m: Model, line: Line) -> int:
    """Most units that the free days together can add."""
    most: dict[tuple[int, int], int] = {}
    for v, c in line:
        cell = m.cell_of[v.index]
        most[cell] = max(most.get(cell, 0), c)
    return sum(most.values())


def flows(m: Model) -> None:
    """Groups and queues linked by flows, in every interval that a free day can touch."""
    p = m.program
    cover = p.cover
    loads = _loads(m)
    still = np.array(m.fixed)
    for a, d in m.cells:
        still[a, d] = -1
    base = supply(p, still)
    intervals = sorted({t for t, _ in loads})
    hint = split(cover, supply(p, m.fixed)) if m.hinted else np.zeros((*base.shape, cover.need.shape[1]), np.int64)
    rest = np.setdiff1d(np.arange(len(base)), intervals)
    if len(rest):
        idle = at(cover, rest)
        under, over = price(idle, split(idle, base[rest]).sum(axis=1))
        m.offset += int(under.sum() + over.sum())
    for t in intervals:
        lines: list[Line] = [[] for _ in range(cover.need.shape[1])]
        constants = [0] * len(lines)
        for g in range(len(cover.serves)):
            line, fixed = loads.get((t, g), []), int(base[t, g])
            if not line and not fixed:
                continue
            queues = np.nonzero(cover.serves[g])[0].tolist()
            if not queues:
                continue
            if len(queues) == 1:
                lines[queues[0]] += line
                constants[queues[0]] += fixed
                continue
            most = fixed + _peak(m, line)
            parts: Line = [(m.variable(0, most, int(hint[t, g, q])), -1) for q in queues]
            m.model.add(total(line + parts) == -fixed)
            for q, (part, _) in zip(queues, parts, strict=True):
                lines[q].append((part, 1))
        for q, (line, fixed) in enumerate(zip(lines, constants, strict=True)):
            need, (first, second) = int(cover.need[t, q]), (int(w) for w in cover.tiers[t, q])
            third = need - first - second
            u1, u2, u3 = (int(x) for x in cover.under[q])
            m.offset += first * u1 + second * u2 + third * u3
            most = fixed + sum(m.upper[v.index] * c for v, c in line)
            widths, prices = [], []
            room = most
            o1, o2 = (int(x) for x in cover.over[q])
            for width, cents in (
                (third, -u3),
                (second, -u2),
                (first, -u1),
                (int(cover.over_tier[t, q]), o1),
                (most, o2),
            ):
                widths.append(min(width, room))
                prices.append(cents)
                room -= widths[-1]
            _segments(m, line, fixed, widths, prices)
