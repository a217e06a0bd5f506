"""Add up replications and tell what they say."""

from __future__ import annotations

import numpy as np

from staffing.grid import FloatArray
from staffing.simulation.case import Case, Outcome
from staffing.simulation.estimate import Estimate, Sums, ratio, share
from staffing.simulation.kernels.records import (
    ABANDONED_COUNT,
    COUNTS,
    IN_TIME,
    JUDGED,
    OFFERED,
    QUICK_ABANDONED,
    SERVED_COUNT,
    TURNED_COUNT,
    WAIT_SUM,
    WAITING_COUNT,
)
from staffing.simulation.model import SimulationResult

SERVICE, ABANDONMENT, WAIT = range(3)
"""Ratios that are followed per queue and interval."""

_NUMERATORS, _DENOMINATORS = [IN_TIME, ABANDONED_COUNT, WAIT_SUM], [JUDGED, OFFERED, SERVED_COUNT]


class Tally:
    """Adds up replications in their order, so that the sums do not depend on who computed them."""

    def __init__(self, case: Case) -> None:
        self.case = case
        n_queues, n = case.contacts.shape
        self.replications = 0
        self.contacts = 0
        self.counts = np.zeros((n_queues, n, COUNTS))
        self.products = np.zeros((3, n_queues, n, len(_NUMERATORS)))
        self.days = np.zeros((case.settings.replications, n_queues, case.demand.grid.days, COUNTS))
        self.crews = len(case.groups.crews)
        self.able = case.groups.able(n_queues)
        rows = self.crews + n_queues + 1
        self.busy, self.busy_month = Sums.none((rows, n)), Sums.none((self.crews + 1,))
        self.overtime: list[float] = []

    def add(self, r: int, outcome: Outcome) -> None:
        """Add the outcome of replication `r`."""
        from staffing.simulation.kernels.tallies import add_up

        self.replications += 1
        self.contacts += outcome.made
        add_up(
            outcome.counts,
            self.case.day_first,
            np.array(_NUMERATORS),
            np.array(_DENOMINATORS),
            self.counts,
            self.products,
            self.days[r],
        )
        busy, present = (self._rows(x) for x in (outcome.busy, outcome.present))
        self.busy = self.busy.plus(busy, present)
        each = [*range(self.crews), -1]
        self.busy_month = self.busy_month.plus(busy[each].sum(axis=1), present[each].sum(axis=1))
        self.overtime.append(outcome.overtime)

    def _rows(self, seconds: FloatArray) -> FloatArray:
        """Seconds of crews, shape (crews, T), beside those of all who serve each queue and, last, of all people."""
        return np.concatenate((seconds[: self.crews], self.able @ seconds, seconds.sum(axis=0, keepdims=True)))

    def interval(self, which: int) -> Sums:
        """Sums of a ratio per queue and interval."""
        yy, xx, xy = self.products[..., which]
        y, x = self.counts[..., _NUMERATORS[which]], self.counts[..., _DENOMINATORS[which]]
        return Sums(y, x, yy, xx, xy, self.replications)

    def result(self) -> SimulationResult:
        """Means, bands and chances over the replications added so far."""
        demand, runs = self.case.demand, self.replications
        days = self.days[:runs]
        months = days.sum(axis=2)
        day, month = np.moveaxis(days, -1, 0), np.moveaxis(months, -1, 0)
        early = month[IN_TIME] + month[QUICK_ABANDONED]
        mean = np.moveaxis(self.counts, 2, 0) / runs
        service, abandonment, asa = (
            share(self.interval(SERVICE)),
            share(self.interval(ABANDONMENT)),
            ratio(self.interval(WAIT)),
        )
        queue_service = _each(month[IN_TIME], month[JUDGED])
        queue_abandonment = _each(month[ABANDONED_COUNT], month[OFFERED])
        queue_asa = ratio(Sums.of(month[WAIT_SUM], month[SERVED_COUNT]))
        overtime = np.array(self.overtime)[:, None]
        overtime_band = ratio(Sums.of(overtime, np.ones_like(overtime)))
        # A share of time is judged like one of contacts, a handling time counting as one.
        handling = self.busy_month.y[-1] / max(float(mean[SERVED_COUNT].sum()) * runs, 1.0)
        unit = max(float(handling), 1.0)
        occupancy, month_occupancy = share(self.busy.per(unit)), _single(self.busy_month.per(unit))
        return SimulationResult(
            grid=demand.grid,
            queues=demand.queues,
            offered=mean[OFFERED],
            answered_in_time=mean[IN_TIME],
            served=mean[SERVED_COUNT],
            abandoned=mean[ABANDONED_COUNT],
            service_level=service.mean,
            service_level_low=service.low,
            service_level_high=service.high,
            asa_seconds=asa.mean,
            queue_service_level=queue_service.mean,
            queue_service_level_low=queue_service.low,
            queue_service_level_high=queue_service.high,
            queue_asa_seconds=queue_asa.mean,
            queue_abandonment=queue_abandonment.mean,
            day_meets_target=_meets(day[IN_TIME], day[JUDGED], demand.target[:, None]),
            month_meets_target=_meets(month[IN_TIME], month[JUDGED], demand.target),
            occupancy=_part(occupancy, -1),
            overtime_seconds=float(overtime_band.mean[OFFERED]),
            replications=runs,
            seed=self.case.settings.seed,
            turned_away=mean[TURNED_COUNT],
            still_waiting=mean[WAITING_COUNT],
            abandonment=abandonment,
            asa=asa,
            day_service_level=_each(day[IN_TIME], day[JUDGED]),
            day_abandonment=_each(day[ABANDONED_COUNT], day[OFFERED]),
            day_asa=ratio(Sums.of(day[WAIT_SUM], day[SERVED_COUNT])),
            queue_abandonment_band=queue_abandonment,
            queue_asa_band=queue_asa,
            queue_variants={
                "without early abandons": _each(month[IN_TIME], month[JUDGED] - month[QUICK_ABANDONED]),
                "of the answered": _each(month[IN_TIME], month[SERVED_COUNT]),
                "early abandons count": _each(early, month[JUDGED]),
            },
            skill_groups=self.case.groups.crews,
            group_occupancy=_part(occupancy, slice(self.crews)),
            queue_occupancy=_part(occupancy, slice(self.crews, -1)),
            month_occupancy=month_occupancy,
            overtime=overtime_band,
            contacts_simulated=self.contacts,
            day_in_time=np.ascontiguousarray(day[IN_TIME]),
            day_judged=np.ascontiguousarray(day[JUDGED]),
        )


def _part(band: Estimate, rows: int | slice) -> Estimate:
    return Estimate(band.mean[rows], band.low[rows], band.high[rows])


def _each(y: FloatArray, x: FloatArray) -> Estimate:
    """Share per queue, shapes (R, Q) or (R, Q, D); no queue lends its design effect to another."""
    return _single(Sums.of(y, x)) if y.ndim == 2 else share(Sums.of(y, x))


def _single(sums: Sums) -> Estimate:
    """Shares of one axis none of which lends its design effect to another."""
    y, x, yy, xx, xy = (part[:, None] for part in (sums.y, sums.x, sums.yy, sums.xx, sums.xy))
    band = share(Sums(y, x, yy, xx, xy, sums.replications))
    return Estimate(band.mean[:, 0], band.low[:, 0], band.high[:, 0])


def _meets(in_time: FloatArray, judged: FloatArray, target: FloatArray) -> FloatArray:
    """Share of replications that reach the target among those with anything to judge; shapes (R, ...)."""
    some = judged > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        reached = some & (in_time >= target * judged - 1e-9)
        out = reached.sum(axis=0) / some.sum(axis=0)
    return np.where(np.isnan(target) | (some.sum(axis=0) == 0), np.nan, out)
