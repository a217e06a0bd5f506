"""Pricing: every agent's cheapest horizon at given prices, and what it proves.

Counts that the labels leave out are priced: their multipliers follow how far they are above their bounds, so that the cost of
the cheapest tour stays a lower (Lagrangian) bound.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from staffing.grid import FloatArray
from staffing.roster.block_counts import HUGE
from staffing.roster.labels import Horizon
from staffing.roster.labels.kernels import IMPOSSIBLE, climb, climb_beside, reduce_prices, trace, walk
from staffing.roster.master import FORBIDDEN, Column, Row
from staffing.roster.primitives import Count, Program

REACH, MANY = 60, 2_000_000
"""Labels on either side of an agent's tour that annealing looks at where solving the whole program takes more costs."""
STARTS = 5
"""Times that a tour is cut down until it keeps the counts left out."""
GENTLE = 8.0
"""Cents by which a multiplier rises at first, at most, unless a tour is wanted at once."""
EASING = 0.2
"""What the multiplier of a count that does not bind loses each time that an agent is priced."""


class Pricer:
    """Every agent's exact program with its scratch memory; each is for one thread.

    Counts that the labels leave out are priced: `multipliers` follow their violation, and the bound stays valid.
    """

    def __init__(self, program: Program, horizons: Sequence[Horizon], rng: np.random.Generator) -> None:
        self.program, self.horizons, self.rng = program, horizons, rng
        A, D, S = program.shape
        wide = max(h.layers.move.shape[1] for h in horizons)
        self.cheapest = np.zeros((D, wide))
        self.which = np.zeros((D, wide), np.int64)
        self.cost = np.zeros(max(h.cells for h in horizons))
        self.row = np.zeros(D, np.int32)
        self.path, self.reach = np.zeros(D + 1, np.int64), 0
        self.own = program.cost.astype(np.float64)
        self.off = program.off_cost.astype(np.float64)
        self.days = np.arange(D)
        self.multipliers = [np.zeros(len(h.left_out)) for h in horizons]
        self.begun = np.zeros(len(horizons), np.bool_)
        self.last: dict[str, float] = {}
        self.left_out = [[(c, _weights(program, c)) for c in h.left_out] for h in horizons]
        self.unit = [np.array([1.0 if c.any else max(1.0, w.max()) for c, w in x]) for x in self.left_out]

    def climb(self, agent: int, price: FloatArray, beside: Row | None = None, most: int = MANY) -> float:
        """Solve an agent's program at prices beside its own cost, (D, S); what multipliers add to a tour's cost.

        With a tour to stay beside, programs of more than `most` costs only look at sums close to those of this tour.
        """
        h = self.horizons[agent]
        total, constant = self.own[agent] + price, 0.0
        for m, (count, weights) in zip(self.multipliers[agent], self.left_out[agent], strict=True):
            total += m * weights
            constant -= m * (count.hi - count.base)
        reduce_prices(h.layers, total, self.off[agent], self.cheapest, self.which)
        if beside is None or h.cells <= most:
            self.reach = int(h.layers.labels.max())
            climb(h.layers, h.then, h.tolls, h.tolled, self.cheapest, self.cost)
        else:
            self.reach = REACH
            trace(h.layers, h.then, beside, self.path)
            climb_beside(h.layers, h.then, h.tolls, h.tolled, self.cheapest, self.path, self.reach, self.cost)
        return constant

    def tour(self, agent: int, noise: float = 0.0) -> tuple[float, Row]:
        """The cheapest tour after `climb`, or with noise a random one; infinite where there is none."""
        h = self.horizons[agent]
        seed = int(self.rng.integers(2**31)) if noise else 0
        x = walk(
            h.layers,
            h.then,
            h.tolls,
            h.tolled,
            self.cheapest,
            self.which,
            self.cost,
            h.start,
            noise,
            seed,
            self.path,
            self.reach,
            self.row,
        )
        return (math.inf if x >= IMPOSSIBLE else float(x)), self.row.copy()

    def tours(
        self,
        agent: int,
        price: FloatArray,
        noise: float = 0.0,
        extra: int = 0,
        tries: int = 6,
        enough: int = HUGE,
        beside: Row | None = None,
    ) -> tuple[float, list[Column]]:
        """A lower bound on the agent's cost at the prices, and tours that keep its rules.

        The bound is the cost of the cheapest tour where the labels hold every count; else it is a Lagrangian one, the
        multipliers move up to `tries` times (until there are `enough` tours), and there may be no tour. It is infinite where
        the rules conflict. With a tour to stay `beside`, as in `climb`, there is no bound.
        """
        left_out = self.left_out[agent]
        if not self.begun[agent]:
            self.multipliers[agent][:] = [self.last.get(c.rule, 0.0) for c, _ in left_out]
            self.begun[agent] = True
        bound = -math.inf
        found: list[Column] = []
        for turn in range(tries if left_out else 1):
            constant = self.climb(agent, price, beside)
            over = np.zeros(len(left_out))
            for k in range(1 + extra):
                x, row = self.tour(agent, noise if k else 0.0)
                if math.isinf(x):
                    return x, []
                excess = np.array([_value(c, w, row) - c.hi for c, w in left_out])
                if k == 0:
                    bound, over = max(bound, x + constant), excess
                if (excess <= 0).all():
                    x -= earned(price, row)
                    for m, (_, w) in zip(self.multipliers[agent], left_out, strict=True):
                        x -= m * earned(w, row)
                    found.append(Column(agent, row, round(x)))
            if not left_out:
                break
            self._adjust(agent, over, turn, math.inf if enough < HUGE else GENTLE)
            for (c, _), m in zip(left_out, self.multipliers[agent], strict=True):
                self.last[c.rule] = float(m)
            if not (over > 0).any() or len(found) >= enough:
                break
        return bound, found

    def cut_down(self, agent: int, price: FloatArray) -> list[Column]:
        """A tour that keeps the counts left out: while one is too high, days of it are made dear; empty where none is found."""
        left_out = self.left_out[agent]
        self.multipliers[agent][:] = 0.0
        for _ in range(STARTS):
            dear, cut = price.copy(), np.zeros((len(left_out), self.program.shape[1]), np.bool_)
            while True:
                self.climb(agent, dear)
                x, row = self.tour(agent)
                if math.isinf(x):
                    break
                excess = [_value(c, w, row) - c.hi for c, w in left_out]
                if max(excess) <= 0:
                    return [Column(agent, row, round(x - earned(dear, row)))]
                k = int(np.argmax(excess))
                count, weights = left_out[k]
                parts = [list(g) for g in count.groups] if count.any else [[d] for g in count.groups for d in g]
                heavy = [g for g in parts if any(row[d] >= 0 and weights[d, row[d]] > 0 and not cut[k, d] for d in g)]
                if not heavy:
                    break
                for i in self.rng.permutation(len(heavy))[: (excess[k] + 1) // 2].tolist():
                    dear[heavy[i]] += np.where(weights[heavy[i]] > 0, FORBIDDEN, 0.0)
                    cut[k, heavy[i]] = True
        return []

    def _adjust(self, agent: int, over: FloatArray, turn: int, most: float) -> None:
        """Raise the multipliers of counts that are above their bounds, ever faster; lower those of others."""
        now, unit = self.multipliers[agent], self.unit[agent]
        up = np.minimum(2.0 * over / unit, most) * (1 + turn / 3) / unit
        down = EASING * now if turn == 0 else np.minimum(now, 1.0 / np.square(unit))
        self.multipliers[agent] = np.where(over > 0, now + up, np.where(over < 0, now - down, now))


def _weights(program: Program, count: Count) -> FloatArray:
    """Share of each option in a count, shape (D, S): summed over a tour at most the count's value."""
    out = np.zeros(program.shape[1:])
    for group in count.groups:
        weight = program.measures[count.measure, list(group)]
        out[list(group)] = (weight > 0) / len(group) if count.any else weight
    return out


def _value(count: Count, weights: FloatArray, row: Row) -> int:
    """The count's value; `weights` from `_weights`."""
    if not count.any:
        return count.base + round(earned(weights, row))
    return count.base + sum(any(row[d] >= 0 and weights[d, row[d]] > 0 for d in g) for g in count.groups)


def earned(price: FloatArray, row: Row) -> float:
    """Sum of prices of options, shape (D, S), over the days of a row."""
    on = np.nonzero(row >= 0)[0]
    return float(price[on, row[on]].sum())
