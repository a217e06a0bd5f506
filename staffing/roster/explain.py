"""Why it cannot be done and what would mend it, in words; and why an agent has a shift.

Hard rules bind one agent at a time (cover is soft), so a conflict is looked for agent by agent. Each rule's constraints
hold only while a literal of its own does; CP-SAT names literals that cannot hold together, and those that are not
needed for the contradiction are taken out one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from ortools.sat.python import cp_model

from staffing.errors import Problems
from staffing.grid import BoolArray
from staffing.roster.compile import PAID, Context, make_context, measures_of
from staffing.roster.compile import RULES as COMPILED
from staffing.roster.costs import terms
from staffing.roster.fixed import FIXED, off_allowed
from staffing.roster.options import Options, choice_of, expand, roster_of
from staffing.roster.primitives import Count, Run, Succession
from staffing.roster.problem import Roster, RosterProblem
from staffing.roster.replan import Change, without_cell

GIVE_UP = (
    (1, ("locks",)),
    (3, ("absences", "availability", "allowed_shifts", "employment")),
    (10, ("weekly_hours", "horizon_hours", "max_shifts_per_week", "weekends_off")),
)
"""What is given up first: weights of demands by rule; the law last, with `LAST`."""

LAST = 100
EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that a rule asks of an agent, and its sentence."""

    rule: str
    sentence: str


def conflicts(problem: RosterProblem, options: Options, agent: int) -> tuple[str, ...]:
    """A smallest set of demands on one agent that contradict each other, in words; empty where they do not.

    The set is minimal: without any one of its members the others can be kept.

    Parameters
    ----------
    problem, options
        The problem and its options.
    agent
        Row of the agent.
    """
    core = conflicting(problem, options, agent)
    name = problem.agents[agent].name
    return tuple(f"{name}: {clause.sentence}" for clause in core)


def repair(problem: RosterProblem, options: Options, agent: int) -> tuple[str, ...]:
    """The least that must be given up so that one agent's demands can be kept, in words; empty where nothing must.

    Locks, absences and availability go before the rules of contract, and those before the rules of law.

    Parameters
    ----------
    problem, options, agent
        As in `conflicts`.
    """
    name = problem.agents[agent].name
    return tuple(f"{name}: {clause.sentence}" for clause in _demands(problem, options, agent).cheapest_repair())


@dataclass(frozen=True)
class Reason:
    """Why an agent has a shift, or a day off.

    Attributes
    ----------
    necessary
        Rules (in words) that leave no other choice; empty where there is one.
    cost
        What the best rota found nearby without it costs more, in the scenario's currency; None where it is necessary.
    terms
        The difference term by term.
    changes
        What would change then.
    """

    necessary: tuple[str, ...]
    cost: float | None
    terms: Mapping[str, float]
    changes: tuple[Change, ...]


def why(
    problem: RosterProblem, roster: Roster, agent: str, day: date, *, seconds: float = 2.0, seed: int = 1
) -> Reason:
    """Why an agent has this shift on this day (or is off): search without it, and tell what that costs.

    Parameters
    ----------
    problem, roster
        The problem and its rota.
    agent, day
        Id of the agent; a day of the horizon.
    seconds, seed
        Wall time and seed of the search nearby: at most a week away, any agent.

    Raises
    ------
    InputError
        For an unknown agent or a day outside the horizon.
    """
    a, d = problem.agent_index.get(agent), problem.grid.day_index(day)
    found = Problems()
    if a is None:
        found.add("agent", f"unknown agent {agent!r}", "use an id of the team")
    if d is None:
        found.add("date", f"{day} is outside the horizon", f"{problem.grid.dates[0]} to {problem.grid.dates[-1]}")
    found.raise_if_any()
    assert a is not None
    assert d is not None
    options = expand(problem)
    choice = choice_of(problem, options, roster)
    now = int(choice[a, d])
    same = (options.type_of == options.type_of[now]) & (options.start_minute == options.start_minute[now])
    without = same if now >= 0 else None
    demands = _demands(problem, options, a)
    demands.exclude(d, without)
    core = demands.core()
    if core:
        name = problem.agents[a].name
        return Reason(tuple(f"{name}: {c.sentence}" for c in core if c.rule != EXCLUDED), None, {}, ())
    window = range(max(0, d - 7), min(problem.grid.days, d + 8))
    other, changes = without_cell(problem, options, choice, (a, d), window, seconds=seconds, seed=seed)
    before, after = terms(problem, roster_of(problem, options, choice)), terms(problem, other)
    difference = {name: after[name] - before[name] for name in before}
    return Reason((), sum(difference.values()), difference, changes)


