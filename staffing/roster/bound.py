"""A proven lower bound on the cost of any rota that keeps the hard rules.

Lagrangian relaxation (Geoffrion 1974): cover is priced per interval and queue, every agent then takes the horizon that is
cheapest for itself (`tours.best_horizon` in its relaxed form, a lower bound), and each interval buys the cover that is
cheapest under the prices, in whole steps of what an agent can add. Any prices give a valid bound. Good ones are found by
ascent from no prices at all: steps of Adam (Kingma and Ba 2015), whose length falls with the work done. At the prices they
end with, runs and rests are kept over the edges of weeks too, which takes several times as long.
"""

from __future__ import annotations

import contextlib
import logging
import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from staffing.grid import BoolArray, FloatArray, IntArray
from staffing.roster.block_counts import RELAXED
from staffing.roster.cover import usual_price
from staffing.roster.flow import uncovered_cost
from staffing.roster.kernels.arrays import INF, Tables
from staffing.roster.kernels.duals import add_tour, buy, option_prices, rewards
from staffing.roster.kernels.months import best_month
from staffing.roster.primitives import Program
from staffing.roster.search import Search
from staffing.roster.tables import Compiled, make_work, prepare

log = logging.getLogger(__name__)

STEPS = 400
"""Steps of the ascent; five times as many gain a fiftieth more."""
LEAST, FALL = 1e-4, 3
"""Length of the last step, as a share of the first, and the power of what is left of the work with which it falls."""
MOMENTUM, SPREAD = 0.8, 0.99
"""How much of the mean subgradient, and of its mean square, is kept from step to step."""
CHEAP = 0.1
"""First step of a count's multiplier, as a share of what a unit of the count is worth."""
SAFETY = 1e-3
"""Cents by which a bound is lowered against rounding in sums of floats."""


def lower_bound(
    program: Program | Compiled,
    *,
    seconds: float,
    should_stop: Callable[[], bool] = lambda: False,
    on_better: Callable[[int], None] = lambda cents: None,
    upper: Callable[[], float] = lambda: math.inf,
) -> int:
    """Prove that no choice that keeps the hard rules costs less.

    Parameters
    ----------
    program
        The problem, or its tables where they are at hand.
    seconds
        Wall time at most; the steps get shorter with it where it does not suffice for all of them.
    should_stop
        Polled after each agent; True ends the work, the best bound so far is returned.
    on_better
        Told every better bound, in cents.
    upper
        Cents of the best choice known by now, infinite where none is; the work ends when the bound meets it.

    Returns
    -------
    int
        Cents, valid whenever the work ends. Where an agent has no legal horizon at all, the others' bound is returned.
    """
    compiled = program if isinstance(program, Compiled) else prepare(program)
    return _Dual(compiled, should_stop, on_better, time.monotonic(), seconds, upper).run()


def raise_bound(search: Search, compiled: Compiled, seconds: float) -> None:
    """Raise the bound of a search for so many seconds at most."""
    try:
        search.prove(
            lower_bound(
                compiled,
                seconds=seconds,
                should_stop=search.over,
                on_better=search.prove,
                upper=lambda: search.cost,
            )
        )
    except MemoryError:
        log.info("no better bound: the horizon's program needs too much memory")


class _StopError(Exception):
    """Time is over, or the bound cannot get better."""


