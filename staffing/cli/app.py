"""Open the planner in the browser.

Everything stays on this machine: the server listens on the local interface only, and no usage figures are sent.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from staffing.errors import InputError, Problem


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing app``."""
    parser.add_argument("teams", nargs="*", type=Path, help="folders with teams (default: scenarios)")
    parser.add_argument("--home", type=Path, help="where runs and edited scenarios are kept (default: .staffing)")
    parser.add_argument(
        "--store", metavar="URL", help="database of edits and versions (default: staffing.db in the home)"
    )
    parser.add_argument("--port", type=int, default=8501, help="port (default: 8501)")
    parser.add_argument("--address", default="localhost", help="interface to listen on (default: localhost)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")


def run(args: argparse.Namespace) -> int:
    """Start the server; ends with it."""
    if importlib.util.find_spec("streamlit") is None:
        raise InputError([Problem("staffing app", "streamlit is not installed", "pip install streamlit")])
    missing = [Problem(str(p), "no such folder", "name a folder with teams") for p in args.teams if not p.is_dir()]
    if missing:
        raise InputError(missing)
    environment = dict(os.environ)
    if args.teams:
        environment["STAFFING_TEAMS"] = os.pathsep.join(str(p.absolute()) for p in args.teams)
    if args.home:
        environment["STAFFING_HOME"] = str(args.home.absolute())
    if args.store:
        from staffing.store import Store

        Store(args.store)  # told here where it cannot be opened, not on a page
        environment["STAFFING_STORE"] = args.store
    command = server_command(args.port, args.address, headless=args.no_browser or args.json)
    if hasattr(os, "execvpe") and os.name == "posix":
        sys.stdout.flush()
        os.execve(command[0], command, environment)
    return subprocess.run(command, env=environment, check=False).returncode


def server_command(port: int, address: str, *, headless: bool) -> list[str]:
    """Return the command that serves the app; its settings lie beside the script."""
    spec = importlib.util.find_spec("staffing.ui.entry")
    if spec is None or not spec.submodule_search_locations:
        raise InputError([Problem("staffing app", "the package's screens are missing", "install it again")])
    script = Path(next(iter(spec.submodule_search_locations))) / "app.py"
    options = {"server.port": port, "server.address": address, "server.headless": str(headless).lower()}
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(script), *flags]
