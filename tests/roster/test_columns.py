"""Columns: bounds below the optimum that brute force finds, rosters that keep the rules, proofs that are right."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from staffing.progress import SILENT
from staffing.roster.columns import Generation, Root
from staffing.roster.dives import Dives
from staffing.roster.engine import run
from staffing.roster.evaluate import broken, cost
from staffing.roster.horizons import Exact, horizons_of
from staffing.roster.labels import horizon_of
from staffing.roster.listing import prove
from staffing.roster.master import Master, Pool, own_cost
from staffing.roster.primitives import Count, Run
from staffing.roster.search import Search
from tests.roster.programs import random_program, rows


def small(seed):
    """A small random program whose runs have a least length."""
    program = random_program(seed, days=5, kinds=2, per_day=3)
    ties = tuple(Run("block", a, 0, 2, 4, free_start=True) for a in range(program.shape[0]))
    return replace(program, runs=program.runs + ties)


def optimum(program):
    """Least cost of all legal choices; infinite where there is none."""
    options = [list(rows(program, a)) for a in range(program.shape[0])]
    return min((cost(program, np.array(x, np.int32)) for x in itertools.product(*options)), default=math.inf)


def cheap(program):
    """Whether brute force takes a moment."""
    return math.prod(len(list(rows(program, a))) for a in range(program.shape[0])) <= 1_500


CASES = [seed for seed in range(120) if cheap(small(seed))][:40]

FEASIBLE = [seed for seed in CASES if math.isfinite(optimum(small(seed)))]


@pytest.mark.parametrize("seed", CASES)
def test_bound_is_below_and_roster_is_the_optimum_of_small_programs(seed):
    program = small(seed)
    best = optimum(program)
    search = Search(program, 5.0, SILENT)
    horizons = horizons_of(program)
    assert horizons is not None
    exact = Exact(search, horizons, 1, seed)
    stuck = exact.construct(None)
    if math.isinf(best):
        assert stuck
        assert search.choice is None
        return
    assert stuck == []
    own = exact.threads[0]
    root = own.root(search.choice, 5.0)
    assert root.bound <= best + 1e-6
    assert search.bound <= best
    prove(own, root, 5.0)
    assert search.cost == best
    assert search.optimal
    assert not broken(program, search.choice)


@pytest.mark.parametrize("seed", FEASIBLE[:6])
@pytest.mark.parametrize("workers", [1, 2])
def test_the_engine_finds_and_proves_the_optimum(seed, workers):
    program = small(seed)
    search = Search(program, 10.0, SILENT)
    assert run(search, None, workers, seed) == []
    assert search.cost == optimum(program)
    assert search.bound > search.cost - 1


@pytest.mark.parametrize("seed", FEASIBLE[:20])
def test_agents_held_to_some_options_keep_to_them_and_the_bound_is_below_the_best_of_these(seed):
    program = small(seed)
    A, D, S = program.shape
    search = Search(program, 5.0, SILENT)
    exact = Exact(search, horizons_of(program), 1, seed)
    exact.construct(None)
    own = exact.threads[0]
    rng = np.random.default_rng(seed)
    wanted = [list(rows(program, a))[rng.integers(len(list(rows(program, a))))] for a in range(A)]
    master = Master(program, search.choice, range(A))
    for a in range(A):
        master.add(exact.pool.of[a])
    before = master.solve(5.0)
    may = rng.random((A, D, S + 1)) < 0.5
    days = np.arange(D)
    for a in range(A):
        may[a, days, wanted[a]] = True  # so that a horizon is left
        assert master.hold(a, may[a]) or own.fill(master, a, before.cover)
    left = [[r for r in rows(program, a) if may[a, days, np.array(r)].all()] for a in range(A)]
    best = min(cost(program, np.array(x, np.int32)) for x in itertools.product(*left))
    search.cost = math.inf  # else pricing ends where the incumbent cannot be beaten
    now, bound = own.generate(master, range(A))
    assert bound <= best + 1e-3
    assert now.value <= best + 1e-3
    for column, share in zip(master.columns, master.shares(), strict=False):
        assert share < 1e-6 or may[column.agent, days, column.row].all()
    for a in range(A):
        nowhere = np.zeros((D, S + 1), np.bool_)
        assert not master.hold(a, nowhere)
        assert not own.fill(master, a, before.cover)


@pytest.mark.parametrize("seed", FEASIBLE)
def test_a_dive_of_everybody_beats_the_incumbent_or_proves_it_best_or_gives_up(seed):
    program = small(seed)
    search = Search(program, 5.0, SILENT)
    exact = Exact(search, horizons_of(program), 1, seed)
    exact.construct(None)
    root = exact.threads[0].root(search.choice, 5.0)
    found, proven = Dives(exact.threads[0]).dive(search.choice, range(program.shape[0]), root)
    if found is not None:
        assert not broken(program, found)
        assert optimum(program) <= cost(program, found) < search.cost
    if proven:
        assert search.cost == optimum(program)


def test_a_dive_of_a_month_ends_close_to_the_bound_and_one_without_patience_keeps_the_rules_too():
    program = teams()
    search = Search(program, 20.0, SILENT)
    exact = Exact(search, horizons_of(program), 1, 1)
    exact.construct(None)
    root = exact.threads[0].root(search.choice, 10.0)
    found, _ = Dives(exact.threads[0]).dive(search.choice, range(program.shape[0]), root)
    assert not broken(program, found)
    assert root.bound <= cost(program, found) <= 1.05 * root.bound
    at_once, _ = Dives(exact.threads[0]).dive(search.choice, range(program.shape[0]), root, patience=0.0)
    assert not broken(program, at_once)


def test_a_linear_program_that_fails_does_not_end_the_dives(monkeypatch):
    program = teams()
    search = Search(program, 3.0, SILENT)
    exact = Exact(search, horizons_of(program), 1, 1)
    exact.construct(None)
    root = exact.threads[0].root(search.choice, 2.0)
    tried = []

    def failing(self, root):
        tried.append(root)
        if len(tried) > 2:
            search.ended = True
        raise TimeoutError("GLOP failed")

    monkeypatch.setattr(Dives, "neighbourhood", failing)
    exact._descend(exact.threads[0], root)
    assert len(tried) == 3


def test_columns_taken_whole_are_the_best_of_them():
    program = small(FEASIBLE[0])
    pool = Pool(2)
    search = Search(program, 5.0, SILENT)
    own = Generation(search, [horizon_of(program, a) for a in range(2)], pool, 1)
    rng = np.random.default_rng(1)
    for a, options in enumerate([list(rows(program, a)) for a in range(2)]):
        for i in rng.permutation(len(options))[:4]:
            row = np.array(options[i], np.int32)
            choice = np.full(program.shape[:2], -1, np.int32)
            choice[a] = row
            pool.add(a, row, own_cost(program, choice, a))
    best = min(cost(program, np.stack([x.row, y.row])) for x, y in itertools.product(pool.of[0], pool.of[1]))
    master = Master(program, np.full(program.shape[:2], -1, np.int32), [0, 1], whole=True)
    assert master.add(pool.of[0]) == len(pool.of[0])
    master.add(pool.of[1])
    assert master.add(pool.of[0]) == 0
    choice, bound = master.best(5.0, lambda: False)
    assert cost(program, choice) == best
    assert bound == pytest.approx(best)
    prove(own, Root(0.0, np.zeros(program.cover.need.shape), np.zeros(2)), 0.0)
    assert search.bound == 0.0


def teams(agents=8, days=28):
    """A month of two shifts with long runs, weekends and hours, as public instances have."""
    program = random_program(5, agents=agents, days=days, kinds=2, per_day=2)
    every = (tuple(range(days)),)
    weekends = tuple((d, d + 1) for d in range(5, days, 7))
    measures = program.measures.copy()
    measures[3] = [0, 1]
    counts, runs = [], []
    for a in range(agents):
        counts += [
            Count("minutes", a, 0, every, days // 2, days // 2 + 4),
            Count("weekends", a, 0, weekends, 0, 2, any=True),
            Count("lates", a, 3, every, 0, days // 2),
        ]
        runs += [Run("row", a, 0, 2, 5, free_start=True), Run("off", a, 0, 2, days, off=True, free_start=True)]
    cover = replace(program.cover, group=np.zeros(agents, np.int64), serves=np.ones((3, 2), np.bool_))
    return replace(
        program,
        allowed=np.ones_like(program.allowed),
        off_allowed=np.ones_like(program.off_allowed),
        measures=measures,
        counts=tuple(counts),
        runs=tuple(runs),
        successions=(),
        banned=None,
        cover=cover,
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_a_month_is_searched_in_all_parts_within_its_time(workers):
    program = teams()
    search = Search(program, 4.0, SILENT)
    assert run(search, None, workers, 1) == []
    assert not broken(program, search.choice)
    assert cost(program, search.choice) == search.cost
    first = next(c for _, c, _ in search.trace if not math.isnan(c)) * 100
    assert 0 < search.bound <= search.cost < first
    assert search.elapsed() < 8.0


def test_a_linear_program_that_takes_too_long_leaves_a_bound_all_the_same(monkeypatch):
    program = teams()
    thorough = Search(program, 20.0, SILENT)
    assert run(thorough, None, 2, 1) == []
    monkeypatch.setattr(Generation, "root", lambda self, first, seconds: None)
    search = Search(program, 6.0, SILENT)
    assert run(search, None, 2, 1) == []
    assert 0.8 * thorough.bound < search.bound <= thorough.cost
    assert not broken(program, search.choice)


def test_counts_left_out_of_the_labels_are_kept_all_the_same():
    program = teams(agents=3)
    search = Search(program, 1.0, SILENT)
    full = [horizon_of(program, a) for a in range(3)]
    less = [horizon_of(program, a, cells=h.cells - 1) for a, h in enumerate(full)]
    assert all(h.left_out for h in less)
    price = -np.ones(program.shape[1:]) * np.array([1.0, 30.0])
    exact, bounded = (Generation(search, h, Pool(3), 1).pricer for h in (full, less))
    best, _ = exact.tours(0, price)
    for _ in range(10):
        bound, found = bounded.tours(0, price, noise=1.0, extra=2)
        assert bound <= best + 1e-6
        for column in found:
            choice = np.full(program.shape[:2], -1, np.int32)
            choice[0] = column.row
            assert not [x for x in broken(program, choice) if x[1] == 0]


def test_programs_without_such_runs_or_that_do_not_fit_are_left_to_others():
    program = small(1)
    assert horizons_of(replace(program, runs=())) is None
    assert horizons_of(replace(program, length=program.length + 4)) is None
    overlap = Count("weekends", 0, 0, ((0, 1), (1, 2)), 0, 1, any=True)
    assert horizons_of(replace(program, counts=(overlap,))) is None


def test_a_start_that_keeps_the_rules_stays_where_it_is_best():
    program = small(FEASIBLE[0])
    search = Search(program, 5.0, SILENT)
    run(search, None, 1, 1)
    again = Search(program, 5.0, SILENT)
    exact = Exact(again, horizons_of(program), 1, 1)
    assert exact.construct(search.choice) == []
    assert again.cost == search.cost
    worse = search.choice.copy()
    worse[0] = -1 if (worse[0] >= 0).any() else 0
    exact.construct(worse)
    assert not broken(program, again.choice)
