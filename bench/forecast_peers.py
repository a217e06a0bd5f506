"""Forecasting libraries under the protocol of `bench.forecast`; each is skipped with a reason where it is absent.

None of them knows holidays of a contact centre, gaps or the shape of a day, so each is helped: special, missing and odd
days are filled with the mean of the four nearest same weekdays before fitting, the day total is split by the mean shape
of the last eight same weekdays, and a shrunk mean factor is put on named holidays. (Prophet has holidays of its own.)
"""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Callable
from datetime import date

import numpy as np

from staffing.forecast.backtest import WINDOW
from staffing.forecast.calendar import DayCalendar, day_calendar
from staffing.forecast.panel import Panel, closed_days, day_totals, usual_profile
from staffing.grid import FloatArray

MAX_DAYS = 1461
Method = Callable[[FloatArray, DayCalendar, int], FloatArray]


def auto_ets(totals: FloatArray, calendar: DayCalendar, ahead: int) -> FloatArray:
    """AutoETS of statsforecast with a season of a week."""
    from statsforecast.models import AutoETS

    return np.asarray(AutoETS(season_length=7, model="ZZZ").forecast(y=totals, h=ahead)["mean"], dtype=np.float64)


def mstl(totals: FloatArray, calendar: DayCalendar, ahead: int) -> FloatArray:
    """MSTL of statsforecast, trend by AutoETS; the year as a second season once it was seen twice."""
    from statsforecast.models import MSTL, AutoETS

    season = [7, 365] if len(totals) > 2 * 365 + 7 else [7]
    model = MSTL(season_length=season, trend_forecaster=AutoETS(model="ZZN"))
    return np.asarray(model.forecast(y=totals, h=ahead)["mean"], dtype=np.float64)


def prophet(totals: FloatArray, calendar: DayCalendar, ahead: int) -> FloatArray:
    """Prophet, multiplicative, with the named days of the calendar."""
    import pandas as pd

    library = importlib.import_module("prophet")

    days = pd.to_datetime(list(calendar.dates))
    named = [(d, n) for d, n in zip(days, calendar.label, strict=True) if n]
    holidays = pd.DataFrame(named, columns=["ds", "holiday"]) if named else None
    model = library.Prophet(seasonality_mode="multiplicative", holidays=holidays, uncertainty_samples=0)
    model.fit(pd.DataFrame({"ds": days[: len(totals)], "y": totals}))
    return np.asarray(model.predict(pd.DataFrame({"ds": days[len(totals) :]}))["yhat"], dtype=np.float64)


def light_gbm(totals: FloatArray, calendar: DayCalendar, ahead: int) -> FloatArray:
    """Gradient boosting on weekday, day of year, day of month and the last known weeks; one model for all distances."""
    lightgbm = importlib.import_module("lightgbm")
    weekday, dom = calendar.weekday, calendar.day_of_month
    year = np.array([d.timetuple().tm_yday for d in calendar.dates])
    lags = 7 * np.arange(-(-ahead // 7), -(-ahead // 7) + 4)
    full = np.concatenate([totals, np.full(ahead, np.nan)])
    past = [np.concatenate([np.full(lag, np.nan), full[:-lag]]) for lag in lags]
    x = np.column_stack([weekday, dom, year, *past])
    settings = {"objective": "poisson", "learning_rate": 0.05, "verbosity": -1, "num_threads": 1, "seed": 1}
    use = np.arange(len(totals)) >= lags[-1]
    data = lightgbm.Dataset(x[: len(totals)][use], totals[use], params={"verbosity": -1})
    model = lightgbm.train(settings, data, num_boost_round=200)
    return np.asarray(model.predict(x[len(totals) :]), dtype=np.float64)


PEERS: dict[str, tuple[str, Method]] = {
    "AutoETS": ("statsforecast", auto_ets),
    "MSTL": ("statsforecast", mstl),
    "Prophet": ("prophet", prophet),
    "LightGBM": ("lightgbm", light_gbm),
}


def missing() -> dict[str, str]:
    """Peers that cannot run here, and why."""
    out = {}
    for name, (module, _) in PEERS.items():
        try:
            importlib.import_module(module)
        except ImportError:
            out[name] = f"{module} is not installed"
    return out


def forecast(name: str, panel: Panel, origin: int, region: str | None, lead: int) -> FloatArray:
    """Contacts of the `WINDOW` days that begin `lead` days after `origin`, shape (WINDOW, m)."""
    ahead = lead + WINDOW
    first: date = panel.first
    calendar = day_calendar(first, origin + ahead, region, closed=closed_days(panel.head(origin)))
    past = panel.head(origin)
    profile = usual_profile(past, recent_weeks=8)
    totals, _ = day_totals(past, profile)
    filled, factor = _filled(totals, calendar)
    skip = max(len(filled) - MAX_DAYS, 0)
    cut = DayCalendar(calendar.dates[skip], calendar.label[skip:], calendar.after_closed[skip:])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            day = np.maximum(PEERS[name][1](filled[skip:], cut, ahead), 0.0)
        finally:
            logging.disable(logging.NOTSET)
    if name != "Prophet":
        day = day * np.array([factor.get(label, 1.0) for label in calendar.label[origin:]])
    out: FloatArray = day[lead:, None] * profile[calendar.weekday[origin + lead :]]
    return out


def _filled(totals: FloatArray, calendar: DayCalendar) -> tuple[FloatArray, dict[str, float]]:
    """Totals with special, missing and odd days filled from neighbours, and the factor of each named day."""
    D = len(totals)
    special = np.array([bool(n) for n in calendar.label[:D]])
    usable = ~np.isnan(totals) & ~special & (np.nan_to_num(totals) > 0)
    for w in range(7):
        rows = np.flatnonzero(usable[w::7]) * 7 + w
        if len(rows) >= 6:
            log = np.log(totals[rows])
            off = log - np.array([np.median(log[max(i - 4, 0) : i + 5]) for i in range(len(rows))])
            spread = 1.4826 * np.median(np.abs(off)) + 1e-9
            usable[rows[(np.abs(off) > 5 * spread) & (np.abs(off) > 0.25)]] = False
    out = np.where(usable, totals, np.nan)
    for d in np.flatnonzero(~usable):
        near = np.flatnonzero(usable[d % 7 :: 7]) * 7 + d % 7
        near = near[np.argsort(np.abs(near - d), kind="stable")][:4]
        out[d] = totals[near].mean() if len(near) else np.nanmean(totals[usable])
    ratios: dict[str, list[float]] = {}
    for d in np.flatnonzero(special & ~np.isnan(totals)):
        ratios.setdefault(calendar.label[d], []).append(float(np.log(max(totals[d], 1.0) / out[d])))
    return out, {n: float(np.exp(sum(v) / (len(v) + 0.5))) for n, v in ratios.items()}
