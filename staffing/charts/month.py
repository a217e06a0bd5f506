"""Charts of a month: surplus and shortage, the service expected."""

from __future__ import annotations

import math
from collections.abc import Sequence

from staffing.charts.theme import Palette, Spec, Words

WRITTEN = 0.5
"""Agents that are short where the number is written into the cell."""


def gap_of_month(
    days: Sequence[str],
    times: Sequence[str],
    gap: Sequence[Sequence[float]],
    tips: Sequence[Sequence[str]],
    words: Words,
    palette: Palette,
) -> Spec:
    """Heat map of surplus and shortage: days down, clock across; orange too few, blue too many, blank where closed.

    Where half an agent and more is short, the number stands in the cell.

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
    cells: list[Spec] = []
    for y, row in enumerate(gap):
        for x, v in enumerate(row):
            if math.isnan(v):
                continue
            cell: Spec = {"value": [x, y, round(v, 2)], "name": tips[y][x]}
            if v <= -WRITTEN:
                lacking = f"{-v:.0f}" if v <= -9.95 else f"{-v:.1f}".replace(".", words.decimal)
                cell["label"] = _written("\N{MINUS SIGN}" + lacking, palette)
            cells.append(cell)
    reach = max((abs(c["value"][2]) for c in cells), default=1.0) or 1.0
    return {
        **_days_over_times(days, times),
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
                cell["label"] = _written(f"{100 * v:.0f}", palette)
            cells.append(cell)
    middle = 0.5 if target is None else target
    # The middle of the colours is the target: what lies below is stretched as far as what lies above.
    low = max(0.0, 2 * middle - 1.0)
    return {
        **_days_over_times(days, times),
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


def _written(text: str, palette: Palette) -> Spec:
    """Label of a cell that must be seen without its colour."""
    return {"show": True, "formatter": text, "fontSize": 9, "color": palette.need}


def _days_over_times(days: Sequence[str], times: Sequence[str]) -> Spec:
    """The axes that both heat maps of a month have."""
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
    }
