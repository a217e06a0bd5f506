"""A stand-in for ``python -m staffing``: reads the scenario, pretends to search, and writes a believable plan quickly.

The screens are tested against it because what they show must not depend on how well the engine searches.
``STAFFING_FAKE_SECONDS`` is how long it pretends; without it, a second.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from staffing.cli.plan import near
from staffing.errors import InputError
from staffing.grid import TimeGrid
from staffing.scenario import Scenario, load
from tests.ui.team import write_team

STAGES = ("history", "forecast", "requirement", "roster", "audit", "simulation", "export")


def main(argv: list[str]) -> int:
    if argv[0] == "example":
        out = Path(argv[argv.index("--out") + 1])
        write_team(out.parent, int(argv[argv.index("--agents") + 1]), name=out.name)
        return 0
    if argv[0] in ("replan", "explain"):
        return answer(argv)
    if argv[0] == "price":
        return price(Path(argv[argv.index("--progress") + 1]))
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("scenario", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--published", type=Path)
    parser.add_argument("--change", type=float)
    parser.add_argument("--progress", type=Path)
    parser.add_argument("--stop-on-eof", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    stop = threading.Event()
    if args.stop_on_eof:
        threading.Thread(target=_stop_at_end, args=(stop,), daemon=True).start()
    try:
        scenario = load(args.scenario, near(args.published, args.change))
    except InputError as error:
        print(json.dumps({"problems": [str(p) for p in error.problems]}))
        return 2
    if scenario.name == "crash":
        print("Segmentation fault", file=sys.stderr)
        return 70
    if scenario.name == "impossible":
        demands = [f"Anna Adler: 2027-01-0{day} is locked as E" for day in range(1, 8)]
        lines = [*demands, "Anna Adler: at most 6 days in a row", f"cheapest repair, give up: {demands[3]}"]
        print(json.dumps({"conflicts": lines}))
        return 1
    search(args.progress, float(os.environ.get("STAFFING_FAKE_SECONDS", "1")), stop)
    write(scenario, args.out, args.seed, stopped=stop.is_set())
    return 0


def answer(argv: list[str]) -> int:
    """Short questions: an alternative gives the first agent's first shift to nobody; no shift has a strong reason."""
    with Path(argv[2]).open(encoding="utf-8") as file:
        first = next(iter(csv.DictReader(file)))
    told = f"{first['shift']} {first['start'][11:16]}"
    change = {k: first[k] for k in ("agent_id", "agent_name", "date")} | {
        "before": told,
        "after": "off",
        "asked": False,
    }
    alternative = {"cost": 1_000.0, "understaffed_hours": 8.0, "violations": [], "changes": [change]}
    if argv[0] == "replan":
        print(json.dumps({"alternatives": [alternative | {"changes": []}, alternative]}))
    else:
        terms = {"pay": -176.0, "understaffing": 300.0, "weekends": 0.0}
        print(json.dumps({"necessary": [], "demands": [], "cost": 124.0, "terms": terms, "changes": [change]}))
    return 0


def _stop_at_end(stop: threading.Event) -> None:
    os.read(0, 1)
    stop.set()


def price(progress: Path) -> int:
    """Price one rule after the other until told to stop."""
    stop = threading.Event()
    threading.Thread(target=_stop_at_end, args=(stop,), daemon=True).start()
    binding = ("min_rest", "horizon_hours", "weekly_hours")
    found = [{"rule": "rotation", "binds": False, "saving": 0.0, "low": 0.0, "high": 0.0}]
    for done, rule in enumerate(binding):
        with progress.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"stage": "price", "fraction": done / len(binding), "note": rule}) + "\n")
        if stop.wait(float(os.environ.get("STAFFING_FAKE_SECONDS", "1")) / len(binding)):
            break
        high = None if rule == "min_rest" else 900.0
        found.append({"rule": rule, "binds": True, "saving": 412.0, "low": 100.0, "high": high})
    print(json.dumps({"currency": "EUR", "rules": found}))
    return 0


def search(progress: Path, seconds: float, stop: threading.Event) -> None:
    def report(**fields: object) -> None:
        with progress.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(fields) + "\n")

    for stage in STAGES[:3]:
        report(stage=stage, seconds=0.01, fraction=1.0)
    began = time.monotonic()
    while not stop.is_set() and (passed := time.monotonic() - began) < seconds:
        share = passed / seconds
        best, bound = 48_000 + 9_000 * math.exp(-4 * share), 46_500 + 1_000 * share
        known = passed > 0.2
        report(
            stage="roster",
            seconds=passed,
            fraction=share,
            objective=best if known else None,
            bound=bound,
            gap=(best - bound) / best if known else None,
        )
        stop.wait(0.1)
    for stage in STAGES[4:]:
        report(stage=stage, seconds=0.01, fraction=1.0)


