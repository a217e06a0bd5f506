"""The planner's own adjustments, kept apart from the statistical forecast, with who made them and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time

import numpy as np
from pydantic.dataclasses import dataclass as settings

from staffing.errors import Problems
from staffing.forecast.events import check_events, future_factor, of_queue, set_contacts
from staffing.forecast.panel import to_axis, to_panel
from staffing.forecast.result import Forecast
from staffing.forecast.settings import Event
from staffing.strict import STRICT


@settings(frozen=True, slots=True, config=STRICT)
class Adjustment:
    """One change that a planner makes to the forecast by hand."""

    first: date
    """First day, inclusive."""
    last: date
    """Last day, inclusive."""
    who: str
    """Who decided it."""
    why: str
    """Why: what the model cannot know."""
    queue: str | None = None
    """Queue concerned; None: all."""
    factor: float | None = None
    """Factor on the contacts."""
    contacts: float | None = None
    """Contacts per day in place of a factor (in that part of the day, where one is given)."""
    start: time | None = None
    """From this time of the day on; None: from its beginning."""
    end: time | None = None
    """Up to this time of the day; None: to its end."""


def adjust(forecast: Forecast, adjustments: Sequence[Adjustment]) -> Forecast:
    """Apply adjustments; the forecast given stays what it was.

    Parameters
    ----------
    forecast
        The statistical forecast, without manual changes.
    adjustments
        Applied in their order; factors multiply, numbers replace.

    Returns
    -------
    Forecast
        With `contacts` and `quantiles` changed, component ``manual`` holding each day's factor, and one note for
        each adjustment. Divide by the component, or keep the given forecast, to see the statistical one.

    Raises
    ------
    InputError
        Nobody or no reason named, neither or both of factor and contacts, unknown queue, days in the wrong order.
    """
    found = Problems()
    for number, a in enumerate(adjustments, 1):
        where = f"adjustment {number}"
        if not a.who.strip() or not a.why.strip():
            found.add(where, "without a name or a reason", "say who decided it and why")
        if a.factor is None and a.contacts is None:
            found.add(where, "changes nothing", "give a factor or a number of contacts")
    events = [_event(a) for a in adjustments]
    with found.collecting():
        check_events(events, forecast.queues)
    found.raise_if_any()
    grid = forecast.grid
    contacts, quantiles = forecast.contacts.copy(), forecast.quantiles.copy()
    manual = np.ones((len(forecast.queues), grid.days))
    for q, name in enumerate(forecast.queues):
        before = to_panel(grid, contacts[q], forecast.open[q]).volume
        before = np.nan_to_num(before)
        after = before
        opened = to_panel(grid, contacts[q], forecast.open[q]).open
        for event in of_queue(events, name):
            factor, _ = future_factor([event], grid, ())
            after = set_contacts([event], grid, after * factor, opened.astype(np.float64))
        new = to_axis(grid, after)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.where(contacts[q] > 0, new / contacts[q], 0.0)
            day = np.where(before.sum(1) > 0, after.sum(1) / before.sum(1), 1.0)
        fresh = (contacts[q] <= 0) & (new > 0)
        quantiles[:, q] = np.where(fresh, new, quantiles[:, q] * ratio)
        contacts[q] = new
        manual[q] = day
    notes = tuple(_sentence(a) for a in adjustments)
    return replace(
        forecast,
        contacts=contacts,
        quantiles=quantiles,
        components={**forecast.components, "manual": manual},
        notes=(*forecast.notes, *notes),
    )


def _event(a: Adjustment) -> Event:
    return Event(a.why, a.first, a.last, a.queue, a.factor, a.contacts, a.start, a.end)


def _sentence(a: Adjustment) -> str:
    what = f"times {a.factor:g}" if a.factor is not None else f"set to {a.contacts:g} contacts a day"
    days = f"{a.first}" if a.first == a.last else f"{a.first} to {a.last}"
    return f"{a.queue or 'all queues'}, {days}: {what} by {a.who}: {a.why}"
