"""Rules about sums: hours of weeks and of the horizon, shifts, weekends, Sundays and what stands in for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from staffing.roster.rules.facts import Facts, Violation
from staffing.roster.targets import substitute_windows, week_limit


def _paid(x: Facts, a: int, days: Collection[int] | None = None) -> int:
    return sum(s.paid_minutes for s in x.shifts[a] if days is None or s.day in days)


def _days(x: Facts, a: int, days: Collection[int]) -> int:
    """Days with a shift among some."""
    return len({s.day for s in x.shifts[a]} & set(days))


def check_weekly_hours(x: Facts) -> Iterator[Violation]:
    """Paid hours of each week stay within the contract's tolerance around what is due."""
    for a in range(len(x.shifts)):
        for w, days in enumerate(x.weeks()):
            minutes = int(x.targets.week_base[a, w]) + _paid(x, a, days)
            lo, hi = int(x.targets.week_lo[a, w]), int(x.targets.week_hi[a, w])
            if not lo <= minutes <= hi:
                yield x.violation(a, days[0], "weekly_hours", hours=minutes / 60, low=lo / 60, high=hi / 60)


def check_max_weekly_hours(x: Facts) -> Iterator[Violation]:
    """Paid hours of a week stay below what law and contract allow."""
    for a in range(len(x.shifts)):
        for w, days in enumerate(x.weeks()):
            most = week_limit(x.contract(a), x.problem.law, [x.problem.grid.dates[d] for d in days])
            base = int(x.targets.week_base[a, w])
            minutes = base + _paid(x, a, days)
            if minutes > max(round(most * 60), base):
                yield x.violation(a, days[0], "max_weekly_hours", hours=minutes / 60, most=most)


def check_horizon_hours(x: Facts) -> Iterator[Violation]:
    """Paid hours of the horizon stay within the contract's tolerance, or its hours account within its limits."""
    for a in range(len(x.shifts)):
        minutes = _paid(x, a)
        lo, hi = int(x.targets.horizon_lo[a]), int(x.targets.horizon_hi[a])
        if not lo <= minutes <= hi:
            yield x.violation(a, 0, "horizon_hours", hours=minutes / 60, low=lo / 60, high=hi / 60)


def check_max_shifts_per_week(x: Facts) -> Iterator[Violation]:
    """An agent has no more shifts in a week than the contract allows."""
    for a, shifts in enumerate(x.shifts):
        most = x.contract(a).max_shifts_per_week
        for w, days in enumerate(x.weeks()):
            base = int(x.targets.week_shifts_base[a, w])
            n = base + sum(s.day in days for s in shifts)
            if n > max(most, base):
                yield x.violation(a, days[0], "max_shifts_per_week", n=n, most=most)


def check_weekends_off(x: Facts) -> Iterator[Violation]:
    """Enough whole weekends stay without a shift."""
    for a, shifts in enumerate(x.shifts):
        worked = {s.day for s in shifts}
        whole = [days for days, is_whole in zip(x.targets.weekends, x.targets.whole, strict=True) if is_whole]
        free = sum(not worked & set(days) for days in whole)
        due = int(x.targets.weekends_off[a])
        if free < due:
            yield x.violation(a, 0, "weekends_off", n=free, least=due)


def check_free_sundays(x: Facts) -> Iterator[Violation]:
    """Enough Sundays stay without a shift: the law's number for a year, in proportion to the horizon."""
    sundays = [d for d, day in enumerate(x.problem.grid.dates) if day.weekday() == 6]
    for a in range(len(x.shifts)):
        free, due = len(sundays) - _days(x, a, sundays), int(x.targets.free_sundays[a])
        if free < due:
            yield x.violation(a, sundays[0], "free_sundays", n=free, least=due)


def check_substitute_days(x: Facts) -> Iterator[Violation]:
    """Work on a Sunday earns another day off within two weeks, on a public holiday within eight."""
    if not x.problem.law.substitute_days:
        return
    for a in range(len(x.shifts)):
        for window in substitute_windows(x.problem, x.targets):
            base = int(x.targets.week_shifts_base[a, 0]) if window.known else 0
            n = base + _days(x, a, window.days)
            if n > max(window.most, base):
                first, last = window.days[0], x.problem.grid.dates[window.days[-1]]
                if window.sundays:
                    yield x.violation(a, first, "substitute_days", "sunday_substitutes", n=n, most=window.most)
                else:
                    what = "holiday_substitutes"
                    yield x.violation(a, first, "substitute_days", what, n=n, most=window.most, last=last)
