import io
import json
import os
import signal
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


def test_silence_reports_nothing_and_never_stops():
    SILENT.report(Progress("roster", 0.0))
    assert SILENT.should_stop() is False
