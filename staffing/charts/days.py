"""Charts of figures by day."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from staffing.charts.theme import AXIS_PIXELS, Spec, Words, locale_of, marked_axis

DASHES = ([1, 0], [6, 2], [2, 2], [8, 2, 2, 2])
"""Lines are told apart without their colours too."""


def lines_of_days(
    labels: Sequence[str],
    lines: Mapping[str, Sequence[float]],
    marks: Mapping[int, str],
    title: str,
    words: Words,
    height: int = 280,
) -> Spec:
    """A line for each queue over days.

    Parameters
    ----------
    labels
        One for each day.
    lines
        Name -> one value per day; NaN leaves a hole.
    marks
        Position of a day -> text under the axis.
    title
        What the values are, beside the axis.
    words, height
        Language, pixels.

    Examples
    --------
    >>> words = Words({"day": "Day"})
    >>> spec = lines_of_days(["Mon", "Tue"], {"chat": [3.04, math.nan]}, {0: "Mon"}, "Contacts", words)
    >>> spec["data"]["values"]
    [{'i': 0, 't': 'Mon', 'v0': 3.0}, {'i': 1, 't': 'Tue', 'v0': None}]
    """
    fields = {f"v{n}": name for n, name in enumerate(lines)}
    values = zip(*lines.values(), strict=True) if lines else ((),) * len(labels)
    rows = [
        {"i": i, "t": t, **{f: None if math.isnan(v) else round(v, 1) for f, v in zip(fields, day, strict=True)}}
        for i, (t, day) in enumerate(zip(labels, values, strict=True))
    ]
    x: Spec = {"field": "i", "type": "quantitative", "scale": {"domain": [0, max(len(labels) - 1, 1)], "nice": False}}
    x["axis"] = marked_axis(marks)
    y = {"field": "v", "type": "quantitative", "title": title, "axis": {"minExtent": AXIS_PIXELS}}
    legend: Spec = {"title": None, "orient": "top", "labelExpr": f"({json.dumps(fields)})[datum.label]"}
    legend |= {"symbolType": "stroke", "symbolSize": 400}
    queue: Spec = {"field": "k", "type": "nominal", "legend": legend}
    dashes = [DASHES[n % len(DASHES)] for n in range(len(lines))]
    tooltip: list[Spec] = [{"field": "t", "type": "nominal", "title": words["day"]}]
    tooltip += [{"field": f, "type": "quantitative", "title": name, "format": ",.1~f"} for f, name in fields.items()]
    curves: Spec = {
        "transform": [{"fold": list(fields), "as": ["k", "v"]}],
        # a day that stands alone between holes is seen by its point
        "mark": {"type": "line", "strokeWidth": 1.5, "aria": False, "point": {"size": 6, "aria": False}},
        "encoding": {
            "x": x,
            "y": y,
            "color": {**queue, "scale": {"domain": list(fields)}},
            "strokeDash": {**queue, "scale": {"domain": list(fields), "range": dashes}},
        },
    }
    hover: Spec = {
        "mark": {"type": "rule", "opacity": 0, "strokeWidth": 8},
        "encoding": {"x": x, "tooltip": tooltip},
    }
    layers = [curves, hover]
    return {"height": height, "data": {"values": rows}, "config": locale_of(words), "layer": layers}
