"""Erlang calculator."""

from __future__ import annotations

import streamlit as st

from staffing.ui.texts import Texts


def show(t: Texts) -> None:
    """Draw the page."""
    st.title(t("nav.calculator"))
