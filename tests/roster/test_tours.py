"""The dynamic program finds what brute force finds, on hundreds of random programs."""

import itertools

import numpy as np
import pytest

from staffing.roster.tables import make_work, prepare
from staffing.roster.tours import EXACT, RUNS, best_horizon, best_tour, carried
from staffing.roster.tours import RELAXED as LOOSE
from tests.roster.programs import HUGE, count_cost, kept, own_cost, random_program, rows, seeds, value_of


def carried_only(program, compiled, a, row) -> float:
    """Own cost of a row without the counts that the horizon's program leaves to multipliers."""
    carries = dict(zip(map(id, compiled.counts), carried(compiled), strict=True))
    left_out = sum(
        count_cost(c, value_of(program, c, row)) for c in program.counts if c.agent == a and not carries[id(c)]
    )
    return own_cost(program, a, row) - left_out


@pytest.mark.parametrize("seed", seeds(120))
def test_best_week_is_the_cheapest_of_all(seed):
    program = random_program(seed)
    compiled = prepare(program, longest=4)
    rng = np.random.default_rng(seed)
    work = make_work(compiled)
    A, D, S = program.shape
    # counts left to prices are not the week's business here
    tb = compiled.tables
    if compiled.unsupported:
        return
    for a in range(A):
        prices = rng.integers(-40, 40, (D, S)).astype(float)
        feasible = list(rows(program, a))
        if not feasible:
            continue
        row = np.array(feasible[rng.integers(len(feasible))], np.int32)
        for w in range(len(compiled.blocks) - 1):
            d0, d1 = compiled.blocks[w], compiled.blocks[w + 1]
            found = best_tour(compiled, a, w, prices, row, work)
            priced = [int(tb.part_count[i]) for i in range(*tb.part_ptr[a, w : w + 2]) if tb.part_slot[i] < 0]

            def cost(x, a=a, d0=d0, d1=d1, prices=prices, priced=priced):
                total = own_cost(program, a, x) + sum(prices[d, x[d]] for d in range(d0, d1) if x[d] >= 0)
                return total - sum(
                    count_cost(c, value_of(program, c, x)) for c in map(compiled.counts.__getitem__, priced)
                )

            same = [x for x in feasible if x[:d0] == tuple(row[:d0]) and x[d1:] == tuple(row[d1:])]
            new = row.copy()
            new[d0:d1] = found.options
            assert kept(program, a, new)
            assert cost(tuple(new)) == pytest.approx(min(map(cost, same)))


@pytest.mark.parametrize("seed", seeds(120))
def test_best_horizon_is_the_cheapest_of_all_and_its_relaxations_are_below(seed):
    program = random_program(seed)
    compiled = prepare(program, longest=3 + seed % 2)
    rng = np.random.default_rng(seed)
    work = make_work(compiled)
    A, D, S = program.shape
    exact_rules = compiled.unsupported is None and not any(
        not ok and (c.lo > c.base or c.hi < HUGE) for c, ok in zip(compiled.counts, carried(compiled), strict=True)
    )
    for a in range(A):
        prices = rng.integers(-40, 40, (D, S)).astype(float)

        def cost(x, a=a, prices=prices):
            return carried_only(program, compiled, a, x) + sum(prices[d, s] for d, s in enumerate(x) if s >= 0)

        best = min(map(cost, rows(program, a)), default=float("inf"))
        found = best_horizon(compiled, a, prices, EXACT, work=work)
        runs = best_horizon(compiled, a, prices, RUNS, work=work)
        loose = best_horizon(compiled, a, prices, LOOSE, work=work)
        assert loose.cost <= runs.cost + 1e-6
        assert runs.cost <= found.cost + 1e-6
        assert found.cost <= best + 1e-6
        same = all(
            c.groups == d.groups
            for c, d in itertools.combinations([c for c in compiled.counts if c.agent == a and c.any], 2)
        )
        if exact_rules and same:
            assert found.cost == pytest.approx(best)
            if best < float("inf"):
                assert kept(program, a, found.options)
                assert cost(found.options) == pytest.approx(best)