def write(scenario: Scenario, out: Path, seed: int, *, stopped: bool) -> None:
    out.mkdir(parents=True, exist_ok=True)
    grid = scenario.horizon.grid()
    labels = grid.labels()
    hour = np.array([int(s[11:13]) + int(s[14:16]) / 60 for s in labels])
    day = grid.day
    weekday = np.array([d.weekday() for d in grid.dates])[day]
    open_now = (hour >= 8) & (hour < 20)
    rows = [
        r for path in scenario.files("agents") for r in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    ]
    people, shifts = roster(scenario, rows)
    duty = np.zeros(len(grid))
    for s in shifts:
        duty[s["first"] : s["last"]] += 1
    volume, need = {}, {}
    for i, q in enumerate(scenario.queues):
        shape = np.exp(-(((hour - 10.5) / 2.5) ** 2)) + 0.8 * np.exp(-(((hour - 15.5) / 2.5) ** 2))
        level = (60 - 12 * i) * scenario.demand.scale.get(q, 1.0)
        volume[q] = np.where(open_now, level * shape * np.where(weekday < 5, 1.0, 0.45), 0.0)
        aht = 300 * scenario.demand.aht_scale.get(q, 1.0)
        goal = scenario.target[q].service_level or 0.8
        need[q] = np.where(open_now, np.ceil(volume[q] * aht / 1800 * (0.75 + 0.5 * goal)), 0.0)
    gross = {q: np.ceil(4 * n / (1 - sum(scenario.shrinkage.values()))) / 4 for q, n in need.items()}
    total = np.maximum(np.sum(list(gross.values()), axis=0), 1e-9)
    table(
        out / "forecast.csv",
        "interval_start queue contacts contacts_p10 contacts_p50 contacts_p90 aht_seconds",
        [
            (labels[t], q, f"{c:.2f}", f"{c * 0.8:.2f}", f"{c:.2f}", f"{c * 1.2:.2f}", 300)
            for q in volume
            for t, c in enumerate(volume[q])
        ],
    )
    table(
        out / "requirement.csv",
        "interval_start queue on_phones on_roster",
        [(labels[t], q, need[q][t], gross[q][t]) for q in need for t in range(len(grid))],
    )
    goals = {q: scenario.target[q].service_level for q in scenario.queues}
    cover, sums, service = [], np.zeros(2), {}
    for q in need:
        staffed = np.round(4 * duty * gross[q] / total) / 4
        under, over = np.maximum(gross[q] - staffed, 0), np.maximum(staffed - gross[q], 0)
        ratio = np.where(gross[q] > 0, staffed / np.maximum(gross[q], 1e-9), np.nan)
        kept = np.clip(0.8 + 0.5 * (ratio - 1), 0, 1)
        sums += [under.sum() * grid.hours, over.sum() * grid.hours]
        seen = volume[q] > 0
        mean = float((kept[seen] * volume[q][seen]).sum() / volume[q][seen].sum())
        service[q] = {
            "mean": mean,
            "target": goals[q],
            "month_meets_target": 0.7,
            "low": mean - 0.012,
            "high": min(1.0, mean + 0.012),
        }
        for t in range(len(grid)):
            band = [f"{x:.4f}" for x in (kept[t], max(0, kept[t] - 0.03), min(1, kept[t] + 0.03))]
            cover.append(
                (labels[t], q, gross[q][t], staffed[t], under[t], over[t], *(band if seen[t] else ["", "", ""]))
            )
    table(
        out / "coverage.csv",
        "interval_start queue required staffed under over service_level service_level_low service_level_high",
        cover,
    )
    table(
        out / "roster.csv",
        "agent_id agent_name date shift start end break_starts break_minutes paid_hours locked",
        [s["row"] for s in shifts],
    )
    dates = [d.isoformat() for d in grid.dates]
    hours = {a: sum(float(s["row"][8]) for s in shifts if s["row"][0] == a) for a, _ in people}
    code = {(s["row"][0], s["row"][2]): s["row"][3] for s in shifts}
    table(
        out / "roster_matrix.csv",
        " ".join(["agent_id", "agent_name", *dates, "hours", "target_hours"]),
        [(a, n, *(code.get((a, d), "") for d in dates), hours.get(a, 0.0), 160.0) for a, n in people],
    )
    paid = sum(float(s["row"][8]) for s in shifts)
    cost = paid * 22
    objective = sums[0] * 30 + sums[1] * 2 + 900
    summary = {
        "scenario": scenario.name,
        "status": "stopped" if stopped else "feasible",
        "objective": objective,
        "bound": objective * 0.97,
        "gap": 0.03,
        "seconds": 1.0,
        "seed": seed,
        "input_hash": scenario.input_hash(),
        "versions": {},
        "terms": {"understaffing": sums[0] * 30, "overstaffing": sums[1] * 2, "requests": 300.0, "fairness": 600.0},
        "understaffed_hours": sums[0],
        "overstaffed_hours": sums[1],
        "paid_hours": paid,
        "cost": cost,
        "currency": scenario.currency,
        "service_level": service,
        "fairness": {"weekends_spread": 2.0, "unpopular_spread": 3.0},
        "violations": [],
        "verification": verification(grid, volume),
    }
    (out / "roster.xlsx").write_bytes(b"PK\x05\x06" + bytes(18))
    (out / "roster.ics").write_text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", encoding="utf-8")
    (out / "calendars").mkdir(exist_ok=True)
    for agent, _ in people:
        (out / "calendars" / f"{agent}.ics").write_text("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", encoding="utf-8")
    (out / "summary.json").write_text(json.dumps(summary, indent=1), encoding="utf-8")


