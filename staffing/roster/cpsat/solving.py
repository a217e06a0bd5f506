"""Solving a model: stop at any time, solutions and bounds told as they come."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from staffing.roster.cpsat.model import Model
from staffing.roster.primitives import Choice


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
