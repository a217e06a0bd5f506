"""The app: its pages under one header, in one language."""

from __future__ import annotations

from functools import partial
from importlib import import_module

import streamlit as st

from staffing.ui import frame, session

PAGES = (
    ("plan", ":material/tune:"),
    ("data", ":material/database:"),
    ("need", ":material/area_chart:"),
    ("team", ":material/groups:"),
    ("rota", ":material/calendar_month:"),
    ("scenarios", ":material/compare_arrows:"),
    ("export", ":material/download:"),
    ("calculator", ":material/calculate:"),
)


def _show(name: str) -> None:
    import_module(f"staffing.ui.pages.{name}").show(session.texts())


def main() -> None:
    """Draw the page that the address names."""
    t = session.texts()
    st.set_page_config(page_title=t("app.title"), page_icon=frame.icon(), layout="wide")
    st.html(f"<style>{frame.css()}</style>")
    pages = {}
    for name, icon in PAGES:
        shown = partial(_show, name)
        shown.__name__ = name  # type: ignore[attr-defined]
        pages[name] = st.Page(shown, title=t(f"nav.{name}"), icon=icon, url_path=name, default=name == PAGES[0][0])
    frame.PAGES.clear()
    frame.PAGES.update(pages)
    page = st.navigation(list(pages.values()), position="top")
    frame.header(t)
    page.run()
