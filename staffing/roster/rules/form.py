"""Rules about one shift: what its type and the law say of it."""

from __future__ import annotations

from collections.abc import Iterator

from staffing.roster.options import starts_of
from staffing.roster.problem import Shift
from staffing.roster.rules.facts import Facts, Violation
from staffing.roster.rules.messages import Value


def check_one_shift_a_day(x: Facts) -> Iterator[Violation]:
    """An agent has at most one shift a day."""
    for a, shifts in enumerate(x.shifts):
        days = [s.day for s in shifts]
        for d in sorted({d for d in days if days.count(d) > 1}):
            yield x.violation(a, d, "one_shift_a_day", n=days.count(d))


def check_shift_types(x: Facts) -> Iterator[Violation]:
    """A shift starts, ends, breaks and counts as its shift type says."""
    known: dict[tuple[str, int], dict[int, int]] = {}
    for shifts in x.shifts:
        for s in shifts:
            wrong = _unlike_its_type(x, s, known)
            if wrong is not None:
                yield x.violation(s.agent, s.day, "shift_types", wrong[0], **wrong[1])


def _unlike_its_type(
    x: Facts, s: Shift, known: dict[tuple[str, int], dict[int, int]]
) -> tuple[str, dict[str, Value]] | None:
    """What is wrong; `known` keeps the minute of each start, by instant, of the types and days that were asked for."""
    grid = x.problem.grid
    kind = x.kinds.get(s.code)
    if kind is None:
        return "unknown_shift", {"shift": s.code}
    minutes = round(kind.hours * 60)
    if (s.code, s.day) not in known:
        known[s.code, s.day] = {grid.instant(s.day, m): m for m in starts_of(kind)}
    starts = known[s.code, s.day]
    if s.start not in starts:
        return "shift_start", {"shift": s.code, "begin": grid.local(s.start)}
    if s.end != grid.instant(s.day, starts[s.start] + minutes):
        return "shift_end", {"shift": s.code, "end": grid.local(s.end)}
    if len(s.breaks) != len(kind.breaks):
        return "break_count", {"n": len(s.breaks), "due": len(kind.breaks)}
    last = s.start
    for (begin, end), pause in zip(s.breaks, kind.breaks, strict=True):
        offset = (begin - s.start) / 3600
        if end - begin != pause.minutes * 60 or not last <= begin or end > s.end:
            return "break_length", {"begin": grid.local(begin), "end": grid.local(end), "minutes": pause.minutes}
        earliest, latest = pause.earliest_hours, max(pause.latest_hours, pause.earliest_hours)
        if not earliest - 1e-9 <= offset <= latest + 1e-9:
            return "break_window", {"hours": offset, "earliest": earliest, "latest": latest}
        last = end
    paid = kind.paid_minutes(s.end - s.start)
    return None if s.paid_minutes == paid else ("paid_minutes", {"minutes": s.paid_minutes, "due": paid})


def check_max_daily_hours(x: Facts) -> Iterator[Violation]:
    """No shift has more paid hours than the law allows in a day."""
    most = x.problem.law.max_daily_hours
    for shifts in x.shifts:
        for s in shifts:
            if s.paid_minutes > most * 60 + 60 * _autumn(x, s):
                yield x.violation(s.agent, s.day, "max_daily_hours", hours=s.paid_minutes / 60, most=most)


def _autumn(x: Facts, s: Shift) -> int:
    """1 where the repeated hour of autumn lies inside the shift: the wall clock, not the law, makes it longer."""
    grid = x.problem.grid
    wall = grid.local(s.end).replace(tzinfo=None) - grid.local(s.start).replace(tzinfo=None)
    return int(s.end - s.start > wall.total_seconds())


def check_legal_breaks(x: Facts) -> Iterator[Violation]:
    """A long shift has the break that the law asks for; on-call duty needs none."""
    law = x.problem.law
    for shifts in x.shifts:
        for s in shifts:
            kind = x.kinds.get(s.code)
            if kind is not None and kind.on_call:
                continue
            pause = sum(b - a for a, b in s.breaks) / 60
            working = (s.end - s.start) / 60 - pause - 60 * _autumn(x, s)
            if working > law.break_after_hours * 60 and pause < law.break_minutes:
                due = {"due": law.break_minutes, "after": law.break_after_hours}
                yield x.violation(s.agent, s.day, "legal_breaks", minutes=pause, hours=working / 60, **due)


def check_activities(x: Facts) -> Iterator[Violation]:
    """Training, meetings and coaching lie inside the shift, beside its breaks and each other."""
    grid = x.problem.grid
    for shifts in x.shifts:
        for s in shifts:
            taken = [*s.breaks]
            for name, begin, end in s.activities:
                inside = s.start <= begin < end <= s.end
                if not inside or any(a < end and begin < b for a, b in taken):
                    told = {"begin": grid.local(begin), "end": grid.local(end)}
                    yield x.violation(s.agent, s.day, "activities", name=name, **told)
                taken.append((begin, end))
