"""A team's tables as they can be edited in the browser, in our column names; in and out as CSV and XLSX."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter

from staffing.errors import InputError, Problem
from staffing.frames import Kind, Sheet, plain, read_sheet
from staffing.frames.cells import as_text, moments
from staffing.frames.contract import Contract
from staffing.frames.tables import ABSENCES, ADJUSTMENTS, AGENTS, EVENTS, LEDGER, LOCKS, REQUESTS
from staffing.scenario import Scenario

TABLES: dict[str, Contract] = {
    "agents": AGENTS,
    "absences": ABSENCES,
    "requests": REQUESTS,
    "locks": LOCKS,
    "ledger": LEDGER,
    "events": EVENTS,
    "adjustments": ADJUSTMENTS,
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""Media type of a workbook."""
FIRST_ROW = 2
"""Number of the first row in a spreadsheet, under the header."""

KNOWN_AS: Mapping[str, tuple[str, ...]] = {
    "agent_id": (
        "id",
        "nr",
        "number",
        "agent",
        "agentnumber",
        "employeeid",
        "employeenumber",
        "employeeno",
        "staffid",
        "staffnumber",
        "personnelnumber",
        "personalnummer",
        "personalnr",
        "persnr",
        "pnr",
        "mitarbeiternummer",
        "mitarbeiternr",
        "mitarbeiterid",
    ),
    "name": ("agentname", "employee", "employeename", "fullname", "member", "mitarbeiter", "mitarbeitername", "person"),
    "contract": ("contracttype", "workplan", "vertrag", "vertragsart", "arbeitszeitmodell"),
    "queues": (
        "skills",
        "skill",
        "queue",
        "warteschlangen",
        "warteschlange",
        "fähigkeiten",
        "qualifikationen",
        "themen",
    ),
    "mon": ("monday", "montag", "mo"),
    "tue": ("tuesday", "dienstag", "di"),
    "wed": ("wednesday", "mittwoch", "mi"),
    "thu": ("thursday", "donnerstag", "do"),
    "fri": ("friday", "freitag", "fr"),
    "sat": ("saturday", "samstag", "sa"),
    "sun": ("sunday", "sonntag", "so"),
    "first_day": ("from", "start", "startdate", "begin", "von", "beginn", "ersttag", "eintritt", "ab"),
    "last_day": ("to", "until", "end", "enddate", "bis", "ende", "austritt"),
    "kind": ("type", "reason", "absence", "art", "grund", "abwesenheit"),
    "credited": ("paid", "bezahlt", "angerechnet"),
    "date": ("day", "datum", "tag"),
    "wish": ("request", "wunsch"),
    "weight": ("gewicht", "priority", "priorität"),
    "shift": ("code", "shiftcode", "schicht", "dienst", "kürzel"),
    "start": ("beginn",),
    "weekends": ("wochenenden",),
    "unpopular": ("unbeliebt",),
    "hours": ("stunden",),
    "queue": ("skill", "warteschlange", "thema"),
    "factor": ("faktor",),
    "contacts": ("kontakte", "anrufe", "calls", "volume"),
    "end": ("ende",),
    "who": ("wer", "by", "von", "author"),
    "why": ("warum", "reason", "grund", "comment", "kommentar"),
}
"""Other names our columns go by, without blanks and punctuation."""


@dataclass(frozen=True)
class Imported:
    """A foreign table in our columns: its rows, and the columns that were not used."""

    rows: pd.DataFrame
    unused: tuple[str, ...]


def editable(scenario: Scenario, name: str) -> pd.DataFrame:
    """Rows of all files of a table one after the other, every cell as text; further columns are left out.

    Raises
    ------
    InputError
        Where a file is no table.
    """
    columns = [c.name for c in TABLES[name].columns]
    parts = [pd.DataFrame(columns=columns, dtype=str)]
    for path in scenario.files(name):
        sheet = read_sheet(path, rowless=True)
        theirs = {plain(h): i for i, h in reversed(list(enumerate(sheet.header)))}
        parts.append(_ours(sheet, {c: theirs[plain(c)] for c in columns if plain(c) in theirs}, columns))
    return _numbered(pd.concat(parts, ignore_index=True))


def imported(path: Path, name: str) -> Imported:
    """Rows of a foreign file, its columns recognised by their names in English or German.

    Raises
    ------
    InputError
        Where it is no table, or a column that must be there is not recognised.
    """
    sheet = read_sheet(path, rowless=True)
    columns = [c.name for c in TABLES[name].columns]
    found = recognised(sheet.header, columns)
    if "agent_id" not in found and "name" in found:
        found = {"agent_id": found["name"], **found}
    need(sheet, [c.name for c in TABLES[name].columns if c.required], found)
    unused = tuple(h for i, h in enumerate(sheet.header) if h and i not in found.values())
    return Imported(_numbered(_ours(sheet, found, columns)), unused)


def recognised(
    header: Sequence[str], columns: Sequence[str], known: Mapping[str, Sequence[str]] = KNOWN_AS
) -> dict[str, int]:
    """Our column -> place in the header; no place is used twice, and own names go before other names.

    Examples
    --------
    >>> recognised(["Personalnummer", "Mitarbeiter", "Vertrag", "Skills"], ["agent_id", "name", "contract", "queues"])
    {'agent_id': 0, 'name': 1, 'contract': 2, 'queues': 3}
    """
    theirs = [plain(h) for h in header]
    found: dict[str, int] = {}
    for own_name in (True, False):
        for column in columns:
            words = (plain(column),) if own_name else tuple(map(plain, known.get(column, ())))
            place = next((theirs.index(w) for w in words if w in theirs), None)
            if column not in found and place is not None and place not in found.values():
                found[column] = place
    return {c: found[c] for c in columns if c in found}


