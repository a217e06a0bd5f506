"""How long work tells what it is doing, and how it is asked to stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Progress:
    """One report from a running stage.

    Attributes
    ----------
    stage
        ``history``, ``forecast``, ``requirement``, ``roster``, ``repair``, ``audit``, ``simulation``, ``export``; ``price``.
    seconds
        Seconds since the stage began.
    fraction
        Share of the stage's work or time budget that is done, in [0, 1]; None where it cannot be known.
    objective, bound
        Best total cost so far and the proven lower bound, in the scenario's currency; None until known.
    gap
        ``(objective - bound) / objective``, None until both are known.
    note
        A few words, e.g. ``first rota`` or ``compiling``.
    """

    stage: str
    seconds: float
    fraction: float | None = None
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    note: str = ""


class Monitor(Protocol):
    """What long work is given: somewhere to report to, and a flag to poll."""

    def report(self, progress: Progress) -> None:
        """Take one report; called from the thread that runs the stage or from a helper thread of it."""
        ...

    def should_stop(self) -> bool:
        """Say whether the work should end now and keep the best it has; polled several times a second."""
        ...


class _Silent:
    def report(self, progress: Progress) -> None:
        """Ignore the report."""

    def should_stop(self) -> bool:
        """Never stop."""
        return False


SILENT: Monitor = _Silent()
"""Reports nothing and never stops."""
