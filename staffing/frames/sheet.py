"""Open a table that a spreadsheet, a database or a telephone system wrote, whatever its dialect.

CSV with comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252, with or without byte-order mark; gzip; XLSX.
What a file is, is found from its content, never from its name.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from staffing.errors import InputError, Problem, Problems
from staffing.frames.cells import BoolArray

DELIMITERS = (",", ";", "\t", "|")
LISTED = 20
"""How many problems of one kind are listed one by one before the rest is only counted."""


@dataclass(frozen=True)
class Sheet:
    """A table as it was found: header and cells, nothing interpreted.

    Attributes
    ----------
    name
        File name, for messages.
    header
        Column names, stripped; as many as there are columns.
    cells
        One column per header entry, of `str` for text files; XLSX also has numbers and dates. The index holds the row
        numbers that a spreadsheet shows. Rows without any content are left out.
    delimiter
        What separated the columns; empty for XLSX.
    others
        Names of further sheets of the workbook that hold something; they are not read.
    header_row
        Number of the row with the column names: 1, or more where titles stand above it.
    """

    name: str
    header: tuple[str, ...]
    cells: pd.DataFrame
    delimiter: str = ""
    others: tuple[str, ...] = ()
    header_row: int = 1

    @property
    def head(self) -> str:
        """Where the column names stand, for messages."""
        return f"{self.name} row {self.header_row}"

    def __len__(self) -> int:
        return len(self.cells)


def read_sheet(path: Path, *, rowless: bool = False) -> Sheet:
    """Open one file.

    Parameters
    ----------
    path
        CSV or XLSX.
    rowless
        Whether a header without rows is an answer (nobody is absent) and not a failed export.

    Raises
    ------
    InputError
        Where there is no such file, it is empty, no table, or rows have more cells than the header.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.csv"
    ...     _ = path.write_bytes("Datum;Menge\\n31.12.2026;1,5\\n".encode("utf-16"))
    ...     sheet = read_sheet(path)
    >>> sheet.header, sheet.cells.values.tolist(), sheet.cells.index.tolist()
    (('Datum', 'Menge'), [['31.12.2026', '1,5']], [2])
    """
    name = path.name
    if path.is_dir():
        raise InputError([Problem(str(path), "is a folder, not a file", "name a CSV or XLSX file")])
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(
            [Problem(str(path), "no such file", "check the path; it is relative to the scenario")]
        ) from None
    except OSError as error:
        raise InputError([Problem(str(path), f"cannot be opened: {error.strerror}", "check its permissions")]) from None
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (EOFError, OSError, zlib.error):
            raise InputError([Problem(name, "the gzip archive is damaged", "write it again")]) from None
    if not data.strip():
        raise InputError([Problem(name, "the file is empty", "export it again")])
    if data.startswith(_COMPOUND):
        raise InputError([_compound(name, data)])
    sheet = _workbook(name, data) if data[:4] == b"PK\x03\x04" else _text(name, _decode(name, data))
    if not len(sheet) and not rowless:
        raise InputError([Problem(name, "has a header but no rows", "export it again")])
    return sheet


_COMPOUND = b"\xd0\xcf\x11\xe0"
"""How old workbooks begin, and new ones that a password protects."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def _foreign(name: str, what: str) -> Problem:
    return Problem(name, f"is {what}, not a table", "save it as CSV or XLSX")


def _compound(name: str, data: bytes) -> Problem:
    if _ENCRYPTED in data:
        return Problem(name, "is protected by a password", "save a copy without a password, as CSV or XLSX")
    return _foreign(name, "an old Excel workbook (.xls)")


# -- text --------------------------------------------------------------------------------------------------


_FOREIGN = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"PAR1": "a Parquet file",
    b"SQLi": "an SQLite database",
    b"{\\rt": "a word processor's document",
}


