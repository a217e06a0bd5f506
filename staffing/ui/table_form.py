"""A table that is edited, checked at once, saved or made a scenario of, and taken out and in as a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from staffing.errors import InputError, Problem
from staffing.scenario import Scenario
from staffing.ui import frame, session, unsaved
from staffing.ui.team.team_words import changes_table
from staffing.ui.texts import Texts, plain
from staffing.ui.typed_table import Columns, TypedTable, accept, bring, discard, saved, typed_table
from staffing.ui.vm import team_edits
from staffing.ui.vm.table_changes import changes
from staffing.ui.vm.tables import XLSX, Imported, as_csv, as_xlsx
from staffing.ui.vm.team_edits import TeamEdit
from staffing.ui.vm.teams import ScenarioFile, Team

MOST_CHANGES = 100


@dataclass(frozen=True)
class Part:
    """What is edited.

    Attributes
    ----------
    name
        Of the part, such as ``agents``.
    saved
        Rows as they are saved.
    columns
        Rows to begin with -> Streamlit's settings of the columns.
    edit_of
        Rows -> the change they are; raises `InputError` for rows that cannot be read.
    mark
        Scenario -> what of it this part may replace.
    key
        Column that names a row; None where rows have no name.
    bring
        A file -> its rows in our columns; None where no file can be brought in.
    fixed
        Whether rows can neither come nor go.
    """

    name: str
    saved: pd.DataFrame
    columns: Callable[[pd.DataFrame], Columns]
    edit_of: Callable[[pd.DataFrame], TeamEdit]
    mark: Callable[[Scenario], object]
    key: str | None = None
    bring: Callable[[Path], Imported] | None = None
    fixed: bool = False


def table_form(t: Texts, team: Team, file: ScenarioFile, part: Part) -> None:
    """The table with what is wrong in it, and what can be done with it."""
    key = _key(file, part)
    st.caption(t(f"team.help.{part.name}"))
    mark = part.mark(session.scenario_at(file.path))
    table = typed_table(
        key,
        part.saved,
        part.columns,
        t.language,
        mark=mark,
        height=lambda n: min(560, 80 + 36 * n),
        num_rows="fixed" if part.fixed else "dynamic",
        alt=t(f"team.part.{part.name}"),
    )
    edit, problems = _judged(file, part, table)
    moved = table.mark != mark
    with st.container(horizontal=True, vertical_alignment="bottom", key="table-tools"):
        _save_buttons(t, team, file, part, table, edit, problems)
        st.space("stretch")
        _take_away(t, part, table.rows)
    if moved:
        _saved_elsewhere(t, key, table, mark)
    unsaved.note(file, part.name, changed=bool(edit or problems))
    if edit or problems:
        with st.container(key="unsaved"):
            if problems:
                frame.show_problems(t, problems)
            else:
                st.info(t("team.changed"), icon=":material/edit:")
                _what_changed(t, part, table.rows)
    if part.bring is not None:
        _bring_in(t, file, part, part.bring)


def _key(file: ScenarioFile, part: Part) -> str:
    return f"{part.name}-{file.path}"


def _judged(file: ScenarioFile, part: Part, table: TypedTable) -> tuple[TeamEdit, tuple[Problem, ...]]:
    """The change, and everything that is wrong with it."""
    if not table.typed:
        return TeamEdit(), ()
    try:
        edit = part.edit_of(table.rows)
    except InputError as error:
        return TeamEdit(), error.problems
    return edit, team_edits.check(file.path, edit) if edit else ()


def _saved_elsewhere(t: Texts, key: str, table: TypedTable, mark: object) -> None:
    """Say that another tab or program has saved the table meanwhile; nothing of that is overwritten unless it is wanted."""
    with st.container(key="moved"):
        st.warning(t("team.moved.typed" if table.typed else "team.moved"), icon=":material/sync_problem:")
        with st.container(horizontal=True):
            st.button(t("team.moved.theirs"), key="take-theirs", on_click=discard, args=(key,))
            if table.typed:
                st.button(t("team.moved.mine"), key="keep-mine", on_click=accept, args=(key, mark))


def _save_buttons(
    t: Texts,
    team: Team,
    file: ScenarioFile,
    part: Part,
    table: TypedTable,
    edit: TeamEdit,
    problems: tuple[Problem, ...],
) -> None:
    """Pressed, a button takes the table as it stands in the same run, so that no cell is left out."""
    ready = bool(edit) and not problems
    if st.button(
        t("team.save"),
        type="primary",
        icon=":material/save:",
        key="save-table",
        disabled=not ready or table.mark != part.mark(session.scenario_at(file.path)),
        help=t("team.save.help", name=file.name),
    ):
        _save(t, file, part, table, edit)
    if st.button(
        t("team.save_as"),
        icon=":material/fork_right:",
        key="save-as",
        disabled=not ready or bool(edit.removed),
        help=t("team.save_as.help"),
    ):
        _save_as(t, team, file, part, edit)
    st.button(
        t("edit.discard"),
        icon=":material/restart_alt:",
        key="discard-table",
        disabled=not edit and not problems,
        on_click=discard,
        args=(_key(file, part),),
    )


def _save(t: Texts, file: ScenarioFile, part: Part, table: TypedTable, edit: TeamEdit) -> None:
    with session.saving():
        if part.mark(session.scenario_at(file.path)) == table.mark:  # else another tab was quicker, and it is told
            team_edits.save(file.path, edit, session.home() / "former" / file.path.parent.name)
            saved(_key(file, part), part.mark(session.scenario_at(file.path)))
            unsaved.note(file, part.name, changed=False)
            frame.tell(t("team.saved", name=plain(file.name)))
    st.rerun()


def _save_as(t: Texts, team: Team, file: ScenarioFile, part: Part, edit: TeamEdit) -> None:
    own = t("team.name", scenario=file.name, table=t(f"team.part.{part.name}"))
    made = team_edits.save_as(session.own_scenarios() / team.name, own, file.path, edit)
    discard(_key(file, part))
    unsaved.note(file, part.name, changed=False)
    frame.tell(t("data.used", name=plain(own)))
    session.turn_to(str(made))


def _take_away(t: Texts, part: Part, rows: pd.DataFrame) -> None:
    """CSV and XLSX of the table as it stands."""
    files: tuple[tuple[str, str, Callable[[], bytes]], ...] = (
        ("csv", "text/csv", lambda: as_csv(rows)),
        ("xlsx", XLSX, lambda: as_xlsx(rows, part.name)),
    )
    for kind, mime, content in files:
        name = f"{part.name}.{kind}"
        st.download_button(name, content, name, mime, on_click="ignore", key=f"get-{kind}", icon=":material/download:")


def _what_changed(t: Texts, part: Part, rows: pd.DataFrame) -> None:
    """Every row that will be another once the table is saved."""
    found = changes(part.saved, rows, part.key)
    if found:
        with st.expander(t("team.changes", n=len(found)), icon=":material/difference:", key="table-changes"):
            titles = {
                str(c): str((settings or {}).get("label") or c) for c, settings in part.columns(part.saved).items()
            }
            st.html(changes_table(t, found[:MOST_CHANGES], titles))
            if len(found) > MOST_CHANGES:
                st.caption(t("edit.more", n=len(found) - MOST_CHANGES))


def _bring_in(t: Texts, file: ScenarioFile, part: Part, bring: Callable[[Path], Imported]) -> None:
    """Take the rows of a spreadsheet into the table; nothing is saved by that."""
    number = st.session_state.setdefault("brought", 0)
    key = f"bring-{_key(file, part)}-{number}"
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
            on_click=_take_in,
            args=(_key(file, part), found.rows),
        )


def _take_in(key: str, rows: pd.DataFrame) -> None:
    bring(key, rows)
    st.session_state["brought"] += 1  # the file has done its work
