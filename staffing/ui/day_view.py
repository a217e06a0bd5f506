"""One day of the rota: who works when, with breaks, and the need against the cover."""

from __future__ import annotations

import streamlit as st

from staffing import charts
from staffing.ui import session
from staffing.ui.components.mount import day_bars
from staffing.ui.cover_words import day_told
from staffing.ui.rota_words import bars_data
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.cover import day_cover
from staffing.ui.vm.plan import Plan
from staffing.ui.vm.rota import Matrix, bars


def day_view(t: Texts, plan: Plan, shown: Matrix, index: int) -> None:
    """The day's cover in a chart, and its shifts as bars, of the people who are shown.

    Parameters
    ----------
    t
        The reader's language.
    plan
        With the cover of the rota as it stands, and at least the day's shifts.
    shown
        The people who are shown.
    index
        Of the day.
    """
    day = shown.dates[index]
    cover = day_cover(plan, day, None)
    window, told = cover.window(), day_told(t, cover)
    st.markdown(f"**{plain(t.long_day(day))}.** {told}")
    need, staffed = cover.required[window].tolist(), cover.staffed[window].tolist()
    if any(need) or any(staffed):
        spec = charts.cover_of_day(cover.times[window], need, staffed, session.chart_words(t), session.palette())
        st.vega_lite_chart(spec, key="day-cover", alt=told)
    visible = {r.id for r in shown.rows}
    shifts = tuple(b for b in bars(plan, day) if b.agent in visible)
    if shifts:
        day_bars(key="bars", data=bars_data(t, shifts, shown))
    else:
        st.info(t("rota.day.nobody"), icon=":material/event_busy:")
