"""The hard rules, as managers read them: a sentence and a plain check on any rota.

This is the specification and the audit. It knows no solver: a hand-edited rota, or another tool's, is judged the same
way. What each agent is due (hours, weekends) comes from `targets`; `compile` says the same rules a second time, for
solvers, and tests prove both equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from staffing.roster.fixed import allowed_options
from staffing.roster.inputs import problems_of
from staffing.roster.options import expand, starts_of
from staffing.roster.problem import Agent, Contract, Roster, RosterProblem, Shift, ShiftType
from staffing.roster.targets import Targets, make_targets

__all__ = ["RULES", "Facts", "Rule", "Violation", "audit", "facts_of", "problems_of"]


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a rota breaks.

    Attributes
    ----------
    agent
        Row of the agent.
    day
        Index of the day (the first one, for a rule over several).
    rule
        Name of the rule.
    sentence
        Who, when, what is wrong and what would be right.
    """

    agent: int
    day: int
    rule: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Facts:
    """A rota beside what it is judged by.

    Attributes
    ----------
    problem, targets
        The problem, and what each agent is due.
    shifts
        Shifts of each agent, sorted by start, A tuples.
    kinds
        Shift types by code.
    """

    problem: RosterProblem
    targets: Targets
    shifts: tuple[tuple[Shift, ...], ...]
    kinds: dict[str, ShiftType]

    def contract(self, a: int) -> Contract:
        """Contract of an agent."""
        return self.problem.contracts[self.problem.agents[a].contract]

    def agent(self, a: int) -> Agent:
        """An agent."""
        return self.problem.agents[a]

    def locked(self, shift: Shift) -> bool:
        """Whether a lock holds this agent's day."""
        name, day = self.agent(shift.agent).id, self.problem.grid.dates[shift.day]
        return any(lock.agent == name and lock.day == day for lock in self.problem.locks)

    def violation(self, a: int, d: int, rule: str, what: str) -> Violation:
        """A violation with its sentence."""
        return Violation(a, d, rule, f"{self.agent(a).name}, {self.problem.grid.dates[d]}: {what}")


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule.

    Attributes
    ----------
    name
        Its name, also in `compile`.
    check
        Finds the violations; its docstring is the rule's sentence.
    law
        Paragraph it follows (German law), empty where it is a matter of contract or form.
    """

    name: str
    check: Callable[[Facts], Iterator[Violation]]
    law: str = ""

    @property
    def sentence(self) -> str:
        """The rule in a sentence."""
        return (self.check.__doc__ or "").strip().split("\n")[0]


def facts_of(problem: RosterProblem, roster: Roster) -> Facts:
    """Sort a rota by agent, beside what each agent is due."""
    options = expand(problem)
    targets = make_targets(problem, options, allowed_options(problem, options))
    by_agent: list[list[Shift]] = [[] for _ in problem.agents]
    for shift in roster.shifts:
        by_agent[shift.agent].append(shift)
    shifts = tuple(tuple(sorted(x, key=lambda s: s.start)) for x in by_agent)
    return Facts(problem, targets, shifts, {kind.code: kind for kind in problem.shift_types})


def audit(problem: RosterProblem, roster: Roster) -> tuple[Violation, ...]:
    """Every rule that a rota breaks, sorted by agent and day; empty for a legal rota.

    Parameters
    ----------
    problem
        What the rota is for (without problems, see `problems_of`).
    roster
        Any rota, also a hand-edited and an illegal one.
    """
    facts = facts_of(problem, roster)
    found = [violation for rule in RULES.values() for violation in rule.check(facts)]
    return tuple(sorted(found, key=lambda v: (v.agent, v.day, v.rule)))


# -- one shift ------------------------------------------------------------------------------------------------


def check_one_shift_a_day(x: Facts) -> Iterator[Violation]:
    """An agent has at most one shift a day."""
    for a, shifts in enumerate(x.shifts):
        days = [s.day for s in shifts]
        for d in sorted({d for d in days if days.count(d) > 1}):
            yield x.violation(a, d, "one_shift_a_day", f"{days.count(d)} shifts on one day")


def check_shift_types(x: Facts) -> Iterator[Violation]:
    """A shift starts, ends, breaks and counts as its shift type says."""
    for shifts in x.shifts:
        for s in shifts:
            wrong = _unlike_its_type(x, s)
            if wrong:
                yield x.violation(s.agent, s.day, "shift_types", wrong)


def _unlike_its_type(x: Facts, s: Shift) -> str:
    grid = x.problem.grid
    kind = x.kinds.get(s.code)
    if kind is None:
        return f"unknown shift type {s.code!r}"
    minutes = round(kind.hours * 60)
    starts = {grid.instant(s.day, m): m for m in starts_of(kind)}
    if s.start not in starts:
        return f"a shift {s.code} does not start at {grid.iso(s.start)}"
    if s.end != grid.instant(s.day, starts[s.start] + minutes):
        return f"a shift {s.code} that starts then does not end at {grid.iso(s.end)}"
    if len(s.breaks) != len(kind.breaks):
        return f"{len(s.breaks)} breaks, the shift type has {len(kind.breaks)}"
    last = s.start
    for (begin, end), pause in zip(s.breaks, kind.breaks, strict=True):
        offset = (begin - s.start) / 3600
        if end - begin != pause.minutes * 60 or not last <= begin or end > s.end:
            return f"a break from {grid.iso(begin)} to {grid.iso(end)} is not {pause.minutes} minutes inside the shift"
        if not pause.earliest_hours - 1e-9 <= offset <= max(pause.latest_hours, pause.earliest_hours) + 1e-9:
            return (
                f"a break {offset:.2f} h after the start, its window is "
                f"{pause.earliest_hours:g} to {pause.latest_hours:g} h after it"
            )
        last = end
    paid = (s.end - s.start) // 60 - sum(p.minutes for p in kind.breaks if not p.paid)
    return "" if s.paid_minutes == paid else f"{s.paid_minutes} paid minutes, the shift has {paid}"


def check_max_daily_hours(x: Facts) -> Iterator[Violation]:
    """No shift has more paid hours than the law allows in a day."""
    most = x.problem.law.max_daily_hours
    for shifts in x.shifts:
        for s in shifts:
            if s.paid_minutes > most * 60 + 60 * _autumn(x, s):
                yield x.violation(
                    s.agent,
                    s.day,
                    "max_daily_hours",
                    f"{s.paid_minutes / 60:.2f} paid hours, at most {most:g} are legal",
                )


def _autumn(x: Facts, s: Shift) -> int:
    """1 where the repeated hour of autumn lies inside the shift: the wall clock, not the law, makes it longer."""
    grid = x.problem.grid
    wall = grid.local(s.end).replace(tzinfo=None) - grid.local(s.start).replace(tzinfo=None)
    return int(s.end - s.start > wall.total_seconds())


def check_legal_breaks(x: Facts) -> Iterator[Violation]:
    """A long shift has the break that the law asks for."""
    law = x.problem.law
    for shifts in x.shifts:
        for s in shifts:
            pause = sum(b - a for a, b in s.breaks) / 60
            working = (s.end - s.start) / 60 - pause - 60 * _autumn(x, s)
            if working > law.break_after_hours * 60 and pause < law.break_minutes:
                yield x.violation(
                    s.agent,
                    s.day,
                    "legal_breaks",
                    f"{pause:g} minutes of break in {working / 60:.2f} h of work, {law.break_minutes} are due beyond "
                    f"{law.break_after_hours:g} h",
                )


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
                yield x.violation(
                    s.agent,
                    s.day,
                    "allowed_shifts",
                    f"shift {s.code}, contract {x.agent(s.agent).contract} names {', '.join(named)}",
                )
            weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[grid.dates[s.day].weekday()]
            if weekday not in kind.weekdays:
                yield x.violation(s.agent, s.day, "allowed_shifts", f"shift {s.code} does not start on a {weekday}")


# -- when an agent may work -----------------------------------------------------------------------------------


def check_employment(x: Facts) -> Iterator[Violation]:
    """A shift starts on a day of employment."""
    for a, shifts in enumerate(x.shifts):
        agent = x.agent(a)
        for s in shifts:
            day = x.problem.grid.dates[s.day]
            if agent.first_day is not None and day < agent.first_day:
                yield x.violation(a, s.day, "employment", f"shift {s.code} before the first day {agent.first_day}")
            if agent.last_day is not None and day > agent.last_day:
                yield x.violation(a, s.day, "employment", f"shift {s.code} after the last day {agent.last_day}")


def check_absences(x: Facts) -> Iterator[Violation]:
    """No shift touches a day of absence."""
    grid = x.problem.grid
    for absence in x.problem.absences:
        a = x.problem.agent_index[absence.agent]
        begin = grid.instant((absence.first - grid.start).days, 0)
        end = grid.instant((absence.last - grid.start).days + 1, 0)
        for s in x.shifts[a]:
            if s.start < end and s.end > begin:
                yield x.violation(
                    a, s.day, "absences", f"shift {s.code} during {absence.kind} {absence.first} to {absence.last}"
                )


def check_availability(x: Facts) -> Iterator[Violation]:
    """A shift lies wholly inside one range of the agent's availability, unless a planner locked it."""
    grid = x.problem.grid
    for a, shifts in enumerate(x.shifts):
        windows = x.agent(a).availability
        if windows is None:
            continue
        for s in shifts:
            midnight = grid.local(s.start).replace(hour=0, minute=0, second=0, tzinfo=None)
            begin = (grid.local(s.start).replace(tzinfo=None) - midnight).total_seconds() / 60
            end = (grid.local(s.end).replace(tzinfo=None) - midnight).total_seconds() / 60
            ranges = windows[grid.dates[s.day].weekday()]
            if not x.locked(s) and not any(lo <= begin and end <= hi for lo, hi in ranges):
                told = ", ".join(f"{_clock(lo)}-{_clock(hi)}" for lo, hi in ranges) or "no hours"
                what = f"shift {s.code} from {_clock(int(begin))} to {_clock(int(end))}, available {told}"
                yield x.violation(a, s.day, "availability", what)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


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
            yield x.violation(a, d, "locks", f"shift {there[0].code} on a day locked as off")
        elif lock.shift != "off" and not fits:
            told = there[0].code if there else "off"
            wanted = lock.shift + (f" from {grid.iso(lock.start)}" if lock.start is not None else "")
            yield x.violation(a, d, "locks", f"{told} on a day locked as {wanted}")


