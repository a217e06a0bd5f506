"""The team page: its parts, its tables, limits of the law."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from staffing.scenario import load
from staffing.ui import session
from staffing.ui.vm.tables import editable
from tests.ui.pages import built, html_of, opened, texts_of


def test_a_plan_whose_team_has_changed_since_says_why_it_cannot_be_edited(place, team, monkeypatch, tmp_path):
    teams = tmp_path / "teams"
    shutil.copytree(team, teams / "helpdesk")
    monkeypatch.setenv("STAFFING_TEAMS", str(teams))
    built(opened())
    agents = teams / "helpdesk" / "tables" / "agents.csv"
    agents.write_text("\n".join(agents.read_text().splitlines()[:8]) + "\n")
    page = opened("rota")
    page.toggle(key="editing").set_value(True).run()
    assert not page.exception
    assert "files have changed since" in texts_of(page)
    shown = opened("rota")
    assert not shown.exception
    (teams / "helpdesk" / "base.toml").unlink()
    assert not opened("rota").exception


@pytest.mark.parametrize("part", ["agents", "skills", "requests", "locks", "ledger", "shifts", "contracts", "rules"])
def test_every_part_of_the_team_is_shown(place, part):
    page = opened("team", part=part)
    assert not page.exception
    assert "24 people in this scenario" in texts_of(page)


def test_a_changed_table_is_saved_or_becomes_a_scenario(place, team, monkeypatch, tmp_path):
    teams = tmp_path / "teams"
    base = shutil.copytree(team, teams / "helpdesk") / "base.toml"
    monkeypatch.setenv("STAFFING_TEAMS", str(teams))
    page = opened("team", part="absences")
    more = pd.DataFrame(
        [["A007", "2027-01-05", "", "", ""]], columns=editable(load(base), "absences").columns, index=[2]
    )
    page.session_state[f"rows-absences-{base}"] = more
    page.run()
    assert "Changed, not saved yet" in texts_of(page)
    page.button(key="save-as").click().run()
    assert not page.exception
    (made,) = (place / "scenarios" / "helpdesk").glob("*.toml")
    assert (len(session.people_at(made).absences), len(session.people_at(base).absences)) == (1, 2)
    page = opened("team", part="absences")
    page.session_state[f"rows-absences-{base}"] = more.assign(agent_id="nobody")
    page.run()
    assert "nobody" in page.error[0].value
    assert page.button(key="save-table").disabled
    page.session_state[f"rows-absences-{base}"] = more
    page.run()
    page.button(key="save-table").click().run()
    assert len(session.people_at(base).absences) == 1
    assert [p.name for p in (place / "former").rglob("*.csv")] == ["absences.csv"]
    page.file_uploader[0].upload("team.csv", b"Nr,Von,Laune\nA001,2027-01-04,gut\n", "text/csv").run()
    assert "Not used: Laune" in texts_of(page)
    page.button(key="bring-in").click().run()
    assert "Changed, not saved yet" in texts_of(page)
    page.button(key="discard-table").click().run()
    assert "Changed, not saved yet" not in texts_of(page)
    page.file_uploader[0].upload("team.csv", b"Laune\ngut\n", "text/csv").run()
    assert "agent\\_id" in page.error[0].value


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("de", "Vertrag;Wochenstunden;Stundenkonto, niedrigster und höchster Stand\nfull;38,5;-20 .. 40\n", "38,5"),
        ("en", "contract,weekly_hours,account_hours\nfull,38.5,-20 .. 40\n", "38.5"),
    ],
)
def test_contracts_come_in_by_file_and_what_changes_is_shown_first(
    place, team, monkeypatch, tmp_path, language, text, told
):
    teams = tmp_path / "teams"
    base = shutil.copytree(team, teams / "helpdesk") / "base.toml"
    monkeypatch.setenv("STAFFING_TEAMS", str(teams))
    page = opened("team", language, part="contracts")
    part = {"de": "part;{};\n", "en": "part,{},\n"}[language]
    page.file_uploader[0].upload("contracts.csv", (text + part.format("lots")).encode(), "text/csv").run()
    assert {"de": "Zeile 3", "en": "row 3"}[language] in page.error[0].value
    page.file_uploader[0].set_value(None).run()
    page.file_uploader[0].upload("contracts.csv", (text + part.format(20)).encode(), "text/csv").run()
    page.button(key="bring-in").click().run()
    assert not page.exception
    assert told in html_of(page)
    assert load(base).contract["full"].weekly_hours == 40
    page.button(key="save-table").click().run()
    assert not page.exception
    full = load(base).contract["full"]
    assert (full.weekly_hours, full.account_hours) == (38.5, (-20, 40))


def test_limits_of_the_law_are_changed(place, team, monkeypatch, tmp_path):
    teams = tmp_path / "teams"
    base = shutil.copytree(team, teams / "helpdesk") / "base.toml"
    monkeypatch.setenv("STAFFING_TEAMS", str(teams))
    page = opened("team", part="rules")
    limit = next(n for n in page.number_input if n.label.startswith("Most paid hours in one"))
    limit.set_value(9.5).run()
    page.button(key="save-law-as").click().run()
    assert not page.exception
    (made,) = (place / "scenarios" / "helpdesk").glob("*.toml")
    assert load(made).law.max_daily_hours == 9.5
    page = opened("team", part="rules")
    next(n for n in page.number_input if n.label.startswith("Most paid hours in one")).set_value(9.0).run()
    page.button(key="save-law").click().run()
    assert load(base).law.max_daily_hours == 9.0
