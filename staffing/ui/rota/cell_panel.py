"""One agent on one day: what is planned, why, and who could take it."""

from __future__ import annotations

import streamlit as st

from staffing.jobs import Run
from staffing.ui.markup import Cell, table
from staffing.ui.rota import drafts
from staffing.ui.rota.questions import ask, asked, follow, subject
from staffing.ui.rota.replan_panel import moves_told
from staffing.ui.rota.rule_words import asked as demand_words
from staffing.ui.texts import Texts, plain
from staffing.ui.vm import editing
from staffing.ui.vm.alternatives import reason
from staffing.ui.vm.board import Judged
from staffing.ui.vm.editing import Edit, changed
from staffing.ui.vm.takers import Handover, Taker, handover, shift_at

SECONDS = 2.0


def cell_panel(t: Texts, run: Run, judged: Judged, cell: editing.Cell | None, *, editable: bool) -> None:
    """Everything about the chosen cell."""
    if cell is None or not judged.board.holds(cell):
        st.caption(t("cell.none"))
        return
    problem = judged.board.problem
    agent, day = problem.agents[problem.agent_index[cell[0]]], problem.grid.dates[cell[1]]
    shift = shift_at(judged, cell)
    clock = judged.board.clock
    what = t("rota.word.off") if shift is None else f"{shift.code} {clock(shift.start)}–{clock(shift.end)}"
    marks = [t("rota.word.locked")] if cell in judged.locked else []
    st.markdown(f"## {plain(agent.name)}, {t.long_day(day)}: {plain(', '.join([what, *marks]))}")
    with st.container(key="split"):
        left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**{t('cell.why')}**")
        _question(t, run, judged, cell, "")
        st.markdown(f"**{t('cell.wish')}**")
        wishes = ("work" if shift is None else "off", *sorted(judged.board.codes))
        wish = st.selectbox(
            t("cell.wish.which"),
            wishes,
            format_func=lambda w: _wish_word(t, w),
            key="wanted",
            label_visibility="collapsed",
        )
        _question(t, run, judged, cell, wish)
    with right:
        _who(t, run, judged, cell, editable=editable)


def _wish_word(t: Texts, wish: str) -> str:
    plain_wishes = {"off": t("rota.word.wish_off"), "work": t("rota.word.wish_work")}
    return plain_wishes.get(wish) or t("cell.wish.shift", shift=wish)


def _question(t: Texts, run: Run, judged: Judged, cell: editing.Cell, wish: str) -> None:
    """Why it is so (without a wish), or what it costs to grant one: the button, then the answer."""
    kind = "wish" if wish else "why"
    question = asked("explain", subject(run, *cell, wish))
    if question is None:
        st.button(
            t(f"cell.{kind}.go"),
            key=kind,
            icon=":material/help:",
            on_click=ask_why,
            args=(run, judged, cell, wish),
            help=t(f"cell.{kind}.help"),
        )
    else:
        follow(t, lambda answered: _reason(t, judged, answered, kind), question)


def ask_why(run: Run, judged: Judged, cell: editing.Cell, wish: str = "") -> None:
    """Ask why the agent has this shift, or what it costs to grant a wish; what was asked before is not asked again."""
    name = subject(run, *cell, wish)
    if asked("explain", name) is None:
        day = judged.board.problem.grid.dates[cell[1]].isoformat()
        ask(run, judged, "explain", name, (cell[0], day, *(("--wish", wish) if wish else ())), SECONDS)


def _reason(t: Texts, judged: Judged, question: Run, kind: str) -> None:
    found = reason(question.answer() or {})
    currency = judged.board.plan.currency
    if found.cost is None:
        st.markdown(t(f"cell.{kind}.impossible"))
        st.markdown("\n".join(f"- {plain(demand_words(t, m, values))}" for m, values in found.demands))
        return
    size = "more" if found.cost > 0.5 else "less" if found.cost < -0.5 else "same"
    st.markdown(t(f"cell.{kind}.{size}", money=t.money(abs(found.cost), currency)))
    rows = [[Cell(t(f"term.{k}")), Cell(t.money(v, currency, signed=True))] for k, v in found.terms]
    if rows:
        st.html(table([t("cell.term"), t("cell.change")], rows, width="24rem"))
    if found.moves:
        st.markdown(t("cell.then"))
        st.markdown(moves_told(t, found.moves))


def _who(t: Texts, run: Run, judged: Judged, cell: editing.Cell, *, editable: bool) -> None:
    found = handover(judged, cell)
    if found is None:
        return
    st.markdown(f"**{t('cell.who')}**")
    currency = judged.board.plan.currency
    st.caption(t("cell.open", money=t.money(found.open_price, currency, signed=True)))
    if not found.takers:
        st.markdown(t("cell.nobody"))
    for taker in found.takers:
        with st.container(horizontal=True, vertical_alignment="center", key=f"line-{taker.agent}"):
            broken = ", ".join(dict.fromkeys(t(f"rule.{v.rule}") for v in taker.broken))
            verdict = f"✗ {broken}" if broken else f"✓ {t('cell.free')}"
            money = t.money(taker.price, currency, signed=True)
            st.markdown(f"**{plain(taker.name)}** · {money} · {t.hours(taker.hours)} · {verdict}", width="stretch")
            if editable:
                give = (run, judged, cell, taker, found)
                st.button(t("cell.give"), key=f"give-{taker.agent}", type="tertiary", on_click=_give, args=give)


def _give(run: Run, judged: Judged, cell: editing.Cell, taker: Taker, shift: Handover) -> None:
    """Hand the shift over to a colleague."""
    edits = [(cell, Edit("", False)), ((taker.agent, cell[1]), Edit(shift.code, False, shift.start))]
    drafts.push(run.id, lambda draft: changed(draft, edits, judged.board.cells))
