import csv
import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench import queueing as bench
from staffing.errors import InputError
from staffing.queueing.erlang import Service, Variant, erlang_a, erlang_b, erlang_c, wait_quantile
from tests.queueing import exact

FIELDS = [f.name for f in dataclasses.fields(Service)]
WAITS = {"asa_seconds", "mean_wait_seconds", "mean_queue"}


def random_points(seed: int, count: int, largest: float) -> list[tuple[float, int, float, float, float]]:
    random = np.random.default_rng(seed)
    points = []
    for _ in range(count):
        load = float(np.exp(random.uniform(math.log(0.05), math.log(largest))))
        agents = max(1, round(load + 2.5 * random.normal() * math.sqrt(load)))
        aht, patience = float(random.choice([30, 180, 300, 900])), float(np.exp(random.uniform(1.0, 8.0)))
        points.append((load, agents, aht, patience, float(random.choice([0, 5, 20, 120, 600]))))
    return points


@pytest.mark.parametrize("point", random_points(20261123, 30, 250.0))
def test_erlang_a_equals_the_exact_sum_at_random_points(point: tuple[float, int, float, float, float]) -> None:
    load, agents, aht, patience, threshold = point
    ours = erlang_a(load, agents, aht, patience, threshold)
    for name, value in exact.erlang_a(*point).items():
        got = float(getattr(ours, name))
        assert got == pytest.approx(float(value), rel=2e-12 if name in WAITS else 0, abs=1e-12), name


@pytest.mark.parametrize("point", random_points(7, 20, 3000.0))
def test_erlang_c_equals_the_exact_value_at_random_points(point: tuple[float, int, float, float, float]) -> None:
    load, _, aht, _, threshold = point
    agents = math.floor(load + 0.3 * math.sqrt(load)) + 1
    ours = erlang_c(load, agents, aht, threshold)
    for name, value in exact.erlang_c(load, agents, aht, threshold).items():
        assert float(getattr(ours, name)) == pytest.approx(float(value), rel=1e-11, abs=1e-13), name


@pytest.mark.parametrize(
    ("load", "agents", "patience"),
    [(20_000.0, 20_050, 150.0), (50_000.0, 49_000, 600.0), (3000.0, 2950, 9000.0), (900.0, 1000, 20.0)],
)
def test_large_systems_equal_the_exact_value(load: float, agents: int, patience: float) -> None:
    ours = erlang_a(load, agents, 300, patience, 20)
    for name, value in exact.erlang_a_by_gamma(load, agents, 300, patience, 20).items():
        assert float(getattr(ours, name)) == pytest.approx(float(value), abs=2e-12), name


@pytest.mark.shared
def test_every_metric_of_the_exact_grid_is_within_a_billionth(shared_data: Path) -> None:
    result = bench.grid(shared_data / "erlang" / "exact_grid.csv")
    assert result["nan"] == 0
    assert len(result["max_abs_error"]) == 11
    assert result["rows"] == 250
    assert max(result["max_abs_error"].values()) < 1e-11


@pytest.mark.shared
def test_published_values_are_reproduced_to_their_printed_digits(shared_data: Path) -> None:
    result = bench.references(shared_data / "erlang" / "reference_values.json")
    assert result["failed"] == []
    assert result["checked"] >= 23


def test_a_grid_with_a_wrong_value_shows_the_error(tmp_path: Path) -> None:
    path = tmp_path / "grid.csv"
    row = {"load_erlangs": 10, "agents": 14, "aht_s": 180, "threshold_s": 20, "patience_s": 120, "C_pwait": 0.2}
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row)
    error = bench.grid(path)["max_abs_error"]
    assert error == {"C_pwait": pytest.approx(0.2 - 0.17413193359505)}


@pytest.mark.parametrize(
    ("load", "agents"), [(0.3, 0.5), (0.9, 0.1), (1.0, 0.99), (5.0, 3.7), (80.0, 90.25), (2.0, 0.0)]
)
def test_erlang_b_is_continued_to_real_agents(load: float, agents: float) -> None:
    assert float(erlang_b(load, agents)) == pytest.approx(float(exact.erlang_b(load, agents)), rel=1e-13)


def test_real_agents_lie_between_the_whole_ones() -> None:
    levels = erlang_a(20, np.linspace(15, 25, 101), 300, 150).service_level
    assert np.all(np.diff(levels) > 0)
    assert np.max(np.diff(levels)) < 0.02


def test_endless_patience_is_the_limit_of_long_patience() -> None:
    load, agents = np.array([8.0, 95.0, 990.0]), np.array([10, 100, 1000])
    c, a = erlang_c(load, agents, 300), erlang_a(load, agents, 300, 1e13)
    for name in FIELDS:
        np.testing.assert_allclose(getattr(a, name), getattr(c, name), rtol=1e-8, atol=1e-8, err_msg=name)


