"""Forecast of one queue on plain arrays of days by slots."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from staffing.forecast.calendar import DayCalendar
from staffing.forecast.calibration import day_scale, freedom, levels
from staffing.forecast.cleaning import clean, unusual_days
from staffing.forecast.counts import quantile
from staffing.forecast.daytotal import MAX_DAYS, DayModel, fit, one_thread
from staffing.forecast.drivers import GAIN, lagged, standardised
from staffing.forecast.effects import TREND, YEAR_COURSE
from staffing.forecast.panel import Panel, day_totals, usual_profile
from staffing.forecast.pool import Pooled, effects_member, pool, weekday_member
from staffing.forecast.profile import profile
from staffing.forecast.result import LEVELS
from staffing.grid import BoolArray, FloatArray, IntArray, read_only
from staffing.history.series import Repair

MIN_DAYS = 14
"""Days with contacts below which a queue's own history says too little for a shape of the day."""
MIN_COMPARE = 280
"""Days of history from which on the course of the year can be told from a trend, so that both are tried."""


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
    split_variance
        Relative variance of either half of a day around its share of it, beyond counting noise.
    freedom
        Degrees of freedom with which the spread of the errors is known.
    effects
        Component -> log effect on each day, shape (H,).
    method
        What was chosen, in one sentence.
    loss
        Member of the pool -> its sum of absolute errors over the contacts on past days.
    surprise
        How far each past day lay from its expectation, in standard deviations; NaN where missing.
    repairs
        Days that were left out or given little weight.
    """

    total: FloatArray
    share: FloatArray
    contacts: FloatArray
    day_cov: FloatArray
    slot_variance: float
    split_variance: float = 0.0
    freedom: float = np.inf
    effects: dict[str, FloatArray] = field(default_factory=dict)
    levels: tuple[float, ...] = LEVELS
    method: str = ""
    loss: dict[str, float] = field(default_factory=dict)
    surprise: FloatArray = field(default_factory=lambda: np.zeros(0))
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

    def quantiles(self, contacts: FloatArray) -> FloatArray:
        """Quantiles of the contacts of each slot at `result.LEVELS`, shape (7, H, m); they never cross."""
        variance = self.variance(contacts)
        found = np.stack([quantile(p, contacts, variance) for p in self.levels])
        return np.maximum.accumulate(found, axis=0)


def forecast_queue(
    panel: Panel,
    calendar: DayCalendar,
    open_: BoolArray,
    *,
    lead: int = 0,
    log_factor: FloatArray | None = None,
    drivers: dict[str, FloatArray] | None = None,
    planned: dict[str, FloatArray] | None = None,
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
        Daily columns of the past, name -> shape (D,), NaN where unknown; used, all together and with the delay of the whole
        horizon, if past forecasts gain by them.
    planned
        Daily columns that are known in advance, name -> shape (N,), NaN where unknown in the past; used on the day itself.
    shape
        Profile to use in place of the queue's own, shape (7, m): a parent queue's.
    """
    with one_thread():
        return _forecast(panel, calendar, open_, lead, log_factor, drivers or {}, planned or {}, shape)


def _forecast(
    panel: Panel,
    calendar: DayCalendar,
    open_: BoolArray,
    lead: int,
    log_factor: FloatArray | None,
    drivers: dict[str, FloatArray],
    planned: dict[str, FloatArray],
    shape: FloatArray | None,
) -> QueueForecast:
    D, H = len(panel.volume), len(calendar) - len(panel.volume)
    skip = max(D - MAX_DAYS, 0)
    if skip:
        panel = Panel(calendar.dates[skip], panel.volume[skip:].copy(), panel.open[skip:].copy())
        calendar = DayCalendar(panel.first, calendar.label[skip:], calendar.after_closed[skip:])
        log_factor = None if log_factor is None else log_factor[skip:]
        drivers, planned = ({k: v[skip:] for k, v in x.items()} for x in (drivers, planned))
        D -= skip
    rough = usual_profile(panel) if shape is None else shape
    special = np.array([bool(name) for name in calendar.label[:D]])
    panel, repairs = clean(panel, rough, special)
    totals, cover = day_totals(panel, rough)
    if log_factor is not None:
        totals = totals * np.exp(-log_factor)
    typical = max(float(np.nanmedian(totals)), 0.5)
    counting = 1.0 / (np.where(np.isnan(totals), typical, np.maximum(totals, 0.25 * typical)) * np.maximum(cover, 0.05))
    log_total = np.log(totals + 0.5)
    model = fit(log_total, counting, calendar, without=TREND)
    told = {**lagged(drivers, len(calendar), H), **standardised(planned)}
    chosen, driven = _pooled(log_total, counting, calendar, told, model, lead, H - lead)
    if shape is None:
        share, words = profile(panel, totals, model.weight * ~special, H)
    else:
        share, words = shape, "day shape borrowed"
    cov = model.cov * day_scale(chosen, np.diag(model.cov), counting)
    ordinary = np.array([not name for name in calendar.label[D:]], dtype=np.bool_)
    mean = _smear(model) * np.exp(0.5 * _wandering(np.diag(cov), ordinary))
    total = np.maximum(np.exp(chosen.mean) * mean - 0.5, 0.0)
    slot = _slot_variance(panel, totals, model, share)
    shift = chosen.mean - model.mean
    effects = {name: values[D:].copy() for name, values in model.effects.items()}
    effects["level"] += shift
    if driven is not None:
        effects["driver"] = driven
        effects["level"] -= driven
    return QueueForecast(
        total=total,
        share=share,
        contacts=total[:, None] * share[calendar.weekday[D:]] * open_,
        day_cov=cov,
        slot_variance=slot,
        split_variance=_split_variance(panel, model.weight * ~special, share),
        freedom=freedom(chosen),
        levels=levels(LEVELS, panel, chosen, totals, share, np.diag(cov), slot),
        effects=effects,
        method=f"{chosen.sentence()}; {words}",
        loss=dict(zip(chosen.names, chosen.loss.tolist(), strict=True)),
        surprise=model.surprise,
        repairs=(*repairs, *unusual_days(panel.first, model, calendar)),
    )


