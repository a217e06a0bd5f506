"""Plan against actual: how much of the miss was volume, handling time, shrinkage, staffing. The parts add up exactly."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from staffing.cli.reforecast import add_actuals_argument
from staffing.scenario import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing reconcile``."""
    parser.add_argument("scenario", type=Path, help="scenario file (TOML) that was planned")
    add_actuals_argument(parser)
    parser.add_argument(
        "--roster", type=Path, metavar="FILE", help="the rota as in roster.csv; without it the staff needed is compared"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the split by day and queue as CSV")


def run(args: argparse.Namespace) -> int:
    """Read, compare, tell."""
    scenario = load(args.scenario)
    from staffing.export.folder import write_folder
    from staffing.export.text import csv_bytes
    from staffing.intraday import CAUSES, actuals_of, by_day, by_queue, reconciled
    from staffing.plan import prepare
    from staffing.roster.rota import read_rota

    ready = prepare(scenario)
    roster = read_rota(args.roster, ready.problem) if args.roster else None
    found = reconciled(ready, actuals_of(ready.inputs, args.actuals), roster)
    table, sums = by_day(found), by_queue(found)
    total = sums.pop("")
    if args.out:
        (path,) = write_folder(args.out.parent, {args.out.name: csv_bytes(table.round(4))})
        print(f"written: {path}", file=sys.stderr)
    if args.json:
        days = json.loads(table.to_json(orient="records"))
        document = {"unit": "agent hours", "total": total, "queues": sums, "days": days, "notes": list(found.notes)}
        print(json.dumps(document, ensure_ascii=False, indent=1))
        return 0
    print(f"agent hours, {len(table['date'].unique())} days seen; minus: less room than planned")
    print(f"{'queue':<16}{'planned work':>14}{'work':>10}{'miss':>10} ={''.join(f'{c:>11}' for c in CAUSES)}")
    for name, row in [*sums.items(), ("all queues", total)]:
        parts = "".join(f"{row[c]:>+11,.1f}" for c in CAUSES)
        print(f"{name[:15]:<16}{row['work_planned']:>14,.1f}{row['work']:>10,.1f}{row['miss']:>+10,.1f}  {parts}")
    for note in found.notes:
        print(f"note: {note}", file=sys.stderr)
    return 0
