"""The inverse: agents that meet goals, the load that agents carry."""

from __future__ import annotations

import math

import numpy as np

from staffing.grid import FloatArray
from staffing.queueing.kernels.compiled import compiled
from staffing.queueing.kernels.pool import pool

GOALS = ("service_level", "variant", "threshold", "asa", "abandonment", "occupancy", "share", "wait", "mean_wait")
"""Entries of a goal: NaN or infinite where not asked for; variant 0, 1, 2, 3 as in `erlang.Variant`."""


@compiled
def _in_handling_times(goal: FloatArray, aht: float, out: FloatArray) -> None:
    """A goal whose times are in seconds, in handling times."""
    out[:] = goal
    for i in (2, 3, 7, 8):
        out[i] /= aht


@compiled
def meets(
    load: float,
    agents: float,
    spare: float,
    concurrency: int,
    slowdown: float,
    patience: float,
    goal: FloatArray,
    out: FloatArray,
) -> bool:
    """Whether every goal holds; with endless patience also whether the queue is stable."""
    if load <= 0.0:
        return True
    pool(load, agents, spare, concurrency, slowdown, patience, goal[2], out)
    if patience == math.inf and out[5] == math.inf:
        return False
    if out[6] > goal[5] * (1.0 + 1e-12) or out[4] > max(goal[3], 1e-12) or out[5] > max(goal[8], 1e-12):
        return False
    if out[2] > max(goal[4], 1e-16):
        return False
    if goal[0] == goal[0]:
        level = 1.0 - out[1]
        variant = int(goal[1])
        if variant == 1:
            level = level / (1.0 - out[3]) if out[3] < 1.0 else 0.0
        elif variant == 2:
            level = min(level / (1.0 - out[2]), 1.0) if out[2] < 1.0 else 0.0
        elif variant == 3:
            level += out[3]
        if level < goal[0]:
            return False
    if goal[6] == goal[6]:
        pool(load, agents, spare, concurrency, slowdown, patience, goal[7], out)
        if 1.0 - (out[1] - out[3]) < goal[6]:
            return False
    return True


@compiled
def needed(
    load: FloatArray,
    aht: FloatArray,
    patience: FloatArray,
    concurrency: int,
    slowdown: float,
    goal_seconds: FloatArray,
    digits: float,
    agents: FloatArray,
) -> None:
    """Fewest agents that meet the goal for each element: whole, or, with `digits` > 0, real to that relative width.

    Times in seconds. The first guess carries over the previous element's distance from its load in square roots of the
    load: neighbours in time need about the same, so two evaluations mostly do.
    """
    out, goal = np.zeros(7), np.zeros(9)
    beta = 0.0
    K, s = concurrency, slowdown
    per_agent = K / (1.0 + s * (K - 1))
    for i in range(load.size):
        A, c = load[i], patience[i] / aht[i]
        _in_handling_times(goal_seconds, aht[i], goal)
        if A <= 0.0:
            agents[i] = 0.0
            continue
        size = A / per_agent
        high = max(math.ceil(size + beta * math.sqrt(size)), 0.0)
        step = max(1.0, math.floor(0.05 * math.sqrt(size)))
        low = -1.0
        if meets(A, high, high - A, K, s, c, goal, out):
            while high > 0.0:
                test = max(high - step, 0.0)
                if not meets(A, test, test - A, K, s, c, goal, out):
                    low = test
                    break
                high = test
                step *= 2.0
        else:
            low = high
            while True:
                high = low + step
                if meets(A, high, high - A, K, s, c, goal, out):
                    break
                low = high
                step *= 2.0
        while high - low > 1.0:
            test = math.floor(0.5 * (low + high))
            if meets(A, test, test - A, K, s, c, goal, out):
                high = test
            else:
                low = test
        beta = min(max((high - 0.5 - size) / math.sqrt(size), -30.0), 30.0)
        if digits > 0.0 and high > 0.0:
            while high - low > digits * high:
                test = 0.5 * (low + high)
                if test <= low or test >= high:
                    break
                if meets(A, test, test - A, K, s, c, goal, out):
                    high = test
                else:
                    low = test
        agents[i] = high


@compiled
def carried(
    agents: FloatArray,
    aht: FloatArray,
    patience: FloatArray,
    concurrency: int,
    slowdown: float,
    goal_seconds: FloatArray,
    load: FloatArray,
) -> None:
    """Largest load with which the agents of each element meet the goal, to full precision; times in seconds."""
    out, goal = np.zeros(7), np.zeros(9)
    K, s = concurrency, slowdown
    for i in range(agents.size):
        n, c = agents[i], patience[i] / aht[i]
        _in_handling_times(goal_seconds, aht[i], goal)
        low, high = 0.0, max(n * K, 1e-3)
        while high < 1e12 and meets(high, n, n - high, K, s, c, goal, out):
            low, high = high, 2.0 * high
        if high >= 1e12:
            load[i] = math.inf
            continue
        for _ in range(200):
            test = 0.5 * (low + high)
            if test <= low or test >= high or high - low <= 1e-15 * high:
                break
            if meets(test, n, n - test, K, s, c, goal, out):
                low = test
            else:
                high = test
        load[i] = low
