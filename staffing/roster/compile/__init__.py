"""From named rules and costs to primitives: one function per name.

The names are those of `rules.RULES` and `costs.TERMS`; a test holds the registries together and proves that a rule's
check and its primitives agree.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from staffing.grid import BoolArray
from staffing.roster.compile import hours, rests
from staffing.roster.compile.binding import binding_counts, binding_successions
from staffing.roster.compile.context import (
    PAID,
    Context,
    Primitive,
    context_of_agent,
    make_context,
    measures_of,
    named_types,
)
from staffing.roster.compile.duties import axis_of
from staffing.roster.compile.prices import COSTS, cents, option_costs
from staffing.roster.cover import UNITS, cover_of
from staffing.roster.duties import duties_of
from staffing.roster.fixed import allowed_options, off_allowed
from staffing.roster.options import Options
from staffing.roster.primitives import Band, Count, Program, Run, Succession
from staffing.roster.problem import RosterProblem

__all__ = [
    "COSTS",
    "PAID",
    "RULES",
    "STRUCTURAL",
    "Context",
    "cents",
    "compile_program",
    "context_of_agent",
    "make_context",
    "measures_of",
    "named_types",
    "program_of",
]

RULES: dict[str, Callable[[Context], Iterator[Primitive]]] = {
    "min_rest": rests.compile_min_rest,
    "weekly_rest": rests.compile_weekly_rest,
    "forbidden_successions": rests.compile_forbidden_successions,
    "steady_starts": rests.compile_steady_starts,
    "week_starts": rests.compile_week_starts,
    "max_consecutive_days": rests.compile_max_consecutive_days,
    "min_consecutive_days": rests.compile_min_consecutive_days,
    "min_consecutive_days_off": rests.compile_min_consecutive_days_off,
    "max_consecutive_nights": rests.compile_max_consecutive_nights,
    "weekly_hours": hours.compile_weekly_hours,
    "max_weekly_hours": hours.compile_max_weekly_hours,
    "horizon_hours": hours.compile_horizon_hours,
    "max_shifts_per_week": hours.compile_max_shifts_per_week,
    "weekends_off": hours.compile_weekends_off,
    "free_sundays": hours.compile_free_sundays,
    "substitute_days": hours.compile_substitute_days,
}
"""Hard rules that compile to counts, runs and successions."""

STRUCTURAL = ("one_shift_a_day", "shift_types", "max_daily_hours", "legal_breaks", "activities")
"""Rules that every choice keeps by its form: an option is one shift, made from a type that the law allows."""


def compile_program(
    problem: RosterProblem, options: Options, *, whole: bool = False, without: Collection[str] = ()
) -> Program:
    """A rostering problem as primitives.

    Counts that can neither be broken nor cost anything, whatever allowed options are chosen, are left out unless
    `whole` is set.

    Parameters
    ----------
    problem
        Without problems (`rules.problems_of`).
    options
        Its options (`options.expand`).
    without
        Names of rules that are given up; what each agent is due stays as it is.
    """
    allowed = allowed_options(problem, options)
    context = make_context(problem, options, allowed)
    if without:
        allowed = allowed_options(problem, options, without)
    return program_of(context, allowed, whole=whole, without=without)


def program_of(x: Context, allowed: BoolArray, *, whole: bool = False, without: Collection[str] = ()) -> Program:
    """As `compile_program`, of what is already known."""
    problem, options = x.problem, x.options
    off = off_allowed(problem, without)
    measures = measures_of(x)
    rules = [compiler for rule, compiler in RULES.items() if rule not in without]
    primitives = [p for compiler in (*rules, *COSTS.values()) for p in compiler(x)]
    counts = [p for p in primitives if isinstance(p, Count) and any(p.groups)]
    runs = [p for p in primitives if isinstance(p, Run)]
    successions = [p for p in primitives if isinstance(p, Succession)]
    cost, off_cost = option_costs(problem, options)
    axis = axis_of(problem.grid, options, cover_of(problem), duties_of(problem, UNITS))
    return Program(
        allowed=allowed,
        off_allowed=off,
        cost=cost,
        off_cost=off_cost,
        measures=measures,
        counts=tuple(counts) if whole else binding_counts(counts, runs, allowed, off, measures),
        runs=tuple(runs),
        successions=tuple(successions) if whole else binding_successions(successions, runs, off),
        start=options.start,
        end=options.end,
        banned=None,
        first=axis.first,
        length=axis.length,
        offset=axis.offset,
        units=axis.units,
        cover=axis.cover,
        bands=tuple(p for p in primitives if isinstance(p, Band)),
    )
