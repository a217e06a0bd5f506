"""Cover as an exact transportation problem, kept optimal while agents come and go.

In each interval the units of a skill group flow to the queues it serves; a queue's cost is convex in its cover. As only
the queues' ends cost anything, one more unit costs the least slope that an augmenting chain can reach, and one unit less
gives back the greatest: successive shortest paths (Ford and Fulkerson 1962; convex costs: Ahuja, Magnanti and Orlin,
*Network Flows*, 1993, chapter 14) with breadth-first search over at most 30 queues.
"""

from __future__ import annotations

import numpy as np

from staffing.grid import FloatArray, IntArray
from staffing.roster.kernels.cover import fill, price_day, put, supply_cost
from staffing.roster.primitives import Choice, Program
from staffing.roster.tables import Compiled, make_net, make_work, prepare


def uncovered_cost(program: Program) -> int:
    """Cost in cents if nobody were on duty."""
    cover = program.cover
    t1, t2 = cover.tiers[:, :, 0], cover.tiers[:, :, 1]
    return int((t1 * cover.under[:, 0] + t2 * cover.under[:, 1] + (cover.need - t1 - t2) * cover.under[:, 2]).sum())


def supply_of(program: Program, choice: Choice) -> IntArray:
    """Units on duty by interval and skill group, those from before the horizon included, shape (T, G)."""
    out = program.cover.base.astype(np.int64).copy()
    for a, d in zip(*np.nonzero(choice >= 0), strict=True):
        s = choice[a, d]
        first, length, offset = program.first[d, s], program.length[d, s], program.offset[d, s]
        out[first : first + length, program.cover.group[a]] += program.units[offset : offset + length]
    return out


def cover_cost(program: Program, choice: Choice) -> int:
    """Cents of under- and overstaffing of a choice, split among the queues as well as can be; computed from nothing."""
    return uncovered_cost(program) + int(supply_cost(make_net(program), supply_of(program, choice)))


class Flow:
    """The optimal flow of a choice that changes one shift at a time.

    Attributes
    ----------
    cost
        Cents of under- and overstaffing now.
    flow, level
        Units by interval, group and queue, shape (T, G, Q), and by interval and queue, shape (T, Q).
    marginal, fresh
        Cached cost of adding 0 to 4 units by interval and group, shape (T, G, 5), and whether each is up to date.
    """

    def __init__(self, compiled: Compiled | Program, choice: Choice) -> None:
        self.compiled = compiled if isinstance(compiled, Compiled) else prepare(compiled)
        net = self.compiled.net
        T, G = net.base.shape
        Q = net.serves.shape[1]
        top = max(4, int(self.compiled.tables.units.max(initial=0)))
        self.flow = np.zeros((T, G, Q), np.int64)
        self.level = np.zeros((T, Q), np.int64)
        self.marginal = np.zeros((T, G, top + 1), np.int64)
        self.fresh = np.zeros((T, G), np.bool_)
        self.work = make_work(self.compiled, 1, 1)
        fill(self.compiled.tables, net, np.ascontiguousarray(choice), self.flow, self.level, self.fresh, self.work)
        self.cost = cover_cost(self.compiled.program, choice)

    def add(self, agent: int, day: int, option: int) -> int:
        """Put an agent on duty; return the change of cost."""
        return self._put(agent, day, option, 1)

    def remove(self, agent: int, day: int, option: int) -> int:
        """Take an agent off duty who is on it; return the change of cost."""
        return self._put(agent, day, option, -1)

    def prices(self, agent: int, day: int) -> FloatArray:
        """Change of cost if the agent were added on each option of a day, shape (S,); 0 for options not allowed."""
        out = np.zeros(self.compiled.program.shape[2])
        tb, net = self.compiled.tables, self.compiled.net
        price_day(tb, net, self.flow, self.level, self.marginal, self.fresh, agent, day, out, self.work)
        return out

    def _put(self, agent: int, day: int, option: int, sign: int) -> int:
        tb, net = self.compiled.tables, self.compiled.net
        group = int(tb.group[agent])
        x = int(put(tb, net, self.flow, self.level, self.fresh, group, day, option, sign, self.work))
        self.cost += x
        return x
