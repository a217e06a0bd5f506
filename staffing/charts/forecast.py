"""Charts of a forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from staffing.charts.theme import AXIS_PIXELS, Palette, Spec, Words, locale_of, marked_axis


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
    >>> from staffing.charts.theme import LIGHT
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
    x["axis"] = marked_axis(marks)
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
    return {"height": height, "data": {"values": rows}, "config": locale_of(words), "layer": layers}
