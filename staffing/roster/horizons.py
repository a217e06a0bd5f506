"""The search over whole horizons: for programs whose rules tie days together that blocks of days would cut.

One thread solves the linear program over horizons and dives; others anneal until then, and afterwards dive around the
incumbent too. Where the gap is small, one lists every horizon that could close it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

import numpy as np

from staffing.progress import SILENT
from staffing.roster.bound import raise_bound
from staffing.roster.columns import Generation, Root
from staffing.roster.dives import PATIENCE, Dives
from staffing.roster.labels import Horizon, Known, horizon_of
from staffing.roster.labels.nodes import UnfitError
from staffing.roster.listing import near, prove
from staffing.roster.master import Pool
from staffing.roster.neighbourhoods import whole
from staffing.roster.primitives import Choice, Program
from staffing.roster.search import Search
from staffing.roster.sweeps import anneal as sweep
from staffing.roster.tables import prepare

ROOT = 0.5
"""Share of the time that the linear program over everybody may take."""
PROOF = 0.5
"""Share of the time left that listing horizons and choosing among them may take."""

BOUNDING = 0.7
"""Where the linear program was not solved in its time: share of the time left for the bound at prices of cover."""
AGAIN, WARM = 0.7, 0.05
"""There the other threads anneal again for that share of the time left, with that first noise."""

DENSE = 4.0
"""Mean number of intervals of an option up to which a linear program over horizons is sparse."""
WIDE = 0.02
"""Gap, as a share of the cost, beyond which a small problem is given to CP-SAT whole instead."""


def horizons_of(program: Program) -> list[Horizon] | None:
    """Every agent's exact program, where this search is the better one; else None.

    That is where runs have a least length, which blocks of days would cut, options cover few intervals each (the linear
    program stays sparse), and every agent's program fits; bands are beyond it.
    """
    if program.bands or not any(r.lo > 1 for r in program.runs) or program.length.mean() > DENSE:
        return None
    known = Known()
    try:
        return [horizon_of(program, a, known=known) for a in range(program.shape[0])]
    except UnfitError:
        return None


class Exact:
    """What the threads of this search share."""

    def __init__(self, search: Search, horizons: list[Horizon], workers: int, seed: int) -> None:
        self.search = search
        self.pool = Pool(len(horizons))
        self.threads = [Generation(search, horizons, self.pool, seed * 1_000 + k) for k in range(max(1, workers))]
        self.root: Root | None = None
        self._ready = threading.Event()

    def construct(self, start: Choice | None) -> list[int]:
        """Offer a first choice; the agents whose rules conflict."""
        choice, stuck = self.threads[0].construct(start)
        if choice is not None:
            self.search.offer(choice)
        return stuck

    def parts(self) -> list[Callable[[], None]]:
        """What each thread does, a first choice being there."""
        first, *others = self.threads
        return [partial(self._lead, first), *(partial(self._follow, k, x) for k, x in enumerate(others))]

    def _lead(self, own: Generation) -> None:
        search = self.search
        try:
            if search.choice is not None and not search.over():
                self.root = own.root(search.choice, ROOT * search.left())
            for patience in (0.0, PATIENCE):  # a roster soon, then a better one while others go on from the first
                if self.root is None or not self.root.solved or search.choice is None or search.over():
                    break
                found, _ = Dives(own).dive(search.choice, range(len(search.choice)), self.root, patience)
                if found is not None:
                    search.offer(found)
                self._ready.set()
        except TimeoutError:
            pass  # what is left of the time is for the other parts
        finally:
            self._ready.set()
        if self.root is None or not self.root.solved:
            self._price_cover()
        self._finish(own, proving=len(self.threads) == 1, small=False)

    def _price_cover(self) -> None:
        """A bound without columns: weeks are joined without what links them, but in a fraction of the linear program's time."""
        compiled = prepare(self.search.program)
        if compiled.unsupported is None:
            raise_bound(self.search, compiled, BOUNDING * self.search.left())

    def _follow(self, k: int, own: Generation) -> None:
        sweep(own, ROOT * self.search.left(), self._ready.is_set)
        self._finish(own, proving=k == 0, small=k == 0 and self.search.small)

    def _finish(self, own: Generation, *, proving: bool, small: bool) -> None:
        """What a thread does once the linear program is solved, or will not be in time."""
        search, root = self.search, self.root
        if search.over():
            return
        if root is None or not root.solved:
            until = search.elapsed() + AGAIN * search.left()
            sweep(own, until - search.elapsed(), lambda: search.elapsed() > until, WARM)
        elif small and search.cost - search.bound > WIDE * search.cost:
            whole(search, 2, int(own.rng.integers(2**31)))
        elif proving:
            prove(own, root, PROOF * search.left())
        if root is not None:
            self._descend(own, root)
        elif not search.over():
            sweep(own, search.left(), search.over, 0.0)

    def _descend(self, own: Generation, root: Root) -> None:
        dives = Dives(own)
        while not self.search.over():
            with suppress(TimeoutError):  # GLOP fails on a few linear programs; others do not
                dives.neighbourhood(root)


def compile_kernels(program: Program) -> None:
    """Search a tiny program for a moment, so that its kernels are compiled or loaded."""
    program = replace(program, counts=())
    exact = Exact(Search(program, 1.0, SILENT), [horizon_of(program, a) for a in range(program.shape[0])], 1, 1)
    exact.construct(None)
    own = exact.threads[0]
    near(own, Root(0.0, np.zeros(program.cover.need.shape), np.zeros(program.shape[0])), 0.0, 1)
    if exact.search.choice is not None:
        own.pricer.climb(0, np.zeros(program.shape[1:]), exact.search.choice[0], most=0)
