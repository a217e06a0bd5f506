"""What-ifs: make them, watch them being built, set them side by side, remove what is no longer wanted."""

from __future__ import annotations

import streamlit as st

from staffing.ui import frame, session
from staffing.ui.rota.run_queue import run_queue
from staffing.ui.scenarios.compare_view import compare_view
from staffing.ui.scenarios.plans_view import plans_view
from staffing.ui.scenarios.what_if import what_if
from staffing.ui.texts import Texts

VIEWS = ("what-if", "compare", "plans")


def show(t: Texts) -> None:
    """Draw the page."""
    st.title(t("scenarios.title"))
    run_queue(t)
    several = sum(r.has_plan for r in session.jobs().runs()) > 1
    view = frame.choose_part("view", t("scenarios.view"), {v: t(f"scenarios.view.{v}") for v in VIEWS}, VIEWS[several])
    if view == "compare":
        compare_view(t)
    elif view == "plans":
        plans_view(t)
    else:
        what_if(t)
