"""Staffing mathematics against exact values and against pyworkforce.

``python -m bench.queueing [--grid FILE] [--transient FILE] [--references FILE] [--peers] [--json]``

``--peers`` times pyworkforce in the same run, on the same month of intervals; ``--peer-python`` names other interpreters
that have other versions of it (0.5.4, the one with Erlang A, wants Python 3.12).
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from staffing.queueing.erlang import erlang_a, erlang_b, erlang_c
from staffing.queueing.inverse import Goals, agents_needed, load_carried
from staffing.queueing.transient import transient_service

DATA = Path(__file__).parent.parent.parent / "shared" / "data" / "erlang"
INTERVAL = 1800.0
AHT = 300.0
PATIENCE = 150.0
GOAL = Goals(service_level=0.8, threshold_seconds=20)

TRANSIENT = {
    "sl_arrivals_in_interval": "service_level",
    "pwait": "wait_probability",
    "pabandon_rate_over_lambda": "abandonment",
    "mean_queue": "mean_queue",
    "occupancy": "occupancy",
    "end_pwait": "end_wait_probability",
    "end_queue": "end_queue",
}


def _table(path: Path) -> dict[str, list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def _numbers(cells: list[str]) -> npt.NDArray[np.float64]:
    return np.array([float(cell) if cell.strip() else math.nan for cell in cells])


def grid(path: Path) -> dict[str, Any]:
    """Largest absolute error of each metric of the exact grid, and how many answers are NaN."""
    table = _table(path)
    # The exact values belong to the decimals as written; a load next to saturation needs more of them than 53 bits hold.
    load = np.array([np.longdouble(cell) for cell in table["load_erlangs"]])
    agents, aht, threshold, patience = (_numbers(table[k]) for k in ("agents", "aht_s", "threshold_s", "patience_s"))
    a = erlang_a(load, agents, aht, patience, threshold)
    c = erlang_c(load, agents, aht, threshold)
    ours = {
        "B_block": erlang_b(load, agents),
        "C_pwait": c.wait_probability,
        "C_sl": c.service_level,
        "C_asa_s": c.asa_seconds,
        "A_pwait": a.wait_probability,
        "A_sl_served_within_T_over_offered": a.service_level,
        "A_sl_excl_abandon_before_T": a.service_level_without_early_abandons,
        "A_pabandon": a.abandonment,
        "A_pabandon_before_T": a.abandonment_before_threshold,
        "A_mean_wait_all_s": a.mean_wait_seconds,
        "A_occupancy": a.occupancy,
    }
    errors, nan = {}, 0
    for name, values in ours.items():
        if name not in table:
            continue
        exact = _numbers(table[name])
        known = ~np.isnan(exact)
        nan += int(np.isnan(values).sum())
        errors[name] = float(np.max(np.abs(values[known] - exact[known]), initial=0.0))
    return {"max_abs_error": errors, "nan": nan, "rows": len(load)}


def transient(path: Path) -> float:
    """Largest absolute error over all columns of the exact time-varying queues."""
    table = _table(path)
    names = np.array(table["case"])
    worst = 0.0
    for name in dict.fromkeys(table["case"]):
        rows = np.flatnonzero(names == name)
        col = {k: _numbers([v[r] for r in rows]) for k, v in table.items() if k != "case"}
        service = transient_service(
            col["arrivals"],
            col["servers"],
            col["aht_s"],
            float(col["interval_s"][0]),
            np.where(np.isnan(col["patience_s"]), math.inf, col["patience_s"]),
            float(col["threshold_s"][0]),
        )
        for column, attribute in TRANSIENT.items():
            worst = max(worst, float(np.max(np.abs(getattr(service, attribute) - col[column]))))
    return worst


# -- published values ----------------------------------------------------------------------------------


def _digits(value: float) -> float:
    """Half a unit of the last printed digit."""
    text = repr(value)
    decimals = len(text.split(".")[1]) if "." in text and "e" not in text else 0
    return 0.5 * 10.0**-decimals


def references(path: Path) -> dict[str, Any]:
    """Verified published values reproduced to their printed digits: how many, of how many, and which not."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    checked, failed = 0, []
    for entry in entries:
        if not entry["status"].startswith("verified"):
            continue
        for name, ours in _ours(entry["model"], entry["inputs"]).items():
            published = entry["published"].get(name)
            if published is None:
                continue
            checked += 1
            if abs(ours - published) > _digits(published) + 1e-14 * abs(published):
                failed.append(f"{entry['model']} {entry['inputs']} {name}: {ours:.10g} for {published}")
    return {"checked": checked, "failed": failed}


