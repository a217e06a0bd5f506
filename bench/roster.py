"""Contact-centre months of any size through the engine.

``python -m bench.roster [--agents N] [--days N] [--seed N ...] [--seconds N] [--workers N] [--interval MIN] [--out DIR]
[--full-law] [--peers] [--json]``

The months resemble those of the prototypes: five queues, ten skill groups, contracts of 40, 38, 30 and 20 hours, four
lengths of shift with a start every half-hour between 7 and 22, leave, fixed days off, students, parents, requests, and a
need that takes 98% of the agreed hours. ``scaled_gap`` is the gap over (hours needed * the lightest price of
understaffing), ``gap_hours`` the agent-hours at that price that the gap is worth. Like the prototypes' months, they ask
for daily rest, days in a row and hours; with ``--full-law`` also for weekly rest, free Sundays and substitute days.

With ``--peers`` the month is one that the laboratory's own generator makes, and everything is in its units:
``lab_objective`` is what its annealing reaches on that month with the CPU time that the engine took, bound included.
The laboratory's evaluator must find the engine's rota legal and its objective to be ours, to the unit. Its annealing has
one thread: once the engine is through with all seeds, two of its runs go side by side, and both cores are as busy as before.
Agents whose drawn month nobody can work (``free``) owe neither side hours.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import statistics
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from datetime import time as clock
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from bench.nrp import Printer
from bench.roster_peer import Lab
from staffing.grid import TimeGrid
from staffing.roster import costs, engine, rules
from staffing.roster.problem import (
    Absence,
    Agent,
    Break,
    Contract,
    Law,
    Prices,
    Request,
    RosterProblem,
    ShiftType,
)
from staffing.roster.rota import rota_table
from staffing.roster.search import Search

START = date(2027, 1, 4)
QUEUES = ("en", "de", "email", "chat", "fr")
SKILLS = (
    ((0,), 0.16), ((1,), 0.14), ((0, 2), 0.12), ((0, 3), 0.10), ((0, 1), 0.12), ((1, 2), 0.08),
    ((0, 1, 2), 0.08), ((2, 3), 0.07), ((0, 2, 3), 0.06), ((0, 4), 0.07),
)  # fmt: skip
"""Queues of each skill group, and its share of the agents."""
CONTRACTS = {"40": (40.0, 0.4), "38": (38.0, 0.2), "30": (30.0, 0.2), "20": (20.0, 0.2)}
LENGTHS = {"S": (4.0, 0), "M": (6.0, 30), "L": (8.0, 30), "X": (9.0, 60)}
"""Hours of presence and minutes of lunch of each shift type."""
ALLOWED = {"40": ("M", "L", "X"), "38": ("M", "L", "X"), "30": ("S", "M", "L"), "20": ("S", "M", "L")}
WEEKDAY = np.array([1.15, 1.05, 1.0, 1.0, 0.95, 0.6, 0.45])
OPEN, CLOSE = 7, 22
DAILY = Law(weekly_rest_hours=0, free_sundays_per_year=0, substitute_days=False)
LOAD = 0.98
HUMPS = (
    (10.5, 1.9, 15.5, 2.6, 0.9), (10, 1.8, 14.5, 2.3, 0.8), (9.5, 3, 15, 4, 0.8), (12, 3, 18.5, 2.2, 1.0),
    (11, 2, 16, 2.2, 0.7),
)  # fmt: skip
"""Hour and width of the morning's and the afternoon's hump, and the second's height, by queue."""


