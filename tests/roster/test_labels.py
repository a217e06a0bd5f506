"""The exact horizon by labels finds what brute force finds, on random programs of every primitive."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from staffing.roster.labels import horizon_of
from staffing.roster.labels.kernels import IMPOSSIBLE, climb, climb_beside, list_near, reduce_prices, trace, walk
from staffing.roster.labels.nodes import UnfitError
from staffing.roster.primitives import Count, Run
from tests.roster.programs import kept, own_cost, random_program, rows, seeds


class Solved:
    """An agent's program at prices."""

    def __init__(self, program, agent, prices, cells=20_000_000):
        self.horizon = h = horizon_of(program, agent, cells)
        self.price, self.off = program.cost[agent] + prices, program.off_cost[agent].astype(float)
        D, _ = prices.shape
        self.cheapest = np.zeros(h.layers.move.shape)
        self.which = np.zeros(h.layers.move.shape, np.int64)
        self.cost = np.empty(h.cells)
        self.out = np.zeros(D, np.int32)
        reduce_prices(h.layers, self.price, self.off, self.cheapest, self.which)
        climb(h.layers, h.then, h.tolls, h.tolled, self.cheapest, self.cost)

    def walk(self, noise=0.0, seed=0):
        h = self.horizon
        path, reach = np.zeros(len(self.out) + 1, np.int64), int(h.layers.labels.max())
        arrays = h.layers, h.then, h.tolls, h.tolled, self.cheapest, self.which, self.cost
        found = walk(*arrays, h.start, noise, seed, path, reach, self.out)
        return found, tuple(self.out.tolist())

    def near(self, most, limit):
        h = self.horizon
        out = np.zeros((limit, len(self.out)), np.int32)
        n = list_near(h.layers, h.then, h.tolls, h.tolled, self.price, self.off, self.cost, h.start, most, out)
        return n if n < 0 else {tuple(row.tolist()) for row in out[:n]}


def priced(program, a, prices):
    """Cost of every legal row."""
    return {
        row: own_cost(program, a, row) + sum(prices[d, s] for d, s in enumerate(row) if s >= 0)
        for row in rows(program, a)
    }


@pytest.mark.parametrize("seed", seeds(120))
def test_cheapest_horizon_is_the_cheapest_of_all_rows(seed):
    program = random_program(seed)
    A, D, S = program.shape
    rng = np.random.default_rng(seed)
    for a in range(A):
        prices = rng.integers(-40, 40, (D, S)).astype(float)
        costs = priced(program, a, prices)
        solved = Solved(program, a, prices)
        found, row = solved.walk()
        if solved.horizon.left_out:  # a relaxation
            assert found <= min(costs.values(), default=math.inf) + 1e-6
            continue
        if not costs:
            assert found >= IMPOSSIBLE
            continue
        assert found == pytest.approx(min(costs.values()))
        assert costs[row] == pytest.approx(found)
        for k in range(3):
            found, row = solved.walk(noise=8.0, seed=k)
            assert costs[row] == pytest.approx(found)


@pytest.mark.parametrize("seed", seeds(60))
def test_beside_a_tour_the_cheapest_of_close_labels_is_found_and_of_all_where_the_reach_is_wide(seed):
    program = random_program(seed)
    _, D, S = program.shape
    prices = np.random.default_rng(seed).integers(-40, 40, (D, S)).astype(float)
    costs = priced(program, 0, prices)
    solved = Solved(program, 0, prices)
    h = solved.horizon
    if not costs or h.left_out:
        return
    arrays = h.layers, h.then, h.tolls, h.tolled
    path, out = np.zeros(D + 1, np.int64), np.zeros(D, np.int32)
    found = {}
    stays = max(costs, key=costs.get)
    trace(h.layers, h.then, np.array(stays, np.int32), path)
    for reach in (0, 1, 2, int(h.layers.labels.max())):
        cost = np.full(h.cells, -1e6)  # what is out of reach is not looked at
        climb_beside(*arrays, solved.cheapest, path, reach, cost)
        found[reach] = walk(*arrays, solved.cheapest, solved.which, cost, h.start, 0.0, 0, path, reach, out)
        assert costs[tuple(out.tolist())] == pytest.approx(found[reach])
    values = list(found.values())
    assert values[0] <= costs[stays] + 1e-6
    assert all(wide <= narrow + 1e-6 for narrow, wide in pairwise(values))
    assert values[-1] == pytest.approx(min(costs.values()))


@pytest.mark.parametrize("seed", seeds(60))
def test_near_horizons_are_all_rows_up_to_a_cost(seed):
    program = random_program(seed, days=5)
    _, D, S = program.shape
    prices = np.random.default_rng(seed).integers(-40, 40, (D, S)).astype(float)
    costs = priced(program, 0, prices)
    if not costs:
        return
    solved = Solved(program, 0, prices)
    most = min(costs.values()) + 25.0
    found = solved.near(most, 10_000)
    assert found == {row for row, cost in costs.items() if cost <= most}
    assert solved.near(most, len(found)) == found
    assert solved.near(most, len(found) - 1) == -1


def test_upper_bounds_that_do_not_fit_are_left_out_and_told():
    program = random_program(3)
    D = program.shape[1]
    counts = (
        Count("month", 0, 1, (tuple(range(D)),), 0, 960),
        Count("shifts", 0, 0, (tuple(range(D)),), 2, D),
    )
    program = replace(program, counts=counts, runs=(), allowed=np.ones_like(program.allowed))
    prices = np.full(program.shape[1:], -50.0)
    whole = Solved(program, 0, prices)
    assert whole.horizon.left_out == ()
    small = Solved(program, 0, prices, cells=whole.horizon.cells - 1)
    assert small.horizon.left_out == counts[:1]
    assert small.walk()[0] < whole.walk()[0]
    with pytest.raises(UnfitError, match="costs"):
        horizon_of(program, 0, 5)


def test_runs_with_too_many_states_and_overlapping_groups_do_not_fit():
    program = random_program(3, days=30)
    long = tuple(Run(f"r{i}", 0, i % 4, 1 + i, 20 + i, off=i % 2 == 0) for i in range(8))
    with pytest.raises(UnfitError, match="nodes"):
        horizon_of(replace(program, runs=long, counts=()), 0)
    overlap = Count("weekends", 0, 0, ((0, 1), (1, 2)), 0, 1, any=True)
    with pytest.raises(UnfitError, match="overlap"):
        horizon_of(replace(program, runs=(), counts=(overlap,)), 0)


def test_a_bound_on_days_without_any_such_shift_is_judged_at_once():
    program = random_program(3)
    never = replace(program, runs=(), successions=(), off_allowed=np.ones_like(program.off_allowed))
    off = np.zeros_like(program.allowed)
    fixed = replace(never, allowed=off, counts=(Count("hours", 0, 1, ((0, 1),), 0, 60, below=((30, 2),)),))
    assert Solved(fixed, 0, np.zeros(program.shape[1:])).walk()[0] == program.off_cost[0].sum() + 60
    broken = replace(never, allowed=off, counts=(Count("hours", 0, 1, ((0, 1),), 30, 60),))
    assert not any(kept(broken, 0, row) for row in rows(broken, 0))
    assert Solved(broken, 0, np.zeros(program.shape[1:])).walk()[0] >= IMPOSSIBLE
    over = replace(never, counts=(Count("hours", 0, 1, ((0, 1),), 0, 60, base=90),))
    assert Solved(over, 0, np.zeros(program.shape[1:])).walk()[0] >= IMPOSSIBLE
    assert math.isfinite(IMPOSSIBLE)
