"""How well a history would have been forecast: by queue, origin and altogether, in contacts and in agents."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add

import numpy as np

from staffing.errors import InputError, Problem
from staffing.forecast.aht import UNKNOWN, queue_times
from staffing.forecast.backtest import MIN_HISTORY, WINDOW, OriginScore, backtest_panel, origins
from staffing.forecast.events import of_queue
from staffing.forecast.given import on_days
from staffing.forecast.panel import to_panel
from staffing.forecast.settings import Event
from staffing.grid import FloatArray
from staffing.history.series import History
from staffing.progress import SILENT, Monitor, Progress
from staffing.queueing.inverse import Goals, agents_needed

GOALS = Goals(service_level=0.80, threshold_seconds=20.0)
"""Goal at which the error in agents is told, by Erlang C: the same for every queue, so that they compare."""
STEP_DAYS = 28
"""Days from one origin to the next."""


@dataclass(frozen=True)
class Staff:
    """Sums of absolute errors in agents over slots; `need` is the sum of the agents that were needed."""

    error: float
    spreadsheet: float
    need: float
    slots: float

    def __add__(self, other: Staff) -> Staff:
        return Staff(
            self.error + other.error,
            self.spreadsheet + other.spreadsheet,
            self.need + other.need,
            self.slots + other.slots,
        )

    def measures(self) -> dict[str, float]:
        """Mean absolute error in agents, beside the spreadsheet method's, and the mean need."""
        n = max(self.slots, 1.0)
        return {
            "staff_error_agents": self.error / n,
            "spreadsheet_staff_error_agents": self.spreadsheet / n,
            "staff_mean_agents": self.need / n,
        }


@dataclass(frozen=True)
class Origin:
    """One queue, forecast from one day of the past."""

    scored: OriginScore
    staff: Staff

    def measures(self) -> dict[str, float]:
        """Everything that is measured at this origin."""
        return {**self.scored.score.measures(), **self.staff.measures()}


@dataclass(frozen=True)
class Accuracy:
    """Past forecasts and their errors.

    Attributes
    ----------
    lead, days
        Days from an origin to the first scored one, and days scored.
    queues
        Name -> its origins, oldest first; queues whose history is too short are missing.
    skipped
        Queues whose history is too short.
    """

    lead: int
    days: int
    queues: dict[str, tuple[Origin, ...]]
    skipped: tuple[str, ...]

    @property
    def everything(self) -> tuple[Origin, ...]:
        """All origins of all queues."""
        return tuple(o for found in self.queues.values() for o in found)

    @property
    def better(self) -> bool:
        """Whether the forecast beat the spreadsheet method over all."""
        total = pooled(self.everything)
        return total["wape"] <= total["spreadsheet_wape"]


def pooled(found: Iterable[Origin]) -> dict[str, float]:
    """Measures of several origins as one, with ``origins`` and ``origins_better``: ratios of sums, never means of ratios."""
    rows = tuple(found)
    return {
        **reduce(add, (o.scored.score for o in rows)).measures(),
        **reduce(add, (o.staff for o in rows)).measures(),
        "origins": float(len(rows)),
        "origins_better": float(sum(o.scored.better for o in rows)),
    }


def accuracy(
    history: History,
    region: str | None,
    *,
    count: int = 6,
    days: int = WINDOW,
    lead: int = 14,
    events: Sequence[Event] = (),
    planned: Mapping[str, Mapping[date, float]] | None = None,
    monitor: Monitor = SILENT,
) -> Accuracy:
    """Stand at `count` days of the past, four weeks apart, and forecast what has happened since.

    Parameters
    ----------
    history
        What happened.
    region
        Region of public holidays.
    count
        Origins per queue, the latest that leave `lead` and `days` behind them.
    days, lead
        Days scored, and days from the origin to the first of them.
    events
        What the user knows about particular days.
    planned
        Drivers that are known in advance, name -> day -> value.
    monitor
        Told of progress; a stop ends with the queues that are through.

    Raises
    ------
    InputError
        Where no queue's history is long enough.
    """
    began = time.monotonic()
    queues: dict[str, tuple[Origin, ...]] = {}
    skipped = []
    for q, name in enumerate(history.queues):
        monitor.report(Progress("backtest", time.monotonic() - began, q / len(history.queues), note=name))
        if monitor.should_stop() and queues:
            break
        panel = to_panel(history.grid, history.offered[q], history.open[q])
        at = [o for o in origins(panel, lead, STEP_DAYS, window=days) if np.nansum(panel.volume[:o]) > 0][-count:]
        if not at:
            skipped.append(name)
            continue
        ahead = on_days(planned or {}, history.grid.start, history.grid.days)
        scored = backtest_panel(panel, at, region, lead, days, history.drivers, of_queue(events, name), ahead)
        times = queue_times(history, q, history.grid.days)
        aht = times if np.isfinite(times) else UNKNOWN
        queues[name] = tuple(Origin(s, _staff(s, aht, history.grid.seconds)) for s in scored if s.score.contacts > 0)
        if not queues[name]:
            del queues[name]
            skipped.append(name)
    if not queues:
        need = MIN_HISTORY + lead + days
        have = f"{history.grid.days} days of history"
        raise InputError([Problem("history", have, f"{need} days are needed to stand {lead} days before {days} days")])
    return Accuracy(lead, days, queues, tuple(skipped))


def _staff(scored: OriginScore, aht_seconds: float, seconds: int) -> Staff:
    def need(contacts: FloatArray) -> FloatArray:
        seen = contacts[~np.isnan(contacts)]
        return agents_needed(seen * aht_seconds / seconds, aht_seconds, GOALS)

    real, ours, table = need(scored.actual), need(scored.forecast), need(scored.spreadsheet)
    return Staff(
        float(np.abs(ours - real).sum()), float(np.abs(table - real).sum()), float(real.sum()), float(len(real))
    )
