"""A finished plan as it lies in its folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from staffing.errors import InputError, Problem
from staffing.grid import FloatArray

FILES = ("summary.json", "coverage.csv", "roster.csv", "roster_matrix.csv")


@dataclass(frozen=True)
class Service:
    """Simulated service level of one queue over the horizon, with its 95% band.

    Attributes
    ----------
    level, low, high
        Fractions; NaN where nothing was simulated.
    target
        What was promised; None where the plan does not say.
    month_meets_target
        Share of simulated months that keep the promise; None where there is none.
    """

    level: float
    low: float
    high: float
    target: float | None = None
    month_meets_target: float | None = None

    @property
    def verdict(self) -> str:
        """``kept``, ``missed``, ``open`` (the band holds the target) or ``none`` (no target, nothing simulated)."""
        if self.target is None or self.level != self.level:
            return "none"
        return "kept" if self.low >= self.target else "missed" if self.high < self.target else "open"


@dataclass(frozen=True)
class Plan:
    """A finished plan.

    Attributes
    ----------
    folder
        Where its files are.
    summary
        Content of ``summary.json``.
    coverage
        Rows of ``coverage.csv`` with the columns ``date`` and ``time`` (local wall clock) added.
    roster, matrix
        Rows of ``roster.csv`` and ``roster_matrix.csv``, all text but hours and minutes.
    """

    folder: Path
    summary: dict[str, Any]
    coverage: pd.DataFrame
    roster: pd.DataFrame
    matrix: pd.DataFrame

    @cached_property
    def queues(self) -> tuple[str, ...]:
        """Queues in their order."""
        return tuple(dict.fromkeys(self.coverage["queue"]))

    @cached_property
    def forecast_days(self) -> pd.DataFrame:
        """Rows of ``forecast_days.csv``; empty where the plan has none."""
        path = self.folder / "forecast_days.csv"
        return pd.read_csv(path, dtype={"date": str, "queue": str}) if path.is_file() else pd.DataFrame()

    @cached_property
    def dates(self) -> tuple[date, ...]:
        """Days of the horizon."""
        return tuple(date.fromisoformat(d) for d in dict.fromkeys(self.coverage["date"]))

    @cached_property
    def interval_hours(self) -> float:
        """Length of an interval."""
        first = pd.to_datetime(self.coverage["interval_start"].drop_duplicates().head(2), utc=True)
        return float((first.iloc[-1] - first.iloc[0]).total_seconds() / 3600) if len(first) > 1 else 1.0

    @property
    def currency(self) -> str:
        """ISO code."""
        return str(self.summary["currency"])

    @cached_property
    def service(self) -> dict[str, Service]:
        """Simulated service per queue."""
        return {q: _service(v) for q, v in self.summary.get("service_level", {}).items()}

    @cached_property
    def needed_hours(self) -> float:
        """Agent-hours needed on the roster."""
        return float(self.coverage["required"].sum() * self.interval_hours)


def read_figures(folder: Path) -> Plan:
    """A finished plan without its tables: enough for what `Plan.summary` and `Plan.service` tell.

    Raises
    ------
    OSError, ValueError
        ``summary.json`` cannot be read.
    """
    none = pd.DataFrame()
    return Plan(folder, json.loads((folder / "summary.json").read_text(encoding="utf-8")), none, none, none)


def read_plan(folder: Path) -> Plan:
    """Read the files of a finished plan.

    Raises
    ------
    InputError
        With every file that is missing or cannot be read.
    """
    problems: list[Problem] = []
    text = {
        "agent_id": str,
        "agent_name": str,
        "date": str,
        "shift": str,
        "start": str,
        "end": str,
        "break_minutes": str,
    }

    def attempt(name: str, reader: Callable[[Path], Any]) -> Any:
        try:
            return reader(folder / name)
        except (OSError, ValueError) as error:
            problems.append(Problem(str(folder / name), f"cannot be read: {error}", "run the plan again"))
            return None

    summary = attempt("summary.json", lambda p: json.loads(p.read_text(encoding="utf-8")))
    coverage = attempt("coverage.csv", lambda p: pd.read_csv(p, dtype={"interval_start": str, "queue": str}))
    roster = attempt("roster.csv", lambda p: pd.read_csv(p, dtype={**text, "break_starts": str}).fillna(""))
    matrix = attempt("roster_matrix.csv", lambda p: pd.read_csv(p, dtype=str).fillna(""))
    if problems:
        raise InputError(problems)
    start = coverage["interval_start"].str
    return Plan(folder, summary, coverage.assign(date=start[:10], time=start[11:16]), roster, matrix)


def with_rota(plan: Plan, roster: pd.DataFrame) -> Plan:
    """The plan with another rota, such as a published version (rows of ``roster.csv`` as text); its cover is not known."""
    typed = roster.assign(paid_hours=pd.to_numeric(roster["paid_hours"]))
    hours = typed.groupby("agent_id")["paid_hours"].sum()
    matrix = plan.matrix.copy()
    code = {(a, d): s for a, d, s in zip(typed["agent_id"], typed["date"], typed["shift"], strict=True)}
    for day in (d.isoformat() for d in plan.dates):
        matrix[day] = [code.get((a, day), "") for a in matrix["agent_id"]]
    matrix["hours"] = [f"{hours.get(a, 0.0):g}" for a in matrix["agent_id"]]
    unknown = dict.fromkeys(
        ("staffed", "under", "over", "service_level", "service_level_low", "service_level_high"), np.nan
    )
    return Plan(plan.folder, plan.summary, plan.coverage.assign(**unknown), typed, matrix)


def grid_of(plan: Plan, column: str, queue: str | None) -> FloatArray:
    """A column of the cover of one queue, or summed over all, one value per interval."""
    table = plan.coverage
    if queue is not None:
        return np.asarray(table.loc[table["queue"] == queue, column], dtype=float)
    return np.asarray(table[column], dtype=float).reshape(-1) if len(plan.queues) == 1 else _summed(table, column)


def _summed(table: pd.DataFrame, column: str) -> FloatArray:
    return np.asarray(table.groupby("interval_start", sort=False)[column].sum(), dtype=float)


def _service(value: Mapping[str, Any]) -> Service:
    level, low, high = (float("nan") if value.get(k) is None else float(value[k]) for k in ("mean", "low", "high"))
    return Service(level, low, high, value.get("target"), value.get("month_meets_target"))
