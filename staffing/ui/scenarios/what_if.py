"""A what-if: the levers of a scenario, changed; saved as a scenario that states only its differences, and built."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from staffing.errors import InputError
from staffing.jobs import RunRequest
from staffing.ui import frame, session
from staffing.ui.rota.build_form import SECONDS
from staffing.ui.scenarios.levers_form import change_words, levers_form, opening_words
from staffing.ui.start import working
from staffing.ui.texts import Texts, plain
from staffing.ui.unsaved import unsaved
from staffing.ui.vm import team_edits
from staffing.ui.vm.levers import (
    Change,
    Levers,
    changes,
    differences,
    hire_table,
    kinds_of_agents,
    levers_of,
    save_what_if,
    team_table,
)
from staffing.ui.vm.tables import editable
from staffing.ui.vm.team_edits import TeamEdit


def what_if(t: Texts) -> None:
    """The levers, what they change in words, and the button."""
    now = working(t)
    if now is None:
        return
    team, file, scenario = now
    try:
        agents = session.people_at(file.path).agents
    except InputError as error:
        frame.show_problems(t, error.problems)
        return
    st.markdown(t("scenarios.from", name=plain(file.name)))
    unsaved(t, file)
    with st.container(key="split"):
        left, right = st.columns([3, 2], gap="medium")
    base = levers_of(scenario, opening_words(t))
    with left:
        wanted = levers_form(t, base, agents, key=str(file.path))
    found = changes(base, wanted)
    problems = team_edits.check(file.path, TeamEdit(tree=differences(found))) if found else ()
    with right, st.container(border=True):
        st.markdown(f"## {t('scenarios.changes')}")
        if not found:
            st.caption(t("scenarios.unchanged"))
        kinds = kinds_of_agents(agents)
        st.markdown("\n".join(f"- {plain(change_words(t, c, kinds))}" for c in found))
        if problems:
            frame.show_problems(t, problems)
        proposed = t("plan.what_if", name=scenario.name)
        name = st.text_input(
            t("scenarios.name"), proposed, key=f"what-if-name-{file.path}", max_chars=80, persist_state="session"
        )
        seconds = st.selectbox(
            t("plan.seconds"),
            SECONDS,
            SECONDS.index(60),
            format_func=t.seconds,
            key="what-if-seconds",
            persist_state="session",
        )
        request = RunRequest(
            str(file.path), name.strip() or proposed, team.name, float(seconds), seed=scenario.solver.seed
        )
        if st.button(
            t("plan.queue") if session.jobs().live() else t("plan.go"),
            key="build-what-if",
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            disabled=not found or bool(problems),
        ):
            _start(t, request, found, wanted)
            st.rerun()


def _start(t: Texts, request: RunRequest, found: list[Change], wanted: Levers) -> None:
    """Write the what-if and queue its run; the scenario it came from stays the one that is worked on."""
    scenario = Path(request.scenario)
    agents = session.people_at(scenario).agents
    read = session.scenario_at(scenario)
    hires, training = wanted.hires, wanted.training
    tables, beside = {}, {}
    if training.count and training.queue:
        rows = editable(read, "agents")
        tables = {"agents": team_table(rows, agents, training, hires, t("levers.new_hire"))}
    elif hires.count:
        tables = {"agents": hire_table(agents, hires, t("levers.new_hire"))}
        beside = {"agents": read.files("agents")}
    folder = session.own_scenarios() / request.team
    made = save_what_if(folder, request.name, scenario, found, tables=tables, beside=beside)
    session.start(RunRequest(str(made), request.name, request.team, request.seconds, request.workers, request.seed))
