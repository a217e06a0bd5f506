"""The master program over whole horizons: which horizon each agent takes, cover bought at its convex price.

As a linear program (GLOP) it gives prices of cover and a fractional roster; with whole columns (SCIP) the best roster
that the columns at hand make. Free agents choose among columns, all others stand as they are.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from ortools.linear_solver import pywraplp

from staffing.grid import BoolArray, FloatArray
from staffing.roster.cover import price
from staffing.roster.evaluate import count_cost, supply, value
from staffing.roster.primitives import Choice, Program
from staffing.roster.tables import Compiled

Row = npt.NDArray[np.int32]
"""Option of each day of one agent, -1 for a day off, shape (D,)."""

FORBIDDEN = 1e6
"""Price of a day that an agent is not to have."""
PLAIN = "presolving/maxrounds = 0\nseparating/maxrounds = 0\nseparating/maxroundsroot = 0\n"
"""SCIP's parameters: presolve and cuts cost more than they bring on these programs."""


@dataclass(frozen=True, eq=False)
class Column:
    """A horizon of one agent that keeps its rules, and its cents without cover."""

    agent: int
    row: Row
    cost: int


class Pool:
    """Every column found so far, and the tables that keep cover, shared by threads."""

    def __init__(self, agents: int) -> None:
        self.of: list[list[Column]] = [[] for _ in range(agents)]
        self._keys: dict[tuple[int, bytes], Column] = {}
        self.lock = threading.Lock()
        self.compiled: Compiled | None = None

    def add(self, agent: int, row: Row, cost: int) -> Column:
        """The column, a new one if need be."""
        key = (agent, row.tobytes())
        with self.lock:
            found = self._keys.get(key)
            if found is None:
                found = self._keys[key] = Column(agent, row, cost)
                self.of[agent].append(found)
        return found


@dataclass(frozen=True)
class Prices:
    """Dual values of the linear program.

    Attributes
    ----------
    value
        Its optimum.
    cover
        Cents that one more unit at each queue is worth, shape (T, Q).
    agent
        What the free agents' horizons may cost at these prices, shape (A,); 0 for fixed ones.
    """

    value: float
    cover: FloatArray
    agent: FloatArray


