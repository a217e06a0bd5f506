"""The team's tables: agents, absences, requests, locks, past shifts and the fairness ledger."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, time, timedelta
from itertools import chain
from pathlib import Path

from staffing.errors import Problems
from staffing.frames import Contract, Row, place, read_rows, read_tables
from staffing.frames.cells import clock
from staffing.frames.tables import ABSENCES, ACTIVITIES, AGENTS, LEDGER, LOCKS, REQUESTS, ROSTER
from staffing.grid import WEEKDAYS, TimeGrid
from staffing.roster.problem import Absence, Activity, Agent, LedgerEntry, Lock, PastShift, Request, ShiftType

Availability = tuple[tuple[int, int], ...]

ALL_DAY: Availability = ((0, 2880),)
"""Always: a shift may end on the next day."""
_NEVER = frozenset({"-", "–", "—", "never", "nie", "frei", "off"})
_OFF = frozenset({"off", "frei"})
_WORK = frozenset({"work", "arbeit", "dienst"})
_RANGE = re.compile(r"(\d{1,2}(?::\d{2})?)\s*[-–—]\s*(\d{1,2}(?::\d{2})?)(?:\s*uhr)?", re.I)


@dataclass(frozen=True)
class Team:
    """What the tables say about people.

    Attributes
    ----------
    agents, absences, requests, locks, past, ledger, activities, published
        Their rows; requests lie in the horizon, past shifts before it.
    notes
        What was left out, one sentence each.
    """

    agents: tuple[Agent, ...]
    absences: tuple[Absence, ...] = ()
    requests: tuple[Request, ...] = ()
    locks: tuple[Lock, ...] = ()
    past: tuple[PastShift, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    notes: tuple[str, ...] = ()
    activities: tuple[Activity, ...] = ()
    published: tuple[Lock, ...] = ()


def read_team(
    files: Mapping[str, Sequence[Path]],
    *,
    grid: TimeGrid,
    queues: Sequence[str],
    contracts: Collection[str],
    shift_types: Sequence[ShiftType],
    rotations: Collection[str] = (),
) -> Team:
    """Read the team's tables.

    Parameters
    ----------
    files
        Keys ``agents``, ``absences``, ``requests``, ``locks``, ``previous``, ``ledger``, ``activities``, ``published``;
        several files of a table are read one after the other. Absent keys are empty tables.
    grid
        The horizon.
    queues, contracts, shift_types, rotations
        What the tables may name.

    Raises
    ------
    InputError
        With every row that cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "agents.csv"
    ...     _ = path.write_text("agent_id;name;contract;queues;mon\\n7;Jörg;full;chat:2|mail;8-16\\n", encoding="cp1252")
    ...     grid = TimeGrid(date(2027, 1, 1), 31, "Europe/Berlin")
    ...     team = read_team({"agents": [path]}, grid=grid, queues=["chat", "mail"], contracts=["full"], shift_types=[])
    >>> team.agents[0].name, team.agents[0].priorities, team.agents[0].availability[:2]
    ('Jörg', (2, 1), (((480, 960),), ((0, 2880),)))
    """
    reader = _Reader(files, grid, tuple(t.code for t in shift_types))
    agents = reader.agents(queues, contracts, rotations)
    team = Team(
        agents,
        reader.absences(),
        reader.requests(),
        reader.locks(),
        reader.past(),
        reader.ledger(),
        tuple(reader.notes),
        reader.activities(),
        reader.published(),
    )
    reader.problems.raise_if_any()
    return team


class _Reader:
    """Reads the tables of one team; what is wrong gathers in `problems`."""

    def __init__(self, files: Mapping[str, Sequence[Path]], grid: TimeGrid, codes: tuple[str, ...]) -> None:
        self.files = files
        self.grid = grid
        self.codes = codes
        self.problems = Problems()
        self.notes: list[str] = []
        self.ids: set[str] = set()
        self.all_agents_read = True

    def rows(self, key: str, contract: Contract) -> Iterator[Row]:
        return read_rows(self.files.get(key, ()), contract, self.problems)

    def agents(
        self, queues: Sequence[str], contracts: Collection[str], rotations: Collection[str]
    ) -> tuple[Agent, ...]:
        out = []
        first_row: dict[str, str] = {}
        paths = self.files.get("agents", ())
        tables = read_tables(paths, AGENTS, self.problems)
        self.all_agents_read = len(tables) == len(paths)
        for row in chain.from_iterable(table.records() for table in tables):
            agent = row["agent_id"]
            if not agent:
                continue  # told as an empty cell
            if agent in first_row:
                what = f"agent {agent!r} stands in {first_row[agent]} already"
                self.problems.add(row.where("agent_id"), what, "give every agent an id of their own")
            first_row.setdefault(agent, row.where())
            self.ids.add(agent)
            if row["contract"] and row["contract"] not in contracts:
                self._unknown(row, "contract", "contract", row["contract"], contracts)
            rotation, week = row.get("rotation") or "", row.get("rotation_week", 1.0)
            if rotation and rotation not in rotations:
                self._unknown(row, "rotation", "rotation", rotation, rotations)
            first, last = row.get("first_day"), row.get("last_day")
            if first and last and last < first:
                self.problems.add(row.where("last_day"), f"{last} lies before first_day {first}", "swap them")
            skills = self._skills(row, row["queues"], queues)
            days = [self._availability(row, day, row.get(day, "")) for day in WEEKDAYS]
            out.append(
                Agent(
                    agent,
                    row.get("name") or agent,
                    row["contract"],
                    tuple(skills),
                    tuple(skills.values()),
                    None if all(d is None for d in days) else tuple(ALL_DAY if d is None else d for d in days),
                    first,
                    last,
                    rotation,
                    1 if week != week else int(week),
                )
            )
        if not out and not len(self.problems):
            self.problems.add("tables.agents", "there is no agent", "name a table with at least one row")
        return tuple(out)

    def _skills(self, row: Row, text: str, queues: Sequence[str]) -> dict[str, int]:
        """Queue -> priority, 1 first."""
        skills: dict[str, int] = {}
        where = row.where("queues")
        for part in re.split(r"[|,;/]", text):
            name, _, rank = (p.strip() for p in part.partition(":"))
            if not name:
                continue
            if name not in queues:
                self._unknown(row, "queues", "queue", name, queues)
            elif name in skills:
                self.problems.add(where, f"queue {name!r} twice in {text!r}", "name it once")
            elif rank and not (rank.isdecimal() and 1 <= int(rank) <= 9):
                self.problems.add(where, f"priority {rank!r} of queue {name!r}", "write 1 (first) to 9")
            skills.setdefault(name, int(rank) if rank.isdecimal() else 1)
        if text and not skills:
            self.problems.add(where, f"no queue in {text!r}", "write e.g. phone:1|chat:2")
        return skills

    def _availability(self, row: Row, day: str, text: str) -> Availability | None:
        """Ranges of minutes; None for always."""
        if not text:
            return None
        if text.lower() in _NEVER:
            return ()
        ranges = []
        for part in re.split(r"\s*[,;|/+]\s*", text):
            found = _RANGE.fullmatch(part.strip())
            start, end = (clock(g if ":" in g else f"{g}:00") for g in found.groups()) if found else (None, None)
            if start is None or end is None or isinstance(start[0], str) or isinstance(end[0], str):
                todo = "write e.g. 08:00-16:00, - for never, or nothing for always"
                self.problems.add(row.where(day), f"cannot read {part!r} as a time of day", todo)
                return ()
            lo, hi = start[0] // 60, end[0] // 60
            ranges.append((lo, hi if hi > lo else hi + 1440))
        return tuple(sorted(ranges))

    def absences(self) -> tuple[Absence, ...]:
        out = []
        for row in self.rows("absences", ABSENCES):
            first, last = row["first_day"], row.get("last_day") or row["first_day"]
            if not self._known(row, row["agent_id"]) or first is None:
                continue
            if last < first:
                self.problems.add(row.where("last_day"), f"{last} lies before first_day {first}", "swap them")
                continue
            kind, credited = row.get("kind") or "leave", row.get("credited")
            absence = Absence(row["agent_id"], first, last, kind, True if credited is None else credited)
            out.append(absence)
        return tuple(out)

    def requests(self) -> tuple[Request, ...]:
        out: dict[tuple[str, date], Request] = {}
        outside = 0
        for row in self.rows("requests", REQUESTS):
            agent, day, wish = row["agent_id"], row["date"], row["wish"]
            if not self._known(row, agent) or day is None or not wish:
                continue
            wish, between = self._between(row, wish)
            wish = "off" if wish.lower() in _OFF else "work" if wish.lower() in _WORK else wish
            if wish not in ("off", "work", *self.codes):
                self._unknown(row, "wish", "wish", wish, ("off", "work", *self.codes))
            elif self.grid.day_index(day) is None:
                outside += 1
            elif (agent, day) in out:
                what = f"agent {agent!r} has already asked for {out[agent, day].wish!r} on {day}"
                self.problems.add(row.where(), what, "keep one of the wishes")
            else:
                weight = row.get("weight", 1.0)
                out[agent, day] = Request(agent, day, wish, 1.0 if weight != weight else float(weight), between)
        self._note(outside, "wishes lie outside the horizon: left out")
        return tuple(out.values())

    def _between(self, row: Row, text: str) -> tuple[str, tuple[int, int] | None]:
        """A wish and the range of minutes in it: ``off 14:00-18:00``, ``E 8-16``, ``8-16`` (work inside)."""
        match = re.fullmatch(rf"(?:(.*\S)\s+)?({_RANGE.pattern})", text.strip(), re.I)
        if match is None:
            return text, None
        ranges = self._availability(row, "wish", match[2])
        return match[1] or "work", ranges[0] if ranges else None

    def locks(self) -> tuple[Lock, ...]:
        out: dict[tuple[str, date], Lock] = {}
        for row in self.rows("locks", LOCKS):
            agent, day, code = row["agent_id"], row["date"], row["shift"]
            if not self._known(row, agent) or day is None or not code:
                continue
            code = "off" if code.lower() in _OFF else code
            index = self.grid.day_index(day)
            if code not in ("off", *self.codes):
                self._unknown(row, "shift", "shift", code, ("off", *self.codes))
            elif index is None:
                last = self.grid.dates[-1]
                what = f"{day} lies outside the horizon, {self.grid.start} to {last}"
                self.problems.add(row.where("date"), what, "correct the date or delete the row")
            elif (agent, day) in out:
                what = f"agent {agent!r} is already locked to {out[agent, day].shift!r} on {day}"
                self.problems.add(row.where(), what, "keep one of the locks")
            else:
                out[agent, day] = Lock(agent, day, code, self._start(row, index, row.get("start", "")))
        return tuple(out.values())

    def _start(self, row: Row, day: int, text: str) -> int | None:
        if not text:
            return None
        at = clock(text)
        if isinstance(at[0], str):
            self.problems.add(row.where("start"), at[0], str(at[1]))
            return None
        return self.grid.instant(day, at[0] // 60)

    def _shifts(self, key: str, *columns: str) -> Iterator[tuple[Row, tuple[int, ...]]]:
        """Shifts of a rota with their instants; those that were told as unreadable are left out."""
        for table in read_tables(self.files.get(key, ()), ROSTER, self.problems):
            placed = [place(table.moments(c), self.grid.timezone) for c in columns]
            for row in table.records():
                known = all(instants.known[row.index] for instants in placed)
                if row["agent_id"] and row["date"] is not None and row["shift"] and known:
                    yield row, tuple(int(instants.unix[row.index]) for instants in placed)

    def past(self) -> tuple[PastShift, ...]:
        out: list[PastShift] = []
        seen: dict[tuple[str, date], str] = {}
        later, gone = 0, 0
        for row, (start, end) in self._shifts("previous", "start", "end"):
            agent, day = row["agent_id"], row["date"]
            hours = (end - start) / 3600
            if not 0 < hours <= 24:
                what = f"the shift lasts {hours:g} hours"
                self.problems.add(row.where("end"), what, "correct start or end; a night shift ends the next day")
            elif day >= self.grid.start:
                later += 1
            elif agent not in self.ids:
                gone += 1
            elif (agent, day) in seen:
                what = f"agent {agent!r} already has a shift on {day}, in {seen[agent, day]}"
                self.problems.add(row.where(), what, "keep one of them")
            else:
                seen[agent, day] = row.where()
                paid = row.get("paid_hours", float("nan"))
                minutes = hours * 60 - _break_minutes(row.get("break_minutes", "")) if paid != paid else paid * 60
                out.append(PastShift(agent, day, row["shift"], start, end, round(minutes)))
        self._note(later, "shifts of the previous rota lie in the horizon: left out")
        self._note(gone, "shifts of the previous rota are of people who are not in the team: left out")
        return tuple(out)

    def published(self) -> tuple[Lock, ...]:
        out: dict[tuple[str, date], Lock] = {}
        outside = 0
        for row, (start,) in self._shifts("published", "start"):
            agent, day = row["agent_id"], row["date"]
            if agent not in self.ids or self.grid.day_index(day) is None:
                outside += 1
            else:
                out[agent, day] = Lock(agent, day, row["shift"], start)
        self._note(outside, "published shifts are outside the horizon or of people who are not in the team: left out")
        return tuple(out.values())

    def ledger(self) -> tuple[LedgerEntry, ...]:
        out: dict[str, LedgerEntry] = {}
        gone, last_year = 0, 0
        apart: set[date] = set()
        for row in self.rows("ledger", LEDGER):
            agent = row["agent_id"]
            if not agent:
                continue
            if agent not in self.ids:
                gone += 1
                continue
            if agent in out:
                self.problems.add(row.where("agent_id"), f"agent {agent!r} appears twice", "keep one row")
            names = [f.name for f in fields(LedgerEntry) if f.name != "agent"]
            found = {name: row.get(name, 0.0) for name in names}
            entry = LedgerEntry(agent, **{name: 0.0 if v != v else float(v) for name, v in found.items()})
            until = row.get("until")
            if until is not None and until.year < self.grid.start.year and entry.sundays:
                entry, last_year = replace(entry, sundays=0.0), last_year + 1
            if until is not None and until != self.grid.start - timedelta(days=1):
                apart.add(until)
            out[agent] = entry
        self._note(gone, "ledger rows are of people who are not in the team: left out")
        self._note(last_year, "ledger rows carry Sundays of an earlier year: those are not carried over")
        for until in sorted(apart):
            self.notes.append(f"the ledger ends on {until}, the horizon begins on {self.grid.start}")
        return tuple(out.values())

    def activities(self) -> tuple[Activity, ...]:
        out = []
        for row in self.rows("activities", ACTIVITIES):
            if not row["name"] or row["minutes"] != row["minutes"]:
                continue  # told as an empty cell
            agents = tuple(part.strip() for part in re.split(r"[|,/]", row.get("agents") or "") if part.strip())
            if sum(self._known(row, agent, "agents") for agent in agents) < len(agents):
                continue
            first, last = row.get("first_day") or self.grid.start, row.get("last_day") or self.grid.dates[-1]
            if last < first:
                self.problems.add(row.where("last_day"), f"{last} lies before first_day {first}", "swap them")
                continue
            earliest, latest = row.get("earliest"), row.get("latest")
            activity = Activity(
                row["name"],
                tuple(dict.fromkeys(agents)),
                int(row["minutes"]),
                first,
                last,
                time(0) if earliest is None else earliest,
                latest,
                bool(row.get("together")),
            )
            out.append(activity)
        return tuple(out)

    # -- telling -------------------------------------------------------------------------------------------

    def _note(self, count: int, what: str) -> None:
        if count:
            self.notes.append(f"{count} {what}")

    def _known(self, row: Row, agent: str, column: str = "agent_id") -> bool:
        if agent in self.ids:
            return True
        if agent and self.all_agents_read:
            self._unknown(row, column, "agent", agent, self.ids)
        return False

    def _unknown(self, row: Row, column: str, noun: str, name: str, known: Collection[str]) -> None:
        self.problems.unknown(row.where(column), noun, name, sorted(known))


def _break_minutes(text: str) -> float:
    """Sum of the minutes in a cell such as ``30 15``."""
    return float(sum(int(part) for part in re.findall(r"\d+", text)))
