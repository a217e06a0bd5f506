"""Charts as plain dicts: Vega-Lite for a day, ECharts for a month. No drawing library is needed to make them.

Colours hold for the colour-blind (orange for too few, blue for enough) and are never the only signal: need is a line,
cover an area, and a shortage stands between them as a hatched bar.
"""

from __future__ import annotations

import json
import math
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
        By key: ``need``, ``cover``, ``short``, ``over``, ``service``, ``target``, ``time``, ``best``, ``bound``, ``seconds``,
        ``agents``, ``enough``.
    decimal, thousands
        Marks of numbers.
    """

    labels: Mapping[str, str]
    decimal: str = "."
    thousands: str = ","

    def __getitem__(self, key: str) -> str:
        return self.labels[key]


def _locale(words: Words) -> Spec:
    return {
        "locale": {
            "number": {"decimal": words.decimal, "thousands": words.thousands, "grouping": [3], "currency": ["", ""]}
        }
    }


def _clock_axis(times: Sequence[str], every_hours: int) -> Spec:
    """Axis over interval numbers that is labelled with full hours."""
    marks = {i: s for i, s in enumerate(times) if s.endswith(":00") and int(s[:2]) % every_hours == 0}
    return {
        "values": list(marks),
        "labelExpr": f"({json.dumps({str(i): s for i, s in marks.items()})})[datum.value]",
        "grid": False,
        "title": None,
    }


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
    x["axis"] = _clock_axis(times, 2)
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
        "config": _locale(words),
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
    x["axis"] = _clock_axis(times, 2)
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
    return {"height": height, "data": {"values": rows}, "config": _locale(words), "layer": layers}


def search_of_rota(
    trace: Sequence[tuple[float, float | None, float | None]], words: Words, palette: Palette, height: int = 190
) -> Spec:
    """Cost of the best rota and the proven bound over the seconds of the search."""
    rows = [{"s": s, "v": v, "k": words["best"]} for s, v, _ in trace if v is not None]
    rows += [{"s": s, "v": v, "k": words["bound"]} for s, _, v in trace if v is not None]
    colours = {"domain": [words["best"], words["bound"]], "range": [palette.short, palette.band]}
    return {
        "height": height,
        "data": {"values": rows},
        "config": _locale(words),
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        "encoding": {
            "x": {"field": "s", "type": "quantitative", "title": words["seconds"], "axis": {"grid": False}},
            "y": {
                "field": "v",
                "type": "quantitative",
                "title": None,
                "scale": {"zero": False},
                "axis": {"format": ",.0f"},
            },
            "color": {"field": "k", "type": "nominal", "scale": colours, "legend": {"title": None, "orient": "top"}},
            "strokeDash": {
                "field": "k",
                "type": "nominal",
                "legend": None,
                "scale": {"domain": colours["domain"], "range": [[1, 0], [6, 4]]},
            },
            "tooltip": [
                {"field": "s", "type": "quantitative", "title": words["seconds"], "format": ",.0f"},
                {"field": "k", "type": "nominal", "title": " "},
                {"field": "v", "type": "quantitative", "title": " ", "format": ",.0f"},
            ],
        },
    }


def gap_of_month(
    days: Sequence[str],
    times: Sequence[str],
    gap: Sequence[Sequence[float]],
    tips: Sequence[Sequence[str]],
    words: Words,
    palette: Palette,
) -> Spec:
    """Heat map of surplus and shortage: days down, clock across; orange too few, blue too many, blank where closed.

    Parameters
    ----------
    days, times
        Labels of the axes.
    gap
        Staffed minus required per day and time; NaN where closed.
    tips
        One sentence per cell.
    words, palette
        Language and theme.
    """
    cells: list[Spec] = [
        {"value": [x, y, round(v, 2)], "name": tips[y][x]}
        for y, row in enumerate(gap)
        for x, v in enumerate(row)
        if not math.isnan(v)
    ]
    reach = max((abs(c["value"][2]) for c in cells), default=1.0) or 1.0
    return {
        "grid": {"left": 8, "right": 12, "top": 8, "bottom": 64, "containLabel": True},
        "tooltip": {"formatter": "{b}", "confine": True},
        "xAxis": {"type": "category", "data": list(times), "splitArea": {"show": False}, "axisTick": {"show": False}},
        "yAxis": {
            "type": "category",
            "data": list(days),
            "inverse": True,
            "axisTick": {"show": False},
            "axisLabel": {"interval": 0},
        },
        "visualMap": {
            "type": "continuous",
            "min": -reach,
            "max": reach,
            "calculable": False,
            "orient": "horizontal",
            "left": "center",
            "bottom": 4,
            "itemHeight": 160,
            "text": [words["over"], words["short"]],
            "inRange": {"color": [palette.short, palette.middle, palette.over]},
        },
        "series": [{"type": "heatmap", "data": cells, "animation": False, "itemStyle": {"borderWidth": 0}}],
    }


def service_of_month(
    days: Sequence[str],
    times: Sequence[str],
    level: Sequence[Sequence[float]],
    target: float | None,
    tips: Sequence[Sequence[str]],
    words: Words,
    palette: Palette,
) -> Spec:
    """Heat map of the service level: days down, clock across; orange below the target, blue above, blank where nothing comes.

    What misses the target also has its percentage written in the cell.

    Parameters
    ----------
    days, times
        Labels of the axes.
    level
        Service level per day and time, fractions; NaN where nothing comes.
    target
        Service level promised; None: half is the middle, and nothing is written.
    tips
        One sentence per cell.
    words, palette
        Language and theme.
    """
    cells: list[Spec] = []
    for y, row in enumerate(level):
        for x, v in enumerate(row):
            if math.isnan(v):
                continue
            cell: Spec = {"value": [x, y, round(v, 3)], "name": tips[y][x]}
            if target is not None and v < target:
                cell["label"] = {"show": True, "formatter": f"{100 * v:.0f}", "fontSize": 9, "color": palette.need}
            cells.append(cell)
    middle = 0.5 if target is None else target
    # The middle of the colours is the target: what lies below is stretched as far as what lies above.
    low = max(0.0, 2 * middle - 1.0)
    return {
        "grid": {"left": 8, "right": 12, "top": 8, "bottom": 64, "containLabel": True},
        "tooltip": {"formatter": "{b}", "confine": True},
        "xAxis": {"type": "category", "data": list(times), "splitArea": {"show": False}, "axisTick": {"show": False}},
        "yAxis": {
            "type": "category",
            "data": list(days),
            "inverse": True,
            "axisTick": {"show": False},
            "axisLabel": {"interval": 0},
        },
        "visualMap": {
            "type": "continuous",
            "min": low,
            "max": 1.0,
            "calculable": False,
            "orient": "horizontal",
            "left": "center",
            "bottom": 4,
            "itemHeight": 160,
            "text": [words["high"], words["low"]],
            "inRange": {"color": [palette.short, palette.middle, palette.over]},
        },
        "series": [{"type": "heatmap", "data": cells, "animation": False, "itemStyle": {"borderWidth": 0}}],
    }


def cover_of_plans(
    times: Sequence[str], plans: Mapping[str, tuple[Sequence[float], Sequence[float]]], words: Words, height: int = 260
) -> Spec:
    """Need (dashed) and cover (solid) of one day in several plans: name -> (required, staffed)."""
    rows = []
    for name, (required, staffed) in plans.items():
        for kind, values in (("need", required), ("cover", staffed)):
            rows += [
                {"i": i, "t": t, "v": v, "p": name, "k": words[kind]}
                for i, (t, v) in enumerate(zip(times, values, strict=True))
            ]
    x = {
        "field": "i",
        "type": "quantitative",
        "scale": {"domain": [0, len(times)], "nice": False},
        "axis": _clock_axis(times, 2),
    }
    dash = {"domain": [words["cover"], words["need"]], "range": [[1, 0], [4, 4]]}
    legend = {"title": None, "orient": "top", "columns": 2}
    return {
        "height": height,
        "data": {"values": rows},
        "config": _locale(words),
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        "encoding": {
            "x": x,
            "y": {"field": "v", "type": "quantitative", "title": words["agents"]},
            "color": {"field": "p", "type": "nominal", "legend": legend, "sort": None},
            "strokeDash": {"field": "k", "type": "nominal", "scale": dash, "legend": legend},
            "tooltip": [
                {"field": "t", "type": "nominal", "title": words["time"]},
                {"field": "p", "type": "nominal", "title": " "},
                {"field": "k", "type": "nominal", "title": " "},
                {"field": "v", "type": "quantitative", "title": words["agents"], "format": ".2~f"},
            ],
        },
    }


def contacts_by_day(days: Sequence[str], queues: Sequence[str], contacts: Sequence[Sequence[float]]) -> Spec:
    """Contacts of each day as a line per queue, with a part that can be looked at more closely; NaN leaves a hole."""
    series = [
        {
            "name": queue,
            "type": "line",
            "showSymbol": False,
            "animation": False,
            "lineStyle": {"width": 1.5},
            "data": [None if math.isnan(v) else round(v, 1) for v in values],
        }
        for queue, values in zip(queues, contacts, strict=True)
    ]
    return {
        "grid": {"left": 8, "right": 16, "top": 36, "bottom": 56, "containLabel": True},
        "legend": {"top": 0},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {"type": "category", "data": list(days), "boundaryGap": False},
        "yAxis": {"type": "value", "axisLabel": {"formatter": "{value}"}},
        "dataZoom": [{"type": "inside"}, {"type": "slider", "height": 20, "bottom": 8}],
        "series": series,
    }


def cost_against_service(
    plans: Sequence[tuple[str, float, float, float, float]],
    target: float | None,
    words: Words,
    palette: Palette,
    height: int = 280,
) -> Spec:
    """Each plan as a point with its name and band: (name, cost, service level, low, high); the target as a dashed line."""
    rows = [{"p": p, "x": x, "y": y, "low": a, "high": b} for p, x, y, a, b in plans]
    cost = {"field": "x", "type": "quantitative", "title": words["pay"], "scale": {"zero": False, "padding": 40}}
    cost["axis"] = {"format": ",.0f", "grid": True}
    level = {"type": "quantitative", "title": words["service"], "axis": {"format": ".0%"}, "scale": {"zero": False}}
    tooltip = [
        {"field": "p", "type": "nominal", "title": words["plan"]},
        {"field": "x", "type": "quantitative", "title": words["pay"], "format": ",.0f"},
        {"field": "y", "type": "quantitative", "title": words["service"], "format": ".1%"},
        {"field": "low", "type": "quantitative", "title": words["low"], "format": ".1%"},
        {"field": "high", "type": "quantitative", "title": words["high"], "format": ".1%"},
    ]
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "color": palette.band, "strokeWidth": 2},
            "encoding": {"x": cost, "y": {"field": "low", **level}, "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 110, "color": palette.band},
            "encoding": {"x": cost, "y": {"field": "y", **level}, "tooltip": tooltip},
        },
        {
            "mark": {"type": "text", "dy": -14, "fontSize": 12, "color": palette.need},
            "encoding": {"x": cost, "y": {"field": "y", **level}, "text": {"field": "p", "type": "nominal"}},
        },
    ]
    if target is not None:
        rule = {"type": "rule", "strokeDash": [6, 4], "color": palette.need}
        layers.append({"data": {"values": [{"y": target}]}, "mark": rule, "encoding": {"y": {"field": "y", **level}}})
    return {"height": height, "data": {"values": rows}, "config": _locale(words), "layer": layers}


def forecast_band(
    labels: Sequence[str],
    contacts: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    beside: Mapping[str, Sequence[float]],
    marks: Mapping[int, str],
    words: Words,
    palette: Palette,
    height: int = 260,
) -> Spec:
    """Contacts as a line in their 80% band, other forecasts as dashed lines beside.

    Parameters
    ----------
    labels
        What each value stands for: a day, or the start of an interval.
    contacts, low, high
        Expected contacts and the ends of the band, one value per label.
    beside
        Name on the chart -> values of another forecast.
    marks
        Position -> text under the axis.
    words, palette, height
        Language, theme, pixels.

    Examples
    --------
    >>> words = Words({k: k for k in ("contacts", "forecast", "low", "high", "time")})
    >>> spec = forecast_band(["Mon", "Tue"], [9, 8], [7, 6], [11, 10], {"four weeks": [8, 8]}, {0: "Mon"}, words, LIGHT)
    >>> [row["b0"] for row in spec["data"]["values"]]
    [8, 8]
    """
    names = list(beside)
    rows = [
        {"i": i, "t": t, "v": v, "low": a, "high": b, **{f"b{n}": beside[name][i] for n, name in enumerate(names)}}
        for i, (t, v, a, b) in enumerate(zip(labels, contacts, low, high, strict=True))
    ]
    x: Spec = {"field": "i", "type": "quantitative", "scale": {"domain": [0, max(len(labels) - 1, 1)], "nice": False}}
    x["axis"] = {
        "values": list(marks),
        "labelExpr": f"({json.dumps({str(i): s for i, s in marks.items()})})[datum.value]",
        "grid": False,
        "title": None,
        "labelOverlap": True,
    }
    y = {"type": "quantitative", "title": words["contacts"], "axis": {"minExtent": AXIS_PIXELS}}
    shown = [words["forecast"], *names]
    tints = [palette.band, palette.muted, palette.short]
    scale = {"domain": shown, "range": tints[: len(shown)]}
    dash = {"domain": shown, "range": [[1, 0], [6, 4], [2, 3]][: len(shown)]}
    legend = {"title": None, "orient": "top"}

    def line(field: str, name: str) -> Spec:
        return {
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {
                "x": x,
                "y": {"field": field, **y},
                "color": {"datum": name, "type": "nominal", "scale": scale, "legend": legend},
                "strokeDash": {"datum": name, "type": "nominal", "scale": dash, "legend": None},
            },
        }

    figures = [("v", words["forecast"]), ("low", words["low"]), ("high", words["high"])]
    figures += [(f"b{n}", name) for n, name in enumerate(names)]
    tooltip: list[Spec] = [{"field": "t", "type": "nominal", "title": words["time"]}]
    tooltip += [{"field": f, "type": "quantitative", "title": title, "format": ",.1~f"} for f, title in figures]
    band: Spec = {
        "mark": {"type": "area", "opacity": 0.25, "color": palette.band},
        "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}},
    }
    hover: Spec = {
        "mark": {"type": "rule", "opacity": 0, "strokeWidth": 8},
        "encoding": {"x": x, "tooltip": tooltip},
    }
    lines = [line(f"b{n}", name) for n, name in enumerate(names)]
    layers = [band, *lines, line("v", words["forecast"]), hover]
    return {"height": height, "data": {"values": rows}, "config": _locale(words), "layer": layers}


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
    x["axis"] = _clock_axis(times, 2)
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
        "config": _locale(words),
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
