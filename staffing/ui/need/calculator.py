"""Erlang calculator: agents for a promise, and the service of a few more or fewer."""

from __future__ import annotations

import streamlit as st

from staffing.errors import InputError
from staffing.queueing.calculator import Calculation, CalculatorInput, CalculatorRow, calculate
from staffing.queueing.inverse import Goals
from staffing.ui import frame
from staffing.ui.markup import Cell, table
from staffing.ui.texts import Texts


def calculator(t: Texts) -> None:
    """Form and answer."""
    st.caption(t("calc.body"))
    given = _form(t)
    try:
        answer = calculate(given)
    except InputError as error:
        frame.show_problems(t, error.problems)
        return
    with st.grid(5, min_column_width=140):
        st.metric(t("calc.agents"), t.number(answer.agents), border=True)
        st.metric(t("calc.rostered"), t.number(answer.rostered), border=True, help=t("levers.shrinkage.help"))
        st.metric(t("calc.load"), t.number(answer.load, 1), border=True, help=t("calc.load.help"))
        st.metric(t("calc.carried"), t.number(answer.contacts_carried, 1), border=True, help=t("calc.carried.help"))
        st.metric(t("calc.model"), answer.model, border=True)
    st.html(_table(t, answer))
    st.caption(t("calc.variant"))


def _form(t: Texts) -> CalculatorInput:
    with st.container(border=True), st.grid(4, min_column_width=170):
        contacts = st.number_input(
            t("calc.contacts"), 0, 100_000, 100, 10, key="calc-contacts", persist_state="session"
        )
        minutes = st.selectbox(t("calc.minutes"), [15, 30, 60], 1, key="calc-minutes", persist_state="session")
        aht = st.number_input(t("calc.aht"), 1, 36_000, 300, 10, key="calc-aht", persist_state="session")
        shrinkage = st.number_input(t("calc.shrinkage"), 0, 90, 30, 1, key="calc-shrinkage", persist_state="session")
        level = st.number_input(t("levers.service_level"), 1, 99, 80, 1, key="calc-level", persist_state="session")
        threshold = st.number_input(
            t("levers.threshold"), 0, 3600, 20, 5, key="calc-threshold", persist_state="session"
        )
        patience = st.number_input(
            t("calc.patience"),
            0,
            36_000,
            0,
            10,
            key="calc-patience",
            persist_state="session",
            help=t("calc.patience.help"),
        )
        chats = st.number_input(
            t("calc.chats"), 1, 10, 1, 1, key="calc-chats", persist_state="session", help=t("calc.chats.help")
        )
    return CalculatorInput(
        contacts=float(contacts),
        interval_minutes=float(minutes),
        aht_seconds=float(aht),
        goals=Goals(service_level=level / 100, threshold_seconds=float(threshold)),
        patience_seconds=float(patience) or None,
        shrinkage=shrinkage / 100,
        concurrency=int(chats),
        slowdown=0.15 if chats > 1 else 0.0,
    )


def _table(t: Texts, answer: Calculation) -> str:
    columns = ("agents", "rostered", "level", "asa", "abandonment", "occupancy", "meets")
    return table(
        [t(f"calc.head.{c}") for c in columns],
        [_row(t, r, r.agents == answer.agents) for r in answer.rows],
        width="60rem",
    )


def _row(t: Texts, row: CalculatorRow, chosen: bool) -> list[Cell]:
    asa = NEVER if row.asa_seconds == float("inf") else t.seconds(row.asa_seconds)
    texts = (
        ("▶ " if chosen else "") + t.number(row.agents),
        t.number(row.rostered, 1),
        t.percent(row.service_level, 1),
        asa,
        t.percent(row.abandonment, 1),
        t.percent(row.occupancy, 1),
        "✓ " + t("service.kept") if row.meets else "✗ " + t("service.missed"),
    )
    return [Cell(x, kind="chosen" if chosen else "") for x in texts]


NEVER = "∞"
"""Mean wait of a queue that grows for ever."""