def _ours(model: str, inputs: dict[str, float]) -> dict[str, float]:
    if model == "ErlangB":
        return {"blocking": float(erlang_b(inputs["load"], inputs["servers"]))}
    if model == "ErlangB inverse":
        from staffing.queueing.inverse import load_lost

        return {"load_erlangs": float(load_lost(inputs["lines"], inputs["blocking"]))}
    if model == "ErlangC inverse":
        goal = Goals(service_level=1 - inputs["pwait"], threshold_seconds=0)
        return {"load_erlangs": float(load_carried(inputs["servers"], 1.0, goal))}
    if model == "Backlog":
        cases = 3600.0 * inputs["productive_h"] / inputs["aht_s"]
        throughput = inputs["daily_inflow"] + inputs["backlog"] / inputs["target_days"]
        return {"throughput": throughput, "cases_per_agent_day": cases, "agents": math.ceil(throughput / cases)}
    if model not in ("ErlangC", "ErlangA") or "agents" not in inputs:
        return {}
    aht = inputs["aht_s"]
    rate = inputs["calls"] / inputs["interval_s"] if "calls" in inputs else inputs["lambda_per_min"] / 60.0
    threshold = inputs.get("T_s", 20.0)
    service = erlang_a(rate * aht, inputs["agents"], aht, inputs.get("patience_s", math.inf), threshold)
    out = {
        "load": rate * aht,
        "pwait": float(service.wait_probability),
        "sl": float(service.service_level),
        "asa_s": float(service.asa_seconds),
        "occ": float(service.occupancy),
        "mean_wait_all_s": float(service.mean_wait_seconds),
    }
    if "target_sl" in inputs:
        from staffing.queueing.shrinkage import rostered

        goals = Goals(inputs["target_sl"], threshold, max_occupancy=inputs["max_occ"])
        agents = agents_needed(rate * aht, aht, goals)
        out |= {
            "agents": float(agents),
            "agents_with_shrinkage": float(rostered(agents, inputs["shrinkage"], step=1.0)),
        }
    return out


# -- speed ---------------------------------------------------------------------------------------------


def _month() -> npt.NDArray[np.float64]:
    """Contacts of 672 intervals: 28 days of 12 hours in half-hours, two peaks a day, up to about 100 erlangs."""
    hour = (np.arange(24) + 0.5) / 24.0
    day = 0.35 + 0.65 * np.sin(np.pi * hour) + 0.25 * np.sin(3.0 * np.pi * hour)
    level = np.random.default_rng(1).uniform(0.6, 1.1, 28)
    load = 90.0 * level[:, None] * day[None, :]
    contacts: npt.NDArray[np.float64] = np.maximum(load, 4.0).reshape(-1) * INTERVAL / AHT
    return contacts


def _cpu(work: Callable[[], Any], repeat: int = 7) -> float:
    """Median CPU seconds of a call, after one that warms up."""
    work()
    times = []
    for _ in range(repeat):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return float(np.median(times))


