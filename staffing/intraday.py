"""The month under way: forecast the rest again from what has come, and split the miss between plan and actual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from staffing.errors import InputError, Problem
from staffing.forecast.intraday import reforecast, rest_of_day
from staffing.forecast.reconcile import Day, Reconciliation, reconcile
from staffing.forecast.result import LEVELS, Forecast
from staffing.grid import BoolArray, FloatArray, TimeGrid
from staffing.history.actuals import Actuals, read_actuals
from staffing.inputs import Inputs
from staffing.plan import Preparation, requirement_of
from staffing.requirement import Channel, Requirement
from staffing.roster import costs
from staffing.roster.problem import Roster

CAUSES = ("volume", "aht", "shrinkage", "staffing")


def actuals_of(inputs: Inputs, paths: Sequence[Path]) -> Actuals:
    """Read what happened in a scenario's horizon from files in the form of its history.

    Raises
    ------
    InputError
        With every problem of every file.
    """
    scenario = inputs.scenario
    return read_actuals(
        paths,
        scenario.history,
        inputs.grid,
        scenario.opening(),
        inputs.holidays,
        [q for q, s in scenario.queue.items() if s.channel is Channel.EMAIL],
    )


# -- the rest of the day -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Update:
    """The forecast before and after some of the month was seen.

    Attributes
    ----------
    before, after
        Forecasts.
    needed_before, needed
        Requirements.
    now
        Index of the first interval that had not happened.
    """

    before: Forecast
    after: Forecast
    needed_before: Requirement
    needed: Requirement
    now: int

    @property
    def today(self) -> slice:
        """Intervals of the day of `now`."""
        grid = self.before.grid
        d = int(grid.day[self.now])
        return slice(int(grid.day_first[d]), int(grid.day_first[d + 1]))


def update(ready: Preparation, actuals: Actuals, at: str | None = None) -> Update:
    """Forecast the rest of a day and of the horizon from what has come in.

    Parameters
    ----------
    ready
        The scenario up to its requirement.
    actuals
        What happened.
    at
        Time of the view: ``HH:MM`` on the last day with contacts, or ``YYYY-MM-DD HH:MM``; nothing later is read.
        None: the end of the last interval with contacts.

    Raises
    ------
    InputError
        A time that cannot be read or lies outside the horizon.
    """
    grid = ready.forecast.grid
    now = actuals.until if at is None else _index(grid, at, actuals.until)
    if at is None and (now == len(grid) or grid.day[now] != grid.day[now - 1]):
        now -= 1  # the day's last interval has come: the view stays on that day
    after = reforecast(ready.forecast, actuals.offered, now)
    return Update(ready.forecast, after, ready.requirement, requirement_of(ready.inputs, after), now)


def _index(grid: TimeGrid, at: str, until: int) -> int:
    text = at if len(at) > 8 else f"{grid.dates[int(grid.day[until - 1])]} {at}"
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        raise InputError([Problem("--at", f"cannot read {at!r}", "write 11:30 or 2027-01-12T11:30")]) from None
    day = (wall.date() - grid.start).days
    found = int(grid.locate([grid.instant(day, wall.hour * 60 + wall.minute)])[0]) if 0 <= day < grid.days else -1
    if found < 0:
        raise InputError([Problem("--at", f"{wall} is not in the horizon", f"{grid.start} to {grid.dates[-1]}")])
    return found


@dataclass(frozen=True, slots=True)
class DayOutlook:
    """One queue's day, seen at some time of it.

    Attributes
    ----------
    queue
        Its name.
    came, expected
        Contacts so far (where known), and what was forecast for the same intervals.
    rest, rest_low, rest_high
        Contacts still to come, with the ends of the 80% band.
    planned
        Contacts of the whole day as forecast before.
    most_agents_more
        Largest number of agents on the roster that the new forecast needs more than the old one in an interval to come.
    """

    queue: str
    came: float
    expected: float
    rest: float
    rest_low: float
    rest_high: float
    planned: float
    most_agents_more: float


def outlook(seen: Update, actuals: Actuals) -> tuple[DayOutlook, ...]:
    """The day's figures, one entry per queue."""
    today, now = seen.today, seen.now
    band = rest_of_day(seen.after, now)
    rest = slice(now, today.stop)
    out = []
    for q, name in enumerate(seen.after.queues):
        known = np.arange(today.start, now)[~np.isnan(actuals.offered[q, today.start : now])]
        more = (seen.needed.on_roster - seen.needed_before.on_roster)[q, rest]
        out.append(
            DayOutlook(
                queue=name,
                came=float(actuals.offered[q, known].sum()),
                expected=float(seen.before.contacts[q, known].sum()),
                rest=float(seen.after.contacts[q, rest].sum()),
                rest_low=float(band[LEVELS.index(0.10), q]),
                rest_high=float(band[LEVELS.index(0.90), q]),
                planned=float(seen.before.contacts[q, today].sum()),
                most_agents_more=float(more[np.argmax(np.abs(more))]) if len(more) else 0.0,
            )
        )
    return tuple(out)


def update_table(seen: Update) -> pd.DataFrame:
    """The rest of the day by interval and queue, where open.

    ``interval_start, queue, contacts, contacts_p10, contacts_p50, contacts_p90, aht_seconds, planned, on_roster,
    on_roster_planned``; `planned` is the forecast before.
    """
    grid, after = seen.before.grid, seen.after
    rows = []
    for t in range(seen.now, seen.today.stop):
        for q, name in enumerate(after.queues):
            if after.open[q, t]:
                band = (after.quantiles[LEVELS.index(p), q, t] for p in (0.10, 0.50, 0.90))
                figures = (after.contacts[q, t], *band, after.aht_seconds[q, t], seen.before.contacts[q, t])
                agents = (seen.needed.on_roster[q, t], seen.needed_before.on_roster[q, t])
                rows.append((grid.label(t), name, *(round(float(x), 2) for x in (*figures, *agents))))
    columns = ["interval_start", "queue", "contacts", "contacts_p10", "contacts_p50", "contacts_p90", "aht_seconds"]
    return pd.DataFrame(rows, columns=[*columns, "planned", "on_roster", "on_roster_planned"])


