"""Why a need stays open in a rota: what people, days, weeks and prices allow."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from staffing.grid import BoolArray, FloatArray, IntArray
from staffing.roster.compile import make_context
from staffing.roster.cover import UNITS, cover_of
from staffing.roster.fixed import allowed_options
from staffing.roster.options import Options, expand
from staffing.roster.problem import Roster, RosterProblem
from staffing.roster.shortage import Relaxation

PROVING = 10.0
"""Seconds of wall time to prove that no rota has the people there, for all misses together."""

EACH = 2.5
"""Seconds for one day, week or horizon at most."""


class Limit(StrEnum):
    """What stands in the way of more people at a queue in an interval."""

    PEOPLE = "people"
    """No more people who serve it can be there: absences, availability, shift types."""
    DAY = "day"
    """No rota has the people there that all intervals of that day take together (proven)."""
    WEEK = "week"
    """The same of the intervals of that week, for the hours that contracts allow in it (proven)."""
    HORIZON = "horizon"
    """The same of all intervals, for the hours that contracts allow in all (proven)."""
    PRICE = "price"
    """Fewer are there than were asked for: the search found nothing better, even where missing people were made dearer."""
    NONE = "none"
    """As many are there as were asked for."""

    @property
    def proven(self) -> bool:
        """Whether it says that no rota keeps all that is promised, and not only that none was found."""
        return self in (Limit.PEOPLE, Limit.DAY, Limit.WEEK, Limit.HORIZON)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a need stays open.

    Attributes
    ----------
    limit
        What stands in the way.
    have, most
        People who serve the queue in the interval, and the most there can be; of a day, a week or all: agent-hours wanted on it,
        and the most that any rota covers.
    """

    limit: Limit
    have: float
    most: float


def reasons(
    problem: RosterProblem,
    roster: Roster,
    cells: Sequence[tuple[int, int]],
    staffed: FloatArray,
    wanted: FloatArray,
    whenever: BoolArray,
    seconds: float = PROVING,
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
    wanted
        People at each queue that it would take to mend these cells and to leave the others as good as they are, shape (Q, T); 0
        where nothing is promised.
    whenever
        Queues whose work may be done at any time of its day, shape (Q,).
    seconds
        Wall time for proofs; what is not proven in it is not called impossible.

    Returns
    -------
    tuple of Reason
        In the order of `cells`; the first of `Limit` that applies.
    """
    if not cells:
        return ()
    grid = problem.grid
    relaxation = relaxation_of(problem, wanted, whenever)
    serves = np.array([[q in agent.queues for q in problem.queues] for agent in problem.agents], dtype=np.bool_)
    there = np.zeros((len(problem.agents), len(grid)), dtype=np.bool_)
    edges = np.append(grid.starts, grid.starts[-1] + grid.seconds)
    reach = reachable(relaxation.options, relaxation.allowed, len(grid))
    for shift in roster.shifts:
        if shift.code not in problem.kinds or not problem.kinds[shift.code].on_call:
            there[shift.agent, (edges[:-1] < shift.end) & (edges[1:] > shift.start)] = True
    proven = _proven(relaxation, staffed, [int(grid.day[t]) for _, t in cells], time.monotonic() + seconds)
    out = []
    for q, t in cells:
        who = serves[:, q]
        have, most = int(there[who, t].sum()), int((reach | there)[who, t].sum())
        if have >= most:
            out.append(Reason(Limit.PEOPLE, have, most))
        elif int(grid.day[t]) in proven:
            out.append(proven[int(grid.day[t])])
        elif staffed[q, t] < problem.required[q, t] - 1e-9:
            out.append(Reason(Limit.PRICE, have, most))
        else:
            out.append(Reason(Limit.NONE, have, most))
    return tuple(out)


def relaxation_of(problem: RosterProblem, wanted: FloatArray, whenever: BoolArray) -> Relaxation:
    """What can be known of every rota for people `wanted` at each queue, shape (Q, T); on-call duty serves nobody."""
    options = expand(problem)
    allowed = allowed_options(problem, options)
    on_call = np.array([kind.on_call for kind in problem.shift_types], dtype=np.bool_)
    targets = make_context(problem, options, allowed).targets
    served = allowed & ~on_call[options.type_of]
    return Relaxation(problem, options, served, targets, cover_of(problem), wanted, whenever)


def impossible_days(relaxation: Relaxation, late: FloatArray, seconds: float) -> BoolArray:
    """Intervals whose day no rota can cover, as far as `seconds` suffice to prove it, shape (T,).

    Parameters
    ----------
    relaxation
        With the people wanted.
    late
        What each interval lacks, shape (T,); days that lack most are looked at first, those that lack nothing not at all.
    seconds
        Wall time.
    """
    grid, until = relaxation.problem.grid, time.monotonic() + seconds
    by_day = np.bincount(grid.day, weights=late, minlength=grid.days)
    out = np.zeros(len(grid), dtype=np.bool_)
    for d in np.argsort(-by_day, kind="stable").tolist():
        left = until - time.monotonic()
        if by_day[d] <= 0 or left <= 0:
            break
        if relaxation.impossible(np.array([d]), left):
            out |= grid.day == d
    return out


def _proven(relaxation: Relaxation, staffed: FloatArray, days: Sequence[int], until: float) -> dict[int, Reason]:
    """For each day the smallest span around it in which every rota must leave something open, where that can be proven.

    First each day by itself, those with most cells before the others; of days that are proven no more is wanted from then on than
    they have. Then each week with days that are not, then the horizon.
    """
    week = np.asarray(relaxation.problem.grid.week)
    out: dict[int, Reason] = {}

    def prove(limit: Limit, span: IntArray) -> None:
        left = until - time.monotonic()
        concerned = set(days) & set(span.tolist()) - set(out)
        if left <= 0 or not concerned:
            return
        proven = np.isin(relaxation.problem.grid.day, list(out))
        wanted = np.where(proven, np.minimum(relaxation.wanted, staffed), relaxation.wanted)
        now = replace(relaxation, wanted=wanted)
        if not now.impossible(span, min(EACH, left)):
            return
        # How much is missing takes longer to prove than that something is: a quarter of an agent for an interval at least.
        least = relaxation.problem.grid.hours / UNITS
        left = until - time.monotonic()
        if left > 0:
            least = max(least, now.missing(span, min(EACH, left)).least)
        hours = now.hours(span)
        out.update(dict.fromkeys(concerned, Reason(limit, hours, hours - least)))

    for d, _ in Counter(days).most_common():
        prove(Limit.DAY, np.array([d]))
    for w in np.unique(week[list(days)]):
        prove(Limit.WEEK, np.flatnonzero(week == w))
    prove(Limit.HORIZON, np.arange(len(week)))
    return out


def reachable(options: Options, allowed: BoolArray, intervals: int) -> BoolArray:
    """Whether an allowed shift of an agent touches an interval, shape (A, T); `allowed` has the shape (A, D, S)."""
    A, D, S = allowed.shape
    out = np.zeros((A, intervals), dtype=np.bool_)
    for d in range(D):
        for s in np.flatnonzero(allowed[:, d].any(axis=0)).tolist():
            first, length = int(options.first[d, s]), int(options.length[d, s])
            out[np.ix_(allowed[:, d, s], np.arange(first, first + length))] = True
    return out
