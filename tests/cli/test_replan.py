"""Mending a rota from the command line."""

import csv
import json
from datetime import date

import numpy as np
import pytest

from staffing.cli import main
from staffing.inputs import read_need
from staffing.plan import moved_need, prepare
from staffing.scenario import load


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
