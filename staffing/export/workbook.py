"""The rota as a workbook that managers print: matrix, shifts, cover and key figures."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd
import xlsxwriter

PALETTE = ("#DCE9F7", "#FCE4C8", "#E4DAF1", "#D6EFE4", "#F9D9DF", "#F2EFC4", "#D3E8EC", "#E9E2D6")
"""Cell colours of shift types, told apart by their letters too."""


DAYS, MOMENTS, NUMBERS = ("date",), ("start", "end", "interval_start"), ("break_minutes",)
"""Columns of the tables that are text in files, and days, wall-clock times and numbers in a workbook."""
_SHORT_DATE, _DATE_AND_TIME = 14, 22
"""Excel's own formats, written as the reader's country writes them."""


def _numeric(day: date) -> str:
    return f"{day.day}.{day.month}."


@dataclass(frozen=True)
class Words:
    """Headings of the workbook in the reader's language.

    Attributes
    ----------
    columns
        Titles of the tables' columns by their names; a name that is not in it stands for itself.
    day
        How a day is written above its column.
    """

    rota: str = "Rota"
    shifts: str = "Shifts"
    cover: str = "Cover"
    figures: str = "Key figures"
    agent: str = "Agent"
    hours: str = "Hours"
    target: str = "Agreed"
    missing: str = "Missing agent-hours"
    duty: str = "On duty"
    legend: str = "Shifts"
    columns: Mapping[str, str] = field(default_factory=dict)
    day: Callable[[date], str] = _numeric
    weekdays: Sequence[str] = field(default_factory=lambda: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))


def xlsx_bytes(
    title: str,
    matrix: pd.DataFrame,
    shifts: pd.DataFrame,
    cover: pd.DataFrame,
    figures: Sequence[tuple[str, object]],
    *,
    missing_by_day: Mapping[str, float],
    unpopular: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    words: Words | None = None,
) -> bytes:
    """Write the workbook.

    Parameters
    ----------
    title
        Printed on every page.
    matrix
        ``agent_id, agent_name``, one column per ISO date with shift codes, ``hours``, ``target_hours``.
    shifts, cover
        Written as plain tables with filters.
    figures
        Name and value of each key figure; where there are none, the sheet is left out.
    missing_by_day
        ISO date -> agent-hours missing, shown under the dates.
    unpopular
        Codes shown in bold.
    names
        Code -> what it means, for the legend; codes alone where None.
    words
        Headings.
    """
    words = words or Words()
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
    ) as book:
        book.set_properties({"title": title, "created": datetime(2000, 1, 1)})
        _matrix_sheet(book, title, matrix, missing_by_day, set(unpopular), names or {}, words)
        _table_sheet(book, words.shifts, shifts, words.columns)
        _table_sheet(book, words.cover, cover, words.columns)
        if figures:
            _figures_sheet(book, words.figures, figures)
    return buffer.getvalue()


def _figures_sheet(book: Any, title: str, figures: Sequence[tuple[str, object]]) -> None:
    sheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True})
    for row, (name, value) in enumerate(figures):
        sheet.write(row, 0, name, bold)
        _write(sheet, row, 1, value, None)
    sheet.set_column(0, 0, 42)
    sheet.set_column(1, 1, 24)


def _matrix_sheet(
    book: Any,
    title: str,
    matrix: pd.DataFrame,
    missing: Mapping[str, float],
    unpopular: set[str],
    names: Mapping[str, str],
    words: Words,
) -> None:
    sheet = book.add_worksheet(words.rota)
    days = [c for c in matrix.columns if c not in ("agent_id", "agent_name", "hours", "target_hours")]
    codes = sorted({str(v) for c in days for v in matrix[c] if v})
    base = {"align": "center", "border": 1, "border_color": "#BFBFBF", "font_size": 9}
    head = book.add_format({**base, "bold": True, "text_wrap": True, "bg_color": "#F2F2F2"})
    weekend_head = book.add_format({**base, "bold": True, "text_wrap": True, "bg_color": "#D9D9D9"})
    free, weekend = book.add_format(base), book.add_format({**base, "bg_color": "#EDEDED"})
    name = book.add_format({"border": 1, "border_color": "#BFBFBF", "font_size": 9})
    number = book.add_format({**base, "num_format": "0.0"})
    short = book.add_format({**base, "num_format": "0.0;;", "italic": True, "font_color": "#9C2A00"})
    style = {
        code: book.add_format({**base, "bg_color": PALETTE[i % len(PALETTE)], "bold": code in unpopular})
        for i, code in enumerate(codes)
    }
    sheet.write(0, 0, title, book.add_format({"bold": True, "font_size": 13}))
    sheet.write(1, 0, words.agent, head)
    sheet.write(2, 0, words.missing, name)
    for i, day in enumerate(days, 1):
        on = date.fromisoformat(day)
        label = f"{words.weekdays[on.weekday()]}\n{words.day(on)}"
        sheet.write_string(1, i, label, weekend_head if on.weekday() >= 5 else head)
        sheet.write_number(2, i, round(missing.get(day, 0.0), 1), short)
    sheet.write(1, len(days) + 1, words.hours, head)
    sheet.write(1, len(days) + 2, words.target, head)
    for row, record in enumerate(matrix.to_dict("records"), 3):
        sheet.write_string(row, 0, str(record["agent_name"]), name)
        for i, day in enumerate(days, 1):
            code = str(record[day] or "")
            blank = weekend if date.fromisoformat(day).weekday() >= 5 else free
            sheet.write_string(row, i, code, style[code]) if code else sheet.write_blank(row, i, None, blank)
        sheet.write_number(row, len(days) + 1, float(record["hours"]), number)
        sheet.write_number(row, len(days) + 2, float(record["target_hours"]), number)
    below = 3 + len(matrix)
    sheet.write(below, 0, words.duty, name)
    for i, day in enumerate(days, 1):
        sheet.write_number(below, i, int((matrix[day].fillna("") != "").sum()), free)
    sheet.write(below + 2, 0, words.legend, book.add_format({"bold": True}))
    for i, code in enumerate(codes):
        sheet.write_string(below + 3 + i, 1, code, style[code])
        sheet.write_string(below + 3 + i, 2, names.get(code, ""))
    sheet.set_row(1, 28)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, len(days), 4.3)
    sheet.set_column(len(days) + 1, len(days) + 2, 8)
    sheet.freeze_panes(3, 1)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 2)
    sheet.set_footer("&L&F&R&P / &N")


def _table_sheet(book: Any, title: str, frame: pd.DataFrame, titles: Mapping[str, str]) -> None:
    sheet = book.add_worksheet(title)
    formats = {c: book.add_format({"num_format": _SHORT_DATE}) for c in DAYS}
    formats |= {c: book.add_format({"num_format": _DATE_AND_TIME}) for c in MOMENTS}
    head = book.add_format({"bold": True, "bg_color": "#F2F2F2", "border": 1, "border_color": "#BFBFBF"})
    for i, column in enumerate(frame.columns):
        name = titles.get(str(column), str(column))
        sheet.write_string(0, i, name, head)
        sheet.set_column(i, i, max(16 if column in MOMENTS else 10, len(name) + 2))
        for row, value in enumerate(frame[column].tolist(), 1):
            _write(sheet, row, i, _typed(str(column), value), formats.get(str(column)))
    sheet.freeze_panes(1, 0)
    if len(frame):
        sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)


def _typed(column: str, value: object) -> object:
    """A day, a wall-clock time or a number where a file has text."""
    if not isinstance(value, str):
        return value
    if not value:
        return None
    if column in DAYS or column in MOMENTS:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    return float(value) if column in NUMBERS else value


def _write(sheet: Any, row: int, column: int, value: object, style: object) -> None:
    """Write text as text, never as a formula; leave missing values blank."""
    if value is None or value != value:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, str(value), style)
