"""Contacts of the example team: what a year of a multilingual support centre looks like.

Only `random.Random` is used, whose stream is the same everywhere and for good, so the same seed gives the same bytes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from staffing.forecast.calendar import public_holidays

REGION = "DE-BE"
FIRST, LAST = date(2025, 11, 24), date(2026, 12, 20)
"""History: thirteen months, ending when a January rota is made."""
START, DAYS = date(2027, 1, 1), 31
TIMEZONE = "Europe/Berlin"
_SLOT = 30


@dataclass(frozen=True)
class Line:
    """One queue's nature.

    Attributes
    ----------
    name
        Queue.
    opening
        First and last minute of the day: Monday to Friday, and Saturday (None: closed).
    share
        Share of the team's workload.
    aht_seconds
        Mean handling time.
    patience_seconds
        Mean patience; None where nobody gives up.
    wait_seconds
        Usual mean wait.
    peaks
        Hour, width in hours and weight of the day's peaks, on a flat ground of weight `ground`.
    concurrency
        Contacts an agent handles at the same time.
    """

    name: str
    opening: tuple[tuple[int, int], tuple[int, int] | None]
    share: float
    aht_seconds: float
    patience_seconds: float | None
    wait_seconds: float
    peaks: tuple[tuple[float, float, float], ...]
    ground: float
    concurrency: int = 1


LINES = (
    Line("phone-de", ((480, 1200), (540, 840)), 0.46, 310, 150, 16, ((10.5, 1.5, 1.0), (15.0, 2.0, 0.75)), 0.25),
    Line("phone-en", ((480, 1080), None), 0.19, 355, 170, 18, ((10.0, 1.5, 0.8), (14.5, 2.0, 1.0)), 0.3),
    Line("chat", ((480, 1200), (540, 840)), 0.16, 560, 240, 35, ((11.5, 2.5, 0.6), (17.0, 2.5, 1.0)), 0.35, 2),
    Line("email", ((480, 1080), None), 0.19, 420, None, 0, ((8.25, 0.4, 2.2), (11.0, 2.5, 0.7), (15.0, 2.0, 0.5)), 0.3),
)
_WEEKDAY = (1.20, 1.05, 0.98, 0.96, 0.90, 0.42, 0.0)
CAMPAIGN = (date(2026, 4, 13), date(2026, 4, 24))
CAMPAIGN_QUEUES = ("phone-de", "chat")
OUTAGE = (date(2026, 9, 15), 600, 810)
"""Day, first and last minute: the telephones were dead."""
SPIKE = (date(2026, 6, 10), 660, "phone-de")
DUPLICATE = (date(2026, 3, 4), 600, "phone-en")
LOST = ((date(2026, 7, 21), 540, "chat"), (date(2026, 7, 21), 570, "chat"))
AFTER_HOURS = (date(2026, 8, 12), 1290, "chat")


def closed_days(first: date, last: date) -> frozenset[date]:
    """Public holidays of the example's region, on which every queue is closed."""
    return frozenset(public_holidays(REGION, first, last))


def open_slots(line: Line, day: date, closed: frozenset[date]) -> range:
    """Minutes at which a queue's open half-hours start."""
    if day.weekday() == 6 or day in closed:
        return range(0)
    hours = line.opening[1] if day.weekday() == 5 else line.opening[0]
    return range(0) if hours is None else range(*hours, _SLOT)


def day_weight(day: date, closed: frozenset[date]) -> float:
    """Contacts of a day against a usual Tuesday's, from what is known long before."""
    turn = 2 * math.pi * (day.timetuple().tm_yday - 1) / 365.25
    year = 1 + 0.10 * math.cos(turn - 0.25) + 0.035 * math.cos(2 * turn + 0.6)
    trend = math.exp(0.04 * (day - FIRST).days / 365.25)
    after = 1.14 if day - timedelta(days=1) in closed and day.weekday() < 5 else 1.0
    eve = 0.45 if (day.month, day.day) in ((12, 24), (12, 31)) else 1.0
    month_start = 1.06 if day.day <= 3 else 1.0
    return _WEEKDAY[day.weekday()] * year * trend * after * eve * month_start


def profile(line: Line, slots: range) -> list[float]:
    """Share of a day's contacts in each open half-hour."""
    weights = [
        line.ground + sum(w * math.exp(-(((m / 60 + 0.25 - at) / width) ** 2) / 2) for at, width, w in line.peaks)
        for m in slots
    ]
    total = sum(weights)
    return [w / total for w in weights]


def agents_needed(erlangs: float) -> float:
    """Agents for a load at about 80/20: the square-root rule, rounding up, and the second pair of hands of a small queue."""
    return erlangs + 0.75 * math.sqrt(erlangs) + 0.5 + 0.7 * math.exp(-erlangs)


