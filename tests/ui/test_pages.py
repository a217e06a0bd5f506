"""Every page drawn in this process, against a fake worker's plans; the browser tests drive them for real."""

from __future__ import annotations

import re
import shutil
import sys
import time
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import staffing.ui
from staffing.jobs import RunState
from staffing.scenario import load
from staffing.ui import session
from staffing.ui.vm.board import board_of
from staffing.ui.vm.editing import OFF, Draft, to_json
from staffing.ui.vm.tables import editable

UI = Path(next(iter(staffing.ui.__path__)))
MAIN = UI / "entry" / "app.py"
PLANS = ("need", "export")
PAGES = (*PLANS, "data", "team", "rota", "scenarios")


@pytest.fixture
def place(tmp_path, team, worker, monkeypatch):
    """A home of its own, the test team, and the fake worker."""
    monkeypatch.setenv("STAFFING_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STAFFING_TEAMS", str(team.parent))
    monkeypatch.setenv("STAFFING_COMMAND", " ".join(worker))
    yield tmp_path / "home"
    session.jobs().close()
    session._jobs.clear()
    session._store.clear()


def opened(page: str = "rota", language: str = "en", **query: str) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=30)
    app.query_params["lang"] = language
    for key, value in query.items():
        app.query_params[key] = value
    app._page_hash = calc_hash(page)
    return app.run()


def texts_of(app: AppTest) -> str:
    parts = [*app.markdown, *app.title, *app.header, *app.caption, *app.error, *app.info]
    return "\n".join(str(p.value) for p in parts)


def built(app: AppTest, button: str = "build") -> AppTest:
    """Press the button and wait for the plan."""
    app.button(key=button).click().run()
    assert not app.exception
    settled()
    return app.run()


def settled() -> None:
    limit = time.monotonic() + 30
    while session.jobs().live():
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_a_new_user_is_offered_the_sample_month(place, monkeypatch, tmp_path):
    monkeypatch.setenv("STAFFING_TEAMS", str(tmp_path / "empty"))
    app = opened("data")
    assert "There is no team yet" in texts_of(app)
    assert app.button(key="sample").label == "Try the sample month"
    app.button(key="sample").click().run()
    assert not app.exception
    assert "History of this scenario" in texts_of(app)


def test_a_sample_that_cannot_be_written_is_told(place, monkeypatch, tmp_path):
    monkeypatch.setenv("STAFFING_TEAMS", str(tmp_path / "empty"))
    monkeypatch.setenv("STAFFING_COMMAND", f"{sys.executable} -c 'import sys; sys.exit(1)'")
    app = opened("data")
    app.button(key="sample").click().run()
    assert "could not be written" in app.error[0].value


@pytest.mark.parametrize("page", PLANS)
@pytest.mark.parametrize("language", ["de", "en"])
def test_pages_without_a_plan_lead_to_one(place, page, language):
    app = opened(page, language, view="cover")
    assert not app.exception
    assert {"de": "Noch kein Plan", "en": "No plan to show"}[language] in texts_of(app)


@pytest.mark.parametrize("language", ["de", "en"])
def test_from_the_levers_to_every_page(place, team, language):
    app = opened(language=language)
    assert not app.exception
    app = built(app)
    assert {"de": "gedeckt", "en": "are covered"}[language] in texts_of(app)
    key = str(team / "base.toml")
    app = opened("scenarios", language)
    app.number_input(key=f"volume-chat-{key}").set_value(30)
    app.number_input(key=f"hires-{key}").set_value(2)
    app.number_input(key=f"shrinkage-sickness-{key}").set_value(7.5)
    app.run()
    assert "+30" in texts_of(app)
    assert {"de": "2 zusätzlich", "en": "2 extra"}[language] in texts_of(app)
    built(app, "build-what-if")
    made = list((place / "scenarios" / "helpdesk").glob("*.toml"))
    assert len(made) == 1
    runs = session.jobs().runs()
    assert [r.state for r in runs] == [RunState.DONE, RunState.DONE]
    for page in PAGES:
        drawn = opened(page, language, run=runs[0].id)
        assert not drawn.exception, page
        assert len(drawn.title) == 1
    need = opened("need", language, run=runs[0].id)
    need.segmented_control(key="queue").set_value("chat").run()
    need.button(key="next").click().run()
    need.button(key="previous").click().run()
    assert not need.exception
    rota = opened("rota", language, run=runs[0].id)
    rota.selectbox(key="order").set_value("hours").run()
    assert not rota.exception
    rota.text_input(key="find").set_value("nobody at all").run()
    assert len(rota.info) == 1


