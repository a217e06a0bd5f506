"""What is typed stays until it is saved or discarded, and what is saved is what stands there when the button is pressed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from staffing.scenario import load
from staffing.ui import session
from staffing.ui.vm.tables import TABLES, as_csv, editable, typed
from tests.ui.pages import html_of, opened, settled, texts_of


@pytest.fixture
def base(place, team, monkeypatch, tmp_path) -> Path:
    """Scenario of a team of its own, which may be changed."""
    teams = tmp_path / "teams"
    monkeypatch.setenv("STAFFING_TEAMS", str(teams))
    return shutil.copytree(team, teams / "helpdesk") / "base.toml"


def type_in(page: AppTest, key: str, row: int, **cells: object) -> None:
    """Type in cells of a table; the page is told with the next request, as by a browser."""
    widget = f"edit-{key}-{page.session_state[f'table-{key}'].turn}"
    before = dict(page.session_state[widget])
    edited = {**before["edited_rows"], row: {**before["edited_rows"].get(row, {}), **cells}}
    page.session_state[widget] = {**before, "edited_rows": edited}


def go(page: AppTest, name: str, **query: str) -> AppTest:
    """Turn to another page, in the same tab."""
    page._page_hash = calc_hash(name)
    for key in ("part", "view", "section"):
        page.query_params.pop(key, None)
    for key, value in query.items():
        page.query_params[key] = value
    return page.run()


def kinds(base: Path) -> list[str]:
    return [str(k) for k in editable(load(base), "absences")["kind"]]


UNSAVED = "Changed, not saved yet"


def test_a_cell_that_is_told_with_the_press_of_save_is_saved(base):
    key = f"absences-{base}"
    page = opened("team", part="absences")
    type_in(page, key, 0, kind="training")
    page.run()
    type_in(page, key, 1, kind="training")
    page.button(key="save-table").click().run()
    assert not page.exception
    assert kinds(base) == ["training", "training"]
    assert UNSAVED not in texts_of(page)
    assert [x.value for x in page.toast] == ["Saved in “January”."]


def test_a_cell_that_is_told_after_the_save_is_one_more_change(base):
    key = f"absences-{base}"
    page = opened("team", part="absences")
    type_in(page, key, 0, kind="training")
    page.run()
    page.button(key="save-table").click().run()
    type_in(page, key, 1, kind="training")
    page.run()
    assert kinds(base) == ["training", "sick"]
    assert UNSAVED in texts_of(page)
    page.button(key="save-table").click().run()
    assert kinds(base) == ["training", "training"]
    assert UNSAVED not in texts_of(page)


def test_a_cell_with_a_fault_that_is_told_with_the_press_of_save_is_told_and_not_saved(base):
    key = f"absences-{base}"
    page = opened("team", part="absences")
    type_in(page, key, 0, kind="training")
    page.run()
    type_in(page, key, 1, agent_id="nobody")
    page.button(key="save-table").click().run()
    assert kinds(base) == ["leave", "sick"]
    assert "nobody" in page.error[0].value
    assert page.session_state[f"table-{key}"].rows["kind"].tolist() == ["training", "sick"]


def test_what_another_tab_saves_meanwhile_is_told_and_overwritten_only_knowingly(base):
    key = f"absences-{base}"
    mine, theirs = opened("team", part="absences"), opened("team", part="absences")
    type_in(mine, key, 0, kind="training")
    mine.run()
    type_in(theirs, key, 1, kind="leave")
    theirs.run()
    theirs.button(key="save-table").click().run()
    mine.button(key="save-table").click().run()
    assert kinds(base) == ["leave", "leave"]
    assert "saved elsewhere meanwhile" in mine.warning[0].value
    assert mine.button(key="save-table").disabled
    mine.button(key="keep-mine").click().run()
    assert not mine.warning
    assert html_of(mine).count("A005") == 2  # the row of the other tab is gone, mine takes its place
    mine.button(key="save-table").click().run()
    assert kinds(base) == ["training", "sick"]
    type_in(theirs, key, 0, kind="leave")
    theirs.run()
    assert theirs.button(key="save-table").disabled
    theirs.button(key="take-theirs").click().run()
    assert not theirs.warning
    assert UNSAVED not in texts_of(theirs)
    assert theirs.session_state[f"table-{key}"].rows["kind"].tolist() == ["training", "sick"]


def test_a_tab_in_which_nothing_is_typed_says_that_it_is_out_of_date(base):
    idle, other = opened("team", part="absences"), opened("team", part="absences")
    type_in(other, f"absences-{base}", 1, kind="leave")
    other.run()
    other.button(key="save-table").click().run()
    idle.run()
    assert "how it was before" in idle.warning[0].value
    assert UNSAVED not in texts_of(idle)
    idle.button(key="take-theirs").click().run()
    assert idle.session_state[f"table-absences-{base}"].rows["kind"].tolist() == ["leave", "leave"]


@pytest.mark.parametrize("page_name", ["rota", "scenarios"])
def test_where_something_is_built_the_page_says_what_is_not_saved_yet(base, page_name):
    told = "not saved yet, so not in what is built"
    page = opened("team", part="absences")
    type_in(page, f"absences-{base}", 0, kind="training")
    page.run()
    go(page, page_name)
    assert [w.value for w in page.warning if told in w.value]
    go(page, "team", part="absences")
    page.button(key="save-table").click().run()
    go(page, page_name)
    assert not [w.value for w in page.warning if told in w.value]


@pytest.mark.parametrize("part", ["absences", "contracts"])
def test_what_is_typed_in_a_table_stays_while_the_planner_looks_elsewhere(base, part):
    key = f"{part}-{base}"
    cells = {"absences": {"kind": "training"}, "contracts": {"account_hours": "-20 .. 40.5"}}[part]
    page = opened("team", part=part)
    type_in(page, key, 0, **cells)
    page.run()
    page.session_state["part"] = "rules"
    page.run()
    go(page, "rota")
    go(page, "team", part=part)
    assert UNSAVED in texts_of(page)
    page.session_state["lang"] = "de"
    page.run()
    assert not page.exception
    assert "noch nicht gespeichert" in texts_of(page)
    page.button(key="save-table").click().run()
    if part == "absences":
        assert kinds(base) == ["training", "sick"]
    else:
        assert load(base).contract["full"].account_hours == (-20, 40.5)
    page.button(key="discard-table")
    go(page, "rota")
    go(page, "team", part=part)
    assert "noch nicht gespeichert" not in texts_of(page)
    assert not page.warning


def test_a_table_in_which_nothing_is_typed_follows_what_is_saved_when_it_is_drawn_anew(base):
    page = opened("team", part="absences")
    go(page, "rota")
    table = base.parent / "tables" / "absences.csv"
    table.write_text(table.read_text().replace("sick", "leave"))
    go(page, "team", part="absences")
    assert page.session_state[f"table-absences-{base}"].rows["kind"].tolist() == ["leave", "leave"]
    assert not page.warning


def test_levers_and_the_name_that_are_typed_last_are_built(base, place):
    page = opened("scenarios", view="what-if")
    page.number_input(key=f"volume-chat-{base}").set_value(30).run()
    page.number_input(key=f"hires-{base}").set_value(2)
    page.number_input(key=f"volume-chat-{base}").set_value(35)
    page.text_input(key=f"what-if-name-{base}").set_value("Busy chat")
    page.button(key="build-what-if").click().run()
    assert not page.exception
    (made,) = (place / "scenarios" / "helpdesk").glob("*.toml")
    text = made.read_text()
    assert "chat = 1.35" in text
    assert 'name = "Busy chat"' in text
    assert len(session.people_at(made).agents) == len(session.people_at(base).agents) + 2
    settled()


def test_levers_stay_while_the_planner_looks_elsewhere_and_follow_what_is_saved_where_nothing_was_typed(base):
    page = opened("scenarios", view="what-if")
    page.number_input(key=f"volume-chat-{base}").set_value(30)
    page.number_input(key=f"shrinkage-sickness-{base}").set_value(7.5).run()
    page.text_input(key=f"opening-chat-{base}").set_value("Mon-Sun 09:00-17:00").run()
    page.session_state["lang"] = "de"
    page.run()
    assert page.text_input(key=f"opening-chat-{base}").value == "Mon-Sun 09:00-17:00"
    assert page.text_input(key=f"opening-phone-en-{base}").value == "Mo-So 08:00-20:00"
    page.session_state["lang"] = "en"
    page.run()
    go(page, "team", part="rules")
    text = base.read_text()
    base.write_text(text.replace("sickness = 0.05", "sickness = 0.06").replace("meetings = 0.03", "meetings = 0.02"))
    go(page, "scenarios", view="what-if")
    assert not page.exception
    assert page.number_input(key=f"volume-chat-{base}").value == 30
    assert page.number_input(key=f"shrinkage-sickness-{base}").value == 7.5
    assert page.number_input(key=f"shrinkage-meetings-{base}").value == 2.0
    (told,) = [m.value for m in page.markdown if "→" in m.value]
    assert len(told.splitlines()) == 3  # contacts and hours of chat, and sickness
    assert "6.0" in told
    assert not page.warning


def test_limits_that_are_typed_last_are_saved_and_those_of_another_tab_stay(base):
    page, other = opened("team", part="rules"), opened("team", part="rules")
    for tab in (page, other):
        assert not tab.exception
    field = next(n for n in page.number_input if n.key.startswith("law-max_daily_hours"))
    field.set_value(9.0).run()
    key = f"law-min_rest_hours-{base}"
    page.number_input(key=key).set_value(12.0)
    page.button(key="save-law").click().run()
    assert (load(base).law.max_daily_hours, load(base).law.min_rest_hours) == (9.0, 12.0)
    other.number_input(key=key).set_value(12.5).run()
    assert other.number_input(key=f"law-max_daily_hours-{base}").value == 9.0
    other.button(key="save-law").click().run()
    assert (load(base).law.max_daily_hours, load(base).law.min_rest_hours) == (9.0, 12.5)


def test_a_column_that_is_chosen_last_is_read(base, place):
    page = opened("data")
    rows = "Zeit;Skill;Anrufe;Angenommen;AHT\n2026-11-02 08:00;chat;10;8;300\n2026-11-02 08:30;chat;12;9;310\n"
    page.file_uploader(key=f"upload-{base}").upload("Export.csv", rows.encode(), "text/csv").run()
    offered = next(s for s in page.selectbox if s.key.startswith("column-") and "-offered-" in s.key)
    offered.set_value("Angenommen")
    handled = next(s for s in page.selectbox if s.key.startswith("column-") and "-handled-" in s.key)
    handled.set_value("")
    page.button(key="use").click().run()
    assert not page.exception
    (made,) = (place / "scenarios" / "helpdesk").glob("*.toml")
    assert 'offered = "Angenommen"' in made.read_text()


def test_the_shifts_of_a_new_team_stay_when_a_contract_is_changed_and_the_last_cell_is_in_the_team(base, place):
    page = opened("data", section="new")
    rows = "".join(f"{d}.11.2026 {h:02}:00;phone;{10 + h};300\n" for d in range(2, 28) for h in range(8, 20))
    page.file_uploader(key="new-history").upload(
        "calls.csv", f"Zeit;Skill;Anrufe;AHT\n{rows}".encode(), "text/csv"
    ).run()
    people = b"Mitarbeiter;Wochenstunden;Skills\nAnna;40;phone\nBen;20;phone\n"
    page.file_uploader(key="new-people").upload("team.csv", people, "text/csv").run()
    assert not page.exception
    (people_file,) = (place / "uploads" / "new").glob("*/team.csv")
    (calls,) = (place / "uploads" / "new").glob("*/calls.csv")
    keys = {"contracts": f"new-contracts-{people_file}", "shifts": f"new-shifts-{people_file}-{calls}"}
    type_in(page, keys["shifts"], 0, name="Dawn")
    page.run()
    type_in(page, keys["contracts"], 0, weekly_hours=38.5)
    page.run()
    type_in(page, keys["contracts"], 1, weekly_hours=19.5)
    page.text_input(key="new-name").set_value("Harbour")
    page.button(key="create").click().run()
    assert not page.exception
    made = load(place / "teams" / "harbour" / "base.toml")
    assert made.name == "Harbour"
    assert made.shift[0].name == "Dawn"
    assert sorted(c.weekly_hours for c in made.contract.values()) == [19.5, 38.5]
    assert page.segmented_control(key="section").value == "history"


def test_numbers_with_many_digits_stay_as_they_are():
    rows = pd.DataFrame({c.name: [""] for c in TABLES["ledger"].columns})
    rows["hours"] = ["12345.67"]
    again = typed(rows, TABLES["ledger"])
    assert again["hours"].tolist() == [12345.67]
    assert "12345.67" in as_csv(again).decode()


@pytest.mark.parametrize(
    ("language", "field", "cell"), [("en", "YYYY-MM-DD", "D MMM YYYY"), ("de", "DD.MM.YYYY", "DD.MM.YYYY")]
)
def test_no_date_can_be_taken_for_another_by_a_british_or_an_american_reader(base, language, field, cell):
    page = opened("data", language, section="new")
    assert page.date_input(key="new-start").proto.format == field
    table = opened("team", language, part="absences").data_editor[0]
    columns = json.loads(table.proto.columns)
    assert {columns[c]["type_config"]["format"] for c in ("first_day", "last_day")} == {cell}
