"""Why a need stays open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import numpy as np

from staffing.grid import TimeGrid
from staffing.roster import costs
from staffing.roster.limits import Limit, impossible_days, reasons, relaxation_of
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


def limit(
    problem: RosterProblem, shifts: list[Shift], at: int, wanted: dict[int, float], seconds: float = 10.0
) -> Limit:
    """Of the one cell at interval `at`, with people wanted in some intervals."""
    line = np.zeros((1, len(GRID)))
    line[0, list(wanted)] = list(wanted.values())
    roster = Roster(tuple(shifts))
    staffed = costs.coverage(problem, roster).staffed
    (found,) = reasons(problem, roster, [(0, at)], staffed, line, np.zeros(1, np.bool_), seconds)
    assert found.have <= found.most or found.limit in (Limit.DAY, Limit.WEEK, Limit.HORIZON)
    return found.limit


def test_where_all_who_could_be_there_are_there_people_are_missing() -> None:
    both = [shift(0, 0, 8, 8), shift(1, 0, 12, 8)]
    assert limit(team(), both, 13, {13: 2.25}) is Limit.PEOPLE
    away = team(absences=(Absence("b", date(2027, 1, 4), date(2027, 1, 4), "leave", False),))
    assert limit(away, [shift(0, 0, 8, 8)], 10, {10: 1.25}) is Limit.PEOPLE


def test_where_no_rota_has_the_people_there_that_a_day_takes_it_is_the_day() -> None:
    both = [shift(0, 0, 8, 8), shift(1, 0, 12, 8)]
    # One of the two must come early and one late, so both can be there only from 12 to 16 o'clock.
    assert limit(team(), both, 9, {9: 1.25, 17: 1.0}) is Limit.DAY
    assert limit(team(), both, 9, {9: 1.25}) is Limit.PRICE


def test_where_the_hours_of_a_week_do_not_suffice_it_is_the_week() -> None:
    shifts = [shift(a, d, 8, 4) for a in (0, 1) for d in range(4)]
    short = team(hours=16.0, tolerance=0.0)
    every = {24 * d + 9: 2.0 for d in range(4)}
    assert limit(short, shifts, 24 * 4 + 9, {**every, 24 * 4 + 9: 0.25}) is Limit.WEEK
    longer = team(hours=20.0, tolerance=0.0)
    assert limit(longer, shifts, 24 * 4 + 9, {**every, 24 * 4 + 9: 0.25}) is Limit.PRICE


def test_without_time_for_a_proof_nothing_is_called_impossible() -> None:
    both = [shift(0, 0, 8, 8), shift(1, 0, 12, 8)]
    assert limit(team(), both, 9, {9: 1.25, 17: 1.0}, seconds=0.0) is Limit.PRICE


def test_where_as_many_are_there_as_were_asked_for_that_is_told() -> None:
    content = replace(team(), required=np.ones((1, len(GRID))))
    assert limit(content, [shift(0, 0, 8, 8)], 10, {10: 1.25}) is Limit.NONE


def test_nothing_asked_nothing_told() -> None:
    assert reasons(team(), Roster(()), [], np.zeros((1, 0)), np.zeros((1, 0)), np.zeros(1, np.bool_)) == ()


def test_days_that_no_rota_covers_are_found_where_something_is_missing() -> None:
    line = np.zeros((1, len(GRID)))
    line[0, [9, 24 + 9, 48 + 9]], line[0, [17, 24 + 17, 48 + 17]] = [1.25, 1.25, 1.0], [1.0, 1.0, 1.0]
    relaxation = relaxation_of(team(), line, np.zeros(1, np.bool_))
    late = np.zeros(len(GRID))
    late[[9, 48 + 9]] = [1.0, 2.0]
    # The second day is as short as the first, but nobody asks about it; the third has enough.
    assert np.flatnonzero(impossible_days(relaxation, late, 10.0)).tolist() == list(range(24))
    assert not impossible_days(relaxation, late, 0.0).any()


def test_of_a_day_that_is_proven_no_more_is_wanted_when_the_others_are_looked_at() -> None:
    line = np.zeros((1, len(GRID)))
    line[0, [9, 17, 24 + 9]] = [1.25, 1.0, 1.25]
    roster = Roster((shift(0, 0, 8, 8), shift(1, 0, 12, 8), shift(0, 1, 8, 8)))
    staffed = costs.coverage(team(), roster).staffed
    cells = [(0, 9), (0, 24 + 9)]
    found = reasons(team(), roster, cells, staffed, line, np.zeros(1, np.bool_))
    assert [r.limit for r in found] == [Limit.DAY, Limit.PRICE]
    assert (found[0].have, found[0].most) == (2.25, 2.0)
    assert [r.limit.proven for r in found] == [True, False]
