"""The shape of a day: which share of its contacts falls on each slot, by weekday."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from staffing.forecast.panel import Panel
from staffing.grid import BoolArray, FloatArray

MEMORIES = (4.0, 10.0, 30.0, 100.0)
"""Weeks after which a day counts half."""
WIDTHS = (0.0, 0.6, 1.2)
"""Standard deviation of the smoothing over neighbouring slots, in slots."""
POOLS = (0.0, 2.0, 10.0)
"""How many days' worth of the mean shape of similar weekdays is mixed into each weekday's own."""
SHARPNESS = 0.005
"""Relative loss at which a candidate's weight has fallen to 1/e."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to estimate the profile."""

    memory: float
    width: float
    pool: float


SHAPES = tuple(Shape(*x) for x in product(MEMORIES, WIDTHS, POOLS))


def estimate(panel: Panel, totals: FloatArray, weight: FloatArray, shape: Shape) -> FloatArray:
    """Shares by weekday, shape (7, m); each row sums to 1.

    Parameters
    ----------
    panel
        The history, D days.
    totals
        Full-day totals, shape (D,); NaN where unknown.
    weight
        Weight of each day, shape (D,): 0 for special and bad days.
    shape
        Memory, smoothing and pooling.
    """
    D, m = panel.volume.shape
    seen = ~np.isnan(panel.volume)
    w = weight * 0.5 ** ((D - 1 - np.arange(D)) / (7 * shape.memory)) * ~np.isnan(totals)
    size = np.where(np.isnan(totals), 0.0, totals)
    # Ratio of sums: contacts over what full days would have offered to each slot.
    contacts, offered, days = np.zeros((7, m)), np.zeros((7, m)), np.zeros(7)
    volume = np.where(seen, panel.volume, 0.0)
    for k in range(7):
        rows = panel.weekday == k
        contacts[k] = w[rows] @ volume[rows]
        offered[k] = w[rows] @ (size[rows, None] * seen[rows])
        days[k] = w[rows].sum()
    own = np.divide(contacts, offered, out=np.zeros((7, m)), where=offered > 0)
    group = _similar(own, offered)
    mixed = contacts + shape.pool * group * (offered.sum() / max(days.sum(), 1e-9)) * (offered > 0)
    base = offered + shape.pool * (offered.sum() / max(days.sum(), 1e-9)) * (offered > 0)
    share = np.divide(mixed, base, out=group.copy(), where=base > 0)
    share = _smooth(share, offered > 0, shape.width)
    total = share.sum(1, keepdims=True)
    return np.asarray(np.divide(share, total, out=np.full((7, m), 1.0 / m), where=total > 0), dtype=np.float64)


def _similar(own: FloatArray, offered: FloatArray) -> FloatArray:
    """Mean shape of the weekdays whose shape is close to each one's, itself included, shape (7, m)."""
    gap = 0.5 * np.abs(own[:, None, :] - own[None, :, :]).sum(-1)
    near = np.exp(-((gap / 0.1) ** 2))
    size = offered.max(1)
    near = near * (size > 0)
    near = np.where((size > 0)[:, None], near, (size > 0).astype(np.float64))
    return np.asarray((near @ own) / np.maximum(near.sum(1, keepdims=True), 1e-12), dtype=np.float64)


def _smooth(share: FloatArray, known: BoolArray, width: float) -> FloatArray:
    m = share.shape[1]
    if width <= 0 or m < 8:
        return share
    x = np.arange(m)
    kernel = np.exp(-0.5 * ((x[:, None] - x) / width) ** 2)
    known = known | (known.sum(1) == 0)[:, None]
    return np.asarray(np.where(known, (share @ kernel) / np.maximum(known @ kernel, 1e-12), share), dtype=np.float64)


def profile(panel: Panel, totals: FloatArray, weight: FloatArray, horizon: int) -> tuple[FloatArray, str]:
    """Average of all `SHAPES`, weighted by how well each would have split past days.

    Parameters
    ----------
    panel, totals, weight
        As in `estimate`.
    horizon
        Days to forecast: as far ahead are the past days on which the shapes are judged.

    Returns
    -------
    FloatArray
        Shares by weekday, shape (7, m).
    str
        What was chosen, in a few words.
    """
    D, m = panel.volume.shape
    if m == 1:
        return np.ones((7, 1)), "one value a day"
    loss = np.zeros(len(SHAPES))
    for cut in [c for i in range(1, 6) if (c := D - i * 28) >= 28]:
        stop = min(cut + horizon, D)
        days = np.arange(cut, stop)[(weight[cut:stop] > 0.5) & ~np.isnan(totals[cut:stop])]
        for i, shape in enumerate(SHAPES):
            share = estimate(panel.head(cut), totals[:cut], weight[:cut], shape)
            loss[i] += np.nansum(np.abs(share[panel.weekday[days]] * totals[days, None] - panel.volume[days]))
    best = float(loss.min())
    belief = np.exp(-(loss - best) / (SHARPNESS * best)) if best > 0 else np.ones(len(SHAPES))
    belief /= belief.sum()
    out = np.zeros((7, m))
    for b, shape in zip(belief, SHAPES, strict=True):
        if b > 1e-3:
            out += b * estimate(panel, totals, weight, shape)
    memory = float(np.exp(belief @ np.log([s.memory for s in SHAPES])))
    return out / out.sum(1, keepdims=True), f"day shape remembered over about {memory:.0f} weeks"
