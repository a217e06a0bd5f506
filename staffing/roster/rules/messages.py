"""What violations and demands say, in English; the app has the same keys in its languages.

A message is a template over named values. Values are numbers, words, days (`date`) and moments (`datetime`); each
language writes them its own way.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

Value = int | float | str | date | datetime
"""What a message may hold."""

MESSAGES: Mapping[str, str] = {
    "one_shift_a_day": "{n} shifts on one day",
    "unknown_shift": "unknown shift type {shift}",
    "shift_start": "a shift {shift} does not start at {begin}",
    "shift_end": "a shift {shift} that starts then does not end at {end}",
    "break_count": "{n} breaks, the shift type has {due}",
    "break_length": "a break from {begin} to {end} is not {minutes} minutes inside the shift",
    "break_window": "a break {hours} h after the start, its window is {earliest} to {latest} h after it",
    "paid_minutes": "{minutes} paid minutes, the shift has {due}",
    "max_daily_hours": "{hours} paid hours, at most {most} are legal",
    "legal_breaks": "{minutes} minutes of break in {hours} h of work, {due} are due beyond {after} h",
    "allowed_shifts": "shift {shift}, the contract names {named}",
    "shift_weekday": "shift {shift} does not start on this weekday",
    "activities": "{name} from {begin} to {end} is not inside the shift beside its breaks",
    "before_employment": "shift {shift} before the first day, {day}",
    "after_employment": "shift {shift} after the last day, {day}",
    "absences": "shift {shift} during {kind} from {first} to {last}",
    "availability": "shift {shift} from {begin} to {end}, available {ranges}",
    "unavailable": "shift {shift} from {begin} to {end}, not available on this day",
    "locked_off": "shift {shift} on a day locked as off",
    "locked_shift": "{shift} on a day locked as {wanted}",
    "locked_start": "{shift} on a day locked as {wanted} from {begin}",
    "rotation": "{shift}, the rotation says {cell}",
    "min_rest": "{hours} h of rest before the shift at {begin}, at least {least} h are due",
    "weekly_rest": "{hours} h of rest around a single day off before the shift at {begin}, at least {least} h are due",
    "day_off": "no day off in this week",
    "forbidden_successions": "shift {shift} on the day after {before}",
    "week_starts": "starts of this week lie {hours} h apart, at most {most} h are agreed",
    "steady_starts": "the start moves by {hours} h from the day before, at most {most} h are agreed",
    "max_consecutive_days": "{n} days in a row, at most {most}",
    "max_consecutive_nights": "{n} night shifts in a row, at most {most}",
    "min_consecutive_days": "{n} days in a row, at least {least}",
    "min_consecutive_days_off": "{n} days off in a row, at least {least}",
    "weekly_hours": "{hours} h in this week, due are {low} to {high} h",
    "max_weekly_hours": "{hours} h in this week, at most {most} h are allowed",
    "horizon_hours": "{hours} h in the horizon, due are {low} to {high} h",
    "max_shifts_per_week": "{n} shifts in this week, at most {most}",
    "weekends_off": "{n} whole weekends off, at least {least}",
    "free_sundays": "{n} free Sundays, at least {least}",
    "sunday_substitutes": "{n} days with a shift in these two weeks, at most {most}: Sundays earn another day off",
    "holiday_substitutes": (
        "{n} days with a shift from here to {last}, at most {most}: Sundays and public holidays earn another day off"
    ),
}
"""Templates of violations by message key."""

ASKED: Mapping[str, str] = {
    "excluded": "anything else",
    "employment": "employed {first} to {last}",
    "absences": "absent {spans}",
    "availability": "works only when available",
    "allowed_shifts": "only shifts {named}",
    "shift_weekday": "only shifts that start on this weekday",
    "rotation": "follows rotation {name}",
    "locks": "{day} is locked as {shift}",
    "min_rest": "{hours} h of rest between shifts",
    "weekly_rest": "{hours} h of rest around a single day off",
    "forbidden_successions": "no such shifts on days in a row: {pairs}",
    "week_starts": "starts in the week of {day} lie at most {hours} h apart",
    "steady_starts": "the start moves by at most {hours} h from day to day",
    "max_consecutive_days": "at most {n} days in a row",
    "max_consecutive_days_before": "at most {n} days in a row ({before} stand before the horizon)",
    "max_consecutive_nights": "at most {n} night shifts in a row",
    "max_consecutive_nights_before": "at most {n} night shifts in a row ({before} stand before the horizon)",
    "min_consecutive_days": "at least {n} days in a row",
    "min_consecutive_days_before": "at least {n} days in a row ({before} stand before the horizon)",
    "min_consecutive_days_off": "at least {n} days off in a row",
    "min_consecutive_days_off_before": "at least {n} days off in a row ({before} stand before the horizon)",
    "weekends_off": "at most {n} of {of} whole weekends with a shift",
    "free_sundays": "at most {n} Sundays with a shift",
    "hours_between_week": "{low} to {high} h in the week of {day}",
    "hours_between_weeks": "{low} to {high} h in the weeks from {day}",
    "hours_between_horizon": "{low} to {high} h in the horizon",
    "hours_most_week": "at most {high} h in the week of {day}",
    "hours_most_weeks": "at most {high} h in the weeks from {day}",
    "hours_most_horizon": "at most {high} h in the horizon",
    "shifts_between_week": "{low} to {high} shifts in the week of {day}",
    "shifts_between_weeks": "{low} to {high} shifts in the weeks from {day}",
    "shifts_between_horizon": "{low} to {high} shifts in the horizon",
    "shifts_most_week": "at most {high} shifts in the week of {day}",
    "shifts_most_weeks": "at most {high} shifts in the weeks from {day}",
    "shifts_most_horizon": "at most {high} shifts in the horizon",
}
"""Templates of what rules ask, by message key; for conflicts."""


REPAIR = "cheapest repair, give up: "
"""Begins a line of `RosterResult.conflicts` that names a demand whose giving up mends what was told before."""

TOGETHER = "all of these "
"""Begins the line that says what would mend all of them."""


def spoken(template: str, values: Mapping[str, Value]) -> str:
    """A template with its values as English writes them.

    Examples
    --------
    >>> spoken("{hours} h after {begin}", {"hours": 10.5, "begin": date(2027, 1, 4)})
    '10.5 h after 2027-01-04'
    """
    return template.format(**{name: _told(value) for name, value in values.items()})


def _told(value: Value) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return f"{round(value, 2):g}" if isinstance(value, float) else str(value)
