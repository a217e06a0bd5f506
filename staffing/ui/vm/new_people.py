"""People and contracts of a new team, from any list of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
HOURS = re.compile(
    r"(\d+(?:[.,]\d+)?)(?::([0-5]\d))?\s*(?:h|hrs?|hours?|std|stunden)?\.?\s*(?:(?:/|per|pro|a)\s*(?:w|wk|week|woche))?\.?",
    re.I,
)
NAME_PARTS = (("vorname", "firstname", "givenname"), ("nachname", "lastname", "surname", "familyname", "name"))
"""First and last names where they stand in two columns."""


@dataclass(frozen=True)
class People:
    """A list of people as a team needs it.

    Attributes
    ----------
    file
        Name of the list.
    agents
        Rows for the agents' table; the index holds the list's row numbers.
    contracts
        The contracts they have.
    columns
        Our column -> the list's.
    unread
        Columns of the list that nothing is made of.
    sheets
        Sheets of the workbook that are not read.
    """

    file: str
    agents: pd.DataFrame
    contracts: pd.DataFrame
    columns: Mapping[str, str]
    unread: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()

    def as_given(self, problem: Problem) -> Problem:
        """A problem of the agents' table that was made of the list, told by the list's own rows and columns."""

        def row(found: re.Match[str]) -> str:
            return f"{self.file} row {self.agents.index[int(found[1]) - FIRST_ROW]}"

        where, what = (re.sub(r"\bagents\.csv row (\d+)", row, text) for text in (problem.where, problem.what))
        start, mark, column = where.rpartition(", column ")
        return replace(problem, where=start + mark + self.columns.get(column, column), what=what)


def read_agents(path: Path, queues: Sequence[str]) -> People:
    """People and their contracts, from any list of them.

    Columns are recognised by their names. People without a number are called by their name, without skills can serve
    every queue; without a contract it follows from the hours a week, else everybody has the same.

    Raises
    ------
    InputError
        Where it is no table, names nobody, or hours a week cannot be read.
    """
    sheet = read_sheet(path)
    found = recognised(sheet.header, [c.name for c in AGENTS.columns])
    names = _names(sheet, found)
    if not names:
        there = ", ".join(h for h in sheet.header if h)
        what = f"there is no column with people's names or numbers; the file has: {there}"
        raise InputError([Problem(sheet.head, what, "call one agent_id or name")])
    called = sheet.cells.iloc[:, names].astype(str).agg(" ".join, axis=1).str.strip()
    cells = {c: _cells(sheet, i) for c, i in found.items()}
    rows = pd.DataFrame(cells, columns=[c.name for c in AGENTS.columns], index=sheet.cells.index).fillna("")
    rows["agent_id"] = rows["agent_id"].where(rows["agent_id"] != "", called)
    rows["name"] = called.where(called != "", rows["agent_id"])
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
    columns = {c: sheet.header[i] for c, i in found.items()}
    read = {*found.values(), *names, hours}
    return People(
        sheet.name,
        rows,
        pd.DataFrame(contracts, columns=list(CONTRACT_COLUMNS)),
        {"agent_id": sheet.header[names[-1]], **columns},
        tuple(h for i, h in enumerate(sheet.header) if h and i not in read),
        sheet.others,
    )


def _names(sheet: Sheet, found: Mapping[str, int]) -> list[int]:
    """Places of what people are called by: first and last name, else the name, else the number."""
    both = [i for words in NAME_PARTS for i, h in enumerate(sheet.header) if plain(h) in words]
    if len(both) == len(NAME_PARTS):
        return both
    return [found[c] for c in ("name", "agent_id") if c in found][:1]


def _cells(sheet: Sheet, place: int) -> pd.Series:
    return sheet.cells.iloc[:, place].astype(str).str.strip()


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
    return _cells(sheet, place).map(hours_told)


def hours_told(text: str) -> float:
    """Hours that a cell tells, with or without their unit; NaN where it tells none.

    Examples
    --------
    >>> [hours_told(text) for text in ("38,5 h", "38.5", "38:30", "40 Std./Woche", "full")]
    [38.5, 38.5, 38.5, 40.0, nan]
    """
    found = HOURS.fullmatch(text)
    if found is None:
        return float("nan")
    return float(found[1].replace(",", ".")) + (int(found[2]) / 60 if found[2] else 0.0)


def _weekly(sheet: Sheet, place: int) -> pd.Series:
    """Hours a week of each row; NaN where none are told."""
    numbers, texts = _numbers(sheet, place), _cells(sheet, place)
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
