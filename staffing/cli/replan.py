"""Mend a published rota with the fewest changes; several alternatives.

With --absent around people who are suddenly absent; without it around the scenario's locks, absences and need as they
are now.
"""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

from staffing.errors import Problems
from staffing.scenario import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing replan``."""
    parser.add_argument("scenario", type=Path, help="scenario file (TOML)")
    parser.add_argument("roster", type=Path, help="published rota as in roster.csv")
    parser.add_argument("--absent", nargs="+", metavar="AGENT:DATE", help="who is absent when")
    parser.add_argument("--seconds", type=float, default=2.0, help="wall time of the search")
    parser.add_argument(
        "--need", type=Path, metavar="COVERAGE.csv", help="need of a finished plan, instead of a forecast"
    )
    parser.add_argument("--out", type=Path, help="folder for roster.csv of the first alternative")


def run(args: argparse.Namespace) -> int:
    """Re-plan."""
    absent = parse_absent(args.absent) if args.absent else []
    scenario = load(args.scenario)
    from staffing.export.folder import check_folder, write_folder
    from staffing.export.text import csv_bytes
    from staffing.plan import problem_for
    from staffing.roster.replan import mend, replan
    from staffing.roster.rota import read_rota, rota_table

    if args.out:
        check_folder(args.out)
    problem = problem_for(scenario, args.need)
    published = read_rota(args.roster, problem)
    if absent:
        alternatives = replan(problem, published, absent, seconds=args.seconds)
    else:
        alternatives = mend(problem, published, range(problem.grid.days), (), seconds=args.seconds)
    told: list[dict[str, Any]] = [
        {
            "cost": round(a.cost, 2),
            "understaffed_hours": round(a.understaffed_hours, 2),
            "violations": [str(v) for v in a.violations],
            "changes": [
                {
                    "agent_id": problem.agents[c.agent].id,
                    "agent_name": problem.agents[c.agent].name,
                    "date": problem.grid.dates[c.day].isoformat(),
                    "before": c.before,
                    "after": c.after,
                    "asked": c.asked,
                }
                for c in a.changes
            ],
        }
        for a in alternatives
    ]
    if args.out:
        write_folder(args.out, {"roster.csv": csv_bytes(rota_table(problem, alternatives[0].roster))})
    if args.json:
        print(json.dumps({"alternatives": told}, ensure_ascii=False, indent=1))
    else:
        for i, (a, alternative) in enumerate(zip(told, alternatives, strict=True), 1):
            print(
                f"{i}. {len(alternative.changes)} changes, total {a['cost']:,.2f} {scenario.currency}, "
                f"{a['understaffed_hours']:,.1f} agent-hours short"
            )
            for c in alternative.changes:
                agent, day = problem.agents[c.agent].name, problem.grid.dates[c.day]
                print(f"   {day}  {agent}: {c.before} -> {c.after}" + ("  (absent)" if c.asked else ""))
            for sentence in a["violations"]:
                print(f"   breaks a rule: {sentence}")
        if args.out:
            print(f"\nwritten: {args.out / 'roster.csv'} (alternative 1)")
    return 0 if any(not a.violations for a in alternatives) else 1


def parse_absent(texts: list[str]) -> list[tuple[str, date]]:
    """Read ``AGENT:DATE`` pairs; every one that cannot be read is told."""
    found = Problems()
    out = []
    for text in texts:
        agent, _, day = text.rpartition(":")
        try:
            out.append((agent, date.fromisoformat(day)))
        except ValueError:
            found.add("--absent", f"cannot read {text!r}", "write e.g. a07:2027-01-14")
    found.raise_if_any()
    return out
