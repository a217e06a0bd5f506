"""Editing the rota: the tools above the matrix, what the edits come to, and the rules they break."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial, reduce
from pathlib import Path
from typing import Any

import streamlit as st

from staffing.errors import InputError
from staffing.jobs import Run, RunRequest
from staffing.roster.rules import Violation
from staffing.ui import frame, session
from staffing.ui.rota import drafts
from staffing.ui.rota.rota_words import violation_words
from staffing.ui.sentences import problem
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.board import Judged, lock_table, request_table
from staffing.ui.vm.editing import Draft, changed, excused, swapped, wished
from staffing.ui.vm.levers import save_what_if

MOST_CONFLICTS = 8
MOST_EXCUSED = 30
CHECK_SECONDS = 10.0
ALL = -1
"""Stands for all rules that are broken."""


# -- steps that the matrix asks for -------------------------------------------------------------------------


def matrix_tells(name: str) -> Any:
    """What the matrix tells; None where it has left the page, as it does while the store cannot be used."""
    return (st.session_state.get("matrix") or {}).get(name)


def typed(run: Run) -> None:
    """Cells were set, cleared or locked."""
    board = drafts.board(run)
    edits = board.typed(matrix_tells("edits") or [])
    drafts.push(run.id, lambda draft: changed(draft, edits, board.cells))


def swap(run: Run) -> None:
    """Two cells change places."""
    board = drafts.board(run)
    pair = [(str(x["agent"]), int(x["day"])) for x in matrix_tells("swap") or []]
    if len(pair) == 2 and all(board.holds(cell) for cell in pair):
        drafts.push(run.id, lambda draft: swapped(draft, pair[0], pair[1], board.cells))


def wish(run: Run, agent: str, day: int, wanted: str) -> None:
    """An agent asks for something."""
    drafts.push(run.id, lambda draft: wished(draft, (agent, day), wanted))


# -- above and below the matrix ------------------------------------------------------------------------------


def toolbar(t: Texts, run: Run, judged: Judged) -> None:
    """Undo, redo, discard, and the way to a simulated plan from the edits."""
    desk = drafts.desk(run.id)
    with st.container(horizontal=True, vertical_alignment="center", key="tools"):
        for name, icon, by, possible, keys in (
            ("undo", "undo", -1, desk.can_undo, "Ctrl+Z"),
            ("redo", "redo", 1, desk.can_redo, "Ctrl+Y"),
        ):
            st.button(
                t(f"edit.{name}"),
                icon=f":material/{icon}:",
                key=name,
                on_click=drafts.step,
                args=(run.id, by),
                disabled=not possible,
                shortcut=keys,
            )
        st.button(
            t("edit.discard"),
            icon=":material/restart_alt:",
            key="discard",
            on_click=drafts.push,
            args=(run.id, lambda _: Draft()),
            disabled=judged.draft == Draft(),
        )
        if desk.made:
            st.caption(t("edit.saved", who=plain(desk.author), when=t.moment_of(desk.made)))
        st.space("stretch")
        for everything, name, icon, possible in (
            (False, "rebuild", "lock", bool(judged.locked)),
            (True, "check", "fact_check", bool(len(judged.draft)) and not judged.standing.violations),
        ):
            st.button(
                t(f"edit.{name}", n=len(judged.locked)),
                icon=f":material/{icon}:",
                key=name,
                on_click=build_again,
                args=(t, run, everything),
                disabled=not possible,
                help=t(f"edit.{name}.help"),
            )


def told_stale(t: Texts) -> None:
    """Say that an edit was refused because somebody else had changed the plan."""
    unsaved = st.session_state.pop(drafts.UNSAVED, None)
    if unsaved is not None:
        st.error(f"**{t('edit.unsaved')}** {plain(problem(t, unsaved))}", icon=":material/save:")
    if st.session_state.pop(drafts.STALE, False):
        st.warning(t("edit.stale"), icon=":material/sync_problem:")


def figures(t: Texts, judged: Judged) -> None:
    """What the edits change, in numbers with words."""
    currency = judged.board.plan.currency
    shown = (
        ("measure.understaffed_hours", judged.under, partial(t.hours, digits=1), partial(t.signed, digits=1)),
        ("measure.overstaffed_hours", judged.over, partial(t.hours, digits=1), partial(t.signed, digits=1)),
        ("measure.cost", judged.pay, partial(t.money, currency=currency), None),
        ("measure.price", judged.price, partial(t.money, currency=currency), None),
    )
    broken = len(judged.conflicts)
    with st.grid(6, min_column_width=165):
        st.metric(t("edit.count"), t.number(len(judged.draft)), border=True, height="stretch")
        st.metric(t("edit.broken"), ("✗ " if broken else "✓ ") + t.number(broken), border=True, height="stretch")
        for key, (value, change), told, signed in shown:
            delta = signed(change) if signed else t.money(change, currency, signed=True)
            st.metric(
                t(key),
                told(value),
                delta if abs(change) >= 0.05 else None,
                delta_color="red" if change > 0 else "green",
                delta_arrow="up" if change > 0 else "down",
                border=True,
                height="stretch",
            )


def conflicts(t: Texts, run: Run, judged: Judged) -> None:
    """Every rule that is broken, in words, and the way to allow one with a reason."""
    found = judged.conflicts
    if found:
        lines = [f"- {violation_words(t, v)}" for v in found[:MOST_CONFLICTS]]
        if len(found) > MOST_CONFLICTS:
            lines.append(f"- {t('edit.more', n=len(found) - MOST_CONFLICTS)}")
        title = t("edit.conflicts", n=len(found))
        st.warning(f"**{title}**\n\n" + "\n".join(lines), icon=":material/gavel:")
        with st.expander(t("edit.override"), icon=":material/verified_user:", key="override"):
            _override(t, run, judged)
    if judged.overridden:
        with st.expander(t("edit.excused.title", n=len(judged.overridden)), icon=":material/verified_user:"):
            _excused(t, run, judged)


def _excused(t: Texts, run: Run, judged: Judged) -> None:
    """What is allowed, and why; each can be taken back."""
    for number, (v, reason) in enumerate(judged.overridden[:MOST_EXCUSED]):
        with st.container(horizontal=True, vertical_alignment="center", key=f"line-{number}"):
            st.markdown(t("edit.excused", what=violation_words(t, v), reason=plain(reason)), width="stretch")
            back = (run, judged, (v,), "")
            st.button(t("edit.excused.back"), type="tertiary", key=f"back-{number}", on_click=_excuse, args=back)
    if len(judged.overridden) > MOST_EXCUSED:
        st.caption(t("edit.more", n=len(judged.overridden) - MOST_EXCUSED))


def _override(t: Texts, run: Run, judged: Judged) -> None:
    found = judged.conflicts
    labels = {i: violation_words(t, v).replace("**", "") for i, v in enumerate(found[:MOST_CONFLICTS])}
    labels |= {ALL: t("edit.override.all", n=len(found))} if len(found) > 1 else {}
    st.selectbox(t("edit.override.what"), list(labels), format_func=lambda i: labels[i], key="broken")
    reason = st.text_input(
        t("edit.override.reason"), key="excuse", placeholder=t("edit.override.example"), persist_state="session"
    )
    st.button(
        t("edit.override.go"),
        key="allow",
        type="primary",
        on_click=_allow,
        args=(run, judged),
        disabled=not reason.strip(),
    )


def _allow(run: Run, judged: Judged) -> None:
    """Allow what is chosen, for the reason that stands in the field when the button is pressed."""
    found, chosen = judged.conflicts, st.session_state["broken"]
    _excuse(run, judged, found if chosen == ALL else (found[chosen],), st.session_state["excuse"])


def _excuse(run: Run, judged: Judged, found: Iterable[Violation], reason: str) -> None:
    agents = judged.board.problem.agents
    broken = [(agents[v.agent].id, v.day, v.rule) for v in found]
    drafts.push(run.id, lambda draft: reduce(lambda d, key: excused(d, key, reason), broken, draft))
    st.session_state["excuse"] = ""


def build_again(t: Texts, run: Run, everything: bool) -> None:
    """Plan again with the locked cells, or with every cell, as they are now; for callbacks."""
    judged = drafts.shown(run)
    name = t("edit.name.check" if everything else "edit.name.rebuild", name=run.request.name)
    path = as_scenario(run, judged, name, session.own_scenarios() / (run.request.team or "team"), everything=everything)
    seconds = CHECK_SECONDS if everything else run.request.seconds
    asked = run.request
    new = session.start(RunRequest(str(path), name, asked.team, seconds, asked.workers, asked.seed))
    session.choose_run(new.id)


def as_scenario(run: Run, judged: Judged, name: str, folder: Path, *, everything: bool) -> Path:
    """Scenario file in which what is locked on the board, or everything, is locked and wishes are requests."""
    tables = {"locks": lock_table(judged, everything=everything), "requests": request_table(judged)}
    more = {}
    if run.request.published:
        tables["published"] = Path(run.request.published).read_text(encoding="utf-8-sig")
        more["prices"] = {"change": run.request.change}
    return save_what_if(folder, name, Path(run.request.scenario), [], tables=tables, more=more)


def unavailable(t: Texts, error: InputError) -> None:
    """Say why a plan cannot be edited."""
    st.markdown(t("edit.unavailable"))
    frame.show_problems(t, error.problems)