def month(agents: int, days: int, seed: int, interval: int, law: Law = DAILY) -> RosterProblem:
    """A random contact-centre month."""
    rng = np.random.default_rng(seed)
    grid = TimeGrid(START, days, "Europe/Berlin", interval)
    kinds = tuple(_kind(code, hours, lunch) for code, (hours, lunch) in LENGTHS.items())
    contracts = {
        key: Contract(
            hours,
            22.0,
            week_tolerance_hours=5.0,
            month_tolerance_hours=6.0,
            max_consecutive_days=6,
            shifts=ALLOWED[key],
        )
        for key, (hours, _) in CONTRACTS.items()
    }
    share = np.array([p for _, p in SKILLS])
    groups = rng.permutation(np.searchsorted(np.cumsum(share / share.sum()), (np.arange(agents) + 0.5) / agents))
    team, absences, requests = [], [], []
    for i in range(agents):
        contract = str(rng.choice(list(CONTRACTS), p=[p for _, p in CONTRACTS.values()]))
        skills = tuple(QUEUES[q] for q in SKILLS[int(groups[i])][0])
        ranges: list[tuple[tuple[int, int], ...]] = [((0, 1440),)] * 7
        if contract == "20" and rng.random() < 0.4:
            ranges[:5] = [((15 * 60, 1440),)] * 5
        elif contract in ("30", "20") and rng.random() < 0.25:
            ranges = [((0, 16 * 60),)] * 7
        if rng.random() < 0.12:
            ranges[int(rng.integers(7))] = ()
        team.append(Agent(f"a{i}", f"Agent {i}", contract, skills, (1,) * len(skills), tuple(ranges)))
        luck = rng.random()
        if luck < 0.08:
            first = grid.dates[int(rng.integers(0, max(1, days - 6)))]
            absences.append(Absence(f"a{i}", first, first + timedelta(days=6)))
        elif luck < 0.35:
            for d in rng.choice(days, int(rng.integers(1, 3)), replace=False):
                absences.append(Absence(f"a{i}", grid.dates[int(d)], grid.dates[int(d)]))
        for d in rng.choice(days, min(days, int(rng.integers(1, 5))), replace=False):
            requests.append(Request(f"a{i}", grid.dates[int(d)], "off", float(rng.uniform(0.5, 2.0))))
    hours = np.array([CONTRACTS[x.contract][0] * days / 7 for x in team])
    for absence in absences:
        span = (absence.first + timedelta(days=n) for n in range((absence.last - absence.first).days + 1))
        fifths = sum(day.weekday() < 5 for day in span)
        hours[int(absence.agent[1:])] -= fifths * CONTRACTS[team[int(absence.agent[1:])].contract][0] / 5
    return RosterProblem(
        grid=grid,
        queues=QUEUES,
        required=_need(grid, team, hours, rng),
        agents=tuple(team),
        contracts=contracts,
        shift_types=kinds,
        law=law,
        prices=Prices(),
        absences=tuple(absences),
        requests=tuple(requests),
        queue_weights=np.array([1.0, 1.0, 0.5, 1.0, 1.0]),
    )


