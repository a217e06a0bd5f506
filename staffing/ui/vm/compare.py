"""Plans side by side against a baseline."""

from __future__ import annotations

from dataclasses import dataclass

from staffing.ui.vm.cover import covered_share
from staffing.ui.vm.plan import Plan


@dataclass(frozen=True)
class Measure:
    """One line of a comparison.

    Attributes
    ----------
    key
        ``cost``, ``paid_hours``, ``needed_hours``, ``understaffed_hours``, ``overstaffed_hours``, ``covered``,
        ``service_level``, ``fairness``, ``gap``, ``promise_cost``, ``search_gap``.
    queue
        For ``service_level``; for ``fairness`` the name of the figure.
    kind
        ``money``, ``hours``, ``percent``, ``number``.
    better
        Direction that is good: -1 less, 1 more, 0 neither.
    """

    key: str
    kind: str
    better: int
    queue: str = ""


@dataclass(frozen=True)
class Entry:
    """A measure of one plan against the baseline.

    Attributes
    ----------
    value, low, high
        The value and its band, where it has one.
    delta
        Difference to the baseline; None for the baseline itself or where either is unknown.
    verdict
        ``better``, ``worse``, ``same``, ``unclear`` (the bands overlap), ``different`` (neither good nor bad), ``none``.
    """

    value: float | None
    low: float | None
    high: float | None
    delta: float | None
    verdict: str


@dataclass(frozen=True)
class Comparison:
    """Measures of several plans; the first is the baseline. `entries[i][j]`: measure i of plan j."""

    names: tuple[str, ...]
    measures: tuple[Measure, ...]
    entries: tuple[tuple[Entry, ...], ...]
    currency: str

    def column(self, plan: int) -> list[tuple[Measure, Entry]]:
        """All measures of one plan."""
        return [(m, row[plan]) for m, row in zip(self.measures, self.entries, strict=True)]


SMALLEST = {"money": 0.5, "hours": 0.05, "percent": 0.0005, "number": 0.05}
"""Differences below these are none."""


def compare(names: tuple[str, ...], plans: tuple[Plan, ...]) -> Comparison:
    """Compare plans against the first."""
    measures = [
        Measure("cost", "money", -1),
        Measure("paid_hours", "hours", 0),
        Measure("needed_hours", "hours", 0),
        Measure("understaffed_hours", "hours", -1),
        Measure("overstaffed_hours", "hours", -1),
        Measure("covered", "percent", 1),
    ]
    queues = dict.fromkeys(q for p in plans for q in p.service)
    # what no plan has anything of, such as nights where nobody works at night, is left out
    fairness = dict.fromkeys(k for p in plans for k, v in p.summary.get("fairness", {}).items() if v)
    measures += [Measure("service_level", "percent", 1, q) for q in queues]
    measures += [Measure("fairness", "number", -1, k) for k in fairness]
    measures += [Measure("gap", "percent", 0), Measure("promise_cost", "money", 0), Measure("search_gap", "percent", 0)]
    entries = []
    for measure in measures:
        values = [_value(measure, p) for p in plans]
        entries.append(tuple(_entry(measure, values[0], v, first=i == 0) for i, v in enumerate(values)))
    return Comparison(names, tuple(measures), tuple(entries), plans[0].currency)


Banded = tuple[float | None, float | None, float | None]


def _value(measure: Measure, plan: Plan) -> Banded:
    if measure.key == "service_level":
        service = plan.service.get(measure.queue)
        return (
            (None, None, None)
            if service is None
            else (_known(service.level), _known(service.low), _known(service.high))
        )
    if measure.key == "fairness":
        return _known(plan.summary.get("fairness", {}).get(measure.queue)), None, None
    if measure.key == "needed_hours":
        return plan.needed_hours, None, None
    if measure.key == "covered":
        return covered_share(plan), None, None
    return _known(plan.summary.get(measure.key)), None, None


def _known(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and value == value else None


def _entry(measure: Measure, base: Banded, own: Banded, *, first: bool) -> Entry:
    value, low, high = own
    if first or value is None or base[0] is None:
        return Entry(value, low, high, None, "none")
    delta = value - base[0]
    if abs(delta) < SMALLEST[measure.kind]:
        return Entry(value, low, high, delta, "same")
    if low is not None and high is not None and base[1] is not None and base[2] is not None:  # noqa: SIM102
        if low <= base[2] and base[1] <= high:
            return Entry(value, low, high, delta, "unclear")
    if measure.better == 0:
        return Entry(value, low, high, delta, "different")
    return Entry(value, low, high, delta, "better" if delta * measure.better > 0 else "worse")


def pareto_points(
    names: tuple[str, ...], plans: tuple[Plan, ...], queue: str
) -> tuple[list[tuple[str, float, float, float, float]], float | None]:
    """Name, pay, service level and its band of each plan that simulated the queue; and the baseline's target."""
    points = []
    for name, plan in zip(names, plans, strict=True):
        service, cost = plan.service.get(queue), _known(plan.summary.get("cost"))
        if service is not None and service.level == service.level and cost is not None:
            points.append((name, cost, service.level, service.low, service.high))
    first = plans[0].service.get(queue)
    return points, None if first is None else first.target
