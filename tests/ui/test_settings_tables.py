from __future__ import annotations

import mimetypes
import shutil
from dataclasses import fields
from datetime import date, time

import pandas as pd
import pytest

from staffing.errors import InputError
from staffing.roster.problem import Break, Contract, Law, ShiftType
from staffing.scenario import load
from staffing.ui.texts import LANGUAGES, Texts
from staffing.ui.vm import settings_tables as st
from staffing.ui.vm import table_changes as tc
from staffing.ui.vm import tables as tb
from staffing.ui.vm import team_edits as te
from staffing.ui.vm.settings_cells import CellKind, Writing, kinds_of, parsed, read, shown, weekdays
from staffing.ui.vm.settings_files import OF, brought

GERMAN = Writing("bezahlt", "%d.%m.%Y", ",")
CODES = ["E", "M", "L"]
RICH = """
[contract.student]
weekly_hours = 15.5
shifts = ["E", "L"]
max_weekly_hours = 20
max_weekly_hours_in = [[2027-04-01, 2027-07-15], [2027-10-01, 2028-02-15]]
forbidden_successions = [["L", "E"], ["L", "M"]]
account_hours = [-20, 40.5]
max_consecutive_nights = 3

[[shift]]
code = "N"
name = "Night"
start = 21:30:00
latest_start = 22:30:00
start_step_minutes = 15
hours = 8.75
weekdays = ["fri", "sat"]
unpopular = true
pay_factor = 1.25
[[shift.breaks]]
minutes = 30
earliest_hours = 3.5
latest_hours = 5
[[shift.breaks]]
minutes = 15
earliest_hours = 1
latest_hours = 2
paid = true
"""


@pytest.fixture
def base(team, tmp_path):
    """A copy of the team with a contract and a shift type that state nearly everything."""
    path = shutil.copytree(team, tmp_path / "helpdesk") / "base.toml"
    path.write_text(path.read_text() + RICH)
    return path


def table_of(scenario, name: str, writing: Writing) -> pd.DataFrame:
    return {"contracts": st.contracts, "shifts": st.shifts}[name](scenario, writing)


def edit_of(name: str, before: pd.DataFrame, after: pd.DataFrame) -> te.TeamEdit:
    return {"contracts": st.contracts_edit, "shifts": st.shifts_edit}[name](before, after)


def brought_text(path, text: str, name: str, now: pd.DataFrame, known=None):
    path.write_text(text, encoding="utf-8")
    return brought(path, name, now, known or {}, CODES)


# -- the editor and the settings hold together ---------------------------------------------------------------


