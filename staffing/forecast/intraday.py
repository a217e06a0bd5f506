"""The rest of the day, given its first hours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from staffing.errors import InputError, Problem
from staffing.forecast.counts import quantile
from staffing.forecast.result import LEVELS, Forecast
from staffing.grid import FloatArray, IntArray


def reforecast(forecast: Forecast, actual: FloatArray, now: int) -> Forecast:
    """Forecast again at the start of interval `now`, knowing what came in so far today.

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
        Intervals before `now` today hold what happened (known intervals have no band); the rest of today and the
        days after are moved and their bands narrowed as far as today's hours tell about them. Earlier days stay.

    Raises
    ------
    InputError
        `now` outside the horizon, or too few intervals in `actual`.

    Notes
    -----
    The log of today's total has a normal prior from the forecast; the hours seen are a noisy measurement of it (counting
    noise and the intervals' own error). Days after are updated through the covariance of the days (the conditional
    normal distribution).
    """
    grid, Q = forecast.grid, len(forecast.queues)
    if not 0 <= now < len(grid):
        raise InputError([Problem("now", f"interval {now}", f"0 to {len(grid) - 1}")])
    if actual.ndim != 2 or actual.shape[0] != Q or actual.shape[1] < now:
        raise InputError([Problem("actual", f"shape {actual.shape}", f"({Q}, {now}) or more")])
    today = int(grid.day[now])
    first = int(grid.day_first[today])
    contacts, quantiles, cov = forecast.contacts.copy(), forecast.quantiles.copy(), forecast.day_cov.copy()
    error = forecast.day_error.copy()
    for q in range(Q):
        seen = np.arange(first, now)[~np.isnan(actual[q, first:now])]
        expected = float(forecast.contacts[q, seen].sum())
        if expected <= 0:
            continue
        own = float(forecast.slot_variance[q]) * float((forecast.contacts[q, seen] ** 2).sum()) / expected**2
        noise = 1.0 / expected + own
        gain = forecast.day_cov[q][:, today] / (forecast.day_cov[q][today, today] + noise)
        gain = np.where(np.arange(grid.days) >= today, gain, 0.0)
        told = float(np.log((actual[q, seen].sum() + 0.5) / (expected + 0.5)))
        cov[q] = forecast.day_cov[q] - np.outer(gain, forecast.day_cov[q][today])
        cov[q] = (cov[q] + cov[q].T) / 2
        later = np.arange(now, len(grid))
        moved = forecast.contacts[q, later] * np.exp(gain * told)[grid.day[later]]
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


def _variance(mean: FloatArray, cov: FloatArray, day: IntArray, own: float) -> FloatArray:
    relative = np.expm1(np.maximum(np.diag(cov), 0.0))[day] + own
    out: FloatArray = mean + relative * mean**2
    return out


def _note(forecast: Forecast, now: int) -> str:
    return f"forecast again at {forecast.grid.label(now)} with the contacts that had come in by then"
