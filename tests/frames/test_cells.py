import math
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.frames import cells
from staffing.frames.cells import Decimal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        (" -3 ", -3),
        ("12.5", 12.5),
        ("12,5", 12.5),
        ("1.234.567", 1_234_567),
        ("1,234,567.8", 1_234_567.8),
        ("1.234,56", 1234.56),
        ("1 234", 1234),
        ("1\u00a0234,5", 1234.5),
        ("1'234.5", 1234.5),
        ("0,125", 0.125),
        ("12.3450", 12.345),
        ("1e3", 1000),
        (".5", 0.5),
        ("20 %", 0.2),
        (5, 5),
        (2.5, 2.5),
    ],
)
def test_numbers_are_read_as_people_write_them(text, value):
    assert cells.number(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", " ", "-", "NaN", "n/a", "#NV"])
def test_cells_that_hold_nothing_are_empty_not_zero(text):
    assert math.isnan(cells.number(text))


@pytest.mark.parametrize("text", ["1.234", "1,234", "-12.345"])
def test_a_number_that_can_mean_two_is_refused_unless_the_column_tells(text):
    assert "can mean" in cells.number(text)[0]
    assert cells.number(text, Decimal.POINT) == float(text.replace(",", "") if "," in text else text)


@pytest.mark.parametrize("text", ["abc", "12x", "1.2.3", "--", "1,2,3", ",", True, date(2026, 1, 1)])
def test_what_is_no_number_is_told(text):
    what, todo = cells.number(text)
    assert "is not a number" in what
    assert todo


@pytest.mark.parametrize("text", ["05:12", "0:05:12", "100:07"])
def test_a_time_in_a_column_of_seconds_is_told_as_such(text):
    assert "is a time, not a number of seconds" in cells.number(text)[0]


@settings(deadline=None)
@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2), st.sampled_from([",", ".", ""]))
def test_thousands_and_decimals_survive_both_conventions(value, thousands):
    english = f"{value:,.2f}".replace(",", thousands if thousands != "." else "")
    german = f"{value:,.2f}".translate(str.maketrans({",": thousands if thousands != "," else "", ".": ","}))
    assert cells.number(english, Decimal.POINT) == float(value)
    assert cells.number(german, Decimal.COMMA) == float(value)


def test_the_decimal_character_is_found_only_where_it_shows():
    assert cells.decimal_of(["1", "2,5", 3.5, ""]) is Decimal.COMMA
    assert cells.decimal_of(["1.5"]) is Decimal.POINT
    assert cells.decimal_of(["1.5", "2,5"]) is Decimal.UNKNOWN
    assert cells.decimal_of(["1.234"]) is Decimal.UNKNOWN


def read(*texts):
    found, faults = cells.moments(np.array(texts, dtype=object))
    return list(zip(found.day.tolist(), found.second.tolist(), found.offset.tolist(), strict=True)), faults


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-31 14:30",
        "2026-12-31T14:30:00",
        "2026-12-31 14:30:00.123",
        "2026/12/31 14:30",
        "20261231 14:30",
        "31.12.2026 14:30",
        "31.12.2026, 14:30 Uhr",
        "31.12.26 14.30",
        " 2026-12-31 14:30 ",
        "31/12/2026 14:30",
        "12/31/2026 2:30 PM",
        datetime(2026, 12, 31, 14, 29, 59, 999_900),
    ],
)
def test_dates_and_times_are_read_as_people_write_them(text):
    (found,), faults = read(text)
    assert not faults
    assert found == (date(2026, 12, 31).toordinal(), 52_200, cells.NO_OFFSET)


@pytest.mark.parametrize(
    ("text", "offset"), [("14:30Z", 0), ("14:30+01:00", 3600), ("14:30:00-0530", -19_800), ("14:30 +02", 7200)]
)
def test_offsets_are_kept(text, offset):
    (found,), _ = read(f"2026-12-31 {text}")
    assert found[2] == offset


def test_an_offset_of_a_workbook_cell_is_kept():
    (found,), _ = read(datetime(2026, 12, 31, 14, 30, tzinfo=UTC))
    assert found[1:] == (52_200, 0)


def test_a_blank_before_a_short_date_does_not_matter():
    assert read(" 3.12.2026 14:30")[0] == [(date(2026, 12, 3).toordinal(), 52_200, cells.NO_OFFSET)]


def test_a_column_tells_whether_month_or_day_leads():
    assert read("3/4/2026", "12/31/2026")[0][0][0] == date(2026, 3, 4).toordinal()
    assert read("3/4/2026", "31/12/2026")[0][0][0] == date(2026, 4, 3).toordinal()
    assert "day/month or month/day" in read("3/4/2026 10:00", "5/6/2026")[1][0][0]
    assert read("3/3/2026")[0][0][0] == date(2026, 3, 3).toordinal()


def test_midnight_may_be_24_o_clock_or_left_out():
    day = date(2026, 12, 31).toordinal()
    assert read("2026-12-30 24:00", "2026-12-31")[0] == [(day, 0, cells.NO_OFFSET)] * 2


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("tomorrow", "cannot read 'tomorrow' as a date"),
        ("31.02.2026", "there is no day '31.02.2026'"),
        ("2026-12-31 25:00", "there is no time '2026-12-31 25:00'"),
        ("2026-12-31 13:30 pm", "there is no time"),
        ("2026-12-31 noon", "as a time"),
        (46_000.5, "as a date"),
    ],
)
def test_unreadable_dates_are_told_with_the_whole_cell(text, what):
    assert what in read(text)[1][0][0]


@settings(deadline=None)
@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2080, 1, 1)))
def test_iso_and_german_notation_agree_with_the_calendar(moment):
    iso, german = f"{moment:%Y-%m-%dT%H:%M:%S}", f"{moment:%d.%m.%Y %H:%M:%S}"
    expected = (moment.toordinal(), moment.hour * 3600 + moment.minute * 60 + moment.second, cells.NO_OFFSET)
    assert read(iso)[0] == read(german)[0] == [expected]


def test_yes_and_no_are_read_in_two_languages():
    assert [cells.yes_no(t) for t in ("yes", "Ja", "X", 1, "no", "NEIN", "")] == [True] * 4 + [False] * 2 + [None]
    assert cells.yes_no("maybe")[0] == "'maybe' is neither yes nor no"


def test_durations_of_a_workbook_are_no_seconds():
    assert "not a number" in cells.number(timedelta(minutes=5))[0]
    assert "not a number" in cells.number(time(0, 5, 12))[0]
