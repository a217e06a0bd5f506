"""Why a need stays open in a rota: what people, days, weeks and prices allow."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from staffing.grid import BoolArray, FloatArray, IntArray
from staffing.roster.compile import make_context
from staffing.roster.cover import cover_of
from staffing.roster.fixed import allowed_options
from staffing.roster.options import Options, expand
from staffing.roster.problem import Roster, RosterProblem
from staffing.roster.shortage import Missing, Relaxation

PROVING = 15.0
"""Seconds of wall time to prove that no rota has the people there, for all misses together."""

EACH = 3.0
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
    """Fewer are there than were asked for: at the given prices the search found nothing better than the shortage."""
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
        Wall time for proofs; what is not proven in it is told as a matter of price.

    Returns
    -------
    tuple of Reason
        In the order of `cells`; the first of `Limit` that applies.
    """
    if not cells:
        return ()
    options, grid = expand(problem), problem.grid
    allowed = allowed_options(problem, options)
    serves = np.array([[q in agent.queues for q in problem.queues] for agent in problem.agents], dtype=np.bool_)
    there = np.zeros((len(problem.agents), len(grid)), dtype=np.bool_)
    edges = np.append(grid.starts, grid.starts[-1] + grid.seconds)
    on_call = np.array([kind.on_call for kind in problem.shift_types], dtype=np.bool_)
    served = allowed & ~on_call[options.type_of]
    reach = reachable(options, served, len(grid))
    for shift in roster.shifts:
        if shift.code not in problem.kinds or not problem.kinds[shift.code].on_call:
            there[shift.agent, (edges[:-1] < shift.end) & (edges[1:] > shift.start)] = True
    targets = make_context(problem, options, allowed).targets
    relaxation = Relaxation(problem, options, served, targets, cover_of(problem), wanted, whenever)
    proven = _proven(relaxation, [int(grid.day[t]) for _, t in cells], time.monotonic() + seconds)
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


def _proven(relaxation: Relaxation, days: Sequence[int], until: float) -> dict[int, Reason]:
    """For each day the smallest span around it in which every rota must leave something open, where that can be proven.

    A week is to blame only where more is missing than its days explain, the horizon where more is than its weeks explain.
    """
    week = np.asarray(relaxation.problem.grid.week)
    out: dict[int, Reason] = {}

    def prove(limit: Limit, span: IntArray, parts: Sequence[Missing]) -> Missing:
        left = until - time.monotonic()
        explained = sum(part.found for part in parts)
        if left <= 0:
            return Missing(0.0, explained)
        missing = relaxation.missing(span, min(EACH, left))
        if missing.least > explained + 1e-9:
            wanted = relaxation.hours(span)
            for d in set(days) & set(span.tolist()):
                out.setdefault(d, Reason(limit, wanted, wanted - missing.least))
        return missing

    of_day = {d: prove(Limit.DAY, np.array([d]), ()) for d in sorted(set(days))}
    of_week = {
        int(w): prove(Limit.WEEK, np.flatnonzero(week == w), [m for d, m in of_day.items() if week[d] == w])
        for w in np.unique(week[[d for d in of_day if d not in out]])
    }
    if any(d not in out for d in of_day):
        others = [m for d, m in of_day.items() if int(week[d]) not in of_week]
        prove(Limit.HORIZON, np.arange(len(week)), [*of_week.values(), *others])
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
