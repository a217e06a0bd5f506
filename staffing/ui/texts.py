"""The app's words in German and English, and numbers, dates and money as people write them there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib import resources
from typing import Any

from babel import dates, numbers

LANGUAGES = ("de", "en")
LOCALES = {"de": "de_DE", "en": "en_GB"}
MINUS = "\N{MINUS SIGN}"
NONE = "\N{EN DASH}"
"""Shown where there is no value."""
SHORTEST = "%g"
"""Format of a field for a number: the decimals that it has."""
_MARKDOWN = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]()<>#+!|~$:"})


@lru_cache
def catalogue(language: str) -> dict[str, str | dict[str, str]]:
    """All texts of a language by key; a text with plural forms is ``{"one": ..., "other": ...}`` over ``n``."""
    file = resources.files("staffing.ui") / "i18n" / f"{language}.json"
    found: dict[str, str | dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def preferred(accepted: str | None) -> str:
    """Language for a browser's locale.

    Examples
    --------
    >>> preferred("de-AT"), preferred("fr"), preferred(None)
    ('de', 'en', 'en')
    """
    return "de" if (accepted or "").lower().startswith("de") else "en"


def plain(text: str) -> str:
    """Text of users made safe for places that read markdown.

    Examples
    --------
    >>> print(plain("team_a *new*"))
    team\\_a \\*new\\*
    """
    return text.translate(_MARKDOWN)


@dataclass(frozen=True, slots=True)
class Texts:
    """Speaks one language.

    Examples
    --------
    >>> t = Texts("de")
    >>> t.number(1234.5, 1), t.percent(0.8123, 1), t.signed(-3.26, 1)
    ('1.234,5', '81,2\\xa0%', '−3,3')
    >>> Texts("en").percent(-0.0001, 1), Texts("en").signed_percent(0.05, 1)
    ('0.0%', '+5.0%')
    """

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """Text of a key with its values filled in; `n` chooses the plural form and is written with grouped thousands."""
        entry = catalogue(self.language)[key]
        n = values.get("n")
        if isinstance(entry, dict):
            entry = entry["one" if n == 1 else "other"]
        if isinstance(n, int):
            values["n"] = self.number(n)
        return str(entry.format(**values) if values else entry)

    def has(self, key: str) -> bool:
        """Whether there is a text for the key."""
        return key in catalogue(self.language)

    @property
    def locale(self) -> str:
        """Babel's name of the locale."""
        return LOCALES[self.language]

    # -- numbers -----------------------------------------------------------------------------------

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number with grouped thousands; a dash for None."""
        return NONE if _missing(value) else self._decimal(value, digits)

    def count(self, value: float) -> str:
        """A number of people: one decimal where there is one."""
        return self._pattern(value, "#,##0.#")

    def exact(self, value: float) -> str:
        """A number with the decimals it has, four at most."""
        return self._pattern(value, "#,##0.####")

    def signed(self, value: float | None, digits: int = 0) -> str:
        """A number with its sign; zero has none."""
        if value is None or value != value:
            return NONE
        rounded = round(value, digits)
        sign = "+" if rounded > 0 else MINUS if rounded < 0 else "±" if value else ""
        return sign + self._decimal(abs(rounded), digits)

    def percent(self, value: float | None, digits: int = 0) -> str:
        """A fraction as a percentage."""
        if value is None or value != value:
            return NONE
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        pattern += "\N{NO-BREAK SPACE}%" if self.language == "de" else "%"
        told = str(numbers.format_percent(round(value, digits + 2) + 0.0, format=pattern, locale=self.locale))
        return told.replace("-", MINUS)

    def signed_percent(self, value: float | None, digits: int = 0) -> str:
        """A fraction as a percentage with its sign; zero has none."""
        if _missing(value):
            return NONE
        return self.signed(100 * (value or 0.0), digits) + ("\N{NO-BREAK SPACE}%" if self.language == "de" else "%")

    def hours(self, value: float | None, digits: int = 0) -> str:
        """Hours with their unit."""
        return NONE if _missing(value) else f"{self._decimal(value, digits)}\N{NO-BREAK SPACE}h"

    def seconds(self, value: float | None) -> str:
        """Seconds with their unit, minutes and seconds from two minutes on."""
        if value is None or value != value:
            return NONE
        whole = round(value)
        if whole < 120:
            return f"{whole}\N{NO-BREAK SPACE}s"
        return f"{whole // 60}:{whole % 60:02}\N{NO-BREAK SPACE}min"

    def money(self, value: float | None, currency: str, *, signed: bool = False) -> str:
        """Whole units of a currency."""
        if value is None or value != value:
            return NONE
        amount = numbers.format_currency(
            abs(round(value)), currency, locale=self.locale, currency_digits=False, format=self._money_pattern
        )
        sign = MINUS if value <= -0.5 else "+" if signed and value >= 0.5 else ""
        return sign + amount

    @property
    def _money_pattern(self) -> str:
        return "#,##0\N{NO-BREAK SPACE}¤" if self.language == "de" else "¤#,##0"

    def _decimal(self, value: float | None, digits: int) -> str:
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return self._pattern(round(value or 0.0, digits), pattern)

    def _pattern(self, value: float, pattern: str) -> str:
        # 0.0 is added so that a negative zero has no sign
        return str(numbers.format_decimal(value + 0.0, format=pattern, locale=self.locale)).replace("-", MINUS)

    # -- time --------------------------------------------------------------------------------------

    def day(self, value: date) -> str:
        """Short: weekday and day of the month, e.g. ``Mo 04.01.``"""
        rest = dates.format_date(value, "dd.MM." if self.language == "de" else "d MMM", locale=self.locale)
        return f"{self.weekday(value)} {rest}"

    def numeric_day(self, value: date) -> str:
        """Day and month in digits, e.g. ``4.1.``"""
        return str(dates.format_date(value, "d.M." if self.language == "de" else "d/M", locale=self.locale))

    def weekday(self, value: date) -> str:
        """Two or three letters, e.g. ``Mo``."""
        short = dates.format_date(value, "EEEEEE" if self.language == "de" else "EEE", locale=self.locale)
        return str(short).rstrip(".")

    def short_date(self, value: date) -> str:
        """As `day`, with the year, e.g. ``Mo 04.01.2027``"""
        pattern = "dd.MM.yyyy" if self.language == "de" else "d MMM yyyy"
        return f"{self.weekday(value)} {dates.format_date(value, pattern, locale=self.locale)}"

    def long_day(self, value: date) -> str:
        """With weekday, month and year in words."""
        return str(dates.format_date(value, "full", locale=self.locale))

    def month(self, value: date) -> str:
        """Month and year in words."""
        return str(dates.format_date(value, "LLLL yyyy", locale=self.locale))

    def short_month(self, value: date) -> str:
        """As `month`, the month in three letters."""
        return str(dates.format_date(value, "LLL yyyy", locale=self.locale))

    def moment(self, value: datetime) -> str:
        """Day and time of day."""
        pattern = "dd.MM. HH:mm" if self.language == "de" else "d MMM HH:mm"
        return str(dates.format_datetime(value, pattern, locale=self.locale))

    def moment_of(self, seconds: float) -> str:
        """As `moment`, of Unix seconds, in the time of this machine."""
        return self.moment(datetime.fromtimestamp(seconds))

    def listing(self, items: list[str]) -> str:
        """Items in a sentence, with the last joined by "and"."""
        return items[0] if len(items) == 1 else self("list.and", first=", ".join(items[:-1]), last=items[-1])


def _missing(value: Any) -> bool:
    return value is None or value != value
