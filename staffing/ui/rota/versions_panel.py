"""Publish a rota, and the versions that were published: who, when, why, what changed, and the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import streamlit as st

from staffing.errors import StaleError
from staffing.export.changes import DayChange, changes_table, roster_changes
from staffing.export.text import GERMAN, STANDARD, csv_bytes
from staffing.grid import TimeGrid
from staffing.jobs import Run
from staffing.roster.problem import RosterProblem
from staffing.store import Version
from staffing.ui import session
from staffing.ui.markup import Cell, table
from staffing.ui.rota import drafts
from staffing.ui.rota.replan_panel import moves_told
from staffing.ui.texts import Texts
from staffing.ui.vm.alternatives import Move
from staffing.ui.vm.board import Judged, roster_text
from staffing.ui.vm.next_month import days_after, set_up_next

NOW = 0
"""Stands for the rota on the board where versions are numbered from 1."""


def versions_panel(t: Texts, run: Run, judged: Judged) -> None:
    """Publishing on the left, what was published on the right."""
    found = session.store().versions(run.request.team, judged.board.plan.dates[0])
    if st.session_state.pop("stale-version", False):
        st.warning(t("publish.stale"), icon=":material/sync_problem:")
    with st.container(key="split"):
        left, right = st.columns(2, gap="large")
    with left:
        _publish(t, run, judged, found)
    with right:
        _versions(t, run, judged, found)


def _publish(t: Texts, run: Run, judged: Judged, found: tuple[Version, ...]) -> None:
    st.markdown(f"**{t('publish.title')}**")
    official = found[0] if found else None
    changes = roster_changes(None if official is None else official.table(), judged.plan.roster)
    st.markdown(
        t("publish.first") if official is None else t("publish.changes", n=len(changes), version=official.number)
    )
    _changes(t, changes, "publish")
    if judged.conflicts:
        st.markdown(t("publish.blocked", n=len(judged.conflicts)))
    if judged.overridden:
        st.markdown(t("publish.knowingly", n=len(judged.overridden)))
    st.text_input(t("publish.who"), session.author(), key="author", max_chars=80, persist_state="session")
    st.text_input(
        t("publish.why"),
        key="publish-why",
        max_chars=300,
        placeholder=t("publish.why.example"),
        persist_state="session",
    )
    st.button(
        t("publish.go", number=len(found) + 1),
        key="publish",
        type="primary",
        icon=":material/campaign:",
        on_click=_make_official,
        args=(run, len(found) + 1),
        disabled=bool(judged.conflicts) or (official is not None and not changes),
    )
    if official is not None:
        st.button(
            t("publish.next", month=_days_told(t, judged.board.problem.grid)),
            key="next-month",
            icon=":material/next_plan:",
            on_click=_set_up_next,
            args=(t, run, judged.board.problem, official),
            help=t("publish.next.help", number=official.number),
        )


def _set_up_next(t: Texts, run: Run, problem: RosterProblem, official: Version) -> None:
    """Make the scenario of the month after, and work on it."""
    name = _days_told(t, problem.grid)
    folder = session.own_scenarios() / (run.request.team or "team")
    made = set_up_next(folder, name, Path(official.scenario), problem, official.table())
    session.choose_scenario(str(made))
    st.toast(t("publish.next.done", month=name), icon=":material/check:")


def _days_told(t: Texts, grid: TimeGrid) -> str:
    """The days that follow a horizon: a month by its name."""
    first, days = days_after(grid)
    last = first + timedelta(days=days - 1)
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1 and first.month == last.month
    return t.month(first) if whole else f"{t.day(first)} – {t.day(last)}"


def _make_official(run: Run, number: int) -> None:
    """Publish the rota with the last edit in it; where that has broken a rule, the page says so instead."""
    judged = drafts.shown(run)
    if judged.conflicts:
        return
    problem = judged.board.problem
    overrides = tuple(
        {
            "agent": problem.agents[v.agent].id,
            "date": problem.grid.dates[v.day].isoformat(),
            "rule": v.rule,
            "reason": reason,
        }
        for v, reason in judged.overridden
    )
    _keep(
        Version(
            team=run.request.team,
            first_day=judged.board.plan.dates[0],
            number=number,
            plan=run.id,
            name=run.request.name,
            scenario=run.request.scenario,
            author=session.author(),
            reason=str(st.session_state.get("publish-why") or ""),
            published=0.0,
            roster=roster_text(judged),
            overrides=overrides,
        )
    )


def _keep(version: Version) -> None:
    try:
        session.store().publish(version)
        st.session_state["publish-why"] = ""
    except StaleError:
        st.session_state["stale-version"] = True


def _versions(t: Texts, run: Run, judged: Judged, found: tuple[Version, ...]) -> None:
    st.markdown(f"**{t('versions.title')}**")
    if not found:
        st.caption(t("versions.none"))
        return
    rows = [
        [
            Cell(t("versions.number", number=v.number), t("versions.official") if i == 0 else ""),
            Cell(v.author, t.moment_of(v.published)),
            Cell(v.reason or "–", v.name),
        ]
        for i, v in enumerate(found)
    ]
    st.html(table([t("versions.version"), t("versions.who"), t("versions.reason")], rows, kind="versions"))
    labels = {v.number: t("versions.number", number=v.number) for v in found} | {NOW: t("versions.now")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        numbers = list(labels)
        older = st.selectbox(
            t("versions.from"),
            numbers[:-1],
            index=min(1, len(found) - 1),
            format_func=lambda n: labels[n],
            key=f"older-{len(found)}",
            width=150,
        )
        newer = st.selectbox(
            t("versions.to"), numbers, format_func=lambda n: labels[n], key=f"newer-{len(found)}", width=190
        )
        back = next(v for v in found if v.number == older)
        st.button(
            t("versions.revert", number=older),
            key="revert",
            icon=":material/history:",
            on_click=_keep,
            args=(_again(t, back, len(found) + 1),),
            disabled=older == found[0].number,
        )
    _changes(t, roster_changes(back.table(), _rota(judged, found, newer)), "versions")


def _again(t: Texts, version: Version, number: int) -> Version:
    """An earlier rota as the next version."""
    why = t("versions.reverts", number=version.number)
    return replace(version, number=number, reverts=version.number, author=session.author(), reason=why)


def _rota(judged: Judged, found: tuple[Version, ...], number: int) -> pd.DataFrame:
    if number == NOW:
        return judged.plan.roster
    return next(v for v in found if v.number == number).table()


def _changes(t: Texts, changes: tuple[DayChange, ...], key: str) -> None:
    """What has changed, agent by agent, and as a file."""
    if not changes:
        return
    with st.expander(t("versions.list", n=len(changes), agents=len({c.agent_id for c in changes}))):
        st.markdown(moves_told(t, [Move(c.agent_id, c.agent_name, c.date, c.before, c.after) for c in changes]))
        st.download_button(
            t("versions.csv"),
            csv_bytes(changes_table(changes), GERMAN if t.language == "de" else STANDARD),
            file_name=f"changes-{date.today().isoformat()}.csv",
            mime="text/csv",
            key=f"changes-{key}",
            icon=":material/download:",
            on_click="ignore",
        )
