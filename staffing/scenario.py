"""Scenarios: the settings of all stages in one TOML file, with `extends` for what-ifs.

A scenario that extends another states only its differences. Tables merge key by key, ``[[shift]]`` entries by their
``code``, other lists replace. Table paths are relative to the file that states them.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as settings
from pydantic_core import ErrorDetails, to_jsonable_python

from staffing.errors import InputError, Problem, Problems
from staffing.forecast.settings import ForecastSettings
from staffing.grid import OpeningHours, TimeGrid
from staffing.history.settings import HistorySettings
from staffing.queueing.shrinkage import shrinkage_problems
from staffing.requirement import QueueSettings, Target, target_problems
from staffing.roster.problem import Contract, Law, Prices, Rotation, ShiftType
from staffing.simulation.settings import SimulationSettings, VerifySettings
from staffing.strict import STRICT

Paths = str | tuple[str, ...]
Tree = dict[str, Any]
Key = tuple[str, ...]


@settings(frozen=True, slots=True, config=STRICT)
class Horizon:
    """The days to plan."""

    start: date
    """First day."""
    days: Annotated[int, Field(ge=1, le=120)]
    """Number of days."""
    timezone: str
    """IANA time zone, e.g. Europe/Berlin."""
    interval_minutes: int = 30
    """15, 30 or 60."""

    def grid(self) -> TimeGrid:
        """Return the horizon's interval axis."""
        return TimeGrid(self.start, self.days, self.timezone, self.interval_minutes)


@settings(frozen=True, slots=True, config=STRICT)
class Tables:
    """Files with the tables, CSV or XLSX; a list of files is read one after the other."""

    history: Paths
    """Contact history: interval table or contact records."""
    agents: Paths
    """agent_id, name, contract, queues, availability by weekday."""
    absences: Paths = ()
    """Approved absences."""
    requests: Paths = ()
    """Wishes for days off, work or shifts."""
    locks: Paths = ()
    """Shifts and days off that must stay."""
    previous: Paths = ()
    """The rota that ends where this one begins, in the form of roster.csv."""
    ledger: Paths = ()
    """What each agent carries over of weekends, unpopular shifts and hours."""
    published: Paths = ()
    """The rota as it was published, in the form of roster.csv: changes of it have a price (`prices.change`)."""
    activities: Paths = ()
    """Training, meetings and coaching to be placed."""
    events: Paths = ()
    """Campaigns, outages and the like, past and future."""
    adjustments: Paths = ()
    """The planner's changes to the forecast, with who and why."""
    profiles: Paths = ()
    """The shape of the day of queues whose history is too short to show one."""
    drivers: Paths = ()
    """Daily columns that may drive the contacts, past and planned."""


TABLES = tuple(f.name for f in fields(cast(Any, Tables)))


@settings(frozen=True, slots=True, config=STRICT)
class DemandLevers:
    """What-if factors on the forecast."""

    scale: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    """Queue -> factor on its contacts."""
    aht_scale: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    """Queue -> factor on its handling time."""


@settings(frozen=True, slots=True, config=STRICT)
class SolverSettings:
    """How long and with what the rota is searched."""

    seconds: float = Field(default=60.0, gt=0, le=86_400)
    """Wall time for the rota and its repair."""
    workers: int = Field(default=2, ge=1, le=64)
    """Threads."""
    seed: int = Field(default=1, ge=0)
    """Seed of the search."""


