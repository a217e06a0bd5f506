from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import create_engine, text

from staffing import store as module
from staffing.errors import BackendError, InputError, StaleError
from staffing.store import Desk, KeptRun, KeptScenario, Store, Version

JANUARY = date(2027, 1, 1)


def url_in(folder) -> str:
    return f"sqlite:///{(folder / 'staffing.db').as_posix()}"


@pytest.fixture
def store(tmp_path):
    return Store(url_in(tmp_path))


def test_a_store_that_is_held_or_taken_away_is_told_and_changes_nothing(store, tmp_path):
    desk = store.save(store.desk("run-1"), 1, "Kim")
    impatient = Store(f"{url_in(tmp_path)}?timeout=0")
    held = create_engine(url_in(tmp_path), connect_args={"isolation_level": None})
    with held.connect() as other:
        other.execute(text("BEGIN EXCLUSIVE"))
        with pytest.raises(BackendError, match=r"cannot be used: .*locked.* try again"):
            impatient.save(desk, 2, "Kim")
        other.execute(text("ROLLBACK"))
    held.dispose()
    assert store.desk("run-1").draft == 1
    (tmp_path / "staffing.db").unlink()
    with pytest.raises(BackendError, match="no such table"):
        store.desk("run-1")


def version(number: int = 1, **fields) -> Version:
    made = {
        "team": "helpdesk",
        "first_day": JANUARY,
        "number": number,
        "plan": "run-1",
        "name": "January",
        "scenario": "base.toml",
        "author": "Kim",
        "reason": "first draft",
        "published": 0.0,
        "roster": "agent_id,date,shift\nA001,2027-01-01,E\n",
    }
    return Version(**(made | fields))


# -- edits -------------------------------------------------------------------------------------------------


def test_a_plan_that_nobody_has_edited_stands_as_it_was_built(store):
    desk = store.desk("run-1")
    assert desk == Desk("run-1")
    assert (desk.can_undo, desk.can_redo) == (False, False)


def test_each_step_is_kept_and_can_be_undone_and_redone_after_a_restart(store, tmp_path):
    desk = store.save(store.desk("run-1"), {"a": 1}, "Kim")
    desk = store.save(desk, {"a": 2}, "Lea")
    assert (desk.draft, desk.author, desk.at, desk.steps) == ({"a": 2}, "Lea", 2, 2)
    again = Store(url_in(tmp_path))
    desk = again.move(again.desk("run-1"), -1)
    assert (desk.draft, desk.author, desk.can_undo, desk.can_redo) == ({"a": 1}, "Kim", True, True)
    desk = again.move(desk, -1)
    assert (desk.draft, desk.can_undo) == (None, False)
    assert again.move(desk, -1) == desk
    desk = again.move(again.move(desk, 1), 1)
    assert (desk.draft, desk.can_redo) == ({"a": 2}, False)
    assert again.move(desk, 1) == desk


def test_a_new_step_forgets_what_had_been_undone(store):
    desk = store.save(store.save(store.desk("run-1"), 1, "Kim"), 2, "Kim")
    desk = store.save(store.move(desk, -1), 3, "Kim")
    assert (desk.draft, desk.at, desk.steps) == (3, 2, 2)
    assert store.move(desk, -1).draft == 1


def test_a_stale_edit_is_refused_and_what_the_other_tab_saved_stays(store):
    first = second = store.save(store.desk("run-1"), {"a": 1}, "Kim")
    store.save(first, {"a": 2}, "Kim")
    with pytest.raises(StaleError, match="changed in the meantime"):
        store.save(second, {"b": 1}, "Lea")
    with pytest.raises(StaleError):
        store.move(second, -1)
    now = store.desk("run-1")
    assert (now.draft, now.steps) == ({"a": 2}, 2)
    assert store.save(now, {"b": 1}, "Lea").draft == {"b": 1}


def test_of_two_first_edits_one_is_refused(store):
    untouched = store.desk("run-1")
    store.save(untouched, 1, "Kim")
    with pytest.raises(StaleError):
        store.save(untouched, 2, "Lea")
    assert store.desk("run-1").draft == 1


def test_of_many_at_the_same_moment_exactly_one_wins_each_round(store):
    refused = []

    def edit(desk: Desk, value: int) -> None:
        try:
            store.save(desk, value, "Kim")
        except StaleError:
            refused.append(value)

    for _ in range(3):
        desk = store.desk("run-1")
        tabs = [threading.Thread(target=edit, args=(desk, i)) for i in range(4)]
        for tab in tabs:
            tab.start()
        for tab in tabs:
            tab.join()
    assert len(refused) == 9
    assert store.desk("run-1").steps == 3