def test_no_patience_is_the_loss_system() -> None:
    load, agents = np.array([0.5, 10.0, 120.0]), np.array([1, 12, 100])
    lost = erlang_b(load, agents)
    for patience in (0.0, 1e-12):
        service = erlang_a(load, agents, 300, patience)
        np.testing.assert_allclose(service.abandonment, lost, rtol=1e-9)
        np.testing.assert_allclose(service.service_level, 1 - lost, rtol=1e-9)
        np.testing.assert_allclose(service.mean_wait_seconds, 0, atol=1e-9)


def test_summing_and_integrating_the_queue_agree_where_one_takes_over_from_the_other() -> None:
    # The states are summed up to load * patience / AHT = 600.
    sides = [erlang_a(load, 290.0, 300, 600, 20) for load in (300.0 * (1 - 1e-14), 300.0 * (1 + 1e-14))]
    for name in FIELDS:
        low, high = (float(getattr(side, name)) for side in sides)
        assert low == pytest.approx(high, rel=1e-11, abs=1e-13), name


def test_arrays_give_what_single_numbers_give() -> None:
    load = np.array([[0.0, 3.0], [40.0, 900.0]])
    together = erlang_a(load, 35, np.array([180.0, 600.0]), [[150.0], [math.inf]])
    assert together.service_level.shape == (2, 2)
    for i in range(2):
        for j in range(2):
            alone = erlang_a(load[i, j], 35, (180.0, 600.0)[j], (150.0, math.inf)[i])
            for name in FIELDS:
                assert getattr(together, name)[i, j] == getattr(alone, name), name


def test_empty_arrays_give_empty_answers() -> None:
    assert erlang_a([], 5, 300, 150).service_level.shape == (0,)
    assert erlang_b([], 5).shape == (0,)


def test_without_a_load_nothing_waits() -> None:
    for agents in (0, 5):
        service = erlang_a(0, agents, 300, 150)
        assert service.service_level == service.service_level_of_served == 1
        assert service.asa_seconds == service.mean_queue == service.occupancy == service.abandonment == 0


def test_without_agents_nobody_is_served() -> None:
    patient, endless = erlang_a(5, 0, 300, 150, 20), erlang_c(5, 0, 300)
    assert patient.service_level == endless.service_level == 0
    assert patient.abandonment == 1
    assert patient.mean_wait_seconds == 150
    assert float(patient.abandonment_before_threshold) == pytest.approx(1 - math.exp(-20 / 150))
    assert patient.asa_seconds == endless.asa_seconds == endless.mean_queue == math.inf
    assert patient.occupancy == endless.occupancy == 1
    assert erlang_a(5, 0, 300, 0, 20).abandonment_before_threshold == 1
    assert erlang_a(5, 0, 300, 0, 0).abandonment_before_threshold == 0


def test_an_overloaded_queue_without_abandonment_grows_for_ever() -> None:
    for load in (10.0, 25.0):
        service = erlang_c(load, 10, 300)
        assert service.wait_probability == service.occupancy == 1
        assert service.service_level == service.abandonment == 0
        assert service.asa_seconds == service.mean_wait_seconds == service.mean_queue == math.inf


def test_service_level_at_threshold_zero_is_the_share_that_does_not_wait() -> None:
    service = erlang_a(20, 22, 300, 150, 0)
    assert float(service.service_level) == pytest.approx(1 - float(service.wait_probability), abs=1e-15)
    assert service.abandonment_before_threshold == 0


def test_a_threshold_beyond_every_wait_leaves_only_abandonment() -> None:
    service = erlang_a(20, 18, 300, 150, math.inf)
    assert float(service.service_level) == pytest.approx(1 - float(service.abandonment), abs=1e-14)
    assert float(service.service_level_of_served) == pytest.approx(1, abs=1e-14)
    assert float(service.level(Variant.EARLY_ABANDONS_COUNT)) == pytest.approx(1, abs=1e-14)


def test_variants_are_ordered() -> None:
    service = erlang_a(100, 95, 300, 150, 20)
    levels = [float(service.level(v)) for v in Variant]
    assert levels[Variant.OFFERED] < levels[Variant.WITHOUT_EARLY_ABANDONS] < levels[Variant.SERVED]
    assert levels[Variant.OFFERED] < levels[Variant.EARLY_ABANDONS_COUNT]


LOADS = st.one_of(st.just(0.0), st.floats(1e-9, 1e5), st.sampled_from([1e-9, 1.0, 99_999.5, 1e5]))
AGENTS = st.one_of(st.integers(0, 200_000).map(float), st.floats(0, 300))
SECONDS = st.sampled_from([1.0, 30.0, 300.0, 86_400.0])
PATIENCE = st.one_of(st.just(math.inf), st.just(0.0), st.floats(-9, 12).map(lambda x: 10.0**x))
THRESHOLD = st.sampled_from([0.0, 1.0, 20.0, 3600.0, 1e7, math.inf])


