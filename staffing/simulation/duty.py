"""People on duty, from shifts or from a number of agents per interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from staffing.errors import Problems
from staffing.grid import FloatArray, TimeGrid
from staffing.simulation.model import OnDuty


def on_duty_of(
    agent: npt.ArrayLike,
    start: npt.ArrayLike,
    end: npt.ArrayLike,
    breaks: Sequence[Sequence[tuple[int, int]]],
    priorities: npt.ArrayLike,
) -> OnDuty:
    """Cut shifts at their breaks.

    Parameters
    ----------
    agent
        Row of the agent of each of N shifts, shape (N,).
    start, end
        Unix seconds of each shift, shape (N,).
    breaks
        Per shift, (start, end) of each break in Unix seconds, in any order.
    priorities
        Priority with which agent p serves queue q, 1 first; 0: not at all; shape (P, Q).

    Raises
    ------
    InputError
        For a shift that ends before it starts, a break outside its shift, breaks that overlap, an unknown agent.

    Examples
    --------
    >>> duty = on_duty_of([0], [0], [3600], [[(1200, 1800)]], [[1]])
    >>> duty.start.tolist(), duty.end.tolist(), duty.shift.tolist()
    ([0, 1800], [1200, 3600], [0, 0])
    """
    who, begins, ends = (np.asarray(x, dtype=np.int64).reshape(-1) for x in (agent, start, end))
    serves = np.asarray(priorities, dtype=np.int8)
    problems = Problems()
    rows: list[tuple[int, int, int, int]] = []
    for n, (a, first, last) in enumerate(zip(who.tolist(), begins.tolist(), ends.tolist(), strict=True)):
        if not 0 <= a < len(serves):
            problems.add(f"shift {n}", f"agent row {a} of {len(serves)}")
        if last <= first:
            problems.add(f"shift {n}", f"ends at {last}, not after its start at {first}")
        at = first
        for b0, b1 in sorted(breaks[n]):
            if not at <= b0 < b1 <= last:
                problems.add(f"shift {n}", f"break from {b0} to {b1} overlaps another or leaves the shift")
            if b0 > at:
                rows.append((at, b0, a, n))
            at = b1
        if last > at:
            rows.append((at, last, a, n))
    problems.raise_if_any()
    return _on_duty(serves, rows)


def on_duty_for(grid: TimeGrid, agents: npt.ArrayLike) -> OnDuty:
    """People as a requirement asks for them: each serves one queue and comes and goes with the need.

    Parameters
    ----------
    grid
        The axis, T intervals.
    agents
        Agents per queue and interval, shape (Q, T). Fractions are carried along the axis until they make a whole
        agent, so that agent-hours are kept.

    Returns
    -------
    OnDuty
        Person k of a queue is on duty in the maximal runs of intervals in which more than k are needed.

    Examples
    --------
    >>> from datetime import date
    >>> need = np.zeros((1, 24)); need[0, 8:10] = [1, 2]
    >>> duty = on_duty_for(TimeGrid(date(2027, 1, 1), 1, "UTC", 60), need)
    >>> ((duty.end - duty.start) // 3600).tolist(), len(duty.serves)
    ([2, 1], 2)
    """
    need = _whole(np.asarray(agents, dtype=np.float64))
    n_queues = len(need)
    edges = np.append(grid.starts, grid.starts[-1] + grid.seconds)
    serves: list[list[int]] = []
    rows: list[tuple[int, int, int, int]] = []
    shift = 0
    for q in range(n_queues):
        for k in range(int(need[q].max(initial=0))):
            on = np.flatnonzero(np.diff(np.concatenate(([0], need[q] > k, [0])).astype(np.int8)))
            for i, j in zip(on[::2], on[1::2], strict=True):
                rows.append((int(edges[i]), int(edges[j]), len(serves), shift))
                shift += 1
            serves.append([int(w == q) for w in range(n_queues)])
    return _on_duty(np.array(serves, dtype=np.int8).reshape(-1, n_queues), rows)


def _whole(agents: FloatArray) -> npt.NDArray[np.int64]:
    # Quarters and the like add up exactly; the small offset keeps sums such as 0.1 * 10 on the right side.
    total = np.floor(np.cumsum(agents, axis=1) + 1e-9)
    return np.diff(total, axis=1, prepend=0.0).astype(np.int64)


def _on_duty(serves: npt.NDArray[np.int8], rows: list[tuple[int, int, int, int]]) -> OnDuty:
    table = np.array(sorted(rows), dtype=np.int64).reshape(-1, 4)
    return OnDuty(serves, table[:, 2].copy(), table[:, 0].copy(), table[:, 1].copy(), table[:, 3].copy())