def _pooled(
    log_total: FloatArray,
    counting: FloatArray,
    calendar: DayCalendar,
    drivers: dict[str, FloatArray],
    model: DayModel,
    lead: int,
    window: int,
) -> tuple[Pooled, FloatArray | None]:
    """The pool, and what the drivers move the days ahead by in it; None without."""
    D = len(log_total)
    special = model.effects["holiday"]
    # Only ordinary days judge: the weekday means are given holiday factors that were learnt on all of the past.
    judge = model.weight * np.array([not name for name in calendar.label[:D]])
    members = [effects_member("calendar effects", 0.5, model)]
    if D >= MIN_COMPARE:
        trend = fit(log_total, counting, calendar, without=YEAR_COURSE)
        members.append(effects_member("calendar effects with trend and no season", 0.3, trend))
    for weeks, prior in ((8, 0.08), (4, 0.04)):
        name = f"mean of the last {weeks} same weekdays"
        members.append(weekday_member(name, prior, weeks, log_total, model.weight, special))
    if not drivers:
        return pool(members, log_total, judge, lead, window), None
    driven = fit(log_total, counting, calendar, drivers, without=TREND)
    told = effects_member(f"calendar effects with {', '.join(drivers)}", 0.5, driven)
    tried = pool([*members, told], log_total, judge, lead, window)
    if tried.loss[-1] < (1 - GAIN) * tried.loss[0]:
        return tried, tried.weights[-1] * driven.effects["driver"][D:]
    return pool(members, log_total, judge, lead, window), None


def _smear(model: DayModel) -> float:
    """Mean over median of the day totals, from days judged by all others; the last year counts."""
    recent = slice(-365, None)
    ok = ~np.isnan(model.expected[recent]) & (model.weight[recent] > 0.3)
    if ok.sum() < 28:
        return 1.0
    actual = np.exp(model.log_total[recent][ok]).sum()
    return float(np.clip(actual / np.exp(model.expected[recent][ok]).sum(), 0.97, 1.03))


def _wandering(variance: FloatArray, ordinary: BoolArray) -> FloatArray:
    """What the level's wandering adds to the variance of each day ahead, shape (H,): the mean lies above the median by
    half of it. `_smear` knows the error of the first day; that of special days is their own and left out."""
    if not ordinary.any():
        return np.zeros(len(variance))
    at = np.flatnonzero(ordinary)
    known = np.maximum(variance[at] - variance[at].min(), 0.0)
    return np.asarray(np.interp(np.arange(len(variance)), at, known), dtype=np.float64)


def _slot_variance(panel: Panel, totals: FloatArray, model: DayModel, share: FloatArray) -> float:
    """Relative variance of slots around their share of the day beyond counting noise."""
    if panel.volume.shape[1] == 1:
        return 0.0
    mean = totals[:, None] * share[panel.weekday]
    ok = ~np.isnan(mean) & ~np.isnan(panel.volume) & (model.weight > 0.3)[:, None]
    ok[:-365] = False
    squares = float((mean[ok] ** 2).sum())
    return max(float(((panel.volume[ok] - mean[ok]) ** 2 - mean[ok]).sum()) / squares, 0.0) if squares > 0 else 0.0


def _split_variance(panel: Panel, weight: FloatArray, share: FloatArray) -> float:
    """Relative variance of either half of a day around its share of it, beyond counting noise; the last year counts.

    The halves of ordinary days that were wholly seen are compared; the 80% quantile of the differences is robust.
    """
    part = share[panel.weekday]
    early = np.cumsum(part, axis=1) <= 0.5
    seen = ~np.isnan(panel.volume)
    ok = (weight > 0.3) & ((part * seen).sum(axis=1) > 0.98)
    ok[:-365] = False
    halves, parts = (
        np.stack([(x * early).sum(axis=1), (x * ~early).sum(axis=1)])[:, ok]
        for x in (np.nan_to_num(panel.volume), part * seen)
    )
    if halves.shape[1] < MIN_DAYS or halves.min() <= 0 or parts.min() <= 0:
        return 0.0
    gap = np.log(halves[0] / parts[0]) - np.log(halves[1] / parts[1])
    spread = float(np.quantile(np.abs(gap), 0.8) / 1.2816) ** 2
    return max(spread - float(np.median((1 / halves).sum(axis=0))), 0.0) / 4
