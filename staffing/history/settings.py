"""How a history file is to be read."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field
from pydantic.dataclasses import dataclass as settings

from staffing.strict import STRICT


class Layout(StrEnum):
    """What one row of the file is."""

    INTERVALS = "intervals"
    """One interval of one queue: interval_start, queue, offered, and optionally handled, abandoned, aht_seconds."""
    CONTACTS = "contacts"
    """One contact: arrived_at, queue, and optionally outcome, wait_seconds, handle_seconds."""


class Absent(StrEnum):
    """What it means that an interval has no row."""

    ZERO = "zero"
    """Nobody called."""
    MISSING = "missing"
    """Nobody knows."""


@settings(frozen=True, slots=True, config=STRICT)
class HistorySettings:
    """Foreign names and habits of a history file, mapped once."""

    layout: Layout | None = None
    """intervals or contacts; None: recognised by the columns."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Our column name -> the file's, e.g. {offered = "Calls", interval_start = "Date + Time"} (+ joins two columns)."""
    queues: dict[str, str] = Field(default_factory=dict)
    """The file's queue name -> ours; several may share one of ours. Other queues are left out and listed."""
    outcomes: dict[str, str] = Field(default_factory=dict)
    """The file's outcome -> handled, abandoned or ignore (e.g. {AGENT = "handled", HANG = "abandoned"})."""
    timezone: str | None = None
    """Zone of times without an offset; None: the horizon's."""
    interval_minutes: int | None = Field(default=None, ge=5, le=60)
    """Length of the file's intervals; None: found from the data."""
    absent_rows: Absent | None = None
    """zero or missing: what an interval without a row means on a day that has others; None: zero where the file has
    rows with one contact but never one with none, else missing."""
    drivers: tuple[str, ...] = ()
    """Columns that are daily drivers of volume."""