def test_a_run_is_shown_while_it_goes_on_and_can_be_stopped(place, monkeypatch):
    monkeypatch.setenv("STAFFING_FAKE_SECONDS", "60")
    app = opened()
    app.button(key="build").click().run()
    (run,) = session.jobs().runs()
    limit = time.monotonic() + 20
    while not any(r.get("objective") for r in session.jobs().read(run.id).reports()):
        assert time.monotonic() < limit
        time.sleep(0.05)
    app.run()
    assert not app.exception
    assert [m.label for m in app.metric][:3] == ["Best so far", "Best possible", "Gap"]
    app.button(key="build").click().run()
    assert "Begins as soon as" in texts_of(app)
    queue = opened("scenarios")
    assert queue.button(key=f"queue-stop-{run.id}").label == "Stop and keep the best"
    elsewhere = opened("need", run=run.id)
    assert "is being built" in texts_of(elsewhere)
    first = opened(run=run.id)
    first.button(key=f"stop-{run.id}").click().run()
    assert session.jobs().read(run.id).state in (RunState.STOPPING, RunState.STOPPED)
    for other in session.jobs().live():
        session.jobs().stop(other.id)


@pytest.mark.parametrize(
    ("language", "title", "money"), [("de", "Lücke in Geld", r"[\d.]+\xa0€"), ("en", "Gap in money", r"€[\d,]+")]
)
def test_the_gap_over_time_is_a_curve_and_a_table(place, language, title, money):
    app = built(opened(language=language))
    app.session_state["search"] = True
    app.session_state["trace-table"] = True
    app.run()
    assert not app.exception
    alts = [chart.proto.alt for chart in app.get("vega_lite_chart")]
    assert sum(re.search(money, alt) is not None for alt in alts) == 1
    (shown,) = [h.proto.body for h in app.get("html") if title in h.proto.body]
    shares = [float(x.replace(",", ".")) for x in re.findall(r"<td>([\d.,]+)(?:\xa0)?%</td>", shown)]
    assert len(shares) > 1
    assert shares[-1] < shares[0]
    assert re.search(money, shown)


@pytest.mark.parametrize(("name", "told"), [("impossible", "contradict each other"), ("crash", "Segmentation fault")])
def test_what_stands_against_a_plan_is_told(place, team, monkeypatch, tmp_path, name, told):
    teams = tmp_path / "teams"
    shutil.copytree(team, teams / "helpdesk")
    (teams / "helpdesk" / "more-volume.toml").write_text(f'extends = "base.toml"\nname = "{name}"\n')
    monkeypatch.setenv("STAFFING_TEAMS", str(teams))
    app = opened()
    app.selectbox[0].select_index(1).run()
    app = built(app)
    assert told in texts_of(app)


def test_a_scenario_with_problems_tells_where_and_what_to_do(place, team, monkeypatch, tmp_path):
    teams = tmp_path / "teams"
    shutil.copytree(team, teams / "helpdesk")
    (teams / "helpdesk" / "more-volume.toml").write_text('extends = "base.toml"\n[target.chat]\nservice_level = 80\n')
    monkeypatch.setenv("STAFFING_TEAMS", str(teams))
    app = opened()
    app.selectbox[0].select_index(1).run()
    assert "more-volume.toml, target.chat.service\\_level" in app.error[0].value


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


def test_a_history_is_uploaded_mapped_checked_and_planned_with(place, team):
    page = opened("data")
    assert not page.exception
    assert "Contacts of each day" not in texts_of(page)
    path = str(team / "base.toml")
    rows = "Zeit;Skill;Anrufe;AHT\n2026-11-02 08:00;phone-de;10;300\n2026-11-02 08:30;Fax;12;310\n"
    page.file_uploader(key=f"upload-{path}").upload("Mein Export.csv", rows.encode(), "text/csv").run()
    assert not page.exception
    assert "What the file holds" in texts_of(page)
    page.button(key="use").click().run()
    assert not page.exception
    (made,) = (place / "scenarios" / "helpdesk").glob("*.toml")
    assert 'offered = "Anrufe"' in made.read_text()
    assert 'phone-de = "phone-de"' in made.read_text()


def test_a_history_of_unknown_queues_and_twice_named_columns_asks_which_queue_is_meant(place, team):
    page = opened("data")
    rows = "Zeit;Skill;Anrufe;AHT;AHT;\n2026-11-02 08:00;Fax;10;300;1;x\n"
    page.file_uploader(key=f"upload-{team / 'base.toml'}").upload("Fax.csv", rows.encode(), "text/csv").run()
    assert not page.exception
    assert not page.error
    assert "No name in the file belongs to a queue" in texts_of(page)
    page.selectbox(key="queue-Fax-Fax.csv").set_value("chat").run()
    assert not page.exception
    assert "column 'AHT' appears 2 times" in page.error[0].value


