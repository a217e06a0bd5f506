"""The total of a day: a Gaussian model of its effects, fitted to one queue.

The standard deviations of the effects are found by penalised marginal likelihood; days that fit badly lose weight
(a Student-t view of the noise), so that an outage or a spike neither moves the level nor widens the band.

The covariance of the past is factored once, in the order of time. Row f of the factor up to column c is then the
forecast of day f as it would have been made on day c, so every past forecast at every lead comes for free
(`DayModel.hindcast`), and with it the calibration on the model's own errors.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve, cholesky, lapack, solve_triangular
from scipy.optimize import minimize

from staffing.forecast.calendar import DayCalendar
from staffing.forecast.effects import NOISE, covariances, prior
from staffing.grid import BoolArray, FloatArray, read_only

LEVEL_SD = 4.0
"""Prior standard deviation of the mean log total: no opinion."""
MISSING = 1e6
"""Noise variance of a day that was not seen."""
DENSE_DAYS = 280
"""The standard deviations are found on this many last days ..."""
THINNED = 3
"""... and on every so-manieth day before them: not a divisor of the week, so all weekdays stay in."""
MAX_DAYS = 1461
"""Older days are left out: four years show four of each holiday."""
STUDENT = 5.0
"""Degrees of freedom of the noise."""


@dataclass(frozen=True)
class DayModel:
    """A fitted model of one queue's daily totals; past days 0 to D - 1, future days D to N - 1.

    Attributes
    ----------
    log_total
        Log of the full-day totals, shape (D,); NaN where missing.
    noise
        Noise variance of each past day, shape (D,).
    sd
        Effect -> standard deviation; ``noise`` among them.
    weight
        Weight of each day in [0, 1], shape (D,): small where the day does not fit.
    expected
        What the day's log total should have been judged by all other days, shape (D,).
    surprise
        ``log_total - expected`` in standard deviations, shape (D,).
    mean
        Log total expected of each future day, shape (N - D,).
    cov
        Covariance of the future log totals around `mean`, noise of single days included, shape (N - D, N - D).
    effects
        Component -> log effect on each of the N days, shape (N,); ``level`` carries the mean.
    factor
        Lower Cholesky factor of the covariance of the past, shape (D, D).
    white
        The past in that factor's coordinates, shape (D,).
    centre
        Mean log total.
    """

    log_total: FloatArray
    noise: FloatArray
    sd: dict[str, float]
    weight: FloatArray
    expected: FloatArray
    surprise: FloatArray
    mean: FloatArray
    cov: FloatArray
    effects: dict[str, FloatArray]
    factor: FloatArray
    white: FloatArray
    centre: float

    def __post_init__(self) -> None:
        read_only(self)

    def hindcast(self, origin: int, first: int, last: int) -> FloatArray:
        """Log totals of past days `first` to `last` (exclusive) as forecast from the days before `origin`."""
        return self.centre + self.factor[first:last, :origin] @ self.white[:origin]


def fit(
    log_total: FloatArray,
    counting: FloatArray,
    calendar: DayCalendar,
    drivers: dict[str, FloatArray] | None = None,
    without: frozenset[str] = frozenset(),
) -> DayModel:
    """Fit the model to the past and forecast the rest of the calendar.

    Parameters
    ----------
    log_total
        Log of the full-day totals, shape (D,); NaN where missing; at least one day must be there.
    counting
        Noise variance that counting alone makes (one over the contacts), shape (D,).
    calendar
        The N >= D days, the past first.
    drivers
        Standardised daily columns over all N days.
    without
        Effects to leave out.
    """
    with one_thread():
        return _fit(log_total, counting, calendar, drivers, without)


def one_thread() -> AbstractContextManager[object]:
    """Keep the linear algebra on one thread: the matrices are small, and threads that wait for each other on a busy
    machine were seen to take a hundred times the CPU time. Without `threadpoolctl` nothing is limited."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return nullcontext()
    limits: AbstractContextManager[object] = threadpool_limits(1, "blas")
    return limits


