"""What a page starts from: the scenario that is worked on; for a new user, the sample team."""

from __future__ import annotations

import subprocess

import streamlit as st

from staffing.errors import InputError
from staffing.scenario import Scenario
from staffing.ui import frame, session
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.teams import ScenarioFile, Team


def working(t: Texts) -> tuple[Team, ScenarioFile, Scenario] | None:
    """The scenario that is worked on, read; else what stands against it, or the way to a first team."""
    now = session.working()
    if now is None:
        offer_sample(t)
        return None
    try:
        return *now, session.scenario_at(now[1].path)
    except InputError as error:
        frame.show_problems(t, error.problems)
        return None


def offer_sample(t: Texts) -> None:
    """Offer to write the sample team, and say where an own one goes."""
    with st.container(border=True, key="empty"):
        st.markdown(f"## {t('sample.title')}")
        st.markdown(t("sample.body"))
        if st.button(t("sample.go"), type="primary", icon=":material/auto_awesome:", key="sample"):
            target = session.home() / "teams" / "sample"
            with st.spinner(t("sample.busy")):
                done = subprocess.run(
                    [*session.jobs().command, "example", "--seed", "1", "--agents", "40", "--out", str(target)],
                    capture_output=True,
                    text=True,
                    check=False,
                )
            if done.returncode:
                frame.show_problems(t, done.stderr.strip().splitlines()[-3:] or [t("sample.failed")])
            else:
                st.rerun()
        if st.button(t("sample.own"), icon=":material/upload_file:", key="own-team", on_click=_begin_own):
            st.switch_page(frame.PAGES["data"], query_params={"section": "new"})


def first_steps(t: Texts, file: ScenarioFile) -> None:
    """Where a newcomer goes from the history: to a rota of what is there, or to a team of one's own."""
    if session.jobs().runs():
        return
    with st.container(border=True, key="first-steps"):
        st.markdown(t("start.first", name=plain(file.name)))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(frame.PAGES["rota"], label=t("start.first.build"), icon=":material/play_arrow:")
            st.button(
                t("start.first.own"),
                type="tertiary",
                icon=":material/upload_file:",
                key="first-own",
                on_click=_begin_own,
            )


def _begin_own() -> None:
    st.session_state["section"] = "new"
