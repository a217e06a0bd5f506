"""Column generation: roster and bound from whole horizons, priced exactly.

The linear program over horizons (`master`) knows only some of them; its prices of cover go to every agent's exact
program (`labels`), which answers with a cheaper horizon or proves that there is none. Any prices give a valid Lagrangian
bound, so one is at hand long before the program is solved (Lübbecke and Desrosiers 2005); prices are smoothed towards
the best so far (Wentges 1997). Rosters come from *dives*: the largest parts of the fractional roster are taken whole, a
few at a time, with new columns in between; first for everybody, then around the incumbent for some agents at a time.
Where bound and incumbent are close, all horizons whose reduced cost could matter are listed, and the best choice of them
is the optimum or raises the bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from staffing.grid import FloatArray
from staffing.roster.block_counts import HUGE
from staffing.roster.evaluate import broken
from staffing.roster.flow import Flow
from staffing.roster.label_kernels import IMPOSSIBLE, climb, climb_beside, list_near, reduce_prices, trace, walk
from staffing.roster.labels import Horizon
from staffing.roster.master import Column, Master, Pool, Prices, Row, agent_costs, cheapest_cover, own_cost, worth
from staffing.roster.primitives import Choice, Count, Program
from staffing.roster.search import Search
from staffing.roster.tables import Compiled, prepare

SMOOTHING = 0.6
"""Weight of the best prices so far against the linear program's newest."""
EXTRA = 3
"""Further tours, beside the cheapest, that each pricing adds."""
REACH, MANY = 60, 240
"""Labels on either side of an agent's tour that annealing looks at where some day has more than so many."""
EASING = 0.2
"""What the multiplier of a count that does not bind loses each time that an agent is priced."""
SWEEP = 200_000_000
"""Costs that pricing everybody computes when counts left out are priced anew."""
NEAREST = 80
"""Columns of each free agent that a dive begins with."""
CHUNK = 0.1
"""Share of the agents still free that a step of a dive takes whole."""
INNER = 8
"""Pricing rounds between two steps of a dive."""
FEW, LISTED = 8_000, 40_000
"""Horizons that the last step lists for several cents at once, and at most."""
AHEAD = 5
"""Cents above the bound that it looks ahead."""
HOT, COLD = 0.3, 0.01
"""Noise of the annealing at its beginning and end, as multiples of the price of a missing unit."""
JUDGING = 10.0
"""Annealing lets this many times as long pass as judging a roster takes before it offers the next one."""
TIE = 1e-6
"""Cents below which a difference is rounding."""


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

        With a tour to stay beside, programs of more than `most` labels only look at sums close to those of this tour.
        """
        h = self.horizons[agent]
        total, constant = self.own[agent] + price, 0.0
        for m, (count, weights) in zip(self.multipliers[agent], self.left_out[agent], strict=True):
            total += m * weights
            constant -= m * (count.hi - count.base)
        reduce_prices(h.layers, total, self.off[agent], self.cheapest, self.which)
        if beside is None or h.layers.labels.max() <= most:
            self.reach = int(h.layers.labels.max())
            climb(h.layers, h.then, h.tolls, h.tolled, self.cheapest, 0, self.cost)
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
                    x -= _earned(price, row)
                    for m, (_, w) in zip(self.multipliers[agent], left_out, strict=True):
                        x -= m * _earned(w, row)
                    found.append(Column(agent, row, round(x)))
            if not left_out:
                break
            self._adjust(agent, over, turn)
            for (c, _), m in zip(left_out, self.multipliers[agent], strict=True):
                self.last[c.rule] = float(m)
            if not (over > 0).any() or len(found) >= enough:
                break
        return bound, found

    def _adjust(self, agent: int, over: FloatArray, turn: int) -> None:
        """Raise the multipliers of counts that are above their bounds, ever faster; lower those of others."""
        now, unit = self.multipliers[agent], self.unit[agent]
        up = np.minimum(2.0 * over / unit, 8.0) * (1 + turn / 3) / unit
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
        return count.base + round(_earned(weights, row))
    return count.base + sum(any(row[d] >= 0 and weights[d, row[d]] > 0 for d in g) for g in count.groups)


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
        self.size = float(min(6, p.shape[0]))
        self._at = [[self._touch(d, s) for s in range(S)] for d in range(D)]

    def _touch(self, d: int, s: int) -> slice:
        return slice(int(self.program.first[d, s]), int(self.program.first[d, s] + self.program.length[d, s]))

    def compiled(self) -> Compiled:
        """The tables that keep cover, made once for all threads."""
        with self.pool.lock:
            if self.pool.compiled is None:
                self.pool.compiled = prepare(self.program)
        return self.pool.compiled

    # -- prices ------------------------------------------------------------------------------------------------------

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
        fixed: Sequence[Column],
        *,
        goal: float = -math.inf,
        rounds: int = 1_000,
        noise: float = 2.0,
        on_bound: Callable[[float, FloatArray, FloatArray], bool] = lambda bound, cover, agents: False,
    ) -> tuple[Prices, float]:
        """Price columns of the free agents until the linear program is solved.

        Parameters
        ----------
        master
            Holds columns for every free agent.
        free, fixed
            Agents to price, and the columns that others were fixed to within the master.
        goal
            Stop once the program's value is this low.
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
        tries = min(6, 1 + SWEEP // sum(pricer.horizons[a].cells for a in free))
        best, centre, weight = -math.inf, None, 0.0
        now = master.solve(self.search.left())
        if len(free) == p.shape[0]:  # far from the optimum prices swing; without any there is a bound already
            centre, weight = np.zeros_like(now.cover), SMOOTHING
        for _ in range(rounds):
            if now.value <= goal or self.search.over():
                break
            cover = now.cover if centre is None else weight * centre + (1 - weight) * now.cover
            cover = np.maximum(cover, self.lowest)
            earn, target = self.rewards(cover), self.rewards(now.cover)
            bound = master.outside + cheapest_cover(p, cover) - float((master.base * worth(p, cover)).sum())
            for column in fixed:
                bound += column.cost - _earned(earn[group[column.agent]], column.row)
            agents = np.zeros(p.shape[0])
            new: list[Column] = []
            for a in free:
                x, found = pricer.tours(a, -earn[group[a]], noise, EXTRA, tries)
                bound += x
                agents[a] = x
                for column in found:
                    if column.cost - _earned(target[group[a]], column.row) < now.agent[a] - TIE:
                        new.append(self.pool.add(a, column.row, column.cost))
                if self.search.over():
                    return now, best
            if bound > best:
                best, centre = bound, cover
                if on_bound(bound, cover, agents):
                    break
            if now.value - best < 1e-4 or best > self.search.cost - 1 + TIE:
                break
            if master.add(new):
                weight = SMOOTHING
                now = master.solve(self.search.left())
            elif weight > 0:
                weight = max(0.0, weight - 0.3)
            else:
                break
        return now, best

    def root(self, first: Choice, seconds: float) -> Root | None:
        """Solve the linear program over everybody, telling every bound; None where time ran out before any."""
        everybody = range(len(first))
        master = Master(self.program, first, everybody)
        for a in everybody:
            master.add(self.pool.of[a])
        root: Root | None = None
        until = self.search.elapsed() + seconds

        def told(bound: float, cover: FloatArray, agents: FloatArray) -> bool:
            nonlocal root
            root = Root(bound, cover, agents, solved=False)
            self.search.prove(bound - TIE * len(first))
            return self.search.elapsed() > until

        try:
            self.generate(master, everybody, [], on_bound=told)
        except TimeoutError:
            return root
        if root is not None:
            root.solved = self.search.elapsed() <= until and self.search.left() > 0
        return root

    # -- rosters -----------------------------------------------------------------------------------------------------

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
            if math.isinf(bound):
                stuck.append(a)
            elif not found:
                failed = True
            else:
                best = min(found, key=lambda c: c.cost + _earned(price, c.row))
                self.take(flow, choice, self.pool.add(a, best.row, best.cost))
        return (None if stuck or failed else choice), stuck

    def take(self, flow: Flow, choice: Choice, column: Column) -> None:
        """Give an agent that is off a column."""
        choice[column.agent] = column.row
        for d in np.nonzero(column.row >= 0)[0].tolist():
            flow.add(column.agent, d, int(column.row[d]))

    def master(self, choice: Choice, free: Sequence[int], root: Root) -> Master:
        """A master for some agents with the columns of the pool that cost least at the root's prices."""
        master = Master(self.program, choice, free)
        earn = np.append(self.rewards(root.cover), np.zeros((len(self.program.cover.serves), self.D, 1)), axis=2)
        for a in free:
            columns = list(self.pool.of[a])
            rows = np.stack([c.row for c in columns])
            value = np.array([c.cost for c in columns]) - earn[self.program.cover.group[a]][
                np.arange(self.D), rows
            ].sum(axis=1)
            master.add([columns[i] for i in np.argsort(value, kind="stable")[:NEAREST]])
            master.add([c for c in columns if (c.row == choice[a]).all()])
        return master

    def dive(self, choice: Choice, free: Sequence[int], root: Root) -> tuple[Choice | None, bool]:
        """Take the largest parts whole, a few at a time, until every free agent has a column.

        Returns
        -------
        tuple
            The choice, None where it would not beat the incumbent; whether that is proven, all else standing as it is.
        """
        master = self.master(choice, free, root)
        left = list(free)
        fixed: list[Column] = []
        now, bound = self.generate(master, left, fixed)
        if bound > self.search.cost - 1 + TIE:
            return None, True
        goal = max(bound, root.bound) + 0.5
        while left:
            if now.value > self.search.cost - 1 + TIE or self.search.over():
                return None, False
            now = master.solve(self.search.left())
            shares = master.shares()
            open_ = [i for i in np.argsort(-shares * self.rng.uniform(0.9, 1.1, len(shares))) if shares[i] > TIE]
            open_ = [i for i in open_ if master.columns[i].agent in left]
            whole = [i for i in open_ if shares[i] > 1 - 1e-4]
            parts = [i for i in open_ if shares[i] <= 1 - 1e-4]
            for i in whole + parts[: max(1, round(CHUNK * len(left)))]:
                column = master.columns[i]
                if column.agent in left:
                    left.remove(column.agent)
                    fixed.append(column)
                    master.fix(i)
            if left:
                now, _ = self.generate(master, left, fixed, goal=goal, rounds=INNER)
        out = choice.copy()
        for column in fixed:
            out[column.agent] = column.row
        return out, False

    def neighbourhood(self, root: Root) -> None:
        """Dive around the incumbent: some agents choose anew, dearer ones at the root's prices sooner; learn how many."""
        choice = self.search.choice
        if choice is None:
            return
        A = len(choice)
        earn = self.rewards(root.cover)[self.program.cover.group]
        own = agent_costs(self.program, choice)
        dear = np.array([own[a] - _earned(earn[a], choice[a]) - root.agent[a] for a in range(A)])
        dear = np.maximum(dear, 0.0)
        chance = dear + dear.mean() * 0.5 + TIE
        k = int(min(A, max(2, round(self.size))))
        free = np.sort(self.rng.choice(A, k, replace=False, p=chance / chance.sum())).tolist()
        found, proven = self.dive(choice, free, root)
        if found is not None:
            self.search.merge(free, found[free], choice)
        self.size = min(self.size * (1.1 if proven else 0.97), float(A))

    # -- the last units ----------------------------------------------------------------------------------------------

    def near(self, root: Root, most: float, limit: int) -> list[Column] | None:
        """Every horizon that a roster of cost `most` could hold, by its reduced cost; None where there are too many."""
        p, pricer = self.program, self.pricer
        earn = self.rewards(root.cover)
        gap = most - root.bound + TIE
        found: list[Column] = []
        for a in range(p.shape[0]):
            h = pricer.horizons[a]
            price = -earn[p.cover.group[a]]
            pricer.climb(a, price)
            best, _ = pricer.tour(a)
            rows = np.zeros((limit - len(found) + 1, self.D), np.int32)
            total = pricer.own[a] + price
            n = list_near(
                h.layers, h.then, h.tolls, h.tolled, total, pricer.off[a], pricer.cost, h.start, best + gap, rows
            )
            if n < 0 or h.left_out:
                return None
            for row in rows[:n]:
                choice = np.full((p.shape[0], self.D), -1, np.int32)
                choice[a] = row
                found.append(Column(a, row, own_cost(p, choice, a)))
            if self.search.over():
                return None
        return found

    def prove(self, root: Root, seconds: float) -> None:
        """Raise the bound by listing all horizons that matter up to a cost, until it meets the incumbent or time is up."""
        until = self.search.elapsed() + seconds
        A = self.program.shape[0]
        while not self.search.over():
            listed = self._list(root)
            left = min(until, self.search.seconds) - self.search.elapsed()
            if listed is None or left <= 0:
                return
            most, columns = listed
            if len({c.agent for c in columns}) < A:
                self.search.prove(most + 1)
                continue
            master = Master(self.program, np.full((A, self.D), -1, np.int32), range(A), whole=True)
            master.add(columns)
            choice, bound = master.best(left, self.search.over)
            if choice is not None:
                self.search.offer(choice)
            before = self.search.bound
            if math.isfinite(bound) or bound > 0:
                self.search.prove(min(math.ceil(bound - TIE) if math.isfinite(bound) else most + 1, most + 1))
            if self.search.bound <= before:
                return

    def _list(self, root: Root) -> tuple[int, list[Column]] | None:
        """The greatest cost below the incumbent's whose horizons are few, or else the least; and these horizons."""
        least = math.ceil(max(self.search.bound, root.bound) - TIE)
        most = round(min(self.search.cost - 1, least + AHEAD))
        for cost in range(most, least, -1):
            columns = self.near(root, cost, FEW)
            if columns is not None:
                return cost, columns
        columns = self.near(root, least, LISTED)
        return None if columns is None else (least, columns)

    # -- annealing ---------------------------------------------------------------------------------------------------

    def anneal(self, seconds: float, ready: Callable[[], bool], hot: float = HOT) -> None:
        """Give one agent after another the best horizon under noisy prices, ever less noisy, until told to be `ready`.

        The noise begins at `hot` times the price of a missing unit and is least after `seconds`.
        """
        p = self.program
        if self.search.choice is None:
            return
        choice = self.search.choice.copy()
        flow = Flow(self.compiled(), choice)
        own = agent_costs(p, choice).astype(np.int64)
        unit = float(np.median(p.cover.under[:, 0]))
        began = self.search.elapsed()
        told, pause = began, 0.0
        order: list[int] = []
        while not (self.search.over() or ready()):
            share = (self.search.elapsed() - began) / max(seconds, 1e-3)
            sigma = unit * hot * (COLD / HOT) ** share if share < 1 else 0.0
            order = order or self.rng.permutation(len(choice)).tolist()
            a = order.pop()
            before = choice[a].copy()
            for d in np.nonzero(before >= 0)[0].tolist():
                flow.remove(a, d, int(before[d]))
            choice[a] = -1
            price = np.stack([flow.prices(a, d) for d in range(self.D)])
            noise = self.rng.normal(0.0, sigma, price.shape) if sigma else 0.0
            _, found = self.pricer.tours(a, price + noise, tries=2, beside=before)
            stays = Column(a, before, int(own[a]))
            column = min(found, key=lambda c: c.cost + _earned(price + noise, c.row), default=stays)
            if found:
                self.pool.add(a, column.row, column.cost)
            self.take(flow, choice, column)
            own[a] = column.cost
            now = self.search.elapsed()
            if now - told >= pause and int(own.sum()) + flow.cost < self.search.cost:
                self.search.offer(choice)
                told = self.search.elapsed()
                pause = JUDGING * (told - now)
        if int(own.sum()) + flow.cost < self.search.cost:
            self.search.offer(choice)


def _earned(price: FloatArray, row: Row) -> float:
    """Sum of prices of options, shape (D, S), over the days of a row."""
    on = np.nonzero(row >= 0)[0]
    return float(price[on, row[on]].sum())
