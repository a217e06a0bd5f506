"""Exact best week or month of one agent given prices: the compiled dynamic program, from Python.

The search (`anneal`) and the bound (`bound`) both rest on it. Method: states are the run lengths, the class of the last
shift's end and the sums that the agent's counts need; see `tables` for how a program becomes these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from staffing.grid import FloatArray
from staffing.roster.block_counts import LOCAL
from staffing.roster.kernels.arrays import INF, Work
from staffing.roster.kernels.months import best_month
from staffing.roster.kernels.weeks import best_block
from staffing.roster.tables import Compiled, make_work

RELAXED, RUNS, EXACT = 0, 1, 2
"""What of runs and rests a month keeps between blocks: nothing, the runs, everything."""


@dataclass(frozen=True)
class Tour:
    """Options of one agent for a stretch of days.

    Attributes
    ----------
    cost
        Cents, prices included; infinite where no tour keeps the hard rules.
    options
        Option of each day, -1 for a day off.
    """

    cost: float
    options: npt.NDArray[np.int32]


def best_tour(
    compiled: Compiled,
    agent: int,
    block: int,
    prices: FloatArray,
    row: npt.NDArray[np.int32],
    work: Work | None = None,
) -> Tour:
    """Cheapest tour of an agent over one block of days, its other days standing as in `row`.

    Parameters
    ----------
    compiled
        From `tables.prepare`.
    agent, block
        Row of the agent; index of the block.
    prices
        Cents of each option beside its own cost, e.g. what it does to cover, shape (D, S).
    row
        Options of the agent's days, shape (D,); those of the block are not read.
    work
        Scratch memory to use again.

    Returns
    -------
    Tour
        Its cost counts the block's options and days off, `prices`, and every count that the block touches at its full
        value.

    Examples
    --------
    >>> from staffing.roster.tables import prepare
    >>> from staffing.roster.primitives import Count, Program, Run
    >>> from staffing.roster.cover import Cover
    >>> one = np.ones((1, 3, 1))
    >>> cover = Cover(*(np.zeros(n, np.int64) for n in [(1,), (1, 1), (3, 1), (3, 1, 2), (1, 3), (3, 1), (1, 2), (3, 1)]))
    >>> day = np.zeros((3, 1), np.int64)
    >>> program = Program(
    ...     one.astype(bool), one[:, :, 0].astype(bool), one.astype(np.int32), day.T.astype(np.int32),
    ...     one.astype(np.int32), (Count("shifts", 0, 0, ((0, 1, 2),), 2, 3),), (Run("row", 0, 0, 1, 1),), (),
    ...     day, day, None, day, day, day, np.zeros(0, np.uint8), cover,
    ... )
    >>> tour = best_tour(prepare(program), 0, 0, np.zeros((3, 1)), np.full(3, -1, np.int32))
    >>> tour.cost, tour.options.tolist()
    (2.0, [0, -1, 0])
    """
    wk = make_work(compiled) if work is None else work
    tb = compiled.tables
    d0, d1 = int(tb.block_first[block]), int(tb.block_first[block + 1])
    wk.price[:] = prices
    wk.multiplier[:] = 0.0
    cost = float(best_block(tb, agent, block, np.ascontiguousarray(row, np.int32), wk))
    if cost >= INF:
        return Tour(float("inf"), np.full(d1 - d0, -1, np.int32))
    return Tour(cost, wk.tour[: d1 - d0].copy())


def best_horizon(
    compiled: Compiled,
    agent: int,
    prices: FloatArray,
    exactness: int = EXACT,
    multipliers: FloatArray | None = None,
    work: Work | None = None,
) -> Tour:
    """Cheapest horizon of an agent under prices per option.

    Parameters
    ----------
    compiled, agent, prices, work
        As in `best_tour`.
    exactness
        `RELAXED`: runs and rests hold inside blocks only; `RUNS`: rests inside blocks only; `EXACT`: everywhere. Below
        `EXACT` the cost is a lower bound.
    multipliers
        Cents per unit of each count that the program does not carry over the horizon, in the order of
        ``compiled.counts``; these counts are left out otherwise.

    Raises
    ------
    MemoryError
        Where the scratch memory does not suffice.
    """
    wk = make_work(compiled) if work is None else work
    wk.price[:] = prices
    wk.multiplier[:] = 0.0
    if multipliers is not None:
        wk.multiplier[: len(multipliers)] = multipliers
    tour = np.full(compiled.program.shape[1], -1, np.int32)
    cost = float(best_month(compiled.tables, agent, exactness, tour, wk))
    if np.isnan(cost):
        raise MemoryError("the horizon's program needs more scratch memory")
    return Tour(float("inf") if cost >= INF else cost, tour)


def carried(compiled: Compiled) -> npt.NDArray[np.bool_]:
    """Which counts the horizon's program holds exactly (the rest is left to multipliers), in the tables' order."""
    out: npt.NDArray[np.bool_] = compiled.tables.count_carry <= LOCAL
    return out
