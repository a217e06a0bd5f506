"""The command line: one module per command, loaded only when it is called.

A command module has ``add_arguments(parser)`` and ``run(args) -> int``; the integer is the exit code: 0 done, 1 done and
the answer is "no", 2 the input or the usage is wrong. Anything that a user can get wrong is raised as `InputError`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Sequence

from staffing import __version__
from staffing.errors import BackendError, InputError

COMMANDS = {
    "plan": "history to verified rota, the main job",
    "compare": "several scenarios side by side against the first",
    "sweep": "a grid of what-ifs",
    "forecast": "next month's contacts and handling times from a history",
    "backtest": "how well the forecast would have done in the past",
    "reforecast": "the rest of the day, from what has come in so far",
    "reconcile": "plan against actual: volume, handling time, shrinkage, staffing",
    "requirement": "agents needed per interval and queue",
    "simulate": "the service customers get from a rota",
    "audit": "check any rota, hand-edited too, against every rule",
    "replan": "mend a rota around sudden absences, fewest changes",
    "explain": "why an agent has this shift, and what another or a wish would cost",
    "price": "what each rule costs: the rota without it",
    "ledger": "what each agent carries over to the next month, from any rota",
    "erlang": "staffing calculator: agents, service level, waits",
    "example": "write an example team with a year of history",
    "schema": "JSON Schema of scenario files",
    "app": "open the planner in the browser",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = list(sys.argv[1:] if argv is None else argv)
    listing = "\n".join(f"  {name:<12} {text}" for name, text in COMMANDS.items())
    top = argparse.ArgumentParser(
        prog="staffing",
        description="Workforce planning for contact centres.",
        epilog=f"commands:\n{listing}\n\n'staffing COMMAND --help' explains a command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"staffing {__version__}")
    top.add_argument("command", choices=list(COMMANDS), metavar="COMMAND", help="what to do")
    chosen = top.parse_args(args[:1])
    module = importlib.import_module(f"staffing.cli.{chosen.command}")
    parser = argparse.ArgumentParser(
        prog=f"staffing {chosen.command}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="machine-readable result on standard output")
    module.add_arguments(parser)
    options = parser.parse_args(args[1:])
    try:
        return int(module.run(options))
    except InputError as error:
        if options.json:
            print(json.dumps({"problems": [str(p) for p in error.problems]}, ensure_ascii=False, indent=1))
        for problem in error.problems:
            print(problem, file=sys.stderr)
        count = len(error.problems)
        print(f"{count} problem{'s' if count != 1 else ''} found; nothing was written.", file=sys.stderr)
        return 2
    except BackendError as error:
        print(f"internal error: {error}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("stopped.", file=sys.stderr)
        return 130
