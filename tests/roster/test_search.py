"""The shared incumbent and bound, and CP-SAT's construction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from staffing.progress import SILENT
from staffing.roster.compile import compile_program
from staffing.roster.evaluate import broken, cost
from staffing.roster.neighbourhoods import Size, construct
from staffing.roster.options import expand
from staffing.roster.primitives import Choice, Program
from staffing.roster.search import Search
from tests.roster.roster_cases import random_problem


@pytest.fixture(scope="module")
def program() -> Program:
    problem = random_problem(6, agents=3, days=7, busy=False)
    return compile_program(problem, expand(problem))


@pytest.fixture(scope="module")
def legal(program: Program) -> Choice:
    choice, stuck = construct(Search(program, 3.0, SILENT), None, 1)
    assert stuck == []
    assert choice is not None
    return choice


def test_a_constructed_choice_keeps_the_rules(program: Program, legal: Choice) -> None:
    assert broken(program, legal) == set()


def test_only_legal_and_cheaper_choices_are_taken(program: Program, legal: Choice) -> None:
    search = Search(program, 60.0, SILENT)
    illegal = np.zeros_like(legal)
    assert broken(program, illegal)
    assert not search.offer(illegal)
    assert search.choice is None
    assert search.offer(legal)
    assert search.cost == cost(program, legal)
    assert not search.offer(legal)
    assert not search.offer(legal, round(search.cost) + 1)
    assert len(search.trace) == 1


def test_rows_are_merged_only_where_nobody_else_changed_them(program: Program, legal: Choice) -> None:
    search = Search(program, 60.0, SILENT)
    assert not search.merge([0], legal[[0]], legal)
    search.offer(legal)
    other = legal.copy()
    other[0, 0] = -1 if other[0, 0] >= 0 else 0
    assert not search.merge([0], legal[[0]], other)
    assert not search.merge([0], legal[[0]], legal)  # no gain


def test_the_bound_only_rises_and_never_passes_the_cost(program: Program, legal: Choice) -> None:
    search = Search(program, 60.0, SILENT)
    search.offer(legal)
    search.prove(5.0)
    search.prove(3.0)
    assert search.bound == 5.0
    assert not search.optimal
    search.prove(search.cost + 100)
    assert search.bound == search.cost
    assert search.optimal
    assert search.over()


def test_a_start_keeps_the_agents_who_are_legal(program: Program, legal: Choice) -> None:
    start = legal.copy()
    start[1] = 0
    choice, stuck = construct(Search(program, 3.0, SILENT), start, 1)
    assert stuck == []
    assert choice is not None
    assert (choice[[0, 2]] == legal[[0, 2]]).all()
    assert broken(program, choice) == set()


def test_agents_without_legal_days_are_named_before_anybody_is_planned(program: Program, legal: Choice) -> None:
    """Two of three may neither work nor be off on a day; the third keeps the days it has."""
    allowed, off = program.allowed.copy(), program.off_allowed.copy()
    allowed[1:, 2], off[1:, 2] = False, False
    impossible = replace(program, allowed=allowed, off_allowed=off)
    choice, stuck = construct(Search(impossible, 3.0, SILENT), legal, 1)
    assert choice is None
    assert sorted(stuck) == [1, 2]


def test_a_stopped_construction_has_nothing(program: Program) -> None:
    search = Search(program, 3.0, SILENT)
    search.stopped = True
    assert construct(search, None, 1) == (None, [])


def test_neighbourhoods_grow_while_easy_and_shrink_while_hard() -> None:
    size = Size()
    first = size.cells
    size.learn(True, 0.01)
    assert size.cells > first
    size.learn(False, 1.0)
    size.learn(False, 1.0)
    assert size.cells < first
    for _ in range(100):
        size.learn(False, 1.0)
    assert size.cells == 4.0
