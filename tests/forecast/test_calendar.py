from datetime import date

import pytest

from staffing.errors import InputError
from staffing.forecast.calendar import day_calendar, observances, public_holidays


def test_holidays_carry_the_same_name_every_year_though_the_date_moves():
    found = public_holidays("DE-BE", date(2025, 1, 1), date(2027, 12, 31))
    assert [d for d, name in found.items() if name == "Good Friday"] == [
        date(2025, 4, 18),
        date(2026, 4, 3),
        date(2027, 3, 26),
    ]


def test_a_moved_holiday_keeps_its_name():
    assert public_holidays("US", date(2026, 7, 3), date(2026, 7, 4)) == {
        date(2026, 7, 3): "Independence Day",
        date(2026, 7, 4): "Independence Day",
    }


def test_a_subdivision_has_its_own_days():
    day = date(2026, 3, 8)
    assert day in public_holidays("DE-BE", day, day)
    assert day not in public_holidays("DE-BY", day, day)


@pytest.mark.parametrize(
    ("region", "near"), [("Germany", "DE"), ("DE-XB", "DE-BE"), ("US-NYC", "US-NY"), ("", "none"), ("de", "DE")]
)
def test_an_unknown_region_is_told_with_near_matches(region, near):
    with pytest.raises(InputError, match="holiday_region") as error:
        public_holidays(region, date(2026, 1, 1), date(2026, 12, 31))
    assert near in str(error.value)


def test_no_region_and_an_empty_span_have_no_holidays():
    assert public_holidays(None, date(2026, 1, 1), date(2026, 12, 31)) == {}
    assert public_holidays("DE", date(2026, 1, 2), date(2026, 1, 1)) == {}


def test_the_turn_of_the_year_is_named_where_no_region_is_given():
    days = day_calendar(date(2026, 12, 23), 12, None)
    assert days.label == (
        "", "24 December", "25 December", "26 December", "", "", "", "", "31 December", "1 January", "2 January", "",
    )  # fmt: skip


def test_eves_days_after_and_events_are_named_and_events_win():
    extra = {date(2026, 5, 1): "event fair"}
    days = day_calendar(date(2026, 4, 30), 3, "DE", extra)
    assert days.label == ("before Labor Day", "event fair", "after Labor Day")
    assert days.after_closed.tolist() == [0, 0, 1]


def test_a_day_after_an_unusual_closure_is_marked():
    days = day_calendar(date(2026, 6, 1), 3, None, closed=frozenset({date(2026, 6, 2)}))
    assert days.after_closed.tolist() == [0, 0, 1]


def test_days_know_weekday_and_day_of_month():
    days = day_calendar(date(2026, 2, 27), 4, None)
    assert days.weekday.tolist() == [4, 5, 6, 0]
    assert days.day_of_month.tolist() == [27, 28, 1, 2]
    assert days.dates[-1] == date(2026, 3, 2)


def test_days_that_many_keep_are_named_but_are_no_holidays():
    days = day_calendar(date(1999, 3, 1), 40, "IL")
    assert days.label[1] == "observance Purim"
    assert days.label[date(1999, 4, 1).toordinal() - date(1999, 3, 1).toordinal()] == "Pesach"
    # an eve says more than the observance on the same day
    assert days.label[date(1999, 4, 6).toordinal() - date(1999, 3, 1).toordinal()] == "before Seventh day of Pesach"
    assert date(1999, 3, 2) not in public_holidays("IL", date(1999, 3, 1), date(1999, 4, 9))
    assert observances(None, date(1999, 3, 1), date(1999, 4, 9)) == {}
    assert observances("GB", date(2027, 1, 1), date(2027, 12, 31)) == {}
