import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.errors import InputError
from staffing.queueing.chat import chat_service
from staffing.queueing.erlang import Variant, erlang_a, erlang_b, erlang_c
from staffing.queueing.inverse import Goals, agents_needed, fewest, lines_needed, load_carried, load_lost, met

EIGHTY_TWENTY = Goals(service_level=0.8, threshold_seconds=20)

GOALS = [
    EIGHTY_TWENTY,
    Goals(service_level=0.9, threshold_seconds=10, variant=Variant.WITHOUT_EARLY_ABANDONS),
    Goals(service_level=0.85, threshold_seconds=30, variant=Variant.SERVED),
    Goals(service_level=0.85, threshold_seconds=30, variant=Variant.EARLY_ABANDONS_COUNT),
    Goals(max_asa_seconds=15),
    Goals(max_mean_wait_seconds=8),
    Goals(max_abandonment=0.03),
    Goals(max_occupancy=0.85),
    Goals(wait_share=0.95, wait_seconds=60),
    Goals(service_level=0.8, max_abandonment=0.05, max_occupancy=0.88, wait_share=0.9, wait_seconds=45),
]


@pytest.mark.parametrize("goals", GOALS)
@pytest.mark.parametrize("patience", [60.0, 600.0, math.inf])
def test_the_answer_is_the_smallest_number_that_meets_the_goals(goals: Goals, patience: float) -> None:
    load = np.array([0.02, 0.7, 4.0, 33.3, 250.0, 1800.0])
    agents = agents_needed(load, 240, goals, patience)
    for a, n in zip(load, agents, strict=True):
        enough, short = (
            met(goals, lambda t, a=a, m=m: erlang_a(a, m, 240, patience, t))  # type: ignore[misc]
            for m in (n, n - 1)
        )
        assert enough
        assert not short


@settings(max_examples=200, deadline=None)
@given(
    st.floats(1e-6, 1e5),
    st.sampled_from([1.0, 300.0, 86_400.0]),
    st.one_of(st.just(math.inf), st.floats(-3, 7).map(lambda x: 10.0**x)),
    st.floats(0.001, 0.9999),
    st.sampled_from([0.0, 1.0, 20.0, 600.0]),
)
def test_one_agent_fewer_never_does(load: float, aht: float, patience: float, level: float, threshold: float) -> None:
    agents = float(agents_needed(load, aht, Goals(level, threshold), patience))
    assert float(erlang_a(load, agents, aht, patience, threshold).service_level) >= level
    if agents > 1 or not math.isinf(patience):
        assert float(erlang_a(load, max(agents - 1, 0), aht, patience, threshold).service_level) < level


def test_fewer_agents_than_erlangs_may_do() -> None:
    assert agents_needed(100, 300, Goals(service_level=0.5), 60) < 100


def test_the_order_of_the_loads_does_not_matter() -> None:
    load = np.random.default_rng(3).uniform(0, 400, 300)
    together = agents_needed(load, 300, EIGHTY_TWENTY, 120)
    alone = [float(agents_needed(a, 300, EIGHTY_TWENTY, 120)) for a in load]
    assert together.tolist() == alone
    assert agents_needed(load[::-1], 300, EIGHTY_TWENTY, 120).tolist() == alone[::-1]


@pytest.mark.parametrize("patience", [90.0, math.inf])
def test_real_agents_meet_the_goal_exactly(patience: float) -> None:
    load = np.array([0.4, 8.0, 77.0, 1200.0])
    agents = agents_needed(load, 300, EIGHTY_TWENTY, patience, fractional=True)
    np.testing.assert_allclose(erlang_a(load, agents, 300, patience).service_level, 0.8, atol=1e-10)
    assert np.ceil(agents).tolist() == agents_needed(load, 300, EIGHTY_TWENTY, patience).tolist()


@pytest.mark.parametrize("patience", [90.0, math.inf])
def test_the_load_carried_is_the_largest_within_the_goals(patience: float) -> None:
    agents = np.array([1, 12, 100, 1500])
    load = load_carried(agents, 300, EIGHTY_TWENTY, patience)
    np.testing.assert_allclose(erlang_a(load, agents, 300, patience).service_level, 0.8, atol=1e-11)
    assert agents_needed(load, 300, EIGHTY_TWENTY, patience).tolist() == agents.tolist()
    assert agents_needed(load * (1 + 1e-9), 300, EIGHTY_TWENTY, patience).tolist() == (agents + 1).tolist()


def test_nothing_offered_needs_nobody_and_nobody_carries_nothing() -> None:
    assert agents_needed(0, 300, EIGHTY_TWENTY) == 0
    assert load_carried(0, 300, EIGHTY_TWENTY) < 1e-12
    assert load_carried(0, 300, EIGHTY_TWENTY, 100) < 1e-12


