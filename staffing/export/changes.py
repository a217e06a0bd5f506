"""What has changed between two rotas, agent by agent: what people must be told when a new version is published."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

COLUMNS = ("agent_id", "agent_name", "date", "before", "after")
OFF = "off"


@dataclass(frozen=True, slots=True)
class DayChange:
    """One agent's day that is no longer what it was.

    Attributes
    ----------
    agent_id, agent_name, date
        Who and when (ISO).
    before, after
        Shift with its times (``E 07:00-15:30``), or ``off``.
    """

    agent_id: str
    agent_name: str
    date: str
    before: str
    after: str


def roster_changes(before: pd.DataFrame | None, after: pd.DataFrame) -> tuple[DayChange, ...]:
    """Days that differ between two rotas, by agent and date; moved breaks do not count.

    Parameters
    ----------
    before, after
        Rows of ``roster.csv``; None: nothing was published before, and nothing has changed.

    Examples
    --------
    >>> rows = {"agent_id": ["a"], "agent_name": ["Anna"], "date": ["2027-01-04"], "shift": ["E"]}
    >>> early = pd.DataFrame(rows | {"start": ["2027-01-04T07:00:00+01:00"], "end": ["2027-01-04T15:30:00+01:00"]})
    >>> [(c.agent_name, c.before, c.after) for c in roster_changes(early, early.head(0))]
    [('Anna', 'E 07:00-15:30', 'off')]
    """
    if before is None:
        return ()
    old, new = _days(before), _days(after)
    names = dict(zip(before["agent_id"], before["agent_name"], strict=True))
    names |= dict(zip(after["agent_id"], after["agent_name"], strict=True))
    found = []
    for agent, day in sorted(old.keys() | new.keys()):
        was, is_now = old.get((agent, day), OFF), new.get((agent, day), OFF)
        if was != is_now:
            found.append(DayChange(agent, str(names[agent]), day, was, is_now))
    return tuple(found)


def changes_table(changes: tuple[DayChange, ...]) -> pd.DataFrame:
    """Changes as a table, columns `COLUMNS`."""
    return pd.DataFrame([tuple(getattr(c, name) for name in COLUMNS) for c in changes], columns=list(COLUMNS))


def _days(table: pd.DataFrame) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for row in table.to_dict("records"):
        cell = (str(row["agent_id"]).removeprefix("'"), str(row["date"]))
        told = f"{row['shift']} {str(row['start'])[11:16]}-{str(row['end'])[11:16]}"
        found[cell] = f"{found[cell]} + {told}" if cell in found else told
    return found