def horizon_hours(level: float, shrinkage: float) -> float:
    """Agent-hours on the roster that January takes when a usual Tuesday brings `level` erlang-hours of work."""
    closed = closed_days(START, START + timedelta(days=DAYS))
    total = 0.0
    for d in range(DAYS):
        day = START + timedelta(days=d)
        for line in LINES:
            slots = open_slots(line, day, closed)
            work = level * line.share * day_weight(day, closed) / effective_concurrency(line)
            if line.name == "email":
                # Deferrable: spread over the day, so it needs its load and little more.
                total += 1.04 * work * bool(slots)
            else:
                total += sum(agents_needed(work * p / 0.5) * 0.5 for p in profile(line, slots))
    return total / (1 - shrinkage)


def effective_concurrency(line: Line) -> float:
    """Contacts that an agent works off at the same time, slowdown of 15% per further one included."""
    return line.concurrency / (1 + 0.15 * (line.concurrency - 1))


def level_for(agent_hours: float, shrinkage: float) -> float:
    """Erlang-hours of a usual Tuesday that take `agent_hours` of the horizon."""
    low, high = 0.0, agent_hours
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if horizon_hours(middle, shrinkage) < agent_hours else (low, middle)
    return low


# -- chance ------------------------------------------------------------------------------------------------


def poisson(random: Random, mean: float) -> int:
    """Poisson count; normal beyond a mean of 50."""
    if mean > 50:
        return max(0, round(random.gauss(mean, math.sqrt(mean))))
    count, left = 0, math.exp(-mean)
    product = random.random()
    while product > left:
        count += 1
        product *= random.random()
    return count


def binomial(random: Random, count: int, chance: float) -> int:
    """Binomial count; normal beyond 100 trials."""
    if count > 100:
        mean = count * chance
        return min(count, max(0, round(random.gauss(mean, math.sqrt(mean * (1 - chance))))))
    return sum(random.random() < chance for _ in range(count))


# -- rows --------------------------------------------------------------------------------------------------

Row = tuple[str, str, str, str, str, str, str]
HEADER = ("interval_start", "queue", "offered", "handled", "abandoned", "aht_seconds", "wait_seconds")


def history_rows(seed: int, level: float) -> list[Row]:
    """Thirteen months of half-hours, with a campaign, an outage and a few dirty rows."""
    random = Random(f"history {seed}")
    closed = closed_days(FIRST - timedelta(days=7), LAST)
    rows: list[Row] = []
    drift = {line.name: 0.0 for line in LINES}
    for d in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=d)
        shared = random.gauss(0, 0.035)
        for line in LINES:
            slots = open_slots(line, day, closed)
            drift[line.name] = 0.7 * drift[line.name] + random.gauss(0, 0.03)
            noise = math.exp(shared + drift[line.name] + random.gauss(0, 0.025))
            daily = level * line.share * 3600 / line.aht_seconds * day_weight(day, closed) * noise
            if CAMPAIGN[0] <= day <= CAMPAIGN[1] and line.name in CAMPAIGN_QUEUES:
                daily *= 1.28
            for minute, part in zip(slots, profile(line, slots), strict=True):
                rows += _interval(random, line, day, minute, daily * part)
        if day == AFTER_HOURS[0]:
            rows.append(_row(day, AFTER_HOURS[1], AFTER_HOURS[2], 2, 2, 0, 493, 20.0))
    return rows


def _interval(random: Random, line: Line, day: date, minute: int, mean: float) -> list[Row]:
    """Rows of one interval: one, none where it got lost, two where it was written twice."""
    dead = day == OUTAGE[0] and OUTAGE[1] <= minute < OUTAGE[2] and line.name.startswith("phone")
    offered = 0 if dead else poisson(random, mean)
    if (day, minute, line.name) == SPIKE:
        offered = 40 * offered + 1
    if line.patience_seconds is None:
        wait, abandoned = None, 0
    else:
        wait = line.wait_seconds * math.exp(random.gauss(0, 0.6))
        abandoned = binomial(random, offered, min(0.5, wait / line.patience_seconds))
    handled = offered - abandoned
    usual = line.aht_seconds * (1 + 0.05 * math.sin((minute - 480) / 180))
    aht = round(usual * math.exp(random.gauss(0, 0.45 / math.sqrt(handled)))) if handled else None
    row = _row(day, minute, line.name, offered, handled, abandoned, aht, wait if offered else None)
    if (day, minute, line.name) in LOST:
        return []
    return [row, row] if (day, minute, line.name) == DUPLICATE else [row]


def _row(
    day: date, minute: int, queue: str, offered: int, handled: int, abandoned: int, aht: int | None, wait: float | None
) -> Row:
    return (
        f"{day} {minute // 60:02d}:{minute % 60:02d}",
        queue,
        str(offered),
        str(handled),
        str(abandoned),
        "" if aht is None else str(aht),
        "" if wait is None else f"{wait:.1f}",
    )
