"""Helpers of the history tests: write a file, read it, look at it."""

from datetime import date

from staffing.errors import InputError
from staffing.grid import OpeningHours
from staffing.history.read import read_history
from staffing.history.settings import HistorySettings

DAY_AND_NIGHT = {"phone": OpeningHours.always()}
OFFICE = {"phone": OpeningHours.parse({"mon-fri": ["08:00-10:00"], "holiday": []})}


def read(
    tmp_path, *texts, opening=None, minutes=30, zone="Europe/Berlin", holidays=frozenset(), deferrable=(), **settings
):
    paths = []
    for i, text in enumerate(texts):
        paths.append(tmp_path / f"history{i or ''}.csv")
        paths[-1].write_text(text, encoding="utf-8")
    return read_history(
        paths,
        HistorySettings(**settings),
        timezone=zone,
        interval_minutes=minutes,
        opening=DAY_AND_NIGHT if opening is None else opening,
        holidays=holidays,
        deferrable=deferrable,
    )


def refused(tmp_path, *texts, **kwargs):
    try:
        read(tmp_path, *texts, **kwargs)
    except InputError as error:
        return [str(p) for p in error.problems]
    raise AssertionError("the history was read")


def at(history, day, clock, queue=0):
    """Index of the (first) interval of a local time."""
    hour, minute = map(int, clock.split(":"))
    index = history.grid.day_index(date.fromisoformat(day))
    return int(history.grid.locate(history.grid.instant(index, hour * 60 + minute)))


def repairs(history, kind):
    return [r for r in history.repairs if r.kind == kind]


def whole_day(day, value=4, minutes=30, queue="phone"):
    """Rows of a whole ordinary day."""
    rows = []
    for m in range(0, 1440, minutes):
        rows.append(f"{day} {m // 60:02d}:{m % 60:02d},{queue},{value}")
    return "\n".join(rows) + "\n"
