"""Seeded random rostering problems for tests, small to middling."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from staffing.grid import TimeGrid
from staffing.roster.problem import (
    Absence,
    Agent,
    Break,
    Contract,
    Law,
    LedgerEntry,
    Lock,
    PastShift,
    Prices,
    Request,
    RosterProblem,
    ShiftType,
)

LUNCH = (Break(30, 3.0, 4.5),)
FULL_DAY = (Break(15, 2.0, 2.0, paid=True), Break(30, 3.5, 5.0), Break(15, 6.5, 6.5, paid=True))
TYPES = (
    ShiftType("E", time(6), 8.5, "Early", LUNCH),
    ShiftType("D", time(9), 8.5, "Day", FULL_DAY, latest_start=time(10), start_step_minutes=60),
    ShiftType("L", time(13, 30), 8.5, "Late", LUNCH, unpopular=True),
    ShiftType("N", time(22), 8.5, "Night", LUNCH, unpopular=True),
    ShiftType("M", time(8), 6.0, "Morning"),
    ShiftType("A", time(15), 5.0, "Afternoon", unpopular=True),
    ShiftType("W", time(10), 7.5, "Weekend", LUNCH, weekdays=("sat", "sun")),
)
CONTRACTS = {
    "full": Contract(40.0, 24.0),
    "part": Contract(30.0, 23.0, max_shifts_per_week=5, max_consecutive_days=5),
    "half": Contract(20.0, 22.5, shifts=("M", "A", "E", "W")),
}
QUEUES = ("voice_de", "voice_en", "chat")
SKILLS = (("voice_de",), ("voice_en",), ("voice_de", "voice_en"), ("voice_en", "chat"), QUEUES)


def one_agent() -> RosterProblem:
    """One agent, a week from Monday, one queue that wants one agent from 8 to 16 on weekdays; an early and a late shift."""
    grid = TimeGrid(date(2027, 1, 4), 7, "Europe/Berlin", 60)
    need = ((grid.minute >= 480) & (grid.minute < 960) & (grid.weekday[grid.day] < 5)).astype(float)[None]
    return RosterProblem(
        grid=grid,
        queues=("voice",),
        required=need,
        agents=(Agent("anna", "Anna", "full", ("voice",), (1,)),),
        contracts={"full": Contract(40.0, 20.0)},
        shift_types=(
            ShiftType("E", time(8), 8.5, breaks=(Break(30, 4.0, 4.0),)),
            ShiftType("L", time(12), 8.0, breaks=(Break(30, 4.0, 4.0, paid=True),), unpopular=True),
        ),
        law=Law(),
        prices=Prices(),
    )


def random_problem(
    seed: int,
    *,
    agents: int = 6,
    days: int = 14,
    start: date = date(2027, 3, 26),
    interval: int = 30,
    nights: bool = True,
    types: tuple[ShiftType, ...] | None = None,
    busy: bool = True,
) -> RosterProblem:
    """A random team and need over `days` days; with `busy`, absences, requests, locks, past and ledger too.

    The default horizon crosses the spring change in Berlin and starts on a Friday.
    """
    rng = np.random.default_rng(seed)
    grid = TimeGrid(start, days, "Europe/Berlin", interval)
    zone = ZoneInfo(grid.timezone)
    kinds = types if types is not None else tuple(k for k in TYPES if nights or k.code != "N")
    names = list(CONTRACTS)
    codes = {k.code for k in kinds}
    contracts = {
        key: c if c.shifts is None or set(c.shifts) <= codes else Contract(c.weekly_hours, c.hourly_cost)
        for key, c in CONTRACTS.items()
    }
    team = []
    for i in range(agents):
        skills = SKILLS[int(rng.integers(len(SKILLS)))]
        windows: tuple[tuple[tuple[int, int], ...], ...] | None = None
        if busy and rng.random() < 0.25:
            ranges = ((360, 1440),) if rng.random() < 0.5 else ((360, 1080),)
            closed = int(rng.integers(7))
            windows = tuple(() if w == closed else ranges for w in range(7))
        team.append(
            Agent(
                id=f"a{i}",
                name=f"Agent {i}",
                contract=names[int(rng.choice(3, p=[0.6, 0.25, 0.15]))],
                queues=skills,
                priorities=(1,) * len(skills),
                availability=windows,
                first_day=grid.dates[days // 3] if busy and rng.random() < 0.05 else None,
            )
        )
    hour = grid.minute / 60
    shape = np.exp(-(((hour - 11) / 3.5) ** 2)) + 0.7 * np.exp(-(((hour - 17) / 3.0) ** 2)) + (0.08 if nights else 0.0)
    if not nights:
        shape = np.where((hour >= 7) & (hour < 21), shape, 0.0)
    weekend = np.where(grid.weekday[grid.day] >= 5, 0.5, 1.0)
    paid = sum(contracts[a.contract].weekly_hours for a in team) * days / 7
    share = np.array([sum((1 / len(a.queues)) * (q in a.queues) for a in team) for q in QUEUES])
    need = share[:, None] / share.sum() * (shape * weekend)[None] * rng.lognormal(0, 0.1, (3, len(grid)))
    need *= 0.95 * paid / (need.sum() * grid.hours)
    required = np.ceil(need * 4) / 4
    absences, requests, locks, past, ledger = [], [], [], [], []
    if busy:
        for a in team:
            if rng.random() < 0.3:
                first = grid.dates[int(rng.integers(days))]
                length = int(rng.integers(1, 8))
                absences.append(Absence(a.id, first, first + timedelta(days=length - 1), credited=rng.random() < 0.8))
            for _ in range(int(rng.integers(0, 3))):
                wish = str(rng.choice(["off", "work", kinds[0].code, kinds[-1].code]))
                day, weight = grid.dates[int(rng.integers(days))], float(rng.integers(1, 4))
                between = (480, 1020) if wish in ("off", "work") and weight == 2.0 else None
                requests.append(Request(a.id, day, wish, weight, between))
            if rng.random() < 0.6:
                kind = kinds[int(rng.integers(min(3, len(kinds))))]
                for back in range(1, int(rng.integers(2, 5))):
                    day = start - timedelta(days=back)
                    begin = datetime.combine(day, kind.start, zone)
                    end = begin + timedelta(hours=kind.hours)
                    past.append(PastShift(a.id, day, kind.code, int(begin.timestamp()), int(end.timestamp()), 480))
            if rng.random() < 0.3:
                ledger.append(
                    LedgerEntry(
                        a.id, float(rng.integers(-1, 2)), float(rng.integers(-2, 3)), float(rng.integers(-4, 5))
                    )
                )
        for a in team:
            day = grid.dates[int(rng.integers(2, days))]
            away = any(x.agent == a.id and x.first <= day + timedelta(days=1) and day <= x.last for x in absences)
            if rng.random() < 0.15 and not away and a.first_day is None:
                code = str(rng.choice(["off", kinds[0].code]))
                locks.append(Lock(a.id, day, code))
    return RosterProblem(
        grid=grid,
        queues=QUEUES,
        required=required,
        agents=tuple(team),
        contracts=contracts,
        shift_types=kinds,
        law=Law(),
        prices=Prices(),
        absences=tuple(absences),
        requests=tuple(requests),
        locks=tuple(locks),
        past=tuple(past),
        ledger=tuple(ledger),
        holidays=frozenset({date(2027, 3, 26), date(2027, 3, 29)}),
        queue_weights=np.array([1.0, 1.0, 0.6]),
    )
