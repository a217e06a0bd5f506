from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from staffing.errors import InputError
from staffing.grid import FloatArray, IntArray
from staffing.queueing.erlang import erlang_a
from staffing.queueing.inverse import Goals, agents_needed
from staffing.simulation.engine import simulate
from staffing.simulation.model import Demand
from staffing.simulation.settings import SimulationSettings, VerifySettings
from staffing.simulation.sizing import Sized, on_duty, size
from staffing.simulation.subsets import able_of, bounds, cheapest, parts_of, subsets_of
from tests.simulation.builders import demand_of

PATIENCE = 150.0
GOAL = Goals(service_level=0.8, threshold_seconds=20.0)
LABORATORY = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]
COST = np.array([1, 1, 1, 1.1, 1.1, 1.1, 1.2])
QUICK = VerifySettings(tolerance=0.0, margin=0.01, replications=20, rounds=30, held_out_replications=60)


def steady(load: FloatArray, aht: FloatArray, days: int = 3, **given: object) -> Demand:
    """Queues that stay as they are, with a promise for the whole time."""
    n = len(load)
    line = np.ones((1, 24 * days))
    return demand_of(
        n,
        days,
        contacts=(load / aht * 3600.0)[:, None] * line,
        aht_seconds=aht[:, None] * line,
        patience_seconds=np.full(n, PATIENCE),
        exponential=np.ones(n, np.bool_),
        hold=("month",) * n,
        **given,
    )


def flexible_last(groups: list[tuple[int, ...]], n_queues: int) -> IntArray:
    """Priorities with which those who serve fewer queues are asked first."""
    return np.array([[len(g) * (q in g) for q in range(n_queues)] for g in groups])


def siloed(load: FloatArray, aht: FloatArray) -> float:
    return float(agents_needed(load, aht, GOAL, PATIENCE).sum())


def alike(demand: Demand) -> IntArray:
    return np.zeros(len(demand.grid), np.int64)


def sized(load: FloatArray, aht: FloatArray, **given: object) -> Sized:
    demand = steady(load, aht)
    serves = flexible_last(LABORATORY, 3)
    return size(demand, serves, COST, SimulationSettings(seed=1), QUICK, alike=alike(demand), **given)  # type: ignore[arg-type]


# -- sets of queues ------------------------------------------------------------------------------------------


def test_only_sets_that_people_link_are_looked_at() -> None:
    serves = [[1, 2, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]]
    assert subsets_of(serves) == ((0,), (1,), (2,), (3,), (0, 1), (1, 2), (0, 1, 2))
    assert parts_of(serves, (0, 2, 3)) == ((0,), (2,), (3,))


def test_of_many_linked_queues_not_every_set_is_looked_at() -> None:
    found = subsets_of(np.ones((1, 12), np.int8))
    assert tuple(range(12)) in found
    assert len(found) == 12 + 66 + 1


def test_a_pool_needs_less_than_its_queues_and_more_than_any_of_them() -> None:
    load, aht = np.array([25.0, 18.0, 8.0]), np.array([300.0, 360.0, 420.0])
    demand = steady(load, aht, days=1)
    subsets = subsets_of(np.ones((1, 3)))
    bound = bounds(demand, subsets)[:, -1]
    assert bound[:3].tolist() == agents_needed(load, aht, GOAL, PATIENCE).tolist()
    for s, subset in enumerate(subsets):
        parts = bound[list(subset)]
        assert parts.max() <= bound[s] <= parts.sum()
    assert bound[-1] < siloed(load, aht) - 3


def test_deferrable_work_asks_for_nobody_at_once_and_chats_count_as_the_chain_has_them() -> None:
    load, aht = np.array([6.0, 6.0, 6.0]), np.full(3, 300.0)
    demand = steady(
        load,
        aht,
        days=1,
        channel=np.array([0, 1, 2]),
        concurrency=np.array([1, 3, 1]),
        slowdown=np.array([0.0, 0.2, 0.0]),
    )
    subsets = ((0,), (1,), (2,), (0, 1), (0, 1, 2))
    voice, chat, mail, both, every = bounds(demand, subsets)[:, -1].tolist()
    assert chat == agents_needed(6.0, 300.0, GOAL, PATIENCE, concurrency=3, slowdown=0.2)
    assert mail == 0
    assert voice == max(voice, chat) <= both == every
    # Six erlangs of calls and six of chats, three at a time and each 1.4 times as long, of which 80% must be answered.
    assert both >= 0.8 * (6 + 6 * 1.4 / 3)


