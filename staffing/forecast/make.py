"""Make a forecast: the stage's entry."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from threadpoolctl import threadpool_limits

from staffing.errors import InputError, Problem
from staffing.forecast import aht
from staffing.forecast import events as happenings
from staffing.forecast.calendar import DayCalendar, day_calendar
from staffing.forecast.given import on_days
from staffing.forecast.panel import Panel, closed_days, day_totals, to_axis, to_panel, usual_profile
from staffing.forecast.queue import MIN_DAYS, QueueForecast, forecast_queue
from staffing.forecast.result import LEVELS, Forecast
from staffing.forecast.settings import Event, ForecastSettings
from staffing.forecast.spreadsheet import spreadsheet
from staffing.grid import BoolArray, FloatArray, TimeGrid
from staffing.history.series import History, Repair
from staffing.progress import SILENT, Monitor, Progress

LONG_GAP = 62
"""Days between the history and the horizon from which on the reader is told of them: two months."""


def make_forecast(
    history: History,
    grid: TimeGrid,
    open_: BoolArray,
    settings: ForecastSettings,
    events: Sequence[Event] = (),
    parents: Mapping[str, str] | None = None,
    monitor: Monitor = SILENT,
    *,
    profiles: Mapping[str, FloatArray] | None = None,
    planned: Mapping[str, Mapping[date, float]] | None = None,
) -> Forecast:
    """Forecast contacts and handling time on `grid`.

    Parameters
    ----------
    history
        What happened, Q queues. Days from the start of the horizon on are not looked at.
    grid
        The horizon, T intervals over D days; it may begin some days after the history ends.
    open_
        When each queue is open in the horizon, shape (Q, T), in the order of `history.queues`.
    settings
        Region of public holidays and the like.
    events
        What the user knows about particular days, past and future.
    parents
        Queue -> related queue whose day shape and handling time it borrows while its own history is short.
    monitor
        Told of progress queue by queue; a stop leaves the remaining queues to the spreadsheet method, and says so.
    profiles
        Queue -> typed shape of its day by weekday, shape (7, intervals of a day), used while its history is short.
    planned
        Driver -> day -> value, past and planned; used where past forecasts gain by it and every day ahead is known.

    Raises
    ------
    InputError
        An unknown holiday region, parent or queue; events that cannot be meant; a history that ends before it begins.

    Examples
    --------
    >>> from datetime import date
    >>> past = TimeGrid(date(2027, 1, 4), 56, "Europe/Berlin", 60)
    >>> opened = np.tile((past.minute >= 480) & (past.minute < 1080), (1, 1))
    >>> calls = np.where(opened, 20.0 + 5.0 * (past.minute == 600), np.nan)
    >>> nothing = np.full(calls.shape, np.nan)
    >>> history = History(past, ("voice",), calls, calls, nothing, calls * 240.0, opened, np.array([np.nan]))
    >>> month = TimeGrid(date(2027, 3, 1), 28, "Europe/Berlin", 60)
    >>> later = np.tile((month.minute >= 480) & (month.minute < 1080), (1, 1))
    >>> forecast = make_forecast(history, month, later, ForecastSettings())
    >>> [round(float(x)) for x in forecast.contacts[0, 7:12]]
    [0, 20, 20, 25, 20]
    """
    parents = dict(parents or {})
    _check(history, grid, open_, events, parents)
    began = time.monotonic()
    known, said = _planned(planned or {}, history, grid)
    job = _Job(history, grid, open_, settings, tuple(events), parents, dict(profiles or {}), known)
    parts: list[_Part] = []
    for q, name in enumerate(history.queues):
        monitor.report(Progress("forecast", time.monotonic() - began, q / len(history.queues), note=name))
        with threadpool_limits(limits=1, user_api="blas"):  # its threads get in each other's way on small matrices
            parts.append(_queue(job, q, stopped=monitor.should_stop()))
    monitor.report(Progress("forecast", time.monotonic() - began, 1.0))
    names = sorted({c for p in parts for c in p.components}, key=_ORDER.index)
    ones = np.ones(grid.days)
    return Forecast(
        grid=grid,
        queues=history.queues,
        contacts=np.stack([p.contacts for p in parts]),
        quantiles=np.stack([p.quantiles for p in parts], axis=1),
        aht_seconds=np.stack([p.aht for p in parts]),
        open=open_.copy(),
        spreadsheet=np.stack([p.spreadsheet for p in parts]),
        day_error=np.array([p.day_error for p in parts]),
        components={c: np.stack([p.components.get(c, ones) for p in parts]) for c in names},
        methods=tuple(p.method for p in parts),
        notes=(*said, *(n for p in parts for n in p.notes)),
        repairs=tuple(r for p in parts for r in p.repairs),
        day_cov=np.stack([p.day_cov for p in parts]),
        slot_variance=np.array([p.slot_variance for p in parts]),
        split_variance=np.array([p.split_variance for p in parts]),
        freedom=np.array([p.freedom for p in parts]),
        between_queues=_between([p.surprise for p in parts]),
    )


_ORDER = ("level", "weekday", "season", "day_of_month", "holiday", "driver", "open", "event", "manual")


@dataclass(frozen=True)
class _Job:
    history: History
    grid: TimeGrid
    open: BoolArray
    settings: ForecastSettings
    events: tuple[Event, ...]
    parents: dict[str, str]
    profiles: dict[str, FloatArray]
    planned: dict[str, FloatArray]

    @property
    def past_days(self) -> int:
        return min(self.history.grid.days, (self.grid.start - self.history.grid.start).days)

    @property
    def gap(self) -> int:
        """Days between the history's end and the horizon."""
        return (self.grid.start - self.history.grid.start).days - self.past_days

    def panel(self, q: int) -> Panel:
        return to_panel(self.history.grid, self.history.offered[q], self.history.open[q]).head(self.past_days)


