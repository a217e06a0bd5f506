"""Charts of several plans side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from staffing.charts.theme import Palette, Spec, Words, clock_axis, locale_of


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
        "axis": clock_axis(times, 2),
    }
    dash = {"domain": [words["cover"], words["need"]], "range": [[1, 0], [4, 4]]}
    legend = {"title": None, "orient": "top", "columns": 2}
    y = {"field": "v", "type": "quantitative", "title": words["agents"]}
    plan = {"field": "p", "type": "nominal", "legend": legend, "sort": None}
    lines: Spec = {
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        "encoding": {
            "x": x,
            "y": y,
            "color": plan,
            "strokeDash": {"field": "k", "type": "nominal", "scale": dash, "legend": legend},
            "tooltip": [
                {"field": "t", "type": "nominal", "title": words["time"]},
                {"field": "p", "type": "nominal", "title": " "},
                {"field": "k", "type": "nominal", "title": " "},
                {"field": "v", "type": "quantitative", "title": words["agents"], "format": ".2~f"},
            ],
        },
    }
    # plans are told apart without their colours too
    shapes: Spec = {
        "transform": [{"filter": f"datum.k === {json.dumps(words['cover'])} && datum.i % 4 === 0"}],
        "mark": {"type": "point", "size": 45, "filled": True, "aria": False},
        "encoding": {"x": x, "y": y, "color": plan, "shape": plan},
    }
    config = locale_of(words)
    return {"height": height, "data": {"values": rows}, "config": config, "layer": [lines, shapes]}


LABELS = (-14, 18, -30, 34)
"""Where the names of points that lie close together stand, in pixels below the point."""
CLOSE = 0.25
"""Points closer than this share of the chart would have their names on top of each other."""


def _ranks(points: Sequence[tuple[float, float]]) -> list[int]:
    """How many earlier points lie close to each."""
    if not points:
        return []
    xs, ys = zip(*points, strict=True)
    wide, high = max(xs) - min(xs), max(ys) - min(ys)

    def close(a: tuple[float, float], b: tuple[float, float]) -> bool:
        return bool(abs(a[0] - b[0]) <= CLOSE * wide and abs(a[1] - b[1]) <= CLOSE * high)

    return [sum(close(points[i], points[j]) for j in range(i)) for i in range(len(points))]


def cost_against_service(
    plans: Sequence[tuple[str, float, float, float, float]],
    target: float | None,
    words: Words,
    palette: Palette,
    height: int = 280,
) -> Spec:
    """Each plan as a point with its name and band: (name, cost, service level, low, high); the target as a dashed line."""
    ranks = _ranks([(x, y) for _, x, y, _, _ in plans])
    rows = [
        {"p": p, "x": x, "y": y, "low": a, "high": b, "k": k} for (p, x, y, a, b), k in zip(plans, ranks, strict=True)
    ]
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
        *(
            {
                "transform": [{"filter": f"datum.k == {k}"}],
                "mark": {"type": "text", "dy": LABELS[k % len(LABELS)], "fontSize": 12, "color": palette.need},
                "encoding": {"x": cost, "y": {"field": "y", **level}, "text": {"field": "p", "type": "nominal"}},
            }
            for k in sorted(set(ranks))
        ),
    ]
    if target is not None:
        rule = {"type": "rule", "strokeDash": [6, 4], "color": palette.need}
        layers.append({"data": {"values": [{"y": target}]}, "mark": rule, "encoding": {"y": {"field": "y", **level}}})
    return {"height": height, "data": {"values": rows}, "config": locale_of(words), "layer": layers}
