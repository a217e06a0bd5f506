"""Find a browser for the tests, or install one: ``python -m tests.browser.install``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


def find() -> str | None:
    """Path of an installed Chromium-like browser, None where there is none."""
    if chosen := os.environ.get("STAFFING_BROWSER"):
        return chosen
    for name in NAMES:
        if path := shutil.which(name):
            return path
    try:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            path = playwright.chromium.executable_path
    except Exception:  # a broken or missing Playwright is simply no browser
        return None
    return path if Path(path).exists() else None


def install() -> str | None:
    """Install a browser with the system's packages, else with Playwright's own download."""
    sudo = [] if not hasattr(os, "geteuid") or os.geteuid() == 0 else ["sudo", "-n"]
    attempts = []
    if shutil.which("apt-get"):
        attempts += [[*sudo, "apt-get", "update", "-q"], [*sudo, "apt-get", "install", "-y", "-q", "chromium"]]
    for command in attempts:
        subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        )
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"], check=False)
    return find()


if __name__ == "__main__":
    browser = find() or install()
    if browser is None:
        sys.exit("no browser could be installed: install Chromium, or set STAFFING_BROWSER to one")
    print(f"browser: {browser}")
