"""Files of a plan to take away."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import streamlit as st

from staffing.ui import frame
from staffing.ui.texts import Texts, plain

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CARDS = (
    ("print", ":material/print:", (("roster.xlsx", SHEET),)),
    ("calendar", ":material/event:", (("roster.ics", "text/calendar"),)),
    ("table", ":material/table_rows:", (("roster.csv", "text/csv"), ("roster_de.csv", "text/csv"))),
    ("matrix", ":material/grid_on:", (("roster_matrix.csv", "text/csv"), ("roster_matrix_de.csv", "text/csv"))),
    (
        "numbers",
        ":material/query_stats:",
        (("forecast.csv", "text/csv"), ("requirement.csv", "text/csv"), ("coverage.csv", "text/csv")),
    ),
    ("summary", ":material/data_object:", (("summary.json", "application/json"),)),
)


def show(t: Texts) -> None:
    """Draw the page."""
    st.title(t("export.title"))
    found = frame.need_plan(t)
    if found is None:
        return
    run, plan = found
    stem = plain(run.request.name)
    st.markdown(t("export.of", name=stem))
    with st.grid(3, min_column_width=260):
        for name, icon, files in CARDS:
            present = [(f, mime) for f, mime in files if (run.out / f).is_file()]
            if present:
                _card(t, name, icon, run.out, present)
        with st.container(border=True, height="stretch"):
            st.markdown(f"##### :material/person: {t('export.agent.title')}")
            st.caption(t("export.agent.body"))
            _agent_calendar(t, run.out, dict(zip(plan.matrix["agent_id"], plan.matrix["agent_name"], strict=True)))
        with st.container(border=True, height="stretch"):
            st.markdown(f"##### :material/folder_zip: {t('export.all.title')}")
            st.caption(t("export.all.body"))
            st.download_button(
                t("export.all.go"),
                lambda: zip_folder(run.out),
                f"{run.id}.zip",
                "application/zip",
                on_click="ignore",
                key="get-all",
            )


def _card(t: Texts, name: str, icon: str, folder: Path, files: list[tuple[str, str]]) -> None:
    with st.container(border=True, height="stretch"):
        st.markdown(f"##### {icon} {t(f'export.{name}.title')}")
        st.caption(t(f"export.{name}.body"))
        with st.container(horizontal=True):
            for file, mime in files:
                path = folder / file
                label = t("export.german") if file.endswith("_de.csv") else file
                st.download_button(
                    label, path.read_bytes, file, mime, on_click="ignore", key=f"get-{file}", icon=":material/download:"
                )


def _agent_calendar(t: Texts, folder: Path, names: dict[str, str]) -> None:
    calendars = {p.stem: p for p in sorted((folder / "calendars").glob("*.ics"))}
    if not calendars:
        st.caption(t("export.agent.none"))
        return
    agent = st.selectbox(
        t("rota.word.agent"), list(calendars), format_func=lambda a: names.get(a, a), key="agent-calendar"
    )
    st.download_button(
        t("export.agent.go"),
        calendars[agent].read_bytes,
        f"{agent}.ics",
        "text/calendar",
        on_click="ignore",
        key="get-agent",
        icon=":material/download:",
    )


def zip_folder(folder: Path) -> bytes:
    """All files of a folder as one archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")):
            archive.write(path, path.relative_to(folder).as_posix())
    return buffer.getvalue()
