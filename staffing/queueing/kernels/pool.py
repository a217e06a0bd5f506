"""A pool of agents with its queue: voice and chat."""

from __future__ import annotations

from staffing.grid import FloatArray, IntArray
from staffing.queueing.kernels.compiled import compiled
from staffing.queueing.kernels.queue import NOBODY, queue
from staffing.queueing.kernels.states import chat_rate, chat_states_below, states_below


@compiled
def pool(
    load: float,
    agents: float,
    spare: float,
    concurrency: int,
    slowdown: float,
    patience: float,
    threshold: float,
    out: FloatArray,
) -> None:
    """`queue` for voice (concurrency 1, real-valued agents, `spare` = agents - load) or chat (whole agents, `spare`
    unused).

    The last entry of `out` is the occupancy: the used share of what the agents can complete.
    """
    if concurrency <= 1:
        rate = agents
        queue(states_below(load, agents), rate, load, spare, patience, threshold, out[:6])
    else:
        n = int(agents)
        rate = chat_rate(n, concurrency, slowdown, n * concurrency) if n > 0 else 0.0
        below = chat_states_below(load, n, concurrency, slowdown)
        queue(below, rate, load, rate - load, patience, threshold, out[:6])
    out[6] = 0.0
    if load > 0.0:
        out[6] = min(load * (1.0 - out[2]) / rate, 1.0) if rate > NOBODY else 1.0


@compiled
def pools(
    load: FloatArray,
    agents: FloatArray,
    spare: FloatArray,
    concurrency: IntArray,
    slowdown: FloatArray,
    patience: FloatArray,
    threshold: FloatArray,
    out: FloatArray,
) -> None:
    """`pool` for each element; `out` has the shape (N, 7)."""
    for i in range(load.size):
        pool(load[i], agents[i], spare[i], concurrency[i], slowdown[i], patience[i], threshold[i], out[i])
