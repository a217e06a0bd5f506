"""Distribution of a count around its forecast: negative binomial."""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, gammaincinv

from staffing.grid import FloatArray

NORMAL_SIZE = 50.0
"""Means from which on the gamma distribution stands in for the negative binomial."""


def quantile(p: float, mean: FloatArray, variance: FloatArray) -> FloatArray:
    """Quantile of a negative binomial distribution with given mean and variance.

    Parameters
    ----------
    p
        Probability in (0, 1).
    mean, variance
        Of the count, broadcastable; a variance below the mean is read as the mean (Poisson).

    Returns
    -------
    FloatArray
        Whole numbers, the least k with P(X <= k) >= p; 0 where the mean is 0.

    Examples
    --------
    >>> quantile(0.9, np.array([0.0, 4.0, 100.0]), np.array([0.0, 4.0, 400.0]))
    array([  0.,   7., 126.])
    """
    shape = np.broadcast_shapes(np.shape(mean), np.shape(variance))
    mean, variance = (np.atleast_1d(np.broadcast_to(np.asarray(x, dtype=np.float64), shape)) for x in (mean, variance))
    mu = np.maximum(mean, 1e-9)
    extra = np.maximum(variance - mu, 1e-6 * mu)
    size = mu**2 / extra
    # Start from the gamma quantile of the same two moments, then walk to the exact integer where it matters.
    spread = mu + extra
    guess = np.floor(gammaincinv(mu**2 / spread, p) * spread / mu)
    small = mu < NORMAL_SIZE
    if small.any():
        k = guess[small]
        r = np.minimum(size[small], 1e7)
        share = r / (r + mu[small])
        for _ in range(60):
            up = betainc(r, k + 1, share) < p
            down = ~up & (k > 0) & (betainc(r, np.maximum(k, 1), share) >= p)
            if not (up.any() or down.any()):
                break
            k = k + up - down
        guess[small] = k
    return np.where(mean > 0, guess, 0.0).reshape(shape)
