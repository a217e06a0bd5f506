"""What charts have in common: colours of a theme, words and marks of a language, axes with labels of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Spec = dict[str, Any]

AXIS_PIXELS = 42
"""Width of the labels beside charts that stand above each other."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a theme."""

    need: str
    cover: str
    short: str
    over: str
    middle: str
    band: str
    muted: str


LIGHT = Palette("#1B2333", "#A9CBEF", "#D55E00", "#2F6FB5", "#FFFFFF", "#2F6FB5", "#5B6474")
DARK = Palette("#F2F4F8", "#2E5C8A", "#FF8A3D", "#6FB1F2", "#1E2430", "#6FB1F2", "#AAB3C2")


@dataclass(frozen=True, slots=True)
class Words:
    """Words on charts, in the reader's language.

    Attributes
    ----------
    labels
        By key: ``need``, ``cover``, ``short``, ``over``, ``service``, ``target``, ``time``, ``best``, ``bound``, ``gap``,
        ``seconds``, ``agents``, ``enough``.
    decimal, thousands
        Marks of numbers.
    """

    labels: Mapping[str, str]
    decimal: str = "."
    thousands: str = ","

    def __getitem__(self, key: str) -> str:
        return self.labels[key]


def locale_of(words: Words) -> Spec:
    """Configuration of Vega-Lite: numbers as the language writes them, legends not cut off.

    Axes and legends are not described: Vega does so in English, and those who show a chart describe the whole.
    """
    return {
        "axis": {"aria": False},
        "legend": {"aria": False, "labelLimit": 400},
        "locale": {
            "number": {"decimal": words.decimal, "thousands": words.thousands, "grouping": [3], "currency": ["", ""]}
        },
    }


def marked_axis(marks: Mapping[int, str]) -> Spec:
    """Axis over positions, of which some have a label; those that have no room are left out."""
    return {
        "values": list(marks),
        "labelExpr": f"({json.dumps({str(i): s for i, s in marks.items()})})[datum.value]",
        "grid": False,
        "title": None,
        "labelOverlap": True,
    }


def clock_axis(times: Sequence[str], every_hours: int) -> Spec:
    """Axis over interval numbers that is labelled with full hours."""
    return marked_axis({i: s for i, s in enumerate(times) if s.endswith(":00") and int(s[:2]) % every_hours == 0})
