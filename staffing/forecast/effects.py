"""Effects that move a day's total, each as a covariance between days on the log scale.

A day's log total is a sum of independent Gaussian effects: level, weekday, season, day of the month, special days.
How much each one matters in a queue is one standard deviation, found by `daytotal.fit`; an effect that the history
does not show shrinks to nothing by itself. The prior standard deviations below are of the size usual for contact
volumes (a bank's day of the month moves 3 to 10 percent, a holiday tens of percent) and only say where to start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from staffing.forecast.calendar import YEAR_END, DayCalendar
from staffing.grid import FloatArray

YEAR = 365.25
YEAR_MEMORY = 6 * YEAR
"""Days after which the shape of the year has faded to 1/e."""
HOLIDAY = 5
"""Kind from which on days are special themselves; those below are near them, or hardly special."""
SLOPE_MEMORY = 60.0
"""Days after which a trend has faded to 1/e: a forecast trend is damped, never a straight line."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Log-normal prior of an effect's standard deviation (log scale of contacts).

    Attributes
    ----------
    sd
        Median; for `level_walk` per square root of a day.
    spread
        Standard deviation of the logarithm of `sd`.
    component
        Name under which the effect is shown.
    """

    sd: float
    spread: float
    component: str


PRIORS: dict[str, Prior] = {
    "level_walk": Prior(0.006, 0.8, "level"),
    "level_smooth": Prior(0.05, 0.7, "level"),
    "level_middle": Prior(0.03, 0.8, "level"),
    "level_slope": Prior(0.0008, 0.8, "level"),
    "level_short": Prior(0.03, 0.7, "level"),
    "weekday": Prior(0.4, 0.7, "weekday"),
    "weekday_drift": Prior(0.03, 0.7, "weekday"),
    "year_broad": Prior(0.08, 0.8, "season"),
    "year_middle": Prior(0.04, 0.8, "season"),
    "year_fine": Prior(0.02, 0.8, "season"),
    "month_day": Prior(0.015, 0.8, "day_of_month"),
    "month_smooth": Prior(0.015, 0.8, "day_of_month"),
    "after_closed": Prior(0.05, 0.7, "holiday"),
    "holiday_named": Prior(0.15, 0.8, "holiday"),
    "holiday_kind": Prior(0.15, 1.0, "holiday"),
    "near_named": Prior(0.1, 0.8, "holiday"),
    "near_kind": Prior(0.1, 1.0, "holiday"),
}
TREND = frozenset({"level_slope"})
YEAR_COURSE = frozenset({"year_broad", "year_middle", "year_fine"})
NOISE = Prior(0.05, 1.0, "noise")
DRIVER = Prior(0.03, 1.0, "driver")


def covariances(calendar: DayCalendar, drivers: Mapping[str, FloatArray] | None = None) -> dict[str, FloatArray]:
    """Covariance of every effect at standard deviation 1, name -> shape (N, N).

    Parameters
    ----------
    calendar
        The N days.
    drivers
        Standardised daily columns, name -> shape (N,), each a linear effect.

    Notes
    -----
    Random walk, squared exponential, exponential (Ornstein-Uhlenbeck) and periodic covariances as in Rasmussen and
    Williams, Gaussian Processes for Machine Learning (2006), chapter 4.
    """
    t = (calendar.index - calendar.index[0]).astype(np.float64)
    gap = np.abs(t[:, None] - t)
    weekday, dom = calendar.weekday, calendar.day_of_month
    same_weekday = (weekday[:, None] == weekday).astype(np.float64)
    wave = np.sin(np.pi * gap / YEAR) ** 2
    fading = np.exp(-gap / YEAR_MEMORY)
    apart = np.abs(dom[:, None] - dom)
    apart = np.minimum(apart, 31 - apart)
    after = calendar.after_closed.astype(np.float64)
    label = np.array(calendar.label, dtype=object)
    kind = np.array([_kind(name) for name in calendar.label])
    near = (kind > 0) & (kind < HOLIDAY)
    holiday = kind >= HOLIDAY
    out = {
        "level_walk": np.minimum(t[:, None], t),
        "level_smooth": np.exp(-0.5 * (gap / 45.0) ** 2),
        "level_middle": np.exp(-gap / 60.0),
        "level_slope": _drift(t, SLOPE_MEMORY),
        "level_short": np.exp(-gap / 8.0),
        "weekday": same_weekday,
        "weekday_drift": same_weekday * np.exp(-gap / 150.0),
        "year_broad": np.exp(-2.0 * wave / 0.8**2) * fading,
        "year_middle": np.exp(-2.0 * wave / 0.25**2) * fading,
        "year_fine": np.exp(-2.0 * wave / 0.06**2) * fading,
        "month_day": (apart == 0).astype(np.float64),
        "month_smooth": np.exp(-0.5 * (apart / 2.0) ** 2),
        "after_closed": np.outer(after, after),
        "holiday_named": ((label[:, None] == label) & holiday).astype(np.float64),
        "holiday_kind": ((kind[:, None] == kind) & holiday).astype(np.float64),
        "near_named": ((label[:, None] == label) & near).astype(np.float64),
        "near_kind": ((kind[:, None] == kind) & near).astype(np.float64),
    }
    for name, values in (drivers or {}).items():
        out[f"driver {name}"] = np.outer(values, values)
    return out


def _drift(t: FloatArray, memory: float) -> FloatArray:
    """Covariance of the sum of a slope that forgets itself (integrated Ornstein-Uhlenbeck process from day 0)."""
    faded = np.exp(-t / memory)
    gap = np.abs(t[:, None] - t)
    out: FloatArray = memory * (
        2 * np.minimum(t[:, None], t) - memory * (1 - faded[:, None] - faded + np.exp(-gap / memory))
    )
    return out


def _kind(label: str) -> int:
    """Eves, days after, the turn of the year, observances, holidays and events each share a mean.

    The named ones shrink towards it; holidays and events, which may close a business, have a size of their own.
    """
    if not label:
        return 0
    if label in YEAR_END.values():
        return 3
    return {"before": 1, "after": 2, "observance": 4, "event": 6}.get(label.split(" ", 1)[0], HOLIDAY)


def prior(effect: str) -> Prior:
    """Prior of an effect's standard deviation."""
    return PRIORS.get(effect, DRIVER)
