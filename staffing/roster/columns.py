"""Column generation: the linear program over whole horizons, priced exactly, and the bounds it proves.

The program (`master`) knows only some horizons; its prices of cover go to every agent's exact
program (`pricing`), which answers with a cheaper horizon or proves that there is none. Any prices give a valid Lagrangian
bound, so one is at hand long before the program is solved (Lübbecke and Desrosiers 2005); prices are smoothed towards
the best so far (Wentges 1997).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from staffing.grid import FloatArray
from staffing.roster.evaluate import broken
from staffing.roster.flow import Flow
from staffing.roster.labels import Horizon
from staffing.roster.master import Column, Master, Pool, Prices, cheapest_cover, worth
from staffing.roster.pricing import Pricer, earned
from staffing.roster.primitives import Choice
from staffing.roster.search import Search
from staffing.roster.tables import Compiled, prepare

SMOOTHING = 0.6
"""Weight of the best prices so far against the linear program's newest."""
EXTRA = 3
"""Further tours, beside the cheapest, that each pricing adds."""
SWEEP = 200_000_000
"""Costs that pricing everybody computes when counts left out are priced anew."""
TIE = 1e-6
"""Cents below which a difference is rounding."""


@dataclass
class Root:
    """What all threads know of the linear program over everybody.

    Attributes
    ----------
    bound
        The best Lagrangian bound.
    cover
        The prices that gave it, shape (T, Q).
    agent
        Each agent's cheapest cost at these prices, shape (A,).
    solved
        Whether the linear program was solved to its end.
    """

    bound: float
    cover: FloatArray
    agent: FloatArray
    solved: bool = True


