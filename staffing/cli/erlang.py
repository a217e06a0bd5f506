"""Staffing calculator: the agents an interval needs, and the service around that number.

Erlang C where nobody gives up, Erlang A with --patience, a birth-death chain for chat with --concurrency, a busy tone
with --lines. Without a goal, 80% within 20 seconds is asked for.

Exit code 0: the goals are met; 1: they are not (by --agents, or by any number on the given --lines); 2: wrong input.

Example: staffing erlang --contacts 100 --interval 30 --aht 180 --service-level 0.8 --within 20 --shrinkage 0.3
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import sys
from typing import Any

from staffing.errors import Problems
from staffing.queueing.calculator import Calculation, CalculatorInput, calculate
from staffing.queueing.erlang import Variant
from staffing.queueing.inverse import Goals
from staffing.queueing.shrinkage import combined_shrinkage

VARIANTS = {variant.name.lower().replace("_", "-"): variant for variant in Variant}

MEANING = {
    Variant.OFFERED: "answered within the threshold / offered",
    Variant.WITHOUT_EARLY_ABANDONS: "answered within the threshold / (offered - abandoned before it)",
    Variant.SERVED: "answered within the threshold / answered",
    Variant.EARLY_ABANDONS_COUNT: "(answered + abandoned) within the threshold / offered",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing erlang``."""
    work = parser.add_argument_group("the work")
    work.add_argument("--contacts", type=float, required=True, help="contacts offered in the interval")
    work.add_argument("--interval", type=float, default=30.0, metavar="MINUTES", help="its length (default: 30)")
    work.add_argument("--aht", type=float, required=True, metavar="SECONDS", help="average handling time")
    work.add_argument("--patience", type=float, metavar="SECONDS", help="mean patience (default: nobody gives up)")
    work.add_argument("--concurrency", type=int, default=1, metavar="CHATS", help="chats at a time (default: 1)")
    work.add_argument(
        "--slowdown", type=float, default=0.15, help="growth of a chat's handling time per further chat (default: 0.15)"
    )
    work.add_argument("--lines", type=int, help="lines in all: further callers hear the busy tone")
    goals = parser.add_argument_group("the goals, all of which must hold")
    goals.add_argument("--service-level", type=float, metavar="FRACTION", help="e.g. 0.8")
    goals.add_argument("--within", type=float, default=20.0, metavar="SECONDS", help="its threshold (default: 20)")
    goals.add_argument(
        "--variant", choices=list(VARIANTS), default="offered", help="what the service level counts (default: offered)"
    )
    goals.add_argument("--asa", type=float, metavar="SECONDS", help="longest mean wait of the answered")
    goals.add_argument("--abandonment", type=float, metavar="FRACTION", help="largest share that gives up")
    goals.add_argument("--occupancy", type=float, metavar="FRACTION", help="largest share of time on contacts")
    people = parser.add_argument_group("the people")
    people.add_argument(
        "--shrinkage",
        action="append",
        default=[],
        metavar="[CAUSE=]FRACTION",
        help="paid time lost, e.g. 0.3; may be repeated: absence=0.2 training=0.05 (shares add up)",
    )
    people.add_argument("--agents", type=int, help="ask the other way round: the service that so many agents give")


def run(args: argparse.Namespace) -> int:
    """Calculate and print."""
    given, answer = _calculate(args)
    if args.json:
        print(json.dumps(_plain({"input": given, "answer": answer}), ensure_ascii=False, indent=1))
    else:
        sys.stdout.write(_text(given, answer))
    if answer.agents is None:
        return 1
    return 0 if any(row.agents == answer.agents and row.meets for row in answer.rows) or not answer.load else 1


def _calculate(args: argparse.Namespace) -> tuple[CalculatorInput, Calculation]:
    found = Problems()
    shrinkage = 0.0
    with found.collecting():
        shrinkage = combined_shrinkage(_causes(args.shrinkage, found))
    goals = Goals(
        service_level=args.service_level,
        threshold_seconds=args.within,
        variant=VARIANTS[args.variant],
        max_asa_seconds=args.asa,
        max_abandonment=args.abandonment,
        max_occupancy=args.occupancy,
    )
    if all(v is None for v in (args.service_level, args.asa, args.abandonment, args.occupancy)):
        goals = dataclasses.replace(goals, service_level=0.8)
    given = CalculatorInput(
        contacts=args.contacts,
        interval_minutes=args.interval,
        aht_seconds=args.aht,
        goals=goals,
        patience_seconds=args.patience,
        shrinkage=shrinkage,
        concurrency=args.concurrency,
        slowdown=args.slowdown,
        lines=args.lines,
        agents=args.agents,
    )
    found.extend(given.problems())
    found.raise_if_any()
    return given, calculate(given)


def _causes(texts: list[str], found: Problems) -> dict[str, float]:
    causes: dict[str, float] = {}
    for k, text in enumerate(texts):
        name, _, number = text.rpartition("=")
        name = name or f"cause {k + 1}"
        try:
            value = float(number)
        except ValueError:
            found.add("--shrinkage", f"cannot read {text!r}", "e.g. 0.3 or absence=0.2")
            continue
        if name in causes:
            found.add("--shrinkage", f"{name} is given twice", "name each cause once")
        causes[name] = value
    return causes


def _plain(value: Any) -> Any:
    """Dataclasses to dictionaries, and what JSON cannot say (infinity) to null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Variant):
        return value.name.lower()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _text(given: CalculatorInput, answer: Calculation) -> str:
    lines = [f"{answer.load:.2f} erlangs, {answer.model}"]
    if given.agents is not None:
        lines.append(f"{given.agents} agents asked about")
    elif answer.agents is None:
        lines.append(f"no number of agents on {given.lines} lines meets the goals")
    else:
        exact = "" if answer.exact_agents is None else f" ({answer.exact_agents:.2f} as a real number)"
        lines.append(f"{answer.agents} agents needed{exact}, {answer.rostered} to roster")
    if answer.contacts_carried is not None and math.isfinite(answer.contacts_carried):
        lines.append(f"{answer.agents} agents keep the goals up to {answer.contacts_carried:.1f} contacts an interval")
    lines.append(f"service level: {MEANING[given.goals.variant]}")
    head = ["agents", "rostered", f"within {given.goals.threshold_seconds:g} s", "ASA", "90% wait", "give up", "busy"]
    if given.lines is not None:
        head.append("blocked")
    lines += ["", "  ".join(f"{name:>12}" for name in head)]
    for row in answer.rows:
        mark = "*" if row.agents == answer.agents else " "
        cells = [
            f"{mark}{row.agents}",
            f"{row.rostered:g}",
            f"{row.level(given.goals.variant):.1%}",
            _seconds(row.asa_seconds),
            _seconds(row.wait_90_seconds),
            f"{row.abandonment:.1%}",
            f"{row.occupancy:.1%}",
        ]
        if given.lines is not None:
            cells.append(f"{row.blocked:.1%}")
        lines.append("  ".join(f"{cell:>12}" for cell in cells))
    return "\n".join(lines) + "\n"


def _seconds(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f} s" if math.isfinite(value) else "endless"
