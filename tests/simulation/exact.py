"""Exact time-dependent M(t)/M/n+M queue, by the forward equations of its Markov chain: nothing is simulated."""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm

from staffing.grid import FloatArray


def service_level(
    arrivals: FloatArray, seconds: float, agents: int, aht: float, patience: float, threshold: float, room: int
) -> FloatArray:
    """Share of those who come in each interval that is answered within the threshold; the queue starts empty.

    Parameters
    ----------
    arrivals
        Expected in each interval, shape (n,).
    seconds
        Length of an interval.
    room
        Most contacts in the system; so large that it is hardly ever reached.
    """
    state = np.arange(room + 1)
    leave = np.minimum(state, agents) / aht + np.maximum(state - agents, 0) / patience
    # Who finds k waiting is answered when k + 1 agents have become free or those ahead have given up, before giving up.
    ahead = np.arange(room - agents + 1)
    tagged = np.zeros((len(ahead) + 1, len(ahead) + 1))
    for j in ahead:
        move = agents / aht + j / patience
        tagged[j, j - 1 if j > 0 else -1] = move
        tagged[j, j] = -(move + 1 / patience)
    answered = np.concatenate((np.ones(agents), expm(tagged * threshold)[:-1, -1]))
    share = np.zeros(room + 1)
    share[0] = 1.0
    steps, out = 40, []
    for rate in arrivals / seconds:
        generator = np.diag(np.full(room, rate), 1) + np.diag(leave[1:], -1)
        generator -= np.diag(generator.sum(axis=1))
        step = expm(generator * seconds / steps)
        values = [share @ answered]
        for _ in range(steps):
            share = share @ step
            values.append(share @ answered)
        simpson = np.ones(steps + 1)
        simpson[1:-1:2], simpson[2:-1:2] = 4, 2
        out.append(float(simpson @ np.array(values)) / (3 * steps))
    return np.array(out)
