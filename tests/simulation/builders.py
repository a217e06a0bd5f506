"""Small inputs for the tests of the simulation."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

import numpy as np

from staffing.grid import BoolArray, FloatArray, TimeGrid
from staffing.simulation import case as cases
from staffing.simulation.estimate import Estimate
from staffing.simulation.model import Demand, OnDuty, SimulationResult
from staffing.simulation.settings import SimulationSettings
from tests.simulation import plain

CHANNELS = {"voice": 0, "chat": 1, "email": 2}
EXPONENTIAL = {"exponential": np.ones(1, np.bool_)}
STATUS = {0: "waiting", 1: "served", 2: "abandoned", 3: "turned away"}


def demand_of(n_queues: int = 1, days: int = 1, minutes: int = 60, **given: Any) -> Demand:
    """Demand of `n_queues` voice queues that are always open and have no contacts, unless given otherwise."""
    grid = TimeGrid(date(2027, 1, 4), days, "UTC", minutes)
    one, line = np.ones(n_queues), np.ones((n_queues, len(grid)))
    parts: dict[str, Any] = {
        "grid": grid,
        "queues": tuple("abcdefgh"[:n_queues]),
        "channel": np.zeros(n_queues, np.int64),
        "contacts": 0 * line,
        "aht_seconds": 300 * line,
        "aht_cv": one,
        "patience_seconds": np.inf * one,
        "day_error": 0 * one,
        "open": line > 0,
        "threshold_seconds": 20 * one,
        "target": 0.8 * one,
        "concurrency": np.ones(n_queues, np.int64),
        "slowdown": 0 * one,
    }
    return Demand(**{**parts, **given})


def duty_of(serves: list[list[int]], stretches: list[tuple[int, float, float, int]], **given: Any) -> OnDuty:
    """People and their stretches (person, start, end, shift) in seconds after the start of 2027-01-04, UTC."""
    origin = int(TimeGrid(date(2027, 1, 4), 1, "UTC", 60).starts[0])
    table = np.array(stretches, dtype=np.int64).reshape(-1, 4)
    return OnDuty(
        np.array(serves, dtype=np.int8).reshape(len(serves), -1),
        table[:, 0].copy(),
        table[:, 1] + origin,
        table[:, 2] + origin,
        table[:, 3].copy(),
        **given,
    )


def steady(load: float, aht: float = 300.0, patience: float = 150.0, threshold: float = 20.0) -> Demand:
    """Two days of one queue with exponential times: the first is the warm-up."""
    line = np.ones((1, 96))
    return demand_of(
        1,
        days=2,
        minutes=30,
        contacts=load * 1800 / aht * line,
        aht_seconds=aht * line,
        patience_seconds=np.array([patience]),
        threshold_seconds=np.array([threshold]),
        **EXPONENTIAL,
    )


def around_the_clock(people: int, serves: list[int] | None = None, days: int = 3) -> OnDuty:
    return duty_of([serves or [1]] * people, [(p, 0, 86_400 * days, p) for p in range(people)])


def busy_team() -> tuple[Demand, OnDuty]:
    """Three days of voice, chat and e-mail, open from 8 to 18, with five people of two kinds."""
    grid = TimeGrid(demand_of().grid.start, 3, "UTC", 60)
    inside = (grid.minute >= 480) & (grid.minute < 1080)
    demand = demand_of(
        3,
        days=3,
        channel=np.array([0, 1, 2]),
        contacts=np.array([[25.0], [12.0], [6.0]]) * inside,
        aht_seconds=np.array([[280.0], [400.0], [500.0]]) * np.ones(len(grid)),
        patience_seconds=np.array([120.0, 200.0, np.inf]),
        day_error=np.array([0.1, 0.2, 0.0]),
        open=np.repeat(inside[None], 3, axis=0),
        threshold_seconds=np.array([20.0, 60.0, 4 * 3600.0]),
        concurrency=np.array([1, 2, 1]),
        slowdown=np.array([0.0, 0.2, 0.0]),
    )
    stretches = []
    for day in range(3):
        for person in range(5):
            start = day * 86_400 + (8 + person % 3) * 3600
            stretches += [
                (person, start, start + 4 * 3600, day * 5 + person),
                (person, start + 4 * 3600 + 1800, start + 8 * 3600, day * 5 + person),
            ]
    return demand, duty_of([[1, 2, 3], [1, 0, 0], [2, 1, 0], [0, 1, 2], [1, 1, 2]], stretches)


def staffing(on_duty: OnDuty, demand: Demand, who: BoolArray | None = None) -> FloatArray:
    """People on duty in each interval, averaged over it, shape (T,); `who` (P,) picks some of them."""
    grid = demand.grid
    edges = np.append(grid.starts, grid.starts[-1] + grid.seconds)
    out = np.zeros(len(grid))
    for person, start, end in zip(on_duty.person, on_duty.start, on_duty.end, strict=True):
        if who is None or who[person]:
            out += np.clip(np.minimum(end, edges[1:]) - np.maximum(start, edges[:-1]), 0, None) / grid.seconds
    return out


def compiled(
    queues: list[plain.Queue],
    people: list[plain.Person],
    stretches: list[plain.Stretch],
    contacts: list[plain.Contact],
    opening: list[list[bool]] | None = None,
    grace_minutes: float = 30.0,
) -> cases.Outcome:
    """Play given contacts with the compiled engine; rows come back in the order of queue and time."""
    from staffing.simulation.kernels import records

    settings = SimulationSettings(
        replications=2,
        closing_grace_minutes=grace_minutes,
        overflow_seconds={"abcdefgh"[i]: q.overflow for i, q in enumerate(queues)},
        reserve={"abcdefgh"[i]: q.reserve for i, q in enumerate(queues)},
    )
    given: dict[str, Any] = {} if opening is None else {"open": np.array(opening)}
    demand = demand_of(
        len(queues),
        channel=np.array([CHANNELS[q.channel] for q in queues]),
        concurrency=np.array([q.concurrency for q in queues]),
        slowdown=np.array([q.slowdown for q in queues]),
        **given,
    )
    duty = duty_of(
        [p.priorities for p in people],
        [(s.person, s.start, s.end, s.shift) for s in stretches],
        pace=np.array([p.pace for p in people]),
    )
    case = cases.prepare(demand, duty, settings)
    rows = sorted(contacts, key=lambda c: (c.queue, c.time))
    table = np.zeros(len(rows), dtype=records.CONTACT)
    for name in ("time", "work", "patience", "queue"):
        table[name] = [getattr(c, name) for c in rows]
    table["interval"] = table["time"] // 3600
    table["status"], table["following"], table["deadline"] = records.NOT_MADE, -1, np.inf
    table["who"] = -1
    first = np.searchsorted(table["queue"], np.arange(len(queues) + 1)).astype(np.int64)
    return cases.play(case, table, first, 0)


def fates(outcome: cases.Outcome) -> list[tuple[str, int, float, float]]:
    """(status, who, begin, finish) of each contact of the compiled engine."""
    return [(STATUS[int(c["status"])], int(c["who"]), float(c["begin"]), float(c["finish"])) for c in outcome.contacts]


def equal(a: SimulationResult, b: SimulationResult) -> bool:
    """Whether two results agree bit for bit."""

    def same(x: object, y: object) -> bool:
        if isinstance(x, np.ndarray):
            return x.tobytes() == np.asarray(y).tobytes()
        if isinstance(x, Estimate):
            return all(same(getattr(x, f.name), getattr(y, f.name)) for f in fields(x))
        if isinstance(x, dict):
            return isinstance(y, dict) and all(same(x[k], y[k]) for k in x)
        return x == y

    return all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
