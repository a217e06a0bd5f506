"""Small tests that reach every branch of the compiled kernels; run also as plain Python and with bounds checks."""

import math

import numpy as np
import pytest

from staffing.queueing.chat import chat_service
from staffing.queueing.erlang import erlang_a, erlang_b, erlang_c, wait_quantile
from staffing.queueing.inverse import Goals, agents_needed, lines_needed, load_carried, load_lost
from staffing.queueing.kernels import chains, queue
from staffing.queueing.transient import transient_service
from tests.queueing import exact

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize(
    ("load", "agents"), [(10, 12), (200, 150), (3, 4.25), (0.3, 0.5), (0.4, 3.5), (50, 0.75), (5, 5.5), (2, 0)]
)
def test_loss_probabilities_equal_the_exact_ones(load: float, agents: float) -> None:
    assert float(erlang_b(load, agents)) == pytest.approx(float(exact.erlang_b(load, agents)), rel=1e-13)


def test_loss_probabilities_at_the_ends() -> None:
    assert erlang_b(1, 400) == 0
    assert erlang_b(0, 3) == 0
    assert erlang_b(0, 0) == 1
    assert lines_needed([0, 8], 0.01).tolist() == [0, 15]
    assert load_lost([3, 15, 4], [1.0, 0.01, 0.0])[[0, 2]].tolist() == [math.inf, 0]
    assert float(load_lost(15, 0.01)) == pytest.approx(8.108, abs=5e-4)


@pytest.mark.parametrize(
    ("load", "agents", "aht", "patience", "threshold"),
    [
        (20, 22, 300, 150, 20),  # summed
        (20, 14, 300, 150, 120),  # summed, overloaded
        (90, 88, 30, 600, 20),  # integrated, over the mode
        (80, 95, 30, 600, 60),  # integrated, no mode
        (70, 69.5, 30, 300, 600),  # the threshold beyond the mode
        (700, 300, 30, 60, 20),  # the threshold before everything
        (0.9, 1, 300, 3, 20),  # hardly any patience
    ],
)
def test_voice_equals_the_exact_sum(load: float, agents: float, aht: float, patience: float, threshold: float) -> None:
    ours = erlang_a(load, agents, aht, patience, threshold)
    if load * patience / aht < 600:
        known = {k: float(v) for k, v in exact.erlang_a(load, int(agents), aht, patience, threshold).items()}
    else:
        known = {k: float(v) for k, v in exact.erlang_a_by_gamma(load, agents, aht, patience, threshold).items()}
    for name, value in known.items():
        assert float(getattr(ours, name)) == pytest.approx(value, rel=1e-11, abs=1e-13), name


def test_the_far_end_of_a_thin_tail_is_integrated_in_closed_form() -> None:
    """With load * patience over 600 and nearly no agents, phi falls on a straight line for a long while."""
    load, agents, aht, patience = 700.0, 0.005, 300.0, 300.0
    parts = np.zeros(4)
    queue._integrals(agents, load, 0.0, math.inf, parts)
    a, y = agents, load
    top = y - a - a * math.log(y / a)
    area = float(exact.mp.log(a) + y - a * exact.mp.log(y) + exact.mp.log(exact.mp.gammainc(a, 0, y))) - top
    assert math.log(parts[0]) == pytest.approx(area, abs=1e-10)
    service = erlang_a(load, agents, aht, patience)
    assert float(service.abandonment) == pytest.approx(1 - agents / load, abs=1e-12)


def test_endless_patience_no_patience_no_agents_no_load() -> None:
    assert float(erlang_c(10, 14, 180).service_level) == pytest.approx(0.888350019179467, abs=1e-14)
    assert erlang_c(10, 9, 180).asa_seconds == math.inf
    assert float(erlang_a(10, 9, 180, 0, 20).abandonment) == pytest.approx(float(erlang_b(10, 9)))
    assert erlang_a(10, 0, 180, 60).abandonment == 1
    assert erlang_a(0, 5, 180, 60).service_level == 1
    assert erlang_a(5, 4, 180, 60, 0).abandonment_before_threshold == 0
    assert erlang_a(0.01, 300, 180, 60).service_level == 1


