import dataclasses
import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from staffing.errors import InputError
from staffing.queueing.erlang import Service, erlang_a, erlang_b, erlang_c
from staffing.queueing.inverse import Goals, fewest
from staffing.queueing.patience import (
    Patience,
    exponential,
    fixed,
    general_service,
    lognormal,
    mixture,
    observed,
    uniform,
    weibull,
)

FIELDS = [f.name for f in dataclasses.fields(Service)]
LAWS = [
    exponential(60),
    fixed(45),
    uniform(150),
    lognormal(80, 1.7),
    weibull(60, 0.6),
    weibull(60, 3),
    mixture([(0.1, fixed(5)), (0.9, exponential(120))]),
    observed([5, 30, 90, 400], [0.9, 0.7, 0.3, 0.0]),
]


@pytest.mark.parametrize(("load", "agents"), [(0.2, 1), (9.0, 8), (120.0, 118), (120.0, 135), (2500.0, 2450)])
@pytest.mark.parametrize("mean", [5.0, 150.0, 4000.0])
def test_exponential_patience_is_erlang_a(load: float, agents: int, mean: float) -> None:
    ours, known = general_service(load, agents, 300, exponential(mean), 20), erlang_a(load, agents, 300, mean, 20)
    for name in FIELDS:
        expected = float(getattr(known, name))
        assert float(getattr(ours, name)) == pytest.approx(expected, rel=1e-9, abs=1e-11), name


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_every_law_is_consistent(law: Patience) -> None:
    x = np.array([0.0, 0.5, 3.0, 44.0, 150.0, 1000.0])
    survival = law.survival(x)
    assert survival[0] == pytest.approx(1)
    assert np.all(np.diff(survival) <= 0)
    for value in (3.0, 44.0, 150.0):
        area = quad(
            lambda u: float(law.survival(np.array([u]))[0]), 0, value, points=[b for b in law.breaks if b < value]
        )
        assert float(law.integral(np.array([value]))[0]) == pytest.approx(area[0], rel=1e-6)
    assert float(law.integral(np.array([1e7]))[0]) == pytest.approx(law.mean, rel=1e-3)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
@pytest.mark.parametrize(("load", "agents"), [(10.0, 11), (40.0, 34)])
def test_general_patience_equals_plain_quadrature(law: Patience, load: float, agents: int) -> None:
    aht, threshold = 120.0, 20.0
    arrival, service = load / aht, agents / aht

    def density(x: float) -> float:
        return service * math.exp(arrival * float(law.integral(np.array([x]))[0]) - service * x)

    def survival(x: float) -> float:
        return float(law.survival(np.array([x]))[0])

    cuts = sorted({0.0, threshold, 1.0, 10.0, 60.0, 200.0, 1000.0, *law.breaks})

    def area(f: object, low: float, high: float) -> float:
        points = [c for c in cuts if low < c < high]
        edges = [low, *points, high]
        return sum(quad(f, a, b, epsabs=1e-12, epsrel=1e-11, limit=200)[0] for a, b in pairwise(edges))

    below = 1 / float(erlang_b(load, agents)) - 1
    total = below + area(density, 0, 2000)
    ours = general_service(load, agents, aht, law, threshold)
    level = (below + area(lambda x: survival(x) * density(x), 0, threshold)) / total
    lost = area(lambda x: (1 - survival(x)) * density(x), 0, 2000) / total
    assert float(ours.wait_probability) == pytest.approx(1 - below / total, abs=1e-9)
    assert float(ours.service_level) == pytest.approx(level, abs=1e-9)
    assert float(ours.abandonment) == pytest.approx(lost, abs=1e-9)
    # What is offered is served, or gives up.
    balance = load * (1 - float(ours.abandonment)) / agents
    assert float(ours.occupancy) == pytest.approx(balance)


def test_the_same_mean_patience_serves_differently() -> None:
    levels = [float(general_service(100, 95, 300, law).service_level) for law in (exponential(60), fixed(60))]
    assert levels[0] > levels[1] + 0.3


def test_some_who_never_give_up_may_keep_the_queue_growing() -> None:
    law = observed([10], [0.5])
    stable, endless = general_service(30, 20, 300, law), general_service(30, 14, 300, law)
    assert 0 < stable.service_level < 1
    assert endless.wait_probability == 1
    assert endless.asa_seconds == math.inf
    assert general_service(30, 0, 300, law).abandonment == 0.5
    # Exactly at balance the density falls to a level and never vanishes.
    assert general_service(30, 15, 300, law).mean_queue == math.inf


def test_patience_that_never_ends_is_erlang_c() -> None:
    law = observed([1e12], [0.5])
    ours, known = general_service(48, 50, 60, law), erlang_c(48, 50, 60)
    for name in FIELDS:
        assert float(getattr(ours, name)) == pytest.approx(float(getattr(known, name)), rel=1e-9, abs=1e-12), name


def test_no_load_no_agents_and_far_too_many_agents() -> None:
    law = lognormal(60, 1)
    assert general_service(0, 0, 300, law).service_level == 1
    nobody = general_service(5, 0, 300, law)
    assert nobody.abandonment == 1
    assert nobody.mean_wait_seconds == pytest.approx(60)
    plenty = general_service(1, 10_000, 300, law)
    assert plenty.service_level == 1
    assert plenty.occupancy == pytest.approx(1e-4)
    assert general_service([], 5, 300, law).service_level.shape == (0,)


def test_agents_can_be_found_for_any_patience() -> None:
    goals = Goals(service_level=0.8, threshold_seconds=20)
    law = lognormal(150, 2)
    agents = fewest(goals, lambda n, t: general_service(60, n, 300, law, t))
    assert general_service(60, agents, 300, law).service_level >= 0.8
    assert general_service(60, agents - 1, 300, law).service_level < 0.8


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: exponential(0), "mean_seconds: 0"),
        (lambda: weibull(60, 0.01), "shape: 0.01"),
        (lambda: mixture([(0.5, fixed(5))]), "shares: add up to 0.5"),
        (lambda: observed([5, 4], [0.9, 0.5]), "not in order"),
        (lambda: observed([5], [0.9, 0.5]), r"shapes \(1,\) and \(2,\)"),
        (lambda: lognormal(60, 0), "variation: 0"),
        (lambda: uniform(-1), "longest_seconds: -1"),
    ],
)
def test_impossible_laws_are_refused(make: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()  # type: ignore[operator]
