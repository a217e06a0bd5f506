from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest

from staffing.errors import InputError
from staffing.forecast.make import make_forecast
from staffing.forecast.result import LEVELS
from staffing.forecast.settings import Event, ForecastSettings
from staffing.grid import TimeGrid
from tests.forecast import team

SETTINGS = ForecastSettings(holiday_region=team.REGION)
GRID = TimeGrid(date(2027, 1, 11), 28, "Europe/Berlin", 60)


class Stopped:
    def report(self, progress):
        pass

    def should_stop(self):
        return True


@pytest.fixture(scope="module")
def past():
    return team.history(200, date(2026, 6, 15), ("voice", "chat"), 60)


@pytest.fixture(scope="module")
def plain(past):
    return make_forecast(past, GRID, team.opened(GRID, 2), SETTINGS)


def short(past, days=120):
    """A shorter history, for tests that need many forecasts."""
    return team.history(days, date(2026, 9, 3), ("voice",), 60)


def forecast_with(history, *events, **more):
    return make_forecast(history, GRID, team.opened(GRID, len(history.queues)), SETTINGS, events, **more)


def test_it_finds_the_truth_and_beats_the_spreadsheet(plain):
    for q, size in enumerate((600.0, 300.0)):
        truth = team.expected(GRID, size) * plain.open[q]
        ours = np.abs(plain.contacts[q] - truth).sum() / truth.sum()
        table = np.abs(plain.spreadsheet[q] - truth).sum() / truth.sum()
        assert ours < 0.06
        assert ours < 0.6 * table


def test_nothing_is_expected_while_closed(plain):
    assert (plain.contacts[~plain.open] == 0).all()
    assert (plain.quantiles[:, ~plain.open] == 0).all()
    assert (plain.contacts[plain.open] > 0).all()


def test_quantiles_never_cross_and_hold_the_mean(plain):
    assert (np.diff(plain.quantiles, axis=0) >= 0).all()
    low, high = plain.quantiles[LEVELS.index(0.1)], plain.quantiles[LEVELS.index(0.9)]
    assert ((plain.contacts >= low - 1) & (plain.contacts <= high + 1)).all()


def test_components_multiply_to_each_days_total(plain):
    total = np.prod(list(plain.components.values()), axis=0)
    days = np.add.reduceat(plain.contacts, GRID.day_first[:-1], axis=1)
    np.testing.assert_allclose(total, days, rtol=1e-6, atol=1e-9)
    assert {"level", "weekday", "day_of_month", "holiday", "event"} <= set(plain.components)


def test_handling_time_follows_the_hour(plain):
    evening = GRID.minute >= 960
    assert plain.aht_seconds[0][~evening & plain.open[0]].mean() == pytest.approx(240, rel=0.02)
    assert plain.aht_seconds[0][evening & plain.open[0]].mean() == pytest.approx(300, rel=0.02)


def test_the_future_changes_nothing(past):
    history = team.history(150, date(2026, 9, 3), ("voice",), 60)
    grid = TimeGrid(date(2026, 12, 28), 14, "Europe/Berlin", 60)
    later = history.grid.day >= (grid.start - history.grid.start).days
    assert later.any()
    changed = replace(
        history,
        offered=np.where(later, 999.0, history.offered),
        handled=np.where(later, 1.0, history.handled),
        handle_seconds=np.where(later, 9e5, history.handle_seconds),
        open=history.open | later,
    )
    a = make_forecast(history, grid, team.opened(grid), SETTINGS)
    b = make_forecast(changed, grid, team.opened(grid), SETTINGS)
    np.testing.assert_array_equal(a.contacts, b.contacts)
    np.testing.assert_array_equal(a.quantiles, b.quantiles)
    np.testing.assert_array_equal(a.aht_seconds, b.aht_seconds)
    np.testing.assert_array_equal(a.spreadsheet, b.spreadsheet)


def test_a_future_event_multiplies_and_part_of_a_day_is_only_that_part(past):
    history = short(past)
    base = forecast_with(history).contacts[0]
    day = date(2027, 1, 13)
    event = Event("mailing", day, day, factor=1.5, start=time(10), end=time(12))
    ratio = forecast_with(history, event).contacts[0] / np.where(base > 0, base, 1)
    hit = (GRID.day == 2) & (GRID.minute >= 600) & (GRID.minute < 720)
    np.testing.assert_allclose(ratio[hit], 1.5)
    np.testing.assert_allclose(ratio[~hit & (base > 0)], 1.0)


