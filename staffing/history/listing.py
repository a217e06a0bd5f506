"""The list of what was changed or left out; long runs of one kind are listed by their first rows and counted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from staffing.frames import LISTED, Table
from staffing.grid import BoolArray
from staffing.history.series import Repair


class Listing:
    """Collects repairs."""

    def __init__(self) -> None:
        self._repairs: list[Repair] = []

    def add(self, where: str, kind: str, what: str, rows: int = 1) -> None:
        """Note one repair."""
        self._repairs.append(Repair(where, kind, what, rows))

    def rows(self, table: Table, at: BoolArray, kind: str, say: Callable[[int], str]) -> None:
        """Note a repair for each row of a mask, shape (N,); `say` words the one of a row."""
        found = np.flatnonzero(at)
        for i in found[:LISTED].tolist():
            self.add(table.where(i), kind, say(i))
        if len(found) > LISTED:
            rest = found[LISTED:]
            self.add(
                table.name,
                kind,
                f"{len(rest)} more rows like these, rows {table.rows[rest[0]]} to {table.rows[rest[-1]]}",
                len(rest),
            )

    def all(self) -> tuple[Repair, ...]:
        """Everything noted so far."""
        return tuple(self._repairs)
