"""One incumbent and one bound: which part of the search acts when. The stage's entry."""

from __future__ import annotations

from staffing.progress import SILENT, Monitor
from staffing.roster.problem import Roster, RosterProblem, RosterResult


def solve(
    problem: RosterProblem,
    *,
    seconds: float = 60.0,
    workers: int = 2,
    seed: int = 1,
    start: Roster | None = None,
    monitor: Monitor = SILENT,
) -> RosterResult:
    """Build the best rota that `seconds` of wall time allow, with a proven bound."""
    raise NotImplementedError