def test_several_files_are_one_history(place, team):
    page = opened("data")
    uploader = page.file_uploader(key=f"upload-{team / 'base.toml'}")
    head = "interval_start;queue;offered\n"
    uploader.set_value([(f"{d}.csv", f"{head}2026-11-0{d} 08:00;chat;10\n".encode(), "text/csv") for d in (2, 3)]).run()
    assert not page.exception
    assert "and one more file of the same kind" in texts_of(page)
    page.button(key="use").click().run()
    (made,) = (place / "scenarios" / "helpdesk").glob("*.toml")
    assert len(load(made).files("history")) == 2


def test_a_new_team_is_made_step_by_step(place, tmp_path):
    page = opened("data", section="new")
    assert not page.exception
    rows = "".join(f"{d}.11.2026 {h:02}:00;phone;{h};300\n" for d in range(2, 28) for h in range(8, 20))
    page.text_input(key="new-name").set_value("Our team")
    page.file_uploader(key="new-history").upload("a.csv", b"what;is\nthis;?\n", "text/csv").run()
    assert "Not found in the file: Start of the interval and Offered contacts" in texts_of(page)
    page.file_uploader(key="new-history").set_value([]).run()
    page.file_uploader(key="new-history").upload("team.csv", b"Name;Skills\nAnna;phone\n", "text/csv").run()
    assert "looks like a list of people" in texts_of(page)
    page.file_uploader(key="new-history").set_value([]).run()
    page.file_uploader(key="new-history").upload(
        "calls.csv", f"Zeit;Skill;Anrufe;AHT\n{rows}".encode(), "text/csv"
    ).run()
    assert not page.exception
    assert "From **Monday, 2 November 2026**" in texts_of(page)
    page.file_uploader(key="new-people").upload("team.csv", b"shoe size\n42\n", "text/csv").run()
    assert "no column with people" in page.error[0].value
    page.file_uploader(key="new-people").set_value(None).run()
    page.file_uploader(key="new-people").upload("team.csv", b"name,hours\nAnna,40\nBen,20\n", "text/csv").run()
    assert not page.exception
    page.button(key="create").click().run()
    assert not page.exception
    assert [a.name for a in session.people_at(place / "teams" / "our-team" / "base.toml").agents] == ["Anna", "Ben"]
    again = opened("data", section="new")
    assert not again.exception


def test_a_button_that_is_pressed_at_once_knows_what_was_typed_last(place, team):
    rows = "".join(f"{d}.11.2026 {h:02}:00;phone;{h};300\n" for d in range(2, 28) for h in range(8, 20))
    page = opened("data", section="new")
    page.file_uploader(key="new-history").upload("calls.csv", f"Zeit;Skill;Anrufe;AHT\n{rows}".encode()).run()
    page.file_uploader(key="new-people").upload("team.csv", b"name,hours\nAnna,40\n", "text/csv").run()
    page.text_input(key="new-name").set_value("Typed last")
    page.date_input(key="new-start").set_value(date(2026, 10, 1))
    page.button(key="create").click().run()
    assert not page.exception
    assert load(place / "teams" / "typed-last" / "base.toml").horizon.start == date(2026, 10, 1)
    page = opened(scenario=f"{team.name}/base")
    (name,) = [x for x in page.text_input if x.key.startswith("name-")]
    name.set_value("Typed last too")
    page.selectbox(key="seconds").set_value(10)
    page.button(key="build").click().run()
    assert not page.exception
    (run,) = session.jobs().runs()
    assert (run.request.name, run.request.seconds) == ("Typed last too", 10.0)


@pytest.mark.parametrize(
    ("content", "told"),
    [("", "empty.csv"), ("a;b\n1;2\n", "Name the columns"), ("Zeit;Anrufe\nnonsense;-3\n", "row 2")],
)
def test_an_upload_that_cannot_be_used_says_what_is_wrong(place, team, content, told):
    page = opened("data")
    page.file_uploader(key=f"upload-{team / 'base.toml'}").upload("empty.csv", content.encode(), "text/csv").run()
    assert not page.exception
    assert told in texts_of(page)


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


def test_the_calculator_answers_and_refuses(place):
    page = opened("need", view="cover")
    assert not page.metric
    page.session_state["calculator"] = True
    page.run()
    assert page.metric[0].value == "21"
    page.number_input(key="calc-patience").set_value(120).run()
    assert page.metric[4].value == "Erlang A"
    page.number_input(key="calc-chats").set_value(2).run()
    assert not page.exception
    page.number_input(key="calc-contacts").set_value(100_000)
    page.number_input(key="calc-aht").set_value(36_000).run()
    assert "erlangs" in page.error[0].value


