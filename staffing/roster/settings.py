"""What people write about work: shift types, contracts, law, prices and rotations."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass as settings

from staffing.strict import STRICT


@settings(frozen=True, slots=True, config=STRICT)
class Break:
    """A break inside a shift, placed on the interval grid within its window."""

    minutes: Annotated[int, Field(gt=0, le=180)]
    """Length."""
    earliest_hours: Annotated[float, Field(ge=0)]
    """Earliest start, hours after the shift starts."""
    latest_hours: Annotated[float, Field(ge=0)]
    """Latest start, hours after the shift starts."""
    paid: bool = False
    """Whether it counts as working time."""


@settings(frozen=True, slots=True, config=STRICT)
class ShiftType:
    """A template from which dated shifts are made."""

    code: Annotated[str, Field(min_length=1, max_length=8)]
    """Short letters shown in the rota, e.g. E."""
    start: time
    """First possible start, local wall clock."""
    hours: Annotated[float, Field(gt=0, le=24)]
    """From start to end, breaks included."""
    name: str = ""
    """Spoken name, e.g. Early."""
    breaks: tuple[Break, ...] = ()
    """Breaks in their order."""
    latest_start: time | None = None
    """Last possible start; None means that the start is fixed."""
    start_step_minutes: int = Field(default=30, ge=15, le=240)
    """Distance between possible starts."""
    weekdays: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    """Days on which it may start."""
    unpopular: bool = False
    """Whether it is shared out fairly (late, night ...)."""
    on_call: bool = False
    """Whether it is on-call duty: it counts for rest and days in a row, but serves no queue."""
    heads: int = Field(default=0, ge=0, le=1000)
    """People wanted on each of its weekdays, for on-call duty (`prices.missing_duty`); 0: it is only given by hand."""
    hours_factor: float = Field(default=1.0, ge=0, le=1)
    """Share of its time, unpaid breaks left out, that counts as working time and is paid (on-call: e.g. 0.25)."""
    pay_factor: float = Field(default=1.0, ge=0, le=5)
    """Factor on the hourly cost (night bonus: e.g. 1.25)."""

    def paid_minutes(self, seconds: int) -> int:
        """Working time that counts, of a shift of this type that lasts so long; whole minutes, halves up."""
        unpaid = sum(pause.minutes for pause in self.breaks if not pause.paid)
        return int((seconds // 60 - unpaid) * self.hours_factor + 0.5)


@settings(frozen=True, slots=True, config=STRICT)
class Contract:
    """What an agent has agreed to work."""

    weekly_hours: Annotated[float, Field(gt=0, le=60)]
    """Agreed hours a week."""
    hourly_cost: float = Field(default=22.0, ge=0)
    """Cost of one paid hour, in the scenario's currency."""
    week_tolerance_hours: float = Field(default=8.0, ge=0)
    """Hours that a week may differ from the agreed ones (hard)."""
    month_tolerance_hours: float = Field(default=8.0, ge=0)
    """Hours that the horizon may differ from the agreed ones (hard)."""
    max_shifts_per_week: int = Field(default=5, ge=1, le=7)
    """Shifts in a week from Monday to Sunday."""
    max_consecutive_days: int = Field(default=6, ge=1, le=14)
    """Days in a row with a shift; shifts before the horizon count."""
    min_weekends_off: int = Field(default=1, ge=0)
    """Whole weekends without a shift per four weekends that lie wholly in the horizon (pro rata, rounded down)."""
    min_rest_hours: float = Field(default=11.0, ge=0, le=48)
    """Rest between the end of a shift and the start of the next."""
    shifts: tuple[str, ...] | None = None
    """Codes of the shift types it may be given; None means all."""
    max_weekly_hours: float | None = Field(default=None, gt=0, le=100)
    """Paid hours in a week from Monday to Sunday at most, beside the law (students: 20); None means no such limit."""
    max_weekly_hours_in: tuple[tuple[date, date], ...] = ()
    """First and last days (a term ...) of the times in which `max_weekly_hours` holds; none means always."""
    min_consecutive_days: int = Field(default=1, ge=1, le=7)
    """Days in a row with a shift at least."""
    min_consecutive_days_off: int = Field(default=1, ge=1, le=7)
    """Days off in a row at least, absences included."""
    max_consecutive_nights: int | None = Field(default=None, ge=1, le=14)
    """Night shifts (see `law.night_hours`) on days in a row at most; None means no such limit."""
    forbidden_successions: tuple[tuple[str, str], ...] = ()
    """Pairs of shift codes; the second may not follow on the day after the first."""
    max_start_change_hours: float | None = Field(default=None, ge=0, lt=24)
    """Hours that the start may move from one day to the next, on days in a row; None means any."""
    max_start_spread_hours: float | None = Field(default=None, ge=0, lt=24)
    """Hours between the earliest and the latest start within a week, Monday to Sunday; None means any."""
    account_hours: tuple[float, float] | None = None
    """Hours account: lowest and highest balance (ledger included) at the horizon's end; replaces the month's tolerance."""
    overtime_hours: float = Field(default=0.0, ge=0)
    """Hours of the horizon beyond the month's tolerance that may be bought as overtime."""
    overtime_factor: float = Field(default=1.25, ge=1, le=5)
    """Factor on the hourly cost of overtime."""
    time_off_hours: float = Field(default=0.0, ge=0)
    """Hours of the horizon below the month's tolerance that may be given as voluntary time off."""
    time_off_price: float = Field(default=0.0, ge=0)
    """Price of an hour of voluntary time off."""


