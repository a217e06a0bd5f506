"""The month after a published one: a scenario that begins with its rota and its ledger."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from staffing.export.text import csv_bytes
from staffing.frames.tables import LOCKS, ROSTER
from staffing.grid import TimeGrid
from staffing.roster.ledger import ledger_table, next_ledger
from staffing.roster.problem import RosterProblem
from staffing.roster.rota import rota_of
from staffing.ui.vm.levers import save_what_if

OVER = {"locks": LOCKS, "published": ROSTER}
"""Tables that are about the days of the month before only; they begin empty."""


def ledger_of(problem: RosterProblem, rota: pd.DataFrame) -> pd.DataFrame:
    """The ledger after a rota (rows of ``roster.csv`` as text), as the next month reads it."""
    return ledger_table(problem, next_ledger(problem, rota_of(rota, problem)))


def days_after(grid: TimeGrid) -> tuple[date, int]:
    """First day and number of days of what follows a horizon: after whole months as many whole months, else as many days.

    Examples
    --------
    >>> days_after(TimeGrid(date(2027, 1, 1), 31, "UTC")), days_after(TimeGrid(date(2027, 1, 4), 28, "UTC"))
    ((datetime.date(2027, 2, 1), 28), (datetime.date(2027, 2, 1), 28))
    """
    first = grid.dates[-1] + timedelta(days=1)
    if grid.start.day != 1 or first.day != 1:
        return first, grid.days
    months = (first.year - grid.start.year) * 12 + first.month - grid.start.month
    index = first.year * 12 + first.month - 1 + months
    return first, (date(index // 12, index % 12 + 1, 1) - first).days


def set_up_next(folder: Path, name: str, base: Path, problem: RosterProblem, rota: pd.DataFrame) -> Path:
    """Write the scenario of the following month, which takes over everything but what belongs to the month before.

    Parameters
    ----------
    folder, name, base
        As in `levers.save_what_if`.
    problem
        The team of the month before.
    rota
        Its official rota, rows of ``roster.csv`` as text.
    """
    first, days = days_after(problem.grid)
    tables = {
        "previous": csv_bytes(rota).decode("utf-8-sig"),
        "ledger": csv_bytes(ledger_of(problem, rota)).decode("utf-8-sig"),
        **{key: ",".join(column.name for column in contract.columns) + "\n" for key, contract in OVER.items()},
    }
    return save_what_if(folder, name, base, [], tables=tables, more={"horizon": {"start": first, "days": days}})
