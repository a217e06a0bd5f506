"""Need against cover: a day, the month, and the simulated service."""

from __future__ import annotations

import streamlit as st

from staffing import charts
from staffing.jobs import Run
from staffing.ui import session
from staffing.ui.need.cover_words import day_labels, month_tips
from staffing.ui.need.day_charts import day_charts, queue_choice
from staffing.ui.need.need_moved import need_moved_line
from staffing.ui.need.service_view import service
from staffing.ui.need.stress_panel import stress_panel
from staffing.ui.texts import Texts
from staffing.ui.vm.cover import covered_share, day_cover, month_cover, short_by_day
from staffing.ui.vm.plan import Plan


def cover(t: Texts, run: Run, plan: Plan) -> None:
    """Figures, a day, the month and the service of a plan, and the rota under stress."""
    need_moved_line(t, run)
    with st.grid(4, min_column_width=150):
        s = plan.summary
        st.metric(t("measure.covered"), t.percent(covered_share(plan), 1), border=True)
        st.metric(t("measure.needed_hours"), t.hours(plan.needed_hours), border=True)
        st.metric(
            t("measure.understaffed_hours"), t.hours(s["understaffed_hours"], 1), border=True, help=t("need.under.help")
        )
        st.metric(
            t("measure.overstaffed_hours"), t.hours(s["overstaffed_hours"], 1), border=True, help=t("need.over.help")
        )
    queue = queue_choice(t, plan, "queue")
    st.fragment(_day, key="day")(t, plan, queue)
    _month(t, plan, queue)
    service(t, plan, queue)
    st.fragment(stress_panel, key="stress-part")(t, run.id)


def _day(t: Texts, plan: Plan, queue: str | None) -> None:
    short = short_by_day(plan, queue)
    labels = day_labels(t, plan.dates, short.tolist())
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        st.button(
            t("need.previous"), icon=":material/chevron_left:", key="previous", on_click=_step, args=(-1, len(labels))
        )
        st.session_state.setdefault("day", int(short.argmax()))
        st.session_state["day"] = min(st.session_state["day"], len(labels) - 1)
        index = st.selectbox(t("need.day"), range(len(labels)), format_func=lambda i: labels[i], key="day", width=320)
        st.button(
            t("need.next"),
            icon=":material/chevron_right:",
            icon_position="right",
            key="next",
            on_click=_step,
            args=(1, len(labels)),
        )
    day_charts(t, plan, day_cover(plan, plan.dates[index], queue), queue, "need")


def _step(by: int, days: int) -> None:
    st.session_state["day"] = min(days - 1, max(0, st.session_state.get("day", 0) + by))


def _month(t: Texts, plan: Plan, queue: str | None) -> None:
    st.header(t("need.month", month=t.month(plan.dates[0])))
    month = month_cover(plan, queue)
    days, tips = month_tips(t, month)
    spec = charts.gap_of_month(days, month.times, month.gap.tolist(), tips, session.chart_words(t), session.palette())
    st.echarts_chart(spec, height=22 * len(days) + 110, key="month", alt=t("need.month", month=t.month(plan.dates[0])))
