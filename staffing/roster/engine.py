"""One incumbent and one bound: which part of the search acts when. The stage's entry."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable
from datetime import date
from datetime import time as clock
from functools import cache, partial
from typing import TypeVar

import numpy as np

from staffing.errors import BackendError, InputError
from staffing.grid import TimeGrid
from staffing.progress import SILENT, Monitor, Progress
from staffing.roster.anneal import anneal
from staffing.roster.bound import lower_bound, raise_bound
from staffing.roster.compile import compile_program, make_context
from staffing.roster.costs import terms_in_cents, unfilled_duties
from staffing.roster.horizons import Exact, horizons_of
from staffing.roster.horizons import compile_kernels as compile_horizons
from staffing.roster.inputs import problems_of
from staffing.roster.neighbourhoods import construct, improve, whole
from staffing.roster.options import choice_of, expand, roster_of
from staffing.roster.primitives import Choice
from staffing.roster.problem import (
    Agent,
    Break,
    Contract,
    Law,
    Prices,
    Roster,
    RosterProblem,
    RosterResult,
    RosterStatus,
    ShiftType,
)
from staffing.roster.search import Search
from staffing.roster.tables import Compiled, prepare

T = TypeVar("T")
Part = Callable[[], None]

ANNEALING = 0.97
"""Share of the time for annealing before CP-SAT's neighbourhoods polish."""


PROVING = 0.4
"""Share of the time that the bound may take, beside the annealing."""

LOADING = 10.0
"""Seconds that loading compiled kernels may take; what goes beyond is their first compilation."""


def solve(
    problem: RosterProblem,
    *,
    seconds: float = 60.0,
    workers: int = 2,
    seed: int = 1,
    start: Roster | None = None,
    monitor: Monitor = SILENT,
    settle: bool = False,
) -> RosterResult:
    """Build the best rota that `seconds` of wall time allow, with a proven bound.

    Parameters
    ----------
    problem
        The team, its rules, the need and the prices.
    seconds
        Wall time. The first legal rota is finished even where that takes longer; the compilation of the kernels, once
        after installation, does not count.
    workers
        Threads.
    seed
        Seed of every random choice. Results with several workers also depend on the machine's timing.
    start
        A rota to begin from; agents whose shifts break a hard rule are planned anew.
    monitor
        Told of progress several times a second; when it asks to stop, the best rota so far is kept.
    settle
        Whether to go only downhill from `start` and to end where nothing near by is better: for a need that has changed here
        and there, so that the rota stays as it is elsewhere. Without a bound; small teams are searched as always.

    Returns
    -------
    RosterResult
        INFEASIBLE with the rules in conflict where no rota keeps the hard rules; else the best rota found.

    Raises
    ------
    InputError
        With everything `rules.problems_of` finds, or where `start` holds shifts that the problem does not know.
    """
    began = time.perf_counter()
    found = problems_of(problem)
    if found:
        raise InputError(found)
    monitor.report(Progress("roster", 0.0, 0.0, note="compiling"))
    compiling = warm_up()
    options = expand(problem)
    program = compile_program(problem, options)
    notes = make_context(problem, options).targets.notes
    search = Search(program, seconds + max(0.0, compiling - LOADING), monitor, began)
    hint = choice_of(problem, options, start) if start is not None else None
    stuck = watched(search, lambda: run(search, hint, workers, seed, settle and hint is not None))
    if stuck:
        from staffing.roster.explain import conflicts_of_roster

        reasons = conflicts_of_roster(problem, options, stuck)
        return RosterResult(
            RosterStatus.INFEASIBLE, None, {}, None, None, search.elapsed(), seed, conflicts=reasons, notes=notes
        )
    if search.choice is None:
        status = RosterStatus.STOPPED if search.stopped else RosterStatus.UNKNOWN
        return RosterResult(status, None, {}, None, search.bound / 100, search.elapsed(), seed, notes=notes)
    roster = roster_of(problem, options, search.choice)
    cents = terms_in_cents(problem, roster, options)
    if sum(cents.values()) != round(search.cost):
        raise BackendError(f"the search's cost {search.cost} differs from the recomputed {sum(cents.values())} cents")
    status = RosterStatus.FEASIBLE
    if search.optimal:
        status = RosterStatus.OPTIMAL
        search.bound = search.cost
    elif search.stopped:
        status = RosterStatus.STOPPED
    search.report()
    return RosterResult(
        status=status,
        roster=roster,
        terms={name: amount / 100 for name, amount in cents.items()},
        objective=search.cost / 100,
        bound=search.bound / 100,
        seconds=search.elapsed(),
        seed=seed,
        trace=tuple(search.trace),
        notes=(*notes, *unfilled_duties(problem, roster)),
    )


def prove(problem: RosterProblem, *, seconds: float, upper: float = math.inf, monitor: Monitor = SILENT) -> float:
    """The bound alone: no rota that keeps the hard rules costs less.

    Parameters
    ----------
    problem
        The team, its rules, the need and the prices.
    seconds
        Wall time at most.
    upper
        Cost of a rota that is known; the work ends where the bound meets it.
    monitor
        Asked whether to stop.

    Returns
    -------
    float
        In the prices' currency; 0 where tours do not fit the problem, which `solve` bounds by other means, or time is too short.
    """
    warm_up()
    compiled = prepare(compile_program(problem, expand(problem)))
    if compiled.unsupported is not None:
        return 0.0
    found = [0]
    with contextlib.suppress(MemoryError):
        lower_bound(
            compiled,
            seconds=seconds,
            should_stop=monitor.should_stop,
            on_better=found.append,
            upper=lambda: 100 * upper,
        )
    return max(found) / 100


