"""What is asked of a finished rota: mended, its breaks and activities placed, explained.

``python -m bench.standing [--agents N] [--days N] [--seconds N] [--seed N] [--repeat N] [--json]``

A month as in `bench.roster` is built within ``--seconds``; then each question is asked ``--repeat`` times about other people
and days, kernels loaded. ``seconds`` holds the median wall time of each, ``answers`` what came out: changes, alternatives,
money. Every rota is judged by the audit: ``untold`` counts the rules that an alternative breaks without saying so (or says and
does not break); a swap may break one, and who is ill may miss hours.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from bench.nrp import Printer
from bench.roster import month
from staffing.roster import engine, rules
from staffing.roster.activities import place_activities
from staffing.roster.breaks import place_breaks
from staffing.roster.explain import grant, why
from staffing.roster.problem import Activity, Lock, Roster, RosterProblem, Shift
from staffing.roster.replan import Alternative, Swap, replan, with_absences

Told = dict[str, Any]
Question = Callable[[np.random.Generator], Callable[[], Told]]
"""Asks; what it returns judges and tells the answer, which is not measured."""


def measured(question: Question, repeat: int, seed: int) -> tuple[float, Told]:
    """Median wall time of a question, and its last answer; once before, unmeasured, so that kernels are loaded."""
    question(np.random.default_rng(seed))
    times = []
    answer: Told = {}
    for n in range(repeat):
        rng = np.random.default_rng((seed, n))
        begun = time.perf_counter()
        told = question(rng)
        times.append(time.perf_counter() - begun)
        answer = told()
    return statistics.median(times), answer


class Standing:
    """A finished rota and what is asked of it."""

    def __init__(self, problem: RosterProblem, roster: Roster, seed: int) -> None:
        self.problem, self.roster, self.seed = problem, roster, seed
        self.untold = 0

    def _told(self, problem: RosterProblem, found: tuple[Alternative, ...]) -> Told:
        self.untold += sum(len(set(rules.audit(problem, a.roster)) ^ set(a.violations)) for a in found)
        return {
            "alternatives": len(found),
            "changes": [len(a.changes) for a in found],
            "cost": [round(a.cost, 2) for a in found],
            "broken": [len(a.violations) for a in found],
        }

    def _one_day(self, rng: np.random.Generator, people: int) -> list[Shift]:
        """Shifts of some people on one day in the middle of the month."""
        day = int(rng.integers(5, self.problem.grid.days - 8))
        there = [s for s in self.roster.shifts if s.day == day]
        return [there[i] for i in rng.choice(len(there), people, replace=False)]

    def absent(self, people: int) -> Question:
        """So many fall ill on one day."""

        def ask(rng: np.random.Generator) -> Callable[[], Told]:
            shifts = self._one_day(rng, people)
            ill = [(self.problem.agents[s.agent].id, self.problem.grid.dates[s.day]) for s in shifts]
            now = with_absences(self.problem, ill)
            found = replan(self.problem, self.roster, ill, seed=self.seed)
            return lambda: self._told(now, found)

        return ask

    def swap(self, rng: np.random.Generator) -> Callable[[], Told]:
        """Two people with the same skills exchange their shifts of one day."""
        while True:
            one, other = self._one_day(rng, 2)
            a, b = self.problem.agents[one.agent], self.problem.agents[other.agent]
            if a.queues == b.queues and one.code != other.code:
                break
        exchanged = Swap(a.id, b.id, self.problem.grid.dates[one.day])
        found = replan(self.problem, self.roster, swaps=[exchanged], seed=self.seed)
        return lambda: self._told(self.problem, found)

    def moved(self, rng: np.random.Generator) -> Callable[[], Told]:
        """A day's need is a fifth higher."""
        day = int(rng.integers(5, self.problem.grid.days - 8))
        more = np.where(self.problem.grid.day == day, 1.2, 1.0)
        now = replace(self.problem, required=np.round(self.problem.required * more * 4) / 4)
        found = replan(now, self.roster, moved=[now.grid.dates[day]], seed=self.seed)
        return lambda: self._told(now, found)

    def why(self, rng: np.random.Generator) -> Callable[[], Told]:
        """Why somebody has a shift."""
        (shift,) = self._one_day(rng, 1)
        agent, day = self.problem.agents[shift.agent].id, self.problem.grid.dates[shift.day]
        reason = why(self.problem, self.roster, agent, day, seed=self.seed)
        return lambda: {"cost": reason.cost, "changes": len(reason.changes), "necessary": len(reason.necessary)}

    def grant(self, rng: np.random.Generator) -> Callable[[], Told]:
        """What it costs to give somebody a day off."""
        (shift,) = self._one_day(rng, 1)
        agent, day = self.problem.agents[shift.agent].id, self.problem.grid.dates[shift.day]
        reason = grant(self.problem, self.roster, agent, day, "off", seed=self.seed)
        return lambda: {"cost": reason.cost, "changes": len(reason.changes), "necessary": len(reason.necessary)}

    def conflict(self, people: int) -> Question:
        """So many are locked into more days in a row than their contracts allow: who, why, and the cheapest repair."""

        def ask(rng: np.random.Generator) -> Callable[[], Told]:
            first, codes = int(rng.integers(0, 7)), {k: c.shifts or () for k, c in self.problem.contracts.items()}
            gone = {x.agent for x in self.problem.absences}
            whole = [a for a in self.problem.agents if a.id not in gone and all(a.availability or ())]
            locks = tuple(
                Lock(agent.id, day, codes[agent.contract][0])
                for agent in whole[:people]
                for day in self.problem.grid.dates[first : first + 8]
            )
            result = engine.solve(replace(self.problem, locks=locks), seconds=10.0, seed=self.seed)
            return lambda: {"status": str(result.status), "lines": len(result.conflicts), "last": result.conflicts[-1]}

        return ask

    def breaks(self, rng: np.random.Generator) -> Callable[[], Told]:
        """All breaks of the month are placed anew."""
        del rng
        bare = Roster(tuple(replace(s, breaks=()) for s in self.roster.shifts))
        placed = place_breaks(self.problem, bare)

        def told() -> Told:
            self.untold += len(rules.audit(self.problem, placed))
            return {"breaks": sum(len(s.breaks) for s in placed.shifts)}

        return told

    def activities(self, rng: np.random.Generator) -> Callable[[], Told]:
        """One hour of coaching for everybody, when it hurts least."""
        del rng
        days = self.problem.grid.dates
        hour = Activity("coaching", (), 60, days[0], days[-1])
        placed = place_activities(replace(self.problem, activities=(hour,)), self.roster)
        return lambda: {"placed": sum(len(s.activities) for s in placed.roster.shifts)}


