"""Annealing over whole horizons: sweeps that give one agent after another the best tour given all others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from staffing.roster.columns import Generation
from staffing.roster.flow import Flow
from staffing.roster.master import Column, agent_costs
from staffing.roster.pricing import earned

HOT, COLD = 0.3, 0.01
"""Noise of the annealing at its beginning and end, as multiples of the price of a missing unit."""
JUDGING = 10.0
"""Annealing lets this many times as long pass as judging a roster takes before it offers the next one."""


def anneal(own: Generation, seconds: float, ready: Callable[[], bool], hot: float = HOT) -> None:
    """Give one agent after another the best horizon under noisy prices, ever less noisy, until told to be `ready`.

    The noise begins at `hot` times the price of a missing unit and is least after `seconds`.
    """
    p = own.program
    if own.search.choice is None:
        return
    choice = own.search.choice.copy()
    flow = Flow(own.compiled(), choice)
    costs = agent_costs(p, choice).astype(np.int64)
    unit = float(np.median(p.cover.under[:, 0]))
    began = own.search.elapsed()
    told, pause = began, 0.0
    order: list[int] = []
    while not (own.search.over() or ready()):
        share = (own.search.elapsed() - began) / max(seconds, 1e-3)
        sigma = unit * hot * (COLD / HOT) ** share if share < 1 else 0.0
        order = order or own.rng.permutation(len(choice)).tolist()
        a = order.pop()
        before = choice[a].copy()
        for d in np.nonzero(before >= 0)[0].tolist():
            flow.remove(a, d, int(before[d]))
        choice[a] = -1
        price = np.stack([flow.prices(a, d) for d in range(own.D)])
        noise = own.rng.normal(0.0, sigma, price.shape) if sigma else 0.0
        _, found = own.pricer.tours(a, price + noise, tries=2, beside=before)
        stays = Column(a, before, int(costs[a]))
        column = min(found, key=lambda c: c.cost + earned(price + noise, c.row), default=stays)
        if found:
            own.pool.add(a, column.row, column.cost)
        own.take(flow, choice, column)
        costs[a] = column.cost
        now = own.search.elapsed()
        if now - told >= pause and int(costs.sum()) + flow.cost < own.search.cost:
            own.search.offer(choice)
            told = own.search.elapsed()
            pause = JUDGING * (told - now)
    if int(costs.sum()) + flow.cost < own.search.cost:
        own.search.offer(choice)
