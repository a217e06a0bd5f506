"""What each agent is due: hours of every week and of the horizon, weekends off, and fair shares.

These numbers are the parameters of rules and costs, fixed before any search. They follow from contracts, absences,
holidays, the past and the ledger; a lower bound on hours never asks for more than the agent's availability can give,
and where it had to give way a note says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np

from staffing.grid import BoolArray, IntArray, TimeGrid, read_only
from staffing.roster.hours import due_of, hour_bounds
from staffing.roster.options import Options
from staffing.roster.problem import Agent, Contract, Law, RosterProblem
from staffing.roster.shares import BURDENS, burdens_of, carried


@dataclass(frozen=True)
class Targets:
    """What each agent is due, minutes unless said otherwise.

    Attributes
    ----------
    known
        Whether the days of the first week before the horizon are known.
    week_base
        Paid minutes of the first week that were worked before the horizon, shape (A, W); 0 in later weeks.
    week_shifts_base
        Shifts of the first week before the horizon, shape (A, W).
    week_lo, week_hi
        Hard bounds on the paid minutes of each ISO week, `week_base` included, shape (A, W).
    horizon
        Agreed minutes of the horizon less credits, shape (A,).
    horizon_lo, horizon_hi
        Hard bounds on the paid minutes of the horizon, shape (A,).
    time_off_below, overtime_above
        Paid minutes of the horizon below which they are voluntary time off, and above which overtime, shape (A,).
    aim
        Minutes aimed at: `horizon` less the ledger's hours, shape (A,).
    weekends
        Day indices of each weekend in the horizon, whole or not.
    whole
        Whether each of those weekends lies wholly in the horizon.
    weekends_off
        Whole weekends that must stay free, shape (A,).
    free_sundays
        Sundays that must stay free, shape (A,).
    can_begin
        Whether the agent may work on the first day at all, shape (A,).
    weekend_share, unpopular_share, night_share, holiday_share, duty_share
        Fair share less the ledger: weekends with a shift, unpopular shifts, night shifts, public holidays with a shift,
        on-call duties, shape (A,).
    notes
        Where a lower bound gave way to availability.
    """

    known: bool
    week_base: IntArray
    week_shifts_base: IntArray
    week_lo: IntArray
    week_hi: IntArray
    horizon: IntArray
    horizon_lo: IntArray
    horizon_hi: IntArray
    time_off_below: IntArray
    overtime_above: IntArray
    aim: IntArray
    weekends: tuple[tuple[int, ...], ...]
    whole: tuple[bool, ...]
    weekends_off: IntArray
    free_sundays: IntArray
    can_begin: BoolArray
    weekend_share: IntArray
    unpopular_share: IntArray
    night_share: IntArray
    holiday_share: IntArray
    duty_share: IntArray
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        read_only(self)

    def only(self, agents: Sequence[int]) -> Targets:
        """What some agents, by row, are due."""
        values: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        rows: dict[str, Any] = {n: x[list(agents)] for n, x in values.items() if isinstance(x, np.ndarray)}
        return replace(self, **rows)


def make_targets(problem: RosterProblem, options: Options, allowed: BoolArray) -> Targets:
    """Work out what each agent is due.

    A Monday to Friday of employment is a fifth of the weekly hours; credited absences and public holidays take theirs
    off. A week that the horizon cuts counts with its days inside; where shifts of its earlier days are known, the whole
    week counts instead (its lower bound never asks for more inside the horizon than if it were cut).

    Fair shares: of the required agent-hours, a share f falls on weekends or public holidays (or needs unpopular shifts or
    nights: the mean over the required hours of the share of covering shift types and starts that are unpopular). With H
    the agreed hours of all agents and p the mean paid hours of such a shift, ``f H / p`` of them are expected. They are
    shared out among the agents who may work them in proportion to their agreed hours (two shifts to a weekend), rounded
    half up, less what the ledger says.

    Parameters
    ----------
    problem, options
        The problem and its options.
    allowed
        Options that an agent may be given on a day, shape (A, D, S).
    """
    weekends, whole = weekends_of(problem.grid)
    contracts = [problem.contracts[agent.contract] for agent in problem.agents]
    n_whole = sum(whole)
    off = np.array([min(c.min_weekends_off * n_whole // 4, n_whole) for c in contracts], dtype=np.int64)
    best = np.where(allowed, options.paid_minutes[None], 0).max(axis=2, initial=0)  # (A, D)
    due = due_of(problem)
    bounds = hour_bounds(problem, due, best, off, tuple(x for x, inside in zip(weekends, whole, strict=True) if inside))
    agreed = due.inside.sum(axis=1)
    horizon = np.array([round(x) for x in agreed], dtype=np.int64)
    ledger_hours = np.array([round(hours * 60) for hours in carried(problem, "hours").tolist()], dtype=np.int64)
    overtime = np.array([round(c.overtime_hours * 60) for c in contracts], dtype=np.int64)
    owed = np.floor(sundays_due(problem) + carried(problem, "sundays") + 0.5)
    burdens = burdens_of(problem, options, allowed, agreed, weekends)
    shares = {name: burdens[name].share(carried(problem, name)) for name in BURDENS}
    return Targets(
        known=due.known,
        week_base=due.base,
        week_shifts_base=due.shifts_base,
        week_lo=bounds.week_lo,
        week_hi=bounds.week_hi,
        horizon=horizon,
        horizon_lo=bounds.horizon_lo,
        horizon_hi=bounds.normal_hi + overtime,
        time_off_below=np.maximum(bounds.normal_lo, 0),
        overtime_above=bounds.normal_hi,
        aim=np.maximum(horizon - ledger_hours, 0),
        weekends=weekends,
        whole=whole,
        weekends_off=off,
        free_sundays=np.clip(owed, 0, int((problem.grid.weekday == 6).sum())).astype(np.int64),
        can_begin=np.asarray(allowed[:, 0].any(axis=1)),
        weekend_share=shares["weekends"],
        unpopular_share=shares["unpopular"],
        night_share=shares["nights"],
        holiday_share=shares["holidays"],
        duty_share=shares["duties"],
        notes=bounds.notes,
    )


def sundays_due(problem: RosterProblem) -> float:
    """Free Sundays that the law asks for in the horizon, in proportion to its Sundays; not rounded."""
    return int((problem.grid.weekday == 6).sum()) * problem.law.free_sundays_per_year / 52


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of days in which work on Sundays and public holidays must have earned other days off.

    Attributes
    ----------
    days
        Indices of its days.
    most
        Days with a shift at most: every Sunday or holiday that is worked has another day off for it.
    sundays
        Whether it is two weeks, for Sundays; else it is up to eight weeks, for Sundays and public holidays.
    known
        Whether shifts of its first week before the horizon count (`Targets.week_shifts_base`).
    """

    days: tuple[int, ...]
    most: int
    sundays: bool
    known: bool = False


