"""The history: the scenario's own, or a file that is uploaded, mapped, checked and taken over."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from staffing.errors import InputError
from staffing.scenario import Scenario
from staffing.ui import frame, session
from staffing.ui.data.data_report import refused, report
from staffing.ui.data.mapping_form import ask_for_columns, mapping_form
from staffing.ui.data.new_team_form import new_team_form
from staffing.ui.start import first_steps, working
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.intake import first_rows, preview, quality, read_as, settings_of, tree_of
from staffing.ui.vm.levers import save_what_if
from staffing.ui.vm.teams import ScenarioFile

TYPES = ["csv", "txt", "tsv", "xlsx", "gz"]
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "": "workbook"}
"""Names of what separates the columns."""


def show(t: Texts) -> None:
    """Draw the page."""
    st.title(t("data.title"))
    sections = {s: t(f"data.section.{s}") for s in ("history", "new")}
    if frame.choose_part("section", t("data.section"), sections, "history") == "new":
        new_team_form(t)
        return
    now = working(t)
    if now is None:
        return
    team, file, scenario = now
    first_steps(t, file)
    uploads = st.file_uploader(
        t("data.upload"), TYPES, accept_multiple_files=True, key=f"upload-{file.path}", help=t("data.upload.help")
    )
    if not uploads:
        st.header(t("data.own"))
        files = scenario.files("history")
        report(t, session.history_of(scenario, file.path), session.sheet_of(files[0]) if len(files) == 1 else None)
        return
    kept = [session.keep_upload(team.name, u.name, u.getvalue()) for u in uploads]
    _map(t, team.name, file, scenario, kept)


def _map(t: Texts, team: str, file: ScenarioFile, scenario: Scenario, kept: list[Path]) -> None:
    try:
        sheet = preview(kept[0])
    except InputError as error:
        refused(t, error)
        return
    st.header(t("data.preview", name=plain(kept[0].name), rows=t.number(len(sheet))))
    st.caption(t(f"data.read_as.{SEPARATORS[sheet.delimiter]}"))
    if sheet.others:
        st.caption(t("data.sheets", sheets=plain(", ".join(sheet.others))))
    st.dataframe(first_rows(sheet, 8), alt=t("data.preview.alt"))
    if len(kept) > 1:
        st.caption(t("data.more_files", n=len(kept) - 1))
    st.header(t("data.map"))
    layout, columns, queues = mapping_form(t, sheet, scenario.queues, key=kept[0].name)
    if ask_for_columns(t, sheet, layout, columns):
        return
    if queues and not any(queues.values()):
        st.info(t("data.map.no_queue"), icon=":material/rule:")
        return
    settings = settings_of(layout, columns, queues)
    try:
        history = read_as(scenario, kept, settings)
    except InputError as error:
        refused(t, error, sheet)
        return
    st.header(t("data.report"))
    report(t, quality(history), sheet if len(kept) == 1 else None)
    if st.button(t("data.use"), type="primary", icon=":material/check:", key="use", help=t("data.use.help")):
        _use(t, team, file, tree_of(settings, kept), kept[0].name)


def _use(t: Texts, team: str, file: ScenarioFile, tree: dict[str, object], name: str) -> None:
    own = t("data.use.name", scenario=file.name, file=name)
    made = save_what_if(session.own_scenarios() / team, own, file.path, [], more=tree)
    frame.tell(t("data.used", name=plain(own)))
    session.turn_to(str(made))
