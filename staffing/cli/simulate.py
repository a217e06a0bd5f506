"""Simulate the service that customers get from a rota, and what becomes of it when things go wrong.

With --volume, --aht-seconds, --ill or --absent the rota is also simulated under that stress, with the same random contacts,
and the change is told with its own band.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from staffing.cli.plan import overridden
from staffing.cli.replan import parse_events
from staffing.errors import Problems
from staffing.scenario import load

if TYPE_CHECKING:
    from staffing.roster.problem import RosterProblem
    from staffing.simulation.model import OnDuty
    from staffing.simulation.stress import Stress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing simulate``."""
    parser.add_argument("scenario", type=Path, help="scenario file (TOML)")
    parser.add_argument("--roster", type=Path, required=True, metavar="FILE", help="rota as in roster.csv")
    parser.add_argument(
        "--need",
        type=Path,
        metavar="COVERAGE.csv",
        help="need of a finished plan; else the one beside the rota, else that of the formulas",
    )
    parser.add_argument("--replications", type=int, help="simulated months")
    parser.add_argument("--seed", type=int, help="seed of the simulation")
    parser.add_argument("--out", type=Path, help="folder for coverage.csv, service.csv and service_days.csv")
    stress = parser.add_argument_group("stress: what if")
    stress.add_argument(
        "--volume", action="append", default=[], metavar="[QUEUE=]FACTOR", help="factor on contacts, e.g. 1.15"
    )
    stress.add_argument(
        "--aht-seconds", action="append", default=[], metavar="[QUEUE=]SECONDS", help="longer handling, e.g. +30"
    )
    stress.add_argument(
        "--ill", action="append", default=[], metavar="COUNT:DATE", help="so many people, drawn at random, do not come"
    )
    stress.add_argument("--absent", action="append", default=[], metavar="AGENT:DATE", help="this person does not come")


def run(args: argparse.Namespace) -> int:
    """Simulate a rota."""
    given = {k: getattr(args, k) for k in ("replications", "seed") if getattr(args, k) is not None}
    scenario = overridden(load(args.scenario), "simulation", given)
    if args.replications is not None:
        scenario = overridden(scenario, "verify", {"held_out_replications": args.replications})
    from staffing import report
    from staffing.export.folder import check_folder, write_folder
    from staffing.export.text import csv_bytes
    from staffing.plan import need_beside, prepare
    from staffing.roster import costs
    from staffing.roster.rota import read_rota
    from staffing.service import demand_of, duty_of, service_of, simulation_of
    from staffing.simulation.stress import riskiest, under_stress

    if args.out:
        check_folder(args.out)
    ready = prepare(scenario, args.need or need_beside(args.roster))
    problem = ready.problem
    roster = read_rota(args.roster, problem)
    duty = duty_of(problem, roster, scenario.simulation.pace)
    stress = read_stress(args, problem, duty)
    found = service_of(ready.inputs, ready.forecast, ready.requirement, problem, roster)
    service = found.verified.service
    figures = report.service_figures(service, scenario.target)
    demand = demand_of(ready.inputs, ready.forecast)
    risks = report.risk_figures(riskiest(service, demand.target.tolist()))
    document: dict[str, Any] = {
        "service_level": figures,
        "replications": service.replications,
        "seed": service.seed,
        "simulation": report.simulation_figures(service),
        "riskiest": risks,
        "misses": report.miss_figures(found.verified.misses, found.reasons, problem.grid),
    }
    changed = None
    if stress is not None:
        settings = simulation_of(ready.inputs, ready.requirement)
        settings = replace(settings, replications=service.replications)
        changed = under_stress(demand, duty, settings, stress, base=service)
        document["stress"] = report.stress_figures(changed, scenario.target)
    if args.out:
        tables = {
            "coverage.csv": report.coverage_table(problem, costs.coverage(problem, roster), service),
            "service.csv": report.service_table(service),
            "service_days.csv": report.service_days_table(service),
        }
        for path in write_folder(args.out, {name: csv_bytes(table) for name, table in tables.items()}):
            print(f"written: {path}", file=sys.stderr)
    if args.json:
        print(json.dumps(document, ensure_ascii=False, indent=1))
        return 0
    lines = [*report.service_lines(figures), "", *report.detail_lines(figures), ""]
    lines += [*report.simulation_lines(document["simulation"]), ""]
    lines += ["riskiest intervals", *(f"  {line}" for line in report.risk_lines(risks)), ""]
    if changed is not None:
        lines += ["under stress", *(f"  {line}" for line in report.stress_lines(document["stress"]))]
    print("\n".join(lines).rstrip())
    return 0


def read_stress(args: argparse.Namespace, problem: RosterProblem, duty: OnDuty) -> Stress | None:
    """What the command line asks for; None for nothing. Every problem is told."""
    if not (args.volume or args.aht_seconds or args.ill or args.absent):
        return None
    from staffing.simulation.stress import Stress, ill

    found = Problems()
    volume = _by_queue(args.volume, "--volume", "1.15 or QUEUE=1.15", found)
    aht = _by_queue(args.aht_seconds, "--aht-seconds", "+30 or QUEUE=+30", found)
    absent: list[tuple[int, int]] = []
    grid = problem.grid
    for text in args.ill:
        count, _, day = text.partition(":")
        try:
            index = grid.day_index(date.fromisoformat(day))
            absent += ill(duty, grid, _inside(index), _some(count))
        except ValueError:
            found.add(
                "--ill", f"cannot read {text!r}", f"write e.g. 3:{grid.dates[0].isoformat()}, a day of the horizon"
            )
    with found.collecting():
        for agent, on in parse_events(args.absent, (), ())[0]:
            row, index = problem.agent_index.get(agent), grid.day_index(on)
            if row is None:
                found.add("--absent", f"unknown agent {agent!r}", "an agent_id of the agents table")
            elif index is None:
                found.add("--absent", f"{on} is not a day of the horizon", f"from {grid.dates[0]} to {grid.dates[-1]}")
            else:
                absent.append((row, index))
    found.raise_if_any()
    return Stress(absent=tuple(dict.fromkeys(absent)), volume=volume, aht_seconds=aht)


def _inside(index: int | None) -> int:
    if index is None:
        raise ValueError("outside the horizon")
    return index


def _finite(text: str) -> float:
    if not math.isfinite(float(text)):
        raise ValueError("no number")
    return float(text)


def _some(text: str) -> int:
    if int(text) < 1:
        raise ValueError("nobody")
    return int(text)


def _by_queue(texts: list[str], option: str, example: str, found: Problems) -> dict[str, float]:
    out = {}
    for text in texts:
        queue, _, value = text.rpartition("=")
        try:
            out[queue or "all"] = _finite(value)
        except ValueError:
            found.add(option, f"cannot read {text!r}", f"write {example}")
    return out
