from __future__ import annotations

import csv
import math

import numpy as np
import pytest

from staffing.errors import InputError, Problem
from staffing.history.settings import Layout
from staffing.scenario import load
from staffing.ui.vm import intake
from staffing.ui.vm.levers import save_what_if

ROWS = """Zeitpunkt;Skill;Anrufe;Angenommen;AHT
2026-11-02 08:00;Telefon DE;10;9;300
2026-11-02 08:30;Telefon DE;12;12;310
2026-11-02 08:30;Telefon DE;12;12;310
2026-11-02 08:00;chat;4;4;500
2026-11-03 08:00;Fax;1;1;60
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(ROWS, encoding="utf-8-sig")
    return path


def test_a_foreign_file_is_guessed(file):
    sheet = intake.preview(file)
    assert intake.guess_layout(sheet.header) is Layout.INTERVALS
    columns = intake.guess_columns(sheet.header, Layout.INTERVALS)
    assert columns == {
        "interval_start": "Zeitpunkt",
        "queue": "Skill",
        "offered": "Anrufe",
        "handled": "Angenommen",
        "abandoned": "",
        "aht_seconds": "AHT",
        "wait_seconds": "",
    }
    values = intake.queue_values(sheet, "Skill")
    assert values[0] == "Telefon DE"
    assert intake.queue_values(sheet, "nothing") == []
    assert intake.guess_queues(values, ["phone-de", "chat"]) == {"Telefon DE": "", "chat": "chat", "Fax": ""}


@pytest.mark.parametrize(
    ("header", "guessed"),
    [
        (
            "Datum;Uhrzeit;Warteschlange;Angenommene Anrufe;Angebotene Anrufe;Ø Bearbeitungszeit (s)",
            {
                "interval_start": "Datum + Uhrzeit",
                "offered": "Angebotene Anrufe",
                "handled": "Angenommene Anrufe",
                "aht_seconds": "Ø Bearbeitungszeit (s)",
            },
        ),
        ("Date;Interval;Team;Total calls", {"interval_start": "Date + Interval", "offered": "Total calls"}),
        ("interval_start;date;time;offered", {"interval_start": "interval_start", "offered": "offered"}),
    ],
)
def test_words_within_names_and_times_in_two_columns_are_recognised(header, guessed):
    found = intake.guess_columns(header.split(";"), Layout.INTERVALS)
    assert {name: found[name] for name in guessed} == guessed


def test_names_that_are_ours_need_no_mapping():
    same = intake.settings_of(Layout.INTERVALS, {"offered": "offered", "queue": ""}, {"chat": "chat"})
    assert (same.columns, same.queues) == ({}, {})
    some = intake.settings_of(Layout.INTERVALS, {"offered": "Anrufe"}, {"chat": "chat", "Fax": ""})
    assert (some.columns, some.queues) == ({"offered": "Anrufe"}, {"chat": "chat"})


def test_a_mapped_file_is_read_summed_up_and_planned_with(file, team, tmp_path):
    scenario = load(team / "base.toml")
    sheet = intake.preview(file)
    columns = intake.guess_columns(sheet.header, Layout.INTERVALS)
    settings = intake.settings_of(Layout.INTERVALS, columns, {"Telefon DE": "phone-de", "chat": "chat", "Fax": ""})
    history = intake.read_as(scenario, [file], settings)
    found = intake.quality(history)
    facts = {q.queue: q for q in found.queues}
    assert facts["phone-de"].aht_seconds == pytest.approx((9 * 300 + 12 * 310) / 21)
    assert math.isnan(facts["email"].aht_seconds)
    assert np.nansum(found.days[0]) == 22
    kinds = [kind for kind, _, _ in found.repairs]
    assert "duplicate" in kinds
    rows = [n for _, n, _ in found.repairs]
    assert rows == sorted(rows, reverse=True)
    path = save_what_if(tmp_path / "own", "Export", team / "base.toml", [], more=intake.tree_of(settings, [file]))
    again = load(path)
    assert again.history == settings
    assert again.files("history") == (file.resolve(),)


def test_problems_and_repairs_can_be_taken_away_as_a_table():
    content = intake.listing_csv([Problem("a.csv row 3", "=1+1", "mend it")]).decode("utf-8-sig")
    assert list(csv.reader(content.splitlines()))[1] == ["a.csv row 3", "'=1+1", "mend it"]
    repair = intake.Repair("a.csv row 4", "spike", "900 -> 90")
    assert "spike" in intake.listing_csv([repair]).decode()


def test_what_is_no_table_is_told(tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(InputError, match=r"empty\.csv"):
        intake.preview(empty)


def test_rows_with_faults_are_taken_away_as_they_are(file):
    sheet = intake.preview(file)
    wrong = [
        Problem("export.csv row 3, column offered", "0 is below 1"),
        Problem("export.csv row 3, column aht_seconds", "is empty"),
        Problem("other.csv row 2", "not ours"),
    ]
    lines = intake.bad_rows(sheet, wrong).decode("utf-8-sig").splitlines()
    assert lines == [
        "row;what;Zeitpunkt;Skill;Anrufe;Angenommen;AHT",
        '3;"0 is below 1; is empty";2026-11-02 08:30;Telefon DE;12;12;310',
    ]


@pytest.mark.parametrize(
    ("header", "layout", "arrival", "queue"),
    [
        ("Interval Start UTC Date,Queue,Offered,Interactions Handled", Layout.INTERVALS, "Interval Start UTC Date", "Queue"),
        ("Id,Group,Via,Status,Created at,Solved at", Layout.CONTACTS, "Created at", "Group"),
        ("Ticket ID,Status,Source,Group,Created time,Resolved time", Layout.CONTACTS, "Created time", "Group"),
        ("Case Number,Case Origin,Status,Date/Time Opened", Layout.CONTACTS, "Date/Time Opened", "Case Origin"),
    ],
)  # fmt: skip
def test_exports_of_common_systems_are_recognised(header, layout, arrival, queue):
    names = header.split(",")
    assert intake.guess_layout(names) is layout
    found = intake.guess_columns(names, layout)
    assert found["interval_start" if layout is Layout.INTERVALS else "arrived_at"] == arrival
    assert found["queue"] == queue
