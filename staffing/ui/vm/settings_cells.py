"""Settings as cells of a table: how each kind of value is shown, and how what people write is read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date, time
from enum import StrEnum
from types import UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

import pandas as pd

from staffing.frames import plain
from staffing.frames.cells import Decimal, as_text, clock, day_number, is_empty, number, word, yes_no
from staffing.grid import WEEKDAYS
from staffing.roster.problem import Break

Kinds = Mapping[str, "CellKind"]
"""Kind of each field of a class of settings."""


class CellKind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    LIST = "list"
    TIME = "time"
    BREAKS = "breaks"
    PAIRS = "pairs"
    SPANS = "spans"
    RANGE = "range"


_KIND_OF: dict[Any, CellKind] = {
    str: CellKind.TEXT,
    int: CellKind.NUMBER,
    float: CellKind.NUMBER,
    bool: CellKind.FLAG,
    time: CellKind.TIME,
    tuple[str, ...]: CellKind.LIST,
    tuple[Break, ...]: CellKind.BREAKS,
    tuple[tuple[str, str], ...]: CellKind.PAIRS,
    tuple[tuple[date, date], ...]: CellKind.SPANS,
    tuple[float, float]: CellKind.RANGE,
}


def kinds_of(settings: type[Any]) -> dict[str, CellKind]:
    """Kind of each field of a class of settings, in their order.

    Examples
    --------
    >>> from staffing.roster.problem import Contract
    >>> str(kinds_of(Contract)["account_hours"])
    'range'
    """
    hints = get_type_hints(settings)
    return {f.name: _KIND_OF[_without_none(hints[f.name])] for f in fields(cast(Any, settings))}


def default_of(settings: type[Any], name: str) -> Any:
    """What a field is where nothing is stated; None also where it must be stated."""
    found = next(f for f in fields(cast(Any, settings)) if f.name == name).default
    return None if found is MISSING else getattr(found, "default", found)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) is UnionType:
        return next(a for a in get_args(hint) if a is not type(None))
    return hint


@dataclass(frozen=True, slots=True)
class Writing:
    """How a language writes what is inside cells.

    Attributes
    ----------
    paid
        Word for a paid break.
    day
        Pattern of a date (`datetime.strftime`).
    decimal
        Character before the decimals.
    """

    paid: str = "paid"
    day: str = "%Y-%m-%d"
    decimal: str = "."

    def number(self, value: float) -> str:
        """A number as short as it is exact."""
        return f"{value:g}".replace(".", self.decimal)


PLAIN = Writing()
LONGEST_BREAK = 180
"""Minutes that the settings allow."""


# -- shown ---------------------------------------------------------------------------------------------------


def shown(kind: CellKind, value: Any, writing: Writing = PLAIN) -> Any:
    """Cell of the editor for a value of the settings: text, a number, a flag, or a list of words.

    Examples
    --------
    >>> shown(CellKind.PAIRS, (("L", "E"), ("N", "E"))), shown(CellKind.RANGE, (-10.0, 40.5))
    ('L > E; N > E', '-10 .. 40.5')
    """
    match kind:
        case CellKind.LIST:
            return list(value or ())
        case CellKind.NUMBER | CellKind.FLAG:
            return value
    if value is None:
        return ""
    match kind:
        case CellKind.TIME:
            return f"{value:%H:%M}"
        case CellKind.BREAKS:
            return breaks_text(value, writing)
        case CellKind.PAIRS:
            return "; ".join(f"{first} > {second}" for first, second in value)
        case CellKind.SPANS:
            return "; ".join(f"{first:{writing.day}} .. {last:{writing.day}}" for first, last in value)
        case CellKind.RANGE:
            return " .. ".join(map(writing.number, value))
    return value


def breaks_text(breaks: Sequence[Break], writing: Writing = PLAIN) -> str:
    """Breaks as people can write them.

    Examples
    --------
    >>> breaks_text([Break(30, 3, 5), Break(15, 1, 2, paid=True)])
    '30 min 3-5 h; 15 min paid 1-2 h'
    """
    return "; ".join(
        f"{b.minutes} min{f' {writing.paid}' if b.paid else ''} "
        f"{writing.number(b.earliest_hours)}-{writing.number(b.latest_hours)} h"
        for b in breaks
    )


# -- read ----------------------------------------------------------------------------------------------------


def read(kind: CellKind, cell: Any) -> Any:
    """Value for the settings of a cell of the editor; None where it is empty.

    Raises
    ------
    ValueError
        With what is wrong and what to do.

    Examples
    --------
    >>> read(CellKind.SPANS, "01.04.2027 - 15.07.2027"), read(CellKind.RANGE, "-10 bis 40")
    ([[datetime.date(2027, 4, 1), datetime.date(2027, 7, 15)]], [-10.0, 40.0])
    """
    cell = as_plain(cell)
    if kind is CellKind.LIST:
        return [str(v) for v in cell or ()]
    if kind is CellKind.NUMBER:
        return cell
    if kind is CellKind.FLAG:
        return bool(cell)
    text = "" if cell is None else str(cell).strip()
    match kind:
        case CellKind.TIME:
            return _time(text) if text else None
        case CellKind.BREAKS:
            return [_break_table(b) for b in read_breaks(text)]
        case CellKind.PAIRS:
            return [_pair(part) for part in _parts(text)]
        case CellKind.SPANS:
            return [_span(part) for part in _parts(text)]
        case CellKind.RANGE:
            return _range(text) if text else None
    return text


def as_plain(value: Any) -> Any:
    """A cell as a plain value: None where empty, whole numbers as such."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return list(value)
    if value is None or value != value or value is pd.NA:
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value


