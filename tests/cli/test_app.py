from __future__ import annotations

import argparse
import importlib.util
import os
from pathlib import Path

import pytest

from staffing.cli import app, main
from staffing.errors import InputError


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    app.add_arguments(parser)
    return parser.parse_args(words)


def test_the_server_runs_the_packaged_script_on_the_local_interface():
    command = app.server_command(8600, "localhost", headless=True)
    script = Path(command[4])
    assert script.is_file()
    assert (script.parent / ".streamlit" / "config.toml").is_file()
    assert command[5:] == ["--server.port=8600", "--server.address=localhost", "--server.headless=true"]


def test_folders_are_handed_on_in_the_environment(monkeypatch, tmp_path):
    started = {}
    monkeypatch.setattr(os, "execve", lambda path, command, env: None, raising=False)
    monkeypatch.setattr(
        "subprocess.run", lambda command, env, check: started.update(env) or argparse.Namespace(returncode=0)
    )
    url = f"sqlite:///{(tmp_path / 'kept.db').as_posix()}"
    words = (str(tmp_path), "--home", str(tmp_path / "home"), "--store", url, "--no-browser")
    assert app.run(parsed(*words)) == 0
    assert started["STAFFING_STORE"] == url
    assert started["STAFFING_TEAMS"] == str(tmp_path)
    assert started["STAFFING_HOME"] == str(tmp_path / "home")


def test_a_folder_that_is_not_there_is_told(capsys):
    assert main(["app", "/nowhere/at/all"]) == 2
    assert "/nowhere/at/all: no such folder" in capsys.readouterr().err


def test_a_store_that_cannot_be_opened_is_told_before_the_server_starts(capsys):
    assert main(["app", "--store", "sqlite:////nowhere/at/all.db", "--no-browser"]) == 2
    assert "store sqlite:////nowhere/at/all.db: cannot be opened" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["streamlit", "staffing.ui.entry"])
def test_what_is_not_installed_is_told(monkeypatch, missing):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else real(name))
    with pytest.raises(InputError, match="install"):
        app.run(parsed("--no-browser"))
