"""The rest of the day and of the month, given what has come in so far."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from staffing.errors import InputError, Problem
from staffing.forecast.calibration import further_out
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
    The logs of the days' totals have a joint normal prior from the forecast; what was seen of a day measures its total
    with counting noise, and with the error of its share of the day: a share p of the day errs with variance
    s (1 - p) / p, its rest with s p / (1 - p) in the other direction (a Brownian bridge), s being `split_variance`.
    The rest follows as the conditional normal distribution. The forecast being a mean and not a median needs no correction
    for today: what a narrower band takes off the mean, the higher median adds.
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
        shift, cov[q] = _told(forecast, q, seen, actual[q, seen], now)
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


def _told(forecast: Forecast, q: int, seen: IntArray, actual: FloatArray, now: int) -> tuple[FloatArray, FloatArray]:
    """Shift of the days' log totals, shape (D,), and their covariance once some intervals were seen, shape (D, D).

    For the day of `now` both are those of its rest.
    """
    grid, prior = forecast.grid, forecast.day_cov[q]
    day, today = grid.day[seen], int(grid.day[now])
    expected = np.bincount(day, forecast.contacts[q, seen], grid.days)
    came = np.bincount(day, actual, grid.days)
    whole = np.add.reduceat(forecast.contacts[q], grid.day_first[:-1])
    days = np.flatnonzero(expected > 0)
    # What part of the day was seen errs around its share of the day, and the rest the other way.
    part = np.clip(expected[days] / np.maximum(whole[days], 1e-12), 1e-3, 1.0)
    split = float(forecast.split_variance[q])
    noise = 1.0 / expected[days] + split * (1 - part) / part
    told = np.log((came[days] + 0.5) / (expected[days] + 0.5))
    known = prior[days] - split * np.outer(days == today, np.arange(grid.days) == today)
    joint = prior[np.ix_(days, days)] + np.diag(noise)
    gain = np.linalg.solve(joint, known).T
    cov = prior - gain @ known
    if today in days:
        seen_part = min(float(part[days == today][0]), 0.99)
        cov[today, today] += split * seen_part / (1 - seen_part)
    return gain @ told, (cov + cov.T) / 2


def rest_of_day(forecast: Forecast, now: int) -> FloatArray:
    """Quantiles of the contacts from interval `now` to the end of its day at `result.LEVELS`, shape (7, Q)."""
    grid = forecast.grid
    today = int(grid.day[now])
    rest = slice(now, int(grid.day_first[today + 1]))
    mean = forecast.contacts[:, rest].sum(axis=1)
    own = forecast.slot_variance * (forecast.contacts[:, rest] ** 2).sum(axis=1)
    variance = mean + np.expm1(np.maximum(forecast.day_cov[:, today, today], 0.0)) * mean**2 + own
    out = np.empty((len(LEVELS), len(mean)))
    for q, degrees in enumerate(forecast.freedom.tolist()):
        out[:, q] = [float(quantile(further_out(p, degrees), mean[q], variance[q])) for p in LEVELS]
    return out


def _variance(mean: FloatArray, cov: FloatArray, day: IntArray, own: float) -> FloatArray:
    relative = np.expm1(np.maximum(np.diag(cov), 0.0))[day] + own
    out: FloatArray = mean + relative * mean**2
    return out


def _note(forecast: Forecast, now: int) -> str:
    return f"forecast again at {forecast.grid.label(now)} with the contacts that had come in by then"
