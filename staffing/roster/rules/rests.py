"""Rules about what follows what: rest, days in a row, days off in a row, nights, successions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from datetime import date, timedelta
from itertools import pairwise

from staffing.grid import TimeGrid
from staffing.roster.fixed import off_allowed
from staffing.roster.problem import Law
from staffing.roster.rules.facts import Facts, Violation


def check_min_rest(x: Facts) -> Iterator[Violation]:
    """Between two shifts lies the rest that contract and law ask for."""
    for a, shifts in enumerate(x.shifts):
        rest = max(x.contract(a).min_rest_hours, x.problem.law.min_rest_hours)
        last = max((past.end for past in x.past(a)), default=None)
        for s in shifts:
            if last is not None and s.start - last < rest * 3600:
                hours, begin = (s.start - last) / 3600, x.problem.grid.local(s.start)
                yield x.violation(a, s.day, "min_rest", hours=hours, begin=begin, least=rest)
            last = max(s.end, last or s.end)


def check_weekly_rest(x: Facts) -> Iterator[Violation]:
    """A week has a day off, and a single day off lies in a rest of the hours that the law asks for."""
    rest = x.problem.law.weekly_rest_hours
    if not rest:
        return
    for a, shifts in enumerate(x.shifts):
        worked = [(s.day, s.start, s.end) for s in shifts]
        before = [((past.day - x.problem.grid.start).days, past.start, past.end) for past in x.past(a)][-1:]
        for (d1, _, end), (d2, start, _) in pairwise([*before, *worked]):
            if d2 - d1 == 2 and start - end < rest * 3600:
                hours, begin = (start - end) / 3600, x.problem.grid.local(start)
                yield x.violation(a, d2, "weekly_rest", hours=hours, begin=begin, least=rest)
        days = {d for d, _, _ in worked}
        for w, week in enumerate(x.weeks()):
            base = int(x.targets.week_shifts_base[a, w])
            if base + len(days & set(week)) >= 7 and base < 7:
                yield x.violation(a, week[0], "weekly_rest", "day_off")


def check_forbidden_successions(x: Facts) -> Iterator[Violation]:
    """A shift does not follow on the day after one that contract or law says it may not follow."""
    for a, shifts in enumerate(x.shifts):
        pairs = {*x.contract(a).forbidden_successions, *x.problem.law.forbidden_successions}
        codes = {(past.day - x.problem.grid.start).days: past.code for past in x.past(a)}
        codes |= {s.day: s.code for s in shifts}
        for d, code in sorted(codes.items()):
            if d >= 0 and (codes.get(d - 1, ""), code) in pairs:
                yield x.violation(a, d, "forbidden_successions", shift=code, before=codes[d - 1])


def check_steady_starts(x: Facts) -> Iterator[Violation]:
    """On days in a row the start moves by no more than the contract allows from one day to the next."""
    for a, shifts in enumerate(x.shifts):
        most = x.contract(a).max_start_change_hours
        if most is None:
            continue
        dates = x.problem.grid.dates
        begin = {(past.day - dates[0]).days: x.wall(past.day, past.start) for past in x.past(a)}
        begin |= {s.day: x.wall(dates[s.day], s.start) for s in shifts}
        for d, minute in sorted(begin.items()):
            change = abs(minute - begin.get(d - 1, minute))
            if d >= 0 and change > most * 60:
                yield x.violation(a, d, "steady_starts", hours=change / 60, most=most)


def check_week_starts(x: Facts) -> Iterator[Violation]:
    """Within a week, Monday to Sunday, all starts lie as close together as the contract asks."""
    dates = x.problem.grid.dates
    for a, shifts in enumerate(x.shifts):
        most = x.contract(a).max_start_spread_hours
        if most is None:
            continue
        starts: dict[date, dict[int, int]] = {}
        for day, start in [*((p.day, p.start) for p in x.past(a)), *((dates[s.day], s.start) for s in shifts)]:
            week = starts.setdefault(day - timedelta(days=day.weekday()), {})
            week[(day - dates[0]).days] = x.wall(day, start)
        for week in starts.values():
            spread = max(week.values()) - min(week.values())
            if spread > int(most * 60) and max(week) >= 0:
                first = min(d for d in week if d >= 0)
                yield x.violation(a, first, "week_starts", hours=spread / 60, most=most)


def _runs(days: Set[int], first: int, last: int, *, off: bool = False) -> list[tuple[int, int]]:
    """First and last day of the maximal runs of some days, or (`off`) of the others, from `first` to `last`."""
    found: list[tuple[int, int]] = []
    for d in range(first, last + 1):
        if (d in days) is off:
            continue
        if found and found[-1][1] == d - 1:
            found[-1] = (found[-1][0], d)
        else:
            found.append((d, d))
    return found


def _first(days: Set[int]) -> int:
    """First day of an unbroken run that ends the day before the horizon; 0 where there is none."""
    d = 0
    while d - 1 in days:
        d -= 1
    return d


def check_max_consecutive_days(x: Facts) -> Iterator[Violation]:
    """An agent works no more days in a row than contract and law allow; days before the horizon count."""
    for a, shifts in enumerate(x.shifts):
        most = min(x.contract(a).max_consecutive_days, x.problem.law.max_consecutive_days)
        before = x.before(a)
        days = before | {s.day for s in shifts}
        for first, last in _runs(days, _first(before), x.problem.grid.days - 1):
            n = last - first + 1
            if last >= 0 and n > most:
                yield x.violation(a, last, "max_consecutive_days", n=n, most=most)


def check_min_consecutive_days(x: Facts) -> Iterator[Violation]:
    """An agent works at least so many days in a row as the contract asks; runs that the horizon's ends cut are free."""
    for a, shifts in enumerate(x.shifts):
        least = x.contract(a).min_consecutive_days
        before = x.before(a) if x.targets.can_begin[a] else set()
        days = before | {s.day for s in shifts}
        for first, last in _runs(days, _first(before), x.problem.grid.days - 1):
            cut = last == x.problem.grid.days - 1 or (first == 0 and not x.before(a))
            if not cut and last - first + 1 < least:
                yield x.violation(a, max(first, 0), "min_consecutive_days", n=last - first + 1, least=least)


