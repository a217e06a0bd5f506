"""Promises: when they run, what is judged, the chance that a day keeps them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from staffing.grid import TimeGrid
from staffing.simulation.engine import simulate
from staffing.simulation.settings import SimulationSettings
from tests.simulation.builders import around_the_clock, demand_of, duty_of, equal, steady


def test_the_promise_of_deferrable_work_runs_in_open_seconds_and_over_the_night() -> None:
    grid = TimeGrid(demand_of().grid.start, 2, "UTC", 60)
    inside = (grid.minute >= 480) & (grid.minute < 1020)
    contacts = np.zeros((1, 48))
    contacts[0, 8] = 30.0
    demand = demand_of(
        1,
        days=2,
        channel=np.array([2]),
        contacts=contacts,
        aht_seconds=np.full((1, 48), 60.0),
        aht_cv=np.zeros(1),
        open=inside[None],
        threshold_seconds=np.array([9.5 * 3600.0]),
    )
    # Nobody works on the first day; from 8 on the second, after 9 open hours, they are worked off within the promise.
    duty = duty_of([[1]], [(0, 86_400 + 8 * 3600, 86_400 + 16 * 3600, 0)])
    result = simulate(demand, duty, SimulationSettings(replications=50))
    assert result.queue_service_level[0] == 1.0
    assert 8.4 * 3600 < result.asa_seconds[0, 8] < 9.0 * 3600
    strict = simulate(
        replace(demand, threshold_seconds=np.array([8 * 3600.0])), duty, SimulationSettings(replications=50)
    )
    assert strict.queue_service_level[0] == 0.0


def test_work_whose_promise_has_not_run_out_at_the_end_is_not_judged() -> None:
    contacts = np.zeros((1, 24))
    contacts[0, [2, 22]] = 10.0
    demand = demand_of(1, channel=np.array([2]), contacts=contacts, threshold_seconds=np.array([4 * 3600.0]))
    result = simulate(demand, duty_of([[1]], []), SimulationSettings(replications=5))
    assert result.service_level[0, 2] == 0.0
    assert np.isnan(result.service_level[0, 22])
    assert result.still_waiting[0, 22] == result.offered[0, 22] > 0


def test_the_chance_of_a_good_day_falls_with_the_error_of_the_forecast() -> None:
    demand = steady(20.0)
    demand = replace(demand, target=np.array([0.65]))
    duty = around_the_clock(20)
    sure = simulate(demand, duty, SimulationSettings(replications=60))
    unsure = simulate(replace(demand, day_error=np.array([0.15])), duty, SimulationSettings(replications=60))
    ignored = simulate(
        replace(demand, day_error=np.array([0.15])), duty, SimulationSettings(replications=60, forecast_error=False)
    )
    assert sure.day_meets_target[0, 1] > unsure.day_meets_target[0, 1] > 0
    assert sure.month_meets_target[0] > unsure.month_meets_target[0]
    assert equal(sure, ignored)


def test_no_target_and_no_contacts_are_told_as_unknown() -> None:
    demand = replace(demand_of(2), target=np.array([np.nan, 0.8]))
    result = simulate(demand, around_the_clock(1, [1, 1], 1), SimulationSettings(replications=3))
    assert np.isnan(result.day_meets_target).all()
    assert np.isnan(result.month_meets_target).all()
    assert np.isnan(result.queue_service_level).all()
    assert (result.occupancy.mean == 0).all()
