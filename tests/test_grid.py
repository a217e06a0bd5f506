from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.errors import InputError
from staffing.grid import OpeningHours, TimeGrid

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("day", "half_hours"), [(date(2026, 3, 29), 46), (date(2026, 10, 25), 50), (date(2026, 6, 1), 48)]
)
def test_berlin_days_have_as_many_half_hours_as_the_clock_says(day, half_hours):
    grid = TimeGrid(day - timedelta(days=1), 3, BERLIN, 30)
    assert np.diff(grid.day_first).tolist() == [48, half_hours, 48]
    assert len(grid) == 96 + half_hours


def test_the_repeated_hour_of_autumn_has_its_wall_clock_twice_and_two_offsets():
    grid = TimeGrid(date(2026, 10, 25), 1, BERLIN, 60)
    assert grid.minute.tolist()[:5] == [0, 60, 120, 120, 180]
    assert grid.label(2) == "2026-10-25T02:00:00+02:00"
    assert grid.label(3) == "2026-10-25T02:00:00+01:00"


def test_the_hour_that_spring_skips_is_missing():
    grid = TimeGrid(date(2026, 3, 29), 1, BERLIN, 60)
    assert 120 not in grid.minute.tolist()
    assert grid.instant(0, 150) == grid.instant(0, 210)


zones = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "UTC", "Asia/Kolkata", "Australia/Sydney", "Asia/Jerusalem"]
)


@settings(max_examples=60, deadline=None)
@given(
    start=st.dates(date(2000, 1, 1), date(2035, 12, 1)),
    days=st.integers(1, 20),
    zone=zones,
    minutes=st.sampled_from([15, 30, 60]),
)
def test_the_axis_agrees_with_the_local_clock(start, days, zone, minutes):
    grid = TimeGrid(start, days, zone, minutes)
    assert len(grid) == len(grid.starts) == len(grid.day) == len(grid.minute) == len(grid.labels())
    assert set(np.diff(grid.starts).tolist()) <= {minutes * 60}
    for i in {0, len(grid) // 2, len(grid) - 1}:
        local = grid.local(int(grid.starts[i]))
        assert local.date() == grid.dates[grid.day[i]]
        assert local.hour * 60 + local.minute == grid.minute[i]
        assert local.tzinfo == ZoneInfo(zone)
    assert (grid.locate(grid.starts) == np.arange(len(grid))).all()
    assert grid.locate([int(grid.starts[0]) - 1, int(grid.starts[-1]) + minutes * 60]).tolist() == [-1, -1]


def test_weeks_run_from_monday_to_sunday():
    grid = TimeGrid(date(2027, 1, 1), 31, BERLIN)
    assert grid.weekday[0] == 4
    assert grid.week.tolist() == [0] * 3 + [1] * 7 + [2] * 7 + [3] * 7 + [4] * 7
    assert grid.day_index(date(2027, 1, 31)) == 30
    assert grid.day_index(date(2027, 2, 1)) is None


def test_arrays_of_the_axis_cannot_be_written():
    with pytest.raises(ValueError, match="read-only"):
        TimeGrid(date(2027, 1, 1), 1, BERLIN).starts[0] = 0


def test_every_problem_of_a_grid_is_told_at_once():
    with pytest.raises(InputError) as caught:
        TimeGrid(date(2027, 1, 1), 0, "Europe/Berln", 20)
    assert len(caught.value.problems) == 3


def test_intervals_that_do_not_fill_a_day_are_refused():
    with pytest.raises(InputError, match="whole number"):
        TimeGrid(date(2026, 4, 4), 3, "Australia/Lord_Howe", 60)
    assert len(TimeGrid(date(2026, 4, 4), 3, "Australia/Lord_Howe", 30)) == 3 * 48 + 1


def test_opening_hours_open_by_weekday_and_on_holidays():
    hours = OpeningHours.parse({"mon-fri": ["08:00-12:00", "13:00-18:00"], "sat": ["09:00-14:00"], "holiday": []})
    grid = TimeGrid(date(2026, 12, 25), 4, BERLIN, 60)  # Friday, a holiday, to Monday
    mask = hours.mask(grid, {date(2026, 12, 25), date(2026, 12, 26)})
    assert np.add.reduceat(mask, grid.day_first[:-1]).tolist() == [0, 0, 0, 9]
    assert np.add.reduceat(hours.mask(grid), grid.day_first[:-1]).tolist() == [9, 5, 0, 9]


def test_without_a_word_on_holidays_they_are_as_any_day():
    grid = TimeGrid(date(2026, 12, 25), 1, BERLIN, 60)
    assert OpeningHours.always().mask(grid, {date(2026, 12, 25)}).all()


def test_days_may_wrap_around_the_week():
    assert OpeningHours.parse({"sat-mon": ["00:00-24:00"]}).by_weekday[0] == ((0, 1440),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ({"mom": ["08:00-12:00"]}, "unknown day 'mom'"),
        ({"mon": ["8-12"]}, "cannot read '8-12'"),
        ({"mon": ["12:00-08:00"]}, "does not end after it starts"),
        ({"mon": ["08:00-12:00", "11:00-13:00"]}, "overlap"),
        ({"mon": ["25:00-26:00"]}, "cannot read"),
    ],
)
def test_opening_hours_that_make_no_sense_are_told(text, message):
    with pytest.raises(InputError, match=message):
        OpeningHours.parse(text, "queue.a.opening")
