"""What is missing in every rota."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from itertools import product

import numpy as np
import pytest

from staffing.grid import TimeGrid
from staffing.roster.compile import make_context
from staffing.roster.cover import cover_of
from staffing.roster.fixed import allowed_options
from staffing.roster.options import expand
from staffing.roster.problem import Agent, Contract, Law, Prices, RosterProblem, ShiftType
from staffing.roster.shortage import Relaxation

GRID = TimeGrid(date(2027, 1, 4), 7, "UTC", 60)
KINDS = (ShiftType("E", time(8), 6.0), ShiftType("L", time(12), 6.0), ShiftType("S", time(10), 4.0))


def relaxation(
    wanted: np.ndarray, skills: list[tuple[str, ...]], hours: float = 40.0, whenever: int = -1
) -> Relaxation:
    agents = tuple(Agent(f"a{i}", f"a{i}", "c", s, (1,) * len(s)) for i, s in enumerate(skills))
    contract = Contract(hours, week_tolerance_hours=0.0, month_tolerance_hours=0.0)
    problem = RosterProblem(GRID, ("x", "y"), wanted, agents, {"c": contract}, KINDS, Law(), Prices())
    options = expand(problem)
    allowed = allowed_options(problem, options)
    targets = make_context(problem, options, allowed).targets
    return Relaxation(problem, options, allowed, targets, cover_of(problem), wanted, np.arange(2) == whenever)


def by_trying(wanted: np.ndarray, skills: list[tuple[str, ...]]) -> float:
    """Least agent-hours missing on the first day, every shift and every whole split of people over queues tried."""
    spans = [range(0), range(8, 14), range(12, 18), range(10, 14)]
    best = np.inf
    for chosen in product(spans, repeat=len(skills)):
        missing = 0.0
        for t in range(8, 18):
            there = [s for s, span in zip(skills, chosen, strict=True) if t in span]
            missing += min(
                sum(max(wanted[q, t] - split.count(name), 0.0) for q, name in enumerate("xy"))
                for split in product(*there)
            )
        best = min(best, missing)
    return float(best)


@pytest.mark.parametrize("seed", range(6))
def test_of_one_day_it_is_the_least_of_all_rotas(seed: int) -> None:
    rng = np.random.default_rng(seed)
    skills = [(("x",), ("y",), ("x", "y"))[k] for k in rng.integers(0, 3, 4)]
    wanted = np.zeros((2, len(GRID)))
    wanted[:, 8:18] = rng.integers(0, 3, (2, 10))
    found = relaxation(wanted, skills).missing(np.array([0]))
    assert found.least == found.found == by_trying(wanted, skills)


def test_a_week_is_short_of_the_hours_that_contracts_lack() -> None:
    wanted = np.zeros((2, len(GRID)))
    for d in range(5):
        wanted[0, 24 * d + 8 : 24 * d + 14] = 1.0
    week = np.arange(7)
    assert relaxation(wanted, [("x",)], hours=30.0).missing(week).least == 0.0
    short = relaxation(wanted, [("x",)], hours=24.0)
    assert short.missing(week).least == 6.0
    assert short.missing(np.array([0])).least == 0.0
    assert short.hours(week) == 30.0


def test_work_that_can_be_done_at_any_time_of_its_day_waits_for_people() -> None:
    wanted = np.zeros((2, len(GRID)))
    wanted[0, 8:14], wanted[1, 9] = 1.0, 3.0
    skills = [("x",), ("y",)]
    assert relaxation(wanted, skills).missing(np.array([0])).least == 2.0
    assert relaxation(wanted, skills, whenever=1).missing(np.array([0])).least == 0.0


def test_where_nothing_is_wanted_or_no_time_is_given_nothing_is_proven() -> None:
    nothing = relaxation(np.zeros((2, len(GRID))), [("x",)])
    assert nothing.missing(np.arange(7)).least == 0.0
    much = relaxation(np.full((2, len(GRID)), 9.0), [("x",)])
    assert much.missing(np.arange(7), seconds=1e-9).least == 0.0


def test_nobody_works_more_shifts_a_week_than_the_contract_has() -> None:
    wanted = np.zeros((2, len(GRID)))
    for d in range(5):
        wanted[0, 24 * d + 10] = 1.0
    plain = relaxation(wanted, [("x",)])
    contract = replace(plain.problem.contracts["c"], max_shifts_per_week=3)
    few = replace(plain, problem=replace(plain.problem, contracts={"c": contract}))
    assert plain.missing(np.arange(7)).least == 0.0
    assert few.missing(np.arange(7)).least == 2.0
    assert few.impossible(np.arange(7))
    assert not few.impossible(np.arange(3))
