"""What is asked of one agent, which of it contradicts the rest, and what would mend it.

Each demand's constraints hold only while a literal of its own does. CP-SAT says which demands can hold together; those that are
not needed for a contradiction are taken out one by one.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from ortools.sat.python import cp_model

from staffing.grid import BoolArray
from staffing.roster import cpsat
from staffing.roster.compile import (
    PAID,
    RULES,
    Context,
    context_of_agent,
    make_context,
    named_types,
    program_of,
)
from staffing.roster.fixed import DAYS_OFF, FIXED, allowed_options
from staffing.roster.options import Options
from staffing.roster.primitives import Band, Count, Run, Succession
from staffing.roster.problem import RosterProblem
from staffing.roster.rules.messages import ASKED, REPAIR, TOGETHER, Value, spoken

GIVE_UP = (
    (1, ("locks",)),
    (3, ("absences", "availability", "allowed_shifts", "employment", "rotation")),
    (
        10,
        (
            "weekly_hours",
            "horizon_hours",
            "max_shifts_per_week",
            "weekends_off",
            "min_consecutive_days",
            "min_consecutive_days_off",
            "max_consecutive_nights",
            "steady_starts",
            "week_starts",
            "forbidden_successions",
        ),
    ),
)
"""What is given up first: weights of demands by rule; the law last, with `LAST`."""

LAST = 100
EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that a rule asks of an agent.

    Attributes
    ----------
    rule
        Name of the rule.
    message, values
        Key in `messages.ASKED` and what the message holds.
    """

    rule: str
    message: str
    values: tuple[tuple[str, Value], ...] = ()

    @property
    def sentence(self) -> str:
        """The demand in English."""
        return spoken(ASKED[self.message], dict(self.values))


def weight_of(clause: Clause) -> int:
    """What giving up a demand weighs: the higher, the later it is given up."""
    return next((w for w, rules in GIVE_UP if clause.rule in rules), LAST)


