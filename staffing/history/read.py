"""Read history files into a `History`: interval tables and contact records, CSV or XLSX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import date
from pathlib import Path

from staffing.grid import OpeningHours
from staffing.history.series import History
from staffing.history.settings import HistorySettings


def read_history(
    paths: Sequence[Path],
    settings: HistorySettings,
    *,
    timezone: str,
    interval_minutes: int,
    opening: Mapping[str, OpeningHours],
    holidays: Set[date] = frozenset(),
) -> History:
    """Read, check and clean one or more history files."""
    raise NotImplementedError
