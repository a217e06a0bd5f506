"""What is done with a forecast: paths, the manual layer, the day's re-forecast, the reconciliation."""

from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest

from staffing.errors import InputError
from staffing.forecast.intraday import reforecast, rest_of_day
from staffing.forecast.make import make_forecast
from staffing.forecast.manual import adjust
from staffing.forecast.paths import day_quantiles, paths, period_quantiles, rates
from staffing.forecast.reconcile import Day, reconcile
from staffing.forecast.result import LEVELS
from staffing.forecast.settings import Adjustment, ForecastSettings
from staffing.grid import TimeGrid
from tests.forecast import team

GRID = TimeGrid(date(2027, 1, 11), 14, "Europe/Berlin", 60)


@pytest.fixture(scope="module")
def forecast():
    history = team.history(150, date(2026, 8, 10), ("voice", "chat"), 60)
    return make_forecast(history, GRID, team.opened(GRID, 2), ForecastSettings(holiday_region=team.REGION))


def test_paths_have_the_forecasts_mean_and_are_seeded(forecast):
    drawn = paths(forecast, 3000, seed=5)
    assert drawn.shape == (3000, 2, len(GRID))
    total = drawn.sum(axis=2)
    error = 4 * total.std(axis=0) / np.sqrt(3000)
    assert (np.abs(total.mean(axis=0) - forecast.contacts.sum(axis=1)) < error).all()
    np.testing.assert_array_equal(paths(forecast, 5, seed=5), paths(forecast, 5, seed=5))
    assert (paths(forecast, 5, seed=6) != paths(forecast, 5, seed=5)).any()


def test_rates_carry_the_days_error_and_no_counting_noise(forecast):
    drawn = rates(forecast, 4000, seed=3)
    np.testing.assert_array_equal(drawn[:, forecast.contacts == 0], 0)
    day = drawn[:, 0, GRID.day == 1].sum(axis=1)
    spread = np.sqrt(np.expm1(forecast.day_cov[0, 1, 1]))
    assert day.std() / day.mean() == pytest.approx(spread, rel=0.15)
    counted = paths(forecast, 4000, seed=3)[:, 0, GRID.day == 1].sum(axis=1)
    assert counted.var() == pytest.approx(day.var() + day.mean(), rel=0.1)
    np.testing.assert_array_equal(rates(forecast, 3, seed=9), rates(forecast, 3, seed=9))


def test_intervals_of_a_day_err_together(forecast):
    drawn = paths(forecast, 2000)[:, 0]
    noon = drawn[:, (GRID.day == 1) & (GRID.minute == 660)].ravel()
    four = drawn[:, (GRID.day == 1) & (GRID.minute == 960)].ravel()
    assert np.corrcoef(noon, four)[0, 1] > 0.1
    day = drawn[:, GRID.day == 1].sum(1)
    assert day.var() > 1.5 * day.mean()


def test_bands_of_a_month_are_relatively_narrower_than_those_of_a_day(forecast):
    day, week, all_ = (period_quantiles(forecast, p, 500) for p in ("day", "week", "horizon"))
    assert day.shape == (7, 2, 14)
    assert week.shape == (7, 2, 2)
    assert all_.shape == (7, 2, 1)
    high, low = LEVELS.index(0.9), LEVELS.index(0.1)
    assert (all_[high] - all_[low])[0, 0] / all_[3][0, 0] < ((day[high] - day[low]) / np.maximum(day[3], 1))[0, 1]


def test_paths_refuse_what_cannot_be_meant(forecast):
    with pytest.raises(InputError, match="at least 1"):
        paths(forecast, 0)
    with pytest.raises(InputError, match="year"):
        period_quantiles(forecast, "year")


def test_an_adjustment_is_kept_apart_with_who_and_why(forecast):
    day = date(2027, 1, 12)
    change = Adjustment(first=day, last=day, who="Ana", why="price letter", queue="voice", factor=1.2, start=time(12))
    changed = adjust(forecast, [change])
    hit = (GRID.day == 1) & (GRID.minute >= 720) & forecast.open[0]
    np.testing.assert_allclose(changed.contacts[0][hit], 1.2 * forecast.contacts[0][hit])
    np.testing.assert_allclose(changed.quantiles[:, 0][:, hit], 1.2 * forecast.quantiles[:, 0][:, hit])
    np.testing.assert_array_equal(changed.contacts[1], forecast.contacts[1])
    assert "manual" not in forecast.components
    np.testing.assert_array_equal(changed.statistical, forecast.contacts)
    manual = changed.components["manual"]
    assert 1 < manual[0, 1] < 1.2
    np.testing.assert_allclose(np.delete(manual[0], 1), 1)
    total = np.prod(list(changed.components.values()), axis=0)
    np.testing.assert_allclose(total, np.add.reduceat(changed.contacts, GRID.day_first[:-1], axis=1), atol=1e-6)
    assert changed.notes[-1] == "voice, 2027-01-12 12:00-24:00: times 1.2 by Ana: price letter"