class Generation:
    """Column generation for one thread.

    Parameters
    ----------
    search
        Program, incumbent and bound.
    horizons
        Every agent's exact program.
    pool
        Columns, shared by threads.
    seed
        Of every random number.
    """

    def __init__(self, search: Search, horizons: Sequence[Horizon], pool: Pool, seed: int) -> None:
        self.search, self.program, self.pool = search, search.program, pool
        self.rng = np.random.default_rng(seed)
        self.pricer = Pricer(self.program, horizons, self.rng)
        p = self.program
        _, D, S = p.shape
        self.D, self.S = D, S
        self.lowest = -p.cover.over[:, 1].astype(np.float64)
        self._at = [[self._touch(d, s) for s in range(S)] for d in range(D)]

    def _touch(self, d: int, s: int) -> slice:
        return slice(int(self.program.first[d, s]), int(self.program.first[d, s] + self.program.length[d, s]))

    def compiled(self) -> Compiled:
        """The tables that keep cover, made once for all threads."""
        with self.pool.lock:
            if self.pool.compiled is None:
                self.pool.compiled = prepare(self.program)
        return self.pool.compiled

    def costs(self, agents: Sequence[int]) -> int:
        """How many costs of nodes and labels one pricing of some agents computes."""
        return sum(self.pricer.horizons[a].cells for a in agents)

    def rewards(self, cover: FloatArray) -> FloatArray:
        """What each option earns at prices of cover, by group, shape (G, D, S)."""
        p = self.program
        unit = worth(p, cover)
        reach = int(p.length.max(initial=0))
        out = np.zeros((unit.shape[1], self.D, self.S))
        for j in range(reach):
            on = p.length > j
            t, u = (p.first + j)[on], p.units[(p.offset + j)[on]].astype(np.float64)
            out[:, on] += unit[t].T * u
        return out

    def generate(
        self,
        master: Master,
        free: Sequence[int],
        *,
        goal: float = -math.inf,
        most: float = math.inf,
        rounds: int = 1_000,
        noise: float = 2.0,
        on_bound: Callable[[float, FloatArray, FloatArray], bool] = lambda bound, cover, agents: False,
    ) -> tuple[Prices, float]:
        """Price columns of the free agents until the linear program is solved.

        Parameters
        ----------
        master
            Holds columns for every free agent, and what their days are held to.
        free
            Agents to price.
        goal, most
            Stop once the program's value is as low as the first, or the bound above the second.
        rounds
            Pricing rounds at most.
        noise
            Of the further tours, in cents.
        on_bound
            Told every better bound with its prices and the agents' costs; whether to stop.

        Returns
        -------
        tuple
            The last prices, and the best Lagrangian bound.
        """
        p, pricer = self.program, self.pricer
        group = p.cover.group
        tries = min(6, 1 + SWEEP // self.costs(free))
        best, centre, weight = -math.inf, None, 0.0
        now = master.solve(self.search.left())
        for _ in range(rounds):
            if now.value <= goal or self.search.over():
                break
            cover = now.cover if centre is None else weight * centre + (1 - weight) * now.cover
            cover = np.maximum(cover, self.lowest)
            earn, target = self.rewards(cover), self.rewards(now.cover)
            bound = master.outside + cheapest_cover(p, cover) - float((master.base * worth(p, cover)).sum())
            agents = np.zeros(p.shape[0])
            new: list[Column] = []
            for a in free:
                held, constant = master.held(a)
                x, found = pricer.tours(a, held - earn[group[a]], noise, EXTRA, tries)
                x -= constant
                bound += x
                agents[a] = x
                for column in found:
                    if column.cost - earned(target[group[a]], column.row) < now.agent[a] - TIE:
                        new.append(self.pool.add(a, column.row, column.cost))
                if self.search.over():
                    return now, best
            if bound > best:
                best, centre = bound, cover
                if on_bound(bound, cover, agents):
                    break
            if now.value - best < 1e-4 or best > min(most, self.search.cost - 1) + TIE:
                break
            if master.add(new):
                weight = SMOOTHING
                now = master.solve(self.search.left())
            elif weight > 0:
                weight = max(0.0, weight - 0.3)
            else:
                break
        return now, best

    def fill(self, master: Master, agent: int, cover: FloatArray) -> bool:
        """Give the master columns of an agent that keep to what it is held to, at prices of cover; whether there are any."""
        held, constant = master.held(agent)
        price = held - self.rewards(np.maximum(cover, self.lowest))[self.program.cover.group[agent]]
        _, found = self.pricer.tours(agent, price, extra=EXTRA, noise=1.0, enough=1)
        days = np.arange(self.D)
        found = [c for c in found if master.may[agent][days, c.row].all()]
        master.add(self.pool.add(c.agent, c.row, c.cost) for c in found)
        return bool(found)

    def root(self, first: Choice, seconds: float) -> Root | None:
        """Solve the linear program over everybody, telling every bound; None where time ran out before any."""
        everybody = range(len(first))
        master = Master(self.program, first, everybody)
        for a in everybody:
            master.add(self.pool.of[a])
        nothing = np.zeros(self.program.shape[1:])  # a bound at once, for prices swing at first
        least = [self.pricer.tours(a, nothing, tries=1)[0] for a in everybody if not self.search.over()]
        if len(least) == len(first):
            self.search.prove(sum(least) - TIE * len(first))
        root: Root | None = None
        until = self.search.elapsed() + seconds

        def told(bound: float, cover: FloatArray, agents: FloatArray) -> bool:
            nonlocal root
            root = Root(bound, cover, agents, solved=False)
            self.search.prove(bound - TIE * len(first))
            return self.search.elapsed() > until

        try:
            self.generate(master, everybody, on_bound=told)
        except TimeoutError:
            return root
        if root is not None:
            root.solved = self.search.elapsed() <= until and self.search.left() > 0
        return root

    def construct(self, start: Choice | None = None) -> tuple[Choice | None, list[int]]:
        """One agent after another, each the cheapest horizon given those before; and agents whose rules conflict.

        The choice is None where an agent has no horizon, or the search for one that keeps counts left out has failed.
        """
        p = self.program
        A = p.shape[0]
        choice = np.full((A, self.D), -1, np.int32)
        todo = list(range(A))
        if start is not None:
            bad = {a for _, a in broken(p, start)}
            todo = sorted(bad)
            kept = [a for a in range(A) if a not in bad]
            choice[kept] = start[kept]
        flow = Flow(self.compiled(), choice)
        stuck: list[int] = []
        failed = False
        for a in self.rng.permutation(todo).tolist():
            if self.search.stopped:
                return None, []
            price = np.stack([flow.prices(a, d) for d in range(self.D)])
            bound, found = self.pricer.tours(a, price, extra=EXTRA, noise=1.0, tries=60, enough=1)
            if not found and not math.isinf(bound):  # no multipliers gave a tour that keeps the counts left out
                found = self.pricer.cut_down(a, price)
            if math.isinf(bound):
                stuck.append(a)
            elif not found:
                failed = True
            else:
                best = min(found, key=lambda c: c.cost + earned(price, c.row))
                self.take(flow, choice, self.pool.add(a, best.row, best.cost))
        return (None if stuck or failed else choice), stuck

    def take(self, flow: Flow, choice: Choice, column: Column) -> None:
        """Give an agent that is off a column."""
        choice[column.agent] = column.row
        for d in np.nonzero(column.row >= 0)[0].tolist():
            flow.add(column.agent, d, int(column.row[d]))