def check_min_consecutive_days_off(x: Facts) -> Iterator[Violation]:
    """Days off, absences among them, come at least so many in a row as the contract asks; the horizon's ends are free."""
    may_rest = off_allowed(x.problem)
    for a, shifts in enumerate(x.shifts):
        least = x.contract(a).min_consecutive_days_off
        before = x.before(a)
        days = before | {s.day for s in shifts}
        begin = max(before, default=-1) + 1 if may_rest[a, 0] else 0
        for first, last in _runs(days, begin, x.problem.grid.days - 1, off=True):
            cut = last == x.problem.grid.days - 1 or (first == 0 and not before)
            if not cut and last - first + 1 < least:
                yield x.violation(a, max(first, 0), "min_consecutive_days_off", n=last - first + 1, least=least)


def night_minutes(law: Law, begin: int, end: int) -> int:
    """Minutes of a shift, told by wall-clock minutes of its day, that lie in the night.

    Examples
    --------
    >>> night_minutes(Law(), 22 * 60, 30 * 60), night_minutes(Law(), 5 * 60, 13 * 60)
    (420, 60)
    """
    start = law.night_start.hour * 60 + law.night_start.minute
    stop = law.night_end.hour * 60 + law.night_end.minute
    stop += 1440 * (stop <= start)
    return sum(max(0, min(end, stop + shift) - max(begin, start + shift)) for shift in (-1440, 0, 1440))


def check_max_consecutive_nights(x: Facts) -> Iterator[Violation]:
    """An agent works no more night shifts in a row than the contract allows; nights before the horizon count."""
    law, grid = x.problem.law, x.problem.grid
    for a, shifts in enumerate(x.shifts):
        most = x.contract(a).max_consecutive_nights
        if most is None:
            continue
        night = _night(x, grid, law)
        before = {(p.day - grid.start).days for p in x.past(a) if night(p.day.toordinal(), p.start, p.end, p.code)}
        days = before | {s.day for s in shifts if night(grid.start.toordinal() + s.day, s.start, s.end, s.code)}
        for first, last in _runs(days, _first(before), grid.days - 1):
            if last >= 0 and last - first + 1 > most:
                yield x.violation(a, last, "max_consecutive_nights", n=last - first + 1, most=most)


def _night(x: Facts, grid: TimeGrid, law: Law) -> Callable[[int, int, int, str], bool]:
    def night(ordinal: int, start: int, end: int, code: str) -> bool:
        day = grid.start.fromordinal(ordinal)
        kind = x.kinds.get(code)
        minutes = night_minutes(law, x.wall(day, start), x.wall(day, end))
        return minutes > law.night_hours * 60 and not (kind is not None and kind.on_call)

    return night
