"""Public holidays and other named days of the year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches

import numpy as np

from staffing.errors import InputError, Problem
from staffing.grid import IntArray

# The turn of the year changes the contacts of nearly every business, also where no region of holidays is given.
YEAR_END = {
    (12, 24): "24 December",
    (12, 25): "25 December",
    (12, 26): "26 December",
    (12, 31): "31 December",
    (1, 1): "1 January",
    (1, 2): "2 January",
}

OBSERVED = ("optional", "half_day", "bank", "government", "de_facto")
"""Categories of named days, besides public holidays, on which work often rests; school holidays are seasons."""


def public_holidays(region: str | None, first: date, last: date) -> dict[date, str]:
    """Named public holidays of a region from `first` to `last`, both inclusive.

    Parameters
    ----------
    region
        ISO country, optionally with a subdivision: ``DE``, ``DE-BE``, ``US-NY``; None: no holidays.
    first, last
        Local days.

    Returns
    -------
    dict
        Day -> English name where the calendar has one. A day moved to a working day carries the name of its holiday.

    Raises
    ------
    InputError
        For a region nobody knows, with the nearest that are known.

    Notes
    -----
    Dates come from the `holidays` package.

    Examples
    --------
    >>> public_holidays("DE-BE", date(2026, 3, 1), date(2026, 4, 3))
    {datetime.date(2026, 3, 8): "Women's Day", datetime.date(2026, 4, 3): 'Good Friday'}
    """
    if region is None or last < first:
        return {}
    return _named(region, first, last, ("public",))


def observances(region: str | None, first: date, last: date) -> dict[date, str]:
    """Named days that are no public holiday but that many keep: half days, bank and optional holidays.

    Parameters, errors and source as in `public_holidays`.

    Examples
    --------
    >>> observances("IL", date(2027, 3, 20), date(2027, 3, 27))
    {datetime.date(2027, 3, 23): 'Purim'}
    """
    if region is None or last < first:
        return {}
    public = public_holidays(region, first, last)
    return {d: name for d, name in _named(region, first, last, OBSERVED).items() if d not in public}


def _named(region: str, first: date, last: date, categories: Sequence[str]) -> dict[date, str]:
    import holidays

    known = holidays.list_supported_countries()
    country, _, subdivision = region.partition("-")
    if country not in known:
        raise InputError([_unknown(region, list(known))])
    if subdivision and subdivision not in known[country]:
        near = [f"{country}-{s}" for s in known[country]]
        raise InputError([_unknown(region, near)])
    offered = holidays.country_holidays(country).supported_categories
    kept = tuple(c for c in categories if c in offered)
    if not kept:
        return {}
    years = range(first.year, last.year + 1)
    language = next((x for x in ("en_US", "en_GB", "en") if x in _languages(country)), None)
    found = holidays.country_holidays(
        country, subdiv=subdivision or None, years=years, language=language, categories=kept
    )
    return {d: _plain(name) for d, name in sorted(found.items()) if first <= d <= last}


def _languages(country: str) -> Sequence[str]:
    import holidays

    return list(holidays.list_localized_countries().get(country, ()))


def _plain(name: str) -> str:
    """Name without the remark that a day was moved, so that its factor carries over the years."""
    return name.split(";")[0].replace("(observed)", "").replace("(estimated)", "").strip()


def _unknown(region: str, known: Sequence[str]) -> Problem:
    from babel import Locale

    named = {name.casefold(): code for code, name in Locale("en").territories.items() if code in known}
    codes = get_close_matches(region.upper(), known, n=4, cutoff=0.5)
    near = [named[n] for n in get_close_matches(region.casefold(), list(named), n=2, cutoff=0.7)] or codes
    return Problem(
        "forecast.holiday_region",
        f"unknown region {region!r}",
        f"a country such as DE, optionally with a subdivision such as DE-BE; near: {', '.join(near) or 'none'}",
    )


@dataclass(frozen=True)
class DayCalendar:
    """Consecutive days, past and future, with what a calendar says about them.

    Attributes
    ----------
    first
        The first day.
    label
        Name of a special day or empty, N of them: a holiday, ``before X``, ``after X``, ``observance X``, ``event X``.
    after_closed
        Whether the day before was a holiday or unusually closed, shape (N,).
    """

    first: date
    label: tuple[str, ...]
    after_closed: IntArray

    def __len__(self) -> int:
        return len(self.label)

    @property
    def dates(self) -> tuple[date, ...]:
        """The days, N of them."""
        return tuple(self.first + timedelta(days=i) for i in range(len(self)))

    @property
    def index(self) -> IntArray:
        """Proleptic ordinal of each day, shape (N,)."""
        return self.first.toordinal() + np.arange(len(self), dtype=np.int64)

    @property
    def weekday(self) -> IntArray:
        """Monday 0, shape (N,)."""
        return (self.index - 1) % 7

    @property
    def day_of_month(self) -> IntArray:
        """1 to 31, shape (N,)."""
        return np.array([d.day for d in self.dates], dtype=np.int64)


def plain_name(label: str) -> str:
    """Name by which a person knows a special day: that of an observance without the remark that it is one.

    Examples
    --------
    >>> plain_name("observance Purim"), plain_name("Good Friday")
    ('Purim', 'Good Friday')
    """
    return label.removeprefix("observance ")


def day_calendar(
    first: date,
    days: int,
    region: str | None,
    extra: dict[date, str] | None = None,
    closed: frozenset[date] = frozenset(),
) -> DayCalendar:
    """Calendar of `days` days from `first` in a region.

    Parameters
    ----------
    first, days
        The days, N of them.
    region
        Region of public holidays, or None; then only the days around the turn of the year are named.
    extra
        Further named days, e.g. events; they win over holidays.
    closed
        Days that were or will be closed although their weekday is usually open.

    Examples
    --------
    >>> days = day_calendar(date(2026, 12, 24), 3, "DE")
    >>> days.label
    ('before Christmas Day', 'Christmas Day', 'Second Day of Christmas')
    """
    one = timedelta(days=1)
    last = first + timedelta(days=days - 1)
    named = public_holidays(region, first - 4 * one, last + 2 * one)
    kept = observances(region, first, last)
    extra = extra or {}
    labels, after = [], []
    for i in range(days):
        day = first + i * one
        if day in extra:
            label = extra[day]
        elif day in named:
            label = named[day]
        elif day + one in named:
            label = f"before {named[day + one]}"
        elif day in kept:
            label = f"observance {kept[day]}"
        elif day - one in named:
            label = f"after {named[day - one]}"
        else:
            label = YEAR_END.get((day.month, day.day), "")
        labels.append(label)
        after.append(int(day not in named and (day - one in named or day - one in closed)))
    return DayCalendar(first, tuple(labels), np.array(after, dtype=np.int64))
