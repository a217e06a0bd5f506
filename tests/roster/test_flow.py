"""Cover: hand-computed cases, and brute force as a linear program."""

import numpy as np
import pytest
from scipy.optimize import linprog

from staffing.roster.flow import Flow, cover_cost, supply_of, uncovered_cost
from staffing.roster.tables import prepare
from tests.roster.programs import random_program, seeds, supply


def transport(program, units: np.ndarray) -> float:
    """Least cost of one interval's cover, as a linear program over (flows, pieces of each queue's cost)."""
    cover = program.cover
    G, Q = cover.serves.shape
    total = 0.0
    for t in range(len(units)):
        arcs = [(g, q) for g in range(G) for q in range(Q) if cover.serves[g, q]]
        price, bounds, pieces = [0.0] * len(arcs), [(0, None)] * len(arcs), []
        for q in range(Q):
            t1, t2 = cover.tiers[t, q]
            need = cover.need[t, q]
            for width, cents in (
                (t1, cover.under[q, 0]),
                (t2, cover.under[q, 1]),
                (need - t1 - t2, cover.under[q, 2]),
            ):
                pieces.append((q, 1.0))
                price.append(cents)
                bounds.append((0, int(width)))
            for width, cents in ((int(cover.over_tier[t, q]), cover.over[q, 0]), (None, cover.over[q, 1])):
                pieces.append((q, -1.0))
                price.append(cents)
                bounds.append((0, width))
        eq, rhs = [], []
        for g in range(G):
            if cover.serves[g].any():
                eq.append([float(a[0] == g) for a in arcs] + [0.0] * len(pieces))
                rhs.append(units[t, g])
        for q in range(Q):  # cover + missing - surplus = need
            eq.append([float(a[1] == q) for a in arcs] + [s if p == q else 0.0 for p, s in pieces])
            rhs.append(cover.need[t, q])
        found = linprog(price, A_eq=np.array(eq), b_eq=np.array(rhs), bounds=bounds)
        assert found.status == 0
        total += found.fun
    return total


def random_choice(program, rng) -> np.ndarray:
    A, D, S = program.shape
    return rng.integers(-1, S, (A, D)).astype(np.int32)


@pytest.mark.parametrize("seed", seeds(25))
def test_cover_cost_is_that_of_the_linear_program(seed):
    program = random_program(seed, agents=5, days=3, queues=3)
    rng = np.random.default_rng(seed)
    choice = random_choice(program, rng)
    assert np.array_equal(supply_of(program, choice), supply(program, choice))
    assert cover_cost(program, choice) == pytest.approx(transport(program, supply(program, choice)), abs=1e-6)


@pytest.mark.parametrize("seed", seeds(25))
def test_adding_and_removing_shifts_keeps_the_flow_optimal_and_prices_exact(seed):
    program = random_program(seed, agents=6, days=3, queues=3)
    rng = np.random.default_rng(seed)
    compiled = prepare(program)
    choice = random_choice(program, rng)
    flow = Flow(compiled, choice)
    A, D, _S = program.shape
    for _ in range(40):
        a, d = int(rng.integers(A)), int(rng.integers(D))
        if choice[a, d] >= 0:
            flow.remove(a, d, int(choice[a, d]))
            choice[a, d] = -1
        else:
            allowed = np.nonzero(compiled.tables.allowed[a, d])[0]
            if not len(allowed):
                continue
            s = int(rng.choice(allowed))
            price = flow.prices(a, d)[s]
            assert flow.add(a, d, s) == price
            choice[a, d] = s
        assert flow.cost == cover_cost(program, choice)
    _T, _G, _Q = flow.flow.shape
    assert np.array_equal(flow.flow.sum(axis=1), flow.level)
    serving = program.cover.serves.any(axis=1)
    assert np.array_equal(flow.flow.sum(axis=2)[:, serving], supply(program, choice)[:, serving])


def test_nobody_on_duty_costs_every_tier():
    program = random_program(1, agents=2, days=2)
    none = np.full((2, 2), -1, np.int32)
    program.cover.base.setflags(write=True)
    program.cover.base[:] = 0
    assert (
        Flow(program, none).cost == uncovered_cost(program) == pytest.approx(transport(program, supply(program, none)))
    )
