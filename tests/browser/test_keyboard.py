"""Every page with the keys alone: each act is reached by Tab, what has the focus is seen, and no part keeps it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_journey import HISTORY, WORDS, build, settle

pytestmark = pytest.mark.browser
W = WORDS["en"]
MOST = 120
"""Presses of Tab after which a control counts as out of reach."""

STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
FOCUSED = """async () => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  if (!at || at === document.body) return null;
  const chain = [];
  for (let e = at; e && e !== document.body && chain.length < 6; e = e.parentElement ?? e.getRootNode().host) chain.push(e);
  const looks = () => JSON.stringify(chain.map((e) => {
    const s = getComputedStyle(e);
    return [s.outline, s.boxShadow, s.borderColor, s.backgroundColor, s.opacity, s.color, s.stroke];
  }));
  const focused = looks();
  const grid = at.matches('canvas');  // Tab goes through the cells of a row, then on
  const caret = at.matches('input:not([type=checkbox], [type=radio]), textarea');
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  if (!grid) at.blur();
  await drawn();
  const blurred = looks();
  if (!grid) at.focus({ focusVisible: true });
  await drawn();
  const { x, y, width, height } = at.getBoundingClientRect();
  return {
    grid,
    seen: focused !== blurred || caret || (grid && getComputedStyle(at).outlineStyle === 'solid'),
    placed: width > 0 && height > 0 && x < innerWidth && y < innerHeight && x + width > 0 && y + height > 0,
    told: at.outerHTML.slice(0, 300),
  };
}"""
HOLDS = """(wanted) => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  const same = at === window.lastFocus;
  window.lastFocus = at;
  return { there: wanted.contains(at), same };
}"""


def focused(page) -> dict | None:
    """What has the focus; looked at once more where a redraw may have replaced it just then."""
    at = page.evaluate(FOCUSED)
    if at is not None and not (at["seen"] and at["placed"]):
        page.wait_for_timeout(500)
        at = page.evaluate(FOCUSED)
    return at


def reach(page, wanted, key: str = "Tab") -> None:
    """Press Tab until the focus is in a control; all that is passed must show its focus and let go of it."""
    wanted.wait_for()
    for _ in range(MOST):
        page.keyboard.press(key)
        held = wanted.evaluate(HOLDS)
        at = focused(page)
        if at is not None:
            assert at["grid"] or not held["same"], f"keeps the focus: {at['told']}"
            assert at["placed"], f"out of sight: {at['told']}"
            assert at["seen"], f"focus is not seen: {at['told']}"
        if held["there"]:
            return
    raise AssertionError(f"out of reach: {wanted}")


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def visited(visit, url: str):
    page = visit(url)
    settle(page)
    page.add_style_tag(content=STILL)
    return page


def part(page, name: str) -> None:
    """Choose a part of the page: Tab to the choice, arrows to the part."""
    wanted = page.get_by_role("radio", name=name, exact=True)
    group = page.get_by_role("radiogroup").filter(has=wanted)
    reach(page, group)
    for _ in range(12):
        if wanted.evaluate("e => e === document.activeElement"):
            break
        press(page, "ArrowRight")
    press(page, "Space")
    expect(wanted).to_be_checked()
    settle(page)


def test_data_is_taken_over(fresh, visit):
    page = visited(visit, f"{fresh.url}/data")
    asked = []
    page.on("filechooser", lambda chooser: asked.append(chooser))
    reach(page, page.get_by_test_id("stFileUploaderDropzone").get_by_test_id("stBaseButton-secondary"))
    press(page, "Enter")
    settle(page)
    asked[0].set_files({"name": "Export.csv", "mimeType": "text/csv", "buffer": HISTORY.encode("cp1252")})
    page.locator(".st-key-use button").first.wait_for()
    settle(page)
    press(page, "Tab")  # the browser goes on from the hidden field that Playwright has filled
    reach(page, page.locator(".st-key-use button").first)
    press(page, "Enter")
    expect(page.get_by_role("combobox", name=W["scenario"], exact=True)).to_have_value(
        re.compile("^January, Export.csv")
    )


def test_a_forecast_is_looked_at_by_parts_and_the_calculator_answers(fresh, visit):
    page = visited(visit, f"{fresh.url}/need")
    part(page, "Need")
    page.wait_for_url(re.compile("view=agents"))
    reach(page, page.locator(".st-key-calculator summary"))
    press(page, "Enter")
    number = page.get_by_role("spinbutton").first
    reach(page, number)
    press(page, "Control+A")
    page.keyboard.type("77")
    press(page, "Tab")
    settle(page)
    expect(number).to_have_value("77")


def test_a_rule_is_changed_and_kept(fresh, visit):
    page = visited(visit, f"{fresh.url}/team")
    part(page, "Rules")
    page.wait_for_url(re.compile("part=rules"))
    number = page.get_by_role("spinbutton").first
    reach(page, number)
    before = number.input_value()
    press(page, "ArrowUp", "Tab")
    settle(page)
    after = number.input_value()
    assert after != before
    reach(page, page.get_by_role("button", name="Save", exact=True))
    press(page, "Enter")
    settle(page)
    page.reload()
    expect(page.get_by_role("spinbutton").first).to_have_value(after)


def test_a_rota_is_built_edited_and_published(fresh, visit):
    page = visited(visit, f"{fresh.url}/rota")
    reach(page, page.get_by_role("button", name=W["build"]))
    press(page, "Enter")
    page.locator("td.cell").first.wait_for()
    settle(page)
    reach(page, page.get_by_role("switch", name=W["edit"], exact=True))
    press(page, "Space")
    page.locator(".st-key-undo").wait_for()
    settle(page)
    reach(page, page.locator("td.cell").first)
    press(page, "ArrowDown", "ArrowRight")
    cell = page.locator("td.cell[data-a='1'][data-d='1']")
    press(page, "l")
    expect(cell).to_have_text("L")
    press(page, " ")
    expect(cell).to_have_class(re.compile("locked"))
    press(page, "Shift+F10")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    press(page, "Escape")
    settle(page)
    press(page, "Control+Z")
    expect(cell).not_to_have_class(re.compile("locked"))
    settle(page)
    reach(page, page.locator(".st-key-override summary"))
    press(page, "Enter")
    what = page.get_by_role("combobox", name="Rule that is broken")
    reach(page, what)
    broken = page.get_by_text(re.compile(r"^\d+ rules are broken$")).inner_text().split()[0]
    page.wait_for_timeout(500)  # an open list closes when the page scrolls
    page.keyboard.type(f"all {broken} of")
    page.get_by_role("option", name=re.compile(rf"all\s{broken}\s")).wait_for()
    press(page, "Enter")
    settle(page)
    reach(page, page.get_by_role("textbox", name="Reason"))
    page.keyboard.type("agreed")
    press(page, "Enter")
    settle(page)
    reach(page, page.get_by_role("button", name="Allow", exact=True))
    press(page, "Enter")
    expect(page.get_by_text(f"{broken} broken rules are allowed with a reason")).to_be_visible()
    settle(page)
    part(page, "Publish & versions")
    reach(page, page.get_by_role("button", name="Publish version 1"))
    press(page, "Enter")
    expect(page.locator("table.versions tbody th").first).to_contain_text("Version 1")


def test_a_what_if_is_made_and_compared(fresh, visit):
    page = visit(f"{fresh.url}/rota")
    build(page, W, "January")
    page = visited(visit, f"{fresh.url}/scenarios?view=what-if")
    reach(page, page.get_by_label(W["contacts"]).first)
    press(page, "Control+A")
    page.keyboard.type("15")
    press(page, "Tab")
    page.get_by_text(W["changed"]).wait_for()
    reach(page, page.locator(".st-key-build-what-if button"))
    press(page, "Enter")
    page.get_by_role("button", name=re.compile("^January, changed: ")).wait_for()
    page.get_by_role("button", name=re.compile("^January, changed: ")).wait_for(state="detached")
    settle(page)
    part(page, "Compare")
    page.locator("table.delta").first.wait_for()
    baseline = page.get_by_role("combobox", name=W["baseline"], exact=True)
    reach(page, baseline)
    before = baseline.input_value()
    press(page, "ArrowDown", "ArrowUp", "Enter")  # the plan it came from is chosen, the last of the list
    settle(page)
    expect(baseline).not_to_have_value(before)
    reach(page, page.locator("[class*=st-key-use-] button").first)
    press(page, "Enter")
    page.locator("td.cell").first.wait_for()


def test_files_are_taken_away(fresh, visit):
    page = visit(f"{fresh.url}/rota")
    build(page, W, "January")
    page = visited(visit, page.url)
    reach(page, page.get_by_role("link", name="Export", exact=True))
    press(page, "Enter")
    page.wait_for_url(re.compile("/export"))
    settle(page)
    page.add_style_tag(content=STILL)
    reach(page, page.locator(".st-key-get-roster-xlsx button"))
    with page.expect_download() as download:
        press(page, "Enter")
    assert download.value.suggested_filename == "roster.xlsx"
