"""Plans beside each other, and the rota under stress."""

from __future__ import annotations

import pytest

from staffing.store import Store
from staffing.ui import session
from staffing.ui.vm.board import board_of
from staffing.ui.vm.editing import OFF, Draft, to_json
from tests.ui.pages import built, html_of, opened, texts_of


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


def test_a_plan_is_removed_and_brought_back_and_another_is_looked_at_meanwhile(place):
    app = built(opened())
    built(app)
    newest, oldest = (r.id for r in session.jobs().runs())
    page = opened("scenarios", view="plans", run=newest)
    assert "promises kept" in texts_of(page)
    page.button(key=f"remove-{newest}").click().run()
    assert not page.exception
    assert [r.id for r in session.jobs().runs()] == [oldest]
    assert page.session_state["run"] == oldest
    assert "One removed plan" in [e.label for e in page.expander]
    page.button(key=f"back-{newest}").click().run()
    assert not page.exception
    assert [r.id for r in session.jobs().runs()] == [newest, oldest]


def test_the_last_plan_can_be_removed_and_a_published_one_stays(place, monkeypatch):
    built(opened())
    (run,) = session.jobs().runs()
    with monkeypatch.context() as patched:
        patched.setattr(Store, "published_plans", lambda store: frozenset({run.id}))
        page = opened("scenarios", "de", view="plans")
        assert page.button(key=f"remove-{run.id}").disabled
        assert "veröffentlicht" in texts_of(page)
    page = opened("scenarios", view="plans")
    page.button(key=f"remove-{run.id}").click().run()
    assert not page.exception
    assert session.jobs().runs() == []
    for name in ("scenarios", "rota", "need", "export"):
        assert not opened(name, run=run.id).exception


def test_a_what_if_is_removed_once_nothing_is_made_from_it_and_its_files_are_kept(place):
    page = opened("scenarios", view="what-if")
    page.number_input(key=next(n.key for n in page.number_input if n.key.startswith("volume-"))).set_value(20).run()
    built(page, "build-what-if")
    (run,) = session.jobs().runs()
    page = opened("scenarios", view="plans", run=run.id)
    (forget,) = (b.key for b in page.button if b.key.startswith("forget-"))
    assert page.button(key=forget).disabled
    page.button(key=f"remove-{run.id}").click().run()
    assert not page.button(key=forget).disabled
    page.button(key=forget).click().run()
    assert not page.exception
    assert session.store().scenarios() == ()
    assert not any(s.own for team in session.teams() for s in team.scenarios)
    kept = [p.name for p in (place / "former").rglob("*.toml")]
    assert len(kept) == 1
