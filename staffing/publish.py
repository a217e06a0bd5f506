"""A finished plan as files: what ``--out`` holds and what people download."""

from __future__ import annotations

import math
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from pydantic_core import to_jsonable_python

from staffing import __version__, report
from staffing.errors import BackendError
from staffing.export.calendar import ics_bytes
from staffing.export.text import GERMAN, csv_bytes, json_bytes
from staffing.export.workbook import xlsx_bytes
from staffing.plan import Plan
from staffing.roster import costs
from staffing.roster.ledger import ledger_table, next_ledger
from staffing.roster.problem import Roster
from staffing.roster.rota import rota_table
from staffing.service import Service
from staffing.simulation.stress import riskiest

LIBRARIES = ("numpy", "scipy", "pandas", "ortools", "numba", "holidays")


def summary(plan: Plan) -> dict[str, Any]:
    """Return the content of ``summary.json``; every figure is finite or null."""
    result, problem, scenario = plan.result, plan.problem, plan.scenario
    out: dict[str, Any] = {
        "scenario": scenario.name,
        "status": str(result.status),
        "objective": result.objective,
        "bound": result.bound,
        **report.gap_figures(result, problem.lightest_price, plan.promise_cost),
        "seconds": round(result.seconds, 3),
        "seed": result.seed,
        "input_hash": scenario.input_hash(),
        "versions": versions(),
        "currency": scenario.currency,
        "horizon": to_jsonable_python(scenario.horizon),
        "conflicts": list(result.conflicts),
        "notes": [*plan.inputs.notes, *result.notes],
        "terms": {k: round(v, 2) for k, v in result.terms.items()},
        "understaffed_hours": None,
        "overstaffed_hours": None,
        "required_hours": round(float(problem.required.sum()) * problem.grid.hours, 2),
        "paid_hours": None,
        "cost": None,
        "service_level": {},
        "fairness": {},
        "violations": [str(v) for v in plan.violations],
        "simulation": None,
        "verification": None,
        "history": {
            "first": plan.inputs.history.grid.dates[0].isoformat(),
            "last": plan.inputs.history.grid.dates[-1].isoformat(),
            "repairs": [{"where": r.where, "kind": r.kind, "what": r.what, "rows": r.rows} for r in repairs_of(plan)],
        },
        "forecast": {
            "methods": list(plan.forecast.methods),
            "notes": list(plan.forecast.notes),
            "adjustments": [to_jsonable_python(asdict(a)) for a in plan.inputs.adjustments],
        },
        "requirement": {"shrinkage": plan.requirement.shrinkage, "notes": list(plan.requirement.notes)},
        "stages": [
            {"stage": s.stage, "seconds": round(s.seconds, 3), "peak_mb": report.number(s.peak_mb)} for s in plan.stages
        ],
    }
    if result.roster is not None and plan.coverage is not None:
        out["understaffed_hours"] = round(plan.coverage.understaffed_hours, 2)
        out["overstaffed_hours"] = round(plan.coverage.overstaffed_hours, 2)
        out["paid_hours"] = round(costs.paid_hours(result.roster), 2)
        out["cost"] = round(result.terms["pay"], 2)
        out["fairness"] = report.fairness_figures(costs.fairness(problem, result.roster))
    if plan.service is not None:
        service = plan.service.verified.service
        out["service_level"] = report.service_figures(service, scenario.target)
        out["simulation"] = report.simulation_figures(service)
        out["verification"] = verification(plan, plan.service)
    return out


RISKS = 20
"""Riskiest intervals that the summary names."""


def _promises(plan: Plan) -> list[float]:
    goals = (plan.scenario.target[q].service_level for q in plan.scenario.queues)
    return [math.nan if goal is None else goal for goal in goals]


def verification(plan: Plan, service: Service) -> dict[str, Any]:
    """Whether the rota keeps its promises on held-out seeds, what does not and why, and how it was repaired."""
    hours = plan.problem.grid.hours
    found = plan.repaired
    return {
        "holds": service.verified.holds,
        "hold": {q: t.hold for q, t in plan.scenario.target.items()},
        "tolerance": plan.scenario.verify.tolerance,
        "min_contacts": plan.scenario.verify.min_contacts,
        "misses": report.miss_figures(service.verified.misses, service.reasons, plan.problem.grid),
        "riskiest": report.risk_figures(riskiest(service.verified.service, _promises(plan), RISKS)),
        "repaired": found is not None,
        "need_hours": {
            "formula": round(float(plan.requirement.on_roster.sum()) * hours, 2),
            "planned": round(float(plan.problem.required.sum()) * hours, 2),
        },
        "rounds": [asdict(r) for r in found.rounds] if found else [],
    }


