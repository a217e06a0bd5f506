"""Costs: by hand on one agent, and equal to the primitives' on any assignment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from staffing.roster import costs
from staffing.roster.compile import compile_program
from staffing.roster.evaluate import cost
from staffing.roster.options import expand, roster_of
from staffing.roster.problem import (
    Absence,
    LedgerEntry,
    Lock,
    Request,
    Roster,
    RosterProblem,
)
from tests.roster.roster_cases import one_agent
from tests.roster.test_rules import case


@pytest.mark.parametrize("seed", range(20))
def test_terms_add_up_to_the_primitives_cost_on_any_assignment(seed: int) -> None:
    problem, options, choice, roster = case(seed)
    program = compile_program(problem, options, whole=True)
    assert sum(costs.terms_in_cents(problem, roster).values()) == cost(program, choice)
    assert sum(costs.terms(problem, roster).values()) == pytest.approx(cost(program, choice) / 100)


@pytest.fixture
def one() -> RosterProblem:
    """One agent, a week from Monday, one queue that wants one agent from 8 to 16 on weekdays."""
    return one_agent()


def rota(problem: RosterProblem, shifts: dict[int, int]) -> Roster:
    choice = np.full((1, problem.grid.days), -1, np.int32)
    for d, s in shifts.items():
        choice[0, d] = s
    return roster_of(problem, expand(problem), choice)


def test_nobody_at_work_misses_everything_in_three_tiers(one: RosterProblem) -> None:
    found = costs.terms(one, Roster(()))
    # Each of 40 hours misses 4 quarters: a first tier of ceil(0.4) = 1, a second of 1, and 2: (30 + 60 + 2 * 120) / 4.
    assert found["understaffing"] == pytest.approx(40 * 82.5)
    assert found["pay"] == 0
    assert found["hours_deviation"] == pytest.approx(40 * 4.0)
    cover = costs.coverage(one, Roster(()))
    assert cover.understaffed_hours == 40
    assert cover.overstaffed_hours == 0


def test_one_early_shift_covers_its_hours_but_for_the_break(one: RosterProblem) -> None:
    roster = rota(one, {0: 0})
    found = costs.terms(one, roster)
    assert found["pay"] == 160
    # Monday misses half an agent from 12 to 13 (one quarter in each of two tiers) and has half a surplus from 16 to 17.
    assert found["understaffing"] == pytest.approx(32 * 82.5 + (30 + 60) / 4)
    assert found["overstaffing"] == pytest.approx(2 * 6 / 4)
    cover = costs.coverage(one, roster)
    assert cover.understaffed_hours == pytest.approx(32.5)
    assert cover.overstaffed_hours == pytest.approx(0.5)
    assert cover.on_duty.sum() == pytest.approx(8.0)
    assert costs.paid_hours(roster) == 8


def test_refused_requests_cost_their_weight(one: RosterProblem) -> None:
    day = one.grid.dates
    wishes = (
        Request("anna", day[0], "off", 2.0),
        Request("anna", day[1], "work"),
        Request("anna", day[2], "L"),
        Request("anna", day[3], "E"),
        Request("anna", date(2028, 1, 1), "off"),
    )
    found = costs.terms(replace(one, requests=wishes), rota(one, {0: 0, 2: 0, 3: 0}))
    assert found["requests"] == pytest.approx(20 * (2 + 1 + 1))


def test_weekends_and_unpopular_shifts_cost_above_the_share(one: RosterProblem) -> None:
    # Weekend demand is 0, so the share of weekends is 0; the ledger shifts the share of unpopular shifts.
    assert costs.terms(one, rota(one, {5: 0, 6: 0}))["weekends"] == 25
    share = int(costs.fairness(one, Roster(())).unpopular_share[0])
    # Early covers 8 to 17, late 12 to 20: half of what covers 12 to 16 is unpopular: 4 of 8 hours, half of them; 8 h each.
    assert share == round(0.25 * 40 / 8)
    spared = replace(one, ledger=(LedgerEntry("anna", unpopular=float(share)),))
    assert costs.terms(spared, rota(one, {0: 1, 1: 1, 2: 1}))["unpopular"] == 12 + 12 + 36
    assert costs.terms(spared, rota(one, {0: 0}))["unpopular"] == 0


def test_hours_deviate_from_the_aim_less_the_ledger(one: RosterProblem) -> None:
    spared = replace(one, ledger=(LedgerEntry("anna", hours=8.0),))
    roster = rota(one, {0: 0, 1: 0, 2: 0, 3: 0})
    assert costs.terms(one, roster)["hours_deviation"] == pytest.approx(32.0)
    assert costs.terms(spared, roster)["hours_deviation"] == 0
    told = costs.fairness(spared, roster)
    assert told.hours.tolist() == [32.0]
    assert told.aim_hours.tolist() == [32.0]


def test_a_hand_edited_shift_outside_the_horizon_counts_only_inside(one: RosterProblem) -> None:
    roster = rota(one, {6: 1})
    late = replace(
        roster.shifts[0], start=roster.shifts[0].start + 8 * 3600, end=roster.shifts[0].end + 8 * 3600, breaks=()
    )
    assert costs.coverage(one, Roster((late,))).on_duty.sum() == 4


def test_a_day_unlike_the_published_rota_is_a_change(one: RosterProblem) -> None:
    monday, tuesday, wednesday = one.grid.dates[:3]
    published = tuple(Lock("anna", day, "E", one.grid.instant(d, 480)) for d, day in enumerate((monday, tuesday)))
    problem = replace(one, published=published, prices=replace(one.prices, change=10.0))
    assert costs.terms(problem, rota(one, {0: 0, 1: 0}))["stability"] == 0
    assert costs.terms(problem, rota(one, {0: 1, 2: 0}))["stability"] == 30  # another shift, a day off, a new day
    away = replace(problem, absences=(Absence("anna", tuesday, wednesday),))
    assert costs.terms(away, rota(one, {0: 1}))["stability"] == 10
    assert costs.terms(one, rota(one, {0: 1}))["stability"] == 0
