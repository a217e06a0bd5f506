"""Planning from the command line: a month, its requirement, the month after it, several scenarios."""

import json
from datetime import timedelta

import pandas as pd
import pytest

from staffing.cli import main
from staffing.inputs import read_people
from staffing.roster.fixed import allowed_options
from staffing.roster.options import expand
from staffing.roster.targets import make_targets
from staffing.scenario import load


def test_plan_tells_a_readable_summary_and_the_paths_of_what_it_wrote(planned, capsys):
    base, _ = planned
    out = base.parent / "again"
    assert (
        main(["plan", str(base), "--out", str(out), "--seconds", "1", "--progress", str(out / "progress.jsonl")]) == 0
    )
    told = capsys.readouterr()
    assert "Small team:" in told.out
    assert str(out / "roster.csv") in told.out
    stages = [json.loads(line)["stage"] for line in (out / "progress.jsonl").read_text().splitlines()]
    assert list(dict.fromkeys(stages)) == [
        "compile",
        "history",
        "forecast",
        "requirement",
        "roster",
        "repair",
        "audit",
        "simulation",
    ]


def test_the_command_line_overrides_the_solver(planned):
    summary = json.loads((planned[1] / "summary.json").read_text())
    assert summary["seed"] == 5
    assert summary["seconds"] < 30


def test_the_requirement_is_that_of_the_plan(planned, tmp_path, capsys):
    base, out = planned
    assert main(["requirement", str(base), "--out", str(tmp_path)]) == 0
    assert (tmp_path / "requirement.csv").read_bytes() == (out / "requirement.csv").read_bytes()
    capsys.readouterr()
    assert main(["requirement", str(base)]) == 0
    assert capsys.readouterr().out == (out / "requirement.csv").read_text(encoding="utf-8")
    assert main(["requirement", str(base), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2 * 7 * 24


def test_the_requirement_by_skill_group_names_the_groups_and_what_skills_save(planned, tmp_path, capsys):
    base, _ = planned
    assert main(["requirement", str(base), "--groups", "--out", str(tmp_path)]) == 0
    lines = (tmp_path / "requirement_groups.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "interval_start,group,on_phones,on_roster"
    assert any(float(line.split(",")[2]) > 0 for line in lines[1:])
    told = capsys.readouterr().err
    assert "agent-hours on the phones by skill group" in told
    hurried = base.parent / "hurried.toml"
    hurried.write_text('extends = "base.toml"\n[solver]\nseconds = 0.01\n[target.phone]\nservice_level = 0.99\n')
    assert main(["requirement", str(hurried), "--groups", "--out", str(tmp_path)]) == 0
    told = capsys.readouterr().err
    assert "sizing ended after 0 s (solver.seconds) and 1 simulations" in told
    assert "below the promise on other seeds" in told


def test_the_next_month_begins_with_the_rota_and_the_ledger_of_this_one(planned, tmp_path, capsys):
    base, out = planned
    ledger = pd.read_csv(out / "ledger.csv")
    assert main(["ledger", str(base), str(out / "roster.csv"), "--out", str(tmp_path / "ledger.csv")]) == 0
    assert pd.read_csv(tmp_path / "ledger.csv").equals(ledger)
    first = load(base).horizon
    begin = first.start + timedelta(days=first.days)
    nextone = base.parent / "next.toml"
    tables = f'previous = "{(out / "roster.csv").as_posix()}"\nledger = "{(out / "ledger.csv").as_posix()}"'
    settings = f'extends = "{base.name}"\nname = "Next"\n[horizon]\nstart = {begin}\n[tables]\nlocks = []\n{tables}\n'
    nextone.write_text(settings, encoding="utf-8")
    capsys.readouterr()
    assert main(["plan", str(nextone), "--out", str(tmp_path / "next"), "--seconds", "2", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["violations"] == []
    assert not any("ledger" in note or "previous" in note for note in summary["notes"])
    problem = read_people(load(nextone))
    carried = {entry.agent: entry for entry in problem.ledger}
    assert [carried[a].hours for a in ledger["agent_id"].astype(str)] == ledger["hours"].tolist()
    assert len(problem.past) == len(pd.read_csv(out / "roster.csv"))
    after = pd.read_csv(tmp_path / "next" / "ledger.csv")
    assert after["weekends"].sum() == pytest.approx(ledger["weekends"].sum(), abs=0.01)
    paid = pd.read_csv(tmp_path / "next" / "roster.csv")["paid_hours"].sum()
    due = sum(make_targets(problem, o := expand(problem), allowed_options(problem, o)).horizon.tolist()) / 60
    assert after["hours"].sum() == pytest.approx(ledger["hours"].sum() + paid - due, abs=0.05)


def test_scenarios_are_compared_with_the_first(planned, tmp_path, capsys):
    base, _ = planned
    more = base.parent / "more.toml"
    more.write_text('extends = "base.toml"\nname = "Half as many calls again"\n[demand.scale]\nphone = 1.5\n')
    arguments = ["compare", str(base), str(more), "--seconds", "1", "--out", str(tmp_path)]
    assert main([*arguments, "--json"]) == 0
    compared = json.loads(capsys.readouterr().out)
    assert compared["scenarios"] == ["Small team", "Half as many calls again"]
    rows = {r["figure"]: r for r in compared["rows"]}
    assert rows["objective"]["change Half as many calls again"] > 0
    assert {p.name for p in tmp_path.iterdir()} == {"comparison.csv", "1-Small_team", "2-Half_as_many_calls_again"}
    assert main(arguments) == 0
    assert "understaffed_hours" in capsys.readouterr().out


def test_one_scenario_cannot_be_compared(planned, capsys):
    assert main(["compare", str(planned[0])]) == 2
    assert "give at least two" in capsys.readouterr().err


def test_a_sweep_plans_every_combination(planned, tmp_path, capsys):
    arguments = ["sweep", str(planned[0]), "--vary", "demand.scale.phone=1.0,1.3", "law.max_weekly_hours=48"]
    assert main([*arguments, "--seconds", "0.5", "--out", str(tmp_path), "--json"]) == 0
    rows = {r["figure"]: r for r in json.loads(capsys.readouterr().out)}
    name = "demand.scale.phone=1.3, law.max_weekly_hours=48"
    assert rows["objective"][f"change {name}"] > 0
    assert (tmp_path / "sweep.csv").is_file()


@pytest.mark.parametrize(
    ("vary", "message"),
    [
        ("demand.scale.phone", "cannot read"),
        ("solver.secnds=3", "did you mean seconds?"),
        ("demand.scale.phone=-1", "-1"),
    ],
)
def test_a_sweep_over_what_is_not_there_is_told(planned, capsys, vary, message):
    assert main(["sweep", str(planned[0]), "--vary", vary]) == 2
    assert message in capsys.readouterr().err
