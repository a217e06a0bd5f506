"""The manager's way through the app in a real browser."""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, serving

pytestmark = pytest.mark.browser

WORDS = {
    "en": {
        "build": "Build the rota",
        "queue": "Add to the queue",
        "finished": "finished",
        "covered": "are covered",
        "scenario": "Scenario",
        "more": "Volume +20%",
        "pages": ["Forecast & need", "Rota", "Scenarios", "Export"],
        "stop": "Stop and keep the best",
        "stopped": "stopped, best kept",
        "worse": "worse",
        "contacts": "Contacts ±%",
        "changed": "contacts 0 % → +15 %",
        "plan": "Name of this plan",
        "shown": "Plan shown",
        "find": "Find",
        "chat": "chat",
    },
    "de": {
        "build": "Dienstplan erstellen",
        "queue": "In die Warteschlange",
        "finished": "fertig",
        "covered": "sind gedeckt",
        "scenario": "Szenario",
        "more": "Volume +20%",
        "pages": ["Prognose & Bedarf", "Dienstplan", "Szenarien", "Export"],
        "stop": "Anhalten und den Besten behalten",
        "stopped": "angehalten, Bester behalten",
        "worse": "schlechter",
        "contacts": "Kontakte ±%",
        "changed": "Kontakte 0 % → +15 %",
        "plan": "Name dieses Plans",
        "shown": "Angezeigter Plan",
        "find": "Suchen",
        "chat": "chat",
    },
}


