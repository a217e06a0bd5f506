"""The primitives as CP-SAT constraints: whole models, and neighbourhoods with few days free.

In a neighbourhood of one skill group the cover is projected: with everybody else's duty fixed, the price of each
interval is one convex function of the units added. Otherwise groups and queues are linked by flows. Every variable gets
a hint.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import gcd

import numpy as np
from ortools.sat.python import cp_model

from staffing.grid import BoolArray, IntArray
from staffing.roster.cover import at, price, split
from staffing.roster.evaluate import clash, count_cost, late_starts, supply
from staffing.roster.primitives import Band, Choice, Count, Program, Run, Succession

Rule = Count | Run | Succession | Band
"""A primitive over several days."""
Line = list[tuple[cp_model.IntVar, int]]
"""A linear expression: variables with their factors."""


@dataclass
class Model:
    """A model under construction.

    Attributes
    ----------
    program
        What is modelled.
    model
        The CP-SAT model.
    cells
        Option variables of each free agent and day: (a, d) -> [(s, variable)].
    works
        Whether an agent works on a free day.
    fixed
        The choice on days that are not free, and the hint on those that are.
    hint
        Hinted value by variable index; empty where there is no hint.
    cell_of
        Agent and day of an option variable, by its index.
    objective, offset
        Terms in cents, and the cents that no variable carries.
    """

    program: Program
    fixed: Choice
    hinted: bool
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    cells: dict[tuple[int, int], list[tuple[int, cp_model.IntVar]]] = field(default_factory=dict)
    works: dict[tuple[int, int], cp_model.IntVar] = field(default_factory=dict)
    hint: dict[int, int] = field(default_factory=dict)
    objective: Line = field(default_factory=list)
    upper: dict[int, int] = field(default_factory=dict)
    cell_of: dict[int, tuple[int, int]] = field(default_factory=dict)
    offset: int = 0
    literal: cp_model.IntVar | None = None
    """While set, constraints of rules hold only if it is true."""

    def require(self, constraint: cp_model.BoundedLinearExpression | bool) -> None:
        """Add a constraint of a rule."""
        added = self.model.add(constraint)
        if self.literal is not None:
            added.only_enforce_if(self.literal)

    def exclude(self, variables: list[cp_model.IntVar]) -> None:
        """At most one of some Boolean variables."""
        if self.literal is None:
            self.model.add_at_most_one(variables)
        else:
            self.require(total([(v, 1) for v in variables]) <= 1)

    def variable(self, lo: int, hi: int, hint: int) -> cp_model.IntVar:
        """A new variable with its hint."""
        var = self.model.new_bool_var("") if (lo, hi) == (0, 1) else self.model.new_int_var(lo, hi, "")
        self.hint[var.index] = hint
        self.upper[var.index] = hi
        return var

    def hint_of(self, line: Line) -> int:
        """Value of an expression under the hint."""
        return sum(c * self.hint[v.index] for v, c in line)

    def pay(self, var: cp_model.IntVar, cents: int) -> None:
        """Add a term to the objective."""
        if cents:
            self.objective.append((var, cents))

    def member(self, a: int, d: int, measure: int) -> tuple[Line, int]:
        """Whether a day's choice has a positive measure, as an expression and a constant."""
        weights = self.program.measures[measure]
        if (a, d) not in self.cells:
            s = self.fixed[a, d]
            return [], int(s >= 0 and weights[d, s] > 0)
        if measure == 0:
            return [(self.works[a, d], 1)], 0
        return [(v, 1) for s, v in self.cells[a, d] if weights[d, s] > 0], 0


def total(line: Line) -> cp_model.LinearExpr:
    """An expression as OR-Tools writes it."""
    return cp_model.LinearExpr.weighted_sum([v for v, _ in line], [c for _, c in line])


