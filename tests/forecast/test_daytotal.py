import sys
from datetime import date

import numpy as np
import pytest

from staffing.forecast import queue
from staffing.forecast.calendar import day_calendar
from staffing.forecast.daytotal import fit, one_thread
from staffing.forecast.effects import covariances
from staffing.forecast.panel import Panel


@pytest.fixture(scope="module")
def fitted():
    calendar = day_calendar(date(2026, 1, 5), 140 + 28, "DE")
    rng = np.random.default_rng(3)
    weekday = np.array([0.2, 0.1, 0.0, 0.0, 0.0, -0.5, -1.0])[calendar.weekday]
    y = 6.0 + weekday[:140] + 0.05 * rng.standard_normal(140)
    y[50] = np.nan
    y[70] = 3.0
    return calendar, y, fit(y, np.full(140, 1 / 400), calendar)


def test_every_covariance_is_positive_semidefinite():
    calendar = day_calendar(date(2025, 11, 1), 120, "DE")
    for name, part in covariances(calendar, {"x": np.linspace(-1, 1, 120)}).items():
        np.testing.assert_allclose(part, part.T, err_msg=name, atol=1e-9)
        assert np.linalg.eigvalsh(part).min() > -1e-7 * max(part.max(), 1), name


def test_weekdays_are_found_and_missing_days_do_no_harm(fitted):
    calendar, _, model = fitted
    truth = 6.0 + np.array([0.2, 0.1, 0.0, 0.0, 0.0, -0.5, -1.0])[calendar.weekday[140:]]
    plain = np.array([not name for name in calendar.label[140:]])
    assert np.abs(model.mean - truth)[plain].max() < 0.08


def test_a_day_that_does_not_fit_loses_its_weight(fitted):
    _, _, model = fitted
    assert model.weight[70] < 0.05
    assert np.median(model.weight) > 0.9
    assert model.surprise[70] < -20
    assert np.isnan(model.surprise[50])


def test_components_add_up_to_the_forecast(fitted):
    _, _, model = fitted
    np.testing.assert_allclose(sum(e[140:] for e in model.effects.values()), model.mean, atol=1e-6)


def test_two_holidays_tell_what_a_third_one_will_do():
    """Good Friday and Easter Monday all but stop the contacts; so will 1 May, which the history never showed."""
    calendar = day_calendar(date(2026, 1, 5), 150, "DE")
    day = {label: d for d, label in enumerate(calendar.label)}
    rng = np.random.default_rng(4)
    y = 7.0 + 0.05 * rng.standard_normal(110)
    y[[day["Good Friday"], day["Easter Monday"]]] -= 2.5
    model = fit(y, np.full(110, 1 / 900), calendar)
    assert model.mean[day["Labor Day"] - 110] < 6.0
    ordinary = [d - 110 for d in range(110, 150) if not calendar.label[d]]
    assert np.abs(model.mean[ordinary] - 7.0).max() < 0.1
    assert model.weight[day["Good Friday"]] == 1.0


def test_a_hindcast_is_what_the_same_model_would_have_forecast(fitted):
    # A model fitted with the same standard deviations to the head of the history is the reference.
    calendar, y, model = fitted
    parts = covariances(calendar)
    total = sum(model.sd[n] ** 2 * k for n, k in parts.items()) + 16.0
    seen = ~np.isnan(y[:100])
    index = np.flatnonzero(seen)
    past = total[np.ix_(index, index)] + np.diag(model.noise[:100][seen])
    expected = model.centre + total[100:128, index] @ np.linalg.solve(past, y[:100][seen] - model.centre)
    np.testing.assert_allclose(model.hindcast(100, 100, 128), expected, atol=1e-5)


def test_without_threadpoolctl_nothing_is_limited(monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    with one_thread() as limits:
        assert limits is None


def test_only_the_last_years_are_looked_at(monkeypatch):
    monkeypatch.setattr(queue, "MAX_DAYS", 70)
    rng = np.random.default_rng(5)
    panels = []
    for old in (100.0, 900.0):
        volume = np.full((140, 1), old)
        volume[70:, 0] = rng.poisson(500, 70) if not panels else panels[0].volume[70:, 0]
        panels.append(Panel(date(2026, 1, 5), volume, np.ones((140, 1), dtype=bool)))
    calendar = day_calendar(date(2026, 1, 5), 147, None)
    ahead = np.ones((7, 1), dtype=bool)
    more = {"log_factor": np.zeros(140), "drivers": {"x": np.arange(140.0)}}
    a, b = (queue.forecast_queue(p, calendar, ahead, **more) for p in panels)
    np.testing.assert_array_equal(a.contacts, b.contacts)
    assert a.contacts.mean() == pytest.approx(500, rel=0.05)


def test_the_band_widens_with_the_distance(fitted):
    calendar, _, model = fitted
    plain = np.flatnonzero([not name for name in calendar.label[140:]])
    variance = np.diag(model.cov)[plain]
    assert variance[-7:].mean() > variance[:7].mean() > 0


def test_the_mean_lies_above_the_median_by_what_the_level_wanders():
    variance = np.array([0.02, 0.5, 0.04, 0.06])
    grown = queue._wandering(variance, np.array([True, False, True, True]))
    np.testing.assert_allclose(grown, [0, 0.01, 0.02, 0.04])
    np.testing.assert_array_equal(queue._wandering(variance, np.zeros(4, dtype=bool)), 0)
