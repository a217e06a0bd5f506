"""Streamlit's own words in the reader's language."""

from __future__ import annotations

from staffing.ui.components.mount import page_texts
from staffing.ui.texts import Texts

GONE = "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:"
ENGLISH = {
    "Connection error": "The app does not answer",
    GONE: "What was saved is kept. Start the app again:",
    "streamlit run yourscript.py": "staffing app",
}
GERMAN = {
    "Connection error": "Die App antwortet nicht",
    GONE: "Was gespeichert war, bleibt erhalten. Die App neu starten:",
    "streamlit run yourscript.py": "staffing app",
    "Upload": "Hochladen",
    "Browse files": "Dateien auswählen",
    "file upload": "Datei hochladen",
    "Drag and drop file here": "Datei hierher ziehen",
    "Choose an option": "Auswählen",
    "Choose options": "Auswählen",
    "No results": "Keine Treffer",
    "No options to select": "Nichts zur Auswahl",
    "Select all": "Alle auswählen",
    "Clear value": "Leeren",
    "Clear all": "Alle entfernen",
    "Close": "Schließen",
    "Rerun": "Neu laden",
    "Settings": "Einstellungen",
    "Print": "Drucken",
    "Record screen": "Bildschirm aufnehmen",
    "Record a screencast": "Bildschirm aufnehmen",
    "About": "Über",
    "Main menu": "Hauptmenü",
    "Search": "Suchen",
    "Fullscreen": "Vollbild",
    "Close fullscreen": "Vollbild verlassen",
    "Download as CSV": "Als CSV herunterladen",
    "Show/hide columns": "Spalten ein- und ausblenden",
    "Add row": "Zeile hinzufügen",
    "Delete row(s)": "Zeilen löschen",
    "Clear selection": "Auswahl aufheben",
    "Sort ascending": "Aufsteigend sortieren",
    "Sort descending": "Absteigend sortieren",
    "Pin column": "Spalte fixieren",
    "Unpin column": "Spalte lösen",
    "Hide column": "Spalte ausblenden",
    "Autosize": "Breite anpassen",
    "Format": "Format",
    "Increment": "Erhöhen",
    "Decrement": "Verringern",
    "Remove file": "Datei entfernen",
    "Stop": "Anhalten",
    "Running...": "Rechnet …",
}
GERMAN_PATTERNS = (
    (r"^Help for (.*)$", "Hilfe zu: $1"),
    (r"^(\d+)MB per file", "Bis $1 MB je Datei"),
    (r"^Limit (\d+)MB per file", "Bis $1 MB je Datei"),
    (r"^Remove (.*)$", "$1 entfernen"),
    (r"^(\d+) more$", "$1 weitere"),
)


def page_words(t: Texts) -> None:
    """Watch the page and tell Streamlit's words in the reader's language; nothing is to be seen of it."""
    german = t.language == "de"
    page_texts(
        key="page-words",
        data={
            "language": t.language,
            "exact": GERMAN if german else ENGLISH,
            "patterns": [list(p) for p in GERMAN_PATTERNS] if german else [],
        },
    )
