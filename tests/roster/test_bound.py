"""The bound never exceeds the optimum that brute force finds, at any prices and however it ends."""

import math

import numpy as np
import pytest

from staffing.roster.anneal import anneal, cost, violations
from staffing.roster.bound import _Dual, lower_bound
from staffing.roster.compile import compile_program
from staffing.roster.flow import uncovered_cost
from staffing.roster.kernels.cover import supply_cost
from staffing.roster.options import expand
from staffing.roster.tables import make_net, prepare
from tests.roster.programs import own_cost, random_program, rows, seeds, supply
from tests.roster.roster_cases import random_problem


def optimum(program) -> float:
    """Least cost over all pairs of legal rows of two agents; infinite where an agent has none."""
    net = make_net(program)
    A, D, _ = program.shape
    assert A == 2
    none = supply(program, np.full((A, D), -1, np.int32))
    options = []
    for a in range(A):
        mine = []
        for row in rows(program, a):
            choice = np.full((A, D), -1, np.int32)
            choice[a] = row
            mine.append((own_cost(program, a, row), supply(program, choice) - none))
        options.append(mine)
    best = math.inf
    for x, more in options[0]:
        for y, again in options[1]:
            best = min(best, x + y + uncovered_cost(program) + int(supply_cost(net, none + more + again)))
    return best


@pytest.mark.parametrize("seed", seeds(60))
def test_bound_is_below_the_optimum_at_any_prices(seed):
    program = random_program(seed, days=4, kinds=2, per_day=3)
    best = optimum(program)
    if math.isinf(best):
        return
    compiled = prepare(program, longest=3)
    dual = _Dual(compiled, lambda: False, lambda _: None, 0.0, math.inf, lambda: math.inf)
    dual.share = lambda: 0.0
    rng = np.random.default_rng(seed)
    for scale in (0.0, 2.0, 10.0, 40.0):
        lam = np.maximum(rng.normal(0, scale, (dual.T, dual.Q)), dual.lowest)
        own = dual.relaxed[dual.relaxed >= 0]
        dual.work.multiplier[own] = rng.normal(0, scale, len(own))
        for exactness in (0, 1, 2):
            value, _, _ = dual.evaluate(lam, exactness)
            assert value <= best + 1e-6


@pytest.mark.parametrize("seed", seeds(60, 4))
def test_search_for_prices_ends_below_the_optimum(seed):
    program = random_program(seed, days=4, kinds=2, per_day=3)
    best = optimum(program)
    told = []
    found = lower_bound(program, seconds=10.0, on_better=told.append)
    if math.isinf(best):
        return
    assert told == sorted(told)
    assert found == told[-1]
    assert found <= best


def test_prices_that_were_searched_prove_far_more_than_none():
    problem = random_problem(7, agents=10, days=14, nights=False)
    program = compile_program(problem, expand(problem))
    told = []
    found = lower_bound(program, seconds=3.0, on_better=told.append)
    choice = anneal(program, seconds=1.0)
    assert violations(program, choice) == 0
    best = cost(program, choice)
    assert told[0] <= found <= best
    assert best - found < 0.5 * (best - told[0])


def test_the_bound_ends_where_it_meets_a_known_rota_and_when_told_to():
    program = random_program(1, days=4, kinds=2, per_day=3)
    assert lower_bound(program, seconds=60.0, upper=lambda: -1e9) >= -(10**9)
    assert lower_bound(program, seconds=60.0, should_stop=lambda: True) == 0
