"""Scenarios: the settings of all stages in one TOML file, with `extends` for what-ifs.

A scenario that extends another states only its differences. Tables merge key by key, ``[[shift]]`` entries by their
``code``, other lists replace. Table paths are relative to the file that states them.
"""

from staffing.scenario.complaints import complaint
from staffing.scenario.files import extended, load
from staffing.scenario.settings import TABLES, DemandLevers, Horizon, Scenario, SolverSettings, Tables, schema

__all__ = [
    "TABLES",
    "DemandLevers",
    "Horizon",
    "Scenario",
    "SolverSettings",
    "Tables",
    "complaint",
    "extended",
    "load",
    "schema",
]
