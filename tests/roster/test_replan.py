"""Re-planning: few changes, none before the absence, locks kept, each alternative priced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from staffing.errors import InputError
from staffing.roster import costs
from staffing.roster.engine import solve
from staffing.roster.problem import Lock, Roster, RosterProblem
from staffing.roster.replan import Swap, replan, with_absences
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
        assert x.understaffed_hours == pytest.approx(costs.coverage(now, x.roster).understaffed_hours)
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


def test_swapped_shifts_stay_swapped_and_the_rest_follows(published: tuple[RosterProblem, Roster]) -> None:
    problem, roster = published
    shifts = {(s.agent, s.day): s for s in roster.shifts}
    day = 5
    working = [a for a in range(10) if (a, day) in shifts]
    one, other = next(
        (a, b) for a in working for b in working if shifts[a, day].start != shifts[b, day].start and a != b
    )
    swap = Swap(problem.agents[one].id, problem.agents[other].id, problem.grid.dates[day])
    for x in replan(problem, roster, swaps=[swap], seconds=0.5):
        after = {(s.agent, s.day): s for s in x.roster.shifts}
        assert (after[one, day].code, after[one, day].start) == (shifts[other, day].code, shifts[other, day].start)
        assert (after[other, day].code, after[other, day].start) == (shifts[one, day].code, shifts[one, day].start)
        assert {(c.agent, c.day) for c in x.changes if c.asked} == {(one, day), (other, day)}
        assert all(c.day >= day for c in x.changes)


def test_a_moved_need_draws_people_to_its_days(published: tuple[RosterProblem, Roster]) -> None:
    problem, roster = published
    day = 6
    required = problem.required.copy()
    required[:, problem.grid.day == day] *= 3.0
    now = replace(problem, required=required)
    found = replan(now, roster, moved=[problem.grid.dates[day]], seconds=1.0)
    assert found[0].changes == ()
    assert found[0].cost == pytest.approx(sum(costs.terms(now, roster).values()))
    assert found[-1].cost < found[0].cost
    assert found[-1].understaffed_hours < found[0].understaffed_hours
    assert all(c.day >= day and not c.asked for x in found for c in x.changes)


def test_a_swap_with_oneself_is_refused(published: tuple[RosterProblem, Roster]) -> None:
    problem, roster = published
    who = problem.agents[0].id
    with pytest.raises(InputError, match="two agents"):
        replan(problem, roster, swaps=[Swap(who, who, problem.grid.dates[0])])
