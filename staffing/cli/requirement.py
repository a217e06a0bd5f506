"""Agents needed per interval and queue, net (on the phones) and gross (on the roster)."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from staffing.scenario import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing requirement``."""
    parser.add_argument("scenario", type=Path, help="scenario file (TOML)")
    parser.add_argument("--out", type=Path, help="folder for requirement.csv; without it the table is printed")


def run(args: argparse.Namespace) -> int:
    """Compute the requirement."""
    scenario = load(args.scenario)
    from staffing import report
    from staffing.export.folder import write_folder
    from staffing.export.text import csv_bytes
    from staffing.plan import prepare

    requirement = prepare(scenario).requirement
    table = report.requirement_table(requirement)
    if args.out:
        (path,) = write_folder(args.out, {"requirement.csv": csv_bytes(table)})
        print(f"written: {path}", file=sys.stderr)
    if args.json:
        print(json.dumps(json.loads(table.to_json(orient="records")), ensure_ascii=False))
    elif not args.out:
        sys.stdout.write(csv_bytes(table).decode())
    for note in requirement.notes:
        print(f"note: {note}", file=sys.stderr)
    return 0
