"""The laboratory's months and its annealing, for `bench.roster --peers`: the same instance, the same CPU time.

Its generated month is read as a `Program` whose cents are the laboratory's units, so that both objectives are the
laboratory's. One term of it is left out on both sides, the choice of one start of the week out of four (each of its
tours is then one dynamic program instead of four, which favours it).
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from staffing.roster.cover import Cover
from staffing.roster.primitives import Choice, Count, Program, Run, Succession

LAB = Path(__file__).resolve().parents[2] / "shared" / "lab" / "roster"
NOISE = 30.0, 3.0
"""Noise of its annealing at the beginning and at the end: the best of those tried (100 agents, 20 CPU-seconds)."""
REST = 11 * 3600
HUGE = 2**31 - 1


class Lab:
    """A generated month of the laboratory.

    Parameters
    ----------
    agents, days, seed, interval
        As for `bench.roster`.
    free
        Agents who owe no least hours: those for whom the generator has drawn a month that nobody can work (two or so in a
        thousand; its own annealing breaks their rules).

    Raises
    ------
    FileNotFoundError
        Where the laboratory is not at hand.
    """

    def __init__(self, agents: int, days: int, seed: int, interval: int, free: Sequence[int] = ()) -> None:
        if not LAB.is_dir():
            raise FileNotFoundError(f"{LAB} is not at hand")
        sys.path.insert(0, str(LAB))
        try:
            self._gen = importlib.import_module("gen")
            self._core = importlib.import_module("core")
            self._anneal = importlib.import_module("anneal")
        finally:
            sys.path.remove(str(LAB))
        self.month = self._make(n=agents, days=days, seed=seed, step=interval)
        self.month.wlo[list(free)] = 0
        self.month.mlo[list(free)] = 0
        self.tables = self._core.pack(self.month)

    def _make(self, **sizes: int) -> Any:
        month = self._gen.gen("M", **sizes)
        month.acost = np.zeros((1, month.S), np.int64)
        return month

    def anneal(self, cpu_seconds: float, seed: int) -> int:
        """Its objective after so much CPU time, compilation aside."""
        self._anneal.anneal(self._make(n=6), 0.2, *NOISE, verbose=False)
        _, (objective, *_) = self._anneal.anneal(self.month, cpu_seconds, *NOISE, seed, verbose=False)
        return int(objective)

    def evaluate(self, choice: Choice) -> tuple[int, int]:
        """Its objective of a choice, and how often it finds a rule broken."""
        objective, _, _, broken = self._core.evaluate(choice.astype(np.int16), self.month, *self.tables)
        return int(objective), int(broken.sum())

    @property
    def demand(self) -> tuple[float, float]:
        """Agent-intervals needed, and its light price of one that is missing."""
        return float(self.month.D.sum() / self.month.U), float(self.month.wu[0, 0] * self.month.U)

    def program(self) -> Program:
        """The month as primitives, a cent being one of its units."""
        x = self.month
        A, D, S = x.allow.shape
        day, slot = np.arange(D)[:, None], 60 * x.step
        first = day * x.spd + x.st[None]
        wide = x.cov.shape[1]
        length = np.minimum(first + x.ln[None], x.T) - first
        ones = np.ones((D, S), np.int64)
        return Program(
            allowed=x.allow,
            off_allowed=np.ones((A, D), np.bool_),
            cost=x.pc.astype(np.int32),
            off_cost=np.zeros((A, D), np.int32),
            measures=np.stack([ones, ones * x.paid, ones * x.late]).astype(np.int32),
            counts=tuple(self._counts()),
            runs=tuple(Run("max_consecutive_days", a, 0, 1, int(x.cmax[a]), int(x.cin[a])) for a in range(A)),
            successions=tuple(Succession("min_rest", a, REST, self._before(a)) for a in range(A)),
            start=(day * 86_400 + x.st[None] * slot).astype(np.int64),
            end=(day * 86_400 + x.en[None] * slot).astype(np.int64),
            banned=None,
            first=first.astype(np.int64),
            length=length.astype(np.int64),
            offset=np.broadcast_to(np.arange(S) * wide, (D, S)).astype(np.int64),
            units=x.cov.ravel().astype(np.uint8),
            cover=Cover(
                group=x.grp.astype(np.int64),
                serves=x.gsk.astype(np.bool_),
                need=x.D.T.astype(np.int64),
                tiers=np.stack([x.b1.T, x.b2.T], axis=2).astype(np.int64),
                under=x.wu.astype(np.int64),
                over_tier=x.bo.T.astype(np.int64),
                over=np.tile(x.wo, (x.K, 1)).astype(np.int64),
                base=np.zeros((x.T, x.G), np.int64),
            ),
        )

    def _before(self, a: int) -> int | None:
        """End of the shift before the horizon, from the class of starts that it allows."""
        x = self.month
        return int(x.rv[x.ein[a]]) * 60 * x.step - REST if x.cin[a] > 0 else None

    def _counts(self) -> Iterator[Count]:
        x = self.month
        A, D, _ = x.allow.shape
        every = (tuple(range(D)),)
        weeks = [tuple(np.nonzero(x.wk == w)[0].tolist()) for w in range(x.W)]
        weekends = tuple((w[5], w[6]) for w in weeks if len(w) == 7)
        steps = np.diff(x.wwk, 2, prepend=0)
        worked = tuple((n, int(p)) for n, p in enumerate(steps[: len(weekends)].tolist()))
        for a in range(A):
            for w, days in enumerate(weeks):
                aim = int(x.tgt[a, w])
                yield Count("hours", a, 1, (days,), int(x.wlo[a, w]), int(x.whi[a, w]))
                yield Count("week", a, 1, (days,), 0, HUGE, 0, False, ((aim, x.wh),), ((aim, x.wh),))
                yield Count("shifts", a, 0, (days,), 0, int(x.nmax[a, w]))
            yield Count("month", a, 1, every, int(x.mlo[a]), int(x.mhi[a]))
            yield Count("weekends_off", a, 0, weekends, 0, len(weekends) - int(x.minwoff[a]), any=True)
            yield Count("weekends", a, 0, weekends, 0, HUGE, any=True, above=worked)
            late = ((x.latT, x.wl1), (x.latT + 4, x.wl2 - x.wl1))
            yield Count("late", a, 2, every, 0, HUGE, above=late)
