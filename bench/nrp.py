"""Public nurse rostering instances through the engine.

``python -m bench.nrp FILE [--seconds N] [--workers N] [--seed N] [--out roster.tsv] [--json]``

FILE is in the text format of schedulingbenchmarks.org (Curtois and Qu). It is read into the engine's own primitives; costs
are whole numbers, as there. The roster file has one line per employee: ``id<TAB>cell...``, ``-`` for a day off.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from staffing.errors import InputError, Problem
from staffing.progress import Progress
from staffing.roster.cover import Cover
from staffing.roster.engine import run, watched
from staffing.roster.primitives import Choice, Count, Program, Run, Succession
from staffing.roster.search import Search

DAY = 86_400
WORKS, MINUTES, FIRST_TYPE = 0, 1, 2
"""Rows of the program's measures."""


@dataclass(frozen=True)
class Instance:
    """An instance as a program, with the names that its roster file needs."""

    program: Program
    employees: tuple[str, ...]
    shifts: tuple[str, ...]


def sections(text: str) -> dict[str, list[list[str]]]:
    """Rows of each section, comments left out."""
    found: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("SECTION_"):
            rows = found.setdefault(line.removeprefix("SECTION_"), [])
        elif line and not line.startswith("#"):
            rows.append([cell.strip() for cell in line.split(",")])
    return found


def read(path: Path) -> Instance:
    """Read an instance.

    Each (day, shift) is an interval of its own, with one queue that everybody serves; a shift adds one unit to its own.
    """
    parts = sections(path.read_text(encoding="utf-8-sig"))
    D = int(parts["HORIZON"][0][0])
    shifts = tuple(row[0] for row in parts["SHIFTS"])
    minutes = np.array([int(row[1]) for row in parts["SHIFTS"]])
    employees = tuple(row[0] for row in parts["STAFF"])
    A, S = len(employees), len(shifts)
    index, who = {s: i for i, s in enumerate(shifts)}, {e: i for i, e in enumerate(employees)}
    banned = np.zeros((S, S), np.bool_)
    for row in parts["SHIFTS"]:
        for other in row[2].split("|") if len(row) > 2 else []:
            if other:
                banned[index[row[0]], index[other]] = True
    allowed = np.ones((A, D, S), np.bool_)
    counts: list[Count] = []
    runs: list[Run] = []
    every = (tuple(range(D)),)
    weekends = tuple(tuple(d for d in (first, first + 1) if d < D) for first in range(5, D, 7))
    for a, row in enumerate(parts["STAFF"]):
        most, least, longest, shortest, shortest_off, most_weekends = (int(cell) for cell in row[2:8])
        for pair in row[1].split("|"):
            shift, limit = pair.split("=")
            if int(limit) == 0:
                allowed[a, :, index[shift]] = False
            elif int(limit) < D:
                counts.append(Count(f"max {shift}", a, FIRST_TYPE + index[shift], every, 0, int(limit)))
        counts.append(Count("minutes", a, MINUTES, every, least, most))
        counts.append(Count("weekends", a, WORKS, weekends, 0, most_weekends, any=True))
        runs.append(Run("days in a row", a, WORKS, shortest, longest, free_start=True))
        runs.append(Run("days off in a row", a, WORKS, shortest_off, D, off=True, free_start=True))
    for row in parts.get("DAYS_OFF", []):
        for cell in row[1:]:
            if cell:
                allowed[who[row[0]], int(cell)] = False
    cost, off_cost = np.zeros((A, D, S), np.int32), np.zeros((A, D), np.int32)
    for name, day, shift, weight in parts.get("SHIFT_ON_REQUESTS", []):
        cost[who[name], int(day)] += int(weight)
        off_cost[who[name], int(day)] += int(weight)
        cost[who[name], int(day), index[shift]] -= int(weight)
    for name, day, shift, weight in parts.get("SHIFT_OFF_REQUESTS", []):
        cost[who[name], int(day), index[shift]] += int(weight)
    prices = {(int(row[3]), int(row[4])) for row in parts["COVER"]}
    if len(prices) != 1:
        raise InputError(
            [Problem(str(path), f"{len(prices)} different prices of cover", "one for all shifts and days")]
        )
    ((under, over),) = prices
    need = np.zeros((D * S, 1), np.int64)
    for day, shift, wanted, _, _ in parts["COVER"]:
        need[int(day) * S + index[shift], 0] = int(wanted)
    days = np.arange(D)[:, None]
    measures = np.stack([np.ones((D, S)), np.tile(minutes, (D, 1)), *np.broadcast_to(np.eye(S)[:, None], (S, D, S))])
    program = Program(
        allowed=allowed,
        off_allowed=np.ones((A, D), np.bool_),
        cost=cost,
        off_cost=off_cost,
        measures=measures.astype(np.int32),
        counts=tuple(counts),
        runs=tuple(runs),
        successions=tuple(Succession("order", a, 0) for a in range(A)) if banned.any() else (),
        start=np.broadcast_to(days * DAY, (D, S)).astype(np.int64),
        end=np.broadcast_to(days * DAY + 3600, (D, S)).astype(np.int64),
        banned=banned if banned.any() else None,
        first=(days * S + np.arange(S)).astype(np.int64),
        length=np.ones((D, S), np.int64),
        offset=np.zeros((D, S), np.int64),
        units=np.ones(1, np.uint8),
        cover=Cover(
            group=np.zeros(A, np.int64),
            serves=np.ones((1, 1), np.bool_),
            need=need,
            tiers=np.stack([need, np.zeros_like(need)], axis=2),
            under=np.full((1, 3), under, np.int64),
            over_tier=np.zeros_like(need),
            over=np.full((1, 2), over, np.int64),
            base=np.zeros((D * S, 1), np.int64),
        ),
    )
    return Instance(program, employees, shifts)


def write(instance: Instance, choice: Choice, path: Path) -> None:
    """Write a roster file."""
    cells = [[instance.shifts[s] if s >= 0 else "-" for s in row] for row in choice]
    path.write_text("".join("\t".join([e, *row]) + "\n" for e, row in zip(instance.employees, cells, strict=True)))


class Printer:
    """Tells the progress on standard error, every five seconds."""

    def __init__(self) -> None:
        self._next = 0.0

    def report(self, progress: Progress) -> None:
        """Tell it."""
        if progress.seconds >= self._next:
            self._next = progress.seconds + 5.0
            objective = "-" if progress.objective is None else f"{progress.objective * 100:.0f}"
            bound = "-" if progress.bound is None else f"{progress.bound * 100:.0f}"
            print(f"{progress.seconds:7.1f} s  {objective:>8}  bound {bound:>8}  {progress.note}", file=sys.stderr)

    def should_stop(self) -> bool:
        """Never stop."""
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    instance = read(args.file)
    search = Search(instance.program, args.seconds, Printer())
    conflicts = watched(search, lambda: run(search, None, args.workers, args.seed))
    status = "optimal" if search.optimal else "infeasible" if conflicts else "feasible"
    if search.choice is None and not conflicts:
        status = "unknown"
    elif search.choice is not None and args.out:
        write(instance, search.choice, args.out)
    found = {
        "instance": args.file.stem,
        "status": status,
        "objective": None if math.isinf(search.cost) else round(search.cost),
        "bound": math.ceil(search.bound - 1e-6),
        "seconds": round(search.elapsed(), 1),
        "first_feasible_seconds": next((round(t, 2) for t, cost, _ in search.trace if not math.isnan(cost)), None),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(found) if args.json else "\n".join(f"{key:24}{value}" for key, value in found.items()))


if __name__ == "__main__":
    main()