@pytest.mark.parametrize(("table", "settings"), [(st.CONTRACTS, Contract), (st.SHIFTS, ShiftType), (st.LAW, Law)])
def test_every_field_of_the_settings_can_be_edited(table, settings):
    assert {f.name for f in fields(settings)} == set(table) - {"contract"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_has_a_title_and_every_kind_of_text_a_hint(language):
    t = Texts(language)
    for prefix, table in (("contract", st.CONTRACTS), ("shift", st.SHIFTS)):
        assert [c for c in table if c not in ("contract",) and not t.has(f"team.{prefix}.{c}")] == []
    assert all(t.has(f"law.{name}") for name in st.LAW)
    written = set({**st.CONTRACTS, **st.LAW}.values()) - {CellKind.TEXT, CellKind.NUMBER, CellKind.FLAG}
    assert all(t.has(f"writing.{k}.help") for k in written - {CellKind.LIST})


@pytest.mark.parametrize("writing", [Writing(), GERMAN])
@pytest.mark.parametrize("settings", [Contract, ShiftType, Law])
def test_what_is_shown_is_read_back_as_it_was(settings, writing):
    values = {
        CellKind.TIME: time(22, 30),
        CellKind.BREAKS: (Break(30, 3.5, 5.0), Break(15, 1.0, 2.0, paid=True)),
        CellKind.PAIRS: (("L", "E"), ("N", "M")),
        CellKind.SPANS: ((date(2027, 4, 1), date(2027, 7, 15)),),
        CellKind.RANGE: (-20.0, 40.5),
        CellKind.LIST: ("E", "L"),
        CellKind.TEXT: "Late",
        CellKind.NUMBER: 7.5,
        CellKind.FLAG: True,
    }
    for name, kind in kinds_of(settings).items():
        told = read(kind, shown(kind, values[kind], writing))
        again = shown(kind, tuple(Break(**b) for b in told) if kind is CellKind.BREAKS else told, writing)
        assert again == shown(kind, values[kind], writing), name


def test_list_fields_of_a_contract_are_changed_in_their_cells(base, tmp_path):
    rows = st.contracts(load(base), GERMAN).set_index("contract", drop=False)
    assert rows.loc["student", "max_weekly_hours_in"] == "01.04.2027 .. 15.07.2027; 01.10.2027 .. 15.02.2028"
    assert rows.loc["student", ["forbidden_successions", "account_hours"]].tolist() == ["L > E; L > M", "-20 .. 40,5"]
    after = rows.copy()
    after.loc["full", "forbidden_successions"] = "L->E"
    after.loc["full", "account_hours"] = "-10 bis 30"
    after.loc["student", "max_weekly_hours_in"] = "2027-04-01 – 2027-07-15"
    after.loc["student", "account_hours"] = ""
    edit = st.contracts_edit(rows, after)
    assert te.check(base, edit) == ()
    te.save(base, edit, tmp_path / "former")
    found = load(base).contract
    assert (found["full"].forbidden_successions, found["full"].account_hours) == ((("L", "E"),), (-10, 30))
    assert found["student"].max_weekly_hours_in == ((date(2027, 4, 1), date(2027, 7, 15)),)
    assert found["student"].account_hours is None
    assert found["student"].forbidden_successions == (("L", "E"), ("L", "M"))


def test_times_and_pairs_of_the_law_are_changed(base, tmp_path):
    limits = st.law(load(base))
    assert (limits["night_start"], limits["forbidden_successions"]) == ("23:00", "")
    edit = st.law_edit(limits, limits | {"night_start": "22:00", "forbidden_successions": "L > E"})
    te.save(base, edit, tmp_path / "former")
    law = load(base).law
    assert (law.night_start, law.forbidden_successions) == (time(22), (("L", "E"),))
    with pytest.raises(InputError, match="late' is not a time"):
        st.law_edit(limits, limits | {"night_start": "late"})


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (CellKind.TIME, "25:00"),
        (CellKind.TIME, "24:00"),
        (CellKind.PAIRS, "L"),
        (CellKind.PAIRS, "L > "),
        (CellKind.SPANS, "2027-04-01"),
        (CellKind.SPANS, "2027-04-02 .. 2027-04-01"),
        (CellKind.RANGE, "40 .. -20"),
        (CellKind.RANGE, "a few"),
        (CellKind.BREAKS, "0 min 1-2 h"),
        (CellKind.BREAKS, "30 min . - , h"),
        (CellKind.BREAKS, "181 min 1-2 h"),
    ],
)
def test_a_cell_that_cannot_be_read_says_what_to_write(kind, text):
    with pytest.raises(ValueError, match="is not a") as caught:
        read(kind, text)
    what, todo = caught.value.args
    assert repr(text.strip()) in what
    assert todo.startswith("write ")


# -- in and out as files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["contracts", "shifts"])
@pytest.mark.parametrize("writing", [Writing(), GERMAN])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_taken_away_comes_back_without_a_change(base, tmp_path, name, writing, kind):
    rows = table_of(load(base), name, writing)
    path = tmp_path / f"{name}.{kind}"
    path.write_bytes(tb.as_csv(rows) if kind == "csv" else tb.as_xlsx(rows, name))
    found = brought(path, name, rows, {}, [*CODES, "N"])
    assert found.unused == ()
    assert not edit_of(name, rows, found.rows)
    assert tc.changes(rows, found.rows, str(rows.columns[0])) == ()
    assert found.rows.dtypes.equals(rows.dtypes)


def test_a_german_spreadsheet_is_read_by_the_titles_of_the_app(base, tmp_path):
    now = st.contracts(load(base), GERMAN)
    t = Texts("de")
    known = {c: [t(f"team.contract.{c}")] for c in st.CONTRACTS if c != "contract"} | {"contract": ["Vertrag"]}
    text = "Vertrag;Wochenstunden;Kosten je Stunde;Schichttypen;Laune\nfull;38,5;24,50;E|L;gut\nneu;12;;;\n"
    found = brought_text(tmp_path / "v.csv", text, "contracts", now, known)
    assert found.unused == ("Laune",)
    edit = st.contracts_edit(now, found.rows)
    assert edit.tree["contract"] == {
        "full": {"weekly_hours": 38.5, "hourly_cost": 24.5, "shifts": ["E", "L"]},
        "neu": {"weekly_hours": 12},
    }
    assert set(edit.removed) == {("contract", "part"), ("contract", "student")}


def test_a_column_that_the_file_does_not_have_stays_as_it_is(base, tmp_path):
    now = st.shifts(load(base))
    text = "code,hours,weekdays\nE,8.0,Mo|Di|Sonntag\nM,8.5,\nL,8.5,\nN,8.75,fri|sat\n"
    found = brought_text(tmp_path / "s.csv", text, "shifts", now)
    rows = found.rows.set_index("code")
    assert rows.loc["E", ["start", "hours"]].tolist() == ["07:00", 8.0]
    assert rows.loc["E", "weekdays"] == ["mon", "tue", "sun"]
    text = "code,Beginn,hours\nX,9:30,5\n"
    new = brought_text(tmp_path / "s.csv", text, "shifts", now, {"start": ["Beginn"]}).rows
    assert new["pay_factor"].isna().all()
    assert st.shifts_edit(now, new).tree == {"shift": [{"code": "X", "start": time(9, 30), "hours": 5}]}