def verification(grid: TimeGrid, volume: dict[str, Any]) -> dict[str, Any]:
    """One interval that is short for want of people, and a riskier one elsewhere."""
    queue = next(iter(volume))
    first, second = np.argsort(-volume[queue])[:2].tolist()
    cell = {"queue": queue, "contacts": 40.0, "late": 4.0, "service_level": 0.7, "low": 0.68, "high": 0.72}
    start = {i: grid.label(i) for i in (first, second)}
    miss = {**cell, "interval_start": start[first], "date": start[first][:10], "staffed": 8.0, "needed": 9.0}
    return {
        "holds": False,
        "misses": [{**miss, "reason": "day", "proven": True, "have": 152.0, "most": 150.5}],
        "riskiest": [{**cell, "interval_start": start[first]}, {**cell, "interval_start": start[second]}],
        "rounds": [{"below": 7}, {"below": 1}],
        "need_hours": {"formula": 5000.0, "planned": 4500.0},
    }


def roster(scenario: Scenario, rows: list[dict[str, str]]) -> tuple[list[tuple[str, str]], list[dict[str, Any]]]:
    """Five days on, two off, one shift type a week each, in turn."""
    grid = scenario.horizon.grid()
    people, shifts, away = [], [], set()
    for path in scenario.files("absences"):
        for r in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
            first, last = r["first_day"], r["last_day"] or r["first_day"]
            away |= {(r["agent_id"], i) for i, d in enumerate(grid.dates) if first <= d.isoformat() <= last}
    for a, row in enumerate(rows):
        people.append((row["agent_id"], row["name"]))
        for d, date in enumerate(grid.dates):
            if (d + a) % 7 >= 5 or (row["agent_id"], d) in away:
                continue
            kind = scenario.shift[(a + (d + a) // 7) % len(scenario.shift)]
            start = datetime.combine(date, kind.start, tzinfo=grid.zone)
            end = (start.astimezone(UTC) + timedelta(hours=kind.hours)).astimezone(grid.zone)
            pause = (start.astimezone(UTC) + timedelta(hours=kind.hours / 2)).astimezone(grid.zone)
            unpaid = sum(b.minutes for b in kind.breaks if not b.paid)
            first = int(np.searchsorted(grid.starts, start.timestamp()))
            last = int(np.searchsorted(grid.starts, end.timestamp()))
            row_out = (
                row["agent_id"],
                row["name"],
                date.isoformat(),
                kind.code,
                start.isoformat(),
                end.isoformat(),
                f"{pause:%H:%M}" if unpaid else "",
                unpaid,
                f"{kind.hours - unpaid / 60:.2f}",
                "no",
            )
            shifts.append({"first": first, "last": last, "row": row_out})
    return people, shifts


def table(path: Path, header: str, rows: list[tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(" "))
        writer.writerows(rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
