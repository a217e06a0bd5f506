"""Why a need stays open in a rota: what people, days, weeks and prices allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from staffing.grid import BoolArray, FloatArray, IntArray
from staffing.roster.compile import make_context
from staffing.roster.fixed import allowed_options
from staffing.roster.options import Options, expand
from staffing.roster.problem import Roster, RosterProblem

FULL = 0.985
"""Share of what is possible from which on nothing more can be had."""


class Limit(StrEnum):
    """What stands in the way of more people at a queue in an interval."""

    PEOPLE = "people"
    """No more people who serve it can be there: absences, availability, shift types."""
    DAY = "day"
    """All who serve it work that day as long as their contracts and shift types allow."""
    WEEK = "week"
    """All who serve it work that week as long as their contracts allow."""
    HORIZON = "horizon"
    """All who serve it work as long as their contracts allow over the whole horizon."""
    PRICE = "price"
    """People could be there, but at the given prices that costs more than the shortage."""
    NONE = "none"
    """As many are there as were asked for."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a need stays open.

    Attributes
    ----------
    limit
        What stands in the way.
    have, most
        People who serve the queue in the interval, or their paid hours on the day, in the week or in all, and the most
        there can be.
    """

    limit: Limit
    have: float
    most: float


def reasons(
    problem: RosterProblem, roster: Roster, cells: Sequence[tuple[int, int]], staffed: FloatArray
) -> tuple[Reason, ...]:
    """Say for each cell (queue, interval) what keeps more people away.

    Parameters
    ----------
    problem, roster
        The need and the rota.
    cells
        Which to explain.
    staffed
        People at each queue, shape (Q, T).

    Returns
    -------
    tuple of Reason
        In the order of `cells`; the first of `Limit` that applies.
    """
    if not cells:
        return ()
    options, grid = expand(problem), problem.grid
    allowed = allowed_options(problem, options)
    targets = make_context(problem, options, allowed).targets
    A, W = len(problem.agents), int(grid.week[-1]) + 1
    serves = np.array([[q in agent.queues for q in problem.queues] for agent in problem.agents], dtype=np.bool_)
    there = np.zeros((A, len(grid)), dtype=np.bool_)
    worked = np.zeros((A, grid.days))
    edges = np.append(grid.starts, grid.starts[-1] + grid.seconds)
    on_call = np.array([kind.on_call for kind in problem.shift_types], dtype=np.bool_)
    reach = reachable(options, allowed & ~on_call[options.type_of], len(grid))
    for shift in roster.shifts:
        worked[shift.agent, shift.day] += shift.paid_minutes
        if shift.code in problem.kinds and problem.kinds[shift.code].on_call:
            continue
        there[shift.agent, (edges[:-1] < shift.end) & (edges[1:] > shift.start)] = True
    longest = np.where(allowed, options.paid_minutes[None], 0).max(axis=2, initial=0)
    longest = np.maximum(longest, worked)
    week: IntArray = np.asarray(grid.week, dtype=np.int64)
    weekly = np.zeros((A, W))
    np.add.at(weekly.T, week, worked.T)
    most_weekly = np.zeros((A, W))
    np.add.at(most_weekly.T, week, longest.T)
    most_weekly = np.minimum(most_weekly, targets.week_hi - targets.week_base)
    most_weekly = np.maximum(most_weekly, weekly)
    most_hours = np.maximum(np.minimum(most_weekly.sum(axis=1), targets.horizon_hi), worked.sum(axis=1))
    out = []
    for q, t in cells:
        who, day = serves[:, q], int(grid.day[t])
        have, most = int(there[who, t].sum()), int((reach | there)[who, t].sum())
        of_day = worked[who, day].sum() / 60, longest[who, day].sum() / 60
        of_week = weekly[who, week[day]].sum() / 60, most_weekly[who, week[day]].sum() / 60
        of_all = worked[who].sum() / 60, most_hours[who].sum() / 60
        if have >= most:
            out.append(Reason(Limit.PEOPLE, have, most))
        elif of_day[0] >= FULL * of_day[1]:
            out.append(Reason(Limit.DAY, *map(float, of_day)))
        elif of_week[0] >= FULL * of_week[1]:
            out.append(Reason(Limit.WEEK, *map(float, of_week)))
        elif of_all[0] >= FULL * of_all[1]:
            out.append(Reason(Limit.HORIZON, *map(float, of_all)))
        elif staffed[q, t] < problem.required[q, t] - 1e-9:
            out.append(Reason(Limit.PRICE, have, most))
        else:
            out.append(Reason(Limit.NONE, have, most))
    return tuple(out)


def reachable(options: Options, allowed: BoolArray, intervals: int) -> BoolArray:
    """Whether an allowed shift of an agent touches an interval, shape (A, T); `allowed` has the shape (A, D, S)."""
    A, D, S = allowed.shape
    out = np.zeros((A, intervals), dtype=np.bool_)
    for d in range(D):
        for s in np.flatnonzero(allowed[:, d].any(axis=0)).tolist():
            first, length = int(options.first[d, s]), int(options.length[d, s])
            out[np.ix_(allowed[:, d, s], np.arange(first, first + length))] = True
    return out
