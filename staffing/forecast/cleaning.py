"""What in the history is not demand: outages, spikes, days that do not fit. Everything is listed, nothing is silent."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from staffing.forecast.calendar import DayCalendar
from staffing.forecast.daytotal import DayModel
from staffing.forecast.panel import Panel
from staffing.grid import BoolArray, FloatArray
from staffing.history.series import Repair

SILENT_SHARE = 0.05
"""A run of slots with less than this share of the usual contacts is an outage ..."""
SILENT_SIZE = 30.0
"""... where at least so many contacts were to be expected: fewer may well stay away by chance."""
SPIKE_FACTOR = 6.0
"""A run of slots with more than so many times the usual contacts is a spike ..."""
SPIKE_SIZE = 100.0
"""... where at least so many contacts came on top."""
ODD_DAY = 0.3
"""A day with less than this share of its weekday's usual size is odd as a whole: the model weighs it."""
ODD_SURPRISE = 5.0
"""Standard deviations from which on a whole day is listed as unusual."""
SHIFT = 0.25
"""Lasting change of the log level that is listed."""
SHIFT_DAYS = 28
YEAR_KNOWN = 500
"""Days of history from which on the course of the year is known."""


def clean(panel: Panel, profile: FloatArray, named: BoolArray) -> tuple[Panel, tuple[Repair, ...]]:
    """Leave out runs of slots in which contacts could not come in, or came from something out of the ordinary.

    Parameters
    ----------
    panel
        The history, D days of m slots.
    profile
        Shares by weekday, shape (7, m).
    named
        Days that are expected to be unlike others, shape (D,); they are left alone.

    Returns
    -------
    Panel
        The history with those slots missing; whole odd days stay, the model weighs them.
    tuple of Repair
        One line for each run.

    Notes
    -----
    What is usual is the median of a day's own scale, taken from its other slots, so that a quiet day has no outage.
    Silence that lasts to the end of the day is not an outage: it may be an early closing.
    A series of one value a day is left as it is.
    """
    D, m = panel.volume.shape
    if m < 8:
        return panel, ()
    scale = _scale(panel, profile)
    usual = scale[:, None] * profile[panel.weekday]
    typical = np.array([np.median(scale[panel.weekday == w]) if (panel.weekday == w).any() else 0.0 for w in range(7)])
    skip = named | (scale < ODD_DAY * typical[panel.weekday])
    volume = panel.volume.copy()
    repairs: list[Repair] = []
    with np.errstate(invalid="ignore"):
        quiet = panel.volume < SILENT_SHARE * usual
        loud = panel.volume > SPIKE_FACTOR * np.maximum(usual, 1.0)
    for kind, odd in (("outage", quiet), ("spike", loud)):
        for d, a, b in _runs(odd):
            if skip[d] or (kind == "outage" and not profile[panel.weekday[d], b:].sum() > 0.02):
                continue
            seen, expected = float(np.nansum(panel.volume[d, a:b])), float(usual[d, a:b].sum())
            if (kind == "outage" and expected < SILENT_SIZE) or (kind == "spike" and seen - expected < SPIKE_SIZE):
                continue
            volume[d, a:b] = np.nan
            day = panel.first + timedelta(days=d)
            repairs.append(
                Repair(
                    f"{day} {_clock(a, m)}-{_clock(b, m)}",
                    kind,
                    f"{seen:.0f} contacts where about {expected:.0f} were usual; left out of the forecast",
                    b - a,
                )
            )
    return Panel(panel.first, volume, panel.open.copy()), tuple(repairs)


def unusual_days(first: date, model: DayModel, calendar: DayCalendar) -> tuple[Repair, ...]:
    """List days that hardly count because they do not fit, and lasting changes of the level.

    Parameters
    ----------
    first
        The first day of the history.
    model
        The fitted day totals.
    calendar
        Its days; named days are expected to be unlike others and are not listed.
    """
    out = []
    for d in np.flatnonzero(np.abs(np.nan_to_num(model.surprise)) > ODD_SURPRISE):
        if calendar.label[d]:
            continue
        seen, expected = np.exp(model.log_total[d]), np.exp(model.expected[d])
        out.append(
            Repair(
                str(first + timedelta(days=int(d))),
                "spike" if seen > expected else "outage",
                f"{seen:.0f} contacts on a day for which about {expected:.0f} were to be expected; "
                f"counts {model.weight[d]:.0%} in the forecast",
            )
        )
    shift = _level_shift(model)
    if shift is not None:
        began, change = shift
        out.append(
            Repair(
                str(first + timedelta(days=began)),
                "level shift",
                f"contacts {'rose' if change > 0 else 'fell'} by {abs(np.expm1(change)):.0%} and stayed there; "
                "the forecast follows the new level",
            )
        )
    return tuple(out)


def _level_shift(model: DayModel) -> tuple[int, float] | None:
    """Day and size of the largest lasting change of the level, if it is large."""
    D = len(model.log_total)
    if D < 3 * SHIFT_DAYS:
        return None
    # In the first year nobody can tell a season from a change of the level.
    moving = ("level",) if D >= YEAR_KNOWN else ("level", "season")
    steady = [v[:D] for name, v in model.effects.items() if name not in moving]
    plain = model.log_total - np.sum(steady, axis=0)
    best, size = 0, 0.0
    for d in range(SHIFT_DAYS, D - SHIFT_DAYS):
        change = _median(plain[d : d + SHIFT_DAYS]) - _median(plain[d - SHIFT_DAYS : d])
        at_once = _median(plain[d : d + 7]) - _median(plain[d - 7 : d])
        # A season comes slowly; a shift is there within a day.
        if change * at_once > 0 and min(abs(change), abs(at_once) / 0.7) > abs(size):
            best, size = d, float(change)
    if abs(size) < SHIFT:
        return None
    return best + int(np.argmin(np.isnan(plain[best:]))), size


def _median(values: FloatArray) -> float:
    seen = values[~np.isnan(values)]
    return float(np.median(seen)) if len(seen) else 0.0


def _scale(panel: Panel, profile: FloatArray) -> FloatArray:
    """Size of a full day as most of its slots tell it, shape (D,): the weighted median of contacts over shares."""
    share = profile[panel.weekday]
    out = np.zeros(len(share))
    for d, row in enumerate(panel.volume):
        use = ~np.isnan(row) & (share[d] > 1e-6)
        if use.any():
            ratio, weight = row[use] / share[d, use], share[d, use]
            order = np.argsort(ratio)
            half = np.searchsorted(np.cumsum(weight[order]), 0.5 * weight.sum())
            out[d] = ratio[order][min(half, len(order) - 1)]
    return out


def _runs(odd: BoolArray) -> list[tuple[int, int, int]]:
    """Day, first slot and end of each run of true values."""
    padded = np.pad(odd, ((0, 0), (1, 1))).astype(np.int8)
    step = np.diff(padded, axis=1)
    begin, end = np.argwhere(step == 1), np.argwhere(step == -1)
    return [(int(d), int(a), int(b)) for (d, a), (_, b) in zip(begin, end, strict=True)]


def _clock(slot: int, m: int) -> str:
    minute = slot * 1440 // m
    return f"{minute // 60:02d}:{minute % 60:02d}"
