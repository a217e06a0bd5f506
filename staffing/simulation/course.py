"""The course a month takes: how much more or less comes than expected, by all that the forecast may be wrong by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from staffing.grid import FloatArray, IntArray, read_only


@dataclass(frozen=True)
class ForecastError:
    """How a forecast errs.

    Attributes
    ----------
    day_cov
        Covariance of the days' log totals, shape (Q, D, D): days err together.
    between_queues
        Correlation of the queues' errors, shape (Q, Q).
    slot_variance
        Relative variance of an interval around its share of the day beyond counting noise, shape (Q,).
    """

    day_cov: FloatArray
    between_queues: FloatArray
    slot_variance: FloatArray

    def __post_init__(self) -> None:
        read_only(self)

    @cached_property
    def courses(self) -> Courses:
        """What courses are drawn from, worked out once for all simulations with this error."""
        values, vectors = np.linalg.eigh(self.day_cov)
        root = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
        n = len(self.between_queues)
        link: FloatArray = np.asarray(np.linalg.cholesky(self.between_queues + 1e-9 * np.eye(n)), dtype=np.float64)
        return Courses(root, np.diagonal(self.day_cov, axis1=1, axis2=2).copy(), link, self.slot_variance)


@dataclass(frozen=True)
class Courses:
    """What courses are drawn from.

    Attributes
    ----------
    root, spread
        Square root of each queue's covariance, shape (Q, D, D), and its diagonal, (Q, D).
    link
        Lower Cholesky factor of the correlation between queues, shape (Q, Q): a queue more leaves the others as they were.
    slot
        As in `ForecastError`, shape (Q,).
    """

    root: FloatArray
    spread: FloatArray
    link: FloatArray
    slot: FloatArray


def course(courses: Courses, contacts: FloatArray, day: IntArray, seed: int, r: int) -> FloatArray:
    """Expected contacts in the month of replication `r`, shape (Q, T); their mean over months is `contacts`.

    Parameters
    ----------
    courses
        From `ForecastError.courses`.
    contacts, day
        Expected contacts, shape (Q, T), and the local day of each interval, shape (T,).
    seed, r
        Random numbers belong to the seed, the replication and the queue.
    """
    Q, D = courses.spread.shape
    streams = [np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(r, 4, q))) for q in range(Q)]
    z = courses.link @ np.stack([stream.standard_normal(D) for stream in streams])
    factor = np.exp(np.einsum("qde,qe->qd", courses.root, z) - 0.5 * courses.spread)
    out: FloatArray = contacts * factor[:, day]
    for q, stream in enumerate(streams):
        own = float(courses.slot[q])
        if own > 1e-9:
            some = np.flatnonzero(contacts[q] > 0)
            out[q, some] *= stream.gamma(1 / own, own, len(some))
    return out
