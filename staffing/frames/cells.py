"""Read cells: numbers, dates, times and words as people and programs write them.

Every parser works on the distinct contents of a column, so a million rows cost little more than their distinct
values, and a whole column can speak for a cell that alone could mean two things.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Fault = tuple[str, str]
"""What is wrong with a cell, and what to do."""


class Decimal(Enum):
    """The character before the decimals of a number."""

    POINT = "."
    COMMA = ","
    UNKNOWN = ""


# -- numbers -----------------------------------------------------------------------------------------------

_SPACES = re.compile(r"[\s  ']")
_PLAIN = re.compile(r"[+-]?\d+")
_POINT = re.compile(r"[+-]?(\d+|[1-9]\d{0,2}(,\d{3})+)?(\.\d*)?([eE][+-]?\d+)?")
_COMMA = re.compile(r"[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+)?(,\d*)?([eE][+-]?\d+)?")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_CLOCK = re.compile(r"\d{1,4}:\d{2}(:\d{2}([.,]\d+)?)?")
EMPTY = frozenset({"", "-", "–", "nan", "na", "n/a", "null", "none", "#n/a", "#nv"})
"""What people leave in a cell that holds nothing."""


def decimal_of(values: Iterable[object]) -> Decimal:
    """Tell from the cells themselves whether they have a decimal point or a decimal comma.

    Examples
    --------
    >>> decimal_of(["1.234", "12,5"]), decimal_of(["1.234", "7"])
    (<Decimal.COMMA: ','>, <Decimal.UNKNOWN: ''>)
    """
    point = comma = False
    for value in values:
        if not isinstance(value, str) or _PLAIN.fullmatch(value):
            continue
        text = _SPACES.sub("", value)
        if not text or _EITHER.fullmatch(text):
            continue
        as_point, as_comma = bool(_POINT.fullmatch(text)), bool(_COMMA.fullmatch(text))
        point |= as_point and not as_comma
        comma |= as_comma and not as_point
    if point == comma:
        return Decimal.UNKNOWN
    return Decimal.POINT if point else Decimal.COMMA


def number(value: object, decimal: Decimal = Decimal.UNKNOWN) -> float | Fault:
    """Read one number; NaN for an empty cell.

    Examples
    --------
    >>> number("1.234,5"), number("1 234"), number("12%"), number("")
    (1234.5, 1234.0, 0.12, nan)
    >>> number("1.234", Decimal.COMMA), number("1.234", Decimal.POINT)
    (1234.0, 1.234)
    >>> number("1.234")
    ("'1.234' can mean 1234 or 1.234", 'write 1234 or 1.2340')
    """
    if isinstance(value, bool | date | time | timedelta):
        return f"{value} is not a number", "format the cell as a number"
    if isinstance(value, int | float):
        return float(value)
    text = _SPACES.sub("", str(value))
    if text.lower() in EMPTY:
        return float("nan")
    if text.endswith("%"):
        share = number(text[:-1], decimal)
        return share if isinstance(share, tuple) else share / 100
    if _CLOCK.fullmatch(text):
        return f"{value!r} is a time, not a number of seconds", "write seconds: 05:12 is 312"
    if any(c.isdigit() for c in text):
        if _PLAIN.fullmatch(text):
            return float(text)
        as_point, as_comma = bool(_POINT.fullmatch(text)), bool(_COMMA.fullmatch(text))
        if as_point and as_comma and decimal is Decimal.UNKNOWN and _EITHER.fullmatch(text):
            whole = re.sub(r"[.,]", "", text)
            part = text.replace(",", ".")
            return f"{value!r} can mean {whole} or {part}", f"write {whole} or {part}0"
        if as_comma and (not as_point or decimal is Decimal.COMMA):
            return float(text.replace(".", "").replace(",", "."))
        if as_point:
            return float(text.replace(",", ""))
    return f"{value!r} is not a number", "write digits only, or leave the cell empty where nothing is known"


# -- dates and times ---------------------------------------------------------------------------------------

NO_OFFSET = np.iinfo(np.int64).min
"""Stands for a time without an offset."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Dates with times as written, not yet placed on a time line.

    Attributes
    ----------
    day
        Day number (`date.toordinal`), shape (N,); 0 where unreadable.
    second
        Second of the day, 0 to 86,399, shape (N,).
    offset
        Seconds east of UTC, shape (N,); `NO_OFFSET` for local time.
    """

    day: IntArray
    second: IntArray
    offset: IntArray


_ISO_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_PACKED_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DOT_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})")
_SLASH_DATE = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})")
_TIME = re.compile(
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*(am|pm|uhr)?\s*(z|utc|gmt|[+-]\d{2}:?\d{2}|[+-]\d{2})?", re.I
)
_SEPARATORS = frozenset("T ")
_DATE_TODO = "write 2026-12-31 or 31.12.2026"


def month_first(texts: Iterable[str]) -> bool | None:
    """Whether dates with slashes are month/day/year; None where nothing tells."""
    first = second = False
    for text in texts:
        if found := _SLASH_DATE.fullmatch(text):
            first |= int(found[1]) > 12
            second |= int(found[2]) > 12
    return second if first != second else None


def day_number(text: str, month_leads: bool | None = None) -> int | Fault:
    """Day number of one date, 0 for an empty cell.

    Examples
    --------
    >>> day_number("31.12.2026") == day_number("2026-12-31") == date(2026, 12, 31).toordinal()
    True
    >>> day_number("3/4/2026")
    ("'3/4/2026' can be day/month or month/day", 'write 2026-12-31 or 31.12.2026')
    """
    if text.lower() in EMPTY:
        return 0
    if found := (_ISO_DATE.fullmatch(text) or _PACKED_DATE.fullmatch(text)):
        y, m, d = (int(g) for g in found.groups())
    elif found := _DOT_DATE.fullmatch(text):
        d, m, y = (int(g) for g in found.groups())
    elif found := _SLASH_DATE.fullmatch(text):
        if month_leads is None and found[1] != found[2]:
            return f"{text!r} can be day/month or month/day", _DATE_TODO
        a, b, y = (int(g) for g in found.groups())
        m, d = (a, b) if month_leads else (b, a)
    else:
        return f"cannot read {text!r} as a date", _DATE_TODO
    try:
        return date(y + 2000 if y < 100 else y, m, d).toordinal()
    except ValueError:
        return f"there is no day {text!r}", _DATE_TODO


def clock(text: str) -> tuple[int, int] | Fault:
    """Second of the day (86,400 for 24:00) and offset of one time; midnight for an empty one.

    Examples
    --------
    >>> clock("14:30"), clock("2:30 pm") == clock("14:30"), clock("14:30:05+01:00")
    ((52200, -9223372036854775808), True, (52205, 3600))
    >>> clock("25:00")
    ("there is no time '25:00'", 'write 14:30')
    """
    if not text:
        return 0, NO_OFFSET
    found = _TIME.fullmatch(text)
    if not found:
        return f"cannot read {text!r} as a time", "write 14:30, or 14:30+01:00 with an offset"
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    half = (found[4] or "").lower()
    if half in ("am", "pm"):
        hour = (hour % 12 + (12 if half == "pm" else 0)) if 1 <= hour <= 12 else 99
    total = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or total > 86_400:
        return f"there is no time {text!r}", "write 14:30"
    return total, _offset(found[5])


def _offset(text: str | None) -> int:
    if text is None:
        return NO_OFFSET
    if text[0] not in "+-":
        return 0
    digits = text[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if text[0] == "-" else seconds


def as_text(value: object) -> str:
    """Text of a cell, dates in ISO notation."""
    if isinstance(value, datetime):
        # Excel keeps days as floating numbers: round what should be a whole second.
        return (value + timedelta(microseconds=500_000)).replace(microsecond=0).isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def moments(values: npt.NDArray[Any]) -> tuple[Moments, Mapping[int, Fault]]:
    """Dates with times; an absent time is midnight.

    Parameters
    ----------
    values
        Distinct cells, shape (N,).

    Returns
    -------
    moments, faults
        Parallel to `values`, and what is wrong by position.

    Examples
    --------
    >>> found, faults = moments(np.array(["31.12.2026 14:30", "soon"], dtype=object))
    >>> found.second.tolist(), faults[1][0]
    ([52200, 0], "cannot read 'soon' as a date")
    """
    texts = [v if isinstance(v, str) else as_text(v) for v in values]
    if all(t[10:11] in _SEPARATORS for t in texts):
        day_texts, clock_texts = [t[:10] for t in texts], [t[11:] for t in texts]
    else:
        parts = [_split(t) for t in texts]
        day_texts, clock_texts = [p[0] for p in parts], [p[1] for p in parts]
    day_of, distinct_days = pd.factorize(np.array(day_texts, dtype=object), use_na_sentinel=False)
    clock_of, clocks = pd.factorize(np.array(clock_texts, dtype=object), use_na_sentinel=False)
    days = [str(d).strip() for d in distinct_days]
    leads = month_first(days)
    numbers = [day_number(d, leads) for d in days]
    times = [clock(c.strip()) for c in clocks]
    day = np.array([0 if isinstance(n, tuple) else n for n in numbers], dtype=np.int64)[day_of]
    second = np.array([t[0] if isinstance(t[0], int) else 0 for t in times], dtype=np.int64)[clock_of]
    offset = np.array([t[1] if isinstance(t[1], int) else 0 for t in times], dtype=np.int64)[clock_of]
    bad_day = np.array([isinstance(n, tuple) for n in numbers], dtype=np.bool_)[day_of]
    bad_time = np.array([isinstance(t[0], str) for t in times], dtype=np.bool_)[clock_of]
    faults: dict[int, Fault] = {}
    for i in np.flatnonzero(bad_day | bad_time).tolist():
        about, part = (
            (numbers[day_of[i]], days[day_of[i]]) if bad_day[i] else (times[clock_of[i]], clock_texts[i].strip())
        )
        if isinstance(about, tuple):
            faults[i] = (str(about[0]).replace(repr(part), repr(texts[i])), str(about[1]))
    known = (day > 0) & ~bad_time
    return Moments(np.where(known, day + second // 86_400, 0), second % 86_400, offset), faults


def _split(text: str) -> tuple[str, str]:
    text = text.strip()
    if text[10:11] in _SEPARATORS:
        return text[:10], text[11:]
    day, _, rest = text.replace("T", " ", 1).partition(" ")
    return day.rstrip(","), rest.strip()


# -- words -------------------------------------------------------------------------------------------------

_YES = frozenset({"yes", "y", "true", "1", "ja", "j", "wahr", "x"})
_NO = frozenset({"no", "n", "false", "0", "nein", "falsch"})


def yes_no(value: object) -> bool | Fault | None:
    """Read yes or no in English or German; None for an empty cell."""
    text = word(value).lower()
    if text in EMPTY:
        return None
    if text in _YES or text in _NO:
        return text in _YES
    return f"{value!r} is neither yes nor no", "write yes or no"


def is_empty(value: object) -> bool:
    """Whether a cell holds nothing.

    Examples
    --------
    >>> is_empty(" n/a "), is_empty(0), is_empty("0")
    (True, False, False)
    """
    # Asked of every distinct cell of a file, so long texts are let off first.
    return isinstance(value, str) and (len(value) < 8 or value.isspace()) and value.strip().lower() in EMPTY


def word(value: object) -> str:
    """Text of a cell: stripped, whole numbers without decimals, without the mark that stops a spreadsheet's formula.

    Examples
    --------
    >>> word(" Jürgen "), word(1001.0), word("'=SUM(A1)")
    ('Jürgen', '1001', '=SUM(A1)')
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@\t" else text
