"""A rota that misses its promise is repaired: its need is changed where the simulation says so, and it is searched again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from staffing.forecast.result import Forecast
from staffing.grid import BoolArray, FloatArray
from staffing.inputs import Inputs
from staffing.progress import SILENT, Monitor, Progress
from staffing.requirement import Channel, Requirement
from staffing.roster import costs, engine, rules
from staffing.roster.limits import impossible_days, relaxation_of
from staffing.roster.problem import RosterProblem, RosterResult, RosterStatus
from staffing.service import demand_of, duty_of, simulation_of
from staffing.simulation import verify
from staffing.simulation.verify import Repaired, Solved

DEEPENING = 0.25
"""Share of the repair's time for the search with the need from which on it is only raised."""

POLISH = 0.1
"""Least share of the repair's time for the last search, with the need that was found."""

BOUNDING = 0.1
"""Share of the repair's time for the bound with the need that was found."""

ROUNDS = 12
"""Searches that the repair's time would do for."""

INSISTING = 3.0
"""Times by which the price of missing people rises from plan to plan, once the promise comes before the prices."""

RULING_OUT = 0.06
"""Share of the repair's time to find the days that no rota can hold."""

LEAST = 0.5
"""Seconds that a search within the repair gets at least."""


def repair_rota(
    inputs: Inputs,
    forecast: Forecast,
    requirement: Requirement,
    problem: RosterProblem,
    first: RosterResult,
    monitor: Monitor = SILENT,
) -> tuple[RosterProblem, RosterResult, Repaired[RosterResult]]:
    """Repair a rota that misses its promise: change the need where the simulation says so and search again, warm.

    The first searches find the least need at the prices given. Then what the promise takes and nobody covers is priced higher and
    higher, up to `verify.insist` times; days that are proven to be short in every rota stay as they are.

    Parameters
    ----------
    inputs, forecast, requirement
        What the rota was planned for.
    problem, first
        With the need by formula, and its rota.
    monitor
        Told of progress as stage ``repair``; asked to stop, the best so far is kept.

    Returns
    -------
    tuple
        The problem with the need that was found, its rota with the bound for that need, and how the repair went.
    """
    scenario = inputs.scenario
    began = time.monotonic()
    searches = _Searches(inputs, problem, first, monitor, began)
    budget = searches.budget
    found = verify.repair(
        demand_of(inputs, forecast),
        np.array(problem.required),
        searches.briefly,
        simulation_of(inputs, requirement),
        scenario.verify,
        searches.told,
        seconds=budget * (1 - POLISH - BOUNDING),
        first=searches.solved(problem, first),
        deepen=searches.longer,
        mend=searches.gently,
        polish=searches.at_length,
        beyond=searches.beyond,
    )
    final = replace(problem, required=found.need)
    # Several searches had this need at the prices given; the best bound holds for every rota.
    alike = [result for need, result in searches.plain if np.array_equal(need, found.need)]
    result = _as_priced(
        final,
        found.solved.plan,
        alike,
        lambda cost: engine.prove(final, seconds=BOUNDING * budget, upper=cost, monitor=searches.told),
    )
    if monitor.should_stop() and result.status is RosterStatus.FEASIBLE:
        result = replace(result, status=RosterStatus.STOPPED)
    return final, replace(result, seconds=first.seconds + time.monotonic() - began), found


