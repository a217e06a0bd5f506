"""Check any rota, hand-edited too, against every rule; exit code 1 and a list if it breaks one."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from staffing.scenario import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing audit``."""
    parser.add_argument("scenario", type=Path, help="scenario file (TOML)")
    parser.add_argument("roster", type=Path, help="rota as in roster.csv")
    parser.add_argument(
        "--need",
        type=Path,
        metavar="COVERAGE.csv",
        help="need of a finished plan; else the one beside the rota, else a new forecast",
    )


def run(args: argparse.Namespace) -> int:
    """Audit a rota."""
    scenario = load(args.scenario)
    from staffing.plan import need_beside, problem_for
    from staffing.roster import costs, rules
    from staffing.roster.rota import read_rota

    problem = problem_for(scenario, args.need or need_beside(args.roster))
    roster = read_rota(args.roster, problem)
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
