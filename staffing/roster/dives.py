"""Dives: rosters from the linear program over horizons.

The largest parts of the fractional roster are taken whole, a few at a time, with new columns in between, as long as the linear
program's value stays below the next whole cost; where it does not, single days are decided, which leaves it more freedom.
First for everybody, then around the incumbent for some agents at a time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from staffing.grid import BoolArray, FloatArray
from staffing.roster.columns import TIE, Generation, Root
from staffing.roster.master import Column, Master, Prices, Row, agent_costs
from staffing.roster.pricing import earned
from staffing.roster.primitives import Choice

NEAREST = 80
"""Columns of each free agent that a dive begins with."""
CHUNK = 0.1
"""Share of the agents still in parts that a step takes whole."""
DAYS = 0.3
"""Share of the agents still in parts of whom a step decides a day at once."""
RISE = 1e-4
"""Share by which the aim rises, at least a cent, where neither a day nor its opposite can be decided."""
PATIENCE = 0.5
"""Share of the time left in which a dive gives up nothing before it has to."""
INNER = 8
"""Pricing rounds in which a decision has to show that the aim can still be met."""
WHOLE = 1e-4
"""What a share may lack to be whole."""
NEAR = 1e-3
"""Cents by which a linear program's value may be beyond a whole cost."""


