"""The rostering problem and its answer in the planner's words: agents, contracts, shift types, rota.

Nothing here knows a solver. Money is in the scenario's currency, working time in minutes, instants in Unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from functools import cached_property
from typing import Annotated

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass as settings

from staffing.grid import FloatArray, IntArray, TimeGrid, read_only
from staffing.strict import STRICT

# -- what people write -------------------------------------------------------------------------------------


@settings(frozen=True, slots=True, config=STRICT)
class Break:
    """A break inside a shift, placed on the interval grid within its window."""

    minutes: Annotated[int, Field(gt=0, le=180)]
    """Length."""
    earliest_hours: Annotated[float, Field(ge=0)]
    """Earliest start, hours after the shift starts."""
    latest_hours: Annotated[float, Field(ge=0)]
    """Latest start, hours after the shift starts."""
    paid: bool = False
    """Whether it counts as working time."""


@settings(frozen=True, slots=True, config=STRICT)
class ShiftType:
    """A template from which dated shifts are made."""

    code: Annotated[str, Field(min_length=1, max_length=8)]
    """Short letters shown in the rota, e.g. E."""
    start: time
    """First possible start, local wall clock."""
    hours: Annotated[float, Field(gt=0, le=24)]
    """From start to end, breaks included."""
    name: str = ""
    """Spoken name, e.g. Early."""
    breaks: tuple[Break, ...] = ()
    """Breaks in their order."""
    latest_start: time | None = None
    """Last possible start; None means that the start is fixed."""
    start_step_minutes: int = Field(default=30, ge=15, le=240)
    """Distance between possible starts."""
    weekdays: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    """Days on which it may start."""
    unpopular: bool = False
    """Whether it is shared out fairly (late, night ...)."""


@settings(frozen=True, slots=True, config=STRICT)
class Contract:
    """What an agent has agreed to work."""

    weekly_hours: Annotated[float, Field(gt=0, le=60)]
    """Agreed hours a week."""
    hourly_cost: float = Field(default=22.0, ge=0)
    """Cost of one paid hour, in the scenario's currency."""
    week_tolerance_hours: float = Field(default=8.0, ge=0)
    """Hours that a week may differ from the agreed ones (hard)."""
    month_tolerance_hours: float = Field(default=8.0, ge=0)
    """Hours that the horizon may differ from the agreed ones (hard)."""
    max_shifts_per_week: int = Field(default=5, ge=1, le=7)
    """Shifts in a week from Monday to Sunday."""
    max_consecutive_days: int = Field(default=6, ge=1, le=14)
    """Days in a row with a shift; shifts before the horizon count."""
    min_weekends_off: int = Field(default=1, ge=0)
    """Whole weekends without a shift per four weekends that lie wholly in the horizon (pro rata, rounded down)."""
    min_rest_hours: float = Field(default=11.0, ge=0, le=48)
    """Rest between the end of a shift and the start of the next."""
    shifts: tuple[str, ...] | None = None
    """Codes of the shift types it may be given; None means all."""


@settings(frozen=True, slots=True, config=STRICT)
class Law:
    """Limits that no contract may pass (defaults: German working-time law)."""

    max_daily_hours: float = Field(default=10.0, gt=0, le=24)
    """Paid hours in one shift."""
    max_weekly_hours: float = Field(default=48.0, gt=0, le=100)
    """Paid hours in a week from Monday to Sunday."""
    min_rest_hours: float = Field(default=11.0, ge=0, le=48)
    """Rest between shifts."""
    max_consecutive_days: int = Field(default=6, ge=1, le=14)
    """Days in a row with a shift."""
    break_after_hours: float = Field(default=6.0, gt=0)
    """Working time beyond which a break of at least `break_minutes` is due."""
    break_minutes: int = Field(default=30, ge=0)
    """Minutes of break due beyond `break_after_hours`."""


@settings(frozen=True, slots=True, config=STRICT)
class Prices:
    """What is bought and what is avoided, in the scenario's currency."""

    understaffing: tuple[float, float, float] = (30.0, 60.0, 120.0)
    """Per missing agent-hour: the first tier, the second, the rest. Each at least the one before."""
    understaffing_tiers: tuple[float, float] = (0.10, 0.15)
    """Widths of the first two tiers as shares of the need."""
    overstaffing: tuple[float, float] = (2.0, 6.0)
    """Per surplus agent-hour: the first tier, the rest."""
    overstaffing_tier: float = Field(default=0.10, ge=0)
    """Width of the first overstaffing tier as a share of the need."""
    request: float = Field(default=20.0, ge=0)
    """For a refused request of weight 1."""
    weekend: tuple[float, float] = (25.0, 75.0)
    """Per weekend above an agent's fair share: the first, each further one."""
    unpopular: tuple[float, float] = (12.0, 36.0)
    """Per unpopular shift above an agent's fair share: the first two, each further one."""
    hours_deviation: float = Field(default=4.0, ge=0)
    """Per hour that the horizon differs from the agreed hours."""


# -- what the tables hold ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Agent:
    """One person.

    Attributes
    ----------
    id, name
        As in the table; the id is unique.
    contract
        Key of the contract.
    queues
        Queues the agent can serve; agents with the same set form a skill group.
    priorities
        One per queue, 1 is served first; same order as `queues`.
    availability
        Seven tuples of ranges of wall-clock minutes, Monday first; a shift must lie wholly inside one range.
        A range may end beyond 1440 (into the next day). None means always.
    first_day, last_day
        Employed from and to (inclusive); None means without limit.
    """

    id: str
    name: str
    contract: str
    queues: tuple[str, ...]
    priorities: tuple[int, ...]
    availability: tuple[tuple[tuple[int, int], ...], ...] | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """Approved absence of an agent from `first` to `last`, both inclusive."""

    agent: str
    first: date
    last: date
    kind: str = "leave"
    credited: bool = True
    """Whether Mondays to Fridays in it count as a fifth of the weekly hours (paid leave, sickness)."""


