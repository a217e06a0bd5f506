"""The course of a month by the forecast's errors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from staffing.simulation.case import prepare, replicate
from staffing.simulation.course import ForecastError, course
from staffing.simulation.engine import simulate
from staffing.simulation.settings import SimulationSettings
from tests.simulation.builders import demand_of, duty_of

DAYS = 5
COV = 0.04 * 0.6 ** np.abs(np.subtract.outer(np.arange(DAYS), np.arange(DAYS)))
ERROR = ForecastError(np.stack([COV, COV]), np.array([[1.0, 0.7], [0.7, 1.0]]), np.array([0.0, 0.05]))


def drawn(error: ForecastError, n: int = 3000) -> np.ndarray:
    demand = demand_of(
        len(error.slot_variance), days=DAYS, contacts=np.full((len(error.slot_variance), 24 * DAYS), 10.0)
    )
    known = error.courses
    return np.stack([course(known, demand.contacts, demand.grid.day, 7, r) for r in range(n)])


def test_courses_have_the_forecasts_mean_and_its_correlations() -> None:
    found = drawn(ERROR)
    assert found.mean(axis=(0, 2)) == pytest.approx([10.0, 10.0], rel=0.02)
    logs = np.log(found[:, :, ::24] / 10.0)
    first = np.cov(logs[:, 0].T)
    assert first == pytest.approx(COV, abs=0.005)
    assert np.corrcoef(logs[:, 0, 0], logs[:, 0, 1])[0, 1] == pytest.approx(0.6, abs=0.05)
    days = np.log(found.reshape(len(found), 2, DAYS, 24).mean(axis=3))
    assert np.corrcoef(days[:, 0, 0], days[:, 1, 0])[0, 1] == pytest.approx(0.7, abs=0.06)


def test_intervals_of_a_day_share_its_error_and_add_their_own() -> None:
    found = drawn(ERROR, 400).reshape(400, 2, DAYS, 24)
    assert np.ptp(found[:, 0], axis=2).max() < 1e-9
    own = (found[:, 1] / found[:, 1].mean(axis=2, keepdims=True)).var(axis=2).mean()
    assert own == pytest.approx(0.05 * 23 / 24, rel=0.1)


def test_a_queue_more_leaves_the_others_courses_as_they_were() -> None:
    alone = ForecastError(ERROR.day_cov[:1], np.ones((1, 1)), ERROR.slot_variance[:1])
    np.testing.assert_allclose(drawn(alone, 3)[:, 0], drawn(ERROR, 3)[:, 0], rtol=1e-6)


def test_the_simulation_takes_the_forecasts_error_unless_it_is_told_not_to() -> None:
    demand = demand_of(2, days=DAYS, contacts=np.full((2, 24 * DAYS), 10.0))
    unsure = replace(demand, error=ERROR)
    duty = duty_of([[1, 1]] * 4, [(p, 0, DAYS * 86_400, p) for p in range(4)])
    settings = SimulationSettings(replications=60)
    calm = simulate(demand, duty, settings).day_judged.sum(axis=2)
    wide = simulate(unsure, duty, settings).day_judged.sum(axis=2)
    sure = simulate(unsure, duty, replace(settings, forecast_error=False)).day_judged.sum(axis=2)
    assert wide[:, 0].std() > 3 * calm[:, 0].std()
    assert np.array_equal(sure, calm)


def test_handling_times_and_patience_have_their_distributions_to_the_last_percent() -> None:
    demand = demand_of(1, contacts=np.full((1, 24), 3000.0), patience_seconds=np.array([90.0]), aht_cv=np.array([0.8]))
    drawn = replicate(prepare(demand, duty_of([[1]], []), SimulationSettings(replications=2)), 0).contacts
    assert len(drawn) > 70_000
    sigma = np.sqrt(np.log1p(0.64))
    z = (np.log(drawn["work"] / 300.0) + sigma**2 / 2) / sigma
    assert stats.kstest(z, "norm").pvalue > 1e-3
    assert stats.kstest(drawn["patience"] / 90.0, "expon").pvalue > 1e-3
    assert np.mean(np.abs(z) > 3.0) == pytest.approx(2 * stats.norm.sf(3.0), rel=0.3)
    assert stats.kstest(drawn["time"] / 86_400, "uniform").pvalue > 1e-3