class Demands:
    """A model of one agent's days in which each demand can be switched off.

    Parameters
    ----------
    problem, options
        The problem and its options.
    agent
        Row of the agent.
    context
        What the compilers read of the whole problem, where that is known already.
    """

    def __init__(self, problem: RosterProblem, options: Options, agent: int, context: Context | None = None) -> None:
        context = make_context(problem, options) if context is None else context
        self.context = context_of_agent(context, agent)
        self.clauses: list[Clause] = []
        self.literals: list[cp_model.IntVar] = []
        self.program = program_of(self.context, allowed_options(self.context.problem, options), whole=True)
        # One option per shift type and start: breaks do not matter to the rules between days.
        kinds = np.stack([options.type_of, options.start_minute])
        first = np.zeros(len(options), np.bool_)
        first[np.unique(kinds, axis=1, return_index=True)[1]] = True
        shape = self.program.allowed.shape
        self.built = cpsat.build(
            self.program,
            None,
            np.ones(shape[:2], np.bool_),
            rules=lambda rule: False,
            allowed=np.broadcast_to(first, shape),
            cover=False,
        )
        self.model = self.built.model
        for rule in FIXED:
            self._fixed(rule)
        for compiler in RULES.values():
            for primitive in compiler(self.context):
                self._add(primitive)
        self.model.proto.clear_objective()

    def _switch(self, rule: str, message: str, **values: Value) -> cp_model.IntVar:
        """The literal of a new demand."""
        self.clauses.append(Clause(rule, message, tuple(values.items())))
        self.literals.append(self.model.new_bool_var(""))
        return self.literals[-1]

    # -- demands ---------------------------------------------------------------------------------------

    def _fixed(self, rule: str) -> None:
        """What a rule on single days asks; each locked day is a demand of its own."""
        problem = self.context.problem
        allowed = FIXED[rule](problem, self.context.options)[0]
        off = DAYS_OFF[rule](problem)[0] if rule in DAYS_OFF else np.ones(problem.grid.days, np.bool_)
        days = range(problem.grid.days)
        bound = [d for d in days if not off[d] or not all(allowed[d, s] for s, _ in self.built.cells[0, d])]
        if rule == "locks":
            by_day = {lock.day: lock for lock in problem.locks}
            for d in bound:
                day = problem.grid.dates[d]
                on = self._switch(rule, "locks", day=day, shift=by_day[day].shift)
                self._forbid(d, allowed[d], on, off=bool(off[d]))
        elif bound:
            message, values = self._told(rule)
            on = self._switch(rule, message, **values)
            for d in bound:
                self._forbid(d, allowed[d], on, off=bool(off[d]))

    def _forbid(self, d: int, allowed: BoolArray, on: cp_model.IntVar, *, off: bool = True) -> None:
        banned = [v for s, v in self.built.cells[0, d] if not allowed[s]]
        self.model.add(sum(banned) == 0).only_enforce_if(on)
        if not off:
            self.model.add(self.built.works[0, d] == 1).only_enforce_if(on)

    def _told(self, rule: str) -> tuple[str, dict[str, Value]]:
        problem = self.context.problem
        (agent,) = problem.agents
        if rule == "employment":
            first, last = agent.first_day or problem.grid.start, agent.last_day or problem.grid.dates[-1]
            return "employment", {"first": first, "last": last}
        if rule == "absences":
            return "absences", {"spans": ", ".join(f"{r.first} - {r.last}" for r in problem.absences)}
        if rule == "rotation":
            return "rotation", {"name": agent.rotation}
        named = problem.contracts[agent.contract].shifts
        if rule == "allowed_shifts" and named is not None:
            return "allowed_shifts", {"named": ", ".join(named)}
        return ("shift_weekday" if rule == "allowed_shifts" else rule), {}

    def _add(self, primitive: cpsat.Rule) -> None:
        """What a rule over several days asks."""
        if isinstance(primitive, Count) and not any(primitive.groups):
            return
        message, values = self._said(primitive)
        self.built.literal = self._switch(primitive.rule, message, **values)
        cpsat.add_rule(self.built, primitive)
        self.built.literal = None

    def _said(self, primitive: cpsat.Rule) -> tuple[str, dict[str, Value]]:
        rule, grid = primitive.rule, self.context.problem.grid
        if isinstance(primitive, Run):
            values: dict[str, Value] = {"n": primitive.lo if primitive.lo > 1 else primitive.hi}
            if primitive.before:
                values["before"] = primitive.before
            return rule + ("_before" if primitive.before else ""), values
        if isinstance(primitive, Band):
            return rule, {"hours": primitive.most / 60, "day": grid.dates[primitive.days[0]]}
        if isinstance(primitive, Succession):
            if rule == "steady_starts" and primitive.change is not None:
                return rule, {"hours": primitive.change[1] / 60}
            if rule == "forbidden_successions":
                codes = named_types(self.context.problem)
                contract = self.context.problem.contracts[self.context.problem.agents[0].contract]
                pairs = sorted({*contract.forbidden_successions, *self.context.problem.law.forbidden_successions})
                return rule, {"pairs": ", ".join(f"{a} {b}" for a, b in pairs if b in codes)}
            return rule, {"hours": primitive.rest_seconds / 3600}
        if primitive.any:
            return "weekends_off", {"n": primitive.hi, "of": len(primitive.groups)}
        days = primitive.groups[0]
        scale = 60 if primitive.measure == PAID else 1
        low, high = primitive.lo / scale, primitive.hi / scale
        if rule == "free_sundays":
            return rule, {"n": int(high)}
        values = {"high": high if scale == 60 else int(high)}
        if primitive.lo:
            values["low"] = low if scale == 60 else int(low)
        if len(days) < grid.days:
            values["day"] = grid.dates[days[0]]
        kind = "hours" if scale == 60 else "shifts"
        span = "horizon" if len(days) == grid.days else "week" if len(days) <= 7 else "weeks"
        return f"{kind}_{'between' if primitive.lo else 'most'}_{span}", values

    def exclude(self, d: int, same: BoolArray | None) -> None:
        """Ask for anything but some options on a day; None: for anything but a day off."""
        on = self._switch(EXCLUDED, EXCLUDED)
        if same is None:
            self._forbid(d, np.ones(len(self.context.options), np.bool_), on, off=False)
        else:
            self._forbid(d, ~same, on)

    def ask(self, d: int, wanted: BoolArray | None) -> None:
        """Ask for one of some options on a day; None: for a day off."""
        on = self._switch(EXCLUDED, EXCLUDED)
        nothing = np.zeros(len(self.context.options), np.bool_)
        self._forbid(d, nothing if wanted is None else wanted, on, off=wanted is None)

    # -- the smallest contradiction --------------------------------------------------------------------

    def core(self) -> tuple[Clause, ...]:
        """A smallest set of demands that contradict each other; empty where they do not."""
        found = self._core(range(len(self.literals)))
        return tuple(self.clauses[i] for i in sorted(found or ()))

    def _core(self, kept: Iterable[int]) -> set[int] | None:
        """Some of the kept demands that contradict each other, none of which can be left out; None where there are none."""
        names = set(kept)
        if self._possible(names):
            return None
        for i in sorted(names):
            if not self._possible(names - {i}):
                names.remove(i)
        return names

    def cheapest_repair(self) -> tuple[Clause, ...]:
        """The cheapest demands to give up so that all others can be kept.

        The cheapest that hit every contradiction known so far are given up; what still contradicts is learnt, until nothing
        does: no cheaper set would do, for it would leave a known contradiction whole (implicit hitting sets; Reiter 1987).
        """
        known: list[set[int]] = []
        while True:
            given = self._cheapest_hitting(known)
            core = self._core(i for i in range(len(self.literals)) if i not in given)
            if core is None:
                return tuple(self.clauses[i] for i in sorted(given))
            known.append(core)

    def _cheapest_hitting(self, sets: Sequence[set[int]]) -> set[int]:
        """The least weight of demands with one of every set."""
        model = cp_model.CpModel()
        chosen = {i: model.new_bool_var("") for i in sorted(set().union(*sets))}
        for some in sets:
            model.add_bool_or([chosen[i] for i in sorted(some)])
        model.minimize(sum(weight_of(self.clauses[i]) * v for i, v in chosen.items()))
        solver = _solver()
        solver.solve(model)
        return {i for i, v in chosen.items() if solver.value(v)}

    def mended_without(self, rules: Collection[str]) -> bool:
        """Whether the demands can be kept once all those of some rules are given up."""
        return self._possible({i for i, c in enumerate(self.clauses) if c.rule not in rules})

    def _possible(self, kept: Collection[int]) -> bool:
        """Whether some demands can be kept together. Their literals are fixed: as assumptions they would hide from presolve."""
        for i, literal in enumerate(self.literals):
            domain = self.model.proto.variables[literal.index].domain
            domain[0] = domain[1] = int(i in kept)
        return _solver().solve(self.model) != cp_model.INFEASIBLE


