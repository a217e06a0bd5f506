"""Fewest changes: someone is ill, a need has moved, and a published rota has to be mended.

Every changed agent-day has a price, so that the same search that builds rotas mends them: the higher the price, the
fewer the changes. A few prices give a few alternatives, each with what it changes, what it costs and what is missing.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from staffing.errors import InputError, Problems
from staffing.roster.anneal import anneal
from staffing.roster.compile import cents, compile_program
from staffing.roster.costs import coverage, terms
from staffing.roster.inputs import problems_of
from staffing.roster.options import Options, choice_of, expand, roster_of
from staffing.roster.primitives import Choice, Program
from staffing.roster.problem import Absence, Roster, RosterProblem
from staffing.roster.rules import Violation, audit

CHANGE_PRICES = (100.0, 30.0, 10.0)
"""Prices of a changed agent-day that are tried, in the scenario's currency."""

STILL = 1e-9
"""Noise of the search: next to none, so that it only goes downhill."""


@dataclass(frozen=True, slots=True)
class Change:
    """One agent-day that differs from the published rota.

    Attributes
    ----------
    agent, day
        Row of the agent, index of the day.
    before, after
        Shift codes with their start (``E 06:00``), or ``off``.
    asked
        Whether it is the absence itself, not a consequence.
    """

    agent: int
    day: int
    before: str
    after: str
    asked: bool


@dataclass(frozen=True)
class Alternative:
    """A mended rota.

    Attributes
    ----------
    roster
        The whole rota.
    changes
        What differs from the published one, by day and agent; moved breaks do not count.
    cost
        Sum of the terms, in the scenario's currency, change prices left out.
    terms
        Cost of each term.
    understaffed_hours
        Agent-hours missing over the horizon.
    violations
        Rules that it breaks; not empty only where the published rota broke them too or no legal rota was found.
    """

    roster: Roster
    changes: tuple[Change, ...]
    cost: float
    terms: dict[str, float]
    understaffed_hours: float
    violations: tuple[Violation, ...]


def replan(
    problem: RosterProblem,
    roster: Roster,
    absent: Sequence[tuple[str, date]],
    *,
    seconds: float = 2.0,
    days_ahead: int = 7,
    workers: int = 2,
    seed: int = 1,
) -> tuple[Alternative, ...]:
    """Mend a rota around agents who are suddenly absent.

    Nothing changes before the first absence, nor later than `days_ahead` days after the last; locked shifts stay.

    Parameters
    ----------
    problem, roster
        What the rota is for, and the published rota.
    absent
        Agents (by id) and dates.
    seconds
        Wall time for all alternatives together, beyond reading and judging.
    days_ahead
        How far changes may reach.
    workers, seed
        As in `engine.solve`.

    Returns
    -------
    tuple of Alternative
        By number of changes: first what happens if the gap is left open, then cheaper rotas with more changes.

    Raises
    ------
    InputError
        For unknown agents and dates outside the horizon.
    """
    ill = with_absences(problem, absent)
    days = [d for _, day in absent if (d := problem.grid.day_index(day)) is not None]
    window = range(min(days), min(max(days) + days_ahead + 1, problem.grid.days))
    asked = {(problem.agent_index[agent], problem.grid.day_index(day)) for agent, day in absent}
    return mend(ill, roster, window, asked, seconds=seconds, workers=workers, seed=seed)


def with_absences(problem: RosterProblem, absent: Sequence[tuple[str, date]]) -> RosterProblem:
    """The problem with sudden absences: locked shifts of those days are lifted."""
    found = Problems()
    if not absent:
        found.add("--absent", "nobody", "name at least one AGENT:DATE")
    for agent, day in absent:
        if agent not in problem.agent_index:
            found.add("--absent", f"unknown agent {agent!r}", "use an id of the team")
        if problem.grid.day_index(day) is None:
            first, last = problem.grid.dates[0], problem.grid.dates[-1]
            found.add("--absent", f"{day} is outside the horizon", f"{first} to {last}")
    found.raise_if_any()
    gone = set(absent)
    return replace(
        problem,
        absences=(*problem.absences, *(Absence(agent, day, day, "sick") for agent, day in sorted(gone))),
        locks=tuple(lock for lock in problem.locks if (lock.agent, lock.day) not in gone),
    )


