"""Several plans side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

FIGURES = (
    "cost",
    "objective",
    "paid_hours",
    "understaffed_hours",
    "overstaffed_hours",
)


@dataclass(frozen=True)
class Comparison:
    """Scenarios side by side against the first.

    Attributes
    ----------
    names
        Scenario names, the baseline first.
    table
        One row per key figure: ``figure, unit``, one column per scenario, and for each but the first a ``change`` column.
    """

    names: tuple[str, ...]
    table: pd.DataFrame


def compare(summaries: Sequence[Mapping[str, Any]]) -> Comparison:
    """Set the summaries of several plans side by side; the first is the baseline.

    Parameters
    ----------
    summaries
        As in ``summary.json``, with ``scenario``, the key figures, ``service_level`` per queue and ``fairness``.
    """
    names = _distinct([str(s["scenario"]) for s in summaries])
    rows: list[tuple[str, str, list[float | None]]] = []
    currency = str(summaries[0]["currency"])
    for figure in FIGURES:
        unit = currency if figure in ("cost", "objective") else "h"
        rows.append((figure, unit, [s.get(figure) for s in summaries]))
    rows.append(("gap", "share", [s.get("gap") for s in summaries]))
    rows.append(("gap_money", currency, [s.get("gap_money") for s in summaries]))
    rows.append(("gap_hours", "h", [s.get("gap_hours") for s in summaries]))
    rows.append(("promise_cost", currency, [s.get("promise_cost") for s in summaries]))
    rows.append(("search_gap", "share", [s.get("search_gap") for s in summaries]))
    queues = list(dict.fromkeys(q for s in summaries for q in s["service_level"]))
    for queue in queues:
        for part in ("mean", "low", "high", "month_meets_target"):
            values = [s["service_level"].get(queue, {}).get(part) for s in summaries]
            rows.append((f"service_level.{queue}.{part}", "share", values))
    for key in dict.fromkeys(k for s in summaries for k in s["fairness"]):
        rows.append((f"fairness.{key}", "", [s["fairness"].get(key) for s in summaries]))
    table = pd.DataFrame({"figure": [r[0] for r in rows], "unit": [r[1] for r in rows]})
    for i, name in enumerate(names):
        table[name] = [np.nan if (value := r[2][i]) is None else float(value) for r in rows]
        if i:
            table[f"change {name}"] = table[name] - table[names[0]]
    return Comparison(names, table)


def _distinct(names: list[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(out)