def html_of(app: AppTest) -> str:
    return " ".join(h.proto.body for h in app.get("html"))


@pytest.mark.parametrize("language", ["de", "en"])
def test_risky_days_are_one_step_away_and_the_rota_is_put_under_stress(place, language):
    built(opened())
    page = opened("need", language, view="cover")
    assert {"de": "152 Personenstunden", "en": "of the 152 agent-hours"}[language] in html_of(page)
    assert {"de": "2 Runden", "en": "2 rounds"}[language] in texts_of(page)
    risk = next(b for b in page.button if b.key and b.key.startswith("risk-"))
    risk.click().run()
    assert page.segmented_control(key="queue").value == "phone-de"
    assert page.selectbox(key="day").value == int(risk.key.rsplit("-", 1)[1])
    page.session_state["stress"] = True
    page.run()
    page.number_input(key="stress-ill").set_value(0)
    go = next(b for b in page.button if b.label == {"de": "Erproben", "en": "Try it"}[language])
    go.click().run()
    assert {"de": "ändert sich nichts", "en": "Nothing changes"}[language] in page.info[0].value
    page.number_input(key="stress-ill").set_value(150)
    page.number_input(key="stress-volume").set_value(30)
    next(b for b in page.button if b.label == go.label).click().run()
    assert not page.exception
    assert {"de": "Punkte", "en": "points"}[language] in html_of(page)
    assert {"de": "haben nur", "en": "Only"}[language] in page.info[0].value


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_rota_is_put_under_stress_with_the_edits_that_are_kept_of_it(place, language):
    built(opened())
    (run,) = session.jobs().runs()
    page = opened("need", language, view="cover")
    page.session_state["stress"] = True
    page.run()
    told = {"de": "seit dem Bauen", "en": "since the plan was built"}[language]
    assert told not in texts_of(page)
    edited = session.store()
    board = board_of(session.plan_of(run), session.people_in(run))
    free = {cell: OFF for cell, edit in board.cells.items() if cell[1] == 0 and edit.code}
    assert free
    edited.save(edited.desk(run.id), to_json(Draft(free)), "Ada")
    page.run()
    assert not page.exception
    assert told in texts_of(page)
    go = next(b for b in page.button if b.label == {"de": "Erproben", "en": "Try it"}[language])
    page.number_input(key="stress-volume").set_value(30)
    go.click().run()
    assert {"de": "haben nur 0", "en": "Only 0"}[language] in texts_of(page)
    edited.move(edited.desk(run.id), -1)
    page.run()
    assert told not in texts_of(page)


def test_a_newcomer_is_led_to_a_first_rota_or_to_a_team_of_their_own(place):
    page = opened("data")
    assert "nothing is planned yet" in texts_of(page)
    page.button(key="first-own").click().run()
    assert not page.exception
    assert page.session_state["section"] == "new"
    rota = opened()
    assert "No rota of" in texts_of(rota)
    built(rota)
    assert "No rota of" not in texts_of(rota)
    assert "nothing is planned yet" not in texts_of(opened("data"))


def test_one_plan_cannot_be_compared_and_the_page_says_what_to_do(place):
    app = built(opened())
    page = opened("scenarios", view="compare")
    assert "it takes two to compare" in texts_of(page)
    built(app)
    page = opened("scenarios")
    assert not page.exception
    assert page.metric[0].value == page.metric[3].value  # equal plans cost the same
    first, second = (r.id for r in session.jobs().runs())
    for shown in (second, first):  # the plan that is looked at is what others are compared with
        page = opened("scenarios", view="compare", run=shown)
        assert page.selectbox(key="baseline").value == shown


def test_a_what_if_is_compared_with_the_plan_that_it_changes(place, team):
    built(opened())
    built(opened(scenario=f"{team.name}/more-volume"))
    more, base = (r.id for r in session.jobs().runs())
    page = opened("scenarios", view="compare", run=more)
    assert page.selectbox(key="baseline").value == base
    assert page.multiselect[0].value == [more]


def test_the_settings_beside_the_script_are_those_of_the_project():
    root = Path(__file__).parents[2]
    ours, packaged = (p / ".streamlit" / "config.toml" for p in (root, MAIN.parent))
    assert ours.read_text() == packaged.read_text()
    assert "gatherUsageStats = false" in ours.read_text()


@pytest.mark.parametrize("path", sorted((UI / "pages").glob("*.py")), ids=lambda p: p.stem)
def test_pages_are_thin(path):
    assert len(path.read_text().splitlines()) < 120
