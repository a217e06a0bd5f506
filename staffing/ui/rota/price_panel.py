"""What each rule costs: the rota searched again without it, with what is proven of the difference."""

from __future__ import annotations

from typing import Any

import streamlit as st

from staffing.jobs import Run
from staffing.roster.rules import RULES
from staffing.ui.markup import Cell, table
from staffing.ui.rota.questions import ask, asked, follow, subject
from staffing.ui.team.team_words import rule_sentence
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.board import Judged

SECONDS = (5, 10, 30)
"""Times to search without each rule that are offered."""


def price_panel(t: Texts, run: Run, judged: Judged) -> None:
    """Ask what the rules cost, follow the search, show what was found and what is proven."""
    st.markdown(t("price.about"))
    question = asked("price", subject(run, "rules"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(t("price.seconds"), SECONDS, format_func=t.seconds, key="price-seconds", width=220)
        st.button(
            t("price.go"),
            key="price-rules",
            type="primary",
            icon=":material/sell:",
            on_click=lambda: ask(
                run, judged, "price", subject(run, "rules"), (), float(st.session_state["price-seconds"])
            ),
            disabled=question is not None and question.state.live,
        )
    if question is not None:
        follow(t, lambda answered: _answer(t, judged, answered), question, lambda rule: _now(t, judged, rule))


def _now(t: Texts, judged: Judged, rule: str) -> str:
    return t("price.now", rule=plain(rule_sentence(t, judged.board.problem.law, rule))) if rule else t("price.first")


def _answer(t: Texts, judged: Judged, question: Run) -> None:
    answer = question.answer() or {"rules": ()}
    law = judged.board.problem.law
    found: list[dict[str, Any]] = [r for r in answer["rules"] if r["binds"]]
    if question.state.value == "stopped":
        st.info(t("price.stopped"), icon=":material/stop_circle:")
    rows = [
        [
            Cell(rule_sentence(t, law, r["rule"]), RULES[r["rule"]].law),
            Cell(t.money(r["saving"], answer["currency"])),
            Cell(_proven(t, r, answer["currency"])),
        ]
        for r in found
    ]
    if rows:
        st.html(table([t("price.rule"), t("price.saving"), t("price.proven")], rows, width="64rem"))
        st.caption(t("price.note"))
    idle = [rule_sentence(t, law, r["rule"]) for r in answer["rules"] if not r["binds"]]
    if idle:
        with st.expander(t("price.idle", n=len(idle)), icon=":material/check:", key="price-idle"):
            st.markdown("\n".join(f"- {plain(line)}" for line in idle))


def _proven(t: Texts, price: dict[str, Any], currency: str) -> str:
    low, high = t.money(price["low"], currency), t.money(price["high"], currency)
    if price["high"] is None:
        return t("price.at_least", low=low)
    if price["low"] < 0.5:
        return t("price.at_most", high=high)
    return t("price.between", low=low, high=high)
