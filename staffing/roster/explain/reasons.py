"""Why an agent has a shift, or a day off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from staffing.errors import Problems
from staffing.roster.costs import terms
from staffing.roster.explain.demands import EXCLUDED, Demands
from staffing.roster.options import choice_of, expand, roster_of
from staffing.roster.problem import Roster, RosterProblem
from staffing.roster.replan import Change, without_cell


@dataclass(frozen=True)
class Reason:
    """Why an agent has a shift, or a day off.

    Attributes
    ----------
    necessary
        Rules (in words) that leave no other choice; empty where there is one.
    cost
        What the best rota found nearby without it costs more, in the scenario's currency; None where it is necessary.
    terms
        The difference term by term.
    changes
        What would change then.
    """

    necessary: tuple[str, ...]
    cost: float | None
    terms: Mapping[str, float]
    changes: tuple[Change, ...]


def why(
    problem: RosterProblem, roster: Roster, agent: str, day: date, *, seconds: float = 2.0, seed: int = 1
) -> Reason:
    """Why an agent has this shift on this day (or is off): search without it, and tell what that costs.

    Parameters
    ----------
    problem, roster
        The problem and its rota.
    agent, day
        Id of the agent; a day of the horizon.
    seconds, seed
        Wall time and seed of the search nearby: at most a week away, any agent.

    Raises
    ------
    InputError
        For an unknown agent or a day outside the horizon.
    """
    a, d = problem.agent_index.get(agent), problem.grid.day_index(day)
    found = Problems()
    if a is None:
        found.add("agent", f"unknown agent {agent!r}", "use an id of the team")
    if d is None:
        found.add("date", f"{day} is outside the horizon", f"{problem.grid.dates[0]} to {problem.grid.dates[-1]}")
    found.raise_if_any()
    assert a is not None
    assert d is not None
    options = expand(problem)
    choice = choice_of(problem, options, roster)
    now = int(choice[a, d])
    same = (options.type_of == options.type_of[now]) & (options.start_minute == options.start_minute[now])
    without = same if now >= 0 else None
    demands = Demands(problem, options, a)
    demands.exclude(d, without)
    core = demands.core()
    if core:
        name = problem.agents[a].name
        return Reason(tuple(f"{name}: {c.sentence}" for c in core if c.rule != EXCLUDED), None, {}, ())
    window = range(max(0, d - 7), min(problem.grid.days, d + 8))
    other, changes = without_cell(problem, options, choice, (a, d), window, seconds=seconds, seed=seed)
    before, after = terms(problem, roster_of(problem, options, choice)), terms(problem, other)
    difference = {name: after[name] - before[name] for name in before}
    return Reason((), sum(difference.values()), difference, changes)
