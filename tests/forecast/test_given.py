"""Typed shapes of the day and drivers that are known in advance, from their tables to the forecast."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from staffing.accuracy import accuracy, pooled
from staffing.errors import InputError
from staffing.forecast.given import on_days, read_drivers, read_profiles
from staffing.forecast.make import make_forecast
from staffing.forecast.settings import Event, ForecastSettings
from staffing.grid import TimeGrid
from staffing.history.series import History
from tests.forecast import team


def profiles(tmp_path, rows):
    (tmp_path / "profiles.csv").write_text("queue,weekday,start,share\n" + rows, encoding="utf-8")
    return read_profiles([tmp_path / "profiles.csv"], ["phone", "chat"], 30)


def test_a_typed_shape_is_read_by_weekday_in_any_unit(tmp_path):
    shape = profiles(tmp_path, "chat,mon-fri,08:00,30\nchat,mon-fri,09:00,10\nchat,sat,10:00,5\n")["chat"]
    np.testing.assert_allclose(shape.sum(axis=1), 1)
    np.testing.assert_allclose(shape[0, 15:21], [0, 0.375, 0.375, 0.125, 0.125, 0])
    np.testing.assert_allclose(shape[5, 19:23], [0, 0.5, 0.5, 0])
    np.testing.assert_allclose(shape[6], shape[:6].mean(axis=0))
    assert profiles(tmp_path, "") == {}


def test_every_bad_row_of_a_typed_shape_is_told(tmp_path):
    rows = "chat,mon,08:00,1\nchat,mon,08:00,2\nchet,,08:00,1\nchat,someday,08:00,1\nphone,,08:00,0\nphone,,late,-1\n"
    with pytest.raises(InputError) as caught:
        profiles(tmp_path, rows)
    told = "\n".join(str(p) for p in caught.value.problems)
    for words in ("row 3, column start: 08:00 is given twice", "did you mean chat?", "unknown day 'someday'",
                  "all 0", "row 7, column start", "-1 is below 0"):  # fmt: skip
        assert words in told


def new_queue(days=5):
    """A year of voice, and a chat queue that opened `days` ago."""
    old = team.history(200, date(2026, 6, 1), ("voice", "chat"), 60)
    young = np.where((np.arange(2)[:, None] == 1) & (old.grid.day < 200 - days), np.nan, old.offered)
    return replace(old, offered=young)


def test_a_new_queue_takes_the_typed_shape_and_says_so():
    grid = TimeGrid(date(2026, 12, 18), 7, "Europe/Berlin", 60)
    shape = np.zeros((7, 24))
    shape[:, [10, 11]] = 0.5
    settings = ForecastSettings(holiday_region=team.REGION)
    made = make_forecast(new_queue(), grid, team.opened(grid, 2), settings, profiles={"chat": shape, "voice": shape})
    hours = np.unique(grid.minute[made.contacts[1] > 0] // 60)
    assert hours.tolist() == [10, 11]
    assert "chat: only 4 days of history; shape of the day as typed" in made.notes
    assert "voice: 172 days of history show its shape of the day; the typed one is not used" in made.notes
    assert len(np.unique(grid.minute[made.contacts[0] > 0])) > 5
    empty = replace(new_queue(), offered=np.where(np.arange(2)[:, None] == 1, np.nan, new_queue().offered))
    opening = Event("opening", grid.start, grid.dates[-1], "chat", contacts=80.0)
    begun = make_forecast(empty, grid, team.opened(grid, 2), settings, [opening], profiles={"chat": shape})
    np.testing.assert_allclose(begun.contacts[1][(grid.day == 0) & (grid.minute == 600)], 40)
    alone = make_forecast(new_queue(), grid, team.opened(grid, 2), settings)
    assert "name a parent queue, or type the shape of its day" in "\n".join(alone.notes)


def test_drivers_are_read_by_day_and_told_where_they_cannot_be(tmp_path):
    path = tmp_path / "drivers.csv"
    path.write_text("date;Letters;clicks\n04.01.2027;1200;7\n05.01.2027;;8\n")
    found = read_drivers([path])
    assert found == {"Letters": {date(2027, 1, 4): 1200.0}, "clicks": {date(2027, 1, 4): 7.0, date(2027, 1, 5): 8.0}}
    np.testing.assert_array_equal(on_days(found, date(2027, 1, 3), 3)["Letters"], [np.nan, 1200, np.nan])
    path.write_text("date,letters\nsoon,many\n")
    with pytest.raises(InputError) as caught:
        read_drivers([path])
    assert len(caught.value.problems) == 2
    path.write_text("date\n2027-01-04\n")
    with pytest.raises(InputError, match="no column besides date"):
        read_drivers([path])
    path.write_text("day,letters\n2027-01-04,5\n")
    with pytest.raises(InputError, match="'date' is missing"):
        read_drivers([path])


def driven():
    """A year whose contacts rise by half on days of letters, sent at random; and the letters, past and planned."""
    history = team.history(300, date(2026, 3, 1), ("voice",), 60)
    rng = np.random.default_rng(8)
    sent = rng.random(370) < 0.25
    lift = np.where(sent[: history.grid.days], 1.5, 1.0)[history.grid.day]
    busy = History(**{**history.__dict__, "offered": np.floor(history.offered * lift)})
    return busy, {"letters": {date(2026, 3, 1) + timedelta(days=i): 1000.0 * s for i, s in enumerate(sent)}}


def test_a_driver_known_in_advance_moves_its_days_where_past_forecasts_gain_by_it():
    history, letters = driven()
    grid = TimeGrid(date(2027, 1, 11), 14, "Europe/Berlin", 60)
    plain = make_forecast(history, grid, team.opened(grid), ForecastSettings(holiday_region=team.REGION))
    told = make_forecast(
        history, grid, team.opened(grid), ForecastSettings(holiday_region=team.REGION), planned=letters
    )
    assert "letters" in told.methods[0]
    sent = np.array([letters["letters"][d] > 0 for d in grid.dates])
    ratio = np.add.reduceat(told.contacts[0], grid.day_first[:-1]) / np.maximum(
        np.add.reduceat(plain.contacts[0], grid.day_first[:-1]), 1
    )
    busy = plain.contacts[0].reshape(14, 24).sum(axis=1) > 0
    assert ratio[sent & busy].min() > 1.15 * ratio[~sent & busy].max()
    assert told.components["driver"][0][sent].min() > told.components["driver"][0][~sent].max()
    short = {"letters": {d: v for d, v in letters["letters"].items() if d < date(2027, 1, 15)}}
    cut = make_forecast(history, grid, team.opened(grid), ForecastSettings(holiday_region=team.REGION), planned=short)
    assert "driver letters: unknown on 10 of the days ahead; not used" in cut.notes
    np.testing.assert_array_equal(cut.contacts, plain.contacts)


def test_the_backtest_judges_with_the_driver_as_it_was_planned():
    history, letters = driven()
    without, told = (
        pooled(accuracy(history, team.REGION, count=1, planned=p).everything)["wape_day"] for p in ({}, letters)
    )
    assert told < 0.75 * without
