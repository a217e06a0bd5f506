"""The components' Streamlit side: the script and style files beside this one, registered once."""

from __future__ import annotations

from importlib import resources

import streamlit as st


def _text(name: str) -> str:
    return (resources.files("staffing.ui.components") / name).read_text(encoding="utf-8")


rota_matrix = st.components.v2.component(
    "staffing_rota",
    html='<div class="rota"></div><div class="status" role="status"></div><div class="menu" role="menu" hidden></div>',
    css=_text("rota.css"),
    js=_text("rota.js"),
)
"""Agents by days.

Triggers ``edits`` (list of {agent, day, code, locked}), ``swap`` (two of {agent, day}), ``pick`` ({agent, day}), ``day``
(index) and ``ask`` ({what, agent, day}; what: ``why``, ``who``, ``wish`` with the wish).
"""

day_bars = st.components.v2.component(
    "staffing_day", html='<div class="day"></div>', css=_text("day.css"), js=_text("day.js")
)
"""Shifts of one day with their breaks."""

page_texts = st.components.v2.component(
    "staffing_page", html="<i hidden></i>", css="i { display: none; }", js=_text("page.js")
)
"""Nothing to be seen: tells Streamlit's own words in another language, see `page_words`."""
