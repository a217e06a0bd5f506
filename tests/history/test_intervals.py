from datetime import date

import numpy as np
import pytest

from staffing.grid import OpeningHours
from tests.history.history_cases import OFFICE, at, read, refused, repairs, whole_day

HEAD = "interval_start,queue,offered\n"
FULL = "interval_start,queue,offered,handled,abandoned,aht_seconds,wait_seconds\n"


def test_a_table_becomes_totals_on_whole_local_days(tmp_path):
    text = FULL + "2026-03-02 08:00,phone,10,8,2,300,15\n2026-03-03 09:30,phone,5,5,0,200,4\n"
    history = read(tmp_path, text, opening=OFFICE)
    assert (len(history.grid), history.grid.days) == (96, 2)
    t = at(history, "2026-03-02", "08:00")
    assert history.offered[0, t] == 10
    assert history.handled[0, t] == 8
    assert history.abandoned[0, t] == 2
    assert history.handle_seconds[0, t] == 2400
    assert history.aht_seconds[0, t] == 300
    assert not history.offered.flags.writeable


def test_closed_is_not_zero_and_zero_is_not_missing(tmp_path):
    text = (
        HEAD + "2026-03-02 08:00,phone,3\n2026-03-02 08:30,phone,0\n2026-03-02 09:00,phone,\n2026-03-02 07:30,phone,0\n"
    )
    history = read(tmp_path, text, opening=OFFICE)
    day = history.offered[0]
    assert [day[at(history, "2026-03-02", c)] for c in ("08:00", "08:30")] == [3, 0]
    missing = [at(history, "2026-03-02", c) for c in ("09:00", "09:30")]
    assert np.isnan(day[missing]).all()
    assert history.open[0, missing].all()
    closed = at(history, "2026-03-02", "07:30")
    assert not history.open[0, closed]
    assert np.isnan(day[closed])
    (gap,) = repairs(history, "gap")
    assert (gap.where, gap.rows) == ("phone 2026-03-02 09:00", 2)


def test_contacts_outside_the_opening_hours_and_on_holidays_are_listed_and_kept_out(tmp_path):
    holiday = {date(2026, 3, 3)}
    text = HEAD + "2026-03-02 08:00,phone,3\n2026-03-02 21:00,phone,2\n2026-03-03 08:00,phone,7\n"
    history = read(tmp_path, text, opening=OFFICE, holidays=holiday)
    assert np.nansum(history.offered) == 3
    assert [(r.where, r.what) for r in repairs(history, "closed")] == [
        ("history.csv row 3", "2 contacts outside the opening hours: kept out of the history"),
        ("history.csv row 4", "7 contacts outside the opening hours: kept out of the history"),
    ]


@pytest.mark.parametrize(
    ("length", "ours"), [(5, 15), (5, 60), (6, 30), (10, 30), (12, 60), (15, 30), (30, 60), (15, 60)]
)
def test_shorter_intervals_are_added_up(tmp_path, length, ours):
    history = read(tmp_path, HEAD + whole_day("2026-03-02", 3, length), minutes=ours)
    assert (history.offered == 3 * ours / length).all()


def test_aht_is_weighted_by_contacts_when_intervals_are_added_up(tmp_path):
    rows = "2026-03-02 08:00,phone,10,10,0,100,\n2026-03-02 08:15,phone,30,30,0,200,\n"
    rest = "".join(f"2026-03-02 {h:02d}:{m:02d},phone,0,0,0,,\n" for h in (9, 10) for m in (0, 15, 30, 45))
    history = read(tmp_path, FULL + rows + rest, opening=OFFICE)
    t = at(history, "2026-03-02", "08:00")
    assert history.aht_seconds[0, t] == 175
    assert history.handle_seconds[0, at(history, "2026-03-02", "09:00")] == 0