@pytest.mark.parametrize(
    ("load", "aht", "threshold"),
    [
        ([1.5, 1.5], [300.0, 300.0], [20.0, 20.0]),
        ([2.5, 0.8], [300.0, 300.0], [20.0, 20.0]),
        ([1.0, 2.0], [240.0, 420.0], [20.0, 40.0]),
    ],
)
def test_a_team_below_a_bound_misses_a_promise_whoever_is_in_it(
    load: list[float], aht: list[float], threshold: list[float]
) -> None:
    demand = steady(np.array(load), np.array(aht), days=10, threshold_seconds=np.array(threshold))
    groups = [(0,), (1,), (0, 1)]
    serves = flexible_last(groups, 2).astype(np.int8)
    subsets = subsets_of(serves)
    able = able_of(serves, subsets)
    bound = bounds(demand, subsets)[:, -1]
    tried = 0
    for people in product(range(8), repeat=3):
        have = able @ np.array(people)
        if not ((have < bound).any() and (have >= bound - 1).all()):
            continue  # far below is worse still
        tried += 1
        everywhere = np.repeat(np.array(people)[:, None], len(demand.grid), axis=1)
        found = simulate(
            demand, on_duty(demand.grid, serves, everywhere), SimulationSettings(replications=20, seed=tried)
        )
        assert found.queue_service_level_low.min() < 0.8, people
    assert tried >= 8


def test_the_bound_of_queues_that_are_alike_is_reached_by_people_who_serve_them_all() -> None:
    load, aht = np.array([4.0, 4.0, 4.0]), np.full(3, 300.0)
    demand = steady(load, aht)
    bound = bounds(demand, ((0, 1, 2),))[0, -1]
    exact = erlang_a(12.0, bound, 300.0, PATIENCE, 20.0).service_level
    people = np.full((1, len(demand.grid)), int(bound))
    found = simulate(
        demand, on_duty(demand.grid, np.ones((1, 3), np.int8), people), SimulationSettings(replications=60)
    )
    assert found.queue_service_level.min() >= 0.8
    assert abs(found.queue_service_level.mean() - exact) < 0.01


# -- people by group -----------------------------------------------------------------------------------------


def test_the_cheapest_people_are_those_that_trying_all_finds() -> None:
    able = able_of(flexible_last([(0,), (1,), (0, 1)], 2), ((0,), (1,), (0, 1)))
    rng = np.random.default_rng(5)
    for _ in range(20):
        need = rng.integers(0, 5, (3, 1)).astype(float)
        cost = np.array([1.0, 1.0, rng.uniform(0.9, 2.2)])
        found = cheapest(able, need, cost)[:, 0]
        best = min(cost @ x for x in product(range(10), repeat=3) if (able @ np.array(x) >= need[:, 0]).all())
        assert (able @ found >= need[:, 0]).all()
        assert cost @ found == pytest.approx(best)


def test_a_queue_that_nobody_serves_is_told() -> None:
    demand = steady(np.array([2.0, 2.0]), np.full(2, 300.0), days=1)
    with pytest.raises(InputError, match="nobody serves"):
        size(demand, [[1, 0]], [1.0], SimulationSettings(), QUICK)


def test_people_with_several_skills_cost_less_than_every_queue_for_itself_and_keep_the_promise_on_unseen_seeds() -> (
    None
):
    load, aht = np.array([8.0, 6.0, 3.0]), np.array([300.0, 360.0, 420.0])
    found = sized(load, aht, sweeps=1)
    assert not found.missing.any()
    assert found.service.queue_service_level.min() >= 0.8
    assert (found.need >= found.bound).all()
    hours = 72
    assert found.cost <= siloed(load, aht) * hours
    assert found.cost == pytest.approx(float(COST @ found.people.sum(axis=1)))
    assert (found.people == found.people[:, :1]).all()


def test_trading_people_makes_them_no_dearer_and_a_stop_keeps_what_was_found() -> None:
    load, aht = np.array([4.0, 3.0, 1.5]), np.array([300.0, 360.0, 420.0])
    plain, traded = sized(load, aht, sweeps=0), sized(load, aht, sweeps=1)
    assert plain.simulations < traded.simulations
    assert traded.cost <= plain.cost

    class Stopped:
        def report(self, progress: object) -> None:
            assert progress is not None

        def should_stop(self) -> bool:
            return True

    stopped = sized(load, aht, monitor=Stopped())
    assert (stopped.simulations, stopped.complete, traded.complete) == (1, False, True)


def test_every_interval_gets_its_own_people_where_contacts_change_over_the_day() -> None:
    level = np.repeat([4.0, 8.0, 12.0, 6.0], 6)
    contacts = np.array([[0.7], [0.5]]) * level * 3600 / 300
    demand = demand_of(2, contacts=contacts, patience_seconds=np.full(2, PATIENCE), aht_cv=np.full(2, 0.9))
    serves = flexible_last([(0,), (1,), (0, 1)], 2)
    settings = VerifySettings(margin=0.02, replications=150, rounds=20, held_out_replications=400)
    found = size(demand, serves, [1.0, 1.0, 1.1], SimulationSettings(seed=2), settings, sweeps=1)
    # Of 48 promises that just hold on the seeds they were made with, one or the other is missed by a hair on others.
    assert found.service.service_level.min() >= 0.77
    assert (found.missing > 0).sum() <= 2
    total = found.people.sum(axis=0)
    assert total[12:18].min() > total[6:12].max() > total[:6].max()
    each = agents_needed(contacts * 300 / 3600, 300.0, GOAL, PATIENCE).sum()
    assert found.cost < each
