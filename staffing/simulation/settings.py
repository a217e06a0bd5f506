"""Settings of the simulation."""

from __future__ import annotations

from pydantic import Field
from pydantic.dataclasses import dataclass as settings

from staffing.strict import STRICT


@settings(frozen=True, slots=True, config=STRICT)
class SimulationSettings:
    """How often and with which chance the month is played."""

    replications: int = Field(default=100, ge=2, le=10_000)
    """Simulated months."""
    seed: int = 1
    """Seed; the same in every scenario, so that differences are not luck."""
    forecast_error: bool = True
    """Whether days differ from the forecast as they did in the past."""
