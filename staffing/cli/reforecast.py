"""The rest of the day, from what has come in so far: contacts with their band, and the agents needed now."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from staffing.scenario import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing reforecast``."""
    parser.add_argument("scenario", type=Path, help="scenario file (TOML) whose horizon holds the day")
    add_actuals_argument(parser)
    parser.add_argument(
        "--at",
        metavar="TIME",
        help="time of the view, 11:30 or 2027-01-12T11:30; nothing later is read (default: after the last contacts)",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the rest of the day as CSV")


def add_actuals_argument(parser: argparse.ArgumentParser) -> None:
    """The files with what happened."""
    parser.add_argument(
        "--actuals",
        type=Path,
        nargs="+",
        required=True,
        metavar="FILE",
        help="what happened, in the form of the history; columns agents and on_phones may tell who was there",
    )


def run(args: argparse.Namespace) -> int:
    """Read, forecast again, tell."""
    scenario = load(args.scenario)
    from staffing.export.folder import write_folder
    from staffing.export.text import csv_bytes
    from staffing.intraday import actuals_of, outlook, update, update_table
    from staffing.plan import prepare

    ready = prepare(scenario)
    actuals = actuals_of(ready.inputs, args.actuals)
    seen = update(ready, actuals, args.at)
    queues = outlook(seen, actuals)
    table = update_table(seen)
    at = seen.before.grid.label(seen.now)
    if args.out:
        (path,) = write_folder(args.out.parent, {args.out.name: csv_bytes(table)})
        print(f"written: {path}", file=sys.stderr)
    if args.json:
        rounded = [{k: round(v, 3) if isinstance(v, float) else v for k, v in asdict(q).items()} for q in queues]
        rows = json.loads(table.to_json(orient="records"))
        print(json.dumps({"at": at, "queues": rounded, "intervals": rows}, ensure_ascii=False, indent=1))
        return 0
    print(f"at {at}")
    print(
        f"{'queue':<16}{'so far':>8}{'forecast':>10}{'still to come (80% band)':>30}{'day':>8}{'planned':>9}{'agents':>8}"
    )
    for q in queues:
        band = f"{q.rest:,.0f} ({q.rest_low:,.0f} to {q.rest_high:,.0f})"
        print(
            f"{q.queue[:15]:<16}{q.came:>8,.0f}{q.expected:>10,.0f}{band:>30}{q.came + q.rest:>8,.0f}{q.planned:>9,.0f}"
            f"{q.most_agents_more:>+8.1f}"
        )
    print("agents: the largest change of agents on the roster in an interval to come")
    return 0
