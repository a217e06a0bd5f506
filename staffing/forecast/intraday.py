"""The rest of the day and of the month, given what has come in so far."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from staffing.errors import InputError, Problem
from staffing.forecast.counts import quantile
from staffing.forecast.result import LEVELS, Forecast
from staffing.grid import FloatArray, IntArray


def reforecast(forecast: Forecast, actual: FloatArray, now: int) -> Forecast:
    """Forecast again at the start of interval `now`, knowing what came in so far.

    Parameters
    ----------
    forecast
        The forecast made before, Q queues and T intervals.
    actual
        Contacts so far, shape (Q, now) or (Q, T), of which only intervals before `now` are read; NaN where unknown.
    now
        Index of the first interval that has not happened.

    Returns
    -------
    Forecast
        Known intervals hold what happened (they have no band); the rest of today and the days after are moved and their
        bands narrowed as far as the days and hours seen tell about them.

    Raises
    ------
    InputError
        `now` outside the horizon, or too few intervals in `actual`.

    Notes
    -----
    The logs of the days' totals have a joint normal prior from the forecast; what was seen of each day is a noisy
    measurement of its total (counting noise and the intervals' own error). The rest follows as the conditional normal
    distribution. The forecast being a mean and not a median needs no correction for today: what a narrower band takes
    off the mean, the higher median adds.
    """
    grid, Q = forecast.grid, len(forecast.queues)
    if not 0 <= now < len(grid):
        raise InputError([Problem("now", f"interval {now}", f"0 to {len(grid) - 1}")])
    if actual.ndim != 2 or actual.shape[0] != Q or actual.shape[1] < now:
        raise InputError([Problem("actual", f"shape {actual.shape}", f"({Q}, {now}) or more")])
    contacts, quantiles, cov = forecast.contacts.copy(), forecast.quantiles.copy(), forecast.day_cov.copy()
    error = forecast.day_error.copy()
    later = np.arange(now, len(grid))
    for q in range(Q):
        seen = np.flatnonzero(~np.isnan(actual[q, :now]) & forecast.open[q, :now])
        shift, cov[q] = _told(forecast, q, seen, actual[q, seen])
        if not shift.any():
            continue
        moved = forecast.contacts[q, later] * np.exp(shift)[grid.day[later]]
        was = _variance(forecast.contacts[q, later], forecast.day_cov[q], grid.day[later], forecast.slot_variance[q])
        will = _variance(moved, cov[q], grid.day[later], forecast.slot_variance[q])
        plain = np.stack([quantile(p, forecast.contacts[q, later], was) for p in LEVELS])
        fresh = np.stack([quantile(p, moved, will) for p in LEVELS])
        # The forecast's bands are calibrated: what they differ from the plain distribution is kept.
        stretch = (forecast.quantiles[:, q, later] + 1.0) / (plain + 1.0)
        quantiles[:, q, later] = np.maximum.accumulate(np.maximum((fresh + 1.0) * stretch - 1.0, 0.0), axis=0)
        contacts[q, later] = moved
        contacts[q, seen] = actual[q, seen]
        quantiles[:, q, seen] = actual[q, seen]
        error[q] = np.sqrt(np.median(np.expm1(np.maximum(np.diag(cov[q]), 0.0))))
    return replace(
        forecast,
        contacts=contacts,
        quantiles=quantiles,
        day_cov=cov,
        day_error=error,
        notes=(*forecast.notes, _note(forecast, now)),
    )


def _told(forecast: Forecast, q: int, seen: IntArray, actual: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shift of the days' log totals, shape (D,), and their covariance once some intervals were seen, shape (D, D)."""
    D, prior = forecast.grid.days, forecast.day_cov[q]
    day = forecast.grid.day[seen]
    expected = np.bincount(day, forecast.contacts[q, seen], D)
    came = np.bincount(day, actual, D)
    squares = np.bincount(day, forecast.contacts[q, seen] ** 2, D)
    days = np.flatnonzero(expected > 0)
    noise = 1.0 / expected[days] + forecast.slot_variance[q] * squares[days] / expected[days] ** 2
    told = np.log((came[days] + 0.5) / (expected[days] + 0.5))
    gain = np.linalg.solve(prior[np.ix_(days, days)] + np.diag(noise), prior[days]).T
    cov = prior - gain @ prior[days]
    return gain @ told, (cov + cov.T) / 2


def rest_of_day(forecast: Forecast, now: int) -> FloatArray:
    """Quantiles of the contacts from interval `now` to the end of its day at `result.LEVELS`, shape (7, Q)."""
    grid = forecast.grid
    today = int(grid.day[now])
    rest = slice(now, int(grid.day_first[today + 1]))
    mean = forecast.contacts[:, rest].sum(axis=1)
    own = forecast.slot_variance * (forecast.contacts[:, rest] ** 2).sum(axis=1)
    variance = mean + np.expm1(np.maximum(forecast.day_cov[:, today, today], 0.0)) * mean**2 + own
    return np.stack([quantile(p, mean, variance) for p in LEVELS])


def _variance(mean: FloatArray, cov: FloatArray, day: IntArray, own: float) -> FloatArray:
    relative = np.expm1(np.maximum(np.diag(cov), 0.0))[day] + own
    out: FloatArray = mean + relative * mean**2
    return out


def _note(forecast: Forecast, now: int) -> str:
    return f"forecast again at {forecast.grid.label(now)} with the contacts that had come in by then"
