"""Take the screenshots of this folder from real plans of the example team: ``python -m docs.screens.take``.

Builds two plans through the app (base and two hires), then opens every page at 1280 px, and two of them in German, dark, at
768 px.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS, ROOT, serving
from tests.browser.install import find

HERE = Path(__file__).parent
PAGES = {
    "data": "data",
    "new-team": "data?section=new",
    "need": "need",
    "team": "team",
    "shifts": "team?part=shifts",
    "rules": "team?part=rules",
    "rota": "rota",
    "what-if": "scenarios?view=what-if",
    "compare": "scenarios?view=compare",
    "export": "export",
}


def build(page: Any, scenario: str) -> None:
    """Choose a scenario and build its rota, unless it has one."""
    box = page.get_by_role("combobox", name="Scenario", exact=True)
    page.wait_for_timeout(3000)
    if box.input_value() != scenario:
        box.click()
        page.get_by_role("option", name=scenario).first.click()
        page.wait_for_timeout(4000)
    if not page.locator("td.cell").count():
        page.locator(".st-key-build button").click()
        page.locator("td.cell").first.wait_for(timeout=1_800_000)
    page.wait_for_timeout(3000)


def shoot(browser: Any, url: str, name: str, *, width: int = 1280, dark: bool = False, locale: str = "en-GB") -> None:
    """Open a page and photograph its first screen."""
    context = browser.new_context(
        viewport={"width": width, "height": 1000}, color_scheme="dark" if dark else "light", locale=locale
    )
    page = context.new_page()
    page.goto(url)
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_timeout(5000)
    page.screenshot(path=HERE / f"{name}.png")
    context.close()


def _report(browser: Any, page: Any, url: str, run: str) -> None:
    """Take the report and the month out of the app, and photograph them."""
    page.goto(f"{url}/export?{run}")
    for name in ("report", "month"):
        button = page.locator(f".st-key-get-{name}-html button").first
        button.wait_for()
        page.wait_for_timeout(1000)
        with page.expect_download() as taken:
            button.click()
        sheet = browser.new_page(viewport={"width": 900 if name == "report" else 1280, "height": 1000})
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{name}.html"
            taken.value.save_as(file)
            sheet.goto(file.as_uri())
            sheet.screenshot(path=HERE / f"{name}.png")
        sheet.close()


def main() -> None:
    """Build, then photograph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="folder for the plans; those that are there are used again")
    args = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(args.home or Path(folder) / "home", ROOT / "scenarios") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        page = browser.new_context(viewport={"width": 1280, "height": 1000}, locale="en-GB").new_page()
        page.goto(f"{server.url}/rota")
        page.locator(".st-key-build button").wait_for(timeout=60_000)
        for scenario in ("Two hires", "Helpdesk, January 2027"):
            build(page, scenario)
        run = page.url.partition("?")[2]
        for name, path in PAGES.items():
            shoot(browser, f"{server.url}/{path}{'&' if '?' in path else '?'}{run}", name)
        for name in ("need", "rota"):
            url = f"{server.url}/{PAGES[name]}?{run}"
            shoot(browser, url, f"{name}-de-dark-768", width=768, dark=True, locale="de-DE")
        _report(browser, page, server.url, run)
        browser.close()


if __name__ == "__main__":
    main()
