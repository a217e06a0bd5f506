"""Build the rota of the scenario that is worked on."""

from __future__ import annotations

import streamlit as st

from staffing.jobs import RunRequest
from staffing.scenario import Scenario
from staffing.ui import frame, session
from staffing.ui.rota.run_panel import outcome_line, run_panel
from staffing.ui.start import working
from staffing.ui.texts import SHORTEST, Texts, plain
from staffing.ui.unsaved import unsaved
from staffing.ui.vm.teams import ScenarioFile, Team

SECONDS = (10, 20, 30, 60, 120, 300, 600, 1800)
"""Times to search that are offered."""
CHANGE = 10.0
"""Price proposed for an agent-day that differs from the published rota."""


def build_form(t: Texts) -> None:
    """The button, how long to search, and how the run goes."""
    now = working(t)
    if now is None:
        return
    team, file, scenario = now
    run = session.chosen_run()
    unsaved(t, file)
    with st.container(horizontal=True, vertical_alignment="bottom", key="build-form"):
        st.text_input(
            t("plan.name"), scenario.name, key=f"name-{file.path}", max_chars=80, width=330, persist_state="session"
        )
        st.selectbox(
            t("plan.seconds"),
            SECONDS,
            SECONDS.index(60),
            format_func=t.seconds,
            key="seconds",
            help=t("plan.seconds.help"),
            width=170,
            persist_state="session",
        )
        _near(t, team, scenario)
        st.button(
            t("plan.queue") if session.jobs().live() else t("plan.go"),
            key="build",
            type="primary" if run is None else "secondary",
            icon=":material/play_arrow:",
            on_click=lambda: session.choose_run(session.start(_typed(team, file, scenario)).id),
        )
    if run is None:
        _before_the_first(t, file)
    elif not run.has_plan:
        st.session_state["watched"] = run.id
        run_panel(t, run)
    else:
        # open for those who waited for it, closed for those who come later
        watched = st.session_state.get("watched") == run.id
        told = outcome_line(t, session.plan_of(run))
        with st.expander(told, watched, icon=":material/insights:", key=f"outcome-{run.id}"):
            run_panel(t, run)


def _before_the_first(t: Texts, file: ScenarioFile) -> None:
    """What building gives and takes, and what to look at before."""
    with st.container(border=True, key="empty"):
        st.markdown(f"## {t('plan.first.title', name=plain(file.name))}")
        st.markdown(t("plan.first.body"))
        st.caption(t("plan.first.before"))
        with st.container(horizontal=True):
            for page in ("data", "need", "team"):
                st.page_link(frame.PAGES[page], label=t(f"nav.{page}"), icon=":material/arrow_forward:")


def _near(t: Texts, team: Team, scenario: Scenario) -> None:
    """Ask for the price of a change, where there is a published rota that the new one is to stay near."""
    official = session.store().official(team.name, scenario.horizon.start)
    if official is not None:
        st.number_input(
            t("plan.near", number=official.number, currency=scenario.currency),
            0.0,
            1000.0,
            scenario.prices.change or CHANGE,
            1.0,
            format=SHORTEST,
            key=_near_key(team, scenario),
            help=t("plan.near.help"),
            width=330,
        )


def _near_key(team: Team, scenario: Scenario) -> str:
    return f"near-{team.name}-{scenario.horizon.start}"


def _typed(team: Team, file: ScenarioFile, scenario: Scenario) -> RunRequest:
    """What stands in the form; a button that is pressed at once finds here what was typed last."""
    change = float(st.session_state.get(_near_key(team, scenario), 0.0))
    official = session.store().official(team.name, scenario.horizon.start) if change else None
    return RunRequest(
        str(file.path),
        st.session_state[f"name-{file.path}"].strip() or file.name,
        team.name,
        float(st.session_state["seconds"]),
        seed=scenario.solver.seed,
        published="" if official is None else str(session.published_file(official)),
        change=0.0 if official is None else change,
    )