def test_chat_equals_voice_where_nothing_slows_down() -> None:
    chat, voice = chat_service(7, 3, 300, 3, 0.0, 120), erlang_a(7, 9, 300, 120)
    assert float(chat.service_level) == pytest.approx(float(voice.service_level), abs=1e-13)
    assert chat_service(4, 0, 300, 2, 0.1, 120).service_level == 0
    assert chat_service(0, 2, 300, 2, 0.1, 120).service_level == 1
    assert chat_service(0.01, 80, 300, 3, 0.1, 120).service_level == 1


def test_needs_are_the_smallest() -> None:
    loads = np.array([0.0, 9.0, 0.4, 40.0, 3.0])
    goals = Goals(service_level=0.8, threshold_seconds=20)
    for patience in (90.0, math.inf):
        need = agents_needed(loads, 240, goals, patience)
        assert need[0] == 0
        assert np.all(erlang_a(loads[1:], need[1:], 240, patience).service_level >= 0.8)
        assert np.all(erlang_a(loads[1:], need[1:] - 1, 240, patience).service_level < 0.8)
        real = agents_needed(loads[1:3], 240, goals, patience, fractional=True)
        assert erlang_a(loads[1:3], real, 240, patience).service_level == pytest.approx(0.8, abs=1e-9)
        carried = load_carried([0, 5], 240, goals, patience)
        assert float(erlang_a(carried[1], 5, 240, patience).service_level) == pytest.approx(0.8, abs=1e-9)
    assert load_carried(5, 240, Goals(service_level=0), 90) == math.inf
    assert agents_needed(6, 240, goals, 90, concurrency=2, slowdown=0.2) == 5


@pytest.mark.parametrize("variant", range(4))
def test_every_variant_and_goal_is_searched(variant: int) -> None:
    goals = Goals(0.8, 20, variant, 20, 15, 0.1, 0.95, 0.9, 60)  # type: ignore[arg-type]
    need = float(agents_needed(12, 240, goals, 90))
    loose = float(agents_needed(12, 240, Goals(0.5, 20, variant), 90))  # type: ignore[arg-type]
    assert loose < need <= 16
    assert agents_needed(12, 240, Goals(wait_share=0.99, wait_seconds=5), 90) > need
    assert agents_needed(12, 240, Goals(service_level=0.1, variant=variant), 90) < 12  # type: ignore[arg-type]


def test_wait_quantiles_are_found() -> None:
    assert float(wait_quantile(48, 50, 60, 0.9, 120)) == pytest.approx(12.4446, abs=5e-5)
    assert wait_quantile([10, 10, 12, 10], [20, 12, 10, 12], 300, [0.5, 0, 0.5, 1]).tolist() == [
        0,
        0,
        math.inf,
        math.inf,
    ]
    assert float(wait_quantile(12, 10, 300, 0.9, 120, served=True)) > 0


def test_time_varying_chains_reach_the_steady_state() -> None:
    day = transient_service([15.0] * 8, 3, 120, 600, 100, 20)
    steady = erlang_a(3, 3, 120, 100, 20)
    assert day.service_level[-1] == pytest.approx(float(steady.service_level), abs=1e-7)
    none = transient_service([0.0, 3.0], [0, 1], 120, 600)
    assert none.service_level[0] == 1
    state, spent = np.array([0.5, 0.5]), np.zeros(2)
    chains.forward(state, 0.0, 0, 1.0, 0.0, 10.0, spent)
    assert spent.tolist() == [5, 5]
    chains.forward(state, 1.0, 1, 1.0, 0.0, 0.0, spent)
    assert state.tolist() == [0.5, 0.5]
    answered = np.zeros(3)
    chains.backward(answered, 0, 1.0, 0.0, 10.0)
    assert answered.tolist() == [0, 0, 0]
