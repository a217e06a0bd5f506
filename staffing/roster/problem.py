"""The rostering problem and its answer in the planner's words: agents, contracts, shift types, rota.

Nothing here knows a solver. Money is in the scenario's currency, working time in minutes, instants in Unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from functools import cached_property

import numpy as np

from staffing.grid import FloatArray, IntArray, TimeGrid, read_only
from staffing.roster.settings import Break, Contract, Law, Prices, Rotation, ShiftType

__all__ = [
    "Absence",
    "Activity",
    "Agent",
    "Break",
    "Contract",
    "Law",
    "LedgerEntry",
    "Lock",
    "PastShift",
    "Prices",
    "Request",
    "Roster",
    "RosterProblem",
    "RosterResult",
    "RosterStatus",
    "Rotation",
    "Shift",
    "ShiftType",
]

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
    rotation
        Key of the rotation that the agent follows; empty means none.
    rotation_week
        Week of the rotation, from 1, in which the agent is in the rotation's first week.
    """

    id: str
    name: str
    contract: str
    queues: tuple[str, ...]
    priorities: tuple[int, ...]
    availability: tuple[tuple[tuple[int, int], ...], ...] | None = None
    first_day: date | None = None
    last_day: date | None = None
    rotation: str = ""
    rotation_week: int = 1


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
    between: tuple[int, int] | None = None
    """Wall-clock minutes of the day: ``work`` only inside them, or ``off`` (no work) during them; None: the whole day."""

    @property
    def told(self) -> str:
        """The wish as the table says it, e.g. ``off 14:00-18:00``."""
        if self.between is None:
            return self.wish
        first, last = (f"{m // 60 % 24:02d}:{m % 60:02d}" for m in self.between)
        return f"{self.wish} {first}-{last}"

    def granted(self, code: str | None, begin: int = 0, end: int = 0) -> bool:
        """Whether a day grants the wish.

        Parameters
        ----------
        code
            Shift type of the day's shift; None for a day off.
        begin, end
            Its wall-clock minutes.
        """
        if code is None:
            return self.wish == "off"
        if self.between is None:
            return self.wish == "work" or self.wish == code
        first, last = self.between
        if self.wish == "off":
            return end <= first or begin >= last
        return first <= begin and end <= last and self.wish in ("work", code)


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
    sundays: float = 0.0
    """Free Sundays still owed from earlier in the year; more than were owed is negative."""
    nights: float = 0.0
    holidays: float = 0.0
    duties: float = 0.0
    """On-call duties."""
    refusals: float = 0.0
    """Refused wishes, by weight."""


@dataclass(frozen=True, slots=True)
class Activity:
    """Training, a meeting or coaching that is to be placed inside shifts.

    Attributes
    ----------
    name
        Shown in the rota.
    agents
        Ids of those who take part; empty means everybody.
    minutes
        Length.
    first, last
        Days on which its shift may start.
    earliest, latest
        Wall-clock times between which it lies; `latest` None means until midnight.
    together
        Whether all take part at one time; else each has an hour of their own.
    """

    name: str
    agents: tuple[str, ...]
    minutes: int
    first: date
    last: date
    earliest: time = time(0)
    latest: time | None = None
    together: bool = False


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
    rotations
        Fixed week patterns by key.
    activities
        What is placed inside shifts once the rota stands.
    published
        Shifts of the rota as it was published; agents' other days were off. Empty where none was.
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
    rotations: Mapping[str, Rotation] = field(default_factory=dict)
    activities: tuple[Activity, ...] = ()
    published: tuple[Lock, ...] = ()

    def __post_init__(self) -> None:
        read_only(self)

    @cached_property
    def agent_index(self) -> dict[str, int]:
        """Row of each agent by id."""
        return {a.id: i for i, a in enumerate(self.agents)}

    @property
    def lightest_price(self) -> float:
        """Least price of a missing agent-hour: the first tier of the queue with the least weight."""
        lightest = 1.0 if self.queue_weights is None else float(self.queue_weights.min(initial=np.inf))
        return self.prices.understaffing[0] * lightest

    @cached_property
    def kinds(self) -> dict[str, ShiftType]:
        """Shift types by code."""
        return {kind.code: kind for kind in self.shift_types}

    @cached_property
    def worked_before(self) -> dict[str, tuple[PastShift, ...]]:
        """Shifts before the horizon of each agent that has any, by day."""
        found: dict[str, list[PastShift]] = {}
        for past in sorted(self.past, key=lambda p: p.start):
            found.setdefault(past.agent, []).append(past)
        return {agent: tuple(shifts) for agent, shifts in found.items()}

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
    activities
        (name, start, end) of each activity inside it, Unix seconds; its time is paid, but serves no queue.
    """

    agent: int
    day: int
    code: str
    start: int
    end: int
    breaks: tuple[tuple[int, int], ...]
    paid_minutes: int
    locked: bool = False
    activities: tuple[tuple[str, int, int], ...] = ()


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