class _Dual:
    """Prices and best bound of one run."""

    def __init__(
        self,
        compiled: Compiled,
        should_stop: Callable[[], bool],
        on_better: Callable[[int], None],
        begin: float,
        seconds: float,
        upper: Callable[[], float],
    ) -> None:
        self.compiled, self.tb, self.net = compiled, compiled.tables, compiled.net
        self.should_stop, self.on_better, self.upper = should_stop, on_better, upper
        self.begin, self.seconds = begin, seconds
        A, D, _ = compiled.program.shape
        T, Q = self.net.levels.shape[:2]
        self.work = make_work(compiled)
        self.constant = float(uncovered_cost(compiled.program))
        self.part, self.step, self.base = _lattice(compiled)
        rows = [
            [c for c in range(self.tb.count_ptr[a], self.tb.count_ptr[a + 1]) if self.tb.count_carry[c] == RELAXED]
            for a in range(A)
        ]
        self.relaxed = np.full((A, max(1, max(map(len, rows), default=1))), -1, np.int64)
        for a, row in enumerate(rows):
            self.relaxed[a, : len(row)] = row
        self.left = _Left(self.tb, self.relaxed)
        self.lowest = -self.net.slopes[:, 4].astype(float)
        self.best = -math.inf
        self.best_at = np.zeros((T, Q)), self.work.multiplier.copy()
        self.infeasible = np.zeros(A, np.bool_)
        self.T, self.Q, self.A, self.D = T, Q, A, D

    # -- time ------------------------------------------------------------------------------------------------

    def share(self) -> float:
        return (time.monotonic() - self.begin) / max(self.seconds, 1e-9)

    def check(self) -> None:
        if self.share() >= 1.0 or self.should_stop():
            raise _StopError

    # -- one evaluation ----------------------------------------------------------------------------------------

    def price_agent(self, a: int, lam: FloatArray, known: dict[int, Any], exactness: int = 0) -> tuple[float, Any, Any]:
        """Cheapest horizon of an agent under prices: cost, tour, queue by interval."""
        g = int(self.tb.group[a])
        if g not in known:
            reward, queue = np.zeros(self.T), np.zeros(self.T, np.int64)
            rewards(lam, self.net.serves, g, reward, queue)
            prices = np.zeros(self.tb.first.shape)
            option_prices(reward, self.tb, prices)
            known[g] = queue, prices
        queue, prices = known[g]
        self.work.price[:] = prices
        tour = np.full(self.D, -1, np.int32)
        return float(best_month(self.tb, a, exactness, tour, self.work)), tour, queue

    def evaluate(self, lam: FloatArray, exactness: int = 0) -> tuple[float, FloatArray, FloatArray]:
        """The bound at prices `lam` and the multipliers in place, and its subgradient in both."""
        bought = np.zeros((self.T, self.Q), np.int64)
        value = self.constant + float(
            buy(
                lam,
                self.net.levels,
                self.net.slopes,
                self.part,
                self.step,
                self.base,
                bought,
                np.zeros(self.Q, np.int64),
            )
        )
        supply = np.zeros((self.T, self.Q))
        known: dict[int, Any] = {}
        tours = np.full((self.A, self.D), -1, np.int32)
        for g in range(self.net.serves.shape[0]):
            reward, queue = np.zeros(self.T), np.zeros(self.T, np.int64)
            rewards(lam, self.net.serves, g, reward, queue)
            value -= float(reward @ self.net.base[:, g])
            on = queue >= 0
            supply[np.nonzero(on)[0], queue[on]] += self.net.base[on, g]
        for a in range(self.A):
            if a % 8 == 0:
                self.check()
            if self.infeasible[a]:
                continue
            x, tour, queue = self.price_agent(a, lam, known, exactness)
            if math.isnan(x):
                raise MemoryError("the bound's program needs more scratch memory")
            if x >= INF:
                self.infeasible[a] = True
                continue
            value += x
            tours[a] = tour
            add_tour(tour, queue, 1.0, self.tb, supply)
        least, slope = self.left.price(self.work.multiplier, tours, self.infeasible)
        value += least
        if value > self.best:
            better = math.ceil(value - SAFETY) > (math.ceil(self.best - SAFETY) if self.best > -math.inf else -math.inf)
            self.best = value
            self.best_at = lam.copy(), self.work.multiplier.copy()
            if better:
                self.on_better(self.result())
            if self.result() >= self.upper():
                raise _StopError
        return value, bought - supply, slope

    def result(self) -> int:
        """Best bound in whole cents; costs are whole, so rounding up is valid."""
        return math.ceil(self.best - SAFETY)

    def run(self) -> int:
        """Ascend until the steps, the time or the gap are used up."""
        with contextlib.suppress(_StopError):
            self.ascend()
            lam, self.work.multiplier[:] = self.best_at
            with contextlib.suppress(MemoryError):
                self.evaluate(lam, exactness=2)
        return self.result() if self.best > -math.inf else 0

    def ascend(self) -> None:
        """Steps of Adam from no prices; every coordinate's step is a share of what its unit is worth."""
        multiplier = self.work.multiplier
        price = usual_price(self.compiled.program.cover)
        value = np.concatenate([np.full(self.T * self.Q, price), CHEAP * self._worth(price)])
        lowest = np.concatenate([np.tile(self.lowest, self.T), np.full(len(multiplier), -np.inf)])
        at, mean, square = np.zeros(len(value)), np.zeros(len(value)), np.zeros(len(value))
        for k in range(1, STEPS + 1):
            multiplier[:] = at[self.T * self.Q :]
            _, g, h = self.evaluate(at[: self.T * self.Q].reshape(self.T, self.Q))
            slope = np.concatenate([g.ravel(), h])
            mean += (1 - MOMENTUM) * (slope - mean)
            square += (1 - SPREAD) * (slope**2 - square)
            left = max(0.0, 1.0 - max(k / STEPS, self.share()))
            size = (left**FALL + LEAST) * mean / (1 - MOMENTUM**k) / (np.sqrt(square / (1 - SPREAD**k)) + 1e-3)
            at = np.maximum(at + value * size, lowest)

    def _worth(self, price: float) -> FloatArray:
        """Cents that a unit of each count is worth, by the cover that comes with it at `price` a unit of cover; (N,)."""
        tb = self.tb
        usable = tb.allowed.any(axis=0)
        ends = np.concatenate([[0], np.cumsum(tb.units)])
        cover = (ends[tb.offset + np.maximum(tb.length, 0)] - ends[tb.offset])[usable].mean() if usable.any() else 0.0
        weights = (m[usable & (m > 0)] for m in tb.measures)
        each = np.array([price * cover / w.mean() if len(w) else 0.0 for w in weights])
        out = np.zeros(len(self.work.multiplier))  # at least one, also where there is no count
        out[: len(tb.count_measure)] = each[tb.count_measure]
        return out


