"""Why an agent has this shift (or day off) on this day: the rules that demand it, or what it would cost to change it."""

from __future__ import annotations

import argparse
import json
from datetime import date

from pydantic_core import to_jsonable_python

from staffing.cli.rota import add_rota_arguments, read_judged
from staffing.errors import InputError, Problem
from staffing.scenario import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing explain``."""
    add_rota_arguments(parser)
    parser.add_argument("agent", help="agent_id")
    parser.add_argument("date", help="day, e.g. 2027-01-14")
    parser.add_argument("--wish", metavar="off|CODE", help="tell instead what it would cost to grant this")
    parser.add_argument("--seconds", type=float, default=2.0, help="wall time of the search nearby")


def run(args: argparse.Namespace) -> int:
    """Explain one agent-day."""
    try:
        day = date.fromisoformat(args.date)
    except ValueError:
        raise InputError([Problem("date", f"cannot read {args.date!r}", "write e.g. 2027-01-14")]) from None
    scenario = load(args.scenario)
    from staffing.roster.explain import grant, why

    problem, roster = read_judged(args, scenario)
    if args.wish:
        reason = grant(problem, roster, args.agent, day, args.wish, seconds=args.seconds)
    else:
        reason = why(problem, roster, args.agent, day, seconds=args.seconds)
    changes = [
        {
            "agent_id": problem.agents[c.agent].id,
            "agent_name": problem.agents[c.agent].name,
            "date": problem.grid.dates[c.day].isoformat(),
            "before": c.before,
            "after": c.after,
        }
        for c in reason.changes
    ]
    if args.json:
        document = {
            "necessary": list(reason.necessary),
            "demands": [
                {"rule": c.rule, "message": c.message, "values": to_jsonable_python(dict(c.values))}
                for c in reason.demands
            ],
            "cost": reason.cost,
            "terms": {k: round(v, 2) for k, v in reason.terms.items()},
            "changes": changes,
        }
        print(json.dumps(document, ensure_ascii=False, indent=1))
        return 0
    if reason.cost is None:
        print(f"{args.wish} is not possible:" if args.wish else "nothing else is possible:")
        for sentence in reason.necessary:
            print(f"  {sentence}")
        return 0
    if args.wish:
        print(_granted(args.wish, reason.cost, bool(changes), scenario.currency))
    elif round(reason.cost, 2) > 0:
        print(f"any other choice found nearby costs {reason.cost:,.2f} {scenario.currency} more:")
    elif round(reason.cost, 2) == 0:
        print("no strong reason: another choice costs the same")
    else:
        print(f"no strong reason: another choice costs {-reason.cost:,.2f} {scenario.currency} less")
    for term, amount in reason.terms.items():
        if round(amount, 2):
            print(f"  {term:<18}{amount:+12,.2f}")
    if changes:
        print("what would change then:")
    for c in changes:
        print(f"  {c['date']}  {c['agent_name']}: {c['before']} -> {c['after']}")
    return 0


def _granted(wish: str, cost: float, changes: bool, currency: str) -> str:
    if not changes:
        return f"{wish} is what the rota has"
    kind = "more" if cost >= 0 else "less"
    return f"the best rota found nearby that grants {wish} costs {abs(cost):,.2f} {currency} {kind}:"