def _demands(problem: RosterProblem, options: Options, agent: int) -> _Demands:
    """Everything that is asked of one agent."""
    context = make_context(problem, options)
    demands = _Demands(context, agent)
    for rule in FIXED:
        demands.fixed(rule)
    for compiler in COMPILED.values():
        for primitive in compiler(context):
            if primitive.agent == agent:
                demands.add(primitive)
    return demands


def conflicting(problem: RosterProblem, options: Options, agent: int) -> tuple[Clause, ...]:
    """As `conflicts`, with the names of the rules."""
    return _demands(problem, options, agent).core()


class _Demands:
    """A model of one agent's days in which each demand can be switched off."""

    def __init__(self, context: Context, agent: int) -> None:
        self.context = context
        self.agent = agent
        self.model = cp_model.CpModel()
        self.clauses: list[Clause] = []
        self.literals: list[cp_model.IntVar] = []
        options, days = context.options, context.problem.grid.days
        # One option per shift type and start: breaks do not matter to the rules between days.
        first: dict[tuple[int, int], int] = {}
        for s in range(len(options)):
            first.setdefault((int(options.type_of[s]), int(options.start_minute[s])), s)
        self.cells = [[(s, self.model.new_bool_var("")) for s in first.values()] for _ in range(days)]
        self.works = [self.model.new_bool_var("") for _ in range(days)]
        for cell, works in zip(self.cells, self.works, strict=True):
            self.model.add(sum(v for _, v in cell) == works)

    def switch(self, rule: str, sentence: str) -> cp_model.IntVar:
        """The literal of a new demand."""
        self.clauses.append(Clause(rule, sentence))
        self.literals.append(self.model.new_bool_var(""))
        return self.literals[-1]

    # -- demands ---------------------------------------------------------------------------------------

    def fixed(self, rule: str) -> None:
        """What a rule on single days asks; each locked day is a demand of its own."""
        problem = self.context.problem
        name = problem.agents[self.agent].id
        alone = replace(
            problem,
            agents=(problem.agents[self.agent],),
            absences=tuple(r for r in problem.absences if r.agent == name),
            locks=tuple(r for r in problem.locks if r.agent == name),
        )
        allowed = FIXED[rule](alone, self.context.options)[0]
        off = off_allowed(alone)[0]
        bound = [d for d, cell in enumerate(self.cells) if not all(allowed[d, s] for s, _ in cell)]
        if rule == "locks":
            by_day = {lock.day: lock for lock in alone.locks}
            for d in bound:
                day = problem.grid.dates[d]
                on = self.switch(rule, f"{day} is locked as {by_day[day].shift}")
                self._forbid(d, allowed[d], on)
                if not off[d]:
                    self.model.add(self.works[d] == 1).only_enforce_if(on)
        elif bound:
            on = self.switch(rule, self._told(rule))
            for d in bound:
                self._forbid(d, allowed[d], on)

    def _forbid(self, d: int, allowed: BoolArray, on: cp_model.IntVar) -> None:
        banned = [v for s, v in self.cells[d] if not allowed[s]]
        self.model.add(sum(banned) == 0).only_enforce_if(on)

    def _told(self, rule: str) -> str:
        problem = self.context.problem
        agent = problem.agents[self.agent]
        if rule == "employment":
            return f"employed {agent.first_day or 'from the beginning'} to {agent.last_day or 'the end'}"
        if rule == "absences":
            spans = [f"{r.first} to {r.last}" for r in problem.absences if r.agent == agent.id]
            return f"absent {', '.join(spans)}"
        if rule == "availability":
            return "works only when available"
        named = problem.contracts[agent.contract].shifts
        return f"only shifts {', '.join(named)}" if named is not None else "only shifts that start on this weekday"

    def add(self, primitive: Count | Run | Succession) -> None:
        """What a rule over several days asks."""
        if isinstance(primitive, Count):
            self._count(primitive)
        elif isinstance(primitive, Run):
            before = f" ({primitive.before} stand before the horizon)" if primitive.before else ""
            on = self.switch(primitive.rule, f"at most {primitive.hi} days in a row{before}")
            most = primitive.hi
            for d in range(len(self.works) - most):
                self.model.add(sum(self.works[d : d + most + 1]) <= most).only_enforce_if(on)
            left = most - primitive.before
            if primitive.before and left < len(self.works):
                self.model.add(sum(self.works[: left + 1]) <= left).only_enforce_if(on)
        else:
            self._succession(primitive)

    def _succession(self, rule: Succession) -> None:
        options = self.context.options
        on = self.switch(rule.rule, f"{rule.rest_seconds / 3600:g} h of rest between shifts")
        for s, v in self.cells[0]:
            if rule.before_end is not None and options.start[0, s] - rule.before_end < rule.rest_seconds:
                self.model.add(v == 0).only_enforce_if(on)
        for d in range(len(self.cells) - 1):
            for s, v in self.cells[d]:
                end = options.end[d, s] + rule.rest_seconds
                early = [w for r, w in self.cells[d + 1] if options.start[d + 1, r] < end]
                if early:
                    self.model.add(sum(early) <= 1 - v).only_enforce_if(on)

    def _count(self, count: Count) -> None:
        grid = self.context.problem.grid
        days = [d for group in count.groups for d in group]
        if not days:
            return
        weights = measures_of(self.context)[count.measure]
        if count.any:
            hits = []
            for group in count.groups:
                hit = self.model.new_bool_var("")
                self.model.add_max_equality(hit, [self.works[d] for d in group])
                hits.append(hit)
            value = cp_model.LinearExpr.sum(hits)
            told = f"at most {count.hi} of {len(count.groups)} whole weekends with a shift"
        else:
            terms = [(v, int(weights[d, s])) for d in days for s, v in self.cells[d]]
            value = cp_model.LinearExpr.weighted_sum([v for v, _ in terms], [c for _, c in terms])
            hours = count.measure == PAID
            scale, unit = (60, "h") if hours else (1, "shifts")
            span = "the horizon" if len(days) == grid.days else f"the week of {grid.dates[days[0]]}"
            base = f" ({count.base / scale:g} before the horizon)" if count.base else ""
            limits = f"{count.lo / scale:g} to {count.hi / scale:g}" if count.lo else f"at most {count.hi / scale:g}"
            told = f"{limits} {unit} in {span}{base}"
        on = self.switch(count.rule, told)
        self.model.add(value + count.base <= count.hi).only_enforce_if(on)
        self.model.add(value + count.base >= count.lo).only_enforce_if(on)

    def exclude(self, d: int, same: BoolArray | None) -> None:
        """Ask for anything but some options on a day; None: for anything but a day off."""
        on = self.switch(EXCLUDED, "anything else")
        if same is None:
            self.model.add(self.works[d] == 1).only_enforce_if(on)
        else:
            self._forbid(d, ~same, on)

    # -- the smallest contradiction --------------------------------------------------------------------

    def core(self) -> tuple[Clause, ...]:
        """A smallest set of demands that contradict each other; empty where they do not."""
        names = self._contradicting(self.literals)
        if names is None:
            return ()
        for literal in list(names):
            fewer = self._contradicting([v for v in names if v is not literal])
            if fewer is not None:
                names = [v for v in names if v is not literal and any(v is f for f in fewer)]
        position = {v.index: i for i, v in enumerate(self.literals)}
        return tuple(self.clauses[position[v.index]] for v in names)

    def cheapest_repair(self) -> tuple[Clause, ...]:
        """The cheapest demands to give up so that all others can be kept."""
        weights = [next((w for w, rules in GIVE_UP if c.rule in rules), LAST) for c in self.clauses]
        self.model.clear_assumptions()
        self.model.maximize(cp_model.LinearExpr.weighted_sum(self.literals, weights))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_time_in_seconds = 10.0
        solver.solve(self.model)
        return tuple(c for c, v in zip(self.clauses, self.literals, strict=True) if not solver.value(v))

    def _contradicting(self, literals: list[cp_model.IntVar]) -> list[cp_model.IntVar] | None:
        """Those of some demands that contradict each other, None where all can be kept together."""
        self.model.clear_assumptions()
        self.model.add_assumptions(literals)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        if solver.solve(self.model) != cp_model.INFEASIBLE:
            return None
        named = set(solver.sufficient_assumptions_for_infeasibility())
        return [v for v in literals if v.index in named]
