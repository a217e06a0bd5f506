"""What the user gives beside the history: the shape of a new queue's day, and daily drivers that are known in advance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

from staffing.errors import Problems
from staffing.frames import Column, Contract, Kind, parse, read_rows, read_sheet
from staffing.frames.tables import PROFILES
from staffing.grid import FloatArray, weekdays


def read_profiles(paths: Sequence[Path], queues: Sequence[str], minutes: int) -> dict[str, FloatArray]:
    """Typed shapes of the day, for queues whose own history is too short to show one.

    Parameters
    ----------
    paths
        CSV or XLSX with ``queue, weekday, start, share``: from `start` to the next start on these days a queue gets so
        much of a day's contacts, in any unit (contacts, percent). An empty weekday means all; ``mon-fri`` works.
    queues
        Names that the table may use.
    minutes
        Length of an interval.

    Returns
    -------
    dict
        Queue -> share of each interval of the day by weekday, shape (7, 1440 / minutes); rows sum to 1. The last start of a
        day covers as long as the one before. A weekday that is not typed looks like the mean of the others.

    Raises
    ------
    InputError
        With every row that cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "profiles.csv"
    ...     _ = path.write_text("queue,start,share\\nchat,08:00,3\\nchat,10:00,1\\n")
    ...     read_profiles([path], ["chat"], 60)["chat"][0, 7:13].round(6).tolist()
    [0.0, 0.375, 0.375, 0.125, 0.125, 0.0]
    """
    problems = Problems()
    typed: dict[str, dict[int, dict[int, float]]] = {}
    for row in read_rows(paths, PROFILES, problems):
        queue, days = row["queue"], row.get("weekday") or "mon-sun"
        on = weekdays(days.lower())
        if queue not in queues:
            problems.unknown(row.where("queue"), "queue", queue, queues)
        if on is None:
            problems.add(row.where("weekday"), f"unknown day {days!r}", "mon, tue, ..., sun or mon-fri")
        if row["start"] is None or on is None or np.isnan(row["share"]):
            continue
        start = row["start"].hour * 60 + row["start"].minute
        for w in on:
            day = typed.setdefault(queue, {}).setdefault(w, {})
            if start in day:
                problems.add(row.where("start"), f"{row['start']:%H:%M} is given twice", "keep one of them")
            day[start] = float(row["share"])
    for queue, by_day in typed.items():
        if not all(sum(day.values()) > 0 for day in by_day.values()):
            problems.add(f"profiles of {queue}", "a day's shares are all 0", "give at least one above 0")
    problems.raise_if_any()
    return {queue: _profile(by_day, minutes) for queue, by_day in typed.items()}


def _profile(by_day: Mapping[int, Mapping[int, float]], minutes: int) -> FloatArray:
    m = 1440 // minutes
    out = np.full((7, m), np.nan)
    for w, day in by_day.items():
        starts = sorted(day)
        last = starts[-1] - starts[-2] if len(starts) > 1 else 60
        edges = [*starts, min(starts[-1] + last, 1440)]
        per_minute = np.zeros(1440)
        for a, b in pairwise(edges):
            per_minute[a:b] = day[a] / (b - a)
        out[w] = per_minute.reshape(m, minutes).sum(axis=1) / per_minute.sum()
    missing = np.isnan(out).any(axis=1)
    out[missing] = out[~missing].mean(axis=0)
    return out


def read_drivers(paths: Sequence[Path]) -> dict[str, dict[date, float]]:
    """Daily drivers, past and planned.

    Parameters
    ----------
    paths
        CSV or XLSX with ``date`` and one column of numbers for each driver; where files overlap, the later one rules.

    Returns
    -------
    dict
        Driver -> day -> value; empty cells are left out.

    Raises
    ------
    InputError
        With every cell that cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "drivers.csv"
    ...     _ = path.write_text("date,letters\\n2027-01-04,1200\\n2027-01-05,\\n")
    ...     read_drivers([path])
    {'letters': {datetime.date(2027, 1, 4): 1200.0}}
    """
    problems = Problems()
    out: dict[str, dict[date, float]] = {}
    for path in paths:
        with problems.collecting():
            sheet = read_sheet(path)
            names = [h for h in sheet.header if h and h.lower() != "date"]
            columns = (Column("date", Kind.DATE), *(Column(n, Kind.NUMBER, empty=True) for n in names))
            table = parse(sheet, Contract(sheet.name, columns), problems)
            if table is None:
                continue
            if not names:
                problems.add(sheet.name, "has no column besides date", "add one for each driver")
            for row in table.records():
                for name in names:
                    if row["date"] is not None and not np.isnan(row[name]):
                        out.setdefault(name, {})[row["date"]] = float(row[name])
    problems.raise_if_any()
    return out


def on_days(drivers: Mapping[str, Mapping[date, float]], first: date, days: int) -> dict[str, FloatArray]:
    """Drivers as columns over consecutive days, NaN where unknown: name -> shape (days,)."""
    dates = [first + timedelta(days=i) for i in range(days)]
    return {name: np.array([values.get(d, np.nan) for d in dates]) for name, values in drivers.items()}
