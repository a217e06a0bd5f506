"""Why there is no rota, in words, with the cheapest repair and the way to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import streamlit as st

from staffing.ui import frame
from staffing.ui.sentences import sentence
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.contradictions import contradictions

DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
PLACES = ("locks", "absences", "agents", "contracts")
"""Parts of the team where what contradicts may stand."""


def conflict_view(t: Texts, lines: Sequence[str]) -> None:
    """Each person's contradiction, what to give up, and where."""
    st.error(f"**{t('conflict.title')}** {t('run.impossible.todo')}", icon=":material/block:")
    for found in contradictions(lines):
        with st.container(border=True):
            if found.who:
                st.markdown(f"**{plain(found.who)}**")
            st.markdown("\n".join(f"- {plain(told(t, demand))}" for demand in found.demands))
            if found.repair:
                given_up = "; ".join(plain(told(t, demand)) for demand in found.repair)
                st.success(f"**{t('conflict.repair')}** {given_up}", icon=":material/build:")
    st.markdown(t("run.todo.impossible"))
    with st.container(horizontal=True):
        for part in PLACES:
            label, icon = t(f"team.part.{part}"), ":material/arrow_forward:"
            st.page_link(frame.PAGES["team"], label=label, icon=icon, query_params={"part": part})


def told(t: Texts, demand: str) -> str:
    """A demand in the reader's language, its days as people write them."""
    return DAY.sub(lambda day: t.short_date(date.fromisoformat(day[0])), sentence(t, demand))
