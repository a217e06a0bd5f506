"""Models of whole programs, and of neighbourhoods with few days free. Every variable gets a hint."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from staffing.grid import BoolArray, IntArray
from staffing.roster.cpsat.cover import flows, projected
from staffing.roster.cpsat.model import Model, total
from staffing.roster.cpsat.rules import Rule, add_rule
from staffing.roster.primitives import Choice, Program


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
        projected(out, slopes)
    elif cover:
        flows(out)
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
