"""Rotas as iCalendar, for one agent or the whole team."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

import icalendar
import pandas as pd


def ics_bytes(shifts: pd.DataFrame, name: str, made_at: datetime, *, sequence: int = 0) -> bytes:
    """Write shifts as a calendar.

    Parameters
    ----------
    shifts
        Rows of the rota table: ``agent_id, agent_name, date, shift, shift_name, start, end, break_starts, activities`` with
        `start` and `end` as ISO 8601 with offset.
    name
        Shown as the calendar's name.
    made_at
        Time stamp written into every event (the standard demands one).
    sequence
        Revision of the events; calendars replace an event by the same one with a higher number.

    Notes
    -----
    An event's UID depends on agent and date only, so that a changed shift replaces the old one (RFC 5545, 3.8.4.7).
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//staffing//rota//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    team = shifts["agent_id"].nunique() > 1
    for row in shifts.to_dict("records"):
        event = icalendar.Event()
        event.add("uid", uid(str(row["agent_id"]), row["date"]))
        event.add("dtstamp", made_at.astimezone(UTC))
        event.add("sequence", sequence)
        event.add("dtstart", datetime.fromisoformat(str(row["start"])).astimezone(UTC))
        event.add("dtend", datetime.fromisoformat(str(row["end"])).astimezone(UTC))
        title = str(row.get("shift_name") or row["shift"])
        event.add("summary", f"{row['agent_name']}: {title}" if team else title)
        breaks = str(row.get("break_starts") or "")
        lines = [f"Break: {breaks}"] if breaks else []
        lines += filter(None, str(row.get("activities") or "").split("; "))
        if lines:
            event.add("description", "\n".join(lines))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def uid(agent_id: str, day: date | str) -> str:
    """Identifier of an agent's shift on a day, the same in every export."""
    return hashlib.sha256(f"{agent_id}\n{day}".encode()).hexdigest()[:32] + "@staffing"
