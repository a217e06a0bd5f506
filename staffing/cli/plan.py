"""Plan a month: history to verified rota.

Reads the scenario and its tables, forecasts, computes the need, builds the rota, audits and simulates it, and writes every
file of the plan. Ctrl-C keeps the best rota found so far.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from staffing.cli.monitor import TerminalMonitor, add_monitor_arguments, stoppable
from staffing.errors import InputError, Problem
from staffing.export.folder import check_folder
from staffing.scenario import Scenario, load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing plan``."""
    parser.add_argument("scenario", type=Path, help="scenario file (TOML)")
    parser.add_argument("--out", type=Path, help="folder for the files; without it nothing is written")
    add_solver_arguments(parser)
    parser.add_argument(
        "--published",
        type=Path,
        metavar="ROSTER.csv",
        help="the rota as it was published, that the new one is to stay near; else the scenario's table",
    )
    parser.add_argument("--change", type=float, metavar="PRICE", help="price of each agent-day that differs from it")
    add_monitor_arguments(parser)


def add_solver_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments that override the scenario's [solver]."""
    parser.add_argument("--seconds", type=float, help="wall time for the rota")
    parser.add_argument("--workers", type=int, help="threads")
    parser.add_argument("--seed", type=int, help="seed of the search")


def near(published: Path | None, change: float | None) -> dict[str, Any]:
    """What the command line says of the published rota, in the form of a scenario file."""
    tables = {} if published is None else {"tables": {"published": str(published.resolve())}}
    return tables | ({} if change is None else {"prices": {"change": change}})


def with_solver(scenario: Scenario, args: argparse.Namespace) -> Scenario:
    """Return the scenario with what the command line overrides."""
    given = {k: getattr(args, k) for k in ("seconds", "workers", "seed") if getattr(args, k) is not None}
    return overridden(scenario, "solver", given)


def overridden(scenario: Scenario, section: str, given: Mapping[str, object]) -> Scenario:
    """Return the scenario with some values of a section replaced by those of the command line."""
    try:
        return replace(scenario, **{section: replace(getattr(scenario, section), **given)})
    except ValidationError as error:
        raise InputError(
            Problem(f"command line, --{e['loc'][-1]}", f"{e['msg']}, not {e['input']!r}") for e in error.errors()
        ) from None


def run(args: argparse.Namespace) -> int:
    """Run the main job."""
    scenario = with_solver(load(args.scenario, near(args.published, args.change)), args)
    if args.out:
        check_folder(args.out)
    monitor = TerminalMonitor(sys.stderr, scenario.currency, args.progress)
    with stoppable(monitor, on_eof=args.stop_on_eof, kept=monitor.found):
        from staffing.plan import make_plan, succeeded

        plan = make_plan(scenario, monitor)
        from staffing.export.folder import write_folder
        from staffing.publish import describe, files_of, summary

        written = write_folder(args.out, files_of(plan)) if args.out else ()
    figures = summary(plan)
    if args.json:
        print(json.dumps(figures, ensure_ascii=False, indent=1))
    else:
        print(describe(figures))
        main_files = [p for p in written if p.parent == args.out]
        calendars = len(written) - len(main_files)
        if written:
            print("\nwritten:")
            print("\n".join(f"  {p}" for p in main_files))
            print(f"  {args.out / 'calendars'}  ({calendars} calendars)")
    return 0 if succeeded(plan) else 1
