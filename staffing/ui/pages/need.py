"""Forecast and need: what comes and why, events and changes by hand, the agents it takes, and who covers it."""

from __future__ import annotations

import streamlit as st

from staffing.errors import InputError
from staffing.scenario import Scenario
from staffing.ui import frame, session
from staffing.ui.need import demand
from staffing.ui.need.calculator import calculator
from staffing.ui.need.cover_view import cover
from staffing.ui.need.forecast_view import forecast
from staffing.ui.need.need_view import need
from staffing.ui.start import working
from staffing.ui.table_form import table_form
from staffing.ui.team.team_parts import part_of
from staffing.ui.texts import Texts
from staffing.ui.vm.teams import ScenarioFile, Team

TABLES = ("events", "adjustments")
PARTS = ("forecast", *TABLES, "agents", "cover")


def show(t: Texts) -> None:
    """Draw the page."""
    st.title(t("need.title"))
    now = working(t)
    if now is None:
        return
    team, file, scenario = now
    run = session.chosen_run()
    shown = "cover" if run is not None and (run.has_plan or run.state.live) else "forecast"
    part = frame.choose_part("view", t("need.part"), {p: t(f"need.part.{p}") for p in PARTS}, shown)
    if part in TABLES:
        _table(t, team, file, scenario, part)
    elif part == "cover":
        found = frame.need_plan(t)
        if found is not None:
            cover(t, *found)
    else:
        _sized(t, file, part)
    with st.expander(
        t("calc.title"), icon=":material/calculate:", key="calculator", on_change="rerun", bind="query-params"
    ) as opened:
        if opened.open:
            st.fragment(calculator, key="calculator-part")(t)


def _table(t: Texts, team: Team, file: ScenarioFile, scenario: Scenario, name: str) -> None:
    try:
        shown = part_of(t, name, scenario)
    except InputError as error:
        frame.show_problems(t, error.problems)
        return
    table_form(t, team, file, shown)


def _sized(t: Texts, file: ScenarioFile, part: str) -> None:
    with st.spinner(t("forecast.busy")):
        sizing = demand.sized_at(file.path)
    if isinstance(sizing, InputError):
        frame.show_problems(t, sizing.problems)
    elif part == "forecast":
        forecast(t, file, sizing)
    else:
        need(t, sizing)
