"""The planner's own adjustments, kept apart from the statistical forecast, with who made them and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from staffing.errors import Problems
from staffing.forecast.counts import quantile
from staffing.forecast.events import check_events, future_factor, of_queue, part_of_day, set_contacts
from staffing.forecast.panel import to_axis, to_panel
from staffing.forecast.result import LEVELS, Forecast
from staffing.forecast.settings import Adjustment, Event
from staffing.grid import FloatArray


def adjust(forecast: Forecast, adjustments: Sequence[Adjustment]) -> Forecast:
    """Apply adjustments; the forecast given stays what it was.

    Parameters
    ----------
    forecast
        The statistical forecast.
    adjustments
        Applied in their order; factors multiply, numbers replace. Those of other months are passed over.

    Returns
    -------
    Forecast
        With `contacts` and `quantiles` changed and one note for each adjustment of these days; `statistical` stays.
        Component ``manual`` holds each day's factor; where nothing was expected before, ``level`` holds the number.

    Raises
    ------
    InputError
        Nobody or no reason named, neither or both of factor and contacts, unknown queue, days in the wrong order.

    Examples
    --------
    >>> # see `make_forecast` for a forecast; a day is set to 500 contacts by
    >>> from datetime import date
    >>> letter = Adjustment(date(2027, 1, 12), date(2027, 1, 12), "Ana", "price letter", "phone", contacts=500.0)
    """
    _check(forecast, adjustments)
    grid = forecast.grid
    mine = [a for a in adjustments if a.first <= grid.dates[-1] and a.last >= grid.start]
    if not mine:
        return forecast
    contacts, quantiles = forecast.contacts.copy(), forecast.quantiles.copy()
    manual = np.ones((len(forecast.queues), grid.days))
    components = {name: values.copy() for name, values in forecast.components.items()}
    for q, name in enumerate(forecast.queues):
        panel = to_panel(grid, contacts[q], forecast.open[q])
        before = np.nan_to_num(panel.volume)
        after = _applied(forecast, of_queue([_event(a) for a in mine], name), before, panel.open.astype(np.float64))
        new = to_axis(grid, after)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.where(contacts[q] > 0, new / contacts[q], 0.0)
            manual[q] = np.where(before.sum(1) > 0, after.sum(1) / before.sum(1), 1.0)
        moved = quantiles[:, q] * ratio
        fresh = (contacts[q] <= 0) & (new > 0)
        if fresh.any():
            variance = new + (forecast.day_error[q] * new) ** 2
            moved = np.where(fresh, np.stack([quantile(p, new, variance) for p in LEVELS]), moved)
            for component, values in components.items():
                of_none = (before.sum(1) <= 0) & (after.sum(1) > 0)
                values[q] = np.where(of_none, after.sum(1) if component == "level" else 1.0, values[q])
        contacts[q], quantiles[:, q] = new, moved
    components["manual"] = components.get("manual", 1.0) * manual
    return replace(
        forecast,
        contacts=contacts,
        quantiles=quantiles,
        components=components,
        notes=(*forecast.notes, *(_sentence(a, forecast) for a in mine)),
    )


def _applied(forecast: Forecast, events: Sequence[Event], contacts: FloatArray, opened: FloatArray) -> FloatArray:
    for event in events:
        factor, _ = future_factor([event], forecast.grid, ())
        contacts = set_contacts([event], forecast.grid, contacts * factor, opened)
    return contacts


def _check(forecast: Forecast, adjustments: Sequence[Adjustment]) -> None:
    found = Problems()
    for number, a in enumerate(adjustments, 1):
        where = f"adjustment {number}"
        if not a.who.strip() or not a.why.strip():
            found.add(where, "without a name or a reason", "say who decided it and why")
        if a.factor is None and a.contacts is None:
            found.add(where, "changes nothing", "give a factor or a number of contacts")
    with found.collecting():
        check_events([_event(a) for a in adjustments], forecast.queues)
    found.raise_if_any()


def _event(a: Adjustment) -> Event:
    return Event(a.why, a.first, a.last, a.queue, a.factor, a.contacts, a.start, a.end)


def _sentence(a: Adjustment, forecast: Forecast) -> str:
    what = f"times {a.factor:g}" if a.factor is not None else f"set to {a.contacts:g} contacts a day"
    days = f"{a.first}" if a.first == a.last else f"{a.first} to {a.last}"
    clock = ""
    if a.start is not None or a.end is not None:
        clock = f" {a.start:%H:%M}" if a.start is not None else " 00:00"
        clock += f"-{a.end:%H:%M}" if a.end is not None else "-24:00"
    idle = "" if _acts(a, forecast) else " (changes nothing: closed then)"
    return f"{a.queue or 'all queues'}, {days}{clock}: {what} by {a.who}: {a.why}{idle}"


def _acts(a: Adjustment, forecast: Forecast) -> bool:
    """Whether any queue concerned is open in that time."""
    grid = forecast.grid
    slots = 1440 // grid.interval_minutes
    part = part_of_day(_event(a), slots)[grid.minute // grid.interval_minutes]
    days = np.array([a.first <= d <= a.last for d in grid.dates])[grid.day]
    rows = [q for q, name in enumerate(forecast.queues) if a.queue in (None, name)]
    return bool(forecast.open[rows][:, part & days].any())
