"""The need as it is now, beside the one that a rota was planned for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from staffing.grid import FloatArray, read_only
from staffing.inputs import read_need
from staffing.plan.preparation import prepare
from staffing.roster.problem import RosterProblem
from staffing.scenario import Scenario


@dataclass(frozen=True)
class MovedNeed:
    """What a rota is judged by once the need has moved.

    Attributes
    ----------
    problem
        The problem with the need as it is now.
    days
        Local dates whose need is another than the rota was planned for.
    hours
        Agent-hours by which each of these days asks for more, negative for less, shape (days,).
    """

    problem: RosterProblem
    days: tuple[date, ...]
    hours: FloatArray

    def __post_init__(self) -> None:
        read_only(self)


MOVED_HOURS = 0.05
"""Agent-hours of a day below which its need counts as the same: tables hold four digits."""


def moved_need(scenario: Scenario, need: Path, days: Collection[date] = ()) -> MovedNeed:
    """Say what a planned rota is judged by after forecast, adjustments or targets of its scenario have changed.

    The need of the plan, with what the repair by simulation has corrected, changes by as many agents as the requirement has
    changed since: ``required + (on_roster now - on_roster then)``, never below 0. So a correction outlives a new demand.

    Parameters
    ----------
    scenario
        As it is now.
    need
        ``coverage.csv`` of the finished plan; its ``requirement.csv`` lies beside it.
    days
        Days that are looked at, the others keep their need; empty: all.

    Raises
    ------
    InputError
        With every problem of the input, and where a table of the plan is missing or is of another horizon.
    """
    return moved_since(prepare(scenario).problem, need, days)


def moved_since(problem: RosterProblem, need: Path, days: Collection[date] = ()) -> MovedNeed:
    """As `moved_need`, from a team that has the requirement of today already.

    Parameters
    ----------
    problem
        The team with what the requirement asks for now.
    need, days
        As in `moved_need`.

    Raises
    ------
    InputError
        Where a table of the plan is missing or is of another horizon.
    """
    grid, queues = problem.grid, problem.queues
    planned = read_need(need, grid, queues)
    change = problem.required - read_need(need.with_name("requirement.csv"), grid, queues, "on_roster")
    looked = np.isin(grid.day, [d for d, day in enumerate(grid.dates) if not days or day in days])
    required = np.where(looked, np.maximum(planned + change, 0.0), planned)
    by_day = [(required - planned)[:, grid.day == d] * grid.hours for d in range(grid.days)]
    moved = [d for d in range(grid.days) if np.abs(by_day[d]).sum() > MOVED_HOURS]
    return MovedNeed(
        replace(problem, required=required),
        tuple(grid.dates[d] for d in moved),
        np.array([by_day[d].sum() for d in moved]),
    )
