"""All plans with what they came to, and the scenarios made in the app; what is no longer wanted is removed."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from staffing.jobs import Run
from staffing.ui import frame, session
from staffing.ui.rota.run_panel import outcome_told
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.plan import read_figures
from staffing.ui.vm.teams import ScenarioFile

MOST = 50
"""Plans that are listed."""


def plans_view(t: Texts) -> None:
    """The plans, newest first, those that were removed, and own scenarios."""
    every = session.jobs().runs()
    runs = [r for r in every if not r.state.live]
    aside = session.jobs().aside()
    if not runs and not aside:
        with st.container(border=True, key="empty"):
            frame.lead_to_plan(t)
    published = session.store().published_plans()
    for run in runs[:MOST]:
        _plan(t, run, published=run.id in published)
    if len(runs) > MOST:
        st.caption(t("plans.more", n=len(runs) - MOST))
    if aside:
        with st.expander(t("plans.aside", n=len(aside)), icon=":material/restore_from_trash:", key="aside"):
            for run in aside[:MOST]:
                _removed(t, run)
    _scenarios(t, every)


def _plan(t: Texts, run: Run, *, published: bool) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"plan-{run.id}"):
        st.markdown(f"{_title(t, run)}  \n{_told(t, run)}", width="stretch")
        if published:
            st.caption(f"✓ {t('plans.published')}", width="content")
        if run.has_plan:
            icon = ":material/visibility:"
            st.button(t("plans.show"), key=f"show-{run.id}", icon=icon, on_click=frame.watch, args=(run.id,))
        st.button(
            t("plans.remove"),
            key=f"remove-{run.id}",
            icon=":material/delete:",
            on_click=session.set_aside,
            args=(run.id,),
            disabled=published,
            help=t("plans.remove.help"),
        )


def _removed(t: Texts, run: Run) -> None:
    back = session.jobs().bring_back
    with st.container(horizontal=True, vertical_alignment="center", key=f"line-{run.id}"):
        st.markdown(_title(t, run), width="stretch")
        st.button(t("plans.back"), key=f"back-{run.id}", icon=":material/undo:", on_click=back, args=(run.id,))


def _title(t: Texts, run: Run) -> str:
    return f"**{plain(run.request.name)}** · {plain(t.moment(datetime.fromtimestamp(run.created)))}"


def _told(t: Texts, run: Run) -> str:
    if run.has_plan:
        try:
            return outcome_told(t, read_figures(run.out))
        except (OSError, ValueError):
            return t("run.state.failed")
    return t(f"run.state.{run.state}")


def _scenarios(t: Texts, runs: list[Run]) -> None:
    """Scenarios made in the app, and what is made from each."""
    files = [s for team in session.teams() for s in team.scenarios]
    own = [s for s in files if s.own]
    if not own:
        return
    st.header(t("plans.scenarios"))
    st.caption(t("plans.scenarios.body", folder=plain(str(session.home() / "former"))))
    for file in own:
        plans = sum(r.request.scenario == str(file.path) for r in runs)
        builds = sum(s.extends == file.path for s in files if s.path != file.path)
        _scenario(t, file, plans, builds)


def _scenario(t: Texts, file: ScenarioFile, plans: int, builds: int) -> None:
    used = [t("plans.used", n=plans)] if plans else []
    used += [t("plans.extended", n=builds)] if builds else []
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"scenario-{file.path.stem}"):
        st.markdown(" · ".join([f"**{plain(file.name)}**", *used]), width="stretch")
        st.button(
            t("plans.remove"),
            key=f"forget-{file.path}",
            icon=":material/delete:",
            on_click=session.forget_scenario,
            args=(file,),
            disabled=bool(used),
        )