@dataclass
class Master:
    """The program over the free agents' columns.

    Attributes
    ----------
    program
        What is searched.
    choice
        Days of the agents that are not free.
    free
        The free agents.
    may
        Options that each free agent is held to, shape (D, S + 1), the last a day off; changed by `hold`.
    whole
        Columns are taken whole (SCIP) instead of in parts (GLOP).
    columns
        Those added so far.
    outside
        What the agents that are not free cost beside cover.
    """

    program: Program
    choice: Choice
    free: Sequence[int]
    whole: bool = False
    columns: list[Column] = field(default_factory=list)
    outside: float = 0.0

    def __post_init__(self) -> None:
        cover = self.program.cover
        T, Q = cover.need.shape
        self.lp = lp = pywraplp.Solver.CreateSolver("SCIP" if self.whole else "GLOP")
        self._vars: list[pywraplp.Variable] = []
        self._known: set[int] = set()
        _, D, S = self.program.shape
        self.may = {a: np.ones((D, S + 1), np.bool_) for a in self.free}
        self._objective = objective = lp.Objective()
        still = self.choice.copy()
        still[list(self.free)] = -1
        self.base = base = supply(self.program, still)
        serves = [np.nonzero(line)[0].tolist() for line in cover.serves]
        rhs = cover.need.astype(np.float64)
        for g, queues in enumerate(serves):
            if len(queues) == 1:
                rhs[:, queues[0]] -= base[:, g]
        self._queues = [[lp.Constraint(x, x) for x in line] for line in rhs.tolist()]
        ends = lp.infinity()
        for t in range(T):
            for q in range(Q):
                first, second = cover.tiers[t, q].tolist()
                u, o = cover.under[q].tolist(), cover.over[q].tolist()
                for width, cents, sign in (
                    (first, u[0], 1.0),
                    (second, u[1], 1.0),
                    (int(cover.need[t, q]) - first - second, u[2], 1.0),
                    (int(cover.over_tier[t, q]), o[0], -1.0),
                    (ends, o[1], -1.0),
                ):
                    if width > 0:
                        part = lp.NumVar(0.0, width, "")
                        self._queues[t][q].SetCoefficient(part, sign)
                        objective.SetCoefficient(part, cents)
        self._groups: list[list[pywraplp.Constraint | None]] = []
        for g, queues in enumerate(serves):
            if len(queues) < 2:
                self._groups.append([self._queues[t][queues[0]] if queues else None for t in range(T)])
                continue
            lines = [lp.Constraint(-x, -x) for x in base[:, g].tolist()]
            for t, line in enumerate(lines):
                for q in queues:
                    flow = lp.NumVar(0.0, ends, "")
                    line.SetCoefficient(flow, -1.0)
                    self._queues[t][q].SetCoefficient(flow, 1.0)
            self._groups.append(lines)
        own = agent_costs(self.program, self.choice)
        self.outside = float(own.sum() - own[list(self.free)].sum())
        objective.SetOffset(self.outside)
        self._agents = {a: lp.Constraint(1.0, 1.0) for a in self.free}
        objective.SetMinimization()

    def add(self, columns: Iterable[Column]) -> int:
        """Take columns of free agents; the number of those that are new here."""
        p = self.program
        n = len(self.columns)
        for column in columns:
            if id(column) in self._known:
                continue
            self._known.add(id(column))
            x = self.lp.BoolVar("") if self.whole else self.lp.NumVar(0.0, self.lp.infinity(), "")
            self._objective.SetCoefficient(x, column.cost)
            self._agents[column.agent].SetCoefficient(x, 1.0)
            rows = self._groups[int(p.cover.group[column.agent])]
            units: dict[int, int] = {}
            for d in np.nonzero(column.row >= 0)[0].tolist():
                s = column.row[d]
                i, o = int(p.first[d, s]), int(p.offset[d, s])
                for j, u in enumerate(p.units[o : o + int(p.length[d, s])].tolist()):
                    units[i + j] = units.get(i + j, 0) + u
            for t, u in units.items():
                row = rows[t]
                if u and row is not None:
                    row.SetCoefficient(x, u)
            self.columns.append(column)
            self._vars.append(x)
        return len(self.columns) - n

    def hold(self, agent: int, may: BoolArray) -> bool:
        """Hold a free agent to some options of each day, shape (D, S + 1), the last a day off; whether a column keeps to them."""
        self.may[agent] = may
        days, ends, some = np.arange(len(may)), self.lp.infinity(), False
        for column, x in zip(self.columns, self._vars, strict=True):
            if column.agent == agent:
                keeps = bool(may[days, column.row].all())
                x.SetUb(ends if keeps else 0.0)
                some |= keeps
        return some

    def held(self, agent: int) -> tuple[FloatArray, float]:
        """Prices of options, shape (D, S), that keep an agent's tours to what it is held to, and what they add to its cost."""
        may = self.may[agent]
        working = ~may[:, -1] * FORBIDDEN  # a day off cannot be priced, so working there is paid for
        return np.where(may[:, :-1], 0.0, FORBIDDEN) - working[:, None], -float(working.sum())

    def shares(self) -> FloatArray:
        """How much of each column the last solution takes."""
        return np.array([x.solution_value() for x in self._vars])

    def solve(self, seconds: float) -> Prices:
        """Solve the linear program; `TimeoutError` where that takes longer than `seconds`, or GLOP fails."""
        self.lp.SetTimeLimit(max(1, int(seconds * 1000)))
        status = self.lp.Solve()
        if status == pywraplp.Solver.ABNORMAL:  # seen seldom, with presolve
            self.lp.SetSolverSpecificParametersAsString("use_preprocessing: false")
            status = self.lp.Solve()
            self.lp.SetSolverSpecificParametersAsString("use_preprocessing: true")
        if status != pywraplp.Solver.OPTIMAL:
            raise TimeoutError(f"the master program ended with status {status}")
        agent = np.zeros(self.program.shape[0])
        for a, row in self._agents.items():
            agent[a] = row.dual_value()
        return Prices(
            self._objective.Value(), np.array([[x.dual_value() for x in line] for line in self._queues]), agent
        )

    def best(self, seconds: float, should_stop: Callable[[], bool]) -> tuple[Choice | None, float]:
        """Best whole choice within seconds of wall time, and a lower bound on any from these columns."""
        self.lp.SetSolverSpecificParametersAsString(PLAIN)
        self.lp.SetTimeLimit(max(1, int(seconds * 1000)))
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(0.1):
                if should_stop():
                    self.lp.InterruptSolve()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            status = self.lp.Solve()
        finally:
            ended.set()
            watcher.join()
        if status == pywraplp.Solver.INFEASIBLE:
            return None, float("inf")
        if status not in (pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE):
            return None, -float("inf")
        choice = self.choice.copy()
        for column, x in zip(self.columns, self._vars, strict=True):
            if x.solution_value() > 0.5:
                choice[column.agent] = column.row
        return choice, self._objective.BestBound()


def own_cost(program: Program, choice: Choice, agent: int) -> int:
    """Cents of an agent's days without cover."""
    row = choice[agent]
    days = np.arange(len(row))
    cents = int(np.where(row >= 0, program.cost[agent, days, row], program.off_cost[agent]).sum())
    return cents + sum(
        count_cost(c, value(program, c, choice)) for c in program.counts if c.agent == agent and (c.below or c.above)
    )


def agent_costs(program: Program, choice: Choice) -> npt.NDArray[np.int64]:
    """Cents of every agent's days without cover, shape (A,)."""
    A, D, _ = program.shape
    a, d = np.arange(A)[:, None], np.arange(D)[None]
    out: npt.NDArray[np.int64] = np.where(choice >= 0, program.cost[a, d, choice], program.off_cost).sum(axis=1)
    for c in program.counts:
        if c.below or c.above:
            out[c.agent] += count_cost(c, value(program, c, choice))
    return out


def worth(program: Program, cover: FloatArray) -> FloatArray:
    """What a group's unit is worth at prices of cover: the most that any of its queues pays, shape (T, G)."""
    return np.stack(
        [
            cover[:, line].max(axis=1) if line.any() else np.zeros(len(cover))
            for line in program.cover.serves
        ],
        axis=1,
    )  # fmt: skip


def cheapest_cover(program: Program, prices: FloatArray) -> float:
    """Least cost of cover where each unit of it is bought at a price >= minus that of overstaffing, shape (T, Q)."""
    cover = program.cover
    third = cover.need - cover.tiers.sum(axis=2)
    second = third + cover.tiers[..., 1]
    least = np.full(prices.shape, np.inf)
    for level in (np.zeros_like(third), third, second, cover.need, cover.need + cover.over_tier):
        under, over = price(cover, level)
        least = np.minimum(least, under + over + prices * level)
    return float(least.sum())
