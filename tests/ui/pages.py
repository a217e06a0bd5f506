"""Pages drawn in this process, and what stands on them."""

from __future__ import annotations

import time
from pathlib import Path

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import staffing.ui
from staffing.ui import session

UI = Path(next(iter(staffing.ui.__path__)))
MAIN = UI / "entry" / "app.py"
PLANS = ("need", "export")
PAGES = (*PLANS, "data", "team", "rota", "scenarios")


def opened(page: str = "rota", language: str = "en", **query: str) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=30)
    app.query_params["lang"] = language
    for key, value in query.items():
        app.query_params[key] = value
    app._page_hash = calc_hash(page)
    return app.run()


def texts_of(app: AppTest) -> str:
    parts = [*app.markdown, *app.title, *app.header, *app.caption, *app.error, *app.info]
    return "\n".join(str(p.value) for p in parts)


def html_of(app: AppTest) -> str:
    return " ".join(h.proto.body for h in app.get("html"))


def built(app: AppTest, button: str = "build") -> AppTest:
    """Press the button and wait for the plan."""
    app.button(key=button).click().run()
    assert not app.exception
    settled()
    return app.run()


def settled() -> None:
    limit = time.monotonic() + 30
    while session.jobs().live():
        assert time.monotonic() < limit
        time.sleep(0.05)
