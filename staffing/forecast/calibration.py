"""Bands that keep what they promise: calibrated on the forecast's own past errors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import betainc, ndtr, stdtrit

from staffing.forecast.panel import Panel
from staffing.forecast.pool import STEP, Pooled
from staffing.grid import FloatArray

TRUST = 2.0
"""Independent past months at which evidence and theory share the weight."""
KNOWN = 8.0
"""Degrees of freedom that the spread of the errors has before any past month was seen."""
MIN_MEAN = 1.0
"""Slots with fewer expected contacts judge no band: a band from 0 to 1 holds nearly always and says little."""


def day_scale(pooled: Pooled, variance: FloatArray, counting: FloatArray) -> float:
    """Factor on the variance of day totals that makes past 80 percent bands hold.

    Parameters
    ----------
    pooled
        Past forecasts and their errors.
    variance
        Variance of the log totals that the model expects of each future day, shape (H,).
    counting
        Variance that counting alone adds to each past day's log total, shape (D,).
    """
    if not len(pooled.day):
        return 1.0
    ahead = np.minimum(pooled.day - pooled.origin, len(variance) - 1)
    z = np.abs(pooled.log_error) / np.sqrt(variance[ahead] + counting[pooled.day])
    seen = (float(np.quantile(z, 0.8)) / 1.2816) ** 2
    months = len(np.unique(pooled.origin)) * STEP / 28
    return float(np.clip((months * seen + TRUST) / (months + TRUST), 0.5, 4.0))


def levels(
    wanted: Sequence[float],
    panel: Panel,
    pooled: Pooled,
    totals: FloatArray,
    share: FloatArray,
    variance: FloatArray,
    slot_variance: float,
) -> tuple[float, ...]:
    """Probability to ask of the distribution for each wanted one, so that past bands would have held.

    Parameters
    ----------
    wanted
        Probabilities, symmetric around one half.
    panel, pooled, totals, share
        The history, D days, the past forecasts of its totals, the totals themselves (D,), the profile (7, m).
    variance
        Variance of the log totals of each future day, calibrated, shape (H,).
    slot_variance
        Relative variance of a slot around its share of the day.

    Notes
    -----
    A count y lies in the central band of probability c exactly where c is at least
    max(1 - 2 F(y), 2 F(y - 1) - 1), F being the cumulative distribution; the c that a share of the past needed is
    the quantile of these. Past and theory are mixed by the number of past months.

    The spread of errors is itself known from few months, and with standard deviations that have seen them: a forecast
    with an estimated variance errs by Student's t, not by the normal distribution, so the probabilities asked for lie
    further out, by as much as t with `KNOWN` degrees of freedom and one more for each past month.
    """
    mixed = _mixed(wanted, panel, pooled, totals, share, variance, slot_variance)
    return tuple(further_out(p, freedom(pooled)) for p in mixed)


def freedom(pooled: Pooled) -> float:
    """Degrees of freedom with which the spread of the errors is known."""
    return KNOWN + len(np.unique(pooled.origin)) * STEP / 28


def further_out(p: float, degrees: float) -> float:
    """Probability of the normal distribution whose quantile is that of Student's t at `p`.

    Examples
    --------
    >>> round(further_out(0.9, 8.0), 3), further_out(0.5, 8.0), round(further_out(0.9, np.inf), 3)
    (0.919, 0.5, 0.9)
    """
    return float(ndtr(stdtrit(degrees, p))) if np.isfinite(degrees) else p


def _mixed(
    wanted: Sequence[float],
    panel: Panel,
    pooled: Pooled,
    totals: FloatArray,
    share: FloatArray,
    variance: FloatArray,
    slot_variance: float,
) -> tuple[float, ...]:
    months = len(np.unique(pooled.origin)) * STEP / 28
    if months < 1:
        return tuple(wanted)
    forecast = totals[pooled.day] / np.exp(pooled.log_error)
    mean = forecast[:, None] * share[panel.weekday[pooled.day]]
    actual = panel.volume[pooled.day]
    ahead = np.minimum(pooled.day - pooled.origin, len(variance) - 1)
    relative = np.expm1(variance[ahead])[:, None] + slot_variance + np.zeros_like(mean)
    use = ~np.isnan(actual) & (mean >= min(MIN_MEAN, float(np.nanmax(mean, initial=0.0))))
    if not use.any():
        return tuple(wanted)
    y, mu, r = np.round(actual[use]), mean[use], 1.0 / np.maximum(relative[use], 1e-7)
    p = r / (r + mu)
    below = np.where(y > 0, betainc(r, np.maximum(y, 1.0), p), 0.0)
    needed = np.maximum(np.maximum(1 - 2 * betainc(r, y + 1, p), 2 * below - 1), 0.0)
    out = []
    for w in wanted:
        central = abs(2 * w - 1)
        c = (months * float(np.quantile(needed, central)) + TRUST * central) / (months + TRUST) if central else 0.0
        c = min(c, 0.9995)
        out.append(0.5 + 0.5 * c * (1 if w > 0.5 else -1) if central else 0.5)
    return tuple(out)