def test_everything_wrong_in_a_file_is_told_at_once_with_its_row(base, tmp_path):
    now = st.contracts(load(base))
    text = (
        "contract,weekly_hours,shifts,account_hours,max_shifts_per_week\n"
        "full,lots,E|Q,,9\n"
        ",20,,,\n"
        "part,20,,20 .. 10,\n"
        "part,20,,,\n"
        "new,,,,\n"
        "big,90,,,\n"
    )
    with pytest.raises(InputError) as caught:
        brought_text(tmp_path / "c.csv", text, "contracts", now)
    assert [(p.where, p.what.split(",")[0]) for p in caught.value.problems] == [
        ("c.csv row 2, column weekly_hours", "'lots' is not a number"),
        ("c.csv row 2, column max_shifts_per_week", "input should be less than or equal to 7"),
        ("c.csv row 2, column shifts", "unknown shift 'Q'"),
        ("c.csv row 3, column contract", "is empty"),
        ("c.csv row 4, column account_hours", "'20 .. 10' is not a range"),
        ("c.csv row 5, column contract", "'part' is there twice"),
        ("c.csv row 6, column weekly_hours", "is missing"),
        ("c.csv row 7, column weekly_hours", "input should be less than or equal to 60"),
    ]
    with pytest.raises(InputError, match="column 'code' is missing"):
        brought_text(tmp_path / "s.csv", "start,hours\n07:00,8\n", "shifts", st.shifts(load(base)))
    text = "code,start,hours,weekdays,unpopular\nE,noon,8,Funday,perhaps\n"
    with pytest.raises(InputError) as caught:
        brought_text(tmp_path / "s.csv", text, "shifts", st.shifts(load(base)))
    assert [p.where.rpartition(" ")[2] for p in caught.value.problems] == ["start", "weekdays", "unpopular"]


def test_a_workbook_may_hold_numbers_and_times_of_its_own(base, tmp_path):
    now = st.shifts(load(base))
    path = tmp_path / "s.xlsx"
    pd.DataFrame({"code": ["E"], "start": [time(6, 15)], "hours": [8], "unpopular": [True]}).to_excel(path, index=False)
    row = brought(path, "shifts", now, {}, CODES).rows.iloc[0]
    assert (row["start"][:5], row["hours"], bool(row["unpopular"])) == ("06:15", 8, True)
    assert st.shifts_edit(now, now.assign(start=[row["start"], *now["start"][1:]])).tree == {
        "shift": [{"code": "E", "start": time(6, 15)}]
    }


def test_days_are_known_in_both_languages_and_others_are_refused():
    assert weekdays(["Sonntag", "mo", "Fri"]) == ["mon", "fri", "sun"]
    with pytest.raises(ValueError, match="'Feiertag' is not a weekday"):
        weekdays(["Feiertag"])
    assert parsed(CellKind.NUMBER, float("nan")) is None
    assert (parsed(CellKind.FLAG, ""), parsed(CellKind.LIST, None)) == (False, [])


def test_both_tables_that_come_in_by_file_are_those_of_the_editor():
    assert {name: kinds for name, (_, kinds) in OF.items()} == {"contracts": st.CONTRACTS, "shifts": st.SHIFTS}


# -- what changed --------------------------------------------------------------------------------------------


def test_changes_are_told_row_by_row(base):
    before = st.contracts(load(base))
    after = before[before["contract"] != "part"].copy()
    after.loc[0, "weekly_hours"] = 38.5
    after.loc[9] = {"contract": "mini", "weekly_hours": 10.0, "shifts": ["E"]}
    found = tc.changes(before, after, "contract")
    assert [(c.row, str(c.fate)) for c in found] == [("full", "changed"), ("mini", "new"), ("part", "gone")]
    assert found[0].cells == {"weekly_hours": (40.0, 38.5)}


def test_rows_without_a_name_come_and_go_whole():
    before = pd.DataFrame({"agent_id": ["a", "a"], "date": ["2027-01-04", "2027-01-05"]})
    after = pd.DataFrame({"agent_id": ["a", "a", ""], "date": ["2027-01-04", "2027-01-06", ""]})
    found = tc.changes(before, after, None)
    assert [(c.row, str(c.fate)) for c in found] == [("a · 2027-01-06", "new"), ("a · 2027-01-05", "gone")]


def test_a_workbook_is_sent_under_its_own_media_type():
    assert mimetypes.guess_type("agents.xlsx")[0] == tb.XLSX
