import dataclasses
import math

import numpy as np
import pytest
from scipy.linalg import expm

from staffing.errors import InputError
from staffing.queueing.erlang import Service, erlang_a, erlang_b, erlang_c
from staffing.queueing.lines import line_service, redial_service

FIELDS = [f.name for f in dataclasses.fields(Service)]


@pytest.mark.parametrize(
    ("load", "agents", "lines", "patience"), [(10.0, 8, 12, 90.0), (3.0, 4, 5, 600.0), (10.0, 9, 14, math.inf)]
)
def test_finite_lines_equal_the_generator(load: float, agents: int, lines: int, patience: float) -> None:
    aht, threshold, room = 120.0, 30.0, lines - agents
    leave = 0.0 if math.isinf(patience) else aht / patience
    weight = np.ones(lines + 1)
    for n in range(1, lines + 1):
        weight[n] = weight[n - 1] * load / (min(n, agents) + max(n - agents, 0) * leave)
    weight /= weight.sum()
    chain = np.zeros((room + 2, room + 2))
    for j in range(room):
        ahead = agents + j * leave
        chain[j, j] = -(ahead + leave)
        chain[j, j - 1 if j else room] = ahead
        chain[j, room + 1] = leave
    ends = expm(chain * threshold / aht)[:room]
    found = weight[agents:lines]
    ours = line_service(load, agents, lines, aht, patience, threshold)
    service = ours.service
    assert float(ours.blocked) == pytest.approx(weight[-1], abs=1e-13)
    assert float(service.wait_probability) == pytest.approx(found.sum(), abs=1e-13)
    assert float(service.service_level) == pytest.approx(weight[:agents].sum() + found @ ends[:, room], abs=1e-12)
    assert float(service.abandonment_before_threshold) == pytest.approx(found @ ends[:, room + 1], abs=1e-12)
    queue = np.maximum(np.arange(lines + 1) - agents, 0) @ weight
    assert float(service.mean_queue) == pytest.approx(queue, rel=1e-12)
    assert float(service.abandonment) == pytest.approx(queue * leave / load, abs=1e-13)
    busy = np.minimum(np.arange(lines + 1), agents) @ weight / agents
    assert float(service.occupancy) == pytest.approx(busy, rel=1e-12)


def test_as_many_lines_as_agents_is_erlang_b() -> None:
    load, agents = np.array([0.5, 10.0, 300.0]), np.array([1, 12, 280])
    for patience in (0.0, 60.0, math.inf):
        ours = line_service(load, agents, agents, 300, patience)
        np.testing.assert_allclose(ours.blocked, erlang_b(load, agents), rtol=1e-12)
        np.testing.assert_allclose(ours.service.service_level, 1 - erlang_b(load, agents), rtol=1e-12)


@pytest.mark.parametrize(("load", "agents"), [(9.0, 8), (60.0, 66)])
def test_very_many_lines_are_no_limit(load: float, agents: int) -> None:
    ours = line_service(load, agents, agents + 5000, 300, 150, 20)
    known = erlang_a(load, agents, 300, 150, 20)
    assert ours.blocked == 0
    for name in FIELDS:
        expected = float(getattr(known, name))
        assert float(getattr(ours.service, name)) == pytest.approx(expected, rel=1e-10, abs=1e-12), name
    if agents > load:
        endless = line_service(load, agents, agents + 5000, 300).service
        assert float(endless.asa_seconds) == pytest.approx(float(erlang_c(load, agents, 300).asa_seconds), rel=1e-10)


def test_finite_lines_at_the_ends() -> None:
    assert line_service(0, 0, 0, 300).service.service_level == 1
    nothing = line_service(5, 0, 0, 300)
    assert nothing.blocked == 1
    assert nothing.service.service_level == 0
    only_waiting = line_service(5, 0, 3, 300, 60, 20)
    assert only_waiting.service.service_level == 0
    assert float(only_waiting.blocked + only_waiting.service.abandonment) == pytest.approx(1)
    assert line_service(5, 0, 3, 300).service.asa_seconds == math.inf
    assert line_service(1, 2000, 2001, 300).service.service_level == 1
    balking = line_service(10, 9, 12, 300, 0.0, 20)
    assert float(balking.service.abandonment + balking.blocked) == pytest.approx(float(erlang_b(10, 9)))


def test_fewer_lines_than_agents_are_refused() -> None:
    with pytest.raises(InputError, match="lines - agents: -2"):
        line_service(5, 10, 8, 300)
    with pytest.raises(InputError, match=r"lines: 8.5"):
        line_service(5, 8, 8.5, 300)


def slow_redial_share_served(load: float, agents: int, patience: float, redial: float, delay: float) -> float:
    """Share of customers served in the end, from the chain of (in the system, waiting at home to redial); times in AHT."""
    most, homes = agents + 9, 26
    index = {(n, o): n * (homes + 1) + o for n in range(most + 1) for o in range(homes + 1)}
    rates = np.zeros((len(index), len(index)))
    for (n, o), i in index.items():
        moves = [((n + 1, o), load), ((n - 1, o), float(min(n, agents))), ((n + 1, o - 1), o / delay)]
        leaving = max(n - agents, 0) / patience
        moves += [((n - 1, o + 1), redial * leaving), ((n - 1, o), (1 - redial) * leaving)]
        for to, rate in moves:
            if to in index and rate > 0:
                rates[i, index[to]] += rate
    rates -= np.diag(rates.sum(axis=1))
    system = np.vstack([rates.T, np.ones(len(index))])
    state = np.linalg.lstsq(system, np.append(np.zeros(len(index)), 1.0), rcond=None)[0]
    return sum(state[i] * min(n, agents) for (n, _), i in index.items()) / load


def test_redials_are_right_where_they_take_long() -> None:
    load, agents, patience, redial = 3.0, 3, 0.5, 0.6
    ours = redial_service(load, agents, 300, patience * 300, redial)
    for delay, tolerance in ((1.0, 0.03), (6.0, 0.008)):
        served = slow_redial_share_served(load, agents, patience, redial, delay)
        assert abs(served - float(ours.served)) < tolerance


def test_redials_carry_their_own_load() -> None:
    for lines in (None, 100):
        ours = redial_service([0.0, 60.0, 100.0], 90, 300, 120, 0.5, lines=lines)
        lost = 1 - ours.served[1:] * np.array([60, 100]) / ours.load[1:]
        np.testing.assert_allclose(ours.load[1:], np.array([60, 100]) + 0.5 * lost * ours.load[1:], rtol=1e-12)
        assert ours.served[0] == 1
    plain = redial_service(100, 90, 300, 120, 0.0)
    assert float(plain.load) == pytest.approx(100, rel=1e-12)


def test_redials_for_ever_are_refused() -> None:
    with pytest.raises(InputError, match="who never gives up is endless patience"):
        redial_service(100, 90, 300, 120, 1)
    with pytest.raises(InputError, match="redial: 50"):
        redial_service(100, 90, 300, 120, 50)
