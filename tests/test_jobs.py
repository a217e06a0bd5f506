from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from staffing.jobs import Jobs, Run, RunRequest, RunState
from tests.ui.conftest import WORKER
from tests.ui.team import write_team


@pytest.fixture
def team(tmp_path):
    return write_team(tmp_path / "teams", agents=6, days=3)


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setenv("STAFFING_FAKE_SECONDS", "0.3")
    keeper = Jobs(tmp_path / "runs", WORKER)
    yield keeper
    keeper.close()


def request(team: Path, name: str = "base", **fields: object) -> RunRequest:
    return RunRequest(str(team / "base.toml"), name, team.name, **fields)


def ended(jobs: Jobs, run: Run, seconds: float = 20) -> Run:
    limit = time.monotonic() + seconds
    while jobs.read(run.id).state.live:
        assert time.monotonic() < limit, jobs.read(run.id)
        time.sleep(0.02)
    return jobs.read(run.id)


def until(condition, seconds: float = 20) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)


def named(team: Path, name: str) -> RunRequest:
    """A scenario whose name tells the fake worker how to end."""
    path = team / f"{name}.toml"
    path.write_text(f'extends = "base.toml"\nname = "{name}"\n', encoding="utf-8")
    return RunRequest(str(path), name, team.name)


def test_a_build_near_a_published_rota_says_so_to_the_worker(team, tmp_path):
    free, near = request(team), request(team, published="/x/roster.csv", change=12.5)
    assert (free.overrides, "--published" in free.line(tmp_path)) == ({}, False)
    assert near.overrides == {"tables": {"published": "/x/roster.csv"}, "prices": {"change": 12.5}}
    line = near.line(tmp_path)
    assert line[line.index("--published") : line.index("--published") + 4] == [
        "--published",
        "/x/roster.csv",
        "--change",
        "12.5",
    ]


def test_a_run_is_set_aside_and_brought_back_whole(jobs, team):
    first, second = (ended(jobs, jobs.start(request(team))) for _ in range(2))
    jobs.set_aside(first.id)
    assert [r.id for r in jobs.runs()] == [second.id]
    (aside,) = jobs.aside()
    assert (aside.id, aside.state, aside.has_plan) == (first.id, RunState.DONE, True)
    with pytest.raises(KeyError):
        jobs.read(first.id)
    jobs.bring_back("nothing of this name")
    jobs.bring_back(first.id)
    assert [r.id for r in jobs.runs()] == [second.id, first.id]
    assert jobs.read(first.id).has_plan
    assert jobs.aside() == []


def test_a_run_that_goes_on_is_not_set_aside(jobs, team):
    run = jobs.start(request(team, seconds=30))
    jobs.set_aside(run.id)
    assert jobs.read(run.id).state.live
    assert jobs.aside() == []


def test_questions_that_take_longer_can_be_followed_and_stopped(team, tmp_path):
    short, long = (
        request(team, command=command, arguments=("r.csv",)).line(tmp_path) for command in ("explain", "price")
    )
    assert "--progress" not in short
    assert long[long.index("--progress") + 1 :] == [str(tmp_path / "progress.jsonl"), "--stop-on-eof"]


def test_a_run_ends_with_a_plan_and_tells_its_progress(jobs, team):
    run = ended(jobs, jobs.start(request(team, seconds=5)))
    assert run.state is RunState.DONE
    assert run.exit_code == 0
    assert run.has_plan
    assert 0 < run.elapsed() < 20
    stages = [r["stage"] for r in run.reports()]
    assert stages[0] == "history"
    assert "roster" in stages
    assert run.problems() == []
    assert run.request == request(team, seconds=5)


def test_runs_go_one_after_the_other_and_all_are_listed_newest_first(jobs, team, monkeypatch):
    monkeypatch.setenv("STAFFING_FAKE_SECONDS", "1")
    first = jobs.start(request(team, "first"))
    second = jobs.start(request(team, "second"))
    until(lambda: jobs.read(first.id).state is RunState.RUNNING)
    assert jobs.read(second.id).state is RunState.QUEUED
    assert [r.id for r in jobs.live()] == [first.id, second.id]
    assert ended(jobs, second).state is RunState.DONE
    assert jobs.read(first.id).ended <= jobs.read(second.id).started
    assert {r.request.name for r in jobs.runs()} == {"first", "second"}


