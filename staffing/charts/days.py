"""Charts of figures by day."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from staffing.charts.theme import AXIS_PIXELS, Spec, Words, locale_of, marked_axis


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
    y = {"type": "quantitative", "title": title, "axis": {"minExtent": AXIS_PIXELS}}
    scale = {"domain": list(lines)}
    legend = {"title": None, "orient": "top"}
    tooltip: list[Spec] = [{"field": "t", "type": "nominal", "title": words["day"]}]
    tooltip += [{"field": f, "type": "quantitative", "title": name, "format": ",.1~f"} for f, name in fields.items()]
    layers: list[Spec] = [
        {
            # a day that stands alone between holes is seen by its point
            "mark": {"type": "line", "strokeWidth": 1.5, "aria": False, "point": {"size": 6, "aria": False}},
            "encoding": {
                "x": x,
                "y": {"field": field, **y},
                "color": {"datum": name, "type": "nominal", "scale": scale, "legend": legend},
            },
        }
        for field, name in fields.items()
    ]
    layers.append({"mark": {"type": "rule", "opacity": 0, "strokeWidth": 8}, "encoding": {"x": x, "tooltip": tooltip}})
    return {"height": height, "data": {"values": rows}, "config": locale_of(words), "layer": layers}
