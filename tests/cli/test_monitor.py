import io
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from staffing.cli.monitor import TerminalMonitor, stoppable
from staffing.progress import SILENT, Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_one_line_per_stage_not_one_per_report():
    out = io.StringIO()
    monitor = TerminalMonitor(out, "EUR")
    for second in range(4):
        monitor.report(Progress("roster", second, 0.25, 1234.5, 1200.0, 0.028, "annealing"))
    monitor.report(Progress("simulation", 0.0))
    monitor.close()
    first, second = out.getvalue().splitlines()
    assert first == "roster         0.0 s   25%  best 1,234 EUR  bound 1,200  gap 2.8%  annealing"
    assert second.startswith("simulation")


def test_a_terminal_rewrites_its_line_and_starts_a_new_one_per_stage():
    out = Terminal()
    monitor = TerminalMonitor(out)
    monitor.report(Progress("forecast", 0.0, note="a long note that is blanked"))
    time.sleep(0.12)
    monitor.report(Progress("forecast", 1.0))
    monitor.report(Progress("roster", 0.0))
    monitor.close()
    assert out.getvalue().count("\r") == 2
    assert out.getvalue().count("\n") == 2


def test_every_report_goes_to_the_file(tmp_path):
    path = tmp_path / "sub" / "progress.jsonl"
    monitor = TerminalMonitor(io.StringIO(), file=path, quiet=True)
    for second in range(3):
        monitor.report(Progress("roster", second, objective=10.0))
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [r["seconds"] for r in rows] == [0, 1, 2]
    assert rows[0] == {
        "stage": "roster",
        "seconds": 0,
        "fraction": None,
        "objective": 10.0,
        "bound": None,
        "gap": None,
        "note": "",
    }


def test_ctrl_c_asks_to_stop_and_a_second_one_breaks_off(capsys):
    monitor = TerminalMonitor(io.StringIO())
    with stoppable(monitor):
        assert not monitor.should_stop()
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.01)
        assert monitor.should_stop()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert "the best rota so far is kept" in capsys.readouterr().err


def test_the_end_of_standard_input_asks_to_stop(monkeypatch):
    reading, writing = os.pipe()
    os.write(writing, b"anything")
    monitor = TerminalMonitor(io.StringIO())
    with os.fdopen(reading) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        with stoppable(monitor, on_eof=True):
            time.sleep(0.05)
            assert not monitor.should_stop()
            os.close(writing)
            for _ in range(100):
                if monitor.should_stop():
                    break
                time.sleep(0.01)
    assert monitor.should_stop()


def wait_after(act, *arguments):
    act(*arguments)
    for _ in range(100):
        time.sleep(0.05)


def test_a_run_that_has_nothing_to_keep_is_broken_off_at_once(monkeypatch, capsys):
    monitor = TerminalMonitor(io.StringIO())
    with stoppable(monitor, kept=monitor.found), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert "no rota yet" in capsys.readouterr().err
    monitor = TerminalMonitor(io.StringIO())
    reading, writing = os.pipe()
    with os.fdopen(reading) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        with pytest.raises(KeyboardInterrupt), stoppable(monitor, on_eof=True, kept=monitor.found):
            wait_after(os.close, writing)
    assert monitor.should_stop()


def test_a_run_that_has_a_rota_goes_on_to_keep_it():
    monitor = TerminalMonitor(io.StringIO())
    monitor.report(Progress("roster", 1.0, objective=100.0))
    monitor.report(Progress("roster", 2.0, bound=90.0))
    with stoppable(monitor, kept=monitor.found):
        signal.raise_signal(signal.SIGINT)
        assert monitor.should_stop()


def test_a_plan_that_is_stopped_while_it_compiles_ends_soon_and_writes_nothing(team, tmp_path):
    told = tmp_path / "progress.jsonl"
    arguments = ["plan", str(team), "--out", str(tmp_path / "out"), "--progress", str(told)]
    command = [sys.executable, "-m", "staffing", *arguments, "--stop-on-eof", "--json"]
    nothing_kept = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kernels")}
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    worker = subprocess.Popen(command, env=nothing_kept, **pipes)
    limit = time.monotonic() + 60
    while not (told.is_file() and "compile" in told.read_text()):
        assert time.monotonic() < limit
        time.sleep(0.01)
    out, errors = worker.communicate(timeout=60)  # closes its standard input
    assert worker.returncode == 130
    assert b"no rota yet" in errors
    assert out == b""
    assert not (tmp_path / "out").exists()


def test_silence_reports_nothing_and_never_stops():
    SILENT.report(Progress("roster", 0.0))
    assert SILENT.should_stop() is False
