"""People and contracts of a new team, from any list of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from staffing.errors import InputError, Problem, Problems
from staffing.frames import Sheet, plain, read_sheet
from staffing.frames.tables import AGENTS
from staffing.ui.vm.tables import FIRST_ROW, recognised

CONTRACT_COLUMNS = ("contract", "weekly_hours", "hourly_cost")
HOURS_NAMES = (
    "weeklyhours",
    "hoursperweek",
    "hours",
    "wochenstunden",
    "stundenprowoche",
    "stunden",
    "wochenarbeitszeit",
)
DEFAULT_COST = 22.0
FULL_HOURS, PART_HOURS = 40.0, 20.0
WEEKLY_HOURS = (4.0, 60.0)
"""Least and most hours a week that a number can mean."""
WEEK_HOURS = 168.0


def read_agents(path: Path, queues: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows for the agents' table, and the contracts they have, from any list of people.

    Columns are recognised by their names. People without a number are called by their name, without skills can serve
    every queue; without a contract it follows from the hours a week, else everybody has the same.

    Raises
    ------
    InputError
        Where it is no table, names nobody, or hours a week cannot be read.
    """
    sheet = read_sheet(path)
    found = recognised(sheet.header, [c.name for c in AGENTS.columns])
    place = found.get("agent_id", found.get("name"))
    if place is None:
        there = ", ".join(h for h in sheet.header if h)
        what = f"there is no column with people's names or numbers; the file has: {there}"
        raise InputError([Problem(f"{sheet.name} row 1", what, "call one agent_id or name")])
    cells = {c: sheet.cells.iloc[:, i].astype(str).str.strip() for c, i in found.items()}
    rows = pd.DataFrame(cells, columns=[c.name for c in AGENTS.columns]).fillna("")
    rows["agent_id"] = sheet.cells.iloc[:, place].astype(str).str.strip()
    rows["name"] = rows["name"].where(rows["name"] != "", rows["agent_id"])
    hours = _hours_column(sheet, found)
    weekly = pd.Series(np.nan, index=rows.index) if hours is None else _weekly(sheet, hours)
    by_hours = weekly.map(lambda h: f"{h:g}h" if h == h else "")
    rows["contract"] = rows["contract"].where(rows["contract"] != "", by_hours)
    rows["contract"] = rows["contract"].where(rows["contract"] != "", "standard")
    rows["queues"] = [_known(text, queues) for text in rows["queues"]]
    contracts = [
        (name, _hours_of(name, weekly[rows["contract"] == name]), DEFAULT_COST)
        for name in dict.fromkeys(rows["contract"])
    ]
    rows.index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(rows))
    return rows, pd.DataFrame(contracts, columns=list(CONTRACT_COLUMNS))


def unread_columns(path: Path) -> list[str]:
    """Columns of a list of people that `read_agents` makes nothing of, by their names."""
    sheet = read_sheet(path)
    found = recognised(sheet.header, [c.name for c in AGENTS.columns])
    read = {*found.values(), _hours_column(sheet, found)}
    return [h for i, h in enumerate(sheet.header) if h and i not in read]


def _hours_column(sheet: Sheet, found: Mapping[str, int]) -> int | None:
    """Place of the hours a week: a column called so, else one whose name tells of hours and whose numbers can be them."""
    named = next((i for i, h in enumerate(sheet.header) if plain(h) in HOURS_NAMES), None)
    if named is not None:
        return named
    for i, h in enumerate(sheet.header):
        if i not in found.values() and any(word in plain(h) for word in ("stunden", "hours")):
            numbers = _numbers(sheet, i).dropna()
            if len(numbers) and numbers.between(*WEEKLY_HOURS).all():
                return i
    return None


def _numbers(sheet: Sheet, place: int) -> pd.Series:
    texts = sheet.cells.iloc[:, place].astype(str).str.replace(",", ".", regex=False)
    return pd.to_numeric(texts, errors="coerce")


def _weekly(sheet: Sheet, place: int) -> pd.Series:
    """Hours a week of each row; NaN where none are told."""
    numbers = _numbers(sheet, place)
    texts = sheet.cells.iloc[:, place].astype(str).str.strip()
    wrong = (texts != "") & ~numbers.between(0, WEEK_HOURS, inclusive="right")
    problems = Problems()
    for row, text in texts[wrong].items():
        where = f"{sheet.name} row {row}, column {sheet.header[place]}"
        problems.add(where, f"{text!r} is not hours a week", "write digits, such as 38.5, or leave the cell empty")
    problems.raise_if_any()
    return numbers


def _known(text: str, queues: Sequence[str]) -> str:
    """Skills in the queues' own spelling; all of them where none is told. What is not known stays, and is told later."""
    ours = {plain(q): q for q in queues}
    parts = []
    for part in filter(None, (p.strip() for p in re.split(r"[|,;/]", text))):
        name, colon, priority = part.partition(":")
        parts.append(ours.get(plain(name), name.strip()) + colon + priority)
    return "|".join(parts or queues)


def _hours_of(name: str, weekly: pd.Series) -> float:
    if weekly.notna().any():
        return float(weekly.median())
    number = re.search(r"\d{2}(?:[.,]\d+)?", name)
    if number and WEEKLY_HOURS[0] <= float(number[0].replace(",", ".")) <= WEEKLY_HOURS[1]:
        return float(number[0].replace(",", "."))
    return PART_HOURS if re.search(r"part|teil|half|halb", name, re.I) else FULL_HOURS