class _Left:
    """The counts that are left to multipliers: each takes the value that is cheapest for itself."""

    def __init__(self, tb: Tables, relaxed: IntArray) -> None:
        self.agent, at = np.nonzero(relaxed >= 0)
        self.count = relaxed[self.agent, at]
        self.base = tb.count_base[self.count]
        self.inside = tb.count_group[self.count] >= 0
        self.measure = tb.count_measure[self.count, None]
        self.measures = tb.measures
        usable = np.where(tb.allowed.any(axis=0), tb.measures, 0)
        least = np.where(self.inside, usable.min(axis=2, initial=0)[self.measure[:, 0]], 0).sum(axis=1)
        most = np.where(self.inside, usable.max(axis=2, initial=0)[self.measure[:, 0]], 0).sum(axis=1)
        lo = np.maximum(tb.count_lo[self.count], self.base + least)[:, None]
        hi = np.minimum(tb.count_hi[self.count], self.base + most)[:, None]
        below, above = tb.count_below[self.count], tb.count_above[self.count]
        points = np.concatenate([lo, hi, below[:, :, 0], above[:, :, 0]], axis=1)
        self.value = np.sort(np.minimum(np.maximum(points, lo), hi), axis=1)
        """Where the cost of each count bends, and its bounds, shape (N, K)."""
        v = self.value[:, :, None]
        under = (below[:, None, :, 1] * np.maximum(below[:, None, :, 0] - v, 0)).sum(axis=2)
        over = (above[:, None, :, 1] * np.maximum(v - above[:, None, :, 0], 0)).sum(axis=2)
        self.cost = under + over

    def price(self, multiplier: FloatArray, tours: Any, without: BoolArray) -> tuple[float, FloatArray]:
        """Sum of the least of cost less multiplier times value, and what each count's tour has above that value.

        Parameters
        ----------
        multiplier
            Of every count, shape (N,).
        tours
            Options of all agents, shape (A, D).
        without
            Agents whose counts are left out, shape (A,).
        """
        slope = np.zeros(len(multiplier))
        on = ~without[self.agent]
        price = self.cost - multiplier[self.count, None] * (self.value - self.base[:, None])
        best = price.argmin(axis=1)[:, None]
        row = tours[self.agent]
        weight = self.measures[self.measure, np.arange(row.shape[1]), row]
        now = self.base + np.where(self.inside & (row >= 0), weight, 0).sum(axis=1)
        slope[self.count[on]] = (now - np.take_along_axis(self.value, best, axis=1)[:, 0])[on]
        return float(np.take_along_axis(price, best, axis=1)[on].sum()), slope


def _lattice(compiled: Compiled) -> tuple[Any, Any, Any]:
    """Queues that share agents, and the steps in which their total cover can grow in each interval.

    Returns the part of each queue (Q,), -1 where nobody serves it; the step of each part (T, P), 0 where nobody can
    work; and its base (T, P).
    """
    program, net = compiled.program, compiled.net
    G, Q = net.serves.shape
    T = net.levels.shape[0]
    part = np.full(Q, -1, np.int64)
    groups: list[list[int]] = []
    for q in range(Q):
        if part[q] >= 0 or not net.serves[:, q].any():
            continue
        members: set[int] = set()
        frontier = {q}
        while frontier:
            p = frontier.pop()
            part[p] = len(groups)
            new = {g for g in range(G) if net.serves[g, p]} - members
            members |= new
            frontier |= {r for g in new for r in range(Q) if net.serves[g, r] and part[r] < 0}
        groups.append(sorted(members))
    P = max(1, len(groups))
    step = np.zeros((T, P), np.int64)
    base = np.zeros((T, P), np.int64)
    for p, members_of in enumerate(groups):
        agents = np.isin(program.cover.group, members_of)
        base[:, p] = net.base[:, members_of].sum(axis=1)
        usable = program.allowed[agents].any(axis=0) if agents.any() else np.zeros(program.shape[1:], np.bool_)
        for d, s in zip(*np.nonzero(usable), strict=True):
            o, n, t = program.offset[d, s], max(0, program.length[d, s]), program.first[d, s]
            step[t : t + n, p] = np.gcd(step[t : t + n, p], program.units[o : o + n])
    return part, step, base
