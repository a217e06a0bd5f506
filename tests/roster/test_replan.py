"""Re-planning: few changes, none before the absence, locks kept, each alternative priced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from staffing.errors import InputError
from staffing.roster import costs
from staffing.roster.engine import solve
from staffing.roster.problem import Lock, Roster, RosterProblem
from staffing.roster.replan import replan, with_absences
from tests.roster.roster_cases import random_problem


@pytest.fixture(scope="module")
def published() -> tuple[RosterProblem, Roster]:
    problem = random_problem(21, agents=10, days=14, nights=False, busy=False)
    result = solve(problem, seconds=3)
    assert result.roster is not None
    return problem, result.roster


def test_alternatives_go_from_fewest_changes_to_least_cost(published: tuple[RosterProblem, Roster]) -> None:
    problem, roster = published
    ill = next(s for s in roster.shifts if s.day == 4)
    who = problem.agents[ill.agent].id
    found = replan(problem, roster, [(who, problem.grid.dates[4])], seconds=1.0)
    assert found
    assert [len(x.changes) for x in found] == sorted(len(x.changes) for x in found)
    for i, fewer in enumerate(found):  # more changes buy a cheaper rota, or one that breaks fewer rules
        for more in found[i + 1 :]:
            assert more.cost < fewer.cost or len(more.violations) < len(fewer.violations)
    legal = [x.cost for x in found if not x.violations]
    assert legal
    assert legal == sorted(legal, reverse=True)
    now = with_absences(problem, [(who, problem.grid.dates[4])])
    for x in found:
        assert (ill.agent, 4) not in {(s.agent, s.day) for s in x.roster.shifts}
        (asked,) = [c for c in x.changes if c.asked]
        assert (asked.agent, asked.day, asked.after) == (ill.agent, 4, "off")
        assert asked.before.startswith(ill.code)
        assert all(4 <= c.day <= 11 for c in x.changes)
        assert x.cost == pytest.approx(sum(costs.terms(now, x.roster).values()))
        before = {(s.agent, s.day): (s.code, s.start) for s in roster.shifts}
        after = {(s.agent, s.day): (s.code, s.start) for s in x.roster.shifts}
        cells = {(c.agent, c.day) for c in x.changes}
        assert {k for k in {*before, *after} if before.get(k) != after.get(k)} == cells
    assert found[-1].violations == ()


def test_locked_shifts_of_others_stay(published: tuple[RosterProblem, Roster]) -> None:
    problem, roster = published
    ill = next(s for s in roster.shifts if s.day == 4)
    locks = tuple(Lock(problem.agents[s.agent].id, problem.grid.dates[s.day], s.code, s.start) for s in roster.shifts)
    found = replan(
        replace(problem, locks=locks), roster, [(problem.agents[ill.agent].id, problem.grid.dates[4])], seconds=0.3
    )
    kept = {(s.agent, s.day, s.start) for s in roster.shifts} - {(ill.agent, 4, ill.start)}
    for x in found:
        assert kept <= {(s.agent, s.day, s.start) for s in x.roster.shifts}


def test_unknown_people_and_dates_are_refused_at_once(published: tuple[RosterProblem, Roster]) -> None:
    problem, roster = published
    with pytest.raises(InputError) as error:
        replan(problem, roster, [("x", problem.grid.dates[0]), ("a1", date(2030, 1, 1))])
    assert len(error.value.problems) == 2
    with pytest.raises(InputError, match="nobody"):
        replan(problem, roster, [])
