"""The contacts that come: how many, how long they take, who tries again; the same whoever is on duty."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from staffing.simulation.case import prepare, replicate
from staffing.simulation.engine import simulate
from staffing.simulation.model import OnDuty
from staffing.simulation.settings import Retry, SimulationSettings
from tests.simulation.builders import around_the_clock, busy_team, demand_of, equal, steady


def test_another_seed_gives_other_contacts_and_the_same_seed_the_same() -> None:
    demand, duty = busy_team()
    one, again, other = (simulate(demand, duty, SimulationSettings(replications=3, seed=s)) for s in (1, 1, 2))
    assert equal(one, again)
    assert not np.array_equal(one.offered, other.offered)


def test_the_same_contacts_come_whoever_is_on_duty_and_whatever_other_queues_there_are() -> None:
    demand, duty = busy_team()
    settings = SimulationSettings(replications=2)
    few = OnDuty(duty.serves, duty.person[:4], duty.start[:4], duty.end[:4], duty.shift[:4])
    columns = ["time", "work", "patience", "queue"]
    all_of = replicate(prepare(demand, duty, settings), 1).contacts
    assert np.array_equal(all_of[columns], replicate(prepare(demand, few, settings), 1).contacts[columns])
    rows = [f.name for f in fields(demand) if f.name not in ("grid", "error") and getattr(demand, f.name) is not None]
    first = replace(demand, **{name: getattr(demand, name)[:1] for name in rows})
    alone = replicate(prepare(first, OnDuty(duty.serves[:, :1], *([duty.person[:0]] * 4)), settings), 1).contacts
    assert np.array_equal(all_of[all_of["queue"] == 0][columns], alone[columns])


def test_more_contacts_keep_the_handling_time_of_the_kth() -> None:
    demand, duty = busy_team()
    demand = replace(demand, day_error=np.zeros(3))
    settings = SimulationSettings(replications=2)
    base = replicate(prepare(demand, duty, settings), 0).contacts
    more = replicate(prepare(replace(demand, contacts=demand.contacts * 1.2), duty, settings), 0).contacts
    first = [c[(c["queue"] == 0) & (c["time"] < 86_400)]["work"] for c in (base, more)]
    shorter = min(len(f) for f in first)
    assert len(first[1]) > len(first[0])
    assert np.array_equal(first[0][:shorter], first[1][:shorter])


def test_contacts_have_the_expected_number_handling_time_and_day_error() -> None:
    line = np.ones((3, 24))
    demand = demand_of(
        3,
        contacts=100 * line,
        aht_seconds=200 * line,
        aht_cv=np.array([0.8, 1.0, 0.0]),
        patience_seconds=np.array([90.0, np.inf, 50.0]),
        day_error=np.array([0.2, 0.0, 0.0]),
        exponential=np.array([False, True, False]),
        aht_quantiles=np.array([[np.nan] * 3, [np.nan] * 3, [0.0, 1.0, 4.0]]),
    )
    nobody = OnDuty(np.zeros((0, 3), np.int8), *([np.zeros(0, np.int64)] * 4))
    case = prepare(demand, nobody, SimulationSettings(replications=2))
    drawn = [replicate(case, r).contacts for r in range(200)]
    totals = np.array([[np.sum(c["queue"] == q) for q in range(3)] for c in drawn])
    assert totals.mean(axis=0) == pytest.approx([2400, 2400, 2400], rel=0.02)
    assert totals[:, 0].std() / 2400 == pytest.approx(np.hypot(0.2, 1 / np.sqrt(2400)), rel=0.2)
    assert totals[:, 1].std() == pytest.approx(np.sqrt(2400), rel=0.2)
    every = np.concatenate(drawn)
    for q, cv in ((0, 0.8), (1, 1.0)):
        work = every[every["queue"] == q]["work"]
        assert work.mean() == pytest.approx(200, rel=0.01)
        assert work.std() / work.mean() == pytest.approx(cv, rel=0.02)
    work = every[every["queue"] == 2]["work"]
    # Quantiles 0, 1, 4 mean 1.5: the shape is scaled to the mean that is given.
    assert work.mean() == pytest.approx(200, rel=0.01)
    assert np.median(work) == pytest.approx(200 / 1.5, rel=0.02)
    assert work.max() == pytest.approx(800 / 1.5, rel=0.001)
    assert every[every["queue"] == 0]["patience"].mean() == pytest.approx(90, rel=0.01)
    assert np.isinf(every[every["queue"] == 1]["patience"]).all()
    spread = np.histogram(every["interval"], bins=24, range=(0, 24))[0]
    assert spread == pytest.approx(np.full(24, len(every) / 24), rel=0.03)
    assert (every["time"] // 3600 == every["interval"]).all()


def test_who_retries_is_offered_again() -> None:
    demand = steady(6.0)
    base = simulate(demand, around_the_clock(5), SimulationSettings(replications=10))
    retried = simulate(
        demand, around_the_clock(5), SimulationSettings(replications=10, retry={"a": Retry(share=0.5, after_minutes=2)})
    )
    assert retried.abandoned.sum() > base.abandoned.sum()
    assert retried.offered.sum() - base.offered.sum() == pytest.approx(0.5 * retried.abandoned.sum(), rel=0.05)
