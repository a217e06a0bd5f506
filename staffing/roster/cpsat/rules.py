"""Counts, runs, successions and bands as constraints and prices."""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd

import numpy as np
from ortools.sat.python import cp_model

from staffing.roster.cpsat.model import Line, Model, total
from staffing.roster.evaluate import clash, count_cost, late_starts
from staffing.roster.primitives import Band, Count, Run, Succession

Rule = Count | Run | Succession | Band
"""A primitive over several days."""


def add_rule(m: Model, rule: Rule) -> None:
    """Add the constraints of a rule, and its price."""
    if isinstance(rule, Count):
        _count(m, rule)
    elif isinstance(rule, Run):
        _run(m, rule)
    elif isinstance(rule, Band):
        _band(m, rule)
    else:
        _succession(m, rule)


def _succession(m: Model, rule: Succession) -> None:
    p, a = m.program, rule.agent
    step = 1 + rule.over_off
    first = rule.before_day + 2 if rule.over_off else 0
    if first < p.shape[1]:
        _forbid(m, rule, first, set(np.nonzero(late_starts(p, rule, first))[0].tolist()))
    for d in range(p.shape[1] - step):
        here, nearby = m.cells.get((a, d)), m.cells.get((a, d + step))
        now, after = int(m.fixed[a, d]), int(m.fixed[a, d + step])
        if here and nearby:
            _cliques(m, rule, d, here, nearby)
        elif here is not None and after >= 0:
            _forbid(m, rule, d, {s for s, _ in here if clash(p, rule, d, s, after)}, d + 1)
        elif here is None and now >= 0:
            later = [s for s, _ in nearby] if nearby else [after] if after >= 0 else []
            _forbid(m, rule, d + step, {s for s in later if clash(p, rule, d, now, s)})


def _forbid(m: Model, rule: Succession, d: int, bad: set[int], between: int | None = None) -> None:
    """No bad option on day d; with `over_off` unless the day between is worked (by default the one before)."""
    between = d - 1 if between is None else between
    line: Line = []
    constant = 0
    if (rule.agent, d) in m.cells:
        line = [(v, 1) for s, v in m.cells[rule.agent, d] if s in bad]
    elif rule.over_off and m.fixed[rule.agent, d] >= 0:
        constant = int(int(m.fixed[rule.agent, d]) in bad)
    if not line and not constant:
        return
    if rule.over_off and between >= 0:
        if (rule.agent, between) in m.cells:
            line.append((m.works[rule.agent, between], -1))
        elif m.fixed[rule.agent, between] >= 0:
            return
    if line:
        m.require(total(line) <= -constant)


def _cliques(
    m: Model,
    rule: Succession,
    d: int,
    here: list[tuple[int, cp_model.IntVar]],
    nearby: list[tuple[int, cp_model.IntVar]],
) -> None:
    """At most one of: those that end too late for some later start, and the starts up to it; likewise for the rest."""
    p, later = m.program, d + 1 + rule.over_off
    slack: Line = []
    if rule.over_off:
        if (rule.agent, d + 1) in m.cells:
            slack = [(m.works[rule.agent, d + 1], -1)]
        elif m.fixed[rule.agent, d + 1] >= 0:
            return

    def exclude(before: list[cp_model.IntVar], after: list[cp_model.IntVar]) -> None:
        if not before or not after:
            return
        if slack:
            m.require(total([(v, 1) for v in before + after] + slack) <= 1)
        else:
            m.exclude(before + after)

    limits = sorted({int(p.end[d, s]) + rule.rest_seconds for s, _ in here})
    done: set[int] = set()
    for limit in limits:
        late = [v for s, v in nearby if p.start[later, s] < limit]
        if not late or len(late) in done:
            continue
        done.add(len(late))
        last = max(int(p.start[later, s]) for s, _ in nearby if p.start[later, s] < limit)
        exclude([v for s, v in here if p.end[d, s] + rule.rest_seconds > last], late)
    if rule.over_off:
        return
    for m1, m2 in rule.pairs:
        exclude(
            [v for s, v in here if p.measures[m1, d, s] > 0], [v for s, v in nearby if p.measures[m2, later, s] > 0]
        )
    if rule.change is not None:
        measure, most, _ = rule.change
        x = p.measures[measure]
        for value in sorted({int(x[d, s]) for s, _ in here}):
            exclude([v for s, v in here if x[d, s] <= value], [v for s, v in nearby if x[later, s] > value + most])
            exclude([v for s, v in here if x[d, s] >= value], [v for s, v in nearby if x[later, s] < value - most])
    if p.banned is not None:
        seen: set[bytes] = set()
        for s, _ in here:
            row = p.banned[s]
            if row.any() and row.tobytes() not in seen:
                seen.add(row.tobytes())
                exclude([v for r, v in here if (p.banned[r] | ~row).all()], [v for r, v in nearby if row[r]])


