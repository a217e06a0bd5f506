"""CP-SAT's reading of the primitives against the plain one, on any mixture of them."""

from __future__ import annotations

import numpy as np
import pytest

from staffing.roster import cpsat
from staffing.roster.cover import added, split
from staffing.roster.evaluate import broken, cost, cover_cost, supply, tour_cost
from tests.roster import programs


def some_choice(program: object, rng: np.random.Generator) -> np.ndarray:
    A, D, S = program.shape  # type: ignore[attr-defined]
    return np.where(rng.random((A, D)) < 0.6, rng.integers(0, S, (A, D)), -1).astype(np.int32)


@pytest.mark.parametrize("seed", range(30))
def test_a_fixed_choice_is_feasible_and_costs_what_the_plain_reading_says(seed: int) -> None:
    program = programs.random_program(seed, agents=2, days=5)
    rng = np.random.default_rng(seed)
    A, D, _ = program.shape
    legal = [list(programs.rows(program, a)) for a in range(A)]
    for trial in range(5):
        choice = some_choice(program, rng)
        if trial > 2 and all(legal):
            choice = np.array([x[rng.integers(len(x))] for x in legal], np.int32)
        expected = broken(program, choice)
        assert {a for _, a in expected} == {a for a in range(A) if not programs.kept(program, a, choice[a])}
        model = cpsat.build(program, choice if trial % 2 else None)
        chosen = {(a, d): s for a, d, s in ((a, d, int(choice[a, d])) for a in range(A) for d in range(D))}
        known = True
        for (a, d), cell in model.cells.items():
            known &= chosen[a, d] < 0 or chosen[a, d] in [s for s, _ in cell]
            for s, v in cell:
                model.model.add(v == int(chosen[a, d] == s))
        if not known:  # an option that is not allowed has no variable
            assert expected
            continue
        answer = cpsat.solve(model, 20)
        assert (answer.status == "OPTIMAL") == (not expected)
        if not expected:
            assert answer.objective == pytest.approx(cost(program, choice))
            assert cost(program, choice) == tour_cost(program, choice) + cover_cost(program, choice)


@pytest.mark.parametrize("seed", range(8))
def test_a_neighbourhood_costs_the_same_projected_and_as_flows(seed: int) -> None:
    program = programs.random_program(seed + 100, agents=4, days=6)
    legal = [list(programs.rows(program, a)) for a in range(4)]
    if not all(legal):
        pytest.skip("no legal rows in this random program")
    rng = np.random.default_rng(seed)
    choice = np.array([x[rng.integers(len(x))] for x in legal], np.int32)
    g = int(program.cover.group[0])
    free = np.zeros(choice.shape, np.bool_)
    free[np.nonzero(program.cover.group == g)[0], 1:4] = True
    still = np.where(free, -1, choice)
    most = 4 * int(free.any(axis=1).sum())
    slopes = added(program.cover, split(program.cover, supply(program, still)), g, most)
    by_flow = cpsat.solve(cpsat.build(program, choice, free), 20)
    projected = cpsat.solve(cpsat.build(program, choice, free, slopes=slopes), 20)
    assert by_flow.choice is not None
    assert projected.choice is not None
    assert cost(program, by_flow.choice) == cost(program, projected.choice) <= cost(program, choice)
    for answer in (by_flow.choice, projected.choice):
        assert not broken(program, answer)
        assert (answer == choice)[~free].all()


@pytest.mark.parametrize("seed", range(6))
def test_the_optimum_is_what_trying_everything_finds(seed: int) -> None:
    program = programs.random_program(seed + 40, agents=2, days=4, kinds=2)
    legal = [list(programs.rows(program, a)) for a in range(2)]
    answer = cpsat.solve(cpsat.build(program), 20, workers=2, subsolvers=("max_lp", "reduced_costs"))
    if not all(legal):
        assert answer.status == "INFEASIBLE"
        assert answer.choice is None
        return
    best = min(cost(program, np.array([x, y], np.int32)) for x in legal[0] for y in legal[1])
    assert answer.status == "OPTIMAL"
    assert answer.objective == pytest.approx(best)
    assert answer.bound == pytest.approx(best)


def test_solutions_and_bounds_are_passed_on_and_stopping_works() -> None:
    program = programs.random_program(7, agents=4, days=6)
    seen: list[np.ndarray] = []
    bounds: list[float] = []
    answer = cpsat.solve(cpsat.build(program), 20, take=seen.append, bound=bounds.append, should_stop=lambda: False)
    if answer.choice is not None:
        assert seen
        assert (seen[-1] == answer.choice).all()
    stopped = cpsat.solve(cpsat.build(programs.random_program(8, agents=30, days=12)), 60, should_stop=lambda: True)
    assert stopped.status in ("UNKNOWN", "FEASIBLE", "OPTIMAL", "INFEASIBLE")
