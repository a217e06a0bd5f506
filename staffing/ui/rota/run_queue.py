"""The runs that go on or wait, each with its progress and a way to stop it."""

from __future__ import annotations

import streamlit as st

from staffing.jobs import Run, RunState
from staffing.ui import session
from staffing.ui.rota.run_panel import stop_button
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.progress import progress_view


def run_queue(t: Texts) -> None:
    """One line per run, redrawn every second; nothing where nothing runs."""
    if session.jobs().live():
        st.fragment(_queue, run_every=1.0, key="queue-part")(t)


def _queue(t: Texts) -> None:
    for run in session.jobs().live():
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"queued-{run.id}"):
            _line(t, run)


def _line(t: Texts, run: Run) -> None:
    view = progress_view(run.reports(), live=True)
    share = view.fraction if run.state is not RunState.QUEUED and view.fraction is not None else 0.0
    stage = t(f"stage.{view.current or 'compile'}") if run.state is RunState.RUNNING else t(f"run.state.{run.state}")
    st.progress(min(1.0, max(0.0, share)), text=f"**{plain(run.request.name)}**: {stage}")
    stop_button(t, run, f"queue-stop-{run.id}", waiting=t("scenarios.take_back"))
