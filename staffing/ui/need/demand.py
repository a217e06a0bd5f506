"""Forecasts, needs and backtests of scenarios, made once for all pages and tabs and again when a file has changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st

from staffing.accuracy import Accuracy, accuracy
from staffing.errors import InputError
from staffing.jobs import Run
from staffing.plan import MovedNeed, Sizing, moved_since, size
from staffing.ui import session

TABLES = ("history", "events", "adjustments", "profiles", "drivers")
ORIGINS = 6
"""Past months that are forecast for the backtest."""


def sized_at(path: Path) -> Sizing | InputError:
    """Forecast and need of a scenario; where it cannot be read, what is wrong."""
    try:
        return _sized(str(path), _changed(path))
    except InputError as error:
        return error


def accuracy_at(path: Path) -> Accuracy | InputError:
    """Past forecasts of a scenario's history beside the spreadsheet method; takes seconds."""
    sizing = sized_at(path)
    if isinstance(sizing, InputError):
        return sizing
    try:
        return _accuracy(str(path), _changed(path))
    except InputError as error:
        return error


def judged_before(path: Path) -> bool:
    """Whether this session has asked for the backtest of a scenario as it is."""
    return ("judged", str(path), _changed(path)) in st.session_state.get("asked", ())


def ask(path: Path) -> None:
    """Remember that the backtest of a scenario is wanted."""
    st.session_state["asked"] = {*st.session_state.get("asked", ()), ("judged", str(path), _changed(path))}


def moved_of(run: Run) -> MovedNeed | None:
    """What a plan's rota is judged by where the need has moved since; None where it has not, or where that cannot be told."""
    path = Path(run.request.scenario)
    try:
        if _changed(path) <= run.created:
            return None
        team = session.people_changed(path)
        found = _moved(run.id, (run.out / "summary.json").stat().st_mtime, _changed(path), team)
    except InputError:
        return None
    return found if found.days else None


@st.cache_resource(show_spinner=False, max_entries=8)
def _moved(run_id: str, planned: float, changed: float, team: float) -> MovedNeed:
    run = session.jobs().read(run_id)
    requirement = _sized(run.request.scenario, changed).requirement
    now = replace(session.people_in(run), required=np.array(requirement.on_roster))
    return moved_since(now, run.out / "coverage.csv")


def _changed(path: Path) -> float:
    return session.changed_at(path, TABLES)


@st.cache_resource(show_spinner=False, max_entries=8)
def _sized(path: str, changed: float) -> Sizing:
    return size(session.scenario_at(Path(path)))


@st.cache_resource(show_spinner=False, max_entries=8)
def _accuracy(path: str, changed: float) -> Accuracy:
    inputs = _sized(path, changed).inputs
    region = inputs.scenario.forecast.holiday_region
    return accuracy(inputs.history, region, count=ORIGINS, events=inputs.events, planned=inputs.drivers)
