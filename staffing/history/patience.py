"""How long customers are willing to wait, from those who gave up and those who did not have to."""

from __future__ import annotations

import numpy as np

from staffing.grid import FloatArray

ENOUGH = 10
"""Abandonments below which no estimate is given: its relative standard error is one over their square root."""


def mean_patience(waited_seconds: FloatArray, abandoned: FloatArray) -> FloatArray:
    """Mean patience of each queue.

    Patience is seen in full only where a contact gave up; who was answered would have waited longer (censored). For
    exponential patience the maximum-likelihood estimate is all waiting, of the answered too, over the number who gave
    up (Brown et al. 2005, *Statistical Analysis of a Telephone Call Center*, section 5.3).

    Parameters
    ----------
    waited_seconds
        Total waiting time of all contacts, shape (Q,).
    abandoned
        Contacts that gave up, shape (Q,).

    Returns
    -------
    FloatArray
        Seconds, shape (Q,); NaN where fewer than `ENOUGH` gave up or waiting is unknown.

    Examples
    --------
    >>> mean_patience(np.array([3600.0, 50.0]), np.array([20.0, 0.0]))
    array([180.,  nan])
    """
    out = np.full(len(abandoned), np.nan)
    known = (abandoned >= ENOUGH) & (waited_seconds > 0)
    np.divide(waited_seconds, abandoned, out=out, where=known)
    return out
