import datetime as dt
import gzip

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staffing.errors import InputError
from staffing.grid import OpeningHours, TimeGrid
from staffing.history.read import open_minutes, read_history
from staffing.history.settings import HistorySettings
from tests.history.history_cases import DAY_AND_NIGHT, OFFICE, read, refused, repairs

HEAD = "interval_start,queue,offered\n"
TWO = {"phone": OpeningHours.always(), "chat": OpeningHours.always()}


def test_every_problem_of_every_file_is_told_at_once(tmp_path):
    first = (
        "interval_start,queue,offered,aht_seconds\n"
        "2026-03-02 08:00,phone,-3,300\n"
        "soon,phone,4,300\n"
        "2026-03-02 09:00,phone,many,300\n"
        "2026-03-02 09:30,phone,4,05:12\n"
    )
    second = "interval_start,queue\n2026-03-02 08:00,phone\n"
    assert refused(tmp_path, first, second) == [
        "history.csv row 3, column interval_start: cannot read 'soon' as a date (write 2026-12-31 or 31.12.2026)",
        "history.csv row 2, column offered: -3 is below 0 (write 0 or more)",
        "history.csv row 4, column offered: 'many' is not a number (write digits only, or leave the cell empty where nothing "
        "is known)",
        "history.csv row 5, column aht_seconds: '05:12' is a time, not a number of seconds (write seconds: 05:12 is 312)",
        "history1.csv row 1: column 'offered' is missing; the file has: interval_start, queue "
        '(add it, or map it under [history]: columns = { offered = "..." })',
    ]


def test_a_file_of_neither_layout_is_told_with_its_columns(tmp_path):
    (problem,) = refused(tmp_path, "when,what\n1,2\n")
    assert "has neither interval_start and offered (a row per interval) nor arrived_at" in problem
    assert "the file has: when, what" in problem


def test_a_stated_layout_rules(tmp_path):
    (problem,) = refused(tmp_path, HEAD + "2026-03-02 08:00,phone,3\n", layout="contacts")
    assert "column 'arrived_at' is missing" in problem


def test_no_file_and_no_usable_row_are_problems(tmp_path):
    assert refused(tmp_path) == ["tables.history: no history file is named (name at least one)"]
    (problem,) = refused(tmp_path, HEAD + "2026-03-02 08:00,other,3\n", queues={"x": "phone"})
    assert "no row can be used" in problem


def test_unknown_zones_are_refused(tmp_path):
    (problem,) = refused(tmp_path, HEAD + "2026-03-02 08:00,phone,3\n", timezone="Europe/Nowhere")
    assert "unknown time zone 'Europe/Nowhere'" in problem


def test_a_misspelt_queue_is_refused_with_what_was_meant(tmp_path):
    rows = "2026-03-02 08:00,phone,3\n2026-03-02 08:00,Chats,3\n2026-03-02 08:30,Chats,3\n"
    (problem,) = refused(tmp_path, HEAD + rows, opening=TWO)
    assert problem == (
        "history.csv row 3, column queue: unknown queue 'Chats' in 2 rows, while 'chat' has none "
        '(map it under [history]: queues = { "Chats" = "chat" })'
    )


def test_queues_that_are_not_planned_are_left_out_and_listed(tmp_path):
    history = read(tmp_path, HEAD + "2026-03-02 08:00,Phone,3\n2026-03-02 08:00,fax,3\n")
    assert np.nansum(history.offered) == 3
    (left_out,) = repairs(history, "queue")
    assert (left_out.where, left_out.what) == ("history.csv row 3", "queue 'fax' is not planned: left out")


def test_a_queue_without_history_is_listed_where_nothing_was_misspelt(tmp_path):
    history = read(tmp_path, HEAD + "2026-03-02 08:00,phone,3\n", opening=TWO)
    assert np.isnan(history.offered[1]).all()
    assert [r.where for r in repairs(history, "gap") if r.what == "has no row in the history"] == ["chat"]


def test_a_mapping_to_an_unknown_queue_is_refused(tmp_path):
    (problem, *_) = refused(tmp_path, HEAD + "2026-03-02 08:00,phone,3\n", queues={"A": "fone"})
    assert problem == "history.queues: 'A' is mapped to the unknown queue 'fone' (one of: phone)"


def test_a_file_without_queues_belongs_to_the_only_queue(tmp_path):
    text = "interval_start,offered\n2026-03-02 08:00,3\n"
    assert repairs(read(tmp_path, text), "queue")[0].what == "no column 'queue': every row is read as 'phone'"
    assert read(tmp_path, text, opening={}).queues == ("all",)
    assert "the scenario has 2 queues" in refused(tmp_path, text, opening=TWO)[0]


