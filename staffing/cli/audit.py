"""Check any rota, hand-edited too, against every rule; exit code 1 and a list if it breaks one."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from staffing.cli.rota import add_rota_arguments, read_judged
from staffing.scenario import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing audit``."""
    add_rota_arguments(parser)
    parser.add_argument(
        "--place-breaks",
        type=Path,
        metavar="FILE.csv",
        help="place the breaks of shifts that lack them, write that rota, and check it",
    )


def run(args: argparse.Namespace) -> int:
    """Audit a rota."""
    scenario = load(args.scenario)
    from staffing.export.folder import write_folder
    from staffing.export.text import csv_bytes
    from staffing.roster import costs, rules
    from staffing.roster.breaks import lacking, place_breaks
    from staffing.roster.rota import rota_table

    problem, roster = read_judged(args, scenario)
    if args.place_breaks:
        roster = place_breaks(problem, roster, lacking(problem, roster))
        table = csv_bytes(rota_table(problem, roster))
        write_folder(args.place_breaks.parent, {args.place_breaks.name: table})
    violations = rules.audit(problem, roster)
    terms = costs.terms(problem, roster)
    if args.json:
        document = {
            "violations": [str(v) for v in violations],
            "terms": {k: round(v, 2) for k, v in terms.items()},
            "objective": round(sum(terms.values()), 2),
        }
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        for violation in violations:
            print(violation)
        count = len(violations)
        print(f"{len(roster)} shifts: " + (f"{count} rules broken" if count else "no rule is broken"))
        print(f"total of all priced terms: {sum(terms.values()):,.2f} {scenario.currency}")
    return 1 if violations else 0