def parsed(kind: CellKind, value: object, decimal: Decimal = Decimal.UNKNOWN) -> Any:
    """Cell of the editor for a cell of a file that people brought.

    Parameters
    ----------
    kind
        What the column holds.
    value
        Text, or what a workbook holds.
    decimal
        How the file writes decimals.

    Raises
    ------
    ValueError
        With what is wrong and what to do.

    Examples
    --------
    >>> parsed(CellKind.LIST, "E|L"), parsed(CellKind.FLAG, "ja"), parsed(CellKind.NUMBER, "38,5")
    (['E', 'L'], True, 38.5)
    """
    empty = value is None or value != value or is_empty(value)
    match kind:
        case CellKind.NUMBER:
            found = float("nan") if empty else number(value, decimal)
            if isinstance(found, tuple):
                raise ValueError(found[0], "write a number such as 38.5, or leave the cell empty")
            return as_plain(found)
        case CellKind.FLAG:
            told = None if empty else yes_no(value)
            if isinstance(told, tuple):
                raise ValueError(*told)
            return bool(told)
        case CellKind.LIST:
            return [] if empty else [p for p in map(str.strip, re.split(r"[|,;/]", word(value))) if p]
    text = "" if empty else word(as_text(value))
    read(kind, text)
    return text


_DAY_NAMES: dict[str, tuple[str, ...]] = {
    "mon": ("monday", "montag", "mo"),
    "tue": ("tuesday", "dienstag", "di"),
    "wed": ("wednesday", "mittwoch", "mi"),
    "thu": ("thursday", "donnerstag", "do"),
    "fri": ("friday", "freitag", "fr"),
    "sat": ("saturday", "samstag", "sonnabend", "sa"),
    "sun": ("sunday", "sonntag", "so"),
}


def weekdays(names: Sequence[str]) -> list[str]:
    """Our weekdays of names in English or German, Monday first.

    Raises
    ------
    ValueError
        With the names that are none, and what to do.

    Examples
    --------
    >>> weekdays(["So", "Monday"])
    ['mon', 'sun']
    """
    ours = {plain(w): day for day, words in _DAY_NAMES.items() for w in (day, *words)}
    unknown = [n for n in names if plain(n) not in ours]
    if unknown:
        raise ValueError(f"{', '.join(map(repr, unknown))} is not a weekday", "write mon|tue|wed|thu|fri|sat|sun")
    found = {ours[plain(n)] for n in names}
    return [d for d in WEEKDAYS if d in found]


_HOURS = r"(\d+(?:[.,]\d+)?)"
_BREAK = re.compile(rf"(\d+)\s*(?:min)?\s*(paid|bezahlt)?\s*(?:@|:|in)?\s*{_HOURS}\s*[-–]\s*{_HOURS}\s*h?", re.I)
_TO = re.compile(r"\s*(?:\.\.+|…|–|\bto\b|\bbis\b|\s-\s)\s*", re.I)
_FOLLOWS = re.compile(r"\s*(?:->|→|>)\s*")


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
    for part in _parts(text):
        match = _BREAK.fullmatch(part)
        if match is None or not 0 < int(match[1]) <= LONGEST_BREAK:
            todo = f"write 30 min 3-5 h: up to {LONGEST_BREAK} minutes, and from when to when it may begin"
            raise ValueError(f"{part!r} is not a break", todo)
        early, late = (_number(match[g]) for g in (3, 4))
        found.append(Break(int(match[1]), early, late, paid=match[2] is not None))
    return tuple(found)


def _break_table(pause: Break) -> dict[str, Any]:
    table = {"minutes": pause.minutes, "earliest_hours": pause.earliest_hours, "latest_hours": pause.latest_hours}
    return table | ({"paid": True} if pause.paid else {})


def _parts(text: str) -> list[str]:
    return [p for p in map(str.strip, text.split(";")) if p]


def _time(text: str) -> time:
    if re.fullmatch(r"\d{1,2}", text):
        text = f"{text}:00"
    found = clock(text)
    if isinstance(found[0], str) or found[0] >= 86_400:
        raise ValueError(f"{text!r} is not a time", "write 08:00")
    return time(found[0] // 3600, found[0] // 60 % 60)


def _pair(text: str) -> list[str]:
    codes = _FOLLOWS.split(text)
    if len(codes) != 2 or not all(codes):
        raise ValueError(f"{text!r} is not a pair of shifts", "write L > E: no E on the day after an L")
    return codes


def _span(text: str) -> list[date]:
    ends = _TO.split(text)
    days = [day_number(e.strip()) for e in ends]
    if len(days) == 2 and all(isinstance(d, int) for d in days):
        first, last = (date.fromordinal(cast(int, d)) for d in days)
        if first <= last:
            return [first, last]
    raise ValueError(f"{text!r} is not a span of days", "write 2027-04-01 .. 2027-07-15, the first day before the last")


def _range(text: str) -> list[float]:
    ends = _TO.split(text)
    try:
        low, high = map(_number, ends)
    except ValueError:
        low, high = 1.0, 0.0
    if low > high:
        raise ValueError(f"{text!r} is not a range", "write -20 .. 40, the lower number first")
    return [low, high]


def _number(text: str) -> float:
    return float(text.strip().replace(",", ".").replace("\N{MINUS SIGN}", "-"))
