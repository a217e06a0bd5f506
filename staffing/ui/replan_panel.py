"""Re-plan around locks: a few alternatives, each with its price and its changes, taken over with one press."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from staffing.jobs import Run
from staffing.ui import drafts
from staffing.ui.questions import ask, asked, follow, subject
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.alternatives import Alternative, Move, alternatives, as_edits
from staffing.ui.vm.board import Judged
from staffing.ui.vm.editing import changed

SECONDS = 6.0
MOST_MOVES = 30


def replan_panel(t: Texts, run: Run, judged: Judged) -> None:
    """Ask for alternatives, follow the answer, show and take one."""
    st.markdown(t("replan.about", n=len(judged.locked)))
    name = subject(run)
    question = asked("replan", name)
    live = question is not None and question.state.live
    st.button(
        t("replan.go"),
        key="replan",
        type="primary",
        icon=":material/route:",
        on_click=ask,
        args=(run, judged, "replan", name, (), SECONDS),
        disabled=live,
        help=t("replan.help"),
    )
    if question is not None:
        follow(t, lambda answered: _answer(t, run, judged, answered), question)


def _answer(t: Texts, run: Run, judged: Judged, question: Run) -> None:
    found = alternatives(question.answer() or {"alternatives": ()}, judged.standing.price)
    if not found:
        st.success(t("replan.none"), icon=":material/check_circle:")
    for number, alternative in enumerate(found, 1):
        with st.container(border=True, key=f"alternative-{number}"):
            _alternative(t, run, judged, number, alternative)


def _alternative(t: Texts, run: Run, judged: Judged, number: int, a: Alternative) -> None:
    currency = judged.board.plan.currency
    price, difference = a.price
    with st.container(horizontal=True, vertical_alignment="center"):
        told = t("replan.price", price=t.money(price, currency), change=t.money(difference, currency, signed=True))
        st.markdown(
            f"**{t('replan.changes', n=len(a.moves))}** · {told} · {t('need.short', hours=t.hours(a.short, 1))}"
        )
        st.space("stretch")
        st.button(t("replan.use"), key=f"use-{number}", icon=":material/check:", on_click=_use, args=(run, judged, a))
    if a.broken:
        st.markdown(t("replan.broken", n=len(a.broken)))
    with st.expander(t("replan.list")):
        st.markdown(moves_told(t, a.moves))


def _use(run: Run, judged: Judged, a: Alternative) -> None:
    edits = as_edits(judged.board, a.moves, judged.locked)
    drafts.push(run.id, lambda draft: changed(draft, edits, judged.board.cells))
    st.session_state["pane"] = "day"


def moves_told(t: Texts, moves: Sequence[Move]) -> str:
    """Changes as a list, in markdown."""
    lines = [
        f"- **{plain(m.name)}**, {t.day(date.fromisoformat(m.date))}: {shift_word(t, m.before)} → {shift_word(t, m.after)}"
        for m in moves[:MOST_MOVES]
    ]
    if len(moves) > MOST_MOVES:
        lines.append(f"- {t('edit.more', n=len(moves) - MOST_MOVES)}")
    return "\n".join(lines)


def shift_word(t: Texts, told: str) -> str:
    """A shift with its time, or the word for a day off."""
    return t("rota.word.off") if told == "off" else plain(told)
