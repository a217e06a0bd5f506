"""What if, on a finished plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from staffing.errors import InputError
from staffing.simulation.engine import simulate
from staffing.simulation.settings import SimulationSettings
from staffing.simulation.stress import Stress, ill, riskiest, shift_days, stressed, under_stress
from tests.simulation.builders import demand_of, duty_of

DAY = 86_400


def plan() -> tuple:  # type: ignore[type-arg]
    demand = demand_of(2, days=2, contacts=np.full((2, 48), 10.0), patience_seconds=np.array([200.0, 200.0]))
    shifts = [(p, d * DAY + p * 7200, d * DAY + 14 * 3600 + p * 3600, d * 9 + p) for d in range(2) for p in range(5)]
    nights = [(5, 22 * 3600, 30 * 3600, 90)]
    return demand, duty_of([[1, 1]] * 6, sorted(shifts + nights, key=lambda s: s[1]))


def test_nothing_happens_without_a_stress() -> None:
    demand, duty = plan()
    same_demand, same_duty = stressed(demand, duty, Stress())
    assert np.array_equal(same_demand.contacts, demand.contacts)
    assert same_duty is duty


def test_volume_and_handling_time_change_the_queues_named_or_all() -> None:
    demand, duty = plan()
    changed, _ = stressed(demand, duty, Stress(volume={"all": 1.5, "b": 1.0}, aht_seconds={"b": 30.0}))
    assert changed.contacts[:, 0].tolist() == [15.0, 10.0]
    assert changed.aht_seconds[:, 0].tolist() == [300.0, 330.0]


def test_the_absent_lose_the_shifts_that_start_that_day_also_over_midnight() -> None:
    demand, duty = plan()
    _, without = stressed(demand, duty, Stress(absent=((5, 0), (0, 1))))
    assert 5 not in without.person
    assert np.sum(without.person == 0) == 1
    assert len(without.person) == len(duty.person) - 2


def test_the_ill_are_people_with_a_shift_that_day() -> None:
    demand, duty = plan()
    assert len(ill(duty, demand.grid, 0, 3)) == 3
    assert ill(duty, demand.grid, 0, 3) == ill(duty, demand.grid, 0, 3)
    assert {p for p, _ in ill(duty, demand.grid, 1, 99)} == {0, 1, 2, 3, 4}
    assert set(shift_days(duty, demand.grid)) == {0, 1}


def test_a_stress_makes_service_worse_with_the_same_contacts_elsewhere() -> None:
    demand, duty = plan()
    settings = SimulationSettings(replications=30)
    calm = simulate(demand, duty, settings)
    absent = under_stress(demand, duty, settings, Stress(absent=ill(duty, demand.grid, 0, 3)))
    busy = under_stress(demand, duty, settings, Stress(volume={"all": 1.3}))
    slow = under_stress(demand, duty, settings, Stress(aht_seconds={"all": 60.0}))
    assert np.array_equal(absent.result.offered, calm.offered)
    for worse in (absent, busy, slow):
        assert np.array_equal(worse.base.queue_service_level, calm.queue_service_level)
        np.testing.assert_allclose(worse.change.mean, worse.result.queue_service_level - calm.queue_service_level)
        assert (worse.change.high < 0).all()
    known = under_stress(demand, duty, settings, Stress(volume={"all": 1.3}), base=calm)
    assert np.array_equal(known.change.mean, busy.change.mean)


def test_the_band_of_a_change_is_far_narrower_than_the_bands_of_what_is_compared() -> None:
    demand, duty = plan()
    settings = SimulationSettings(replications=60)
    found = under_stress(demand, duty, settings, Stress(aht_seconds={"all": 3.0}))
    calm = found.base
    width = calm.queue_service_level_high - calm.queue_service_level_low
    assert (found.change.high - found.change.low < width).all()
    gone = under_stress(demand, duty, settings, Stress(absent=((0, 1),)))
    assert (np.abs(gone.day_change.mean[:, 0]) < 0.001).all()
    assert (gone.day_change.high[:, 1] < 0).all()


def test_stresses_that_make_no_sense_are_told_at_once() -> None:
    demand, duty = plan()
    wrong = Stress(volume={"nobody": 1.1, "a": -1.0}, aht_seconds={"a": -300.0}, absent=((9, 0), (0, 7)))
    with pytest.raises(InputError) as caught:
        stressed(demand, duty, wrong)
    assert len(caught.value.problems) == 5
    with pytest.raises(ValidationError):
        Stress(sickness=3)  # type: ignore[call-arg]


def test_the_riskiest_intervals_are_those_with_most_contacts_late() -> None:
    demand, duty = plan()
    contacts = np.array(demand.contacts)
    contacts[0, 12] = 60.0
    demand = replace(demand, contacts=contacts, target=np.array([0.8, np.nan]))
    result = simulate(demand, duty, SimulationSettings(replications=30))
    found = riskiest(result, demand.target, 5)
    assert len(found) == 5
    assert {r.queue for r in found} == {"a"}
    assert found[0].interval == 12
    assert found[0].label == "2027-01-04T12:00:00+00:00"
    assert [r.late for r in found] == sorted((r.late for r in found), reverse=True)
    assert found[0].late == pytest.approx(found[0].contacts * (0.8 - found[0].service_level))
    assert riskiest(result, np.array([0.0, np.nan])) == ()
