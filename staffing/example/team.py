"""People of the example team, and what they have agreed, asked for and worked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from staffing.example.demand import DAYS, START, TIMEZONE, closed_days

FIRST_NAMES = (
    "Anna", "Jürgen", "Zoë", "Mehmet", "Katja", "Björn", "Olivia", "Sören", "Fatma", "Lukas", "Chloé", "Günter", "Maja",
    "Tomasz", "Käthe", "Deniz", "Emily", "Jörg", "Aylin", "Paul", "Ramón", "Birgit", "Noah", "Łucja", "Stefan", "Priya",
    "Till", "Renée", "Ömer", "Hannah", "Marek", "Ines", "Kofi", "Silke", "André", "Leyla", "Felix", "Ruth", "Ivan", "Mia",
)  # fmt: skip
LAST_NAMES = (
    "Schäfer", "Yılmaz", "Müller", "Kowalski", "Weiß", "O'Brien", "Krüger", "Nguyen", "Böhm", "Garcia", "Köhler", "Smith",
    "Jäger", "Petrov", "Voß", "Okafor", "Schröder", "Rossi", "Lindström", "Wagner", "Grün", "Dubois", "Hübner", "Nowak",
    "Peters", "Groß", "Ferreira", "Busch", "Çelik", "Kraus", "Möller", "Jansen", "Özdemir", "Vogel", "Dvořák", "Keller",
    "Brandt", "Sánchez", "Fuchs", "Moreau",
)  # fmt: skip
CONTRACTS = {"full": 40, "part30": 30, "part20": 20}
_CONTRACT_SHARES = (("full", 0.55), ("part30", 0.25), ("part20", 0.20))
_SKILL_SHARES = (
    ("phone-de:1|email:2", 0.30),
    ("phone-de:1|phone-en:1", 0.175),
    ("chat:1|email:2", 0.15),
    ("phone-en:1|chat:2", 0.10),
    ("phone-de:1|chat:2", 0.125),
    ("phone-en:1|email:2", 0.075),
    ("phone-de:1|phone-en:1|chat:2|email:3", 0.075),
)
SHIFTS: dict[str, tuple[str, ...]] = {
    "full": ("E1", "E2", "D1", "D2", "L1"),
    "part30": ("E6", "M6", "L6"),
    "part20": ("E4", "M4", "L4"),
}
SATURDAY = "SA"
TIMES = {
    "E1": (480, 510, 30),
    "E2": (510, 510, 30),
    "D1": (540, 510, 30),
    "D2": (600, 510, 30),
    "L1": (690, 510, 30),
    "E6": (480, 390, 30),
    "M6": (600, 390, 30),
    "L6": (810, 390, 30),
    "E4": (480, 240, 0),
    "M4": (720, 240, 0),
    "L4": (960, 240, 0),
    "SA": (540, 300, 0),
}
"""Start and length in minutes, and minutes of unpaid break."""
_EARLY = {"full": ("E1", "E2"), "part30": ("E6",), "part20": ("E4",)}
PAST_FIRST = date(2026, 12, 21)
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Cells = list[tuple[str, ...]]


@dataclass(frozen=True)
class Person:
    """One row of the agents table."""

    id: str
    name: str
    contract: str
    queues: str
    availability: tuple[str, ...]
    first_day: str = ""

    @property
    def saturdays(self) -> bool:
        """Whether Saturdays are possible: the queues that are open then, and no limit."""
        return not self.availability[5] and ("phone-de" in self.queues or "chat" in self.queues)

    @property
    def shifts(self) -> tuple[str, ...]:
        """Codes for Mondays to Fridays that fit the contract and the availability of most days."""
        limited = any(text not in ("", "-") for text in self.availability[:5])
        return _EARLY[self.contract] if limited else SHIFTS[self.contract]


@dataclass(frozen=True)
class Away:
    """One absence."""

    agent: str
    first: date
    last: date
    kind: str

    @property
    def credited(self) -> bool:
        """Whether its hours count as worked; time in lieu was worked before."""
        return self.kind != "time in lieu"


def shared_out(count: int, shares: tuple[tuple[str, float], ...]) -> list[str]:
    """Whole numbers in proportion to shares, interleaved so that every stretch of the list is mixed."""
    total = sum(share for _, share in shares)
    given = dict.fromkeys((name for name, _ in shares), 0)
    out = []
    for i in range(1, count + 1):
        name = max(shares, key=lambda s: s[1] / total * i - given[s[0]])[0]
        given[name] += 1
        out.append(name)
    return out


def people(seed: int, count: int) -> list[Person]:
    """The team."""
    random = Random(f"people {seed}")
    names = [f"{first} {last}" for last in LAST_NAMES for first in FIRST_NAMES]
    random.shuffle(names)
    contracts, skills = shared_out(count, _CONTRACT_SHARES), shared_out(count, _SKILL_SHARES)
    random.shuffle(contracts)
    digits = max(2, len(str(count)))
    out = []
    for i in range(count):
        availability = [""] * 7
        chance = random.random()
        if chance < 0.14:
            availability[:5] = ["07:30-17:00"] * 5
        elif chance < 0.26 and contracts[i] != "full":
            availability[random.choice((2, 4))] = "-"
        elif chance < 0.36:
            availability[5] = "-"
        out.append(Person(f"a{i + 1:0{digits}d}", names[i], contracts[i], skills[i], tuple(availability)))
    return out


def hires(seed: int, count: int) -> list[Person]:
    """Two more people, for the what-if."""
    random = Random(f"hires {seed}")
    used = {p.name for p in people(seed, count)}
    names = [n for first in FIRST_NAMES for last in LAST_NAMES if (n := f"{first} {last}") not in used]
    nobody = ("",) * 7
    return [
        Person("h1", random.choice(names[::2]), "full", "phone-de:1|phone-en:1", nobody, START.isoformat()),
        Person("h2", random.choice(names[1::2]), "part30", "phone-de:1|chat:2", nobody, "2027-01-11"),
    ]


def absences(seed: int, team: list[Person]) -> list[Away]:
    """Approved absences that touch the horizon: about a quarter of the team."""
    random = Random(f"absences {seed}")
    chosen = random.sample(team, max(1, round(0.25 * len(team))))
    out = []
    for i, person in enumerate(chosen):
        if i % 5 == 4:
            first = START + timedelta(days=random.choice((10, 12, 17, 19, 24)))
            out.append(Away(person.id, first, first + timedelta(days=random.choice((0, 1))), "training"))
        elif i % 9 == 7:
            day = date(2027, 1, 18 + random.randrange(5))
            out.append(Away(person.id, day, day, "time in lieu"))
        elif i % 4 == 1:
            out.append(Away(person.id, date(2026, 12, 28), date(2027, 1, 3 + 7 * random.choice((0, 1))), "leave"))
        else:
            first = START + timedelta(days=3 + 7 * random.choice((0, 1, 2, 3)))
            out.append(Away(person.id, first, first + timedelta(days=random.choice((1, 2, 4, 4, 6))), "leave"))
    return sorted(out, key=lambda a: (a.agent, a.first))


def away_on(absent: list[Away], agent: str, day: date) -> bool:
    """Whether an agent is absent on a day."""
    return any(a.agent == agent and a.first <= day <= a.last for a in absent)


def credited_hours(team: list[Person], absent: list[Away]) -> float:
    """Hours that the team has for the horizon: a fifth of the week for each weekday, credits taken off."""
    closed = closed_days(START, START + timedelta(days=DAYS))
    days = [d for i in range(DAYS) if (d := START + timedelta(days=i)).weekday() < 5 and d not in closed]
    credited = [a for a in absent if a.credited]
    return sum(CONTRACTS[p.contract] / 5 for p in team for d in days if not away_on(credited, p.id, d))


def requests(seed: int, team: list[Person], absent: list[Away]) -> Cells:
    """Wishes: most for a day off, some for a shift, a few for work."""
    random = Random(f"requests {seed}")
    closed = closed_days(START, START + timedelta(days=DAYS))
    out: Cells = []
    for person in team:
        for _ in range(random.choice((0, 1, 1, 2))):
            day = START + timedelta(days=random.randrange(DAYS))
            usual = day.weekday() < 5 and day not in closed and not person.availability[day.weekday()]
            taken = any(row[:2] == (person.id, str(day)) for row in out)
            if taken or day.weekday() == 6 or day in closed or away_on(absent, person.id, day):
                continue
            chance = random.random()
            wish = "off"
            if usual and chance < 0.35:
                wish = random.choice(person.shifts)
            elif usual and chance < 0.45:
                wish = "work"
            out.append((person.id, str(day), wish, random.choice(("1", "1", "1", "2"))))
    return out


def locks(seed: int, team: list[Person], absent: list[Away], wishes: Cells) -> Cells:
    """Shifts and days off that are already promised, in the first full week."""
    random = Random(f"locks {seed}")
    out: Cells = []
    free = [p for p in team if not any(p.availability) and not any(a.agent == p.id for a in absent)]
    for i, person in enumerate(random.sample(free, min(len(free), max(2, len(team) // 10)))):
        day = date(2027, 1, 4) + timedelta(days=random.randrange(5))
        if not any(row[:2] == (person.id, str(day)) for row in wishes):
            out.append((person.id, str(day), "off" if i % 3 == 2 else random.choice(person.shifts)))
    return sorted(out)


def past_shifts(seed: int, team: list[Person], absent: list[Away]) -> Cells:
    """The last days of December's rota, in the form of roster.csv."""
    random = Random(f"past {seed}")
    closed = closed_days(PAST_FIRST, START)
    zone = ZoneInfo(TIMEZONE)
    out: Cells = []
    for person in team:
        for week in range(2):
            monday = PAST_FIRST + timedelta(days=7 * week)
            code = random.choice(person.shifts)
            for d in range(5):
                day = monday + timedelta(days=d)
                if day >= START or day in closed or away_on(absent, person.id, day) or person.availability[d] == "-":
                    continue
                start, length, pause = TIMES[code]
                begin = datetime(day.year, day.month, day.day, start // 60, start % 60, tzinfo=zone)
                end = begin + timedelta(minutes=length)
                middle = begin + timedelta(minutes=length // 60 * 30)
                out.append(
                    (
                        person.id,
                        person.name,
                        str(day),
                        code,
                        begin.isoformat(),
                        end.isoformat(),
                        f"{middle:%H:%M}" if pause else "",
                        str(pause) if pause else "",
                        f"{(length - pause) / 60:g}",
                        "no",
                    )
                )
    return out


def ledger(seed: int, team: list[Person]) -> Cells:
    """What was left over at the end of the year."""
    random = Random(f"ledger {seed}")
    return [
        (
            p.id,
            str(random.choice((-1, 0, 0, 0, 1)) if p.saturdays else 0),
            str(random.choice((-2, -1, 0, 0, 0, 1, 2)) if len(p.shifts) > 2 else 0),
            f"{random.choice((-4, -2, 0, 0, 0, 1.5, 3)):g}",
        )
        for p in team
    ]


def agent_row(person: Person) -> tuple[str, ...]:
    """Cells of the agents table."""
    return (person.id, person.name, person.contract, person.queues, *person.availability, person.first_day, "")


AGENTS_HEADER = ("agent_id", "name", "contract", "queues", *_WEEK, "first_day", "last_day")
