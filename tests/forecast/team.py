"""A made-up year of contacts whose truth is known, for the tests of the forecast."""

from __future__ import annotations

from datetime import date

import numpy as np

from staffing.forecast.calendar import public_holidays
from staffing.grid import BoolArray, OpeningHours, TimeGrid
from staffing.history.series import History

REGION = "DE-BE"
HOURS = OpeningHours.parse({"mon-fri": ["08:00-20:00"], "sat": ["09:00-14:00"], "holiday": ["10:00-16:00"]})


def opened(grid: TimeGrid, queues: int = 1) -> BoolArray:
    holidays = frozenset(public_holidays(REGION, grid.dates[0], grid.dates[-1]))
    return np.tile(HOURS.mask(grid, holidays), (queues, 1))


def expected(grid: TimeGrid, size: float = 600.0) -> np.ndarray:
    """True mean contacts per interval where open, shape (T,)."""
    weekday = np.array([1.25, 1.05, 1.0, 0.95, 0.9, 0.4, 0.0])[grid.weekday[grid.day]]
    hour = grid.minute / 60
    shape = np.exp(-(((hour - 10.5) / 2.0) ** 2)) + 0.8 * np.exp(-(((hour - 16.0) / 2.5) ** 2))
    shape = shape * grid.interval_minutes / 60 / 7.1
    dom = np.array([d.day for d in grid.dates])[grid.day]
    return size * weekday * shape * (1 + 0.08 * (dom <= 3))


def history(
    days: int = 396,
    start: date = date(2025, 11, 28),
    queues: tuple[str, ...] = ("voice",),
    minutes: int = 30,
    seed: int = 1,
) -> History:
    """Poisson counts around `expected`, a tenth of the size for each further queue, day noise of 5 percent."""
    rng = np.random.default_rng(seed)
    grid = TimeGrid(start, days, "Europe/Berlin", minutes)
    open_ = opened(grid, len(queues))
    offered = np.empty(open_.shape)
    for q in range(len(queues)):
        noise = np.exp(0.05 * rng.standard_normal(grid.days))[grid.day]
        offered[q] = rng.poisson(expected(grid, 600.0 / (1 + q)) * noise)
    offered = np.where(open_, offered, np.nan)
    handled = np.where(open_, np.floor(0.95 * offered), np.nan)
    seconds = handled * (240 + 60 * (grid.minute >= 960))
    unknown = np.full(offered.shape, np.nan)
    return History(grid, queues, offered, handled, unknown, seconds, open_, np.full(len(queues), np.nan))
