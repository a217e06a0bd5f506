"""What each agent carries over to the next month, from any rota: hand-edited and re-planned ones too.

`staffing plan` writes the same table beside its rota. The next month's scenario names it under [tables] as ledger, and the
rota as previous.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from staffing.scenario import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing ledger``."""
    parser.add_argument("scenario", type=Path, help="scenario file (TOML)")
    parser.add_argument("roster", type=Path, help="rota as in roster.csv")
    parser.add_argument("--out", type=Path, metavar="FILE.csv", help="file for the ledger; else it is printed")


def run(args: argparse.Namespace) -> int:
    """Work out the ledger."""
    scenario = load(args.scenario)
    from staffing.export.folder import write_folder
    from staffing.export.text import csv_bytes
    from staffing.inputs import read_people
    from staffing.roster.ledger import ledger_table, next_ledger
    from staffing.roster.rota import read_rota

    problem = read_people(scenario)
    roster = read_rota(args.roster, problem)
    table = ledger_table(problem, next_ledger(problem, roster))
    if args.out:
        write_folder(args.out.parent, {args.out.name: csv_bytes(table)})
    if args.json:
        print(json.dumps({"ledger": table.to_dict("records")}, ensure_ascii=False, indent=1))
    elif args.out:
        print(f"written: {args.out}")
    else:
        print(table.to_string(index=False))
    return 0
