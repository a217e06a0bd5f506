"""The simulation meets exact values, and its bands hold them."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from staffing.queueing.chat import chat_service
from staffing.queueing.erlang import erlang_a
from staffing.simulation.engine import simulate
from staffing.simulation.estimate import Estimate
from staffing.simulation.settings import SimulationSettings
from tests.simulation import exact
from tests.simulation.builders import EXPONENTIAL, around_the_clock, demand_of, steady

BAND = ("mean", "low", "high")


def within(value: float, estimate: float, low: float, high: float, errors: float = 3.0) -> bool:
    """Whether a value is within a number of standard errors; bands are about 2.4 of them wide on either side."""
    return abs(value - estimate) <= errors / 2.3 * (high - low) / 2 + 1e-12


def test_a_queue_that_changes_by_the_quarter_hour_meets_its_exact_service_level() -> None:
    arrivals = np.array([3.0, 6.0, 10.0, 13.0, 12.0, 6.0, 3.0])
    expected = exact.service_level(arrivals, 900, 3, 200.0, 120.0, 20.0, 60)
    contacts = np.zeros((1, 96))
    contacts[0, :7] = arrivals
    demand = demand_of(
        1,
        minutes=15,
        contacts=contacts,
        aht_seconds=np.full((1, 96), 200.0),
        patience_seconds=np.array([120.0]),
        **EXPONENTIAL,
    )
    result = simulate(demand, around_the_clock(3), SimulationSettings(replications=1500, seed=5))
    for i in range(7):
        low, high = result.service_level_low[0, i], result.service_level_high[0, i]
        assert within(expected[i], result.service_level[0, i], low, high), i
    assert np.isnan(result.service_level[0, 8])


@pytest.mark.shared
def test_the_given_exact_transient_values_lie_within_three_standard_errors(shared_data: Path) -> None:
    cases: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (shared_data / "erlang" / "transient.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            cases[row["case"]].append(row)
    for rows in cases.values():
        contacts = np.zeros((1, 96))
        contacts[0, : len(rows)] = [float(r["arrivals"]) for r in rows]
        demand = demand_of(
            1,
            minutes=round(float(rows[0]["interval_s"]) / 60),
            contacts=contacts,
            aht_seconds=np.full((1, 96), float(rows[0]["aht_s"])),
            patience_seconds=np.array([float(rows[0]["patience_s"])]),
            threshold_seconds=np.array([float(rows[0]["threshold_s"])]),
            **EXPONENTIAL,
        )
        result = simulate(demand, around_the_clock(int(rows[0]["servers"])), SimulationSettings(replications=1500))
        for i, row in enumerate(rows):
            value, low, high = (
                x[0, i] for x in (result.service_level, result.service_level_low, result.service_level_high)
            )
            assert within(float(row["sl_arrivals_in_interval"]), value, low, high), row["case"] + row["interval"]


@pytest.mark.parametrize(("load", "people", "patience"), [(4.0, 5, 150.0), (8.0, 10, np.inf), (20.0, 19, 90.0)])
def test_steady_queues_meet_erlang_a_and_c(load: float, people: int, patience: float) -> None:
    result = simulate(steady(load, patience=patience), around_the_clock(people), SimulationSettings(replications=100))
    expected = erlang_a(load, people, 300.0, patience, 20.0)
    for value, band in (
        (expected.service_level, result.day_service_level),
        (expected.abandonment, result.day_abandonment),
        (expected.asa_seconds, result.day_asa),
    ):
        assert within(float(value), band.mean[0, 1], band.low[0, 1], band.high[0, 1], errors=3.5)
    answered = load * (1 - float(expected.abandonment)) / people
    assert np.nanmean(result.occupancy.mean[48:]) == pytest.approx(answered, abs=0.01)


def test_bands_of_occupancy_hold_the_exact_one_at_least_95_times_in_100() -> None:
    cases = [(0.5, 1, 150.0), (4.0, 5, 150.0), (8.0, 10, np.inf), (20.0, 14, 90.0)]
    inside = []
    for seed, (load, people, patience) in enumerate(cases * 6):
        settings = SimulationSettings(replications=25, seed=seed)
        result = simulate(steady(load, patience=patience), around_the_clock(people), settings)
        exact_one = float(erlang_a(load, people, 300.0, patience, 20.0).occupancy)
        # Every fourth hour of the second day, far enough from each other to be nearly independent.
        for t in range(48, 96, 8):
            for band in (result.occupancy, Estimate(*(getattr(result.group_occupancy, n)[0] for n in BAND))):
                assert band.low[t] <= band.mean[t] <= band.high[t]
            inside.append(bool(result.occupancy.low[t] <= exact_one <= result.occupancy.high[t]))
    assert len(inside) == 144
    assert np.mean(inside) >= 0.95


def test_the_variants_of_the_service_level_meet_erlang_a() -> None:
    result = simulate(steady(20.0), around_the_clock(20), SimulationSettings(replications=60))
    expected = erlang_a(20.0, 20, 300.0, 150.0, 20.0)
    found = {k: v.mean[0] for k, v in result.queue_variants.items()}
    # The empty start lifts the two days a little.
    assert found["without early abandons"] == pytest.approx(expected.service_level_without_early_abandons, abs=0.015)
    assert found["of the answered"] == pytest.approx(expected.service_level_of_served, abs=0.015)
    assert found["early abandons count"] == pytest.approx(expected.service_level_early_abandons_count, abs=0.015)


def test_chats_meet_the_birth_and_death_chain() -> None:
    load, people, patience = 15.0, 8, 180.0
    demand = replace(
        steady(load, aht=480.0, patience=patience, threshold=30.0),
        channel=np.array([1]),
        concurrency=np.array([3]),
        slowdown=np.array([0.2]),
    )
    result = simulate(demand, around_the_clock(people), SimulationSettings(replications=60))
    expected = chat_service(load, people, 480.0, 3, 0.2, patience, 30.0)
    # The chain spreads chats evenly at every moment; people finish theirs as it comes.
    assert result.day_service_level.mean[0, 1] == pytest.approx(float(expected.service_level), abs=0.02)
