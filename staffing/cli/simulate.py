"""Simulate the service that customers get from a rota: per queue, with its 95% band."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from staffing.cli.plan import overridden
from staffing.scenario import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing simulate``."""
    parser.add_argument("scenario", type=Path, help="scenario file (TOML)")
    parser.add_argument("--roster", type=Path, required=True, metavar="FILE", help="rota as in roster.csv")
    parser.add_argument("--replications", type=int, help="simulated months")
    parser.add_argument("--seed", type=int, help="seed of the simulation")
    parser.add_argument("--out", type=Path, help="folder for coverage.csv with the service by interval")


def run(args: argparse.Namespace) -> int:
    """Simulate a rota."""
    given = {k: getattr(args, k) for k in ("replications", "seed") if getattr(args, k) is not None}
    scenario = overridden(load(args.scenario), "simulation", given)
    from staffing import report
    from staffing.export.folder import write_folder
    from staffing.export.text import csv_bytes
    from staffing.plan import prepare, service_of, targets_of
    from staffing.roster import costs
    from staffing.roster.rota import read_rota

    ready = prepare(scenario)
    problem = ready.problem
    roster = read_rota(args.roster, problem)
    service = service_of(ready.inputs, ready.forecast, ready.requirement, problem, roster)
    figures = report.service_figures(service, targets_of(scenario))
    if args.out:
        table = report.coverage_table(problem, costs.coverage(problem, roster), service)
        (path,) = write_folder(args.out, {"coverage.csv": csv_bytes(table)})
        print(f"written: {path}", file=sys.stderr)
    if args.json:
        document = {"service_level": figures, "replications": service.replications, "seed": service.seed}
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        for line in report.service_lines(figures):
            print(line)
        print(f"{service.replications} simulated months, seed {service.seed}")
    return 0