def _kind(code: str, hours: float, lunch: int) -> ShiftType:
    last = (CLOSE - hours) * 60
    middle = (hours - lunch / 60) / 2
    window = (Break(lunch, max(middle - 1, 0), middle + 1),) if lunch else ()
    latest = clock(int(last // 60), int(last % 60))
    return ShiftType(code, clock(OPEN), hours, breaks=window, latest_start=latest, start_step_minutes=30)


def _need(grid: TimeGrid, team: list[Agent], hours: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Agents wanted: a day's two humps, a week's pattern, noise by day and interval, scaled to the agreed hours."""
    share = np.zeros(len(QUEUES))
    for agent, h in zip(team, hours, strict=True):
        parts = rng.dirichlet(np.full(len(agent.queues), 4.0))
        for queue, part in zip(agent.queues, parts, strict=True):
            share[QUEUES.index(queue)] += h * part
    hour = grid.minute / 60
    out = np.zeros((len(QUEUES), len(grid)))
    for q, (m1, s1, m2, s2, second) in enumerate(HUMPS):
        shape = np.exp(-0.5 * ((hour - m1) / s1) ** 2) + second * np.exp(-0.5 * ((hour - m2) / s2) ** 2) + 0.12
        shape = np.where((hour >= OPEN) & (hour < CLOSE), shape, 0.0) * WEEKDAY[grid.weekday[grid.day]]
        shape = shape * rng.normal(1, 0.05, grid.days)[grid.day]
        shape = shape * np.clip(rng.normal(1, 0.06, len(grid)), 0.7, 1.3)
        out[q] = shape / shape.sum() * share[q] * LOAD / grid.hours
    return np.asarray(np.round(out * 4) / 4)


Found = dict[str, Any]


def own(args: argparse.Namespace, seed: int) -> Found:
    """A month of this module, from the problem to the audited rota."""
    problem = month(args.agents, args.days, seed, args.interval, Law() if args.full_law else DAILY)
    result = engine.solve(problem, seconds=args.seconds, workers=args.workers, seed=seed, monitor=Printer())
    light = problem.prices.understaffing[0]
    needed = float(problem.required.sum() * problem.grid.hours)
    found: Found = {
        "instance": f"{args.agents} agents, {args.days} days, seed {seed}, {args.interval} min",
        "status": str(result.status),
        "seconds": round(result.seconds, 1),
        "first_feasible_seconds": _first(result.trace),
        **_gaps(result.objective, result.bound, needed, light),
        "terms": dict(result.terms),
    }
    if result.roster is not None:
        found["violations"] = len(rules.audit(problem, result.roster))
        cover = costs.coverage(problem, result.roster)
        found["understaffed_hours"] = cover.understaffed_hours
        found["overstaffed_hours"] = cover.overstaffed_hours
        if args.out:
            args.out.mkdir(parents=True, exist_ok=True)
            rota_table(problem, result.roster).to_csv(args.out / "roster.csv", index=False)
    return found


def against_lab(args: argparse.Namespace, seed: int) -> Found:
    """A month of the laboratory, to the engine; its CPU time is what the laboratory's annealing may take."""
    engine.warm_up()
    lab, free = Lab(args.agents, args.days, seed, args.interval), list[int]()
    while True:
        began = time.process_time()
        search = Search(lab.program(), args.seconds, Printer())
        stuck = engine.watched(search, partial(engine.run, search, None, args.workers, seed))
        used = time.process_time() - began
        if not set(stuck) - set(free):
            break
        free += stuck
        lab = Lab(args.agents, args.days, seed, args.interval, free)
    needed, light = lab.demand
    hours = args.interval / 60
    solved = search.choice is not None
    found: Found = {
        "instance": f"lab: {args.agents} agents, {args.days} days, seed {seed}, {args.interval} min",
        "status": "feasible" if solved else "unknown",
        "seconds": round(search.elapsed(), 1),
        "first_feasible_seconds": _first(search.trace),
        **_gaps(search.cost if solved else None, search.bound, needed * hours, light / hours),
        "cpu_seconds": round(used, 1),
        "free": free,
    }
    if search.choice is not None:
        objective, violations = lab.evaluate(search.choice)
        if objective != search.cost:
            raise AssertionError(f"our objective is {search.cost}, the laboratory's of the same rota {objective}")
        found["violations"] = violations
    return found


def _peer(agents: int, days: int, interval: int, seed: int, cpu_seconds: float, free: Sequence[int]) -> int:
    return Lab(agents, days, seed, interval, free).anneal(cpu_seconds, seed)


def all_against_lab(args: argparse.Namespace) -> list[Found]:
    """All seeds to the engine, one after the other, then to the laboratory's annealing."""
    try:
        found = [against_lab(args, seed) for seed in args.seed]
    except FileNotFoundError as error:
        raise SystemExit(f"--peers skipped: {error}") from None
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        each = partial(_peer, args.agents, args.days, args.interval)
        theirs = list(pool.map(each, args.seed, *zip(*((f["cpu_seconds"], f["free"]) for f in found), strict=True)))
    return [
        {**ours, "lab_objective": peer, "ratio": ours["objective"] and ours["objective"] / peer}
        for ours, peer in zip(found, theirs, strict=True)
    ]


def _first(trace: Iterable[tuple[float, float, float]]) -> float | None:
    return next((round(t, 2) for t, objective, _ in trace if not math.isnan(objective)), None)


def _gaps(objective: float | None, bound: float | None, needed: float, light: float) -> Found:
    """Objective, bound and what lies between them; `needed` agent-hours, the lightest price `light` of one."""
    gap = None if objective is None or bound is None else objective - bound
    return {
        "objective": objective,
        "bound": bound,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "gap": None if gap is None or not objective else gap / objective,
        "gap_money": gap,
        "gap_hours": None if gap is None else gap / light,
        "scaled_gap": None if gap is None else gap / (needed * light),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--agents", type=int, default=40)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--interval", type=int, default=30, choices=(15, 30, 60))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--full-law", action="store_true", help="also weekly rest, free Sundays and substitute days")
    parser.add_argument("--peers", action="store_true", help="a month of the laboratory, against its annealing")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rows = all_against_lab(args) if args.peers else [own(args, seed) for seed in args.seed]
    if args.json:
        print(json.dumps(rows if len(rows) > 1 else rows[0]))
        return
    print("\n\n".join("\n".join(f"{key:24}{value}" for key, value in row.items()) for row in rows))
    if len(rows) > 1:
        print("\nmedians")
        for key in ("objective", "bound", "gap", "scaled_gap", "ratio"):
            values = [v for row in rows if isinstance(v := row.get(key), (int, float))]
            if values:
                print(f"{key:24}{statistics.median(values):.6g}")


if __name__ == "__main__":
    main()
