"""The bound at random prices, held to a plain reading of the same sum and to the cost of legal rotas of every kind."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import time

import numpy as np
import pytest

from staffing.roster import cpsat
from staffing.roster.anneal import anneal, cost
from staffing.roster.block_counts import DROPPED, RELAXED
from staffing.roster.bound import _Dual, lower_bound
from staffing.roster.compile import compile_program
from staffing.roster.neighbourhoods import BOUNDING
from staffing.roster.options import expand
from staffing.roster.primitives import Program
from staffing.roster.problem import Contract, Prices, ShiftType
from staffing.roster.tables import Compiled, prepare
from tests.roster.lagrangian import cheapest, count_part, cover_part, option_prices, worth
from tests.roster.programs import kept, own_cost, random_program, rows, seeds
from tests.roster.roster_cases import FULL_DAY, LUNCH, random_problem

SCALES = (0.0, 2.0, 10.0, 40.0)
"""Spread of the random prices, as multiples of a cent; the cover of random programs costs up to 20 a unit."""


def dual_of(compiled: Compiled, seed: int = 0) -> _Dual:
    dual = _Dual(compiled, lambda: False, lambda _: None, 0.0, math.inf, lambda: math.inf)
    dual.share = lambda: 0.0
    return dual


def draw(dual: _Dual, rng: np.random.Generator, scale: float) -> np.ndarray:
    """Random prices of cover; the multipliers in place become random too."""
    own = dual.relaxed[dual.relaxed >= 0]
    dual.work.multiplier[own] = rng.normal(0, scale, len(own))
    return np.maximum(rng.normal(0, scale, (dual.T, dual.Q)), dual.lowest)


def plainly(compiled: Compiled, dual: _Dual, lam: np.ndarray, *, linked: bool = True) -> float:
    """The same value, from the primitives; `linked` False leaves runs and successions out. Agents without days cost nothing."""
    program = compiled.program
    A, D, _ = program.shape
    out = cover_part(program, lam)
    for g in range(len(program.cover.serves)):
        out -= float(worth(program, lam, g) @ program.cover.base[:, g])
    carry = compiled.tables.count_carry
    for a in range(A):
        prices = option_prices(program, worth(program, lam, int(program.cover.group[a])))
        mine = [i for i, c in enumerate(compiled.counts) if c.agent == a]
        extra = 0.0
        for i in mine:
            if carry[i] != RELAXED:
                continue
            c, m = compiled.counts[i], float(dual.work.multiplier[i])
            for d in c.groups[0]:
                prices[d] += m * program.measures[c.measure, d]
            extra += count_part(program, c, m)
        exact = [compiled.counts[i] for i in mine if carry[i] != RELAXED]
        least, _ = cheapest(program, a, prices, exact, linked=linked)
        if least < math.inf:
            out += least + extra
    return out


def carries_all(compiled: Compiled) -> bool:
    """Whether the program of a horizon holds every count that is not left to multipliers just as it is."""
    groups: dict[tuple[int, int], set[tuple[tuple[int, ...], ...]]] = {}
    for c, k in zip(compiled.counts, compiled.tables.count_carry, strict=True):
        if k < 2:
            groups.setdefault((c.agent, int(k)), set()).add(c.groups)
    return (
        compiled.unsupported is None
        and not (compiled.tables.count_carry == DROPPED).any()
        and all(len(x) == 1 for x in groups.values())
    )


def drawn(program: Program, rng: np.random.Generator, scale: float) -> np.ndarray | None:
    """A legal rota, bands left aside: each agent's cheapest days under random prices; None where an agent has none."""
    A, D, S = program.shape
    choice = np.full((A, D), -1, np.int32)
    for a in range(A):
        hard = [replace(c, below=(), above=()) for c in program.counts if c.agent == a]
        least, row = cheapest(program, a, rng.normal(0, scale, (D, S)), hard)
        if least == math.inf:
            return None
        assert kept(program, a, row)
        choice[a] = row
    return choice


@pytest.mark.parametrize("seed", range(12))
def test_the_plain_reading_finds_what_trying_every_row_finds(seed):
    program = random_program(seed, agents=1, days=5, kinds=3)
    rng = np.random.default_rng(seed)
    for scale in (10.0, 60.0):
        prices = rng.normal(0, scale, program.shape[1:])

        def total(row, prices=prices):
            return own_cost(program, 0, row) + sum(prices[d, s] for d, s in enumerate(row) if s >= 0)

        best = min(map(total, rows(program, 0)), default=math.inf)
        found, row = cheapest(program, 0, prices, program.counts)
        assert found == pytest.approx(best)
        if best < math.inf:
            assert kept(program, 0, row)
            assert total(row) == pytest.approx(best)