def speed(pythons: list[str]) -> dict[str, Any]:
    """Our CPU time per interval, and how many times as long pyworkforce takes."""
    contacts = _month()
    load = contacts * AHT / INTERVAL
    many = np.tile(load, 20)
    each = {
        "ErlangC": _cpu(lambda: agents_needed(many, AHT, GOAL)) / many.size,
        "ErlangA": _cpu(lambda: agents_needed(many, AHT, GOAL, PATIENCE)) / many.size,
    }
    month = {
        "ErlangC": _cpu(lambda: agents_needed(load, AHT, GOAL)) / load.size,
        "ErlangA": _cpu(lambda: agents_needed(load, AHT, GOAL, PATIENCE)) / load.size,
    }
    ratios: dict[str, float] = {}
    different: dict[str, int] = {}
    case = {
        "contacts": contacts.tolist(),
        "interval_seconds": INTERVAL,
        "aht_seconds": AHT,
        "patience_seconds": PATIENCE,
        "threshold_seconds": GOAL.threshold_seconds,
        "service_level": GOAL.service_level,
        "every": 16,
    }
    for python in pythons:
        run = subprocess.run(
            [python, str(Path(__file__).with_name("queueing_peer.py"))],
            input=json.dumps(case),
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode != 0:
            print(f"{python} cannot run pyworkforce: {run.stderr.strip().splitlines()[-1]}", file=sys.stderr)
            continue
        peer = json.loads(run.stdout)
        for model in ("ErlangC", "ErlangA"):
            if model in peer:
                name = f"pyworkforce {peer['version']} {model}"
                ratios[name] = peer[model]["seconds_each"] / month[model]
                patience = PATIENCE if model == "ErlangA" else math.inf
                ours = agents_needed(load[:: 1 if model == "ErlangC" else case["every"]], AHT, GOAL, patience)
                different[name] = int(np.count_nonzero(ours != np.array(peer[model]["agents"])))
    return {
        "speed": ratios,
        "different_answers": different,
        "microseconds_each": {k: 1e6 * v for k, v in month.items()},
        "microseconds_each_in_bulk": {k: 1e6 * v for k, v in each.items()},
    }


def year() -> float:
    """CPU seconds for the Erlang A requirement of a year of quarter-hours for 20 queues, every AHT different."""
    size = 20 * 365 * 96
    random = np.random.default_rng(1)
    load = np.abs(20.0 + 15.0 * np.sin(np.arange(size) / 96.0 * 2.0 * np.pi)) * random.uniform(0.8, 1.2, size)
    aht = random.uniform(280.0, 320.0, size)
    return _cpu(lambda: agents_needed(load, aht, GOAL, PATIENCE), repeat=3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grid", type=Path, default=DATA / "exact_grid.csv", help="exact steady-state values")
    parser.add_argument("--transient", type=Path, default=DATA / "transient.csv", help="exact time-varying queues")
    parser.add_argument("--references", type=Path, default=DATA / "reference_values.json", help="published values")
    parser.add_argument("--peers", action="store_true", help="time pyworkforce in the same run")
    parser.add_argument("--peer-python", action="append", default=[], help="another interpreter that has pyworkforce")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    args = parser.parse_args()
    result = grid(args.grid)
    result["transient_max_abs_error"] = transient(args.transient)
    result["references"] = references(args.references) if args.references.exists() else {"checked": 0, "failed": []}
    result["year_20_queues_seconds"] = year()
    result |= speed([sys.executable, *args.peer_python] if args.peers or args.peer_python else [])
    if args.json:
        print(json.dumps(result, allow_nan=False, default=float))
        return
    print(f"{result['rows']} exact values of each metric, {result['nan']} NaN; largest absolute error:")
    for name, error in result["max_abs_error"].items():
        print(f"  {name:<36} {error:.1e}")
    print(f"  {'time-varying queues':<36} {result['transient_max_abs_error']:.1e}")
    published = result["references"]
    print(f"published values reproduced: {published['checked'] - len(published['failed'])} of {published['checked']}")
    for line in published["failed"]:
        print(f"  not: {line}")
    print(f"a year of quarter-hours, 20 queues, Erlang A: {result['year_20_queues_seconds']:.2f} CPU-s")
    for model, micro in result["microseconds_each"].items():
        print(f"{model} requirement, a month of 672 intervals: {micro:.2f} microseconds each")
    for name, ratio in result["speed"].items():
        print(f"{name}: {ratio:,.0f} times our time; other answers in {result['different_answers'].get(name, 0)}")


if __name__ == "__main__":
    main()
