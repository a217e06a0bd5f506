"""Why an agent has a shift, or a day off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from staffing.errors import InputError, Problem, Problems
from staffing.roster.costs import terms
from staffing.roster.explain.demands import EXCLUDED, Clause, Demands
from staffing.roster.options import choice_of, expand, roster_of
from staffing.roster.problem import Lock, Roster, RosterProblem
from staffing.roster.replan import Change, mend, without_cell

MOVE = 1.0
"""Price of a changed agent-day, in the scenario's currency, so that nothing changes for nothing."""


@dataclass(frozen=True)
class Reason:
    """Why an agent has a shift, or a day off.

    Attributes
    ----------
    necessary
        Rules (in words) that leave no other choice; empty where there is one.
    demands
        The same rules, to be told in another language.
    cost
        What the best rota found nearby without it costs more, in the scenario's currency; None where it is necessary.
    terms
        The difference term by term.
    changes
        What would change then.
    """

    necessary: tuple[str, ...]
    demands: tuple[Clause, ...]
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
    a, d = _cell(problem, agent, day)
    options = expand(problem)
    choice = choice_of(problem, options, roster)
    now = int(choice[a, d])
    same = (options.type_of == options.type_of[now]) & (options.start_minute == options.start_minute[now])
    without = same if now >= 0 else None
    demands = Demands(problem, options, a)
    demands.exclude(d, without)
    core = demands.core()
    if core:
        return _forced(problem, a, core)
    window = range(max(0, d - 7), min(problem.grid.days, d + 8))
    other, changes = without_cell(problem, options, choice, (a, d), window, seconds=seconds, seed=seed)
    before, after = terms(problem, roster_of(problem, options, choice)), terms(problem, other)
    difference = {name: after[name] - before[name] for name in before}
    return Reason((), (), sum(difference.values()), difference, changes)


def _cell(problem: RosterProblem, agent: str, day: date) -> tuple[int, int]:
    """Row and day of a cell, refused where there is no such agent or day."""
    a, d = problem.agent_index.get(agent), problem.grid.day_index(day)
    found = Problems()
    if a is None:
        found.add("agent", f"unknown agent {agent!r}", "use an id of the team")
    if d is None:
        found.add("date", f"{day} is outside the horizon", f"{problem.grid.dates[0]} to {problem.grid.dates[-1]}")
    found.raise_if_any()
    assert a is not None
    assert d is not None
    return a, d


def _forced(problem: RosterProblem, agent: int, core: tuple[Clause, ...]) -> Reason:
    demands = tuple(c for c in core if c.rule != EXCLUDED)
    name = problem.agents[agent].name
    return Reason(tuple(f"{name}: {c.sentence}" for c in demands), demands, None, {}, ())


def grant(
    problem: RosterProblem, roster: Roster, agent: str, day: date, wish: str, *, seconds: float = 2.0, seed: int = 1
) -> Reason:
    """What it would cost to grant an agent's wish for a day, and who would work instead.

    Parameters
    ----------
    problem, roster
        The problem and its rota.
    agent, day
        Id of the agent; a day of the horizon.
    wish
        ``off`` or a shift type's code.
    seconds, seed
        Wall time and seed of the search nearby: at most a week away, any agent.

    Returns
    -------
    Reason
        `necessary` names the rules that forbid it; else `cost` is what the best rota found nearby that grants it costs more
        (negative: less) and `changes` says what is different in it.

    Raises
    ------
    InputError
        For an unknown agent or wish, or a day outside the horizon.
    """
    a, d = _cell(problem, agent, day)
    codes = {kind.code: k for k, kind in enumerate(problem.shift_types)}
    if wish != "off" and wish not in codes:
        raise InputError([Problem("wish", f"unknown shift type {wish!r}", f"off or one of: {', '.join(codes)}")])
    options = expand(problem)
    wanted = None if wish == "off" else options.type_of == codes[wish]
    demands = Demands(problem, options, a)
    demands.ask(d, wanted)
    core = demands.core()
    if core:
        return _forced(problem, a, core)
    choice = choice_of(problem, options, roster)
    before = terms(problem, roster_of(problem, options, choice))
    now = int(choice[a, d])
    if (now < 0) if wanted is None else (now >= 0 and bool(wanted[now])):
        return Reason((), (), 0.0, dict.fromkeys(before, 0.0), ())
    others = tuple(lock for lock in problem.locks if (lock.agent, lock.day) != (agent, day))
    granted = replace(problem, locks=(*others, Lock(agent, day, wish)))
    window = range(max(0, d - 7), min(problem.grid.days, d + 8))
    found = mend(granted, roster, window, {(a, d)}, seconds=seconds, seed=seed, prices=(MOVE,))
    there = [x for x in found if any(c.asked and _is(c.after, wish) for c in x.changes)]
    best = min(there, key=lambda x: (len(x.violations), x.cost))
    difference = {name: best.terms[name] - before[name] for name in before}
    return Reason((), (), sum(difference.values()), difference, best.changes)


def _is(after: str, wish: str) -> bool:
    return after.split(" ")[0] == wish
