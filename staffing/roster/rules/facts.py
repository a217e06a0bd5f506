"""A rota beside what it is judged by, and what a check finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from staffing.roster.fixed import allowed_options
from staffing.roster.options import expand
from staffing.roster.problem import Agent, Contract, PastShift, Roster, RosterProblem, Shift, ShiftType
from staffing.roster.rules.messages import MESSAGES, Value, spoken
from staffing.roster.targets import Targets, make_targets


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a rota breaks.

    Attributes
    ----------
    agent
        Row of the agent.
    day
        Index of the day (the first one, for a rule over several).
    rule
        Name of the rule.
    who, when
        Name of the agent, date of the day.
    message
        Key in `messages.MESSAGES`, and of the same text in other languages.
    values
        What the message holds, by name.
    """

    agent: int
    day: int
    rule: str
    who: str
    when: date
    message: str
    values: tuple[tuple[str, Value], ...]

    @property
    def what(self) -> str:
        """What is wrong and what would be right, in English."""
        return spoken(MESSAGES[self.message], dict(self.values))

    @property
    def sentence(self) -> str:
        """Who, when, what is wrong and what would be right, in English."""
        return f"{self.who}, {self.when}: {self.what}"

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Facts:
    """A rota beside what it is judged by.

    Attributes
    ----------
    problem, targets
        The problem, and what each agent is due.
    shifts
        Shifts of each agent, sorted by start, A tuples.
    """

    problem: RosterProblem
    targets: Targets
    shifts: tuple[tuple[Shift, ...], ...]

    @property
    def kinds(self) -> dict[str, ShiftType]:
        """Shift types by code."""
        return self.problem.kinds

    def contract(self, a: int) -> Contract:
        """Contract of an agent."""
        return self.problem.contracts[self.problem.agents[a].contract]

    def agent(self, a: int) -> Agent:
        """An agent."""
        return self.problem.agents[a]

    def past(self, a: int) -> tuple[PastShift, ...]:
        """Shifts of an agent before the horizon, by start."""
        return self.problem.worked_before.get(self.agent(a).id, ())

    def before(self, a: int) -> set[int]:
        """Days before the horizon with a shift: -1 is the day before it."""
        return {(past.day - self.problem.grid.start).days for past in self.past(a)}

    def locked(self, shift: Shift) -> bool:
        """Whether a lock holds this agent's day."""
        name, day = self.agent(shift.agent).id, self.problem.grid.dates[shift.day]
        return any(lock.agent == name and lock.day == day for lock in self.problem.locks)

    def weeks(self) -> list[list[int]]:
        """Days of each week from Monday to Sunday that the horizon touches."""
        monday = self.problem.grid.start - timedelta(days=self.problem.grid.start.weekday())
        found: dict[int, list[int]] = {}
        for d, day in enumerate(self.problem.grid.dates):
            found.setdefault((day - monday).days // 7, []).append(d)
        return list(found.values())

    def wall(self, day: date, instant: int) -> int:
        """Wall-clock minutes of an instant after a day's midnight."""
        local = self.problem.grid.local(instant)
        return (local.date() - day).days * 1440 + local.hour * 60 + local.minute

    def violation(self, a: int, d: int, rule: str, message: str = "", /, **values: Value) -> Violation:
        """A violation; its message is the rule's name where nothing else is said."""
        date_of_day = self.problem.grid.dates[d]
        return Violation(a, d, rule, self.agent(a).name, date_of_day, message or rule, tuple(values.items()))


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule.

    Attributes
    ----------
    name
        Its name, also in `compile`.
    check
        Finds the violations; its docstring is the rule's sentence.
    law
        Paragraph it follows (German law), empty where it is a matter of contract or form.
    """

    name: str
    check: Callable[[Facts], Iterator[Violation]]
    law: str = ""

    @property
    def sentence(self) -> str:
        """The rule in a sentence."""
        return (self.check.__doc__ or "").strip().split("\n")[0]


def facts_of(problem: RosterProblem, roster: Roster) -> Facts:
    """Sort a rota by agent, beside what each agent is due."""
    options = expand(problem)
    targets = make_targets(problem, options, allowed_options(problem, options))
    by_agent: list[list[Shift]] = [[] for _ in problem.agents]
    for shift in roster.shifts:
        by_agent[shift.agent].append(shift)
    return Facts(problem, targets, tuple(tuple(sorted(x, key=lambda s: s.start)) for x in by_agent))
