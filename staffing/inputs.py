"""Everything a scenario names, read and checked: history, team, events, adjustments, holidays."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from staffing.errors import InputError, Problem, Problems
from staffing.forecast.calendar import public_holidays
from staffing.forecast.given import read_drivers, read_profiles
from staffing.forecast.settings import Adjustment, Event
from staffing.forecast.tables import read_adjustments, read_events
from staffing.grid import BoolArray, FloatArray, TimeGrid, read_only
from staffing.history.read import read_history
from staffing.history.series import History
from staffing.requirement import Channel
from staffing.roster.inputs import problems_of
from staffing.roster.problem import RosterProblem
from staffing.roster.team import Team, read_team
from staffing.scenario import Scenario

TEAM_TABLES = ("agents", "absences", "requests", "locks", "previous", "ledger", "activities", "published")
"""Tables about the team, by key of ``[tables]``."""
PAST_YEARS = 6
"""Years before the horizon for which public holidays are looked up, for the history's opening hours."""


@dataclass(frozen=True)
class DemandInputs:
    """What a scenario's forecast and requirement are made from.

    Attributes
    ----------
    scenario
        The settings.
    grid
        The horizon.
    open
        When each queue is open in the horizon, shape (Q, T).
    holidays
        Public holidays from some years before the horizon to its end.
    history
        Cleaned history.
    events
        Rows of the events table.
    adjustments
        The planner's changes to the forecast.
    profiles
        Typed shapes of the day, queue -> shape (7, intervals of a day).
    drivers
        Daily drivers, name -> day -> value, past and planned.
    """

    scenario: Scenario
    grid: TimeGrid
    open: BoolArray
    holidays: frozenset[date]
    history: History
    events: tuple[Event, ...]
    adjustments: tuple[Adjustment, ...]
    profiles: dict[str, FloatArray]
    drivers: dict[str, dict[date, float]]

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True)
class Inputs(DemandInputs):
    """A scenario with everything it names.

    Attributes
    ----------
    team
        The rostering problem without its need: agents, contracts, shift types, rules; `required` is 0.
    notes
        What was left out of the team's tables.
    """

    team: RosterProblem
    notes: tuple[str, ...]