def need(sheet: Sheet, columns: Sequence[str], found: Mapping[str, int]) -> None:
    """Refuse a file without columns that must be there.

    Raises
    ------
    InputError
        With each of them.
    """
    there = ", ".join(h for h in sheet.header if h)
    missing = [c for c in columns if c not in found]
    if missing:
        raise InputError(
            Problem(sheet.head, f"column {c!r} is missing; the file has: {there}", f"name a column {c}")
            for c in missing
        )


def typed(rows: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """Dates and numbers as such, in columns where every cell can be read; the others stay text."""
    out = rows.astype(object).map(cell_text)
    for column in contract.columns:
        cells = out[column.name]
        if column.kind is Kind.DATE:
            found, faults = moments(cells.to_numpy(dtype=object))
            if not faults:
                days = [date.fromordinal(d) if d else None for d in found.day.tolist()]
                out[column.name] = pd.to_datetime(pd.Series(days, index=rows.index))
        elif column.kind is Kind.NUMBER:
            numbers = pd.to_numeric(cells.replace("", np.nan), errors="coerce")
            if numbers.notna().sum() == (cells != "").sum():
                out[column.name] = numbers.astype(float)
    return out


def _ours(sheet: Sheet, found: Mapping[str, int], columns: list[str]) -> pd.DataFrame:
    cells = {c: [cell_text(v) for v in sheet.cells.iloc[:, i]] for c, i in found.items()}
    return pd.DataFrame(cells, columns=columns)


def _numbered(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.fillna("").astype(str)
    rows.index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(rows))
    return rows


def cell_text(value: object) -> str:
    """Text of a cell of the editor: days in ISO notation, yes and no, lists joined by a bar, nothing where it is empty."""
    if value is None or value != value or value is pd.NaT:
        return ""
    if isinstance(value, datetime) and not (value.hour or value.minute):
        return value.date().isoformat()
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "|".join(map(str, value))
    if isinstance(value, float):
        return f"{value:.15g}"  # as short as it is exact
    return as_text(value).removesuffix(" 00:00:00").strip()


def same(before: pd.DataFrame, after: pd.DataFrame) -> bool:
    """Whether two tables hold the same rows; an empty row counts as none."""
    return _filled(before) == _filled(after)


def as_csv(rows: pd.DataFrame, *, blank_rows: bool = False) -> bytes:
    """A table as CSV; rows that are empty are left out unless the row numbers are to stay."""
    text = io.StringIO()
    kept = _rows(rows) if blank_rows else _filled(rows)
    pd.DataFrame(kept, columns=rows.columns).to_csv(text, index=False, lineterminator="\n")
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: pd.DataFrame, name: str) -> bytes:
    """A table as a workbook of one sheet, every cell as text, so that numbers such as 007 stay as they are."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet(name)
        head, text = book.add_format({"bold": True, "bg_color": "#F2F2F2"}), book.add_format({"num_format": "@"})
        for column, title in enumerate(rows.columns):
            sheet.write_string(0, column, str(title), head)
            sheet.set_column(column, column, max(12, len(str(title)) + 2), text)
        for row, cells in enumerate(_filled(rows), 1):
            for column, cell in enumerate(cells):
                if cell:
                    sheet.write_string(row, column, cell, text)
        sheet.freeze_panes(1, 0)
    return buffer.getvalue()


def _rows(table: pd.DataFrame) -> list[list[str]]:
    return [[cell_text(c) for c in row] for row in table.astype(object).to_numpy().tolist()]


def _filled(table: pd.DataFrame) -> list[list[str]]:
    return [row for row in _rows(table) if any(row)]


# -- skills ------------------------------------------------------------------------------------------------


def skills(agents: pd.DataFrame, queues: Sequence[str]) -> pd.DataFrame:
    """Agents by queues: the priority of each queue an agent can serve (1 is served first), NaN where not.

    Examples
    --------
    >>> people = pd.DataFrame({"agent_id": ["a"], "name": ["Anna"], "queues": ["chat:2|phone"]})
    >>> skills(people, ["phone", "chat"]).values.tolist()
    [['a', 'Anna', 1.0, 2.0]]
    """
    out = agents[["agent_id", "name"]].copy()
    told = [_priorities(text) for text in agents["queues"]]
    for queue in queues:
        out[queue] = [own.get(plain(queue), np.nan) for own in told]
    return out


def _priorities(text: str) -> dict[str, float]:
    found = {}
    for part in re.split(r"[|,;/]", text):
        queue, _, priority = part.partition(":")
        if queue.strip():
            found[plain(queue)] = float(priority) if priority.strip().isdigit() else 1.0
    return found


def with_skills(agents: pd.DataFrame, changed: pd.DataFrame, queues: Sequence[str]) -> pd.DataFrame:
    """The agents' table with the skills of a table as `skills` gives it."""
    told = []
    for row in changed[list(queues)].to_numpy(dtype=float).tolist():
        own = sorted((int(p), i) for i, p in enumerate(row) if p == p)
        told.append("|".join(f"{queues[i]}:{p}" for p, i in own))
    return agents.assign(queues=told)
