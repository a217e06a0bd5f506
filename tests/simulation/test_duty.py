"""People on duty from shifts and from a requirement, and how the compiled part sees them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffing.errors import InputError
from staffing.simulation.duty import on_duty_for, on_duty_of
from staffing.simulation.routing import closing_of, stretches_of
from tests.simulation.builders import demand_of, duty_of, staffing


def test_shifts_are_cut_at_their_breaks_in_any_order() -> None:
    duty = on_duty_of([1, 0], [100, 0], [900, 500], [[(500, 600), (200, 250)], []], [[1], [1]])
    rows = sorted(zip(duty.person.tolist(), duty.start.tolist(), duty.end.tolist(), duty.shift.tolist(), strict=True))
    assert rows == [(0, 0, 500, 1), (1, 100, 200, 0), (1, 250, 500, 0), (1, 600, 900, 0)]
    assert duty.start.tolist() == sorted(duty.start.tolist())


def test_a_break_at_the_edge_of_a_shift_shortens_it() -> None:
    duty = on_duty_of([0], [0], [900], [[(0, 100), (800, 900)]], [[1]])
    assert (duty.start.tolist(), duty.end.tolist()) == ([100], [800])


def test_impossible_shifts_are_all_told() -> None:
    with pytest.raises(InputError) as caught:
        on_duty_of([0, 3], [10, 0], [5, 100], [[], [(50, 200)]], [[1]])
    assert len(caught.value.problems) == 3


@given(st.lists(st.lists(st.integers(0, 6), min_size=24, max_size=24), min_size=1, max_size=3))
def test_a_requirement_in_whole_agents_is_met_exactly(need: list[list[int]]) -> None:
    demand = demand_of(len(need))
    duty = on_duty_for(demand.grid, need)
    for q, line in enumerate(need):
        assert staffing(duty, demand, duty.serves[:, q] > 0) == pytest.approx(np.array(line, dtype=float))


def test_fractions_of_agents_keep_their_hours() -> None:
    demand = demand_of(1)
    need = np.full((1, 24), 0.25)
    found = staffing(on_duty_for(demand.grid, need), demand)
    assert found.sum() == pytest.approx(6.0)
    assert set(found.tolist()) <= {0.0, 1.0}


def test_stretches_that_touch_are_one_and_gaps_are_breaks() -> None:
    origin = int(demand_of().grid.starts[0])
    duty = duty_of([[1], [1]], [(0, -600, 100, 5), (0, 100, 300, 5), (0, 400, 500, 5), (1, 0, 50, 6), (1, 50, 90, 7)])
    found = stretches_of(duty, origin)
    rows = list(zip(found.person, found.start, found.end, found.gap, found.last, strict=True))
    assert sorted(rows) == [(0, 0, 300, 0, 0), (0, 400, 500, 100, 1), (1, 0, 50, 0, 1), (1, 50, 90, 0, 1)]


def test_stretches_before_the_horizon_do_not_count() -> None:
    found = stretches_of(duty_of([[1]], [(0, -900, -100, 0), (0, -50, 0, 1)]), int(demand_of().grid.starts[0]))
    assert len(found.person) == 0


def test_closing_comes_after_the_last_open_interval_and_never_where_the_horizon_ends_open() -> None:
    found = closing_of(np.array([[False, True, True, False, True]]), 60, 5.0)
    assert found.tolist() == [[5.0, 185.0, 185.0, 185.0, np.inf]]
