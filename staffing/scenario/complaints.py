"""What is wrong with a scenario, told with the file and the key that state it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from staffing.errors import Problem, Problems
from staffing.forecast.settings import ForecastSettings
from staffing.grid import OpeningHours
from staffing.history.settings import HistorySettings
from staffing.queueing.shrinkage import shrinkage_problems
from staffing.requirement import QueueSettings, Target, target_problems
from staffing.roster.problem import Contract, Law, Prices, Rotation, ShiftType
from staffing.scenario.settings import TABLES, DemandLevers, Horizon, Scenario, SolverSettings, Tables, Tree
from staffing.simulation.settings import SimulationSettings, VerifySettings

Key = tuple[str, ...]


def explain(error: ValidationError, path: Path, tree: Tree, origins: Mapping[Key, str]) -> list[Problem]:
    """What a validation found, each once."""
    problems = []
    seen = set()
    for details in error.errors():
        where = where_of(details["loc"], path, tree, origins)
        what, todo = complaint(details)
        if (where, what) not in seen:
            seen.add((where, what))
            problems.append(Problem(where, what, todo))
    return problems


def where_of(loc: tuple[int | str, ...], path: Path, tree: Tree, origins: Mapping[Key, str]) -> str:
    """File and dotted key; list entries are named by their code where they have one."""
    file = path.name
    node: Any = tree
    words: list[str] = []
    key: Key = ()
    for part in loc:
        if isinstance(part, int):
            node = node[part] if isinstance(node, list) and part < len(node) else None
            code = node.get("code") if isinstance(node, dict) else None
            words[-1] += f"[{code or part + 1}]"
            continue
        if part not in ("str", "tuple[str, ...]"):
            words.append(part)
            key = (*key, part)
            file = origins.get(key, file)
            node = node.get(part) if isinstance(node, dict) else None
    return f"{file}, {'.'.join(words)}"


_FIELDS = {
    "horizon": Horizon,
    "tables": Tables,
    "queue": QueueSettings,
    "target": Target,
    "contract": Contract,
    "rotation": Rotation,
    "shift": ShiftType,
    "history": HistorySettings,
    "forecast": ForecastSettings,
    "demand": DemandLevers,
    "law": Law,
    "prices": Prices,
    "solver": SolverSettings,
    "simulation": SimulationSettings,
    "verify": VerifySettings,
}


def complaint(details: ErrorDetails) -> tuple[str, str]:
    """What is wrong with a setting that was refused, and what to do; empty where that is plain."""
    kind, loc, value = details["type"], details["loc"], details["input"]
    name = str(loc[-1])
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        cls = _FIELDS.get(str(loc[0]), Scenario) if len(loc) > 1 else Scenario
        known = [f.name for f in fields(cast(Any, cls))]
        close = difflib.get_close_matches(name, known, 1)
        return f"unknown key {name!r}", f"did you mean {close[0]}?" if close else f"known keys: {', '.join(known)}"
    if kind in ("missing", "missing_argument"):
        return "is missing", f"add {name}"
    message = details["msg"].removeprefix("Value error, ")
    limit = details.get("ctx", {}).get("le")
    if kind == "less_than_equal" and limit == 1 and isinstance(value, int | float) and value <= 100:
        return f"must be a fraction of at most 1, not {value}", f"write {value / 100:g} for {value:g}%"
    return f"{message[:1].lower()}{message[1:]}, not {_short(value)}", ""


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def cross_check(scenario: Scenario, path: Path, origins: Mapping[Key, str]) -> list[Problem]:
    """Problems that only show when sections are read together."""
    found = Problems()
    tree = cast(Tree, {})

    def at(*loc: str) -> str:
        return where_of(loc, path, tree, origins)

    with found.collecting():
        scenario.horizon.grid()
    if not scenario.queue:
        found.add(at("queue"), "there is no queue", "add a section such as [queue.phone]")
    if not scenario.shift:
        found.add(at("shift"), "there is no shift type", "add a [[shift]] section")
    for queue, queue_settings in scenario.queue.items():
        if queue not in scenario.target:
            found.add(at("queue", queue), "has no service target", f"add [target.{queue}]")
        else:
            channel = queue_settings.channel
            found.extend(target_problems(scenario.target[queue], channel, at("target", queue)))
        if queue_settings.parent is not None and queue_settings.parent not in scenario.queue:
            found.unknown(at("queue", queue, "parent"), "queue", queue_settings.parent, scenario.queues)
        quantiles = queue_settings.aht_quantiles
        if quantiles and (len(quantiles) == 1 or sum(quantiles) <= 0):
            what = f"{len(quantiles)} values with the sum {sum(quantiles):g}"
            found.add(
                at("queue", queue, "aht_quantiles"), what, "give at least two, from the shortest time to the longest"
            )
        with found.collecting():
            OpeningHours.parse(queue_settings.opening, at("queue", queue, "opening"))
    found.extend(shrinkage_problems(scenario.shrinkage, at("shrinkage")))
    for section, names in (
        ("target", scenario.target),
        ("demand.scale", scenario.demand.scale),
        ("demand.aht_scale", scenario.demand.aht_scale),
        ("simulation.overflow_seconds", scenario.simulation.overflow_seconds),
        ("simulation.reserve", scenario.simulation.reserve),
        ("simulation.retry", scenario.simulation.retry),
    ):
        for queue in names:
            if queue not in scenario.queue:
                found.unknown(at(*section.split("."), queue), "queue", queue, scenario.queues)
    codes = [s.code for s in scenario.shift]
    for name, contract in scenario.contract.items():
        for code in contract.shifts or ():
            if code not in codes:
                found.unknown(at("contract", name, "shifts"), "shift", code, codes)
    for table in TABLES:
        for file in scenario.files(table):
            if not file.is_file():
                found.add(at("tables", table), f"no such file: {file}", "check the path")
    return list(found)
