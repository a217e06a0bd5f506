"""The rota: agents by days, edited by hand, and who works when on a day."""

from __future__ import annotations

import html

import streamlit as st

from staffing.errors import InputError
from staffing.ui import drafts, editor, session
from staffing.ui.build_form import build_form
from staffing.ui.components.mount import day_bars, rota_matrix
from staffing.ui.markup import listing
from staffing.ui.rota_words import bars_data, code_label, matrix_data, with_edits
from staffing.ui.texts import Texts
from staffing.ui.vm.editing import changed, judge
from staffing.ui.vm.plan import Plan
from staffing.ui.vm.rota import Matrix, bars, matrix, select

ORDERS = ("file", "name", "hours", "contract")


def show(t: Texts) -> None:
    """Draw the page."""
    st.title(t("rota.title"))
    chosen = session.chosen_run()
    with st.expander(t("plan.build"), expanded=chosen is None or not chosen.has_plan, icon=":material/play_circle:"):
        build_form(t)
    if chosen is None or not chosen.has_plan:
        return
    run, plan = chosen, session.plan_of(chosen)
    full = matrix(plan, session.people_of(run))
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        st.text_input(t("rota.find"), key="find", width=200, placeholder=t("rota.find.example"))
        _choice(t, "skill", list(full.skills))
        _choice(t, "contract", sorted({r.contract for r in full.rows if r.contract}))
        st.selectbox(t("rota.order"), ORDERS, format_func=lambda o: t(f"rota.order.{o}"), key="order", width=170)
        st.space("stretch")
        editing = st.toggle(t("edit.mode"), key="editing", help=t("edit.mode.help"))
    _legend(t, full)
    st.fragment(_edited if editing else _shown, key="matrix-part")(t, run.id)


def _choice(t: Texts, name: str, options: list[str]) -> None:
    st.selectbox(t(f"rota.{name}"), ["", *options], format_func=lambda s: s or t("rota.any"), key=name, width=170)


def _filtered(full: Matrix) -> Matrix:
    state = st.session_state
    return select(full, text=state["find"], skill=state["skill"], contract=state["contract"], order=state["order"])


def _shown(t: Texts, run_id: str) -> None:
    run = session.jobs().read(run_id)
    plan = session.plan_of(run)
    shown = _filtered(matrix(plan, session.people_of(run)))
    if not shown.rows:
        st.info(t("rota.nobody"), icon=":material/search_off:")
        return
    rota_matrix(key="matrix", data=matrix_data(t, shown, _day(shown)), on_pick_change=_picked, on_day_change=_picked)
    st.caption(t("rota.keys"))
    _day_view(t, plan, shown)


def _edited(t: Texts, run_id: str) -> None:
    run = session.jobs().read(run_id)
    try:
        board = drafts.board(run)
    except InputError as error:
        editor.unavailable(t, error)
        return

    def typed() -> None:
        edits = st.session_state["matrix"].get("edits") or []
        drafts.push(run_id, changed(board, drafts.draft(run_id), edits))

    judged = judge(board, drafts.draft(run_id))
    editor.toolbar(t, run, judged)
    editor.figures(t, run, judged)
    shown = _filtered(matrix(judged.plan, board.problem))
    data = with_edits(matrix_data(t, shown, _day(shown), editable=True), board, drafts.draft(run_id), judged)
    rota_matrix(key="matrix", data=data, on_edits_change=typed, on_pick_change=_picked, on_day_change=_picked)
    st.caption(t("edit.keys"))
    editor.conflicts(t, board, judged)
    _day_view(t, judged.plan, shown)


def _picked() -> None:
    value = st.session_state["matrix"]
    pick, day = value.get("pick"), value.get("day")
    st.session_state["day"] = pick["day"] if pick else day if day is not None else st.session_state.get("day", 0)


def _day(shown: Matrix) -> int:
    return min(int(st.session_state.get("day", 0)), len(shown.dates) - 1)


def _day_view(t: Texts, plan: Plan, shown: Matrix) -> None:
    day = shown.dates[_day(shown)]
    visible = {r.id for r in shown.rows}
    shifts = tuple(b for b in bars(plan, day) if b.agent in visible)
    st.subheader(t.long_day(day))
    if shifts:
        day_bars(key="bars", data=bars_data(t, shifts, shown))
    else:
        st.info(t("rota.day.nobody"), icon=":material/event_busy:")


def _legend(t: Texts, full: Matrix) -> None:
    items = [
        f'<li><b class="{c.tone}">{html.escape(c.code)}</b>{html.escape(code_label(t, c))}</li>' for c in full.codes
    ]
    st.html(listing(items, kind="legend", label=t("rota.legend")))
