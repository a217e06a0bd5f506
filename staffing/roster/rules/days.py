"""Rules about when an agent may work, and what: employment, absences, availability, contract, rotation, locks."""

from __future__ import annotations

from collections.abc import Iterator

from staffing.grid import WEEKDAYS
from staffing.roster.fixed import cell_codes, held_to
from staffing.roster.rules.facts import Facts, Violation
from staffing.roster.settings import OFF


def check_employment(x: Facts) -> Iterator[Violation]:
    """A shift starts on a day of employment."""
    for a, shifts in enumerate(x.shifts):
        agent = x.agent(a)
        for s in shifts:
            day = x.problem.grid.dates[s.day]
            if agent.first_day is not None and day < agent.first_day:
                yield x.violation(a, s.day, "employment", "before_employment", shift=s.code, day=agent.first_day)
            if agent.last_day is not None and day > agent.last_day:
                yield x.violation(a, s.day, "employment", "after_employment", shift=s.code, day=agent.last_day)


def check_absences(x: Facts) -> Iterator[Violation]:
    """No shift touches a day of absence."""
    grid = x.problem.grid
    for absence in x.problem.absences:
        a = x.problem.agent_index[absence.agent]
        begin = grid.instant((absence.first - grid.start).days, 0)
        end = grid.instant((absence.last - grid.start).days + 1, 0)
        for s in x.shifts[a]:
            if s.start < end and s.end > begin:
                span = {"first": absence.first, "last": absence.last}
                yield x.violation(a, s.day, "absences", shift=s.code, kind=absence.kind, **span)


def check_availability(x: Facts) -> Iterator[Violation]:
    """A shift lies wholly inside one range of the agent's availability, unless a planner locked it."""
    grid = x.problem.grid
    for a, shifts in enumerate(x.shifts):
        windows = x.agent(a).availability
        if windows is None:
            continue
        for s in shifts:
            day = grid.local(s.start).date()
            begin, end = x.wall(day, s.start), x.wall(day, s.end)
            ranges = windows[grid.dates[s.day].weekday()]
            if not x.locked(s) and not any(lo <= begin and end <= hi for lo, hi in ranges):
                told = ", ".join(f"{_clock(lo)}-{_clock(hi)}" for lo, hi in ranges)
                when = {"shift": s.code, "begin": _clock(begin), "end": _clock(end)}
                if told:
                    yield x.violation(a, s.day, "availability", **when, ranges=told)
                else:
                    yield x.violation(a, s.day, "availability", "unavailable", **when)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def check_allowed_shifts(x: Facts) -> Iterator[Violation]:
    """A shift is of a type that the contract names and that starts on this weekday, unless a planner locked it."""
    grid = x.problem.grid
    for shifts in x.shifts:
        for s in shifts:
            kind = x.kinds.get(s.code)
            if kind is None or x.locked(s):
                continue
            named = x.contract(s.agent).shifts
            if named is not None and s.code not in named:
                yield x.violation(s.agent, s.day, "allowed_shifts", shift=s.code, named=", ".join(named))
            if WEEKDAYS[grid.dates[s.day].weekday()] not in kind.weekdays:
                yield x.violation(s.agent, s.day, "allowed_shifts", "shift_weekday", shift=s.code)


def check_rotation(x: Facts) -> Iterator[Violation]:
    """An agent works the shifts and has the days off that the rotation says, unless absent or locked."""
    for a, shifts in enumerate(x.shifts):
        there = {s.day: s.code for s in shifts}
        for d, cell in sorted(held_to(x.problem, a).items()):
            codes, may_be_off = cell_codes(cell)
            if d in there and codes is not None and there[d] not in codes:
                yield x.violation(a, d, "rotation", shift=there[d], cell=cell)
            elif d not in there and not may_be_off:
                yield x.violation(a, d, "rotation", shift=OFF, cell=cell)


def check_locks(x: Facts) -> Iterator[Violation]:
    """A locked day keeps its shift or its day off."""
    grid = x.problem.grid
    for lock in x.problem.locks:
        d = grid.day_index(lock.day)
        if d is None:
            continue
        a = x.problem.agent_index[lock.agent]
        there = [s for s in x.shifts[a] if s.day == d]
        fits = [s for s in there if s.code == lock.shift and lock.start in (None, s.start)]
        if lock.shift == "off" and there:
            yield x.violation(a, d, "locks", "locked_off", shift=there[0].code)
        elif lock.shift != "off" and not fits:
            told = {"shift": there[0].code if there else OFF, "wanted": lock.shift}
            if lock.start is None:
                yield x.violation(a, d, "locks", "locked_shift", **told)
            else:
                yield x.violation(a, d, "locks", "locked_start", **told, begin=grid.local(lock.start))
