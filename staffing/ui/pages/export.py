"""Files of a rota to take away: to print, for calendars, for other programs, for management."""

from __future__ import annotations

from functools import partial

import streamlit as st

from staffing.ui import frame
from staffing.ui.export.export_choice import export_choice
from staffing.ui.export.exports import CSV, HTML, ICS, ZIP, Exports
from staffing.ui.need.need_moved import need_moved_line
from staffing.ui.texts import Texts
from staffing.ui.vm.tables import XLSX

JSON = "application/json"
CARDS = (
    ("print", ":material/print:", (("month.html", HTML), ("people.html", HTML), ("roster.xlsx", XLSX))),
    ("report", ":material/summarize:", (("report.html", HTML), ("summary.json", JSON))),
    ("calendar", ":material/event:", (("roster.ics", ICS), ("calendars.zip", ZIP))),
    ("table", ":material/table_rows:", (("roster.csv", CSV), ("roster_de.csv", CSV))),
    ("matrix", ":material/grid_on:", (("roster_matrix.csv", CSV), ("roster_matrix_de.csv", CSV))),
    ("ledger", ":material/event_repeat:", (("ledger.csv", CSV),)),
    ("numbers", ":material/query_stats:", (("forecast.csv", CSV), ("requirement.csv", CSV), ("coverage.csv", CSV))),
)
OF_THE_PLAN = ("report", "numbers")
"""Cards that are about the plan as it was built, not about a published version."""


def show(t: Texts) -> None:
    """Draw the page."""
    st.title(t("export.title"))
    found = frame.need_plan(t)
    if found is None:
        return
    run, plan = found
    need_moved_line(t, run)
    exports = export_choice(t, run, plan)
    with st.grid(3, min_column_width=260):
        for name, icon, files in CARDS:
            if exports.whole or name not in OF_THE_PLAN:
                _card(t, name, icon, exports, files)
        with st.container(border=True, height="stretch"):
            st.markdown(f"## :material/person: {t('export.agent.title')}")
            st.caption(t("export.agent.body"))
            _agent_calendar(t, exports)
        if exports.whole:
            _card(t, "all", ":material/folder_zip:", exports, (("all.zip", ZIP),))


def _card(t: Texts, name: str, icon: str, exports: Exports, files: tuple[tuple[str, str], ...]) -> None:
    with st.container(border=True, height="stretch"):
        st.markdown(f"## {icon} {t(f'export.{name}.title')}")
        st.caption(t(f"export.{name}.body"))
        with st.container(horizontal=True):
            for file, mime in files:
                if exports.has(file):
                    label = t(f"export.file.{file}") if t.has(f"export.file.{file}") else file
                    st.download_button(
                        label,
                        partial(exports.make, file),
                        file,
                        mime,
                        on_click="ignore",
                        key=f"get-{file}",
                        icon=":material/download:",
                    )


def _agent_calendar(t: Texts, exports: Exports) -> None:
    rows = exports.plan.matrix
    names = dict(zip(rows["agent_id"], rows["agent_name"], strict=True))
    agent = st.selectbox(t("rota.word.agent"), list(names), format_func=lambda a: names[a], key="agent-calendar")
    if agent is not None:
        st.download_button(
            t("export.agent.go"),
            lambda: exports.calendar(agent),
            f"{agent}.ics",
            ICS,
            on_click="ignore",
            key="get-agent",
            icon=":material/download:",
        )
