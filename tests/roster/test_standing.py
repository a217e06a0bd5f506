"""Judged step by step or all at once: the same answer."""

from __future__ import annotations

import random
from dataclasses import fields, replace

import numpy as np
import pytest

from staffing.roster import costs, rules
from staffing.roster.options import roster_of
from staffing.roster.problem import Roster
from staffing.roster.standing import Standing, moved, stand
from staffing.roster.targets import Targets
from tests.roster.test_rules import case


def same(standing: Standing, roster: Roster) -> None:
    problem = standing.problem
    assert standing.violations == rules.audit(problem, roster)
    assert standing.terms == costs.terms(problem, roster)
    assert standing.price == pytest.approx(sum(costs.terms(problem, roster).values()))
    whole = costs.coverage(problem, roster)
    for f in fields(whole):
        assert np.array_equal(getattr(standing.coverage, f.name), getattr(whole, f.name)), f.name
    assert sorted(standing.roster.shifts, key=str) == sorted(roster.shifts, key=str)


@pytest.mark.parametrize("seed", range(8))
def test_a_rota_changed_step_by_step_is_judged_as_if_it_were_new(seed):
    problem, options, choice, roster = case(seed)
    standing = stand(problem, roster)
    same(standing, roster)
    dice = random.Random(seed)
    A, D = choice.shape
    for _ in range(4):
        choice = choice.copy()
        agents = dice.sample(range(A), dice.randint(1, 3))
        for a in agents:
            choice[a, dice.randrange(D)] = dice.randint(-1, len(options) - 1)
        roster = roster_of(problem, options, choice)
        standing = moved(standing, {a: [s for s in roster.shifts if s.agent == a] for a in agents})
        same(standing, roster)


def test_nothing_moved_is_the_same_standing():
    problem, _, _, roster = case(1)
    standing = stand(problem, roster)
    assert moved(standing, {}) is standing


def test_two_shifts_on_one_day_are_judged_too():
    problem, _, _, roster = case(2)
    one = roster.shifts[0]
    later = replace(one, start=one.start + 3600, end=one.end + 3600, breaks=())
    shifts = [s for s in roster.shifts if s.agent == one.agent]
    standing = moved(stand(problem, roster), {one.agent: [*shifts, later]})
    same(standing, Roster((*roster.shifts, later)))
    assert "one_shift_a_day" in {v.rule for v in standing.violations}


def test_every_target_with_a_row_per_agent_is_cut_to_the_agents_that_moved():
    problem, _, _, roster = case(3)
    targets = rules.facts_of(problem, roster).targets
    some = targets.only([4, 1])
    for f in fields(Targets):
        whole, cut = getattr(targets, f.name), getattr(some, f.name)
        if isinstance(whole, np.ndarray):
            assert np.array_equal(cut, whole[[4, 1]]), f.name
        else:
            assert cut == whole
