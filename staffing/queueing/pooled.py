"""Queues served as one: the fewest agents that could do if everybody served everything.

Perfect pooling is the best that people with several skills can give: one line, no agent idle while a contact waits. So the
agents who serve at least one queue of a set must be at least as many as the pooled set needs for the loosest of its promises.
Every set gives such a bound; together they say what skills are worth, where the sum of the queues' own needs says they are
worth nothing, and counting a flexible agent in full for every queue says they are worth everything.

References: Gans, Koole and Mandelbaum (2003), Telephone call centers: tutorial, review, and research prospects (pooling);
Cezik and L'Ecuyer (2008), Staffing multiskill call centers via linear programming and simulation; Hall (1935) for the sets.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from staffing.grid import FloatArray
from staffing.queueing.inverse import Goals, agents_needed


def pooled_agents(
    contacts_per_second: FloatArray,
    aht_seconds: FloatArray,
    goals: Sequence[Goals],
    patience_seconds: Sequence[float],
    concurrency: int = 1,
    slowdown: float = 0.0,
) -> FloatArray:
    """Fewest agents of one pool that takes the contacts of several queues, for the loosest promise among them.

    A lower bound on the agents who serve at least one of the queues, whatever their skills, where contacts are answered in the
    order they came: the share answered in time over all queues is at most the pool's, and no queue may be below its own
    promise. It is sharp where queues are alike and rests on Erlang A where they are not: handling times count with their mean,
    and of several patiences the one with which fewest agents do.

    Parameters
    ----------
    contacts_per_second
        Arrival rates, shape (n, T).
    aht_seconds
        Handling time of a contact handled alone, above 0 where contacts come, shape (n, T).
    goals
        What each queue promises; a goal binds the pool only where every queue has it.
    patience_seconds
        Mean patience of each queue; infinite: nobody gives up.
    concurrency, slowdown
        Of the queues, where they are chats (see `staffing.queueing.chat`).

    Returns
    -------
    Whole agents, shape (T,); 0 where nothing comes or the queues have no goal in common.

    Examples
    --------
    Three queues need 58 agents by themselves, but 53 together:

    >>> goal = Goals(service_level=0.8, threshold_seconds=20)
    >>> load, aht = np.array([[25.0], [18.0], [8.0]]), np.array([[300.0], [360.0], [420.0]])
    >>> [int(pooled_agents(r[None] / h, h[None], [goal], [150.0])[0]) for r, h in zip(load, aht)]
    [27, 21, 10]
    >>> int(pooled_agents(load / aht, aht, [goal] * 3, [150.0] * 3)[0])
    53
    """
    common = loosest(goals)
    rate = contacts_per_second.sum(axis=0)
    out = np.zeros(rate.shape)
    busy = np.flatnonzero(rate > 0)
    if common is None or not busy.size:
        return out
    work = np.where(contacts_per_second > 0, contacts_per_second * aht_seconds, 0.0).sum(axis=0)[busy]
    aht = work / rate[busy]
    out[busy] = np.minimum.reduce(
        [
            agents_needed(work, aht, common, p, concurrency=concurrency, slowdown=slowdown)
            for p in sorted(set(patience_seconds))
        ]
    )
    return out


def loosest(goals: Sequence[Goals]) -> Goals | None:
    """The goals that hold wherever all of these do; None where they have none in common.

    Examples
    --------
    >>> found = loosest([Goals(service_level=0.8), Goals(service_level=0.9, threshold_seconds=60, max_abandonment=0.05)])
    >>> found.service_level, found.threshold_seconds, found.max_abandonment
    (0.8, 60, None)
    """

    def all_have(name: str) -> list[float]:
        given = [getattr(g, name) for g in goals]
        return [] if None in given else given

    found = Goals(
        service_level=min(all_have("service_level"), default=None),
        threshold_seconds=max(g.threshold_seconds for g in goals),
        max_asa_seconds=max(all_have("max_asa_seconds"), default=None),
        max_abandonment=max(all_have("max_abandonment"), default=None),
        max_occupancy=max(all_have("max_occupancy"), default=None),
    )
    return None if found.problems() else found
