"""The simulation as a whole: laws of conservation, threads, stops, what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from staffing.errors import InputError
from staffing.progress import Progress
from staffing.simulation.case import prepare, replicate
from staffing.simulation.duty import on_duty_for
from staffing.simulation.engine import simulate
from staffing.simulation.model import OnDuty
from staffing.simulation.settings import Retry, SimulationSettings
from tests.simulation.builders import around_the_clock, busy_team, demand_of, duty_of, equal, steady


def test_occupancy_of_groups_queues_and_all_is_told_with_bands_that_narrow_with_replications() -> None:
    demand, duty = busy_team()
    few, many = (simulate(demand, duty, SimulationSettings(replications=r, absence=0.1)) for r in (20, 320))
    for name in ("occupancy", "group_occupancy", "queue_occupancy", "month_occupancy"):
        wide, narrow = getattr(few, name), getattr(many, name)
        known = np.isfinite(wide.mean) & np.isfinite(narrow.mean)
        assert (wide.low <= wide.mean)[known].all()
        assert (wide.mean <= wide.high)[known].all()
        assert 0 < (narrow.high - narrow.low)[known].mean() < 0.4 * (wide.high - wide.low)[known].mean()
    everybody = few.month_occupancy.mean
    assert everybody[:-1].min() <= everybody[-1] <= everybody[:-1].max()
    assert len(everybody) == len(few.skill_groups) + 1


def test_every_contact_is_served_gives_up_is_turned_away_or_still_waits() -> None:
    demand, duty = busy_team()
    settings = SimulationSettings(
        replications=20,
        absence=0.2,
        away=0.1,
        reserve={"c": 1},
        overflow_seconds={"a": 30.0},
        retry={"a": Retry(share=0.4)},
        closing_grace_minutes=5,
    )
    result = simulate(demand, duty, settings)
    parts = result.served + result.abandoned + result.turned_away + result.still_waiting
    assert result.offered == pytest.approx(parts, abs=1e-9)
    assert result.turned_away.sum() > 0
    assert result.abandoned.sum() > 0
    assert (result.answered_in_time <= result.served + 1e-12).all()
    assert (result.service_level_low <= result.service_level)[~np.isnan(result.service_level)].all()
    assert (result.service_level_high >= result.service_level)[~np.isnan(result.service_level)].all()
    occupancy = result.group_occupancy.mean[~np.isnan(result.group_occupancy.mean)]
    assert ((occupancy >= 0) & (occupancy <= 1 + 1e-9)).all()
    assert set(result.skill_groups) == {(0,), (0, 1), (0, 1, 2), (1, 2)}


def test_one_thread_and_three_give_the_same_bits() -> None:
    demand, duty = busy_team()
    settings = SimulationSettings(replications=7, absence=0.1, away=0.05, retry={"a": Retry(share=0.3)})
    assert equal(simulate(demand, duty, settings, workers=1), simulate(demand, duty, settings, workers=3))


def test_half_of_the_shifts_absent_leaves_half_of_the_time_on_duty() -> None:
    demand, duty = busy_team()
    demand = replace(demand, contacts=np.zeros(demand.contacts.shape))
    for settings, share in (
        (SimulationSettings(replications=300, absence=0.5), 0.5),
        (SimulationSettings(replications=10, away=0.25), 0.75),
        (SimulationSettings(replications=300, absence=0.5, away=0.25), 0.375),
    ):
        case = prepare(demand, duty, settings)
        present = np.mean([replicate(case, r).present.sum() for r in range(settings.replications)])
        assert present == pytest.approx(share * 15 * 7.5 * 3600, rel=0.04)


def test_nobody_on_duty_is_a_defined_answer() -> None:
    nobody = OnDuty(np.zeros((0, 1), np.int8), *([np.zeros(0, np.int64)] * 4))
    result = simulate(steady(2.0), nobody, SimulationSettings(replications=3, absence=0.1, away=0.1))
    assert result.queue_service_level[0] == 0.0
    # Those who came at the very end still wait.
    assert result.queue_abandonment[0] > 0.98
    assert (result.abandoned + result.still_waiting == result.offered).all()
    assert np.isnan(result.occupancy.mean).all()
    assert result.overtime_seconds == 0.0


class Watch:
    """Counts reports and asks to stop after some."""

    def __init__(self, stop_after: int) -> None:
        self.reports: list[Progress] = []
        self.stop_after = stop_after

    def report(self, progress: Progress) -> None:
        self.reports.append(progress)

    def should_stop(self) -> bool:
        return len(self.reports) > self.stop_after


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stop_returns_the_replications_so_far(workers: int) -> None:
    watch = Watch(stop_after=5)
    result = simulate(steady(2.0), around_the_clock(3), SimulationSettings(replications=500), watch, workers=workers)
    assert result.replications == 5
    assert [p.stage for p in watch.reports] == ["simulation"] * 6


def test_all_that_cannot_be_simulated_is_told_at_once() -> None:
    demand = demand_of(2)
    wrong = replace(
        demand,
        channel=np.array([0, 7]),
        contacts=np.where(np.arange(24) == 3, -1.0, 0.0) * np.array([[1.0], [0.0]]),
        patience_seconds=np.array([0.0, 10.0]),
        aht_quantiles=np.array([[np.nan, np.nan], [2.0, 1.0]]),
    )
    duty = duty_of([[1, -1]], [(0, 100, 200, 0), (0, 150, 300, 1), (4, 0, 10, 2), (0, 500, 500, 3)])
    settings = SimulationSettings(reserve={"nobody": 1, "a": -1}, overflow_seconds={"a": -5.0})
    with pytest.raises(InputError) as caught:
        simulate(wrong, duty, settings)
    text = "\n".join(str(p) for p in caught.value.problems)
    for part in (
        "channel 7",
        "negative or missing",
        "patience",
        "quantiles",
        "priority",
        "person",
        "do not end",
        "overlap",
    ):
        assert part in text, part
    assert "unknown queue 'nobody'" in text
    assert len(caught.value.problems) >= 10


def test_shapes_closed_contacts_and_missing_handling_times_are_refused() -> None:
    demand = demand_of(1)
    with pytest.raises(InputError, match="shape"):
        simulate(replace(demand, aht_cv=np.ones(3)), duty_of([[1, 1]], []), SimulationSettings())
    contacts = np.ones((1, 24))
    shut = replace(demand, contacts=contacts, open=np.zeros((1, 24), np.bool_), aht_seconds=np.zeros((1, 24)))
    with pytest.raises(InputError, match=r"(?s)closed.*handling time"):
        simulate(shut, duty_of([[1]], []), SimulationSettings())
    with pytest.raises(InputError, match="factor"):
        simulate(demand, duty_of([[1]], [], pace=np.zeros((1, 1))), SimulationSettings())


def test_a_requirement_can_be_simulated() -> None:
    demand = steady(10.0)
    need = np.full((1, 96), 12.0)
    need[0, :10] = 15.0
    result = simulate(demand, on_duty_for(demand.grid, need), SimulationSettings(replications=20))
    fixed = simulate(demand, around_the_clock(12, days=2), SimulationSettings(replications=20))
    assert result.day_service_level.mean[0, 1] == pytest.approx(fixed.day_service_level.mean[0, 1], abs=0.02)
