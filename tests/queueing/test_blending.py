import math

import numpy as np
import pytest

from staffing.queueing.blending import blended_service, reserve_needed
from staffing.queueing.erlang import erlang_a
from staffing.queueing.inverse import Goals


@pytest.mark.parametrize("reserve", [0, 1, 4, 9, 12, 40])
@pytest.mark.parametrize("patience", [90.0, math.inf])
def test_blending_is_the_steady_state_of_its_chain(reserve: int, patience: float) -> None:
    load, agents, aht = 8.0, 12, 300.0
    floor = max(agents - reserve, 0)
    n = np.arange(floor, 800)
    death = np.minimum(n, agents) + np.maximum(n - agents, 0) * aht / patience
    log_weight = np.concatenate([[0.0], np.cumsum(math.log(load) - np.log(death[1:]))])
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    ours = blended_service(load, agents, reserve, aht, patience)
    assert float(ours.voice.wait_probability) == pytest.approx(weight[n >= agents].sum(), abs=1e-12)
    lost = float(np.maximum(n - agents, 0) @ weight) * aht / patience / load
    assert float(ours.voice.abandonment) == pytest.approx(lost, abs=1e-12)
    busy = float(np.minimum(n, agents) @ weight)
    assert float(ours.deferred_load) == pytest.approx(busy - load * (1 - lost), abs=1e-10)
    assert float(ours.voice.occupancy) == pytest.approx(load * (1 - lost) / agents, abs=1e-12)


def test_a_reserve_of_everybody_is_no_blending() -> None:
    ours, alone = blended_service(100, 105, 105, 300, 150), erlang_a(100, 105, 300, 150)
    assert ours.deferred_load == 0
    assert float(ours.voice.service_level) == pytest.approx(float(alone.service_level), abs=1e-13)


def test_a_larger_reserve_serves_voice_better_and_does_less_beside_it() -> None:
    ours = blended_service(20, 30, np.arange(31), 300, 150)
    assert np.all(np.diff(ours.voice.service_level) > -1e-13)
    assert np.all(np.diff(ours.deferred_load) < 1e-13)


def test_without_voice_all_but_the_reserve_do_deferred_work() -> None:
    assert blended_service(0, 10, 3, 300).deferred_load == 7
    assert blended_service(1e-3, 3000, 1000, 300, 150).deferred_load == pytest.approx(2000, rel=1e-6)


def test_the_reserve_is_the_smallest_that_keeps_the_goals() -> None:
    goals = Goals(service_level=0.9, threshold_seconds=20, max_asa_seconds=10)
    reserve = reserve_needed(50, 62, 300, goals, 150)
    assert reserve is not None
    assert reserve > 0
    assert blended_service(50, 62, reserve, 300, 150).voice.service_level >= 0.9
    assert blended_service(50, 62, reserve - 1, 300, 150).voice.service_level < 0.9
    assert reserve_needed(50, 45, 300, goals, 150) is None
