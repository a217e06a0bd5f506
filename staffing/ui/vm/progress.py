"""A run's reports, told as stages, numbers and a curve."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STAGES = ("compile", "history", "forecast", "requirement", "roster", "repair", "audit", "simulation", "export")

CURVE_SECONDS = 3.0

Point = tuple[float, float | None, float | None]
"""Seconds of search, best so far, proven bound."""


@dataclass(frozen=True)
class Step:
    """One stage: its name and whether it is ``done``, ``now`` or ``later``."""

    stage: str
    state: str


@dataclass(frozen=True)
class ProgressView:
    """What the panel of a run shows.

    Attributes
    ----------
    steps
        All stages in their order.
    fraction
        Share of the current stage that is done; None where it cannot be known.
    objective, bound, gap
        Latest that were reported.
    note
        Latest words of the current stage.
    trace
        (seconds of search, objective, bound) of the rota's search; None where not yet known. Thinned to 300 points.
    """

    steps: tuple[Step, ...]
    fraction: float | None
    objective: float | None
    bound: float | None
    gap: float | None
    note: str
    trace: tuple[Point, ...]

    @property
    def current(self) -> str | None:
        """Stage that is at work."""
        return next((s.stage for s in self.steps if s.state == "now"), None)

    @property
    def curve(self) -> tuple[Point, ...]:
        """The trace up to the last full `CURVE_SECONDS`, so that a curve need not be drawn anew at each look."""
        last = self.trace[-1][0] if self.trace else 0.0
        return tuple(p for p in self.trace if p[0] <= last - last % CURVE_SECONDS) or self.trace


@dataclass(frozen=True)
class Gap:
    """How far the best rota can be from the best possible one, at a moment of the search.

    Attributes
    ----------
    seconds
        Of the search.
    best, bound
        Cost of the best rota so far, and what no rota undercuts.
    """

    seconds: float
    best: float
    bound: float

    @property
    def money(self) -> float:
        """What any other rota could save at most."""
        return max(0.0, self.best - self.bound)

    @property
    def share(self) -> float:
        """The same as a share of the cost; 0 where the rota costs nothing."""
        return self.money / self.best if self.best > 0 else 0.0


def gaps(points: Sequence[Point]) -> tuple[Gap, ...]:
    """The gap at each moment from which both best and bound are known; what a report leaves out is as it was.

    Examples
    --------
    >>> [round(g.share, 2) for g in gaps([(1, None, 90.0), (2, 120.0, None), (3, 100.0, 95.0)])]
    [0.25, 0.05]
    """
    found = []
    best = bound = None
    for seconds, objective, proven in points:
        best = best if objective is None else objective
        bound = bound if proven is None else proven
        if best is not None and bound is not None:
            found.append(Gap(seconds, best, bound))
    return tuple(found)


def milestones(found: Sequence[Gap], most: int) -> tuple[Gap, ...]:
    """How the gap stood at `most` moments, evenly apart in time; those between which nothing moved are one.

    Always with the first and the last.

    Examples
    --------
    >>> told = milestones([Gap(float(s), 100.0 - min(s, 4), 50.0) for s in range(9)], 5)
    >>> [(g.seconds, g.best) for g in told]
    [(0.0, 100.0), (2.0, 98.0), (4.0, 96.0), (8.0, 96.0)]
    """
    if not found:
        return ()
    first, last = found[0], found[-1]
    moments = [first.seconds + (last.seconds - first.seconds) * i / (most - 1) for i in range(most)]
    told = [first]
    for moment in moments:
        now = found[bisect_right(found, moment, key=lambda g: g.seconds) - 1]
        if (now.best, now.bound) != (told[-1].best, told[-1].bound):
            told.append(now)
    return (*told, last) if told[-1] != last else tuple(told)


def progress_view(reports: Sequence[Mapping[str, Any]], *, live: bool) -> ProgressView:
    """View of the reports so far; when no longer `live`, the last stage reported counts as done."""
    at = max((STAGES.index(r["stage"]) for r in reports if r.get("stage") in STAGES), default=-1)
    steps = tuple(
        Step(s, "done" if i < at or (i == at and not live) else "now" if i == max(at, 0) and live else "later")
        for i, s in enumerate(STAGES)
    )
    latest = [r for r in reports if at >= 0 and r.get("stage") == STAGES[at]]
    last: Mapping[str, Any] = latest[-1] if latest else {}
    search = [r for r in reports if r.get("stage") == "roster"]
    objective = _latest(search, "objective")
    bound = _latest(search, "bound")
    trace = _thin([(float(r.get("seconds", 0.0)), r.get("objective"), r.get("bound")) for r in search], 300)
    gap = _latest(search, "gap")
    return ProgressView(steps, last.get("fraction"), objective, bound, gap, str(last.get("note") or ""), tuple(trace))


def _latest(reports: Sequence[Mapping[str, Any]], field: str) -> float | None:
    return next((r[field] for r in reversed(reports) if r.get(field) is not None), None)


def _thin(points: list[Any], most: int) -> list[Any]:
    """Every n-th point, and always the last."""
    if len(points) <= most:
        return points
    step = -(-len(points) // most)
    thinned = points[::step]
    return thinned if thinned[-1] == points[-1] else [*thinned, points[-1]]
