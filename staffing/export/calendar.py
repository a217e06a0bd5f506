"""Rotas as iCalendar, for one agent or the whole team; changed and cancelled shifts replace what calendars already hold."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import pandas as pd

CANCELLED = "cancelled"
SEQUENCE = "sequence"
SEEN = ("shift", "start", "end", "break_starts")
"""Columns whose change makes an event another one."""


def revisions(rotas: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The last of several rotas, each shift with its revision; shifts that an earlier one had are cancelled.

    Parameters
    ----------
    rotas
        Rows of ``roster.csv`` of every published version, the oldest first, and of the rota to be exported last.

    Returns
    -------
    DataFrame
        Rows of ``roster.csv`` with ``sequence``, the number of times the agent's day was changed, and ``cancelled``.

    Notes
    -----
    RFC 5545, 3.8.7.4: an organizer raises the sequence of an event with each significant revision; 3.8.1.11: an event that
    is taken back is sent once more with the status CANCELLED.

    Examples
    --------
    >>> early = pd.DataFrame([["a", "Anna", "2027-01-04", "E", "07:00", "15:00", ""]],
    ...     columns=["agent_id", "agent_name", "date", "shift", "start", "end", "break_starts"])
    >>> last = revisions([early, early.assign(shift="L"), early.head(0)])
    >>> last[["date", "shift", "sequence", "cancelled"]].values.tolist()
    [['2027-01-04', 'L', 2, True]]
    """
    known: dict[tuple[str, str], tuple[dict[Hashable, Any], int, bool]] = {}
    for rota in rotas:
        rows = {(str(r["agent_id"]), str(r["date"])): r for r in rota.to_dict("records")}
        for key, row in rows.items():
            if key not in known:
                known[key] = (row, 0, False)
                continue
            former, number, gone = known[key]
            changed = gone or any(str(row.get(c) or "") != str(former.get(c) or "") for c in SEEN)
            known[key] = (row, number + changed, False)
        for key in known.keys() - rows.keys():
            row, number, gone = known[key]
            known[key] = (row, number + (not gone), True)
    columns = [*rotas[-1].columns, SEQUENCE, CANCELLED]
    last = [{**row, SEQUENCE: number, CANCELLED: gone} for _, (row, number, gone) in sorted(known.items())]
    return pd.DataFrame(last, columns=columns)


def ics_bytes(
    shifts: pd.DataFrame, name: str, made_at: datetime, *, team: bool | None = None, break_word: str = "Break"
) -> bytes:
    """Write shifts as a calendar.

    Parameters
    ----------
    shifts
        Rows of the rota table: ``agent_id, agent_name, date, shift, start, end, break_starts`` with `start` and `end` as
        ISO 8601 with offset; optionally ``activities``, ``shift_name``, and ``sequence`` and ``cancelled`` as `revisions`
        gives them.
    name
        Shown as the calendar's name.
    made_at
        Time stamp written into every event (the standard demands one).
    team
        Whether events name the agent; None: where there are several.
    break_word
        What breaks are called.

    Notes
    -----
    An event's UID depends on agent and date only, so that a changed shift replaces the old one (RFC 5545, 3.8.4.7).
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//staffing//rota//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    named = shifts["agent_id"].nunique() > 1 if team is None else team
    stamp = made_at.astimezone(UTC)
    for row in shifts.to_dict("records"):
        event = icalendar.Event()
        event.add("uid", uid(str(row["agent_id"]), str(row["date"])))
        event.add("dtstamp", stamp)
        event.add("sequence", int(row.get(SEQUENCE) or 0))
        event.add("dtstart", datetime.fromisoformat(str(row["start"])).astimezone(UTC))
        event.add("dtend", datetime.fromisoformat(str(row["end"])).astimezone(UTC))
        title = str(row.get("shift_name") or row["shift"])
        event.add("summary", f"{row['agent_name']}: {title}" if named else title)
        event.add("status", "CANCELLED" if row.get(CANCELLED) else "CONFIRMED")
        event.add("transp", "OPAQUE")
        breaks = str(row.get("break_starts") or "")
        lines = [f"{break_word}: {breaks}"] if breaks else []
        lines += filter(None, str(row.get("activities") or "").split("; "))
        if lines:
            event.add("description", "\n".join(lines))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def uid(agent_id: str, day: date | str) -> str:
    """Identifier of an agent's shift on a day, the same in every export."""
    return hashlib.sha256(f"{agent_id}\n{day}".encode()).hexdigest()[:32] + "@staffing"