def _fit(
    log_total: FloatArray,
    counting: FloatArray,
    calendar: DayCalendar,
    drivers: dict[str, FloatArray] | None,
    without: frozenset[str],
) -> DayModel:
    D = len(log_total)
    parts = {name: k for name, k in covariances(calendar, drivers).items() if name not in without}
    seen = ~np.isnan(log_total)
    centre = float(np.nanmedian(log_total))
    y = np.where(seen, log_total - centre, 0.0)
    named = np.array([bool(name) for name in calendar.label[:D]])
    weight = np.ones(D)
    log_sd = None
    # Two rounds: the first finds the days that do not fit, the second no longer listens to them.
    for steps in (25, 12):
        log_sd = _likely(parts, y, seen, counting, weight, steps, log_sd)
        past = _total(parts, log_sd, D)
        noise = np.exp(2 * log_sd[-1]) / weight + counting
        past[np.diag_indices(D)] += np.where(seen, noise, MISSING)
        factor = cholesky(past, lower=True, check_finite=False)
        precision = np.diag(_inverse(factor))
        left_out = cho_solve((factor, True), y, check_finite=False) / precision
        plain = np.maximum(1 / precision - noise, 0) + np.exp(2 * log_sd[-1]) + counting
        # A named day is expected to be unlike others: what is odd about it is its own effect, not noise.
        weight = np.where(seen & ~named, np.minimum(1.0, (STUDENT + 1) / (STUDENT + left_out**2 / plain)), 1.0)
    assert log_sd is not None
    everything = _total(parts, log_sd, len(calendar))
    white = solve_triangular(factor, y, lower=True, check_finite=False)
    cross = solve_triangular(factor, everything[:D, D:], lower=True, check_finite=False)
    cov = everything[D:, D:] - cross.T @ cross
    cov[np.diag_indices(len(cov))] += np.exp(2 * log_sd[-1])
    alpha = cho_solve((factor, True), y, check_finite=False)
    effects: dict[str, FloatArray] = {"level": np.full(len(calendar), centre) + LEVEL_SD**2 * alpha.sum()}
    for (name, part), v in zip(parts.items(), log_sd, strict=False):
        component = prior(name).component
        effects[component] = effects.get(component, np.zeros(len(calendar))) + np.exp(2 * v) * (part[:, :D] @ alpha)
    return DayModel(
        log_total=log_total.copy(),
        noise=noise,
        sd={**{n: float(np.exp(v)) for n, v in zip(parts, log_sd, strict=False)}, "noise": float(np.exp(log_sd[-1]))},
        weight=weight,
        expected=np.where(seen, log_total - left_out, np.nan),
        surprise=np.where(seen, left_out / np.sqrt(plain), np.nan),
        mean=centre + cross.T @ white,
        cov=cov,
        effects=effects,
        factor=factor,
        white=white,
        centre=centre,
    )


def _total(parts: dict[str, FloatArray], log_sd: FloatArray, n: int) -> FloatArray:
    out = np.full((n, n), LEVEL_SD**2)
    for part, v in zip(parts.values(), log_sd, strict=False):
        out += np.exp(2 * v) * part[:n, :n]
    return out


def _inverse(factor: FloatArray) -> FloatArray:
    """Lower triangle of the inverse of the matrix that was factored."""
    inverse, _ = lapack.dpotri(factor, lower=1)
    return np.tril(inverse)


def _likely(
    parts: dict[str, FloatArray],
    y: FloatArray,
    seen: BoolArray,
    counting: FloatArray,
    weight: FloatArray,
    steps: int,
    start: FloatArray | None,
) -> FloatArray:
    """Log standard deviations of all effects and, last, of the noise, of the highest penalised likelihood."""
    kept = np.flatnonzero(seen)
    kept = kept[(kept >= len(y) - DENSE_DAYS) | (kept % THINNED == 0)]
    cut = [np.ascontiguousarray(p[np.ix_(kept, kept)]) for p in parts.values()]
    target, count, loose = y[kept], counting[kept], 1 / weight[kept]
    priors = [prior(name) for name in parts] + [NOISE]
    centre = np.log([p.sd for p in priors])
    spread = np.array([p.spread for p in priors])
    diagonal = np.diag_indices(len(kept))

    def loss(v: FloatArray) -> tuple[float, FloatArray]:
        total = np.full((len(kept), len(kept)), LEVEL_SD**2)
        for part, x in zip(cut, v, strict=False):
            total += np.exp(2 * x) * part
        total[diagonal] += np.exp(2 * v[-1]) * loose + count
        factor = cholesky(total, lower=True, check_finite=False)
        alpha = cho_solve((factor, True), target, check_finite=False)
        inverse = _inverse(factor)
        own = np.diag(inverse).copy()
        slope = np.empty(len(v))
        for j, part in enumerate(cut):
            trace = 2 * np.vdot(inverse, part) - own @ np.diag(part)
            slope[j] = (trace - alpha @ part @ alpha) * np.exp(2 * v[j])
        slope[-1] = ((own - alpha**2) @ loose) * np.exp(2 * v[-1])
        off = (v - centre) / spread
        value = 0.5 * target @ alpha + np.log(np.diag(factor)).sum() + 0.5 * off @ off
        return float(value), slope + off / spread

    found = minimize(
        loss,
        centre if start is None else start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": steps},
        bounds=[(c - 4 * s, c + 4 * s) for c, s in zip(centre, spread, strict=True)],
    )
    return np.asarray(found.x, dtype=np.float64)
