"""What each agent is due: hours of weeks and horizon, weekends off, fair shares."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import numpy as np
import pytest

from staffing.grid import TimeGrid
from staffing.roster.fixed import allowed_options
from staffing.roster.options import expand
from staffing.roster.problem import (
    Absence,
    Agent,
    Contract,
    Law,
    LedgerEntry,
    Lock,
    PastShift,
    Prices,
    RosterProblem,
    ShiftType,
)
from staffing.roster.targets import Targets, make_targets


def team(start: date = date(2027, 1, 1), days: int = 31) -> RosterProblem:
    """Two agents, 40 and 20 hours; January 2027 begins on a Friday and has 21 Mondays to Fridays."""
    grid = TimeGrid(start, days, "Europe/Berlin", 60)
    return RosterProblem(
        grid=grid,
        queues=("voice",),
        required=np.ones((1, len(grid))),
        agents=(Agent("a", "Anna", "full", ("voice",), (1,)), Agent("b", "Ben", "half", ("voice",), (1,))),
        contracts={"full": Contract(40.0), "half": Contract(20.0)},
        shift_types=(ShiftType("D", time(8), 8.0), ShiftType("L", time(16), 8.0, unpopular=True)),
        law=Law(),
        prices=Prices(),
    )


def due(problem: RosterProblem) -> Targets:
    options = expand(problem)
    return make_targets(problem, options, allowed_options(problem, options))


def test_a_month_is_worth_a_fifth_of_the_weekly_hours_per_weekday() -> None:
    found = due(team())
    assert (found.horizon / 60).tolist() == [168, 84]
    assert (found.horizon_lo / 60).tolist() == [160, 76]
    assert (found.horizon_hi / 60).tolist() == [176, 92]
    assert (found.week_lo[0] / 60).tolist() == [0, 32, 32, 32, 32]
    assert (found.week_hi[0] / 60).tolist() == [16, 48, 48, 48, 48]
    assert found.notes == ()


def test_credited_days_and_holidays_take_a_fifth_off() -> None:
    first = date(2027, 1, 11)
    problem = replace(
        team(),
        absences=(Absence("a", first, first + timedelta(days=1)), Absence("b", first, first, credited=False)),
        holidays=frozenset({date(2027, 1, 1), date(2027, 1, 9), first}),
    )
    found = due(problem)
    assert (found.horizon / 60).tolist() == [168 - 8 - 8 - 8, 84 - 4 - 4]
    assert found.week_hi[0, 2] / 60 == 24 + 8
    assert found.week_hi[0, 0] / 60 == 8


def test_leave_all_week_means_no_work_in_that_week() -> None:
    found = due(replace(team(), absences=(Absence("a", date(2027, 1, 11), date(2027, 1, 15)),)))
    assert found.week_lo[0, 2] == found.week_hi[0, 2] == 0


def test_the_known_past_counts_in_the_first_week() -> None:
    past = tuple(PastShift("a", date(2026, 12, 28 + i), "D", 0, 1, 600) for i in range(4))
    found = due(replace(team(), past=past))
    assert found.week_base[0].tolist() == [2400, 0, 0, 0, 0]
    assert found.week_shifts_base[0, 0] == 4
    # 40 hours are worked already: 8 more are within the tolerance, and none are asked for.
    assert found.week_lo[0, 0] == 1920
    assert found.week_hi[0, 0] == 2880
    # Ben's past is known to be empty: the whole week is due, but not more inside the horizon than if it were cut.
    assert found.week_lo[1, 0] == 0
    assert found.week_hi[1, 0] / 60 == 28


def test_too_much_in_the_past_leaves_no_room_but_no_contradiction() -> None:
    past = tuple(PastShift("a", date(2026, 12, 28 + i), "D", 0, 1, 900) for i in range(4))
    found = due(replace(team(), past=past))
    assert found.week_hi[0, 0] == 3600
    assert found.week_lo[0, 0] <= 3600


def test_a_lower_bound_gives_way_to_availability_and_says_so() -> None:
    problem = team()
    monday = ((), (), (), (), ((480, 960),), (), ())
    anna = replace(problem.agents[0], availability=monday)
    found = due(replace(problem, agents=(anna, problem.agents[1])))
    assert (found.week_lo[0] / 60).tolist() == [0, 8, 8, 8, 8]
    assert found.horizon_lo[0] / 60 == 40
    assert "Anna: in the week of 2027-01-04 availability allows 8.00 h, less than the 32.00 h" in found.notes[0]
    assert "40.00 h in the horizon, less than the 160.00 h" in found.notes[-1]


def test_weekends_that_must_stay_free_are_not_counted_on() -> None:
    problem = team()
    weekend = ((), (), (), (), (), ((0, 1440),), ((0, 1440),))
    anna = replace(problem.agents[0], availability=weekend)
    found = due(replace(problem, agents=(anna, problem.agents[1])))
    assert found.weekends_off.tolist() == [1, 1]
    assert found.week_lo[0, 1:].tolist() == [0, 0, 0, 0]
    # January 2027 has five weekends; four of them, less the free one's 16 hours.
    assert found.horizon_lo[0] / 60 == 4 * 16


def test_locked_days_off_lower_what_can_be_asked() -> None:
    days = [date(2027, 1, 4) + timedelta(days=i) for i in range(7)]
    found = due(replace(team(), locks=tuple(Lock("a", d, "off") for d in days)))
    assert found.week_lo[0, 1] == 0


def test_days_outside_employment_count_nothing() -> None:
    problem = team()
    anna = replace(problem.agents[0], first_day=date(2027, 1, 11), last_day=date(2027, 1, 24))
    found = due(replace(problem, agents=(anna, problem.agents[1])))
    assert found.horizon[0] / 60 == 80


@pytest.mark.parametrize(("days", "off"), [(7, 0), (14, 0), (31, 1), (59, 2)])
def test_weekends_off_are_due_per_four_whole_weekends(days: int, off: int) -> None:
    assert due(team(days=days)).weekends_off.tolist() == [off, off]


def test_shares_follow_contract_and_ledger() -> None:
    problem = replace(
        team(start=date(2027, 1, 4), days=28), ledger=(LedgerEntry("b", weekends=1, unpopular=-1, hours=4),)
    )
    found = due(problem)
    # 8 of 28 days are weekend: 240 h * 8/28 / 8 h / 2 = 4.29 weekends, 2.86 and 1.43 by contract.
    assert found.weekend_share.tolist() == [3, 0]
    # A third of all hours can only be late and a third only early, none else are covered: 240 h / 3 / 8 h = 10 shifts.
    assert found.unpopular_share.tolist() == [7, 4]
    assert (found.aim / 60).tolist() == [160, 76]


def test_nothing_needed_is_nothing_to_share() -> None:
    problem = team()
    found = due(replace(problem, required=problem.required * 0))
    assert found.weekend_share.tolist() == [0, 0]
    assert found.unpopular_share.tolist() == [0, 0]
