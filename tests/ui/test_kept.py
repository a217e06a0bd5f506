"""Scenarios go into the store and come back as files."""

from __future__ import annotations

from staffing.store import Store
from staffing.ui.kept import keep, restore


def test_a_scenario_with_its_tables_is_kept_once_per_change_and_restored_where_it_is_missing(tmp_path):
    store = Store(f"sqlite:///{(tmp_path / 'staffing.db').as_posix()}")
    folder = tmp_path / "scenarios" / "helpdesk"
    folder.mkdir(parents=True)
    path, table = folder / "more.toml", folder / "more.agents.csv"
    path.write_text("name = 'more'\n", encoding="utf-8")
    table.write_text("agent_id\nA001\n", encoding="utf-8")
    (folder / "more-2.toml").write_text("name = 'another'\n", encoding="utf-8")
    keep(store, path, "Kim")
    keep(store, path, "Kim")
    (first,) = store.scenarios("helpdesk")
    assert (first.revision, first.author, dict(first.tables)) == (1, "Kim", {"more.agents.csv": "agent_id\nA001\n"})
    path.write_text("name = 'most'\n", encoding="utf-8")
    keep(store, path, "Lea")
    assert store.scenario("helpdesk", "more.toml").revision == 2
    table.unlink()
    path.write_text("name = 'edited by hand'\n", encoding="utf-8")
    restore(store, tmp_path / "scenarios")
    assert table.read_text(encoding="utf-8") == "agent_id\nA001\n"
    assert path.read_text(encoding="utf-8") == "name = 'edited by hand'\n"
    restore(store, tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / "helpdesk" / "more.toml").read_text(encoding="utf-8") == "name = 'most'\n"