def test_plans_do_not_know_of_each_other(store):
    store.save(store.desk("run-1"), 1, "Kim")
    assert store.desk("run-2") == Desk("run-2")


# -- versions ----------------------------------------------------------------------------------------------


def test_the_newest_version_is_the_official_one(store):
    assert store.official("helpdesk", JANUARY) is None
    store.publish(version())
    broken = {"agent": "A001", "date": "2027-01-02", "rule": "min_rest", "reason": "agreed with her"}
    second = store.publish(version(2, roster="agent_id,date,shift\nA001,2027-01-01,L\n", overrides=(broken,)))
    assert second.published > 0
    assert second.overrides == (broken,)
    assert store.official("helpdesk", JANUARY) == second
    assert [v.number for v in store.versions("helpdesk", JANUARY)] == [2, 1]
    assert second.table().to_dict("records") == [{"agent_id": "A001", "date": "2027-01-01", "shift": "L"}]


def test_versions_are_counted_by_team_and_horizon(store):
    store.publish(version())
    store.publish(version(team="shop"))
    store.publish(version(first_day=date(2027, 2, 1)))
    assert len(store.versions("helpdesk", JANUARY)) == 1


def test_nobody_publishes_past_somebody_else(store):
    store.publish(version())
    with pytest.raises(StaleError, match="version 1 was published"):
        store.publish(version())
    with pytest.raises(StaleError):
        store.publish(version(3))
    assert store.official("helpdesk", JANUARY).number == 1


def test_to_revert_is_to_publish_an_earlier_rota_again(store):
    first = store.publish(version())
    store.publish(version(2, roster="agent_id,date,shift\n"))
    third = store.publish(replace(first, number=3, reason="as before", reverts=1))
    assert (third.roster, third.reverts) == (first.roster, 1)
    assert store.published_plans() == {v.plan for v in store.versions("helpdesk", JANUARY)}
    assert len(store.versions("helpdesk", JANUARY)) == 3


# -- runs and scenarios ------------------------------------------------------------------------------------


def test_runs_are_remembered_once_newest_first(store):
    old, new = (KeptRun(f"run-{i}", "helpdesk", "January", "base.toml", f"runs/run-{i}", i) for i in (1.0, 2.0))
    for run in (old, new, old):
        store.keep_run(run)
    assert store.runs() == (new, old)


def test_a_scenario_is_kept_with_its_tables_and_changed_over_the_revision_it_was_read_at(store):
    made = store.keep_scenario(
        KeptScenario("helpdesk", "more.toml", "name = 'x'", {"agents.csv": "id\n"}, author="Kim")
    )
    assert (made.revision, made.tables) == (1, {"agents.csv": "id\n"})
    changed = store.keep_scenario(replace(made, text="name = 'y'"))
    assert (changed.revision, changed.text) == (2, "name = 'y'")
    with pytest.raises(StaleError, match=r"more\.toml was changed"):
        store.keep_scenario(replace(made, text="name = 'z'"))
    with pytest.raises(StaleError, match="already"):
        store.keep_scenario(KeptScenario("helpdesk", "more.toml", "name = 'z'"))
    assert store.scenario("helpdesk", "more.toml") == changed
    assert store.scenarios("shop") == ()
    assert store.scenarios() == (changed,)
    store.remove_scenario("helpdesk", "more.toml")
    assert store.scenario("helpdesk", "more.toml") is None


# -- the database ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["no url at all", "nosuchdatabase://x", "sqlite:////no/such/folder/staffing.db"])
def test_a_store_that_cannot_be_opened_says_which_and_what_to_do(url):
    with pytest.raises(InputError, match="cannot be opened") as told:
        Store(url)
    assert url in str(told.value)


def test_a_store_of_a_later_release_is_refused(store, tmp_path):
    engine = create_engine(url_in(tmp_path))
    with engine.begin() as db:
        db.execute(text("update schema_version set version = 99"))
    engine.dispose()
    with pytest.raises(InputError, match="later release"):
        Store(url_in(tmp_path))


def test_an_older_schema_is_brought_up_to_date_once(store, tmp_path, monkeypatch):
    store.save(store.desk("run-1"), 1, "Kim")
    ran = []
    monkeypatch.setattr(module, "MIGRATIONS", (lambda db: ran.append(db.execute(text("select 1")).scalar()),))
    assert Store(url_in(tmp_path)).desk("run-1").draft == 1
    Store(url_in(tmp_path))
    assert ran == [1]
