"""Everything a scenario names, read and checked: history, team, events, holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from staffing.errors import Problems
from staffing.forecast.calendar import public_holidays
from staffing.forecast.settings import Event
from staffing.forecast.tables import read_events
from staffing.grid import BoolArray, TimeGrid, read_only
from staffing.history.read import read_history
from staffing.history.series import History
from staffing.requirement import Channel
from staffing.roster.inputs import problems_of
from staffing.roster.problem import RosterProblem
from staffing.roster.team import Team, read_team
from staffing.scenario import Scenario

PAST_YEARS = 6
"""Years before the horizon for which public holidays are looked up, for the history's opening hours."""


@dataclass(frozen=True)
class Inputs:
    """A scenario with everything it names.

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
    team
        The rostering problem without its need: agents, contracts, shift types, rules; `required` is 0.
    notes
        What was left out of the team's tables.
    """

    scenario: Scenario
    grid: TimeGrid
    open: BoolArray
    holidays: frozenset[date]
    history: History
    events: tuple[Event, ...]
    team: RosterProblem
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        read_only(self)


def read_inputs(scenario: Scenario) -> Inputs:
    """Read every table of a scenario.

    Raises
    ------
    InputError
        With every problem of every table, and of the team as a whole (an absence over a locked shift, a shift longer
        than the law ...).
    """
    grid = scenario.horizon.grid()
    opening = scenario.opening()
    found = Problems()
    holidays: frozenset[date] = frozenset()
    history: History | None = None
    events: tuple[Event, ...] = ()
    team: RosterProblem | None = None
    notes: tuple[str, ...] = ()
    with found.collecting():
        first = grid.start - timedelta(days=366 * PAST_YEARS)
        holidays = frozenset(public_holidays(scenario.forecast.holiday_region, first, grid.dates[-1]))
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
    with found.collecting():
        tables = ("agents", "absences", "requests", "locks", "previous", "ledger")
        people = read_team(
            {table: scenario.files(table) for table in tables},
            grid=grid,
            queues=scenario.queues,
            contracts=scenario.contract,
            shift_types=scenario.shift,
            rotations=scenario.rotation,
        )
        team = team_of(scenario, grid, people, holidays)
        notes = people.notes
        found.extend(problems_of(team))
    found.raise_if_any()
    assert history is not None
    assert team is not None
    open_ = np.stack([opening[q].mask(grid, holidays) for q in scenario.queues])
    return Inputs(scenario, grid, open_, holidays, history, events, team, notes)


def team_of(scenario: Scenario, grid: TimeGrid, people: Team, holidays: frozenset[date]) -> RosterProblem:
    """Put the rostering problem together, all but its need."""
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
    )
