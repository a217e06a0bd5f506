from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from staffing.errors import InputError
from staffing.history.settings import HistorySettings
from staffing.inputs import read_people
from staffing.scenario import load
from staffing.ui.vm import new_team as nt
from staffing.ui.vm.new_people import read_agents
from staffing.ui.vm.new_queues import guess_queues
from staffing.ui.vm.new_shifts import guess_shifts

BASICS = nt.Basics("Größtes Team", date(2027, 1, 1), 31, holiday_region="DE")
PEOPLE = "Mitarbeiter;Wochenstunden;Skills\nAnna;40;Telefon DE|Mail\nBen;20;Chat:2,Telefon DE:1\nCem;38,5;\n"


@pytest.fixture
def history(tmp_path):
    rows = ["interval_start;queue;offered;aht_seconds"]
    for day in range(70):
        on = date(2026, 10, 12) + timedelta(days=day)
        for hour in range(7, 21):
            at = datetime(on.year, on.month, on.day, hour).isoformat(" ")
            if on.weekday() < 5 and 8 <= hour < 20:
                rows.append(f"{at};Telefon DE;{20 + hour};300")
                rows.append(f"{at};Chat;{5 + hour};400")
            elif on.weekday() == 5 and 9 <= hour < 14:
                rows.append(f"{at};Telefon DE;8;300")
            if on.weekday() < 5 and 8 <= hour < 17:
                rows.append(f"{at};Mail;9;600")
    path = tmp_path / "Anrufe.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "Team.csv"
    path.write_text(PEOPLE, encoding="cp1252")
    return path


def parts(history, people, basics=BASICS):
    queues = guess_queues(nt.first_look([history], HistorySettings(), basics))
    found = read_agents(people, list(queues["queue"]))
    shifts = guess_shifts(queues, found.contracts)
    return nt.Parts([history], HistorySettings(), found, queues, found.contracts, shifts)


def test_channels_promises_and_opening_hours_follow_from_the_history(history):
    queues = guess_queues(nt.first_look([history], HistorySettings(), BASICS)).set_index("queue")
    assert dict(queues["channel"]) == {"Telefon DE": "voice", "Chat": "chat", "Mail": "email"}
    assert queues.loc["Telefon DE", ["mon-fri", "sat", "sun"]].tolist() == ["08:00-20:00", "09:00-14:00", ""]
    assert queues.loc["Mail", "mon-fri"] == "08:00-17:00"
    assert queues.loc["Mail", "response_hours"] == 8
    assert queues["holiday"].all()


def test_a_queue_without_contacts_on_holidays_is_closed_then(history):
    quiet = history.with_name("quiet.csv")
    lines = [x for x in history.read_text().splitlines() if not x.startswith("2026-11-18")]
    quiet.write_text("\n".join(lines) + "\n")
    found = nt.first_look([quiet], HistorySettings(), BASICS)
    assert not guess_queues(found, {date(2026, 11, 18)})["holiday"].any()


def test_people_have_numbers_skills_and_contracts_even_where_the_list_has_not(people):
    found = read_agents(people, ["Telefon DE", "Chat", "Mail"])
    agents, contracts = found.agents, found.contracts
    assert agents["agent_id"].tolist() == ["Anna", "Ben", "Cem"]
    assert agents["queues"].tolist() == ["Telefon DE|Mail", "Chat:2|Telefon DE:1", "Telefon DE|Chat|Mail"]
    assert contracts[["contract", "weekly_hours"]].to_numpy().tolist() == [
        ["40h", 40.0],
        ["20h", 20.0],
        ["38.5h", 38.5],
    ]


def test_hours_of_a_contract_are_guessed_by_its_name_where_they_are_not_told(tmp_path):
    path = tmp_path / "team.csv"
    path.write_text("name,contract\nA,Teilzeit\nB,Part 30\nC,full\nD,\n")
    contracts = read_agents(path, ["q"]).contracts
    assert contracts[["contract", "weekly_hours"]].to_numpy().tolist() == [
        ["Teilzeit", 20.0],
        ["Part 30", 30.0],
        ["full", 40.0],
        ["standard", 40.0],
    ]


def test_hours_are_read_from_a_column_that_tells_of_hours_and_what_is_not_read_is_told(tmp_path):
    path = tmp_path / "team.csv"
    path.write_text("Personalnr.;Name;Überstunden;Vertragsstunden;Schuhe\n7;A;112;38,5;42\n8;B;3;20;43\n")
    found = read_agents(path, ["q"])
    assert found.agents["agent_id"].tolist() == ["7", "8"]
    assert found.contracts["weekly_hours"].tolist() == [38.5, 20.0]
    assert found.unread == ("Überstunden", "Schuhe")


def test_hours_may_have_their_unit(tmp_path):
    path = tmp_path / "team.csv"
    path.write_text("Name;Wochenstunden\nA;38,5 h\nB;20 Std./Woche\nC;30:30\nD;35 hours per week\n")
    assert read_agents(path, ["q"]).contracts["weekly_hours"].tolist() == [38.5, 20.0, 30.5, 35.0]
    path.write_text("Name;Wochenstunden\nA;38,5 h\n\nB;two days\n")
    with pytest.raises(InputError, match=r"row 4, column Wochenstunden: 'two days' is not hours a week"):
        read_agents(path, ["q"])