def test_an_adjustment_may_set_the_day_even_from_nothing(forecast):
    closed = adjust(
        forecast, [Adjustment(first=date(2027, 1, 13), last=date(2027, 1, 14), who="A", why="b", factor=0.0)]
    )
    assert closed.contacts[:, np.isin(GRID.day, (2, 3))].sum() == 0
    change = Adjustment(first=date(2027, 1, 13), last=date(2027, 1, 14), who="A", why="b", contacts=70.0)
    again = adjust(closed, [change])
    np.testing.assert_allclose(again.contacts[:, GRID.day == 2].sum(1), 70)
    np.testing.assert_allclose(np.prod(list(again.components.values()), axis=0)[:, 2:4], 70)
    low, high = again.quantiles[LEVELS.index(0.1)], again.quantiles[LEVELS.index(0.9)]
    busiest = np.argmax(again.contacts[0] * (GRID.day == 2))
    assert low[0, busiest] < again.contacts[0, busiest] < high[0, busiest]
    assert again.notes[-1] == "all queues, 2027-01-13 to 2027-01-14: set to 70 contacts a day by A: b"


def test_adjustments_add_up_and_those_of_other_months_are_passed_over(forecast):
    day = date(2027, 1, 12)
    twice = [Adjustment(first=day, last=day, who="A", why=w, factor=f) for w, f in (("x", 1.2), ("y", 0.5))]
    once = adjust(adjust(forecast, twice[:1]), twice[1:])
    both = adjust(forecast, twice)
    np.testing.assert_allclose(once.contacts, both.contacts)
    np.testing.assert_allclose(once.components["manual"], both.components["manual"])
    np.testing.assert_allclose(both.components["manual"][:, 1], 0.6)
    later = date(2027, 3, 1)
    assert adjust(forecast, [Adjustment(first=later, last=later, who="A", why="b", factor=2.0)]) is forecast


def test_an_adjustment_of_closed_hours_says_that_it_changes_nothing(forecast):
    sunday = date(2027, 1, 17)
    changed = adjust(forecast, [Adjustment(first=sunday, last=sunday, who="A", why="b", contacts=50.0, end=time(9))])
    np.testing.assert_array_equal(changed.contacts, forecast.contacts)
    told = "all queues, 2027-01-17 00:00-09:00: set to 50 contacts a day by A: b (changes nothing: closed then)"
    assert changed.notes[-1] == told


def test_bands_of_a_day_are_those_of_its_paths(forecast):
    drawn, plain = period_quantiles(forecast, "day", 2000), day_quantiles(forecast)
    busy = plain[3] > 20
    np.testing.assert_allclose(plain[1:6, busy], drawn[1:6, busy], rtol=0.12)
    # the outermost ones lie further out: the spread itself is estimated
    assert (plain[6] >= 0.98 * drawn[6]).all()


def test_adjustments_without_name_reason_or_effect_are_refused_at_once(forecast):
    day = date(2027, 1, 13)
    with pytest.raises(InputError) as error:
        adjust(
            forecast,
            [
                Adjustment(first=day, last=day, who=" ", why="x", factor=1.0),
                Adjustment(first=day, last=day, who="A", why="x"),
                Adjustment(first=day, last=day, who="A", why="x", queue="fax", factor=1.0),
            ],
        )
    assert [p.where for p in error.value.problems] == ["adjustment 1", "adjustment 2", "event 'x'"]


def test_a_busy_morning_raises_the_rest_of_the_day(forecast):
    now = int(GRID.day_first[1]) + 12
    actual = forecast.contacts[:, :now] * 1.3
    again = reforecast(forecast, actual, now)
    rest = (GRID.day == 1) & (np.arange(len(GRID)) >= now) & forecast.open[0]
    ratio = again.contacts[0][rest] / forecast.contacts[0][rest]
    assert ratio.std() < 1e-9
    assert 1.03 < ratio.mean() < 1.3
    tomorrow = again.contacts[0][GRID.day == 2].sum() / forecast.contacts[0][GRID.day == 2].sum()
    assert 1.0 < tomorrow < ratio.mean()
    np.testing.assert_allclose(again.contacts[0][24:now], actual[0][24:now])
    np.testing.assert_allclose(again.contacts[:, :24], actual[:, :24])
    yesterday_too = actual.copy()
    yesterday_too[:, :24] = np.nan
    alone = reforecast(forecast, yesterday_too, now)
    np.testing.assert_array_equal(alone.contacts[:, :24], forecast.contacts[:, :24])
    assert alone.contacts[0][rest].sum() < again.contacts[0][rest].sum()
    np.testing.assert_array_equal(again.statistical, forecast.contacts)
    low, middle, high = rest_of_day(again, now)[[1, 3, 5], 0]
    assert low < middle < high
    assert low < again.contacts[0][rest].sum() < high
    width = again.quantiles[5, 0][rest] - again.quantiles[1, 0][rest]
    before = forecast.quantiles[5, 0][rest] - forecast.quantiles[1, 0][rest]
    assert (width / again.contacts[0][rest]).mean() < (before / forecast.contacts[0][rest]).mean()
    assert "12:00" in again.notes[-1]


