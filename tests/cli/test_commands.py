"""The commands as users call them: results, exit codes, and how mistakes are told."""

import csv
import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from staffing.cli import COMMANDS, main
from staffing.inputs import read_need, read_people
from staffing.plan import moved_need, prepare
from staffing.roster.fixed import allowed_options
from staffing.roster.options import expand
from staffing.roster.targets import make_targets
from staffing.scenario import load
from tests.small_team import write_small_team


@pytest.fixture
def team(tmp_path) -> Path:
    return write_small_team(tmp_path / "team")


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("planned")
    base = write_small_team(folder / "team")
    assert main(["plan", str(base), "--out", str(folder / "out"), "--seconds", "2", "--seed", "5"]) == 0
    return base, folder / "out"


def replaced(path: Path, old: str, new: str, count: int = 1) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


# -- what goes well ------------------------------------------------------------------------------------------


def test_help_lists_every_command_and_loads_nothing_heavy():
    code = (
        "import sys; from staffing.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'pandas', 'ortools', 'streamlit', 'numba', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    assert f"staffing {command}" in capsys.readouterr().out


def test_usage_that_is_wrong_exits_with_2(capsys):
    for arguments in ([], ["plann"], ["plan"], ["simulate", "x.toml"]):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert left.value.code == 2
    capsys.readouterr()


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


def test_an_audit_of_the_plans_own_rota_finds_nothing_and_the_same_cost(planned, capsys):
    base, out = planned
    assert main(["audit", str(base), str(out / "roster.csv"), "--json"]) == 0
    audited = json.loads(capsys.readouterr().out)
    summary = json.loads((out / "summary.json").read_text())
    assert audited["violations"] == []
    assert audited["objective"] == pytest.approx(summary["objective"], abs=0.02)
    assert main(["audit", str(base), str(out / "roster.csv")]) == 0
    assert "no rule is broken" in capsys.readouterr().out


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


def test_an_audit_of_a_hand_edited_rota_lists_what_it_breaks(planned, tmp_path, capsys):
    base, out = planned
    with (out / "roster.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    edited = tmp_path / "edited.csv"
    lines = ["agent_id,date,shift"] + [
        f"{r['agent_id']},{r['date']},{r['shift']}" for r in rows if r["agent_id"] != "a2"
    ]
    lines.append("a2,2027-01-06,E")  # on leave
    edited.write_text("\n".join(lines), encoding="utf-8")
    assert main(["audit", str(base), str(edited)]) == 1
    told = capsys.readouterr().out
    assert "Ben" in told
    assert "rules broken" in told


def test_a_rota_can_be_simulated_again(planned, tmp_path, capsys):
    base, out = planned
    arguments = ["simulate", str(base), "--roster", str(out / "roster.csv"), "--replications", "20"]
    assert main([*arguments, "--out", str(tmp_path), "--json"]) == 0
    simulated = json.loads(capsys.readouterr().out)
    summary = json.loads((out / "summary.json").read_text())
    assert simulated["service_level"] == summary["service_level"]
    assert simulated["misses"] == summary["verification"]["misses"]
    assert "stress" not in simulated
    for name in ("coverage.csv", "service.csv", "service_days.csv"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()
    assert main(arguments) == 0
    told = capsys.readouterr().out
    for words in (
        "20 simulated months",
        "riskiest intervals",
        "abandonment",
        "month meets target",
        "overtime",
        "occupancy",
    ):
        assert words in told


def test_a_rota_is_simulated_under_stress(planned, capsys):
    base, out = planned
    arguments = ["simulate", str(base), "--roster", str(out / "roster.csv"), "--replications", "20"]
    stress = ["--volume", "1.15", "--volume", "chat=1", "--aht-seconds", "phone=+30", "--ill", "2:2027-01-04"]
    assert main([*arguments, *stress, "--absent", "a3:2027-01-05", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["stress"]
    assert found["change"]["phone"]["high"] < 0
    assert found["service_level"]["phone"]["mean"] < 0.8
    assert found["change"]["phone"]["worst_day_change"]["mean"] < found["change"]["phone"]["mean"]
    assert main([*arguments, *stress]) == 0
    assert "points" in capsys.readouterr().out


def test_a_stress_that_cannot_be_read_is_told_with_everything_wrong(planned, capsys):
    base, out = planned
    wrong = ["--volume", "x", "--volume", "nan", "--aht-seconds", "phone=long", "--ill", "3", "--ill", "1:2030-01-01"]
    wrong.append("--ill=-3:2027-01-04")
    wrong += ["--absent", "nobody:2027-01-04", "--absent", "a1:2030-01-01"]
    assert main(["simulate", str(base), "--roster", str(out / "roster.csv"), *wrong]) == 2
    told = capsys.readouterr().err
    for words in (
        "'x'",
        "'nan'",
        "'-3:2027-01-04'",
        "'phone=long'",
        "'3'",
        "1:2030-01-01",
        "nobody",
        "2030-01-01 is not a day",
    ):
        assert words in told


def test_a_rota_is_judged_by_the_need_it_was_planned_for(planned, tmp_path, capsys):
    base, out = planned
    (tmp_path / "roster.csv").write_bytes((out / "roster.csv").read_bytes())
    (tmp_path / "coverage.csv").write_text("interval_start,queue,required\n2027-01-04T00:00:00+01:00,phone,1\n")
    for command in (["audit"], ["replan"], ["simulate", "--roster"]):
        assert main([command[0], str(base), *command[1:], str(tmp_path / "roster.csv")]) == 2
        assert "not those of the horizon" in capsys.readouterr().err


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


def test_a_sudden_absence_is_mended_with_few_changes(planned, tmp_path, capsys):
    base, out = planned
    with (out / "roster.csv").open(encoding="utf-8") as file:
        first = next(iter(csv.DictReader(file)))
    arguments = ["replan", str(base), str(out / "roster.csv"), "--absent", f"{first['agent_id']}:{first['date']}"]
    assert main([*arguments, "--out", str(tmp_path), "--json"]) == 0
    alternatives = json.loads(capsys.readouterr().out)["alternatives"]
    assert alternatives
    for alternative in alternatives:
        assert alternative["violations"] == []
        asked = [c for c in alternative["changes"] if c["asked"]]
        assert [(c["agent_id"], c["date"], c["after"]) for c in asked] == [(first["agent_id"], first["date"], "off")]
    rows = (tmp_path / "roster.csv").read_text(encoding="utf-8").splitlines()
    assert not any(row.startswith(f"{first['agent_id']},") and f",{first['date']}," in row for row in rows)
    assert main(arguments) == 0
    assert "(given)" in capsys.readouterr().out


def test_without_absences_a_rota_is_mended_around_its_locks_under_the_need_of_its_plan(planned, tmp_path, capsys):
    base, out = planned
    with (out / "roster.csv").open(encoding="utf-8") as file:
        first = next(row for row in csv.DictReader(file) if row["locked"] == "no")
    (tmp_path / "locks.csv").write_text(f"agent_id,date,shift\n{first['agent_id']},{first['date']},off\n")
    locked = tmp_path / "locked.toml"
    locked.write_text(f'extends = "{base.as_posix()}"\n[tables]\nlocks = ["locks.csv"]\n')
    need = ["--need", str(out / "coverage.csv"), "--seconds", "1", "--json"]
    main(["replan", str(locked), str(out / "roster.csv"), *need])
    alternatives = json.loads(capsys.readouterr().out)["alternatives"]
    mended = [a for a in alternatives if a["changes"]]
    assert mended
    for alternative in mended:
        changes = [
            c for c in alternative["changes"] if (c["agent_id"], c["date"]) == (first["agent_id"], first["date"])
        ]
        assert [c["after"] for c in changes] == ["off"]
    assert main(["replan", str(locked), str(out / "roster.csv"), "--need", str(out / "roster.csv")]) == 2
    assert "roster.csv: cannot be read" in capsys.readouterr().err


def test_a_need_that_has_moved_is_followed_where_it_has_moved_and_corrections_of_the_plan_stay(
    planned, tmp_path, capsys
):
    base, out = planned
    changes = "first_day,last_day,queue,factor,who,why\n2027-01-06,,phone,3,Ann,sale\n"
    (tmp_path / "adjustments.csv").write_text(changes)
    busy = tmp_path / "busy.toml"
    busy.write_text(f'extends = "{base.as_posix()}"\n[tables]\nadjustments = "adjustments.csv"\n')
    rota = str(out / "roster.csv")
    assert main(["replan", str(base), rota, "--moved", "--json", "--out", str(tmp_path / "none")]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out) == {"alternatives": []}
    assert "the need of every day is as planned" in told.err
    assert not (tmp_path / "none").exists()
    assert main(["replan", str(busy), rota, "--moved", "--json"]) == 0
    told = capsys.readouterr()
    assert told.err.startswith("2027-01-06: need +")
    assert told.err.count("agent-hours since the plan") == 1
    short = [a["understaffed_hours"] for a in json.loads(told.out)["alternatives"]]
    assert main(["replan", str(busy), rota, "--moved", "2027-01-05", "--json"]) == 0
    told = capsys.readouterr()
    assert told.err == "2027-01-05: need as planned\n"
    assert min(a["understaffed_hours"] for a in json.loads(told.out)["alternatives"]) < min(short)

    problem = prepare(load(base)).problem
    grid = problem.grid
    need = read_need(out / "coverage.csv", grid, problem.queues)
    moved = moved_need(load(busy), out / "coverage.csv")
    other = grid.day != 2
    assert moved.days == (date(2027, 1, 6),)
    np.testing.assert_allclose(moved.problem.required[:, other], need[:, other], atol=2e-4)
    assert moved.hours[0] == pytest.approx((moved.problem.required - need).sum() * grid.hours, abs=0.01)
    (tmp_path / "coverage.csv").write_bytes((out / "coverage.csv").read_bytes())
    assert main(["replan", str(busy), rota, "--moved", "--need", str(tmp_path / "coverage.csv")]) == 2
    assert "requirement.csv: cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("absent", "message"),
    [("a1", "cannot read 'a1'"), ("a9:2027-01-05", "unknown agent 'a9'"), ("a1:2028-01-05", "outside the horizon")],
)
def test_absences_that_cannot_be_are_told(planned, capsys, absent, message):
    base, out = planned
    assert main(["replan", str(base), str(out / "roster.csv"), "--absent", absent]) == 2
    assert message in capsys.readouterr().err


def test_a_shift_is_explained_by_its_price_or_by_the_rules(planned, capsys):
    base, out = planned
    locked = ["explain", str(base), str(out / "roster.csv"), "a3", "2027-01-07"]
    assert main([*locked, "--json"]) == 0
    reason = json.loads(capsys.readouterr().out)
    assert reason["cost"] is None
    assert reason["necessary"]
    assert main(locked) == 0
    assert "nothing else is possible" in capsys.readouterr().out
    assert main(["explain", str(base), str(out / "roster.csv"), "a1", "2027-01-05", "--seconds", "1"]) == 0
    assert "what would change then" in capsys.readouterr().out
    assert main(["explain", str(base), str(out / "roster.csv"), "a1", "tomorrow"]) == 2
    assert "cannot read 'tomorrow'" in capsys.readouterr().err


def test_breaks_that_a_hand_edited_rota_lacks_are_placed(planned, tmp_path, capsys):
    base, out = planned
    table = pd.read_csv(out / "roster.csv", dtype=str)
    table.loc[0, ["break_starts", "break_minutes"]] = ""
    table.to_csv(tmp_path / "edited.csv", index=False)
    need = ["--need", str(out / "coverage.csv")]
    assert main(["audit", str(base), str(tmp_path / "edited.csv"), *need]) == 1
    assert "0 breaks" in capsys.readouterr().out
    mended = tmp_path / "mended.csv"
    assert main(["audit", str(base), str(tmp_path / "edited.csv"), *need, "--place-breaks", str(mended)]) == 0
    assert len(pd.read_csv(mended)) == len(table)


def test_a_wish_and_the_rules_are_priced(planned, capsys):
    base, out = planned
    here = [str(base), str(out / "roster.csv")]
    assert main(["explain", *here, "a1", "2027-01-05", "--wish", "off", "--seconds", "0.5"]) == 0
    assert "off" in capsys.readouterr().out
    assert main(["explain", *here, "a1", "2027-01-05", "--wish", "Q"]) == 2
    assert "unknown shift type 'Q'" in capsys.readouterr().err
    assert main(["price", *here, "--rules", "min_rest", "steady_starts", "--seconds", "0.5"]) == 0
    told = capsys.readouterr().out
    assert "steady_starts" in told
    assert "does not bind here" in told
    assert main(["price", *here, "--rules", "weekly_hours", "--seconds", "0.5", "--json"]) == 0
    (priced,) = json.loads(capsys.readouterr().out)["rules"]
    assert priced["rule"] == "weekly_hours"
    assert priced["high"] is None or priced["low"] <= priced["high"]
    assert main(["price", *here, "--rules", "sleep"]) == 2


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


def test_one_scenario_cannot_be_compared(planned, capsys):
    assert main(["compare", str(planned[0])]) == 2
    assert "give at least two" in capsys.readouterr().err


# -- what users get wrong -----------------------------------------------------------------------------------


def problems(capsys, path: Path, *more: str) -> list[str]:
    """Run the plan, which must refuse the input, write nothing and show no traceback."""
    out = path.parent / "must-not-exist"
    assert main(["plan", str(path), "--out", str(out), "--json", *more]) == 2
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    assert "nothing was written" in told.err
    assert not out.exists()
    listed: list[str] = json.loads(told.out)["problems"]
    assert all(p in told.err for p in listed)
    return listed


def test_a_missing_column_is_told_with_the_columns_there_are(team, capsys):
    replaced(team.parent / "history.csv", "interval_start,queue,offered", "interval_start,queue,calls")
    (problem,) = problems(capsys, team)
    assert "history.csv" in problem
    assert "offered" in problem


def test_a_negative_volume_is_told_with_its_row_and_value(team, capsys):
    lines = (team.parent / "history.csv").read_text().splitlines()
    cells = lines[9].split(",")
    lines[9] = ",".join([cells[0], cells[1], "-3", *cells[3:]])
    (team.parent / "history.csv").write_text("\n".join(lines))
    found = problems(capsys, team)
    assert any("row 10" in p and "-3" in p for p in found)


def test_an_absence_over_a_fixed_shift_is_told(team, capsys):
    with (team.parent / "absences.csv").open("a") as file:
        file.write("a3,2027-01-07,2027-01-08,leave,yes\n")
    found = problems(capsys, team)
    assert any("Chloé" in p and "2027-01-07" in p for p in found)


def test_a_shift_longer_than_the_law_is_told(team, capsys):
    replaced(team, "hours = 8.5", "hours = 12.5")
    found = problems(capsys, team)
    assert any("shift E" in p and "10" in p for p in found)


def test_a_misspelt_key_is_told_with_the_nearest_one(team, capsys):
    replaced(team, "patience_seconds = 180", "patience_second = 180")
    (problem,) = problems(capsys, team)
    assert "did you mean patience_seconds?" in problem


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\xff\xfe" * 50, b"PK\x03\x04 no workbook"])
def test_a_file_that_cannot_be_read_is_told(team, capsys, content):
    (team.parent / "agents.csv").write_bytes(content)
    assert any("agents.csv" in p for p in problems(capsys, team))


def test_a_scenario_that_extends_itself_is_told(team, capsys):
    team.write_text('extends = "base.toml"\n' + team.read_text())
    (problem,) = problems(capsys, team)
    assert "extends itself" in problem


def test_mistakes_in_several_files_are_told_in_one_go(team, capsys):
    replaced(team.parent / "agents.csv", "Ben,full", "Ben,fulll")
    replaced(team.parent / "requests.csv", "2027-01-05", "5th of Jan")
    replaced(team.parent / "history.csv", "interval_start", "when")
    found = "\n".join(problems(capsys, team))
    for part in ("fulll", "5th of Jan", "interval_start"):
        assert part in found


def test_settings_out_of_range_on_the_command_line_are_told(team, capsys):
    found = problems(capsys, team, "--seconds", "-1", "--workers", "0")
    assert len(found) == 2
    assert all("command line" in p for p in found)


def test_an_out_folder_that_is_a_file_is_told_before_any_work(team, capsys):
    taken = team.parent / "taken"
    taken.write_text("")
    assert main(["plan", str(team), "--out", str(taken)]) == 2
    assert "taken" in capsys.readouterr().err


def test_a_rota_file_that_does_not_exist_is_told(team, capsys):
    assert main(["audit", str(team), str(team.parent / "none.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err


def test_ctrl_c_before_any_result_leaves_with_130(monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("staffing.cli.schema.run", interrupted)
    assert main(["schema"]) == 130
    assert "stopped" in capsys.readouterr().err