# -- several days ---------------------------------------------------------------------------------------------


def check_min_rest(x: Facts) -> Iterator[Violation]:
    """Between two shifts lies the rest that contract and law ask for."""
    for a, shifts in enumerate(x.shifts):
        rest = max(x.contract(a).min_rest_hours, x.problem.law.min_rest_hours)
        ends = [past.end for past in x.problem.past if past.agent == x.agent(a).id]
        last = max(ends) if ends else None
        for s in shifts:
            if last is not None and s.start - last < rest * 3600:
                hours = (s.start - last) / 3600
                begin = x.problem.grid.iso(s.start)
                what = f"{hours:.2f} h of rest before the shift at {begin}, at least {rest:g} h are due"
                yield x.violation(a, s.day, "min_rest", what)
            last = max(s.end, last or s.end)


def check_max_consecutive_days(x: Facts) -> Iterator[Violation]:
    """An agent works no more days in a row than contract and law allow; days before the horizon count."""
    for a, shifts in enumerate(x.shifts):
        most = min(x.contract(a).max_consecutive_days, x.problem.law.max_consecutive_days)
        start = x.problem.grid.start
        days = {(past.day - start).days for past in x.problem.past if past.agent == x.agent(a).id}
        days |= {s.day for s in shifts}
        for last in sorted(d for d in days if d >= 0 and d + 1 not in days):
            n = 0
            while last - n in days:
                n += 1
            if n > most:
                yield x.violation(a, last, "max_consecutive_days", f"{n} days in a row, at most {most}")


