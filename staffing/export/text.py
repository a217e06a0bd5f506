"""CSV and JSON as bytes, safe to open in a spreadsheet."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written.

    Attributes
    ----------
    separator, decimal
        Between cells, and inside numbers.
    bom
        Whether the file starts with a byte-order mark, by which spreadsheets recognise UTF-8.
    """

    separator: str = ","
    decimal: str = "."
    bom: bool = False


STANDARD = Dialect()
"""Comma, point, UTF-8: for programs."""
GERMAN = Dialect(";", ",", True)
"""Semicolon, decimal comma, byte-order mark: opens by double click in a German spreadsheet."""


def neutral(cell: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    Examples
    --------
    >>> neutral("=HYPERLINK(1)")
    "'=HYPERLINK(1)"
    >>> neutral(-3.5)
    -3.5
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def csv_bytes(frame: pd.DataFrame, dialect: Dialect = STANDARD) -> bytes:
    """Write a table as CSV; text that would run as a formula is neutralised, NaN cells are empty."""
    columns = {
        neutral(name): values if pd.api.types.is_numeric_dtype(values) else [neutral(cell) for cell in values]
        for name, values in frame.items()
    }
    safe = pd.DataFrame(columns, index=frame.index)
    buffer = io.StringIO()
    safe.to_csv(buffer, index=False, sep=dialect.separator, decimal=dialect.decimal, lineterminator="\n")
    return buffer.getvalue().encode("utf-8-sig" if dialect.bom else "utf-8")


def json_bytes(document: Any) -> bytes:
    """Write a document as indented JSON; NaN and infinity are not JSON and are refused (ValueError)."""
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
