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
    parser.add_argument(
        "--groups",
        action="store_true",
        help="agents by skill group of the team, sized together by bounds of sets of queues and by simulation",
    )
    parser.add_argument("--out", type=Path, help="folder for requirement.csv; without it the table is printed")


def run(args: argparse.Namespace) -> int:
    """Compute the requirement."""
    scenario = load(args.scenario)
    from staffing import report
    from staffing.export.folder import write_folder
    from staffing.export.text import csv_bytes
    from staffing.plan import prepare
    from staffing.service import size_groups

    ready = prepare(scenario)
    requirement = ready.requirement
    table = report.requirement_table(requirement)
    name, notes = "requirement.csv", list(requirement.notes)
    if args.groups:
        seconds = scenario.solver.seconds
        sized = size_groups(ready.inputs, ready.forecast, requirement, seconds=seconds)
        name, table = "requirement_groups.csv", report.groups_table(requirement, ready.problem.skills, sized.people)
        hours = ready.problem.grid.hours
        notes.append(
            f"{sized.people.sum() * hours:,.0f} agent-hours on the phones by skill group,"
            f" {requirement.on_phones.sum() * hours:,.0f} if every queue had people of its own"
        )
        if not sized.complete:
            notes.append(
                f"sizing ended after {seconds:.0f} s (solver.seconds) and {sized.simulations} simulations: "
                "more time may find fewer people, or such as keep more of the promises"
            )
        notes += [
            f"{queue}: {int((late > 0).sum())} of {int((offered > 0).sum())} intervals below the promise on other seeds"
            for queue, late, offered in zip(requirement.queues, sized.missing, requirement.load, strict=True)
            if (late > 0).any()
        ]
    if args.out:
        (path,) = write_folder(args.out, {name: csv_bytes(table)})
        print(f"written: {path}", file=sys.stderr)
    if args.json:
        print(json.dumps(json.loads(table.to_json(orient="records")), ensure_ascii=False))
    elif not args.out:
        sys.stdout.write(csv_bytes(table).decode())
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    return 0
