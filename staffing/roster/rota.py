"""The rota as a table, and back: ``roster.csv``, also as managers edit it by hand."""

from __future__ import annotations

import io
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd

from staffing.errors import InputError, Problems
from staffing.grid import TimeGrid
from staffing.roster.problem import Roster, RosterProblem, Shift, ShiftType

COLUMNS = (
    "agent_id",
    "agent_name",
    "date",
    "shift",
    "start",
    "end",
    "break_starts",
    "break_minutes",
    "paid_hours",
    "locked",
    "activities",
)


def rota_table(problem: RosterProblem, roster: Roster) -> pd.DataFrame:
    """One row per shift, columns `COLUMNS`.

    `start` and `end` are ISO 8601 with offset; `break_starts` (wall clock) and `break_minutes` hold one entry per break,
    separated by blanks; `locked` is yes or no; `activities` holds e.g. ``Coaching 10:00-11:00; Team 14:00-14:30``.
    """
    grid = problem.grid
    rows = []
    for shift in roster.shifts:
        agent = problem.agents[shift.agent]
        starts = [grid.local(a).strftime("%H:%M") for a, _ in shift.breaks]
        rows.append(
            (
                agent.id,
                agent.name,
                (grid.start + timedelta(days=shift.day)).isoformat(),
                shift.code,
                grid.iso(shift.start),
                grid.iso(shift.end),
                " ".join(starts),
                " ".join(str((b - a) // 60) for a, b in shift.breaks),
                round(shift.paid_minutes / 60, 4),
                "yes" if shift.locked else "no",
                "; ".join(f"{name} {_clock(grid, a)}-{_clock(grid, b)}" for name, a, b in shift.activities),
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _clock(grid: TimeGrid, instant: int) -> str:
    return grid.local(instant).strftime("%H:%M")


def rota_matrix(problem: RosterProblem, roster: Roster) -> pd.DataFrame:
    """Agents by days with shift codes (empty: off): ``agent_id, agent_name``, one column per ISO date."""
    days = [d.isoformat() for d in problem.grid.dates]
    cells = [[""] * len(days) for _ in problem.agents]
    for shift in roster.shifts:
        cell = cells[shift.agent][shift.day]
        cells[shift.agent][shift.day] = f"{cell}+{shift.code}" if cell else shift.code
    frame = pd.DataFrame(cells, columns=days)
    frame.insert(0, "agent_name", [a.name for a in problem.agents])
    frame.insert(0, "agent_id", [a.id for a in problem.agents])
    return frame


def read_rota(path: Path, problem: RosterProblem) -> Roster:
    """Read a rota table, hand-edited ones too.

    Only what cannot be understood is refused; whether the rota breaks a rule is the audit's business. An empty `start`
    or `end` is filled from the shift type where that has one fixed start; empty breaks mean no break.

    Raises
    ------
    InputError
        With every row that cannot be understood: unknown agent or shift, a date outside the horizon, an unreadable time.
    """
    where = path.name
    found = Problems()
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        found.add(where, f"cannot be read: {error.strerror}", "check the path")
    except UnicodeDecodeError:
        found.add(where, "is not a UTF-8 text file", "save it as CSV UTF-8")
    found.raise_if_any()
    first_line = content.split("\n", 1)[0]
    separator = max(",;\t", key=first_line.count)
    try:
        frame = pd.read_csv(io.StringIO(content), sep=separator, dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        found.add(where, f"is not a table: {error}", "write a header and one row per shift")
        found.raise_if_any()
    for column in ("agent_id", "date", "shift"):
        if column not in frame.columns:
            found.add(where, f"column {column} is missing", f"it has: {', '.join(map(str, frame.columns))}")
    found.raise_if_any()
    return rota_of(frame, problem, where)


def rota_of(frame: pd.DataFrame, problem: RosterProblem, where: str = "roster.csv") -> Roster:
    """As `read_rota`, of the rows of a rota table, every cell as text; `where` names it."""
    found = Problems()
    types = {t.code: t for t in problem.shift_types}
    shifts = []
    for number, row in enumerate(frame.to_dict("records"), 2):
        cells = {str(k): str(v).strip().removeprefix("'") for k, v in row.items()}
        try:
            shifts.append(_shift(cells, f"{where} row {number}", problem, types))
        except InputError as error:
            found.extend(error.problems)
    found.raise_if_any()
    return Roster(tuple(sorted(shifts, key=lambda s: (s.agent, s.day, s.start))))


def _shift(row: dict[str, str], where: str, problem: RosterProblem, types: dict[str, ShiftType]) -> Shift:
    grid = problem.grid
    found = Problems()
    agent = problem.agent_index.get(row["agent_id"])
    if agent is None:
        found.add(where, f"unknown agent_id {row['agent_id']!r}", "one of the agents table")
    shift_type = types.get(row["shift"])
    if shift_type is None:
        found.add(where, f"unknown shift {row['shift']!r}", f"one of: {', '.join(types)}")
    day = None
    try:
        day = grid.day_index(date.fromisoformat(row["date"]))
        if day is None:
            found.add(where, f"date {row['date']} lies outside the horizon", f"{grid.dates[0]} to {grid.dates[-1]}")
    except ValueError:
        found.add(where, f"date {row['date']!r} cannot be read", "write e.g. 2027-01-31")
    found.raise_if_any()
    assert agent is not None
    assert shift_type is not None
    assert day is not None
    minute = shift_type.start.hour * 60 + shift_type.start.minute
    start = _instant(row.get("start", ""), grid.instant(day, minute), f"{where}, start", problem, day, found)
    end = _instant(
        row.get("end", ""), start + round(shift_type.hours * 3600), f"{where}, end", problem, day, found, after=start
    )
    breaks = _breaks(row, where, problem, start, found)
    activities = _activities(row, where, problem, start, found)
    found.raise_if_any()
    unpaid = sum(
        b - a for i, (a, b) in enumerate(breaks) if not (i < len(shift_type.breaks) and shift_type.breaks[i].paid)
    )
    paid = int(((end - start - unpaid) // 60) * shift_type.hours_factor + 0.5)
    return Shift(
        agent,
        day,
        shift_type.code,
        start,
        end,
        tuple(breaks),
        paid,
        row.get("locked", "").lower() in ("yes", "ja", "true", "1", "x"),
        activities,
    )


def _instant(
    text: str, default: int, where: str, problem: RosterProblem, day: int, found: Problems, after: int | None = None
) -> int:
    """Unix seconds of an ISO date and time, or of a wall-clock time on the shift's day (the next one, after `after`)."""
    if not text:
        return default
    try:
        if len(text) <= 5:
            hours, minutes = (int(part) for part in text.split(":"))
            unix = problem.grid.instant(day, hours * 60 + minutes)
            return problem.grid.instant(day + 1, hours * 60 + minutes) if after is not None and unix <= after else unix
        moment = datetime.fromisoformat(text)
    except ValueError:
        found.add(where, f"{text!r} cannot be read as a time", "write e.g. 2027-01-31T06:00:00+01:00 or 06:00")
        return default
    return round((moment if moment.tzinfo else moment.replace(tzinfo=problem.grid.zone)).timestamp())


def _breaks(
    row: dict[str, str], where: str, problem: RosterProblem, start: int, found: Problems
) -> list[tuple[int, int]]:
    starts, lengths = row.get("break_starts", "").split(), row.get("break_minutes", "").split()
    if len(starts) != len(lengths):
        found.add(where, f"{len(starts)} break_starts but {len(lengths)} break_minutes", "give one length per break")
        return []
    out = []
    for text, length in zip(starts, lengths, strict=True):
        try:
            hours, minutes = (int(part) for part in text.split(":"))
            seconds = int(float(length.replace(",", "."))) * 60
        except ValueError:
            found.add(where, f"break {text!r} of {length!r} minutes cannot be read", "write e.g. 12:30 and 30")
            continue
        begin = _on_the_clock(problem, start, hours, minutes)
        out.append((begin, begin + seconds))
    return out


def _on_the_clock(problem: RosterProblem, start: int, hours: int, minutes: int) -> int:
    """Unix seconds of a wall-clock time in a shift, which may run past midnight."""
    moved = problem.grid.local(start).replace(hour=hours % 24, minute=minutes, fold=0)
    begin = round(moved.timestamp())
    return begin if begin >= start else round((moved + timedelta(days=1)).timestamp())


def _activities(
    row: dict[str, str], where: str, problem: RosterProblem, start: int, found: Problems
) -> tuple[tuple[str, int, int], ...]:
    out = []
    for text in filter(None, (part.strip() for part in row.get("activities", "").split(";"))):
        match = re.fullmatch(r"(.+?)\s+(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})", text)
        if match is None or max(int(match[3]), int(match[5])) > 59:
            found.add(where, f"activity {text!r} cannot be read", "write e.g. Coaching 10:00-11:00")
            continue
        begin = _on_the_clock(problem, start, int(match[2]), int(match[3]))
        out.append((match[1], begin, _on_the_clock(problem, begin, int(match[4]), int(match[5]))))
    return tuple(out)
