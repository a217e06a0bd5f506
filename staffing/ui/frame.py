"""What every page has: the plan that is looked at, the run that goes on, the language; and empty states and errors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from importlib import resources
from typing import Any

import streamlit as st

from staffing.errors import Problem
from staffing.jobs import Run
from staffing.ui import session
from staffing.ui.texts import LANGUAGES, Texts, plain
from staffing.ui.vm.plan import Plan
from staffing.ui.vm.progress import progress_view
from staffing.ui.vm.teams import ScenarioFile

PAGES: dict[str, Any] = {}
"""Pages by name, filled by `main`."""


def css() -> str:
    """Style of what Streamlit's theme cannot set: spacing, print, focus."""
    return (resources.files("staffing.ui") / "app.css").read_text(encoding="utf-8")


def icon() -> str:
    """Path of the picture in the browser's tab; a file of our own, since named icons are fetched from the net."""
    return str(resources.files("staffing.ui") / "icon.png")


def run_label(t: Texts, run: Run) -> str:
    """Name, state where it has no plan, and when it was asked for."""
    when = t.moment(datetime.fromtimestamp(run.created))
    state = "" if run.has_plan else f" · {t(f'run.state.{run.state}')}"
    return f"{run.request.name}{state} · {when}"


def header(t: Texts) -> None:
    """Bar above every page."""
    run = session.chosen_run()
    shown = [r for r in session.jobs().runs() if r.has_plan or r.state.live or (run and r.id == run.id)]
    with st.container(horizontal=True, vertical_alignment="bottom", key="header"):
        if run is not None:
            key = f"choose-{run.id}-{run.state}-{len(shown)}-{t.language}"
            labels = {r.id: run_label(t, r) for r in shown}
            # the choice follows the address, and its labels the runs: another key makes the widget start anew
            st.selectbox(
                t("header.plan"),
                list(labels),
                index=list(labels).index(run.id),
                format_func=lambda i: labels[i],
                key=key,
                on_change=lambda: session.choose_run(st.session_state[key]),
                width=420,
            )
        st.space("stretch")
        live = session.jobs().live()
        st.session_state.setdefault("lang", t.language)
        st.fragment(_chip, run_every=1.0 if live else None, key="chip")(t, _standing(live))
        st.segmented_control(
            t("header.language"),
            LANGUAGES,
            format_func=str.upper,
            key="lang",
            required=True,
            bind="query-params",
            label_visibility="collapsed",
        )


def _standing(live: list[Run]) -> list[tuple[str, str]]:
    return [(r.id, str(r.state)) for r in live]


def _chip(t: Texts, standing: list[tuple[str, str]]) -> None:
    """The run that goes on, with a link to it; redraws the page when a run begins, is stopped or ends."""
    live = session.jobs().live()
    if _standing(live) != standing:
        st.rerun(scope="app")
    if not live:
        return
    run = live[0]
    view = progress_view(run.reports(), live=True)
    stage = t(f"stage.{view.current or 'compile'}")
    share = "" if view.fraction is None else f" {t.percent(view.fraction)}"
    waiting = "" if len(live) == 1 else " · " + t("header.waiting", n=len(live) - 1)
    st.page_link(
        PAGES["plan"],
        label=f"{plain(run.request.name)}: {stage}{share}{waiting}",
        icon=":material/progress_activity:",
        query_params={"run": run.id},
    )


def need_plan(t: Texts) -> tuple[Run, Plan] | None:
    """The plan that is looked at; else an empty state that leads to one."""
    run = session.chosen_run()
    if run is not None and run.has_plan:
        return run, session.plan_of(run)
    with st.container(border=True, key="empty"):
        if run is not None and run.state.live:
            st.markdown(f"##### {t('empty.running')}")
            st.page_link(PAGES["plan"], label=t("empty.watch"), icon=":material/monitoring:")
        else:
            lead_to_plan(t)
    return None


def lead_to_plan(t: Texts) -> None:
    """What to do where there is nothing yet."""
    st.markdown(f"##### {t('empty.title')}")
    st.markdown(t("empty.body"))
    st.page_link(PAGES["plan"], label=t("empty.start"), icon=":material/play_arrow:")


def choose_scenario(t: Texts, key: str) -> tuple[str, ScenarioFile] | None:
    """Let the planner pick a scenario of any team: the team's name and the file; None, and the way there, without teams."""
    teams = session.teams()
    if not teams:
        lead_to_plan(t)
        return None
    labels = {str(s.path): f"{team.name} · {s.name}" for team in teams for s in team.scenarios}
    files = {str(s.path): (team.name, s) for team in teams for s in team.scenarios}
    path = st.selectbox(t("plan.scenario"), list(labels), format_func=lambda p: labels[p], key=key, width=480)
    return files[path]


def show_problems(t: Texts, problems: Iterable[Problem | str]) -> None:
    """Problems as a list: where, what, what to do."""
    found = [str(p) for p in problems]
    lines = "\n".join(f"- {plain(p)}" for p in found)
    st.error(f"**{t('problems.title', n=len(found))}**\n\n{lines}", icon=":material/error:")
