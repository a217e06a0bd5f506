"""How commands explain themselves, and how they end."""

import subprocess
import sys

import pytest

from staffing.cli import COMMANDS, main


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


def test_ctrl_c_before_any_result_leaves_with_130(monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("staffing.cli.schema.run", interrupted)
    assert main(["schema"]) == 130
    assert "stopped" in capsys.readouterr().err
