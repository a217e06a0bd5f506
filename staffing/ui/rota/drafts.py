"""The edits of a plan in the store: read at each look, saved at each step, never over somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from staffing.errors import BackendError, StaleError
from staffing.jobs import Run
from staffing.store import Desk
from staffing.ui import session
from staffing.ui.vm.board import Board, Judged, board_of, judge
from staffing.ui.vm.editing import Draft, from_json, to_json

STALE = "stale-edit"
"""Set in the session where an edit was refused, until it was told."""


UNSAVED = "unsaved-edit"
"""Why an edit could not be saved, in the session until it was told."""


@st.cache_resource(show_spinner=False, max_entries=6)
def _board(run_id: str, changed: float, team: float) -> Board:
    run = session.jobs().read(run_id)
    return board_of(session.plan_of(run), session.people_in(run))


def board(run: Run) -> Board:
    """Rota and rules of a plan, put together once.

    Raises
    ------
    InputError
        Where the plan's rota no longer fits the team's tables.
    """
    team = session.people_changed(Path(run.request.scenario))
    return _board(run.id, (run.out / "summary.json").stat().st_mtime, team)


def judged(run: Run) -> Judged:
    """The rota with its edits as they stand in the store; what is shown from now on is what the next step is made from.

    Raises
    ------
    InputError
        As `board`.
    """
    desk = session.store().desk(run.id)
    st.session_state[f"desk-{run.id}"] = desk
    return _judged(board(run), desk)


def shown(run: Run) -> Judged:
    """The rota as this tab has shown it, with the step that it has taken since; for callbacks."""
    return _judged(board(run), desk(run.id))


def _judged(on: Board, desk: Desk) -> Judged:
    key = f"judged-{desk.plan}"
    known: tuple[Board, int, Judged] | None = st.session_state.get(key)
    if known is None or known[0] is not on or known[1] != desk.revision:
        known = (on, desk.revision, judge(on, from_json(desk.draft)))
        st.session_state[key] = known
    return known[2]


def desk(run_id: str) -> Desk:
    """The edits as this tab has shown them."""
    shown: Desk | None = st.session_state.get(f"desk-{run_id}")
    return session.store().desk(run_id) if shown is None else shown


def push(run_id: str, change: Callable[[Draft], Draft]) -> None:
    """Take a step from what this tab has shown; what was undone before is forgotten."""
    shown = desk(run_id)
    before = from_json(shown.draft)
    after = change(before)
    if after != before:
        _keep(run_id, lambda: session.store().save(shown, to_json(after), session.author()))


def step(run_id: str, by: int) -> None:
    """Undo (-1) or redo (1)."""
    _keep(run_id, lambda: session.store().move(desk(run_id), by))


def _keep(run_id: str, write: Callable[[], Desk]) -> None:
    try:
        st.session_state[f"desk-{run_id}"] = write()
    except StaleError:
        st.session_state.pop(f"desk-{run_id}", None)
        st.session_state[STALE] = True
    except BackendError as error:
        st.session_state[UNSAVED] = str(error)
