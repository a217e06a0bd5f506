"""Next month's contacts and handling times from a history, one row per interval and queue, with bands."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from staffing.errors import InputError, Problem

if TYPE_CHECKING:
    from staffing.forecast.result import Forecast
    from staffing.history.series import History


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing forecast``."""
    parser.add_argument(
        "history", type=Path, nargs="+", help="contacts per interval or one row per contact, CSV or XLSX"
    )
    parser.add_argument("--days", type=int, default=28, help="days to forecast (default 28)")
    parser.add_argument("--start", type=_day, metavar="DAY", help="first day; default: the day after the history ends")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write forecast.csv here instead of standard output")
    parser.add_argument("--events", type=Path, metavar="FILE", help="table of events, past and future")
    add_history_arguments(parser)


def add_history_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments that say how the history is to be read."""
    parser.add_argument("--timezone", default="Europe/Berlin", help="zone of the days (default Europe/Berlin)")
    parser.add_argument("--interval", type=int, default=30, metavar="MIN", help="15, 30 or 60 minutes (default 30)")
    parser.add_argument("--region", help="region of public holidays: DE, DE-BE, US-NY ...")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write 2027-01-31") from None


def run(args: argparse.Namespace) -> int:
    """Read, forecast, write."""
    if not 1 <= args.days <= 366:
        raise InputError([Problem("--days", f"{args.days} days", "1 to 366")])
    from staffing.export.folder import write_folder
    from staffing.export.text import csv_bytes
    from staffing.forecast.hours import usual_hours
    from staffing.forecast.make import make_forecast
    from staffing.forecast.settings import ForecastSettings
    from staffing.forecast.tables import read_events
    from staffing.grid import TimeGrid
    from staffing.history.read import read_history
    from staffing.history.settings import HistorySettings
    from staffing.report import forecast_table

    history = read_history(
        args.history, HistorySettings(), timezone=args.timezone, interval_minutes=args.interval, opening={}
    )
    start = args.start or history.grid.start + timedelta(days=history.grid.days)
    grid = TimeGrid(start, args.days, args.timezone, args.interval)
    events = read_events([args.events], history.queues) if args.events else ()
    forecast = make_forecast(
        history, grid, usual_hours(history, grid, args.region), ForecastSettings(holiday_region=args.region), events
    )
    table = csv_bytes(forecast_table(forecast))
    if args.out:
        (path,) = write_folder(args.out.parent, {args.out.name: table})
        print(f"written: {path}", file=sys.stderr)
    if args.json:
        print(json.dumps(_document(forecast, history), ensure_ascii=False, indent=1))
    elif not args.out:
        sys.stdout.write(table.decode("utf-8"))
    if not args.json:
        for line in (*forecast.methods, *forecast.notes, *(f"{r.where}: {r.what}" for r in forecast.repairs)):
            print(line, file=sys.stderr)
    return 0


def _document(forecast: Forecast, history: History) -> dict[str, object]:
    import numpy as np

    first = forecast.grid.day_first[:-1]
    return {
        "start": forecast.grid.start.isoformat(),
        "days": forecast.grid.days,
        "queues": {
            name: {
                "contacts": round(float(forecast.contacts[q].sum()), 1),
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