@dataclass(frozen=True)
class _Part:
    """One queue's forecast on the flat axis."""

    contacts: FloatArray
    quantiles: FloatArray
    aht: FloatArray
    spreadsheet: FloatArray
    day_error: float
    day_cov: FloatArray
    slot_variance: float
    split_variance: float
    freedom: float
    surprise: FloatArray
    components: dict[str, FloatArray]
    method: str
    notes: tuple[str, ...]
    repairs: tuple[Repair, ...]


def _queue(job: _Job, q: int, *, stopped: bool) -> _Part:
    name, grid = job.history.queues[q], job.grid
    m = 1440 // grid.interval_minutes
    panel = job.panel(q)
    opened = to_panel(grid, np.zeros(len(grid)), job.open[q]).open
    mine = happenings.of_queue(job.events, name)
    past = happenings.past_events(mine, panel.first, job.past_days, m)
    clean = Panel(panel.first, np.where(past.hidden, np.nan, panel.volume), panel.open.copy())
    calendar = _calendar(job, clean, mine, past)
    weekday = calendar.weekday[-grid.days :]
    table = spreadsheet(panel, weekday) * opened
    notes: list[str] = []
    if job.gap > LONG_GAP:
        last = job.grid.start - timedelta(days=job.gap + 1)
        notes.append(
            f"{name}: the history ends on {last}, {job.gap} days before the first day planned; add the months between"
        )
    shape, borrowed = _shape(job, q, clean, notes)
    totals, _ = day_totals(clean, shape)
    answer: QueueForecast | None = None
    if np.nansum(totals) > 0 and not stopped:
        ahead = np.concatenate([np.zeros((job.gap, m), dtype=np.bool_), opened])
        answer = forecast_queue(
            clean,
            calendar,
            ahead,
            lead=job.gap,
            log_factor=past.log_factor,
            drivers={k: v[: job.past_days] for k, v in job.history.drivers.items()},
            planned=job.planned,
            shape=shape if borrowed else None,
        )
        share, total = answer.share, answer.total[job.gap :]
        days, method = answer.contacts[job.gap :], answer.method
        cov = answer.day_cov[job.gap :, job.gap :]
    else:
        share, total = shape, table.sum(1)
        days, method, cov = table, "mean of the last four same weekdays", np.eye(grid.days) * 0.15**2
        if not stopped:
            notes.append(f"{name}: no contacts in the history; only events with a number of contacts make a forecast")
    learnt = {label.removeprefix("event ") for label in past.labels.values()}
    factor, said = happenings.future_factor(mine, grid, tuple(learnt))
    notes += [f"{name}: {n}" for n in said]
    spread = share[weekday] * opened
    final = happenings.set_contacts(mine, grid, days * factor, spread)
    components = _components(answer, job.gap, total, spread, days, final)
    if answer is None:
        variance = final + (0.15**2) * final**2
        from staffing.forecast.counts import quantile

        quantiles = np.stack([quantile(p, final, variance) for p in LEVELS])
    else:
        quantiles = answer.part(np.arange(job.gap, job.gap + grid.days)).quantiles(final)
    return _Part(
        contacts=to_axis(grid, final),
        quantiles=to_axis(grid, quantiles),
        aht=_handling(job, q, weekday, notes),
        spreadsheet=to_axis(grid, table),
        day_error=_ordinary_error(cov, final.sum(1)),
        day_cov=cov,
        slot_variance=0.0 if answer is None else answer.slot_variance,
        split_variance=0.0 if answer is None else answer.split_variance,
        freedom=np.inf if answer is None else answer.freedom,
        surprise=np.zeros(0) if answer is None else answer.surprise,
        components=components,
        method=f"{name}: {method}",
        notes=tuple(notes),
        repairs=() if answer is None else tuple(replace(r, where=f"{name} {r.where}") for r in answer.repairs),
    )


