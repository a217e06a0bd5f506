"""The keeper of planning runs: starts them one after the other, each in a process of its own, and knows how each stands."""

from __future__ import annotations

import atexit
import json
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from staffing.jobs.run import Run, RunRequest, RunState

HEARTBEAT_SECONDS = 1.0
STALE_SECONDS = 15.0
"""A run whose keeper was silent for so long is lost."""
GRACE_SECONDS = 5.0
"""What a worker gets to end by itself when the keeper closes."""
POLL_SECONDS = 0.1
ASIDE = ".aside"
"""Folder of runs that were set aside, among those of the others."""
NICENESS = 10
"""The worker yields to the screens."""


class Jobs:
    """Keeper of the runs in a folder: starts them one after the other and knows how each stands.

    Parameters
    ----------
    folder
        Where the runs' folders are; made if missing.
    command
        The program that understands ``plan``; default: this Python's ``-m staffing``, or what the environment variable
        ``STAFFING_COMMAND`` names.

    Examples
    --------
    >>> import tempfile
    >>> jobs = Jobs(Path(tempfile.mkdtemp()))
    >>> jobs.runs()
    []
    """

    def __init__(self, folder: Path, command: Sequence[str] | None = None) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        named = shlex.split(os.environ.get("STAFFING_COMMAND", ""))
        self.command = tuple(command or named or (sys.executable, "-m", "staffing"))
        self._lock = threading.RLock()
        self._queue: deque[str] = deque()
        self._current: tuple[str, subprocess.Popen[bytes]] | None = None
        self._keeper: threading.Thread | None = None
        self._closed = False
        self._ended: dict[str, Run] = {}
        atexit.register(self.close)

    # -- asking ------------------------------------------------------------------------------------

    def start(self, request: RunRequest) -> Run:
        """Queue a run; it begins at once where nothing else runs."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the keeper of runs is closed")
            run_id = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
            folder = self.folder / run_id
            folder.mkdir()
            _write(folder / "request.json", asdict(request))
            self._mark(run_id, state=RunState.QUEUED, created=time.time())
            (folder / "alive").touch()
            self._queue.append(run_id)
            if self._keeper is None:
                self._keeper = threading.Thread(target=self._keep, name="staffing-runs", daemon=True)
                self._keeper.start()
        return self.read(run_id)

    def stop(self, run_id: str) -> None:
        """Ask a run to stop and keep its best rota; a queued one is taken back. Ended runs stay as they are."""
        with self._lock:
            if run_id in self._queue:
                self._queue.remove(run_id)
                self._mark(run_id, state=RunState.CANCELLED, ended=time.time())
            elif self._current is not None and self._current[0] == run_id:
                self._mark(run_id, state=RunState.STOPPING)
                _close_pipe(self._current[1])

    def remove(self, run_id: str) -> None:
        """Delete a run that has ended."""
        if not self.read(run_id).state.live:
            shutil.rmtree(self.folder / run_id, ignore_errors=True)
            self._ended.pop(run_id, None)

    def set_aside(self, run_id: str) -> None:
        """Take a run that has ended out of the list; nothing of it is lost."""
        if not self.read(run_id).state.live:
            (self.folder / ASIDE).mkdir(exist_ok=True)
            (self.folder / run_id).rename(self.folder / ASIDE / run_id)
            self._ended.pop(run_id, None)

    def bring_back(self, run_id: str) -> None:
        """Take a run into the list again that was set aside."""
        if any(run.id == run_id for run in self.aside()):
            (self.folder / ASIDE / run_id).rename(self.folder / run_id)

    def close(self) -> None:
        """Stop everything; workers that do not end by themselves within a few seconds are ended."""
        with self._lock:
            self._closed = True
            for run_id in tuple(self._queue):
                self.stop(run_id)
            current = self._current
            if current is not None:
                self.stop(current[0])
        if current is not None:
            try:
                current[1].wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                current[1].kill()
                current[1].wait()
        keeper = self._keeper
        if keeper is not None and keeper is not threading.current_thread():
            keeper.join(GRACE_SECONDS)
        atexit.unregister(self.close)

    # -- reading -----------------------------------------------------------------------------------

    def read(self, run_id: str) -> Run:
        """How a run stands.

        Raises
        ------
        KeyError
            There is no such run.
        """
        if Path(run_id).name != run_id or run_id.startswith("."):
            raise KeyError(run_id)
        if run_id in self._ended:  # what has ended changes no more
            return self._ended[run_id]
        run = _read(self.folder / run_id)
        if not run.state.live:
            self._ended[run_id] = run
        return _lost(run) if run.state.live and self._silent(run.folder) else run

    def runs(self) -> list[Run]:
        """All runs, newest first."""
        return _newest_first(self.folder, lambda folder: self.read(folder.name))

    def aside(self) -> list[Run]:
        """Runs that were set aside, newest first."""
        return _newest_first(self.folder / ASIDE, _read)

    def live(self) -> list[Run]:
        """Runs that go on or wait, the running one first."""
        return sorted((r for r in self.runs() if r.state.live), key=lambda r: (r.state is RunState.QUEUED, r.created))

    # -- keeping -----------------------------------------------------------------------------------

    def _keep(self) -> None:
        """Work the queue off; ends when it is empty."""
        while True:
            with self._lock:
                if not self._queue:
                    self._keeper = None
                    return
                run_id = self._queue.popleft()
                process = self._launch(run_id)
            if process is not None:
                self._attend(run_id, process)

    def _launch(self, run_id: str) -> subprocess.Popen[bytes] | None:
        run = self.read(run_id)
        command = [*self.command, *run.request.line(run.folder)]
        try:
            with (run.folder / "said.json").open("wb") as said, (run.folder / "errors.txt").open("wb") as errors:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=said,
                    stderr=errors,
                    start_new_session=True,
                    env={**os.environ, "PYTHONIOENCODING": "utf-8"},
                )
        except OSError as error:
            (run.folder / "errors.txt").write_text(f"{command[0]}: cannot be started: {error}\n", encoding="utf-8")
            self._mark(run_id, state=RunState.FAILED, ended=time.time())
            return None
        if hasattr(os, "setpriority"):
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        self._current = (run_id, process)
        self._mark(run_id, state=RunState.RUNNING, started=time.time())
        return process

    def _attend(self, run_id: str, process: subprocess.Popen[bytes]) -> None:
        touched = 0.0
        while process.poll() is None:
            if time.monotonic() - touched > HEARTBEAT_SECONDS:
                touched = time.monotonic()
                for name in (run_id, *tuple(self._queue)):
                    with suppress(OSError):
                        (self.folder / name / "alive").touch()
            time.sleep(POLL_SECONDS)
        with self._lock:
            _close_pipe(process)
            self._current = None
            run = self.read(run_id)
            code = int(process.returncode)
            self._mark(run_id, state=_ending(run, code), ended=time.time(), exit_code=code)

    def _silent(self, folder: Path) -> bool:
        try:
            return time.time() - (folder / "alive").stat().st_mtime > STALE_SECONDS
        except OSError:
            return True

    def _mark(self, run_id: str, **changes: Any) -> None:
        path = self.folder / run_id / "status.json"
        status = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        _write(path, status | changes)


def _ending(run: Run, code: int) -> RunState:
    """State of a run whose worker has ended with this exit code."""
    asked = run.request.command != "plan"
    written = run.answer() is not None if asked else (run.out / "summary.json").is_file()
    stopping = run.state is RunState.STOPPING
    if code == 2:
        return RunState.REFUSED
    if code == 1 and run.answer() is not None:
        return RunState.CANCELLED if stopping else RunState.IMPOSSIBLE
    if code == 0 and written:
        return RunState.STOPPED if stopping else RunState.DONE
    return RunState.CANCELLED if stopping else RunState.FAILED


def _newest_first(place: Path, read: Callable[[Path], Run]) -> list[Run]:
    found = []
    for folder in place.iterdir() if place.is_dir() else ():
        with suppress(KeyError):
            found.append(read(folder))
    return sorted(found, key=lambda r: (r.created, r.id), reverse=True)


def _read(folder: Path) -> Run:
    """A run as its folder tells it; KeyError where it is none."""
    try:
        status = json.loads((folder / "status.json").read_text(encoding="utf-8"))
        asked = json.loads((folder / "request.json").read_text(encoding="utf-8"))
        request = RunRequest(**asked | {"arguments": tuple(asked.get("arguments", ()))})
    except (OSError, json.JSONDecodeError, TypeError):
        raise KeyError(folder.name) from None
    return Run(folder.name, folder, request, **{**status, "state": RunState(status["state"])})


def _lost(run: Run) -> Run:
    written = (run.out / "summary.json").is_file()
    return replace(run, state=RunState.STOPPED if written else RunState.LOST, ended=run.ended or run.started)


def _close_pipe(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()


def _write(path: Path, value: Any) -> None:
    """Replace a file as a whole, so that readers never see half of it."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    beside.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
    beside.replace(path)