def test_an_absolute_event_sets_the_day(past):
    day = date(2027, 1, 13)
    forecast = forecast_with(short(past), Event("launch", day, day, queue="voice", contacts=1234.0))
    assert forecast.contacts[0][GRID.day == 2].sum() == pytest.approx(1234.0)


def test_a_past_event_is_explained_away_and_its_effect_learnt(past):
    history = short(past)
    grid = history.grid
    days = np.isin(grid.day, range(80, 87))
    boosted = replace(history, offered=np.where(days, np.round(history.offered * 2), history.offered))
    event = Event("campaign", grid.dates[80], grid.dates[86])
    base = forecast_with(history).contacts.sum()
    assert forecast_with(boosted, event).contacts.sum() == pytest.approx(base, rel=0.03)
    again = Event("campaign", date(2027, 1, 18), date(2027, 1, 22))
    learnt = forecast_with(boosted, event, again)
    week = (GRID.day >= 7) & (GRID.day < 12)
    quiet = forecast_with(boosted, event).contacts[0][week].sum()
    assert 1.6 < learnt.contacts[0][week].sum() / quiet < 2.2
    known = forecast_with(boosted, replace_factor(event, 2.0)).contacts.sum()
    assert known == pytest.approx(base, rel=0.03)


def replace_factor(event, factor):
    return Event(event.name, event.first, event.last, factor=factor)


def test_an_event_nobody_knows_says_so(past):
    forecast = forecast_with(short(past), Event("fair", date(2027, 1, 12), date(2027, 1, 12)))
    assert any("'fair'" in note and "changes nothing" in note for note in forecast.notes)


def test_the_users_factor_answers_a_first_year_holiday(past):
    # Whit Monday lies ahead of a history that has never seen one.
    history = team.history(120, date(2027, 1, 4), ("voice",), 60)
    grid = TimeGrid(date(2027, 5, 10), 14, "Europe/Berlin", 60)
    day = date(2027, 5, 17)
    event = Event("Pentecost Monday", day, day, factor=0.25)
    opened = team.opened(grid)
    told = make_forecast(history, grid, opened, SETTINGS, (event,))
    assert told.components["event"][0, 7] == pytest.approx(0.25)
    assert told.components["holiday"][0, 7] == pytest.approx(1.0, abs=0.02)


def test_a_new_queue_borrows_the_shape_of_its_parent(past):
    new = past.offered.copy()
    fresh = past.grid.day >= 195
    new[1, ~fresh] = np.nan
    young = replace(past, offered=new, handled=np.where(np.isnan(new), np.nan, past.handled))
    forecast = make_forecast(young, GRID, team.opened(GRID, 2), SETTINGS, (), {"chat": "voice"})
    assert any("borrowed from voice" in note for note in forecast.notes)
    monday = (GRID.day == 0) & forecast.open[0]
    shape = [forecast.contacts[q][monday] / forecast.contacts[q][monday].sum() for q in (0, 1)]
    np.testing.assert_allclose(shape[0], shape[1], atol=0.02)
    assert forecast.contacts[1].sum() == pytest.approx(0.5 * forecast.contacts[0].sum(), rel=0.25)


def test_a_queue_without_any_history_has_only_its_events(past):
    empty = replace(past, offered=np.where(np.array([[True], [False]]), past.offered, np.nan))
    empty = replace(
        empty,
        handled=np.where(np.isnan(empty.offered), np.nan, past.handled),
        handle_seconds=np.where(np.isnan(empty.offered), np.nan, past.handle_seconds),
    )
    day = date(2027, 1, 12)
    event = Event("launch", day, day, queue="chat", contacts=300.0)
    forecast = make_forecast(empty, GRID, team.opened(GRID, 2), SETTINGS, (event,), {"chat": "voice"})
    assert forecast.contacts[1].sum() == pytest.approx(300.0)
    assert forecast.contacts[1][GRID.day == 1].sum() == pytest.approx(300.0)
    assert any("no contacts in the history" in n for n in forecast.notes)
    assert any("taken from voice" in n for n in forecast.notes)


@pytest.mark.parametrize("days", [1, 3, 10])
def test_a_few_days_of_history_give_a_forecast_and_a_warning(days):
    history = team.history(days, date(2026, 12, 14), ("voice",), 60)
    forecast = forecast_with(history)
    truth = team.expected(GRID)[forecast.open[0]].sum()
    assert 0.3 * truth < forecast.contacts.sum() < 3 * truth
    open_days = len(np.unique(history.grid.day[history.open[0]]))
    assert any(f"only {'one day' if open_days == 1 else f'{open_days} days'} of" in n for n in forecast.notes)


