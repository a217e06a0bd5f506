"""Daily columns that may run ahead of the contacts: a campaign's budget, active customers, sessions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from staffing.grid import BoolArray, FloatArray

SMOOTH = 7
"""Days over which a driver is averaged, so that its weekly wave does not matter."""
MIN_KNOWN = 112
"""Days on which a driver must be known to be tried."""
GAIN = 0.01
"""Relative gain in past forecasts from which on a driver is used."""


def lagged(drivers: Mapping[str, FloatArray], days: int, ahead: int) -> dict[str, FloatArray]:
    """Drivers as they can be known when the forecast is made, standardised.

    Parameters
    ----------
    drivers
        Name -> daily values of the past, shape (D,); NaN where unknown.
    days
        Days to answer for, the past first.
    ahead
        Days that are forecast at once. Every day, past or future, is given the mean of the week that ended so many
        days before it: never a value that was unknown when that day was forecast.

    Returns
    -------
    dict
        Name -> shape (days,), mean 0 and variance 1 over the days where it is known, 0 elsewhere; columns that are
        hardly known or do not change are left out.

    Examples
    --------
    >>> out = lagged({"customers": np.arange(200.0) ** 2}, 228, 28)
    >>> bool(out["customers"][-1] > out["customers"][-2])
    True
    """
    out = {}
    for name, values in drivers.items():
        known = ~np.isnan(values)
        if known.sum() < MIN_KNOWN:
            continue
        level = _level(values, known)
        window = np.ones(SMOOTH)
        count = np.convolve(known.astype(np.float64), window)[: len(values)]
        mean = np.convolve(level, window)[: len(values)] / np.maximum(count, 1)
        late = np.full(days, np.nan)
        until = min(days - ahead, len(values))
        late[ahead : ahead + until] = np.where(count > 0, mean, np.nan)[:until]
        spread = float(np.nanstd(late)) if (~np.isnan(late)).sum() >= MIN_KNOWN else 0.0
        if spread > 1e-9:
            out[name] = np.nan_to_num((late - np.nanmean(late)) / spread)
    return out


def standardised(drivers: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Drivers that are known in advance, each on its own day: mean 0 and variance 1 where known, 0 elsewhere.

    Columns that are hardly known or do not change are left out.

    Examples
    --------
    >>> float(standardised({"letters": np.tile([0.0, 2.0], 100)})["letters"][1])
    1.0
    """
    out = {}
    for name, values in drivers.items():
        known = ~np.isnan(values)
        if known.sum() < MIN_KNOWN:
            continue
        level = np.where(known, _level(values, known), np.nan)
        spread = float(np.nanstd(level))
        if spread > 1e-9:
            out[name] = np.nan_to_num((level - np.nanmean(level)) / spread)
    return out


def _level(values: FloatArray, known: BoolArray) -> FloatArray:
    """Logarithm where all values are positive, else the values; 0 where unknown."""
    positive = values[known].min() > 0
    return np.where(known, np.log(np.where(known, values, 1.0)) if positive else values, 0.0)
