"""How well the forecast would have done in the past, beside the mean of the last four same weekdays."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from staffing.cli.forecast import add_history_arguments, read_past
from staffing.errors import Problems

if TYPE_CHECKING:
    from staffing.accuracy import Accuracy, Origin


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing backtest``."""
    add_history_arguments(parser)
    parser.add_argument(
        "--origins", type=int, default=6, help="days in the past to stand at, four weeks apart (default 6)"
    )
    parser.add_argument("--days", type=int, default=28, help="days that are forecast and scored (default 28)")
    parser.add_argument(
        "--lead", type=int, default=14, help="days from the last day seen to the first scored (default 14)"
    )


def run(args: argparse.Namespace) -> int:
    """Score the past; exit code 1 where the spreadsheet method was better."""
    found = Problems()
    for name, value, low, high in (
        ("origins", args.origins, 1, 200),
        ("days", args.days, 1, 366),
        ("lead", args.lead, 0, 366),
    ):
        if not low <= value <= high:
            found.add(f"--{name}", str(value), f"{low} to {high}")
    found.raise_if_any()
    from staffing.accuracy import accuracy

    past = read_past(args)
    scored = accuracy(
        past.history,
        past.region,
        count=args.origins,
        days=args.days,
        lead=args.lead,
        events=past.events,
        planned=past.drivers,
    )
    if args.json:
        print(json.dumps(_document(scored), ensure_ascii=False, indent=1))
    else:
        _tell(scored)
    return 0 if scored.better else 1


def _document(scored: Accuracy) -> dict[str, object]:
    from staffing.accuracy import pooled

    queues = {
        name: {**_finite(pooled(found)), "per_origin": [_of_origin(o) for o in found]}
        for name, found in scored.queues.items()
    }
    total = _finite(pooled(scored.everything))
    return {
        "lead": scored.lead,
        "days": scored.days,
        "queues": queues,
        "pooled": total,
        "skipped": list(scored.skipped),
    }


def _of_origin(o: Origin) -> dict[str, object]:
    return {
        "origin": o.scored.origin.isoformat(),
        "first_scored_day": o.scored.first.isoformat(),
        "better": o.scored.better,
        **_finite(o.measures()),
    }


def _finite(measures: Mapping[str, float]) -> dict[str, float | int | None]:
    """Rounded, whole numbers as such; what cannot be said is null."""
    return {
        k: (int(v) if k.startswith("origins") else round(v, 6)) if math.isfinite(v) else None
        for k, v in measures.items()
    }


def _tell(scored: Accuracy) -> None:
    from staffing.accuracy import pooled

    print(
        f"{'queue':<16}{'error':>8}{'4 weeks':>9}{'day':>7}{'bias':>8}{'50%':>6}{'80%':>6}{'95%':>6}"
        f"{'agents':>8}{'4 weeks':>9}{'better':>8}"
    )
    for name, found in scored.queues.items():
        print(_line(name, pooled(found)))
    total = pooled(scored.everything)
    ratio = total["wape"] / total["spreadsheet_wape"] if total["spreadsheet_wape"] > 0 else math.nan
    print(f"all queues: {total['wape']:.1%} of contacts, {ratio:.2f} times the mean of the last four same weekdays")
    for name in scored.skipped:
        print(f"{name}: its history is too short to judge")


def _line(name: str, v: Mapping[str, float]) -> str:
    return (
        f"{name[:15]:<16}{v['wape']:>8.1%}{v['spreadsheet_wape']:>9.1%}{v['wape_day']:>7.1%}{v['bias']:>+8.1%}"
        f"{v['coverage50']:>6.0%}{v['coverage80']:>6.0%}{v['coverage95']:>6.0%}{v['staff_error_agents']:>8.2f}"
        f"{v['spreadsheet_staff_error_agents']:>9.2f}{v['origins_better']:>5.0f}/{v['origins']:.0f}"
    )