def substitute_windows(problem: RosterProblem, targets: Targets) -> tuple[Window, ...]:
    """Stretches that `law.substitute_days` looks at.

    Every two weeks in a row that lie wholly in the horizon (the first week also where its earlier days are known); and the
    horizon, cut into stretches of eight weeks, of which those shorter than four weeks are left to the next horizon.
    """
    grid = problem.grid
    weeks = [tuple(np.nonzero(grid.week == w)[0].tolist()) for w in range(int(grid.week[-1]) + 1)]
    found = []
    for w in range(len(weeks) - 1):
        first_known = w == 0 and targets.known and len(weeks[0]) < 7
        if len(weeks[w + 1]) == 7 and (len(weeks[w]) == 7 or first_known):
            found.append(Window(weeks[w] + weeks[w + 1], 12, sundays=True, known=first_known))
    for first in range(0, grid.days, 56):
        days = range(first, min(first + 56, grid.days))
        rest = sum(grid.weekday[d] == 6 or grid.dates[d] in problem.holidays for d in days)
        if len(days) >= 28:
            found.append(Window(tuple(days), len(days) - rest, sundays=False))
    return tuple(found)


def week_limit(contract: Contract, law: Law, days: Sequence[date]) -> float:
    """Paid hours that law and contract allow in a week, given its days in the horizon."""
    spans = contract.max_weekly_hours_in
    held = not spans or any(first <= day <= last for first, last in spans for day in days)
    return min(law.max_weekly_hours, contract.max_weekly_hours if contract.max_weekly_hours and held else math.inf)


def weekends_of(grid: TimeGrid) -> tuple[tuple[tuple[int, ...], ...], tuple[bool, ...]]:
    """Days of each weekend of the horizon, and whether it lies wholly inside.

    Examples
    --------
    >>> from datetime import date
    >>> weekends_of(TimeGrid(date(2027, 1, 3), 8, "UTC"))
    (((0,), (6, 7)), (False, True))
    """
    found: dict[int, list[int]] = {}
    for d in range(grid.days):
        if grid.weekday[d] >= 5:
            found.setdefault(int(grid.week[d]), []).append(d)
    groups = tuple(tuple(days) for days in found.values())
    return groups, tuple(len(days) == 2 for days in groups)


def employed(agent: Agent, problem: RosterProblem) -> BoolArray:
    """Days of the horizon on which an agent is employed, shape (D,)."""
    return np.array(
        [
            (agent.first_day is None or agent.first_day <= day) and (agent.last_day is None or day <= agent.last_day)
            for day in problem.grid.dates
        ],
        dtype=np.bool_,
    )
