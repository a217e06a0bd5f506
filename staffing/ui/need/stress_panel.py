"""What if: people ill, more contacts, longer handling, tried on the rota as it is shown within two seconds."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from staffing.errors import InputError
from staffing.jobs import Run
from staffing.roster.problem import Roster
from staffing.ui import frame, session
from staffing.ui.markup import Cell, table
from staffing.ui.rota import drafts
from staffing.ui.texts import Texts
from staffing.ui.vm.board import Judged
from staffing.ui.vm.stress import Effect, Outcome, Standing, Strain, most_ill, standing, try_out


@st.cache_resource(show_spinner=False, max_entries=4)
def _standing(
    run_id: str, input_hash: str, changed: float, edits: int, _roster: Roster | None
) -> Standing | InputError:
    run = session.jobs().read(run_id)
    try:
        return standing(Path(run.request.scenario), run.out, input_hash, run.request.overrides, _roster)
    except InputError as error:
        return error


def stress_panel(t: Texts, run_id: str) -> None:
    """Levers, and what becomes of the service."""
    run = session.jobs().read(run_id)
    with st.expander(t("stress.title"), icon=":material/crisis_alert:", key="stress", on_change="rerun") as opened:
        if opened.open:
            _panel(t, run)


def _panel(t: Texts, run: Run) -> None:
    plan = session.plan_of(run)
    st.markdown(t("stress.lead"))
    with st.spinner(t("stress.preparing")):
        changed = (run.out / "summary.json").stat().st_mtime
        judged = _edited(run)
        edits, roster = (drafts.desk(run.id).revision, judged.standing.roster) if judged else (0, None)
        now = _standing(run.id, str(plan.summary.get("input_hash", "")), changed, edits, roster)
    if isinstance(now, InputError):
        frame.show_problems(t, now.problems)
        return
    if judged:
        st.info(t("stress.edited", n=len(judged.draft)), icon=":material/edit:")
    if now.stale:
        st.warning(t("stress.stale"), icon=":material/update:")
    with st.form("stress-form", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        day = st.selectbox(
            t("stress.day"),
            range(len(plan.dates)),
            format_func=lambda i: t.day(plan.dates[i]),
            key="stress-day",
            width=180,
        )
        count = st.number_input(t("stress.ill"), 0, 200, 3, 1, key="stress-ill", width=180)
        volume = st.number_input(t("stress.volume"), -90, 300, 0, 5, key="stress-volume", width=180)
        aht = st.number_input(t("stress.aht"), -600, 3600, 0, 10, key="stress-aht", width=180)
        asked = st.form_submit_button(t("stress.go"), type="primary", icon=":material/bolt:", key="stress-go")
    if not asked:
        return
    strain = Strain(1 + volume / 100, float(aht), int(count), int(day))
    if strain.none:
        st.info(t("stress.nothing"))
        return
    if count > most_ill(now, strain.day):
        st.info(t("stress.fewer", n=most_ill(now, strain.day)))
    try:
        found = try_out(now, strain)
    except InputError as error:
        frame.show_problems(t, error.problems)
        return
    _outcome(t, run, found, strain)


def _edited(run: Run) -> Judged | None:
    """The rota with the edits that are kept of it; None where there are none, or its team has changed since."""
    try:
        judged = drafts.judged(run)
    except InputError:
        return None
    return judged if len(judged.draft) else None


def _outcome(t: Texts, run: Run, found: Outcome, strain: Strain) -> None:
    plan = session.plan_of(run)
    if found.absent:
        people = session.people_of(run)
        if people is not None:
            st.caption(t("stress.absent", names=t.listing([people.agents[p].name for p in found.absent])))
    heads = [t(f"stress.head.{h}") for h in ("queue", "before", "after", "change", "verdict")]
    for title, effects in (
        (t.long_day(plan.dates[strain.day]), found.day),
        (t.month(plan.dates[0]), found.month),
    ):
        if effects:
            st.markdown(f"**{title}**")
            st.html(table(heads, [_row(t, e) for e in effects], kind="stress", width="52rem"))
    st.caption(t("stress.caption", n=found.replications))


def _row(t: Texts, e: Effect) -> list[Cell]:
    mark = {"breaks": "✗ ", "holds": "✓ ", "same": "= "}[e.verdict]
    band = f"{t.signed(100 * e.low, 1)} … {t.signed(100 * e.high, 1)}"
    return [
        Cell(e.queue),
        Cell(t.percent(e.before, 1)),
        Cell(t.percent(e.after, 1)),
        Cell(t("stress.points", points=t.signed(100 * e.change, 1)), band),
        Cell(mark + t(f"stress.{e.verdict}")),
    ]
