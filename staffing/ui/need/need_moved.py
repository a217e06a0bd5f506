"""A need that has moved since a plan: which need the figures shown belong to, and the way to figures of today."""

from __future__ import annotations

import numpy as np
import streamlit as st

from staffing.jobs import Run
from staffing.plan import MovedNeed
from staffing.roster.problem import RosterProblem
from staffing.roster.standing import Standing, stand
from staffing.ui import frame
from staffing.ui.markup import Cell, table
from staffing.ui.need import demand
from staffing.ui.rota import editor
from staffing.ui.texts import Texts
from staffing.ui.vm.board import Judged


def need_moved(t: Texts, run: Run, judged: Judged) -> None:
    """Above a rota: both needs with what is missing and over by each, and one press that brings the figures up to date."""
    with st.spinner(t("forecast.busy")):
        moved = demand.moved_of(run)
    if moved is None:
        return
    with st.container(border=True, key="need-moved"):
        _told(t, moved)
        st.html(_both(t, judged, moved))
        broken = bool(judged.standing.violations)
        with st.container(horizontal=True):
            st.button(
                t("need.moved.update"),
                key="bring-up-to-date",
                icon=":material/update:",
                on_click=editor.build_again,
                args=(t, run, True),
                disabled=broken,
                help=t("need.moved.update.broken" if broken else "need.moved.update.help"),
            )
            st.button(t("need.moved.replan"), key="to-replan", icon=":material/route:", on_click=_to_replan)


def need_moved_line(t: Texts, run: Run) -> None:
    """Where figures of a plan stand without its rota: which need they belong to, and the way to the rota."""
    with st.spinner(t("forecast.busy")):
        moved = demand.moved_of(run)
    if moved is not None:
        with st.container(border=True, key="need-moved"):
            _told(t, moved)
            st.page_link(
                frame.PAGES["rota"],
                label=t("need.moved.go"),
                icon=":material/arrow_forward:",
                query_params={"run": run.id},
            )


def _told(t: Texts, moved: MovedNeed) -> None:
    st.markdown(f":material/sync_problem: **{t('replan.moved', n=len(moved.days))}** {t('need.moved.about')}")


def _both(t: Texts, judged: Judged, moved: MovedNeed) -> str:
    """Hours needed, missing and over, for the need of then and for that of today."""
    rows = []
    for name, problem, standing in (
        ("then", judged.board.problem, judged.standing),
        ("now", moved.problem, stand(moved.problem, judged.roster)),
    ):
        hours = (needed_hours(problem), *_missing_and_over(standing))
        rows.append([Cell(t(f"need.moved.{name}")), *(Cell(t.hours(h, 1)) for h in hours)])
    measures = ("needed_hours", "understaffed_hours", "overstaffed_hours")
    return table(["", *(t(f"measure.{m}") for m in measures)], rows, width="44rem")


def needed_hours(problem: RosterProblem) -> float:
    """Agent-hours that all queues need."""
    return float((np.asarray(problem.required) * problem.grid.hours).sum())


def _missing_and_over(standing: Standing) -> tuple[float, float]:
    return standing.coverage.understaffed_hours, standing.coverage.overstaffed_hours


def _to_replan() -> None:
    st.session_state["pane"] = "replan"