def repairs_of(plan: Plan) -> Sequence[Any]:
    """Everything that was cleaned: by the reader and by the forecast."""
    return (*plan.inputs.history.repairs, *plan.forecast.repairs)


def versions() -> dict[str, str]:
    """Versions that produced the result."""
    found = {"staffing": __version__, "python": platform.python_version()}
    return found | {name: metadata.version(name) for name in LIBRARIES}


def files_of(plan: Plan, made_at: datetime | None = None) -> dict[str, bytes]:
    """Render every file of a plan: name -> content.

    ``forecast.csv``, ``forecast_days.csv``, ``requirement.csv`` and ``summary.json`` always; with a rota also
    ``roster.csv``, ``roster_matrix.csv``, ``coverage.csv``, ``ledger.csv``, ``service.csv``, ``service_days.csv``,
    ``roster.xlsx``, ``roster.ics`` and one calendar per agent.
    Variants for German spreadsheets end in ``_de.csv``.
    """
    if plan.result.roster is not None and plan.violations:
        raise BackendError("the rota breaks a rule: " + "; ".join(str(v) for v in plan.violations[:3]))
    figures = summary(plan)
    files = {
        "forecast.csv": csv_bytes(report.forecast_table(plan.forecast)),
        "forecast_days.csv": csv_bytes(report.forecast_days_table(plan.forecast)),
        "requirement.csv": csv_bytes(report.requirement_table(plan.requirement)),
    }
    if plan.result.roster is not None:
        files |= rota_files(plan, plan.result.roster, figures, made_at or datetime.now(UTC))
    files["summary.json"] = json_bytes(figures)
    return files


def rota_files(plan: Plan, roster: Roster, figures: Mapping[str, Any], made_at: datetime) -> dict[str, bytes]:
    """Render the files of a rota."""
    problem = plan.problem
    coverage = plan.coverage or costs.coverage(problem, roster)
    shifts = rota_table(problem, roster)
    matrix = report.matrix_table(problem, roster, costs.fairness(problem, roster))
    service = plan.service.verified.service if plan.service is not None else None
    cover = report.coverage_table(problem, coverage, service)
    title = plan.scenario.name
    names = {t.code: t.name or t.code for t in problem.shift_types}
    events = shifts.assign(shift_name=shifts["shift"].map(names))
    files = {
        "roster.csv": csv_bytes(shifts),
        "roster_de.csv": csv_bytes(shifts, GERMAN),
        "roster_matrix.csv": csv_bytes(matrix),
        "roster_matrix_de.csv": csv_bytes(matrix, GERMAN),
        "coverage.csv": csv_bytes(cover),
        "ledger.csv": csv_bytes(ledger_table(problem, next_ledger(problem, roster))),
        "roster.xlsx": xlsx_bytes(
            title,
            matrix,
            shifts,
            cover,
            figure_rows(figures),
            missing_by_day=report.missing_by_day(problem, coverage),
            unpopular=[t.code for t in problem.shift_types if t.unpopular],
        ),
        "roster.ics": ics_bytes(events, title, made_at),
    }
    if service is not None:
        files["service.csv"] = csv_bytes(report.service_table(service))
        files["service_days.csv"] = csv_bytes(report.service_days_table(service))
    for agent, rows in events.groupby("agent_id", sort=False):
        files[f"calendars/{file_name(str(agent))}.ics"] = ics_bytes(rows, title, made_at)
    return files


def file_name(text: str) -> str:
    """Return text as a safe file name.

    Examples
    --------
    >>> file_name("../Zoë 1")
    '.._Zoë_1'
    """
    return re.sub(r"[^\w.-]", "_", text)


