"""How well the forecast would have done: rolling origins, only the past seen, the spreadsheet method beside."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np

from staffing.forecast.calendar import DayCalendar, day_calendar
from staffing.forecast.events import learnable, past_events
from staffing.forecast.panel import Panel, closed_days
from staffing.forecast.queue import QueueForecast, forecast_queue
from staffing.forecast.result import LEVELS
from staffing.forecast.settings import Event
from staffing.forecast.spreadsheet import spreadsheet
from staffing.grid import FloatArray

WINDOW = 28
"""Days that are scored at each origin."""
MIN_HISTORY = 84
"""Days of history before the first origin."""


@dataclass(frozen=True)
class Score:
    """Sums over the scored slots of one origin or of several; ratios of them are the measures.

    Attributes
    ----------
    contacts, days
        Actual contacts over slots, and over days that were wholly seen.
    error, error_day, spreadsheet, spreadsheet_day
        Sum of absolute errors of the forecast and of the spreadsheet method, by slot and by day.
    surplus, spreadsheet_surplus
        Sum of forecast less actual.
    slots
        Slots scored.
    naive
        `slots` times the mean absolute error of repeating last week, in the history before the origin.
    pinball, spreadsheet_pinball
        Mean pinball loss over `LEVELS`, summed over slots; the spreadsheet method's line has only its one value.
    inside50, inside80, inside95
        Slots whose contacts lay inside the central band.
    seconds
        CPU seconds of the fits.
    fits
        Fits.
    """

    contacts: float
    days: float
    error: float
    error_day: float
    spreadsheet: float
    spreadsheet_day: float
    surplus: float
    spreadsheet_surplus: float
    slots: float
    naive: float
    pinball: float
    spreadsheet_pinball: float
    inside50: float
    inside80: float
    inside95: float
    seconds: float
    fits: float

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Score)))

    def measures(self) -> dict[str, float]:
        """WAPE by slot and day, bias, coverage and the like, each beside the spreadsheet method."""
        return {
            "wape": _ratio(self.error, self.contacts),
            "wape_day": _ratio(self.error_day, self.days),
            "spreadsheet_wape": _ratio(self.spreadsheet, self.contacts),
            "spreadsheet_wape_day": _ratio(self.spreadsheet_day, self.days),
            "bias": _ratio(self.surplus, self.contacts),
            "spreadsheet_bias": _ratio(self.spreadsheet_surplus, self.contacts),
            "coverage50": _ratio(self.inside50, self.slots),
            "coverage80": _ratio(self.inside80, self.slots),
            "coverage95": _ratio(self.inside95, self.slots),
            "mase": _ratio(self.error, self.naive),
            "spreadsheet_mase": _ratio(self.spreadsheet, self.naive),
            "pinball": _ratio(self.pinball, self.contacts),
            "spreadsheet_pinball": _ratio(self.spreadsheet_pinball, self.contacts),
            "seconds_per_fit": _ratio(self.seconds, self.fits),
        }


def _ratio(a: float, b: float) -> float:
    return a / b if b > 0 else float("nan")


@dataclass(frozen=True)
class OriginScore:
    """One origin: the first day that was not seen, its score, and what was compared.

    Attributes
    ----------
    origin
        The first day that was not seen.
    score
        Sums over the scored slots.
    first
        The first scored day.
    actual, forecast, spreadsheet
        Contacts, shape (days, m); NaN where not scored.
    """

    origin: date
    score: Score
    first: date
    actual: FloatArray
    forecast: FloatArray
    spreadsheet: FloatArray

    @property
    def better(self) -> bool:
        """Whether the forecast beat the spreadsheet method."""
        return self.score.error < self.score.spreadsheet


def origins(panel: Panel, lead: int, step_days: int, first: int | None = None, window: int = WINDOW) -> list[int]:
    """Days (indices) at which to stand: every `step_days` from `first`, while the scored days have happened.

    Parameters
    ----------
    panel
        The history, D days.
    lead
        Days between an origin and the first scored day.
    step_days
        Days from one origin to the next.
    first
        The first origin; None: as early as `MIN_HISTORY` allows, counted back from the last.
    window
        Days that are scored.
    """
    D = len(panel.volume)
    # A week that ends on a closed day is over when its last open day is.
    weekly = [panel.open[panel.weekday == w].any() for w in range(7)]
    end = D
    while end < D + 6 and not weekly[(panel.first.toordinal() - 1 + end) % 7]:
        end += 1
    last = end - lead - window
    if first is None:
        first = MIN_HISTORY + (last - MIN_HISTORY) % step_days if last >= MIN_HISTORY else last + 1
    return list(range(max(first, MIN_HISTORY), last + 1, step_days))


def stand_at(
    panel: Panel,
    origin: int,
    region: str | None,
    lead: int,
    window: int = WINDOW,
    drivers: Mapping[str, FloatArray] | None = None,
    events: Sequence[Event] = (),
    planned: Mapping[str, FloatArray] | None = None,
) -> QueueForecast:
    """Forecast `lead + window` days from what was known on the morning of day `origin`.

    Opening hours of the days ahead and the calendar are known; nothing else is. Past `events` of the queue are explained
    away; of those ahead only the names are used, of the effects what had been learnt by then.

    Parameters
    ----------
    panel
        The queue's history by day.
    origin
        Index of the day of the panel on whose morning the forecast is made.
    region
        Holiday region, e.g. ``DE-BE``; None: no holidays.
    lead, window
        Days between the origin and the days that are scored, and how many those are.
    drivers, planned
        Daily values over the panel, known up to the origin, and known in advance too; name -> shape (D,).
    events
        Of the queue, past and ahead.
    """
    H, m = lead + window, panel.open.shape[1]
    ahead = np.zeros((H, m), dtype=np.bool_)
    known = panel.open[origin : origin + H]
    ahead[: len(known)] = known
    past = past_events(events, panel.first, origin, m)
    labels = learnable(events, panel.first, origin + H) | past.labels
    closed = closed_days(panel.head(origin + H))
    calendar: DayCalendar = day_calendar(panel.first, origin + H, region, labels, closed)
    before = panel.head(origin)
    seen = {k: v[:origin] for k, v in (drivers or {}).items()}
    return forecast_queue(
        Panel(before.first, np.where(past.hidden, np.nan, before.volume), before.open.copy()),
        calendar,
        ahead,
        lead=lead,
        log_factor=past.log_factor,
        drivers=seen,
        planned={k: v[: origin + H] for k, v in (planned or {}).items() if known_ahead(v, origin, H)},
    )


def known_ahead(values: FloatArray, origin: int, days: int) -> bool:
    """Whether a driver is known on each of the days from `origin`."""
    ahead = values[origin : origin + days]
    return len(ahead) == days and not np.isnan(ahead).any()


def score(
    panel: Panel, origin: int, lead: int, answer: QueueForecast, window: int = WINDOW, seconds: float = 0.0
) -> OriginScore:
    """Score one forecast on the days `origin + lead` to `origin + lead + window`.

    Parameters
    ----------
    panel
        The history, D days; what lies beyond its end is not scored.
    origin
        First day that was not seen (index).
    lead
        Days between the origin and the first scored day.
    answer
        The forecast of `lead + window` days from the origin.
    window
        Days that are scored.
    seconds
        CPU seconds that the forecast took.
    """
    days = np.arange(origin + lead, min(origin + lead + window, len(panel.volume)))
    actual = panel.volume[days]
    past = panel.head(origin)
    seen = ~np.isnan(actual) & panel.open[days]
    whole = (seen | ~panel.open[days]).all(1) & seen.any(1)
    part = answer.part(days - origin)
    y = np.where(seen, actual, 0.0)
    f = np.where(seen, part.contacts, 0.0)
    s = np.where(seen, spreadsheet(past, panel.weekday[days]), 0.0)
    band = part.quantiles(part.contacts)[:, seen]
    truth = actual[seen]
    loss = [np.maximum(p * (truth - q), (p - 1) * (truth - q)).sum() for p, q in zip(LEVELS, band, strict=True)]
    step = np.abs(past.volume[7:] - past.volume[:-7])
    found = Score(
        contacts=float(y.sum()),
        days=float(y[whole].sum()),
        error=float(np.abs(f - y).sum()),
        error_day=float(np.abs((f - y).sum(1))[whole].sum()),
        spreadsheet=float(np.abs(s - y).sum()),
        spreadsheet_day=float(np.abs((s - y).sum(1))[whole].sum()),
        surplus=float((f - y).sum()),
        spreadsheet_surplus=float((s - y).sum()),
        slots=float(seen.sum()),
        naive=float(np.nanmean(step) * seen.sum()) if not np.isnan(step).all() else 0.0,
        pinball=float(np.mean(loss)),
        spreadsheet_pinball=float(0.5 * np.abs(s - y).sum()),
        inside50=float(((truth >= band[2]) & (truth <= band[4])).sum()),
        inside80=float(((truth >= band[1]) & (truth <= band[5])).sum()),
        inside95=float(((truth >= band[0]) & (truth <= band[6])).sum()),
        seconds=seconds,
        fits=1.0,
    )
    hidden = np.where(seen, 0.0, np.nan)
    stood, first = (panel.first + timedelta(days=int(d)) for d in (origin, origin + lead))
    return OriginScore(stood, found, first, y + hidden, f + hidden, s + hidden)


def backtest_panel(
    panel: Panel,
    at: Sequence[int],
    region: str | None,
    lead: int,
    window: int = WINDOW,
    drivers: Mapping[str, FloatArray] | None = None,
    events: Sequence[Event] = (),
    planned: Mapping[str, FloatArray] | None = None,
) -> list[OriginScore]:
    """Score one queue at each origin, in their order; the parameters are those of `stand_at`, the origins being `at`."""
    out = []
    for origin in at:
        began = time.process_time()
        answer = stand_at(panel, origin, region, lead, window, drivers, events, planned)
        took = time.process_time() - began
        out.append(score(panel, origin, lead, answer, window, took))
    return out
