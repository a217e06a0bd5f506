"""Streamlit's own words in a German browser, also those that come and go."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_journey import settle

pytestmark = pytest.mark.browser


def test_a_file_of_a_wrong_kind_is_refused_in_the_readers_language(fresh, visit):
    for language, told in (("de", "lässt sich hier nicht lesen"), ("en", "cannot be read here")):
        page = visit(f"{fresh.url}/data", language)
        settle(page)
        file = {"name": "Anrufe.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
        page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(file)
        alert = page.get_by_test_id("stFileChip").get_by_role("alert")
        expect(alert).to_contain_text(f"application/pdf {told}")
        assert alert.bounding_box()["width"] > 200  # to be seen, not only heard


def test_hints_calendars_and_lists_speak_german(fresh, visit):
    page = visit(f"{fresh.url}/data?section=new", "de")
    settle(page)
    days = page.get_by_role("spinbutton", name="Tage", exact=True)
    days.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("999")
    expect(page.get_by_test_id("InputInstructions").filter(has_text="Mit Enter übernehmen")).to_have_count(1)
    page.keyboard.press("Enter")
    page.get_by_test_id("stDateInputCalendarButton").click()
    calendar = page.get_by_test_id("stDateInputCalendar")
    expect(calendar).to_have_accessible_name(re.compile("^Datum wählen"))
    expect(calendar.get_by_role("button", name="Nächster Monat")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Währung", exact=True).click()
    page.keyboard.type("zzz")
    page.get_by_role("option", name="Ergänzen: zzz").wait_for()


def test_tools_of_tables_and_of_their_columns_speak_german(fresh, visit):
    page = visit(f"{fresh.url}/team", "de")
    settle(page)
    grid = page.locator("canvas[data-testid=data-grid-canvas]").first
    box = grid.bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 60)
    tools = page.get_by_test_id("stElementToolbar")
    names = [b.get_attribute("aria-label") for b in tools.locator("button").all()]
    assert names == [
        "Zeile hinzufügen: Personen",
        "Spalten ein- und ausblenden: Personen",
        "Als CSV herunterladen: Personen",
        "Suchen: Personen",
        "Vollbild: Personen",
    ]
    page.mouse.click(box["x"] + 193, box["y"] + 17)  # what a column can do
    menu = page.get_by_role("menu").filter(has_text="Spalte fixieren")
    expect(menu).to_contain_text("Breite anpassen")


def test_a_list_in_a_table_speaks_german_to_a_screen_reader(fresh, visit):
    page = visit(f"{fresh.url}/team?part=absences", "de")
    settle(page)
    box = page.locator("canvas[data-testid=data-grid-canvas]").first.bounding_box()
    page.mouse.click(box["x"] + 120, box["y"] + 52)
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    told = page.locator("#portal [role=log], #portal [id^=aria-]")
    expect(told.filter(has_text="Pfeil auf und ab wählt")).not_to_have_count(0)
    page.keyboard.type("A00")
    expect(told.filter(has_text="9 Treffer für „A00“.")).not_to_have_count(0)
    assert not re.search(r"\b(option|press|focused|available|Use|term|selected)\b", " ".join(told.all_text_contents()))


def test_the_language_can_be_switched_forth_and_back(fresh, visit):
    page = visit(f"{fresh.url}/data", "en")
    settle(page)
    upload = page.get_by_test_id("stFileUploaderDropzone").get_by_test_id("stBaseButton-secondary")
    for language, word in (("DE", "Hochladen"), ("EN", "Upload"), ("DE", "Hochladen")):
        page.get_by_role("radio", name=language, exact=True).click()
        expect(upload).to_contain_text(word)
