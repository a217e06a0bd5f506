"""Contracts, shift types and limits as tables that can be edited, and back as settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from staffing.errors import InputError, Problem
from staffing.roster.problem import Contract, Law, ShiftType
from staffing.scenario import Scenario
from staffing.ui.vm.settings_cells import (
    PLAIN,
    CellKind,
    Kinds,
    Writing,
    as_plain,
    default_of,
    kinds_of,
    read,
    shown,
)
from staffing.ui.vm.team_edits import TeamEdit

CONTRACTS: Kinds = {"contract": CellKind.TEXT, **kinds_of(Contract)}
"""Columns of the table of contracts; the first names the row."""
_SHIFT_KINDS = kinds_of(ShiftType)
SHIFTS: Kinds = {
    name: _SHIFT_KINDS[name]
    for name in (*("code", "name", "start", "latest_start", "start_step_minutes", "hours", "breaks"), *_SHIFT_KINDS)
}
"""Columns of the table of shift types, those looked at first in front; the first names the row."""
LAW = kinds_of(Law)
_CALLED: Mapping[type[Any], str] = {Contract: "contract", ShiftType: "shift"}


# -- contracts -----------------------------------------------------------------------------------------------


def contracts(scenario: Scenario, writing: Writing = PLAIN) -> pd.DataFrame:
    """One row per contract: ``contract``, then its fields as cells; `shifts` is empty for all."""
    rows = [[name, *_cells(c, list(CONTRACTS)[1:], CONTRACTS, writing)] for name, c in scenario.contract.items()]
    return as_table(rows, CONTRACTS)


def contracts_edit(before: pd.DataFrame, after: pd.DataFrame) -> TeamEdit:
    """What changed from one table of contracts to another.

    Raises
    ------
    InputError
        With every cell that cannot be read, and rows without a name or with one that is there twice.
    """
    changed, removed = _changes(before, after, Contract, CONTRACTS)
    for entry in changed.values():
        if entry.get("shifts") == []:
            # an extension cannot take a list away, but it can name every shift type
            entry["shifts"] = None
    tree = {"contract": changed} if changed else {}
    return TeamEdit(tree=tree, removed=tuple(("contract", name) for name in removed))


# -- shift types ---------------------------------------------------------------------------------------------


def shifts(scenario: Scenario, writing: Writing = PLAIN) -> pd.DataFrame:
    """One row per shift type; breaks in words (`breaks_text`), times as ``HH:MM``."""
    return shift_table(scenario.shift, writing)


def shift_table(kinds: Sequence[ShiftType], writing: Writing = PLAIN) -> pd.DataFrame:
    """Shift types as `shifts` shows those of a scenario."""
    return as_table([_cells(s, list(SHIFTS), SHIFTS, writing) for s in kinds], SHIFTS)


def shifts_edit(before: pd.DataFrame, after: pd.DataFrame) -> TeamEdit:
    """What changed from one table of shift types to another.

    Raises
    ------
    InputError
        As `contracts_edit`.
    """
    changed, removed = _changes(before, after, ShiftType, SHIFTS)
    entries = [{"code": code, **entry} for code, entry in changed.items()]
    return TeamEdit(tree={"shift": entries} if entries else {}, removed=tuple(("shift", code) for code in removed))


# -- limits --------------------------------------------------------------------------------------------------


def law(scenario: Scenario, writing: Writing = PLAIN) -> dict[str, Any]:
    """Limits that no contract may pass, by name, as cells."""
    return {name: shown(kind, getattr(scenario.law, name), writing) for name, kind in LAW.items()}


def law_edit(before: Mapping[str, Any], after: Mapping[str, Any]) -> TeamEdit:
    """What changed from one set of limits to another.

    Raises
    ------
    InputError
        With every limit that cannot be read.
    """
    changed, problems = _entry(dict(before), dict(after), Law, LAW, "law")
    if problems:
        raise InputError(problems)
    return TeamEdit(tree={"law": changed} if changed else {})


# -- parts ---------------------------------------------------------------------------------------------------


def as_table(rows: list[list[Any]], kinds: Kinds) -> pd.DataFrame:
    """Rows of cells as a table; numbers are numbers also where a whole column is empty."""
    table = pd.DataFrame(rows, columns=list(kinds), dtype=object)
    for name, kind in kinds.items():
        if kind is CellKind.NUMBER:
            table[name] = pd.to_numeric(table[name]).astype(float)
        elif kind is CellKind.FLAG:
            table[name] = table[name].fillna(False).astype(bool)
    return table


def _cells(settings: Any, names: list[str], kinds: Kinds, writing: Writing) -> list[Any]:
    return [shown(kinds[name], getattr(settings, name), writing) for name in names]


def _changes(
    before: pd.DataFrame, after: pd.DataFrame, settings: type[Any], kinds: Kinds
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """What differs by row, and the rows that are gone; a new row states what is not as by default."""
    key = next(iter(kinds))
    inside = {name: kind for name, kind in kinds.items() if name != key}
    old, new = named(before, key), named(after, key)
    changed: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    for name, row in new.items():
        entry, wrong = _entry(old.get(name), row, settings, inside, f"{_CALLED[settings]} {name}")
        problems += wrong
        if entry or name not in old:
            changed[name] = entry
    if problems:
        raise InputError(problems)
    return changed, [name for name in old if name not in new]


def _entry(
    base: Mapping[str, Any] | None, row: Mapping[str, Any], settings: type[Any], kinds: Kinds, where: str
) -> tuple[dict[str, Any], list[Problem]]:
    """Settings of one row that differ from those of `base`, or from nothing; what is emptied has its default."""
    entry: dict[str, Any] = {}
    problems = []
    for name, kind in kinds.items():
        try:
            value = read(kind, row.get(name))
        except ValueError as error:
            what, todo = error.args
            problems.append(Problem(f"{where}, {name}", what, todo))
            continue
        if base is None:
            if value not in (None, "", [], False):
                entry[name] = value
        elif value != read(kind, base.get(name)):
            entry[name] = default_of(settings, name) if value is None else value
    return entry, problems


def named(rows: pd.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    """Rows by their name; rows that are empty are left out.

    Raises
    ------
    InputError
        Where a row has no name, or two have the same.
    """
    found: dict[str, dict[str, Any]] = {}
    problems = []
    for number, row in enumerate(rows.to_dict("records"), 1):
        name = str(as_plain(row[key]) or "").strip()
        if not any(as_plain(v) not in (None, "", [], False) for v in row.values()):
            continue
        if not name or name in found:
            what = f"{name!r} is there twice" if name else "has no name"
            problems.append(Problem(f"{key}, row {number}", what, "give each its own"))
        found[name] = {str(k): v for k, v in row.items()}
    if problems:
        raise InputError(problems)
    return found
