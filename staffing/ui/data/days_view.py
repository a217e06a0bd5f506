"""Figures by day, and the span of days that is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from staffing import charts
from staffing.grid import FloatArray
from staffing.ui import session
from staffing.ui.texts import Texts
from staffing.ui.vm.forecast import monthly_marks, weekly_marks

MONTHS_FROM = 100
"""Days from which on months are marked under the axis, not weeks."""
CHOSEN_FROM = 40
"""Days from which on a part of them can be looked at."""


def days_view(t: Texts, key: str, dates: Sequence[date], lines: Mapping[str, FloatArray], title: str, alt: str) -> None:
    """Draw a line per queue; where there are many days, those between two that are chosen.

    Parameters
    ----------
    t, key, alt
        Language; key of the chart; what is told to those who do not see it.
    dates
        The days, without holes.
    lines
        Queue -> a value per day.
    title
        What the values are.
    """
    first, last = 0, len(dates) - 1
    if len(dates) >= CHOSEN_FROM:
        chosen = st.slider(
            t("days.span"),
            dates[0],
            dates[-1],
            (dates[0], dates[-1]),
            format=t("days.format"),
            key=f"{key}-{dates[0]}-{dates[-1]}",
        )
        first, last = ((day - dates[0]).days for day in chosen)
    shown = list(dates[first : last + 1])
    labels = [t.short_date(d) for d in shown]
    many = len(shown) >= MONTHS_FROM
    marks = monthly_marks([t.short_month(d) for d in shown], shown) if many else weekly_marks(labels, shown)
    spec = charts.lines_of_days(
        labels,
        {name: values[first : last + 1].tolist() for name, values in lines.items()},
        marks,
        title,
        session.chart_words(t),
    )
    st.vega_lite_chart(spec, key=key, alt=alt)
