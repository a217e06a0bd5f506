"""Broken rules and demands in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from staffing.roster.rules import Violation
from staffing.roster.rules.messages import Value
from staffing.ui.texts import Texts


def told(t: Texts, violation: Violation) -> str:
    """What a rota breaks, without who and when."""
    return t(f"violation.{violation.message}", **spoken(t, violation.values))


def asked(t: Texts, message: str, values: Iterable[tuple[str, Value]]) -> str:
    """What a rule asks of an agent (`roster.explain.Clause`)."""
    return t(f"asked.{message}", **spoken(t, values))


def spoken(t: Texts, values: Iterable[tuple[str, Value]]) -> dict[str, str]:
    """Values of a message as the language writes them: numbers with at most two decimals, days and moments short."""
    out = {}
    for name, value in values:
        if isinstance(value, datetime):
            out[name] = t.moment(value)
        elif isinstance(value, date):
            out[name] = t.day(value)
        elif isinstance(value, float):
            digits = next((n for n in (0, 1) if abs(round(value, n) - value) < 5e-3), 2)
            out[name] = t.number(value, digits)
        else:
            out[name] = str(value)
    return out