@pytest.mark.parametrize("header", ["Vorname;Nachname;Nr", "First name;Last name;Employee no.", "Vorname;Name;Nr"])
def test_first_and_last_names_may_stand_in_two_columns(tmp_path, header):
    path = tmp_path / "team.csv"
    path.write_text(f"{header}\nAnna;Adler;1\nBen;Adler;\n")
    found = read_agents(path, ["q"])
    assert found.agents["name"].tolist() == ["Anna Adler", "Ben Adler"]
    assert found.agents["agent_id"].tolist() == ["1", "Ben Adler"]
    assert found.unread == ()


def test_problems_of_the_people_are_told_by_the_rows_and_columns_of_their_own_list(history, people, tmp_path):
    people.write_text("Mitarbeiter;Wochenstunden;Skills\nAnna;40;Mail\n\nBen;20;Fax\nAnna;20;Mail\n", encoding="cp1252")
    with pytest.raises(InputError) as refused:
        nt.create_team(tmp_path / "teams", BASICS, parts(history, people))
    told = [str(p) for p in refused.value.problems]
    assert told[0].startswith("Team.csv row 4, column Skills: unknown queue 'Fax'")
    assert told[1].startswith("Team.csv row 5, column Mitarbeiter: agent 'Anna' stands in Team.csv row 2 already")


def test_a_list_without_names_is_refused(tmp_path):
    path = tmp_path / "team.csv"
    path.write_text("shoe size\n42\n")
    with pytest.raises(InputError, match="no column with people's names"):
        read_agents(path, [])


def test_shift_types_fill_the_opening_hours_in_the_lengths_of_the_contracts(history, people):
    shifts = parts(history, people).shifts.set_index("code")
    assert shifts.loc["E8", "start"] == "08:00"
    assert shifts.loc["L8", ["start", "hours", "unpopular"]].tolist() == ["11:30", 8.5, True]
    assert shifts.loc["L4", ["start", "hours", "breaks"]].tolist() == ["16:00", 4.0, ""]
    assert shifts.loc["SA", ["start", "hours", "weekdays"]].tolist() == ["09:00", 5.0, ["sat"]]


def test_the_team_is_written_and_can_be_read(history, people, tmp_path):
    made = nt.create_team(tmp_path / "home" / "teams", BASICS, parts(history, people))
    scenario = load(made)
    assert made.parent.name == "grosstes-team"
    assert scenario.queues == ("Telefon DE", "Chat", "Mail")
    assert scenario.target["Mail"].response_hours == 8
    assert [a.name for a in read_people(scenario).agents] == ["Anna", "Ben", "Cem"]
    assert scenario.forecast.holiday_region == "DE"
    with pytest.raises(InputError, match="there is a team"):
        nt.create_team(tmp_path / "home" / "teams", BASICS, parts(history, people))


def test_nothing_is_left_of_a_team_with_problems(history, people, tmp_path):
    wrong = parts(history, people)
    wrong.queues["mon-fri"] = "always"
    teams = tmp_path / "home" / "teams"
    with pytest.raises(InputError):
        nt.create_team(teams, BASICS, wrong)
    with pytest.raises(InputError, match="no name"):
        nt.create_team(teams, nt.Basics(" ", date(2027, 1, 1), 31), wrong)
    assert list(teams.parent.rglob("*.toml")) == []


def test_a_month_that_no_history_lies_before_is_refused(history, people, tmp_path):
    early = nt.Basics("Early", date(2026, 10, 1), 31)
    with pytest.raises(InputError, match=r"2026-10-01 is not after the history's first day 2026-10-12 \(let it begin"):
        nt.create_team(tmp_path / "teams", early, parts(history, people))
    assert not (tmp_path / "teams" / "early").exists()


def test_the_next_month_is_proposed():
    assert nt.next_month(date(2026, 1, 31)) == (date(2026, 2, 1), 28)


@pytest.mark.parametrize("name", ["history", "agents"])
def test_templates_have_an_example_row(name):
    rows = nt.template(name)
    assert len(rows) == 1
    assert isinstance(rows, pd.DataFrame)


def test_hours_a_week_that_cannot_be_read_are_told_with_their_rows(tmp_path):
    path = tmp_path / "Leute.csv"
    path.write_text("Mitarbeiter;Wochenstunden\nAnna;vierzig\nBen;-5\nCem;\nDana;38,5\nEmil;400\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_agents(path, ["phone"])
    todo = "is not hours a week (write digits, such as 38.5, or leave the cell empty)"
    assert [str(p) for p in refused.value.problems] == [
        f"Leute.csv row {row}, column Wochenstunden: {text!r} {todo}"
        for row, text in ((2, "vierzig"), (3, "-5"), (6, "400"))
    ]
