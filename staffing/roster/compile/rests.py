"""Rules about what follows what, as primitives: one function per name in `rules.RULES`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from staffing.roster.compile.context import (
    ALWAYS,
    FIRST_TYPE,
    NIGHT,
    START,
    WORKS,
    Context,
    Primitive,
    named_types,
    weeks_of,
)
from staffing.roster.fixed import off_allowed
from staffing.roster.primitives import Band, Count, Run, Succession
from staffing.roster.problem import PastShift
from staffing.roster.shares import is_night


def compile_min_rest(x: Context) -> Iterator[Primitive]:
    """Succession by instants."""
    for a, agent in enumerate(x.problem.agents):
        rest = max(x.problem.contracts[agent.contract].min_rest_hours, x.problem.law.min_rest_hours)
        ends = [past.end for past in x.problem.past if past.agent == agent.id]
        yield Succession("min_rest", a, round(rest * 3600), max(ends) if ends else None)


def compile_weekly_rest(x: Context) -> Iterator[Primitive]:
    """Succession over a day off, and a count of days in each week."""
    rest = round(x.problem.law.weekly_rest_hours * 3600)
    if not rest:
        return
    for a, agent in enumerate(x.problem.agents):
        past = x.problem.worked_before.get(agent.id, ())[-1:]
        day = (past[0].day - x.problem.grid.start).days if past else -3
        end = past[0].end if day >= -2 else None
        yield Succession("weekly_rest", a, rest, end, over_off=True, before_day=max(day, -2))
        for w, days in enumerate(weeks_of(x)):
            base = int(x.targets.week_shifts_base[a, w])
            yield Count("weekly_rest", a, WORKS, (days,), 0, 6 if base < 7 else ALWAYS, base)


def compile_forbidden_successions(x: Context) -> Iterator[Primitive]:
    """Succession by classes."""
    row = {code: FIRST_TYPE + i for i, code in enumerate(named_types(x.problem))}
    for a, agent in enumerate(x.problem.agents):
        contract = x.problem.contracts[agent.contract]
        pairs = {*contract.forbidden_successions, *x.problem.law.forbidden_successions}
        known = sorted((row[c1], row[c2]) for c1, c2 in pairs if c1 in row and c2 in row)
        last = {past.code for past in _yesterday(x, agent.id)}
        before = sorted({row[c2] for c1, c2 in pairs if c1 in last and c2 in row})
        if known or before:
            yield Succession("forbidden_successions", a, pairs=tuple(known), before=tuple(before))


def compile_steady_starts(x: Context) -> Iterator[Primitive]:
    """Succession by the change of a measure."""
    for a, agent in enumerate(x.problem.agents):
        most = x.problem.contracts[agent.contract].max_start_change_hours
        if most is None:
            continue
        last = None
        for past in _yesterday(x, agent.id):
            last = _start_minute(x, past)
        yield Succession("steady_starts", a, change=(START, int(most * 60), last))


def compile_week_starts(x: Context) -> Iterator[Primitive]:
    """Band of starts in each week; shifts of the first week before the horizon count."""
    monday = x.problem.grid.start - timedelta(days=x.problem.grid.start.weekday())
    for a, agent in enumerate(x.problem.agents):
        most = x.problem.contracts[agent.contract].max_start_spread_hours
        if most is None:
            continue
        past = [p for p in x.problem.worked_before.get(agent.id, ()) if p.day >= monday]
        before = [_start_minute(x, p) for p in past]
        for w, days in enumerate(weeks_of(x)):
            known = before if w == 0 else []
            yield Band(
                "week_starts", a, START, days, int(most * 60), min(known, default=None), max(known, default=None)
            )


def _start_minute(x: Context, past: PastShift) -> int:
    """Wall-clock minute of a past shift's start."""
    local = x.problem.grid.local(past.start)
    return (local.date() - past.day).days * 1440 + local.hour * 60 + local.minute


def _yesterday(x: Context, agent: str) -> list[PastShift]:
    """Shifts of an agent on the day before the horizon."""
    day = x.problem.grid.start - timedelta(days=1)
    return [past for past in x.problem.worked_before.get(agent, ()) if past.day == day]


def _row_before(days: Iterable[date], start: date) -> int:
    """Days in a row, up to the day before the horizon, that are among some."""
    found = set(days)
    n = 0
    while start - timedelta(days=n + 1) in found:
        n += 1
    return n


def compile_max_consecutive_days(x: Context) -> Iterator[Primitive]:
    """Run of days with a shift."""
    for a, agent in enumerate(x.problem.agents):
        most = min(x.problem.contracts[agent.contract].max_consecutive_days, x.problem.law.max_consecutive_days)
        past = x.problem.worked_before.get(agent.id, ())
        before = _row_before((p.day for p in past), x.problem.grid.start)
        yield Run("max_consecutive_days", a, WORKS, lo=1, hi=most, before=min(before, most))


def compile_min_consecutive_days(x: Context) -> Iterator[Primitive]:
    """Run of days with a shift, at least so long."""
    for a, agent in enumerate(x.problem.agents):
        least = x.problem.contracts[agent.contract].min_consecutive_days
        if least < 2:
            continue
        past = x.problem.worked_before.get(agent.id, ())
        before = _row_before((p.day for p in past), x.problem.grid.start) if x.targets.can_begin[a] else 0
        yield Run("min_consecutive_days", a, WORKS, least, ALWAYS, min(before, least), free_start=not past)


def compile_min_consecutive_days_off(x: Context) -> Iterator[Primitive]:
    """Run of days off, at least so long."""
    off = off_allowed(x.problem)
    for a, agent in enumerate(x.problem.agents):
        least = x.problem.contracts[agent.contract].min_consecutive_days_off
        if least < 2:
            continue
        past = x.problem.worked_before.get(agent.id, ())
        rule = "min_consecutive_days_off"
        if past and off[a, 0]:
            before = (x.problem.grid.start - max(p.day for p in past)).days - 1
            yield Run(rule, a, WORKS, least, ALWAYS, min(before, least), off=True)
        else:
            yield Run(rule, a, WORKS, least, ALWAYS, off=True, free_start=not past)


def compile_max_consecutive_nights(x: Context) -> Iterator[Primitive]:
    """Run of night shifts."""
    grid, law = x.problem.grid, x.problem.law
    for a, agent in enumerate(x.problem.agents):
        most = x.problem.contracts[agent.contract].max_consecutive_nights
        if most is None:
            continue
        nights = []
        for past in x.problem.worked_before.get(agent.id, ()):
            kind = x.problem.kinds.get(past.code)
            walls = [grid.local(i) for i in (past.start, past.end)]
            begin, end = ((w.date() - past.day).days * 1440 + w.hour * 60 + w.minute for w in walls)
            if is_night(law, begin, end) and not (kind and kind.on_call):
                nights.append(past.day)
        before = _row_before(nights, grid.start)
        yield Run("max_consecutive_nights", a, NIGHT, lo=1, hi=most, before=min(before, most))
