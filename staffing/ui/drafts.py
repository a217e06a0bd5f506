"""The edits of a plan: kept at each edit, with undo and redo."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

import streamlit as st

from staffing.jobs import Run
from staffing.ui import session
from staffing.ui.vm.editing import Board, Draft, board_of, from_json, to_json

Steps = tuple[list[Draft], int]


def _path(run_id: str) -> Path:
    return session.home() / "drafts" / f"{run_id}.json"


@st.cache_resource(show_spinner=False, max_entries=6)
def _board(run_id: str, changed: float) -> Board:
    run = session.jobs().read(run_id)
    return board_of(session.plan_of(run), session.people_at(Path(run.request.scenario)))


def board(run: Run) -> Board:
    """Rota and rules of a plan, put together once.

    Raises
    ------
    InputError
        Where the plan's rota no longer fits the team's tables.
    """
    return _board(run.id, (run.out / "summary.json").stat().st_mtime)


def _steps(run_id: str) -> Steps:
    key = f"draft-{run_id}"
    if key not in st.session_state:
        first = Draft()
        with suppress(OSError, ValueError):
            first = from_json(_path(run_id).read_text(encoding="utf-8"))
        st.session_state[key] = ([first], 0)
    steps: Steps = st.session_state[key]
    return steps


def draft(run_id: str) -> Draft:
    """The edits as they stand."""
    done, at = _steps(run_id)
    return done[at]


def push(run_id: str, new: Draft) -> None:
    """Take a step; what was undone before is forgotten."""
    done, at = _steps(run_id)
    if new != done[at]:
        _set(run_id, [*done[: at + 1], new], at + 1)


def can_step(run_id: str, by: int) -> bool:
    """Whether there is a step to undo (-1) or to redo (1)."""
    done, at = _steps(run_id)
    return 0 <= at + by < len(done)


def step(run_id: str, by: int) -> None:
    """Undo (-1) or redo (1)."""
    done, at = _steps(run_id)
    if can_step(run_id, by):
        _set(run_id, done, at + by)


def _set(run_id: str, done: list[Draft], at: int) -> None:
    st.session_state[f"draft-{run_id}"] = (done, at)
    path = _path(run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    beside.write_text(to_json(done[at]), encoding="utf-8")
    beside.replace(path)
