"""Verification by simulation and repair."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from staffing.grid import FloatArray, TimeGrid
from staffing.progress import Progress
from staffing.queueing.inverse import Goals, agents_needed
from staffing.simulation.duty import on_duty_for
from staffing.simulation.model import Demand, OnDuty
from staffing.simulation.settings import SimulationSettings, VerifySettings
from staffing.simulation.verify import Solve, Solved, Verified, staffing, verify_and_repair
from tests.simulation.builders import demand_of

PATIENCE = 150.0
QUICK = VerifySettings(rounds=12, replications=100, held_out_replications=200)


def double_peak(peak: float) -> Demand:
    """Twelve hours with two peaks, handling times of 300 s, patience of 150 s."""
    grid = TimeGrid(date(2027, 1, 4), 1, "UTC", 30)
    hour = (grid.minute + 15) / 60 - 8
    shape = 0.12 + 0.88 * np.exp(-(((hour - 2.6) / 1.4) ** 2)) + 0.72 * np.exp(-(((hour - 6.6) / 1.6) ** 2))
    contacts = np.where((hour > 0) & (hour < 12), peak * shape * grid.seconds / 300.0, 0.0)[None]
    return demand_of(
        1,
        minutes=30,
        contacts=contacts,
        open=contacts > 0,
        aht_cv=np.array([0.9]),
        patience_seconds=np.array([PATIENCE]),
    )


def erlang(demand: Demand, patience: float) -> FloatArray:
    load = demand.contacts * demand.aht_seconds / demand.grid.seconds
    return agents_needed(load, 300.0, Goals(service_level=0.8, threshold_seconds=20.0), patience)


def as_needed(demand: Demand, most: float = np.inf) -> Solve[str]:
    """A planner that gives exactly what is asked for, as long as there are people."""

    def solve(need: FloatArray, _: str | None) -> Solved[str]:
        agents = np.minimum(np.ceil(need), most)
        return Solved("plan", on_duty_for(demand.grid, agents), float(agents.sum()) * demand.grid.hours)

    return solve


def repair(demand: Demand, need: FloatArray, settings: VerifySettings = QUICK, most: float = np.inf) -> Verified[str]:
    return verify_and_repair(demand, need, as_needed(demand, most), SimulationSettings(seed=3), settings)


def test_the_repaired_day_holds_everywhere_with_at_least_8_percent_fewer_hours_than_erlang_c() -> None:
    demand = double_peak(30.0)
    by_c = float(erlang(demand, np.inf).sum()) * demand.grid.hours
    found = repair(demand, erlang(demand, PATIENCE))
    assert found.holds
    assert found.misses == ()
    assert found.solved.cost <= 0.92 * by_c
    judged = demand.contacts[0] > 10
    assert (found.service.service_level[0, judged] >= 0.78).all()
    assert found.service.seed != 3


def test_a_need_that_is_far_too_low_is_raised_until_the_promise_holds() -> None:
    demand = double_peak(20.0)
    found = repair(demand, 0.7 * erlang(demand, PATIENCE))
    assert found.holds
    assert found.rounds[0].below > 5
    assert found.rounds[0].raised > 5


@pytest.mark.parametrize("hold", ["day", "month"])
def test_a_promise_for_the_day_or_the_month_costs_no_more_than_one_for_every_interval(hold: str) -> None:
    demand = double_peak(20.0)
    start = 0.85 * erlang(demand, PATIENCE)
    strict = repair(demand, start)
    loose = repair(demand, start, replace(QUICK, hold=hold))  # type: ignore[arg-type]
    assert loose.holds
    assert loose.service.queue_service_level[0] >= 0.78
    assert loose.solved.cost <= strict.solved.cost + 0.5


def test_what_no_roster_can_hold_is_named_with_the_reason() -> None:
    demand = double_peak(20.0)
    found = repair(demand, erlang(demand, PATIENCE), replace(QUICK, rounds=3), most=14)
    assert not found.holds
    worst = found.misses[0]
    assert worst.queue == "a"
    assert worst.service_level < 0.78
    assert worst.low < worst.service_level < worst.high
    assert worst.why.startswith("14.0 people who serve it are on duty")
    assert worst.label.startswith("2027-01-04T")


def test_among_queues_that_share_people_only_the_worst_is_raised() -> None:
    line = np.full((2, 24), 40.0)
    demand = demand_of(2, contacts=line, patience_seconds=np.full(2, PATIENCE), aht_seconds=300 * np.ones((2, 24)))
    asked = []

    def solve(need: FloatArray, _: str | None) -> Solved[str]:
        asked.append(need.copy())
        siloed = on_duty_for(demand.grid, np.ceil(need))
        shared = OnDuty(np.ones_like(siloed.serves), siloed.person, siloed.start, siloed.end, siloed.shift)
        return Solved("plan", shared, float(np.ceil(need).sum()))

    found = verify_and_repair(demand, np.full((2, 24), 2.0), solve, SimulationSettings(), replace(QUICK, rounds=9))
    raised = asked[1] - asked[0]
    assert (raised > 0).any()
    assert ((raised > 0).sum(axis=0) <= 1).all()
    assert found.holds


def test_deferrable_work_gets_more_hours_on_the_days_that_answer_too_late() -> None:
    open_ = np.tile((np.arange(24) >= 8) & (np.arange(24) < 18), (1, 2))
    contacts = np.where(open_, 6.0, 0.0)
    contacts[0, 24:] *= 2
    demand = demand_of(
        1,
        days=2,
        channel=np.array([2]),
        contacts=contacts,
        open=open_,
        aht_seconds=np.full((1, 48), 600.0),
        threshold_seconds=np.array([3 * 3600.0]),
    )
    found = repair(demand, np.where(open_, 1.0, 0.0), replace(QUICK, min_contacts=20))
    assert found.holds
    assert found.need[0, 24:].sum() >= 1.5 * found.need[0, :24].sum()
    assert (found.need[0, ~open_[0]] == 0).all()
    assert found.service.queue_service_level[0] > 0.78


def test_a_stop_returns_the_first_plan_checked() -> None:
    class Stop:
        def report(self, progress: Progress) -> None:
            assert "round 1" in progress.note

        def should_stop(self) -> bool:
            return True

    demand = double_peak(10.0)
    found = verify_and_repair(demand, erlang(demand, PATIENCE), as_needed(demand), SimulationSettings(), QUICK, Stop())
    assert len(found.rounds) == 1
    assert found.service.replications == QUICK.held_out_replications


def test_parts_of_intervals_on_duty_count_in_part() -> None:
    demand = demand_of(1)
    start = int(demand.grid.starts[0])
    duty = OnDuty(np.ones((1, 1), np.int8), *(np.array([x]) for x in (0, start + 1800, start + 2 * 3600 + 900, 0)))
    assert staffing(duty, demand)[:4].tolist() == [0.5, 1.0, 0.25, 0.0]
