"""Fewest changes: someone is ill, a shift is swapped, a need has moved, and a published rota has to be mended.

Every changed agent-day has a price, so that the same search that builds rotas mends them: the higher the price, the
fewer the changes. A few prices give a few alternatives, each with what it changes, what it costs and what is missing.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from staffing.errors import InputError, Problems
from staffing.grid import BoolArray
from staffing.roster.anneal import anneal
from staffing.roster.compile import cents, compile_program
from staffing.roster.inputs import problems_of
from staffing.roster.options import Options, choice_of, expand, roster_of
from staffing.roster.primitives import Choice, Program
from staffing.roster.problem import Absence, Roster, RosterProblem, Shift
from staffing.roster.rules import Violation
from staffing.roster.standing import Standing, stand
from staffing.roster.standing import moved as standing_after
from staffing.roster.tables import prepare, repriced

CHANGE_PRICES = (100.0, 30.0, 10.0)
"""Prices of a changed agent-day that are tried, in the scenario's currency."""

Cents = npt.NDArray[np.int32]


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
        Whether it is the absence or the swap itself, not a consequence.
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


@dataclass(frozen=True, slots=True)
class Swap:
    """Two agents exchange what they have on one day.

    Attributes
    ----------
    one, other
        Ids of the agents.
    day
        Local date.
    """

    one: str
    other: str
    day: date


def replan(
    problem: RosterProblem,
    roster: Roster,
    absent: Sequence[tuple[str, date]] = (),
    *,
    swaps: Sequence[Swap] = (),
    moved: Sequence[date] = (),
    seconds: float = 1.4,
    days_ahead: int = 7,
    workers: int = 2,
    seed: int = 1,
) -> tuple[Alternative, ...]:
    """Mend a rota around agents who are suddenly absent, swapped shifts and a need that has moved.

    Nothing changes before the first day of these, nor later than `days_ahead` days after the last; locked shifts stay, and
    so does what was swapped.

    Parameters
    ----------
    problem, roster
        What the rota is for now (with the need as it is now), and the published rota.
    absent
        Agents (by id) and dates.
    swaps
        Who exchanges with whom, and when.
    moved
        Dates whose need is another than the rota was made for.
    seconds
        Most wall time for all alternatives together, beyond reading and judging; less is taken where nothing better is
        found.
    days_ahead
        How far changes may reach.
    workers, seed
        As in `engine.solve`.

    Returns
    -------
    tuple of Alternative
        By number of changes: first what happens if nobody else moves, then cheaper rotas with more changes.

    Raises
    ------
    InputError
        For unknown agents, dates outside the horizon, and where nothing is to be mended.
    """
    _check(problem, absent, swaps, moved)
    now = with_absences(problem, absent) if absent else problem
    index = {day: d for d, day in enumerate(problem.grid.dates)}
    at = [index[day] for day in (*(day for _, day in absent), *(x.day for x in swaps), *moved)]
    window = range(min(at), min(max(at) + days_ahead + 1, problem.grid.days))
    gone = {(problem.agent_index[agent], index[day]) for agent, day in absent}
    pairs = [(problem.agent_index[x.one], problem.agent_index[x.other], index[x.day]) for x in swaps]
    return mend(now, roster, window, gone, swapped=pairs, seconds=seconds, workers=workers, seed=seed)


def _check(
    problem: RosterProblem, absent: Sequence[tuple[str, date]], swaps: Sequence[Swap], moved: Sequence[date]
) -> None:
    found = Problems()
    if not absent and not swaps and not moved:
        found.add("--absent", "nobody", "name at least one AGENT:DATE, or a swap, or days whose need has moved")
    told = [("--absent", agent, day) for agent, day in absent]
    told += [("--swap", agent, x.day) for x in swaps for agent in (x.one, x.other)]
    for where, agent, _ in told:
        if agent not in problem.agent_index:
            found.add(where, f"unknown agent {agent!r}", "use an id of the team")
    for where, day in dict.fromkeys([*((where, day) for where, _, day in told), *(("--moved", day) for day in moved)]):
        if problem.grid.day_index(day) is None:
            first, last = problem.grid.dates[0], problem.grid.dates[-1]
            found.add(where, f"{day} is outside the horizon", f"{first} to {last}")
    for x in swaps:
        if x.one == x.other:
            found.add("--swap", f"{x.one!r} with itself", "name two agents")
    found.raise_if_any()


