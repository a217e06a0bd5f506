"""The rota: agents by days, edited by hand, re-planned around locks, explained and published."""

from __future__ import annotations

import streamlit as st

from staffing.errors import InputError
from staffing.jobs import Run
from staffing.ui import frame, session
from staffing.ui.need.need_moved import need_moved, need_moved_line
from staffing.ui.rota import drafts, editor
from staffing.ui.rota.build_form import build_form
from staffing.ui.rota.cell_panel import cell_panel
from staffing.ui.rota.day_view import day_view
from staffing.ui.rota.matrix_view import day_of, filters, matrix_view
from staffing.ui.rota.price_panel import price_panel
from staffing.ui.rota.replan_panel import replan_panel
from staffing.ui.rota.versions_panel import versions_panel
from staffing.ui.texts import Texts
from staffing.ui.vm.board import Judged
from staffing.ui.vm.rota import Matrix, matrix

PANES = ("day", "cell", "replan", "prices", "versions")


def show(t: Texts) -> None:
    """Draw the page."""
    st.title(t("rota.title"))
    chosen = session.chosen_run()
    build_form(t)
    if chosen is not None and chosen.has_plan:
        st.fragment(_told, key="rota-part")(t, chosen.id)


def _told(t: Texts, run_id: str) -> None:
    with frame.trouble(t):
        _rota(t, run_id)


def _rota(t: Texts, run_id: str) -> None:
    now = session.chosen_run()
    if now is None or now.id != run_id:
        st.rerun(scope="app")  # something else was chosen in this part: the whole page follows
    run = session.jobs().read(run_id)
    try:
        judged = drafts.judged(run)
    except InputError as error:
        editor.unavailable(t, error)
        _plain(t, run)
        return
    editor.told_stale(t)
    need_moved(t, run, judged)
    full = judged.matrix
    shown, editing = filters(t, full)
    if editing:
        editor.toolbar(t, run, judged)
        editor.figures(t, judged)
    matrix_view(t, run, shown, judged, editing=editing)
    if editing:
        editor.conflicts(t, run, judged)
    _pane(t, run, judged, shown, editing=editing)


def _plain(t: Texts, run: Run) -> None:
    """A plan whose team has changed since: to be looked at only."""
    need_moved_line(t, run)
    plan = session.plan_of(run)
    shown, _ = filters(t, matrix(plan, session.people_of(run)))
    matrix_view(t, run, shown, None, editing=False)
    day_view(t, plan, plan, shown, day_of(shown))


def _pane(t: Texts, run: Run, judged: Judged, shown: Matrix, *, editing: bool) -> None:
    """One of the panels under the matrix."""
    if not shown.rows:
        return
    st.session_state.setdefault("pane", PANES[0])
    labels = {name: t(f"pane.{name}") for name in PANES}
    pane = st.segmented_control(
        t("pane.label"),
        PANES,
        format_func=lambda name: labels[name],
        key="pane",
        required=True,
        label_visibility="collapsed",
    )
    if pane == "day":
        day_view(t, judged.day(day_of(shown)), judged.board.plan, shown, day_of(shown))
    elif pane == "cell":
        cell_panel(t, run, judged, st.session_state.get("cell"), editable=editing)
    elif pane == "replan":
        replan_panel(t, run, judged)
    elif pane == "prices":
        price_panel(t, run, judged)
    else:
        versions_panel(t, run, judged)