class _Searches:
    """The searches of a repair that began at `began` (`time.monotonic`): each for a need, warm from the rota before.

    Attributes
    ----------
    budget
        Seconds of the whole repair.
    told
        Monitor of the searches.
    plain
        Needs, shape (Q, T), with the rotas that were searched for at the prices given.
    """

    def __init__(
        self, inputs: Inputs, problem: RosterProblem, first: RosterResult, monitor: Monitor, began: float
    ) -> None:
        self.scenario = inputs.scenario
        self.problem = problem
        self.began = began
        self.budget = self.scenario.solver.seconds * self.scenario.verify.share
        self.told = _Told(monitor, began, self.budget)
        self.plain = [(np.array(problem.required), first)]
        self._insisted = 1.0

    def briefly(self, need: FloatArray, before: RosterResult | None) -> Solved[RosterResult]:
        """At the prices given."""
        return self._search(need, before, self.budget / ROUNDS)

    def longer(self, need: FloatArray, before: RosterResult | None) -> Solved[RosterResult]:
        """With missing people dearer than before."""
        return self._search(need, before, self.budget * DEEPENING, self._insist())

    def gently(self, need: FloatArray, before: RosterResult | None) -> Solved[RosterResult]:
        """The same, downhill from the rota before."""
        return self._search(need, before, self.budget / ROUNDS, self._insist(), settle=True)

    def at_length(self, need: FloatArray, before: RosterResult | None) -> Solved[RosterResult]:
        """At the prices given, with the time that is left."""
        return self._search(need, before, self.budget * (1 - BOUNDING) - (time.monotonic() - self.began))

    def beyond(self, wanted: FloatArray, late: FloatArray) -> BoolArray:
        """Intervals whose day is proven to be short in every rota."""
        deferrable = np.array([s.channel is Channel.EMAIL for s in self.scenario.queue.values()])
        return impossible_days(relaxation_of(self.problem, wanted, deferrable), late, RULING_OUT * self.budget)

    def solved(self, problem: RosterProblem, result: RosterResult) -> Solved[RosterResult]:
        """A rota as the repair sees it; its cost leaves out what depends on the need."""
        assert result.roster is not None
        staffed = costs.coverage(problem, result.roster).staffed
        cost = sum(v for name, v in result.terms.items() if name not in ("understaffing", "overstaffing"))
        return Solved(result, duty_of(problem, result.roster, self.scenario.simulation.pace), staffed, cost)

    def _insist(self) -> float:
        self._insisted = min(INSISTING * self._insisted, self.scenario.verify.insist)
        return self._insisted

    def _search(
        self, need: FloatArray, before: RosterResult | None, seconds: float, factor: float = 1.0, settle: bool = False
    ) -> Solved[RosterResult]:
        first, second, rest = self.problem.prices.understaffing
        missing = (factor * first, factor * second, factor * rest)
        changed = replace(self.problem, required=need, prices=replace(self.problem.prices, understaffing=missing))
        result = engine.solve(
            changed,
            seconds=max(LEAST, seconds),
            workers=self.scenario.solver.workers,
            seed=self.scenario.solver.seed,
            start=None if before is None else before.roster,
            monitor=self.told,
            settle=settle,
        )
        if factor == 1.0:
            self.plain.append((need, result))
        return self.solved(changed, result)


def _as_priced(
    problem: RosterProblem, found: RosterResult, plain: Sequence[RosterResult], prove: Callable[[float], float]
) -> RosterResult:
    """A rota that was mended at a higher price of missing people, at the prices given; `plain` was found at those."""
    assert found.roster is not None
    terms = {name: cents / 100 for name, cents in costs.terms_in_cents(problem, found.roster).items()}
    objective = sum(terms.values())
    bound = min(max(prove(objective), *(r.bound or 0.0 for r in plain)), objective)
    return replace(
        found,
        status=RosterStatus.OPTIMAL if objective - bound < 0.005 else RosterStatus.FEASIBLE,
        terms=terms,
        objective=objective,
        bound=bound,
        trace=plain[-1].trace if plain else found.trace,
    )


def promise_cost(problem: RosterProblem, rota: RosterResult, repaired: Repaired[RosterResult]) -> float:
    """What a repaired rota pays for the promise, in the scenario's currency; at least 0.

    That is its cost, at the prices given, less that of the rota for the same need that was passed over because it answers more
    contacts late. Both are counted anew from their shifts; 0 where none was passed over, or one that breaks a rule or costs no
    less. Another rota may keep the promise for less: only what this one pays is told.
    """
    other = None if repaired.passed_over is None else repaired.passed_over.plan.roster
    if rota.roster is None or other is None or rules.audit(problem, other):
        return 0.0
    own, others = (sum(costs.terms(problem, r).values()) for r in (rota.roster, other))
    return max(0.0, own - others)


@dataclass(frozen=True)
class _Told:
    """Tells the searches within the repair as parts of it."""

    monitor: Monitor
    began: float
    budget: float

    def report(self, progress: Progress) -> None:
        passed = time.monotonic() - self.began
        note = progress.note if progress.stage == "repair" else ""
        self.monitor.report(Progress("repair", passed, min(1.0, passed / self.budget), note=note))

    def should_stop(self) -> bool:
        return self.monitor.should_stop()