def with_absences(problem: RosterProblem, absent: Sequence[tuple[str, date]]) -> RosterProblem:
    """The problem with sudden absences: locked shifts of those days are lifted."""
    _check(problem, absent, (), ())
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
    asked: Collection[tuple[int, int]],
    *,
    swapped: Sequence[tuple[int, int, int]] = (),
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
    swapped
        (agent, agent, day): whose shifts are exchanged; these stay exchanged.
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
        bare[a, d] = -1
    for a, b, d in swapped:
        bare[[a, b], d] = bare[[b, a], d]
    kept = np.zeros(bare.shape, np.bool_)
    for a, b, d in swapped:
        kept[[a, b], d] = True
    compiled = prepare(_priced(program, options, bare, window, 1, kept))
    choices = [bare]
    deadline = time.monotonic() + seconds
    for n, price in enumerate(prices):
        dear = _price(program, options, bare, cents(price))
        left = max((deadline - time.monotonic()) / (len(prices) - n), 0.05)
        choices.append(
            anneal(
                repriced(compiled, *dear),
                seconds=left,
                seed=seed,
                start=choices[-1],
                workers=workers,
                days=window,
                settle=True,
            )
        )
    given = {*asked, *((a, d) for one, other, d in swapped for a in (one, other))}
    distinct = {choice.tobytes(): choice for choice in choices}
    base = stand(problem, roster_of(problem, options, bare))
    alternatives = [_alternative(base, options, bare, published, choice, given) for choice in distinct.values()]
    best: list[Alternative] = []
    for alternative in sorted(alternatives, key=lambda x: (len(x.changes), x.cost)):
        worse = any(len(x.violations) <= len(alternative.violations) and x.cost <= alternative.cost for x in best)
        if not worse:
            best.append(alternative)
    return tuple(best)


def _same(options: Options, now: Choice) -> BoolArray:
    """Whether an option is the shift that an agent has, its breaks aside, shape (A, D, S)."""
    kind = np.unique(np.stack([options.type_of, options.start_minute]), axis=1, return_inverse=True)[1].ravel()
    same: BoolArray = (now >= 0)[:, :, None] & (kind[None, None] == kind[np.maximum(now, 0)][:, :, None])
    return same


def _price(program: Program, options: Options, now: Choice, price: int) -> tuple[Cents, Cents]:
    """The program's costs of options and days off with a price on every change of an agent-day."""
    return (
        program.cost + np.where(_same(options, now), 0, price).astype(np.int32),
        program.off_cost + np.where(now >= 0, price, 0).astype(np.int32),
    )


def _priced(
    program: Program, options: Options, now: Choice, window: range, price: int, kept: BoolArray | None = None
) -> Program:
    """The program with a price on every change of an agent-day, and nothing to choose outside the window or in `kept`."""
    _, D, S = program.shape
    inside = np.zeros(D, np.bool_)
    inside[window.start : window.stop] = True
    free = np.broadcast_to(inside, now.shape) if kept is None else inside & ~kept
    chosen = np.arange(S)[None, None] == now[:, :, None]
    cost, off_cost = _price(program, options, now, price)
    return replace(
        program,
        allowed=program.allowed & (free[:, :, None] | chosen),
        off_allowed=program.off_allowed & (free | (now < 0)),
        cost=cost,
        off_cost=off_cost,
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
    other = anneal(priced, seconds=seconds, seed=seed, start=start, days=window, settle=True)
    return roster_of(problem, options, other), _changes(problem, options, choice, other, {cell})


def _alternative(
    base: Standing,
    options: Options,
    bare: Choice,
    published: Choice,
    choice: Choice,
    asked: Collection[tuple[int, int]],
) -> Alternative:
    """Judge a choice from how the rota stands without anybody moving (`base`, of `bare`)."""
    problem = base.problem
    roster = roster_of(problem, options, choice)
    days: dict[int, list[Shift]] = {int(a): [] for a in np.nonzero((choice != bare).any(axis=1))[0]}
    for shift in roster.shifts:
        if shift.agent in days:
            days[shift.agent].append(shift)
    judged = standing_after(base, days)
    return Alternative(
        roster=roster,
        changes=_changes(problem, options, published, choice, asked),
        cost=judged.price,
        terms=judged.terms,
        understaffed_hours=judged.coverage.understaffed_hours,
        violations=judged.violations,
    )


def _changes(
    problem: RosterProblem,
    options: Options,
    published: Choice,
    choice: Choice,
    asked: Collection[tuple[int, int]],
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