@pytest.mark.parametrize(("length", "ours"), [(60, 30), (60, 15), (30, 15)])
def test_longer_intervals_are_spread_evenly_with_the_aht_kept_and_listed(tmp_path, length, ours):
    rows = "".join(f"2026-03-02 {m // 60:02d}:{m % 60:02d},phone,8,8,0,300,\n" for m in range(0, 1440, length))
    history = read(tmp_path, FULL + rows, minutes=ours)
    assert (history.offered == 8 * ours / length).all()
    assert (history.aht_seconds == 300).all()
    (spread,) = repairs(history, "spread")
    assert spread.what.startswith(f"intervals of {length} minutes spread evenly over those of {ours} minutes")


def test_a_long_interval_that_opening_cuts_is_spread_over_its_open_part(tmp_path):
    opening = {"phone": OpeningHours.parse({"mon": ["08:30-10:00"]})}
    text = HEAD + "2026-03-02 08:00,phone,6\n2026-03-02 09:00,phone,4\n"
    history = read(tmp_path, text, opening=opening, interval_minutes=60)
    assert history.offered[0, at(history, "2026-03-02", "08:30")] == 6
    assert np.nansum(history.offered) == 10


def test_an_interval_given_in_part_is_missing_unless_opening_hours_cut_it(tmp_path):
    opening = {"phone": OpeningHours.parse({"mon": ["08:15-09:30"]})}
    rows = "".join(f"2026-03-02 {c},phone,2\n" for c in ("08:15", "08:30", "08:45", "09:00"))
    history = read(tmp_path, HEAD + rows, opening=opening)
    first, second, third = (history.offered[0, at(history, "2026-03-02", c)] for c in ("08:00", "08:30", "09:00"))
    assert (first, second) == (2, 4)
    assert np.isnan(third)


def test_intervals_that_do_not_fit_are_refused_with_what_would(tmp_path):
    (problem,) = refused(tmp_path, HEAD + whole_day("2026-03-02", 1, 20), minutes=30)
    assert problem == (
        "history.csv: intervals of 20 minutes do not fit into those of 30 minutes "
        "(choose 60 as horizon.interval_minutes)"
    )


def test_a_stated_length_that_fits_nothing_is_refused(tmp_path):
    (problem,) = refused(tmp_path, HEAD + whole_day("2026-03-02", 1, 45), minutes=30, interval_minutes=45)
    assert problem.endswith("(export intervals of 15, 30 or 60 minutes)")


def test_a_file_without_planned_queues_adds_nothing(tmp_path):
    history = read(tmp_path, HEAD + whole_day("2026-03-02"), HEAD + whole_day("2026-03-03", queue="fax"))
    assert history.grid.days == 1
    assert repairs(history, "queue")[0].rows == 48


def test_days_are_refused_because_they_do_not_tell_when(tmp_path):
    rows = "".join(f"2026-03-{d:02d},phone,100\n" for d in range(1, 29))
    (problem,) = refused(tmp_path, HEAD + rows)
    assert "holds whole days" in problem


def test_rows_off_the_grid_are_told_and_contacts_recognised(tmp_path):
    found = refused(tmp_path, HEAD + whole_day("2026-03-02") + whole_day("2026-03-03") + "2026-03-04 08:07,phone,3\n")
    assert found == [
        "history.csv row 98, column interval_start: 08:07:00 is not the start of a 30-minute interval (correct the time)"
    ]
    (problem,) = refused(tmp_path, HEAD + "".join(f"2026-03-02 08:{m:02d}:13,phone,1\n" for m in range(20)))
    assert 'set history.layout = "contacts"' in problem


def test_copies_of_a_row_count_once_and_are_listed(tmp_path):
    text = HEAD + "2026-03-02 08:00,phone,3\n2026-03-02 08:30,phone,4\n2026-03-02 08:00,phone,3\n"
    history = read(tmp_path, text, opening=OFFICE)
    assert np.nansum(history.offered) == 7
    assert [r.where for r in repairs(history, "duplicate")] == ["history.csv row 4"]


def test_rows_that_contradict_each_other_are_refused_with_both_rows(tmp_path):
    (problem,) = refused(tmp_path, HEAD + "2026-03-02 08:00,phone,3\n2026-03-02 08:00,phone,5\n", opening=OFFICE)
    assert problem == (
        "history.csv row 3: gives phone 2026-03-02 08:00 again, with other values than row 2 "
        "(5 contacts offered against 3 contacts offered) (keep one of the rows, or add them up where both are parts)"
    )


