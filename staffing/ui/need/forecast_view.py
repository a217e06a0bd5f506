"""The forecast: the month and a day with their band, what makes it up, what was cleaned, how past ones did."""

from __future__ import annotations

import streamlit as st

from staffing import charts
from staffing.errors import InputError
from staffing.plan import Sizing
from staffing.ui import frame, session
from staffing.ui.need import demand
from staffing.ui.need.forecast_words import beside, judged_table, month_told, parts_table, words_of
from staffing.ui.sentences import sentence
from staffing.ui.texts import Texts, plain
from staffing.ui.vm import forecast as vm
from staffing.ui.vm.teams import ScenarioFile


def choose_queue(t: Texts, sizing: Sizing) -> str:
    """One queue of the scenario."""
    queues = sizing.forecast.queues
    return str(
        st.segmented_control(t("need.queue"), queues, default=queues[0], required=True, key="forecast-queue")
        or queues[0]
    )


def forecast(t: Texts, file: ScenarioFile, sizing: Sizing) -> None:
    """Draw one queue's forecast."""
    queue = choose_queue(t, sizing)
    notes = vm.notes(sizing.forecast, queue)
    if notes:
        st.warning("\n".join(f"- {plain(sentence(t, note))}" for note in notes), icon=":material/info:")
    _figures(t, vm.month_of(sizing.forecast, queue))
    _month(t, sizing, queue)
    st.fragment(_day, key="forecast-day-part")(t, sizing, queue)
    st.header(t("forecast.parts"))
    st.caption(t("forecast.parts.help"))
    st.html(parts_table(t, vm.parts_of(sizing.forecast, queue)))
    _told(t, sizing, queue)
    st.header(t("forecast.judged"))
    _judged(t, file)


def _figures(t: Texts, month: vm.Month) -> None:
    against = t("forecast.four_weeks") + ": " + t.number(month.spreadsheet)
    with st.grid(4, min_column_width=170):
        st.metric(t("forecast.contacts"), t.number(month.contacts), border=True, height="stretch", help=against)
        st.metric(t("forecast.band"), f"{t.number(month.low)} – {t.number(month.high)}", border=True, height="stretch")
        st.metric(
            t("forecast.four_weeks"),
            t.number(month.spreadsheet),
            border=True,
            height="stretch",
            help=t("forecast.four_weeks.help"),
        )
        st.metric(t("forecast.aht"), t.seconds(month.aht_seconds), border=True, height="stretch")


def _month(t: Texts, sizing: Sizing, queue: str) -> None:
    dates = sizing.forecast.grid.dates
    st.header(t.month(dates[0]))
    course = vm.days_of(sizing.forecast, queue)
    labels = [t.day(d) for d in dates]
    _chart(t, "forecast-month", labels, course, vm.weekly_marks(labels, dates), month_told(t, dates, course))


def _day(t: Texts, sizing: Sizing, queue: str) -> None:
    dates = sizing.forecast.grid.dates
    labels = [t.day(d) for d in dates]
    st.session_state.setdefault("forecast-day", vm.first_busy(sizing.forecast, queue))
    index = st.selectbox(
        t("need.day"), range(len(dates)), format_func=lambda i: labels[i], key="forecast-day", width=320
    )
    times, course = vm.intervals_of(sizing.forecast, queue, index)
    if not course.contacts.any():
        st.info(t("forecast.closed", day=t.long_day(dates[index])))
        return
    _chart(t, "forecast-of-day", list(times), course, vm.hourly_marks(times), t("forecast.day.alt", day=labels[index]))


def _chart(t: Texts, key: str, labels: list[str], course: vm.Course, marks: dict[int, str], alt: str) -> None:
    spec = charts.forecast_band(
        labels,
        course.contacts.round(2).tolist(),
        course.low.tolist(),
        course.high.tolist(),
        beside(t, course),
        marks,
        words_of(t),
        session.palette(),
    )
    st.vega_lite_chart(spec, key=key, alt=alt)


def _told(t: Texts, sizing: Sizing, queue: str) -> None:
    found = vm.cleaned(sizing.forecast, queue)
    with st.expander(t("forecast.method")):
        st.markdown(plain(sentence(t, vm.method(sizing.forecast, queue))))
    with st.expander(t("forecast.cleaned", n=len(found)) if found else t("forecast.cleaned.none")):
        st.markdown("\n".join(f"- **{plain(sentence(t, r.where))}**: {plain(sentence(t, r.what))}" for r in found))


def _judged(t: Texts, file: ScenarioFile) -> None:
    """How past months would have been forecast; takes seconds, so it is asked for."""
    st.caption(t("forecast.judged.help", n=demand.ORIGINS))
    if not demand.judged_before(file.path):
        st.button(
            t("forecast.judged.go"), icon=":material/history:", key="judge", on_click=demand.ask, args=(file.path,)
        )
        return
    with st.spinner(t("forecast.judged.busy")):
        found = demand.accuracy_at(file.path)
    if isinstance(found, InputError):
        frame.show_problems(t, found.problems)
        return
    st.html(judged_table(t, vm.judged(found)))
    if found.skipped:
        st.caption(t("forecast.judged.skipped", queues=t.listing(list(found.skipped))))