def test_targets_at_the_ends_are_answered() -> None:
    nothing, all_ = Goals(service_level=0), Goals(service_level=1)
    assert agents_needed(50, 300, nothing, 100) == 0
    assert agents_needed(50, 300, nothing) == 51, "without abandonment the queue must at least be stable"
    for patience in (100.0, math.inf):
        agents = float(agents_needed(50, 300, all_, patience))
        assert 100 < agents < 200
        assert erlang_a(50, agents, 300, patience).service_level == 1
        assert erlang_a(50, agents - 1, 300, patience).service_level < 1
    assert 100 < agents_needed(50, 300, Goals(max_abandonment=0), 100) < 200
    assert 100 < agents_needed(50, 300, Goals(max_asa_seconds=0)) < 200
    assert load_carried(5, 300, nothing, 100) == math.inf


def test_an_occupancy_limit_is_reached_exactly() -> None:
    # 8.5 / 0.85 is 10 and not 11, rounding or not.
    loads = np.arange(1, 400) * 0.85
    assert agents_needed(loads, 300, Goals(max_occupancy=0.85)).tolist() == list(range(1, 400))


def test_extremes_are_answered() -> None:
    load = np.array([1e-9, 1.0, 1e5])[:, None, None]
    aht = np.array([1.0, 86_400.0])[:, None]
    patience = np.array([0.0, 1e-6, 1e9, math.inf])
    agents = agents_needed(load, aht, EIGHTY_TWENTY, patience)
    assert np.isfinite(agents).all()
    assert np.all(agents >= 1)
    assert np.all(agents <= 1e5 + 1000)


@pytest.mark.parametrize("blocking", [0.5, 0.01, 1e-6])
def test_loss_inverses_agree_with_the_formula(blocking: float) -> None:
    load = np.array([0.01, 3.0, 150.0])
    lines = lines_needed(load, blocking)
    assert np.all(erlang_b(load, lines) <= blocking)
    assert np.all(erlang_b(load, lines - 1) > blocking)
    carried = load_lost(lines, blocking)
    np.testing.assert_allclose(erlang_b(carried, lines), blocking, rtol=1e-10)


def test_loss_inverses_at_the_ends() -> None:
    assert load_lost(5, 1) == math.inf
    assert load_lost(5, 0) == 0
    assert load_lost(0, 0.5) == 0
    assert lines_needed(10, 1) == 0
    assert 40 < lines_needed(10, 0) < 50


def test_the_general_search_finds_what_the_kernel_finds() -> None:
    for goals in GOALS:
        for load in (3.0, 40.0):
            slow = fewest(goals, lambda n, t, load=load: erlang_a(load, n, 240, 90, t))  # type: ignore[misc]
            assert slow == agents_needed(load, 240, goals, 90)


def test_the_general_search_says_when_nothing_helps() -> None:
    with pytest.raises(InputError, match="1000 agents do not meet them"):
        fewest(EIGHTY_TWENTY, lambda n, t: erlang_c(5, 0, 300, t), limit=1000)


def test_chat_needs_are_the_smallest() -> None:
    load = np.array([0.5, 15.0, 90.0])
    agents = agents_needed(load, 480, EIGHTY_TWENTY, 180, concurrency=3, slowdown=0.2)
    assert np.all(chat_service(load, agents, 480, 3, 0.2, 180, 20).service_level >= 0.8)
    assert np.all(chat_service(load, agents - 1, 480, 3, 0.2, 180, 20).service_level < 0.8)
    carried = load_carried(agents, 480, EIGHTY_TWENTY, 180, concurrency=3, slowdown=0.2)
    assert np.all(carried >= load)


@pytest.mark.parametrize(
    ("goals", "message"),
    [
        (Goals(), "goals: no goal is given (e.g. service_level = 0.8 with threshold_seconds = 20)"),
        (Goals(service_level=80), "goals.service_level: 80 (write 0.8 for 80%)"),
        (Goals(service_level=-0.5), "goals.service_level: -0.5 (a fraction, 0 to 1)"),
        (Goals(max_occupancy=0), "goals.max_occupancy: 0 (a fraction, 0 to 1)"),
        (Goals(wait_share=0.9), "goals: wait_share and wait_seconds belong together (give both or neither)"),
        (Goals(max_asa_seconds=-1), "goals.max_asa_seconds: -1 (a number, at least 0)"),
    ],
)
def test_impossible_goals_are_refused(goals: Goals, message: str) -> None:
    with pytest.raises(InputError) as error:
        agents_needed(10, 300, goals)
    assert str(error.value) == message


def test_fractional_chat_agents_are_refused() -> None:
    with pytest.raises(InputError, match="chat agents are whole"):
        agents_needed(10, 300, EIGHTY_TWENTY, fractional=True, concurrency=2)