@settings(frozen=True, slots=True, config=STRICT)
class Scenario:
    """Everything that decides a plan."""

    horizon: Horizon
    """The days to plan."""
    tables: Tables
    """Files with the tables."""
    queue: dict[str, QueueSettings]
    """One section per queue."""
    target: dict[str, Target]
    """The service each queue promises."""
    contract: dict[str, Contract]
    """Contracts that agents may have."""
    shift: tuple[ShiftType, ...]
    """Shift types."""
    name: str = ""
    """Shown wherever scenarios are compared; empty: the file's name."""
    currency: str = Field(default="EUR", min_length=3, max_length=3)
    """ISO code of the currency of all prices."""
    history: HistorySettings = Field(default_factory=HistorySettings)
    """How the history file is read."""
    forecast: ForecastSettings = Field(default_factory=ForecastSettings)
    """Holidays and the like."""
    demand: DemandLevers = Field(default_factory=DemandLevers)
    """What-if factors."""
    shrinkage: dict[str, float] = Field(default_factory=dict)
    """Cause -> share of rostered time lost to it, as a fraction (0.05, not 5)."""
    rotation: dict[str, Rotation] = Field(default_factory=dict)
    """Fixed week patterns that agents may follow."""
    law: Law = Field(default_factory=Law)
    """Limits that no contract may pass."""
    prices: Prices = Field(default_factory=Prices)
    """What is bought and what is avoided."""
    solver: SolverSettings = Field(default_factory=SolverSettings)
    """How the rota is searched."""
    simulation: SimulationSettings = Field(default_factory=SimulationSettings)
    """How the service is simulated."""
    verify: VerifySettings = Field(default_factory=VerifySettings)
    """How a rota that misses its promise is repaired."""

    @property
    def queues(self) -> tuple[str, ...]:
        """Names of the queues in their order in the file."""
        return tuple(self.queue)

    def opening(self) -> dict[str, OpeningHours]:
        """Opening hours of each queue."""
        return {q: OpeningHours.parse(s.opening, f"queue.{q}.opening") for q, s in self.queue.items()}

    def files(self, table: str) -> tuple[Path, ...]:
        """Paths of a table, in reading order; empty where the scenario has none."""
        value: Paths = getattr(self.tables, table)
        return tuple(Path(p) for p in ((value,) if isinstance(value, str) else value))

    def input_hash(self) -> str:
        """SHA-256 over the settings and the contents of every table: same hash, same input."""
        digest = hashlib.sha256()
        document = to_jsonable_python(self)
        document["tables"] = None
        digest.update(json.dumps(document, sort_keys=True).encode())
        for table in TABLES:
            for path in self.files(table):
                digest.update(table.encode())
                digest.update(path.read_bytes() if path.is_file() else b"")
        return digest.hexdigest()


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Scenario]:
    return TypeAdapter(Scenario)


def schema() -> Tree:
    """JSON Schema of scenario files (before `extends` is followed, so nothing is required)."""
    document = dict(_adapter().json_schema(mode="validation"))
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    document["title"] = "staffing scenario"
    document.pop("required", None)
    document["properties"]["extends"] = {
        "type": "string",
        "description": "Another scenario file, relative to this one; this file then states only its differences.",
    }
    return document


def load(path: Path | str, overrides: Tree | None = None) -> Scenario:
    """Read a scenario file and everything it extends.

    Parameters
    ----------
    path
        A TOML file.
    overrides
        Differences on top of the file, in its form, e.g. ``{"demand": {"scale": {"phone": 1.2}}}``.

    Returns
    -------
    Scenario
        Validated; table paths are absolute, `name` is filled.

    Raises
    ------
    InputError
        With every problem: unreadable or missing file, a scenario that extends itself, misspelt keys, values out of
        range, queues without target, unknown names, missing tables.

    Examples
    --------
    >>> load("nowhere.toml")
    Traceback (most recent call last):
        ...
    staffing.errors.InputError: nowhere.toml: no such file (check the path)
    """
    path = Path(path)
    origins: dict[Key, str] = {}
    tree = _merge(_read(path, (), origins), overrides or {}, "command line", (), origins)
    try:
        scenario = _adapter().validate_python(tree)
    except ValidationError as error:
        raise InputError(_explain(error, path, tree, origins)) from None
    found = Problems()
    found.extend(_cross_check(scenario, path, origins))
    found.raise_if_any()
    return scenario if scenario.name else replace(scenario, name=path.stem)


def extended(path: Path) -> Path | None:
    """File that a scenario file extends; None where it extends none, or cannot be read.

    Examples
    --------
    >>> extended(Path("nowhere.toml")) is None
    True
    """
    try:
        base = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("extends")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    return path.parent / base if isinstance(base, str) else None


