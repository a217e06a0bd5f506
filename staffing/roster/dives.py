"""Dives: rosters from the linear program over horizons.

The largest parts of the fractional roster are taken whole, a few at a time, with new columns in between; first for everybody,
then around the incumbent for some agents at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from staffing.roster.columns import TIE, Generation, Root
from staffing.roster.master import Column, Master, agent_costs
from staffing.roster.pricing import earned
from staffing.roster.primitives import Choice

NEAREST = 80
"""Columns of each free agent that a dive begins with."""
CHUNK = 0.1
"""Share of the agents still free that a step of a dive takes whole."""
INNER = 8
"""Pricing rounds between two steps of a dive."""


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
        now, bound = self.own.generate(master, left, fixed)
        if bound > self.own.search.cost - 1 + TIE:
            return None, True
        goal = max(bound, root.bound) + 0.5
        while left:
            if now.value > self.own.search.cost - 1 + TIE or self.own.search.over():
                return None, False
            now = master.solve(self.own.search.left())
            shares = master.shares()
            open_ = [i for i in np.argsort(-shares * self.own.rng.uniform(0.9, 1.1, len(shares))) if shares[i] > TIE]
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
                now, _ = self.own.generate(master, left, fixed, goal=goal, rounds=INNER)
        out = choice.copy()
        for column in fixed:
            out[column.agent] = column.row
        return out, False

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
