"""The figures in a violation's sentence, so that it can be told in any language."""

from __future__ import annotations

import re

from staffing.roster.rules import Violation

NUMBER = r"(-?[\d.]+)"
SENTENCES = {
    "max_daily_hours": rf"{NUMBER} paid hours, at most {NUMBER} are legal",
    "legal_breaks": rf"{NUMBER} minutes of break in {NUMBER} h of work, {NUMBER} are due",
    "min_rest": rf"{NUMBER} h of rest before the shift .*, at least {NUMBER} h are due",
    "max_consecutive_days": rf"{NUMBER} days in a row, at most {NUMBER}",
    "weekly_hours": rf"{NUMBER} h in this week, due are {NUMBER} to {NUMBER} h",
    "max_weekly_hours": rf"{NUMBER} h in this week, at most {NUMBER} h are legal",
    "horizon_hours": rf"{NUMBER} h in the horizon, due are {NUMBER} to {NUMBER} h",
    "max_shifts_per_week": rf"{NUMBER} shifts in this week, at most {NUMBER}",
    "weekends_off": rf"{NUMBER} whole weekends off, at least {NUMBER}",
}
"""How each rule with figures tells them; a test holds this to what the audit says."""


def figures(violation: Violation) -> tuple[float, ...]:
    """Figures of a violation in the order of its sentence; empty where its rule has none.

    Examples
    --------
    >>> figures(Violation(0, 3, "max_consecutive_days", "Anna, 2027-01-04: 7 days in a row, at most 6"))
    (7.0, 6.0)
    """
    found = re.search(SENTENCES.get(violation.rule, r"$^"), violation.sentence)
    return tuple(float(x) for x in found.groups()) if found else ()
