"""A team's tables as they can be edited in the browser: all text, in our column names."""

from __future__ import annotations

import io

import pandas as pd

from staffing.frames import plain, read_sheet
from staffing.frames.contract import Contract
from staffing.frames.tables import ABSENCES, ADJUSTMENTS, AGENTS, EVENTS, LOCKS, REQUESTS
from staffing.scenario import Scenario

TABLES: dict[str, Contract] = {"agents": AGENTS, "absences": ABSENCES, "requests": REQUESTS, "locks": LOCKS}
DEMAND_TABLES: dict[str, Contract] = {"events": EVENTS, "adjustments": ADJUSTMENTS}
"""Tables that the forecast reads."""


def editable(scenario: Scenario, name: str) -> pd.DataFrame:
    """Rows of all files of a table one after the other, every cell as text; further columns are left out.

    Raises
    ------
    InputError
        Where a file is no table.
    """
    columns = [c.name for c in (TABLES | DEMAND_TABLES)[name].columns]
    parts = [pd.DataFrame(columns=columns, dtype=str)]
    for path in scenario.files(name):
        sheet = read_sheet(path, rowless=True)
        theirs = {plain(h): i for i, h in reversed(list(enumerate(sheet.header)))}
        cells = {c: sheet.cells.iloc[:, theirs[plain(c)]] for c in columns if plain(c) in theirs}
        parts.append(pd.DataFrame({c: [_text(v) for v in cells[c]] for c in cells}, columns=columns))
    return pd.concat(parts, ignore_index=True).fillna("").astype(str)


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    text = str(value)
    return text.removesuffix(" 00:00:00").removesuffix(".0") if not isinstance(value, str) else text


def same(before: pd.DataFrame, after: pd.DataFrame) -> bool:
    """Whether two tables hold the same rows; an empty row counts as none."""
    return _rows(before) == _rows(after)


def as_csv(rows: pd.DataFrame) -> bytes:
    """A table as CSV, without rows that are empty."""
    text = io.StringIO()
    pd.DataFrame(_rows(rows), columns=rows.columns).to_csv(text, index=False, lineterminator="\n")
    return text.getvalue().encode("utf-8-sig")


def _rows(table: pd.DataFrame) -> list[list[str]]:
    cells = table.astype(object).where(table.notna(), "").to_numpy().tolist()
    return [[str(c).strip() for c in row] for row in cells if any(str(c).strip() for c in row)]