def test_a_contradiction_with_an_empty_cell_is_told_in_words(tmp_path):
    (problem,) = refused(tmp_path, HEAD + "2026-03-02 08:00,phone,3\n2026-03-02 08:00,phone,\n", opening=OFFICE)
    assert "(no number against 3 contacts offered)" in problem


def test_many_contradictions_are_counted(tmp_path):
    rows = whole_day("2026-03-02", 1) + whole_day("2026-03-02", 2)
    found = refused(tmp_path, HEAD + rows)
    assert len(found) == 21
    assert found[-1] == "history.csv: 28 more rows give the same queue and time with other values"


def test_a_later_file_rules_where_two_overlap(tmp_path):
    first = HEAD + "2026-03-02 08:00,phone,3\n2026-03-02 08:30,phone,4\n"
    second = HEAD + "2026-03-02 08:30,phone,9\n2026-03-02 09:00,phone,5\n"
    history = read(tmp_path, first, second, opening=OFFICE)
    assert [history.offered[0, at(history, "2026-03-02", c)] for c in ("08:00", "08:30", "09:00")] == [3, 9, 5]
    (found,) = repairs(history, "duplicate")
    assert (found.where, found.rows) == ("history1.csv", 1)


def test_absent_rows_are_zero_where_the_file_writes_ones_but_no_zeros(tmp_path):
    clocks = ("08:00", "08:30", "09:00")
    rows = "".join(f"2026-03-0{d} {c},phone,1\n" for d in (2, 3) for c in clocks)
    history = read(tmp_path, HEAD + rows, opening=OFFICE)
    assert history.offered[0, at(history, "2026-03-02", "09:30")] == 0
    assert repairs(history, "zero")[0].rows == 2
    with_zero = read(tmp_path, HEAD + rows + "2026-03-03 09:30,phone,0\n", opening=OFFICE)
    assert np.isnan(with_zero.offered[0, at(with_zero, "2026-03-02", "09:30")])


def test_a_whole_day_without_rows_is_missing_in_any_case(tmp_path):
    text = HEAD + "2026-03-02 08:00,phone,1\n2026-03-04 08:00,phone,1\n"
    history = read(tmp_path, text, opening=OFFICE, absent_rows="zero")
    assert history.offered[0, at(history, "2026-03-02", "09:00")] == 0
    assert np.isnan(history.offered[0, at(history, "2026-03-03", "08:00")])


def test_absent_rows_can_be_declared_missing(tmp_path):
    rows = "".join(f"2026-03-0{d} {c},phone,1\n" for d in (2, 3) for c in ("08:00", "08:30", "09:00"))
    history = read(tmp_path, HEAD + rows, opening=OFFICE, absent_rows="missing")
    assert np.isnan(history.offered[0, at(history, "2026-03-02", "09:30")])


def test_spring_has_46_half_hours_and_skipped_ones_are_handled(tmp_path):
    text = HEAD + whole_day("2026-03-29").replace("02:00,phone,4", "02:00,phone,0")
    history = read(tmp_path, text)
    assert len(history.grid) == 46
    assert history.offered[0, at(history, "2026-03-29", "03:00")] == 4
    assert history.offered[0, at(history, "2026-03-29", "03:30")] == 8
    dropped, moved = repairs(history, "dst")
    assert dropped.where == "history.csv row 6"
    assert moved.what == "the clock change skips this hour: 4 contacts moved to the hour after"


def autumn(order):
    rows = whole_day("2026-10-25").splitlines()
    repeated = {"block": rows[4:6] * 2, "pairs": [rows[4], rows[4], rows[5], rows[5]], "once": rows[4:6]}[order]
    return HEAD + "\n".join(rows[:4] + repeated + rows[6:]) + "\n"


@pytest.mark.parametrize("order", ["block", "pairs"])
def test_autumn_has_50_half_hours_and_both_passes_count(tmp_path, order):
    history = read(tmp_path, autumn(order))
    assert len(history.grid) == 50
    assert (history.offered == 4).all()
    (told,) = repairs(history, "dst")
    assert told.rows == 4