class Dives:
    """One thread's dives; it learns how many agents to take at a time.

    Parameters
    ----------
    own
        The thread's column generation.
    """

    def __init__(self, own: Generation) -> None:
        self.own = own
        self.size = float(min(6, own.program.shape[0]))

    def master(self, choice: Choice, free: Sequence[int], root: Root) -> Master:
        """A master for some agents with the columns of the pool that cost least at the root's prices."""
        master = Master(self.own.program, choice, free)
        earn = np.append(
            self.own.rewards(root.cover), np.zeros((len(self.own.program.cover.serves), self.own.D, 1)), axis=2
        )
        for a in free:
            columns = list(self.own.pool.of[a])
            rows = np.stack([c.row for c in columns])
            value = np.array([c.cost for c in columns]) - earn[self.own.program.cover.group[a]][
                np.arange(self.own.D), rows
            ].sum(axis=1)
            master.add([columns[i] for i in np.argsort(value, kind="stable")[:NEAREST]])
            master.add([c for c in columns if (c.row == choice[a]).all()])
        return master

    def dive(
        self, choice: Choice, free: Sequence[int], root: Root, patience: float = PATIENCE
    ) -> tuple[Choice | None, bool]:
        """Decide horizons and days of the free agents, a few at a time, until the fractional roster is whole.

        The aim is the least whole cost that the linear program seems to allow. Where the largest columns cannot be taken whole
        without missing it, a single day is decided, or else that option is forbidden; where that fails too, the aim is a
        little higher. After `patience`, a share of the time left, whatever is below the incumbent's cost is taken.

        Returns
        -------
        tuple
            The choice, None where it would not beat the incumbent; whether that is proven, all else standing as it is.
        """
        own, search = self.own, self.own.search
        until = search.elapsed() + patience * search.left()
        master = self.master(choice, free, root)
        now, bound = own.generate(master, free)
        if bound > search.cost - 1 + TIE:
            return None, True
        aim = float(math.ceil(now.value - NEAR))
        rest, pause = 0, 1  # columns are tried again after more and more days, the more often they fail
        while aim <= search.cost - 1 and not search.over():
            most = aim if search.elapsed() < until else search.cost - 1
            now = master.solve(search.left())
            columns, shares = tuple(master.columns), master.shares()
            nearest = self._nearest(columns, shares)
            if not nearest:
                out = choice.copy()
                for column, share in zip(columns, shares, strict=True):
                    if share > 0.5:
                        out[column.agent] = column.row
                return out, False
            if rest == 0:
                some = nearest[: max(1, round(CHUNK * len(nearest)))]
                if self._hold(master, {c.agent: self._only(c.row) for c in some}, now, aim, most):
                    pause = max(1, pause // 2)
                    continue
                pause *= 2
                rest = pause
            rest -= 1
            days = self._days(master, columns, shares)
            (a, (this, other)), *_ = days.items()
            several = {a: this for a, (this, _) in list(days.items())[: round(DAYS * len(days))]}
            steps = ([several] if len(several) > 1 else []) + [{a: this}, {a: other}]
            if not any(self._hold(master, step, now, aim, most) for step in steps):
                aim += max(1, round(RISE * aim))
        return None, False

    def _hold(self, master: Master, held: Mapping[int, BoolArray], now: Prices, aim: float, most: float) -> bool:
        """Hold agents to options, pricing until the aim is met; whether the cost stays within `most`, else they are as before."""
        before = {a: master.may[a] for a in held}
        can = all(master.hold(a, may) or self.own.fill(master, a, now.cover) for a, may in held.items())
        if can:
            then, _ = self.own.generate(master, master.free, goal=aim + NEAR, most=most, rounds=INNER)
            if then.value <= most + NEAR:
                return True
        for a, may in before.items():
            master.hold(a, may)
        return False

    def _only(self, row: Row) -> BoolArray:
        """What holds an agent to a row, shape (D, S + 1)."""
        may = np.zeros((self.own.D, self.own.S + 1), np.bool_)
        may[np.arange(self.own.D), row] = True
        return may

    def _nearest(self, columns: Sequence[Column], shares: FloatArray) -> list[Column]:
        """The largest column of each agent that is in parts, the largest first."""
        best: dict[int, tuple[float, Column]] = {}
        for column, share in zip(columns, shares.tolist(), strict=True):
            if share > TIE and share > best.get(column.agent, (0.0, column))[0]:
                best[column.agent] = share, column
        parts = [(share * self.own.rng.uniform(0.9, 1.1), a) for a, (share, _) in best.items() if share < 1 - WHOLE]
        return [best[a][1] for _, a in sorted(parts, reverse=True)]

    def _days(
        self, master: Master, columns: Sequence[Column], shares: FloatArray
    ) -> dict[int, tuple[BoolArray, BoolArray]]:
        """For each agent in parts, the agent most nearly whole first: what decides its day that is so, and its opposite."""
        own = self.own
        cells, days = np.zeros((own.program.shape[0], own.D, own.S + 1)), np.arange(own.D)
        for column, share in zip(columns, shares.tolist(), strict=True):
            if share > TIE:
                cells[column.agent, days, column.row] += share
        cells[cells > 1 - WHOLE] = 0.0
        cells *= own.rng.uniform(0.9, 1.1, cells.shape)
        top = cells.max(axis=(1, 2))
        out: dict[int, tuple[BoolArray, BoolArray]] = {}
        for a in np.argsort(-top)[: np.count_nonzero(top)].tolist():
            d, s = np.unravel_index(int(cells[a].argmax()), cells[a].shape)
            this, other = master.may[a].copy(), master.may[a].copy()
            this[d] = np.arange(own.S + 1) == s
            other[d, s] = False
            out[a] = this, other
        return out

    def neighbourhood(self, root: Root) -> None:
        """Dive around the incumbent: some agents choose anew, dearer ones at the root's prices sooner; learn how many."""
        choice = self.own.search.choice
        if choice is None:
            return
        A = len(choice)
        earn = self.own.rewards(root.cover)[self.own.program.cover.group]
        own = agent_costs(self.own.program, choice)
        dear = np.array([own[a] - earned(earn[a], choice[a]) - root.agent[a] for a in range(A)])
        dear = np.maximum(dear, 0.0)
        chance = dear + dear.mean() * 0.5 + TIE
        k = int(min(A, max(2, round(self.size))))
        free = np.sort(self.own.rng.choice(A, k, replace=False, p=chance / chance.sum())).tolist()
        found, proven = self.dive(choice, free, root)
        if found is not None:
            self.own.search.merge(free, found[free], choice)
        self.size = min(self.size * (1.1 if proven else 0.97), float(A))
