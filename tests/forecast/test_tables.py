from datetime import date, time

import pytest

from staffing.errors import InputError
from staffing.forecast.settings import Adjustment, Event
from staffing.forecast.tables import read_adjustments, read_events

HEAD = "name,first_day,last_day,queue,factor,contacts,start,end\n"


def events(tmp_path, text):
    (tmp_path / "events.csv").write_text(text, encoding="utf-8")
    return read_events([tmp_path / "events.csv"], ["phone", "chat"])


def test_events_are_read_with_their_blanks(tmp_path):
    rows = (
        "Sale,2027-01-11,2027-01-15,phone,1.2,,,\nOutage,12.05.2026,,all,,,10:00,12:30\nMailing,2027-02-01,,,,500,,\n"
    )
    assert events(tmp_path, HEAD + rows) == (
        Event("Sale", date(2027, 1, 11), date(2027, 1, 15), "phone", 1.2),
        Event("Outage", date(2026, 5, 12), date(2026, 5, 12), None, None, None, time(10), time(12, 30)),
        Event("Mailing", date(2027, 2, 1), date(2027, 2, 1), None, None, 500.0),
    )


def test_every_bad_event_is_told(tmp_path):
    rows = (
        "A,2027-01-15,2027-01-11,phone,1.2,,,\n"
        "B,2027-01-15,,fone,1.2,,,\n"
        "C,2027-01-15,,fax,,,,\n"
        "D,2027-01-15,,phone,1.2,300,,\n"
        "E,2027-01-15,,phone,-1,,12:00,10:00\n"
        "F,whenever,,phone,,,,\n"
    )
    with pytest.raises(InputError) as caught:
        events(tmp_path, HEAD + rows)
    assert [str(p) for p in caught.value.problems] == [
        "events.csv row 7, column first_day: cannot read 'whenever' as a date (write 2026-12-31 or 31.12.2026)",
        "events.csv row 6, column factor: -1 is below 0 (write 0 or more)",
        "events.csv row 2, column last_day: 2027-01-11 lies before first_day 2027-01-15 (swap them)",
        "events.csv row 3, column queue: unknown queue 'fone' (did you mean phone?)",
        "events.csv row 4, column queue: unknown queue 'fax' (one of: phone, chat, or nothing for all)",
        "events.csv row 5: both a factor (1.2) and contacts (300) (give one of them)",
        "events.csv row 6, column end: 10:00 is not after start 12:00 (swap them)",
    ]


def test_no_table_is_no_event_and_an_absent_file_a_problem(tmp_path):
    assert read_events([], ["phone"]) == ()
    with pytest.raises(InputError, match="no such file"):
        read_events([tmp_path / "none.csv"], ["phone"])


def adjustments(tmp_path, rows):
    head = "first_day,last_day,queue,factor,contacts,start,end,who,why\n"
    (tmp_path / "adjustments.csv").write_text(head + rows, encoding="utf-8")
    return read_adjustments([tmp_path / "adjustments.csv"], ["phone", "chat"])


def test_adjustments_are_read_with_who_and_why(tmp_path):
    rows = "2027-01-11,2027-01-15,phone,1.2,,12:00,18:00,Ana,price letter\n2027-02-01,,alle,,500,,,Ben,move\n"
    assert adjustments(tmp_path, rows) == (
        Adjustment(date(2027, 1, 11), date(2027, 1, 15), "Ana", "price letter", "phone", 1.2, None, time(12), time(18)),
        Adjustment(date(2027, 2, 1), date(2027, 2, 1), "Ben", "move", None, None, 500.0),
    )
    assert adjustments(tmp_path, "") == ()


def test_every_bad_adjustment_is_told(tmp_path):
    rows = (
        "2027-01-15,2027-01-11,phone,1.2,,,,Ana,x\n"
        "2027-01-15,,fone,1.2,,,,Ana,x\n"
        "2027-01-15,,phone,,,,,Ana,x\n"
        "2027-01-15,,phone,1.2,300,,,Ana,x\n"
        "2027-01-15,,phone,1.2,,,,,x\n"
        "whenever,,phone,1.2,,,,Ana,\n"
    )
    with pytest.raises(InputError) as caught:
        adjustments(tmp_path, rows)
    assert {str(p) for p in caught.value.problems} == {
        "adjustments.csv row 7, column first_day: cannot read 'whenever' as a date (write 2026-12-31 or 31.12.2026)",
        "adjustments.csv row 2, column last_day: 2027-01-11 lies before first_day 2027-01-15 (swap them)",
        "adjustments.csv row 3, column queue: unknown queue 'fone' (did you mean phone?)",
        "adjustments.csv row 4: neither a factor nor contacts (give one of them)",
        "adjustments.csv row 5: both a factor (1.2) and contacts (300) (give one of them)",
        "adjustments.csv row 6, column who: is empty (write a text)",
        "adjustments.csv row 7, column why: is empty (write a text)",
    }
