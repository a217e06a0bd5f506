"""On-call duties that want people: priced by hand, alike for rota and primitives, and found by the search."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest

from staffing.grid import TimeGrid
from staffing.roster import costs, rules
from staffing.roster.compile import compile_program
from staffing.roster.compile.duties import axis_of
from staffing.roster.cover import UNITS, cover_of, split
from staffing.roster.duties import duties_of
from staffing.roster.engine import solve
from staffing.roster.evaluate import cost, supply
from staffing.roster.options import expand, roster_of
from staffing.roster.problem import Agent, Break, Contract, Law, Prices, RosterProblem, RosterStatus, ShiftType
from staffing.roster.rules import problems_of

LUNCH = (Break(30, 3.5, 4.5),)
KINDS = (
    ShiftType("E", time(7), 8.5, breaks=LUNCH),
    ShiftType("N", time(22), 8.5, breaks=LUNCH),
    ShiftType("C", time(17), 14.0, on_call=True, hours_factor=0.25, heads=2, weekdays=("mon", "tue", "sat")),
    ShiftType("D", time(8), 10.0, on_call=True, hours_factor=0.0, heads=1),
)


@pytest.fixture
def problem() -> RosterProblem:
    """Six people in two skill groups, two weeks across the autumn change, nights included."""
    grid = TimeGrid(date(2026, 10, 19), 14, "Europe/Berlin", 30)
    need = np.where((grid.minute >= 420) & (grid.minute < 930), 1.0, 0.0)
    need = np.stack([need, np.where((grid.minute >= 1320) | (grid.minute < 390), 1.0, 0.0) * 0.5])
    agents = tuple(
        Agent(f"a{i}", f"A{i}", "c" if i else "none", ("x", "y") if i % 2 else ("x",), (1,) * (1 + i % 2))
        for i in range(6)
    )
    contract = Contract(30.0, 20.0, week_tolerance_hours=20.0, month_tolerance_hours=40.0)
    contracts = {"c": contract, "none": replace(contract, shifts=("E", "N"))}
    law = Law(free_sundays_per_year=0)
    return RosterProblem(grid, ("x", "y"), need, agents, contracts, KINDS, law, Prices())


def test_heads_are_wanted_on_the_duty_s_weekdays_and_priced_per_person(problem: RosterProblem) -> None:
    duty, other = duties_of(problem)
    assert duty.heads.tolist() == [2, 2, 0, 0, 0, 2, 0] * 2
    assert other.heads.tolist() == [1] * 14
    assert (duty.slots, other.slots) == (7, 1)  # 14 h count as 3.5 h
    assert duty.missing == pytest.approx(100_000, rel=1e-3)
    assert duty.surplus == 3.5 * 600  # as much as 3.5 surplus hours of the dearest tier
    options = expand(problem)
    choice = np.full((6, 14), -1, np.int32)
    call = int(np.flatnonzero(options.type_of == 2)[0])
    choice[1:4, 0] = call  # one too many
    choice[1, 5] = call  # one too few
    found = costs.terms_in_cents(problem, roster_of(problem, options, choice))
    assert found["missing_duties"] == duty.surplus + 7 * duty.missing + duty.missing * 2 + 14 * other.missing
    by_hand = replace(problem, shift_types=tuple(replace(k, heads=0) for k in KINDS))
    found = costs.terms(by_hand, roster_of(by_hand, options, choice))
    assert (found["missing_duties"], found["duties"]) == (0, 0)


@pytest.mark.parametrize("seed", range(10))
def test_duties_cost_the_same_on_the_axis_of_cover(problem: RosterProblem, seed: int) -> None:
    rng = np.random.default_rng(seed)
    options = expand(problem)
    program = compile_program(problem, options, whole=True)
    choice = np.where(rng.random((6, 14)) < 0.8, rng.integers(0, len(options), (6, 14)), -1).astype(np.int32)
    roster = roster_of(problem, options, choice)
    assert cost(program, choice) == sum(costs.terms_in_cents(problem, roster).values())


def test_ordinary_shifts_pass_over_the_slots_of_duties(problem: RosterProblem) -> None:
    options, cover = expand(problem), cover_of(problem)
    duties = duties_of(problem)
    axis = axis_of(problem.grid, options, cover, duties)
    assert len(axis.cover.need) == len(problem.grid) + 14 * 8
    program = compile_program(problem, options)
    choice = np.full((6, 14), -1, np.int32)
    choice[1, :] = np.flatnonzero(options.type_of == 1)[0]  # nights into the next day, one of them an hour longer
    units = supply(program, choice)
    assert units.sum() == costs.duty(problem, roster_of(problem, options, choice)).sum()
    staffed = split(axis.cover, units).sum(axis=1)
    assert not staffed[:, 2:].any()
    assert int(units.max()) == UNITS
    assert axis_of(problem.grid, options, cover, ()).cover is cover


def test_the_search_fills_duties_shares_them_and_proves_it(problem: RosterProblem) -> None:
    problem = replace(problem, prices=replace(problem.prices, missing_duty=5000.0))
    result = solve(problem, seconds=3, workers=1, seed=1)
    assert result.status in (RosterStatus.OPTIMAL, RosterStatus.FEASIBLE)
    assert result.roster is not None
    assert rules.audit(problem, result.roster) == ()
    assert result.terms["missing_duties"] == 0
    assert result.bound is not None
    assert 0 <= result.gap <= 0.4
    shared = costs.fairness(problem, result.roster)
    assert shared.duties.sum() == 2 * 6 + 14
    assert shared.duties[0] == 0  # whose contract does not name them
    assert (shared.duty_share[0], shared.duty_share[1:].sum()) == (0, pytest.approx(26, abs=1))
    steps = np.maximum(shared.duties - shared.duty_share, 0)
    assert result.terms["duties"] == sum(12 * min(n, 1) + 36 * max(n - 1, 0) for n in steps.tolist())


def test_more_duties_than_people_are_told_not_refused(problem: RosterProblem) -> None:
    away = replace(problem, agents=problem.agents[:2])
    result = solve(away, seconds=1, workers=1, seed=1)
    assert result.roster is not None
    assert result.terms["missing_duties"] > 0
    assert any(note.startswith("on-call duty C on Mon 2026-10-19: ") for note in result.notes)
    assert result.notes == costs.unfilled_duties(away, result.roster)


def test_heads_belong_to_duties(problem: RosterProblem) -> None:
    wrong = replace(problem, shift_types=(replace(KINDS[0], heads=1), *KINDS[1:]))
    assert [str(p) for p in problems_of(wrong)] == [
        "shift E: heads 1 of a shift that serves queues (add on_call = true, or leave heads out)"
    ]
