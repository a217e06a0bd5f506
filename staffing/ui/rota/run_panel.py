"""A run while it goes on, and what it came to."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from staffing import charts
from staffing.jobs import Run, RunState
from staffing.ui import frame, session
from staffing.ui.markup import Cell, listing, table
from staffing.ui.need.cover_words import gap_line, gap_told
from staffing.ui.need.service_words import promises_told, service_table
from staffing.ui.rota.conflict_view import conflict_view
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.cover import covered_share
from staffing.ui.vm.plan import Plan
from staffing.ui.vm.progress import Gap, Point, ProgressView, gaps, milestones, progress_view

MOST_ROWS = 15
"""Rows of the table of a search."""
MOST_STEPS = 60
"""Points of the curve of the gap."""
MARKS = {"done": "✓", "now": "▶", "later": "○"}


def run_panel(t: Texts, run: Run) -> None:
    """The run with this id, redrawn every second while it goes on."""
    st.fragment(_panel, run_every=1.0 if run.state.live else None, key="panel")(t, run.id)


def _panel(t: Texts, run_id: str) -> None:
    run = session.jobs().read(run_id)
    with st.container(border=True, key="run"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"## {plain(run.request.name)} · {t(f'run.state.{run.state}')}", width="stretch")
            if run.state.live:
                stop_button(t, run, f"stop-{run.id}")  # first, so that a stop is acknowledged before the rest is drawn
        if run.state.live:
            _going_on(t, run)
        elif run.has_plan:
            outcome(t, run, session.plan_of(run))
        else:
            _no_plan(t, run)


def _going_on(t: Texts, run: Run) -> None:
    reports = run.reports()
    seen = f"reports-{run.id}"
    if run.state is RunState.STOPPING:  # the curve stays as it is, so that nothing holds up the acknowledgement
        reports = reports[: st.session_state.get(seen, len(reports))]
    st.session_state[seen] = len(reports)
    view = progress_view(reports, live=True)
    if run.state is RunState.QUEUED:
        st.caption(t("run.queued"))
    else:
        if view.current == "compile":
            st.caption(t("run.compile"))
        _stages(t, view)
        share = view.fraction if view.fraction is not None else 0.0
        stage = t(f"stage.{view.current or 'compile'}")
        words = t("run.progress", stage=stage, elapsed=t.seconds(run.elapsed()), limit=t.seconds(run.request.seconds))
        st.progress(min(1.0, max(0.0, share)), text=words)
        _figures(t, run, view)
        _trace(t, run, view.curve)


def stop_button(t: Texts, run: Run, key: str, waiting: str = "") -> None:
    """Stop a run, which keeps the best rota where there is one; `waiting` is said of one that has not begun."""
    found = any(r.get("objective") is not None for r in run.reports())
    stopping = run.state is RunState.STOPPING
    if run.state is RunState.QUEUED:
        label, about = waiting or t("run.stop.none"), t("run.stop.none.help")
    elif found:
        label, about = t("run.stopping") if stopping else t("run.stop"), t("run.stop.help")
    else:
        label, about = t("run.stopping.none") if stopping else t("run.stop.none"), t("run.stop.none.help")
    st.button(
        label,
        key=key,
        icon=":material/stop_circle:",
        on_click=lambda: session.jobs().stop(run.id),
        disabled=stopping,
        help=about,
    )


def _stages(t: Texts, view: ProgressView) -> None:
    items = [
        f'<li class="{s.state}"><span aria-hidden="true">{MARKS[s.state]}</span>{html.escape(t(f"stage.{s.stage}"))}'
        f'<span class="unseen">{html.escape(t(f"step.{s.state}"))}</span></li>'
        for s in view.steps
    ]
    st.html(listing(items, kind="steps", ordered=True))


def _figures(t: Texts, run: Run, view: ProgressView) -> None:
    currency = _currency(run)
    apart = gaps([(0.0, view.objective, view.bound)])
    gap = t("run.gap.now", **_told(t, apart[-1], currency)) if apart else t.number(None)
    with st.grid(3, min_column_width=100):
        st.metric(t("run.best"), t.money(view.objective, currency), help=t("run.best.help"))
        st.metric(t("run.bound"), t.money(view.bound, currency), help=t("run.bound.help"))
        st.metric(t("run.gap"), gap, help=t("run.gap.help"))


def _currency(run: Run) -> str:
    scenario = session.scenario_of(run)
    return scenario.currency if scenario else "EUR"


def _trace(t: Texts, run: Run, curve: Sequence[Point]) -> None:
    """Best and bound, the gap between them, and both as a table."""
    if not any(best is not None or bound is not None for _, best, bound in curve):
        return
    words, palette = session.chart_words(t), session.palette()
    currency, found = _currency(run), gaps(curve)
    with st.grid(2, min_column_width=300):
        spec = charts.search_of_rota(curve, words, palette)
        st.vega_lite_chart(spec, key="trace", alt=t("run.trace.alt"))
        if found:
            steps = milestones(found, MOST_STEPS)  # each has a sentence, which takes longer to write than a number
            tips = [t("run.gap.tip", seconds=t.seconds(g.seconds), **_told(t, g, currency)) for g in steps]
            spec = charts.gap_of_search([(g.seconds, g.share) for g in steps], tips, words, palette)
            st.vega_lite_chart(spec, key="gap", alt=t("run.gap.alt", **_told(t, found[-1], currency)))
    if found:
        with st.expander(t("run.table"), icon=":material/table_rows:", key="trace-table", on_change="rerun") as opened:
            if opened.open:
                st.html(_trace_table(t, found, currency))


def _told(t: Texts, gap: Gap, currency: str) -> dict[str, str]:
    return {"share": t.percent(gap.share, 1), "money": t.money(gap.money, currency)}


def _trace_table(t: Texts, found: Sequence[Gap], currency: str) -> str:
    heads = [t("chart.seconds"), t("run.best"), t("run.bound"), t("run.gap.share"), t("run.gap.money")]
    rows = []
    for gap in milestones(found, MOST_ROWS):
        cells = (t.seconds(gap.seconds), t.money(gap.best, currency), t.money(gap.bound, currency))
        rows.append([*map(Cell, (*cells, *_told(t, gap, currency).values()))])
    return table(heads, rows, kind="search", width="44rem")


def outcome_line(t: Texts, plan: Plan) -> str:
    """What a finished plan came to, on one line with its title."""
    return f"**{t('plan.outcome')}** {outcome_told(t, plan)}"


def outcome_told(t: Texts, plan: Plan) -> str:
    """Pay, the proven gap, what is missing, the promises; in markdown."""
    s = plan.summary
    missing = t("outcome.line.missing", hours=t.hours(s["understaffed_hours"], 1))
    told = (t.money(s["cost"], plan.currency), gap_line(t, plan), missing, promises_told(t, plan))
    return " · ".join(plain(x) for x in told if x)


def outcome(t: Texts, run: Run, plan: Plan) -> None:
    """A finished plan in a few sentences and figures."""
    s = plan.summary
    missing = t("outcome.missing", hours=t.hours(s["understaffed_hours"], 1))
    st.markdown(f"**{t('outcome.covered', share=t.percent(covered_share(plan), 1))}** {missing}")
    st.markdown(gap_told(t, plan))
    with st.grid(2, min_column_width=150):
        st.metric(t("measure.cost"), t.money(s["cost"], plan.currency))
        st.metric(t("measure.paid_hours"), t.hours(s["paid_hours"]))
    st.html(service_table(t, plan))
    st.caption(t("service.variant"))
    _search(t, run)
    with st.container(horizontal=True):
        for page in ("rota", "need", "scenarios", "export"):
            st.page_link(
                frame.PAGES[page], label=t(f"nav.{page}"), icon=":material/arrow_forward:", query_params={"run": run.id}
            )


def _search(t: Texts, run: Run) -> None:
    """How the search of a finished plan went."""
    with st.expander(t("run.search"), icon=":material/timeline:", key="search", on_change="rerun") as opened:
        if opened.open:
            _trace(t, run, progress_view(run.reports(), live=False).trace)


def _no_plan(t: Texts, run: Run) -> None:
    problems = run.problems()
    if run.state is RunState.IMPOSSIBLE and problems:
        conflict_view(t, problems)
        return
    if run.state in (RunState.REFUSED, RunState.FAILED) and problems:
        frame.show_problems(t, problems)
    st.markdown(t(f"run.todo.{run.state}"))
