"""Latencies of the app in a headless browser: ``python -m bench.ui [--agents N] [--json]``.

The app is served with plans that a fake worker writes at once (tests/ui), so that nothing but the screens is measured.
Keys are those of the bars: milliseconds, and kB where the name says so.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.browser.conftest import FLAGS, ROOT, Server, serving
from tests.browser.install import find
from tests.ui.conftest import WORKER
from tests.ui.team import write_team

BARS = {
    "key_to_painted_ms": 50,
    "edit_to_figures_ms": 400,
    "rerun_python_ms": 100,
    "first_load_ms": 4000,
    "page_payload_kb": 150,
    "rerun_payload_kb": 20,
    "build_to_panel_ms": 1000,
    "stop_acknowledged_ms": 300,
    "stop_to_result_ms": 5000,
    "export_csv_ms": 100,
    "export_xlsx_ms": 500,
    "export_ics_ms": 1000,
}
PAGES = ("data", "need", "team", "rota", "scenarios", "export")
PAINT = """async () => {
  const host = [...document.querySelectorAll('*')].find(e => e.shadowRoot && e.shadowRoot.querySelector('td.cell'));
  const root = host ? host.shadowRoot : document;
  const td = root.activeElement || document.activeElement;
  const code = td.dataset.code === 'L' ? 'e' : 'l';
  const begun = performance.now();
  td.dispatchEvent(new KeyboardEvent('keydown', { key: code, bubbles: true, composed: true }));
  while (td.dataset.code.toLowerCase() !== code) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - begun;
}"""


def measure(agents: int, days: int) -> dict[str, float]:
    """Measure every latency once the app is warm; medians where it is done several times."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = Path(folder)
        teams = write_team(place / "teams", agents=agents, days=days).parent
        worker = {"STAFFING_COMMAND": " ".join(WORKER), "STAFFING_FAKE_SECONDS": "20"}
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        with serving(place / "home", teams, **worker) as server:
            found = _journey(browser, server)
        browser.close()
    return {key: round(value, 1) for key, value in found.items()}


def _journey(browser: Any, server: Server) -> dict[str, float]:
    found: dict[str, float] = {}
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{server.url}/rota")
    page.locator(".st-key-build button").wait_for()
    page.close()
    page, received = _listening(browser)
    build = page.locator(".st-key-build button")
    found["first_load_ms"] = _timed(lambda: (page.goto(f"{server.url}/rota"), build.wait_for()))
    panel = page.locator("[class*=st-key-stop-] button").first  # before there is a rota to keep
    page.wait_for_timeout(1500)
    found["build_to_panel_ms"] = _timed(lambda: (build.click(), panel.wait_for()))
    stop = page.get_by_role("button", name="Stop and keep the best").first
    stop.wait_for()
    page.wait_for_timeout(3000)
    stopping = page.get_by_role("button", name="Stopping").first
    begun = time.perf_counter()
    stop.click()
    stopping.wait_for()
    found["stop_acknowledged_ms"] = 1000 * (time.perf_counter() - begun)
    page.locator("td.cell").first.wait_for()
    found["stop_to_result_ms"] = 1000 * (time.perf_counter() - begun)
    page.wait_for_timeout(1500)
    loads = {name: _payload(page, received, name) for name in PAGES}
    found["page_payload_kb"] = max(loads.values())
    found |= {f"{name}_page_kb": size for name, size in loads.items()}
    _edits(page, received, found)
    page.get_by_role("link", name="Export", exact=True).first.click()
    for kind in ("csv", "xlsx", "ics"):
        button = page.locator(f".st-key-get-roster-{kind} button").first
        button.wait_for()
        found[f"export_{kind}_ms"] = statistics.median(_download(page, button) for _ in range(3))
    page.close()
    found["rerun_python_ms"] = _python(server)
    return found


def _listening(browser: Any) -> tuple[Any, list[int]]:
    """A new page, and the number of bytes its web socket has received."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    received = [0]
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.webSocketFrameReceived", lambda e: _count(received, e))
    return page, received


def _payload(page: Any, received: list[int], name: str) -> float:
    """What a page sends when it is opened from another one."""
    received[0] = 0
    page.locator(f"a[href$='/{name}']").first.click()
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_timeout(2500)
    return received[0] / 1024


def _edits(page: Any, received: list[int], found: dict[str, float]) -> None:
    """Seven keys in the rota: painted, answered, and what was sent."""
    page.locator("a[href$='/rota']").first.click()
    page.locator("td.cell").first.wait_for()
    page.get_by_text("Edit", exact=True).click()
    page.get_by_text("Rules broken").first.wait_for()
    page.wait_for_timeout(1500)
    page.locator("td.cell[data-a='1'][data-d='1']").click()
    page.wait_for_timeout(1500)
    painted, answered, payload = [], [], []
    value = page.locator("[data-testid=stMetric]", has_text="All costs").locator("[data-testid=stMetricValue]").first
    for _ in range(7):
        before, received[0] = value.inner_text(), 0
        begun = time.perf_counter()
        painted.append(page.evaluate(PAINT))
        page.wait_for_function(
            "([e, old]) => e.isConnected && e.textContent != old", arg=[value.element_handle(), before]
        )
        answered.append(1000 * (time.perf_counter() - begun))
        page.wait_for_timeout(700)
        payload.append(received[0] / 1024)
    found["key_to_painted_ms"] = statistics.median(painted)
    found["edit_to_figures_ms"] = statistics.median(answered)
    found["rerun_payload_kb"] = statistics.median(payload)


def _download(page: Any, button: Any) -> float:
    page.wait_for_timeout(500)
    begun = time.perf_counter()
    with page.expect_download():
        button.click()
    return 1000 * (time.perf_counter() - begun)


def _python(server: Server) -> float:
    """Median time of a rerun of the rota page in this process, without a browser."""
    from streamlit.testing.v1 import AppTest
    from streamlit.util import calc_hash

    os.environ["STAFFING_HOME"] = str(server.home)
    os.environ["STAFFING_TEAMS"] = str(server.home.parent / "teams")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app._page_hash = calc_hash("rota")
    app.run()
    return statistics.median(_timed(app.run) for _ in range(7))


def _count(received: list[int], event: dict[str, Any]) -> None:
    frame = event["response"]
    size = len(frame["payloadData"])
    received[0] += size * 3 // 4 if frame["opcode"] == 2 else size


def _timed(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - begun)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if find() is None:
        raise SystemExit("no browser was found; python -m tests.browser.install installs one")
    found = measure(args.agents, args.days)
    if args.json:
        print(json.dumps({"agents": args.agents, "days": args.days, **found}))
        return 0
    for key, bar in BARS.items():
        verdict = "ok" if found[key] <= bar else "OVER"
        print(f"{key:<24}{found[key]:>10.1f}   bar {bar:>6}   {verdict}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
