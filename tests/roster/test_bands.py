"""Weeks whose starts lie close together: windows hold what stands there, and the search keeps the rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numba import typeof

from staffing.roster import costs, rules
from staffing.roster.anneal import _Search, anneal, violations
from staffing.roster.bands import Windows
from staffing.roster.compile import compile_program
from staffing.roster.engine import solve
from staffing.roster.evaluate import broken
from staffing.roster.options import expand, roster_of
from staffing.roster.problem import RosterProblem
from staffing.roster.tables import prepare
from tests.roster.programs import random_program
from tests.roster.roster_cases import random_problem


def close(seed: int, agents: int = 5, most: float = 1.0) -> RosterProblem:
    problem = random_problem(seed, agents=agents, days=14)
    contracts = {k: replace(c, max_start_spread_hours=most, min_weekends_off=0) for k, c in problem.contracts.items()}
    return replace(problem, contracts=contracts, locks=())


def test_windows_hold_what_stands_there_and_none_wider_than_the_band() -> None:
    problem = close(1, most=3.0)
    program = compile_program(problem, expand(problem))
    windows = Windows(program, program.allowed, np.random.default_rng(1))
    choice = np.full(program.shape[:2], -1, np.int32)
    free = next(b for b in program.bands if b.low is None and program.allowed[b.agent, b.days[0]].any())
    d, s = free.days[0], int(np.flatnonzero(program.allowed[free.agent, free.days[0]])[-1])
    choice[free.agent, d] = s
    seen = set()
    for _ in range(20):
        windows.turn(choice)
        assert windows.now[free.agent, d, s]
        assert not (windows.now & ~program.allowed).any()
        for band in program.bands:
            days = list(band.days)
            values = program.measures[band.measure][days][windows.now[band.agent, days]]
            assert not len(values) or values.max() - values.min() <= band.most
        seen.add(windows.now.tobytes())
    assert len(seen) > 1


@pytest.mark.parametrize("seed", range(4))
def test_the_search_over_tours_keeps_weeks_together(seed: int) -> None:
    problem = close(seed)
    options = expand(problem)
    program = compile_program(problem, options)
    choice = anneal(program, seconds=20, sweeps=30, workers=1, seed=seed)
    roster = roster_of(problem, options, choice)
    assert violations(program, choice) == 0
    assert broken(program, choice) == set()
    assert rules.audit(problem, roster) == ()
    free = anneal(
        compile_program(problem, options, without=("week_starts",)), seconds=20, sweeps=30, workers=1, seed=seed
    )
    assert any(rule == "week_starts" for rule, _ in broken(program, free))


def test_small_problems_are_solved_whole_and_cost_what_they_say() -> None:
    problem = close(2, agents=3)
    result = solve(problem, seconds=3, workers=1, seed=1)
    assert result.roster is not None
    assert rules.audit(problem, result.roster) == ()
    assert sum(costs.terms(problem, result.roster).values()) == pytest.approx(result.objective)


def test_every_program_and_every_window_is_of_the_types_that_kernels_are_compiled_for() -> None:
    problem = close(1)
    program = compile_program(problem, expand(problem))
    search = _Search(prepare(program), 1, None, 1, lambda: False, 0.0)
    search.pool.shutdown()
    assert search.windows is not None
    kinds = {typeof(prepare(random_program(seed)).tables) for seed in range(8)}
    assert kinds == {typeof(prepare(program).tables)} == {typeof(search.compiled.tables)}
