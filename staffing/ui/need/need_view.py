"""The agents that the forecast takes: by queue with its promise, over a day, and day by day."""

from __future__ import annotations

import streamlit as st

from staffing import charts, report
from staffing.export.text import csv_bytes
from staffing.plan import Sizing
from staffing.requirement import Target
from staffing.ui import session
from staffing.ui.data.days_view import days_view
from staffing.ui.need.forecast_view import choose_queue
from staffing.ui.need.forecast_words import needs_table, words_of
from staffing.ui.sentences import sentence
from staffing.ui.texts import Texts, plain
from staffing.ui.vm import forecast as vm


def promise(t: Texts, target: Target) -> str:
    """What a queue promises, in words."""
    parts = []
    if target.service_level is not None and target.response_hours is not None:
        parts.append(
            t("promise.response", share=t.percent(target.service_level), hours=t.hours(target.response_hours, 1))
        )
    elif target.service_level is not None:
        parts.append(
            t("promise.level", share=t.percent(target.service_level), seconds=t.seconds(target.threshold_seconds))
        )
    if target.max_asa_seconds is not None:
        parts.append(t("promise.asa", seconds=t.seconds(target.max_asa_seconds)))
    if target.max_abandonment is not None:
        parts.append(t("promise.abandonment", share=t.percent(target.max_abandonment, 1)))
    if target.max_occupancy is not None:
        parts.append(t("promise.occupancy", share=t.percent(target.max_occupancy)))
    return "; ".join(parts)


def need(t: Texts, sizing: Sizing) -> None:
    """Draw the need of all queues, and of one over the day."""
    scenario, grid = sizing.inputs.scenario, sizing.forecast.grid
    promises = {q: promise(t, target) for q, target in scenario.target.items()}
    st.html(needs_table(t, vm.needs(sizing), promises))
    st.caption(t("need.shrinkage", share=t.percent(sizing.requirement.shrinkage, 1)))
    queue = choose_queue(t, sizing)
    st.fragment(_day, key="need-day-part")(t, sizing, queue)
    st.header(t("need.month.hours"))
    lines = dict(zip(sizing.forecast.queues, vm.hours_by_day(sizing), strict=True))
    told = t("need.month.hours")
    st.fragment(days_view, key="need-month-part")(t, "need-month", grid.dates, lines, t("need.hours"), told)
    for note in sizing.requirement.notes:
        st.caption(plain(sentence(t, note)))
    with st.container(horizontal=True):
        for name, frame in (
            ("requirement", report.requirement_table(sizing.requirement)),
            ("forecast", report.forecast_table(sizing.forecast)),
            ("forecast_days", report.forecast_days_table(sizing.forecast)),
        ):
            st.download_button(
                f"{name}.csv",
                csv_bytes(frame),
                f"{name}.csv",
                "text/csv",
                on_click="ignore",
                key=f"get-{name}",
                icon=":material/download:",
            )


def _day(t: Texts, sizing: Sizing, queue: str) -> None:
    dates = sizing.forecast.grid.dates
    labels = [t.day(d) for d in dates]
    st.session_state.setdefault("need-day", vm.first_busy(sizing.forecast, queue))
    index = st.selectbox(t("need.day"), range(len(dates)), format_func=lambda i: labels[i], key="need-day", width=320)
    times, net, gross = vm.need_intervals(sizing, queue, index)
    spec = charts.need_of_day(times, net.tolist(), gross.tolist(), words_of(t), session.palette())
    st.vega_lite_chart(
        spec,
        key="need-of-day",
        alt=t("need.day.alt", n=round(float(gross.max()), 1), day=labels[index], agents=t.count(gross.max())),
    )