# -- plan against actual -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reconciled:
    """The change of the balance (agent hours on contacts less work) from plan to actual, by cause.

    Attributes
    ----------
    grid, queues
        The horizon and the queues.
    split
        Agent hours, each of shape (Q, T); 0 where nothing is compared.
    compared
        Intervals of which the contacts are known, shape (Q, T).
    work_planned, work
        Agent hours of work planned and actual, shape (Q, T).
    notes
        What was not known and taken as planned.
    """

    grid: TimeGrid
    queues: tuple[str, ...]
    split: Reconciliation
    compared: BoolArray
    work_planned: FloatArray
    work: FloatArray
    notes: tuple[str, ...]


def reconciled(ready: Preparation, actuals: Actuals, roster: Roster | None = None) -> Reconciled:
    """Split the miss of every interval into volume, handling time, shrinkage and staffing; they add up exactly.

    Parameters
    ----------
    ready
        The plan: forecast with its adjustments, requirement, shrinkage.
    actuals
        What happened. Handling times, agents or shrinkage that it does not know are taken as planned, which is noted.
    roster
        The rota; None: the requirement is taken as the staff planned.

    Notes
    -----
    Shrinkage that happened is ``1 - on_phones / agents``. Agents known without those on the phones lose the planned share;
    those on the phones alone are scaled up by it. A chat counts its handling time divided by the chats at a time.
    """
    forecast, need = ready.forecast, ready.requirement
    planned_agents = np.array(need.on_roster)
    if roster is not None:
        planned_agents = np.array(costs.coverage(ready.problem, roster).staffed)
    concurrency = np.array(
        [q.concurrency if q.channel is Channel.CHAT else 1 for q in ready.inputs.scenario.queue.values()]
    )[:, None]
    compared = ~np.isnan(actuals.offered)
    notes: list[str] = []
    aht = _known(actuals.aht_seconds, forecast.aht_seconds, compared & (actuals.offered > 0), "handling time", notes)
    net = 1.0 - need.shrinkage
    agents = np.where(np.isnan(actuals.agents), actuals.on_phones / net, actuals.agents)
    with np.errstate(invalid="ignore", divide="ignore"):
        lost = np.where(actuals.agents > 0, 1.0 - actuals.on_phones / actuals.agents, np.nan)
    busy = compared & ((planned_agents > 0) | (agents > 0))
    agents = _known(agents, planned_agents, busy, "number of agents", notes)
    lost = _known(lost, np.full(lost.shape, need.shrinkage), busy, "shrinkage", notes)
    hours = forecast.grid.hours
    offered = np.where(compared, actuals.offered, 0.0)
    zero = np.zeros(offered.shape)
    plan = Day(
        np.where(compared, forecast.contacts, 0.0),
        forecast.aht_seconds / concurrency,
        np.where(compared, planned_agents, 0.0),
        zero + need.shrinkage,
        hours,
    )
    real = Day(offered, aht / concurrency, np.where(compared, agents, 0.0), lost, hours)
    return Reconciled(
        grid=forecast.grid,
        queues=forecast.queues,
        split=reconcile(plan, real),
        compared=compared,
        work_planned=np.asarray(plan.contacts) * np.asarray(plan.aht_seconds) / 3600,
        work=np.asarray(real.contacts) * np.asarray(real.aht_seconds) / 3600,
        notes=tuple(notes),
    )


def _known(actual: FloatArray, planned: FloatArray, wanted: BoolArray, what: str, notes: list[str]) -> FloatArray:
    missing = wanted & np.isnan(actual)
    if missing.any():
        share = missing.sum() / wanted.sum()
        notes.append(f"{what}: unknown in {share:.0%} of the intervals compared; taken as planned there")
    return np.where(np.isnan(actual), planned, actual)


def by_day(found: Reconciled) -> pd.DataFrame:
    """``date, queue, intervals, work_planned, work, miss, volume, aht, shrinkage, staffing`` in agent hours, days seen only."""
    grid = found.grid
    values = {
        "intervals": found.compared.astype(np.float64),
        "work_planned": found.work_planned,
        "work": found.work,
        "miss": found.split.miss,
        **{c: getattr(found.split, c) for c in CAUSES},
    }
    sums = {name: np.add.reduceat(x, grid.day_first[:-1], axis=1) for name, x in values.items()}
    rows = [
        (grid.dates[d].isoformat(), name, int(sums["intervals"][q, d]), *(sums[c][q, d] for c in list(values)[1:]))
        for d in range(grid.days)
        for q, name in enumerate(found.queues)
        if sums["intervals"][q, d] > 0
    ]
    return pd.DataFrame(rows, columns=["date", "queue", *values])


def by_queue(found: Reconciled) -> dict[str, dict[str, float]]:
    """The same sums per queue over everything compared, and of all queues under the empty name."""
    table = by_day(found)
    columns = [c for c in table.columns if c not in ("date", "queue")]
    out = {str(q): {c: float(rows[c].sum()) for c in columns} for q, rows in table.groupby("queue", sort=False)}
    return {**out, "": {c: float(table[c].sum()) for c in columns}}
