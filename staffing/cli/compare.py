"""Plan several scenarios and set them side by side against the first."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from staffing.cli.monitor import TerminalMonitor, stoppable
from staffing.cli.plan import add_solver_arguments, with_solver
from staffing.errors import Problems
from staffing.scenario import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing compare``."""
    parser.add_argument(
        "scenarios", type=Path, nargs="+", metavar="SCENARIO", help="scenario files; the first is the baseline"
    )
    parser.add_argument("--out", type=Path, help="folder for comparison.csv and one folder per scenario")
    add_solver_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Compare scenarios."""
    found = Problems()
    if len(args.scenarios) < 2:
        found.add("command line", "one scenario", "give at least two to compare")
    scenarios = []
    for path in args.scenarios:
        with found.collecting():
            scenarios.append(with_solver(load(path), args))
    found.raise_if_any()
    monitor = TerminalMonitor(sys.stderr, scenarios[0].currency)
    from staffing import publish, report
    from staffing.export.folder import write_folder
    from staffing.export.text import csv_bytes
    from staffing.plan import make_plan, succeeded

    summaries: list[dict[str, Any]] = []
    files: dict[str, bytes] = {}
    good = True
    with stoppable(monitor):
        for scenario in scenarios:
            print(f"-- {scenario.name}", file=sys.stderr)
            plan = make_plan(scenario, monitor)
            good = good and succeeded(plan)
            summaries.append(publish.summary(plan))
            if args.out:
                folder = publish.file_name(f"{len(summaries)}-{scenario.name}")
                files |= {f"{folder}/{name}": content for name, content in publish.files_of(plan).items()}
    comparison = report.compare(summaries)
    if args.out:
        write_folder(args.out, files | {"comparison.csv": csv_bytes(comparison.table)})
    if args.json:
        rows = json.loads(comparison.table.to_json(orient="records"))
        print(
            json.dumps(
                {"scenarios": comparison.names, "rows": rows, "summaries": summaries}, ensure_ascii=False, indent=1
            )
        )
    else:
        print(comparison.table.to_string(index=False, na_rep="-", float_format=lambda v: f"{v:,.3f}"))
        if args.out:
            print(f"\nwritten: {args.out / 'comparison.csv'} and one folder per scenario")
    return 0 if good else 1
