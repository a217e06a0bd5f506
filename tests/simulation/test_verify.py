"""Verification by simulation and repair."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from staffing.grid import BoolArray, FloatArray, TimeGrid
from staffing.progress import Progress
from staffing.queueing.inverse import Goals, agents_needed
from staffing.simulation.duty import on_duty_for
from staffing.simulation.engine import simulate
from staffing.simulation.model import Demand, OnDuty
from staffing.simulation.need import lowered, raised
from staffing.simulation.settings import SimulationSettings, VerifySettings
from staffing.simulation.verify import Repaired, Solve, Solved, Verified, affordable, repair, verify
from tests.simulation.builders import demand_of

PATIENCE = 150.0
QUICK = VerifySettings(rounds=12, replications=100, held_out_replications=400)


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
        return Solved("plan", on_duty_for(demand.grid, agents), agents, float(agents.sum()) * demand.grid.hours)

    return solve


def repaired(
    demand: Demand, need: FloatArray, settings: VerifySettings = QUICK, most: float = np.inf
) -> tuple[Repaired[str], Verified]:
    found = repair(demand, need, as_needed(demand, most), SimulationSettings(seed=3), settings)
    return found, verify(demand, found.solved, found.need, SimulationSettings(seed=3), settings)


def test_the_repaired_day_holds_everywhere_with_at_least_8_percent_fewer_hours_than_erlang_c() -> None:
    demand = double_peak(30.0)
    by_c = float(erlang(demand, np.inf).sum()) * demand.grid.hours
    found, seen = repaired(
        demand, erlang(demand, PATIENCE), replace(QUICK, replications=200, held_out_replications=1000)
    )
    assert seen.holds
    assert found.solved.cost <= 0.92 * by_c
    judged = demand.contacts[0] > 10
    assert (seen.service.service_level[0, judged] >= 0.78).all()
    assert seen.service.seed == 3


def test_a_need_that_is_far_too_low_is_raised_until_the_promise_holds() -> None:
    demand = double_peak(20.0)
    found, seen = repaired(demand, 0.7 * erlang(demand, PATIENCE))
    assert seen.holds
    assert found.rounds[0].below > 5
    assert found.rounds[0].raised > 5
    assert found.rounds[-1].need > found.rounds[0].need


@pytest.mark.parametrize("hold", ["day", "month"])
def test_a_promise_for_the_day_or_the_month_costs_no_more_than_one_for_every_interval(hold: str) -> None:
    demand = double_peak(20.0)
    start = 0.85 * erlang(demand, PATIENCE)
    strict, _ = repaired(demand, start)
    loose, seen = repaired(replace(demand, hold=(hold,)), start)  # type: ignore[arg-type]
    assert seen.holds
    assert seen.service.queue_service_level[0] >= 0.78
    assert loose.solved.cost <= strict.solved.cost + 0.5


def test_what_no_plan_can_hold_is_named_and_not_asked_for_without_end() -> None:
    demand = double_peak(20.0)
    found, seen = repaired(demand, erlang(demand, PATIENCE), most=14)
    assert not seen.holds
    worst = seen.misses[0]
    assert worst.queue == "a"
    assert worst.service_level < 0.78
    assert worst.low < worst.service_level < worst.high
    assert (worst.staffed, worst.label[:11]) == (14.0, "2027-01-04T")
    assert worst.needed == found.need[0, worst.interval] > 14
    assert found.need.max() <= erlang(demand, PATIENCE).max()


def test_the_worst_of_queues_that_share_people_is_raised_in_full_and_the_others_by_half() -> None:
    line = np.full((2, 24), 40.0)
    demand = demand_of(2, contacts=line, patience_seconds=np.full(2, PATIENCE), aht_seconds=300 * np.ones((2, 24)))
    asked = np.full((2, 24), 2.0)
    missing = np.where([[True], [False]], 0.3, 0.1) * np.ones((2, 24))
    alone = OnDuty(np.eye(2, dtype=np.int8), *(np.zeros(0, np.int64) for _ in range(4)))
    both = replace(alone, serves=np.ones((2, 2), np.int8))
    apart = raised(demand, alone, asked, missing, asked)
    shared = raised(demand, both, asked, missing, asked)
    assert (shared[0] == apart[0]).all()
    assert (shared[1] > 0).all()
    assert (shared[1] < apart[1]).all()


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
    found, seen = repaired(demand, np.where(open_, 1.0, 0.0), replace(QUICK, min_contacts=20))
    assert seen.holds
    assert found.need[0, 24:].sum() >= 1.5 * found.need[0, :24].sum()
    assert (found.need[0, ~open_[0]] == 0).all()
    assert seen.service.queue_service_level[0] > 0.78


def test_a_queue_with_few_contacts_is_judged_by_the_day_and_gives_away_what_it_does_not_need() -> None:
    demand = demand_of(1, contacts=np.full((1, 24), 4.0), patience_seconds=np.array([PATIENCE]))
    found, seen = repaired(demand, np.full((1, 24), 6.0), replace(QUICK, slack=0.05))
    assert seen.holds
    assert found.solved.cost < 0.7 * 6 * 24
    poor, _ = repaired(demand, np.full((1, 24), 1.0))
    assert poor.rounds[0].below > 0
    assert poor.need.sum() > 24


def test_a_promise_of_waits_and_abandonment_is_repaired_too() -> None:
    demand = replace(
        double_peak(20.0),
        target=np.array([np.nan]),
        max_abandonment=np.array([0.03]),
        max_asa_seconds=np.array([15.0]),
    )
    found, seen = repaired(demand, 0.8 * erlang(demand, PATIENCE))
    judged = demand.contacts[0] > 10
    assert found.rounds[0].below > 5
    assert seen.holds
    assert (seen.service.abandonment.mean[0, judged] <= 0.05 + 1e-9).all()
    assert (seen.service.asa.mean[0, judged] <= 15 * 1.05).all()


def test_nobody_is_taken_away_where_people_are_as_busy_as_was_promised_to_them() -> None:
    demand = double_peak(20.0)
    start = 1.1 * erlang(demand, np.inf)
    free, _ = repaired(demand, start)
    spared, seen = repaired(replace(demand, max_occupancy=np.array([0.7])), start)
    assert spared.solved.cost > free.solved.cost + 2
    assert np.nanmax(seen.service.queue_occupancy.mean[0, demand.contacts[0] > 10]) < 0.8


class Stopper:
    """Asks to stop after so many rounds."""

    def __init__(self, rounds: int) -> None:
        self.rounds, self.told = rounds, 0

    def report(self, progress: Progress) -> None:
        assert "round" in progress.note
        self.told += 1

    def should_stop(self) -> bool:
        return self.told >= self.rounds


def test_a_stop_returns_the_best_plan_so_far() -> None:
    demand = double_peak(10.0)
    need = erlang(demand, PATIENCE)
    found = repair(demand, need, as_needed(demand), SimulationSettings(), QUICK, Stopper(1))
    assert len(found.rounds) == 1
    assert (found.need == need).all()


def test_no_round_begins_after_its_time_and_the_polished_plan_counts_only_if_it_is_no_worse() -> None:
    demand = double_peak(10.0)
    need = 0.7 * erlang(demand, PATIENCE)
    polished = []

    def polish(need: FloatArray, _: str | None) -> Solved[str]:
        polished.append(need)
        return Solved("worse", on_duty_for(demand.grid, 0.5 * need), 0.5 * need, 0.0)

    found = repair(
        demand, need, as_needed(demand), SimulationSettings(), QUICK, seconds=1e-6, first=as_needed(demand)(need, None),
        polish=polish,
    )  # fmt: skip
    assert len(found.rounds) == 1
    assert len(polished) == 1
    assert found.solved.plan == "plan"
    assert found.passed_over is not None
    assert found.passed_over.plan == "worse"


@pytest.mark.parametrize(("cost", "kept"), [(0.5, "polished"), (2.0, "plan")])
def test_a_polished_plan_that_keeps_as_much_is_not_passed_over_for_the_promise(cost: float, kept: str) -> None:
    demand = double_peak(10.0)
    need = 0.7 * erlang(demand, PATIENCE)

    def polish(need: FloatArray, _: str | None) -> Solved[str]:
        again = as_needed(demand)(need, None)
        return replace(again, plan="polished", cost=cost * again.cost)

    found = repair(
        demand, need, as_needed(demand), SimulationSettings(), QUICK, seconds=1e-6, first=as_needed(demand)(need, None),
        polish=polish,
    )  # fmt: skip
    assert found.solved.plan == kept
    assert found.passed_over is None


def test_no_more_replications_are_simulated_than_time_allows() -> None:
    demand = double_peak(10.0)
    duty = on_duty_for(demand.grid, erlang(demand, PATIENCE))
    assert affordable(demand, duty, SimulationSettings(replications=5000), 1e-6) == 20
    assert affordable(demand, duty, SimulationSettings(replications=30), 1e6) == 30
    assert affordable(demand, duty, SimulationSettings(replications=3), 1e-6) == 3


def test_once_the_need_is_only_raised_plans_are_mended_from_one_that_had_more_time() -> None:
    demand = double_peak(20.0)
    start = 0.1 * erlang(demand, PATIENCE)
    plain = as_needed(demand)
    called: list[str] = []

    def named(name: str) -> Solve[str]:
        def solve(need: FloatArray, before: str | None) -> Solved[str]:
            called.append(name)
            return plain(need, before)

        return solve

    found = repair(
        demand,
        start,
        named("solve"),
        SimulationSettings(seed=3),
        replace(QUICK, rounds=7),
        deepen=named("deepen"),
        mend=named("mend"),
    )
    raising = called.index("deepen")
    assert raising > 1
    assert set(called[:raising]) == {"solve"}
    assert set(called[raising + 1 :]) <= {"mend"}
    assert found.rounds[-1].late < found.rounds[raising].late


def test_what_a_pool_has_to_spare_is_taken_away_once_and_not_once_per_queue() -> None:
    contacts = np.full((2, 24), 120.0)
    demand = demand_of(2, contacts=contacts, patience_seconds=np.full(2, PATIENCE))
    apart = on_duty_for(demand.grid, np.full((2, 24), 14.0))
    shared = replace(apart, serves=np.ones_like(apart.serves))
    asked = np.full((2, 24), 14.0)
    none = np.zeros((2, 24))
    service = simulate(demand, apart, SimulationSettings(replications=100))
    alone = lowered(demand, apart, service, QUICK, asked, none, asked)
    pooled = lowered(demand, shared, service, QUICK, asked, none, asked)
    assert alone.sum() > 20
    assert pooled.sum() == pytest.approx(alone.sum() / np.sqrt(2), rel=0.15)


def test_a_day_that_no_plan_can_hold_is_left_as_it_is_and_the_others_are_mended() -> None:
    peak = double_peak(20.0)
    grid = TimeGrid(date(2027, 1, 4), 2, "UTC", 30)
    demand = demand_of(
        1,
        days=2,
        minutes=30,
        contacts=np.tile(peak.contacts, 2),
        open=np.tile(peak.open, 2),
        aht_cv=np.array([0.9]),
        patience_seconds=np.array([PATIENCE]),
    )
    few = np.where(grid.day == 0, 12.0, np.inf)
    asked_about: list[FloatArray] = []

    def solve(need: FloatArray, _: str | None) -> Solved[str]:
        agents = np.minimum(np.ceil(need), few)
        return Solved("plan", on_duty_for(grid, agents), agents, float(agents.sum()) * grid.hours)

    def beyond(wanted: FloatArray, late: FloatArray) -> BoolArray:
        asked_about.append(wanted)
        assert (late[grid.day == 0] > 0).any()
        hopeless: BoolArray = np.asarray(((wanted > few).any(axis=0))[grid.day == 0].any() & (grid.day == 0))
        return hopeless

    start = 0.6 * np.tile(erlang(peak, PATIENCE), 2)
    found = repair(demand, start, solve, SimulationSettings(seed=3), QUICK, beyond=beyond)
    seen = verify(demand, found.solved, found.need, SimulationSettings(seed=3), QUICK)
    assert len(asked_about) == 1
    assert {int(grid.day[m.interval]) for m in seen.misses} == {0}
    assert found.need[0, grid.day == 0].max() <= 12.0
    assert found.need[0, grid.day == 1].max() > 16.0


def test_nobody_is_asked_for_in_negative_numbers_where_a_pool_serves_a_queue_beside_another() -> None:
    demand = demand_of(3, contacts=np.full((3, 24), 40.0), patience_seconds=np.full(3, PATIENCE))
    split = np.repeat([[-0.25], [0.25], [0.0]], 24, axis=1)
    asked: list[FloatArray] = []

    def solve(need: FloatArray, _: str | None) -> Solved[str]:
        asked.append(need)
        few = 2.0 + len(asked)  # the last queue goes short, so that the repair goes on
        people = np.repeat([[20.0], [0.0], [few]], 24, axis=1)
        duty = on_duty_for(demand.grid, people)
        both = replace(duty, serves=np.where(duty.serves[:, :1] > 0, np.array([[1, 1, 0]], np.int8), duty.serves))
        return Solved("plan", both, people + split, 1.0)

    start = np.repeat([[9.0], [9.0], [3.0]], 24, axis=1)
    repair(demand, start, solve, SimulationSettings(seed=3), replace(QUICK, rounds=4))
    assert len(asked) > 2
    assert min(need.min() for need in asked) == 0.0