def test_a_mistyped_year_is_told_and_does_not_stretch_the_axis(tmp_path):
    rows = "".join(f"2026-03-{d:02d} {c},phone,3\n" for d in range(1, 20) for c in ("08:00", "08:30"))
    for wrong in ("1926-03-20", "2206-03-20"):
        found = refused(tmp_path, HEAD + rows + f"{wrong} 08:00,phone,3\n")
        assert found == [f"history.csv row 40: {wrong} lies more than a year from all other rows (correct the year)"]


def test_a_span_of_a_century_is_refused(tmp_path):
    rows = "".join(f"{y}-03-01 08:00,phone,3\n{y}-03-01 08:30,phone,3\n" for y in range(1930, 2027))
    assert refused(tmp_path, HEAD + rows) == ["history.csv: spans more than 30 years (correct the dates, or cut it)"]


def test_workbooks_read_like_text(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["interval_start", "queue", "offered", "aht_seconds"])
    for minute in (0, 30):
        book.active.append([dt.datetime(2026, 3, 2, 8, minute), "phone", 3 + minute, 300.5])
    book.save(tmp_path / "history.xlsx")
    history = read_history(
        [tmp_path / "history.xlsx"], HistorySettings(), timezone="Europe/Berlin", interval_minutes=30, opening=OFFICE
    )
    assert np.nansum(history.offered) == 36
    assert np.nanmax(history.aht_seconds) == 300.5


def test_opening_minutes_count_what_lies_inside():
    grid = TimeGrid(dt.date(2026, 3, 2), 1, "Europe/Berlin", 30)
    minutes = open_minutes(OpeningHours.parse({"mon": ["08:15-09:00", "10:00-10:10"]}), grid)
    assert minutes[[15, 16, 17, 18, 20]].tolist() == [0, 15, 30, 0, 10]
    hours = OpeningHours.parse({"mon": ["08:00-09:00"], "holiday": ["10:00-11:00"]})
    assert np.flatnonzero(open_minutes(hours, grid, {dt.date(2026, 3, 2)})).tolist() == [20, 21]


# -- round trip ------------------------------------------------------------------------------------------------


def written(history_values, day, dialect, length):
    """The same intervals in a dialect of a spreadsheet or system."""
    delimiter, encoding, decimal, style, header, packed = dialect
    lines = [delimiter.join(header)]
    grid = TimeGrid(day, 3, "Europe/Berlin", length)
    for t, (offered, aht) in enumerate(history_values):
        local = grid.local(int(grid.starts[t]))
        when = {
            "iso": f"{local:%Y-%m-%d %H:%M}",
            "german": f"{local:%d.%m.%Y %H:%M}",
            "offset": local.isoformat(),
            "utc": f"{local.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
        }[style]
        number = f"{aht:.2f}".replace(".", decimal)
        if decimal == delimiter:
            number = f'"{number}"'
        lines.append(delimiter.join([when, "phone", str(offered), str(offered), number]))
    data = ("\r\n".join(lines) + "\r\n").encode(encoding)
    return gzip.compress(data) if packed else data


DIALECTS = st.tuples(
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.sampled_from([".", ","]),
    st.sampled_from(["iso", "german", "offset", "utc"]),
    st.sampled_from(
        [
            ("interval_start", "queue", "offered", "handled", "aht_seconds"),
            ("Interval Start", "Queue", "OFFERED", "Handled", "AHT seconds"),
        ]
    ),
    st.booleans(),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    dialect=DIALECTS,
    day=st.sampled_from([dt.date(2026, 3, 28), dt.date(2026, 10, 24), dt.date(2026, 6, 1)]),
    length=st.sampled_from([15, 30, 60]),
    seed=st.integers(0, 10**6),
)
def test_the_same_intervals_in_any_dialect_are_the_same_history(tmp_path, dialect, day, length, seed):
    grid = TimeGrid(day, 3, "Europe/Berlin", length)
    random = np.random.default_rng(seed)
    offered = random.integers(0, 50, len(grid))
    aht = np.round(random.uniform(60, 600, len(grid)), 2)
    (tmp_path / "h.csv").write_bytes(written(zip(offered, aht, strict=True), day, dialect, length))
    history = read_history(
        [tmp_path / "h.csv"],
        HistorySettings(),
        timezone="Europe/Berlin",
        interval_minutes=length,
        opening=DAY_AND_NIGHT,
    )
    assert history.grid == grid
    assert (history.offered[0] == offered).all()
    np.testing.assert_allclose(history.handle_seconds[0], offered * aht)
    assert {r.kind for r in history.repairs} <= {"dst"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(min_size=1, max_size=400))