def figure_rows(figures: Mapping[str, Any]) -> list[tuple[str, object]]:
    """Key figures of a summary as (name, value), for people."""
    currency = figures["currency"]
    rows: list[tuple[str, object]] = [
        ("Scenario", figures["scenario"]),
        ("Status", figures["status"]),
        (f"Total of all priced terms ({currency})", figures["objective"]),
        (f"At best possible ({currency})", figures["bound"]),
        (f"At most better is possible ({currency})", figures["gap_money"]),
        ("At most better is possible (agent-hours at the lightest price)", figures["gap_hours"]),
        ("Gap", figures["gap"]),
        (f"Of it paid for the service promise ({currency})", figures["promise_cost"]),
        ("Gap of the rota found without the promise", figures["search_gap"]),
        (f"Pay ({currency})", figures["cost"]),
        ("Paid hours", figures["paid_hours"]),
        ("Understaffed agent-hours", figures["understaffed_hours"]),
        ("Overstaffed agent-hours", figures["overstaffed_hours"]),
    ]
    for queue, service in figures["service_level"].items():
        band = (
            f"{service['mean']:.1%} ({service['low']:.1%} to {service['high']:.1%})"
            if service["mean"] is not None
            else None
        )
        rows.append((f"Simulated service level {queue}", band))
    return rows


def promise_lines(found: Mapping[str, Any] | None) -> list[str]:
    """Whether the promise holds and how the rota was repaired, for people."""
    if found is None:
        return []
    lines = []
    if found["rounds"]:
        first, hours = found["rounds"][0], found["need_hours"]
        lines.append(
            f"repaired in {len(found['rounds'])} rounds: {first['below']} intervals missed it at first; "
            f"{hours['planned']:,.0f} agent-hours asked for instead of {hours['formula']:,.0f}"
        )
    if found["holds"]:
        return [*lines, "kept everywhere on seeds that the repair has not seen"]
    count = len(found["misses"])
    proven = sum(m["proven"] for m in found["misses"])
    lines.append(
        f"missed in {count} interval{'s' if count > 1 else ''} on seeds that the repair has not seen, "
        f"{proven} of them where it is proven that no rota keeps all:"
    )
    return [*lines, *(f"  {line}" for line in report.miss_lines(found["misses"]))]


def describe(figures: Mapping[str, Any]) -> str:
    """Return a readable summary of a plan for the terminal."""
    currency = figures["currency"]
    ending = " early; the best rota found so far is kept" if figures["status"] == "stopped" else ""
    lines = [f"{figures['scenario']}: {figures['status']}{ending}"]
    if figures["objective"] is None:
        lines += [f"  - {c}" for c in figures["conflicts"]] or ["  no rota was found in the time given"]
        return "\n".join(lines)
    lines.append(f"  total     {figures['objective']:12,.0f} {currency}   (pay {figures['cost']:,.0f})")
    if figures["bound"] is not None:
        lines.append(f"  proven    {report.gap_line(figures)}")
    lines.append(
        f"  hours     paid {figures['paid_hours']:,.1f}, understaffed {figures['understaffed_hours']:,.1f}, "
        f"overstaffed {figures['overstaffed_hours']:,.1f} of {figures['required_hours']:,.1f} needed"
    )
    if figures["terms"].get("stability"):
        lines.append(f"  changes   of the published rota come to {figures['terms']['stability']:,.0f} {currency}")
    lines += [f"  service   {line}" for line in report.service_lines(figures["service_level"])]
    lines += [f"  promise   {line}" for line in promise_lines(figures["verification"])]
    count = sum(r["rows"] for r in figures["history"]["repairs"])
    lines.append(
        f"  history   {figures['history']['first']} to {figures['history']['last']}, {count} rows or intervals cleaned"
    )
    for note in (*figures["notes"], *figures["forecast"]["notes"], *figures["requirement"]["notes"]):
        lines.append(f"  note      {note}")
    lines.append("  audit     " + ("no rule is broken" if not figures["violations"] else "RULES ARE BROKEN"))
    stages = ", ".join(f"{s['stage']} {s['seconds']:.1f}" for s in figures["stages"])
    peak = max((s["peak_mb"] or 0.0 for s in figures["stages"]), default=0.0)
    lines.append(f"  seconds   {stages}; peak memory {peak:,.0f} MB")
    return "\n".join(lines)
