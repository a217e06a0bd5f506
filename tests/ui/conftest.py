"""A team, a finished plan of it, and the fake worker."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from staffing.scenario import load
from staffing.ui import session
from tests.ui import fake_worker
from tests.ui.team import write_team

WORKER = (sys.executable, str(Path(fake_worker.__file__)))


@pytest.fixture(scope="session")
def team(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a team of 24 for 14 days."""
    return write_team(tmp_path_factory.mktemp("teams"))


@pytest.fixture(scope="session")
def finished(team: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished plan."""
    return planned(team / "base.toml", tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="session")
def busier(team: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished plan with a fifth more contacts."""
    return planned(team / "more-volume.toml", tmp_path_factory.mktemp("plan"))


def planned(scenario: Path, out: Path) -> Path:
    """Write a plan as the fake worker does."""
    fake_worker.write(load(scenario), out, 1, stopped=False)
    return out


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Command of the fake worker, which takes a second."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.setenv("STAFFING_FAKE_SECONDS", "0.5")
    return WORKER


@pytest.fixture
def place(tmp_path: Path, team: Path, worker: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own, the test team, and the fake worker."""
    monkeypatch.setenv("STAFFING_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STAFFING_TEAMS", str(team.parent))
    monkeypatch.setenv("STAFFING_COMMAND", " ".join(worker))
    yield tmp_path / "home"
    session.jobs().close()
    session._jobs.clear()
    session._store.clear()
