"""The app: its pages under one header, in one language."""

from __future__ import annotations

from functools import partial
from importlib import import_module

import streamlit as st

from staffing.ui import frame, session
from staffing.ui.page_words import page_words

PAGES = (
    ("data", ":material/database:"),
    ("need", ":material/area_chart:"),
    ("team", ":material/groups:"),
    ("rota", ":material/calendar_month:"),
    ("scenarios", ":material/compare_arrows:"),
    ("export", ":material/download:"),
)


def _show(name: str) -> None:
    import_module(f"staffing.ui.pages.{name}").show(session.texts())


def _home() -> None:
    """The bare address leads on: to the plan where there is one, else to the data. (A default page has no address of its own.)"""
    here = {k: v for k, v in st.query_params.items() if k == "lang"}
    run = session.chosen_run()
    st.switch_page(frame.PAGES["data" if run is None else "rota"], query_params=here)


def main() -> None:
    """Draw the page that the address names."""
    t = session.texts()
    session.follow_address()
    st.set_page_config(page_title=t("app.title"), page_icon=frame.icon(), layout="wide")
    st.html(f"<style>{frame.css()}</style>")
    pages = {}
    for name, icon in PAGES:
        shown = partial(_show, name)
        shown.__name__ = name  # type: ignore[attr-defined]
        pages[name] = st.Page(shown, title=t(f"nav.{name}"), icon=icon, url_path=name)
    frame.PAGES.clear()
    frame.PAGES.update(pages)
    home = st.Page(_home, title=t("app.title"), default=True, visibility="hidden")
    page = st.navigation([home, *pages.values()], position="top")
    if page is not home:
        page_words(t)
    with frame.trouble(t):
        if page is not home:
            frame.header(t)
        page.run()
