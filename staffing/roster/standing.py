"""A rota judged, and judged again at once after some agents' days have changed.

What rules and costs say about a rota is worked out once. Hard rules bind one agent at a time, so a change is audited
for its agents only; cover is split again only in the intervals that the change touches. Every figure is the same as if
the whole rota were judged anew (`rules.audit`, `costs.terms`, `costs.coverage`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from staffing.grid import IntArray
from staffing.roster.costs import TERMS, Coverage, Judged, coverage_of, units_of
from staffing.roster.cover import Cover, at, cover_of, split
from staffing.roster.options import expand, paid_unit
from staffing.roster.problem import Roster, RosterProblem, Shift
from staffing.roster.rules import RULES, Facts, Violation, facts_of


@dataclass(frozen=True)
class Standing:
    """A rota beside what it breaks and costs.

    Attributes
    ----------
    facts
        The rota by agent, and what it is judged by.
    unit
        Minutes in which paid times are counted.
    cover
        Need and prices.
    supply
        Units on duty by interval and skill group, shape (T, G).
    staffed
        Units at each queue in a cheapest split, shape (T, Q).
    broken
        Rules that each agent's days break, A tuples.
    """

    facts: Facts
    unit: int
    cover: Cover
    supply: IntArray
    staffed: IntArray
    broken: tuple[tuple[Violation, ...], ...]

    @property
    def problem(self) -> RosterProblem:
        """What the rota is for."""
        return self.facts.problem

    @cached_property
    def roster(self) -> Roster:
        """The rota."""
        return Roster(tuple(s for shifts in self.facts.shifts for s in sorted(shifts, key=lambda s: (s.day, s.start))))

    @cached_property
    def violations(self) -> tuple[Violation, ...]:
        """Every rule that is broken, sorted by agent and day."""
        return tuple(v for found in self.broken for v in found)

    @cached_property
    def terms(self) -> dict[str, float]:
        """Cost of each term, in the scenario's currency."""
        judged = Judged(self.facts, self.unit, self.cover, self.staffed)
        return {name: term(judged) / 100 for name, term in TERMS.items()}

    @cached_property
    def price(self) -> float:
        """Sum of the terms."""
        return sum(self.terms.values())

    @cached_property
    def coverage(self) -> Coverage:
        """Agents wanted and on duty."""
        return coverage_of(self.problem, self.cover, self.supply, self.staffed)


def stand(problem: RosterProblem, roster: Roster) -> Standing:
    """Judge a whole rota.

    Parameters
    ----------
    problem
        What the rota is for.
    roster
        Any rota, also a hand-edited and an illegal one.
    """
    facts, cover = facts_of(problem, roster), cover_of(problem)
    supply = cover.base + units_of(problem, roster.shifts)
    broken = _broken(facts, range(len(problem.agents)))
    return Standing(facts, paid_unit(expand(problem)), cover, supply, split(cover, supply).sum(axis=1), broken)


def moved(standing: Standing, days: Mapping[int, Sequence[Shift]]) -> Standing:
    """Judge the rota in which some agents have other shifts.

    Parameters
    ----------
    standing
        The rota before.
    days
        All shifts of each agent (by row) that has changed.
    """
    if not days:
        return standing
    facts = standing.facts
    shifts = tuple(
        tuple(sorted(days[a], key=lambda s: s.start)) if a in days else there for a, there in enumerate(facts.shifts)
    )
    facts = replace(facts, shifts=shifts)
    gone = _only(standing.facts.shifts, shifts, days)
    come = _only(shifts, standing.facts.shifts, days)
    problem = facts.problem
    supply = standing.supply + units_of(problem, come) - units_of(problem, gone)
    touched = np.flatnonzero((supply != standing.supply).any(axis=1))
    staffed = standing.staffed
    if len(touched):
        staffed = staffed.copy()
        staffed[touched] = split(at(standing.cover, touched), supply[touched]).sum(axis=1)
    agents = sorted(days)
    broken = list(standing.broken)
    for a, found in zip(agents, _broken(facts, agents), strict=True):
        broken[a] = found
    return replace(standing, facts=facts, supply=supply, staffed=staffed, broken=tuple(broken))


def _only(
    here: Sequence[Sequence[Shift]], there: Sequence[Sequence[Shift]], agents: Iterable[int]
) -> tuple[Shift, ...]:
    return tuple(s for a in agents for s in here[a] if s not in there[a])


def _broken(facts: Facts, agents: Sequence[int]) -> tuple[tuple[Violation, ...], ...]:
    """Rules that these agents' days break, sorted by day and rule; one tuple per agent."""
    problem, rows = facts.problem, list(agents)
    if len(rows) < len(problem.agents):
        named = {problem.agents[a].id for a in rows}
        problem = replace(
            problem,
            agents=tuple(problem.agents[a] for a in rows),
            absences=tuple(x for x in problem.absences if x.agent in named),
            locks=tuple(x for x in problem.locks if x.agent in named),
            past=tuple(x for x in problem.past if x.agent in named),
        )
        index = {a: i for i, a in enumerate(rows)}
        own = tuple(tuple(replace(s, agent=index[s.agent]) for s in facts.shifts[a]) for a in rows)
        facts = Facts(problem, facts.targets.only(rows), own)
    found: list[list[Violation]] = [[] for _ in rows]
    for rule in RULES.values():
        for violation in rule.check(facts):
            found[violation.agent].append(replace(violation, agent=rows[violation.agent]))
    return tuple(tuple(sorted(x, key=lambda v: (v.day, v.rule))) for x in found)