def _ordinary_error(cov: FloatArray, contacts: FloatArray) -> float:
    """Relative standard deviation of an ordinary open day: the median, so that a few uncertain holidays do not rule."""
    variance = np.expm1(np.diag(cov))
    opened = contacts > 0
    return float(np.sqrt(np.median(variance[opened] if opened.any() else variance)))


def _between(surprises: Sequence[FloatArray]) -> FloatArray:
    """Correlation of the queues' daily surprises, shrunk to none where few days are shared."""
    Q = len(surprises)
    out = np.eye(Q)
    for a in range(Q):
        for b in range(a):
            n = min(len(surprises[a]), len(surprises[b]))
            pair = np.stack([surprises[a][len(surprises[a]) - n :], surprises[b][len(surprises[b]) - n :]])
            pair = np.clip(pair[:, ~np.isnan(pair).any(0)], -3, 3)
            if pair.shape[1] >= MIN_DAYS and pair.std(1).min() > 0:
                shared = pair.shape[1] / (pair.shape[1] + 28)
                out[a, b] = out[b, a] = shared * float(np.mean(_standard(pair[0]) * _standard(pair[1])))
    return out


def _standard(x: FloatArray) -> FloatArray:
    out: FloatArray = (x - x.mean()) / x.std()
    return out


def _calendar(job: _Job, panel: Panel, events: tuple[Event, ...], past: happenings.PastEvents) -> DayCalendar:
    days = job.past_days + job.gap + job.grid.days
    region = job.settings.holiday_region
    closed = closed_days(panel)
    labels = dict(past.labels)
    labels.update(happenings.learnable(events, panel.first, days))
    calendar = day_calendar(panel.first, days, region, labels, closed)
    answered = happenings.unlabelled(events, panel.first, days, calendar.label)
    kept = tuple("" if d in answered and d >= job.past_days else label for d, label in enumerate(calendar.label))
    return DayCalendar(calendar.first, kept, calendar.after_closed)


def _shape(job: _Job, q: int, panel: Panel, notes: list[str]) -> tuple[FloatArray, bool]:
    """Profile of the queue, and whether it was borrowed from its parent."""
    name = job.history.queues[q]
    known = int((~np.isnan(panel.volume)).any(1).sum())
    parent, typed = job.parents.get(name), job.profiles.get(name)
    if typed is not None:
        if known < MIN_DAYS:
            notes.append(f"{name}: only {_days(known)} of history; shape of the day as typed")
            return typed, True
        notes.append(f"{name}: {known} days of history show its shape of the day; the typed one is not used")
    if known >= MIN_DAYS or parent is None:
        if known < MIN_DAYS:
            notes.append(f"{name}: only {_days(known)} of history; name a parent queue, or type the shape of its day")
        return usual_profile(panel), False
    lender = job.panel(job.history.queues.index(parent))
    notes.append(f"{name}: only {_days(known)} of history; shape of the day borrowed from {parent}")
    return usual_profile(lender), True


