"""Tables that are changed and not saved yet: told where something is made of what is saved."""

from __future__ import annotations

import streamlit as st

from staffing.ui.frame import PAGES
from staffing.ui.texts import Texts
from staffing.ui.vm.teams import ScenarioFile

ON_NEED = ("events", "adjustments")
"""Tables that are edited on the page of the need; the others are on that of the team."""


def note(file: ScenarioFile, table: str, *, changed: bool) -> None:
    """Remember whether a table of a scenario has changes that are not saved."""
    now = dict.fromkeys(_names(file))
    if changed:
        now[table] = None
    else:
        now.pop(table, None)
    st.session_state[f"unsaved-{file.path}"] = tuple(now)


def unsaved(t: Texts, file: ScenarioFile) -> None:
    """Say which tables of the scenario are not saved yet and so not in what is made of it, with the way to each."""
    names = _names(file)
    if not names:
        return
    with st.container(key="unsaved"):
        st.warning(t("team.unsaved"), icon=":material/edit:")
        with st.container(horizontal=True):
            for name in names:
                page, key = ("need", "view") if name in ON_NEED else ("team", "part")
                label = t(f"need.part.{name}" if name in ON_NEED else f"team.part.{name}")
                st.page_link(PAGES[page], label=label, icon=":material/arrow_forward:", query_params={key: name})


def _names(file: ScenarioFile) -> tuple[str, ...]:
    names: tuple[str, ...] = st.session_state.get(f"unsaved-{file.path}", ())
    return names
