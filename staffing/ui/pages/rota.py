"""The rota: agents by days, and who works when on a day."""

from __future__ import annotations

import html

import streamlit as st

from staffing.ui import frame, session
from staffing.ui.components.mount import day_bars, rota_matrix
from staffing.ui.rota_words import bars_data, code_label, matrix_data
from staffing.ui.texts import Texts
from staffing.ui.vm.rota import Matrix, Team, bars, matrix, select

ORDERS = ("file", "name", "hours", "contract")


def show(t: Texts) -> None:
    """Draw the page."""
    st.title(t("rota.title"))
    found = frame.need_plan(t)
    if found is None:
        return
    run, plan = found
    scenario = session.scenario_of(run)
    names = {} if scenario is None else {s.code: s.name for s in scenario.shift}
    full = matrix(plan, Team(*session.people_of(run), names))
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        text = st.text_input(t("rota.find"), key="find", width=220, placeholder=t("rota.find.example"))
        skill = st.selectbox(t("rota.skill"), ["", *full.skills], format_func=lambda s: s or t("rota.any"), key="skill", width=180)
        contracts = sorted({r.contract for r in full.rows if r.contract})
        contract = st.selectbox(t("rota.contract"), ["", *contracts], format_func=lambda s: s or t("rota.any"), key="contract", width=180)
        order = st.selectbox(t("rota.order"), ORDERS, format_func=lambda o: t(f"rota.order.{o}"), key="order", width=180)
    shown = select(full, text=text, skill=skill, contract=contract, order=order)
    _legend(t, full)
    if not shown.rows:
        st.info(t("rota.nobody"), icon=":material/search_off:")
        return
    st.fragment(_matrix, key="matrix-part")(t, shown, run.id)


def _matrix(t: Texts, shown: Matrix, run_id: str) -> None:
    def picked() -> None:
        value = st.session_state["matrix"]
        pick, day = value.get("pick"), value.get("day")
        st.session_state["day"] = pick["day"] if pick else day if day is not None else st.session_state.get("day", 0)

    day = min(st.session_state.get("day", 0), len(shown.dates) - 1)
    rota_matrix(key="matrix", data=matrix_data(t, shown, day), on_pick_change=picked, on_day_change=picked)
    st.caption(t("rota.keys"))
    plan = session.plan_of(session.jobs().read(run_id))
    shifts = bars(plan, shown.dates[day])
    visible = {r.id for r in shown.rows}
    shifts = tuple(b for b in shifts if b.agent in visible)
    st.subheader(t("rota.day", day=t.long_day(shown.dates[day])))
    if shifts:
        day_bars(key="bars", data=bars_data(t, shifts, shown))
    else:
        st.info(t("rota.day.nobody"), icon=":material/event_busy:")


def _legend(t: Texts, full: Matrix) -> None:
    items = "".join(f'<li><b class="{c.tone}">{html.escape(c.code)}</b>{html.escape(code_label(t, c))}</li>' for c in full.codes)
    st.html(f'<ul class="legend" aria-label="{html.escape(t("rota.legend"))}">{items}</ul>')
