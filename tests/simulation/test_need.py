"""What a simulation says of the need: how much to keep in reserve, how much can be spared, how few may do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from staffing.grid import FloatArray
from staffing.simulation.duty import on_duty_for
from staffing.simulation.engine import simulate
from staffing.simulation.model import Demand, SimulationResult
from staffing.simulation.need import CAUTION, fewest, reserve, shortfall, spared
from staffing.simulation.settings import SimulationSettings, VerifySettings
from tests.simulation.test_verify import PATIENCE, double_peak, erlang

SETTINGS = VerifySettings()
SIMULATION = SimulationSettings(seed=5, replications=400)


def played(demand: Demand, agents: FloatArray, replications: int = 400) -> SimulationResult:
    return simulate(demand, on_duty_for(demand.grid, agents), replace(SIMULATION, replications=replications))


def truly_needed(demand: Demand, agents: FloatArray, t: int) -> float:
    """Fewest agents in one interval, the others being as they are, with whom its promise holds."""

    def holds(n: float) -> bool:
        changed = agents.copy()
        changed[0, t] = n
        return shortfall(demand, played(demand, changed), SETTINGS, 0.0)[0, t] == 0

    n = float(agents[0, t])
    while holds(n):
        n -= 1
    while not holds(n):
        n += 1
    return n


@pytest.mark.parametrize("change", [-3.0, 0.0, 3.0])
def test_no_interval_is_said_to_need_more_people_than_it_does(change: float) -> None:
    demand = double_peak(20.0)
    agents = np.maximum(np.ceil(erlang(demand, PATIENCE)) + change, 0.0) * demand.open
    service = played(demand, agents)
    found = fewest(demand, service, SETTINGS, agents, agents)
    missing = shortfall(demand, service, SETTINGS, 0.0)[0]
    judged = np.flatnonzero(demand.contacts[0] > SETTINGS.min_contacts)
    for t in judged[:: len(judged) // 5]:
        true = truly_needed(demand, agents, int(t))
        assert found[0, t] <= true
        assert found[0, t] > true - 3.5
        assert (found[0, t] > agents[0, t]) == (missing[t] > 0)
    assert not found[0, demand.contacts[0] <= SETTINGS.min_contacts].any()


def test_who_can_be_spared_is_told_on_the_safe_side_of_margin_and_reserve() -> None:
    demand = double_peak(20.0)
    agents = np.ceil(erlang(demand, PATIENCE)) + 2
    service = played(demand, agents)
    judged = demand.contacts[0] > 10
    plain = spared(demand, service, SETTINGS, agents)
    careful = spared(demand, service, SETTINGS, agents, reserve(service, SETTINGS), 0.01)
    assert (plain[0, judged] > 0).all()
    assert (careful[0, judged] < plain[0, judged]).all()
    assert not plain[0, ~demand.open[0]].any()


def test_the_reserve_covers_the_error_of_an_interval_and_shrinks_with_what_is_simulated() -> None:
    demand = double_peak(20.0)
    agents = np.ceil(erlang(demand, PATIENCE))
    duty, judged = on_duty_for(demand.grid, agents), demand.contacts[0] > 10
    long = played(demand, agents, 1600)
    narrow = reserve(long, SETTINGS)[0, judged]
    inside = []
    for seed in range(6, 12):
        short = simulate(demand, duty, replace(SIMULATION, seed=seed, replications=100))
        wide = reserve(short, SETTINGS)[0, judged]
        assert (narrow < wide).all()
        inside.append(np.abs(short.service_level - long.service_level)[0, judged] <= wide)
    # Two standard errors hold 95%; neighbours share what waits, so that the count itself is off by two or three points.
    assert np.mean(inside) > 0.92
    # With endless replications the error of the check itself remains.
    one = (short.service_level_high - short.service_level_low)[0, judged] / 2 / 2.4 / np.sqrt(4)
    assert narrow.mean() == pytest.approx(CAUTION * one.mean(), rel=0.25)


def test_with_a_reserve_an_interval_that_just_holds_counts_as_missed() -> None:
    demand = double_peak(20.0)
    service = played(demand, np.ceil(erlang(demand, PATIENCE)))
    plain = shortfall(demand, service, SETTINGS, 0.0)
    careful = shortfall(demand, service, SETTINGS, 0.0, 0.05)
    assert (careful >= plain).all()
    new = (careful > 0) & (plain == 0)
    assert new.any()
    assert (service.service_level[new] < 0.83 + 1e-9).all()
