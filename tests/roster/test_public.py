"""Public nurse rostering instances, where they lie beside the checkout, and made ones: the independent checker agrees with us."""

import subprocess
import sys

import pytest

from bench.nrp import read, write
from bench.nrp_made import made
from staffing.progress import SILENT
from staffing.roster.engine import run
from staffing.roster.evaluate import broken, cost
from staffing.roster.search import Search


@pytest.mark.shared
@pytest.mark.parametrize(("instance", "optimum"), [("Instance1", 607), ("Instance4", 1716), ("Instance10", None)])
def test_the_checker_accepts_the_roster_and_finds_its_cost(shared_data, tmp_path, instance, optimum):
    file = shared_data / "nrp" / f"{instance}.txt"
    found = read(file)
    search = Search(found.program, 30.0 if optimum else 4.0, SILENT)
    assert run(search, None, 2, 1) == []
    agrees(shared_data, file, found, search, tmp_path)
    assert optimum is None or (search.optimal and search.cost == optimum)


@pytest.mark.parametrize(
    ("staff", "weeks", "types", "minutes"),
    [(3, 2, 1, (480,)), (12, 6, 6, (480, 600)), (6, 26, 8, (480, 540, 600)), (4, 52, 32, (480, 600, 720))],
)
def test_made_instances_of_any_length_have_rosters_that_are_found(tmp_path, staff, weeks, types, minutes):
    file = tmp_path / "made.txt"
    file.write_text(made(staff, weeks, types, minutes, seed=3))
    found = read(file)
    search = Search(found.program, 4.0, SILENT)
    assert run(search, None, 2, 1) == []
    assert search.choice is not None
    assert not broken(found.program, search.choice)
    assert search.bound <= search.cost == cost(found.program, search.choice)


@pytest.mark.shared
def test_the_checker_accepts_the_roster_of_a_made_instance(shared_data, tmp_path):
    file = tmp_path / "made.txt"
    file.write_text(made(8, 26, 4, (480, 600), seed=2))
    found = read(file)
    search = Search(found.program, 4.0, SILENT)
    assert run(search, None, 2, 1) == []
    agrees(shared_data, file, found, search, tmp_path)


def agrees(shared_data, file, found, search, tmp_path):
    """The independent checker finds the roster's cost and nothing broken."""
    write(found, search.choice, tmp_path / "roster.tsv")
    checker = [sys.executable, str(shared_data.parent / "checkers" / "nrp_check.py"), str(file)]
    told = subprocess.run([*checker, str(tmp_path / "roster.tsv")], capture_output=True, text=True, check=False)
    assert told.stdout.startswith("feasible"), told.stdout
    assert told.returncode == 0
    assert f"'total': {search.cost:.0f}}}" in told.stdout
    assert search.bound <= search.cost
