"""Training, meetings and coaching: placed where they hurt least, told everywhere."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest

from staffing.errors import InputError
from staffing.grid import TimeGrid
from staffing.roster import costs, rules
from staffing.roster.activities import Relaxed, place_activities, with_activities
from staffing.roster.engine import solve
from staffing.roster.options import expand, roster_of
from staffing.roster.problem import (
    Activity,
    Agent,
    Break,
    Contract,
    Law,
    Prices,
    Roster,
    RosterProblem,
    RosterStatus,
    ShiftType,
)
from staffing.roster.rota import read_rota, rota_table
from staffing.roster.team import read_team
from tests.roster.roster_cases import random_problem

MONDAY = date(2027, 2, 1)
EARLY = ShiftType("E", time(8), 8.5, breaks=(Break(30, 4, 4),))


def team(need: np.ndarray, *, agents: int = 2, activities: tuple[Activity, ...] = ()) -> tuple[RosterProblem, Roster]:
    """Some agents who all work 8:00 to 16:30 on two days; `need` by hour of both days."""
    grid = TimeGrid(MONDAY, 2, "Europe/Berlin", 60)
    problem = RosterProblem(
        grid=grid,
        queues=("voice",),
        required=need.reshape(1, -1),
        agents=tuple(Agent(f"a{i}", f"Agent {i}", "c", ("voice",), (1,)) for i in range(agents)),
        contracts={"c": Contract(20.0)},
        shift_types=(EARLY,),
        law=Law(),
        prices=Prices(),
        activities=activities,
    )
    return problem, roster_of(problem, expand(problem), np.zeros((agents, 2), np.int32))


def placed(problem: RosterProblem, roster: Roster) -> list[tuple[int, str, str]]:
    found = place_activities(problem, roster)
    assert not found.missing
    clock = problem.grid.local
    return [(s.agent, name, clock(a).strftime("%a %H:%M")) for s in found.roster.shifts for name, a, _ in s.activities]


def test_an_hour_of_coaching_lands_where_nobody_is_needed() -> None:
    need = np.full(48, 2.0)
    need[24 + 10] = 1.0  # Tuesday at ten one agent is enough
    coaching = Activity("Coaching", ("a0",), 60, MONDAY, date(2027, 2, 2))
    problem, roster = team(need, activities=(coaching,))
    assert placed(problem, roster) == [(0, "Coaching", "Tue 10:00")]
    monday = replace(problem, activities=(replace(coaching, last=MONDAY, earliest=time(9), latest=time(10)),))
    assert placed(monday, roster) == [(0, "Coaching", "Mon 09:00")]


def test_everybody_has_an_hour_of_their_own_and_not_all_at_once() -> None:
    need = np.full(48, 2.0)
    need[[10, 24 + 14]] = 1.0
    problem, roster = team(need, activities=(Activity("Training", (), 60, MONDAY, date(2027, 2, 2)),))
    assert {when for _, _, when in placed(problem, roster)} == {"Mon 10:00", "Tue 14:00"}


def test_a_meeting_is_at_one_time_for_all_and_those_who_cannot_are_named() -> None:
    need = np.full(48, 3.0)
    need[24 + 15] = 0.0
    meeting = Activity("Meeting", (), 60, MONDAY, date(2027, 2, 2), together=True)
    problem, roster = team(need, agents=3, activities=(meeting,))
    assert [when for _, _, when in placed(problem, roster)] == ["Tue 15:00"] * 3
    fewer = Roster(tuple(s for s in roster.shifts if (s.agent, s.day) != (2, 1)))
    alone = replace(problem, activities=(replace(meeting, first=date(2027, 2, 2)),))
    found = place_activities(alone, fewer)
    assert found.missing == ((alone.activities[0], (2,)),)
    assert sum(len(s.activities) for s in found.roster.shifts) == 2


def test_who_found_no_place_is_told_the_cheapest_way_to_one() -> None:
    need = np.full(48, 2.0)
    need[[13, 24 + 9]] = 1.0
    wanted = (
        Activity("Meeting", (), 60, MONDAY, date(2027, 2, 2), earliest=time(9), latest=time(10), together=True),
        Activity("Late", ("a1",), 60, MONDAY, MONDAY, earliest=time(18)),
        Activity("Tuesday", ("a0",), 60, date(2027, 2, 2), date(2027, 2, 2)),
        Activity("Long", ("a1",), 300, MONDAY, date(2027, 2, 2)),
    )
    problem, roster = team(need, activities=wanted)
    there = Roster(tuple(s for s in roster.shifts if (s.agent, s.day) != (0, 1)))  # Agent 0 works on Monday only
    found = place_activities(problem, there)
    told = {
        (found.missing[i][0].name, a): (
            r.relaxed,
            None if r.begin is None else f"{problem.grid.local(r.begin):%a %H:%M}",
        )
        for (i, a), r in found.repairs.items()
    }
    assert told == {
        ("Late", 1): (Relaxed.TIME, "Mon 13:00"),
        ("Tuesday", 0): (Relaxed.DAYS, "Mon 13:00"),
        ("Long", 1): (Relaxed.NOTHING, None),
    }
    apart = replace(problem, activities=(replace(wanted[0], first=date(2027, 2, 2)),))
    monday = Roster((*there.shifts[:1], there.shifts[2]))
    (repair,) = place_activities(apart, monday).repairs.values()
    assert repair.relaxed is Relaxed.DAYS
    busy = replace(problem, activities=(replace(wanted[0], earliest=time(0), latest=None),))
    halves = Roster((there.shifts[0], there.shifts[2]))  # one works on Monday, the other on Tuesday
    (repair,) = place_activities(busy, halves).repairs.values()
    assert repair.relaxed is Relaxed.TOGETHER
    assert repair.cost >= 0


def test_an_activity_keeps_clear_of_breaks_and_other_activities() -> None:
    both = (Activity("One", ("a0",), 240, MONDAY, MONDAY), Activity("Two", ("a0",), 225, MONDAY, MONDAY))
    problem, roster = team(np.full(48, 1.0), activities=both)
    found = place_activities(problem, roster)
    assert [a.name for a, _ in found.missing] == ["Two"]  # the grid's hours leave only 8 to 12 and 13 to 16
    assert not [v for v in rules.audit(problem, found.roster) if v.rule == "activities"]
    wrong = replace(
        found.roster.shifts[0], activities=(("One", roster.shifts[0].start + 4 * 3600, roster.shifts[0].end),)
    )
    (broken,) = [v for v in rules.audit(problem, Roster((wrong,))) if v.rule == "activities"]
    assert "One from 2027-02-01T12:00" in str(broken)


@pytest.mark.parametrize("seed", range(25))
def test_small_cases_are_as_cheap_as_trying_everything(seed: int) -> None:
    rng = np.random.default_rng(seed)
    need = rng.integers(0, 4, 48).astype(float)
    wanted = tuple(
        Activity(f"T{i}", (f"a{int(rng.integers(2))}",), int(rng.choice([60, 90, 120])), MONDAY, MONDAY)
        for i in range(2)
    )
    problem, roster = team(need, activities=wanted)
    found = place_activities(problem, roster)
    got = sum(costs.terms(problem, found.roster).values())
    best = np.inf
    hours = [problem.grid.instant(0, 60 * h) for h in range(8, 17)]
    for starts in itertools.product(hours, repeat=2):
        shifts = {(s.agent, s.day): s for s in roster.shifts}
        for activity, begin in zip(wanted, starts, strict=True):
            key = (int(activity.agents[0][1:]), 0)
            span = (activity.name, begin, begin + activity.minutes * 60)
            shifts[key] = replace(shifts[key], activities=(*shifts[key].activities, span))
        tried = Roster(tuple(shifts.values()))
        if not [v for v in rules.audit(problem, tried) if v.rule == "activities"]:
            best = min(best, sum(costs.terms(problem, tried).values()))
    if not found.missing:
        assert got >= best - 1e-6
        assert got <= best + 30.0  # coordinate descent: at most one light hour from the best of all


def test_a_result_is_judged_with_its_activities_and_its_bound_stays_below() -> None:
    problem = random_problem(4, agents=4, days=7, busy=False)
    problem = replace(problem, activities=(Activity("Training", (), 60, problem.grid.start, problem.grid.dates[-1]),))
    bare = solve(problem, seconds=2)
    result = with_activities(problem, bare)
    assert result.roster is not None
    assert sum(len(s.activities) for s in result.roster.shifts) == 4
    assert not rules.audit(problem, result.roster)
    assert result.objective == pytest.approx(sum(costs.terms(problem, result.roster).values()))
    assert result.bound is not None
    assert result.bound <= result.objective
    assert result.status in (RosterStatus.FEASIBLE, RosterStatus.OPTIMAL)
    before, after = (costs.coverage(problem, x.roster).on_duty.sum() for x in (bare, result) if x.roster)
    assert after < before
    assert with_activities(replace(problem, activities=()), bare) is bare
    assert result.notes[-1].startswith("activities: 4.0 h are placed, the cover that they take costs ")
    late = replace(problem, activities=(replace(problem.activities[0], earliest=time(23, 30)),))
    assert "no place between" in with_activities(late, bare).notes[-1]
    assert "at another time of day: " in with_activities(late, bare).notes[-1]


def test_activities_are_written_to_the_rota_and_read_again(tmp_path) -> None:
    coaching = Activity("Coaching, new", ("a0",), 60, MONDAY, MONDAY)
    problem, roster = team(np.zeros(48), activities=(coaching,))
    found = place_activities(problem, roster).roster
    table = rota_table(problem, found)
    assert table["activities"].tolist()[0] == "Coaching, new 08:00-09:00"
    path = tmp_path / "roster.csv"
    table.to_csv(path, index=False)
    assert read_rota(path, problem) == found
    path.write_text(path.read_text().replace("08:00-09:00", "at eight"))
    with pytest.raises(InputError, match="activity 'Coaching, new at eight' cannot be read"):
        read_rota(path, problem)


def test_the_table_of_activities_is_read(tmp_path) -> None:
    agents = tmp_path / "agents.csv"
    agents.write_text("agent_id,contract,queues\na0,c,voice\na1,c,voice\n")
    table = tmp_path / "activities.csv"
    table.write_text(
        "name,agents,minutes,first_day,last_day,earliest,latest,together\n"
        "Training,a0|a1,60,,,,,\nMeeting,,30,2027-02-02,2027-02-02,09:00,12:00,yes\n"
    )
    grid = TimeGrid(MONDAY, 2, "Europe/Berlin", 60)
    names = {"grid": grid, "queues": ["voice"], "contracts": ["c"], "shift_types": [EARLY]}
    found = read_team({"agents": [agents], "activities": [table]}, **names).activities
    tuesday = date(2027, 2, 2)
    assert found == (
        Activity("Training", ("a0", "a1"), 60, MONDAY, tuesday),
        Activity("Meeting", (), 30, tuesday, tuesday, time(9), time(12), together=True),
    )
    table.write_text("name,agents,minutes,first_day,last_day\nTraining,a9,60,2027-02-02,2027-02-01\n")
    with pytest.raises(InputError, match="unknown agent 'a9'"):
        read_team({"agents": [agents], "activities": [table]}, **names)
