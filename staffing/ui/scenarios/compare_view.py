"""Plans side by side: cards, differences in words and signs, cost against service, a day of all."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from staffing import charts
from staffing.jobs import Run
from staffing.ui import frame, session
from staffing.ui.need import demand
from staffing.ui.need.cover_words import gap_line
from staffing.ui.need.service_words import service_lines
from staffing.ui.scenarios.compare_words import comparison_table, name_of, told, value
from staffing.ui.texts import NONE, Texts, plain
from staffing.ui.vm.compare import Comparison, Entry, compare, pareto_points
from staffing.ui.vm.cover import day_cover
from staffing.ui.vm.plan import Plan

MOST = 4
CARD = ("cost", "understaffed_hours", "covered")
Arrow = Literal["up", "down", "off"]
COLOURS: dict[str, Literal["green", "red"]] = {"better": "green", "worse": "red"}


def compare_view(t: Texts) -> None:
    """Everything about the plans chosen."""
    runs = [r for r in session.jobs().runs() if r.has_plan]
    if len(runs) < 2:
        with st.container(border=True):
            st.markdown(f"## {t('compare.one.title')}")
            st.markdown(t("compare.one.body"))
            st.button(t("compare.one.go"), icon=":material/tune:", key="to-what-if", on_click=_to_what_if)
        return
    labels = {r.id: frame.run_label(t, r) for r in runs}
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        base = st.selectbox(
            t("compare.baseline"),
            list(labels),
            list(labels).index(_baseline(runs)),
            format_func=lambda i: labels[i],
            key="baseline",
            width=360,
        )
        others = sorted((i for i in labels if i != base), key=lambda i: _distance(runs, base, i))
        picked = st.multiselect(
            t("compare.others"),
            others,
            default=others[:1],
            format_func=lambda i: labels[i],
            max_selections=MOST - 1,
            key=f"others-{base}",
        )
    if not picked:
        st.info(t("compare.pick"), icon=":material/touch_app:")
        return
    chosen = [next(r for r in runs if r.id == i) for i in (base, *picked)]
    plans = tuple(session.plan_of(r) for r in chosen)
    names = tuple(frame.run_label(t, r) if _ambiguous(r.request.name, chosen) else r.request.name for r in chosen)
    comparison = compare(names, plans)
    _cards(t, comparison, chosen, plans)
    st.header(t("compare.table"))
    st.html(comparison_table(t, comparison))
    st.caption(t("compare.note"))
    st.header(t("compare.pareto"))
    st.fragment(_pareto, key="pareto")(t, names, plans)
    if len({p.dates for p in plans}) == 1:
        st.header(t("compare.overlay"))
        st.fragment(_overlay, key="overlay")(t, names, plans)


def _baseline(runs: list[Run]) -> str:
    """The plan that is looked at; for that of a what-if, the newest plan of what it builds on, if there is one."""
    looked_at = session.chosen_run() or runs[-1]
    shown = next((r for r in runs if r.id == looked_at.id), runs[-1])
    extends = {str(s.path): str(s.extends) for team in session.teams() for s in team.scenarios}
    below = extends.get(shown.request.scenario)
    return next((r.id for r in runs if r.request.scenario == below), shown.id)


def _distance(runs: list[Run], base: str, other: str) -> tuple[bool, bool]:
    """Order of what to compare with: the plan that is looked at, then the same team's."""
    looked_at = session.chosen_run()
    team = {r.id: r.request.team for r in runs}
    return looked_at is None or other != looked_at.id, team[other] != team[base]


def _to_what_if() -> None:
    st.session_state["view"] = "what-if"


def _ambiguous(name: str, chosen: list[Run]) -> bool:
    return sum(r.request.name == name for r in chosen) > 1


def _cards(t: Texts, comparison: Comparison, chosen: list[Run], plans: tuple[Plan, ...]) -> None:
    with st.grid(len(comparison.names), min_column_width=230):
        for i, name in enumerate(comparison.names):
            with st.container(border=True, height="stretch"):
                st.caption(t("compare.baseline") if i == 0 else t("compare.card"))
                st.markdown(f"## {plain(name)}")
                st.caption(plain(gap_line(t, plans[i])))
                if demand.moved_of(chosen[i]) is not None:
                    st.caption(f":material/sync_problem: {t('need.moved.card')}")
                for measure, entry in comparison.column(i):
                    if measure.key in CARD:
                        st.metric(
                            name_of(t, measure),
                            value(t, measure, entry.value, comparison.currency),
                            told(t, measure, entry, comparison.currency) or NONE,
                            delta_color=COLOURS.get(entry.verdict, "off"),
                            delta_arrow=_arrow(entry),
                        )
                if plans[i].service:
                    st.caption(t("card.service"))
                    st.html(service_lines(t, plans[i]))
                st.button(
                    t("compare.use"),
                    key=f"use-{chosen[i].id}",
                    icon=":material/check_circle:",
                    on_click=frame.watch,
                    args=(chosen[i].id,),
                )


def _arrow(entry: Entry) -> Arrow:
    if entry.delta is None or entry.verdict == "same":
        return "off"
    return "up" if entry.delta > 0 else "down"


def _pareto(t: Texts, names: tuple[str, ...], plans: tuple[Plan, ...]) -> None:
    st.caption(t("compare.pareto.body"))
    queue = st.segmented_control(
        t("need.queue"), plans[0].queues, default=plans[0].queues[0], required=True, key="pareto-queue"
    )
    points, target = pareto_points(names, plans, queue)
    spec = charts.cost_against_service(points, target, session.chart_words(t), session.palette())
    st.vega_lite_chart(spec, key="pareto-chart", alt=t("compare.pareto"))


def _overlay(t: Texts, names: tuple[str, ...], plans: tuple[Plan, ...]) -> None:
    dates = plans[0].dates
    queues = [q for q in plans[0].queues if all(q in p.queues for p in plans)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        day = st.selectbox(
            t("need.day"), range(len(dates)), format_func=lambda i: t.day(dates[i]), key="overlay-day", width=220
        )
        queue = st.selectbox(
            t("need.queue"), ["", *queues], format_func=lambda q: q or t("need.all"), key="overlay-queue", width=220
        )
    covers = [day_cover(p, dates[day], queue or None) for p in plans]
    windows = [c.window() for c in covers]
    span = slice(min(w.start for w in windows), max(w.stop for w in windows))
    curves = {n: (c.required[span].tolist(), c.staffed[span].tolist()) for n, c in zip(names, covers, strict=True)}
    spec = charts.cover_of_plans(covers[0].times[span], curves, session.chart_words(t))
    st.vega_lite_chart(spec, key="overlay-chart", alt=t("compare.overlay"))
