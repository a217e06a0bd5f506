"""Charts of one day: need against cover, the service expected, the need itself."""

from __future__ import annotations

import math
from collections.abc import Sequence

from staffing.charts.theme import AXIS_PIXELS, Palette, Spec, Words, clock_axis, locale_of


def cover_of_day(
    times: Sequence[str],
    required: Sequence[float],
    staffed: Sequence[float],
    words: Words,
    palette: Palette,
    height: int = 260,
) -> Spec:
    """Need as a line over cover as an area; shortages between them.

    Parameters
    ----------
    times
        Wall-clock start of each interval, ``HH:MM``.
    required, staffed
        Agents, one value per interval.
    words, palette, height
        Language, theme, pixels.

    Examples
    --------
    >>> from staffing.charts.theme import LIGHT
    >>> words = Words({k: k for k in ("need", "cover", "short", "time", "agents")})
    >>> spec = cover_of_day(["08:00", "08:30"], [2, 3], [2, 2], words, LIGHT)
    >>> [row["short"] for row in spec["data"]["values"]]  # the last row only closes the step
    [0, 1, 0]
    """
    rows = [
        {"i": i, "j": i + 1, "t": t, "need": n, "cover": c, "short": max(0, n - c)}
        for i, (t, n, c) in enumerate(zip(times, required, staffed, strict=True))
    ]
    if rows:
        # a last point, so that the steps of the last interval are drawn
        rows.append({**rows[-1], "i": len(rows), "j": len(rows), "short": 0})
    x = {"field": "i", "type": "quantitative", "scale": {"domain": [0, len(times)], "nice": False}}
    x["axis"] = clock_axis(times, 2)
    tooltip = [
        {"field": "t", "type": "nominal", "title": words["time"]},
        {"field": "need", "type": "quantitative", "title": words["need"], "format": ".2~f"},
        {"field": "cover", "type": "quantitative", "title": words["cover"], "format": ".2~f"},
        {"field": "short", "type": "quantitative", "title": words["short"], "format": ".2~f"},
    ]
    colours = {
        "domain": [words["cover"], words["short"], words["need"]],
        "range": [palette.cover, palette.short, palette.need],
    }
    legend = {"title": None, "orient": "top", "symbolType": "square"}

    def colour(label: str) -> Spec:
        return {"datum": label, "type": "nominal", "scale": colours, "legend": legend}

    y = {
        "type": "quantitative",
        "title": words["agents"],
        "axis": {"tickMinStep": 1, "grid": True, "minExtent": AXIS_PIXELS},
    }
    return {
        "height": height,
        "data": {"values": rows},
        "config": locale_of(words),
        "layer": [
            {
                "mark": {"type": "area", "interpolate": "step-after", "opacity": 1},
                "encoding": {"x": x, "y": {"field": "cover", **y}, "color": colour(words["cover"])},
            },
            {
                "transform": [{"filter": "datum.short > 0.001"}],
                "mark": {"type": "bar", "stroke": palette.short, "strokeWidth": 0.6},
                "encoding": {
                    "x": x,
                    "x2": {"field": "j"},
                    "y": {"field": "need", **y},
                    "y2": {"field": "cover"},
                    "color": colour(words["short"]),
                },
            },
            {
                "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
                "encoding": {"x": x, "y": {"field": "need", **y}, "color": colour(words["need"])},
            },
            {
                "mark": {"type": "bar", "opacity": 0},
                "encoding": {"x": x, "x2": {"field": "j"}, "y": {"field": "need", **y}, "tooltip": tooltip},
            },
        ],
    }


def service_of_day(
    times: Sequence[str],
    level: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    target: float | None,
    words: Words,
    palette: Palette,
    height: int = 150,
) -> Spec:
    """Simulated service level with its band, and the promise as a dashed line; NaN leaves a hole."""
    rows = [
        {"i": i + 0.5, "t": t, "level": v, "low": a, "high": b}
        for i, (t, v, a, b) in enumerate(zip(times, level, low, high, strict=True))
        if not math.isnan(v)
    ]
    x: Spec = {"field": "i", "type": "quantitative", "scale": {"domain": [0, len(times)], "nice": False}}
    x["axis"] = clock_axis(times, 2)
    y = {"type": "quantitative", "title": words["service"], "scale": {"domain": [0, 1]}}
    y["axis"] = {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1], "minExtent": AXIS_PIXELS}
    tooltip = [
        {"field": "t", "type": "nominal", "title": words["time"]},
        {"field": "level", "type": "quantitative", "title": words["service"], "format": ".1%"},
        {"field": "low", "type": "quantitative", "title": words["low"], "format": ".1%"},
        {"field": "high", "type": "quantitative", "title": words["high"], "format": ".1%"},
    ]
    layers: list[Spec] = [
        {
            "mark": {"type": "area", "opacity": 0.25, "color": palette.band},
            "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "line", "color": palette.band, "point": {"size": 18, "color": palette.band}},
            "encoding": {"x": x, "y": {"field": "level", **y}, "tooltip": tooltip},
        },
    ]
    if target is not None:
        rule = {"type": "rule", "strokeDash": [6, 4], "color": palette.need}
        layers.append({"data": {"values": [{"y": target}]}, "mark": rule, "encoding": {"y": {"field": "y", **y}}})
    return {"height": height, "data": {"values": rows}, "config": locale_of(words), "layer": layers}


def need_of_day(
    times: Sequence[str],
    on_phones: Sequence[float],
    on_roster: Sequence[float],
    words: Words,
    palette: Palette,
    height: int = 220,
) -> Spec:
    """Agents needed on contacts as an area, and on the roster (with shrinkage) as a line."""
    rows = [
        {"i": i, "t": t, "n": a, "g": b} for i, (t, a, b) in enumerate(zip(times, on_phones, on_roster, strict=True))
    ]
    if rows:
        # a last point, so that the steps of the last interval are drawn
        rows.append({**rows[-1], "i": len(rows)})
    x: Spec = {"field": "i", "type": "quantitative", "scale": {"domain": [0, len(times)], "nice": False}}
    x["axis"] = clock_axis(times, 2)
    y = {"type": "quantitative", "title": words["agents"], "axis": {"tickMinStep": 1, "minExtent": AXIS_PIXELS}}
    scale = {"domain": [words["on_phones"], words["on_roster"]], "range": [palette.cover, palette.need]}
    legend = {"title": None, "orient": "top", "symbolType": "square"}
    tooltip = [
        {"field": "t", "type": "nominal", "title": words["time"]},
        {"field": "n", "type": "quantitative", "title": words["on_phones"], "format": ".2~f"},
        {"field": "g", "type": "quantitative", "title": words["on_roster"], "format": ".2~f"},
    ]
    parts: tuple[tuple[str, str, str, Spec], ...] = (
        ("area", "n", "on_phones", {}),
        ("line", "g", "on_roster", {"strokeWidth": 2}),
    )
    return {
        "height": height,
        "data": {"values": rows},
        "config": locale_of(words),
        "layer": [
            {
                "mark": {"type": mark, "interpolate": "step-after", **more},
                "encoding": {
                    "x": x,
                    "y": {"field": field, **y},
                    "color": {"datum": words[name], "type": "nominal", "scale": scale, "legend": legend},
                    "tooltip": tooltip,
                },
            }
            for mark, field, name, more in parts
        ],
    }