def build(
    program: Program,
    choice: Choice | None = None,
    free: BoolArray | None = None,
    *,
    rules: Callable[[str], bool] = lambda rule: True,
    allowed: BoolArray | None = None,
    cover: bool = True,
    slopes: IntArray | None = None,
) -> Model:
    """A model of a program, or of a neighbourhood of a choice.

    Parameters
    ----------
    program
        The rostering problem.
    choice
        Hint, and value of the days that are not free; None: no hint.
    free
        Days of agents that may change, shape (A, D); None: all.
    rules
        Which rules to model, by name (terms of cost count as rules); all of them by default.
    allowed
        Options to choose from instead of the program's, shape (A, D, S).
    cover
        Whether to model cover and its price at all.
    slopes
        Projected cover: cents of each further unit added to the free agents' group, the free days being off, shape
        (T, N), not decreasing along a row. None: flows between groups and queues.
    """
    A, D, _ = program.shape
    fixed = choice if choice is not None else np.full((A, D), -1, np.int32)
    out = Model(program, fixed, choice is not None)
    free = np.ones((A, D), np.bool_) if free is None else free
    allowed = program.allowed if allowed is None else allowed
    for a, d in zip(*np.nonzero(free), strict=True):
        _cell(out, int(a), int(d), np.nonzero(allowed[a, d])[0], rules)
    touched = set(np.nonzero(free.any(axis=1))[0].tolist())
    every: tuple[Rule, ...] = (*program.successions, *program.runs, *program.bands, *program.counts)
    for rule in every:
        if rule.agent in touched and rules(rule.rule):
            add_rule(out, rule)
    if cover and slopes is not None:
        _projected(out, slopes)
    elif cover:
        _flows(out)
    out.model.minimize(total(out.objective) + out.offset)
    if out.hinted:
        for index, value in out.hint.items():
            out.model.add_hint(out.model.get_int_var_from_proto_index(index), value)
    return out


def _cell(m: Model, a: int, d: int, options: IntArray, rules: Callable[[str], bool]) -> None:
    now = int(m.fixed[a, d])
    cell = [(int(s), m.variable(0, 1, int(s == now))) for s in options]
    works = m.variable(0, 1, int(now >= 0))
    m.model.add(total([(v, 1) for _, v in cell]) == works)
    if not m.program.off_allowed[a, d] and rules("locks"):
        m.model.add(works == 1)
    m.cells[a, d] = cell
    m.cell_of.update({v.index: (a, d) for _, v in cell})
    m.works[a, d] = works
    off = int(m.program.off_cost[a, d])
    m.offset += off
    m.pay(works, -off)
    for s, v in cell:
        m.pay(v, int(m.program.cost[a, d, s]))


# -- rules ----------------------------------------------------------------------------------------------------


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


# -- cover ----------------------------------------------------------------------------------------------------


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


def _projected(m: Model, slopes: IntArray) -> None:
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


def _flows(m: Model) -> None:
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


# -- solving --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What CP-SAT says.

    Attributes
    ----------
    status
        ``OPTIMAL``, ``FEASIBLE``, ``INFEASIBLE``, ``UNKNOWN`` or ``MODEL_INVALID``.
    choice
        Best choice found, None where there is none.
    objective, bound
        In cents.
    """

    status: str
    choice: Choice | None
    objective: float
    bound: float


class Watch(cp_model.CpSolverSolutionCallback):
    """Passes solutions on while CP-SAT goes on searching."""

    def __init__(self, m: Model, take: Callable[[Choice], None]) -> None:
        super().__init__()
        self._m, self._take = m, take

    def on_solution_callback(self) -> None:
        """Pass one on."""
        self._take(_read(self._m, self.value))


def _read(m: Model, value: Callable[[cp_model.IntVar], int]) -> Choice:
    choice = np.array(m.fixed)
    for (a, d), cell in m.cells.items():
        choice[a, d] = next((s for s, v in cell if value(v)), -1)
    return choice


def solve(
    m: Model,
    seconds: float,
    *,
    workers: int = 1,
    seed: int = 1,
    subsolvers: tuple[str, ...] = (),
    should_stop: Callable[[], bool] = lambda: False,
    take: Callable[[Choice], None] | None = None,
    bound: Callable[[float], None] | None = None,
) -> Answer:
    """Solve a model.

    Parameters
    ----------
    m
        From `build`.
    seconds
        Wall time at most.
    workers, seed, subsolvers
        As OR-Tools understands them; with few workers the sub-solvers must be chosen, or the bound is lost.
    should_stop
        Polled ten times a second.
    take
        Given every better choice while the search goes on.
    bound
        Given every better bound, in cents, likewise.
    """
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(seconds, 0.01)
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    if subsolvers:
        solver.parameters.subsolvers.extend(subsolvers)
    if bound is not None:
        solver.best_bound_callback = bound
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            if should_stop():
                solver.stop_search()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        status = solver.solve(m.model, Watch(m, take) if take is not None else None)
    finally:
        over.set()
        watcher.join()
    name = solver.status_name(status)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return Answer(
        name,
        _read(m, solver.value) if found else None,
        solver.objective_value if found else float("inf"),
        solver.best_objective_bound,
    )
