"""The service that was simulated for a plan: a month at a glance, and where a promise is most at risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from staffing.grid import FloatArray
from staffing.ui.vm.plan import Plan


@dataclass(frozen=True)
class MonthService:
    """Simulated service level of one queue by day and wall-clock time.

    Attributes
    ----------
    dates, times
        Axes; times only from the first to the last with contacts.
    level, low, high
        Shape (days, times); NaN where nothing comes.
    target
        Service level promised; None where none is.
    """

    dates: tuple[date, ...]
    times: tuple[str, ...]
    level: FloatArray
    low: FloatArray
    high: FloatArray
    target: float | None


def month_service(plan: Plan, queue: str) -> MonthService:
    """Service of a queue over the month; of an hour that comes twice the worse one counts."""
    rows = plan.coverage[(plan.coverage["queue"] == queue) & plan.coverage["service_level"].notna()]
    columns = ("service_level", "service_level_low", "service_level_high")
    wide = rows.pivot_table(index="date", columns="time", values=list(columns), aggfunc="min")
    wide = wide.reindex([d.isoformat() for d in plan.dates])
    times = tuple(str(c) for c in wide["service_level"].columns) if len(rows) else ()
    level, low, high = (
        np.asarray(wide[c], dtype=float) if len(rows) else np.zeros((len(plan.dates), 0)) for c in columns
    )
    target = plan.service[queue].target if queue in plan.service else None
    return MonthService(plan.dates, times, level, low, high, target)


@dataclass(frozen=True, slots=True)
class Risk:
    """An interval in which a promise is at risk.

    Attributes
    ----------
    queue, day, time
        Which queue, index of the local day, wall-clock time.
    date
        The local day.
    contacts, late
        Expected, and answered too late or never beyond what the target allows.
    level, low, high
        Simulated service level with its band.
    reason, have, most
        What keeps more people away (`staffing.roster.limits.Limit`), with its figures; None where it was not looked into.
    """

    queue: str
    day: int
    time: str
    date: date
    contacts: float
    late: float
    level: float
    low: float
    high: float
    reason: str | None
    have: float
    most: float


def risks(plan: Plan) -> tuple[Risk, ...]:
    """Riskiest intervals, worst first; none for a plan that was not simulated or keeps every target."""
    found: Mapping[str, Any] = plan.summary.get("verification") or {}
    reasons = {(m["queue"], m["interval_start"]): m for m in found.get("misses", ())}
    days = {d.isoformat(): i for i, d in enumerate(plan.dates)}
    out = []
    for r in found.get("riskiest", ()):
        start = str(r["interval_start"])
        why = reasons.get((r["queue"], start), {})
        out.append(
            Risk(
                r["queue"],
                days[start[:10]],
                start[11:16],
                date.fromisoformat(start[:10]),
                float(r["contacts"]),
                float(r["late"]),
                float(r["service_level"]),
                float(r["low"]),
                float(r["high"]),
                why.get("reason"),
                float(why.get("have") or 0.0),
                float(why.get("most") or 0.0),
            )
        )
    return tuple(out)


@dataclass(frozen=True)
class Repair:
    """How a rota was repaired and what it came to.

    Attributes
    ----------
    rounds
        Number of rounds; 0 without a repair.
    first, missed, proven
        Intervals below the promise in the first round, and on held-out seeds in the end; those of these where it is proven that
        no rota keeps all.
    formula_hours, planned_hours
        Agent-hours asked for by the formulas and at last.
    """

    rounds: int
    first: int
    missed: int
    proven: int
    formula_hours: float
    planned_hours: float


def repair_of(plan: Plan) -> Repair | None:
    """Repair of a plan; None where the plan does not tell."""
    found = plan.summary.get("verification")
    if not found:
        return None
    rounds, hours = found["rounds"], found["need_hours"]
    first = int(rounds[0]["below"]) if rounds else 0
    misses = found["misses"]
    proven = sum(bool(m.get("proven")) for m in misses)  # plans of an earlier release do not tell
    return Repair(len(rounds), first, len(misses), proven, float(hours["formula"]), float(hours["planned"]))