def mend(
    problem: RosterProblem,
    roster: Roster,
    window: range,
    asked: Collection[tuple[int, int | None]],
    *,
    seconds: float,
    workers: int = 2,
    seed: int = 1,
    prices: Sequence[float] = CHANGE_PRICES,
) -> tuple[Alternative, ...]:
    """Mend a rota that no longer fits its problem, with as few changes as each price of a change allows.

    Parameters
    ----------
    problem
        The problem as it is now.
    roster
        The published rota.
    window
        Days that may change.
    asked
        (agent, day) whose shift is taken away as given.
    seconds, workers, seed, prices
        Wall time for all prices together, and how to search.
    """
    found = problems_of(problem)
    if found:
        raise InputError(found)
    options = expand(problem)
    program = compile_program(problem, options)
    published = choice_of(problem, options, roster)
    bare = published.copy()
    for a, d in asked:
        if d is not None:
            bare[a, d] = -1
    choices = [bare]
    deadline = time.monotonic() + seconds
    for n, price in enumerate(prices):
        priced = _priced(program, options, bare, window, cents(price))
        left = max((deadline - time.monotonic()) / (len(prices) - n), 0.05)
        start = choices[-1]
        choices.append(anneal(priced, seconds=left, seed=seed, start=start, workers=workers, hot=STILL, cold=STILL))
    alternatives = [_alternative(problem, options, published, choice, asked) for choice in choices]
    kept: list[Alternative] = []
    for alternative in sorted(alternatives, key=lambda x: (len(x.changes), x.cost)):
        worse = any(len(x.violations) <= len(alternative.violations) and x.cost <= alternative.cost for x in kept)
        if not worse:
            kept.append(alternative)
    return tuple(kept)


def _priced(program: Program, options: Options, now: Choice, window: range, price: int) -> Program:
    """The program with a price on every change of an agent-day, and nothing to choose outside the window."""
    _, D, S = program.shape
    kind = np.unique(np.stack([options.type_of, options.start_minute]), axis=1, return_inverse=True)[1].ravel()
    worked = now >= 0
    same = worked[:, :, None] & (kind[None, None] == kind[np.maximum(now, 0)][:, :, None])
    inside = np.zeros(D, np.bool_)
    inside[window.start : window.stop] = True
    chosen = np.arange(S)[None, None] == now[:, :, None]
    return replace(
        program,
        allowed=program.allowed & (inside[None, :, None] | chosen),
        off_allowed=program.off_allowed & (inside[None] | ~worked),
        cost=program.cost + np.where(same, 0, price).astype(np.int32),
        off_cost=program.off_cost + np.where(worked, price, 0).astype(np.int32),
    )


def without_cell(
    problem: RosterProblem,
    options: Options,
    choice: Choice,
    cell: tuple[int, int],
    window: range,
    *,
    seconds: float,
    seed: int = 1,
    price: float = 1.0,
) -> tuple[Roster, tuple[Change, ...]]:
    """The best rota found nearby in which one agent-day is anything but what it is, and what changes then.

    Parameters
    ----------
    problem, options, choice
        The problem, its options and the rota.
    cell
        Agent and day.
    window
        Days that may change.
    seconds, seed
        Of the search.
    price
        Of a change, so that nothing changes for nothing.
    """
    a, d = cell
    program = _priced(compile_program(problem, options), options, choice, window, cents(price))
    now = int(choice[a, d])
    allowed, off = program.allowed.copy(), program.off_allowed.copy()
    if now < 0:
        off[a, d] = False
    else:
        allowed[a, d] &= ~(
            (options.type_of == options.type_of[now]) & (options.start_minute == options.start_minute[now])
        )
    start = choice.copy()
    start[a, d] = -1
    priced = replace(program, allowed=allowed, off_allowed=off)
    other = anneal(priced, seconds=seconds, seed=seed, start=start, hot=STILL, cold=STILL)
    return roster_of(problem, options, other), _changes(problem, options, choice, other, {cell})


def _alternative(
    problem: RosterProblem,
    options: Options,
    published: Choice,
    choice: Choice,
    asked: Collection[tuple[int, int | None]],
) -> Alternative:
    roster = roster_of(problem, options, choice)
    found = terms(problem, roster)
    return Alternative(
        roster=roster,
        changes=_changes(problem, options, published, choice, asked),
        cost=sum(found.values()),
        terms=found,
        understaffed_hours=coverage(problem, roster).understaffed_hours,
        violations=audit(problem, roster),
    )


def _changes(
    problem: RosterProblem,
    options: Options,
    published: Choice,
    choice: Choice,
    asked: Collection[tuple[int, int | None]],
) -> tuple[Change, ...]:
    def told(a: int, d: int, s: int) -> str:
        if s < 0:
            return "off"
        clock = problem.grid.local(int(options.start[d, s])).strftime("%H:%M")
        return f"{problem.shift_types[int(options.type_of[s])].code} {clock}"

    found = []
    for d in range(problem.grid.days):
        for a in range(len(problem.agents)):
            before, after = told(a, d, int(published[a, d])), told(a, d, int(choice[a, d]))
            if before != after:
                found.append(Change(a, d, before, after, (a, d) in asked))
    return tuple(found)
