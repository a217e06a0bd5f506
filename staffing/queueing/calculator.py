"""The staffing calculator: the numbers people type into web calculators, and a table around the answer.

A pure function from one frozen input to one frozen table; the command line and the app only show it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from staffing.errors import Problem
from staffing.grid import FloatArray
from staffing.queueing.arguments import check_fraction, check_range, refuse
from staffing.queueing.chat import chat_service
from staffing.queueing.erlang import Service, Variant, erlang_a, wait_quantile
from staffing.queueing.inverse import Goals, agents_needed, fewest, load_carried
from staffing.queueing.lines import LineService, line_service
from staffing.queueing.shrinkage import rostered

FEWER, MORE = 3, 5
"""Rows of the table below and above the answer."""


@dataclass(frozen=True, slots=True)
class CalculatorInput:
    """What a planner knows of an interval.

    Attributes
    ----------
    contacts
        Contacts offered in the interval.
    interval_minutes
        Its length.
    aht_seconds
        Average handling time (talk, hold and after-contact work); for chat that of a chat handled alone.
    goals
        What is promised.
    patience_seconds
        Mean patience; None: nobody gives up (Erlang C).
    shrinkage
        Share of paid time lost to absence, breaks, training ..., a fraction.
    concurrency, slowdown
        Chats at a time, and growth of handling time per further chat.
    lines
        Lines in all; None: no limit. Not together with concurrency.
    agents
        To ask the other way round: the service that so many agents give, instead of the fewest that meet the goals.
    """

    contacts: float
    interval_minutes: float
    aht_seconds: float
    goals: Goals = Goals(service_level=0.8, threshold_seconds=20.0)  # noqa: RUF009 (frozen)
    patience_seconds: float | None = None
    shrinkage: float = 0.0
    concurrency: int = 1
    slowdown: float = 0.0
    lines: int | None = None
    agents: int | None = None

    @property
    def load(self) -> float:
        """Offered load in erlangs."""
        return self.contacts * self.aht_seconds / (60.0 * self.interval_minutes)

    def problems(self) -> list[Problem]:
        """Everything that is wrong with the input."""
        found = [
            *check_range("contacts", self.contacts),
            *check_range("interval_minutes", self.interval_minutes, above=True),
            *check_range("aht_seconds", self.aht_seconds, above=True),
            *check_range("patience_seconds", self.patience_seconds, finite=False),
            *check_fraction("shrinkage", self.shrinkage),
            *check_range("concurrency", self.concurrency, 1, 100, whole=True),
            *check_range("slowdown", self.slowdown, 0, 10),
            *check_range("lines", self.lines, 0, 1e6, whole=True),
            *check_range("agents", self.agents, 0, 1e6, whole=True),
            *self.goals.problems(),
        ]
        if self.shrinkage == 1:
            found.append(Problem("shrinkage", "1 leaves nobody at work", "keep it below 1"))
        if not found and self.load > 1e6:
            found.append(Problem("contacts", f"{self.load:g} erlangs", "at most 1,000,000 erlangs"))
        if self.lines is not None and self.concurrency > 1:
            found.append(Problem("lines", "given for chat", "leave lines out, or set concurrency to 1"))
        if self.lines is not None and self.agents is not None and self.agents > self.lines:
            found.append(Problem("agents", f"{self.agents} agents on {self.lines} lines", "at least as many lines"))
        return found


@dataclass(frozen=True, slots=True)
class CalculatorRow:
    """The service that a number of agents gives; names as in `staffing.queueing.erlang.Service`.

    `agents` work, `rostered` are planned so that after shrinkage they do; `meets` says whether every goal holds;
    `wait_90_seconds` is the wait that 90% do not exceed (None with finite lines); `blocked` is the share that hears
    the busy tone.
    """

    agents: int
    rostered: float
    meets: bool
    service_level: float
    service_level_without_early_abandons: float
    service_level_of_served: float
    service_level_early_abandons_count: float
    wait_probability: float
    asa_seconds: float
    mean_wait_seconds: float
    wait_90_seconds: float | None
    abandonment: float
    blocked: float
    occupancy: float
    mean_queue: float

    def level(self, variant: Variant) -> float:
        """The service level of a variant."""
        return (
            self.service_level,
            self.service_level_without_early_abandons,
            self.service_level_of_served,
            self.service_level_early_abandons_count,
        )[variant]


@dataclass(frozen=True, slots=True)
class Calculation:
    """The answer.

    Attributes
    ----------
    load
        Offered load in erlangs.
    model
        The queueing model, e.g. ``Erlang A``.
    agents
        Fewest agents that meet every goal, or those asked about; None where no number does (finite lines that block
        too many).
    exact_agents
        The same as a real number; None for chat and finite lines.
    rostered
        Agents to roster, rounded up to whole people; None as `agents`.
    contacts_carried
        Contacts per interval that `agents` could take within the goals; None with finite lines and where `agents` is.
    rows
        The table around `agents`.
    """

    load: float
    model: str
    agents: int | None
    exact_agents: float | None
    rostered: int | None
    contacts_carried: float | None
    rows: tuple[CalculatorRow, ...]


def calculate(given: CalculatorInput) -> Calculation:
    """Work out the agents and the table around them.

    Raises
    ------
    InputError
        With everything that is wrong with the input.

    Examples
    --------
    100 calls in half an hour, 3 minutes each, 80% within 20 seconds, 30% shrinkage:

    >>> answer = calculate(CalculatorInput(100, 30, 180, shrinkage=0.3))
    >>> answer.model, answer.agents, answer.rostered, round(answer.contacts_carried, 1)
    ('Erlang C', 14, 20, 108.7)
    >>> [(row.agents, round(row.service_level, 3)) for row in answer.rows][2:5]
    [(13, 0.796), (14, 0.888), (15, 0.941)]
    """
    refuse(given.problems())
    patience = math.inf if given.patience_seconds is None else given.patience_seconds
    load, aht = given.load, given.aht_seconds
    needed = _needed(given, patience)
    agents = needed if given.agents is None else given.agents
    centre = agents if agents is not None else given.lines or 0
    last = centre + MORE if given.lines is None else min(centre + MORE, given.lines)
    numbers = np.arange(max(centre - FEWER, 0 if load == 0 else 1), max(last, 0) + 1, dtype=np.float64)
    exact = carried = None
    if given.lines is None and agents is not None:
        if given.concurrency == 1:
            exact = float(agents_needed(load, aht, given.goals, patience, fractional=True))
        erlangs = load_carried(
            agents, aht, given.goals, patience, concurrency=given.concurrency, slowdown=given.slowdown
        )
        carried = float(erlangs) * 60.0 * given.interval_minutes / aht
    return Calculation(
        load,
        _model(given),
        agents,
        exact,
        None if agents is None else int(rostered(agents, given.shrinkage, step=1.0)),
        carried,
        _rows(given, patience, numbers, needed),
    )


def _model(given: CalculatorInput) -> str:
    endless = given.patience_seconds is None or math.isinf(given.patience_seconds)
    if given.concurrency > 1:
        return "chat, endless patience" if endless else "chat with abandonment"
    if given.lines is not None:
        return "finite lines" if endless else "finite lines with abandonment"
    return "Erlang C" if endless else "Erlang A"


def _needed(given: CalculatorInput, patience: float) -> int | None:
    """Fewest agents that meet the goals; None where no number on the given lines does."""
    if given.lines is None:
        need = agents_needed(
            given.load,
            given.aht_seconds,
            given.goals,
            patience,
            concurrency=given.concurrency,
            slowdown=given.slowdown,
        )
        return int(need)
    lines = given.lines

    def service(agents: float, threshold: float) -> Service:
        # Beyond the lines more agents change nothing.
        return _line(given, patience, np.minimum(agents, lines), threshold).service

    try:
        found = fewest(given.goals, service, limit=2 * lines + 2)
    except ValueError:
        return None
    return found if found <= lines else None


def _line(given: CalculatorInput, patience: float, agents: float | FloatArray, threshold: float) -> LineService:
    return line_service(given.load, agents, given.lines or 0, given.aht_seconds, patience, threshold)


def _rows(given: CalculatorInput, patience: float, agents: FloatArray, needed: int | None) -> tuple[CalculatorRow, ...]:
    load, aht, threshold = given.load, given.aht_seconds, given.goals.threshold_seconds
    blocked = np.zeros(agents.size)
    quantile: list[float | None] = [None] * agents.size
    if given.lines is not None:
        both = _line(given, patience, agents, threshold)
        service, blocked = both.service, both.blocked
    elif given.concurrency > 1:
        service = chat_service(load, agents, aht, given.concurrency, given.slowdown, patience, threshold)
    else:
        service = erlang_a(load, agents, aht, patience, threshold)
    if given.lines is None:
        quantile = wait_quantile(
            load, agents, aht, 0.9, patience, concurrency=given.concurrency, slowdown=given.slowdown
        ).tolist()
    columns: list[Callable[[int], float]] = [
        getattr(service, name).__getitem__
        for name in (
            "service_level",
            "service_level_without_early_abandons",
            "service_level_of_served",
            "service_level_early_abandons_count",
            "wait_probability",
            "asa_seconds",
            "mean_wait_seconds",
            "abandonment",
            "occupancy",
            "mean_queue",
        )
    ]
    rows = []
    for i, n in enumerate(agents):
        values = (float(column(i)) for column in columns)
        level, without, of_served, with_early, wait, asa, mean, lost, busy, queue = values
        rows.append(
            CalculatorRow(
                int(n),
                float(rostered(n, given.shrinkage)),
                needed is not None and int(n) >= needed,
                level,
                without,
                of_served,
                with_early,
                wait,
                asa,
                mean,
                quantile[i],
                lost,
                float(blocked[i]),
                busy,
                queue,
            )
        )
    return tuple(rows)
