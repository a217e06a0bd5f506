"""One day of the rota: who works when, with breaks, and the need against the cover."""

from __future__ import annotations

import numpy as np
import streamlit as st

from staffing.ui.components.mount import day_bars
from staffing.ui.need.day_charts import day_charts, queue_choice
from staffing.ui.rota.rota_words import bars_data
from staffing.ui.texts import Texts
from staffing.ui.vm.cover import day_cover
from staffing.ui.vm.plan import Plan
from staffing.ui.vm.rota import Matrix, bars


def day_view(t: Texts, plan: Plan, built: Plan, shown: Matrix, index: int) -> None:
    """The day's cover in a chart, and its shifts as bars, of the people who are shown.

    Parameters
    ----------
    t
        The reader's language.
    plan
        With the cover of the rota as it stands, and at least the day's shifts.
    built
        The plan as it was built and simulated.
    shown
        The people who are shown.
    index
        Of the day.
    """
    day, queue = shown.dates[index], queue_choice(t, plan, "day-queue")
    cover = day_cover(plan, day, queue)
    # only beside the service of a queue is it told
    edited = queue is not None and not np.array_equal(cover.staffed, day_cover(built, day, queue).staffed)
    day_charts(t, plan, cover, queue, "day", edited=edited)
    visible = {r.id for r in shown.rows}
    shifts = tuple(b for b in bars(plan, day) if b.agent in visible)
    if shifts:
        day_bars(key="bars", data=bars_data(t, shifts, shown))
    else:
        st.info(t("rota.day.nobody"), icon=":material/event_busy:")