@pytest.mark.parametrize("seed", seeds(40))
def test_an_evaluation_is_the_plain_sum_at_any_prices(seed):
    program = random_program(1000 + seed, agents=2, days=4 + seed % 3, kinds=3, queues=3, per_day=3)
    compiled = prepare(program, longest=3)
    dual = dual_of(compiled)
    rng = np.random.default_rng(seed)
    for scale in SCALES:
        lam = draw(dual, rng, scale)
        values = [dual.evaluate(lam, exactness)[0] for exactness in (0, 1, 2)]
        if dual.infeasible.any():
            return
        whole, loose = plainly(compiled, dual, lam), plainly(compiled, dual, lam, linked=False)
        assert values == sorted(values)
        assert values[2] <= whole + 1e-6
        if carries_all(compiled):
            assert values[2] == pytest.approx(whole)
            assert values[0] >= loose - 1e-6


def rich_program(seed: int) -> Program:
    """A team with breaks, nights, duties that want heads, bands, accounts, overtime and priced tiers, for eight days."""
    rng = np.random.default_rng((seed, 7))
    kinds = (
        ShiftType("E", time(6), 8.5, "Early", LUNCH, latest_start=time(7), start_step_minutes=60),
        ShiftType("D", time(9), 8.5, "Day", FULL_DAY),
        ShiftType("L", time(13, 30), 8.5, "Late", LUNCH, unpopular=True),
        ShiftType("N", time(22), 8.5, "Night", LUNCH, unpopular=True, pay_factor=1.25),
        ShiftType("C", time(17), 14.0, on_call=True, hours_factor=0.25, heads=1, weekdays=("mon", "tue", "sat")),
    )
    problem = random_problem(seed, agents=3, days=8, types=kinds, interval=60 if seed % 2 else 30)
    terms: list[dict[str, object]] = [
        {"max_start_spread_hours": 4.0},
        {"account_hours": (-12.0, 16.0)},
        {"overtime_hours": 8.0, "time_off_hours": 8.0, "time_off_price": 6.0, "month_tolerance_hours": 4.0},
        {"min_consecutive_days_off": 2, "max_consecutive_nights": 2},
        {"max_start_change_hours": 3.0, "forbidden_successions": (("L", "E"),)},
    ]
    contracts = {
        key: replace(c, shifts=None, week_tolerance_hours=20.0, month_tolerance_hours=24.0)
        for key, c in problem.contracts.items()
    }
    some: list[Contract] = [replace(c, **terms[int(rng.integers(len(terms)))]) for c in contracts.values()]
    return compile_program(
        replace(
            problem,
            contracts=dict(zip(contracts, some, strict=True)),
            prices=Prices(night=(3.0, 9.0), overstaffing=(2.0, 6.0), missing_duty=200.0),
        ),
        expand(problem),
    )


@pytest.mark.parametrize("seed", range(6))
def test_no_evaluation_of_a_rich_team_is_above_the_plain_sum_or_any_legal_rota(seed):
    program = rich_program(seed)
    compiled = prepare(program)
    dual = dual_of(compiled)
    rng = np.random.default_rng(seed)
    values = []
    for scale in (0.0, 100.0, 1000.0):
        lam = draw(dual, rng, scale) * (0.3 + 0.7 * (scale > 100))
        lam = np.maximum(np.where(rng.random(lam.shape) < 0.5, -np.abs(lam), lam), dual.lowest)
        value, _, _ = dual.evaluate(lam)
        assert value <= plainly(compiled, dual, lam) + 1e-4
        values.append(value)
    values.append(lower_bound(compiled, seconds=0.5))
    rotas = [x for x in [drawn(program, rng, 1e3)] if x is not None]
    anneal(compiled, seconds=60.0, seed=seed, sweeps=20, on_better=lambda choice, cents: rotas.append(choice))
    if not dual.infeasible.any():
        assert rotas
    for rota in rotas:
        assert cost(program, rota) >= max(values) - 1e-4


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_is_not_above_what_cp_sat_proves(seed):
    problem = random_problem(seed, agents=3, days=4, interval=60)
    program = compile_program(problem, expand(problem))
    answer = cpsat.solve(cpsat.build(program), 6.0, workers=2, seed=1, subsolvers=BOUNDING)
    if answer.status == "INFEASIBLE":
        return
    if answer.choice is None:
        return
    assert lower_bound(program, seconds=1.0) <= cost(program, answer.choice)
