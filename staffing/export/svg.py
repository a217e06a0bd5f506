"""Small charts as SVG text: they stand inside a document, need no script and no net, and print sharply."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence

WIDTH = 720
LEFT, RIGHT, TOP, BOTTOM = 54, 10, 12, 26
ROUND = (1.0, 1.2, 1.6, 2.0, 2.4, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
"""Ends of a scale between 1 and 10."""
NEED, COVER, SHORT, BAND = "#1b2333", "#a9cbef", "#d55e00", "#2f6fb5"


def days_chart(
    labels: Sequence[str],
    need: Sequence[float],
    short: Sequence[float],
    title: str,
    number: Callable[[float], str],
    height: int = 210,
) -> str:
    """Bars of what is covered of each day's need, and what is short on top, hatched.

    Parameters
    ----------
    labels
        One per day.
    need, short
        Hours per day; short is a part of need.
    title
        Read out in place of the picture.
    number
        Writes a number as the reader does.

    Examples
    --------
    >>> days_chart(["1", "2"], [8, 8], [0, 2], "Cover", str).count("<rect")
    4
    """
    top = _round_top(max([*need, 1e-9]))
    body, step = height - TOP - BOTTOM, (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    hatch = (
        '<pattern id="short" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="5" height="5" fill="#fbe3d2"/><line y2="5" stroke="{SHORT}" stroke-width="4"/></pattern>'
    )
    parts = [f"<defs>{hatch}</defs>", *_scale(top, body, number)]
    for i, (label, wanted, missing) in enumerate(zip(labels, need, short, strict=True)):
        x, full, gone = LEFT + i * step + 1, body * wanted / top, body * missing / top
        base = TOP + body
        parts.append(_rect(x, base - full + gone, step - 2, full - gone, COVER))
        if missing > 0:
            parts.append(_rect(x, base - full, step - 2, gone, "url(#short)", SHORT))
        if len(labels) <= 12 or i % 3 == 0:
            parts.append(_text(x + step / 2, height - 8, label, "middle"))
    return _svg(height, title, parts)


def course_chart(
    labels: Sequence[str],
    value: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    beside: Sequence[float],
    title: str,
    number: Callable[[float], str],
    height: int = 170,
) -> str:
    """A course over days as a line in its band, with another one beside it, dashed.

    Parameters
    ----------
    labels
        One per day, at least one.
    value, low, high, beside
        The line, its band and the line beside it, one value per day.
    title
        Read out in place of the picture.
    number
        Writes a number as the reader does.

    Examples
    --------
    >>> course_chart(["1", "2"], [8, 9], [7, 8], [9, 10], [8, 8], "Contacts", str).count("<polyline")
    2
    """
    top = _round_top(max([*high, *value, *beside, 1e-9]))
    body, step = height - TOP - BOTTOM, (WIDTH - LEFT - RIGHT) / len(labels)
    xs = [LEFT + (i + 0.5) * step for i in range(len(labels))]

    def points(ys: Sequence[float]) -> list[str]:
        return [f"{x:.1f},{TOP + body * (1 - y / top):.1f}" for x, y in zip(xs, ys, strict=True)]

    band = " ".join([*points(high), *reversed(points(low))])
    parts = [
        *_scale(top, body, number),
        f'<polygon points="{band}" fill="{COVER}" opacity=".6"/>',
        f'<polyline points="{" ".join(points(beside))}" fill="none" stroke="{NEED}" stroke-dasharray="5 3"/>',
        f'<polyline points="{" ".join(points(value))}" fill="none" stroke="{BAND}" stroke-width="2"/>',
    ]
    for i, label in enumerate(labels):
        if len(labels) <= 12 or i % 3 == 0:
            parts.append(_text(xs[i], height - 8, label, "middle"))
    return _svg(height, title, parts)


def band_chart(
    rows: Sequence[tuple[str, float, float, float, float | None]], title: str, percent: Callable[[float], str]
) -> str:
    """Service level of each queue: a dot with its band, and the promise as a bar across: (name, level, low, high, target)."""
    line, left = 30, 150
    height = TOP + line * len(rows) + BOTTOM
    low = min([x for r in rows for x in (r[2], r[4] if r[4] is not None else r[2])], default=0.0)
    first = max(0.0, int(low * 10 - 1e-9) / 10)
    span = (WIDTH - left - 60) / max(1e-9, 1 - first)
    parts = []
    for tick in (first, (first + 1) / 2, 1.0):
        x = left + (tick - first) * span
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{height - BOTTOM}" stroke="#d5dae2"/>')
        parts.append(_text(x, height - 8, percent(tick), "middle"))
    for i, (name, level, lower, upper, target) in enumerate(rows):
        y = TOP + line * i + line / 2
        a, b, c = (left + (v - first) * span for v in (lower, upper, level))
        parts.append(_text(left - 10, y + 4, name, "end"))
        parts.append(
            f'<line x1="{a:.1f}" x2="{b:.1f}" y1="{y}" y2="{y}" stroke="{BAND}" stroke-width="5" opacity=".45"/>'
        )
        parts.append(f'<circle cx="{c:.1f}" cy="{y}" r="5" fill="{BAND}"/>')
        if target is not None:
            x = left + (target - first) * span
            parts.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 10}" y2="{y + 10}" stroke="{NEED}" stroke-width="2.5"/>'
            )
    return _svg(height, title, parts)


def _round_top(value: float) -> float:
    """End of a scale that holds a positive value, round itself and in its middle.

    Examples
    --------
    >>> [_round_top(x) for x in (1138.2, 371, 215, 8, 0.95)]
    [1200.0, 400.0, 240.0, 8.0, 1.0]
    """
    unit = 10.0 ** math.floor(math.log10(value))
    return round(unit * next(m for m in ROUND if m * unit >= value * (1 - 1e-12)), 12)


def _scale(top: float, body: float, number: Callable[[float], str]) -> list[str]:
    parts = []
    for share in (0.0, 0.5, 1.0):
        y = TOP + body * (1 - share)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d5dae2"/>')
        parts.append(_text(LEFT - 6, y + 4, number(top * share), "end"))
    return parts


def _rect(x: float, y: float, width: float, height: float, fill: str, stroke: str = "none") -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(0.0, height):.1f}" fill="{fill}" stroke="{stroke}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(text)}</text>'


def _svg(height: float, title: str, parts: Sequence[str]) -> str:
    told = html.escape(title, quote=True)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{told}" font-size="12" fill="#1b2333">'
        f"{''.join(parts)}</svg>"
    )
