"""Forecasts, needs and backtests of scenarios, made once for all pages and tabs and again when a file has changed."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from staffing.accuracy import Accuracy, accuracy
from staffing.errors import InputError
from staffing.plan import Sizing, size
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


def _changed(path: Path) -> float:
    scenario = session.scenario_at(path)
    files = [*path.parent.glob("*.toml"), *(f for table in TABLES for f in scenario.files(table))]
    return max(f.stat().st_mtime for f in files if f.exists())


@st.cache_resource(show_spinner=False, max_entries=8)
def _sized(path: str, changed: float) -> Sizing:
    return size(session.scenario_at(Path(path)))


@st.cache_resource(show_spinner=False, max_entries=8)
def _accuracy(path: str, changed: float) -> Accuracy:
    inputs = _sized(path, changed).inputs
    region = inputs.scenario.forecast.holiday_region
    return accuracy(inputs.history, region, count=ORIGINS, events=inputs.events, planned=inputs.drivers)
