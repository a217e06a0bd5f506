"""Mend a published rota with the fewest changes; several alternatives.

With --absent around people who are suddenly absent, with --swap around shifts that two have exchanged, with --moved
around days whose need has changed since the plan, by new demand, adjustments or targets (these may be combined); without any
of them around the scenario's locks and absences as they are now.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from staffing.cli.rota import add_rota_arguments
from staffing.errors import Problems
from staffing.scenario import Scenario, load

if TYPE_CHECKING:
    from staffing.roster.problem import RosterProblem
    from staffing.roster.replan import Alternative


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing replan``."""
    add_rota_arguments(parser)
    parser.add_argument("--absent", nargs="+", metavar="AGENT:DATE", help="who is absent when")
    parser.add_argument("--swap", nargs="+", metavar="AGENT:AGENT:DATE", help="who has exchanged shifts, and when")
    parser.add_argument(
        "--moved",
        nargs="*",
        metavar="DATE",
        help="follow the need as it is now: on these days, or wherever it has changed",
    )
    parser.add_argument("--seconds", type=float, default=1.4, help="wall time of the search")
    parser.add_argument("--out", type=Path, help="folder for roster.csv of the first alternative")


def run(args: argparse.Namespace) -> int:
    """Re-plan."""
    absent, swaps, moved = parse_events(args.absent or (), args.swap or (), args.moved or ())
    scenario = load(args.scenario)
    from staffing.export.folder import check_folder, write_folder
    from staffing.export.text import csv_bytes
    from staffing.plan import need_beside
    from staffing.roster.replan import Swap, mend, replan
    from staffing.roster.rota import read_rota, rota_table

    if args.out:
        check_folder(args.out)
    need = args.need or need_beside(args.roster)
    problem, moved = _problem(scenario, need, None if args.moved is None else moved)
    published = read_rota(args.roster, problem)
    if args.moved is not None and not (absent or swaps or moved):
        alternatives: tuple[Alternative, ...] = ()
    elif absent or swaps or moved:
        exchanged = [Swap(*swap) for swap in swaps]
        alternatives = replan(problem, published, absent, swaps=exchanged, moved=moved, seconds=args.seconds)
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
    if args.out and alternatives:
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
                print(f"   {day}  {agent}: {c.before} -> {c.after}" + ("  (given)" if c.asked else ""))
            for sentence in a["violations"]:
                print(f"   breaks a rule: {sentence}")
        if args.out and alternatives:
            print(f"\nwritten: {args.out / 'roster.csv'} (alternative 1)")
    return 0 if not alternatives or any(not a.violations for a in alternatives) else 1


def _problem(scenario: Scenario, need: Path | None, moved: list[date] | None) -> tuple[RosterProblem, list[date]]:
    """The problem now, and the days whose need has moved; `moved` None: the plan's need stands, empty: any day's may move."""
    from staffing.plan import moved_need, problem_for

    if moved is None or need is None:
        return problem_for(scenario, need), moved or []
    found = moved_need(scenario, need, moved)
    for day, hours in zip(found.days, found.hours, strict=True):
        print(f"{day}: need {hours:+,.1f} agent-hours since the plan", file=sys.stderr)
    for day in moved:
        if day not in found.days and day in found.problem.grid.dates:
            print(f"{day}: need as planned", file=sys.stderr)
    if not found.days and not moved:
        print("the need of every day is as planned", file=sys.stderr)
    return found.problem, moved or list(found.days)


def parse_events(
    absent: Sequence[str], swaps: Sequence[str], moved: Sequence[str]
) -> tuple[list[tuple[str, date]], list[tuple[str, str, date]], list[date]]:
    """Read ``AGENT:DATE``, ``AGENT:AGENT:DATE`` and ``DATE``; every one that cannot be read is told."""
    found = Problems()
    out: tuple[list[tuple[str, date]], list[tuple[str, str, date]], list[date]] = [], [], []
    for text in absent:
        try:
            agent, day = text.rsplit(":", 1)
            out[0].append((agent, date.fromisoformat(day)))
        except ValueError:
            found.add("--absent", f"cannot read {text!r}", "write e.g. a07:2027-01-14")
    for text in swaps:
        try:
            one, other, day = text.split(":")
            out[1].append((one, other, date.fromisoformat(day)))
        except ValueError:
            found.add("--swap", f"cannot read {text!r}", "write e.g. a07:a12:2027-01-14")
    for text in moved:
        try:
            out[2].append(date.fromisoformat(text))
        except ValueError:
            found.add("--moved", f"cannot read {text!r}", "write e.g. 2027-01-14")
    found.raise_if_any()
    return out
