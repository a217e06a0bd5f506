import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from staffing.queueing.chat import chat_service, completions
from staffing.queueing.erlang import erlang_a, wait_quantile


def by_the_generator(
    load: float, agents: int, concurrency: int, slowdown: float, patience: float, threshold: float
) -> tuple[float, float, float]:
    """P(wait), P(abandon) and service level from the whole generator and the chain of one waiting chat; times in AHT."""
    slots, longest = agents * concurrency, 150
    size = slots + longest
    rate = np.zeros(size)
    for n in range(1, size):
        each, more = divmod(min(n, slots), agents)
        speed = [k / (1 + slowdown * (k - 1)) if k else 0.0 for k in (each, each + 1)]
        rate[n] = (agents - more) * speed[0] + more * speed[1] + max(n - slots, 0) / patience
    log_weight = np.concatenate([[0.0], np.cumsum(math.log(load) - np.log(rate[1:]))])
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    chain = np.zeros((longest + 1, longest + 1))
    for j in range(longest):
        ahead = rate[slots] + j / patience
        chain[j, j] = -(ahead + 1 / patience)
        chain[j, j - 1 if j else longest] = ahead
    answered = expm(chain * threshold)[:-1, -1]
    waiting = weight[slots:]
    lost = float(np.arange(longest) @ waiting) / patience / load
    return float(waiting.sum()), lost, float(weight[:slots].sum() + answered @ waiting)


@pytest.mark.parametrize(
    ("agents", "concurrency", "load", "slowdown"),
    [(10, 2, 15.0, 0.18), (10, 3, 22.0, 0.1), (6, 3, 13.0, 0.3), (1, 4, 2.0, 0.15), (4, 2, 6.0, 1.5)],
)
def test_chat_is_the_steady_state_of_its_chain(agents: int, concurrency: int, load: float, slowdown: float) -> None:
    aht, patience, threshold = 480.0, 180.0, 30.0
    service = chat_service(load, agents, aht, concurrency, slowdown, patience, threshold)
    wait, lost, level = by_the_generator(load, agents, concurrency, slowdown, patience / aht, threshold / aht)
    assert float(service.wait_probability) == pytest.approx(wait, abs=1e-12)
    assert float(service.abandonment) == pytest.approx(lost, abs=1e-12)
    assert float(service.service_level) == pytest.approx(level, abs=1e-10)


@pytest.mark.parametrize("patience", [90.0, math.inf])
def test_one_chat_at_a_time_is_voice(patience: float) -> None:
    chat = chat_service([3, 40], [4, 45], 300, 1, 0.5, patience)
    voice = erlang_a([3, 40], [4, 45], 300, patience)
    np.testing.assert_array_equal(chat.service_level, voice.service_level)
    np.testing.assert_array_equal(chat.asa_seconds, voice.asa_seconds)


def test_chats_that_slow_nothing_down_are_as_many_agents() -> None:
    chat = chat_service(25, 10, 300, 3, 0.0, 90)
    voice = erlang_a(25, 30, 300, 90)
    assert float(chat.service_level) == pytest.approx(float(voice.service_level), abs=1e-13)
    assert float(chat.occupancy) == pytest.approx(float(voice.occupancy), abs=1e-13)


def agent_by_agent(
    load: float, agents: int, concurrency: int, slowdown: float, patience: float, threshold: float, arrivals: int
) -> float:
    """Service level of a simulation that knows each agent's chats; the next goes to who has fewest. Times in AHT."""
    random = np.random.default_rng(11)
    draws = iter(random.exponential(size=6 * arrivals))
    chance = iter(random.random(6 * arrivals))
    held = [0] * agents
    speed = [k / (1 + slowdown * (k - 1)) if k else 0.0 for k in range(concurrency + 1)]
    queue: list[float] = []
    now, come, good, working = 0.0, 0, 0, 0.0
    while come < arrivals:
        total = load + working + len(queue) / patience
        now += next(draws) / total
        u = next(chance) * total
        if u < load:
            come += 1
            free = min(range(agents), key=held.__getitem__)
            if held[free] < concurrency:
                working += speed[held[free] + 1] - speed[held[free]]
                held[free] += 1
                good += 1
            else:
                queue.append(now)
        elif u < load + working:
            u -= load
            who = 0
            while u >= speed[held[who]] and who < agents - 1:
                u -= speed[held[who]]
                who += 1
            if queue:
                good += now - queue.pop(0) <= threshold
            else:
                working += speed[held[who] - 1] - speed[held[who]]
                held[who] -= 1
        else:
            queue.pop(int((u - load - working) * patience) % len(queue))
    return good / arrivals


def test_spreading_chats_evenly_is_close_to_following_each_agent() -> None:
    """A standard error is about 0.003."""
    for load, agents, concurrency, slowdown in ((15.0, 10, 2, 0.18), (13.0, 6, 3, 0.1)):
        service = chat_service(load, agents, 480, concurrency, slowdown, 180, 30)
        simulated = agent_by_agent(load, agents, concurrency, slowdown, 180 / 480, 30 / 480, 60_000)
        assert float(service.service_level) == pytest.approx(simulated, abs=0.01)


def test_dividing_the_handling_time_by_the_concurrency_is_far_off() -> None:
    exact = float(chat_service(32, 12, 480, 4, 0.127, 180, 30).service_level)
    shortcut = float(erlang_a(32 / 4, 12, 480 / 4, 180, 30).service_level)
    assert shortcut - exact > 0.05


@settings(max_examples=80, deadline=None)
@given(st.floats(0.01, 2000), st.integers(1, 10), st.floats(0, 2), st.sampled_from([0.0, 30.0, math.inf]))
def test_more_chat_agents_never_serve_worse(load: float, concurrency: int, slowdown: float, patience: float) -> None:
    middle = max(0, int(load / float(completions(concurrency, slowdown))))
    service = chat_service(load, np.arange(middle, middle + 4), 480, concurrency, slowdown, patience)
    for values in (service.service_level, service.wait_probability, service.abandonment, service.occupancy):
        assert not np.isnan(values).any()
    assert np.all(np.diff(service.service_level) >= -1e-12)
    assert np.all(np.diff(service.occupancy) <= 1e-12)


def test_chat_without_agents_or_load() -> None:
    service = chat_service([0, 5], 0, 480, 3, 0.2, 120)
    assert service.service_level.tolist() == [1, 0]
    assert service.occupancy.tolist() == [0, 1]
    assert chat_service(0.001, 500, 480, 3, 0.2, 120).service_level == 1


def test_wait_quantile_of_chat_fits_its_service() -> None:
    seconds = float(wait_quantile(22, 10, 480, 0.9, 180, concurrency=3, slowdown=0.1))
    service = chat_service(22, 10, 480, 3, 0.1, 180, seconds)
    assert float(service.service_level_early_abandons_count) == pytest.approx(0.9, abs=1e-12)
