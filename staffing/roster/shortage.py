"""How much of a need every rota must leave open: a linear program over shifts without their people's names."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
from ortools.linear_solver import pywraplp

from staffing.grid import BoolArray, FloatArray, IntArray
from staffing.roster.cover import UNITS, Cover, cover_of
from staffing.roster.options import Options
from staffing.roster.problem import RosterProblem
from staffing.roster.targets import Targets


@dataclass(frozen=True)
class Shortage:
    """What a relaxation knows of every rota.

    Everything that is left out makes it only easier to cover the need: people who are alike are counted and not told apart, shifts
    may be taken in parts, rest and rows of days are left out. So what is missing here is missing in every rota.

    Attributes
    ----------
    problem, options, allowed, targets
        The team: its shifts, who may take which, shape (A, D, S), and the hours they are due.
    held
        Agents wanted at each queue, shape (Q, T).
    whenever
        Queues whose work may be done at any time of the day, shape (Q,).
    cover
        Who serves what.
    """

    problem: RosterProblem
    options: Options
    allowed: BoolArray
    targets: Targets
    held: FloatArray
    whenever: BoolArray
    cover: Cover

    @classmethod
    def of(
        cls,
        problem: RosterProblem,
        options: Options,
        allowed: BoolArray,
        targets: Targets,
        held: FloatArray,
        whenever: BoolArray,
    ) -> Shortage:
        """The relaxation of a problem whose need is `held`."""
        return cls(problem, options, allowed, targets, held, whenever, cover_of(problem))

    def least(self, days: IntArray, seconds: float = 10.0) -> float:
        """Agent-hours of the need on some days that no rota covers; 0 where `seconds` do not suffice to know.

        Parameters
        ----------
        days
            Days of the horizon, ascending. People work no more than each of their weeks and the horizon allows, but what they
            work on other days counts for nothing.
        seconds
            Wall time at most.
        """
        grid, options = self.problem.grid, self.options
        inside = np.zeros(len(grid), dtype=np.bool_)
        inside[np.isin(grid.day, days)] = True
        wanted = inside & (self.held > 0).any(axis=0)
        if not wanted.any():
            return 0.0
        lp = pywraplp.Solver.CreateSolver("GLOP")
        ends = lp.infinity()
        supply = self._cover(lp, np.flatnonzero(wanted), days)
        groups = self.cover.group.tolist()
        kin = [(g, a.contract) for g, a in zip(groups, self.problem.agents, strict=True)]
        weekly: dict[tuple[object, int], pywraplp.Constraint] = {}
        whole: dict[object, pywraplp.Constraint] = {}
        for k in set(kin):
            who = [a for a, other in enumerate(kin) if other == k]
            for w in np.unique(grid.week[days]).tolist():
                most = np.maximum(self.targets.week_hi[who, w] - self.targets.week_base[who, w], 0).sum()
                weekly[k, w] = lp.Constraint(0.0, float(most))
            whole[k] = lp.Constraint(0.0, float(np.maximum(self.targets.horizon_hi[who], 0).sum()))
        reach = options.first + options.length
        for d in range(grid.days):
            touches = np.array(
                [wanted[i:j].any() for i, j in zip(options.first[d].tolist(), reach[d].tolist(), strict=True)]
            )
            if not touches.any():
                continue
            alike = Counter(
                (kin[a], (self.allowed[a, d] & touches).tobytes())
                for a in range(len(kin))
                if (self.allowed[a, d] & touches).any()
            )
            for (k, allowed), people in alike.items():
                heads = lp.Constraint(0.0, float(people))
                for s in np.flatnonzero(np.frombuffer(allowed, dtype=np.bool_)).tolist():
                    x = lp.NumVar(0.0, ends, "")
                    heads.SetCoefficient(x, 1.0)
                    if d in days:
                        minutes = float(options.paid_minutes[d, s])
                        weekly[k, int(grid.week[d])].SetCoefficient(x, minutes)
                        whole[k].SetCoefficient(x, minutes)
                    first, offset = int(options.first[d, s]), int(options.offset[d, s])
                    for i, units in enumerate(options.units[offset : offset + int(options.length[d, s])].tolist()):
                        row = supply.get((first + i, k[0]))
                        if units and row is not None:
                            row.SetCoefficient(x, units / UNITS)
        lp.SetTimeLimit(max(1, int(seconds * 1000)))
        if lp.Solve() != pywraplp.Solver.OPTIMAL:
            return 0.0
        return float(lp.Objective().Value()) * grid.hours

    def _cover(
        self, lp: pywraplp.Solver, intervals: IntArray, days: IntArray
    ) -> dict[tuple[int, int], pywraplp.Constraint]:
        """Flows from groups to queues and what stays missing; the rows that people of a group on duty go into, by interval."""
        day, ends, objective = self.problem.grid.day, lp.infinity(), lp.Objective()
        serves = [np.flatnonzero(row).tolist() for row in self.cover.serves]
        supply: dict[tuple[int, int], pywraplp.Constraint] = {}
        wants: dict[tuple[int, int], pywraplp.Constraint] = {}
        need: dict[tuple[int, int], float] = defaultdict(float)
        for q, t in zip(*np.nonzero(self.held > 0), strict=True):
            if day[t] in days:
                need[int(q), int(day[t]) if self.whenever[q] else int(t)] += float(self.held[q, t])
        for key, amount in need.items():
            wants[key] = lp.Constraint(amount, ends)
            missing = lp.NumVar(0.0, ends, "")
            wants[key].SetCoefficient(missing, 1.0)
            objective.SetCoefficient(missing, 1.0)
        for t in intervals.tolist():
            for g, queues in enumerate(serves):
                # On duty, less the flows to queues, is at least nothing.
                row = supply[t, g] = lp.Constraint(-float(self.cover.base[t, g]) / UNITS, ends)
                for q in queues:
                    want = wants.get((q, int(day[t]) if self.whenever[q] else t))
                    if want is not None:
                        flow = lp.NumVar(0.0, ends, "")
                        row.SetCoefficient(flow, -1.0)
                        want.SetCoefficient(flow, 1.0)
        objective.SetMinimization()
        return supply
