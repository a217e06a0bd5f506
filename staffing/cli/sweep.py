"""Plan a grid of what-ifs: every combination of the values given, side by side against the first."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from staffing.cli.monitor import TerminalMonitor, stoppable
from staffing.cli.plan import add_solver_arguments, with_solver
from staffing.errors import Problems
from staffing.scenario import Scenario, load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing sweep``."""
    parser.add_argument("scenario", type=Path, help="scenario file (TOML)")
    parser.add_argument(
        "--vary",
        nargs="+",
        required=True,
        metavar="KEY=V1,V2",
        help="scenario keys and their values, e.g. demand.scale.phone=1.0,1.1,1.2",
    )
    parser.add_argument("--out", type=Path, help="folder for sweep.csv")
    add_solver_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Plan every combination."""
    scenarios = variants(args.scenario, args.vary)
    scenarios = [with_solver(s, args) for s in scenarios]
    monitor = TerminalMonitor(sys.stderr, scenarios[0].currency)
    from staffing import publish, report
    from staffing.export.folder import check_folder, write_folder
    from staffing.export.text import csv_bytes
    from staffing.plan import make_plan, succeeded

    if args.out:
        check_folder(args.out)
    summaries, good = [], True
    with stoppable(monitor):
        for scenario in scenarios:
            print(f"-- {scenario.name}", file=sys.stderr)
            plan = make_plan(scenario, monitor)
            good = good and succeeded(plan)
            summaries.append(publish.summary(plan))
    table = report.compare(summaries).table
    if args.out:
        write_folder(args.out, {"sweep.csv": csv_bytes(table)})
    if args.json:
        print(json.dumps(json.loads(table.to_json(orient="records")), ensure_ascii=False, indent=1))
    else:
        print(table.to_string(index=False, na_rep="-", float_format=lambda v: f"{v:,.3f}"))
    return 0 if good else 1


def variants(path: Path, vary: list[str]) -> list[Scenario]:
    """Return the scenario under every combination of the values, named after them."""
    found = Problems()
    axes: list[list[tuple[str, Any]]] = []
    for text in vary:
        key, equals, values = text.partition("=")
        if not (key and equals and values):
            found.add("--vary", f"cannot read {text!r}", "write e.g. demand.scale.phone=1.0,1.2")
            continue
        axes.append([(key, _value(v)) for v in values.split(",")])
    found.raise_if_any()
    out = []
    for combination in itertools.product(*axes):
        overrides: dict[str, Any] = {}
        for key, value in combination:
            *sections, last = key.split(".")
            node = overrides
            for section in sections:
                node = node.setdefault(section, {})
            node[last] = value
        name = ", ".join(f"{key}={value}" for key, value in combination)
        with found.collecting():
            out.append(replace(load(path, overrides), name=name))
    found.raise_if_any()
    return out


def _value(text: str) -> Any:
    """Return a TOML value; what is none is text."""
    try:
        return tomllib.loads(f"x = {text}")["x"]
    except tomllib.TOMLDecodeError:
        return text
