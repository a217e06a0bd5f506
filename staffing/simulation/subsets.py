"""Sets of queues that share people: what each needs at least, and the cheapest people by skill group that give it to all.

A number of agents for each queue cannot say what people with several skills are worth: the queues' own needs, added up, count
them as if they had one skill. Needs of sets can: whoever serves at least one queue of a set counts once for it, and once for
every other such set. With the needs of single queues, pairs and so on up to all queues that are linked by people, a team that
meets them all could split its people over the queues however the contacts happen to fall.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

from staffing.errors import Problems
from staffing.grid import BoolArray, FloatArray, IntArray
from staffing.queueing.inverse import Goals
from staffing.queueing.pooled import pooled_agents
from staffing.queueing.transient import modified_offered_load
from staffing.simulation.model import Demand
from staffing.simulation.routing import CHAT, DEFERRABLE

Subset = tuple[int, ...]
"""Queues, as indices, rising."""

WHOLE = 8
"""Linked queues up to which all of their sets are looked at; of more only singles, pairs, what groups serve, and all."""


def subsets_of(serves: npt.ArrayLike) -> tuple[Subset, ...]:
    """Sets of queues whose needs say more than those of their parts: the queues of a set are linked by people.

    Where nobody serves two parts of a set, the people who serve it are those of the parts, and the parts' needs, added up,
    ask for more than the pooled set would.

    Parameters
    ----------
    serves
        Priority with which (or whether) a group serves a queue, 0: not at all; shape (G, Q).

    Returns
    -------
    tuple
        Smallest sets first; every queue by itself is among them.

    Examples
    --------
    >>> subsets_of([[1, 1, 0], [0, 1, 0], [0, 0, 1]])
    ((0,), (1,), (2,), (0, 1))
    """
    able = np.asarray(serves) > 0
    found: set[Subset] = {(q,) for q in range(able.shape[1])}
    for part in parts_of(able, tuple(range(able.shape[1]))):
        if len(part) <= WHOLE:
            found |= {s for n in range(2, len(part) + 1) for s in combinations(part, n) if len(parts_of(able, s)) == 1}
        else:
            found |= {s for s in combinations(part, 2) if len(parts_of(able, s)) == 1}
            found |= {tuple(np.flatnonzero(row).tolist()) for row in able if row.any() and row[part[0] :].any()} | {
                part
            }
    return tuple(sorted(found, key=lambda s: (len(s), s)))


def parts_of(serves: npt.ArrayLike, queues: Subset) -> tuple[Subset, ...]:
    """Split queues into parts that no group links.

    Examples
    --------
    >>> parts_of([[1, 1, 0], [0, 1, 0], [0, 0, 1]], (0, 1, 2))
    ((0, 1), (2,))
    """
    able = np.asarray(serves)[:, list(queues)] > 0
    label = np.arange(len(queues))
    for row in able:
        if row.any():
            label[np.isin(label, label[row])] = label[row].min()
    return tuple(tuple(q for q, own in zip(queues, label, strict=True) if own == part) for part in np.unique(label))


def able_of(serves: npt.ArrayLike, subsets: tuple[Subset, ...]) -> BoolArray:
    """Whether a group serves at least one queue of each set, shape (S, G)."""
    able = np.asarray(serves) > 0
    out: BoolArray = np.array([able[:, list(s)].any(axis=1) for s in subsets], dtype=np.bool_)
    return out


def bounds(demand: Demand, subsets: tuple[Subset, ...]) -> FloatArray:
    """Agents without whom no team keeps the promises of a set of queues, shape (S, T).

    The largest of three: what the calls of the set need as one pool (`pooled_agents`); what its chats need; and those who are
    busy with what must be answered in time. Loads are felt as in the requirement, a little after they are offered. Deferrable
    work can wait for another interval and adds nothing. Wherever something comes there is at least one agent.
    """
    n_queues, T = demand.contacts.shape
    chat = np.equal(demand.channel, CHAT) & (demand.concurrency > 1)
    live = np.not_equal(demand.channel, DEFERRABLE)
    goals = [_goals(demand, q) for q in range(n_queues)]
    aht = np.where(demand.contacts > 0, demand.aht_seconds, 0.0)
    rate = np.zeros((n_queues, T))
    for q in np.flatnonzero(live & (demand.contacts > 0).any(axis=1)).tolist():
        rate[q] = _felt(demand.contacts[q], aht[q], demand.grid.seconds)
    # A person with all the chats they may have is as busy with each as with this share of one handled alone.
    share = np.where(chat, (1.0 + demand.slowdown * (demand.concurrency - 1)) / demand.concurrency, 1.0)
    certain = np.where(np.isinf(demand.patience_seconds), 1.0, np.nan_to_num(demand.target, nan=0.0))
    work = rate * aht * (share * certain)[:, None]
    out = np.zeros((len(subsets), T))
    for row, subset in zip(out, subsets, strict=True):
        kinds: dict[tuple[int, float], list[int]] = {}
        for q in subset:
            if live[q] and goals[q] is not None:
                kind = (int(demand.concurrency[q]), float(demand.slowdown[q])) if chat[q] else (1, 0.0)
                kinds.setdefault(kind, []).append(q)
        for (concurrency, slowdown), rows in kinds.items():
            promised = [g for q in rows if (g := goals[q]) is not None]
            patience = [float(demand.patience_seconds[q]) for q in rows]
            pooled = pooled_agents(rate[rows], aht[rows], promised, patience, concurrency, slowdown)
            np.maximum(row, pooled, out=row)
        some = (demand.contacts[[q for q in subset if live[q]]] > 0).any(axis=0)
        row[:] = np.where(some, np.maximum(np.maximum(row, np.ceil(work[list(subset)].sum(axis=0) - 1e-9)), 1.0), 0.0)
    return out


def _felt(contacts: FloatArray, aht: FloatArray, seconds: int) -> FloatArray:
    """Contacts per second as they are felt in each interval; none where none come."""
    handling = np.where(aht > 0, aht, float(np.mean(aht[aht > 0])))
    load = modified_offered_load(contacts, handling, seconds, start=float(contacts[0] * handling[0] / seconds))
    return np.where(contacts > 0, load / handling, 0.0)


def _goals(demand: Demand, q: int) -> Goals | None:
    """What a queue promises, as the formulas take it; None for nothing."""

    def goal(values: FloatArray | None) -> float | None:
        return None if values is None or np.isnan(values[q]) else float(values[q])

    found = Goals(
        service_level=goal(demand.target),
        threshold_seconds=float(demand.threshold_seconds[q]),
        max_asa_seconds=goal(demand.max_asa_seconds),
        max_abandonment=goal(demand.max_abandonment),
        max_occupancy=goal(demand.max_occupancy),
    )
    return None if found.problems() else found


def cheapest(able: BoolArray, need: FloatArray, cost: FloatArray) -> IntArray:
    """Fewest-cost whole agents by group with which every set has what it needs, shape (G, T).

    Parameters
    ----------
    able
        Whether a group counts for a set, shape (S, G).
    need
        Agents of each set, shape (S, T).
    cost
        Of an agent of each group, above 0, shape (G,).

    Raises
    ------
    InputError
        Where a set needs people and no group serves any queue of it.

    Examples
    --------
    Two queues need 3 and 2 agents, together 4: one who serves both saves one who serves one.

    >>> able = able_of([[1, 0], [0, 1], [1, 1]], ((0,), (1,), (0, 1)))
    >>> cheapest(able, np.array([[3.0], [2.0], [4.0]]), np.array([1.0, 1.0, 1.1])).T.tolist()
    [[2, 1, 1]]
    """
    problems = Problems()
    for s in np.flatnonzero(~able.any(axis=1) & (need > 0).any(axis=1)):
        problems.add("groups", f"nobody serves set {s} of the queues, which needs {need[s].max():g} agents")
    problems.raise_if_any()
    from scipy.optimize import Bounds, LinearConstraint, milp

    whole = np.ceil(need - 1e-9)
    out = np.zeros((len(cost), need.shape[1]), dtype=np.int64)
    columns, where = np.unique(whole, axis=1, return_inverse=True)
    for k in range(columns.shape[1]):
        if not columns[:, k].any():
            continue
        found = milp(
            cost,
            constraints=LinearConstraint(able.astype(np.float64), lb=columns[:, k]),
            integrality=np.ones(len(cost), dtype=np.int64),
            bounds=Bounds(0, np.inf),
        )
        assert found.x is not None  # more people always do
        out[:, where.reshape(-1) == k] = np.rint(found.x).astype(np.int64)[:, None]
    return out
