"""A model under construction: option variables of free days, their hints, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from staffing.roster.primitives import Choice, Program

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
