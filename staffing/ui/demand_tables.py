"""Tables of events and of changes by hand: looked at, changed row by row, saved as a scenario."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from staffing.errors import InputError
from staffing.scenario import Scenario
from staffing.ui import demand, frame, session
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.levers import save_what_if
from staffing.ui.vm.tables import as_csv, editable, same
from staffing.ui.vm.teams import ScenarioFile


def edit_table(t: Texts, team: str, file: ScenarioFile, scenario: Scenario, name: str) -> None:
    """Draw one of `vm.tables.DEMAND_TABLES` with what can be done with it."""
    st.caption(t(f"need.help.{name}"))
    try:
        rows = editable(scenario, name)
    except InputError as error:
        frame.show_problems(t, error.problems)
        return
    edited = st.data_editor(
        rows,
        num_rows="dynamic",
        hide_index=True,
        key=f"edit-{name}-{file.path}",
        height=380,
        column_config=_columns(t, scenario, rows),
        alt=t(f"need.part.{name}"),
    )
    changed = not same(rows, edited)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            t("team.save"),
            type="primary",
            icon=":material/save:",
            key="save-demand",
            disabled=not changed,
            on_click=save,
            args=(t, team, file, name, edited),
            help=t("team.save.help"),
        )
        st.download_button(
            f"{name}.csv",
            as_csv(edited),
            f"{name}.csv",
            "text/csv",
            on_click="ignore",
            key="get-demand",
            icon=":material/download:",
        )
    problems = st.session_state.pop("demand-problems", None)
    if problems:
        frame.show_problems(t, problems)
    elif changed:
        st.info(t("team.changed"), icon=":material/edit:")


def _columns(t: Texts, scenario: Scenario, rows: pd.DataFrame) -> dict[str, Any]:
    """Headings in the reader's language; queues are chosen from a list unless the table holds other names."""
    known = ["", *scenario.queues]
    columns: dict[str, Any] = {c: st.column_config.TextColumn(t(f"need.column.{c}")) for c in rows.columns}
    if rows["queue"].isin(known).all():
        columns["queue"] = st.column_config.SelectboxColumn(t("need.column.queue"), options=known, default="")
    return columns


def save(t: Texts, team: str, file: ScenarioFile, name: str, rows: pd.DataFrame) -> None:
    """Make a scenario with the changed table; where it has problems, tell them and keep nothing."""
    own = t("team.name", scenario=file.name, table=t(f"need.part.{name}"))
    text = as_csv(rows).decode("utf-8-sig")
    made = save_what_if(session.own_scenarios() / team, own, file.path, [], tables={name: text})
    found = demand.sized_at(made)
    if isinstance(found, InputError):
        st.session_state["demand-problems"] = [str(p) for p in found.problems]
        made.unlink()
        made.with_name(f"{made.stem}.{name}.csv").unlink()
        return
    session.choose_scenario(str(made))
    st.toast(t("data.used", name=plain(own)), icon=":material/check:")