def test_an_autumn_hour_given_once_is_halved_over_both(tmp_path):
    history = read(tmp_path, autumn("once"))
    assert history.offered[0, 4:8].tolist() == [2, 2, 2, 2]
    assert history.offered.sum() == 4 * 48
    assert "halved over both" in repairs(history, "dst")[0].what


def test_offsets_need_no_guess_when_clocks_change(tmp_path):
    rows = "".join(f"2026-10-25T{h:02d}:00:00Z,phone,{h + 1}\n" for h in range(23))
    history = read(tmp_path, HEAD + "2026-10-24T22:00:00Z,phone,50\n2026-10-24T23:00:00Z,phone,60\n" + rows, minutes=60)
    assert len(history.grid) == 25
    assert history.offered[0].tolist() == [50, 60, *range(1, 24)]
    assert not repairs(history, "dst")


def test_a_file_in_another_zone_is_moved_onto_the_axis(tmp_path):
    history = read(tmp_path, HEAD + "2026-03-02 12:00,phone,5\n2026-03-02 12:30,phone,6\n", timezone="America/New_York")
    assert history.offered[0, at(history, "2026-03-02", "18:00")] == 5


def test_missing_handled_is_taken_from_what_is_there_and_listed(tmp_path):
    text = "interval_start,queue,offered,abandoned,aht_seconds\n2026-03-02 08:00,phone,10,3,100\n"
    history = read(tmp_path, text, opening=OFFICE)
    t = at(history, "2026-03-02", "08:00")
    assert (history.handled[0, t], history.handle_seconds[0, t]) == (7, 700)
    assert repairs(history, "handled")[0].what.endswith("taken as offered less abandoned")


def test_more_contacts_handled_and_lost_than_came_are_listed(tmp_path):
    text = FULL + "".join(f"2026-03-02 {h:02d}:00,phone,10,10,3,300,\n" for h in (8, 9, 10))
    (told,) = repairs(read(tmp_path, text, opening=OFFICE), "handled")
    assert told.what == (
        "queue 'phone': 39 contacts handled or abandoned, but 30 offered; is that column what was answered? "
        "The forecast takes it as given"
    )
    right = text.replace(",10,10,3,", ",13,10,3,")
    assert not repairs(read(tmp_path, right, opening=OFFICE), "handled")


@pytest.mark.parametrize(("aht", "advice"), [("5.2", "minutes? multiply by 60"), ("312000", "milliseconds?")])
def test_handling_times_in_another_unit_are_refused(tmp_path, aht, advice):
    rows = "".join(f"2026-03-02 {h:02d}:{m},phone,9,9,0,{aht},\n" for h in (8, 9) for m in ("00", "30"))
    (problem,) = refused(tmp_path, FULL + rows, opening=OFFICE)
    assert problem.startswith("history.csv row 2, column aht_seconds: queue 'phone': half of the handling times are")
    assert advice in problem


def test_minutes_and_seconds_in_a_column_of_seconds_are_refused(tmp_path):
    (problem,) = refused(tmp_path, FULL + "2026-03-02 08:00,phone,9,9,0,05:12,\n", opening=OFFICE)
    assert problem == (
        "history.csv row 2, column aht_seconds: '05:12' is a time, not a number of seconds (write seconds: 05:12 is 312)"
    )


def test_a_single_slip_of_unit_is_read_as_unknown_and_listed(tmp_path):
    rows = "".join(f"2026-03-02 {h:02d}:{m},phone,9,9,0,300,\n" for h in (8, 9) for m in ("00", "30"))
    history = read(tmp_path, FULL + rows.replace("08:30,phone,9,9,0,300", "08:30,phone,9,9,0,5"), opening=OFFICE)
    t = at(history, "2026-03-02", "08:30")
    assert np.isnan(history.aht_seconds[0, t])
    assert history.offered[0, t] == 9
    assert [r.where for r in repairs(history, "unit")] == ["history.csv row 3"]


