"""A server of the app and a real browser."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.install import find
from tests.ui.conftest import WORKER
from tests.ui.team import write_team

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Server:
    """A running app."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(home: Path, teams: Path, **environment: str) -> Iterator[Server]:
    """``staffing app`` on a free port."""
    port = free_port()
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-m", "staffing", "app", str(teams), "--home", str(home), "--no-browser"]
    log = home.parent / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen([*command, "--port", str(port)], env=env, stdout=out, stderr=out, cwd=home.parent)
    url = f"http://localhost:{port}"
    try:
        limit = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                break
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < limit, log.read_text()
            time.sleep(0.1)
        yield Server(url, home, process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = find()
    if path is None:
        pytest.skip("no Chromium, Chrome or Edge was found; python -m tests.browser.install installs one")
    playwright = pytest.importorskip("playwright.sync_api").sync_playwright().start()
    chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield chromium
    chromium.close()
    playwright.stop()


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """A busy machine may take longer than Playwright's five seconds."""
    expect = pytest.importorskip("playwright.sync_api").expect
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


def with_fake_worker(folder: Path, seconds: float) -> contextlib.AbstractContextManager[Server]:
    """The app with a test team of 20, and the fake worker, which takes so many seconds."""
    teams = write_team(folder / "teams", agents=20, days=14).parent
    worker = {"STAFFING_COMMAND": " ".join(WORKER), "STAFFING_FAKE_SECONDS": str(seconds)}
    return serving(folder / "home", teams, **worker)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app, whose plans are quickly there."""
    with with_fake_worker(tmp_path_factory.mktemp("quick"), 1) as running:
        yield running


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    """The app without any plan, for one test alone."""
    with with_fake_worker(tmp_path, 1) as running:
        yield running


@pytest.fixture
def slow_server(tmp_path: Path) -> Iterator[Server]:
    """The app, whose plans take for ever unless they are stopped."""
    with with_fake_worker(tmp_path, 600) as running:
        yield running


EXPECTED = ("_stcore/health", "_stcore/host-config")
"""Streamlit looks for its server first under the page's own address; it answers 404 and is found under the root."""


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open pages; afterwards nothing may stand in the console and nothing may have been asked of the net."""
    complaints: list[str] = []
    contexts = []

    def open_page(url: str, language: str = "en", width: int = 1280, dark: bool = False) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            locale={"de": "de-DE", "en": "en-GB"}[language],
            accept_downloads=True,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()

        def heard(message: Any) -> None:
            if message.type == "error" and not any(x in message.location.get("url", "") for x in EXPECTED):
                complaints.append(message.text)

        def asked(request: Any) -> None:
            if not request.url.startswith((url.split("/", 3)[0] + "//localhost", "data:", "blob:")):
                complaints.append(f"asked of the net: {request.url}")

        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", asked)
        page.goto(url)
        page.wait_for_selector("h1")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
