import numpy as np
import pytest

from staffing.errors import InputError
from staffing.queueing.erlang import erlang_a
from staffing.queueing.inverse import Goals, agents_needed
from staffing.queueing.uncertain import agents_for_expected_level, mean_quantile

GOALS = Goals(service_level=0.8, threshold_seconds=20)
LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
SCORES = np.array([-1.959964, -1.281552, -0.674490, 0, 0.674490, 1.281552, 1.959964])


def test_a_forecast_with_nothing_but_chance_has_a_certain_mean() -> None:
    mean = 400.0
    quantiles = mean + np.sqrt(mean) * SCORES
    assert float(mean_quantile(mean, quantiles, LEVELS, 0.9)) == pytest.approx(mean, abs=0.1)


@pytest.mark.parametrize("probability", [0.05, 0.1, 0.6, 0.9, 0.99])
def test_the_chance_of_single_contacts_is_taken_out(probability: float) -> None:
    """Contacts from a normal mean with sd 30, and Poisson around it: the quantile of the mean comes back."""
    mean, sd = 400.0, 30.0
    quantiles = mean + np.sqrt(mean + sd**2) * SCORES
    expected = mean + sd * {0.05: -1.644854, 0.1: -1.281552, 0.6: 0.253347, 0.9: 1.281552, 0.99: 2.326348}[probability]
    assert float(mean_quantile(mean, quantiles, LEVELS, probability)) == pytest.approx(expected, abs=0.01)


def test_the_target_is_met_with_the_probability_asked_for() -> None:
    random = np.random.default_rng(4)
    mean, sd, aht, interval = 200.0, 22.0, 300.0, 1800.0
    quantiles = mean + np.sqrt(mean + sd**2) * SCORES
    sure = float(mean_quantile(mean, quantiles, LEVELS, 0.9))
    agents = agents_needed(sure * aht / interval, aht, GOALS, 150)
    rates = random.normal(mean, sd, 20_000)
    met = erlang_a(rates * aht / interval, agents, aht, 150).service_level >= 0.8
    assert 0.9 - 0.01 <= met.mean() <= 0.97


def test_the_expected_level_is_met_with_the_fewest() -> None:
    loads, weights = np.linspace(70, 130, 13), np.exp(-0.5 * np.linspace(-3, 3, 13) ** 2)
    agents = agents_for_expected_level(loads, weights, 300, GOALS, 150)

    def level(n: int) -> float:
        return float((loads * weights) @ erlang_a(loads, n, 300, 150).service_level / (loads @ weights))

    assert level(agents) >= 0.8 > level(agents - 1)
    assert agents > agents_needed(100, 300, GOALS, 150)
    assert agents_for_expected_level([0.0], [1.0], 300, GOALS) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mean_quantile(5, [4, 6], [0.1, 0.9], 90), "probability: 90"),
        (lambda: mean_quantile(5, [4, 6], [0.9, 0.1], 0.9), "levels"),
        (lambda: mean_quantile(5, [4, 6, 7], [0.1, 0.9], 0.9), "one row for each of 2 levels"),
        (lambda: mean_quantile(5, [6, 4], [0.1, 0.9], 0.9), "they decrease somewhere"),
        (lambda: agents_for_expected_level([1], [1, 2], 300, GOALS), "one for each load"),
        (lambda: agents_for_expected_level([1], [0], 300, GOALS), "weights: all are 0"),
        (lambda: agents_for_expected_level([1], [1], 300, Goals(max_occupancy=0.8)), "service_level: not given"),
    ],
)
def test_impossible_distributions_are_refused(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]


def test_other_levels_than_tenths_are_read_too() -> None:
    value = mean_quantile([100.0], [[80.0], [120.0]], [0.3, 0.7], 0.7)
    assert 100 < value[0] < 120
    value = mean_quantile([100.0], [[115.0], [125.0]], [0.85, 0.95], 0.9)
    assert value[0] > 100
