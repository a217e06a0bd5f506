"""Scenario files of the example team, as text."""

from __future__ import annotations

from staffing.example.demand import DAYS, LINES, REGION, START, TIMEZONE, Line
from staffing.example.team import CONTRACTS, SATURDAY, SHIFTS, TIMES

SHRINKAGE = {"sickness": 0.055, "meetings": 0.03, "coaching": 0.025}
COSTS = {"full": 24.5, "part30": 23.5, "part20": 22.5}
_NAMES = {
    "E1": "Early",
    "E2": "Early, half past",
    "D1": "Day",
    "D2": "Day, from ten",
    "L1": "Late",
    "E6": "Early, six hours",
    "M6": "Middle, six hours",
    "L6": "Late, six hours",
    "E4": "Morning",
    "M4": "Noon",
    "L4": "Evening",
    "SA": "Saturday",
}
_UNPOPULAR = frozenset({"L1", "L6", "L4"})


def base_toml() -> str:
    """The base scenario."""
    parts = [
        '# A multilingual support centre. Written by "staffing example"; change what you like.',
        'name = "Helpdesk, January 2027"',
        'currency = "EUR"',
        f'horizon = {{ start = {START}, days = {DAYS}, timezone = "{TIMEZONE}", interval_minutes = 30 }}',
        "",
        "[tables]",
        *(
            f'{name} = "tables/{name}.csv"'
            for name in ("history", "agents", "absences", "requests", "locks", "previous", "ledger", "events")
        ),
        "",
        "[forecast]",
        f'holiday_region = "{REGION}"',
        "",
        "[shrinkage]  # shares of rostered time",
        *(f"{cause} = {share}" for cause, share in SHRINKAGE.items()),
        "",
        *(row for line in LINES for row in _queue(line)),
        *(row for name in CONTRACTS for row in _contract(name)),
        *(row for code in TIMES for row in _shift(code)),
        "[solver]",
        "seconds = 60",
        "workers = 2",
        "seed = 1",
        "",
        "[simulation]",
        "replications = 100",
        "seed = 1",
        f"absence = {SHRINKAGE['sickness']}  # takes whole shifts; the rest of the shrinkage takes people away for a while",
    ]
    return "\n".join(parts) + "\n"


def what_ifs() -> dict[str, str]:
    """File name -> text of each what-if."""
    factors = [f"{line.name} = 1.2" for line in LINES]
    phones = [line.name for line in LINES if line.name.startswith("phone")]
    goals = [row for q in phones for row in ("", f"[target.{q}]", "service_level = 0.9", "threshold_seconds = 10")]
    return {
        "volume-20.toml": _extending("20% more contacts", ["[demand.scale]", *factors]),
        "two-hires.toml": _extending("Two hires", ["[tables]", 'agents = ["tables/agents.csv", "tables/hires.csv"]']),
        "target-90-10.toml": _extending("90/10 on the telephone", goals[1:]),
    }


def _extending(name: str, rows: list[str]) -> str:
    return "\n".join(['extends = "base.toml"', f'name = "{name}"', "", *rows]) + "\n"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _queue(line: Line) -> list[str]:
    week, saturday = line.opening
    days = [f'"mon-fri" = ["{_clock(week[0])}-{_clock(week[1])}"]']
    if saturday:
        days.append(f'"sat" = ["{_clock(saturday[0])}-{_clock(saturday[1])}"]')
    channel = "voice" if line.name.startswith("phone") else line.name
    rows = [f"[queue.{line.name}]", f'channel = "{channel}"', f'opening = {{ {", ".join(days)}, "holiday" = [] }}']
    if line.concurrency > 1:
        rows += [f"concurrency = {line.concurrency}", "concurrency_slowdown = 0.15"]
    rows += ["", f"[target.{line.name}]"]
    if channel == "email":
        rows += ["service_level = 0.9", "response_hours = 8"]
    elif channel == "chat":
        rows += ["service_level = 0.8", "threshold_seconds = 60", "max_occupancy = 0.9"]
    else:
        rows += ["service_level = 0.8", "threshold_seconds = 20", "max_occupancy = 0.88"]
    return [*rows, ""]


def _contract(name: str) -> list[str]:
    codes = ", ".join(f'"{code}"' for code in (*SHIFTS[name], SATURDAY))
    return [
        f"[contract.{name}]",
        f"weekly_hours = {CONTRACTS[name]}",
        f"hourly_cost = {COSTS[name]}",
        f"shifts = [{codes}]",
        "",
    ]


def _shift(code: str) -> list[str]:
    start, length, pause = TIMES[code]
    rows = ["[[shift]]", f'code = "{code}"', f'name = "{_NAMES[code]}"', f"start = {_clock(start)}:00"]
    rows.append(f"hours = {length / 60:g}" if length % 60 else f"hours = {length / 60:.1f}")
    if pause:
        latest = length / 60 - 3.5 if length < 480 else 5.0
        earliest = 2.0 if length < 480 else 3.0
        rows.append(
            f"breaks = [{{ minutes = {pause}, earliest_hours = {earliest}, latest_hours = {max(earliest + 1, latest)} }}]"
        )
    days = ("sat",) if code == SATURDAY else ("mon", "tue", "wed", "thu", "fri")
    rows.append("weekdays = [" + ", ".join(f'"{d}"' for d in days) + "]")
    if code in _UNPOPULAR:
        rows.append("unpopular = true")
    return [*rows, ""]