def _days(n: int) -> str:
    return "one day" if n == 1 else f"{n} days"


def _planned(
    planned: Mapping[str, Mapping[date, float]], history: History, grid: TimeGrid
) -> tuple[dict[str, FloatArray], list[str]]:
    """Drivers over past and future days, those that are known on every day ahead; and notes on the others."""
    past = min(history.grid.days, (grid.start - history.grid.start).days)
    found = on_days(planned, history.grid.start, (grid.start - history.grid.start).days + grid.days)
    unknown = {name: int(np.isnan(values[past:]).sum()) for name, values in found.items()}
    notes = [f"driver {name}: unknown on {n} of the days ahead; not used" for name, n in unknown.items() if n]
    return {name: values for name, values in found.items() if not unknown[name]}, notes


def _components(
    answer: QueueForecast | None, gap: int, total: FloatArray, spread: FloatArray, days: FloatArray, final: FloatArray
) -> dict[str, FloatArray]:
    """Factors of the day totals; `level` takes what the others leave, so that their product is the total."""
    statistical = days.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        opening = np.where(total > 0, statistical / total, spread.sum(1))
        event = np.where(statistical > 0, final.sum(1) / statistical, 1.0)
    out = {"open": opening, "event": event}
    level = total.copy()
    for name, values in (answer.effects if answer is not None else {}).items():
        if name != "level":
            out[name] = np.exp(values[gap:])
            level = level / out[name]
    only_event = (statistical <= 0) & (final.sum(1) > 0)
    level = np.where(only_event, final.sum(1), level)
    out = {k: np.where(only_event, 1.0, v) for k, v in out.items()}
    return {"level": level, **out}


def _handling(job: _Job, q: int, weekday: np.ndarray, notes: list[str]) -> FloatArray:
    table = _times(job, q)
    name = job.history.queues[q]
    parent = job.parents.get(name)
    if np.isnan(table).all() and parent is not None:
        table = _times(job, job.history.queues.index(parent))
        notes.append(f"{name}: no handling times in the history; taken from {parent}")
    if np.isnan(table).all():
        table = np.full(table.shape, aht.UNKNOWN)
        notes.append(f"{name}: no handling times in the history; {aht.UNKNOWN:.0f} seconds assumed")
    return to_axis(job.grid, table[weekday])


def _times(job: _Job, q: int) -> FloatArray:
    past = job.history.grid
    handled = to_panel(past, job.history.handled[q], job.history.open[q]).head(job.past_days)
    seconds = to_panel(past, job.history.handle_seconds[q], job.history.open[q]).head(job.past_days)
    return aht.handling_time(handled.volume, seconds.volume, handled.weekday, 60 // past.interval_minutes)


def past_missing(first_known: date, start: date) -> list[Problem]:
    """What is wrong where no history lies before the first day planned; nothing else.

    Examples
    --------
    >>> print(*past_missing(date(2026, 9, 1), date(2026, 1, 1)))
    horizon.start: 2026-01-01 is not after the history's first day 2026-09-01 (let it begin later, or add older contacts)
    """
    if start > first_known:
        return []
    what = f"{start} is not after the history's first day {first_known}"
    return [Problem("horizon.start", what, "let it begin later, or add older contacts")]


def _check(
    history: History, grid: TimeGrid, open_: BoolArray, events: Sequence[Event], parents: Mapping[str, str]
) -> None:
    problems = past_missing(history.grid.start, grid.start)
    if grid.interval_minutes != history.grid.interval_minutes:
        problems.append(
            Problem(
                "horizon.interval_minutes",
                f"{grid.interval_minutes} minutes, but the history has {history.grid.interval_minutes}",
                "read the history with the horizon's interval",
            )
        )
    if open_.shape != (len(history.queues), len(grid)):
        problems.append(Problem("open", f"shape {open_.shape}, expected {(len(history.queues), len(grid))}"))
    for child, parent in parents.items():
        if parent not in history.queues:
            problems.append(
                Problem(f"queue {child!r}", f"unknown parent {parent!r}", f"one of: {', '.join(history.queues)}")
            )
    try:
        happenings.check_events(events, history.queues)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