@settings(frozen=True, slots=True, config=STRICT)
class Law:
    """Limits that no contract may pass (defaults: German working-time law)."""

    max_daily_hours: float = Field(default=10.0, gt=0, le=24)
    """Paid hours in one shift."""
    max_weekly_hours: float = Field(default=48.0, gt=0, le=100)
    """Paid hours in a week from Monday to Sunday."""
    min_rest_hours: float = Field(default=11.0, ge=0, le=48)
    """Rest between shifts."""
    max_consecutive_days: int = Field(default=6, ge=1, le=14)
    """Days in a row with a shift."""
    break_after_hours: float = Field(default=6.0, gt=0)
    """Working time beyond which a break of at least `break_minutes` is due."""
    break_minutes: int = Field(default=30, ge=0)
    """Minutes of break due beyond `break_after_hours`."""
    weekly_rest_hours: float = Field(default=35.0, ge=0, le=40)
    """Rest around a single day off; a week from Monday to Sunday has at least one day off. 0 means no such rule."""
    free_sundays_per_year: float = Field(default=15.0, ge=0, le=52)
    """Sundays a year without a shift, asked for in proportion to the horizon."""
    substitute_days: bool = True
    """Whether work on Sundays (within two weeks) and public holidays (within eight) earns another day off."""
    night_start: time = time(23)
    """Beginning of the night, local wall clock."""
    night_end: time = time(6)
    """End of the night."""
    night_hours: float = Field(default=2.0, ge=0)
    """A shift with more hours than this in the night is a night shift."""
    forbidden_successions: tuple[tuple[str, str], ...] = ()
    """Pairs of shift codes; the second may not follow on the day after the first, whatever the contract."""


@settings(frozen=True, slots=True, config=STRICT)
class Prices:
    """What is bought and what is avoided, in the scenario's currency."""

    understaffing: tuple[float, float, float] = (30.0, 60.0, 120.0)
    """Per missing agent-hour: the first tier, the second, the rest. Each at least the one before."""
    understaffing_tiers: tuple[float, float] = (0.10, 0.15)
    """Widths of the first two tiers as shares of the need."""
    overstaffing: tuple[float, float] = (2.0, 6.0)
    """Per surplus agent-hour: the first tier, the rest."""
    overstaffing_tier: float = Field(default=0.10, ge=0)
    """Width of the first overstaffing tier as a share of the need."""
    request: float = Field(default=20.0, ge=0)
    """For a refused request of weight 1."""
    weekend: tuple[float, float] = (25.0, 75.0)
    """Per weekend above an agent's fair share: the first, each further one."""
    unpopular: tuple[float, float] = (12.0, 36.0)
    """Per unpopular shift above an agent's fair share: the first two, each further one."""
    night: tuple[float, float] = (0.0, 0.0)
    """Per night shift above an agent's fair share, beside its price as an unpopular shift: the first two, each further
    one."""
    holiday: tuple[float, float] = (25.0, 75.0)
    """Per public holiday with a shift above an agent's fair share: the first, each further one."""
    missing_duty: float = Field(default=1000.0, ge=0)
    """Per person missing in an on-call duty (`shift.heads`)."""
    duty: tuple[float, float] = (12.0, 36.0)
    """Per on-call duty above an agent's fair share: the first, each further one."""
    request_memory: float = Field(default=0.25, ge=0, le=1)
    """By how much more a wish weighs for each wish above the fair share that was refused before, and less for each below
    (ledger: `refusals`); at least half and at most twice."""
    hours_deviation: float = Field(default=4.0, ge=0)
    """Per hour that the horizon differs from the agreed hours."""
    change: float = Field(default=0.0, ge=0)
    """Per agent-day that differs from the published rota (table `published`)."""


OFF, ANY = "-", "*"
"""Days of a rotation: a day off, and anything."""


@settings(frozen=True, slots=True, config=STRICT)
class Rotation:
    """A pattern of weeks that repeats: which shift types may be given on each day."""

    weeks: Annotated[tuple[str, ...], Field(min_length=1)]
    """Seven entries for Monday to Sunday, separated by blanks: a shift code, several joined by / (one of them is
    worked), - (off), * (anything). A code with ? may also be a day off, e.g. E/L?."""
    first_monday: date
    """Monday on which the first week begins for agents of rotation_week 1."""

    def cell(self, day: date, agent_week: int = 1) -> str:
        """What the pattern says of a day, for an agent who is in week `agent_week` on `first_monday`."""
        weeks = (day - self.first_monday).days // 7 + agent_week - 1
        return self.weeks[weeks % len(self.weeks)].split()[day.weekday()]