def test_stop_is_acknowledged_at_once_and_the_best_is_kept(jobs, team, monkeypatch):
    monkeypatch.setenv("STAFFING_FAKE_SECONDS", "60")
    run = jobs.start(request(team))
    until(lambda: any(r.get("objective") for r in jobs.read(run.id).reports()) or jobs.read(run.id).elapsed() > 8)
    began = time.monotonic()
    jobs.stop(run.id)
    assert jobs.read(run.id).state is RunState.STOPPING
    assert time.monotonic() - began < 0.3
    stopped = ended(jobs, run)
    assert stopped.state is RunState.STOPPED
    assert stopped.has_plan
    assert json.loads((stopped.out / "summary.json").read_text())["status"] == "stopped"


def test_runs_of_the_same_second_are_told_newest_first(jobs, team, monkeypatch):
    ids = [jobs.start(request(team, str(i))).id for i in range(6)]
    assert [r.id for r in jobs.runs()] == ids[::-1]


def test_a_waiting_run_is_taken_back(jobs, team, monkeypatch):
    monkeypatch.setenv("STAFFING_FAKE_SECONDS", "60")
    first, second = jobs.start(request(team)), jobs.start(request(team))
    jobs.stop(second.id)
    assert jobs.read(second.id).state is RunState.CANCELLED
    jobs.stop(first.id)
    ended(jobs, first)
    jobs.stop(first.id)
    assert jobs.read(first.id).state in (RunState.STOPPED, RunState.CANCELLED)


def test_an_input_with_problems_is_refused_and_the_problems_are_told(jobs, team):
    (team / "bad.toml").write_text('extends = "base.toml"\nnamee = "x"\n', encoding="utf-8")
    run = ended(jobs, jobs.start(RunRequest(str(team / "bad.toml"), "bad")))
    assert run.state is RunState.REFUSED
    assert not run.has_plan
    assert run.problems() == ["bad.toml, namee: unknown key 'namee' (did you mean name?)"]


def test_rules_that_contradict_each_other_are_an_answer_and_not_a_failure(jobs, team):
    run = ended(jobs, jobs.start(named(team, "impossible")))
    assert run.state is RunState.IMPOSSIBLE
    assert run.problems()[0] == "Anna Adler: 2027-01-01 is locked as E"


def test_a_worker_that_breaks_leaves_its_last_words(jobs, team):
    run = ended(jobs, jobs.start(named(team, "crash")))
    assert run.state is RunState.FAILED
    assert run.problems() == ["Segmentation fault"]


def test_an_exception_is_not_taken_for_an_answer_although_its_exit_code_is_the_same(tmp_path, team):
    broken = tmp_path / "broken.py"
    broken.write_text("raise KeyError('x')\n")
    with_traceback = Jobs(tmp_path / "runs-broken", (sys.executable, str(broken)))
    run = ended(with_traceback, with_traceback.start(request(team)))
    assert (run.exit_code, run.state) == (1, RunState.FAILED)
    assert run.problems()[-1] == "KeyError: 'x'"
    with_traceback.close()


def test_a_program_that_is_not_there_is_a_failure_and_the_next_run_goes_on(tmp_path, team):
    jobs = Jobs(tmp_path / "elsewhere", ("/nowhere/staffing",))
    run = ended(jobs, jobs.start(request(team)))
    assert run.state is RunState.FAILED
    assert "cannot be started" in run.problems()[0]
    jobs.close()
    with pytest.raises(RuntimeError, match="closed"):
        jobs.start(request(team))


def test_the_command_can_be_named_in_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("STAFFING_COMMAND", "ssh big-machine staffing")
    assert Jobs(tmp_path / "a").command == ("ssh", "big-machine", "staffing")
    monkeypatch.delenv("STAFFING_COMMAND")
    assert Jobs(tmp_path / "b").command == (sys.executable, "-m", "staffing")


