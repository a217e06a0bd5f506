"""Means and their 95% bands over independent replications."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from staffing.grid import FloatArray, read_only

NOMINAL = 0.98
"""Quantile that bands are built with.

Built with 95%, 95.2% of 3,150 bands held their exact values (`bench.simulation`, 30 seeds), of mean waits 93.8%: a promise
that every second set of a hundred checks would break. The reserve covers what the formulas leave out: skewed waits, few
failures, the spread being an estimate itself.
"""


@dataclass(frozen=True)
class Estimate:
    """A mean and the band in which the true mean lies with at least 95% confidence; NaN where there is nothing to judge.

    Attributes
    ----------
    mean, low, high
        Arrays of one shape.
    """

    mean: FloatArray
    low: FloatArray
    high: FloatArray

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True)
class Sums:
    """Sums over R replications of a numerator y and a denominator x: all that a ratio and its band need.

    Attributes
    ----------
    y, x, yy, xx, xy
        Sums and sums of products, arrays of one shape.
    replications
        R.
    """

    y: FloatArray
    x: FloatArray
    yy: FloatArray
    xx: FloatArray
    xy: FloatArray
    replications: int

    @classmethod
    def of(cls, y: FloatArray, x: FloatArray) -> Sums:
        """Sum arrays of shape (R, ...) over their first axis."""
        return cls(y.sum(0), x.sum(0), (y * y).sum(0), (x * x).sum(0), (x * y).sum(0), len(y))

    @classmethod
    def none(cls, shape: tuple[int, ...]) -> Sums:
        """Sums over no replications yet."""
        zero = np.zeros(shape)
        return cls(zero, zero, zero, zero, zero, 0)

    def plus(self, y: FloatArray, x: FloatArray) -> Sums:
        """The sums with one further replication, arrays of their shape."""
        return Sums(self.y + y, self.x + x, self.yy + y * y, self.xx + x * x, self.xy + x * y, self.replications + 1)

    def per(self, unit: float) -> Sums:
        """The sums with numerator and denominator in another unit, so many of the old ones."""
        square = unit * unit
        return Sums(
            self.y / unit, self.x / unit, self.yy / square, self.xx / square, self.xy / square, self.replications
        )

    @property
    def spread(self) -> tuple[FloatArray, FloatArray]:
        """Ratio y / x and the standard error by linearisation (the delta method)."""
        r = self.replications
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = self.y / self.x
            residual = np.maximum(self.yy - 2 * ratio * self.xy + ratio * ratio * self.xx, 0.0)
            return ratio, np.sqrt(residual * r / (r - 1)) / self.x


def student(replications: int) -> float:
    """Two-sided `NOMINAL` quantile of Student's t with R - 1 degrees of freedom."""
    return float(stdtrit(replications - 1, 0.5 + NOMINAL / 2))


def ratio(sums: Sums) -> Estimate:
    """Ratio of two means of what is never negative, e.g. waiting time per contact, with a band by the delta method.

    Student's t on the ratio gives the low end, at least 0, and on its logarithm the high end: where hardly anybody waits a few
    long waits make up the mean, and samples without one lie far below it more often than far above.

    Examples
    --------
    >>> waits, served = np.array([[0.0], [0.0], [90.0], [30.0]]), np.full((4, 1), 10.0)
    >>> band = ratio(Sums.of(waits, served))
    >>> float(band.mean[0]), float(band.low[0]), bool(band.high[0] - 3.0 > 3.0 - band.low[0])
    (3.0, 0.0, True)
    """
    mean, error = sums.spread
    half = student(sums.replications) * error
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = np.where(mean > 0, half / mean, 0.0)
    return Estimate(mean, np.maximum(mean - half, 0.0), mean * np.exp(np.minimum(relative, SKEWED)))


SKEWED = 5.0
"""Relative half width beyond which the band of a ratio says nothing anyway."""


def share(sums: Sums) -> Estimate:
    """Share of contacts, e.g. of those answered in time, with a band that stays honest near 0 and 1.

    Contacts of one replication share their fate, so N of them count for only N / d independent ones. The design effect
    d is estimated from the spread between replications; where hardly any or all contacts succeed that says little, and
    d is drawn towards the one of the whole last axis by the weight of one success or failure. The band is Wilson's
    score interval with N / d contacts and Student's t in place of the normal quantile.

    References
    ----------
    Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference", JASA 22.
    Kish, L. (1965), Survey Sampling, Wiley (design effect).

    Examples
    --------
    >>> in_time, offered = np.full((50, 1), 80.0), np.full((50, 1), 100.0)
    >>> band = share(Sums.of(in_time, offered))
    >>> bool(band.low[0] < band.mean[0] == 0.8 < band.high[0])
    True
    """
    r = sums.replications
    with np.errstate(invalid="ignore", divide="ignore"):
        p = sums.y / sums.x
        residual = np.maximum(sums.yy - 2 * p * sums.xy + p * p * sums.xx, 0.0) * r / (r - 1)
        binomial = sums.y * (1.0 - p)
        known = np.isfinite(p)
        whole = np.where(known, binomial, 0.0).sum(-1, keepdims=True)
        common = np.where(whole > 0, np.where(known, residual, 0.0).sum(-1, keepdims=True) / whole, 1.0)
        common = np.maximum(common, 1.0)
        effect = (residual + common) / (binomial + 1.0)
        n = sums.x / effect
        z2 = student(r) ** 2
        centre = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2) / (1 + z2 / n) * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    # Rounding must not put the mean outside its band.
    return Estimate(p, np.clip(centre - half, 0.0, np.fmin(p, 1.0)), np.clip(centre + half, np.fmax(p, 0.0), 1.0))


def change(y: FloatArray, x: FloatArray, y_before: FloatArray, x_before: FloatArray) -> Estimate:
    """Change of a share between two scenarios that met the same random numbers, with its band; shapes (R, ...).

    The residuals of the two ratios (delta method) are subtracted replication by replication, so what both have in common,
    above all the contacts of a month, does not widen the band.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> offered = rng.poisson(100, (50, 1)).astype(float)
    >>> before = rng.binomial(100, 0.8, (50, 1)) / 100 * offered
    >>> found = change(before - 0.1 * offered, offered, before, offered)
    >>> bool(abs(found.mean[0] + 0.1) < 1e-9 and found.high[0] - found.low[0] < 1e-6)
    True
    """
    r = len(y)
    with np.errstate(invalid="ignore", divide="ignore"):
        after, before = y.sum(0) / x.sum(0), y_before.sum(0) / x_before.sum(0)
        residual = (y - after * x) / x.mean(0) - (y_before - before * x_before) / x_before.mean(0)
        half = student(r) * residual.std(0, ddof=1) / np.sqrt(r)
    moved = after - before
    # No share falls below nothing or rises above all; rounding must not put the mean outside its band.
    low, high = (
        np.maximum(moved - half, np.fmin(-before, moved)),
        np.minimum(moved + half, np.fmax(1.0 - before, moved)),
    )
    return Estimate(moved, low, high)
