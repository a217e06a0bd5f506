"""Rules about sums, as counts: one function per name in `rules.RULES`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from staffing.roster.compile.context import PAID, WORKS, Context, Primitive, weeks_of
from staffing.roster.primitives import Count
from staffing.roster.targets import substitute_windows, week_limit


def compile_weekly_hours(x: Context) -> Iterator[Primitive]:
    """Count of paid minutes in each week."""
    t = x.targets
    for a in range(len(x.problem.agents)):
        for w, days in enumerate(weeks_of(x)):
            lo, hi, base = int(t.week_lo[a, w]), int(t.week_hi[a, w]), int(t.week_base[a, w])
            yield Count("weekly_hours", a, PAID, (days,), lo, hi, base)


def compile_max_weekly_hours(x: Context) -> Iterator[Primitive]:
    """Count of paid minutes in each week."""
    dates = x.problem.grid.dates
    for a, agent in enumerate(x.problem.agents):
        contract = x.problem.contracts[agent.contract]
        for w, days in enumerate(weeks_of(x)):
            most = round(60 * week_limit(contract, x.problem.law, [dates[d] for d in days]))
            base = int(x.targets.week_base[a, w])
            yield Count("max_weekly_hours", a, PAID, (days,), 0, max(most, base), base)


def compile_horizon_hours(x: Context) -> Iterator[Primitive]:
    """Count of paid minutes in the horizon."""
    days = tuple(range(x.problem.grid.days))
    for a in range(len(x.problem.agents)):
        yield Count("horizon_hours", a, PAID, (days,), int(x.targets.horizon_lo[a]), int(x.targets.horizon_hi[a]))


def compile_max_shifts_per_week(x: Context) -> Iterator[Primitive]:
    """Count of shifts in each week."""
    for a, agent in enumerate(x.problem.agents):
        most = x.problem.contracts[agent.contract].max_shifts_per_week
        for w, days in enumerate(weeks_of(x)):
            base = int(x.targets.week_shifts_base[a, w])
            yield Count("max_shifts_per_week", a, WORKS, (days,), 0, max(most, base), base)


def compile_weekends_off(x: Context) -> Iterator[Primitive]:
    """Count of whole weekends with a shift."""
    whole = tuple(days for days, is_whole in zip(x.targets.weekends, x.targets.whole, strict=True) if is_whole)
    for a in range(len(x.problem.agents)):
        most = len(whole) - int(x.targets.weekends_off[a])
        yield Count("weekends_off", a, WORKS, whole, 0, most, any=True)


def compile_free_sundays(x: Context) -> Iterator[Primitive]:
    """Count of Sundays with a shift."""
    sundays = tuple(np.nonzero(x.problem.grid.weekday == 6)[0].tolist())
    for a in range(len(x.problem.agents)):
        if sundays:
            yield Count("free_sundays", a, WORKS, (sundays,), 0, len(sundays) - int(x.targets.free_sundays[a]))


def compile_substitute_days(x: Context) -> Iterator[Primitive]:
    """Count of days with a shift in two weeks, and in up to eight."""
    if not x.problem.law.substitute_days:
        return
    for a in range(len(x.problem.agents)):
        for window in substitute_windows(x.problem, x.targets):
            base = int(x.targets.week_shifts_base[a, 0]) if window.known else 0
            yield Count("substitute_days", a, WORKS, (window.days,), 0, max(window.most, base), base)
