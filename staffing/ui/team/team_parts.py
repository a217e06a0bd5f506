"""The parts of a team that are edited as tables, with their columns in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from staffing.frames import Kind
from staffing.grid import WEEKDAYS
from staffing.scenario import Scenario
from staffing.ui.fields import date_in_table
from staffing.ui.table_form import Part
from staffing.ui.texts import LANGUAGES, Texts
from staffing.ui.typed_table import Columns
from staffing.ui.vm import settings_files, settings_tables
from staffing.ui.vm.settings_cells import CellKind, Writing
from staffing.ui.vm.tables import TABLES, Imported, as_csv, editable, imported, same, skills, typed, with_skills
from staffing.ui.vm.team_edits import TeamEdit, table_edit

SPAN_PIXELS = 108
"""Width of a column of times such as 07:30-17:00."""


def part_of(t: Texts, name: str, scenario: Scenario) -> Part:
    """A part by its name.

    Raises
    ------
    InputError
        Where a file of its table cannot be read.
    """
    match name:
        case "skills":
            return _skills(t, scenario)
        case "contracts":
            return _contracts(t, scenario)
        case "shifts":
            return _shifts(t, scenario)
        case _:
            return _table(t, name, scenario)


def _table(t: Texts, name: str, scenario: Scenario) -> Part:
    saved = editable(scenario, name)

    def edit_of(rows: pd.DataFrame) -> TeamEdit:
        if same(typed(saved, TABLES[name]), typed(rows, TABLES[name])):
            return TeamEdit()
        return table_edit(name, rows)

    return Part(
        name,
        typed(saved, TABLES[name]),
        lambda rows: _table_columns(t, name, scenario, rows),
        edit_of,
        lambda now: as_csv(editable(now, name)),
        key="agent_id" if name in ("agents", "ledger") else None,
        bring=lambda path: _typed_rows(imported(path, name), name),
    )


def _typed_rows(found: Imported, name: str) -> Imported:
    return replace(found, rows=typed(found.rows, TABLES[name]))


def _table_columns(t: Texts, name: str, scenario: Scenario, rows: pd.DataFrame) -> Columns:
    """Columns of a table; dates and numbers are such where all of `rows` are."""
    columns: dict[str, Any] = {"_index": st.column_config.NumberColumn(t("team.column.row"), width="small")}
    for column in TABLES[name].columns:
        label = t(f"team.column.{column.name}") + (" *" if column.required and not column.empty else "")
        options = _options(column.name, name, scenario)
        if options is not None:
            columns[column.name] = st.column_config.SelectboxColumn(label, options=options, format_func=words_of(t))
        elif column.kind is Kind.DATE and rows[column.name].dtype.kind == "M":
            columns[column.name] = st.column_config.DateColumn(label, format=date_in_table(t))
        elif column.kind is Kind.NUMBER and rows[column.name].dtype.kind == "f":
            columns[column.name] = st.column_config.NumberColumn(label, format="localized")
        else:
            width = SPAN_PIXELS if column.name in WEEKDAYS else None
            columns[column.name] = st.column_config.TextColumn(label, width=width)
    return columns


def words_of(t: Texts) -> Callable[[Any], str]:
    """What the words that the tables know are called; codes, names and ids stay as they are."""
    words = {w: t(f"team.word.{w}") for w in ("yes", "no", "off", "work")}
    return lambda word: words.get(str(word), str(word))


def _options(column: str, table: str, scenario: Scenario) -> Sequence[str] | None:
    """What a cell may hold, where that is a short list."""
    codes = [s.code for s in scenario.shift]
    known: dict[tuple[str, str], Sequence[str]] = {
        ("agents", "contract"): list(scenario.contract),
        ("absences", "credited"): ["yes", "no"],
    }
    if column == "queue":
        return list(dict.fromkeys([*scenario.queues, *filter(None, editable(scenario, table)["queue"])]))
    if (table, column) in (("requests", "wish"), ("locks", "shift")):
        told = ["off", "work"] if column == "wish" else ["off"]
        return list(dict.fromkeys([*told, *codes, *filter(None, editable(scenario, table)[column])]))
    if column == "agent_id" and table != "agents":
        return list(dict.fromkeys([*editable(scenario, "agents")["agent_id"], *editable(scenario, table)["agent_id"]]))
    return known.get((table, column))


def _skills(t: Texts, scenario: Scenario) -> Part:
    agents = editable(scenario, "agents")
    queues = scenario.queues
    saved = skills(agents, queues)

    def edit_of(rows: pd.DataFrame) -> TeamEdit:
        if rows.equals(saved):
            return TeamEdit()
        return TeamEdit(
            tables={"agents": as_csv(with_skills(agents, rows, queues), blank_rows=True).decode("utf-8-sig")}
        )

    columns: dict[str, Any] = {
        "_index": st.column_config.NumberColumn(t("team.column.row"), width="small"),
        "agent_id": st.column_config.TextColumn(t("team.column.agent_id"), disabled=True),
        "name": st.column_config.TextColumn(t("team.column.name"), disabled=True),
    }
    columns |= {q: st.column_config.NumberColumn(q, min_value=1, max_value=9, step=1, format="%d") for q in queues}
    return Part(
        "skills",
        saved,
        lambda _: columns,
        edit_of,
        lambda now: as_csv(editable(now, "agents")),
        key="agent_id",
        fixed=True,
    )


def writing(t: Texts) -> Writing:
    """How the language writes what is inside cells."""
    return Writing(t("writing.paid"), t("writing.day"), t("writing.decimal"))


def _settings(
    name: str,
    saved: pd.DataFrame,
    columns: Columns,
    mark: Callable[[Scenario], object],
    codes: Sequence[str],
) -> Part:
    edits = {"contracts": settings_tables.contracts_edit, "shifts": settings_tables.shifts_edit}
    known = {c: [_title(Texts(spoken), name, c) for spoken in LANGUAGES] for c in saved.columns}
    return Part(
        name,
        saved,
        lambda _: columns,
        lambda rows: edits[name](saved, rows),
        mark,
        key=str(saved.columns[0]),
        bring=lambda path: settings_files.brought(path, name, saved, known, codes),
    )


def _title(t: Texts, part: str, column: str) -> str:
    if column == "contract":
        return t("team.column.contract")
    return t(f"team.contract.{column}") if part == "contracts" else t(f"team.shift.{column}")


def _contracts(t: Texts, scenario: Scenario) -> Part:
    saved = settings_tables.contracts(scenario, writing(t))
    columns: dict[str, Any] = {"_index": None}
    for name, kind in settings_tables.CONTRACTS.items():
        label = _title(t, "contracts", name)
        match kind:
            case CellKind.TEXT:
                columns[name] = st.column_config.TextColumn(f"{label} *", required=True, pinned=True)
            case CellKind.LIST:
                codes = [s.code for s in scenario.shift]
                columns[name] = st.column_config.MultiselectColumn(label, options=codes, width="medium")
            case CellKind.NUMBER:
                columns[name] = st.column_config.NumberColumn(label, min_value=0, format="localized")
            case _:
                columns[name] = st.column_config.TextColumn(label, help=t(f"writing.{kind}.help"))
    return _settings("contracts", saved, columns, lambda now: now.contract, [s.code for s in scenario.shift])


def _shifts(t: Texts, scenario: Scenario) -> Part:
    saved = settings_tables.shifts(scenario, writing(t))
    return _settings("shifts", saved, shift_columns(t), lambda now: now.shift, ())


def shift_columns(t: Texts) -> Columns:
    """Columns of a table of shift types."""
    return {
        "_index": None,
        "code": st.column_config.TextColumn(t("team.shift.code") + " *", required=True, max_chars=8, width=95),
        "name": st.column_config.TextColumn(t("team.shift.name"), width=110),
        "start": st.column_config.TextColumn(t("team.shift.start") + " *", required=True, width=95),
        "latest_start": st.column_config.TextColumn(t("team.shift.latest_start"), width=125),
        "start_step_minutes": st.column_config.NumberColumn(
            t("team.shift.start_step_minutes"),
            min_value=15,
            max_value=240,
            step=15,
            help=t("team.shift.start_step_minutes.help"),
        ),
        "hours": st.column_config.NumberColumn(
            t("team.shift.hours") + " *", min_value=0.25, max_value=24.0, step=0.25, format="localized"
        ),
        "breaks": st.column_config.TextColumn(t("team.shift.breaks"), width="medium"),
        "weekdays": st.column_config.MultiselectColumn(
            t("team.shift.weekdays"), options=list(WEEKDAYS), format_func=lambda d: t(f"weekday.{d}"), width=265
        ),
        "unpopular": st.column_config.CheckboxColumn(t("team.shift.unpopular")),
        "on_call": st.column_config.CheckboxColumn(t("team.shift.on_call"), help=t("team.shift.on_call.help")),
        "heads": st.column_config.NumberColumn(
            t("team.shift.heads"), min_value=0, max_value=1000, step=1, help=t("team.shift.heads.help")
        ),
        "hours_factor": st.column_config.NumberColumn(
            t("team.shift.hours_factor"),
            min_value=0.0,
            max_value=1.0,
            step=0.05,
            format="localized",
            help=t("team.shift.hours_factor.help"),
        ),
        "pay_factor": st.column_config.NumberColumn(
            t("team.shift.pay_factor"), min_value=0.0, max_value=5.0, step=0.05, format="localized"
        ),
    }
