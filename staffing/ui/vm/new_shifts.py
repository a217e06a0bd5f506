"""Shift types of a new team, guessed from its opening hours and contracts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import time

import pandas as pd

from staffing.grid import WEEKDAYS
from staffing.roster.problem import Break, ShiftType
from staffing.ui.vm.new_queues import GROUPS
from staffing.ui.vm.settings_cells import PLAIN, Writing
from staffing.ui.vm.settings_tables import shift_table

SHIFT_NAMES = {"E": "Early", "M": "Middle", "L": "Late", "mon-fri": "Weekday", "sat": "Saturday", "sun": "Sunday"}


def guess_shifts(
    queues: pd.DataFrame,
    contracts: pd.DataFrame,
    names: Mapping[str, str] = SHIFT_NAMES,
    writing: Writing = PLAIN,
) -> pd.DataFrame:
    """Early, middle and late shifts over the opening hours, in the lengths that the contracts ask for.

    Parameters
    ----------
    queues, contracts
        Tables of the form.
    names
        Of the shifts by their letter, and of those of single groups of days.
    writing
        How breaks are written.
    """
    found: list[ShiftType] = []
    spans = {g: span for g in GROUPS if (span := _span(queues[g])) is not None}
    lengths = sorted({_length(float(h)) for h in contracts["weekly_hours"]}, reverse=True)
    full = [g for g in spans if spans[g] == spans[next(iter(spans))]]
    for length in lengths:
        whole = [d for g in full for d in (WEEKDAYS[i] for i in GROUPS[g])]
        found += _three(spans[full[0]], length, whole, names) if full else []
    for group in [g for g in spans if g not in full]:
        low, high = spans[group]
        paid = min(max(lengths), (high - low) / 60)
        days = [WEEKDAYS[d] for d in GROUPS[group]]
        found.append(_shift(group[:2].upper(), names[group], low, paid, days, unpopular=False))
    return shift_table(found, writing)


def _span(texts: pd.Series) -> tuple[int, int] | None:
    """First and last minute of several opening hours."""
    found = [re.fullmatch(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", str(x).strip()) for x in texts]
    ends = [(int(m[1]) * 60 + int(m[2]), int(m[3]) * 60 + int(m[4])) for m in found if m]
    return (min(a for a, _ in ends), max(b for _, b in ends)) if ends else None


def _length(weekly: float) -> float:
    """Paid hours of a usual day: a fifth of the week in half hours, at least four hours."""
    return min(8.0, max(4.0, round(weekly / 5 * 2) / 2))


def _three(span: tuple[int, int], paid: float, days: Sequence[str], names: Mapping[str, str]) -> list[ShiftType]:
    low, high = span
    last = max(low, high - round(60 * (paid + _pause(paid) / 60)))
    middle = (low + last) // 2 // 30 * 30
    starts = {"E": low, "M": middle, "L": last}
    found = []
    taken: set[int] = set()
    for letter, start in starts.items():
        if start not in taken:
            taken.add(start)
            late = letter == "L" and last > low
            found.append(_shift(f"{letter}{paid:g}", names[letter], start, paid, days, unpopular=late))
    return found


def _pause(paid: float) -> int:
    return 30 if paid >= 6 else 0


def _shift(code: str, name: str, start: int, paid: float, days: Sequence[str], *, unpopular: bool) -> ShiftType:
    pause = _pause(paid)
    breaks = (Break(pause, max(1.0, paid / 2 - 1), paid / 2 + 1),) if pause else ()
    return ShiftType(
        code=code.replace(".", ""),
        name=name,
        start=time(start // 60 % 24, start % 60),
        hours=paid + pause / 60,
        breaks=breaks,
        weekdays=tuple(days),
        unpopular=unpopular,
    )
