"""How much of a need every rota must leave open: a program over shifts without their people's names."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from staffing.grid import BoolArray, FloatArray, IntArray
from staffing.roster.cover import UNITS, Cover
from staffing.roster.options import Options
from staffing.roster.problem import RosterProblem
from staffing.roster.targets import Targets

Line = list[tuple[cp_model.IntVar, int]]
Kin = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Missing:
    """Agent-hours of what is wanted that stay missing.

    Attributes
    ----------
    least
        In every rota, as far as time sufficed to prove.
    found
        In the best that was found with people counted and not told apart; equal where time sufficed.
    """

    least: float
    found: float


@dataclass(frozen=True)
class Relaxation:
    """What can be known of every rota without making one.

    All that is left out makes it only easier to cover the need: people who are alike are counted and not told apart; rest, rows
    of days, weekends and everything else that links one day with another is left out, but for the hours. So what is missing
    here is missing in every rota.

    Attributes
    ----------
    problem, options, allowed, targets
        The team: its shifts, who may take which, shape (A, D, S), and the hours they are due.
    cover
        Who serves what.
    wanted
        Agents to have at each queue, shape (Q, T); rounded to quarters.
    whenever
        Queues whose work may be done at any time of its day, shape (Q,).
    """

    problem: RosterProblem
    options: Options
    allowed: BoolArray
    targets: Targets
    cover: Cover
    wanted: FloatArray
    whenever: BoolArray

    def missing(self, days: IntArray, seconds: float = 5.0) -> Missing:
        """How much of what is wanted on some days no rota covers.

        Parameters
        ----------
        days
            Days of the horizon, ascending. On them, people work no more than their weeks and the horizon allow; what they work on
            other days counts for nothing.
        seconds
            Wall time at most.
        """
        units = self._units(days)
        if not units.any():
            return Missing(0.0, 0.0)
        model, staffed = self._model(days, units)
        missing = []
        for slot, amount in self._by_slot(units).items():
            short = model.new_int_var(0, amount, "")
            model.add(_total(staffed[slot]) + short >= amount)
            missing.append(short)
        model.minimize(sum(missing))
        solver = _solver(seconds)
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Missing(0.0, self.hours(days))
        unit = self.problem.grid.hours / UNITS
        # Whole quarters are missing.
        least = math.ceil(max(solver.best_objective_bound, 0.0) - 1e-6)
        return Missing(least * unit, solver.objective_value * unit)

    def impossible(self, days: IntArray, seconds: float = 5.0) -> bool:
        """Whether it is proven that no rota covers all that is wanted on some days; see `missing`."""
        units = self._units(days)
        model, staffed = self._model(days, units)
        for slot, amount in self._by_slot(units).items():
            model.add(_total(staffed[slot]) >= amount)
        return bool(_solver(seconds).solve(model) == cp_model.INFEASIBLE)

    def hours(self, days: IntArray) -> float:
        """Agent-hours wanted on some days."""
        return float(self._units(days).sum()) / UNITS * self.problem.grid.hours

    def _units(self, days: IntArray) -> IntArray:
        """Units wanted on some days, shape (Q, T)."""
        units = np.floor(self.wanted * UNITS + 0.5).astype(np.int64)
        units[:, ~np.isin(self.problem.grid.day, days)] = 0
        return units

    def _slot(self, q: int, t: int) -> tuple[int, int]:
        """Where work of a queue in an interval is counted: by the interval, or by its day."""
        return q, int(self.problem.grid.day[t]) if self.whenever[q] else t

    def _by_slot(self, units: IntArray) -> dict[tuple[int, int], int]:
        wanted: dict[tuple[int, int], int] = defaultdict(int)
        for q, t in zip(*(x.tolist() for x in np.nonzero(units)), strict=True):
            wanted[self._slot(q, t)] += int(units[q, t])
        return wanted

    def _model(self, days: IntArray, units: IntArray) -> tuple[cp_model.CpModel, dict[tuple[int, int], Line]]:
        """People at work on some days, and who of them is with each slot wanted."""
        options, grid = self.options, self.problem.grid
        wanted: BoolArray = np.asarray(units.any(axis=0))
        model = cp_model.CpModel()
        supply: dict[tuple[int, int], Line] = defaultdict(list)
        weekly: dict[tuple[Kin, int], list[tuple[cp_model.IntVar, int]]] = defaultdict(list)
        kin = [(int(g), a.contract) for g, a in zip(self.cover.group, self.problem.agents, strict=True)]
        for d in range(grid.days):
            ends = options.first[d] + options.length[d]
            touches = [wanted[i:j].any() for i, j in zip(options.first[d].tolist(), ends.tolist(), strict=True)]
            allowed = self.allowed[:, d] & np.array(touches, dtype=np.bool_)
            alike = Counter((kin[a], allowed[a].tobytes()) for a in np.flatnonzero(allowed.any(axis=1)).tolist())
            for (k, row), people in alike.items():
                taken: list[cp_model.IntVar] = []
                for s in np.flatnonzero(np.frombuffer(row, dtype=np.bool_)).tolist():
                    x = model.new_int_var(0, people, "")
                    taken.append(x)
                    if d in days:
                        weekly[k, int(grid.week[d])].append((x, int(options.paid_minutes[d, s])))
                    first, offset = int(options.first[d, s]), int(options.offset[d, s])
                    for i, u in enumerate(options.units[offset : offset + int(options.length[d, s])].tolist()):
                        if u and wanted[first + i]:
                            supply[first + i, k[0]].append((x, u))
                model.add(sum(taken) <= people)
        self._hours(model, kin, weekly)
        return model, self._split(model, units, supply)

    def _hours(self, model: cp_model.CpModel, kin: list[Kin], weekly: dict[tuple[Kin, int], Line]) -> None:
        """Nobody works more than the week and the horizon allow; people of one group and contract are added up."""
        whole: dict[Kin, Line] = defaultdict(list)
        targets = self.targets
        for (k, w), line in weekly.items():
            who = [a for a, other in enumerate(kin) if other == k]
            most = np.maximum(targets.week_hi[who, w] - targets.week_base[who, w], 0).sum()
            model.add(_total(line) <= int(most))
            shifts = self.problem.contracts[k[1]].max_shifts_per_week - targets.week_shifts_base[who, w]
            model.add(sum(x for x, _ in line) <= int(np.maximum(shifts, 0).sum()))
            whole[k] += line
        for k, line in whole.items():
            who = [a for a, other in enumerate(kin) if other == k]
            model.add(_total(line) <= int(np.maximum(targets.horizon_hi[who], 0).sum()))

    def _split(
        self, model: cp_model.CpModel, units: IntArray, supply: dict[tuple[int, int], Line]
    ) -> dict[tuple[int, int], Line]:
        """Split people over queues; nobody is of use beyond what is wanted."""
        wanted = self._by_slot(units)
        flows: dict[tuple[int, int], Line] = defaultdict(list)
        for t in np.flatnonzero(units.any(axis=0)).tolist():
            for g, row in enumerate(self.cover.serves):
                there, base = supply.get((t, g), []), int(self.cover.base[t, g])
                most = base + sum(c * x.proto.domain[1] for x, c in there)
                split: Line = []
                for q in np.flatnonzero(row).tolist():
                    slot = self._slot(q, t)
                    if most and slot in wanted:
                        flow = model.new_int_var(0, min(most, wanted[slot]), "")
                        split.append((flow, 1))
                        flows[slot].append((flow, 1))
                if split:
                    model.add(_total(split) <= _total(there) + base)
        return flows


def _solver(seconds: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(seconds, 0.0)
    solver.parameters.num_workers = 2
    return solver


def _total(line: Line) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.weighted_sum([x for x, _ in line], [c for _, c in line])
