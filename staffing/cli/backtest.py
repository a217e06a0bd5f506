"""How well the forecast would have done in the past, beside the mean of the last four same weekdays."""

from __future__ import annotations

import argparse
import json
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

from staffing.cli.forecast import add_history_arguments
from staffing.errors import InputError, Problem

if TYPE_CHECKING:
    from staffing.forecast.backtest import OriginScore
    from staffing.grid import FloatArray

SERVICE_LEVEL, THRESHOLD_SECONDS = 0.80, 20.0
"""Goal at which the error in agents is told."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing backtest``."""
    parser.add_argument(
        "history", type=Path, nargs="+", help="contacts per interval or one row per contact, CSV or XLSX"
    )
    parser.add_argument(
        "--origins", type=int, default=6, help="days in the past to stand at, four weeks apart (default 6)"
    )
    parser.add_argument("--days", type=int, default=28, help="days that are forecast and scored (default 28)")
    parser.add_argument(
        "--lead", type=int, default=14, help="days from the last day seen to the first scored (default 14)"
    )
    add_history_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Score the past; exit code 1 where the spreadsheet method was better."""
    found = [
        Problem(f"--{name}", str(value), f"{low} to {high}")
        for name, value, low, high in (
            ("origins", args.origins, 1, 200),
            ("days", args.days, 1, 366),
            ("lead", args.lead, 0, 366),
        )
        if not low <= value <= high
    ]
    if found:
        raise InputError(found)
    from staffing.forecast.aht import UNKNOWN, queue_times
    from staffing.forecast.backtest import MIN_HISTORY, backtest_panel, origins
    from staffing.forecast.panel import to_panel
    from staffing.history.read import read_history
    from staffing.history.settings import HistorySettings

    history = read_history(
        args.history, HistorySettings(), timezone=args.timezone, interval_minutes=args.interval, opening={}
    )
    queues: dict[str, dict[str, object]] = {}
    scored: list[OriginScore] = []
    for q, name in enumerate(history.queues):
        panel = to_panel(history.grid, history.offered[q], history.open[q])
        at = origins(panel, args.lead, 28, window=args.days)[-args.origins :]
        if not at:
            continue
        mine = backtest_panel(panel, at, args.region, args.lead, args.days, history.drivers)
        scored += mine
        times = queue_times(history, q, history.grid.days)
        times = times if times == times else UNKNOWN
        queues[name] = {
            **reduce(add, (s.score for s in mine)).measures(),
            **_agents(mine, times, history.grid.seconds),
            "origins": len(mine),
            "origins_better": sum(s.better for s in mine),
            "per_origin": [{"origin": s.origin.isoformat(), **s.score.measures()} for s in mine],
        }
    if not scored:
        need = MIN_HISTORY + args.lead + args.days
        have = f"{history.grid.days} days of history"
        raise InputError([Problem("history", have, f"{need} days are needed to stand {args.lead} days before a month")])
    total = reduce(add, (s.score for s in scored)).measures()
    if args.json:
        document = {"lead": args.lead, "days": args.days, "queues": queues, "pooled": total}
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        print(
            f"{'queue':<16}{'error':>8}{'4 weeks':>9}{'day':>7}{'bias':>8}{'80%':>6}{'95%':>6}{'agents':>8}{'better':>8}"
        )
        for name, row in queues.items():
            print(_line(name, row))
        ratio = total["wape"] / total["spreadsheet_wape"]
        print(f"all queues: {total['wape']:.1%} of contacts, {ratio:.2f} times the mean of the last four same weekdays")
    return 0 if total["wape"] <= total["spreadsheet_wape"] else 1


def _agents(scored: list[OriginScore], aht_seconds: float, seconds: int) -> dict[str, float]:
    """Mean absolute error in agents, Erlang C at the stated goal."""
    import numpy as np

    from staffing.queueing.inverse import Goals, agents_needed

    goals = Goals(service_level=SERVICE_LEVEL, threshold_seconds=THRESHOLD_SECONDS)

    def need(contacts: FloatArray) -> FloatArray:
        return agents_needed(contacts[~np.isnan(contacts)] * aht_seconds / seconds, aht_seconds, goals)

    real = np.concatenate([need(s.actual) for s in scored])
    ours = np.concatenate([need(s.forecast) for s in scored])
    table = np.concatenate([need(s.spreadsheet) for s in scored])
    return {
        "staff_error_agents": float(np.abs(ours - real).mean()),
        "spreadsheet_staff_error_agents": float(np.abs(table - real).mean()),
        "staff_mean_agents": float(real.mean()),
    }


def _line(name: str, row: dict[str, object]) -> str:
    v = {k: float(str(x)) for k, x in row.items() if isinstance(x, (int, float))}
    return (
        f"{name[:15]:<16}{v['wape']:>8.1%}{v['spreadsheet_wape']:>9.1%}{v['wape_day']:>7.1%}{v['bias']:>+8.1%}"
        f"{v['coverage80']:>6.0%}{v['coverage95']:>6.0%}{v['staff_error_agents']:>8.2f}"
        f"{row['origins_better']:>5}/{row['origins']}"
    )
