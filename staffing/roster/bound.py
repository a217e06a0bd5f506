"""A proven lower bound on the cost of any rota that keeps the hard rules.

Lagrangian relaxation (Geoffrion 1974): cover is priced per interval and queue, every agent then takes the horizon that is
cheapest for itself (`tours.best_horizon` in its relaxed form, a lower bound), and each interval buys the cover that is
cheapest under the prices, in whole steps of what an agent can add. Any prices give a valid bound. Good ones come from
the fractional roster: block-coordinate Frank-Wolfe with pairwise steps (Lacoste-Julien and Jaggi 2015) over each agent's
tours, with the piecewise linear cost of cover smoothed less and less; a deflected subgradient ascent then polishes them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from staffing.grid import BoolArray, FloatArray, IntArray
from staffing.roster.block_counts import RELAXED
from staffing.roster.flow import uncovered_cost
from staffing.roster.kernels.arrays import INF, Tables
from staffing.roster.kernels.duals import (
    add_tour,
    buy,
    count_slope,
    cover_prices,
    ends,
    option_prices,
    pair_step,
    pair_steps,
    rewards,
    tour_worth,
)
from staffing.roster.kernels.months import best_month
from staffing.roster.primitives import Program
from staffing.roster.tables import Compiled, make_work, prepare

INNER = 2
"""Pairwise steps of each agent among the tours it has, after each round of new ones."""
COLUMNS = 48
"""Tours kept per agent."""
WIDTHS = (2.0, 1.0, 0.5)
"""Half-widths, in units, over which the cost of cover is smoothed, one stage after the other."""
AHEAD, NEAR = 0.02, 0.03
"""The first target of the subgradient steps, as a share of the way to the best choice known; the last, of the first."""
PROBE = 30
"""Subgradient steps from no prices at all that show whether more of them lead on."""
LEADS = 0.003
"""Share of the way to the best choice known that they must gain: at least 0.005 where they lead on, 0 where they do not."""
CHECK = 4
"""Rounds of Frank-Wolfe from one bound to the next."""
SAFETY = 1e-3
"""Cents by which a bound is lowered against rounding in sums of floats."""


def lower_bound(
    program: Program | Compiled,
    *,
    seconds: float,
    seed: int = 1,
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
        Wall time.
    seed
        Of the order in which agents are taken.
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
    return _Dual(compiled, seed, should_stop, on_better, time.monotonic(), seconds, upper).run()


class _StopError(Exception):
    """Time is over, or the bound cannot get better."""


class _Dual:
    """Prices, fractional roster and best bound of one run."""

    def __init__(
        self,
        compiled: Compiled,
        seed: int,
        should_stop: Callable[[], bool],
        on_better: Callable[[int], None],
        begin: float,
        seconds: float,
        upper: Callable[[], float],
    ) -> None:
        self.compiled, self.tb, self.net = compiled, compiled.tables, compiled.net
        self.rng = np.random.default_rng(seed)
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
        self.lam = np.zeros((T, Q))
        self.lowest = -self.net.slopes[:, 4].astype(float)
        self.best = -math.inf
        self.best_lam = self.lam.copy()
        self.best_multiplier = self.work.multiplier.copy()
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
            self.best_lam, self.best_multiplier = lam.copy(), self.work.multiplier.copy()
            if better:
                self.on_better(self.result())
            if self.result() >= self.upper():
                raise _StopError
        return value, bought - supply, slope

    def result(self) -> int:
        """Best bound in whole cents; costs are whole, so rounding up is valid."""
        return math.ceil(self.best - SAFETY)

    def _sum(self, c: int, tour: Any) -> int:
        on = (self.tb.count_group[c] >= 0) & (tour >= 0)
        d = np.nonzero(on)[0]
        return int(self.tb.measures[self.tb.count_measure[c], d, tour[d]].sum())

    # -- the fractional roster ------------------------------------------------------------------------------------

    def run(self) -> int:
        """Frank-Wolfe in stages, unless subgradient steps get on without it, then subgradient steps; stop at any time."""
        try:
            self.evaluate(self.lam)
            before = self.best
            self.polish(PROBE)
            known = self.upper()
            if not (known < math.inf and self.best - before > LEADS * (known - before)):
                self.frank_wolfe(0.6)
            self.polish()
        except _StopError:
            pass
        return self.result() if self.best > -math.inf else 0

    def frank_wolfe(self, until: float) -> None:
        A, K, R = self.A, COLUMNS, self.relaxed.shape[1]
        tb, net = self.tb, self.net
        weight = np.zeros((A, K))
        tours = np.full((A, K, self.D), -1, np.int32)
        queues = np.full((A, K, self.T), -1, np.int8)
        own, sums, mean = np.zeros((A, K)), np.zeros((A, K, R)), np.zeros((A, R))
        cover = np.zeros((self.T, self.Q))
        where = np.full((self.T, self.Q), -1, np.int32)
        size = 2 * self.D * int(tb.length.max(initial=1)) + 2
        at_t, at_q, by = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size)
        lam = np.zeros((self.T, self.Q))
        for g in range(net.serves.shape[0]):
            if net.serves[g].any():
                cover[:, int(np.argmax(net.serves[g]))] += net.base[:, g]
        for stage, width in enumerate(WIDTHS):
            cover_prices(cover, width, net.levels, net.slopes, lam)
            rounds = 0
            values: list[float] = []
            while self.share() < until * (stage + 1) / len(WIDTHS) and not _settled(values):
                for a in self.rng.permutation(A).tolist():
                    self.check()
                    if self.infeasible[a]:
                        continue
                    for r, c in enumerate(self.relaxed[a]):
                        if c >= 0:
                            self.work.multiplier[c] = count_slope(c, mean[a, r], tb)
                    x, tour, queue = self.price_agent(a, lam, {})
                    if not x < INF:
                        continue
                    k = int(np.argmin(weight[a]))
                    fresh = weight[a].max() == 0.0
                    carried = weight[a, k]
                    if carried > 0.0 and not fresh:  # no free column: the least used one gives way to the dearest
                        continue
                    tours[a, k], queues[a, k] = tour, queue
                    own[a, k] = x + tour_worth(tour, queue, tb, lam)
                    for r, c in enumerate(self.relaxed[a]):
                        if c >= 0:
                            n = self._sum(c, tour)
                            sums[a, k, r] = n
                            own[a, k] -= self.work.multiplier[c] * n
                    if fresh:
                        weight[a, k] = 1.0
                        mean[a] = sums[a, k] + [tb.count_base[c] if c >= 0 else 0 for c in self.relaxed[a]]
                        add_tour(tour, queue, 1.0, tb, cover)
                        cover_prices(cover, width, net.levels, net.slopes, lam)
                        continue
                    _, hi, _, most = ends(a, weight, tours, queues, own, sums, mean, self.relaxed, lam, tb)
                    if most > x + 1e-6:
                        pair_step(a, k, hi, weight, tours, queues, own, sums, mean, self.relaxed, cover, lam, width, tb,
                                   net.levels, net.slopes, where, at_t, at_q, by)  # fmt: skip
                for _ in range(INNER):
                    pair_steps(self.rng.permutation(A), weight, tours, queues, own, sums, mean, self.relaxed, cover, lam,
                           width, tb, net.levels, net.slopes, where, at_t, at_q, by)  # fmt: skip
                rounds += 1
                if rounds % CHECK == 0:
                    self._set_multipliers(mean)
                    values.append(self.evaluate(np.maximum(lam, self.lowest))[0])
            self._set_multipliers(mean)
            self.evaluate(np.maximum(lam, self.lowest))

    def _set_multipliers(self, mean: FloatArray) -> None:
        for a in range(self.A):
            for r, c in enumerate(self.relaxed[a]):
                if c >= 0:
                    self.work.multiplier[c] = count_slope(c, mean[a, r], self.tb)

    def polish(self, most: float = math.inf) -> None:
        """At most so many deflected subgradient steps from the best prices, towards a target a little above the bound."""
        known = self.upper()
        ahead = AHEAD * (known - self.best) if known < math.inf else 0.002 * abs(self.best)
        direction = np.zeros((self.T, self.Q))
        turn = np.zeros(len(self.work.multiplier))
        lam = self.best_lam.copy()
        self.work.multiplier[:] = self.best_multiplier
        stall = 0
        last = NEAR * ahead
        while ahead > last and most > 0:
            most -= 1
            before = self.best
            value, g, h = self.evaluate(lam)
            stall = 0 if self.best > before + 0.05 * ahead else stall + 1
            if stall > 10:
                ahead *= 0.6
                stall = 0
                lam = self.best_lam.copy()
                self.work.multiplier[:] = self.best_multiplier
                direction[:] = 0.0
                turn[:] = 0.0
                continue
            direction = 0.3 * g + 0.7 * direction if direction.any() else g.astype(float)
            turn = 0.3 * h + 0.7 * turn if turn.any() else h
            norm = float((direction**2).sum() + (turn**2).sum())
            if norm == 0.0:
                return
            size = (max(self.best - value, 0.0) + ahead) / norm
            lam = np.maximum(lam + size * direction, self.lowest)
            self.work.multiplier[:] += size * turn


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


def _settled(values: list[float]) -> bool:
    """Whether the last value gained no more than a tenth of what all of them have."""
    return len(values) > 2 and values[-1] - values[-2] <= 0.1 * (max(values) - values[0])


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
