"""The rules in sentences, and the limits that a team may set."""

from __future__ import annotations

import streamlit as st

from staffing.scenario import Scenario
from staffing.ui import frame, session
from staffing.ui.team_words import rules_table
from staffing.ui.texts import Texts, plain
from staffing.ui.vm import team_edits
from staffing.ui.vm.settings_tables import law, law_edit
from staffing.ui.vm.team_edits import TeamEdit
from staffing.ui.vm.teams import ScenarioFile, Team


def rules_form(t: Texts, team: Team, file: ScenarioFile, scenario: Scenario) -> None:
    """Every rule, and the limits of the law as numbers that can be changed."""
    st.markdown(t("team.rules.body"))
    st.html(rules_table(t, scenario.law))
    st.header(t("team.limits"))
    st.caption(t("team.limits.body"))
    saved = law(scenario)
    wanted = {}
    with st.container(border=True), st.grid(3, min_column_width=250):
        for name, value in saved.items():
            label = t(f"law.{name}") if t.has(f"law.{name}") else name.replace("_", " ")
            key = f"law-{name}-{file.path}-{value}"
            if isinstance(value, bool):
                wanted[name] = st.checkbox(label, value, key=key)
            else:
                step = 1 if isinstance(value, int) else 0.5
                wanted[name] = st.number_input(label, type(value)(0), None, value, step, key=key)
    edit = law_edit(saved, wanted)
    problems = team_edits.check(file.path, edit) if edit else ()
    if problems:
        frame.show_problems(t, problems)
    ready = bool(edit) and not problems
    with st.container(horizontal=True):
        st.button(
            t("team.save"),
            type="primary",
            icon=":material/save:",
            key="save-law",
            disabled=not ready,
            on_click=_save,
            args=(t, file, edit),
            help=t("team.save.help", name=file.name),
        )
        st.button(
            t("team.save_as"),
            icon=":material/fork_right:",
            key="save-law-as",
            disabled=not ready,
            on_click=_save_as,
            args=(t, team, file, edit),
            help=t("team.save_as.help"),
        )


def _save(t: Texts, file: ScenarioFile, edit: TeamEdit) -> None:
    team_edits.save(file.path, edit, session.home() / "former" / file.path.parent.name)
    st.toast(t("team.saved", name=plain(file.name)), icon=":material/check:")


def _save_as(t: Texts, team: Team, file: ScenarioFile, edit: TeamEdit) -> None:
    own = t("team.name", scenario=file.name, table=t("team.part.rules"))
    session.choose_scenario(str(team_edits.save_as(session.own_scenarios() / team.name, own, file.path, edit)))
