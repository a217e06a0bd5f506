"""Why a need stays open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import numpy as np

from staffing.grid import TimeGrid
from staffing.roster.limits import Limit, reasons
from staffing.roster.problem import Absence, Agent, Contract, Law, Prices, Roster, RosterProblem, Shift, ShiftType

GRID = TimeGrid(date(2027, 1, 4), 7, "UTC", 60)
KINDS = (ShiftType("E", time(8), 8.0), ShiftType("L", time(12), 8.0), ShiftType("S", time(8), 4.0))


def team(hours: float = 40.0, tolerance: float = 8.0, **given: object) -> RosterProblem:
    agents = tuple(Agent(name, name, "c", ("x",), (1,)) for name in ("a", "b"))
    contract = Contract(hours, week_tolerance_hours=tolerance, month_tolerance_hours=tolerance)
    need = np.full((1, len(GRID)), 5.0)
    problem = RosterProblem(GRID, ("x",), need, agents, {"c": contract}, KINDS, Law(), Prices())
    return replace(problem, **given)  # type: ignore[arg-type]


def shift(agent: int, day: int, begin: int, hours: int) -> Shift:
    start = GRID.instant(day, begin * 60)
    code = {8: {8: "E", 4: "S"}, 12: {8: "L"}}[begin][hours]
    return Shift(agent, day, code, start, start + hours * 3600, (), hours * 60)


def limit(problem: RosterProblem, shifts: list[Shift], at: int, staffed: float = 2.0) -> Limit:
    (found,) = reasons(problem, Roster(tuple(shifts)), [(0, at)], np.full((1, len(GRID)), staffed))
    assert found.have <= found.most
    return found.limit


def test_where_all_who_could_be_there_are_there_people_are_missing() -> None:
    assert limit(team(), [shift(0, 0, 8, 8), shift(1, 0, 12, 8)], 13) is Limit.PEOPLE
    away = team(absences=(Absence("b", date(2027, 1, 4), date(2027, 1, 4), "leave", False),))
    assert limit(away, [shift(0, 0, 8, 8)], 10) is Limit.PEOPLE


def test_where_all_work_as_long_as_they_may_the_day_is_full() -> None:
    assert limit(team(), [shift(0, 0, 8, 8), shift(1, 0, 12, 8)], 9) is Limit.DAY


def test_where_all_have_their_weekly_hours_the_week_is_full() -> None:
    shifts = [shift(a, d, 8, 4) for a in (0, 1) for d in range(4)]
    assert limit(team(hours=16.0, tolerance=0.0), shifts, 13) is Limit.WEEK


def test_where_people_could_be_there_the_price_speaks_against_it() -> None:
    assert limit(team(), [shift(0, 0, 8, 4)], 13) is Limit.PRICE
    assert limit(team(), [shift(0, 0, 8, 4)], 13, staffed=5.0) is Limit.NONE


def test_nothing_asked_nothing_told() -> None:
    assert reasons(team(), Roster(()), [], np.zeros((1, len(GRID)))) == ()
