"""The rules in sentences, and the limits that a team may set."""

from __future__ import annotations

from typing import Any

import streamlit as st

from staffing.errors import InputError
from staffing.scenario import Scenario
from staffing.ui import frame, session
from staffing.ui.fields import begin_with
from staffing.ui.team.team_parts import writing
from staffing.ui.team.team_words import rules_table
from staffing.ui.texts import SHORTEST, Texts, plain
from staffing.ui.vm import team_edits
from staffing.ui.vm.settings_cells import CellKind
from staffing.ui.vm.settings_tables import LAW, law, law_edit
from staffing.ui.vm.team_edits import TeamEdit
from staffing.ui.vm.teams import ScenarioFile, Team


def rules_form(t: Texts, team: Team, file: ScenarioFile, scenario: Scenario) -> None:
    """Every rule, and the limits of the law as numbers that can be changed."""
    st.markdown(t("team.rules.body"))
    st.html(rules_table(t, scenario.law))
    st.header(t("team.limits"))
    st.caption(t("team.limits.body"))
    saved = law(scenario, writing(t))
    with st.container(border=True), st.grid(3, min_column_width=250):
        wanted = {name: _limit(t, name, value, f"law-{name}-{file.path}") for name, value in saved.items()}
    try:
        edit = law_edit(saved, wanted)
        problems = team_edits.check(file.path, edit) if edit else ()
    except InputError as error:
        edit, problems = TeamEdit(), error.problems
    if problems:
        frame.show_problems(t, problems)
    ready = bool(edit) and not problems
    with st.container(horizontal=True):
        if st.button(
            t("team.save"),
            type="primary",
            icon=":material/save:",
            key="save-law",
            disabled=not ready,
            help=t("team.save.help", name=file.name),
        ):
            _save(t, file, edit)
        if st.button(
            t("team.save_as"),
            icon=":material/fork_right:",
            key="save-law-as",
            disabled=not ready,
            help=t("team.save_as.help"),
        ):
            _save_as(t, team, file, edit)


def _limit(t: Texts, name: str, value: Any, key: str) -> Any:
    """Field of one limit, in the form of its kind."""
    label = t(f"law.{name}")
    begin_with(key, value)
    match LAW[name]:
        case CellKind.FLAG:
            return st.checkbox(label, value, key=key, persist_state="session")
        case CellKind.NUMBER:
            step = 1 if isinstance(value, int) else 0.5
            return st.number_input(
                label, type(value)(0), None, value, step, format=SHORTEST, key=key, persist_state="session"
            )
        case kind:
            return st.text_input(label, value, key=key, help=t(f"writing.{kind}.help"), persist_state="session")


def _save(t: Texts, file: ScenarioFile, edit: TeamEdit) -> None:
    with session.saving():
        team_edits.save(file.path, edit, session.home() / "former" / file.path.parent.name)
    frame.tell(t("team.saved", name=plain(file.name)))
    st.rerun()


def _save_as(t: Texts, team: Team, file: ScenarioFile, edit: TeamEdit) -> None:
    own = t("team.name", scenario=file.name, table=t("team.part.rules"))
    session.turn_to(str(team_edits.save_as(session.own_scenarios() / team.name, own, file.path, edit)))
