"""Chat: agents who handle several contacts at a time, each the slower for it.

With k chats at a time an agent needs `aht * (1 + slowdown * (k - 1))` for each, so completes `k / (1 + slowdown * (k
- 1))` per handling time. Chats are spread evenly over the agents (the next one goes to who has fewest). The number of
chats present is then a birth-death chain: below `agents * concurrency` the completion rate follows from the even
spread, above it chats wait, and give up with exponential patience. Its steady state is computed exactly; there is no
"AHT divided by concurrency", which misses the service level by up to 0.39 (docs/background/queueing/chat.md).

References: Tezcan and Zhang (2014), Routing and staffing in customer service chat systems with impatient customers;
Luo and Zhang (2013), Staffing and control of instant messaging contact centers.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from staffing.grid import FloatArray
from staffing.queueing.arguments import check_range, flat, refuse
from staffing.queueing.erlang import Service, tabulate


def chat_service(
    load: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_seconds: npt.ArrayLike,
    concurrency: int,
    slowdown: float = 0.15,
    patience_seconds: npt.ArrayLike = math.inf,
    threshold_seconds: npt.ArrayLike = 20.0,
) -> Service:
    """The service that chat agents give.

    Parameters
    ----------
    load
        Chats offered per handling time of a chat handled alone (erlangs of single work), at least 0.
    agents
        Whole agents, at least 0.
    aht_seconds
        Average handling time of a chat handled alone, above 0.
    concurrency
        Chats at a time, 1 to 100; 1 is Erlang A or C.
    slowdown
        Growth of a chat's handling time per further simultaneous chat; from 1 on, concurrency completes nothing more.
    patience_seconds, threshold_seconds
        As in `staffing.queueing.erlang.erlang_a`.

    Returns
    -------
    The service; `occupancy` is the used share of what the agents can complete with every slot taken.

    Examples
    --------
    >>> service = chat_service(15, 10, 480, concurrency=2, slowdown=0.18, patience_seconds=180, threshold_seconds=30)
    >>> round(float(service.service_level), 3)
    0.848
    """
    from staffing.queueing.kernels.pool import pools

    refuse(
        [
            *check_range("load", load),
            *check_range("agents", agents, high=1e7, whole=True),
            *check_range("aht_seconds", aht_seconds, above=True),
            *check_range("concurrency", concurrency, 1, 100, whole=True),
            *check_range("slowdown", slowdown, 0, 10),
            *check_range("patience_seconds", patience_seconds, finite=False),
            *check_range("threshold_seconds", threshold_seconds, finite=False),
        ]
    )
    shape, (a, n, h, p, t) = flat(load, agents, aht_seconds, patience_seconds, threshold_seconds)
    out = np.empty((a.size, 7))
    pools(a, n, n - a, np.full(a.size, concurrency, np.int64), np.full(a.size, float(slowdown)), p / h, t / h, out)
    return tabulate(shape, a, h, out)


def completions(concurrency: npt.ArrayLike, slowdown: float) -> FloatArray:
    """Chats that one agent completes per handling time with `concurrency` of them at once.

    Examples
    --------
    >>> completions([1, 2, 3], 0.15).round(2).tolist()
    [1.0, 1.74, 2.31]
    """
    k = np.asarray(concurrency, dtype=np.float64)
    return k / (1.0 + slowdown * (k - 1.0))
