"""The service that customers will get: by queue, the month at a glance, and the riskiest intervals."""

from __future__ import annotations

import html

import streamlit as st

from staffing import charts
from staffing.ui import session
from staffing.ui.markup import listing
from staffing.ui.need.service_words import service_table
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.plan import Plan
from staffing.ui.vm.service import MonthService, Risk, month_service, repair_of, risks

SHOWN = 10


def service(t: Texts, plan: Plan, queue: str | None) -> None:
    """Service by queue, how the rota was repaired, the month of one queue, the riskiest intervals with their days."""
    st.header(t("need.service"))
    st.html(service_table(t, plan))
    st.caption(t("service.variant"))
    _repair(t, plan)
    shown = queue or next((q for q, s in plan.service.items() if s.target is not None), None)
    if shown is not None:
        _month(t, month_service(plan, shown), shown)
    _risks(t, plan)


def _repair(t: Texts, plan: Plan) -> None:
    found = repair_of(plan)
    if found is None:
        return
    lines = []
    if found.rounds:
        hours = {"planned": t.hours(found.planned_hours), "formula": t.hours(found.formula_hours)}
        lines.append(t("repair.told", n=found.rounds, first=t.number(found.first), **hours))
    lines.append(t("repair.missed", n=found.missed) if found.missed else t("repair.holds"))
    if found.proven:
        lines.append(t("repair.proven", n=found.proven))
    st.markdown(" ".join(lines))


def _month(t: Texts, month: MonthService, queue: str) -> None:
    if not month.times:
        return
    title = t("service.month", queue=plain(queue), month=t.month(month.dates[0]))
    st.markdown(f"## {title}")
    days = [t.day(d) for d in month.dates]
    tips = [
        [
            t("service.tip", day=d, time=x, level=t.percent(v), low=t.percent(a), high=t.percent(b)) if v == v else ""
            for x, v, a, b in zip(month.times, *row, strict=True)
        ]
        for d, *row in zip(days, month.level.tolist(), month.low.tolist(), month.high.tolist(), strict=True)
    ]
    spec = charts.service_of_month(
        days, month.times, month.level.tolist(), month.target, tips, session.chart_words(t), session.palette()
    )
    st.echarts_chart(spec, height=22 * len(days) + 110, key="service-month", alt=title)
    st.caption(t("service.month.caption"))


def _risks(t: Texts, plan: Plan) -> None:
    found = risks(plan)[:SHOWN]
    if not found:
        return
    st.markdown(f"## {t('risk.title')}")
    st.html(listing([f"<li>{html.escape(told(t, r))}</li>" for r in found], kind="risks", ordered=True))
    days = list(dict.fromkeys((r.queue, r.day) for r in found))
    with st.container(horizontal=True, key="risk-days"):
        for queue, day in days[:6]:
            st.button(
                t("risk.go", queue=plain(queue), day=t.day(plan.dates[day])),
                key=f"risk-{queue}-{day}",
                icon=":material/arrow_upward:",
                on_click=_look_at,
                args=(queue, day),
            )


def told(t: Texts, r: Risk) -> str:
    """One risky interval in words."""
    where = {"queue": r.queue, "day": t.day(r.date), "time": r.time}
    figures = {"level": t.percent(r.level), "low": t.percent(r.low), "high": t.percent(r.high)}
    words = t("risk.told", **where, **figures, contacts=t.number(r.contacts), late=t.number(r.late, 1))
    if r.reason is None:
        return words
    return f"{words} {t(f'risk.reason.{r.reason}', have=t.number(r.have), most=t.number(r.most))}"


def _look_at(queue: str, day: int) -> None:
    st.session_state["queue"] = queue
    st.session_state["day"] = day
