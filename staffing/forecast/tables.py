"""The tables of events (campaigns, outages and the like, past and future) and of the planner's adjustments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from pathlib import Path

from staffing.errors import Problems
from staffing.forecast.settings import Adjustment, Event
from staffing.frames import Row, read_rows
from staffing.frames.tables import ADJUSTMENTS, EVENTS

_ALL = frozenset({"", "all", "alle", "*"})


def read_events(paths: Sequence[Path], queues: Sequence[str]) -> tuple[Event, ...]:
    """Read event tables, one after the other.

    Parameters
    ----------
    paths
        CSV or XLSX with ``name, first_day, last_day, queue, factor, contacts, start, end``. An empty last day is the first,
        an empty queue means all.
    queues
        Names that the table may use.

    Raises
    ------
    InputError
        With every row that cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "events.csv"
    ...     _ = path.write_text("name;first_day;factor\\nMailing;12.01.2027;1,3\\n")
    ...     read_events([path], ["chat"])[0].factor
    1.3
    """
    problems = Problems()
    out = []
    for row in read_rows(paths, EVENTS, problems):
        span = _span(row, queues, problems)
        if span is not None:
            out.append(Event(row["name"], *span))
    problems.raise_if_any()
    return tuple(out)


def read_adjustments(paths: Sequence[Path], queues: Sequence[str]) -> tuple[Adjustment, ...]:
    """Read tables of adjustments, one after the other: the planner's changes to the forecast.

    Parameters
    ----------
    paths
        CSV or XLSX with ``first_day, last_day, queue, factor, contacts, start, end, who, why``. An empty last day is the
        first, an empty queue means all; each row has either a factor or contacts a day, a person and a reason.
    queues
        Names that the table may use.

    Raises
    ------
    InputError
        With every row that cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "adjustments.csv"
    ...     _ = path.write_text("first_day,queue,contacts,who,why\\n2027-01-12,chat,500,Ana,price letter\\n")
    ...     read_adjustments([path], ["chat"])[0].why
    'price letter'
    """
    problems = Problems()
    out = []
    for row in read_rows(paths, ADJUSTMENTS, problems):
        span = _span(row, queues, problems)
        if span is None:
            continue
        first, last, queue, factor, contacts, start, end = span
        if factor is None and contacts is None:
            problems.add(row.where(), "neither a factor nor contacts", "give one of them")
        out.append(Adjustment(first, last, row["who"], row["why"], queue, factor, contacts, start, end))
    problems.raise_if_any()
    return tuple(out)


Span = tuple[date, date, str | None, float | None, float | None, time | None, time | None]


def _span(row: Row, queues: Sequence[str], problems: Problems) -> Span | None:
    """Days, queue, factor or contacts, and time of day of a row; None where its first day was told as unreadable."""
    first, last = row["first_day"], row.get("last_day") or row["first_day"]
    queue = row.get("queue", "")
    start, end = row.get("start"), row.get("end")
    factor, contacts = (
        None if v != v else float(v) for v in (row.get(n, float("nan")) for n in ("factor", "contacts"))
    )
    if first is None:
        return None
    if last < first:
        problems.add(row.where("last_day"), f"{last} lies before first_day {first}", "swap them")
    if queue.lower() not in _ALL and queue not in queues:
        problems.unknown(row.where("queue"), "queue", queue, queues, ", or nothing for all")
    if factor is not None and contacts is not None:
        problems.add(row.where(), f"both a factor ({factor:g}) and contacts ({contacts:g})", "give one of them")
    if start is not None and end is not None and end <= start:
        problems.add(row.where("end"), f"{end:%H:%M} is not after start {start:%H:%M}", "swap them")
    return first, last, None if queue.lower() in _ALL else queue, factor, contacts, start, end