def read_demand(scenario: Scenario) -> DemandInputs:
    """Read the tables that the forecast is made from; the team's are not looked at.

    Raises
    ------
    InputError
        With every problem of these tables.
    """
    grid = scenario.horizon.grid()
    opening = scenario.opening()
    found = Problems()
    holidays: frozenset[date] = frozenset()
    history: History | None = None
    events: tuple[Event, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    with found.collecting():
        holidays = _holidays(scenario, grid)
    with found.collecting():
        history = read_history(
            scenario.files("history"),
            scenario.history,
            timezone=scenario.horizon.timezone,
            interval_minutes=scenario.horizon.interval_minutes,
            opening=opening,
            holidays=holidays,
            deferrable=[q for q, s in scenario.queue.items() if s.channel is Channel.EMAIL],
        )
    with found.collecting():
        events = read_events(scenario.files("events"), scenario.queues)
    profiles: dict[str, FloatArray] = {}
    drivers: dict[str, dict[date, float]] = {}
    with found.collecting():
        adjustments = read_adjustments(scenario.files("adjustments"), scenario.queues)
    with found.collecting():
        profiles = read_profiles(scenario.files("profiles"), scenario.queues, grid.interval_minutes)
    with found.collecting():
        drivers = read_drivers(scenario.files("drivers"))
    found.raise_if_any()
    assert history is not None
    open_ = np.stack([opening[q].mask(grid, holidays) for q in scenario.queues])
    return DemandInputs(scenario, grid, open_, holidays, history, events, adjustments, profiles, drivers)


def read_inputs(scenario: Scenario) -> Inputs:
    """Read every table of a scenario.

    Raises
    ------
    InputError
        With every problem of every table, and of the team as a whole (an absence over a locked shift, a shift longer
        than the law ...).
    """
    grid = scenario.horizon.grid()
    found = Problems()
    demand: DemandInputs | None = None
    team: RosterProblem | None = None
    notes: tuple[str, ...] = ()
    holidays: frozenset[date] = frozenset()
    with found.collecting():
        demand = read_demand(scenario)
    with suppress(InputError):  # told with the demand
        holidays = _holidays(scenario, grid)
    with found.collecting():
        people = _people(scenario, grid)
        team = team_of(scenario, grid, people, holidays)
        notes = people.notes
        found.extend(problems_of(team))
    found.raise_if_any()
    assert demand is not None
    assert team is not None
    own = {f.name: getattr(demand, f.name) for f in fields(DemandInputs)}
    return Inputs(**own, team=team, notes=notes)


def _holidays(scenario: Scenario, grid: TimeGrid) -> frozenset[date]:
    first = grid.start - timedelta(days=366 * PAST_YEARS)
    return frozenset(public_holidays(scenario.forecast.holiday_region, first, grid.dates[-1]))


def _people(scenario: Scenario, grid: TimeGrid) -> Team:
    return read_team(
        {table: scenario.files(table) for table in TEAM_TABLES},
        grid=grid,
        queues=scenario.queues,
        contracts=scenario.contract,
        shift_types=scenario.shift,
        rotations=scenario.rotation,
    )


def read_people(scenario: Scenario) -> RosterProblem:
    """The team with its rules, without the need: what the history says is not read.

    Raises
    ------
    InputError
        With every problem of the team's tables.
    """
    grid = scenario.horizon.grid()
    people = _people(scenario, grid)
    holidays = frozenset(public_holidays(scenario.forecast.holiday_region, grid.start, grid.dates[-1]))
    return team_of(scenario, grid, people, holidays)


def read_need(path: Path, grid: TimeGrid, queues: Sequence[str], column: str = "required") -> FloatArray:
    """Agents wanted as a finished plan says, shape (Q, T): `required` of ``coverage.csv``, or a column of ``requirement.csv``.

    Raises
    ------
    InputError
        Where it cannot be read, or is not of these queues and this horizon.
    """
    try:
        table = pd.read_csv(path, usecols=["interval_start", "queue", column])
    except (OSError, ValueError) as error:
        wanted = "coverage.csv" if column == "required" else "requirement.csv"
        problem = Problem(path.name, f"cannot be read: {error}", f"give the {wanted} of a finished plan")
        raise InputError([problem]) from None
    return need_of(table.rename(columns={column: "required"}), path.name, grid, queues)


def need_of(table: pd.DataFrame, where: str, grid: TimeGrid, queues: Sequence[str]) -> FloatArray:
    """Agents wanted as the rows of ``coverage.csv`` say, in any order, shape (Q, T).

    Raises
    ------
    InputError
        Where the rows are not of these queues and this horizon; `where` names the table.
    """
    wide = table.pivot_table(index="queue", columns="interval_start", values="required")
    found = Problems()
    labels = grid.labels()
    if set(wide.columns) != set(labels):
        found.add(where, f"{len(wide.columns)} intervals are not those of the horizon", "plan the scenario again")
    if set(wide.index) != set(queues):
        found.add(where, f"queues {', '.join(map(str, wide.index))}", f"the scenario has {', '.join(queues)}")
    found.raise_if_any()
    return np.ascontiguousarray(wide.loc[list(queues), labels], dtype=float)


def team_of(scenario: Scenario, grid: TimeGrid, people: Team, holidays: frozenset[date]) -> RosterProblem:
    """Put the rostering problem together, all but its need, which is 0; `holidays` are those of the team's region."""
    return RosterProblem(
        grid=grid,
        queues=scenario.queues,
        required=np.zeros((len(scenario.queues), len(grid))),
        agents=people.agents,
        contracts=scenario.contract,
        shift_types=scenario.shift,
        law=scenario.law,
        prices=scenario.prices,
        absences=people.absences,
        requests=people.requests,
        locks=people.locks,
        past=people.past,
        ledger=people.ledger,
        holidays=holidays,
        queue_weights=np.array([s.weight for s in scenario.queue.values()]),
        rotations=scenario.rotation,
        activities=people.activities,
        published=people.published,
    )
