"""What differs between two states of a table, row by row and cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd

from staffing.ui.vm.tables import cell_text


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True)
class Change:
    """One row that is new, gone or changed.

    Attributes
    ----------
    row
        What the row is called.
    fate
        What becomes of it.
    cells
        Column -> (cell before, cell after), for a row that is changed.
    """

    row: str
    fate: Fate
    cells: Mapping[str, tuple[Any, Any]]


def changes(before: pd.DataFrame, after: pd.DataFrame, key: str | None) -> tuple[Change, ...]:
    """Rows that differ, those that are gone last.

    Parameters
    ----------
    before, after
        Tables with the same columns; rows that are empty count as none.
    key
        Column that names a row; None where rows have no name: a changed one is then one that is gone and a new one.

    Examples
    --------
    >>> old = pd.DataFrame({"code": ["E", "L"], "hours": [8.0, 8.0]})
    >>> new = pd.DataFrame({"code": ["E", "N"], "hours": [7.5, 9.0]})
    >>> [(c.row, str(c.fate), dict(c.cells)) for c in changes(old, new, "code")]
    [('E', 'changed', {'hours': (8.0, 7.5)}), ('N', 'new', {}), ('L', 'gone', {})]
    """
    old, new = _by_name(before, key), _by_name(after, key)
    found = []
    for name, row in new.items():
        if name not in old:
            found.append(Change(name, Fate.NEW, {}))
            continue
        cells = {c: (old[name][c], v) for c, v in row.items() if cell_text(old[name][c]) != cell_text(v)}
        if cells:
            found.append(Change(name, Fate.CHANGED, cells))
    return (*found, *(Change(name, Fate.GONE, {}) for name in old if name not in new))


def _by_name(table: pd.DataFrame, key: str | None) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for row in table.astype(object).to_dict("records"):
        texts = {str(c): cell_text(v) for c, v in row.items()}
        if any(texts.values()):
            name = texts[key] if key else " · ".join(filter(None, texts.values()))
            rows[name] = {str(c): v for c, v in row.items()}
    return rows
