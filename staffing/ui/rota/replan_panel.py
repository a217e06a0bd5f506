"""Re-plan around locks: a few alternatives, each with its price and its changes, taken over with one press."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from staffing.jobs import Run
from staffing.plan import MovedNeed
from staffing.roster.standing import stand
from staffing.ui.need import demand
from staffing.ui.rota import drafts
from staffing.ui.rota.questions import ask, asked, follow, subject
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.alternatives import Alternative, Move, alternatives, as_edits
from staffing.ui.vm.board import Judged
from staffing.ui.vm.editing import changed

SECONDS = 6.0
MOST_MOVES = 30
MOST_DAYS = 7


def replan_panel(t: Texts, run: Run, judged: Judged) -> None:
    """Ask for alternatives, follow the answer, show and take one; where the need has moved, around that too."""
    st.markdown(t("replan.about", n=len(judged.locked)))
    with st.spinner(t("forecast.busy")):
        moved = demand.moved_of(run)
    if moved is not None:
        with st.container(border=True, key="moved"):
            _moved(t, run, judged, moved)
    _search(t, run, judged, "replan", subject(run), (), judged.standing.price)


def _moved(t: Texts, run: Run, judged: Judged, moved: MovedNeed) -> None:
    """On which days the need has moved since the plan, and the way to follow it."""
    st.markdown(f"**{t('replan.moved', n=len(moved.days))}**")
    told = [
        f"{t.day(day)} {t.signed(hours, 1)}\N{NO-BREAK SPACE}h"
        for day, hours in zip(moved.days[:MOST_DAYS], moved.hours[:MOST_DAYS], strict=True)
    ]
    rest = len(moved.days) - len(told)
    st.caption("; ".join(told) + (f"; {t('edit.more', n=rest)}" if rest else "") + f". {t('replan.moved.about')}")
    days = [day.isoformat() for day in moved.days]
    now = stand(moved.problem, judged.roster).price
    name = subject(run, "moved", f"{moved.hours.sum():.1f}", *days)
    _search(t, run, judged, "replan-moved", name, ("--moved", *days), now)


def _search(t: Texts, run: Run, judged: Judged, key: str, name: str, arguments: Sequence[str], now: float) -> None:
    """The button that asks, and what was answered; `now` is the price of the rota as it stands."""
    question = asked("replan", name)
    st.button(
        t("replan.go" if key == "replan" else "replan.moved.go"),
        key=key,
        type="primary",
        icon=":material/route:",
        on_click=ask,
        args=(run, judged, "replan", name, arguments, SECONDS),
        disabled=question is not None and question.state.live,
        help=t("replan.help"),
    )
    if question is not None:
        follow(t, lambda answered: _answer(t, run, judged, answered, key, now), question)


def _answer(t: Texts, run: Run, judged: Judged, question: Run, key: str, now: float) -> None:
    found = alternatives(question.answer() or {"alternatives": ()}, now)
    if not found:
        st.success(t("replan.none"), icon=":material/check_circle:")
    for number, alternative in enumerate(found, 1):
        with st.container(border=True, key=f"{key}-alternative-{number}"):
            _alternative(t, run, judged, f"{key}-use-{number}", alternative)


def _alternative(t: Texts, run: Run, judged: Judged, key: str, a: Alternative) -> None:
    currency = judged.board.plan.currency
    price, difference = a.price
    with st.container(horizontal=True, vertical_alignment="center"):
        told = t("replan.price", price=t.money(price, currency), change=t.money(difference, currency, signed=True))
        st.markdown(
            f"**{t('replan.changes', n=len(a.moves))}** · {told} · {t('need.short', hours=t.hours(a.short, 1))}"
        )
        st.space("stretch")
        st.button(t("replan.use"), key=key, icon=":material/check:", on_click=_use, args=(run, judged, a))
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
