"""The table of events: campaigns, outages and the like, past and future."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from staffing.errors import Problems
from staffing.forecast.settings import Event
from staffing.frames import read_table
from staffing.frames.tables import EVENTS

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
    for path in paths:
        table = read_table(path, EVENTS, problems)
        if table is None:
            continue
        for i, row in table.records():
            first, last = row["first_day"], row.get("last_day") or row["first_day"]
            queue = row.get("queue", "")
            start, end = row.get("start"), row.get("end")
            factor, contacts = (
                None if v != v else float(v) for v in (row.get(n, float("nan")) for n in ("factor", "contacts"))
            )
            if first is None:
                continue  # told as unreadable
            if last < first:
                problems.add(table.where(i, "last_day"), f"{last} lies before first_day {first}", "swap them")
            if queue.lower() not in _ALL and queue not in queues:
                close = get_close_matches(queue, queues, 1)
                todo = f"did you mean {close[0]}?" if close else f"one of: {', '.join(queues)}, or nothing for all"
                problems.add(table.where(i, "queue"), f"unknown queue {queue!r}", todo)
            if factor is not None and contacts is not None:
                what = f"both a factor ({factor:g}) and contacts ({contacts:g})"
                problems.add(table.where(i), what, "give one of them")
            if start is not None and end is not None and end <= start:
                problems.add(table.where(i, "end"), f"{end:%H:%M} is not after start {start:%H:%M}", "swap them")
            name = None if queue.lower() in _ALL else queue
            out.append(Event(row["name"], first, last, name, factor, contacts, start, end))
    problems.raise_if_any()
    return tuple(out)