def go(page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_url(re.compile("run="))
    page.get_by_test_id("stStatusWidget").wait_for(state="detached")


def settle(page) -> None:
    """Wait until the app has answered."""
    page.wait_for_timeout(300)
    page.get_by_test_id("stStatusWidget").wait_for(state="detached")


def build(page, w, name: str) -> None:
    """Choose the scenario, press the button, wherever the panel stands, and wait for the rota of the new run."""
    settle(page)
    scenario = page.get_by_role("combobox", name=w["scenario"], exact=True)
    if scenario.input_value() != name:
        scenario.click()
        page.get_by_role("option", name=name, exact=True).click()
    expect(page.get_by_role("textbox", name=w["plan"])).to_have_value(name)
    settle(page)
    before = page.url
    page.get_by_role("button", name=w["build"]).click()
    page.wait_for_function("before => location.href != before && location.href.includes('run=')", arg=before)
    page.locator("td.cell").first.wait_for(timeout=60_000)
    expect(page.get_by_role("combobox", name=w["shown"])).to_have_value(re.compile(f"^{re.escape(name)} · "))


@pytest.mark.parametrize("language", ["en", "de"])
def test_from_a_scenario_to_downloads(server, visit, language):
    w = WORDS[language]
    page = visit(f"{server.url}/rota", language)
    build(page, w, "January")

    build(page, w, w["more"])

    need, rota, scenarios, export = w["pages"]
    go(page, need)
    page.locator("canvas, .vega-embed svg").first.wait_for()
    page.get_by_role("radio", name=w["chat"]).click()
    page.wait_for_function("document.querySelectorAll('[data-testid=stVegaLiteChart]').length == 2")

    go(page, rota)
    cell = page.locator("td.cell").first
    cell.wait_for()
    expect(page.locator("tr:has(td.cell)")).to_have_count(20)
    assert page.locator("td[data-tone=early]").first.inner_text() == "E"
    cell.click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    focused = page.evaluate(
        "() => { let e = document.activeElement; while (e.shadowRoot) e = e.shadowRoot.activeElement;"
        " return [e.dataset.a, e.dataset.d, e.getAttribute('aria-label')] }"
    )
    assert focused[:2] == ["1", "1"]
    assert focused[2].startswith("Ben Brandt, ")
    page.get_by_role("textbox", name=w["find"], exact=True).fill("Ben")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('table').length >= 0")

    go(page, scenarios)
    page.locator("table.delta").wait_for()
    assert w["worse"] in page.locator("table.delta").inner_text()

    go(page, export)
    for key, name in (
        ("get-roster-csv", "roster.csv"),
        ("get-roster-xlsx", "roster.xlsx"),
        ("get-roster-ics", "roster.ics"),
    ):
        with page.expect_download() as taken:
            page.locator(f".st-key-{key} button").click()
        assert taken.value.suggested_filename == name
    assert Path(taken.value.path()).read_text().startswith("BEGIN:VCALENDAR")


def test_a_changed_lever_becomes_a_scenario_file(server, visit):
    w = WORDS["en"]
    page = visit(f"{server.url}/scenarios?view=what-if")
    scenario = page.get_by_role("combobox", name=w["scenario"], exact=True)
    if scenario.input_value() != "January":
        scenario.click()
        page.get_by_role("option", name="January", exact=True).click()
    page.get_by_label(w["contacts"]).first.fill("15")
    page.keyboard.press("Enter")
    page.get_by_text(w["changed"]).wait_for()
    page.get_by_role("button", name=w["build"]).click()
    page.get_by_text("January, changed").first.wait_for()
    (made,) = (server.home / "scenarios" / "helpdesk").glob("january-changed*.toml")
    assert "phone-de = 1.15" in made.read_text()


def test_a_run_survives_reload_and_a_second_tab_and_stop_keeps_the_best(slow_server, visit):
    w = WORDS["en"]
    page = visit(f"{slow_server.url}/rota")
    page.get_by_role("button", name=w["build"]).click()
    stop = page.get_by_role("button", name=w["stop"])
    stop.wait_for()
    page.wait_for_url(re.compile("run="))
    page.reload()
    stop.wait_for()
    second = visit(page.url)
    second.get_by_role("button", name=w["stop"]).wait_for()
    page.bring_to_front()
    stop.click()
    page.get_by_text(w["stopped"]).first.wait_for()
    page.get_by_text(w["covered"]).wait_for()
    second.bring_to_front()
    second.get_by_text(w["covered"]).wait_for()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks for processes in /proc")
def test_no_worker_is_left_when_the_server_is_killed(slow_server, visit):
    page = visit(f"{slow_server.url}/rota")
    page.get_by_role("button", name=WORDS["en"]["build"]).click()
    page.get_by_role("button", name=WORDS["en"]["stop"]).wait_for()
    page.goto("about:blank")
    (folder,) = (slow_server.home / "runs").iterdir()
    working = [p for p in Path("/proc").iterdir() if p.name.isdigit() and _mentions(p, str(folder))]
    assert len(working) == 1
    slow_server.process.send_signal(signal.SIGKILL)
    slow_server.process.wait()
    limit = time.monotonic() + 10
    while any(_mentions(p, str(folder)) for p in working):
        assert time.monotonic() < limit
        time.sleep(0.05)


def _mentions(process: Path, text: str) -> bool:
    try:
        return text in (process / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False


@pytest.mark.parametrize(("width", "dark"), [(768, False), (1280, True)])
def test_no_page_is_wider_than_the_screen(server, visit, width, dark):
    page = visit(f"{server.url}/rota", width=width, dark=dark)
    build(page, WORDS["en"], "January")
    needs = [f"need?view={part}" for part in ("forecast", "events", "adjustments", "agents", "cover")]
    for path in ("data", *needs, "team", "rota", "scenarios", "export"):
        page.goto(f"{server.url}/{path}")
        page.wait_for_selector("h1")
        page.wait_for_timeout(300)
        main = page.get_by_test_id("stMain")
        assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 0, path


@pytest.mark.timeout(900)
def test_the_app_opens_on_the_project_s_own_scenarios_and_a_real_plan_is_built(visit, tmp_path):
    """The real worker on the example team, stopped as soon as there is a rota."""
    w = WORDS["en"]
    with serving(tmp_path / "home", ROOT / "scenarios") as server:
        page = visit(f"{server.url}/rota")
        page.get_by_role("button", name=w["build"]).click()
        stop = page.get_by_role("button", name=w["stop"])
        stop.wait_for()
        page.wait_for_function(
            "() => [...document.querySelectorAll('[data-testid=stMetricValue]')].some(e => e.textContent.includes('%'))",
            timeout=600_000,  # the first time, the calculations are compiled
        )
        stop.click()
        page.get_by_text(w["covered"]).wait_for(timeout=120_000)
        go(page, "Rota")
        page.locator("td[data-tone]").first.wait_for()
        page.close()


def test_the_rota_is_edited_with_the_keyboard(server, visit):
    w = WORDS["en"]
    page = visit(f"{server.url}/rota")
    build(page, w, "January")
    page.get_by_text("Edit", exact=True).click()
    cell = page.locator("td.cell[data-a='0'][data-d='0']")
    page.get_by_text("Rules broken").wait_for()
    assert cell.inner_text() == "E"
    cell.click()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("l")
    assert cell.inner_text() == "L"  # painted before the server has answered
    changed = page.locator("[data-testid=stMetric]", has_text="Cells changed").locator("[data-testid=stMetricValue]")
    page.wait_for_function("e => e.textContent.trim() == '2'", arg=changed.element_handle())
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("e => e.textContent.trim() == '0'", arg=changed.element_handle())
