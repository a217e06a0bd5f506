"""Forecast of one queue on plain arrays of days by slots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from staffing.forecast.calendar import DayCalendar
from staffing.forecast.counts import quantile
from staffing.forecast.daytotal import MAX_DAYS, DayModel, fit
from staffing.forecast.panel import Panel, day_totals, usual_profile
from staffing.forecast.profile import profile
from staffing.grid import BoolArray, FloatArray, IntArray, read_only
from staffing.history.series import Repair

MIN_DAYS = 14
"""Days with contacts below which a queue's own history says too little for a shape of the day."""


@dataclass(frozen=True)
class QueueForecast:
    """Forecast of one queue over H days of m slots.

    Attributes
    ----------
    total
        Contacts expected on a full usual day, shape (H,).
    share
        Shares of the slots by weekday, shape (7, m).
    contacts
        Contacts expected, 0 where closed, shape (H, m).
    day_cov
        Covariance of the days' log totals around their forecast, shape (H, H).
    slot_variance
        Relative variance of a slot around its share of the day beyond counting noise.
    levels
        Probability to ask of the distribution for each of the wanted ones, so that past bands would have held.
    effects
        Component -> log effect on each day, shape (H,).
    method
        What was chosen, in one sentence.
    repairs
        Days that were left out or given little weight.
    """

    total: FloatArray
    share: FloatArray
    contacts: FloatArray
    day_cov: FloatArray
    slot_variance: float
    effects: dict[str, FloatArray] = field(default_factory=dict)
    method: str = ""
    repairs: tuple[Repair, ...] = ()

    def __post_init__(self) -> None:
        read_only(self)

    def variance(self, contacts: FloatArray) -> FloatArray:
        """Variance of the contacts of each slot, shape (H, m)."""
        relative = np.expm1(np.diag(self.day_cov))[:, None] + self.slot_variance
        return contacts + relative * contacts**2

    def part(self, days: IntArray) -> QueueForecast:
        """The forecast of some of the days only."""
        return replace(
            self,
            total=self.total[days],
            contacts=self.contacts[days],
            day_cov=self.day_cov[np.ix_(days, days)],
            effects={k: v[days] for k, v in self.effects.items()},
        )

    def quantiles(self, contacts: FloatArray, levels: Sequence[float]) -> FloatArray:
        """Quantiles of the contacts of each slot, shape (L, H, m)."""
        variance = self.variance(contacts)
        return np.stack([quantile(p, contacts, variance) for p in levels])


def forecast_queue(
    panel: Panel,
    calendar: DayCalendar,
    open_: BoolArray,
    *,
    lead: int = 0,
    log_factor: FloatArray | None = None,
    drivers: dict[str, FloatArray] | None = None,
    shape: FloatArray | None = None,
) -> QueueForecast:
    """Forecast the days of `calendar` that follow the panel.

    Parameters
    ----------
    panel
        The history, D days; at least one day must have contacts.
    calendar
        The N > D days, the past first.
    open_
        Whether the queue will be open, shape (N - D, m).
    lead
        Days between the end of the history and the first day that is wanted; models are judged at that distance.
    log_factor
        Known log factor on each past day, shape (D,); taken out before fitting.
    drivers
        Standardised daily columns, name -> shape (N,).
    shape
        Profile to use in place of the queue's own, shape (7, m): a parent queue's.
    """
    D, H = len(panel.volume), len(calendar) - len(panel.volume)
    skip = max(D - MAX_DAYS, 0)
    if skip:
        panel = Panel(calendar.dates[skip], panel.volume[skip:].copy(), panel.open[skip:].copy())
        calendar = DayCalendar(panel.first, calendar.label[skip:], calendar.after_closed[skip:])
        log_factor = None if log_factor is None else log_factor[skip:]
        drivers = None if drivers is None else {k: v[skip:] for k, v in drivers.items()}
        D -= skip
    rough = usual_profile(panel) if shape is None else shape
    totals, cover = day_totals(panel, rough)
    if log_factor is not None:
        totals = totals * np.exp(-log_factor)
    typical = max(float(np.nanmedian(totals)), 0.5)
    counting = 1.0 / (np.where(np.isnan(totals), typical, np.maximum(totals, 0.25 * typical)) * np.maximum(cover, 0.05))
    model = fit(np.log(totals + 0.5), counting, calendar)
    special = np.array([bool(name) for name in calendar.label[:D]])
    if shape is None:
        share, words = profile(panel, totals, model.weight * ~special, H)
    else:
        share, words = shape, "day shape borrowed"
    total = np.maximum(np.exp(model.mean) * _smear(model) - 0.5, 0.0)
    future = calendar.weekday[D:]
    return QueueForecast(
        total=total,
        share=share,
        contacts=total[:, None] * share[future] * open_,
        day_cov=model.cov,
        slot_variance=_slot_variance(panel, totals, model, share),
        effects={name: values[D:].copy() for name, values in model.effects.items()},
        method=f"calendar effects with a {_memory(model)} level; {words}",
        repairs=(),
    )


def _smear(model: DayModel) -> float:
    """Mean over median of the day totals, from days judged by all others; the last year counts."""
    recent = slice(-365, None)
    ok = ~np.isnan(model.expected[recent]) & (model.weight[recent] > 0.3)
    if ok.sum() < 28:
        return 1.0
    actual = np.exp(model.log_total[recent][ok]).sum()
    return float(np.clip(actual / np.exp(model.expected[recent][ok]).sum(), 0.97, 1.03))


def _slot_variance(panel: Panel, totals: FloatArray, model: DayModel, share: FloatArray) -> float:
    """Relative variance of slots around their share of the day beyond counting noise."""
    if panel.volume.shape[1] == 1:
        return 0.0
    mean = totals[:, None] * share[panel.weekday]
    ok = ~np.isnan(mean) & ~np.isnan(panel.volume) & (model.weight > 0.3)[:, None]
    ok[:-365] = False
    squares = float((mean[ok] ** 2).sum())
    return max(float(((panel.volume[ok] - mean[ok]) ** 2 - mean[ok]).sum()) / squares, 0.0) if squares > 0 else 0.0


def _memory(model: DayModel) -> str:
    monthly = float(np.hypot(model.sd["level_walk"] * np.sqrt(28), model.sd["level_smooth"]))
    return "steady" if monthly < 0.03 else "slowly moving" if monthly < 0.08 else "fast moving"