def test_a_history_that_ends_long_before_the_month_is_told():
    (told,) = forecast_with(team.history(90, date(2026, 8, 1), ("voice",), 60)).notes
    assert told.startswith("voice: the history ends on 2026-10-29, 73 days before the first day planned")
    assert forecast_with(team.history(90, date(2026, 9, 1), ("voice",), 60)).notes == ()


def test_days_of_which_hardly_anything_was_seen_are_no_history():
    history = team.history(20, date(2026, 12, 14), ("voice",), 60)
    dead = replace(history, offered=np.where(history.open, 0.0, np.nan))
    forecast = forecast_with(dead)
    assert forecast.contacts.sum() == 0
    assert any("no contacts" in n for n in forecast.notes)


def test_unknown_handling_times_are_assumed_and_said(past):
    history = short(past)
    unknown = replace(history, handle_seconds=np.full(history.offered.shape, np.nan))
    forecast = forecast_with(unknown)
    assert (forecast.aht_seconds == 300).all()
    assert any("300 seconds assumed" in n for n in forecast.notes)


def test_a_stop_leaves_the_spreadsheet_method(past):
    history = short(past)
    forecast = forecast_with(history, monitor=Stopped())
    np.testing.assert_allclose(forecast.contacts, forecast.spreadsheet)
    assert "last four" in forecast.methods[0]


def test_an_outage_is_left_out_and_listed(past):
    history = short(past)
    grid = history.grid
    dead = (grid.day == 99) & (grid.minute >= 600) & (grid.minute < 780)
    assert grid.weekday[99] < 5
    hurt = replace(history, offered=np.where(dead & history.open, 0.0, history.offered))
    forecast = forecast_with(hurt)
    assert [(r.kind, r.where) for r in forecast.repairs] == [("outage", f"voice {grid.dates[99]} 10:00-13:00")]
    assert forecast.contacts.sum() == pytest.approx(forecast_with(history).contacts.sum(), rel=0.01)


def test_a_level_shift_is_listed_and_followed(past):
    history = short(past)
    grown = replace(history, offered=np.where(history.grid.day >= 60, np.round(1.6 * history.offered), history.offered))
    forecast = forecast_with(grown)
    listed = [r for r in forecast.repairs if r.kind == "level shift"]
    assert [r.where for r in listed] == [f"voice {history.grid.dates[60]}"]
    assert "rose by" in listed[0].what
    assert forecast.contacts.sum() == pytest.approx(1.6 * forecast_with(history).contacts.sum(), rel=0.09)


def test_the_night_of_the_clock_change_is_laid_out_right(past):
    history = team.history(120, date(2026, 6, 25), ("voice",), 60)
    always = replace(history, open=np.ones_like(history.open), offered=np.full(history.offered.shape, 7.0))
    grid = TimeGrid(date(2026, 10, 25), 1, "Europe/Berlin", 60)
    forecast = make_forecast(always, grid, np.ones((1, 25), dtype=bool), SETTINGS)
    np.testing.assert_allclose(forecast.contacts, 7.0, rtol=0.02)


def test_every_problem_is_told_at_once(past):
    bad = (
        Event("a", date(2027, 1, 2), date(2027, 1, 1), queue="fax"),
        Event("b", date(2027, 1, 1), date(2027, 1, 1), factor=-1.0),
        Event("c", date(2027, 1, 1), date(2027, 1, 1), contacts=-1.0),
        Event("d", date(2027, 1, 1), date(2027, 1, 1), factor=1.0, contacts=1.0),
        Event("e", date(2027, 1, 1), date(2027, 1, 1), factor=1.0, start=time(12), end=time(9)),
    )
    grid = TimeGrid(past.grid.start, 2, "Europe/Berlin", 30)
    with pytest.raises(InputError) as error:
        make_forecast(past, grid, np.ones((1, 3), dtype=bool), SETTINGS, bad, {"chat": "phone"})
    wheres = [p.where for p in error.value.problems]
    assert wheres == [
        "horizon.start",
        "horizon.interval_minutes",
        "open",
        "queue 'chat'",
        "event 'a'",
        "event 'a'",
        "event 'b'",
        "event 'c'",
        "event 'd'",
        "event 'e'",
    ]
