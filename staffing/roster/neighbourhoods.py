"""CP-SAT's share of the search: each agent's first month, small neighbourhoods near the end, small problems whole."""

from __future__ import annotations

import math
import time

import numpy as np

from staffing.grid import BoolArray, IntArray
from staffing.roster.cover import added, at, split
from staffing.roster.cpsat import Answer, build, solve
from staffing.roster.evaluate import broken, supply
from staffing.roster.primitives import Choice, Program
from staffing.roster.search import Search

BOUNDING = ("max_lp", "reduced_costs")
"""Sub-solvers that keep the bound with few workers."""

LOOKING = 1.0
"""Seconds in which further agents with conflicts are looked for once there is one."""


def projected(program: Program, choice: Choice, free: BoolArray, group: int, most: int) -> IntArray:
    """Cents of each further unit of a group in each interval, the free days being off, shape (T, most)."""
    still = np.where(free, -1, choice)
    days = np.nonzero(free.any(axis=0))[0]
    first = int(program.first[days].min())
    last = int((program.first[days] + program.length[days]).max())
    here = np.arange(first, last)
    cover = at(program.cover, here)
    out = np.zeros((len(program.cover.need), most), dtype=np.int64)
    out[here] = added(cover, split(cover, supply(program, still)[here]), group, most)
    return out


def construct(search: Search, start: Choice | None, seed: int) -> tuple[Choice | None, list[int]]:
    """A first choice: one agent after another, each the best month given those before.

    Whether an agent has legal days at all is asked first, for those whose days in `start` are not legal: they may have been
    looked for in vain.

    Returns
    -------
    tuple
        The choice (None where the search was stopped before everybody had one) and the agents whose rules conflict; where they
        are many, those found within `LOOKING` seconds of the first.
    """
    program = search.program
    A, D, _ = program.shape
    choice = np.full((A, D), -1, dtype=np.int32)
    todo = list(range(A))
    if start is not None:
        bad = {a for _, a in broken(program, start)}
        for a in todo:
            if a not in bad:
                choice[a] = start[a]
        todo = sorted(bad)
    stuck: list[int] = []
    order = np.random.default_rng(seed).permutation(todo)
    if start is not None:
        stuck = _without_days(search, choice, order, seed)
        if stuck:
            return None, stuck
    for a in order:
        if search.stopped:
            return None, []
        free = np.zeros((A, D), np.bool_)
        free[a] = True
        slopes = projected(program, choice, free, int(program.cover.group[a]), int(program.units.max(initial=1)))
        hint = choice
        if start is not None:
            hint = choice.copy()
            hint[a] = start[a]
        share = max(0.2, 0.5 * search.left() / len(todo))
        model = build(program, hint, free, slopes=slopes)
        answer = solve(model, min(share, 3.0), seed=seed, should_stop=lambda: search.stopped)
        if answer.choice is None and answer.status != "INFEASIBLE" and not search.stopped:
            answer = legal_days(search, hint, int(a), seed)
        if answer.choice is not None:
            choice[a] = answer.choice[a]
        elif answer.status == "INFEASIBLE":
            stuck.append(int(a))
        else:
            return None, []
    return (None, stuck) if stuck else (choice, [])


def _without_days(search: Search, choice: Choice, agents: IntArray, seed: int) -> list[int]:
    """Those of some agents who have no legal days; once there is one, others are looked for only for a while."""
    stuck: list[int] = []
    until = math.inf
    for a in agents:
        if search.stopped or time.perf_counter() > until:
            break
        if legal_days(search, choice, int(a), seed).status == "INFEASIBLE":
            until = min(until, time.perf_counter() + LOOKING)
            stuck.append(int(a))
    return stuck


def legal_days(search: Search, choice: Choice, agent: int, seed: int) -> Answer:
    """Any days of an agent that keep the rules, near those of the choice: no cover, no prices."""
    free = np.zeros(choice.shape, np.bool_)
    free[agent] = True
    model = build(search.program, choice, free, cover=False)
    model.model.proto.clear_objective()
    return solve(model, 600.0, seed=seed, should_stop=lambda: search.stopped)


class Size:
    """How many agent-days are free: more while models are solved to the end at once, fewer while they are not."""

    def __init__(self) -> None:
        self.cells = 6.0

    def learn(self, solved: bool, seconds: float) -> None:
        """Take the outcome of one neighbourhood."""
        if not solved:
            self.cells = max(4.0, self.cells * 0.9)
        elif seconds < 0.15:
            self.cells = min(200.0, self.cells * 1.05)


def improve(search: Search, rng: np.random.Generator, limit: float = 1.0) -> None:
    """Free some days of some agents of one skill group, solve exactly, keep what pays; until the search is over."""
    program = search.program
    A, D, _ = program.shape
    group = program.cover.group
    size = Size()
    while not search.over():
        choice = search.choice
        if choice is None:
            return
        a = int(rng.integers(A))
        mates = np.nonzero(group == group[a])[0]
        days = int(rng.integers(1, max(2, min(D, 7) + 1)))
        k = int(min(len(mates), max(1, round(size.cells / days))))
        days = int(min(D, max(days, round(size.cells / k))))
        agents = np.unique([a, *rng.choice(mates, k, replace=False)[: max(k - 1, 0)]])
        first = int(rng.integers(0, D - days + 1))
        free = np.zeros((A, D), np.bool_)
        free[np.ix_(agents, np.arange(first, first + days))] = True
        most = int(program.units.max(initial=1)) * len(agents)
        slopes = projected(program, choice, free, int(group[a]), most)
        model = build(program, choice, free, slopes=slopes)
        began = search.elapsed()
        answer = solve(
            model,
            min(limit, max(search.left(), 0.01)),
            seed=int(rng.integers(2**31)),
            should_stop=search.over,
        )
        size.learn(answer.status == "OPTIMAL", search.elapsed() - began)
        if answer.choice is not None:
            search.merge(agents.tolist(), answer.choice[agents], choice)


def whole(search: Search, workers: int, seed: int) -> None:
    """Give CP-SAT the whole problem with the incumbent as a hint; solutions and bound are shared as they come."""
    model = build(search.program, search.choice)
    answer = solve(
        model,
        max(search.left(), 0.01),
        workers=max(workers, 2),
        seed=seed,
        subsolvers=BOUNDING,
        should_stop=search.over,
        take=lambda choice: None if search.over() else (search.offer(choice), None)[1],
        bound=search.prove,
    )
    if answer.choice is not None:
        search.offer(answer.choice)
    if answer.status in ("OPTIMAL", "FEASIBLE"):
        search.prove(answer.bound)