@dataclass(frozen=True, slots=True)
class Request:
    """A wish of an agent for one day."""

    agent: str
    day: date
    wish: str
    """``off``, ``work``, or a shift type's code."""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Lock:
    """A shift, or a day off, that must stay as it is."""

    agent: str
    day: date
    shift: str
    """A shift type's code, or ``off``."""
    start: int | None = None
    """Unix seconds of the start, where the shift type has several; None means any of them."""


@dataclass(frozen=True, slots=True)
class PastShift:
    """A shift worked before the horizon: it counts for rest, days in a row and the first week's hours."""

    agent: str
    day: date
    code: str
    start: int
    end: int
    paid_minutes: int


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What an agent carries over from earlier months: more than the fair share is positive."""

    agent: str
    weekends: float = 0.0
    unpopular: float = 0.0
    hours: float = 0.0


@dataclass(frozen=True)
class RosterProblem:
    """Everything that a rota must respect and is judged by.

    Attributes
    ----------
    grid
        The horizon: T intervals, D days.
    queues
        Names, Q of them.
    required
        Agents wanted on the roster (gross of shrinkage), shape (Q, T), in quarters of an agent.
    agents, contracts, shift_types, law, prices
        The team and its rules; contracts by key.
    absences, requests, locks, past, ledger
        The tables' rows.
    holidays
        Public holidays in the horizon; Mondays to Fridays among them are credited as a fifth of the weekly hours.
    queue_weights
        Factor on the understaffing price per queue, shape (Q,).
    """

    grid: TimeGrid
    queues: tuple[str, ...]
    required: FloatArray
    agents: tuple[Agent, ...]
    contracts: Mapping[str, Contract]
    shift_types: tuple[ShiftType, ...]
    law: Law
    prices: Prices
    absences: tuple[Absence, ...] = ()
    requests: tuple[Request, ...] = ()
    locks: tuple[Lock, ...] = ()
    past: tuple[PastShift, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    holidays: frozenset[date] = frozenset()
    queue_weights: FloatArray | None = None

    def __post_init__(self) -> None:
        read_only(self)

    @cached_property
    def agent_index(self) -> dict[str, int]:
        """Row of each agent by id."""
        return {a.id: i for i, a in enumerate(self.agents)}

    @cached_property
    def skills(self) -> tuple[tuple[str, ...], ...]:
        """Skill groups: the distinct sets of queues, sorted by queue order, G of them."""
        order = {q: i for i, q in enumerate(self.queues)}
        seen = {tuple(sorted(a.queues, key=order.__getitem__)) for a in self.agents}
        return tuple(sorted(seen, key=lambda g: tuple(order[q] for q in g)))

    @cached_property
    def group(self) -> IntArray:
        """Skill group of each agent, shape (A,)."""
        order = {q: i for i, q in enumerate(self.queues)}
        index = {g: i for i, g in enumerate(self.skills)}
        return np.array([index[tuple(sorted(a.queues, key=order.__getitem__))] for a in self.agents], dtype=np.int64)


# -- the answer ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shift:
    """One dated shift of one agent; a night shift belongs to the day it starts on.

    Attributes
    ----------
    agent
        Row of the agent.
    day
        Index of the day in the horizon.
    code
        Shift type.
    start, end
        Unix seconds.
    breaks
        (start, end) of each break, Unix seconds.
    paid_minutes
        Working time that counts and is paid.
    locked
        Whether a planner fixed it.
    """

    agent: int
    day: int
    code: str
    start: int
    end: int
    breaks: tuple[tuple[int, int], ...]
    paid_minutes: int
    locked: bool = False


@dataclass(frozen=True)
class Roster:
    """A rota: dated shifts, sorted by agent and day. Any rota, also a hand-edited and an illegal one."""

    shifts: tuple[Shift, ...]

    def __len__(self) -> int:
        return len(self.shifts)


class RosterStatus(StrEnum):
    """How a search ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class RosterResult:
    """The best rota found, what it costs, and how much better the best possible one can be.

    Attributes
    ----------
    status
        OPTIMAL: objective equals bound. FEASIBLE: time ran out. STOPPED: the user stopped it, the best is kept.
        INFEASIBLE: the hard rules contradict each other; `conflicts` says which.
    roster
        None where there is none.
    terms
        Cost of each term, in the scenario's currency; recomputed from the rota by `costs.py`.
    objective
        Sum of the terms; None without a rota.
    bound
        Proven: no rota that keeps the hard rules costs less. Kept even without a rota.
    conflicts
        For INFEASIBLE: a smallest set of rules that contradict each other, in words.
    seconds, seed
        Wall time and the seed of the search.
    trace
        (seconds, objective, bound) whenever one of them moved; NaN where not yet known.
    notes
        What the reader should know, e.g. that an agent is not available for the agreed hours.
    """

    status: RosterStatus
    roster: Roster | None
    terms: Mapping[str, float]
    objective: float | None
    bound: float | None
    seconds: float
    seed: int
    conflicts: tuple[str, ...] = ()
    trace: tuple[tuple[float, float, float], ...] = field(default_factory=tuple)
    notes: tuple[str, ...] = ()

    @property
    def gap(self) -> float | None:
        """``(objective - bound) / objective``; 0 for a free optimum; None where either is unknown."""
        if self.objective is None or self.bound is None:
            return None
        return 0.0 if self.objective <= 0 else max(0.0, (self.objective - self.bound) / self.objective)
