"""A day's need against its cover, and the service that it was simulated to give."""

from __future__ import annotations

import streamlit as st

from staffing import charts
from staffing.ui import session
from staffing.ui.need.cover_words import day_told
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.cover import DayCover
from staffing.ui.vm.plan import Plan

ALL = ""
"""All queues together."""


def queue_choice(t: Texts, plan: Plan, key: str) -> str | None:
    """Ask for a queue; None for all together."""
    label = t("need.queue")
    chosen = st.segmented_control(
        label, [ALL, *plan.queues], default=ALL, format_func=lambda q: q or t("need.all"), required=True, key=key
    )
    return chosen or None


def day_charts(t: Texts, plan: Plan, cover: DayCover, queue: str | None, key: str, *, edited: bool = False) -> None:
    """The day in a sentence and in charts; `edited` where the cover is no longer the one that was simulated."""
    told, window = day_told(t, cover), cover.window()
    st.markdown(f"**{plain(t.long_day(cover.day))}.** {told}")
    times, need, staffed = cover.times[window], cover.required[window].tolist(), cover.staffed[window].tolist()
    if not any(need) and not any(staffed):
        return
    words, palette = session.chart_words(t), session.palette()
    st.vega_lite_chart(charts.cover_of_day(times, need, staffed, words, palette), key=f"{key}-cover", alt=told)
    if queue is None:
        st.caption(t("need.pick_queue"))
        return
    target = plan.service[queue].target if queue in plan.service else None
    band = (cover.service[window].tolist(), cover.low[window].tolist(), cover.high[window].tolist())
    spec = charts.service_of_day(times, *band, target, words, palette)
    st.vega_lite_chart(spec, key=f"{key}-service", alt=t("need.service"))
    st.caption(t("service.edited") if edited else t("service.variant"))
