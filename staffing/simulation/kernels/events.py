"""What happens next: a heap of rare events, and trees of the next time of everybody."""

# Compiled functions take their types from their arguments.
# mypy: allow-untyped-defs, allow-untyped-calls, allow-untyped-decorators

from __future__ import annotations

import numpy as np

from staffing.simulation.kernels.compiled import ONE, THREE, TWO, compiled, index, inlined, wide


@inlined
def push(events, size, time, kind, who):
    """Add an event to the binary heap."""
    i = size[0]
    size[0] = i + 1
    while i > 0:
        parent = (i - 1) >> 1
        if events[parent]["time"] <= time:
            break
        events[i] = events[parent]
        i = parent
    event = events[i]
    event["time"] = time
    event["kind"] = kind
    event["who"] = who


@inlined
def pop(events, size):
    """Remove the earliest event from the binary heap."""
    n = size[0] - 1
    size[0] = n
    time = events[n]["time"]
    kind, who = events[n]["kind"], events[n]["who"]
    events[n]["time"] = np.inf  # never the earlier of two, so that a last lone child needs no test
    i, child = 0, 1
    while child < n:
        child += events[child + 1]["time"] < events[child]["time"]
        if events[child]["time"] >= time:
            break
        events[i] = events[child]
        i = child
        child = 2 * i + 1
    event = events[i]
    event["time"] = time
    event["kind"] = kind
    event["who"] = who


@compiled
def new_tree(n):
    """Tree of the next times of `n` people or queues, infinite so far.

    Node 1 is the root, below node i lie 4 i to 4 i + 3, the second half are the leaves; every node has the earliest time
    below it. To change or find one takes a few steps without a branch that nobody could foretell.
    """
    leaves = 1
    while leaves < n:
        leaves *= 4
    return np.full(2 * leaves, np.inf)


@inlined
def set_time(tree, leaf, time):
    """Change the time of a leaf."""
    i = index(leaf) + index(len(tree) >> 1)
    tree[i] = time
    while i > ONE:
        time = min(time, min(tree[i ^ ONE], min(tree[i ^ TWO], tree[i ^ THREE])))
        i >>= TWO
        tree[i] = time


@inlined
def earliest(tree):
    """First leaf with the earliest time."""
    i, leaves, time = ONE, index(len(tree) >> 1), tree[1]
    while i < leaves:
        i <<= TWO
        first, second, third = index(tree[i] > time), index(tree[i + ONE] > time), index(tree[i + TWO] > time)
        second &= first
        i += first + second + (third & second)
    return wide(i - leaves)
