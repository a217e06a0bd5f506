"""Contracts and shift types from a spreadsheet: the rows of their tables, with everything that is wrong by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from staffing.errors import Problems
from staffing.frames import Sheet, read_sheet
from staffing.frames.cells import Decimal, decimal_of
from staffing.roster.problem import Contract, ShiftType
from staffing.scenario import complaint
from staffing.ui.vm.settings_cells import CellKind, Kinds, parsed, read, weekdays
from staffing.ui.vm.settings_tables import CONTRACTS, SHIFTS, as_table
from staffing.ui.vm.tables import Imported, need, recognised

OF: Mapping[str, tuple[type[Any], Kinds]] = {"contracts": (Contract, CONTRACTS), "shifts": (ShiftType, SHIFTS)}
"""Settings of a row, and the columns of each table."""


def brought(
    path: Path, name: str, now: pd.DataFrame, known: Mapping[str, Sequence[str]], codes: Sequence[str]
) -> Imported:
    """Rows of a foreign file for the table of contracts or of shift types.

    A column that the file does not have keeps its cells in the rows there are now, and is empty in new ones. Rows that
    the file does not have are not in the result.

    Parameters
    ----------
    path
        CSV or XLSX.
    name
        ``contracts`` or ``shifts``.
    now
        The table as it is.
    known
        Other names of the columns, such as their titles in both languages.
    codes
        Shift types that a contract may name.

    Raises
    ------
    InputError
        Where it is no table, has no column that names the rows, or with every cell that cannot be read or is out of
        its range, by the file's row number.
    """
    settings, kinds = OF[name]
    sheet = read_sheet(path, rowless=True)
    found = recognised(sheet.header, list(kinds), known)
    key = next(iter(kinds))
    need(sheet, [key], found)
    decimal = decimal_of(v for column in found.values() for v in sheet.cells.iloc[:, column])
    before = {str(row[key]): {str(c): v for c, v in row.items()} for row in now.to_dict("records")}
    problems = Problems()
    rows: dict[str, list[Any]] = {}
    for number, cells in zip(sheet.cells.index, sheet.cells.to_numpy(dtype=object).tolist(), strict=True):
        where = f"{sheet.name} row {number}"
        own = _own_cells(where, {c: cells[i] for c, i in found.items()}, kinds, decimal, problems)
        name_of = str(own.get(key) or "")
        if not name_of or name_of in rows:
            what = f"{name_of!r} is there twice" if name_of else "is empty"
            problems.add(f"{where}, column {key}", what, "give each row its own")
            continue
        row = {**before.get(name_of, {}), **own}
        rows[name_of] = [row.get(c, [] if kinds[c] is CellKind.LIST else None) for c in kinds]
        values = {c: read(kinds[c], row.get(c)) for c in kinds}
        _validate(where, settings, values, found.keys() - own.keys(), problems)
        for code in own.get("shifts", ()):
            if code not in codes:
                problems.add(f"{where}, column shifts", f"unknown shift {code!r}", f"one of: {', '.join(codes)}")
    problems.raise_if_any()
    return Imported(as_table(list(rows.values()), kinds), _unused(sheet, found))


def _own_cells(
    where: str, cells: Mapping[str, object], kinds: Kinds, decimal: Decimal, problems: Problems
) -> dict[str, Any]:
    own: dict[str, Any] = {}
    for column, value in cells.items():
        try:
            cell = parsed(kinds[column], value, decimal)
            own[column] = weekdays(cell) if column == "weekdays" else cell
        except ValueError as error:
            what, todo = error.args
            problems.add(f"{where}, column {column}", what, todo)
    return own


def _validate(where: str, settings: type[Any], values: Mapping[str, Any], unread: Set[str], problems: Problems) -> None:
    """Note what the settings themselves refuse, but for columns whose cell could not be read."""
    fields = settings.__dataclass_fields__
    stated = {c: v for c, v in values.items() if c in fields and v is not None and v not in ("", [])}
    try:
        settings(**stated)
    except ValidationError as error:
        for details in error.errors():
            what, todo = complaint(details)
            column = str(details["loc"][0]) if details["loc"] else ""
            if column not in unread:
                problems.add(f"{where}, column {column}", what, todo)


def _unused(sheet: Sheet, found: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(h for i, h in enumerate(sheet.header) if h and i not in found.values())
