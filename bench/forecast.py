"""Accuracy of the forecast on real volumes, beside the spreadsheet method: ``python -m bench.forecast``.

Any file of the form ``timestamp,queue,volume,aht_s`` will do (further columns are drivers), with a ``meta.json`` beside
it that names ``holiday_region``, ``origin_step_weeks`` and ``first_forecast_day`` of each file. A row that is missing
says closed, an empty volume says missing. One automatic configuration; at each origin only the past is seen.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
import pandas as pd

from bench import forecast_peers
from staffing.forecast.backtest import OriginScore, backtest_panel, origins
from staffing.forecast.panel import Panel
from staffing.grid import FloatArray

GIVEN = Path("../shared/data/volumes")
SETS = ("us_bank_2003", "il_bank_1999", "seattle_fire911_2017_2022", "nypd_911_daily", "travel_daily_2013_2016")
HORIZON = 42
"""Days that must remain after an origin, whatever the lead, so that all leads are scored at the same origins."""
SCORED = 28


@dataclass(frozen=True)
class Series:
    """One queue of one file."""

    queue: str
    panel: Panel
    drivers: dict[str, FloatArray]


def read(path: Path) -> list[Series]:
    """Read a volume file, one series per queue."""
    table = pd.read_csv(path, parse_dates=["timestamp"])
    extra = [c for c in table.columns if c not in ("timestamp", "queue", "volume", "aht_s")]
    day = table["timestamp"].dt.normalize()
    first, last = day.min(), day.max()
    D = (last - first).days + 1
    minute = (table["timestamp"].dt.hour * 60 + table["timestamp"].dt.minute).to_numpy()
    gaps = np.diff(np.unique(minute))
    width = int(gaps.min()) if len(gaps) else 1440
    m = 1440 // width
    rows = (day - first).dt.days.to_numpy()
    out = []
    for queue in table["queue"].unique():
        mine = (table["queue"] == queue).to_numpy()
        volume = np.full((D, m), np.nan)
        opened = np.zeros((D, m), dtype=np.bool_)
        at = (rows[mine], minute[mine] // width)
        volume[at] = table["volume"].to_numpy(dtype=np.float64)[mine]
        opened[at] = True
        daily = table[mine].groupby(day[mine])[extra].mean(numeric_only=True)
        daily = daily.reindex(pd.date_range(first, last))
        drivers = {c: daily[c].to_numpy(dtype=np.float64) for c in daily.columns}
        out.append(Series(str(queue), Panel(first.date(), volume, opened), drivers))
    return out


def meta_of(path: Path) -> dict[str, object]:
    """What `meta.json` beside the file says about it; an empty answer where it says nothing."""
    beside = path.parent / "meta.json"
    everything = json.loads(beside.read_text()) if beside.exists() else {}
    return dict(everything.get(path.name.split(".")[0], {}))


def scores(series: Series, meta: dict[str, object], lead: int) -> list[OriginScore]:
    """Score one queue at every origin of the protocol."""
    region = meta.get("holiday_region")
    step = 7 * int(str(meta.get("origin_step_weeks", 4)))
    named = meta.get("first_forecast_day")
    first = (date.fromisoformat(str(named)) - series.panel.first).days if named else None
    at = origins(series.panel, HORIZON - SCORED, step, first, SCORED)
    return backtest_panel(series.panel, at, str(region) if region else None, lead, SCORED, series.drivers)


def peer_error(name: str, series: Series, meta: dict[str, object], lead: int, found: list[OriginScore]) -> float:
    """Sum of a peer's absolute errors at the origins that were scored."""
    region = meta.get("holiday_region")
    total = 0.0
    for scored in found:
        origin = (scored.origin - series.panel.first).days
        made = forecast_peers.forecast(name, series.panel, origin, str(region) if region else None, lead)
        total += float(np.nansum(np.abs(made[: len(scored.actual)] - scored.actual)))
    return total


def of_file(path: Path, lead: int, peers: Sequence[str] = ()) -> dict[str, object]:
    """Measures of one file, all queues pooled."""
    meta = meta_of(path)
    series = read(path)
    by_queue = [scores(s, meta, lead) for s in series]
    found = [score for scored in by_queue for score in scored]
    if not found:
        return {"origins": 0, "skipped": "no origin has 12 weeks of history and 42 days ahead"}
    total = reduce(add, (s.score for s in found))
    beside = {
        name: sum(peer_error(name, s, meta, lead, scored) for s, scored in zip(series, by_queue, strict=True))
        / total.contacts
        for name in peers
    }
    return {
        **total.measures(),
        **({"peers": beside} if peers else {}),
        "origins": len(found),
        "origins_better": sum(s.better for s in found),
        "per_origin": [
            {
                "origin": s.origin.isoformat(),
                "wape": s.score.error / s.score.contacts,
                "spreadsheet_wape": s.score.spreadsheet / s.score.contacts,
            }
            for s in found
        ],
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", type=Path, help="volume files; default: the given sets")
    parser.add_argument("--lead", type=int, default=14, help="days between the last day seen and the first scored")
    parser.add_argument("--peers", action="store_true", help="also Prophet, MSTL, AutoETS, LightGBM where installed")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    paths = args.data or [p for s in SETS if (p := GIVEN / f"{s}.csv.gz").exists()]
    if not paths:
        print(f"no data: {GIVEN} is not there; name files with --data", file=sys.stderr)
        return 2
    absent = forecast_peers.missing() if args.peers else {}
    for name, reason in absent.items():
        print(f"{name}: skipped, {reason}", file=sys.stderr)
    peers = [name for name in forecast_peers.PEERS if args.peers and name not in absent]
    sets: dict[str, dict[str, object]] = {}
    for path in paths:
        sets[path.name] = of_file(path, args.lead, peers)
        if not args.json:
            print(line(path.name, sets[path.name]), flush=True)
    ratios = [float(str(s["wape"])) / float(str(s["spreadsheet_wape"])) for s in sets.values() if s["origins"]]
    ratio = math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else float("nan")
    if args.json:
        print(json.dumps({"lead": args.lead, "sets": sets, "ratio": ratio}))
    else:
        print(f"geometric mean of the ratios to the spreadsheet method: {ratio:.3f}")
    return 0


def line(name: str, found: dict[str, object]) -> str:
    """One line of the table."""
    if not found["origins"]:
        return f"{name:<28} {found['skipped']}"
    keys = ("wape", "spreadsheet_wape", "wape_day", "bias", "coverage80", "coverage95", "mase", "pinball")
    numbers = " ".join(f"{k} {float(str(found[k])):.3f}" for k in keys)
    peers = found.get("peers")
    beside = " ".join(f"{k} {v:.3f}" for k, v in peers.items()) if isinstance(peers, dict) else ""
    return (
        f"{name:<28} {numbers} better {found['origins_better']}/{found['origins']} "
        f"{float(str(found['seconds_per_fit'])):.1f} s/fit {beside}".rstrip()
    )


if __name__ == "__main__":
    raise SystemExit(main())
