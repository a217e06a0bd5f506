"""Fields that begin with what is saved: dates as people write them, and values that follow it until something is typed."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from staffing.ui.texts import Texts


def begin_with(key: str, value: Any) -> None:
    """Let the field of this key follow what is saved where nothing was typed in it; what was typed stays.

    To be called before the field is drawn with `value`, each time.
    """
    seen = f"saved-{key}"
    if (
        seen in st.session_state
        and st.session_state[seen] != value
        and st.session_state.get(key) == st.session_state[seen]
    ):
        st.session_state[key] = value
    st.session_state[seen] = value


def date_format(t: Texts) -> Literal["DD.MM.YYYY", "YYYY-MM-DD"]:
    """How a field takes a date.

    English is read in Britain and in America, where 02/03 is not the same day. A field takes nothing but figures, so it takes
    the year first, which neither can mistake.
    """
    return "DD.MM.YYYY" if t.language == "de" else "YYYY-MM-DD"


def date_in_table(t: Texts) -> str:
    """How a table shows a date: in English with the month as a word, whatever the browser is set to."""
    return "DD.MM.YYYY" if t.language == "de" else "D MMM YYYY"
