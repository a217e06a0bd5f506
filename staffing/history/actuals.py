"""What happened on days of a horizon, as far as they have come: contacts, handling times, and who was there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from staffing.errors import InputError, Problem, Problems
from staffing.frames import Contract, Table, parse, place, plain, read_sheet
from staffing.frames.tables import STAFF
from staffing.grid import FloatArray, IntArray, OpeningHours, TimeGrid, read_only
from staffing.history.listing import Listing
from staffing.history.queues import assign
from staffing.history.read import read_history
from staffing.history.series import History, Repair
from staffing.history.settings import HistorySettings


@dataclass(frozen=True)
class Actuals:
    """What happened, on the axis of a horizon of T intervals.

    Attributes
    ----------
    queues
        Names, Q of them.
    offered
        Contacts, shape (Q, T); NaN where unknown, closed or not yet known.
    aht_seconds
        Average handling time, shape (Q, T); NaN where unknown.
    agents
        Agents who were there for the queue, breaks and the like included (gross), shape (Q, T); NaN where unknown.
    on_phones
        Agents who worked on its contacts or waited for them (net), shape (Q, T); NaN where unknown.
    until
        Index of the first interval after the last one with contacts.
    repairs
        What was changed while reading.
    """

    queues: tuple[str, ...]
    offered: FloatArray
    aht_seconds: FloatArray
    agents: FloatArray
    on_phones: FloatArray
    until: int
    repairs: tuple[Repair, ...] = ()

    def __post_init__(self) -> None:
        read_only(self)


def read_actuals(
    paths: Sequence[Path],
    settings: HistorySettings,
    grid: TimeGrid,
    opening: Mapping[str, OpeningHours],
    holidays: Set[date] = frozenset(),
    deferrable: Collection[str] = (),
) -> Actuals:
    """Read files in the form of the history, interval by interval or contact by contact, for days of a horizon.

    Parameters
    ----------
    paths
        Files; interval tables may have the further columns ``agents`` and ``on_phones``.
    settings
        Foreign names and habits: those of the history.
    grid
        The horizon.
    opening, holidays, deferrable
        As in `read_history`; the keys of `opening` are the queues.

    Raises
    ------
    InputError
        With every problem of every file; no row in the horizon.
    """
    history = read_history(
        paths,
        settings,
        timezone=grid.timezone,
        interval_minutes=grid.interval_minutes,
        opening=opening,
        holidays=holidays,
        deferrable=deferrable,
    )
    at = grid.locate(history.grid.starts)
    inside = at >= 0
    came = np.flatnonzero(inside & (np.nan_to_num(history.offered) > 0).any(axis=0))
    if not len(came):
        names = ", ".join(p.name for p in paths)
        spans = f"{history.grid.dates[0]} to {history.grid.dates[-1]}"
        wanted = f"rows from {grid.start} to {grid.dates[-1]} are needed"
        raise InputError([Problem(names, f"holds no contacts of the horizon, but days {spans}", wanted)])
    until = int(at[came[-1]]) + 1
    agents, on_phones = _staff(paths, settings, grid, history)
    return Actuals(
        queues=history.queues,
        offered=_onto(grid, at, history.offered, until),
        aht_seconds=_onto(grid, at, history.aht_seconds, until),
        agents=agents,
        on_phones=on_phones,
        until=until,
        repairs=tuple(r for r in history.repairs if r.kind not in ("gap", "handled")),
    )


def _onto(grid: TimeGrid, at: IntArray, values: FloatArray, until: int) -> FloatArray:
    out = np.full((len(values), len(grid)), np.nan)
    out[:, at[at >= 0]] = values[:, at >= 0]
    out[:, until:] = np.nan
    return out


def _staff(
    paths: Sequence[Path], settings: HistorySettings, grid: TimeGrid, history: History
) -> tuple[FloatArray, FloatArray]:
    """Agents who were there and who worked, each of shape (Q, T); NaN where no file tells."""
    problems = Problems()
    columns = {k: v for k, v in settings.columns.items() if k in {c.name for c in STAFF.columns}}
    found = {c: np.full((len(history.queues), len(grid)), np.nan) for c in ("agents", "on_phones")}
    for path in paths:
        sheet = read_sheet(path)
        header = {plain(h) for h in sheet.header}
        told = [c for c in found if plain(columns.get(c, c)) in header]
        if not told or plain(columns.get("interval_start", "interval_start").split("+")[0]) not in header:
            continue
        kept = tuple(c for c in STAFF.columns if c.name not in found or c.name in told)
        table = parse(sheet, Contract(STAFF.name, kept), problems, columns, "history")
        if table is None:
            continue
        (ours,) = assign([table], settings.queues, history.queues, problems, Listing())
        t = grid.locate(place(table.moments("interval_start"), settings.timezone or grid.timezone).unix)
        for name in told:
            _put(found[name], table, ours, t, name)
    problems.raise_if_any()
    return found["agents"], found["on_phones"]


def _put(out: FloatArray, table: Table, ours: IntArray, t: IntArray, name: str) -> None:
    """Mean over the rows of an interval of the same file's queue, summed over the queues that are one of ours."""
    use = (ours >= 0) & (t >= 0) & ~np.isnan(table.numbers(name))
    theirs = table.text("queue")[use] if "queue" in table else np.zeros(int(use.sum()))
    rows = pd.DataFrame({"q": ours[use], "t": t[use], "theirs": theirs, "n": table.numbers(name)[use]})
    mean = rows.groupby(["q", "t", "theirs"])["n"].mean().groupby(level=["q", "t"]).sum()
    q, when = mean.index.get_level_values("q").to_numpy(), mean.index.get_level_values("t").to_numpy()
    out[q, when] = mean.to_numpy()
