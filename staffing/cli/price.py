"""What each rule costs: the rota searched again with one rule left out at a time.

Ctrl-C tells the rules priced so far.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from staffing.cli.monitor import TerminalMonitor, add_monitor_arguments, stoppable
from staffing.cli.rota import add_rota_arguments, read_judged
from staffing.scenario import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing price``."""
    add_rota_arguments(parser)
    parser.add_argument("--rules", nargs="+", metavar="RULE", help="names of rules; all by default")
    parser.add_argument("--seconds", type=float, default=5.0, help="wall time for the rota, and for each rule")
    parser.add_argument("--workers", type=int, help="threads; as in the scenario by default")
    add_monitor_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Price the rules."""
    scenario = load(args.scenario)
    monitor = TerminalMonitor(sys.stderr, scenario.currency, args.progress)
    from staffing.roster.explain import price_rules
    from staffing.roster.rules import RULES

    problem, roster = read_judged(args, scenario)
    with stoppable(monitor, on_eof=args.stop_on_eof):
        prices = price_rules(
            problem,
            roster,
            args.rules,
            seconds=args.seconds,
            workers=args.workers or scenario.solver.workers,
            seed=scenario.solver.seed,
            monitor=monitor,
        )
    if args.json:
        rows = [asdict(p) | {"law": RULES[p.rule].law, "sentence": RULES[p.rule].sentence} for p in prices]
        print(json.dumps({"currency": scenario.currency, "rules": rows}, ensure_ascii=False, indent=1))
        return 0
    print(f"what the rota would cost less without a rule, in {scenario.currency}")
    print(f"{'rule':<26}{'found':>10}  proven")
    for p in prices:
        if not p.binds:
            print(f"{p.rule:<26}{'-':>10}  does not bind here")
            continue
        most = "" if p.high is None else f" and at most {p.high:,.0f}"
        print(f"{p.rule:<26}{p.saving:>10,.0f}  at least {p.low:,.0f}{most}")
    return 0
