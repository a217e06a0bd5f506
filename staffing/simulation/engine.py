"""Play the month many times: the stage's entry."""

from __future__ import annotations

from staffing.progress import SILENT, Monitor
from staffing.simulation.model import Demand, OnDuty, SimulationResult
from staffing.simulation.settings import SimulationSettings


def simulate(
    demand: Demand, on_duty: OnDuty, settings: SimulationSettings, monitor: Monitor = SILENT
) -> SimulationResult:
    """Simulate `settings.replications` horizons of random contacts against the people on duty."""
    raise NotImplementedError