def _paid(x: Facts, a: int, days: object = None) -> int:
    chosen = x.shifts[a] if days is None else [s for s in x.shifts[a] if s.day in days]  # type: ignore[operator]
    return sum(s.paid_minutes for s in chosen)


def _weeks(x: Facts) -> list[list[int]]:
    monday = x.problem.grid.start - timedelta(days=x.problem.grid.start.weekday())
    found: dict[int, list[int]] = {}
    for d, day in enumerate(x.problem.grid.dates):
        found.setdefault((day - monday).days // 7, []).append(d)
    return list(found.values())


def check_weekly_hours(x: Facts) -> Iterator[Violation]:
    """Paid hours of each week stay within the contract's tolerance around what is due."""
    for a in range(len(x.shifts)):
        for w, days in enumerate(_weeks(x)):
            minutes = int(x.targets.week_base[a, w]) + _paid(x, a, days)
            lo, hi = int(x.targets.week_lo[a, w]), int(x.targets.week_hi[a, w])
            if not lo <= minutes <= hi:
                what = f"{minutes / 60:.2f} h in this week, due are {lo / 60:.2f} to {hi / 60:.2f} h"
                yield x.violation(a, days[0], "weekly_hours", what)


def check_max_weekly_hours(x: Facts) -> Iterator[Violation]:
    """Paid hours of a week stay below what the law allows."""
    most = x.problem.law.max_weekly_hours
    for a in range(len(x.shifts)):
        for w, days in enumerate(_weeks(x)):
            base = int(x.targets.week_base[a, w])
            minutes = base + _paid(x, a, days)
            if minutes > max(round(most * 60), base):
                what = f"{minutes / 60:.2f} h in this week, at most {most:g} h are legal"
                yield x.violation(a, days[0], "max_weekly_hours", what)


def check_horizon_hours(x: Facts) -> Iterator[Violation]:
    """Paid hours of the horizon stay within the contract's tolerance around what is due."""
    for a in range(len(x.shifts)):
        minutes = _paid(x, a)
        lo, hi = int(x.targets.horizon_lo[a]), int(x.targets.horizon_hi[a])
        if not lo <= minutes <= hi:
            what = f"{minutes / 60:.2f} h in the horizon, due are {lo / 60:.2f} to {hi / 60:.2f} h"
            yield x.violation(a, 0, "horizon_hours", what)


def check_max_shifts_per_week(x: Facts) -> Iterator[Violation]:
    """An agent has no more shifts in a week than the contract allows."""
    for a, shifts in enumerate(x.shifts):
        most = x.contract(a).max_shifts_per_week
        for w, days in enumerate(_weeks(x)):
            base = int(x.targets.week_shifts_base[a, w])
            n = base + sum(s.day in days for s in shifts)
            if n > max(most, base):
                yield x.violation(a, days[0], "max_shifts_per_week", f"{n} shifts in this week, at most {most}")


def check_weekends_off(x: Facts) -> Iterator[Violation]:
    """Enough whole weekends stay without a shift."""
    for a, shifts in enumerate(x.shifts):
        worked = {s.day for s in shifts}
        whole = [days for days, is_whole in zip(x.targets.weekends, x.targets.whole, strict=True) if is_whole]
        free = sum(not worked & set(days) for days in whole)
        due = int(x.targets.weekends_off[a])
        if free < due:
            yield x.violation(a, 0, "weekends_off", f"{free} whole weekends off, at least {due}")


RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("one_shift_a_day", check_one_shift_a_day),
        Rule("shift_types", check_shift_types),
        Rule("max_daily_hours", check_max_daily_hours, "ArbZG § 3"),
        Rule("legal_breaks", check_legal_breaks, "ArbZG § 4"),
        Rule("employment", check_employment),
        Rule("absences", check_absences),
        Rule("availability", check_availability),
        Rule("allowed_shifts", check_allowed_shifts),
        Rule("locks", check_locks),
        Rule("min_rest", check_min_rest, "ArbZG § 5"),
        Rule("max_consecutive_days", check_max_consecutive_days, "ArbZG § 9, § 11"),
        Rule("weekly_hours", check_weekly_hours),
        Rule("max_weekly_hours", check_max_weekly_hours, "ArbZG § 3"),
        Rule("horizon_hours", check_horizon_hours),
        Rule("max_shifts_per_week", check_max_shifts_per_week),
        Rule("weekends_off", check_weekends_off),
    )
}
"""Every hard rule by name."""
