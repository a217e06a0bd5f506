"""Settings of the simulation."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass as settings

from staffing.strict import STRICT


@settings(frozen=True, slots=True, config=STRICT)
class Retry:
    """Those who gave up and try again."""

    share: float = Field(gt=0, lt=1)
    """Share of those who gave up that try again."""
    after_minutes: float = Field(default=10.0, gt=0)
    """Mean time until they do (exponential)."""


@settings(frozen=True, slots=True, config=STRICT)
class SimulationSettings:
    """How often and with which chance the month is played."""

    replications: int = Field(default=100, ge=2, le=10_000)
    """Simulated months."""
    seed: int = Field(default=1, ge=0)
    """Seed; the same in every scenario, so that differences are not luck."""
    forecast_error: bool = True
    """Whether days differ from the forecast as they did in the past."""
    absence: float = Field(default=0.0, ge=0, lt=1)
    """Chance that a shift falls out as a whole (sickness): 0.05, not 5."""
    away: float = Field(default=0.0, ge=0, lt=1)
    """Share of the time on duty spent away from contacts (meetings, coaching, personal time), in a spell every two hours."""
    closing_grace_minutes: float = Field(default=30.0, ge=0)
    """How long those who still wait at closing are served, while people are on duty; then they are turned away."""
    overflow_seconds: dict[str, float] = Field(default_factory=dict)
    """Queue: seconds of waiting before people who serve it with priority 2 or worse are asked."""
    reserve: dict[str, int] = Field(default_factory=dict)
    """Queue: its work is handed out only while so many other people stay idle for each better work."""
    retry: dict[str, Retry] = Field(default_factory=dict)
    """Queue: who gave up and tries again."""
    pace: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    """Agent: factor on handling times, e.g. 1.3 for somebody new; others have 1."""


@settings(frozen=True, slots=True, config=STRICT)
class VerifySettings:
    """How a rota that misses its promise is repaired."""

    repair: bool = True
    """Whether the need is raised and lowered after simulating, and the rota planned again; else it is only simulated."""
    share: float = Field(default=0.5, gt=0, lt=1)
    """Share of ``solver.seconds`` for the repair."""
    rounds: int = Field(default=40, ge=1, le=100)
    """Plans made at most."""
    tolerance: float = Field(default=0.02, ge=0, lt=1)
    """How far below the target still counts as holding."""
    margin: float = Field(default=0.01, ge=0, lt=1)
    """How much higher the repair aims, since it reads its own seeds too well."""
    slack: float = Field(default=0.03, ge=0, lt=1)
    """How far above the target agents are taken away."""
    insist: float = Field(default=10.0, ge=1)
    """Up to how many times dearer missing people become while a promise is missed; 1: ``prices.understaffing`` decides."""
    min_contacts: float = Field(default=10.0, ge=0)
    """Intervals with no more contacts are not judged, nor are days."""
    replications: int = Field(default=200, ge=2, le=10_000)
    """Simulated months per round."""
    held_out_replications: int = Field(default=400, ge=2, le=10_000)
    """Simulated months of the final check, on the seeds of the simulation, which the repair never sees."""
