"""Column contracts: what a table must hold, and how every breach is told with its row and value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from staffing.errors import Problems
from staffing.frames import cells
from staffing.frames.cells import Decimal, Fault, FloatArray, IntArray, Moments
from staffing.frames.sheet import LISTED, Sheet, read_sheet


class Kind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TIME = "time of day"
    MOMENT = "date and time"
    YES_NO = "yes or no"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name
        Our name.
    kind
        What its cells hold.
    required
        Whether the column must be there.
    empty
        Whether its cells may be empty.
    low, high
        Smallest and largest number allowed.
    known_as
        Names that other systems give it, for advice.
    """

    name: str
    kind: Kind = Kind.TEXT
    required: bool = True
    empty: bool = False
    low: float = -np.inf
    high: float = np.inf
    known_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """The columns of a table, and whether it may be without rows."""

    name: str
    columns: tuple[Column, ...]
    rowless: bool = False

    def __getitem__(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


@dataclass(frozen=True)
class Table:
    """A table that was read: typed columns, N rows.

    Attributes
    ----------
    name
        File name, for messages.
    rows
        Row numbers as a spreadsheet shows them, shape (N,).
    columns
        Our column name -> `float64` (NaN empty), `str` or `date` or `time` or `bool` objects (None empty; text: ""), or
        `Moments`; each N long. Absent optional columns are not in it.
    codes
        Our column name -> number of the distinct cell in each row, shape (N,).
    """

    name: str
    rows: IntArray
    columns: Mapping[str, Any]
    codes: Mapping[str, IntArray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def text(self, name: str) -> npt.NDArray[Any]:
        """Text column, shape (N,)."""
        column: npt.NDArray[Any] = self.columns[name]
        return column

    def numbers(self, name: str) -> FloatArray:
        """Numeric column, shape (N,); all NaN where the column is absent."""
        column: FloatArray | None = self.columns.get(name)
        return np.full(len(self), np.nan) if column is None else column

    def moments(self, name: str) -> Moments:
        """Date and time column."""
        column: Moments = self.columns[name]
        return column

    def where(self, index: int, column: str | None = None) -> str:
        """Place of a row, or of a cell, for messages."""
        return f"{self.name} row {self.rows[index]}" + (f", column {column}" if column else "")

    def records(self) -> Iterator[Row]:
        """Each row, without date-and-time columns; for small tables."""
        plain_columns = {n: c for n, c in self.columns.items() if not isinstance(c, Moments)}
        for i in range(len(self)):
            yield Row(self, i, {name: column[i] for name, column in plain_columns.items()})


class Row(dict[str, Any]):
    """A row of a table: our column name -> value; it knows its place."""

    def __init__(self, table: Table, index: int, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.table = table
        self.index = index

    def where(self, column: str | None = None) -> str:
        """Place of the row, or of a cell, for messages."""
        return self.table.where(self.index, column)


def read_table(
    path: Path, contract: Contract, problems: Problems, columns: Mapping[str, str] | None = None, section: str = ""
) -> Table | None:
    """Read a file against a contract; None where it cannot be read at all.

    Parameters
    ----------
    path
        CSV or XLSX.
    contract
        Its columns.
    problems
        Takes everything that is wrong.
    columns
        Our column name -> the file's, where they differ; ``Date + Time`` joins two of the file's columns.
    section
        Section of the scenario whose `columns` these are, for messages; empty where there is none.
    """
    with problems.collecting():
        return parse(read_sheet(path, rowless=contract.rowless), contract, problems, columns, section)
    return None


def read_tables(paths: Iterable[Path], contract: Contract, problems: Problems) -> list[Table]:
    """Several files of one contract, without those that cannot be read at all; `problems` takes everything that is wrong."""
    tables = (read_table(path, contract, problems) for path in paths)
    return [table for table in tables if table is not None]


def read_rows(paths: Iterable[Path], contract: Contract, problems: Problems) -> Iterator[Row]:
    """The rows of `read_tables`, one table after the other; for small tables.

    Examples
    --------
    >>> import tempfile
    >>> problems = Problems()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "sizes.csv"
    ...     _ = path.write_text("queue,agents\\nchat,3\\nmail,-1\\n")
    ...     contract = Contract("sizes.csv", (Column("queue"), Column("agents", Kind.NUMBER, low=0)))
    ...     [(row.where(), row["queue"]) for row in read_rows([path, Path(folder) / "none.csv"], contract, problems)]
    [('sizes.csv row 2', 'chat'), ('sizes.csv row 3', 'mail')]
    >>> [found.what for found in problems]
    ['-1 is below 0', 'no such file']
    """
    for table in read_tables(paths, contract, problems):
        yield from table.records()


def check(frame: pd.DataFrame, contract: Contract) -> None:
    """Check a table in memory, typed or text, against a contract.

    Raises
    ------
    InputError
        With every breach; rows are counted as in a spreadsheet (the header is row 1 unless titles stand above it).

    Examples
    --------
    >>> contract = Contract("sizes.csv", (Column("queue"), Column("agents", Kind.NUMBER, low=0)))
    >>> check(pd.DataFrame({"queue": ["chat"], "agents": [-1.0]}), contract)
    Traceback (most recent call last):
        ...
    staffing.errors.InputError: sizes.csv row 2, column agents: -1 is below 0 (write 0 or more)
    """
    problems = Problems()
    body = frame.astype(object).where(frame.notna(), "")
    body.index = pd.RangeIndex(2, len(body) + 2)
    header = tuple(str(c) for c in frame.columns)
    body.columns = pd.RangeIndex(len(header))
    parse(Sheet(contract.name, header, body), contract, problems)
    problems.raise_if_any()


def parse(
    sheet: Sheet,
    contract: Contract,
    problems: Problems,
    columns: Mapping[str, str] | None = None,
    section: str = "",
) -> Table | None:
    """Type the cells of a sheet; None where a required column is missing. Cells with faults read as empty.

    The parameters are those of `read_table`.
    """
    found = _locate(sheet, contract, problems, columns or {}, section)
    if found is None:
        return None
    distinct = {}
    codes = {}
    for column, values in found.items():
        codes[column.name], distinct[column.name] = pd.factorize(values, use_na_sentinel=False)
    decimal = cells.decimal_of(v for c in found if c.kind is Kind.NUMBER for v in distinct[c.name])
    if decimal is Decimal.UNKNOWN and sheet.delimiter == ",":
        # Who separates columns by commas has no decimal comma.
        decimal = Decimal.POINT
    typed: dict[str, Any] = {}
    rows = sheet.cells.index.to_numpy(dtype=np.int64)
    for column in found:
        values, faults = _typed(distinct[column.name], column, decimal)
        taken = codes[column.name]
        if isinstance(values, Moments):
            typed[column.name] = Moments(values.day[taken], values.second[taken], values.offset[taken])
        else:
            typed[column.name] = values[taken]
        if faults:
            _tell(sheet.name, rows, column, taken, faults, problems)
    return Table(sheet.name, rows, typed, codes)


# -- parts -------------------------------------------------------------------------------------------------


def plain(name: str) -> str:
    """Column or queue name without case, blanks and punctuation, for comparison."""
    return "".join(c for c in name.lower() if c.isalnum())


def _locate(
    sheet: Sheet, contract: Contract, problems: Problems, columns: Mapping[str, str], section: str
) -> dict[Column, npt.NDArray[Any]] | None:
    ours = {c.name for c in contract.columns}
    for name in columns:
        if name not in ours:
            problems.unknown(f"{section}.columns", "column", name, sorted(ours))
    by_name: dict[str, list[int]] = {}
    for i, text in enumerate(sheet.header):
        by_name.setdefault(plain(text), []).append(i)
    found: dict[Column, npt.NDArray[Any]] = {}
    missing = False
    for column in contract.columns:
        mapped = columns.get(column.name, column.name)
        whole = plain(mapped) in by_name
        parts = []
        for theirs in [mapped] if whole else mapped.split("+"):
            places = by_name.get(plain(theirs), [])
            if len(places) == 1:
                parts.append(sheet.cells[places[0]].to_numpy())
            elif places:
                what = f"column {theirs.strip()!r} appears {len(places)} times"
                problems.add(sheet.head, what, "keep one of them")
                missing = True
            elif column.required or column.name in columns:
                there = ", ".join(h for h in sheet.header if h) or "nothing"
                what = f"column {theirs.strip()!r} is missing; the file has: {there}"
                problems.add(sheet.head, what, _add_or_map(column, sheet, columns, section))
                missing = True
        if parts:
            found[column] = parts[0] if len(parts) == 1 else _joined(parts)
    return None if missing else found


def _add_or_map(column: Column, sheet: Sheet, columns: Mapping[str, str], section: str) -> str:
    """Advice for a missing column, with the name under which the file may have it."""
    if not section or column.name in columns:
        return "add it"
    known = {plain(name) for name in column.known_as}
    likely = next((h for h in sheet.header if plain(h) in known), "...")
    return f'add it, or map it under [{section}]: columns = {{ {column.name} = "{likely}" }}'


def _joined(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Cells of several columns as one text each, such as a date and a time."""
    out = np.empty(len(parts[0]), dtype=object)
    # A workbook keeps a date as its midnight and a time as a time.
    texts = [[cells.as_text(c).removesuffix(" 00:00:00") for c in part] for part in parts]
    out[:] = [" ".join(row).strip() for row in zip(*texts, strict=True)]
    return out


def _typed(distinct: npt.NDArray[Any], column: Column, decimal: Decimal) -> tuple[Any, Mapping[int, Fault]]:
    """Values of the distinct cells and what is wrong with which."""
    values, faults = _parsed(distinct, column, decimal)
    if column.empty:
        return values, faults
    told = dict(faults)
    for i, cell in enumerate(distinct):
        if i not in told and cells.is_empty(cell):
            told[i] = ("is empty", f"write a {column.kind}")
    return values, told


def _parsed(distinct: npt.NDArray[Any], column: Column, decimal: Decimal) -> tuple[Any, Mapping[int, Fault]]:
    faults: dict[int, Fault] = {}
    if column.kind is Kind.MOMENT:
        return cells.moments(distinct)
    if column.kind is Kind.NUMBER:
        numbers = np.full(len(distinct), np.nan)
        for i, cell in enumerate(distinct):
            value = cells.number(cell, decimal)
            fault = value if isinstance(value, tuple) else _outside(value, column)
            if fault:
                faults[i] = fault
            elif not isinstance(value, tuple):
                numbers[i] = value
        return numbers, faults
    objects = np.empty(len(distinct), dtype=object)
    if column.kind is Kind.DATE:
        found, misread = cells.moments(distinct)
        for i, day in enumerate(found.day.tolist()):
            objects[i] = date.fromordinal(day) if day and i not in misread else None
            if i not in misread and found.second[i]:
                faults[i] = (f"{cells.word(distinct[i])!r} is a time, not only a date", "write 2026-12-31")
        return objects, {**misread, **faults}
    for i, cell in enumerate(distinct):
        text = cells.word(cell)
        if column.kind is Kind.TEXT:
            objects[i] = text
        elif column.kind is Kind.YES_NO:
            answer = cells.yes_no(cell)
            objects[i] = None if isinstance(answer, tuple) else answer
            if isinstance(answer, tuple):
                faults[i] = answer
        elif text.lower() not in cells.EMPTY:
            at = cells.clock(text)
            if isinstance(at[0], str):
                faults[i] = (at[0], str(at[1]))
            else:
                # 24:00 as an end is the last instant of the day; datetime.time knows no 24:00.
                objects[i] = time.max if at[0] == 86_400 else time(at[0] // 3600, at[0] // 60 % 60, at[0] % 60)
    return objects, faults


def _outside(value: float, column: Column) -> Fault | None:
    if value < column.low:
        return f"{value:.10g} is below {column.low:g}", f"write {column.low:g} or more"
    if value > column.high:
        return f"{value:.10g} is above {column.high:g}", f"write {column.high:g} or less"
    if np.isinf(value):
        return f"{value} is not a number", "write digits only"
    return None


def _tell(
    name: str, rows: IntArray, column: Column, codes: IntArray, faults: Mapping[int, Fault], problems: Problems
) -> None:
    """Each faulty cell with its row; beyond `LISTED` only the number and the next few rows."""
    faulty = np.zeros(int(codes.max()) + 1, dtype=np.bool_)
    faulty[list(faults)] = True
    at = np.flatnonzero(faulty[codes])
    for i in at[:LISTED]:
        what, todo = faults[int(codes[i])]
        problems.add(f"{name} row {rows[i]}, column {column.name}", what, todo)
    listed_rest(name, column.name, rows[at[LISTED:]], problems)


def listed_rest(name: str, column: str, rows: IntArray, problems: Problems) -> None:
    """Tell how many more rows have a kind of fault than were listed one by one."""
    if len(rows):
        problems.add(f"{name}, column {column}", f"{len(rows)} more rows like these, the next is row {rows[0]}")