def test_contacts_handled_in_no_time_leave_the_time_unknown(tmp_path):
    text = FULL + "2026-03-02 08:00,phone,9,9,0,0,\n2026-03-02 08:30,phone,9,9,0,300,\n"
    history = read(tmp_path, text, opening=OFFICE)
    assert np.isnan(history.handle_seconds[0, at(history, "2026-03-02", "08:00")])
    assert repairs(history, "aht")[0].where == "history.csv row 2"


def test_several_queues_of_a_file_may_be_one_of_ours(tmp_path):
    rows = "2026-03-02 08:00,A,3\n2026-03-02 08:30,A,3\n2026-03-03 08:00,A,3\n2026-03-03 08:00,B,4\n"
    history = read(tmp_path, HEAD + rows, opening=OFFICE, queues={"A": "phone", "B": "phone"})
    assert history.offered[0, at(history, "2026-03-02", "08:00")] == 3  # B begins a day later
    assert history.offered[0, at(history, "2026-03-03", "08:00")] == 7


def test_patience_comes_from_mean_waits_and_abandonments(tmp_path):
    rows = "".join(f"2026-03-02 {h:02d}:{m},phone,100,95,5,300,9\n" for h in (8, 9) for m in ("00", "30"))
    history = read(tmp_path, FULL + rows, opening=OFFICE)
    assert history.patience_seconds.tolist() == [400 * 9 / 20]
    few = read(tmp_path, FULL + rows.replace("100,95,5", "100,99,1"), opening=OFFICE)
    assert np.isnan(few.patience_seconds).all()


def test_opening_hours_are_taken_from_the_rows_where_none_are_given(tmp_path):
    rows = "".join(f"2026-03-{d:02d} {c},phone,9\n" for d in (2, 9) for c in ("08:00", "08:30"))
    history = read(tmp_path, HEAD + rows + "2026-03-09 08:00,chat,2\n", opening={})
    assert history.queues == ("phone", "chat")
    assert history.open.sum(axis=1).tolist() == [4, 2]
    assert repairs(history, "opening")


def test_hours_given_as_hours_are_open_to_their_end(tmp_path):
    history = read(tmp_path, HEAD + "2026-03-02 08:00,phone,9\n2026-03-02 09:00,phone,9\n", opening={})
    assert history.open.sum() == 4
    assert np.nansum(history.offered) == 18


def test_daily_drivers_are_kept_by_day(tmp_path):
    text = (
        "interval_start,queue,offered,letters\n2026-03-02 08:00,phone,3,100\n2026-03-02 08:30,phone,3,100\n"
        "2026-03-04 08:00,phone,3,\n"
    )
    history = read(tmp_path, text, opening=OFFICE, drivers=("letters",))
    assert history.drivers["letters"][0] == 100
    assert np.isnan(history.drivers["letters"][1:]).all()


def test_mail_outside_the_opening_hours_waits_until_the_queue_opens(tmp_path):
    rows = "".join(f"2026-03-0{d} {c},phone,4,4,0,300,\n" for d in (2, 3) for c in ("08:00", "08:30", "09:00", "09:30"))
    night = "2026-03-02 22:00,phone,6,6,0,100,\n2026-03-03 23:00,phone,9,9,0,100,\n2026-03-02 12:00,phone,0,0,0,,\n"
    history = read(tmp_path, FULL + rows + night, opening=OFFICE, deferrable=["phone"])
    morning = at(history, "2026-03-03", "08:00")
    assert history.offered[0, morning] == 10
    assert history.handle_seconds[0, morning] == 4 * 300 + 6 * 100
    assert [(r.what, r.rows) for r in repairs(history, "carried")] == [
        ("6 contacts outside the opening hours wait until the queue opens", 1)
    ]
    assert [r.where for r in repairs(history, "closed")] == ["history.csv row 11"]  # no opening follows in the file
    without = rows.replace("2026-03-03 08:00,phone,4,4,0,300,\n", "")
    missing = read(tmp_path, FULL + without + night, opening=OFFICE, deferrable=["phone"])
    assert np.isnan(missing.offered[0, morning])
