"""Public nurse rostering instances, where they lie beside the checkout: the independent checker agrees with us."""

import subprocess
import sys

import pytest

from bench.nrp import read, write
from staffing.progress import SILENT
from staffing.roster.engine import run
from staffing.roster.search import Search

pytestmark = pytest.mark.shared


@pytest.mark.parametrize(("instance", "optimum"), [("Instance1", 607), ("Instance4", 1716), ("Instance10", None)])
def test_the_checker_accepts_the_roster_and_finds_its_cost(shared_data, tmp_path, instance, optimum):
    file = shared_data / "nrp" / f"{instance}.txt"
    found = read(file)
    search = Search(found.program, 30.0 if optimum else 4.0, SILENT)
    assert run(search, None, 2, 1) == []
    write(found, search.choice, tmp_path / "roster.tsv")
    checker = [sys.executable, str(shared_data.parent / "checkers" / "nrp_check.py"), str(file)]
    told = subprocess.run([*checker, str(tmp_path / "roster.tsv")], capture_output=True, text=True, check=False)
    assert told.stdout.startswith("feasible"), told.stdout
    assert told.returncode == 0
    assert f"'total': {search.cost:.0f}}}" in told.stdout
    assert search.bound <= search.cost
    assert optimum is None or (search.optimal and search.cost == optimum)
