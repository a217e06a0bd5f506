"""Choose a scenario, change its levers, build the rota."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from staffing.errors import InputError
from staffing.jobs import RunRequest
from staffing.ui import frame, session
from staffing.ui.levers_form import change_words, levers_form
from staffing.ui.run_panel import run_panel
from staffing.ui.sample import offer_sample
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.levers import Change, Hires, changes, hire_table, kinds_of_agents, levers_of, save_what_if
from staffing.ui.vm.teams import ScenarioFile, Team


def show(t: Texts) -> None:
    """Draw the page."""
    st.title(t("plan.title"))
    teams = session.teams()
    if not teams:
        offer_sample(t)
        return
    with st.container(key="split"):
        left, right = st.columns([3, 2], gap="medium")
    with left:
        team, scenario = _choose(t, teams)
        try:
            read = session.scenario_at(scenario.path)
            agents = session.people_at(scenario.path).agents
        except InputError as error:
            frame.show_problems(t, error.problems)
            return
        base = levers_of(read)
        wanted = levers_form(t, base, agents, key=str(scenario.path))
    found = changes(base, wanted)
    with right:
        with st.container(border=True):
            st.markdown(f"##### {t('plan.build')}")
            kinds = kinds_of_agents(agents)
            if found:
                st.markdown("\n".join(f"- {plain(change_words(t, c, kinds))}" for c in found))
            else:
                st.caption(t("plan.unchanged", name=plain(scenario.name)))
            proposed = scenario.name if not found else t("plan.what_if", name=scenario.name)
            name = st.text_input(t("plan.name"), proposed, key=f"name-{scenario.path}-{bool(found)}", max_chars=80)
            seconds = st.select_slider(
                t("plan.seconds"),
                [10, 20, 30, 60, 120, 300, 600, 1800],
                60,
                format_func=t.seconds,
                key="seconds",
                help=t("plan.seconds.help"),
            )
            request = RunRequest(
                str(scenario.path), name.strip() or scenario.name, team.name, float(seconds), seed=read.solver.seed
            )
            st.button(
                t("plan.queue") if session.jobs().live() else t("plan.go"),
                key="build",
                type="primary",
                icon=":material/play_arrow:",
                width="stretch",
                on_click=_start,
                args=(t, request, found, wanted.hires),
            )
        run = session.chosen_run()
        if run is not None:
            run_panel(t, run)


def _choose(t: Texts, teams: list[Team]) -> tuple[Team, ScenarioFile]:
    with st.container(horizontal=True):
        names = [team.name for team in teams]
        name = st.selectbox(t("plan.team"), names, key="team") if len(teams) > 1 else names[0]
        team = next(x for x in teams if x.name == name)
        labels = {str(s.path): s.name + (f" · {t('plan.own')}" if s.own else "") for s in team.scenarios}
        path = st.selectbox(
            t("plan.scenario"),
            list(labels),
            format_func=lambda p: labels[p],
            key=f"scenario-{name}",
            help=t("plan.scenario.help"),
        )
    return team, next(s for s in team.scenarios if str(s.path) == path)


def _start(t: Texts, request: RunRequest, found: list[Change], hires: Hires) -> None:
    """Write the what-if where something was changed, and queue the run."""
    scenario = Path(request.scenario)
    if found:
        read = session.scenario_at(scenario)
        agents = session.people_at(scenario).agents
        tables = {"agents": hire_table(agents, hires, t("levers.new_hire"))} if hires.count else {}
        folder = session.own_scenarios() / request.team
        beside = {"agents": read.files("agents")}
        scenario = save_what_if(folder, request.name, scenario, found, tables=tables, beside=beside)
    run = session.jobs().start(
        RunRequest(str(scenario), request.name, request.team, request.seconds, request.workers, request.seed)
    )
    session.choose_run(run.id)
