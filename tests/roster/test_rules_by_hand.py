"""Rules about rest, rows of days, Sundays, rotations and on-call duty, worked out by hand on one agent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from staffing.grid import TimeGrid
from staffing.roster import costs, rules
from staffing.roster.engine import solve
from staffing.roster.options import expand, roster_of
from staffing.roster.problem import (
    Absence,
    Agent,
    Break,
    Contract,
    Law,
    LedgerEntry,
    Lock,
    PastShift,
    Prices,
    Roster,
    RosterProblem,
    RosterStatus,
    Rotation,
    ShiftType,
)
from staffing.roster.rules.rests import night_minutes

ZONE = ZoneInfo("Europe/Berlin")
KINDS = (
    ShiftType("E", time(6), 8.5, breaks=(Break(30, 4, 4),)),
    ShiftType("L", time(15, 30), 8.5, breaks=(Break(30, 4, 4),)),
    ShiftType("N", time(22), 8.5, breaks=(Break(30, 4, 4),), pay_factor=1.25),
    ShiftType("C", time(8), 12.0, on_call=True, hours_factor=0.25),
)
MONDAY = date(2027, 2, 1)
FREE = Contract(
    40.0, 20.0, week_tolerance_hours=60.0, month_tolerance_hours=300.0, max_shifts_per_week=7, min_weekends_off=0
)
LAX = Law(max_weekly_hours=90.0, free_sundays_per_year=0, substitute_days=False, max_consecutive_days=14)


def problem_of(days: int = 14, start: date = MONDAY, contract: Contract = FREE, law: Law = LAX) -> RosterProblem:
    grid = TimeGrid(start, days, "Europe/Berlin", 60)
    return RosterProblem(
        grid=grid,
        queues=("voice",),
        required=np.zeros((1, len(grid))),
        agents=(Agent("anna", "Anna", "c", ("voice",), (1,)),),
        contracts={"c": replace(contract, max_consecutive_days=min(contract.max_consecutive_days, 14))},
        shift_types=KINDS,
        law=law,
        prices=Prices(),
    )


def rota(problem: RosterProblem, line: str) -> Roster:
    """A rota from one letter per day; any other sign is a day off."""
    codes = [kind.code for kind in problem.shift_types]
    options = expand(problem)
    choice = np.full((1, problem.grid.days), -1, np.int32)
    for d, code in enumerate(line):
        if code in codes:
            choice[0, d] = int(np.nonzero(options.type_of == codes.index(code))[0][0])
    return roster_of(problem, options, choice)


def found(problem: RosterProblem, line: str, rule: str) -> list[tuple[int, Mapping[str, object]]]:
    return [(v.day, dict(v.values)) for v in rules.audit(problem, rota(problem, line)) if v.rule == rule]


def before(problem: RosterProblem, line: str) -> RosterProblem:
    """The problem after some days; the last letter is the day before the horizon."""
    past = []
    for back, code in enumerate(reversed(line), start=1):
        kind = next((k for k in KINDS if k.code == code), None)
        if kind is not None:
            day = problem.grid.start - timedelta(days=back)
            begin = datetime.combine(day, kind.start, ZONE)
            end = begin + timedelta(hours=kind.hours)
            past.append(PastShift("anna", day, code, int(begin.timestamp()), int(end.timestamp()), 480))
    return replace(problem, past=tuple(past))


def test_a_single_day_off_after_late_and_before_early_is_too_short_a_rest() -> None:
    problem = problem_of()
    # Late ends at 24:00 on the first day, early starts at 6:00 on the third: 30 hours.
    assert [(d, v["hours"], v["least"]) for d, v in found(problem, "L-E", "weekly_rest")] == [(2, 30.0, 35.0)]
    assert not found(problem, "L-L", "weekly_rest")
    assert not found(problem, "L--E", "weekly_rest")
    assert not found(replace(problem, law=replace(LAX, weekly_rest_hours=0.0)), "L-E", "weekly_rest")
    # A night ends on the "day off" itself: from 6:30 to 15:30 a day later are 33 hours.
    assert [d for d, _ in found(problem, "N-L", "weekly_rest")] == [2]
    assert not found(problem, "N-N", "weekly_rest")


def test_what_stood_before_the_horizon_counts_for_the_rest_around_a_day_off() -> None:
    assert [d for d, _ in found(before(problem_of(), "L-"), "E", "weekly_rest")] == [0]
    assert [d for d, _ in found(before(problem_of(), "L"), "-E", "weekly_rest")] == [1]
    assert not found(before(problem_of(), "L--"), "E", "weekly_rest")


def test_the_clock_change_takes_an_hour_from_the_rest() -> None:
    spring = problem_of(start=date(2027, 3, 27), law=replace(LAX, weekly_rest_hours=37.5))  # Sunday has 23 hours
    assert [v["hours"] for _, v in found(spring, "E-E", "weekly_rest")] == []  # 14:30 to 6:00: 38.5 h
    stricter = replace(spring, law=replace(LAX, weekly_rest_hours=39.0))
    assert [v["hours"] for _, v in found(stricter, "E-E", "weekly_rest")] == [38.5]


def test_a_week_without_a_day_off_is_named() -> None:
    assert [d for d, _ in found(problem_of(), "EEEEEEE", "weekly_rest")] == [0]
    assert not found(problem_of(), "EEEEEE-EEEEEE", "weekly_rest")
    friday = before(problem_of(start=date(2027, 2, 5)), "EEEE")
    assert [d for d, _ in found(friday, "EEE", "weekly_rest")] == [0]


def test_days_of_work_and_days_off_come_in_blocks() -> None:
    contract = replace(FREE, min_consecutive_days=3, min_consecutive_days_off=2)
    problem = problem_of(contract=contract)
    assert not found(problem, "EEE--EEEE--EEE", "min_consecutive_days")
    assert not found(problem, "EEE--EEEE--EEE", "min_consecutive_days_off")
    assert [(d, v["n"]) for d, v in found(problem, "--EE--EEE---EE", "min_consecutive_days")] == [(2, 2)]
    assert [(d, v["n"]) for d, v in found(problem, "EEE-EEEE--E--E", "min_consecutive_days_off")] == [(3, 1)]
    # Cut by the ends of the horizon; but where the past is known, its days count.
    assert not found(problem, "E--EEE--EEE--E", "min_consecutive_days")
    assert [(d, v["n"]) for d, v in found(before(problem, "E"), "E-------------", "min_consecutive_days")] == [(0, 2)]
    assert not found(before(problem, "EE"), "E-------------", "min_consecutive_days")
    assert [d for d, _ in found(before(problem, "E-"), "EEE--EEE--EEE", "min_consecutive_days_off")] == [0]
    # A row that leave cuts before the first day cannot be helped.
    leave = replace(before(problem, "E"), absences=(Absence("anna", MONDAY, MONDAY + timedelta(days=1)),))
    assert not found(leave, "--EEE", "min_consecutive_days")


def test_nights_in_a_row_are_counted_with_those_before() -> None:
    problem = problem_of(contract=replace(FREE, max_consecutive_nights=3))
    assert not found(problem, "NNN-NNN", "max_consecutive_nights")
    assert [(d, v["n"]) for d, v in found(problem, "NNNN", "max_consecutive_nights")] == [(3, 4)]
    assert not found(problem, "EENNNLL", "max_consecutive_nights")
    assert [(d, v["n"]) for d, v in found(before(problem, "NN"), "NN", "max_consecutive_nights")] == [(1, 4)]


def test_the_night_is_from_23_to_6_and_more_than_two_hours_count() -> None:
    law = Law()
    assert night_minutes(law, 22 * 60, 30 * 60) == 420
    assert night_minutes(law, 4 * 60, 12 * 60) == 120
    assert night_minutes(replace(law, night_start=time(0), night_end=time(5)), 22 * 60, 28 * 60) == 240


def test_forbidden_successions_of_contract_and_law() -> None:
    problem = problem_of(
        contract=replace(FREE, forbidden_successions=(("E", "N"),)),
        law=replace(LAX, forbidden_successions=(("L", "L"),)),
    )
    assert [(d, v["before"]) for d, v in found(problem, "EN", "forbidden_successions")] == [(1, "E")]
    assert [d for d, _ in found(problem, "LLL", "forbidden_successions")] == [1, 2]
    assert not found(problem, "E-N", "forbidden_successions")
    assert [d for d, _ in found(before(problem, "E"), "N", "forbidden_successions")] == [0]


def test_starts_move_by_so_much_from_day_to_day() -> None:
    problem = problem_of(contract=replace(FREE, max_start_change_hours=6.5))
    assert [(d, v["hours"]) for d, v in found(problem, "EL", "steady_starts")] == [(1, 9.5)]
    assert not found(problem, "LN", "steady_starts")
    assert not found(problem, "E-L", "steady_starts")
    assert [d for d, _ in found(before(problem, "E"), "L", "steady_starts")] == [0]


def test_starts_of_a_week_lie_close_together_whatever_lies_between() -> None:
    problem = problem_of(contract=replace(FREE, max_start_spread_hours=6.5))
    assert [(d, v["hours"]) for d, v in found(problem, "E---L", "week_starts")] == [(0, 9.5)]
    assert not found(problem, "L---N", "week_starts")
    assert not found(problem, "E------L", "week_starts")  # another week
    thursday = problem_of(start=date(2027, 2, 4), contract=replace(FREE, max_start_spread_hours=6.5))
    assert [d for d, _ in found(before(thursday, "E"), "-L", "week_starts")] == [1]
    assert not found(before(problem, "E"), "L", "week_starts")


def test_free_sundays_are_asked_for_in_proportion_and_with_the_ledger() -> None:
    law = replace(LAX, free_sundays_per_year=15.0)
    problem = problem_of(days=28, law=law)  # 4 Sundays * 15 / 52 = 1.15
    sundays = [6, 13, 20, 27]
    line = "".join("E" if d in sundays else "-" for d in range(28))
    assert [v for _, v in found(problem, line, "free_sundays")] == [{"n": 0, "least": 1}]
    owed = replace(problem, ledger=(LedgerEntry("anna", sundays=1.0),))
    assert [v["least"] for _, v in found(owed, line, "free_sundays")] == [2]
    assert not found(problem, line.replace("E", "-", 1), "free_sundays")


def test_sundays_and_holidays_earn_other_days_off() -> None:
    law = replace(LAX, substitute_days=True)
    assert not found(problem_of(law=law), "EEEEEE-EEEEEE-", "substitute_days")
    assert [v["n"] for _, v in found(problem_of(law=law), "EEEEEEEEEEEEE-", "substitute_days")] == [13]
    month = replace(problem_of(days=28, law=law), holidays=frozenset({date(2027, 2, 10)}))
    weeks = "EEEEEE-" * 4  # 24 days; 28 days less 4 Sundays less a holiday are 23
    assert [v["most"] for _, v in found(month, weeks, "substitute_days")] == [23]
    assert not found(month, "EEEEE--" + "EEEEEE-" * 3, "substitute_days")


def test_a_rotation_says_what_is_worked_but_for_absences_locks_and_holidays() -> None:
    turn = Rotation(("E E L L N - -", "* E/L E? - - - -"), MONDAY)
    problem = problem_of()
    anna = replace(problem.agents[0], rotation="turn")
    problem = replace(problem, agents=(anna,), rotations={"turn": turn})
    assert not found(problem, "EELLN--NLE----", "rotation")
    assert not found(problem, "EELLN---L-----", "rotation")
    assert [(d, v["cell"]) for d, v in found(problem, "LELL-E-E-N----", "rotation")] == [
        (0, "E"), (4, "N"), (5, "-"), (8, "E/L"), (9, "E?"),
    ]  # fmt: skip
    later = replace(problem, agents=(replace(anna, rotation_week=2),))
    assert not found(later, "NLE----EELLN--", "rotation")
    away = replace(
        problem,
        absences=(Absence("anna", MONDAY, MONDAY),),
        locks=(Lock("anna", date(2027, 2, 2), "N"),),
        holidays=frozenset({date(2027, 2, 4)}),
    )
    assert not found(away, "-NL-N---L-----", "rotation")
    result = solve(problem, seconds=5)
    assert result.status is RosterStatus.OPTIMAL
    assert result.roster is not None
    assert not rules.audit(problem, result.roster)
    assert [s.code for s in result.roster.shifts][:5] == ["E", "E", "L", "L", "N"]


def test_on_call_duty_rests_and_pays_but_serves_nobody() -> None:
    problem = problem_of()
    need = np.ones((1, len(problem.grid)))
    problem = replace(problem, required=need, contracts={"c": replace(FREE, max_consecutive_nights=1)})
    roster = rota(problem, "C-N")
    call, night = roster.shifts
    assert call.paid_minutes == 180
    assert costs.coverage(problem, roster).on_duty[:, :24].sum() == 0
    assert costs.terms(problem, roster)["pay"] == pytest.approx(3 * 20 + 8 * 20 * 1.25)
    assert costs.paid_hours(roster) == 11
    assert [d for d, _ in found(problem, "LC", "min_rest")] == [1]
    assert not found(problem, "C", "legal_breaks")
    assert night.paid_minutes == 480


def test_students_work_at_most_their_hours_in_term() -> None:
    contract = replace(FREE, max_weekly_hours=20.0, max_weekly_hours_in=((MONDAY, date(2027, 2, 3)),))
    problem = problem_of(contract=contract)
    assert [(d, v["most"]) for d, v in found(problem, "EEE----EEE----", "max_weekly_hours")] == [(0, 20.0)]
    always = replace(problem, contracts={"c": replace(contract, max_weekly_hours_in=())})
    assert [d for d, _ in found(always, "EEE----EEE----", "max_weekly_hours")] == [0, 7]


def test_an_hours_account_replaces_the_tolerance() -> None:
    contract = replace(FREE, month_tolerance_hours=0.0, account_hours=(-40.0, 10.0))
    problem = problem_of(contract=contract)  # 80 hours agreed
    fifteen = replace(problem, ledger=(LedgerEntry("anna", hours=15.0),))
    assert [v for _, v in found(problem, "E" * 4, "horizon_hours")] == [{"hours": 32.0, "low": 40.0, "high": 90.0}]
    assert not found(problem, "E" * 5, "horizon_hours")
    assert not found(fifteen, "E" * 4, "horizon_hours")  # 25 to 75 hours
    assert [v["high"] for _, v in found(fifteen, "EEEEEE-EEEE", "horizon_hours")] == [75.0]


def test_overtime_and_time_off_are_bought_beyond_the_tolerance() -> None:
    contract = replace(
        FREE,
        month_tolerance_hours=8.0,
        overtime_hours=16.0,
        overtime_factor=1.5,
        time_off_hours=8.0,
        time_off_price=7.0,
    )
    problem = problem_of(contract=contract)  # 80 hours agreed, 72 to 88 are ordinary
    more, fewer = rota(problem, "EEEEEE-EEEEEE"), rota(problem, "EEEE---EEEE")
    assert costs.terms(problem, more)["overtime"] == pytest.approx(8 * 20 * 0.5)
    assert costs.terms(problem, fewer)["time_off"] == pytest.approx(8 * 7.0)
    assert not found(problem, "EEEEEE-EEEEEE", "horizon_hours")
    assert not found(problem, "EEEE---EEEE", "horizon_hours")
    assert [v["low"] for _, v in found(problem, "EEEE---EEE", "horizon_hours")] == [64.0]