def test_only_ended_runs_are_removed(jobs, team, monkeypatch):
    monkeypatch.setenv("STAFFING_FAKE_SECONDS", "60")
    run = jobs.start(request(team))
    jobs.remove(run.id)
    assert jobs.read(run.id)
    jobs.stop(run.id)
    ended(jobs, run)
    jobs.remove(run.id)
    assert jobs.runs() == []


@pytest.mark.parametrize("name", ["nothing", "../runs", ".", "..", ""])
def test_a_run_that_does_not_exist_is_told(jobs, name):
    with pytest.raises(KeyError):
        jobs.read(name)


def test_a_run_whose_keeper_is_gone_is_lost_or_keeps_what_was_written(jobs, team, tmp_path):
    for name, plan in (("lost", False), ("kept", True)):
        folder = tmp_path / "runs" / name
        (folder / "out").mkdir(parents=True)
        (folder / "request.json").write_text(json.dumps({"scenario": "x.toml", "name": name}))
        (folder / "status.json").write_text(json.dumps({"state": "running", "created": 1.0, "started": 2.0}))
        if plan:
            (folder / "out" / "summary.json").write_text("{}")
    assert jobs.read("lost").state is RunState.LOST
    assert jobs.read("kept").state is RunState.STOPPED
    assert jobs.read("lost").elapsed() == 0.0
    assert jobs.read("lost").reports() == []
    assert jobs.read("lost").problems() == []


def test_a_line_that_is_still_being_written_is_left_out(jobs, tmp_path):
    folder = tmp_path / "runs" / "half"
    folder.mkdir(parents=True)
    (folder / "request.json").write_text(json.dumps({"scenario": "x.toml", "name": "half"}))
    (folder / "status.json").write_text(json.dumps({"state": "done", "created": 1.0}))
    (folder / "progress.jsonl").write_text('{"stage": "history"}\nnot json\n{"stage": "fore')
    assert jobs.read("half").reports() == [{"stage": "history"}]


def test_closing_ends_a_worker_that_does_not_listen(tmp_path, team, monkeypatch):
    monkeypatch.setattr("staffing.jobs.keeper.GRACE_SECONDS", 0.3)
    deaf = tmp_path / "deaf.py"
    deaf.write_text("import time\ntime.sleep(60)\n")
    jobs = Jobs(tmp_path / "runs-deaf", (sys.executable, str(deaf)))
    run, waiting = jobs.start(request(team)), jobs.start(request(team))
    until(lambda: jobs.read(run.id).state is RunState.RUNNING)
    jobs.close()
    until(lambda: not jobs.read(run.id).state.live)
    assert jobs.read(run.id).state is RunState.CANCELLED
    assert jobs.read(waiting.id).state is RunState.CANCELLED


@pytest.mark.skipif(os.name != "posix", reason="kills a process the POSIX way")
def test_no_worker_is_left_when_the_keeper_is_killed(tmp_path, team):
    script = tmp_path / "keeper.py"
    script.write_text(
        "import sys, time\nfrom pathlib import Path\nfrom staffing.jobs import Jobs, RunRequest\n"
        f"jobs = Jobs(Path({str(tmp_path / 'runs-killed')!r}), {WORKER!r})\n"
        f"run = jobs.start(RunRequest({str(team / 'base.toml')!r}, 'x'))\n"
        "while jobs._current is None: time.sleep(0.02)\n"
        "print(jobs._current[1].pid, flush=True)\ntime.sleep(60)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "STAFFING_FAKE_SECONDS": "60"}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=env) as keeper:
        worker = int(keeper.stdout.readline())
        os.kill(worker, 0)
        time.sleep(0.5)
        keeper.send_signal(signal.SIGKILL)
        keeper.wait()

    def gone() -> bool:
        try:
            return Path(f"/proc/{worker}/stat").read_text().split()[2] == "Z"
        except FileNotFoundError:
            try:
                os.kill(worker, 0)
            except ProcessLookupError:
                return True
            return False

    until(gone, 10)
