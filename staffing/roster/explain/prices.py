"""What each rule costs: the rota searched again without it, told with honest bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from staffing.errors import InputError, Problem
from staffing.progress import SILENT, Monitor
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
        Told of progress; when it asks to stop, the rules priced so far are returned.

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
    with_all = _best(program, start, seconds, workers, seed, monitor)
    found = []
    for name in names:
        if monitor.should_stop():
            break
        relaxed = compile_program(problem, options, without=(name,))
        if _alike(program, relaxed) or with_all.choice is None:
            found.append(RulePrice(name, False, 0.0, 0.0, 0.0))
            continue
        best = _best(relaxed, with_all.choice, seconds, workers, seed, monitor)
        high = max(0.0, with_all.cost - best.bound) / 100 if best.bound > 0 else None
        low = max(0.0, with_all.bound - best.cost) / 100
        found.append(RulePrice(name, True, max(0.0, with_all.cost - best.cost) / 100, low, high))
    return tuple(sorted(found, key=lambda p: (-p.saving, not p.binds)))


def _best(program: Program, start: Choice | None, seconds: float, workers: int, seed: int, monitor: Monitor) -> Search:
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
