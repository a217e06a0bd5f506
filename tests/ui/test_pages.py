"""From the levers to a plan and every page of it; the browser tests drive them for real."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest

from staffing.jobs import RunRequest, RunState
from staffing.ui import session
from tests.ui.pages import MAIN, PAGES, PLANS, UI, built, opened, texts_of


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
    ("language", "before", "stopping", "after"),
    [
        ("en", "Stop", "there is no rota yet", "Stop and keep the best"),
        ("de", "Anhalten", "noch gibt es keinen Plan", "Anhalten und den Besten behalten"),
    ],
)
def test_a_stop_promises_a_rota_only_where_there_is_one(place, team, monkeypatch, language, before, stopping, after):
    reports = [{"stage": "compile", "seconds": 1.0, "fraction": 0.2}]
    monkeypatch.setenv("STAFFING_FAKE_SECONDS", "60")
    monkeypatch.setattr("staffing.jobs.Run.reports", lambda run: reports)
    run = session.jobs().start(RunRequest(str(team / "base.toml"), "January", "helpdesk"))
    until_it_runs(run)
    page = opened("rota", language, run=run.id)
    assert page.button(key=f"stop-{run.id}").label == before
    reports.append({"stage": "roster", "seconds": 2.0, "objective": 900.0})
    page.run()
    assert page.button(key=f"stop-{run.id}").label == after
    reports.pop()
    with monkeypatch.context() as patched:
        patched.setattr("staffing.jobs.Jobs.stop", lambda jobs, name: jobs._mark(name, state=RunState.STOPPING))
        page.button(key=f"stop-{run.id}").click().run()
    button = page.button(key=f"stop-{run.id}")
    assert stopping in button.label
    assert button.disabled


def until_it_runs(run) -> None:
    limit = time.monotonic() + 20
    while session.jobs().read(run.id).state is not RunState.RUNNING:
        assert time.monotonic() < limit
        time.sleep(0.02)


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


def test_an_impossible_month_is_told_person_by_person_with_the_cheapest_repair(place, team, monkeypatch, tmp_path):
    teams = tmp_path / "teams"
    shutil.copytree(team, teams / "helpdesk")
    (teams / "helpdesk" / "more-volume.toml").write_text('extends = "base.toml"\nname = "impossible"\n')
    monkeypatch.setenv("STAFFING_TEAMS", str(teams))
    app = opened(language="de")
    app.selectbox[0].select_index(1).run()
    app = built(app)
    assert "widersprechen sich" in app.error[0].value
    assert "**Anna Adler**" in texts_of(app)
    (repair,) = app.success
    assert "Mo 04.01.2027 ist mit E gesperrt" in repair.value.replace("\\", "")


@pytest.mark.parametrize(("name", "told"), [("impossible", "at most 6 days in a row"), ("crash", "Segmentation fault")])
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


def test_the_settings_beside_the_script_are_those_of_the_project():
    root = Path(__file__).parents[2]
    ours, packaged = (p / ".streamlit" / "config.toml" for p in (root, MAIN.parent))
    assert ours.read_text() == packaged.read_text()
    assert "gatherUsageStats = false" in ours.read_text()


@pytest.mark.parametrize("path", sorted((UI / "pages").glob("*.py")), ids=lambda p: p.stem)
def test_pages_are_thin(path):
    assert len(path.read_text().splitlines()) < 120
