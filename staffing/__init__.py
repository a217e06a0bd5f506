"""Workforce planning for contact centres, from contact history to a verified rota.

The names below are loaded when they are first used. Every stage is a function from frozen values to a frozen value and
works alone, too.

Examples
--------
>>> import staffing
>>> goals = staffing.Goals(service_level=0.8, threshold_seconds=20)
>>> float(staffing.agents_needed(10.0, 300.0, goals))  # 10 erlangs, handling times of 300 s
14.0
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from staffing.errors import BackendError, InputError, Problem, StaffingError
    from staffing.export.folder import write_folder
    from staffing.forecast.make import make_forecast
    from staffing.history.read import read_history
    from staffing.plan import Plan, make_plan, problem_for, succeeded
    from staffing.progress import Monitor, Progress
    from staffing.publish import describe, files_of, summary
    from staffing.queueing.erlang import erlang_a, erlang_b, erlang_c
    from staffing.queueing.inverse import Goals, agents_needed
    from staffing.report import compare
    from staffing.requirement import make_requirement
    from staffing.roster.engine import solve
    from staffing.roster.problem import Roster, RosterProblem, RosterResult
    from staffing.roster.replan import replan
    from staffing.roster.rota import read_rota
    from staffing.roster.rules import audit
    from staffing.scenario import Scenario, load
    from staffing.simulation.engine import simulate

__version__ = "0.1.0"

__all__ = [
    "BackendError",
    "Goals",
    "InputError",
    "Monitor",
    "Plan",
    "Problem",
    "Progress",
    "Roster",
    "RosterProblem",
    "RosterResult",
    "Scenario",
    "StaffingError",
    "agents_needed",
    "audit",
    "compare",
    "describe",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "files_of",
    "load",
    "make_forecast",
    "make_plan",
    "make_requirement",
    "problem_for",
    "read_history",
    "read_rota",
    "replan",
    "simulate",
    "solve",
    "succeeded",
    "summary",
    "write_folder",
]

_HOMES = {
    "errors": ("BackendError", "InputError", "Problem", "StaffingError"),
    "export.folder": ("write_folder",),
    "forecast.make": ("make_forecast",),
    "history.read": ("read_history",),
    "plan": ("Plan", "make_plan", "problem_for", "succeeded"),
    "progress": ("Monitor", "Progress"),
    "publish": ("describe", "files_of", "summary"),
    "queueing.erlang": ("erlang_a", "erlang_b", "erlang_c"),
    "queueing.inverse": ("Goals", "agents_needed"),
    "report": ("compare",),
    "requirement": ("make_requirement",),
    "roster.engine": ("solve",),
    "roster.problem": ("Roster", "RosterProblem", "RosterResult"),
    "roster.replan": ("replan",),
    "roster.rota": ("read_rota",),
    "roster.rules": ("audit",),
    "scenario": ("Scenario", "load"),
    "simulation.engine": ("simulate",),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"staffing.{home}"), name)
    raise AttributeError(f"module 'staffing' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
