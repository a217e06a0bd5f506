"""Streamlit's own words: told in German, and known to be what the installed Streamlit says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import streamlit

from staffing.ui.page_words import widget_words


@pytest.fixture(scope="module")
def scripts() -> str:
    """All of Streamlit's scripts."""
    folder = Path(streamlit.__file__).parent / "static" / "static" / "js"
    return "".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.js")))


@pytest.mark.parametrize("language", ["de", "en"])
def test_streamlit_says_every_word_that_is_told_otherwise(scripts, language):
    quoted = ("`{}`", "`{} ", '"{}"', "'{}'")
    words = widget_words(language)["exact"]
    assert [word for word in words if not any(q.format(word) in scripts for q in quoted)] == []


def test_what_widgets_say_most_is_known_in_german():
    told = widget_words("de")["exact"]
    for word in ("Upload", "Choose an option", "Close", "Search", "Pin column", "Choose date", "Select all", "Open"):
        assert told[word] not in ("", word)


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("application/pdf files are not allowed.", "application/pdf lässt sich hier nicht lesen"),
        ("files are not allowed.", "Diese Datei lässt sich hier nicht lesen"),
        ("Press Enter to apply", "Mit Enter übernehmen"),
        ("Press Ctrl+Enter to apply", "Mit Ctrl+Enter übernehmen"),
        ("200MB per file", "Bis 200 MB je Datei"),
        ("1 option available.", "1 zur Auswahl."),
        ("3 of 12 results", "3 von 12 Treffern"),
        ("option A001, selected.", "A001 ist gewählt."),
        ("options E,L, selected.", "E,L ist gewählt."),
        ("Select is focused ,type to refine list, press Down to open the menu, ", "Tippen sucht"),
        ("9 results available for search term A00.", "9 Treffer für „A00“."),
        ("value E focused, 1 of 2.", "E, 1 von 2 gewählten."),
        (
            "Error: Number is outside the allowed range. Please enter a value between 1 and 120.",
            "Zu klein oder zu groß: bitte eine Zahl von 1 bis 120 eingeben.",
        ),
    ],
)
def test_texts_with_figures_are_told_by_their_pattern(text, german):
    found = next(
        re.sub(p, re.sub(r"\$(\d)", r"\\\1", r), text) for p, r in widget_words("de")["patterns"] if re.search(p, text)
    )
    assert found.startswith(german)