def asked(agents: int, days: int, seconds: float, seed: int, repeat: int) -> Told:
    """Build a rota and ask everything."""
    problem = month(agents, days, seed, 30)
    result = engine.solve(problem, seconds=seconds, seed=seed, monitor=Printer())
    assert result.roster is not None
    standing = Standing(problem, result.roster, seed)
    fine = month(agents, days, seed, 15)
    quarters = engine.solve(fine, seconds=seconds, seed=seed, monitor=Printer())
    assert quarters.roster is not None
    finer = Standing(fine, quarters.roster, seed)
    questions: dict[str, Question] = {
        "replan, 1 ill": standing.absent(1),
        "replan, 2 ill": standing.absent(2),
        "replan, 3 ill": standing.absent(3),
        "replan, swap": standing.swap,
        "replan, need +20%": standing.moved,
        "why this shift": standing.why,
        "what a wish costs": standing.grant,
        "conflict of 1": standing.conflict(1),
        "conflict of 20": standing.conflict(20),
        "breaks, half-hours": standing.breaks,
        "breaks, quarter-hours": finer.breaks,
        "activities, 1 h each": standing.activities,
    }
    found: dict[str, tuple[float, Told]] = {}
    for name, question in questions.items():
        found[name] = measured(question, repeat, seed)
        print(f"{name:24}{found[name][0]:8.3f} s   {found[name][1]}", file=sys.stderr)
    return {
        "instance": f"{agents} agents, {days} days, seed {seed}",
        "repeat": repeat,
        "seconds": {name: round(wall, 3) for name, (wall, _) in found.items()},
        "answers": {name: answer for name, (_, answer) in found.items()},
        "untold": standing.untold + finer.untold,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--agents", type=int, default=300)
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each of the two rotas")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found = asked(args.agents, args.days, args.seconds, args.seed, args.repeat)
    if args.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    print(f"{found['instance']}, median of {found['repeat']}; {found['untold']} broken rules not told\n")
    for name, wall in found["seconds"].items():
        print(f"{name:24}{wall:8.3f} s")


if __name__ == "__main__":
    main()
