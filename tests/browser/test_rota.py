"""The rota in a real browser: edited with keys and the menu, locked, re-planned, published."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_journey import WORDS as JOURNEY
from tests.browser.test_journey import build, settle

pytestmark = pytest.mark.browser


WORDS = {
    "en": {
        "edit": "Edit",
        "changed": "Cells changed",
        "broken": "Rules broken",
        "undo": "Undo",
        "swap": "Swap with …",
        "who": "Who could take it?",
        "hand_over": "Hand over",
        "reason": "Any other choice found nearby costs",
        "replan": "Re-plan",
        "find": "Find alternatives",
        "use": "Use this",
        "allow": "Allow with a reason",
        "what": "Rule that is broken",
        "all": re.compile("all \\d+ of them"),
        "because": "Reason",
        "go": "Allow",
        "versions": "Publish & versions",
        "publish": "Publish version {n}",
        "version": "Version {n}",
    },
    "de": {
        "edit": "Bearbeiten",
        "changed": "Geänderte Felder",
        "broken": "Gebrochene Regeln",
        "undo": "Rückgängig",
        "swap": "Tauschen mit …",
        "who": "Wer könnte übernehmen?",
        "hand_over": "Übergeben",
        "reason": "Jede andere Wahl, die sich in der Nähe fand, kostet",
        "replan": "Umplanen",
        "find": "Alternativen suchen",
        "use": "Diese nehmen",
        "allow": "Mit Begründung erlauben",
        "what": "Gebrochene Regel",
        "all": re.compile("alle \\d+"),
        "because": "Begründung",
        "go": "Erlauben",
        "versions": "Veröffentlichen & Versionen",
        "publish": "Version {n} veröffentlichen",
        "version": "Version {n}",
    },
}


def cell(page, agent: int, day: int):
    return page.locator(f"td.cell[data-a='{agent}'][data-d='{day}']")


def figure(page, label: str, value: str) -> None:
    """Wait until a figure above the matrix says so."""
    metric = page.get_by_test_id("stMetric").filter(has_text=label)
    expect(metric.get_by_test_id("stMetricValue")).to_have_text(value)


def pane(page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    settle(page)


@pytest.mark.parametrize("language", ["en", "de"])
def test_from_an_edit_to_a_published_version(fresh, visit, language):
    w = WORDS[language]
    page = visit(f"{fresh.url}/rota", language)
    build(page, JOURNEY[language], "January")
    page.get_by_text(w["edit"], exact=True).click()
    figure(page, w["changed"], "0")

    # keys: set, lock, undo; the menu: swap
    first = cell(page, 0, 0)
    first.click()
    page.keyboard.press("l")
    expect(first).to_have_text("L")
    page.keyboard.press(" ")
    figure(page, w["changed"], "1")
    expect(first).to_have_class(re.compile("locked"))
    cell(page, 1, 1).click()
    page.keyboard.press("Delete")
    figure(page, w["changed"], "2")
    page.get_by_role("button", name=w["undo"]).click()
    figure(page, w["changed"], "1")
    one, other = cell(page, 2, 6), cell(page, 3, 6)
    codes = one.inner_text(), other.inner_text()
    one.click(button="right")
    page.get_by_role("menuitem", name=w["swap"]).click()
    other.click()
    expect(one).to_have_text(codes[1])
    expect(other).to_have_text(codes[0])
    figure(page, w["changed"], "3")

    # one shift: why, and who could take it
    given = cell(page, 4, 3)
    given.click(button="right")
    page.get_by_role("menuitem", name=w["who"]).click()
    page.locator(".st-key-why button").first.click()
    page.get_by_text(w["reason"]).wait_for()
    page.get_by_role("button", name=w["hand_over"]).first.click()
    expect(given).to_have_text("")
    figure(page, w["changed"], "5")

    # around the lock
    pane(page, w["replan"])
    page.get_by_role("button", name=w["find"]).click()
    page.get_by_role("button", name=w["use"]).click()
    figure(page, w["changed"], "5")
    expect(first).to_have_text("")

    # official
    settle(page)
    page.get_by_text(w["allow"], exact=True).click()
    what = page.get_by_role("combobox", name=w["what"])
    what.scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # an open list closes when the page scrolls
    what.click()
    page.get_by_role("option", name=w["all"]).click()
    page.get_by_role("textbox", name=w["because"]).fill("a test")
    page.keyboard.press("Enter")
    page.get_by_role("button", name=w["go"], exact=True).click()
    figure(page, w["broken"], "✓ 0")
    pane(page, w["versions"])
    number = page.locator("table.versions tbody tr").count() + 1
    page.get_by_role("button", name=w["publish"].format(n=number)).click()
    expect(page.locator("table.versions tbody th").first).to_contain_text(w["version"].format(n=number))

    # kept: the edits and the version are there after a reload
    page.reload()
    page.locator("td.cell").first.wait_for()
    expect(given).to_have_text("")


def test_an_edit_in_a_second_tab_is_not_overwritten(fresh, visit):
    w = WORDS["en"]
    page = visit(f"{fresh.url}/rota")
    build(page, JOURNEY["en"], "January")
    second = visit(page.url)
    for tab in (page, second):
        tab.get_by_text(w["edit"], exact=True).click()
        figure(tab, w["changed"], "0")
        settle(tab)
    cell(page, 0, 0).click()
    page.keyboard.press("l")
    figure(page, w["changed"], "1")
    cell(second, 5, 5).click()
    settle(second)  # the click has shown this tab what the other one did
    figure(second, w["changed"], "1")
    cell(page, 0, 1).click()
    page.keyboard.press("l")
    figure(page, w["changed"], "2")
    second.keyboard.press("l")
    second.get_by_text("changed this rota in another window").wait_for()
    figure(second, w["changed"], "2")
