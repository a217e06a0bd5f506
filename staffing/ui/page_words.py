"""Streamlit's own words in the reader's language."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources
from typing import Any

from staffing.ui.components.mount import page_texts
from staffing.ui.texts import Texts


@lru_cache
def widget_words(language: str) -> dict[str, Any]:
    """What Streamlit's widgets say, in a language.

    Returns
    -------
    dict
        ``exact``: a whole text -> what is said instead. ``patterns``: pairs of a regular expression over a whole text and
        its replacement, as JavaScript knows them; the first that fits counts.
    """
    file = resources.files("staffing.ui") / "i18n" / f"widgets.{language}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def page_words(t: Texts) -> None:
    """Watch the page and tell Streamlit's words in the reader's language; nothing is to be seen of it."""
    page_texts(key="page-words", data={"language": t.language, **widget_words(t.language)})
