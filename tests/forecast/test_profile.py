from datetime import date

import numpy as np

from staffing.forecast.calendar import day_calendar
from staffing.forecast.cleaning import clean, unusual_days
from staffing.forecast.daytotal import fit
from staffing.forecast.panel import Panel, closed_days, day_totals, usual_profile
from staffing.forecast.profile import SHAPES, estimate, profile
from staffing.forecast.spreadsheet import spreadsheet


def made(days=140, size=60.0, seed=1):
    rng = np.random.default_rng(seed)
    shape = np.exp(-(((np.arange(24) - 11) / 4.0) ** 2))
    shape[:7] = 0
    shape /= shape.sum()
    opened = np.tile(shape > 0, (days, 1))
    volume = np.where(opened, rng.poisson(size * shape, (days, 24)), np.nan)
    return Panel(date(2026, 1, 5), volume, opened), shape


def test_pooling_and_smoothing_win_at_low_volume():
    panel, truth = made()
    totals, _ = day_totals(panel, usual_profile(panel))
    share, words = profile(panel, totals, np.ones(140), 28)
    rough = usual_profile(panel)
    np.testing.assert_allclose(share.sum(1), 1)
    assert np.abs(share - truth).sum() < 0.6 * np.abs(rough - truth).sum()
    assert "weeks" in words


def test_every_shape_sums_to_one_and_stays_zero_while_closed():
    panel, _ = made(60)
    totals, _ = day_totals(panel, usual_profile(panel))
    for shape in SHAPES:
        share = estimate(panel, totals, np.ones(60), shape)
        np.testing.assert_allclose(share.sum(1), 1)
        assert (share >= 0).all()
        assert share[:, :6].max() == 0


def test_a_weekday_without_history_takes_the_mean_shape():
    panel, truth = made()
    volume = panel.volume.copy()
    volume[panel.weekday == 6] = np.nan
    gap = Panel(panel.first, volume, panel.open.copy())
    totals, _ = day_totals(gap, usual_profile(gap))
    share, _ = profile(gap, totals, np.ones(140), 28)
    assert np.abs(share[6] - truth).sum() < 0.1


def test_a_daily_series_has_one_slot():
    panel = Panel(date(2026, 1, 5), np.full((60, 1), 5.0), np.ones((60, 1), dtype=bool))
    share, _ = profile(panel, np.full(60, 5.0), np.ones(60), 28)
    np.testing.assert_array_equal(share, np.ones((7, 1)))


def listed(volume, days=140):
    calendar = day_calendar(date(2026, 1, 5), days, None)
    log = np.log(volume)
    model = fit(log, 1 / volume, calendar)
    return [(r.kind, r.where) for r in unusual_days(calendar.first, model, calendar)]


def test_a_day_far_from_all_others_is_listed_unless_it_has_a_name():
    rng = np.random.default_rng(7)
    volume = 1000.0 * np.exp(0.03 * rng.standard_normal(140))
    assert listed(volume) == []
    volume[50] *= 3
    volume[90] /= 4
    assert listed(volume) == [("spike", "2026-02-24"), ("outage", "2026-04-05")]
    short = 1000.0 * np.exp(0.03 * rng.standard_normal(60))
    short[30:] *= 2
    assert listed(short, 60) == []


def test_a_season_that_comes_every_year_is_no_level_shift():
    rng = np.random.default_rng(7)
    t = np.arange(800)
    volume = 1000.0 * np.exp(0.5 * np.cos(2 * np.pi * t / 365.25) + 0.03 * rng.standard_normal(800))
    assert "level shift" not in {kind for kind, _ in listed(volume, 800)}


def test_a_day_seen_in_part_is_scaled_up_and_one_hardly_seen_is_missing():
    panel = Panel(date(2026, 1, 5), np.array([[1.0, 3.0], [np.nan, 3.0], [1.0, np.nan]]), np.ones((3, 2), dtype=bool))
    totals, cover = day_totals(panel, np.tile([0.25, 0.75], (7, 1)))
    np.testing.assert_allclose(totals, [4, 4, np.nan])
    np.testing.assert_allclose(cover, [1, 0.75, 0.25])


def test_the_spreadsheet_method_is_the_mean_of_four_weeks():
    volume = np.arange(70.0)[:, None]
    volume[63] = np.nan
    panel = Panel(date(2026, 1, 5), volume, np.ones((70, 1), dtype=bool))
    out = spreadsheet(panel, np.array([0, 1]))
    np.testing.assert_allclose(out[:, 0], [np.mean([56, 49, 42, 35]), np.mean([64, 57, 50, 43])])
    assert spreadsheet(panel.head(3), np.array([6]))[0, 0] == 0


def test_closed_days_are_those_whose_weekday_is_mostly_open():
    panel, _ = made(70)
    opened = panel.open.copy()
    opened[10] = False
    opened[panel.weekday == 6] = False
    assert closed_days(Panel(panel.first, panel.volume, opened)) == {date(2026, 1, 15)}


def test_spikes_are_left_out_but_named_days_and_early_closings_are_not():
    panel, _ = made(size=2000)
    volume = panel.volume.copy()
    volume[20, 10] *= 20
    volume[30, 10] *= 20
    volume[40, 15:] = 0
    volume[50] = 0
    named = np.zeros(140, dtype=bool)
    named[30] = True
    fixed, repairs = clean(Panel(panel.first, volume, panel.open), usual_profile(panel), named)
    assert [(r.kind, r.where) for r in repairs] == [("spike", "2026-01-25 10:00-11:00")]
    assert np.isnan(fixed.volume[20, 10])
    assert not np.isnan(fixed.volume[30, 10])
    assert fixed.volume[40, 20] == 0
    tiny = Panel(date(2026, 1, 5), np.ones((9, 1)), np.ones((9, 1), dtype=bool))
    assert clean(tiny, np.ones((7, 1)), np.zeros(9, dtype=bool)) == (tiny, ())
