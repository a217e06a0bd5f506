"""What is typed in a table in a real browser, which tells the last cell a moment late."""

from __future__ import annotations

import csv

import pytest
from playwright.sync_api import expect

from tests.browser.test_journey import settle

pytestmark = pytest.mark.browser
UNSAVED = "Changed, not saved yet."


def kinds(server) -> list[str]:
    """What is saved of the absences."""
    with (server.home.parent / "teams" / "helpdesk" / "tables" / "absences.csv").open(encoding="utf-8-sig") as file:
        return [row["kind"] for row in csv.DictReader(file)]


def type_kind(page, row: int, text: str) -> None:
    """Type the kind of an absence; the cell is not left yet."""
    box = page.locator("canvas[data-testid=data-grid-canvas]").first.bounding_box()
    page.mouse.click(box["x"] + 120, box["y"] + 52 + 33 * row)
    page.wait_for_timeout(200)  # the table takes a moment to stand where it was clicked
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    field = page.locator("#portal textarea")
    field.fill(text)
    expect(field).to_have_value(text)


def absences(server, visit):
    page = visit(f"{server.url}/team?part=absences")
    settle(page)
    return page


def test_a_cell_that_is_typed_last_is_saved_by_the_press_that_leaves_it(fresh, visit):
    page = absences(fresh, visit)
    type_kind(page, 0, "training")
    page.keyboard.press("Enter")
    page.get_by_text(UNSAVED).wait_for()
    settle(page)
    type_kind(page, 1, "course")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved in “January”.").wait_for()
    settle(page)
    assert kinds(fresh) == ["training", "course"]
    expect(page.get_by_text(UNSAVED)).to_have_count(0)


def test_a_cell_that_is_typed_while_the_table_is_being_saved_is_not_lost(fresh, visit):
    page = absences(fresh, visit)
    type_kind(page, 0, "training")
    page.keyboard.press("Enter")
    page.get_by_text(UNSAVED).wait_for()
    settle(page)
    save = page.get_by_role("button", name="Save", exact=True)
    type_kind(page, 1, "course")
    page.keyboard.press("Enter")
    save.evaluate("button => button.click()")  # before the browser has told the cell
    settle(page)
    if kinds(fresh) != ["training", "course"]:
        expect(page.get_by_text(UNSAVED)).to_have_count(1)
        save.click()
        settle(page)
    assert kinds(fresh) == ["training", "course"]


def test_a_browser_asks_before_a_page_is_left_on_which_something_is_not_saved(fresh, visit):
    page = absences(fresh, visit)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    page.wait_for_selector("h1")
    settle(page)
    assert asked == []
    type_kind(page, 0, "training")
    page.keyboard.press("Enter")
    page.get_by_text(UNSAVED).wait_for()
    page.reload()
    page.wait_for_selector("h1")
    assert asked == ["beforeunload"]