def _decode(name: str, data: bytes) -> str:
    for magic, what in _FOREIGN.items():
        if data.startswith(magic):
            raise InputError([_foreign(name, what)])
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    elif len(data) > 1 and b"\0" in data[:4096]:
        # UTF-16 without its mark: every other byte of Latin text is zero.
        head = np.frombuffer(data[: min(len(data), 4096) // 2 * 2], dtype=np.uint8) == 0
        encodings = ["utf-16-le"] if head[1::2].mean() > 0.4 else ["utf-16-be"] if head[::2].mean() > 0.4 else []
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        head_text = text[:4096]
        if not any(c < " " and c not in "\t\r\n\f" for c in head_text):
            return text
    raise InputError([Problem(name, "is not a text file or XLSX workbook", "save the table as CSV or XLSX")])


def _text(name: str, text: str) -> Sheet:
    text = text.lstrip("﻿")
    delimiter = ""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) <= 5:
        # Excel's own first line; Excel does not show it, so it does not count as a row.
        delimiter = first.rstrip("\r\n")[4:5] or "\t"
        text = rest
    if not text.strip():
        raise InputError([Problem(name, "the file is empty", "export it again")])
    delimiter = delimiter or _delimiter(text)
    try:
        cells = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            dtype=object,
            na_filter=False,
            skip_blank_lines=False,
            skipinitialspace=True,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        cells = _ragged(name, text, delimiter)
    return _sheet(name, cells, delimiter)


def _delimiter(text: str) -> str:
    """Whatever separates most cells of the first row that has several; quoted text does not count."""
    bare = ("".join(line.split('"')[::2]) for line in text.splitlines())
    first = next((line for line in bare if any(d in line for d in DELIMITERS)), "")
    return max(DELIMITERS, key=first.count)


def _ragged(name: str, text: str, delimiter: str) -> pd.DataFrame:
    """Read row by row what the fast reader refused; surplus cells are told with their rows."""
    problems = Problems()
    rows: list[list[str]] = []
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True))
    except csv.Error:
        problems.add(name, "a quotation mark is opened and not closed", 'look for a stray " in a cell')
    width = len(rows[0]) if rows else 0
    lengths = Counter(len(row) for row in rows if len(row) > 1)
    if width < 2 and 2 * lengths.total() > len(rows):  # titles stand above the header
        width = lengths.most_common(1)[0][0]
    wide = [(number, row) for number, row in enumerate(rows, start=1) if any(c.strip() for c in row[width:])]
    todo = "put text with the separator in quotation marks"
    if delimiter == ",":
        todo += "; numbers with a decimal comma too, or separate the columns with ;"
    for number, row in wide[:LISTED]:
        problems.add(f"{name} row {number}", f"has {len(row)} cells, the header has {width}", todo)
    if len(wide) > LISTED:
        problems.add(name, f"{len(wide) - LISTED} more rows have too many cells", todo)
    problems.raise_if_any()
    return pd.DataFrame([(row + [""] * width)[:width] for row in rows], dtype=object)


# -- XLSX --------------------------------------------------------------------------------------------------


def _workbook(name: str, data: bytes) -> Sheet:
    """The first filled sheet; notes of one column go behind tables."""
    import openpyxl  # slow to load, and most tables are text

    rows: list[list[Any]] = []
    filled: list[str] = []
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        breadth = {sheet.title: _breadth(sheet) for sheet in book.worksheets}
        filled = sorted((t for t, cells in breadth.items() if cells), key=lambda t: breadth[t] == 1)
        if filled:
            rows = [["" if c is None else c for c in row] for row in book[filled[0]].iter_rows(values_only=True)]
        book.close()
    except Exception:
        # Archives that are no workbooks and damaged ones fail in the library in more ways than it documents.
        raise InputError([Problem(name, "is not an XLSX workbook or is damaged", "save it as CSV or XLSX")]) from None
    if not rows:
        raise InputError([Problem(name, "the workbook is empty", "export it again")])
    width = max(len(row) for row in rows)
    cells = pd.DataFrame([row + [""] * (width - len(row)) for row in rows], dtype=object)
    return replace(_sheet(name, cells, ""), others=tuple(filled[1:]))


def _breadth(sheet: Any) -> int:
    """Most filled cells in a row of a sheet, counted to two: none is blank, one may be a list or just notes."""
    sheet.reset_dimensions()
    most = 0
    for row in sheet.iter_rows(values_only=True):
        most = max(most, sum(1 for c in row if c is not None and str(c).strip()))
        if most > 1:
            return 2
    return most


# -- both --------------------------------------------------------------------------------------------------


def _blank(column: pd.Series) -> BoolArray:
    blanks = {c for c in set(column) if isinstance(c, str) and not c.strip()}
    return column.isin(blanks).to_numpy() if blanks else np.zeros(len(column), dtype=np.bool_)


def _sheet(name: str, cells: pd.DataFrame, delimiter: str) -> Sheet:
    """Cut the header and titles above it off, number the rows, drop what is blank."""
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    at = _header_place(cells)
    header = [str(c).strip() for c in cells.iloc[at]]
    if not any(header):
        raise InputError([Problem(f"{name} row 1", "is blank", "put the column names into row 1")])
    body = cells.iloc[at + 1 :]
    # Only rows whose first cell is blank can be blank rows, and only columns without a name can be blank columns.
    suspect = body[_blank(body[0])]
    if len(suspect):
        blank = np.logical_and.reduce([_blank(suspect[c]) for c in suspect])
        body = body.drop(index=suspect.index[blank])
    kept = [i for i, text in enumerate(header) if text or not _blank(body[i]).all()]
    body = body[kept]
    body.columns = pd.RangeIndex(len(kept))
    return Sheet(name, tuple(header[i] for i in kept), body, delimiter, header_row=at + 1)


def _header_place(cells: pd.DataFrame) -> int:
    """Place of the column names: the first row, or under titles the first one with as many cells as is usual."""
    if sum(1 for c in cells.iloc[0] if str(c).strip()) > 1:
        return 0
    filled = np.sum([~_blank(cells[c]) for c in cells], axis=0)
    several = filled[filled > 1]
    if 2 * len(several) <= len(cells):
        return 0
    return int(np.argmax(filled >= np.median(several)))
