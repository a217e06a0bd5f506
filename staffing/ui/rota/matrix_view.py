"""The matrix of the rota on the page: who is shown, what it shows, and what a planner does in it."""

from __future__ import annotations

import html

import streamlit as st

from staffing.jobs import Run
from staffing.ui.components.mount import rota_matrix
from staffing.ui.markup import listing
from staffing.ui.rota import editor
from staffing.ui.rota.cell_panel import ask_why
from staffing.ui.rota.rota_words import code_label, matrix_data
from staffing.ui.texts import Texts
from staffing.ui.vm.board import Judged
from staffing.ui.vm.rota import Matrix, select

ORDERS = ("file", "name", "hours", "contract")


def filters(t: Texts, full: Matrix) -> tuple[Matrix, bool]:
    """Who is shown in which order, and whether the rota is edited."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        text = st.text_input(t("rota.find"), key="find", width=200, placeholder=t("rota.find.example"))
        skill = _choice(t, "skill", list(full.skills))
        contract = _choice(t, "contract", sorted({r.contract for r in full.rows if r.contract}))
        order = st.selectbox(
            t("rota.order"), ORDERS, format_func=lambda o: t(f"rota.order.{o}"), key="order", width=170
        )
        st.space("stretch")
        editing = st.toggle(t("edit.mode"), key="editing", help=t("edit.mode.help"))
    return select(full, text=text, skill=skill, contract=contract, order=order), editing


def _choice(t: Texts, name: str, options: list[str]) -> str:
    return st.selectbox(
        t(f"rota.{name}"), ["", *options], format_func=lambda s: s or t("rota.any"), key=name, width=170
    )


def matrix_view(t: Texts, run: Run, shown: Matrix, judged: Judged | None, *, editing: bool) -> None:
    """The rota; without `judged`, only to be looked at."""
    if not shown.rows:
        st.info(t("rota.nobody"), icon=":material/search_off:")
        return
    items = [
        f'<li><b class="{c.tone}">{html.escape(c.code)}</b>{html.escape(code_label(t, c))}</li>' for c in shown.codes
    ]
    st.html(listing(items, kind="legend", label=t("rota.legend")))
    rota_matrix(
        key="matrix",
        data=matrix_data(t, shown, day_of(shown), judged, editable=editing),
        on_edits_change=lambda: editor.typed(run),
        on_swap_change=lambda: editor.swap(run),
        on_pick_change=_picked,
        on_day_change=_picked,
        on_ask_change=lambda: _asked(run, judged),
    )
    st.caption(t("edit.keys" if editing else "rota.keys"))


def _picked() -> None:
    pick, day = editor.matrix_tells("pick"), editor.matrix_tells("day")
    if pick:
        st.session_state["cell"] = (str(pick["agent"]), int(pick["day"]))
    if pick or day is not None:
        st.session_state["day"] = pick["day"] if pick else day


def _asked(run: Run, judged: Judged | None) -> None:
    """The menu of a cell: why, who could take it, a wish."""
    wanted = editor.matrix_tells("ask")
    if judged is None or not wanted:
        return
    cell = (str(wanted["agent"]), int(wanted["day"]))
    if not judged.board.holds(cell):
        return
    st.session_state["cell"], st.session_state["day"] = cell, cell[1]
    if wanted["what"] == "wish":
        editor.wish(run, *cell, str(wanted["wish"]))
        return
    st.session_state["pane"] = "cell"
    if wanted["what"] == "why":
        ask_why(run, judged, cell)


def day_of(shown: Matrix) -> int:
    """Index of the day that was chosen; the first on which anybody works where none was."""
    return min(int(st.session_state.get("day", shown.first_busy)), len(shown.dates) - 1)
