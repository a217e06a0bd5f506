"""What the user may tell the forecast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from pydantic.dataclasses import dataclass as settings

from staffing.strict import STRICT


@settings(frozen=True, slots=True, config=STRICT)
class ForecastSettings:
    """Regional holidays and the like; everything else is automatic."""

    holiday_region: str | None = None
    """Country and optionally subdivision of the public holidays, e.g. DE, DE-BE, US-NY; None: none."""
    seed: int = 1
    """Seed of random scenario paths."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that makes days (or parts of them) unlike others: a campaign, an outage, a mailing.

    In the past it is explained away; in the future it multiplies the forecast, or sets it where `contacts` is given.

    Attributes
    ----------
    name
        What it is.
    first, last
        Local days, both inclusive.
    queue
        Queue concerned; None means all.
    factor
        Factor on the contacts; None in the past: learnt and removed.
    contacts
        Absolute contacts per day instead of a factor.
    start, end
        Part of the day; None means the whole day.
    """

    name: str
    first: date
    last: date
    queue: str | None = None
    factor: float | None = None
    contacts: float | None = None
    start: time | None = None
    end: time | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One change that a planner makes to the forecast by hand.

    Attributes
    ----------
    first, last
        Local days, both inclusive.
    who, why
        Who decided it, and what the model cannot know.
    queue
        Queue concerned; None means all.
    factor
        Factor on the contacts.
    contacts
        Contacts per day in place of a factor (in that part of the day, where one is given).
    start, end
        Part of the day; None means from its beginning, to its end.
    """

    first: date
    last: date
    who: str
    why: str
    queue: str | None = None
    factor: float | None = None
    contacts: float | None = None
    start: time | None = None
    end: time | None = None
