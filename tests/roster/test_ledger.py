"""The ledger: by hand on two people, and what it does to the next month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest

from staffing.grid import TimeGrid
from staffing.roster import costs
from staffing.roster.ledger import COLUMNS, ledger_table, next_ledger
from staffing.roster.options import expand, roster_of
from staffing.roster.problem import (
    Agent,
    Contract,
    Law,
    LedgerEntry,
    Prices,
    Request,
    Roster,
    RosterProblem,
    ShiftType,
)
from staffing.roster.shares import BURDENS
from tests.roster.test_rules import case

E, N = 0, 1


@pytest.fixture
def two() -> RosterProblem:
    """Anna works twice as much as Ben; four weeks from Monday, the second Wednesday is a public holiday."""
    grid = TimeGrid(date(2027, 1, 4), 28, "Europe/Berlin", 60)
    return RosterProblem(
        grid=grid,
        queues=("voice",),
        required=np.ones((1, len(grid))),
        agents=(Agent("anna", "Anna", "full", ("voice",), (1,)), Agent("ben", "Ben", "half", ("voice",), (1,))),
        contracts={"full": Contract(40.0), "half": Contract(20.0)},
        shift_types=(ShiftType("E", time(8), 6.0), ShiftType("N", time(22), 6.0, unpopular=True)),
        law=Law(),
        prices=Prices(),
        holidays=frozenset({date(2027, 1, 13)}),
    )


def rota(problem: RosterProblem, *days: dict[int, int]) -> Roster:
    choice = np.full((len(problem.agents), problem.grid.days), -1, np.int32)
    for a, row in enumerate(days):
        for d, s in row.items():
            choice[a, d] = s
    return roster_of(problem, expand(problem), choice)


def test_burdens_are_carried_over_against_the_part_of_those_really_given(two: RosterProblem) -> None:
    anna, ben = next_ledger(two, rota(two, {5: E, 9: E, 12: N, 20: N}, {6: E, 14: N, 15: E}))
    # Weekends: Anna those of days 5, 12 and 20, Ben that of day 6; two thirds of 4 are Anna's due.
    assert (anna.weekends, ben.weekends) == (pytest.approx(3 - 8 / 3, abs=1e-3), pytest.approx(1 - 4 / 3, abs=1e-3))
    # Night shifts, all unpopular: days 12 and 20, and day 14.
    assert anna.nights == anna.unpopular == pytest.approx(2 - 3 * 2 / 3)
    # The holiday of Wednesday leaves agreed hours and parts as they are in proportion.
    assert (anna.holidays, ben.holidays) == (pytest.approx(1 / 3, abs=1e-3), pytest.approx(-1 / 3, abs=1e-3))


def test_hours_and_sundays_are_balances(two: RosterProblem) -> None:
    before = (LedgerEntry("anna", hours=10.0, sundays=1.0),)
    anna, ben = next_ledger(replace(two, ledger=before), rota(two, {0: E, 6: E}, {}))
    assert anna.hours == pytest.approx(10 + 12 - (160 - 8))
    assert ben.hours == pytest.approx(-(80 - 4))
    due = 4 * 15 / 52
    assert anna.sundays == pytest.approx(1 + due - 3, abs=1e-3)
    assert ben.sundays == pytest.approx(due - 4, abs=1e-3)


def test_refused_wishes_are_carried_over_and_weigh_more_next_time(two: RosterProblem) -> None:
    wishes = (
        Request("anna", date(2027, 1, 4), "off"),
        Request("ben", date(2027, 1, 4), "off"),
        Request("ben", date(2027, 1, 5), "off", 2.0),
    )
    asked = replace(two, requests=wishes)
    anna, ben = next_ledger(asked, rota(two, {0: E}, {}))
    assert (anna.refusals, ben.refusals) == (pytest.approx(0.75), pytest.approx(-0.75))
    later = replace(asked, ledger=(LedgerEntry("anna", refusals=2.0), LedgerEntry("ben", refusals=-40.0)))
    assert costs.terms(asked, rota(two, {0: E}, {}))["requests"] == 20
    assert costs.terms(later, rota(two, {0: E}, {}))["requests"] == 30
    assert costs.terms(later, rota(two, {}, {0: E}))["requests"] == 10


def test_nights_and_holidays_above_the_share_cost(two: RosterProblem) -> None:
    priced = replace(two, prices=replace(two.prices, night=(3.0, 5.0)))
    spared = tuple(LedgerEntry(x, nights=100.0, holidays=100.0) for x in ("anna", "ben"))
    one = rota(two, {9: N, 11: N, 13: N}, {})
    found = costs.terms(replace(priced, ledger=spared), one)
    assert (found["nights"], found["holidays"]) == (3 + 3 + 5, 25)
    assert costs.terms(replace(two, ledger=spared), one)["nights"] == 0


@pytest.mark.parametrize("seed", range(4))
def test_burdens_of_a_team_add_up_to_what_they_did_before(seed: int) -> None:
    problem, _, _, roster = case(seed)
    entries = next_ledger(problem, roster)
    parted = {name for name in BURDENS if any(getattr(e, name) for e in entries)}
    assert parted
    for name in parted:
        before = sum(getattr(e, name) for e in problem.ledger)
        assert sum(getattr(e, name) for e in entries) == pytest.approx(before, abs=1e-2)


def test_the_table_says_up_to_when_it_holds(two: RosterProblem) -> None:
    table = ledger_table(two, next_ledger(two, Roster(())))
    assert tuple(table.columns) == COLUMNS
    assert set(table["until"]) == {"2027-01-31"}
    assert table["agent_name"].tolist() == ["Anna", "Ben"]
