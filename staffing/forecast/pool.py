"""Which day-total model to believe: members weighted by their own past forecasts at the true lead and horizon.

The members are few and differ in memory: the effects model, the same without the course of the year, the mean of the
last eight same weekdays and that of the last four (the spreadsheet method), the last two after removing holidays.
More members (exponential smoothing with thirty settings of memory) were tried and won nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from staffing.forecast.daytotal import DayModel
from staffing.grid import FloatArray, IntArray, read_only

STEP = 7
"""Days between past origins."""
LOOK_BACK = 420
"""Days over which past origins are placed."""
MIN_PAST = 56
"""Days of history that a past origin needs."""
HALF_LIFE = 182.0
"""Days after which a past origin counts half."""
SHARPNESS = 0.05
"""Relative excess error at which a member's belief has fallen to 1/e."""
TRUST = 4.0
"""Past months at which the evidence is believed by half."""
GOOD = 0.3
"""Least weight of a day for it to judge a forecast."""

Hindcast = Callable[[int, int, int], FloatArray]
"""(origin, first, last) -> log totals of the days first to last as forecast on day origin."""


@dataclass(frozen=True)
class Member:
    """One model of the day total.

    Attributes
    ----------
    name
        In the user's words.
    prior
        Weight before any evidence.
    mean
        Log totals of the future days, shape (H,).
    hindcast
        Its past forecasts.
    """

    name: str
    prior: float
    mean: FloatArray
    hindcast: Hindcast


@dataclass(frozen=True)
class Pooled:
    """The members' weighted mean and its past forecasts.

    Attributes
    ----------
    names, weights
        Of the members, shape (K,).
    mean
        Log totals of the future days, shape (H,).
    origin
        Past origin of each judged day, shape (P,).
    day
        Judged day, shape (P,).
    log_error
        Log of actual less log of forecast, shape (P,).
    loss
        Each member's sum of absolute errors over the sum of contacts, shape (K,); NaN without evidence.
    """

    names: tuple[str, ...]
    weights: FloatArray
    mean: FloatArray
    origin: IntArray
    day: IntArray
    log_error: FloatArray
    loss: FloatArray

    def __post_init__(self) -> None:
        read_only(self)

    def sentence(self) -> str:
        """Members and weights in words, the heaviest first."""
        order = np.argsort(-self.weights)
        shown = [f"{self.names[k]} {self.weights[k]:.0%}" for k in order if self.weights[k] >= 0.05]
        months = len(np.unique(self.origin)) * STEP / 28
        return ", ".join(shown) + (f" (judged on {months:.0f} past months)" if months >= 1 else " (too short to judge)")


def pool(members: list[Member], log_total: FloatArray, weight: FloatArray, lead: int, window: int) -> Pooled:
    """Weight the members and average them on the log scale.

    Parameters
    ----------
    members
        K of them, the first being the reference.
    log_total
        Log of the full-day totals, shape (D,); NaN where missing.
    weight
        Weight of each past day in [0, 1], shape (D,); days under `GOOD` judge nobody.
    lead
        Days between an origin and the first day that is wanted.
    window
        Days that are wanted.
    """
    D = len(log_total)
    total = np.exp(log_total)
    fit_to_judge = ~np.isnan(log_total) & (weight > GOOD)
    losses = np.zeros(len(members))
    size = 0.0
    at: list[IntArray] = []
    days: list[IntArray] = []
    forecasts: list[FloatArray] = []
    for origin in range(D - lead - STEP, max(MIN_PAST, D - LOOK_BACK) - 1, -STEP):
        first, last = origin + lead, min(origin + lead + window, D)
        row = np.arange(first, last)[fit_to_judge[first:last]]
        if not len(row):
            continue
        made = np.stack([m.hindcast(origin, first, last) for m in members])[:, row - first]
        decay = 0.5 ** ((D - origin) / HALF_LIFE)
        losses += decay * np.abs(np.exp(made) - total[row]).sum(1)
        size += decay * float(total[row].sum())
        at.append(np.full(len(row), origin))
        days.append(row)
        forecasts.append(made)
    prior = np.array([m.prior for m in members])
    prior = prior / prior.sum()
    weights = prior
    if size > 0 and losses.min() > 0:
        months = len(at) * STEP / 28
        sharpness = SHARPNESS * (months + TRUST) / months
        belief = prior * np.exp(-(losses / losses.min() - 1) / sharpness)
        weights = belief / belief.sum()
    mean = sum((w * m.mean for w, m in zip(weights, members, strict=True)), np.zeros_like(members[0].mean))
    row_all = np.concatenate(days) if days else np.zeros(0, dtype=np.int64)
    error = log_total[row_all] - weights @ np.concatenate(forecasts, axis=1) if days else np.zeros(0)
    return Pooled(
        names=tuple(m.name for m in members),
        weights=weights,
        mean=mean,
        origin=np.concatenate(at) if at else np.zeros(0, dtype=np.int64),
        day=row_all,
        log_error=error,
        loss=losses / size if size > 0 else np.full(len(members), np.nan),
    )


def effects_member(name: str, prior: float, model: DayModel) -> Member:
    """The effects model as a member."""
    return Member(name, prior, model.mean, model.hindcast)


def weekday_member(
    name: str, prior: float, weeks: int, log_total: FloatArray, weight: FloatArray, special: FloatArray
) -> Member:
    """Mean of the last `weeks` same weekdays, holidays and events taken out and put back.

    Parameters
    ----------
    name, prior
        As in `Member`.
    weeks
        How many same weekdays are averaged.
    log_total, weight
        The past, shape (D,).
    special
        Log effect of holidays and events on each of the N days, shape (N,).
    """
    D = len(log_total)
    plain = log_total - special[:D]
    usable = ~np.isnan(plain) & (weight > GOOD)
    rows = [np.flatnonzero(usable[w::7]) * 7 + w for w in range(7)]
    overall = float(np.nanmean(plain))

    def mean(origin: int, first: int, last: int) -> FloatArray:
        level = np.full(7, overall)
        for w in range(7):
            mine = rows[w][: np.searchsorted(rows[w], origin)][-weeks:]
            if len(mine):
                level[w] = np.log(np.mean(np.exp(plain[mine])))
        return level[np.arange(first, last) % 7] + special[first:last]

    return Member(name, prior, mean(D, D, len(special)), mean)
