"""A table that is edited, checked at once, saved or made a scenario of, and taken out and in as a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from staffing.errors import InputError, Problem
from staffing.ui import frame, session
from staffing.ui.team_words import changes_table
from staffing.ui.texts import Texts, plain
from staffing.ui.vm import team_edits
from staffing.ui.vm.table_changes import changes
from staffing.ui.vm.tables import Imported, as_csv, as_xlsx
from staffing.ui.vm.team_edits import TeamEdit
from staffing.ui.vm.teams import ScenarioFile, Team

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_CHANGES = 100


@dataclass(frozen=True)
class Part:
    """What is edited.

    Attributes
    ----------
    name
        Of the part, such as ``agents``.
    rows
        To begin with.
    columns
        Streamlit's settings of the columns.
    edit_of
        Rows -> the change they are; raises `InputError` for rows that cannot be read.
    saved
        Rows as they are saved.
    key
        Column that names a row; None where rows have no name.
    bring
        A file -> its rows in our columns; None where no file can be brought in.
    fixed
        Whether rows can neither come nor go.
    """

    name: str
    rows: pd.DataFrame
    columns: Mapping[str, Any]
    edit_of: Callable[[pd.DataFrame], TeamEdit]
    saved: pd.DataFrame
    key: str | None = None
    bring: Callable[[Path], Imported] | None = None
    fixed: bool = False


def table_form(t: Texts, team: Team, file: ScenarioFile, part: Part) -> None:
    """The table with what is wrong in it, and what can be done with it."""
    key = f"{part.name}-{file.path}"
    turn = st.session_state.setdefault(f"turn-{key}", 0)
    rows = part.rows
    st.caption(t(f"team.help.{part.name}"))
    edited = st.data_editor(
        rows,
        num_rows="fixed" if part.fixed else "dynamic",
        column_config=dict(part.columns),
        hide_index=part.columns.get("_index") is None,
        placeholder="",
        key=f"edit-{key}-{turn}",
        height=min(560, 80 + 36 * len(rows)),
        alt=t(f"team.part.{part.name}"),
    )
    edit, problems = _judged(file, part, edited)
    with st.container(horizontal=True, vertical_alignment="bottom", key="table-tools"):
        _save_buttons(t, team, file, part, edit, problems)
        st.space("stretch")
        _take_away(t, part, edited)
    if problems:
        frame.show_problems(t, problems)
    elif edit:
        st.info(t("team.changed"), icon=":material/edit:")
        _what_changed(t, part, edited)
    if part.bring is not None:
        _bring_in(t, file, part, part.bring)


def brought(file: ScenarioFile, name: str) -> pd.DataFrame | None:
    """Rows that were brought in and are not saved yet."""
    rows: pd.DataFrame | None = st.session_state.get(f"rows-{name}-{file.path}")
    return rows


def _judged(file: ScenarioFile, part: Part, edited: pd.DataFrame) -> tuple[TeamEdit, tuple[Problem, ...]]:
    """The change, and everything that is wrong with it."""
    try:
        edit = part.edit_of(edited)
    except InputError as error:
        return TeamEdit(), error.problems
    return edit, team_edits.check(file.path, edit) if edit else ()


def _save_buttons(
    t: Texts, team: Team, file: ScenarioFile, part: Part, edit: TeamEdit, problems: tuple[Problem, ...]
) -> None:
    ready = bool(edit) and not problems
    st.button(
        t("team.save"),
        type="primary",
        icon=":material/save:",
        key="save-table",
        disabled=not ready,
        on_click=_save,
        args=(t, file, part, edit),
        help=t("team.save.help", name=file.name),
    )
    st.button(
        t("team.save_as"),
        icon=":material/fork_right:",
        key="save-as",
        disabled=not ready or bool(edit.removed),
        on_click=_save_as,
        args=(t, team, file, part, edit),
        help=t("team.save_as.help"),
    )
    st.button(
        t("edit.discard"),
        icon=":material/restart_alt:",
        key="discard-table",
        disabled=not edit and not problems,
        on_click=start_anew,
        args=(file, part.name),
    )


def start_anew(file: ScenarioFile, name: str, rows: pd.DataFrame | None = None) -> None:
    """Forget what was typed; show the saved rows, or those given."""
    key = f"{name}-{file.path}"
    st.session_state[f"turn-{key}"] = st.session_state.get(f"turn-{key}", 0) + 1
    st.session_state.pop(f"rows-{key}", None)
    if rows is not None:
        st.session_state[f"rows-{key}"] = rows


def _save(t: Texts, file: ScenarioFile, part: Part, edit: TeamEdit) -> None:
    team_edits.save(file.path, edit, session.home() / "former" / file.path.parent.name)
    start_anew(file, part.name)
    st.toast(t("team.saved", name=plain(file.name)), icon=":material/check:")


def _save_as(t: Texts, team: Team, file: ScenarioFile, part: Part, edit: TeamEdit) -> None:
    own = t("team.name", scenario=file.name, table=t(f"team.part.{part.name}"))
    made = team_edits.save_as(session.own_scenarios() / team.name, own, file.path, edit)
    start_anew(file, part.name)
    session.choose_scenario(str(made))
    st.toast(t("data.used", name=plain(own)), icon=":material/check:")


def _take_away(t: Texts, part: Part, edited: pd.DataFrame) -> None:
    """CSV and XLSX of the table as it stands."""
    files: tuple[tuple[str, str, Callable[[], bytes]], ...] = (
        ("csv", "text/csv", lambda: as_csv(edited)),
        ("xlsx", XLSX, lambda: as_xlsx(edited, part.name)),
    )
    for kind, mime, content in files:
        name = f"{part.name}.{kind}"
        st.download_button(name, content, name, mime, on_click="ignore", key=f"get-{kind}", icon=":material/download:")


def _what_changed(t: Texts, part: Part, edited: pd.DataFrame) -> None:
    """Every row that will be another once the table is saved."""
    found = changes(part.saved, edited, part.key)
    if found:
        with st.expander(t("team.changes", n=len(found)), icon=":material/difference:", key="table-changes"):
            titles = {str(c): str((settings or {}).get("label") or c) for c, settings in part.columns.items()}
            st.html(changes_table(t, found[:MOST_CHANGES], titles))
            if len(found) > MOST_CHANGES:
                st.caption(t("edit.more", n=len(found) - MOST_CHANGES))


def _bring_in(t: Texts, file: ScenarioFile, part: Part, bring: Callable[[Path], Imported]) -> None:
    """Take the rows of a spreadsheet into the table; nothing is saved by that."""
    key = f"bring-{part.name}-{file.path}-{st.session_state.get(f'turn-{part.name}-{file.path}', 0)}"
    with st.expander(t("team.bring"), icon=":material/upload_file:"):
        given = st.file_uploader(
            t("team.bring.file"), ["csv", "txt", "tsv", "xlsx"], key=key, help=t("team.bring.help")
        )
        if given is None:
            return
        try:
            found = bring(session.keep_upload("tables", given.name, given.getvalue()))
        except InputError as error:
            frame.show_problems(t, error.problems)
            return
        st.markdown(t("team.bring.found", n=len(found.rows)))
        if found.unused:
            st.caption(t("team.bring.unused", columns=plain(", ".join(found.unused))))
        st.button(
            t("team.bring.take"),
            icon=":material/input:",
            key="bring-in",
            on_click=start_anew,
            args=(file, part.name, found.rows),
        )
