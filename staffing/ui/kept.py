"""Scenarios made in the app, in the store and as the files that everything else reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from staffing.store import KeptScenario, Store


def keep(store: Store, path: Path, author: str) -> None:
    """Keep a scenario file with the tables beside it as it is now; the folder is named for its team."""
    team, text = path.parent.name, path.read_text(encoding="utf-8")
    beside = sorted(p for p in path.parent.glob(f"{path.stem}.*.csv"))
    tables = {p.name: p.read_text(encoding="utf-8") for p in beside}
    there = store.scenario(team, path.name) or KeptScenario(team, path.name, "")
    if (there.text, dict(there.tables)) != (text, tables):
        store.keep_scenario(replace(there, text=text, tables=tables, author=author))


def restore(store: Store, folder: Path) -> None:
    """Write the files of kept scenarios that are missing, each team in a folder of its own; what is there stays."""
    for scenario in store.scenarios():
        for name, text in ({scenario.file: scenario.text} | dict(scenario.tables)).items():
            path = folder / scenario.team / name
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
