"""The team and its rules: tables to look at, change and take away; contracts, shift types and rules in sentences."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from staffing.errors import InputError
from staffing.ui import frame, session
from staffing.ui.start import working
from staffing.ui.team_words import contracts_table, rules_table, shifts_table
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.levers import save_what_if
from staffing.ui.vm.tables import TABLES, as_csv, editable, same
from staffing.ui.vm.teams import ScenarioFile

PARTS = (*TABLES, "shifts", "contracts", "rules")


def show(t: Texts) -> None:
    """Draw the page."""
    st.title(t("team.title"))
    now = working(t)
    if now is None:
        return
    team, file, scenario = now
    part = frame.choose_part("part", t("team.part"), {p: t(f"team.part.{p}") for p in PARTS}, PARTS[0])
    try:
        people = session.people_at(file.path)
    except InputError as error:
        frame.show_problems(t, error.problems)
        return
    if part in TABLES:
        _table(t, team.name, file, part, editable(scenario, part))
    elif part == "shifts":
        st.html(shifts_table(t, scenario))
    elif part == "contracts":
        st.html(contracts_table(t, scenario))
    else:
        st.markdown(t("team.rules.body"))
        st.html(rules_table(t))
    st.caption(t("team.count", n=len(people.agents)))


def _table(t: Texts, team: str, file: ScenarioFile, name: str, rows: pd.DataFrame) -> None:
    help_ = t(f"team.help.{name}")
    st.caption(help_)
    edited = st.data_editor(
        rows,
        num_rows="dynamic",
        hide_index=True,
        key=f"edit-{name}-{file.path}",
        height=420,
        alt=t(f"team.part.{name}"),
    )
    changed = not same(rows, edited)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            t("team.save"),
            type="primary",
            icon=":material/save:",
            key="save-table",
            disabled=not changed,
            on_click=_save,
            args=(t, team, file, name, edited),
            help=t("team.save.help"),
        )
        st.download_button(
            f"{name}.csv",
            as_csv(edited),
            f"{name}.csv",
            "text/csv",
            on_click="ignore",
            key="get-table",
            icon=":material/download:",
        )
    problems = st.session_state.pop("table-problems", None)
    if problems:
        frame.show_problems(t, problems)
    elif changed:
        st.info(t("team.changed"), icon=":material/edit:")


def _save(t: Texts, team: str, file: ScenarioFile, name: str, rows: pd.DataFrame) -> None:
    """Make a scenario with the changed table; where it has problems, tell them and keep nothing."""
    own = t("team.name", scenario=file.name, table=t(f"team.part.{name}"))
    text = as_csv(rows).decode("utf-8-sig")
    made = save_what_if(session.own_scenarios() / team, own, file.path, [], tables={name: text})
    try:
        session.people_at(made)
    except InputError as error:
        st.session_state["table-problems"] = [str(p) for p in error.problems]
        made.unlink()
        made.with_name(f"{made.stem}.{name}.csv").unlink()
        return
    session.choose_scenario(str(made))
    st.toast(t("data.used", name=plain(own)), icon=":material/check:")
