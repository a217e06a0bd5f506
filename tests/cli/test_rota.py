"""Questions to a rota that stands, from the command line: its audit, its service, its reasons and prices."""

import csv
import json

import pandas as pd
import pytest

from staffing.cli import main


def test_an_audit_of_the_plans_own_rota_finds_nothing_and_the_same_cost(planned, capsys):
    base, out = planned
    assert main(["audit", str(base), str(out / "roster.csv"), "--json"]) == 0
    audited = json.loads(capsys.readouterr().out)
    summary = json.loads((out / "summary.json").read_text())
    assert audited["violations"] == []
    assert audited["objective"] == pytest.approx(summary["objective"], abs=0.02)
    assert main(["audit", str(base), str(out / "roster.csv")]) == 0
    assert "no rule is broken" in capsys.readouterr().out


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
