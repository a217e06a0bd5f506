"""The settings of all stages, composed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass as settings
from pydantic_core import to_jsonable_python

from staffing.forecast.settings import ForecastSettings
from staffing.grid import OpeningHours, TimeGrid
from staffing.history.settings import HistorySettings
from staffing.requirement import QueueSettings, Target
from staffing.roster.problem import Contract, Law, Prices, Rotation, ShiftType
from staffing.simulation.settings import SimulationSettings, VerifySettings
from staffing.strict import STRICT

Paths = str | tuple[str, ...]
Tree = dict[str, Any]


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
def adapter() -> TypeAdapter[Scenario]:
    """What validates a tree of settings; made once."""
    return TypeAdapter(Scenario)


def schema() -> Tree:
    """JSON Schema of scenario files (before `extends` is followed, so nothing is required)."""
    document = dict(adapter().json_schema(mode="validation"))
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    document["title"] = "staffing scenario"
    document.pop("required", None)
    document["properties"]["extends"] = {
        "type": "string",
        "description": "Another scenario file, relative to this one; this file then states only its differences.",
    }
    return document
