"""Breaks of shifts that stand: in their windows, where they hurt least, and nobody's shift moves."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest

from staffing.grid import TimeGrid
from staffing.roster import costs, rules
from staffing.roster.breaks import lacking, place_breaks
from staffing.roster.options import expand, placements, roster_of
from staffing.roster.problem import Agent, Break, Contract, Law, Prices, Roster, RosterProblem, ShiftType

DAY = ShiftType("D", time(8), 8.5, breaks=(Break(30, 3.0, 5.5),))
FULL = ShiftType("F", time(8), 8.5, breaks=(Break(15, 1.0, 2.0, paid=True), Break(30, 3.0, 5.0), Break(15, 6.0, 7.0)))


def team(seed: int, agents: int, kind: ShiftType, interval: int = 30) -> tuple[RosterProblem, Roster]:
    """Agents of two skill groups who all work the same shift on one day."""
    rng = np.random.default_rng(seed)
    grid = TimeGrid(date(2027, 2, 1), 1, "Europe/Berlin", interval)
    skills = (("voice",), ("voice", "chat"))
    problem = RosterProblem(
        grid=grid,
        queues=("voice", "chat"),
        required=rng.integers(0, 3, (2, len(grid))).astype(float),
        agents=tuple(Agent(f"a{i}", f"Agent {i}", "c", skills[i % 2], (1,) * (1 + i % 2)) for i in range(agents)),
        contracts={"c": Contract(40.0)},
        shift_types=(kind,),
        law=Law(),
        prices=Prices(),
    )
    roster = roster_of(problem, expand(problem), np.zeros((agents, 1), np.int32))
    return problem, Roster(tuple(replace(s, breaks=(), paid_minutes=510) for s in roster.shifts))


def price(problem: RosterProblem, roster: Roster) -> float:
    return sum(v for k, v in costs.terms(problem, roster).items() if k.endswith("staffing"))


@pytest.mark.parametrize("seed", range(12))
def test_no_single_break_could_lie_better_and_one_agent_alone_has_the_best(seed: int) -> None:
    problem, bare = team(seed, 1 + seed % 3, DAY)
    found = place_breaks(problem, bare)
    assert not [v for v in rules.audit(problem, found) if v.rule in ("shift_types", "legal_breaks")]
    assert all(s.paid_minutes == 480 for s in found.shifts)
    best = price(problem, found)
    for i, placement in itertools.product(range(len(found.shifts)), placements(DAY, 30)):
        shift = found.shifts[i]
        breaks = tuple((shift.start + m * 60, shift.start + (m + n) * 60) for m, n, _ in placement)
        other = Roster((*found.shifts[:i], replace(shift, breaks=breaks), *found.shifts[i + 1 :]))
        assert price(problem, other) >= best - 1e-9


def test_every_placement_of_three_breaks_is_tried_on_the_quarter_hour() -> None:
    problem, bare = team(3, 1, FULL, interval=15)
    whole = placements(FULL, 15, 10_000)
    assert len(whole) > 200
    (shift,) = bare.shifts
    tried = [
        Roster((replace(shift, breaks=tuple((shift.start + m * 60, shift.start + (m + n) * 60) for m, n, _ in p)),))
        for p in whole
    ]
    assert price(problem, place_breaks(problem, bare)) == pytest.approx(min(price(problem, x) for x in tried))


def test_quarter_hour_breaks_take_half_of_a_half_hour() -> None:
    problem, bare = team(1, 1, FULL, interval=30)
    found = place_breaks(problem, bare)
    (shift,) = found.shifts
    assert [(b - a) // 60 for a, b in shift.breaks] == [15, 30, 15]
    duty = costs.coverage(problem, found).on_duty.sum(axis=0)
    assert sorted(set(duty[16:33].tolist())) == [0.0, 0.5, 1.0]


def test_only_shifts_that_lack_breaks_are_touched_and_strange_ones_are_left_alone() -> None:
    problem, bare = team(2, 3, DAY)
    whole = place_breaks(problem, bare)
    edited = Roster((replace(whole.shifts[0], breaks=()), *whole.shifts[1:]))
    assert lacking(problem, edited) == {(0, 0)}
    assert lacking(problem, whole) == frozenset()
    mended = place_breaks(problem, edited, lacking(problem, edited))
    assert mended.shifts[1:] == whole.shifts[1:]
    assert len(mended.shifts[0].breaks) == 1
    strange = Roster((replace(bare.shifts[0], start=bare.shifts[0].start + 60), replace(bare.shifts[1], code="Q")))
    assert place_breaks(problem, strange) == strange
