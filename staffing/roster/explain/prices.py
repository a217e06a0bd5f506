"""What each rule costs: the rota searched again without it, told with honest bounds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from staffing.errors import InputError, Problem
from staffing.progress import SILENT, Monitor, Progress
from staffing.roster.compile import RULES, compile_program
from staffing.roster.engine import run
from staffing.roster.options import choice_of, expand
from staffing.roster.primitives import Choice, Program
from staffing.roster.problem import Roster, RosterProblem
from staffing.roster.search import Search

PRICED = ("availability", "allowed_shifts", "rotation", *RULES)
"""Rules that have a price; the others are facts (absences, employment, locks) or the form of a shift."""


@dataclass(frozen=True, slots=True)
class RulePrice:
    """What a rule costs.

    Attributes
    ----------
    rule
        Its name.
    binds
        Whether leaving it out changes anything at all; the other figures are 0 where it does not.
    saving
        How much less the best rota found without it costs than the best one found with it, in the scenario's currency.
    low, high
        Proven: the best possible rotas with and without the rule differ by at least and at most so much; `high` is None
        where no bound was found.
    """

    rule: str
    binds: bool
    saving: float
    low: float
    high: float | None


def price_rules(
    problem: RosterProblem,
    roster: Roster | None = None,
    rules: Sequence[str] | None = None,
    *,
    seconds: float = 5.0,
    workers: int = 2,
    seed: int = 1,
    monitor: Monitor = SILENT,
) -> tuple[RulePrice, ...]:
    """Search again with one rule left out at a time; the dearest rule first.

    What each agent is due (hours, shares) stays as it is, so that only the rule's limits are priced.

    Parameters
    ----------
    problem
        Without problems (`rules.problems_of`).
    roster
        A rota to begin from.
    rules
        Names, of `PRICED`; None means all.
    seconds
        Wall time for the rota with all rules, and again for each rule that binds.
    workers, seed
        As in `engine.solve`.
    monitor
        Told of progress: each report has the stage ``price`` and the rule at hand as its note (empty for the rota with all
        rules); when it asks to stop, the rules priced so far are returned.

    Raises
    ------
    InputError
        For unknown rules.
    """
    names = PRICED if rules is None else tuple(rules)
    unknown = [name for name in names if name not in PRICED]
    if unknown:
        todo = f"one of: {', '.join(PRICED)}"
        raise InputError([Problem("rules", f"unknown rule {name!r}", todo) for name in unknown])
    options = expand(problem)
    program = compile_program(problem, options)
    start = None if roster is None else choice_of(problem, options, roster)
    # Known at once, so that the others can be told; compiled again below, for one program at a time is held in memory.
    binding = [name for name in names if not _alike(program, compile_program(problem, options, without=(name,)))]
    found = [RulePrice(name, False, 0.0, 0.0, 0.0) for name in names if name not in binding]
    begun, searches = time.monotonic(), 1 + len(binding)
    with_all = _best(program, start, seconds, workers, seed, _Told(monitor, "", begun, 0, searches))
    for done, name in enumerate(binding, 1):
        if monitor.should_stop() or with_all.choice is None:
            break
        relaxed = compile_program(problem, options, without=(name,))
        told = _Told(monitor, name, begun, done, searches)
        best = _best(relaxed, with_all.choice, seconds, workers, seed, told)
        if monitor.should_stop():
            break  # a search broken off says too little
        high = max(0.0, with_all.cost - best.bound) / 100 if best.bound > 0 else None
        low = max(0.0, with_all.bound - best.cost) / 100
        found.append(RulePrice(name, True, max(0.0, with_all.cost - best.cost) / 100, low, high))
    return tuple(sorted(found, key=lambda p: (-p.saving, not p.binds)))


@dataclass(frozen=True)
class _Told:
    """Tells a search as the part of the whole that prices one rule."""

    monitor: Monitor
    rule: str
    begun: float
    done: int
    searches: int

    def report(self, progress: Progress) -> None:
        """Report how far all searches are."""
        share = (self.done + (progress.fraction or 0.0)) / self.searches
        self.monitor.report(Progress("price", time.monotonic() - self.begun, share, note=self.rule))

    def should_stop(self) -> bool:
        """Stop with the whole."""
        return self.monitor.should_stop()


def _best(program: Program, start: Choice | None, seconds: float, workers: int, seed: int, monitor: Monitor) -> Search:
    monitor.report(Progress("roster", 0.0, 0.0))
    search = Search(program, seconds, monitor)
    if start is not None:
        search.offer(start)
    run(search, start, workers, seed)
    return search


def _alike(program: Program, other: Program) -> bool:
    """Whether two programs of one problem allow the same choices."""
    return (
        (program.counts, program.runs, program.successions, program.bands)
        == (other.counts, other.runs, other.successions, other.bands)
        and np.array_equal(program.allowed, other.allowed)
        and np.array_equal(program.off_allowed, other.off_allowed)
    )
