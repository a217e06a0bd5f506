"""Cover: hand-computed splits, and a linear program on random intervals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from staffing.roster.cover import Cover, added, cover_of, price, push, split
from tests.roster.programs import random_program
from tests.roster.roster_cases import random_problem


def small(need: list[int], serves: list[list[int]]) -> Cover:
    """One interval; under 1/10/100 with tiers of 2 and 3 units, over 2/20 with a first tier of 1."""
    Q = len(need)
    return Cover(
        group=np.zeros(0, np.int64),
        serves=np.array(serves, np.bool_),
        need=np.array([need]),
        tiers=np.tile([2, 3], (1, Q, 1)),
        under=np.tile([1, 10, 100], (Q, 1)),
        over_tier=np.ones((1, Q), np.int64),
        over=np.tile([2, 20], (Q, 1)),
        base=np.zeros((1, len(serves)), np.int64),
    )


def cheapest(cover: Cover, t: int, supply: np.ndarray) -> float:
    """Least cost of one interval as a linear program over flows and pieces of each queue's price."""
    G, Q = cover.serves.shape
    arcs = [(g, q) for g in range(G) for q in range(Q) if cover.serves[g, q]]
    pieces: list[tuple[int, float, float, float]] = []
    for q in range(Q):
        first, second = cover.tiers[t, q]
        third = cover.need[t, q] - first - second
        for width, cents in zip((first, second, third), cover.under[q], strict=True):
            pieces.append((q, 1.0, cents, float(width)))
        pieces.append((q, -1.0, cover.over[q, 0], float(cover.over_tier[t, q])))
        pieces.append((q, -1.0, cover.over[q, 1], float("inf")))
    columns = len(arcs) + len(pieces)
    rows, right = [], []
    for g in range(G):
        if cover.serves[g].any():
            rows.append([float(i < len(arcs) and arcs[i][0] == g) for i in range(columns)])
            right.append(float(supply[g]))
    for q in range(Q):
        row = [float(i < len(arcs) and arcs[i][1] == q) for i in range(columns)]
        for j, (k, sign, _, _) in enumerate(pieces):
            row[len(arcs) + j] = sign * (k == q)
        rows.append(row)
        right.append(float(cover.need[t, q]))
    found = linprog(
        [0.0] * len(arcs) + [p[2] for p in pieces],
        A_eq=rows,
        b_eq=right,
        bounds=[(0, None)] * len(arcs) + [(0, p[3]) for p in pieces],
    )
    return float(found.fun)


def total(cover: Cover, supply: np.ndarray) -> int:
    under, over = price(cover, split(cover, supply).sum(axis=1))
    return int(under.sum() + over.sum())


def test_flexible_agents_fill_the_queue_that_misses_more() -> None:
    cover = small([4, 8], [[1, 0], [0, 1], [1, 1]])
    # Queue 0 has 4 of 4 of its own; queue 1 has 2 of 8 and gets all 3 flexible units: 3 missing = 2 * 1 + 1 * 10.
    assert total(cover, np.array([[4, 2, 3]])) == 12
    assert split(cover, np.array([[4, 2, 3]])).sum(axis=1).tolist() == [[4, 5]]


def test_a_chain_of_exchanges_helps_a_queue_that_nobody_idle_can_serve() -> None:
    cover = small([4, 4, 4], [[1, 1, 0], [0, 1, 1], [1, 0, 0]])
    # Group 0 may be pushed from queue 0 to queue 1 by group 2, and group 1 then all serves queue 2.
    flow = split(cover, np.array([[4, 4, 4]]))
    assert flow.sum(axis=1).tolist() == [[4, 4, 4]]
    assert total(cover, np.array([[4, 4, 4]])) == 0


def test_surplus_is_spread_where_it_is_cheapest() -> None:
    cover = small([2, 2], [[1, 1]])
    # Six units for four: one cheap surplus unit at each queue.
    assert total(cover, np.array([[6]])) == 4
    assert total(cover, np.array([[7]])) == 24


def test_a_group_that_serves_nothing_changes_nothing() -> None:
    cover = small([2], [[0], [1]])
    assert total(cover, np.array([[9, 2]])) == 0


@pytest.mark.parametrize("seed", range(12))
def test_the_split_costs_what_a_linear_program_finds(seed: int) -> None:
    cover = random_program(seed, days=4, queues=2 + seed % 3).cover
    supply = np.random.default_rng(seed).integers(0, 14, cover.base.shape)
    flow = split(cover, supply)
    serving = cover.serves.any(axis=1)
    assert (flow >= 0).all()
    assert not flow[:, ~cover.serves].any()
    assert (flow.sum(axis=2)[:, serving] == supply[:, serving]).all()
    expected = sum(cheapest(cover, t, supply[t]) for t in range(len(supply)))
    assert total(cover, supply) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_further_units_cost_more_and_more_and_add_up(seed: int) -> None:
    cover = random_program(seed, days=3, queues=3).cover
    supply = np.random.default_rng(seed).integers(0, 8, cover.base.shape)
    flow = split(cover, supply)
    steps = added(cover, flow, 1, 6)
    assert (np.diff(steps, axis=1) >= 0).all()
    more = supply.copy()
    more[:, 1] += 6
    assert steps.sum() == total(cover, more) - total(cover, supply)
    push(cover, flow, 1, np.full(len(flow), 6))
    assert (price(cover, flow.sum(axis=1))[0].sum() + price(cover, flow.sum(axis=1))[1].sum()) == total(cover, more)


def test_prices_are_cents_per_quarter_and_interval() -> None:
    problem = random_problem(1, agents=3, days=7, busy=False)
    cover = cover_of(problem)
    # 30 an hour: 30 * 100 / 2 half-hours / 4 quarters = 375; the third queue weighs 0.6.
    assert cover.under.tolist() == [[375, 750, 1500], [375, 750, 1500], [225, 450, 900]]
    assert cover.over.tolist() == [[25, 75]] * 3
    assert (cover.tiers.sum(axis=2) <= cover.need).all()
    assert (cover.need == np.round(problem.required.T * 4)).all()


def test_a_night_shift_of_the_past_is_on_duty_on_the_first_morning() -> None:
    problem = random_problem(2, agents=6, days=7)
    cover = cover_of(problem)
    expected = np.zeros_like(cover.base)
    for past in problem.past:
        for t, start in enumerate(problem.grid.starts):
            if past.start <= start and start + 1800 <= past.end:
                expected[t, problem.group[problem.agent_index[past.agent]]] += 4
    assert (cover.base == expected).all()