def test_rubbish_is_refused_in_words_never_with_a_traceback(tmp_path, data):
    (tmp_path / "h.csv").write_bytes(data)
    with pytest.raises(InputError):
        read_history(
            [tmp_path / "h.csv"], HistorySettings(), timezone="UTC", interval_minutes=30, opening=DAY_AND_NIGHT
        )


CELL = st.one_of(
    st.sampled_from(["2026-03-02 08:00", "phone", "3", "", "-1", "05:12", "x", "1.234", '"']), st.text(max_size=8)
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=8))
def test_any_cells_under_a_right_header_are_read_or_refused_in_words(tmp_path, rows):
    text = "interval_start;queue;offered;aht_seconds\n" + "\n".join(";".join(row) for row in rows)
    (tmp_path / "h.csv").write_text(text, encoding="utf-8", errors="replace")
    try:
        history = read_history(
            [tmp_path / "h.csv"], HistorySettings(), timezone="UTC", interval_minutes=30, opening=DAY_AND_NIGHT
        )
    except InputError as error:
        told = error.problems
    else:
        told = ()
        assert not (history.offered < 0).any()
    assert all(p.where and p.what for p in told)


def test_a_missing_column_is_told_with_the_name_the_file_may_have_for_it(tmp_path):
    found = refused(tmp_path, "interval_start,queue,Volume\n2026-03-02 08:00,phone,3\n")
    assert found == [
        "history.csv row 1: column 'offered' is missing; the file has: interval_start, queue, Volume "
        '(add it, or map it under [history]: columns = { offered = "Volume" })'
    ]


def test_date_and_time_may_stand_in_two_columns(tmp_path):
    text = "Datum;Uhrzeit;Anrufe\n02.03.2026;08:00;3\n02.03.2026;08:30;4\n"
    columns = {"interval_start": "Datum + Uhrzeit", "offered": "Anrufe"}
    history = read(tmp_path, text, opening=OFFICE, columns=columns)
    assert history.offered[0, 16:18].tolist() == [3, 4]
    (problem,) = refused(tmp_path, text, opening=OFFICE, columns=columns | {"interval_start": "Datum + Zeit"})
    assert "column 'Zeit' is missing; the file has: Datum, Uhrzeit, Anrufe" in problem


def test_date_and_time_cells_of_a_workbook_may_be_joined(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Date", "Time", "offered"])
    for clock, offered in ((dt.time(8, 0), 3), (dt.time(8, 30), 4), (dt.time(0, 0), 0)):
        book.active.append([dt.datetime(2026, 3, 2), clock, offered])
    book.save(tmp_path / "history.xlsx")
    history = read_history(
        [tmp_path / "history.xlsx"],
        HistorySettings(columns={"interval_start": "Date + Time"}),
        timezone="Europe/Berlin",
        interval_minutes=30,
        opening=OFFICE,
    )
    assert history.offered[0, 16:18].tolist() == [3, 4]


RANGES = st.sampled_from(["00:00-24:00", "08:15-09:00", "07:30-12:10", "20:00-23:59", "00:00-00:20"])


@given(
    weekday=st.sampled_from(["mon", "wed", "mon-sun"]),
    hours=RANGES,
    holiday=st.none() | RANGES,
    minutes=st.sampled_from([15, 30, 60]),
)
@settings(deadline=None)
def test_intervals_with_open_minutes_are_those_that_opening_hours_call_open(weekday, hours, holiday, minutes):
    text = {weekday: [hours]} | ({} if holiday is None else {"holiday": [holiday]})
    opening, holidays = OpeningHours.parse(text), {dt.date(2026, 10, 26)}
    grid = TimeGrid(dt.date(2026, 10, 24), 6, "Europe/Berlin", minutes)
    assert ((open_minutes(opening, grid, holidays) > 0) == opening.mask(grid, holidays)).all()


def test_titles_above_the_columns_and_sheets_that_are_not_read_are_listed(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Contacts of March"], [], ["interval_start", "queue", "offered"]):
        book.active.append(row)
    for minute in (0, 30):
        book.active.append([dt.datetime(2026, 3, 2, 8, minute), "phone", 3])
    book.create_sheet("April").append(["interval_start", "queue", "offered"])
    path = tmp_path / "history.xlsx"
    book.save(path)
    history = read_history([path], HistorySettings(), timezone="Europe/Berlin", interval_minutes=30, opening=OFFICE)
    assert np.nansum(history.offered) == 6
    told = [(r.where, r.kind, r.what) for r in history.repairs if r.kind in ("title", "sheet")]
    assert told == [
        ("history.xlsx row 3", "title", "the column names stand in this row; what is above them is not read"),
        ("history.xlsx", "sheet", "one sheet is read; sheets not read: April"),
    ]
