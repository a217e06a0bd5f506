"""Charts of a search that goes on."""

from __future__ import annotations

from collections.abc import Sequence

from staffing.charts.theme import Palette, Spec, Words, locale_of


def search_of_rota(
    trace: Sequence[tuple[float, float | None, float | None]], words: Words, palette: Palette, height: int = 230
) -> Spec:
    """Cost of the best rota and the proven bound over the seconds of the search."""
    rows = [{"s": s, "v": v, "k": words["best"]} for s, v, _ in trace if v is not None]
    rows += [{"s": s, "v": v, "k": words["bound"]} for s, _, v in trace if v is not None]
    colours = {"domain": [words["best"], words["bound"]], "range": [palette.short, palette.band]}
    return {
        "height": height,
        "data": {"values": rows},
        "config": locale_of(words),
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


GAP_REACH = 5.0
"""The axis of the gap reaches so many times the latest gap, so that the wide gaps of the first seconds do not flatten it."""


def gap_of_search(
    gaps: Sequence[tuple[float, float]], tips: Sequence[str], words: Words, palette: Palette, height: int = 230
) -> Spec:
    """Share of the cost that any other rota could save at most, over the seconds of the search.

    Parameters
    ----------
    gaps
        (seconds, share of the cost); the axis begins at zero and leaves out what lies beyond `GAP_REACH` times the last.
    tips
        One sentence for each.
    words, palette
        Language and theme.
    height
        Pixels.

    Examples
    --------
    >>> from staffing.charts.theme import LIGHT
    >>> words = Words({"gap": "Gap", "seconds": "Seconds"})
    >>> spec = gap_of_search([(1.0, 0.9), (2.0, 0.02)], ["wide", "narrow"], words, LIGHT)
    >>> spec["encoding"]["y"]["scale"]["domain"]
    [0, 0.1]
    """
    rows = [{"s": s, "g": round(g, 5), "told": told} for (s, g), told in zip(gaps, tips, strict=True)]
    widest, last = max((g for _, g in gaps), default=0.0), gaps[-1][1] if gaps else 0.0
    top = min(widest, GAP_REACH * last) if last > 0 else widest
    return {
        "height": height,
        "data": {"values": rows},
        "config": locale_of(words),
        "mark": {
            "type": "area",
            "interpolate": "step-after",
            "clip": True,
            "color": palette.short,
            "fillOpacity": 0.18,
            "line": {"color": palette.short, "strokeWidth": 2},
        },
        "encoding": {
            "x": {"field": "s", "type": "quantitative", "title": words["seconds"], "axis": {"grid": False}},
            "y": {
                "field": "g",
                "type": "quantitative",
                "title": words["gap"],
                "scale": {"domain": [0, top or 1.0], "nice": False},
                "axis": {"format": ".1%", "tickCount": 5},
            },
            "tooltip": [{"field": "told", "type": "nominal", "title": " "}],
        },
    }
