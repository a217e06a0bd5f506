"""Add up replications and tell what they say."""

from __future__ import annotations

import numpy as np

from staffing.grid import FloatArray
from staffing.simulation.case import Case, Outcome
from staffing.simulation.estimate import Estimate, Sums, ratio, share
from staffing.simulation.model import SimulationResult


class Tally:
    """Adds up replications in their order, so that the sums do not depend on who computed them."""

    def __init__(self, case: Case) -> None:
        self.case = case
        demand = case.demand
        n_queues, n = demand.contacts.shape
        self.replications = 0
        self.contacts = 0
        self.counts = np.zeros((n_queues, n, 9))
        self.products = {name: np.zeros((3, n_queues, n)) for name in _INTERVAL_RATIOS}
        self.days = np.zeros((case.settings.replications, n_queues, demand.grid.days, 9))
        self.busy: FloatArray | float = 0.0
        self.present: FloatArray | float = 0.0
        self.overtime: list[float] = []

    def add(self, r: int, outcome: Outcome) -> None:
        """Add the outcome of replication `r`."""
        self.replications += 1
        self.contacts += outcome.made
        self.counts += outcome.counts
        for name, (y, x) in _INTERVAL_RATIOS.items():
            a, b = y(outcome.counts), x(outcome.counts)
            self.products[name] += np.stack((a * a, b * b, a * b))
        self.days[r] = np.add.reduceat(outcome.counts, self.case.demand.grid.day_first[:-1], axis=1)
        self.busy = self.busy + outcome.busy
        self.present = self.present + outcome.present
        self.overtime.append(outcome.overtime)

    def interval(self, name: str) -> Sums:
        """Sums of a ratio per queue and interval."""
        y, x = _INTERVAL_RATIOS[name]
        yy, xx, xy = self.products[name]
        return Sums(y(self.counts), x(self.counts), yy, xx, xy, self.replications)

    def result(self) -> SimulationResult:
        """Means, bands and chances over the replications added so far."""
        demand, runs = self.case.demand, self.replications
        days = self.days[:runs]
        months = days.sum(axis=2)
        mean = np.moveaxis(self.counts, 2, 0) / runs
        service, abandonment, asa = (
            share(self.interval("service_level")),
            share(self.interval("abandonment")),
            ratio(self.interval("asa")),
        )
        queue_service = _each(months, _in_time, _judged)
        queue_abandonment = _each(months, _abandoned, _offered)
        queue_asa = ratio(Sums.of(_wait(months), _served(months)))
        overtime = np.array(self.overtime)[:, None]
        overtime_band = ratio(Sums.of(overtime, np.ones_like(overtime)))
        busy, present = np.asarray(self.busy), np.asarray(self.present)
        with np.errstate(invalid="ignore", divide="ignore"):
            occupancy = np.where(present.sum(0) > 0, busy.sum(0) / present.sum(0), np.nan)
            group_occupancy = np.where(present > 0, busy / present, np.nan)
        return SimulationResult(
            grid=demand.grid,
            queues=demand.queues,
            offered=mean[0],
            answered_in_time=mean[1],
            served=mean[2],
            abandoned=mean[3],
            service_level=service.mean,
            service_level_low=service.low,
            service_level_high=service.high,
            asa_seconds=asa.mean,
            queue_service_level=queue_service.mean,
            queue_service_level_low=queue_service.low,
            queue_service_level_high=queue_service.high,
            queue_asa_seconds=queue_asa.mean,
            queue_abandonment=queue_abandonment.mean,
            day_meets_target=_meets(days, demand.target[:, None]),
            month_meets_target=_meets(months, demand.target),
            occupancy=occupancy,
            overtime_seconds=float(overtime_band.mean[0]),
            replications=runs,
            seed=self.case.settings.seed,
            turned_away=mean[4],
            still_waiting=mean[5],
            abandonment=abandonment,
            asa=asa,
            day_service_level=_each(days, _in_time, _judged),
            queue_abandonment_band=queue_abandonment,
            queue_asa_band=queue_asa,
            queue_variants={
                "without quick abandons": _each(months, _in_time, _patient),
                "of the answered": _each(months, _in_time, _served),
            },
            skill_groups=self.case.groups.crews,
            group_occupancy=group_occupancy[: len(self.case.groups.crews)],
            overtime=overtime_band,
            contacts_simulated=self.contacts,
        )


# Columns of the counts are those of `kernel`, which must not be imported here: it loads the compiler.
def _offered(counts: FloatArray) -> FloatArray:
    return counts[..., 0]


def _in_time(counts: FloatArray) -> FloatArray:
    return counts[..., 1]


def _served(counts: FloatArray) -> FloatArray:
    return counts[..., 2]


def _abandoned(counts: FloatArray) -> FloatArray:
    return counts[..., 3]


def _judged(counts: FloatArray) -> FloatArray:
    return np.asarray(counts[..., 0] - counts[..., 6])


def _wait(counts: FloatArray) -> FloatArray:
    return counts[..., 7]


def _patient(counts: FloatArray) -> FloatArray:
    return np.asarray(counts[..., 0] - counts[..., 6] - counts[..., 8])


_INTERVAL_RATIOS = {
    "service_level": (_in_time, _judged),
    "abandonment": (_abandoned, _offered),
    "asa": (_wait, _served),
}


def _each(counts, y, x) -> Estimate:  # type: ignore[no-untyped-def]
    """Share per queue; each queue alone lends its design effect, so the queue is not the last axis."""
    a, b = y(counts), x(counts)
    if a.ndim == 2:
        band = share(Sums.of(a[..., None], b[..., None]))
        return Estimate(band.mean[:, 0], band.low[:, 0], band.high[:, 0])
    return share(Sums.of(a, b))


def _meets(counts: FloatArray, target: FloatArray) -> FloatArray:
    """Share of replications that reach the target among those with anything to judge."""
    judged = _judged(counts)
    some = judged > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        reached = some & (_in_time(counts) >= target * judged - 1e-9)
        out = reached.sum(axis=0) / some.sum(axis=0)
    return np.where(np.isnan(target) | (some.sum(axis=0) == 0), np.nan, out)