@settings(max_examples=400, deadline=None)
@given(LOADS, AGENTS, SECONDS, PATIENCE, THRESHOLD)
@example(99_999.5, 5e-324, 1.0, 1.55e9, 20.0)
def test_every_input_has_a_defined_answer(
    load: float, agents: float, aht: float, patience: float, threshold: float
) -> None:
    service = erlang_a(load, agents, aht, patience, threshold)
    for name in FIELDS:
        value = float(getattr(service, name))
        assert not math.isnan(value), name
        assert value >= 0, name
        if name not in WAITS:
            assert value <= 1, name
    assert 0 <= float(erlang_b(load, agents)) <= 1
    if 0 < patience < math.inf and load > 0:
        # Who waits gives up at the rate 1 / patience, whatever else happens (Little).
        assert float(service.mean_wait_seconds) == pytest.approx(patience * float(service.abandonment), rel=1e-9)


@settings(max_examples=150, deadline=None)
@given(st.floats(0.01, 2e4), st.floats(-4, 4), SECONDS, PATIENCE, st.sampled_from([0.0, 20.0, 3600.0]))
def test_more_agents_never_serve_worse(load: float, z: float, aht: float, patience: float, threshold: float) -> None:
    first = max(0.0, math.floor(load + z * math.sqrt(load)))
    service = erlang_a(load, first + np.arange(4), aht, patience, threshold)
    for name in FIELDS:
        values = getattr(service, name)
        with np.errstate(invalid="ignore"):
            steps = np.nan_to_num(np.diff(values))
        scale = 1.0 if name not in WAITS else max(1.0, float(values[np.isfinite(values)].max(initial=0)))
        # Early abandonments alone need not fall: with few agents nearly nobody is left to give up early or late.
        if name.startswith("service_level") and name != "service_level_early_abandons_count":
            assert np.all(steps >= -1e-12), name
        elif name in ("wait_probability", "asa_seconds", "mean_wait_seconds", "abandonment", "occupancy", "mean_queue"):
            assert np.all(steps <= 1e-12 * scale), name


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_wait_quantile_of_erlang_c_has_its_closed_form(share: float) -> None:
    load, agents, aht = 48.0, 50, 60.0
    wait = float(erlang_c(load, agents, aht).wait_probability)
    expected = max(0.0, aht * math.log(wait / (1 - share)) / (agents - load))
    assert float(wait_quantile(load, agents, aht, share)) == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("served", [False, True])
def test_just_the_share_waits_no_longer_than_its_quantile(served: bool) -> None:
    seconds = float(wait_quantile(100, 95, 300, 0.9, 150, served=served))
    service = erlang_a(100, 95, 300, 150, seconds)
    variant = Variant.SERVED if served else Variant.EARLY_ABANDONS_COUNT
    assert float(service.level(variant)) == pytest.approx(0.9, abs=1e-12)


def test_wait_quantiles_at_the_ends() -> None:
    assert wait_quantile(10, 20, 300, 0.5) == 0
    assert wait_quantile(10, 12, 300, 0) == 0
    assert wait_quantile(0, 0, 300, 1) == 0
    assert wait_quantile(10, 12, 300, 1.0, 150) == math.inf
    assert wait_quantile(12, 10, 300, 0.5) == math.inf
    assert wait_quantile(12, 0, 300, 0.5, 150, served=True) == math.inf
    assert float(wait_quantile(12, 0, 300, 0.5, 150)) == pytest.approx(150 * math.log(2))
    assert wait_quantile(12, 10, 300, 0.5, 0) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, 5, 300, 150), "load: -1 (a number, at least 0)"),
        ((5, -1, 300, 150), "agents: -1 (a number, at least 0)"),
        ((5, 5, 0, 150), "aht_seconds: 0 (a number above 0)"),
        ((5, 5, 300, math.nan), "patience_seconds: nan (a number, at least 0)"),
        ((math.inf, 5, 300, 150), "load: inf (a number, at least 0)"),
        (([1, -2, -3], 5, 300, 150), "load: -2 and 1 more (a number, at least 0)"),
        (("many", 5, 300, 150), "load: not a number: 'many'"),
    ],
)
def test_impossible_arguments_are_refused(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(InputError) as error:
        erlang_a(*arguments)  # type: ignore[arg-type]
    assert str(error.value) == message


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(InputError) as error:
        erlang_a(-1, -1, -1, -1, -1)
    assert len(error.value.problems) == 5
