"""Conflicts in words: each set is contradictory and minimal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from staffing.errors import InputError
from staffing.progress import Progress
from staffing.roster.engine import solve
from staffing.roster.explain import conflicting, conflicts, conflicts_of_roster, grant, price_rules, repair, why
from staffing.roster.options import expand
from staffing.roster.problem import Absence, Contract, Lock, PastShift, Roster, RosterProblem
from tests.roster.roster_cases import random_problem


@pytest.fixture
def plain() -> RosterProblem:
    return random_problem(3, agents=3, days=14, busy=False)


def names(problem: RosterProblem) -> list[str]:
    return sorted(clause.rule for clause in conflicting(problem, expand(problem), 1))


def with_contract(problem: RosterProblem, contract: Contract) -> RosterProblem:
    return replace(problem, contracts=dict.fromkeys(problem.contracts, contract))


def test_no_conflict_is_an_empty_set(plain: RosterProblem) -> None:
    assert conflicts(plain, expand(plain), 1) == ()


def test_too_many_locked_days_in_a_row(plain: RosterProblem) -> None:
    day = plain.grid.dates
    bad = with_contract(plain, Contract(40.0, max_consecutive_days=3, max_shifts_per_week=7))
    bad = replace(bad, locks=tuple(Lock("a1", day[d], "E") for d in range(2, 8)))
    assert names(bad) == ["locks"] * 4 + ["max_consecutive_days"]
    told = conflicts(bad, expand(bad), 1)
    assert "Agent 1: at most 3 days in a row" in told


def test_days_before_the_horizon_count(plain: RosterProblem) -> None:
    first = plain.grid.start
    past = tuple(PastShift("a1", first - timedelta(days=n), "M", 0, 1, 60) for n in range(1, 7))
    bad = replace(with_contract(plain, Contract(40.0)), past=past, locks=(Lock("a1", first, "E"),))
    assert names(bad) == ["locks", "max_consecutive_days"]
    assert any("6 stand before the horizon" in x for x in conflicts(bad, expand(bad), 1))


def test_too_many_shifts_in_a_week(plain: RosterProblem) -> None:
    day = plain.grid.dates
    bad = with_contract(plain, Contract(40.0, max_shifts_per_week=2))
    bad = replace(bad, locks=tuple(Lock("a1", day[d], "E") for d in (3, 5, 7)))
    assert "max_shifts_per_week" in names(bad) or "weekly_hours" in names(bad)


def test_a_late_shift_before_an_early_one_and_the_shift_of_last_night(plain: RosterProblem) -> None:
    day = plain.grid.dates
    bad = replace(plain, locks=(Lock("a1", day[4], "L"), Lock("a1", day[5], "E")))
    assert names(bad) == ["locks", "locks", "min_rest"]
    end = plain.grid.instant(0, 0)
    past = (PastShift("a1", day[0] - timedelta(days=1), "L", end - 8 * 3600, end, 480),)
    assert names(replace(plain, past=past, locks=(Lock("a1", day[0], "E"),))) == ["locks", "min_rest"]


def test_hours_that_no_shift_can_make_up(plain: RosterProblem) -> None:
    exact = Contract(35.0, week_tolerance_hours=0.0, month_tolerance_hours=100.0, shifts=("E",))
    assert names(with_contract(plain, exact)) == ["allowed_shifts", "weekly_hours"]
    told = conflicts(with_contract(plain, exact), expand(plain), 1)
    assert any("only shifts E" in x for x in told)
    assert any("h in the week of" in x for x in told)


def test_locks_outside_of_what_else_holds(plain: RosterProblem) -> None:
    day = plain.grid.dates
    new = replace(plain.agents[1], first_day=day[5])
    agents = (plain.agents[0], new, plain.agents[2])
    assert names(replace(plain, agents=agents, locks=(Lock("a1", day[2], "E"),))) == ["employment", "locks"]
    absent = (Absence("a1", day[2], day[3]),)
    assert names(replace(plain, absences=absent, locks=(Lock("a1", day[2], "E"),))) == ["absences", "locks"]
    weekends = tuple(Lock("a1", day[d], "E") for d in (1, 8))
    strict = with_contract(plain, Contract(40.0, min_weekends_off=4))
    found = conflicts(replace(strict, locks=weekends), expand(plain), 1)
    assert any("at most 0 of 2 whole weekends with a shift" in x for x in found)


def test_the_cheapest_repair_gives_up_locks_before_rules(plain: RosterProblem) -> None:
    day = plain.grid.dates
    bad = replace(plain, locks=(Lock("a1", day[4], "L"), Lock("a1", day[5], "E"), Lock("a1", day[8], "E")))
    (given_up,) = repair(bad, expand(bad), 1)
    assert given_up in (f"Agent 1: {day[4]} is locked as L", f"Agent 1: {day[5]} is locked as E")
    assert repair(plain, expand(plain), 1) == ()


def test_what_hinders_the_whole_team_is_told_once_with_the_rule_that_would_mend_it(plain: RosterProblem) -> None:
    exact = Contract(35.0, week_tolerance_hours=0.0, month_tolerance_hours=100.0, shifts=("E",))
    lines = conflicts_of_roster(with_contract(plain, exact), expand(plain), [0, 1, 2])
    assert any(x.startswith("Agent 2: ") for x in lines)
    assert any(x.startswith("cheapest repair, give up: Agent 0: ") for x in lines)
    assert lines[-1] == "all of these 3 agents could be planned without: allowed_shifts"


@pytest.fixture(scope="module")
def solved() -> tuple[RosterProblem, Roster]:
    problem = random_problem(4, agents=6, days=14, busy=False)
    roster = solve(problem, seconds=3).roster
    assert roster is not None
    return problem, roster


def test_why_a_shift_tells_what_it_would_cost_without(solved: tuple[RosterProblem, Roster]) -> None:
    problem, roster = solved
    shift = roster.shifts[3]
    agent, day = problem.agents[shift.agent].id, problem.grid.dates[shift.day]
    reason = why(problem, roster, agent, day, seconds=0.5)
    assert reason.necessary == ()
    assert reason.cost == pytest.approx(sum(reason.terms.values()))
    (own,) = [c for c in reason.changes if c.asked]
    assert (own.agent, own.day) == (shift.agent, shift.day)
    assert own.before.startswith(shift.code)
    assert own.after != own.before


def test_why_a_day_off_tells_the_same(solved: tuple[RosterProblem, Roster]) -> None:
    problem, roster = solved
    worked = {(s.agent, s.day) for s in roster.shifts}
    d = next(d for d in range(3, 14) if (0, d) not in worked)
    reason = why(problem, roster, "a0", problem.grid.dates[d], seconds=0.5)
    if not reason.necessary:
        (own,) = [c for c in reason.changes if c.asked]
        assert own.before == "off"
        assert own.after != "off"


def test_why_a_locked_shift_names_the_lock(solved: tuple[RosterProblem, Roster]) -> None:
    problem, roster = solved
    shift = roster.shifts[0]
    agent, day = problem.agents[shift.agent].id, problem.grid.dates[shift.day]
    fixed = replace(problem, locks=(Lock(agent, day, shift.code, shift.start),))
    reason = why(fixed, roster, agent, day, seconds=0.2)
    assert reason.cost is None
    assert reason.necessary == (f"{problem.agents[shift.agent].name}: {day} is locked as {shift.code}",)


def test_why_somebody_unknown_is_refused(solved: tuple[RosterProblem, Roster]) -> None:
    with pytest.raises(InputError) as error:
        why(*solved, "nobody", date(2030, 1, 1))
    assert len(error.value.problems) == 2


def test_a_wish_is_priced_and_named_people_take_over(solved: tuple[RosterProblem, Roster]) -> None:
    problem, roster = solved
    shift = next(s for s in roster.shifts if s.day == 5)
    agent, day = problem.agents[shift.agent].id, problem.grid.dates[5]
    off = grant(problem, roster, agent, day, "off", seconds=0.5)
    assert off.necessary == ()
    assert off.cost == pytest.approx(sum(off.terms.values()))
    (own,) = [c for c in off.changes if c.asked]
    assert (own.agent, own.day, own.after) == (shift.agent, 5, "off")
    there = grant(problem, roster, agent, day, shift.code, seconds=0.2)
    assert (there.cost, there.changes) == (0.0, ())


def test_a_wish_that_rules_forbid_names_them(solved: tuple[RosterProblem, Roster]) -> None:
    problem, roster = solved
    day = problem.grid.dates[5]
    away = replace(problem, absences=(Absence("a0", day, day),))
    kept = Roster(tuple(s for s in roster.shifts if (s.agent, s.day) != (0, 5)))
    found = grant(away, kept, "a0", day, problem.shift_types[0].code, seconds=0.2)
    assert found.cost is None
    assert [c.rule for c in found.demands] == ["absences"]
    with pytest.raises(InputError, match="unknown shift type 'Q'"):
        grant(problem, roster, "a0", day, "Q")


def test_prices_of_rules_lie_within_their_bounds(solved: tuple[RosterProblem, Roster]) -> None:
    problem, roster = solved
    rules = ("min_rest", "weekly_hours", "steady_starts", "availability")
    found = {p.rule: p for p in price_rules(problem, roster, rules, seconds=1.0)}
    assert set(found) == set(rules)
    assert not found["steady_starts"].binds
    assert found["steady_starts"].high == 0.0
    assert found["weekly_hours"].binds
    for price in found.values():
        assert price.saving >= 0
        assert price.low <= (price.high if price.high is not None else price.low)
    with pytest.raises(InputError, match="unknown rule 'sleep'"):
        price_rules(problem, roster, ("sleep",))


class Watcher:
    """Notes what it is told, and asks to stop once a rule was told."""

    def __init__(self, after: str | None = None) -> None:
        self.after = after
        self.told: list[Progress] = []

    def report(self, progress: Progress) -> None:
        self.told.append(progress)

    def should_stop(self) -> bool:
        return self.after is not None and any(p.note == self.after for p in self.told)


def test_pricing_rules_tells_how_far_it_is_and_keeps_what_was_priced_before_a_stop(
    solved: tuple[RosterProblem, Roster],
) -> None:
    problem, roster = solved
    rules = ("steady_starts", "weekly_hours", "availability")
    through = Watcher()
    found = price_rules(problem, roster, rules, seconds=0.5, monitor=through)
    binding = [p.rule for p in found if p.binds]
    notes = list(dict.fromkeys(p.note for p in through.told))
    assert notes == ["", *(r for r in rules if r in binding)]
    shares = [p.fraction or 0.0 for p in through.told]
    assert all(0.0 <= share <= 1.0 for share in shares)
    broken_off = price_rules(problem, roster, rules, seconds=0.5, monitor=Watcher(binding[-1]))
    assert {p.rule for p in broken_off} < set(rules)
    assert "steady_starts" in {p.rule for p in broken_off}


def test_a_rule_that_costs_something_is_priced_exactly_where_both_rotas_are_proven_best() -> None:
    problem = random_problem(5, agents=1, days=7, busy=False)
    contract = Contract(40.0, max_shifts_per_week=1, week_tolerance_hours=40.0, month_tolerance_hours=40.0)
    problem = with_contract(replace(problem, required=problem.required + 1.0), contract)
    (price,) = price_rules(problem, None, ("max_shifts_per_week",), seconds=20.0)
    assert price.binds
    assert price.saving > 0
    assert price.low == pytest.approx(price.saving, abs=0.02)
    assert price.high == pytest.approx(price.saving, abs=0.02)
