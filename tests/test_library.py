"""The package as others import it."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import staffing
from tests.small_team import write_small_team

PAGE = Path(__file__).parent.parent / "docs" / "library.md"


@pytest.mark.parametrize("name", staffing.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert inspect.getdoc(getattr(staffing, name))
    assert name in dir(staffing)


def test_a_name_that_is_not_there_is_told() -> None:
    with pytest.raises(AttributeError, match="'make_plans'"):
        staffing.make_plans  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, staffing; staffing.InputError\n"
        "heavy = {'numpy', 'pandas', 'ortools', 'streamlit', 'numba', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_the_page_shows_runs_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_small_team(tmp_path / "my")
    monkeypatch.chdir(tmp_path)
    shown: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S):
        exec(block, shown)
    assert "Small team: " in capsys.readouterr().out
    assert (tmp_path / "out" / "roster.csv").is_file()
    assert len(shown["rota"]) > 0  # type: ignore[arg-type]
    assert (shown["served"] >= 0.8).all()  # type: ignore[operator]
