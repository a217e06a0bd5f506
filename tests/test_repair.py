"""What the promise costs is counted from the two rotas themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from staffing.repair import promise_cost
from staffing.report import gap_figures
from staffing.roster.options import expand, roster_of
from staffing.roster.problem import Roster, RosterProblem, RosterResult, RosterStatus
from staffing.simulation.model import OnDuty
from staffing.simulation.verify import Repaired, Solved
from tests.roster.roster_cases import one_agent

NONE = np.zeros((1, 1))
NOBODY = OnDuty(np.ones((1, 1), np.int8), *(np.zeros(0, np.int64) for _ in range(4)))


@pytest.fixture
def problem() -> RosterProblem:
    """One agent, a week from Monday, one queue that wants one agent from 8 to 16 on weekdays; one shift."""
    both = one_agent()
    return replace(both, shift_types=both.shift_types[:1])


def on_days(problem: RosterProblem, *days: int) -> Roster:
    choice = np.full((1, problem.grid.days), -1, np.int32)
    choice[0, list(days)] = 0
    return roster_of(problem, expand(problem), choice)


def result_of(roster: Roster | None, objective: float | None = 1.0, bound: float | None = 0.0) -> RosterResult:
    # Terms and objective are not what the rotas cost: nothing that a search says of itself is to count.
    return RosterResult(RosterStatus.FEASIBLE, roster, {"pay": 1e6}, objective, bound, 0.0, 1)


def beside(other: Roster | None) -> Repaired[RosterResult]:
    def solved(roster: Roster | None) -> Solved[RosterResult]:
        return Solved(result_of(roster), NOBODY, NONE, 0.0)

    return Repaired(solved(None), NONE, 0.0, (), None if other is None else solved(other))


def test_the_promise_costs_what_the_two_rotas_differ_by_at_the_planners_prices(problem: RosterProblem) -> None:
    four, five = on_days(problem, 0, 1, 2, 3), on_days(problem, 0, 1, 2, 3, 4)
    # Friday's shift is paid 160 and saves the three tiers of eight hours (82.5 each) but for half an agent from 12 to 13
    # ((30 + 60) / 4); half an agent too many from 16 to 17 costs 2 * 6 / 4; eight hours nearer to the agreed 40 save 4 each.
    saved = 8 * 82.5 - 22.5 - 3.0 + 8 * 4.0 - 160.0
    assert promise_cost(problem, result_of(four), beside(five)) == pytest.approx(saved)
    assert promise_cost(problem, result_of(five), beside(four)) == 0.0
    assert promise_cost(problem, result_of(five), beside(None)) == 0.0


def test_a_rota_that_breaks_a_rule_is_nothing_to_compare_with(problem: RosterProblem) -> None:
    free = replace(problem, prices=replace(problem.prices, understaffing=(0.0, 0.0, 0.0)))
    three, four = on_days(free, 0, 1, 2), on_days(free, 0, 1, 2, 3)
    five = result_of(on_days(free, 0, 1, 2, 3, 4))
    assert promise_cost(free, five, beside(four)) > 100
    assert promise_cost(free, five, beside(three)) == 0.0  # of the agreed 40 hours at least 32 are due


def test_the_gap_is_what_the_promise_costs_and_what_the_search_leaves() -> None:
    found = gap_figures(result_of(Roster(()), 1000.0, 950.0), 25.0, 40.0)
    assert found["gap_money"] == 50.0
    assert found["gap_hours"] == 2.0
    assert found["gap"] == pytest.approx(0.05)
    assert found["promise_cost"] == 40.0
    assert found["search_gap"] == pytest.approx(10.0 / 960.0)
    alone = gap_figures(result_of(Roster(()), 1000.0, 950.0), 0.0, 0.0)
    assert alone["search_gap"] == alone["gap"]
    assert alone["gap_hours"] is None
    assert set(gap_figures(result_of(None, None, 950.0), 25.0, 0.0).values()) == {None}