def test_the_bands_of_the_rest_of_the_day_hold():
    """Days drawn from the forecast's own paths: 80 percent bands after a morning must hold about 80 percent."""
    history = team.history(150, date(2026, 8, 10), ("voice",), 60)
    grid = TimeGrid(date(2027, 1, 11), 1, "Europe/Berlin", 60)
    forecast = make_forecast(history, grid, team.opened(grid), ForecastSettings(holiday_region=team.REGION))
    inside, ours, plain = [], 0.0, 0.0
    for drawn in paths(forecast, 300, seed=3):
        again = reforecast(forecast, drawn, 13)
        rest = forecast.open[0] & (np.arange(24) >= 13)
        low, high = again.quantiles[LEVELS.index(0.1), 0], again.quantiles[LEVELS.index(0.9), 0]
        inside += ((drawn[0] >= low) & (drawn[0] <= high))[rest].tolist()
        ours += np.abs(again.contacts[0] - drawn[0])[rest].sum()
        plain += np.abs(forecast.contacts[0] - drawn[0])[rest].sum()
    assert 0.74 < np.mean(inside) < 0.92
    assert ours < plain


def test_a_morning_tells_less_where_mornings_have_misled_before(forecast):
    now = int(GRID.day_first[1]) + 12
    actual = forecast.contacts[:, :now] * 1.3
    rest = (GRID.day == 1) & (np.arange(len(GRID)) >= now) & forecast.open[0]

    def told(split):
        again = reforecast(replace(forecast, split_variance=np.full(2, split)), actual, now)
        wide = rest_of_day(again, now)[5, 0] - rest_of_day(again, now)[1, 0]
        return again.contacts[0][rest].sum() / forecast.contacts[0][rest].sum(), wide

    trusting, doubting = told(0.0), told(0.01)
    assert 1.0 < doubting[0] < trusting[0]
    assert doubting[1] > trusting[1]


def test_the_split_of_days_is_learnt_from_their_halves():
    """Mornings are moved by 10 percent against afternoons, which leaves the days' totals alone."""
    history = team.history(150, date(2026, 8, 10), ("voice",), 60)
    rng = np.random.default_rng(6)
    tilt = 0.1 * rng.standard_normal(history.grid.days)[history.grid.day] * np.where(history.grid.minute < 780, 1, -1)
    tilted = replace(history, offered=np.round(history.offered * np.exp(tilt)))
    found = [
        make_forecast(h, GRID, team.opened(GRID), ForecastSettings(holiday_region=team.REGION)).split_variance[0]
        for h in (history, tilted)
    ]
    assert found[0] < 0.002
    assert found[1] == pytest.approx(0.01, rel=0.5)


def test_nothing_seen_changes_nothing(forecast):
    again = reforecast(forecast, np.full((2, 40), np.nan), 40)
    np.testing.assert_array_equal(again.contacts, forecast.contacts)


def test_a_reforecast_outside_the_horizon_is_refused(forecast):
    with pytest.raises(InputError, match="now"):
        reforecast(forecast, np.zeros((2, 5)), 10_000)
    with pytest.raises(InputError, match="actual"):
        reforecast(forecast, np.zeros((2, 5)), 10)


def test_the_causes_of_a_miss_add_up():
    rng = np.random.default_rng(2)

    def random_day():
        return Day(
            rng.poisson(90, 20), rng.uniform(200, 400, 20), rng.integers(8, 15, 20), rng.uniform(0, 0.5, 20), 0.5
        )

    plan, happened = random_day(), random_day()
    split = reconcile(plan, happened)

    def balance(day):
        return 0.5 * day.agents * (1 - day.shrinkage) - day.contacts * day.aht_seconds / 3600

    np.testing.assert_allclose(split.miss, balance(happened) - balance(plan))
    np.testing.assert_allclose(split.volume + split.aht + split.shrinkage + split.staffing, split.miss)
    assert np.sign(split.volume[0]) == -np.sign(happened.contacts[0] - plan.contacts[0])


def test_plan_and_actual_must_share_an_axis():
    with pytest.raises(InputError, match="reconciliation"):
        reconcile(Day([1], [1], [1], [0], 0.5), Day([1, 2], [1, 2], [1, 2], [0, 0], 0.5))