def _run(m: Model, run: Run) -> None:
    a = run.agent
    D = m.program.shape[1]

    def inside(d: int) -> tuple[Line, int]:
        line, constant = m.member(a, d, run.measure)
        return ([(v, -c) for v, c in line], 1 - constant) if run.off else (line, constant)

    days = [inside(d) for d in range(D)]

    def require(terms: Iterable[tuple[int, int]], most: int) -> None:
        """Sum of factor * membership over (day, factor) pairs is at most `most`, where a free day is among them."""
        line: Line = []
        constant = 0
        for d, f in terms:
            line += [(v, c * f) for v, c in days[d][0]]
            constant += days[d][1] * f
        if line:
            m.require(total(line) <= most - constant)

    for d in range(D - run.hi):
        require([(k, 1) for k in range(d, d + run.hi + 1)], run.hi)
    if run.before and run.hi - run.before < D:
        require([(k, 1) for k in range(max(run.hi - run.before, 0) + 1)], max(run.hi - run.before, 0))
    for d in range(D - 1):
        for k in range(d + 2, min(D, d + 1 + run.lo)):
            require([(d + 1, 1), (d, -1), (k, -1)], 0)
    if run.before:
        for k in range(min(run.lo - run.before, D)):
            require([(k, -1)], -1)
    elif not run.free_start:
        for k in range(1, min(run.lo, D)):
            require([(0, 1), (k, -1)], 0)


def _band(m: Model, band: Band) -> None:
    """Of each value and those too far above it at most one is used; a value is used where a day of the band has it."""
    values = m.program.measures[band.measure]
    held = [x for x in (band.low, band.high) if x is not None]
    for d in band.days:
        if (band.agent, d) not in m.cells and m.fixed[band.agent, d] >= 0:
            held.append(int(values[d, m.fixed[band.agent, d]]))
    by_value: dict[int, list[tuple[int, cp_model.IntVar]]] = {}
    for d in band.days:
        for s, v in m.cells.get((band.agent, d), ()):
            by_value.setdefault(int(values[d, s]), []).append((d, v))
    for x, here in by_value.items():
        if any(abs(x - y) > band.most for y in held):
            m.require(total([(v, 1) for _, v in here]) <= 0)
    for x, here in by_value.items():
        far = [pair for y, there in by_value.items() if y > x + band.most for pair in there]
        for d, v in here if far else ():
            for e in band.days:
                other = [w for k, w in far if k == e and k != d]
                if other:
                    m.exclude([v, *other])


def _count(m: Model, count: Count) -> None:
    a = count.agent
    line: Line = []
    constant = count.base
    if count.any:
        for group in count.groups:
            members = [m.member(a, d, count.measure) for d in group]
            if any(c for _, c in members):
                constant += 1
                continue
            lines = [x for x, _ in members if x]
            if not lines:
                continue
            hit = m.variable(0, 1, int(any(m.hint_of(x) for x in lines)))
            for x in lines:
                m.model.add(total(x) <= hit)
            m.model.add(total([term for x in lines for term in x]) >= hit)
            line.append((hit, 1))
    else:
        weights = m.program.measures[count.measure]
        for d in count.groups[0]:
            if (a, d) not in m.cells:
                s = m.fixed[a, d]
                constant += int(weights[d, s]) if s >= 0 else 0
            elif count.measure == 0:
                line.append((m.works[a, d], 1))
            else:
                line += [(v, int(weights[d, s])) for s, v in m.cells[a, d] if weights[d, s]]
    if not line:
        if not count.lo <= constant <= count.hi:
            m.require(total([]) >= 1)
        m.offset += count_cost(count, constant)
        return
    scale = gcd(*(c for _, c in line))
    most = sum(max(c, 0) for _, c in line) + constant
    expression = total(line)
    if count.hi < most:
        m.require(expression <= count.hi - constant)
    if count.lo > constant:
        m.require(expression >= count.lo - constant)
    now = m.hint_of(line) + constant
    top = min(most, count.hi)
    reduced = total([(v, c // scale) for v, c in line])
    for threshold, cents in count.above:
        if cents and threshold < top:
            _hinge(
                m, reduced, threshold - constant, scale, cents, (top - constant) // scale, (now - constant) // scale, 1
            )
    bottom = max(constant, count.lo)
    for threshold, cents in count.below:
        if cents and threshold > bottom:
            _hinge(m, reduced, threshold - constant, scale, cents, -constant // scale, (now - constant) // scale, -1)


def _hinge(
    m: Model, steps: cp_model.LinearExpr, threshold: int, scale: int, cents: int, limit: int, now: int, sign: int
) -> None:
    """Pay ``cents * max(0, sign * (scale * steps - threshold))``."""
    if threshold % scale == 0:
        at = threshold // scale
        most = max(limit - at, 0) if sign > 0 else max(at, 0)
        excess = m.variable(0, max(most, 1), max(0, sign * (now - at)))
        m.model.add(excess >= sign * (steps - at))
        m.pay(excess, cents * scale)
        return
    most = max(limit * scale - threshold, 1) if sign > 0 else max(threshold, 1)
    excess = m.variable(0, most, max(0, sign * (now * scale - threshold)))
    m.model.add(excess >= sign * (scale * steps - threshold))
    m.pay(excess, cents)
