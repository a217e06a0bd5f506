"""The manager's way through the app in a real browser."""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, serving, with_fake_worker

pytestmark = pytest.mark.browser

WORDS = {
    "en": {
        "build": "Build the rota",
        "covered": "are covered",
        "scenario": "Scenario",
        "more": "Volume +20%",
        "pages": ["Forecast & need", "Rota", "Scenarios", "Export"],
        "stop": "Stop and keep the best",
        "stopped": "stopped, best kept",
        "worse": "worse",
        "contacts": "Contacts ±%",
        "changed": "contacts 0% → +15%",
        "plan": "Name of this plan",
        "shown": "Plan shown",
        "baseline": "Baseline",
        "edit": "Edit",
    },
    "de": {
        "build": "Dienstplan erstellen",
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
        "baseline": "Vergleichsbasis",
        "edit": "Bearbeiten",
    },
}


def go(page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_url(re.compile("run="))
    page.get_by_test_id("stStatusWidget").wait_for(state="detached")


IDLE = """() => {
  const now = performance.now();
  if (document.querySelector('.stApp')?.dataset.testScriptState !== 'notRunning') window.lastBusy = now;
  return now - (window.lastBusy ?? 0) > 300;
}"""


def settle(page) -> None:
    """Wait until the app has answered: what was asked has had time to reach it, and nothing has run for a while."""
    page.wait_for_timeout(300)
    page.get_by_test_id("stStatusWidget").wait_for(state="detached")
    page.wait_for_function(IDLE)


def build(page, w, name: str) -> None:
    """Choose the scenario, press the button, wherever the panel stands, and wait for the rota of the new run."""
    settle(page)
    choose(page, w["scenario"], name)
    expect(page.get_by_role("textbox", name=w["plan"])).to_have_value(name, timeout=15_000)
    settle(page)
    before = page.url
    page.get_by_role("button", name=w["build"]).click()
    page.wait_for_function("before => location.href != before && location.href.includes('run=')", arg=before)
    page.locator("td.cell").first.wait_for(timeout=60_000)
    expect(page.get_by_role("combobox", name=w["shown"])).to_have_value(re.compile(f"^{re.escape(name)} · "))


HISTORY = "Zeit;Skill;Anrufe;AHT\n" + "".join(
    f"{day}.11.2026 {hour:02}:00;phone-de;{10 + hour};300\n" for day in range(2, 28) for hour in range(8, 20)
)


def choose(page, label: str, option: str) -> None:
    """Choose in a list."""
    box = page.get_by_role("combobox", name=label, exact=True)
    box.click()
    page.get_by_role("option", name=option, exact=True).click()
    settle(page)
    expect(box).to_have_value(option)


@pytest.mark.parametrize("language", ["en", "de"])
def test_from_an_upload_to_downloads(tmp_path, visit, language):
    w = WORDS[language]
    with with_fake_worker(tmp_path, 1) as server:
        # upload: a foreign file is recognised, checked, and made a scenario
        page = visit(f"{server.url}/data", language)
        file = {"name": "Export.csv", "mimeType": "text/csv", "buffer": HISTORY.encode("cp1252")}
        page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(file)
        settle(page)
        page.locator(".st-key-use button").first.click()
        scenario = page.get_by_role("combobox", name=w["scenario"], exact=True)
        expect(scenario).to_have_value(re.compile("January, Export.csv"))

        # build, and look at the forecast and the need
        page.goto(f"{server.url}/rota")
        page.wait_for_selector("h1")
        build(page, w, "January")
        need, rota, scenarios, export = w["pages"]
        go(page, need)
        page.locator("canvas, .vega-embed svg").first.wait_for()

        # edit, lock, re-plan around the lock
        go(page, rota)
        expect(page.locator("tr:has(td.cell)")).to_have_count(20)
        page.get_by_text(w["edit"], exact=True).click()
        cell = page.locator("td.cell[data-a='0'][data-d='0']")
        page.locator(".st-key-undo").wait_for()
        cell.click()
        page.keyboard.press("l")
        expect(cell).to_have_text("L")
        page.keyboard.press(" ")
        expect(cell).to_have_class(re.compile("locked"))
        again = page.locator(".st-key-rebuild button:not([disabled])").first
        again.wait_for()
        settle(page)
        before = page.url
        again.click()
        page.wait_for_function("before => location.href != before", arg=before)
        page.locator("td.cell").first.wait_for(timeout=60_000)

        # compare it with a busier month
        build(page, w, w["more"])
        go(page, scenarios)
        choose(page, w["baseline"], next(x for x in options(page, w["baseline"]) if x.startswith("January · ")))
        page.locator("table.delta").first.wait_for()
        expect(page.locator("table.delta").first).to_contain_text(w["worse"])
        page.locator("[class*=st-key-use-] button").first.click()
        page.locator("td.cell").first.wait_for()

        # take it away
        go(page, export)
        taken = {}
        for name in (
            "roster.csv",
            "roster_de.csv",
            "roster.xlsx",
            "roster.ics",
            "month.html",
            "report.html",
            "all.zip",
        ):
            with page.expect_download() as download:
                page.locator(f".st-key-get-{name.replace('.', '-')} button").click()
            assert download.value.suggested_filename == name
            taken[name] = Path(download.value.path()).read_bytes()
        assert taken["roster.ics"].startswith(b"BEGIN:VCALENDAR")
        assert taken["roster.xlsx"].startswith(b"PK")
        assert f'<html lang="{language}">'.encode() in taken["report.html"]
        page.close()


def options(page, label: str) -> list[str]:
    """What a list offers."""
    box = page.get_by_role("combobox", name=label, exact=True)
    box.click()
    page.get_by_role("option").first.wait_for()
    found = page.get_by_role("option").all_inner_texts()
    page.keyboard.press("Escape")
    return found


def test_a_new_team_is_made_of_two_spreadsheets(tmp_path, visit):
    people = "Mitarbeiter;Wochenstunden;Skills\nAnna;40;phone-de\nBen;20;phone-de\nCem;40;\n"
    (tmp_path / "nothing").mkdir()
    with serving(tmp_path / "home", tmp_path / "nothing") as server:
        page = visit(server.url)
        page.locator(".st-key-own-team button").click()
        page.get_by_label("Name", exact=True).fill("Anna's team")
        page.keyboard.press("Enter")
        settle(page)
        file = {"name": "calls.csv", "mimeType": "text/csv", "buffer": HISTORY.encode()}
        page.locator(".st-key-new-history input[type=file]").set_input_files(file)
        page.locator(".st-key-new-people").wait_for()
        file = {"name": "team.csv", "mimeType": "text/csv", "buffer": people.encode()}
        page.locator(".st-key-new-people input[type=file]").set_input_files(file)
        page.locator(".st-key-create button").click()
        expect(page.get_by_role("combobox", name="Scenario", exact=True)).to_have_value("Anna's team")
        assert (tmp_path / "home" / "teams" / "anna-s-team" / "base.toml").is_file()
        page.close()


def test_a_changed_lever_becomes_a_scenario_file(tmp_path, visit):
    w = WORDS["en"]
    with with_fake_worker(tmp_path, 1) as server:  # its run would be the newest for other tests
        page = visit(f"{server.url}/scenarios?view=what-if")
        settle(page)
        choose(page, w["scenario"], "January")
        page.get_by_label(w["contacts"]).first.fill("15")
        page.keyboard.press("Enter")
        page.get_by_text(w["changed"]).wait_for()
        page.locator(".st-key-build-what-if button").click()
        page.get_by_text("January, changed").first.wait_for()
        (made,) = (server.home / "scenarios" / "helpdesk").glob("january-changed*.toml")
        assert "phone-de = 1.15" in made.read_text()
        page.close()


ADDRESSES = (
    "data",
    "data?section=new",
    "need",
    "need?view=agents",
    "team",
    "team?part=shifts",
    "team?part=rules",
    "rota",
    "scenarios?view=what-if",
    "scenarios?view=compare",
    "scenarios?view=plans",
    "export",
)


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("de", True)])
def test_axe_finds_nothing_on_any_page(server, visit, language, dark):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(f"{server.url}/rota", language, dark=dark)
    build(page, WORDS[language], "January")
    for address in ADDRESSES:
        page.goto(f"{server.url}/{address}")
        page.wait_for_selector("h1")
        settle(page)
        page.wait_for_timeout(700)
        found = axe.run(page).response["violations"]
        assert [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found] == [], address


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
        page.get_by_role("button", name=re.compile("Stop")).wait_for()  # there is no rota to keep yet
        page.wait_for_function(
            "() => [...document.querySelectorAll('[data-testid=stMetricValue]')].some(e => e.textContent.includes('%'))",
            timeout=600_000,  # the first time, the calculations are compiled
        )
        page.get_by_role("button", name=w["stop"]).click()
        page.get_by_text(w["covered"]).wait_for(timeout=120_000)
        go(page, "Rota")
        page.locator("td[data-tone]").first.wait_for()
        page.close()
