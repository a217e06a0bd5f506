"""Random months that could come: scenario paths whose intervals share the error of their day."""

from __future__ import annotations

import numpy as np

from staffing.errors import InputError, Problem
from staffing.forecast.calibration import further_out
from staffing.forecast.counts import quantile
from staffing.forecast.result import LEVELS, Forecast
from staffing.grid import FloatArray

PERIODS = ("day", "week", "horizon")


def rates(forecast: Forecast, n: int, seed: int = 1) -> FloatArray:
    """Draw `n` possible courses of the expected contacts: all that the forecast may be wrong by, without counting noise.

    For a simulation that draws the contacts itself: each replication takes one course as its expectation.

    Parameters
    ----------
    forecast
        The forecast, Q queues and T intervals.
    n
        How many.
    seed
        The same seed draws the same courses.

    Returns
    -------
    FloatArray
        Expected contacts, shape (n, Q, T); their mean is the forecast, and 0 where it is 0.

    Notes
    -----
    The error of a day's total is log-normal, correlated between days as the model found and between queues as their
    past errors were; each interval adds its own gamma error. What was changed by hand keeps the relative error.
    """
    if n < 1:
        raise InputError([Problem("paths", f"{n} paths", "at least 1")])
    rng = np.random.default_rng(seed)
    Q, D = len(forecast.queues), forecast.grid.days
    link = _root(forecast.between_queues)
    z = np.einsum("qp,npd->nqd", link, rng.standard_normal((n, Q, D)))
    out = np.empty((n, Q, len(forecast.grid)))
    for q in range(Q):
        cov = forecast.day_cov[q]
        factor = np.exp(z[:, q] @ _root(cov).T - 0.5 * np.diag(cov))
        out[:, q] = forecast.contacts[q] * factor[:, forecast.grid.day]
        own = float(forecast.slot_variance[q])
        if own > 1e-9:
            out[:, q] *= rng.gamma(1 / own, own, size=out[:, q].shape)
    return out


def paths(forecast: Forecast, n: int, seed: int = 1) -> FloatArray:
    """Draw `n` possible courses of the contacts: Poisson around `rates`.

    Parameters
    ----------
    forecast, n, seed
        As in `rates`.

    Returns
    -------
    FloatArray
        Contacts, whole numbers, shape (n, Q, T); their mean is the forecast.

    Examples
    --------
    >>> # see `make_forecast` for a forecast; ``paths(forecast, 200).sum(axis=2)`` are 200 possible months
    """
    expected = rates(forecast, n, seed)
    return np.random.default_rng((seed, 1)).poisson(expected).astype(np.float64)


def period_quantiles(forecast: Forecast, period: str, n: int = 1000, seed: int = 1) -> FloatArray:
    """Quantiles of the contacts of whole periods at `result.LEVELS`.

    Parameters
    ----------
    forecast
        The forecast.
    period
        ``day``, ``week`` (Monday to Sunday, as far as inside the horizon) or ``horizon``.
    n, seed
        As in `paths`.

    Returns
    -------
    FloatArray
        Contacts, shape (7, Q, P) for P periods.
    """
    if period not in PERIODS:
        raise InputError([Problem("period", f"unknown period {period!r}", f"one of: {', '.join(PERIODS)}")])
    grid = forecast.grid
    of = {"day": grid.day, "week": grid.week[grid.day], "horizon": np.zeros(len(grid), dtype=np.int64)}[period]
    sums = np.add.reduceat(paths(forecast, n, seed), np.flatnonzero(np.diff(of, prepend=-1)), axis=2)
    return np.asarray(np.quantile(sums, LEVELS, axis=0), dtype=np.float64)


def day_quantiles(forecast: Forecast) -> FloatArray:
    """Quantiles of each day's contacts at `result.LEVELS`, without drawing, shape (7, Q, D).

    Negative binomial, with the tails of a spread that is itself estimated (`calibration.further_out`).
    """
    total = np.add.reduceat(forecast.contacts, forecast.grid.day_first[:-1], axis=1)
    variance = total + np.expm1(np.diagonal(forecast.day_cov, axis1=1, axis2=2)) * total**2
    out = np.empty((len(LEVELS), *total.shape))
    for q, degrees in enumerate(forecast.freedom.tolist()):
        out[:, q] = np.stack([quantile(further_out(p, degrees), total[q], variance[q]) for p in LEVELS])
    return out


def _root(cov: FloatArray) -> FloatArray:
    """A square root of a covariance, also where it is singular."""
    values, vectors = np.linalg.eigh(cov)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)), dtype=np.float64)
