"""A planning run, and what its folder tells of it."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

FOLLOWED = ("plan", "price")
"""Commands that tell their progress and can be stopped; the others answer within seconds."""


class RunState(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    """Stopped by the planner; the best rota so far was kept."""
    IMPOSSIBLE = "impossible"
    """The worker answered "no": there is no rota, mostly because hard rules contradict each other."""
    REFUSED = "refused"
    """The input cannot be used; the problems are listed."""
    FAILED = "failed"
    """The worker broke."""
    CANCELLED = "cancelled"
    """Taken back before it began, or stopped before there was a rota."""
    LOST = "lost"
    """The process that looked after it is gone and left no result."""

    @property
    def live(self) -> bool:
        """Whether something may still change by itself."""
        return self in (RunState.QUEUED, RunState.RUNNING, RunState.STOPPING)


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What is to be planned.

    Attributes
    ----------
    scenario
        Path of the TOML file.
    name
        Shown to people.
    team
        Folder name of the team.
    seconds
        Wall time for the search of the rota.
    workers, seed
        Threads and seed of the search.
    command
        ``plan``, or a question: ``replan``, ``explain``, ``price``.
    arguments
        What follows the scenario in a question.
    published
        File of the rota as it was published, that the new one is to stay near; empty: none.
    change
        Price of an agent-day that differs from it.
    """

    scenario: str
    name: str
    team: str = ""
    seconds: float = 60.0
    workers: int = 2
    seed: int = 1
    command: str = "plan"
    arguments: tuple[str, ...] = ()
    published: str = ""
    change: float = 0.0

    @property
    def overrides(self) -> dict[str, Any]:
        """What is planned otherwise than the scenario says, in the form of its file."""
        if not self.published:
            return {}
        return {"tables": {"published": self.published}, "prices": {"change": self.change}}

    def line(self, folder: Path) -> list[str]:
        """Arguments of the worker, whose files lie in `folder`."""
        line = [self.command, self.scenario, *self.arguments, "--seconds", f"{self.seconds:g}", "--json"]
        if self.command == "plan":
            line += ["--workers", str(self.workers), "--seed", str(self.seed), "--out", str(folder / "out")]
            if self.published:
                line += ["--published", self.published, "--change", f"{self.change:g}"]
        if self.command in FOLLOWED:
            line += ["--progress", str(folder / "progress.jsonl"), "--stop-on-eof"]
        return line


@dataclass(frozen=True, slots=True)
class Run:
    """A run as its folder tells it.

    Attributes
    ----------
    id, folder, request
        Its name, its place, and what was asked for.
    state
        Where it stands.
    created, started, ended
        Unix seconds; None where not yet.
    exit_code
        Of the worker; None while it runs.
    """

    id: str
    folder: Path
    request: RunRequest
    state: RunState
    created: float
    started: float | None = None
    ended: float | None = None
    exit_code: int | None = None

    @property
    def out(self) -> Path:
        """Folder of the plan's files."""
        return self.folder / "out"

    @property
    def has_plan(self) -> bool:
        """Whether a plan can be shown."""
        return not self.state.live and (self.out / "roster.csv").is_file()

    def elapsed(self, now: float | None = None) -> float:
        """Seconds since it began (until it ended); 0 before."""
        if self.started is None:
            return 0.0
        return max(0.0, (self.ended or now or time.time()) - self.started)

    def reports(self) -> list[dict[str, Any]]:
        """Progress reports so far, oldest first; a line that is still being written is left out."""
        try:
            text = (self.folder / "progress.jsonl").read_text(encoding="utf-8")
        except OSError:
            return []
        found = []
        for line in text.split("\n")[:-1]:
            with suppress(json.JSONDecodeError):
                found.append(json.loads(line))
        return found

    def answer(self) -> dict[str, Any] | None:
        """What the worker said on standard output; None before it has, or where it broke before it could."""
        try:
            said = json.loads((self.folder / "said.json").read_text(encoding="utf-8"))
        except (OSError, json.JSONDecodeError):
            return None
        return said if isinstance(said, dict) else None

    def problems(self) -> list[str]:
        """What stands against a plan: problems of the input, rules in conflict, or the last words of a worker that broke."""
        said = self.answer()
        if said is not None:
            return [str(p) for p in said.get("problems") or said.get("conflicts") or ()]
        try:
            text = (self.folder / "errors.txt").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return []
        return [line for line in text.splitlines() if line.strip()][-3:]
