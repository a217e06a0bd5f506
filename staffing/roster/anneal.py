"""Construction and annealing over tours.

Perturb and take the best: the week of one agent after the other is replaced by the exact best one (`tours`) under the
present prices of cover plus Gaussian noise, and the noise cools down with wall time. Threads work on disjoint
(agents, blocks of days), so that they share neither an agent nor an interval.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace

import numpy as np

from staffing.grid import IntArray
from staffing.roster.bands import Windows
from staffing.roster.cover import usual_price
from staffing.roster.evaluate import clashes, keeps_band
from staffing.roster.flow import Flow, cover_cost
from staffing.roster.kernels.arrays import Work
from staffing.roster.kernels.cover import take_out
from staffing.roster.kernels.months import insert, legal
from staffing.roster.kernels.sweeps import sweep
from staffing.roster.primitives import Choice, Count, Program, Run
from staffing.roster.tables import Compiled, make_work, prepare, read_only_view

HOT, COLD = 5.0, 0.3
"""Noise per shift at the beginning and at the end, as multiples of the least price of a missing unit."""
TURNS = 12
"""Most times that windows of starts are drawn until everybody has legal days."""
TELLING = 40
"""Time between two best choices told, as a multiple of what recomputing and taking one takes."""
STILL = 0.05
"""Share of the time, at the end, without noise."""


def anneal(
    program: Program | Compiled,
    *,
    seconds: float,
    seed: int = 1,
    start: Choice | None = None,
    workers: int = 2,
    should_stop: Callable[[], bool] = lambda: False,
    on_better: Callable[[Choice, int], None] = lambda choice, cents: None,
    hot: float = HOT,
    cold: float = COLD,
    sweeps: int | None = None,
    days: range | None = None,
    settle: bool = False,
) -> Choice:
    """Search for a cheap choice that keeps every hard rule.

    Parameters
    ----------
    program
        The problem, or its tables where they are at hand.
    seconds
        Wall time; the noise follows it. A construction is finished even where it takes longer.
    seed
        Of every random number. The clock decides how far the search gets, so two runs differ.
    start
        Where to begin; agents whose days break a rule are planned anew. None: construct.
    workers
        Threads.
    should_stop
        Polled several times a second; True ends the search, the best so far is returned.
    on_better
        Told every new best choice without violations, with its cents (recomputed); at most four times a second.
    hot, cold
        Noise at the beginning and at the end, as multiples of the least price of a missing unit.
    sweeps
        Work limit instead of the clock: how often every agent's every block is replaced. The result then depends on the
        seed and the number of workers alone, unless `seconds` end it first.
    days
        Only blocks that touch these days are searched; None: all.
    settle
        Whether to go downhill only, without noise, and to end when a sweep finds nothing better.

    Returns
    -------
    Choice
        The best found. Agents for whom no legal horizon was found (none exists, or ``Compiled.unsupported`` says why)
        or that a stop left over are off, or keep the days they began with.
    """
    compiled = program if isinstance(program, Compiled) else prepare(program)
    begin = time.monotonic()
    search = _Search(compiled, seed, start, workers, should_stop, begin + seconds, days)
    try:
        return search.run(begin, seconds, 0.0 if settle else hot, cold, on_better, sweeps, settle)
    finally:
        search.pool.shutdown()


class _Search:
    """One annealing run: the incumbent's flow, the threads and their memory."""

    def __init__(
        self,
        compiled: Compiled,
        seed: int,
        start: Choice | None,
        workers: int,
        should_stop: Callable[[], bool],
        deadline: float,
        days: range | None = None,
    ) -> None:
        A, D, _ = compiled.program.shape
        first = np.searchsorted(compiled.blocks, days.start, side="right") - 1 if days else 0
        last = np.searchsorted(compiled.blocks, days.stop, side="left") if days else len(compiled.blocks) - 1
        blocks = np.arange(first, last, dtype=np.int64)
        self.rng = np.random.default_rng(seed)
        self.windows: Windows | None = None
        if compiled.program.bands:
            self.windows = Windows(compiled.program, compiled.tables.allowed, self.rng)
            compiled = replace(compiled, tables=compiled.tables._replace(allowed=read_only_view(self.windows.now)))
        self.compiled = compiled
        self.choice = np.full((A, D), -1, np.int32) if start is None else np.array(start, np.int32)
        self.flow = Flow(compiled, self.choice)
        self.workers = max(1, min(workers, A, len(blocks)))
        self.works: list[Work] = [make_work(compiled) for _ in range(self.workers)]
        self.pool = ThreadPoolExecutor(self.workers)
        self.should_stop = should_stop
        self.deadline = deadline
        self.stop = np.zeros(1, np.bool_)
        self.phases = _phases(compiled, self.workers, blocks)

    def construct(self) -> bool:
        """Give every agent without legal days its cheapest horizon, in random order; whether all have one."""
        c, f = self.compiled, self.flow
        missing = [int(a) for a in self.rng.permutation(len(self.choice)) if not legal(c.tables, a, self.choice[a])]
        before = self.choice.copy()
        for a in missing:
            take_out(c.tables, c.net, a, self.choice, f.flow, f.level, f.fresh, self.works[0])
        failed = 0
        for a in missing:
            if not self.should_stop() and insert(
                c.tables, c.net, a, self.choice, f.flow, f.level, f.marginal, f.fresh, self.works[0]
            ):
                continue
            failed += 1
            for d in np.nonzero(before[a] >= 0)[0].tolist():
                f.add(a, d, int(before[a, d]))
            self.choice[a] = before[a]
        return failed == 0

    def _begin(self) -> bool:
        """Construct; where weeks keep to windows of starts, with other windows where somebody found no days."""
        for _ in range(TURNS if self.windows is not None else 1):
            if self.windows is not None:
                self.windows.turn(self.choice)
            if self.construct() or self._over():
                break
        return all(legal(self.compiled.tables, a, row) for a, row in enumerate(self.choice))

    def run(
        self,
        begin: float,
        seconds: float,
        hot: float,
        cold: float,
        on_better: Callable[[Choice, int], None],
        sweeps: int | None,
        settle: bool,
    ) -> Choice:
        program = self.compiled.program
        whole = self._begin()
        best, best_cost = self.choice.copy(), cost(program, self.choice)
        current = float(best_cost)
        told = time.monotonic()
        untold, pause = False, 0.25
        if whole:
            on_better(best.copy(), best_cost)
        unit = usual_price(program.cover)
        done = 0
        while not self._over() and done != sweeps:
            share = (time.monotonic() - begin) / max(seconds, 1e-9) if sweeps is None else done / sweeps
            done += 1
            sigma = unit * hot * (cold / hot) ** (share / (1 - STILL)) if hot > 0 and share < 1 - STILL else 0.0
            change = self.sweep(sigma)
            if not whole:
                whole = all(legal(self.compiled.tables, a, row) for a, row in enumerate(self.choice))
                current = float(cost(program, self.choice))
                if whole:  # a legal choice beats any that is not
                    best, best_cost = self.choice.copy(), round(current)
                    untold = True
            else:
                current += change
            if current < best_cost - 0.5:
                best, best_cost = self.choice.copy(), round(current)
                untold = True
            if untold and whole and time.monotonic() - told > pause:
                begun = time.monotonic()
                on_better(best.copy(), cost(program, best))
                told, untold = time.monotonic(), False
                pause = max(0.25, TELLING * (told - begun))
            if settle and change > -0.5:
                break
        if untold and whole:
            on_better(best.copy(), cost(program, best))
        return best

    def sweep(self, sigma: float) -> float:
        """Replace every agent's every block once, in random order; the change of cost."""
        c, f = self.compiled, self.flow
        if self.windows is not None:
            self.windows.turn(self.choice)
        A = len(self.choice)
        order = self.rng.permutation(A)
        chunks = np.array_split(order, self.workers)
        total = 0.0
        for phase in self.phases:
            jobs: list[Future[float]] = []
            for agents, blocks, work in zip(chunks, phase, self.works, strict=True):
                tasks = self.rng.permutation(len(agents) * len(blocks))
                if not len(tasks):
                    continue
                jobs.append(
                    self.pool.submit(
                        sweep, c.tables, c.net, agents[tasks // len(blocks)], blocks[tasks % len(blocks)],
                        int(self.rng.integers(2**31)), sigma, self.choice, f.flow, f.level, f.marginal, f.fresh,
                        self.stop, work,
                    )
                )  # fmt: skip
            waiting: set[Future[float]] = set(jobs)
            while waiting:
                _, waiting = wait(waiting, timeout=0.1)
                if waiting:
                    self._over()
            total += sum(job.result() for job in jobs)
            if self._over():
                break
        return total

    def _over(self) -> bool:
        if time.monotonic() >= self.deadline or self.should_stop():
            self.stop[0] = True
        return bool(self.stop[0])


def _phases(compiled: Compiled, workers: int, every: IntArray) -> list[list[IntArray]]:
    """The blocks in `every` for each thread, phase by phase: each thread meets each, and no two share an interval."""
    touch, blocks = compiled.tables.touch, compiled.blocks
    W = len(blocks) - 1
    ends = [int(touch[blocks[w] : blocks[w + 1], 1].max()) for w in range(W)]
    begins = [int(touch[blocks[w], 0]) if touch[blocks[w], 1] else 1 << 60 for w in range(W)]
    spills = any(ends[w] > min(begins[w + 1 :]) for w in range(W - 1))
    sets = [every[::2], every[1::2]] if spills and workers > 1 else [every]
    out = []
    for some in sets:
        parts = np.array_split(some, workers)
        out += [[parts[(i + p) % workers] for i in range(workers)] for p in range(workers)]
    return out


# -- what a choice costs and breaks, read from the program alone -------------------------------------------------


def cost(program: Program, choice: Choice) -> int:
    """Cents of a choice: options, days off, priced counts and cover; no search state is used."""
    A, D, _ = program.shape
    a, d = np.meshgrid(np.arange(A), np.arange(D), indexing="ij")
    on = choice >= 0
    own = int(program.cost[a[on], d[on], choice[on]].sum(dtype=np.int64)) + int(
        program.off_cost[~on].sum(dtype=np.int64)
    )
    soft = sum(_soft(c, _value(program, c, choice)) for c in program.counts if c.below or c.above)
    return own + soft + cover_cost(program, choice)


def violations(program: Program, choice: Choice) -> int:
    """Number of broken hard rules: a forbidden option or day off, a count out of bounds, a run, a succession each."""
    A, D, _ = program.shape
    a, d = np.meshgrid(np.arange(A), np.arange(D), indexing="ij")
    on = choice >= 0
    out = int((~program.allowed[a[on], d[on], choice[on]]).sum()) + int((~program.off_allowed[~on]).sum())
    for c in program.counts:
        out += not c.lo <= _value(program, c, choice) <= c.hi
    for r in program.runs:
        out += _broken_runs(program, r, choice[r.agent])
    out += sum(clashes(program, x, choice[x.agent]) for x in program.successions)
    out += sum(not keeps_band(program, b, choice[b.agent]) for b in program.bands)
    return out


def _value(program: Program, c: Count, choice: Choice) -> int:
    row = choice[c.agent]
    weight = np.where(row >= 0, program.measures[c.measure][np.arange(len(row)), row], 0)
    if c.any:
        return c.base + sum(bool((weight[list(g)] > 0).any()) for g in c.groups)
    return c.base + sum(int(weight[list(g)].sum()) for g in c.groups)


def _soft(c: Count, value: int) -> int:
    return sum(p * max(0, t - value) for t, p in c.below) + sum(p * max(0, value - t) for t, p in c.above)


def _broken_runs(program: Program, r: Run, row: Choice) -> int:
    member = (row >= 0) & (program.measures[r.measure][np.arange(len(row)), row] > 0)
    inside = [*(member != r.off).tolist(), False]
    broken = 0
    length, free = r.before, False
    for d, x in enumerate(inside):
        if x:
            if length == 0:
                free = r.free_start and d == 0
            length += 1
        elif length:
            cut = d == len(row)
            broken += length > r.hi or (length < r.lo and not free and not cut)
            length = 0
    return broken
