"""What is wrong with a rostering problem before any search: everything at once, told so that a manager can mend it."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import numpy as np

from staffing.errors import Problem, Problems
from staffing.grid import WEEKDAYS
from staffing.roster.fixed import cell_codes
from staffing.roster.options import expand, placements, starts_of
from staffing.roster.problem import Lock, RosterProblem, ShiftType

RESERVED = ("off", "work")
"""Words that requests and locks use beside shift codes."""


def problems_of(problem: RosterProblem) -> list[Problem]:
    """Everything that makes a problem unusable; empty where it can be solved (though its rules may still conflict).

    Examples
    --------
    >>> from datetime import date, time
    >>> from staffing.grid import TimeGrid
    >>> from staffing.roster.problem import Law, Prices
    >>> grid = TimeGrid(date(2027, 1, 4), 7, "Europe/Berlin", 30)
    >>> long = ShiftType("X", time(8), 12.0)
    >>> bad = RosterProblem(grid, ("voice",), np.zeros((1, len(grid))), (), {}, (long,), Law(), Prices())
    >>> for found in problems_of(bad):
    ...     print(found)
    shift X: 12 paid hours, the law allows 10 in a day (shorten it, or raise law.max_daily_hours)
    shift X: 0 minutes of break in 12 h of work, the law asks for 30 beyond 6 h (add a break)
    team: no agents (add at least one)
    """
    found = Problems()
    _shift_types(problem, found)
    _contracts(problem, found)
    _rotations(problem, found)
    _prices(problem, found)
    _agents(problem, found)
    _need(problem, found)
    _tables(problem, found)
    if not len(found):
        _rest_reach(problem, found)
    return list(found)


def _shift_types(problem: RosterProblem, found: Problems) -> None:
    law = problem.law
    if not problem.shift_types:
        found.add("shifts", "no shift types", "add at least one [[shift]]")
    for code, n in Counter(kind.code for kind in problem.shift_types).items():
        if n > 1:
            found.add(f"shift {code}", f"{n} shift types have this code", "give each its own")
        if code in RESERVED:
            found.add(f"shift {code}", f"the code {code!r} has a meaning of its own", "choose another")
    for kind in problem.shift_types:
        where = f"shift {kind.code}"
        unknown = [w for w in kind.weekdays if w not in WEEKDAYS]
        if unknown:
            found.add(where, f"unknown weekdays {', '.join(unknown)}", f"one of: {', '.join(WEEKDAYS)}")
        if not starts_of(kind):
            found.add(where, f"latest_start {kind.latest_start} lies before start {kind.start}", "swap them")
        paid = kind.paid_minutes(round(kind.hours * 3600)) / 60
        if paid > law.max_daily_hours + 1e-9:
            what = f"{paid:g} paid hours, the law allows {law.max_daily_hours:g} in a day"
            found.add(where, what, "shorten it, or raise law.max_daily_hours")
        if kind.heads and not kind.on_call:
            found.add(
                where, f"heads {kind.heads} of a shift that serves queues", "add on_call = true, or leave heads out"
            )
        if paid <= 0 and not kind.on_call:
            found.add(where, f"no paid time is left beside {len(kind.breaks)} breaks", "shorten them")
        pause = sum(b.minutes for b in kind.breaks)
        working = kind.hours - pause / 60
        if working > law.break_after_hours + 1e-9 and pause < law.break_minutes and not kind.on_call:
            what = (
                f"{pause} minutes of break in {working:g} h of work, the law asks for {law.break_minutes} "
                f"beyond {law.break_after_hours:g} h"
            )
            found.add(where, what, "add a break")
        _breaks(kind, where, problem.grid.interval_minutes, found)


def _breaks(kind: ShiftType, where: str, interval_minutes: int, found: Problems) -> None:
    sound = True
    for i, pause in enumerate(kind.breaks, start=1):
        if pause.latest_hours < pause.earliest_hours:
            what = f"break {i}: latest_hours {pause.latest_hours:g} lies before earliest_hours {pause.earliest_hours:g}"
            found.add(where, what, "swap them")
            sound = False
        elif pause.earliest_hours + pause.minutes / 60 > kind.hours + 1e-9:
            what = f"break {i} starts {pause.earliest_hours:g} h after the start and ends after the shift"
            found.add(where, what, f"let it end within {kind.hours:g} h")
            sound = False
    if sound and not placements(kind, interval_minutes):
        what = f"its breaks cannot follow each other on {interval_minutes}-minute intervals"
        found.add(where, what, "widen their windows, or list them in their order")


def _contracts(problem: RosterProblem, found: Problems) -> None:
    law = problem.law
    codes = {kind.code for kind in problem.shift_types}
    for key, contract in problem.contracts.items():
        where = f"contract {key}"
        for code in contract.shifts or ():
            if code not in codes:
                found.add(where, f"unknown shift type {code!r}", f"one of: {', '.join(sorted(codes))}")
        if contract.shifts == ():
            found.add(where, "no shift types", "leave `shifts` out to allow all")
        if contract.weekly_hours > law.max_weekly_hours:
            what = f"weekly_hours {contract.weekly_hours:g}, the law allows {law.max_weekly_hours:g}"
            found.add(where, what, "agree fewer, or raise law.max_weekly_hours")
        if contract.min_rest_hours < law.min_rest_hours:
            what = f"min_rest_hours {contract.min_rest_hours:g}, the law asks for {law.min_rest_hours:g}"
            found.add(where, what, "raise it, or lower law.min_rest_hours")
        if contract.max_consecutive_days > law.max_consecutive_days:
            what = f"max_consecutive_days {contract.max_consecutive_days}, the law allows {law.max_consecutive_days}"
            found.add(where, what, "lower it, or raise law.max_consecutive_days")
        most = min(contract.max_consecutive_days, law.max_consecutive_days)
        if contract.min_consecutive_days > most:
            what = f"min_consecutive_days {contract.min_consecutive_days}, at most {most} are allowed"
            found.add(where, what, "lower it")
        limit = contract.max_weekly_hours
        if limit is not None and not contract.max_weekly_hours_in and contract.weekly_hours > limit:
            what = f"weekly_hours {contract.weekly_hours:g}, max_weekly_hours {limit:g}"
            found.add(where, what, "agree fewer, raise max_weekly_hours, or name its times in max_weekly_hours_in")
        for first, last in contract.max_weekly_hours_in:
            if last < first:
                found.add(where, f"max_weekly_hours_in: {last} lies before {first}", "swap them")
        if contract.account_hours is not None and contract.account_hours[0] > contract.account_hours[1]:
            low, high = contract.account_hours
            found.add(where, f"account_hours: {low:g} to {high:g}", "the lowest balance first")
        _successions(contract.forbidden_successions, where, codes, found)
    _successions(law.forbidden_successions, "law", codes, found)


def _successions(pairs: tuple[tuple[str, str], ...], where: str, codes: set[str], found: Problems) -> None:
    for code in sorted({code for pair in pairs for code in pair} - codes):
        what = f"forbidden_successions: unknown shift type {code!r}"
        found.add(where, what, f"one of: {', '.join(sorted(codes))}")


def _rotations(problem: RosterProblem, found: Problems) -> None:
    codes = {kind.code for kind in problem.shift_types}
    for key, rotation in problem.rotations.items():
        where = f"rotation {key}"
        if rotation.first_monday.weekday():
            found.add(where, f"first_monday {rotation.first_monday} is not a Monday", "name a Monday")
        for n, week in enumerate(rotation.weeks, start=1):
            cells = week.split()
            if len(cells) != 7:
                found.add(where, f"week {n} has {len(cells)} days: {week!r}", "write seven, from Monday to Sunday")
            for cell in cells:
                for code in sorted(set(cell_codes(cell)[0] or ()) - codes):
                    todo = f"- (off), * (anything) or one of: {', '.join(sorted(codes))}"
                    found.add(where, f"week {n}: unknown shift type {code!r}", todo)
    for agent in problem.agents:
        where = f"agent {agent.id} ({agent.name})"
        if agent.rotation and agent.rotation not in problem.rotations:
            listed = ", ".join(problem.rotations) or "none is defined: add [rotation.NAME]"
            found.add(where, f"unknown rotation {agent.rotation!r}", f"one of: {listed}")
        if agent.rotation_week < 1:
            found.add(where, f"rotation_week {agent.rotation_week}", "1 or more")


def _prices(problem: RosterProblem, found: Problems) -> None:
    prices = problem.prices
    lines = {
        "understaffing": prices.understaffing,
        "overstaffing": prices.overstaffing,
        "weekend": prices.weekend,
        "unpopular": prices.unpopular,
        "night": prices.night,
        "holiday": prices.holiday,
        "duty": prices.duty,
    }
    for key, steps in lines.items():
        told = ", ".join(f"{p:g}" for p in steps)
        if min(steps) < 0:
            found.add(f"prices.{key}", f"a negative price: {told}", "0 or more")
        if any(b < a for a, b in pairwise(steps)):
            found.add(f"prices.{key}", f"a later step is cheaper than an earlier one: {told}", "let prices rise")
    if min(prices.understaffing_tiers) < 0 or sum(prices.understaffing_tiers) > 1:
        told = ", ".join(f"{p:g}" for p in prices.understaffing_tiers)
        found.add("prices.understaffing_tiers", f"{told} are not shares of the need", "0 or more, together at most 1")


def _agents(problem: RosterProblem, found: Problems) -> None:
    if not problem.agents:
        found.add("team", "no agents", "add at least one")
    for name, n in Counter(agent.id for agent in problem.agents).items():
        if n > 1:
            found.add(f"agent {name}", f"the id stands {n} times", "give each agent its own")
    for agent in problem.agents:
        where = f"agent {agent.id} ({agent.name})"
        if agent.contract not in problem.contracts:
            found.add(where, f"unknown contract {agent.contract!r}", f"one of: {', '.join(sorted(problem.contracts))}")
        for queue in agent.queues:
            if queue not in problem.queues:
                found.add(where, f"unknown queue {queue!r}", f"one of: {', '.join(problem.queues)}")
        if not agent.queues:
            found.add(where, "serves no queue", "name at least one")
        if len(agent.priorities) != len(agent.queues):
            found.add(where, f"{len(agent.priorities)} priorities for {len(agent.queues)} queues", "one per queue")
        if agent.first_day and agent.last_day and agent.last_day < agent.first_day:
            found.add(where, f"last day {agent.last_day} lies before first day {agent.first_day}", "swap them")
        for ranges in agent.availability or ():
            for lo, hi in ranges:
                if not 0 <= lo < hi:
                    found.add(where, f"available from minute {lo} to {hi}", "let it end after it starts")


def _need(problem: RosterProblem, found: Problems) -> None:
    shape = (len(problem.queues), len(problem.grid))
    if problem.required.shape != shape:
        found.add("requirement", f"shape {problem.required.shape}", f"queues x intervals: {shape}")
    elif not np.isfinite(problem.required).all() or (problem.required < 0).any():
        q, t = np.argwhere(~(problem.required >= 0) | ~np.isfinite(problem.required))[0]
        where = f"requirement of {problem.queues[q]} at {problem.grid.label(int(t))}"
        found.add(where, f"{problem.required[q, t]}", "0 or more agents")
    weights = problem.queue_weights
    if weights is not None and (weights.shape != shape[:1] or not (weights > 0).all()):
        found.add("queue weights", f"{weights.tolist()}", "one number above 0 per queue")


def _tables(problem: RosterProblem, found: Problems) -> None:
    known = {agent.id: agent for agent in problem.agents}
    codes = {kind.code for kind in problem.shift_types}
    named = [
        *((f"absence {x.first}", x.agent) for x in problem.absences),
        *((f"request {x.day}", x.agent) for x in problem.requests),
        *((f"lock {x.day}", x.agent) for x in problem.locks),
        *((f"past shift {x.day}", x.agent) for x in problem.past),
        *(("ledger", x.agent) for x in problem.ledger),
    ]
    for where, agent in named:
        if agent not in known:
            found.add(where, f"unknown agent {agent!r}", "use an id of the team")
    for absence in problem.absences:
        if absence.last < absence.first:
            where = f"absence of {absence.agent}"
            found.add(where, f"last day {absence.last} lies before first day {absence.first}", "swap them")
    for request in problem.requests:
        where = f"request of {request.agent} on {request.day}"
        if request.wish not in codes and request.wish not in RESERVED:
            found.add(where, f"unknown wish {request.wish!r}", f"off, work or one of: {', '.join(sorted(codes))}")
        if not (math.isfinite(request.weight) and request.weight >= 0):
            found.add(where, f"weight {request.weight}", "0 or more")
    for past in problem.past:
        where = f"past shift of {past.agent} on {past.day}"
        if past.day >= problem.grid.start:
            found.add(where, f"it lies in the horizon, which starts on {problem.grid.start}", "lock it instead")
        if past.end <= past.start:
            found.add(where, "it ends before it starts", "swap start and end")
    for (agent, day), n in Counter((lock.agent, lock.day) for lock in problem.locks).items():
        if n > 1:
            found.add(f"lock of {agent} on {day}", f"{n} locks on one day", "keep one")
    for lock in problem.locks:
        if lock.agent in known:
            _lock(problem, lock, found)


def _lock(problem: RosterProblem, lock: Lock, found: Problems) -> None:
    grid = problem.grid
    agent = problem.agents[problem.agent_index[lock.agent]]
    where = f"lock of {agent.name} on {lock.day}"
    d = grid.day_index(lock.day)
    if d is None or lock.shift == "off":
        return
    kinds = [kind for kind in problem.shift_types if kind.code == lock.shift]
    if not kinds:
        codes = ", ".join(sorted(kind.code for kind in problem.shift_types))
        found.add(where, f"unknown shift type {lock.shift!r}", f"off or one of: {codes}")
        return
    minutes = round(kinds[0].hours * 60)
    spans = [(grid.instant(d, m), grid.instant(d, m + minutes)) for m in starts_of(kinds[0])]
    if lock.start is not None:
        spans = [span for span in spans if span[0] == lock.start]
        if not spans:
            found.add(where, f"shift {lock.shift} does not start at {grid.iso(lock.start)}", "use a start of the type")
    if (agent.first_day and lock.day < agent.first_day) or (agent.last_day and lock.day > agent.last_day):
        found.add(where, f"shift {lock.shift} outside employment", "remove the lock, or correct the dates")
    for absence in problem.absences:
        if absence.agent != lock.agent:
            continue
        begin = grid.instant((absence.first - grid.start).days, 0)
        end = grid.instant((absence.last - grid.start).days + 1, 0)
        if spans and all(a < end and b > begin for a, b in spans):
            what = f"shift {lock.shift} overlaps {absence.kind} from {absence.first} to {absence.last}"
            found.add(where, what, "remove the lock or the absence")


def _rest_reach(problem: RosterProblem, found: Problems) -> None:
    """Rest is looked at between neighbouring days; refuse what would reach further."""
    rest = max(
        [problem.law.min_rest_hours, *(problem.contracts[agent.contract].min_rest_hours for agent in problem.agents)]
    )
    options = expand(problem)
    for k, kind in enumerate(problem.shift_types):
        of_kind = options.type_of == k
        ends = options.end[:-2, of_kind].max(axis=1, initial=0)
        begins = options.start[2:].min(axis=1, initial=2**62)
        if (ends + rest * 3600 > begins).any():
            what = f"it ends so late that {rest:g} h of rest reach beyond the following day"
            found.add(f"shift {kind.code}", what, "shorten it, start it earlier, or ask for less rest")
    if problem.grid.days > 1 and len(options):
        second = int(options.start[1].min())
        for past in problem.past:
            if past.end + rest * 3600 > second:
                where = f"past shift of {past.agent} on {past.day}"
                found.add(where, f"it ends at {problem.grid.iso(past.end)}, deep in the horizon", "correct its end")
