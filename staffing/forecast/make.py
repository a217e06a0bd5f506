"""Make a forecast: the stage's entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from staffing.forecast.result import Forecast
from staffing.forecast.settings import Event, ForecastSettings
from staffing.grid import BoolArray, TimeGrid
from staffing.history.series import History
from staffing.progress import SILENT, Monitor


def make_forecast(
    history: History,
    grid: TimeGrid,
    open_: BoolArray,
    settings: ForecastSettings,
    events: Sequence[Event] = (),
    parents: Mapping[str, str] | None = None,
    monitor: Monitor = SILENT,
) -> Forecast:
    """Forecast contacts and handling time on `grid`; `open_` says when each queue is open, shape (Q, T)."""
    raise NotImplementedError
