"""Contracts, shift types and limits as tables that can be edited, and back as settings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import time
from typing import Any, cast

import pandas as pd

from staffing.errors import InputError, Problem
from staffing.grid import WEEKDAYS
from staffing.roster.problem import Break, Contract, Law, ShiftType
from staffing.scenario import Scenario
from staffing.ui.vm.team_edits import TeamEdit

CONTRACT_COLUMNS = tuple(
    f.name for f in fields(cast(Any, Contract)) if f.name == "shifts" or not str(f.type).startswith("tuple")
)
"""Fields of a contract that a cell holds; pairs and spans of dates are written in the file."""
SHIFT_COLUMNS = (
    "code",
    "name",
    "start",
    "latest_start",
    "hours",
    "breaks",
    "weekdays",
    "unpopular",
    "on_call",
    "heads",
    "hours_factor",
    "pay_factor",
)
LAW = tuple(f.name for f in fields(cast(Any, Law)))
_BREAK = re.compile(r"(\d+)\s*(?:min)?\s*(paid|bezahlt)?\s*(?:@|:|in)?\s*([\d.,]+)\s*[-–]\s*([\d.,]+)\s*h?", re.I)


def _default(cls: Any, name: str) -> Any:
    found = next(f for f in fields(cls) if f.name == name).default
    return None if found is MISSING else getattr(found, "default", found)


# -- contracts -----------------------------------------------------------------------------------------------


def contracts(scenario: Scenario) -> pd.DataFrame:
    """One row per contract: ``contract``, then its fields; `shifts` is a list, empty for all."""
    rows = []
    for name, contract in scenario.contract.items():
        values = {c: getattr(contract, c) for c in CONTRACT_COLUMNS}
        rows.append({"contract": name, **values, "shifts": list(contract.shifts or ())})
    return pd.DataFrame(rows, columns=["contract", *CONTRACT_COLUMNS])


def contracts_edit(before: pd.DataFrame, after: pd.DataFrame) -> TeamEdit:
    """What changed from one table of contracts to another.

    Raises
    ------
    InputError
        Where a row has no name, or two have the same.
    """
    old, new = _named(before, "contract"), _named(after, "contract")
    tree: dict[str, Any] = {}
    for name, row in new.items():
        base = old.get(name, {})
        changed = {c: _value(row[c]) for c in CONTRACT_COLUMNS if _value(row[c]) != _value(base.get(c))}
        if changed.get("shifts") == []:
            # an extension cannot take a list away, but it can name every shift type
            changed["shifts"] = None
        if name not in old:
            changed = {c: v for c, v in changed.items() if v is not None}
        if changed:
            tree[name] = changed
    removed = tuple(("contract", name) for name in old if name not in new)
    return TeamEdit(tree={"contract": tree} if tree else {}, removed=removed)


# -- shift types ---------------------------------------------------------------------------------------------


def shifts(scenario: Scenario) -> pd.DataFrame:
    """One row per shift type; breaks in words (`breaks_text`), times as ``HH:MM``."""
    rows = []
    for s in scenario.shift:
        latest = f"{s.latest_start:%H:%M}" if s.latest_start else ""
        texts = (s.code, s.name, f"{s.start:%H:%M}", latest)
        duty = (s.unpopular, s.on_call, s.heads, float(s.hours_factor), float(s.pay_factor))
        rows.append((*texts, float(s.hours), breaks_text(s.breaks), list(s.weekdays), *duty))
    return pd.DataFrame(rows, columns=list(SHIFT_COLUMNS))


def shifts_edit(before: pd.DataFrame, after: pd.DataFrame) -> TeamEdit:
    """What changed from one table of shift types to another.

    Raises
    ------
    InputError
        With every cell that cannot be read.
    """
    old, new = _named(before, "code"), _named(after, "code")
    problems: list[Problem] = []
    entries = []
    for code, row in new.items():
        base = old.get(code, {})
        entry: dict[str, Any] = {}
        for column in SHIFT_COLUMNS[1:]:
            if _value(row[column]) == _value(base.get(column)):
                continue
            try:
                entry[column] = _shift_value(column, row[column])
            except ValueError as error:
                what, todo = error.args
                problems.append(Problem(f"shift {code}, {column}", what, todo))
        if code not in old:
            entry = {k: v for k, v in entry.items() if v not in (None, "", [])}
        if entry or code not in old:
            entries.append({"code": code, **entry})
    if problems:
        raise InputError(problems)
    removed = tuple(("shift", code) for code in old if code not in new)
    return TeamEdit(tree={"shift": entries} if entries else {}, removed=removed)


def _shift_value(column: str, value: Any) -> Any:
    value = _value(value)
    if column in ("start", "latest_start"):
        return None if value in (None, "") else _clock(str(value))
    if column == "breaks":
        return [
            {"minutes": b.minutes, "earliest_hours": b.earliest_hours, "latest_hours": b.latest_hours}
            | ({"paid": True} if b.paid else {})
            for b in read_breaks(str(value or ""))
        ]
    if value is None and column in SHIFT_COLUMNS[7:]:
        return _default(ShiftType, column)
    if column == "weekdays":
        return [d for d in WEEKDAYS if d in (value or ())]
    return value


def _clock(text: str) -> time:
    found = re.fullmatch(r"(\d{1,2})(?:[:.](\d{2}))?(?::00)?", text.strip())
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise ValueError(f"{text!r} is not a time", "write 08:00")
    return time(int(found[1]), int(found[2] or 0))


def breaks_text(breaks: Sequence[Break]) -> str:
    """Breaks as people can write them.

    Examples
    --------
    >>> breaks_text([Break(30, 3, 5), Break(15, 1, 2, paid=True)])
    '30 min 3-5 h; 15 min paid 1-2 h'
    """
    return "; ".join(
        f"{b.minutes} min{' paid' if b.paid else ''} {b.earliest_hours:g}-{b.latest_hours:g} h" for b in breaks
    )


def read_breaks(text: str) -> tuple[Break, ...]:
    """Breaks from such a text.

    Raises
    ------
    ValueError
        With what is wrong and what to do.

    Examples
    --------
    >>> read_breaks("30 min 3-5 h; 15 paid 1-2")[1]
    Break(minutes=15, earliest_hours=1.0, latest_hours=2.0, paid=True)
    """
    found = []
    for part in filter(None, (p.strip() for p in text.split(";"))):
        match = _BREAK.fullmatch(part)
        if match is None:
            raise ValueError(
                f"{part!r} is not a break", "write 30 min 3-5 h: length, and from when to when it may begin"
            )
        early, late = (float(match[g].replace(",", ".")) for g in (3, 4))
        found.append(Break(int(match[1]), early, late, paid=match[2] is not None))
    return tuple(found)


# -- limits --------------------------------------------------------------------------------------------------


def law(scenario: Scenario) -> dict[str, Any]:
    """Limits that no contract may pass, by name; only the plain numbers."""
    return {name: value for name in LAW if isinstance(value := getattr(scenario.law, name), int | float)}


def law_edit(before: Mapping[str, Any], after: Mapping[str, Any]) -> TeamEdit:
    """What changed from one set of limits to another."""
    changed = {k: type(before[k])(v) for k, v in after.items() if v != before[k]}
    return TeamEdit(tree={"law": changed} if changed else {})


# -- parts ---------------------------------------------------------------------------------------------------


def _named(rows: pd.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    problems = []
    for number, row in enumerate(rows.to_dict("records"), 1):
        name = str(_value(row[key]) or "").strip()
        if not any(_value(v) not in (None, "", [], False) for v in row.values()):
            continue
        if not name or name in found:
            what = f"{name!r} is there twice" if name else "has no name"
            problems.append(Problem(f"{key}, row {number}", what, "give each its own"))
        found[name] = {str(k): v for k, v in row.items()}
    if problems:
        raise InputError(problems)
    return found


def _value(value: Any) -> Any:
    """A cell as a plain value: None where empty, whole numbers as such."""
    if isinstance(value, list | tuple) or hasattr(value, "tolist"):
        return (
            [str(v) for v in value]
            if not isinstance(getattr(value, "tolist", list)(), int | float | bool)
            else value.tolist()
        )
    if value is None or value != value or value is pd.NA:
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


__all__ = [
    "CONTRACT_COLUMNS",
    "LAW",
    "SHIFT_COLUMNS",
    "ShiftType",
    "breaks_text",
    "contracts",
    "contracts_edit",
    "law",
    "law_edit",
    "read_breaks",
    "shifts",
    "shifts_edit",
]
