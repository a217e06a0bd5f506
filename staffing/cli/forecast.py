"""The contacts and handling times to come, one row per interval and queue, with bands: from a history or a scenario."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from staffing.errors import InputError, Problem

if TYPE_CHECKING:
    from staffing.forecast.result import Forecast
    from staffing.forecast.settings import Event
    from staffing.history.series import History

TIMEZONE, INTERVAL_MINUTES, DAYS = "Europe/Berlin", 30, 28


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing forecast``."""
    add_history_arguments(parser)
    parser.add_argument("--days", type=int, help=f"days to forecast (default: the scenario's, else {DAYS})")
    parser.add_argument(
        "--start", type=_day, metavar="DAY", help="first day (default: the scenario's, else the day after the history)"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write forecast.csv here instead of standard output")
    parser.add_argument(
        "--components",
        type=Path,
        metavar="FILE",
        help="write what makes up each day: level, weekday, holiday, event ...",
    )


def add_history_arguments(parser: argparse.ArgumentParser) -> None:
    """What happened, and how it is to be read where no scenario says so."""
    parser.add_argument(
        "history",
        type=Path,
        nargs="+",
        metavar="HISTORY",
        help="contacts per interval or one row per contact, CSV or XLSX; or one scenario file (TOML)",
    )
    parser.add_argument("--timezone", help=f"zone of the days (default {TIMEZONE})")
    parser.add_argument("--interval", type=int, metavar="MIN", help="15, 30 or 60 minutes (default 30)")
    parser.add_argument("--region", help="region of public holidays: DE, DE-BE, US-NY ...")
    parser.add_argument("--events", type=Path, metavar="FILE", help="table of events, past and future")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write 2027-01-31") from None


@dataclass(frozen=True)
class Past:
    """A history with what is known about its days."""

    history: History
    region: str | None
    events: tuple[Event, ...]
    drivers: dict[str, dict[date, float]]


def of_scenario(args: argparse.Namespace) -> bool:
    """Whether the arguments name a scenario; what it states may not be stated again."""
    if all(path.suffix.lower() != ".toml" for path in args.history):
        return False
    given = [f"--{name}" for name in ("timezone", "interval", "region", "events") if getattr(args, name) is not None]
    if given or len(args.history) > 1:
        told = ", ".join(given) or f"{len(args.history)} files"
        raise InputError([Problem(str(args.history[0]), f"a scenario together with {told}", "give the scenario alone")])
    return True


def read_past(args: argparse.Namespace) -> Past:
    """Read the history of a scenario, or history files alone."""
    if of_scenario(args):
        from staffing.inputs import read_demand
        from staffing.scenario import load

        found = read_demand(load(args.history[0]))
        return Past(found.history, found.scenario.forecast.holiday_region, found.events, found.drivers)
    from staffing.forecast.tables import read_events
    from staffing.history.read import read_history
    from staffing.history.settings import HistorySettings

    history = read_history(
        args.history,
        HistorySettings(),
        timezone=args.timezone or TIMEZONE,
        interval_minutes=args.interval or INTERVAL_MINUTES,
        opening={},
    )
    return Past(history, args.region, read_events([args.events], history.queues) if args.events else (), {})


def run(args: argparse.Namespace) -> int:
    """Read, forecast, write."""
    if args.days is not None and not 1 <= args.days <= 366:
        raise InputError([Problem("--days", f"{args.days} days", "1 to 366")])
    from staffing.export.folder import write_folder
    from staffing.export.text import csv_bytes
    from staffing.report import forecast_days_table, forecast_table

    history, forecast = _of_scenario(args) if of_scenario(args) else _of_history(args)
    table, days = csv_bytes(forecast_table(forecast)), forecast_days_table(forecast)
    for target, content in ((args.out, table), (args.components, csv_bytes(days))):
        if target:
            (path,) = write_folder(target.parent, {target.name: content})
            print(f"written: {path}", file=sys.stderr)
    if args.json:
        document = _document(forecast, history)
        if args.components:
            document["components"] = json.loads(days.to_json(orient="records"))
        print(json.dumps(document, ensure_ascii=False, indent=1))
        return 0
    if not args.out:
        sys.stdout.write(table.decode("utf-8"))
    for line in (*forecast.methods, *forecast.notes, *(f"{r.where}: {r.what}" for r in forecast.repairs)):
        print(line, file=sys.stderr)
    return 0


def _of_scenario(args: argparse.Namespace) -> tuple[History, Forecast]:
    from staffing.inputs import read_demand
    from staffing.plan import forecast_of
    from staffing.scenario import load

    scenario = load(args.history[0])
    given = {k: v for k, v in (("start", args.start), ("days", args.days)) if v is not None}
    inputs = read_demand(replace(scenario, horizon=replace(scenario.horizon, **given)))
    return inputs.history, forecast_of(inputs)


def _of_history(args: argparse.Namespace) -> tuple[History, Forecast]:
    from staffing.forecast.hours import usual_hours
    from staffing.forecast.make import make_forecast
    from staffing.forecast.settings import ForecastSettings
    from staffing.grid import TimeGrid

    past = read_past(args)
    axis = past.history.grid
    start = args.start or axis.start + timedelta(days=axis.days)
    grid = TimeGrid(start, args.days or DAYS, axis.timezone, axis.interval_minutes)
    settings = ForecastSettings(holiday_region=past.region)
    hours = usual_hours(past.history, grid, past.region)
    return past.history, make_forecast(past.history, grid, hours, settings, past.events)


def _document(forecast: Forecast, history: History) -> dict[str, object]:
    import numpy as np

    first = forecast.grid.day_first[:-1]
    return {
        "start": forecast.grid.start.isoformat(),
        "days": forecast.grid.days,
        "queues": {
            name: {
                "contacts": round(float(forecast.contacts[q].sum()), 1),
                "statistical": round(float(forecast.statistical[q].sum()), 1),
                "spreadsheet": round(float(forecast.spreadsheet[q].sum()), 1),
                "contacts_by_day": [round(float(x), 1) for x in np.add.reduceat(forecast.contacts[q], first)],
                "day_error": round(float(forecast.day_error[q]), 4),
                "method": forecast.methods[q],
            }
            for q, name in enumerate(forecast.queues)
        },
        "notes": list(forecast.notes),
        "repairs": [{"where": r.where, "kind": r.kind, "what": r.what} for r in (*history.repairs, *forecast.repairs)],
    }
