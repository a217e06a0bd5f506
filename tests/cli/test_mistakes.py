"""What users get wrong in what they plan: all of it is told, and nothing is written."""

import json
from pathlib import Path

import pytest

from staffing.cli import main


def replaced(path: Path, old: str, new: str, count: int = 1) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


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
