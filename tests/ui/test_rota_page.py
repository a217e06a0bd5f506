"""The Rota page, drawn in this process against the fake worker: edits, overrides, re-planning, publishing."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import streamlit as st

from staffing import plan, report
from staffing.errors import StaleError
from staffing.export.text import csv_bytes
from staffing.jobs import Run, RunRequest, RunState
from staffing.roster.standing import stand
from staffing.scenario import load
from staffing.ui import session
from staffing.ui.export.export_choice import EDITED
from staffing.ui.need import demand
from staffing.ui.rota import drafts, editor, matrix_view, questions
from staffing.ui.texts import Texts
from staffing.ui.vm.board import board_of, judge
from staffing.ui.vm.editing import OFF, Draft, Edit, excused, from_json, to_json
from tests.ui.pages import opened, texts_of
from tests.ui.team import write_team

FIRST = date(2027, 1, 1)


@pytest.fixture
def run(tmp_path, team, worker, monkeypatch):
    """A finished plan in a home of its own."""
    monkeypatch.setenv("STAFFING_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STAFFING_TEAMS", str(team.parent))
    monkeypatch.setenv("STAFFING_COMMAND", " ".join(worker))
    monkeypatch.setenv("STAFFING_FAKE_SECONDS", "0.1")
    run = session.jobs().start(RunRequest(str(team / "base.toml"), "January", team.name))
    settled(run)
    yield session.jobs().read(run.id)
    session.jobs().close()
    session.questions().close()
    session._jobs.clear()
    session._store.clear()


def settled(run: Run) -> None:
    limit = time.monotonic() + 30
    keepers = (session.jobs(), session.questions())
    while any(keeper.live() for keeper in keepers):
        assert time.monotonic() < limit, run
        time.sleep(0.05)


def kept(run: Run, draft: Draft) -> None:
    """An edit of another window."""
    store = session.store()
    store.save(store.desk(run.id), to_json(draft), "Kim")


def edit_page(run: Run, language: str = "en", pane: str = ""):
    page = opened("rota", language, run=run.id)
    if pane:
        page.session_state["pane"] = pane
    page.toggle(key="editing").set_value(True).run()
    assert not page.exception
    return page


def figure(page, label: str) -> str:
    return {m.label: m.value for m in page.metric}[label]


NIGHTS = Draft({("A001", 0): Edit("L", True), ("A001", 1): Edit("E", False)})


def test_edits_are_kept_undone_and_planned_again_around_their_locks(run):
    kept(run, NIGHTS)
    page = edit_page(run)
    assert figure(page, "Cells changed") == "2"
    assert "Saved: Kim" in "".join(c.value for c in page.caption)
    assert (
        "too little rest between shifts (10.5 h of rest before the shift at 2 Jan 07\\:00, at least 11 h are due)"
        in page.warning[0].value
    )
    assert page.button(key="check").disabled
    page.button(key="discard").click().run()
    assert figure(page, "Cells changed") == "0"
    assert page.button(key="discard").disabled
    page.button(key="undo").click().run()
    page.button(key="undo").click().run()
    assert figure(page, "Cells changed") == "0"
    page.button(key="redo").click().run()
    assert figure(page, "Cells changed") == "2"
    page.button(key="rebuild").click().run()
    assert not page.exception
    settled(run)
    newest = session.jobs().runs()[0]
    assert (newest.request.name, newest.state) == ("January, around locks", RunState.DONE)
    assert [k.shift for k in session.people_of(newest).locks] == ["L"]
    assert session.store().runs()[0].id == newest.id
    german = edit_page(run, "de")
    assert "zu kurze Ruhezeit" in german.warning[0].value


def test_the_day_shows_a_queues_service_and_says_where_it_is_that_of_before_the_edits(run):
    board = board_of(session.plan_of(run), session.people_in(run))
    day = next(day for (_, day), edit in board.cells.items() if edit.code)
    page = opened("rota", run=run.id)
    page.session_state["day"] = day
    page.run()
    assert len(page.get("vega_lite_chart")) == 1
    page.segmented_control(key="day-queue").set_value("phone-de").run()
    assert len(page.get("vega_lite_chart")) == 2
    assert "Simulated. Service level" in texts_of(page)
    kept(run, Draft({cell: OFF for cell, edit in board.cells.items() if cell[1] == day and edit.code}))
    page.run()
    assert not page.exception
    assert "changed since" in texts_of(page)


def test_a_step_over_somebody_else_s_is_refused_and_told(run):
    kept(run, Draft({("A001", 0): Edit("L", True)}))
    page = edit_page(run)
    kept(run, NIGHTS)
    page.button(key="undo").click().run()  # this window has not seen the second edit
    assert not page.exception
    assert "changed this rota in another window" in page.warning[0].value
    assert figure(page, "Cells changed") == "2"
    page.button(key="undo").click().run()
    assert figure(page, "Cells changed") == "1"
    assert "another window" not in "".join(w.value for w in page.warning)


def test_the_store_refuses_what_was_made_from_an_older_state(run):
    store = session.store()
    before = store.desk(run.id)
    kept(run, NIGHTS)
    with pytest.raises(StaleError):
        store.save(before, to_json(Draft()), "Lea")
    assert from_json(store.desk(run.id).draft) == NIGHTS


def test_a_broken_rule_is_allowed_with_a_reason_that_can_be_taken_back(run):
    kept(run, NIGHTS)
    page = edit_page(run)
    before = int(figure(page, "Rules broken").removeprefix("✗ "))
    assert page.button(key="allow").disabled
    page.text_input(key="excuse").set_value("agreed").run()
    page.text_input(key="excuse").set_value("agreed on Monday")
    page.button(key="allow").click().run()  # what was typed last is the reason
    assert not page.exception
    assert int(figure(page, "Rules broken").removeprefix("✗ ")) == before - 1
    assert "Allowed: agreed on Monday" in texts_of(page)
    page.button(key="back-0").click().run()
    assert int(figure(page, "Rules broken").removeprefix("✗ ")) == before
    page.selectbox(key="broken").set_value(-1).run()
    page.text_input(key="excuse").set_value("a test team").run()
    page.button(key="allow").click().run()
    assert figure(page, "Rules broken") == "✓ 0"
    assert f"and {before - 30} more" in "".join(c.value for c in page.caption)


def test_alternatives_around_locks_are_listed_and_one_is_used(run):
    kept(run, Draft({("A001", 0): Edit("L", True)}))
    page = edit_page(run, pane="replan")
    assert "1 cell is locked" in texts_of(page)
    page.button(key="replan").click().run()
    settled(run)
    page.run()
    assert not page.exception
    assert "1 change" in texts_of(page)
    assert "Anna Adler" in texts_of(page)
    page.button(key="replan-use-1").click().run()
    assert not page.exception
    assert from_json(session.store().desk(run.id).draft).edits == {("A001", 0): Edit("", True)}
    assert page.session_state["pane"] == "day"


def test_a_need_that_has_moved_since_the_plan_is_told_and_planned_around(run, tmp_path, monkeypatch):
    own = write_team(tmp_path / "own", name="own")
    monkeypatch.setenv("STAFFING_TEAMS", str(own.parent))
    base = own / "base.toml"
    now = plan.size(load(base)).requirement
    made = session.jobs().start(RunRequest(str(base), "January", "own"))
    settled(made)
    # as a real run writes it: the need the plan was built for
    (made.out / "requirement.csv").write_bytes(csv_bytes(report.requirement_table(now)))
    page = edit_page(made, pane="replan")
    assert "replan-moved" not in [b.key for b in page.button]
    assert demand.moved_of(session.jobs().read(made.id)) is None

    base.write_text(base.read_text() + "\n[demand.scale]\nphone-de = 3.0\n")
    page.run()
    assert not page.exception
    moved = demand.moved_of(session.jobs().read(made.id))
    assert moved is not None
    assert (moved.hours > 0).all()
    assert f"The need has moved on {len(moved.days)} days" in texts_of(page)
    both_needs_are_told(made, page, moved)
    page.button(key="replan-moved").click().run()
    settled(made)
    page.run()
    assert not page.exception
    (question,) = session.questions().runs()
    assert question.request.arguments[1:-2] == ("--moved", *(day.isoformat() for day in moved.days))
    judged = drafts.judged(made)
    dearer = stand(moved.problem, judged.roster).price
    assert dearer > judged.standing.price
    assert f"{Texts('en').money(1_000.0 - dearer, 'EUR', signed=True)}" in texts_of(page).replace("\\", "")
    page.button(key="replan-moved-use-1").click().run()
    assert not page.exception
    assert from_json(session.store().desk(made.id).draft).edits


def both_needs_are_told(made: Run, page, moved) -> None:
    """Above the rota with its figures; on pages without it the way there."""
    judged = drafts.judged(made)
    (told,) = [h.proto.body for h in page.get("html") if "For the need of today" in h.proto.body]
    for problem, standing in (
        (judged.board.problem, judged.standing),
        (moved.problem, stand(moved.problem, judged.roster)),
    ):
        needed = float((problem.required * problem.grid.hours).sum())
        for hours in (needed, standing.coverage.understaffed_hours, standing.coverage.overstaffed_hours):
            assert Texts("en").hours(hours, 1) in told
    for name, query in (("need", {"view": "cover"}), ("export", {})):
        for language, words in (("en", "belong to the need"), ("de", "gelten für den Bedarf")):
            assert words in texts_of(opened(name, language, run=made.id, **query))


def test_figures_for_a_need_that_has_moved_are_brought_up_to_date_with_one_press(run, tmp_path, monkeypatch):
    own = write_team(tmp_path / "own", name="own")
    monkeypatch.setenv("STAFFING_TEAMS", str(own.parent))
    base, what_if = own / "base.toml", own / "more-volume.toml"
    made = session.jobs().start(RunRequest(str(what_if), "Busier", "own"))
    settled(made)
    now = plan.size(load(what_if)).requirement
    (made.out / "requirement.csv").write_bytes(csv_bytes(report.requirement_table(now)))
    page = opened("rota", run=made.id)
    assert "bring-up-to-date" not in [b.key for b in page.button]
    base.write_text(base.read_text().replace("service_level = 0.80", "service_level = 0.95"))  # the base it extends
    page.run()
    assert not page.exception
    button = page.button(key="bring-up-to-date")
    assert button.disabled == bool(drafts.judged(made).standing.violations)
    page.button(key="to-replan").click().run()
    assert "replan-moved" in [b.key for b in page.button]
    editor.build_again(Texts("en"), made, everything=True)
    settled(made)
    newest = session.jobs().runs()[0]
    assert newest.id != made.id
    page = opened("rota", run=newest.id)
    assert not page.exception
    assert "bring-up-to-date" not in [b.key for b in page.button]


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_rules_are_priced_with_what_is_proven(run, language):
    page = opened("rota", language, run=run.id)
    page.session_state["pane"] = "prices"
    page.run()
    page.button(key="price-rules").click().run()
    settled(run)
    page.run()
    assert not page.exception
    (question,) = session.questions().runs()
    assert (question.request.command, question.request.seconds, question.state) == ("price", 5.0, RunState.DONE)
    told = "\n".join(h.proto.body for h in page.get("html"))
    assert {"en": "at least 11 hours of rest", "de": "mindestens 11 Stunden Ruhe"}[language] in told
    assert {"en": "€412", "de": "412\xa0€"}[language] in told
    assert {"en": "€100 to €900", "de": "100\xa0€ bis 900\xa0€"}[language] in told
    assert {"en": "at least €100<", "de": "mindestens 100\xa0€<"}[language] in told
    assert {"en": "rotation says", "de": "in einem Wechsel"}[language] in texts_of(page)  # costs nothing here


def test_pricing_rules_can_be_stopped_and_keeps_what_was_found(run, monkeypatch):
    monkeypatch.setenv("STAFFING_FAKE_SECONDS", "60")
    page = opened("rota", run=run.id)
    page.session_state["pane"] = "prices"
    page.run()
    page.button(key="price-rules").click().run()
    (question,) = session.questions().runs()
    limit = time.monotonic() + 30
    while not question.reports():
        assert time.monotonic() < limit
        time.sleep(0.05)
    page.run()
    page.button(key=f"stop-{question.id}").click().run()
    settled(run)
    page.run()
    assert not page.exception
    assert session.questions().read(question.id).state is RunState.STOPPED
    assert "rules searched so far" in texts_of(page)
    assert not page.button(key="price-rules").disabled


def test_a_shift_is_explained_and_handed_over(run):
    board = drafts.board(run)
    cell = next(c for c in board.cells if c[1] == 3)
    page = opened("rota", run=run.id)
    page.session_state["pane"], page.session_state["cell"] = "cell", cell
    page.toggle(key="editing").set_value(True).run()
    page.button(key="why").click().run()
    settled(run)
    page.run()
    assert not page.exception
    assert "Any other choice found nearby costs €124 more" in texts_of(page)
    page.button(key="wish").click().run()
    settled(run)
    page.run()
    assert "To grant it costs €124 more" in texts_of(page)
    give = next(b for b in page.button if str(b.key).startswith("give-"))
    give.click().run()
    draft = from_json(session.store().desk(run.id).draft)
    assert draft.edits[cell] == Edit("", False)
    assert draft.edits[give.key.removeprefix("give-"), 3].code == board.cells[cell].code
    page.session_state["cell"] = None
    page.run()
    assert "Choose a cell" in texts_of(page)


def test_a_rota_is_published_changed_published_again_compared_and_reverted(run):
    draft = Draft()
    for v in judge(drafts.board(run), draft).conflicts:
        agent = drafts.board(run).problem.agents[v.agent].id
        draft = excused(draft, (agent, v.day, v.rule), "the test team is small")
    kept(run, draft)
    page = edit_page(run, pane="versions")
    assert "Nothing has been published" in texts_of(page)
    page.text_input(key="author").set_value("Lea").run()
    page.text_input(key="publish-why").set_value("first").run()
    page.button(key="publish").click().run()
    assert not page.exception
    first = session.store().official("helpdesk", FIRST)
    assert (first.number, first.author, first.reason, first.plan) == (1, "Lea", "first", run.id)
    assert first.overrides[0]["reason"] == "the test team is small"
    assert page.button(key="publish").disabled  # nothing has changed since
    page = opened("export", run=run.id)
    (what,) = [x for x in page.selectbox if x.label == "What to export"]
    assert what.value == 1
    assert "edited after this version" not in texts_of(page)
    page = edit_page(run, pane="versions")
    kept(run, replace(draft, edits={("A001", 0): Edit("L", False)}))
    page.run()
    assert "1 change against version 1" in texts_of(page)
    page = opened("export", run=run.id)
    assert "One day was edited after this version was published" in texts_of(page)
    (what,) = [x for x in page.selectbox if x.label == "What to export"]
    assert what.options[1:] == ["January, with one cell edited by hand", "January, as it was built"]
    page = edit_page(run, pane="versions")
    kept_conflicts = drafts.judged(run).conflicts
    for v in kept_conflicts:
        agent = drafts.board(run).problem.agents[v.agent].id
        draft = excused(draft, (agent, v.day, v.rule), "so")
    kept(run, replace(draft, edits={("A001", 0): Edit("L", False)}))
    page.run()
    page.button(key="publish").click().run()
    assert session.store().official("helpdesk", FIRST).number == 2
    page.selectbox(key="older-2").set_value(1).run()
    page.selectbox(key="newer-2").set_value(2).run()
    assert "→ L 12:00-20:30" in texts_of(page).replace("\\", "")
    page.button(key="revert").click().run()
    assert not page.exception
    third = session.store().official("helpdesk", FIRST)
    assert (third.number, third.reverts, third.roster) == (3, 1, first.roster)


def test_a_store_that_was_taken_away_is_told_in_place_of_the_rota_and_may_come_back(run, tmp_path):
    page = edit_page(run)
    store = tmp_path / "home" / "staffing.db"
    kept = store.read_bytes()
    store.unlink()
    page.run()
    assert not page.exception
    assert "cannot be used" in page.error[0].value
    store.write_bytes(kept)
    page.button(key="try-again").click().run()
    assert not page.exception
    assert not page.error
    assert page.toggle(key="editing")


def test_edits_are_exported_unless_the_planner_wants_the_plan_as_it_was_built(run):
    (what,) = [x for x in opened("export", run=run.id).selectbox if x.label == "What to export"] or [None]
    assert what is None
    kept(run, NIGHTS)
    page = opened("export", run=run.id)
    assert not page.exception
    (what,) = [x for x in page.selectbox if x.label == "What to export"]
    assert (what.value, what.options[0]) == (EDITED, "January, with 2 cells edited by hand")
    assert not [b for b in page.get("download_button") if "report" in str(b.proto.id)]


def test_new_builds_stay_near_what_was_published_and_the_next_month_begins_with_it(run):
    draft = Draft()
    for v in judge(drafts.board(run), draft).conflicts:
        agent = drafts.board(run).problem.agents[v.agent].id
        draft = excused(draft, (agent, v.day, v.rule), "the test team is small")
    kept(run, draft)
    page = edit_page(run, pane="versions")
    page.button(key="publish").click().run()
    page.number_input(key="near-helpdesk-2027-01-01").set_value(15.0).run()
    page.button(key="build").click().run()
    assert not page.exception
    settled(run)
    built = session.jobs().runs()[0]
    assert built.id != run.id
    assert (built.request.change, built.state) == (15.0, RunState.DONE)
    problem = drafts.board(built).problem
    assert problem.prices.change == 15.0
    assert len(problem.published) == len(drafts.board(run).plan.roster)
    again = editor.as_scenario(built, drafts.judged(built), "again", session.own_scenarios() / "x", everything=False)
    assert session.people_at(again).published == problem.published
    page = edit_page(run, pane="versions")
    page.button(key="next-month").click().run()
    assert not page.exception
    path = Path(page.session_state["scenario"])
    assert load(path).name == "Fri 15 Jan – Thu 28 Jan"
    made = session.people_at(path)
    assert (made.grid.start, made.grid.days) == (date(2027, 1, 15), 14)
    assert len(made.past) == len(problem.published)
    assert {entry.agent for entry in made.ledger} == {agent.id for agent in made.agents}
    assert made.published == ()


def test_somebody_else_s_version_is_shown_before_one_is_published_over_it(run):
    page = edit_page(run, pane="versions")
    page.session_state["stale-version"] = True
    page.run()
    assert "published in the meantime" in "".join(w.value for w in page.warning)


# -- what the matrix sends -----------------------------------------------------------------------------------


def sends(monkeypatch, **value: object) -> dict[str, object]:
    """A session in which the matrix has just sent this."""
    state: dict[str, object] = {"matrix": value}
    monkeypatch.setattr(st, "session_state", state)
    return state


def test_keys_set_cells_and_a_swap_exchanges_two(run, monkeypatch):
    board = drafts.board(run)
    sends(monkeypatch, edits=[{"agent": "A001", "day": 0, "code": "L", "locked": True}])
    editor.typed(run)
    draft = from_json(session.store().desk(run.id).draft)
    assert draft.edits == {("A001", 0): Edit("L", True)}
    (one, first), (other, second) = [(c, e) for c, e in board.cells.items() if c[1] == 3 and c[0] != "A001"][:2]
    pair = [{"agent": a, "day": d} for a, d in (one, other)]
    sends(monkeypatch, swap=pair)
    editor.swap(run)
    sends(monkeypatch, swap=[pair[0], {"agent": "nobody", "day": 3}])
    editor.swap(run)
    draft = from_json(session.store().desk(run.id).draft)
    now = [draft.edits.get(c, board.cells[c]).code for c in (one, other)]
    assert now == [second.code, first.code]


def test_a_click_chooses_the_day_and_the_cell(run, monkeypatch):
    state = sends(monkeypatch, pick={"agent": "A002", "day": 5})
    matrix_view._picked()
    assert (state["day"], state["cell"]) == (5, ("A002", 5))
    state["matrix"] = {"day": 7}
    matrix_view._picked()
    assert (state["day"], state["cell"]) == (7, ("A002", 5))
    state["matrix"] = {}
    matrix_view._picked()
    assert state["day"] == 7


def test_the_menu_of_a_cell_asks_why_who_and_keeps_a_wish(run, monkeypatch):
    judged = judge(drafts.board(run), Draft())
    state = sends(monkeypatch, ask={"what": "why", "agent": "A001", "day": 4})
    matrix_view._asked(run, judged)
    assert (state["pane"], state["cell"], state["day"]) == ("cell", ("A001", 4), 4)
    matrix_view._asked(run, judged)  # asked once, answered once
    assert len(session.questions().runs()) == 1
    (asked,) = (session.home() / "asked" / run.id).iterdir()
    assert asked.name == "0"
    state["matrix"] = {"ask": {"what": "wish", "agent": "A001", "day": 4, "wish": "off"}}
    matrix_view._asked(run, judged)
    assert from_json(session.store().desk(run.id).draft).wishes == {("A001", 4): "off"}
    state["matrix"] = {"ask": {"what": "who", "agent": "nobody", "day": 4}}
    matrix_view._asked(run, judged)
    assert state["cell"] == ("A001", 4)
    settled(run)
    state["matrix"] = {"ask": {"what": "why", "agent": "A001", "day": 4}}
    monkeypatch.setattr(questions, "MOST_KEPT", 0)
    matrix_view._asked(run, judged)
    settled(run)
    assert len(session.questions().runs()) == 1  # what was asked about earlier edits is forgotten
    assert [p.name for p in (session.home() / "asked" / run.id).iterdir()] == ["1"]


def test_a_question_that_broke_tells_why(run, monkeypatch):
    monkeypatch.setenv("STAFFING_COMMAND", "false")
    session._jobs.clear()
    page = edit_page(run, pane="replan")
    page.button(key="replan").click().run()
    settled(run)
    page.run()
    assert not page.exception
    assert page.error