def _solver() -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    return solver


# -- in words ----------------------------------------------------------------------------------------------


def conflicting(problem: RosterProblem, options: Options, agent: int) -> tuple[Clause, ...]:
    """A smallest set of demands on one agent that contradict each other; empty where they do not.

    The set is minimal: without any one of its members the others can be kept.

    Parameters
    ----------
    problem, options
        The problem and its options.
    agent
        Row of the agent.
    """
    return Demands(problem, options, agent).core()


def conflicts(problem: RosterProblem, options: Options, agent: int) -> tuple[str, ...]:
    """As `conflicting`, in words."""
    return _named(problem, agent, conflicting(problem, options, agent))


def repair(problem: RosterProblem, options: Options, agent: int) -> tuple[str, ...]:
    """The least that must be given up so that one agent's demands can be kept, in words; empty where nothing must.

    Locks, absences and availability go before the rules of contract, and those before the rules of law.

    Parameters
    ----------
    problem, options, agent
        As in `conflicting`.
    """
    return _named(problem, agent, Demands(problem, options, agent).cheapest_repair())


TOLD, TELLING = 10, 2.0
"""Agents whose conflicts are told one by one, and the seconds after which no further one is begun."""


def conflicts_of_roster(problem: RosterProblem, options: Options, agents: Sequence[int]) -> tuple[str, ...]:
    """Why some agents cannot be planned, in words: each one's contradiction with its cheapest repair, and the whole team's.

    For several agents the end tells the fewest rules (those of contract before those of law) that, given up for all of
    them, would mend every one; where they are more than `TOLD`, or telling takes longer than `TELLING`, the others are counted.

    Parameters
    ----------
    problem, options
        The problem and its options.
    agents
        Rows of the agents for whom no days keep the rules.
    """
    context = make_context(problem, options)
    lines: list[str] = []
    asked: list[Demands] = []
    cores: list[tuple[Clause, ...]] = []
    began = time.perf_counter()
    for a in agents[:TOLD]:
        if asked and time.perf_counter() - began > TELLING:
            break
        demands = Demands(problem, options, a, context)
        core = demands.core()
        asked.append(demands)
        cores.append(core)
        lines += _named(problem, a, core)
        lines += [REPAIR + x for x in _named(problem, a, demands.cheapest_repair())]
    if len(agents) > 1:
        weight = {c.rule: weight_of(c) for core in cores for c in core}
        names = sorted(weight, key=lambda rule: (weight[rule], rule))
        sets = sorted(
            (some for n in (1, 2, 3) for some in combinations(names, n)),
            key=lambda some: (sum(weight[rule] for rule in some), len(some)),
        )
        mending = next((x for x in sets if all(d.mended_without(x) for d in asked)), ())
        more = f" (of at least {len(agents)} who cannot be planned)" if len(agents) > len(asked) else ""
        if mending:
            lines.append(f"{TOGETHER}{len(asked)} agents{more} could be planned without: {', '.join(mending)}")
    return tuple(lines)


def _named(problem: RosterProblem, agent: int, clauses: Iterable[Clause]) -> tuple[str, ...]:
    name = problem.agents[agent].name
    return tuple(f"{name}: {clause.sentence}" for clause in clauses)
