"""Progress on the terminal and in a file, and the ways to ask a run to stop."""

from __future__ import annotations

import _thread
import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from staffing.progress import Progress


class TerminalMonitor:
    """Shows reports on a terminal (one line, rewritten) or a log (a line now and then), and knows whether to stop.

    Parameters
    ----------
    stream
        Where to write; usually standard error.
    currency
        Shown with costs.
    file
        Optional file that receives every report as one JSON line.
    quiet
        Write nothing to the stream.
    """

    def __init__(self, stream: TextIO, currency: str = "", file: Path | None = None, quiet: bool = False) -> None:
        self._stream, self._currency, self._quiet = stream, currency, quiet
        self._file = file
        self._stop = threading.Event()
        self._found = False
        self._lock = threading.Lock()
        self._live = stream.isatty()
        self._last: tuple[str, float] = ("", 0.0)
        self._width = 0
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("")

    def report(self, progress: Progress) -> None:
        """Show one report."""
        with self._lock:
            self._found |= progress.objective is not None
            if self._file is not None:
                with self._file.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(asdict(progress)) + "\n")
            if self._quiet:
                return
            stage, shown = self._last
            now = time.monotonic()
            new_stage = progress.stage != stage
            if not new_stage and now - shown < (0.1 if self._live else 5.0):
                return
            self._last = (progress.stage, now)
            line = self._line(progress)
            if self._live:
                lead = "\n" if new_stage and stage else "\r"
                self._stream.write(lead + line.ljust(self._width if not new_stage else 0))
                self._width = len(line)
            else:
                self._stream.write(line + "\n")
            self._stream.flush()

    def found(self) -> bool:
        """Say whether a rota was reported."""
        return self._found

    def should_stop(self) -> bool:
        """Say whether a stop was asked for."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask the run to end and keep the best it has."""
        self._stop.set()

    def close(self) -> None:
        """End the live line."""
        with self._lock:
            if self._live and self._last[0] and not self._quiet:
                self._stream.write("\n")
                self._stream.flush()
            self._last = ("", 0.0)

    def _line(self, p: Progress) -> str:
        parts = [f"{p.stage:<12}{p.seconds:6.1f} s"]
        if p.fraction is not None:
            parts.append(f"{p.fraction:4.0%}")
        if p.objective is not None:
            parts.append(f"best {p.objective:,.0f} {self._currency}".rstrip())
        if p.bound is not None:
            parts.append(f"bound {p.bound:,.0f}")
        if p.gap is not None:
            parts.append(f"gap {p.gap:.1%}")
        if p.note:
            parts.append(p.note)
        return "  ".join(parts)


def add_monitor_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments by which another program follows and stops a run."""
    parser.add_argument("--progress", type=Path, metavar="FILE", help="append each progress report as a JSON line")
    parser.add_argument("--stop-on-eof", action="store_true", help="stop when standard input is closed")


@contextmanager
def stoppable(
    monitor: TerminalMonitor, *, on_eof: bool = False, kept: Callable[[], bool] = lambda: True
) -> Iterator[None]:
    """Let Ctrl-C (and, where asked for, the end of standard input) stop the run; a second Ctrl-C breaks it off.

    Parameters
    ----------
    monitor
        Asked by the run whether to stop.
    on_eof
        Whether the end of standard input stops the run too.
    kept
        Says whether there is something to keep; as long as there is not, a stop breaks the run off at once.

    Raises
    ------
    KeyboardInterrupt
        Where the run is broken off.
    """
    over = threading.Event()

    def interrupt(number: int, frame: Any) -> None:
        if not kept():
            print("\nthere is no rota yet; nothing is written", file=sys.stderr)
            monitor.stop()
        if monitor.should_stop():
            raise KeyboardInterrupt
        print("\nstopping, the best rota so far is kept (press Ctrl-C again to break off) ...", file=sys.stderr)
        monitor.stop()

    if on_eof:

        def watch() -> None:
            try:
                # not through sys.stdin: its lock, held by this thread, would break the interpreter's end
                while os.read(sys.stdin.fileno(), 1):
                    pass
            except (OSError, ValueError):
                pass
            monitor.stop()
            if not kept() and not over.is_set():
                _thread.interrupt_main()

        threading.Thread(target=watch, daemon=True).start()
    main_thread = threading.current_thread() is threading.main_thread()
    previous = signal.signal(signal.SIGINT, interrupt) if main_thread else None
    try:
        yield
    finally:
        over.set()
        if main_thread:
            signal.signal(signal.SIGINT, previous)
        monitor.close()
