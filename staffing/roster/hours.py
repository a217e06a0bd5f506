"""The hours that each agent is due, and bounds on them that availability can keep: minutes throughout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from staffing.grid import BoolArray, FloatArray, IntArray, read_only
from staffing.roster.problem import RosterProblem
from staffing.roster.shares import carried


@dataclass(frozen=True)
class Due:
    """Hours due in each ISO week that the horizon touches.

    Attributes
    ----------
    known
        Whether the days of the first week before the horizon are known.
    base, shifts_base
        Paid minutes and shifts of the first week that were worked before the horizon, shape (A, W); 0 in later weeks.
    week
        Minutes due, the first week whole where it is known, shape (A, W).
    inside
        Minutes due on days of the horizon, shape (A, W).
    away
        Weeks wholly away, shape (A, W).
    """

    known: bool
    base: IntArray
    shifts_base: IntArray
    week: FloatArray
    inside: FloatArray
    away: BoolArray

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True)
class HourBounds:
    """Hard bounds on paid minutes.

    Attributes
    ----------
    week_lo, week_hi
        Of each week, what was worked before the horizon included, shape (A, W).
    horizon_lo
        Of the horizon, shape (A,).
    normal_lo, normal_hi
        Of the horizon without voluntary time off and without overtime, shape (A,).
    notes
        Where a lower bound gave way to availability.
    """

    week_lo: IntArray
    week_hi: IntArray
    horizon_lo: IntArray
    normal_lo: IntArray
    normal_hi: IntArray
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        read_only(self)


def due_of(problem: RosterProblem) -> Due:
    """Minutes due by week: a fifth of the weekly hours a weekday, but for credited absences and public holidays."""
    grid = problem.grid
    A, weeks = len(problem.agents), int(grid.week[-1]) + 1
    lead = int(grid.weekday[0])
    monday = grid.start - timedelta(days=lead)
    known = any(monday <= past.day < grid.start for past in problem.past)
    base, shifts_base = np.zeros((A, weeks), np.int64), np.zeros((A, weeks), np.int64)
    for past in problem.past:
        a = problem.agent_index.get(past.agent)
        if a is not None and monday <= past.day < grid.start:
            base[a, 0] += past.paid_minutes
            shifts_base[a, 0] += 1
    due, inside = np.zeros((A, weeks)), np.zeros((A, weeks))
    away = np.zeros((A, weeks), np.bool_)
    absences: dict[str, list[tuple[int, int, bool]]] = {}
    for absence in problem.absences:
        span = ((absence.first - monday).days, (absence.last - monday).days, absence.credited)
        absences.setdefault(absence.agent, []).append(span)
    for a, agent in enumerate(problem.agents):
        fifth = problem.contracts[agent.contract].weekly_hours * 12.0
        absent_days = np.zeros(weeks, np.int64)
        for i in range(weeks * 7):
            day = monday + timedelta(days=i)
            within = lead <= i < lead + grid.days
            if i % 7 >= 5 or not (within or (known and i < lead)):
                continue
            if (agent.first_day and day < agent.first_day) or (agent.last_day and day > agent.last_day):
                continue
            spans = [x for x in absences.get(agent.id, []) if x[0] <= i <= x[1]]
            absent_days[i // 7] += bool(spans)
            if day in problem.holidays or any(x[2] for x in spans):
                continue
            due[a, i // 7] += fifth
            if within:
                inside[a, i // 7] += fifth
        away[a] = absent_days == 5
    return Due(known, base, shifts_base, due, inside, away)


def hour_bounds(
    problem: RosterProblem, due: Due, best: IntArray, weekends_off: IntArray, whole: tuple[tuple[int, ...], ...]
) -> HourBounds:
    """Bounds by contract; a lower one never asks for more than availability can give.

    Parameters
    ----------
    problem, due
        The problem and what is due.
    best
        Paid minutes of the longest shift that an agent may be given on a day, shape (A, D).
    weekends_off
        Whole weekends that must stay free, shape (A,).
    whole
        Days of the weekends that lie wholly in the horizon.
    """
    A, W = due.week.shape
    days_of = [np.nonzero(problem.grid.week == w)[0] for w in range(W)]
    weekend_in = [next((x for x in whole if x[0] in days), ()) for days in days_of]
    ledger = [round(hours * 60) for hours in carried(problem, "hours").tolist()]
    lo, hi = np.zeros((A, W), np.int64), np.zeros((A, W), np.int64)
    horizon_lo, normal_lo, normal_hi = (np.zeros(A, np.int64) for _ in range(3))
    notes: list[str] = []
    for a, agent in enumerate(problem.agents):
        contract = problem.contracts[agent.contract]
        tolerance = round(contract.week_tolerance_hours * 60)
        reach, reach_free = np.zeros(W, np.int64), np.zeros(W, np.int64)
        for w, days in enumerate(days_of):
            base = int(due.base[a, w])
            most = max(contract.max_shifts_per_week - int(due.shifts_base[a, w]), 0)
            reach[w] = np.sort(best[a, days])[::-1][:most].sum()
            free = [d for d in days if not (weekends_off[a] and d in weekend_in[w])]
            reach_free[w] = np.sort(best[a, free])[::-1][:most].sum()
            target = round(due.week[a, w])
            want = min(max(target - tolerance, 0), base + max(round(due.inside[a, w]) - tolerance, 0))
            hi[a, w] = max(0 if due.away[a, w] else target + tolerance, base)
            can = int(base + min(reach_free[w], max(hi[a, w] - base, 0)))
            lo[a, w] = min(want, can)
            if want > can:
                week_of = problem.grid.dates[int(days[0])].isoformat()
                notes.append(
                    f"{agent.name}: in the week of {week_of} availability allows {can / 60:.2f} h, "
                    f"less than the {want / 60:.2f} h that the contract asks for at least; counted as {can / 60:.2f} h"
                )
        horizon = round(due.inside[a].sum())
        if contract.account_hours is None:
            normal_lo[a], normal_hi[a] = (horizon + x * round(contract.month_tolerance_hours * 60) for x in (-1, 1))
        else:
            normal_lo[a], normal_hi[a] = (horizon - ledger[a] + round(x * 60) for x in contract.account_hours)
        normal_hi[a] = max(normal_hi[a], 0)
        want = max(int(normal_lo[a]) - round(contract.time_off_hours * 60), 0)
        lost = int(weekends_off[a]) * int((reach - reach_free).max(initial=0))
        can = max(int(reach.sum()) - lost, 0)
        horizon_lo[a] = min(want, can)
        if want > can:
            notes.append(
                f"{agent.name}: availability allows {can / 60:.2f} h in the horizon, less than the {want / 60:.2f} h "
                f"that the contract asks for at least; counted as {can / 60:.2f} h"
            )
    return HourBounds(lo, hi, horizon_lo, normal_lo, normal_hi, tuple(notes))
