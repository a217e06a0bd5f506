"""Editing the rota: the tools above the matrix, what an edit comes to, and the ways to go on."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from staffing.jobs import Run, RunRequest
from staffing.ui import drafts, frame, session
from staffing.ui.rule_words import told
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.editing import Board, Draft, Judged, judge, lock_table
from staffing.ui.vm.levers import save_what_if

MOST_CONFLICTS = 12
CHECK_SECONDS = 10.0


def toolbar(t: Texts, run: Run, judged: Judged) -> None:
    """Undo, redo, discard, and the two ways to a plan from the edits."""
    count = len(drafts.draft(run.id))
    with st.container(horizontal=True, vertical_alignment="center", key="tools"):
        st.button(
            t("edit.undo"),
            icon=":material/undo:",
            key="undo",
            on_click=drafts.step,
            args=(run.id, -1),
            disabled=not drafts.can_step(run.id, -1),
            shortcut="Ctrl+Z",
        )
        st.button(
            t("edit.redo"),
            icon=":material/redo:",
            key="redo",
            on_click=drafts.step,
            args=(run.id, 1),
            disabled=not drafts.can_step(run.id, 1),
            shortcut="Ctrl+Y",
        )
        st.button(
            t("edit.discard"),
            icon=":material/restart_alt:",
            key="discard",
            on_click=drafts.push,
            args=(run.id, Draft()),
            disabled=not count,
        )
        st.space("stretch")
        st.button(
            t("edit.rebuild", n=len(judged.locked)),
            icon=":material/lock:",
            key="rebuild",
            on_click=_rerun,
            args=(t, run.id, False),
            disabled=not judged.locked,
            help=t("edit.rebuild.help"),
        )
        st.button(
            t("edit.check"),
            icon=":material/fact_check:",
            type="primary",
            key="check",
            on_click=_rerun,
            args=(t, run.id, True),
            disabled=not count or bool(judged.conflicts),
            help=t("edit.check.help"),
        )


def figures(t: Texts, run: Run, judged: Judged) -> None:
    """What the edits change, in numbers with words."""
    count = len(drafts.draft(run.id))
    currency = judged.plan.currency
    shown = (
        ("measure.understaffed_hours", t.hours(judged.under[0], 1), t.signed(judged.under[1], 1), judged.under[1]),
        ("measure.overstaffed_hours", t.hours(judged.over[0], 1), t.signed(judged.over[1], 1), judged.over[1]),
        (
            "measure.cost",
            t.money(judged.pay[0], currency),
            t.money(judged.pay[1], currency, signed=True),
            judged.pay[1],
        ),
        (
            "measure.price",
            t.money(judged.price[0], currency),
            t.money(judged.price[1], currency, signed=True),
            judged.price[1],
        ),
    )
    broken = len(judged.conflicts)
    with st.grid(6, min_column_width=130):
        st.metric(t("edit.count"), t.number(count), border=True, height="stretch")
        st.metric(t("edit.broken"), ("✗ " if broken else "✓ ") + t.number(broken), border=True, height="stretch")
        for key, value, delta, change in shown:
            moved = abs(change) >= 0.05
            st.metric(
                t(key),
                value,
                delta if moved else None,
                delta_color="red" if change > 0 else "green",
                delta_arrow="up" if change > 0 else "down",
                border=True,
                height="stretch",
            )


def conflicts(t: Texts, board: Board, judged: Judged) -> None:
    """Every rule the edits break, in words."""
    found = judged.conflicts
    if not found:
        return
    lines = []
    for v in found[:MOST_CONFLICTS]:
        who, when = board.problem.agents[v.agent].name, t.day(board.problem.grid.dates[v.day])
        lines.append(f"- **{plain(who)}, {when}**: {t(f'rule.{v.rule}')} ({plain(told(t, v))})")
    if len(found) > MOST_CONFLICTS:
        lines.append(f"- {t('edit.more', n=len(found) - MOST_CONFLICTS)}")
    title = t("edit.conflicts", n=len(found))
    st.warning(f"**{title}**\n\n" + "\n".join(lines), icon=":material/gavel:")


def _rerun(t: Texts, run_id: str, everything: bool) -> None:
    """Plan again with the locked cells, or with every cell, as they are now."""
    run = session.jobs().read(run_id)
    board = drafts.board(run)
    judged = judge(board, drafts.draft(run_id))
    name = t("edit.name.check" if everything else "edit.name.rebuild", name=run.request.name)
    folder = session.own_scenarios() / (run.request.team or "team")
    scenario = Path(run.request.scenario)
    locks = lock_table(board, judged, everything=everything)
    path = save_what_if(folder, name, scenario, [], tables={"locks": locks})
    seconds = CHECK_SECONDS if everything else run.request.seconds
    new = session.jobs().start(
        RunRequest(str(path), name, run.request.team, seconds, run.request.workers, run.request.seed)
    )
    session.choose_run(new.id)


def unavailable(t: Texts, error: Exception) -> None:
    """Say why a plan cannot be edited."""
    st.markdown(t("edit.unavailable"))
    frame.show_problems(t, str(error).splitlines())
