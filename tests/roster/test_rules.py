"""The hard rules: said for people, as primitives and as CP-SAT constraints, and all three agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from staffing.roster import compile as compiled
from staffing.roster import costs, cpsat, rules
from staffing.roster.compile import compile_program
from staffing.roster.evaluate import broken
from staffing.roster.fixed import DAYS_OFF, FIXED
from staffing.roster.options import Options, expand, roster_of
from staffing.roster.primitives import Choice
from staffing.roster.problem import Lock, Roster, RosterProblem, Rotation
from tests.roster.programs import own_cost
from tests.roster.roster_cases import random_problem

SEEDS = range(6)


def random_choice(problem: RosterProblem, options: Options, seed: int) -> Choice:
    """Any assignment, mostly illegal; some agents keep to one shift type, so that some rules are kept."""
    rng = np.random.default_rng((seed, 7))
    A, D = len(problem.agents), problem.grid.days
    out = np.where(rng.random((A, D)) < rng.uniform(0.2, 1.0, (A, 1)), rng.integers(0, len(options), (A, D)), -1)
    for a in range(0, A, 2):
        out[a] = np.where(out[a] >= 0, rng.integers(0, len(options)), -1)
    return out.astype(np.int32)


def demanding(problem: RosterProblem, seed: int) -> RosterProblem:
    """The problem with every kind of rule in its contracts, and some agents on a rotation."""
    rng = np.random.default_rng((seed, 11))
    contracts = {
        key: replace(
            c,
            min_weekends_off=3,
            min_consecutive_days=int(rng.integers(1, 4)),
            min_consecutive_days_off=int(rng.integers(1, 4)),
            max_consecutive_nights=int(rng.integers(1, 4)),
            forbidden_successions=(("N", "E"), ("L", "M"), ("E", "E"))[: int(rng.integers(1, 4))],
            max_start_change_hours=float(rng.choice([0, 2, 6])) if rng.random() < 0.7 else None,
            max_start_spread_hours=float(rng.choice([0, 1, 4, 8])),
            max_weekly_hours=float(rng.integers(20, 48)) if rng.random() < 0.5 else None,
            max_weekly_hours_in=((problem.grid.start, problem.grid.dates[2]),) if rng.random() < 0.5 else (),
            account_hours=(-20.0, 10.0) if rng.random() < 0.4 else None,
            overtime_hours=float(rng.choice([0, 8])),
            time_off_hours=float(rng.choice([0, 6])),
            time_off_price=7.5,
        )
        for key, c in problem.contracts.items()
    }
    kinds = tuple(
        replace(k, hours_factor=0.5, pay_factor=1.3, on_call=True, heads=seed % 3) if k.code == "A" else k
        for k in problem.shift_types
    )
    weeks = ("E E D/L L? - * *", "- - N N N? * E")
    agents = tuple(
        replace(a, rotation="turn" if rng.random() < 0.5 else "", rotation_week=int(rng.integers(1, 4)))
        for a in problem.agents
    )
    law = replace(problem.law, forbidden_successions=(("N", "D"),), free_sundays_per_year=40.0)
    rotations = {"turn": Rotation(weeks, date(2027, 1, 4))}
    dates = [problem.grid.dates[d] for d in range(0, problem.grid.days, 2)]
    starts = {day: problem.grid.instant(2 * d, 360) for d, day in enumerate(dates)}
    published = tuple(Lock(a.id, day, "E", starts[day]) for a in agents[::2] for day in dates)
    return replace(
        problem,
        contracts=contracts,
        shift_types=kinds,
        agents=agents,
        law=law,
        rotations=rotations,
        prices=replace(problem.prices, change=11.0, night=(4.0, 9.0)),
        published=published,
        ledger=tuple(
            replace(x, refusals=float(rng.integers(-3, 6)), nights=1.0, holidays=-0.6) for x in problem.ledger
        ),
    )


def case(seed: int) -> tuple[RosterProblem, Options, Choice, Roster]:
    problem = random_problem(seed, agents=6, days=int(np.random.default_rng(seed).integers(5, 18)) if seed % 3 else 30)
    problem = demanding(problem, seed)
    options = expand(problem)
    choice = random_choice(problem, options, seed)
    return problem, options, choice, roster_of(problem, options, choice)


def checked(problem: RosterProblem, roster: Roster, rule: str) -> set[int]:
    """Agents who break a rule by its named check."""
    return {v.agent for v in rules.RULES[rule].check(rules.facts_of(problem, roster))}


def test_every_rule_has_a_check_and_a_compilation() -> None:
    assert set(rules.RULES) == {*FIXED, *compiled.RULES, *compiled.STRUCTURAL}
    assert all(rule.sentence.endswith(".") for rule in rules.RULES.values())


def test_every_cost_has_a_term_and_a_compilation() -> None:
    assert set(costs.TERMS) == {
        *compiled.COSTS,
        "pay",
        "requests",
        "stability",
        "understaffing",
        "overstaffing",
        "missing_duties",
    }


@pytest.mark.parametrize("rule", compiled.RULES)
def test_check_primitives_and_cpsat_agree_on_any_assignment(rule: str) -> None:
    verdicts = []
    for seed in SEEDS:
        problem, options, choice, roster = case(seed)
        program = compile_program(problem, options, whole=True)
        by_check = checked(problem, roster, rule)
        by_primitives = {a for name, a in broken(program, choice) if name == rule}
        assert by_check == by_primitives
        A, D, S = program.shape
        for a in range(A):
            free = np.zeros((A, D), np.bool_)
            free[a] = True
            model = cpsat.build(
                program, None, free, rules=lambda name: name == rule, allowed=np.ones((A, D, S), np.bool_), cover=False
            )
            for d in range(D):
                for s, variable in model.cells[a, d]:
                    model.model.add(variable == int(choice[a, d] == s))
            assert (cpsat.solve(model, 10).status == "INFEASIBLE") == (a in by_check)
            verdicts.append(a in by_check)
    assert any(verdicts)
    assert not all(verdicts)


@pytest.mark.parametrize("seed", range(100, 160))
def test_checks_and_primitives_agree_on_any_assignment(seed: int) -> None:
    problem, options, choice, roster = case(seed)
    by_primitives = broken(compile_program(problem, options, whole=True), choice)
    by_check = {(rule, a) for rule in compiled.RULES for a in checked(problem, roster, rule)}
    assert by_check == {(rule, a) for rule, a in by_primitives if rule != "fixed"}


@pytest.mark.parametrize("seed", range(45))
def test_what_is_left_out_of_a_program_is_implied_by_the_rest(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = random_problem(seed, agents=5, days=int(rng.integers(7, 36)))
    if seed % 3 == 0:
        problem = demanding(problem, seed)
    options = expand(problem)
    whole, program = (compile_program(problem, options, whole=x) for x in (True, False))
    assert len(program.counts) < len(whole.counts)
    A, D, S = whole.shape
    for trial in range(20):
        share = rng.uniform(0.3, 1.0, (A, 1)) if trial % 2 else np.full((A, 1), 0.72)
        option = np.where(whole.allowed, rng.random((A, D, S)), -1.0)
        choice = np.where(whole.allowed.any(axis=2) & (rng.random((A, D)) < share), option.argmax(axis=2), -1)
        choice = choice.astype(np.int32)
        fixed = {a for rule, a in broken(program, choice) if rule == "fixed"}  # left out as if these were kept
        by_whole = {a for _, a in broken(whole, choice)} - fixed
        assert by_whole == {a for _, a in broken(program, choice)} - fixed
        for a in set(range(A)) - by_whole - fixed:  # a price beyond a hard bound may be left out
            assert own_cost(whole, a, choice[a]) == own_cost(program, a, choice[a])


@pytest.mark.parametrize("rule", FIXED)
def test_check_and_allowed_options_agree_on_any_assignment(rule: str) -> None:
    verdicts = []
    for seed in range(25):
        problem, options, choice, roster = case(seed)
        allowed = FIXED[rule](problem, options)
        off = DAYS_OFF[rule](problem) if rule in DAYS_OFF else np.ones(choice.shape, np.bool_)
        rows, days = np.arange(len(choice))[:, None], np.arange(choice.shape[1])[None]
        bad = np.where(choice >= 0, ~allowed[rows, days, choice], ~off).any(axis=1)
        assert checked(problem, roster, rule) == set(np.nonzero(bad)[0].tolist())
        verdicts += bad.tolist()
    assert any(verdicts)
    assert not all(verdicts)


@pytest.mark.parametrize("rule", ["one_shift_a_day", "shift_types", "max_daily_hours", "legal_breaks"])
def test_every_choice_keeps_the_rules_of_form(rule: str) -> None:
    for seed in range(3):
        problem, _, _, roster = case(seed)
        assert not checked(problem, roster, rule)


# -- hand-edited rotas --------------------------------------------------------------------------------------


@pytest.fixture
def plain() -> tuple[RosterProblem, Roster]:
    problem = random_problem(1, agents=2, days=7, busy=False)
    options = expand(problem)
    choice = np.full((2, 7), -1, np.int32)
    choice[0, 3] = 0
    return problem, roster_of(problem, options, choice)


def edited(case: tuple[RosterProblem, Roster], rule: str, **changes: object) -> str:
    problem, roster = case
    found = [
        v
        for v in rules.audit(problem, Roster((replace(roster.shifts[0], **changes),)))  # type: ignore[arg-type]
        if v.rule == rule
    ]
    assert len(found) == 1
    assert found[0].agent == 0
    assert found[0].day == 3
    return str(found[0])


def test_a_shift_unlike_its_type_is_named(plain: tuple[RosterProblem, Roster]) -> None:
    shift = plain[1].shifts[0]
    said = [
        edited(plain, "shift_types", code="Q"),
        edited(plain, "shift_types", start=shift.start + 60),
        edited(plain, "shift_types", end=shift.end + 60),
        edited(plain, "shift_types", breaks=()),
        edited(plain, "shift_types", breaks=((shift.start, shift.start + 1800),)),
        edited(plain, "shift_types", breaks=((shift.start + 4 * 3600, shift.start + 4 * 3600 + 60),)),
        edited(plain, "shift_types", paid_minutes=479),
    ]
    words = [
        "unknown shift type Q",
        "does not start at",
        "does not end at",
        "0 breaks",
        "window",
        "30 minutes",
        "479",
    ]
    for sentence, word in zip(said, words, strict=True):
        assert sentence.startswith("Agent 0, 2027-03-29: ")
        assert word in sentence


def test_two_shifts_on_one_day_are_named(plain: tuple[RosterProblem, Roster]) -> None:
    problem, roster = plain
    found = rules.audit(problem, Roster(roster.shifts * 2))
    assert "2 shifts on one day" in [str(v).split(": ", 1)[1] for v in found if v.rule == "one_shift_a_day"]


def test_too_long_a_day_and_too_short_a_break_are_named(plain: tuple[RosterProblem, Roster]) -> None:
    shift = plain[1].shifts[0]
    assert "11 paid hours, at most 10 are legal" in edited(plain, "max_daily_hours", paid_minutes=660)
    pause = ((shift.start + 3 * 3600, shift.start + 3 * 3600 + 900),)
    assert "15 minutes of break in 8.25 h of work, 30 are due beyond 6 h" in edited(plain, "legal_breaks", breaks=pause)


def test_the_hour_that_autumn_repeats_is_not_held_against_a_night_shift() -> None:
    problem = random_problem(1, agents=1, days=4, start=date(2027, 10, 29), busy=False)
    law = replace(problem.law, max_daily_hours=8.0)
    problem = replace(problem, law=law)
    options = expand(problem)
    night = int(np.nonzero(options.type_of == 3)[0][0])
    choice = np.full((1, 4), -1, np.int32)
    choice[0, 1] = night
    roster = roster_of(problem, options, choice)
    assert roster.shifts[0].paid_minutes == 540
    assert not checked(problem, roster, "max_daily_hours")


def test_violations_come_sorted_by_agent_and_day() -> None:
    problem, _, _, roster = case(3)
    found = rules.audit(problem, roster)
    assert found == tuple(sorted(found, key=lambda v: (v.agent, v.day, v.rule)))
    assert len(found) > 5
