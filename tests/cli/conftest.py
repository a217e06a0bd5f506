"""A small team, and a plan of it, for the commands."""

from pathlib import Path

import pytest

from staffing.cli import main
from tests.small_team import write_small_team


@pytest.fixture
def team(tmp_path) -> Path:
    return write_small_team(tmp_path / "team")


@pytest.fixture(scope="package")
def planned(tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("planned")
    base = write_small_team(folder / "team")
    assert main(["plan", str(base), "--out", str(folder / "out"), "--seconds", "2", "--seed", "5"]) == 0
    return base, folder / "out"