@cache
def warm_up() -> float:
    """Compile the kernels, or load them where they are compiled already; the seconds that took.

    The first call after an installation takes up to a minute or two; later processes load the result in seconds, and
    further calls in one process take no time.
    """
    began = time.perf_counter()
    _compile_kernels()
    return time.perf_counter() - began


@cache
def _compile_kernels() -> None:
    """Search a tiny team for a moment, once per process."""
    kinds = (ShiftType("E", clock(8), 4.0, breaks=(Break(15, 1.0, 2.0),)), ShiftType("L", clock(14), 4.0))
    grid = TimeGrid(date(2027, 1, 4), 14, "UTC", 30)
    agents = tuple(
        Agent(name, name, "c", queues, (1,) * len(queues)) for name, queues in (("a", ("x",)), ("b", ("x", "y")))
    )
    problem = RosterProblem(
        grid, ("x", "y"), np.ones((2, len(grid))), agents, {"c": Contract(20.0)}, kinds, Law(), Prices()
    )
    program = compile_program(problem, expand(problem))
    compile_horizons(program)
    compiled = prepare(program)
    anneal(compiled, seconds=0.05, workers=1)
    lower_bound(compiled, seconds=0.2)


def run(search: Search, start: Choice | None, workers: int, seed: int, settle: bool = False) -> list[int]:
    """Search a program: the parts in their order, until the search is over.

    Parameters
    ----------
    search
        Holds the program, the clock, and afterwards incumbent and bound.
    start, workers, seed, settle
        As in `solve`.

    Returns
    -------
    list of int
        The agents whose hard rules conflict; empty where a legal rota was found or time ran out.
    """
    horizons = horizons_of(search.program)
    if horizons is not None:
        search.note = "first rota"
        exact = Exact(search, horizons, workers, seed)
        stuck = exact.construct(start)
        if stuck or search.stopped:
            return stuck
        if search.choice is not None:
            search.note = "improving"
            _together(search, exact.parts())
            return []
    compiled = prepare(search.program)
    tours = compiled.unsupported is None
    search.note = "first rota"
    begun = _begun(search, compiled, start, workers, seed) if tours else start
    if begun is None or not search.offer(begun):
        # Who found no legal days may have none: that is to be known before anything else takes time.
        first, stuck = construct(search, begun, seed)
        if first is None:
            return stuck
        search.offer(first)
    if tours and not search.small:  # a small problem is left to CP-SAT, which does better there
        search.note = "building rotas"
        ended = threading.Event()
        parts: list[Part] = [partial(_anneal, search, compiled, search.choice, workers, seed, ended, settle)]
        if not settle:
            parts.append(partial(_prove, search, compiled, ended))
        _together(search, parts)
        if settle:
            return []
    search.note = "improving"
    polish: list[Part] = [
        partial(improve, search, np.random.default_rng((seed, k))) for k in range(max(1, workers - search.small))
    ]
    if search.small:
        polish.append(partial(whole, search, workers, seed))
        if tours:
            polish.append(partial(raise_bound, search, compiled, PROVING * search.left()))
    _together(search, polish)
    return []


def _begun(search: Search, compiled: Compiled, start: Choice | None, workers: int, seed: int) -> Choice:
    """A rota by tours alone; whoever found no legal days in it keeps those of the start, or is off."""
    return anneal(
        compiled,
        seconds=max(0.0, search.left()),
        seed=seed,
        start=start,
        workers=workers,
        should_stop=lambda: search.stopped,
        sweeps=0,
    )


def _anneal(
    search: Search,
    compiled: Compiled,
    start: Choice | None,
    workers: int,
    seed: int,
    ended: threading.Event,
    settle: bool,
) -> None:
    """Anneal over tours."""
    try:
        anneal(
            compiled,
            seconds=ANNEALING * search.left(),
            seed=seed,
            start=start,
            workers=workers,
            should_stop=search.over,
            on_better=lambda choice, cents: (search.offer(choice, cents), None)[1],
            settle=settle,
        )
    finally:
        ended.set()


def _prove(search: Search, compiled: Compiled, ended: threading.Event) -> None:
    """Raise the bound; it converges long before the search does, and then leaves the cores to it.

    It waits for the first rota, which is to come as soon as can be.
    """
    while search.choice is None and not ended.wait(0.05) and not search.over():
        pass
    raise_bound(search, compiled, PROVING * search.left())


def _together(search: Search, parts: list[Part]) -> None:
    """Run parts in threads; when one fails, the others end and its error is raised."""
    errors: list[BaseException] = []

    def guarded(part: Part) -> None:
        try:
            part()
        except BaseException as error:
            errors.append(error)
            search.ended = True

    threads = [threading.Thread(target=guarded, args=(part,), daemon=True) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def watched(search: Search, work: Callable[[], T]) -> T:
    """Do work in a thread of its own while this one reports and asks whether to stop; its result, or its error."""
    result: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            result.append(work())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        search.report()
        thread.join(0.2)
    if errors:
        raise errors[0]
    return result[0]
