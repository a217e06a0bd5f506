"""Options: starts, break placements, cover units, and to and from a rota."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest

from staffing.errors import InputError
from staffing.grid import TimeGrid
from staffing.roster.options import PLACEMENTS, Options, choice_of, expand, paid_unit, placements, roster_of, starts_of
from staffing.roster.problem import Break, Law, Prices, Roster, RosterProblem, ShiftType
from tests.roster.roster_cases import random_problem


def options_of(*kinds: ShiftType, days: int = 2, interval: int = 30, start: date = date(2027, 1, 4)) -> Options:
    grid = TimeGrid(start, days, "Europe/Berlin", interval)
    need = np.zeros((1, len(grid)))
    return expand(RosterProblem(grid, ("voice",), need, (), {}, kinds, Law(), Prices()))


def units(options: Options, d: int, s: int) -> list[int]:
    o = int(options.offset[d, s])
    return options.units[o : o + int(options.length[d, s])].tolist()


def test_a_window_of_starts_gives_every_step() -> None:
    kind = ShiftType("D", time(8), 8.0, latest_start=time(10), start_step_minutes=60)
    assert starts_of(kind) == [480, 540, 600]
    assert starts_of(replace(kind, latest_start=None)) == [480]
    assert starts_of(replace(kind, latest_start=time(7))) == []


def test_a_break_is_placed_on_every_interval_of_its_window() -> None:
    kind = ShiftType("E", time(6), 8.5, breaks=(Break(30, 3.0, 5.0),))
    assert [p[0][0] for p in placements(kind, 30)] == [180, 210, 240, 270, 300]
    assert [p[0][0] for p in placements(kind, 60)] == [180, 240, 300]


def test_a_window_without_a_whole_interval_gives_its_beginning() -> None:
    kind = ShiftType("E", time(6), 8.5, breaks=(Break(30, 3.25, 3.4),))
    assert placements(kind, 30) == [((195, 30, False),)]


def test_breaks_keep_their_order_and_do_not_overlap() -> None:
    kind = ShiftType("E", time(6), 8.0, breaks=(Break(30, 2.0, 3.0), Break(30, 2.0, 3.0)))
    assert [(a[0], b[0]) for a, b in placements(kind, 30)] == [(120, 150), (120, 180), (150, 180)]


def test_many_placements_are_thinned_evenly() -> None:
    kind = ShiftType("E", time(6), 10.0, breaks=(Break(15, 1, 4), Break(30, 4, 7), Break(15, 7, 9.5)))
    found = placements(kind, 30)
    assert len(found) == PLACEMENTS
    assert {p[0][0] for p in found} == set(range(60, 241, 30))


def test_half_an_interval_of_break_leaves_half_the_units() -> None:
    options = options_of(ShiftType("M", time(8), 3.0, breaks=(Break(15, 1, 1, paid=True),)))
    assert units(options, 0, 0) == [4, 4, 2, 4, 4, 4]
    assert options.paid_minutes[0, 0] == 180


def test_a_start_inside_an_interval_counts_partly() -> None:
    options = options_of(ShiftType("M", time(8, 15), 1.0))
    assert units(options, 0, 0) == [2, 4, 2]
    assert options.first[0, 0] == 16


def test_placements_that_cover_the_same_are_listed_once() -> None:
    kind = ShiftType("M", time(8), 4.0, breaks=(Break(15, 1, 1.75, paid=True),))
    assert len(options_of(kind, interval=15)) == 4
    assert len(options_of(kind, interval=60)) == 1


def test_a_night_shift_is_cut_by_the_end_of_the_horizon_in_cover_but_not_in_pay() -> None:
    options = options_of(ShiftType("N", time(22), 8.0), days=2)
    assert options.length[:, 0].tolist() == [16, 4]
    assert options.paid_minutes[:, 0].tolist() == [480, 480]


def test_a_night_shift_is_an_hour_shorter_in_spring_and_longer_in_autumn() -> None:
    night = ShiftType("N", time(22), 8.0)
    spring = options_of(night, days=3, start=date(2027, 3, 27))
    assert spring.paid_minutes[:2, 0].tolist() == [420, 480]
    assert spring.length[:2, 0].tolist() == [14, 16]
    autumn = options_of(night, days=3, start=date(2027, 10, 30))
    assert autumn.paid_minutes[:2, 0].tolist() == [540, 480]


def test_a_shift_may_only_start_on_its_weekdays() -> None:
    options = options_of(ShiftType("W", time(8), 4.0, weekdays=("sat",)), days=7)
    assert options.valid[:, 0].tolist() == [False] * 5 + [True, False]


def test_the_unit_divides_every_paid_time() -> None:
    assert paid_unit(options_of(ShiftType("A", time(8), 4.0), ShiftType("B", time(8), 5.5))) == 30
    assert paid_unit(options_of(ShiftType("A", time(8), 4.0, weekdays=()))) == 60


def test_a_rota_and_its_choice_are_the_same_thing() -> None:
    problem = random_problem(4, agents=5, days=10)
    options = expand(problem)
    rng = np.random.default_rng(1)
    choice = np.where(rng.random((5, 10)) < 0.6, rng.integers(0, len(options), (5, 10)), -1).astype(np.int32)
    roster = roster_of(problem, options, choice)
    assert (choice_of(problem, options, roster) == choice).all()
    assert {(s.agent, s.day) for s in roster.shifts if s.locked} <= {
        (problem.agent_index[k.agent], problem.grid.day_index(k.day)) for k in problem.locks
    }


def test_moved_breaks_become_the_nearest_placement_and_unknown_shifts_are_listed() -> None:
    problem = random_problem(4, agents=2, days=7, busy=False)
    options = expand(problem)
    choice = np.full((2, 7), -1, np.int32)
    choice[0, 2] = 1
    shift = roster_of(problem, options, choice).shifts[0]
    moved = replace(shift, breaks=tuple((a + 300, b + 300) for a, b in shift.breaks))
    assert choice_of(problem, options, Roster((moved,)))[0, 2] == 1
    wrong = (replace(shift, code="?"), replace(shift, day=3, start=shift.start + 60), moved, moved)
    with pytest.raises(InputError) as error:
        choice_of(problem, options, Roster(wrong))
    assert len(error.value.problems) == 3
