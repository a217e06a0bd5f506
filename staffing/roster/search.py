"""What the cooperating parts of the engine share: one incumbent, one bound, the clock and the flag to stop."""

from __future__ import annotations

import math
import threading
import time

import numpy as np

from staffing.progress import Monitor, Progress
from staffing.roster.evaluate import broken, cost
from staffing.roster.primitives import Choice, Program

WHOLE = 6_000
"""Allowed options, over all agents and days, up to which a problem is small."""


class Search:
    """One incumbent and one bound, safe to use from several threads.

    Parameters
    ----------
    program
        What is searched.
    seconds
        Wall time from now on.
    monitor
        Told of progress, asked whether to stop.
    began
        `time.perf_counter` at which the stage began, where that was earlier than now.
    """

    def __init__(self, program: Program, seconds: float, monitor: Monitor, began: float | None = None) -> None:
        self.program = program
        self.began = time.perf_counter() if began is None else began
        self.seconds = seconds
        self.choice: Choice | None = None
        self.cost = math.inf
        self.bound = 0.0
        self.trace: list[tuple[float, float, float]] = []
        self.stopped = False
        self.ended = False
        self.note = "compiling"
        self._monitor = monitor
        self._lock = threading.Lock()

    @property
    def small(self) -> bool:
        """Whether CP-SAT is given the whole problem beside everything else."""
        return int(self.program.allowed.sum()) <= WHOLE

    # -- the clock -------------------------------------------------------------------------------------

    def elapsed(self) -> float:
        """Seconds since the stage began."""
        return time.perf_counter() - self.began

    def left(self) -> float:
        """Seconds left."""
        return self.seconds - self.elapsed()

    def over(self) -> bool:
        """Whether the parts should end: out of time, stopped, optimal, or a part failed."""
        return self.ended or self.stopped or self.left() <= 0 or self.optimal

    @property
    def optimal(self) -> bool:
        """Whether the incumbent is proven best (costs are whole cents)."""
        return self.choice is not None and self.bound > self.cost - 1 + 1e-6

    # -- incumbent and bound ---------------------------------------------------------------------------

    def offer(self, choice: Choice, cents: int | None = None) -> bool:
        """Take a choice if it costs less than the incumbent and keeps the rules.

        Parameters
        ----------
        choice
            The choice; it is copied.
        cents
            Its cost where the finder has evaluated it afresh and knows it to be legal; else it is judged here.
        """
        value = cost(self.program, choice) if cents is None else cents
        if value >= self.cost or (cents is None and broken(self.program, choice)):
            return False
        with self._lock:
            if value >= self.cost:
                return False
            self.choice, self.cost = np.array(choice, dtype=np.int32), float(value)
            self._note()
            return True

    def merge(self, agents: list[int], rows: Choice, seen: Choice) -> bool:
        """Take new rows of some agents if nobody has changed theirs since `seen` and they pay with all others as is."""
        with self._lock:
            now = self.choice
        if now is None or (now[agents] != seen[agents]).any():
            return False
        changed = now.copy()
        changed[agents] = rows
        return self.offer(changed)

    def prove(self, bound: float) -> None:
        """Take a lower bound, in cents, if it is better."""
        with self._lock:
            if bound > self.bound:
                self.bound = min(bound, self.cost)
                self._note()

    def _note(self) -> None:
        objective = self.cost / 100 if self.choice is not None else math.nan
        self.trace.append((self.elapsed(), objective, self.bound / 100 if self.bound else math.nan))

    # -- progress --------------------------------------------------------------------------------------

    def report(self) -> None:
        """Tell the monitor how far it is, and ask whether to stop."""
        objective = self.cost / 100 if self.choice is not None else None
        bound = self.bound / 100 if self.bound > 0 else None
        gap = (
            None if objective is None or bound is None else (max(0.0, 1 - bound / objective) if objective > 0 else 0.0)
        )
        fraction = min(1.0, self.elapsed() / self.seconds) if self.seconds > 0 else 1.0
        self._monitor.report(Progress("roster", self.elapsed(), fraction, objective, bound, gap, self.note))
        if self._monitor.should_stop():
            self.stopped = True
