"""Dives: rosters from the linear program over horizons.

The largest parts of the fractional roster are taken whole, a few at a time, with new columns in between; first for everybody,
then around the incumbent for some agents at a time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from staffing.grid import FloatArray
from staffing.roster.columns import TIE, Generation, Root
from staffing.roster.master import Master, agent_costs
from staffing.roster.pricing import earned
from staffing.roster.primitives import Choice

NEAREST = 80
"""Columns of each free agent that a dive begins with."""
CHUNK = 0.3
"""Share of the agents still in parts of whom a step decides a day."""
WHOLE = 1e-4
"""What a share may lack to be whole."""
NEAR = 1e-3
"""Cents by which a linear program's value may be beyond a whole cost."""
Cell = tuple[int, int, int]
"""Agent, day and option; the number of options is a day off."""


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
        """Decide days of the free agents, a few at a time, until the fractional roster is whole.

        The aim is the least whole cost that the linear program still allows. Decisions that lift it above are taken back, and
        fewer are tried; where one alone does, that option is forbidden instead; where that does too, the aim is a cent higher.

        Returns
        -------
        tuple
            The choice, None where it would not beat the incumbent; whether that is proven, all else standing as it is.
        """
        own, search = self.own, self.own.search
        master = self.master(choice, free, root)
        now, bound = own.generate(master, free)
        if bound > search.cost - 1 + TIE:
            return None, True
        aim = math.ceil(now.value - NEAR)

        def holds(step: Sequence[Cell], *, to: bool) -> bool:
            """Hold agents to options, or to others; whether the aim can still be met, else they are as before."""
            before = {a: master.may[a] for a, _, _ in step}
            can = True
            for a, d, s in step:
                may = master.may[a].copy()
                may[d] &= (np.arange(own.S + 1) == s) == to
                can = can and (master.hold(a, may) or own.fill(master, a, now.cover))
            if can and own.generate(master, free, goal=aim + NEAR, most=aim)[0].value <= aim + NEAR:
                return True
            for a, may in before.items():
                master.hold(a, may)
            return False

        while aim <= search.cost - 1 and not search.over():
            now = master.solve(search.left())
            cells = master.cells()
            whole, parts = self._open(cells, master, free)
            if not parts:
                out = choice.copy()
                best = cells[list(free)].argmax(axis=2)
                out[list(free)] = np.where(best == own.S, -1, best)
                return out, False
            for a, d, s in whole:
                may = master.may[a].copy()
                may[d] = np.arange(own.S + 1) == s
                master.may[a] = may
            some = parts[: max(1, round(CHUNK * len(parts)))]
            if holds(some, to=True) or (len(some) > 1 and holds(parts[:1], to=True)) or holds(parts[:1], to=False):
                continue
            aim += 1
        return None, False

    def _open(self, cells: FloatArray, master: Master, free: Sequence[int]) -> tuple[list[Cell], list[Cell]]:
        """Undecided days that are whole; and of each agent the day most nearly so, the most nearly whole first."""
        whole: list[Cell] = []
        parts: list[tuple[float, Cell]] = []
        for a in free:
            days = np.nonzero(master.may[a].sum(axis=1) > 1)[0]
            top, option = cells[a, days].max(axis=1, initial=0.0), cells[a, days].argmax(axis=1)
            on = top > 1 - WHOLE
            whole += [(a, int(d), int(s)) for d, s in zip(days[on], option[on], strict=True)]
            if not on.all():
                chance = np.where(on, 0.0, top * self.own.rng.uniform(0.9, 1.1, len(top)))
                i = int(chance.argmax())
                parts.append((float(chance[i]), (a, int(days[i]), int(option[i]))))
        return whole, [cell for _, cell in sorted(parts, reverse=True)]

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