# -- reading and merging -----------------------------------------------------------------------------------


def _read(path: Path, chain: tuple[Path, ...], origins: dict[Key, str]) -> Tree:
    """One file's tree merged onto what it extends; `origins` learns which file states each key."""
    resolved = path.resolve()
    if resolved in chain:
        names = " -> ".join(p.name for p in (*chain, resolved))
        raise InputError([Problem(f"{path.name}, extends", f"a scenario extends itself: {names}", "break the circle")])
    try:
        tree: Tree = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        where = f"{chain[-1].name}, extends" if chain else str(path)
        what = f"no such file: {path}" if chain else "no such file"
        raise InputError([Problem(where, what, "check the path")]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Problem(str(path), f"cannot be read: {error}", "give a TOML text file")]) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError([Problem(str(path), f"is not valid TOML: {error}", "mend that line")]) from None
    base = tree.pop("extends", None)
    _anchor_tables(tree, path.parent)
    if base is None:
        merged: Tree = {}
    elif isinstance(base, str):
        merged = _read(path.parent / base, (*chain, resolved), origins)
    else:
        what = f"{base!r} is not a file name"
        raise InputError([Problem(f"{path.name}, extends", what, 'write extends = "base.toml"')])
    return _merge(merged, tree, path.name, (), origins)


def _anchor_tables(tree: Tree, folder: Path) -> None:
    tables = tree.get("tables")
    if not isinstance(tables, dict):
        return
    for name, value in tables.items():
        if isinstance(value, str):
            tables[name] = str((folder / value).resolve())
        elif isinstance(value, list):
            tables[name] = [str((folder / v).resolve()) if isinstance(v, str) else v for v in value]


def _merge(base: Tree, new: Tree, file: str, at: Key, origins: dict[Key, str]) -> Tree:
    out = dict(base)
    for key, value in new.items():
        here = (*at, key)
        old = out.get(key)
        if isinstance(value, dict):
            out[key] = _merge(old if isinstance(old, dict) else {}, value, file, here, origins)
        elif _coded(value) and (old is None or _coded(old)):
            by_code = {entry["code"]: entry for entry in old or []}
            for entry in value:
                by_code[entry["code"]] = _merge(by_code.get(entry["code"], {}), entry, file, here, origins)
            out[key] = list(by_code.values())
        else:
            out[key] = value
        origins[here] = file
    return out


def _coded(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) and "code" in v for v in value)


# -- telling what is wrong ---------------------------------------------------------------------------------


def _explain(error: ValidationError, path: Path, tree: Tree, origins: Mapping[Key, str]) -> list[Problem]:
    problems = []
    seen = set()
    for details in error.errors():
        where = _where(details["loc"], path, tree, origins)
        what, todo = complaint(details)
        if (where, what) not in seen:
            seen.add((where, what))
            problems.append(Problem(where, what, todo))
    return problems


def _where(loc: tuple[int | str, ...], path: Path, tree: Tree, origins: Mapping[Key, str]) -> str:
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


def _cross_check(scenario: Scenario, path: Path, origins: Mapping[Key, str]) -> list[Problem]:
    """Problems that only show when sections are read together."""
    found = Problems()
    tree = cast(Tree, {})

    def at(*loc: str) -> str:
        return _where(loc, path, tree, origins)

    known = ", ".join(scenario.queues)
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
            found.add(at("queue", queue, "parent"), f"unknown queue {queue_settings.parent!r}", f"one of: {known}")
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
                found.add(at(*section.split("."), queue), f"unknown queue {queue!r}", f"one of: {known}")
    codes = [s.code for s in scenario.shift]
    for name, contract in scenario.contract.items():
        for code in contract.shifts or ():
            if code not in codes:
                found.add(at("contract", name, "shifts"), f"unknown shift {code!r}", f"one of: {', '.join(codes)}")
    for table in TABLES:
        for file in scenario.files(table):
            if not file.is_file():
                found.add(at("tables", table), f"no such file: {file}", "check the path")
    return list(found)
