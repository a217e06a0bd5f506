"""A change of a team's tables and settings: checked before anything is written, saved whole or as a new scenario."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pandas as pd
import tomlkit

from staffing.errors import InputError, Problem, Problems
from staffing.forecast.tables import read_adjustments, read_events
from staffing.inputs import read_people
from staffing.scenario import Scenario, load
from staffing.ui.vm.levers import Tree, save_what_if, toml_value
from staffing.ui.vm.tables import TABLES, as_csv

Key = tuple[str, ...]
PLAIN = (".csv", ".txt", ".tsv")
"""Files that are written in place; tables in others (workbooks, archives) are written beside them."""


@dataclass(frozen=True)
class TeamEdit:
    """What is to change in a scenario.

    Attributes
    ----------
    tables
        Key of ``[tables]`` -> the whole table as CSV.
    tree
        Settings as a scenario file states them, only those that change; a list ``shift`` is merged by code.
    removed
        Settings to be taken out, such as ``("contract", "part")`` or ``("shift", "L")``.
    """

    tables: Mapping[str, str] = field(default_factory=dict)
    tree: Tree = field(default_factory=dict)
    removed: tuple[Key, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tables or self.tree or self.removed)


def table_edit(name: str, rows: pd.DataFrame) -> TeamEdit:
    """Rows of a table as a change.

    Raises
    ------
    InputError
        Where no row is left of a table that must have one.
    """
    if rows.empty and not TABLES[name].rowless:
        raise InputError([Problem(f"{name}.csv", "no row is left", "keep at least one, or discard the changes")])
    return TeamEdit(tables={name: as_csv(rows, blank_rows=True).decode("utf-8-sig")})


def check(path: Path, edit: TeamEdit) -> tuple[Problem, ...]:
    """Everything that would be wrong with the scenario after the change; nothing is written."""
    try:
        text = with_settings(path.read_text(encoding="utf-8-sig"), edit)
    except InputError as error:
        return error.problems
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with tempfile.TemporaryDirectory() as folder:
        for name, table in edit.tables.items():
            (Path(folder) / f"{name}.csv").write_text(table, encoding="utf-8")
        paths = {name: str(Path(folder) / f"{name}.csv") for name in edit.tables}
        try:
            beside.write_text(text, encoding="utf-8")
            _read(load(beside, {"tables": paths} if paths else None))
        except InputError as error:
            return tuple(Problem(p.where.replace(beside.name, path.name), p.what, p.todo) for p in error.problems)
        finally:
            beside.unlink(missing_ok=True)
    return ()


def _read(scenario: Scenario) -> None:
    """Read every table that is edited; the history is not looked at."""
    found = Problems()
    with found.collecting():
        read_people(scenario)
    with found.collecting():
        read_events(scenario.files("events"), scenario.queues)
    with found.collecting():
        read_adjustments(scenario.files("adjustments"), scenario.queues)
    found.raise_if_any()


def save(path: Path, edit: TeamEdit, kept: Path) -> None:
    """Write the change into the scenario's own file and tables.

    A table that the scenario states itself, alone in a text file, is replaced there. Where it takes the table from the
    scenario it extends, or from a workbook, the table is written beside the scenario, which from then on names it.

    Parameters
    ----------
    path
        The scenario's file.
    edit
        The change; checked before.
    kept
        Folder for the files as they were.
    """
    text = path.read_text(encoding="utf-8-sig")
    stated = tomllib.loads(text).get("tables", {})
    files: dict[Path, str] = {}
    named: dict[str, str] = {}
    for name, table in edit.tables.items():
        own = stated.get(name)
        if isinstance(own, str) and own.lower().endswith(PLAIN):
            files[(path.parent / own).resolve()] = table
            continue
        place = _free(path.parent / "tables", name if "extends" not in tomllib.loads(text) else f"{path.stem}-{name}")
        files[place] = table
        named[name] = place.relative_to(path.parent).as_posix()
    tree = {**edit.tree, **({"tables": named} if named else {})}
    if tree or edit.removed:
        files[path] = with_settings(text, TeamEdit(tree=tree, removed=edit.removed))
    replace_files(files, kept)


def _free(folder: Path, stem: str) -> Path:
    names = [f"{stem}.csv", *(f"{stem}-{n}.csv" for n in range(2, 1000))]
    return next(folder / n for n in names if not (folder / n).exists())


def replace_files(files: Mapping[Path, str], kept: Path) -> None:
    """Write files so that each is whole, and all are written beside before the first is replaced; keep what was there."""
    stamp = kept / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
    beside = {}
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            stamp.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, stamp / path.name)
        beside[path] = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        beside[path].write_text(text, encoding="utf-8")
    for path, new in beside.items():
        new.replace(path)


def save_as(folder: Path, name: str, path: Path, edit: TeamEdit) -> Path:
    """Make a scenario that extends this one and states only the change.

    Raises
    ------
    InputError
        Where something is to be taken out, which an extension cannot say.
    """
    if edit.removed or _empties(edit.tree):
        what = ", ".join(".".join(k) for k in edit.removed) or "a value"
        raise InputError([Problem(path.name, f"a new scenario cannot take out {what}", "save the change in this one")])
    return save_what_if(folder, name, path, [], tables=edit.tables, more=edit.tree)


def _empties(tree: Any) -> bool:
    """Whether a setting is to be left empty."""
    inside = tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, list) else ()
    return tree is None or any(map(_empties, inside))


def with_settings(text: str, edit: TeamEdit) -> str:
    """The text of a scenario file with settings changed; comments and order stay as they are.

    Examples
    --------
    >>> print(with_settings('a = 1 # one', TeamEdit(tree={"law": {"max_daily_hours": 9.0}})))
    a = 1 # one
    [law]
    max_daily_hours = 9.0
    <BLANKLINE>
    """
    document = tomlkit.parse(text)
    extends = "extends" in document
    for key in edit.removed:
        _remove(document, key, extends)
    _merge(document, edit.tree, extends)
    return tomlkit.dumps(document)


def _merge(table: Any, tree: Mapping[str, Any], extends: bool) -> None:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            if key not in table:
                table[key] = tomlkit.table()
            _merge(table[key], value, extends)
        elif key == "shift" and isinstance(value, Sequence):
            _merge_shifts(table, value, extends)
        elif value is None:
            if extends and key not in table:
                what = "cannot be left empty: the scenario that this one extends states it"
                raise InputError([Problem(key, what, "change it there, or write the value it stands for")])
            table.pop(key, None)
        else:
            table[key] = _item(value)


def _merge_shifts(table: Any, entries: Sequence[Mapping[str, Any]], extends: bool) -> None:
    if "shift" not in table:
        table["shift"] = tomlkit.aot()
    there = {str(s["code"]): s for s in table["shift"]}
    for entry in entries:
        if str(entry["code"]) in there:
            _merge(there[str(entry["code"])], entry, extends)
        else:
            new = tomlkit.table()
            _merge(new, entry, extends)
            table["shift"].append(new)


def _item(value: Any) -> Any:
    """A value as its file writes it; lists of tables stay on one line."""
    return tomlkit.value(toml_value(value))


def _remove(document: Any, key: Key, extends: bool) -> None:
    section, name = key
    holder = document.get(section)
    if section == "shift":
        places = [i for i, s in enumerate(cast(list[Any], holder or [])) if str(s["code"]) == name]
        if places:
            del document["shift"][places[0]]
            return
    elif holder is not None and name in holder:
        del holder[name]
        return
    told = "it stands in the scenario that this one extends" if extends else "it is not there"
    raise InputError([Problem(f"{section} {name}", f"cannot be taken out: {told}", "take it out there")])
