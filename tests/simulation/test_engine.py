"""The simulation as a whole: exact values, laws of conservation, seeds, promises."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from staffing.errors import InputError
from staffing.grid import TimeGrid
from staffing.progress import Progress
from staffing.queueing.chat import chat_service
from staffing.queueing.erlang import erlang_a
from staffing.simulation.case import prepare, replicate
from staffing.simulation.duty import on_duty_for
from staffing.simulation.engine import simulate
from staffing.simulation.estimate import Estimate
from staffing.simulation.model import Demand, OnDuty, SimulationResult
from staffing.simulation.settings import Retry, SimulationSettings
from tests.simulation import exact
from tests.simulation.builders import demand_of, duty_of

EXPONENTIAL = {"exponential": np.ones(1, np.bool_)}


def steady(load: float, aht: float = 300.0, patience: float = 150.0, threshold: float = 20.0) -> Demand:
    """Two days of one queue with exponential times: the first is the warm-up."""
    line = np.ones((1, 96))
    return demand_of(
        1,
        days=2,
        minutes=30,
        contacts=load * 1800 / aht * line,
        aht_seconds=aht * line,
        patience_seconds=np.array([patience]),
        threshold_seconds=np.array([threshold]),
        **EXPONENTIAL,
    )


def around_the_clock(people: int, serves: list[int] | None = None, days: int = 3) -> OnDuty:
    return duty_of([serves or [1]] * people, [(p, 0, 86_400 * days, p) for p in range(people)])


def busy_team() -> tuple[Demand, OnDuty]:
    """Three days of voice, chat and e-mail, open from 8 to 18, with five people of two kinds."""
    grid = TimeGrid(demand_of().grid.start, 3, "UTC", 60)
    inside = (grid.minute >= 480) & (grid.minute < 1080)
    demand = demand_of(
        3,
        days=3,
        channel=np.array([0, 1, 2]),
        contacts=np.array([[25.0], [12.0], [6.0]]) * inside,
        aht_seconds=np.array([[280.0], [400.0], [500.0]]) * np.ones(len(grid)),
        patience_seconds=np.array([120.0, 200.0, np.inf]),
        day_error=np.array([0.1, 0.2, 0.0]),
        open=np.repeat(inside[None], 3, axis=0),
        threshold_seconds=np.array([20.0, 60.0, 4 * 3600.0]),
        concurrency=np.array([1, 2, 1]),
        slowdown=np.array([0.0, 0.2, 0.0]),
    )
    stretches = []
    for day in range(3):
        for person in range(5):
            start = day * 86_400 + (8 + person % 3) * 3600
            stretches += [
                (person, start, start + 4 * 3600, day * 5 + person),
                (person, start + 4 * 3600 + 1800, start + 8 * 3600, day * 5 + person),
            ]
    return demand, duty_of([[1, 2, 3], [1, 0, 0], [2, 1, 0], [0, 1, 2], [1, 1, 2]], stretches)


BAND = ("mean", "low", "high")


def within(value: float, estimate: float, low: float, high: float, errors: float = 3.0) -> bool:
    """Whether a value is within a number of standard errors; bands are about 2.4 of them wide on either side."""
    return abs(value - estimate) <= errors / 2.3 * (high - low) / 2 + 1e-12


def equal(a: SimulationResult, b: SimulationResult) -> bool:
    """Whether two results agree bit for bit."""

    def same(x: object, y: object) -> bool:
        if isinstance(x, np.ndarray):
            return x.tobytes() == np.asarray(y).tobytes()
        if isinstance(x, Estimate):
            return all(same(getattr(x, f.name), getattr(y, f.name)) for f in fields(x))
        if isinstance(x, dict):
            return isinstance(y, dict) and all(same(x[k], y[k]) for k in x)
        return x == y

    return all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))


# -- exact values --------------------------------------------------------------------------------------------


def test_a_queue_that_changes_by_the_quarter_hour_meets_its_exact_service_level() -> None:
    arrivals = np.array([3.0, 6.0, 10.0, 13.0, 12.0, 6.0, 3.0])
    expected = exact.service_level(arrivals, 900, 3, 200.0, 120.0, 20.0, 60)
    contacts = np.zeros((1, 96))
    contacts[0, :7] = arrivals
    demand = demand_of(
        1,
        minutes=15,
        contacts=contacts,
        aht_seconds=np.full((1, 96), 200.0),
        patience_seconds=np.array([120.0]),
        **EXPONENTIAL,
    )
    result = simulate(demand, around_the_clock(3), SimulationSettings(replications=1500, seed=5))
    for i in range(7):
        low, high = result.service_level_low[0, i], result.service_level_high[0, i]
        assert within(expected[i], result.service_level[0, i], low, high), i
    assert np.isnan(result.service_level[0, 8])


@pytest.mark.shared
def test_the_given_exact_transient_values_lie_within_three_standard_errors(shared_data: Path) -> None:
    cases: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (shared_data / "erlang" / "transient.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            cases[row["case"]].append(row)
    for rows in cases.values():
        contacts = np.zeros((1, 96))
        contacts[0, : len(rows)] = [float(r["arrivals"]) for r in rows]
        demand = demand_of(
            1,
            minutes=round(float(rows[0]["interval_s"]) / 60),
            contacts=contacts,
            aht_seconds=np.full((1, 96), float(rows[0]["aht_s"])),
            patience_seconds=np.array([float(rows[0]["patience_s"])]),
            threshold_seconds=np.array([float(rows[0]["threshold_s"])]),
            **EXPONENTIAL,
        )
        result = simulate(demand, around_the_clock(int(rows[0]["servers"])), SimulationSettings(replications=1500))
        for i, row in enumerate(rows):
            value, low, high = (
                x[0, i] for x in (result.service_level, result.service_level_low, result.service_level_high)
            )
            assert within(float(row["sl_arrivals_in_interval"]), value, low, high), row["case"] + row["interval"]


@pytest.mark.parametrize(("load", "people", "patience"), [(4.0, 5, 150.0), (8.0, 10, np.inf), (20.0, 19, 90.0)])
def test_steady_queues_meet_erlang_a_and_c(load: float, people: int, patience: float) -> None:
    result = simulate(steady(load, patience=patience), around_the_clock(people), SimulationSettings(replications=100))
    expected = erlang_a(load, people, 300.0, patience, 20.0)
    for value, band in (
        (expected.service_level, result.day_service_level),
        (expected.abandonment, result.day_abandonment),
        (expected.asa_seconds, result.day_asa),
    ):
        assert within(float(value), band.mean[0, 1], band.low[0, 1], band.high[0, 1], errors=3.5)
    answered = load * (1 - float(expected.abandonment)) / people
    assert np.nanmean(result.occupancy.mean[48:]) == pytest.approx(answered, abs=0.01)


def test_bands_of_occupancy_hold_the_exact_one_at_least_95_times_in_100() -> None:
    cases = [(0.5, 1, 150.0), (4.0, 5, 150.0), (8.0, 10, np.inf), (20.0, 14, 90.0)]
    inside = []
    for seed, (load, people, patience) in enumerate(cases * 6):
        settings = SimulationSettings(replications=25, seed=seed)
        result = simulate(steady(load, patience=patience), around_the_clock(people), settings)
        exact_one = float(erlang_a(load, people, 300.0, patience, 20.0).occupancy)
        # Every fourth hour of the second day, far enough from each other to be nearly independent.
        for t in range(48, 96, 8):
            for band in (result.occupancy, Estimate(*(getattr(result.group_occupancy, n)[0] for n in BAND))):
                assert band.low[t] <= band.mean[t] <= band.high[t]
            inside.append(bool(result.occupancy.low[t] <= exact_one <= result.occupancy.high[t]))
    assert len(inside) == 144
    assert np.mean(inside) >= 0.95


def test_occupancy_of_groups_queues_and_all_is_told_with_bands_that_narrow_with_replications() -> None:
    demand, duty = busy_team()
    few, many = (simulate(demand, duty, SimulationSettings(replications=r, absence=0.1)) for r in (20, 320))
    for name in ("occupancy", "group_occupancy", "queue_occupancy", "month_occupancy"):
        wide, narrow = getattr(few, name), getattr(many, name)
        known = np.isfinite(wide.mean) & np.isfinite(narrow.mean)
        assert (wide.low <= wide.mean)[known].all()
        assert (wide.mean <= wide.high)[known].all()
        assert 0 < (narrow.high - narrow.low)[known].mean() < 0.4 * (wide.high - wide.low)[known].mean()
    everybody = few.month_occupancy.mean
    assert everybody[:-1].min() <= everybody[-1] <= everybody[:-1].max()
    assert len(everybody) == len(few.skill_groups) + 1


def test_the_variants_of_the_service_level_meet_erlang_a() -> None:
    result = simulate(steady(20.0), around_the_clock(20), SimulationSettings(replications=60))
    expected = erlang_a(20.0, 20, 300.0, 150.0, 20.0)
    found = {k: v.mean[0] for k, v in result.queue_variants.items()}
    # The empty start lifts the two days a little.
    assert found["without early abandons"] == pytest.approx(expected.service_level_without_early_abandons, abs=0.015)
    assert found["of the answered"] == pytest.approx(expected.service_level_of_served, abs=0.015)
    assert found["early abandons count"] == pytest.approx(expected.service_level_early_abandons_count, abs=0.015)


def test_chats_meet_the_birth_and_death_chain() -> None:
    load, people, patience = 15.0, 8, 180.0
    demand = replace(
        steady(load, aht=480.0, patience=patience, threshold=30.0),
        channel=np.array([1]),
        concurrency=np.array([3]),
        slowdown=np.array([0.2]),
    )
    result = simulate(demand, around_the_clock(people), SimulationSettings(replications=60))
    expected = chat_service(load, people, 480.0, 3, 0.2, patience, 30.0)
    # The chain spreads chats evenly at every moment; people finish theirs as it comes.
    assert result.day_service_level.mean[0, 1] == pytest.approx(float(expected.service_level), abs=0.02)


# -- what must always hold -----------------------------------------------------------------------------------


def test_every_contact_is_served_gives_up_is_turned_away_or_still_waits() -> None:
    demand, duty = busy_team()
    settings = SimulationSettings(
        replications=20,
        absence=0.2,
        away=0.1,
        reserve={"c": 1},
        overflow_seconds={"a": 30.0},
        retry={"a": Retry(share=0.4)},
        closing_grace_minutes=5,
    )
    result = simulate(demand, duty, settings)
    parts = result.served + result.abandoned + result.turned_away + result.still_waiting
    assert result.offered == pytest.approx(parts, abs=1e-9)
    assert result.turned_away.sum() > 0
    assert result.abandoned.sum() > 0
    assert (result.answered_in_time <= result.served + 1e-12).all()
    assert (result.service_level_low <= result.service_level)[~np.isnan(result.service_level)].all()
    assert (result.service_level_high >= result.service_level)[~np.isnan(result.service_level)].all()
    occupancy = result.group_occupancy.mean[~np.isnan(result.group_occupancy.mean)]
    assert ((occupancy >= 0) & (occupancy <= 1 + 1e-9)).all()
    assert set(result.skill_groups) == {(0,), (0, 1), (0, 1, 2), (1, 2)}


def test_one_thread_and_three_give_the_same_bits() -> None:
    demand, duty = busy_team()
    settings = SimulationSettings(replications=7, absence=0.1, away=0.05, retry={"a": Retry(share=0.3)})
    assert equal(simulate(demand, duty, settings, workers=1), simulate(demand, duty, settings, workers=3))


def test_another_seed_gives_other_contacts_and_the_same_seed_the_same() -> None:
    demand, duty = busy_team()
    one, again, other = (simulate(demand, duty, SimulationSettings(replications=3, seed=s)) for s in (1, 1, 2))
    assert equal(one, again)
    assert not np.array_equal(one.offered, other.offered)


def test_the_same_contacts_come_whoever_is_on_duty_and_whatever_other_queues_there_are() -> None:
    demand, duty = busy_team()
    settings = SimulationSettings(replications=2)
    few = OnDuty(duty.serves, duty.person[:4], duty.start[:4], duty.end[:4], duty.shift[:4])
    columns = ["time", "work", "patience", "queue"]
    all_of = replicate(prepare(demand, duty, settings), 1).contacts
    assert np.array_equal(all_of[columns], replicate(prepare(demand, few, settings), 1).contacts[columns])
    rows = [f.name for f in fields(demand) if f.name not in ("grid", "error") and getattr(demand, f.name) is not None]
    first = replace(demand, **{name: getattr(demand, name)[:1] for name in rows})
    alone = replicate(prepare(first, OnDuty(duty.serves[:, :1], *([duty.person[:0]] * 4)), settings), 1).contacts
    assert np.array_equal(all_of[all_of["queue"] == 0][columns], alone[columns])


def test_more_contacts_keep_the_handling_time_of_the_kth() -> None:
    demand, duty = busy_team()
    demand = replace(demand, day_error=np.zeros(3))
    settings = SimulationSettings(replications=2)
    base = replicate(prepare(demand, duty, settings), 0).contacts
    more = replicate(prepare(replace(demand, contacts=demand.contacts * 1.2), duty, settings), 0).contacts
    first = [c[(c["queue"] == 0) & (c["time"] < 86_400)]["work"] for c in (base, more)]
    shorter = min(len(f) for f in first)
    assert len(first[1]) > len(first[0])
    assert np.array_equal(first[0][:shorter], first[1][:shorter])


def test_contacts_have_the_expected_number_handling_time_and_day_error() -> None:
    line = np.ones((3, 24))
    demand = demand_of(
        3,
        contacts=100 * line,
        aht_seconds=200 * line,
        aht_cv=np.array([0.8, 1.0, 0.0]),
        patience_seconds=np.array([90.0, np.inf, 50.0]),
        day_error=np.array([0.2, 0.0, 0.0]),
        exponential=np.array([False, True, False]),
        aht_quantiles=np.array([[np.nan] * 3, [np.nan] * 3, [0.0, 1.0, 4.0]]),
    )
    nobody = OnDuty(np.zeros((0, 3), np.int8), *([np.zeros(0, np.int64)] * 4))
    case = prepare(demand, nobody, SimulationSettings(replications=2))
    drawn = [replicate(case, r).contacts for r in range(200)]
    totals = np.array([[np.sum(c["queue"] == q) for q in range(3)] for c in drawn])
    assert totals.mean(axis=0) == pytest.approx([2400, 2400, 2400], rel=0.02)
    assert totals[:, 0].std() / 2400 == pytest.approx(np.hypot(0.2, 1 / np.sqrt(2400)), rel=0.2)
    assert totals[:, 1].std() == pytest.approx(np.sqrt(2400), rel=0.2)
    every = np.concatenate(drawn)
    for q, cv in ((0, 0.8), (1, 1.0)):
        work = every[every["queue"] == q]["work"]
        assert work.mean() == pytest.approx(200, rel=0.01)
        assert work.std() / work.mean() == pytest.approx(cv, rel=0.02)
    work = every[every["queue"] == 2]["work"]
    # Quantiles 0, 1, 4 mean 1.5: the shape is scaled to the mean that is given.
    assert work.mean() == pytest.approx(200, rel=0.01)
    assert np.median(work) == pytest.approx(200 / 1.5, rel=0.02)
    assert work.max() == pytest.approx(800 / 1.5, rel=0.001)
    assert every[every["queue"] == 0]["patience"].mean() == pytest.approx(90, rel=0.01)
    assert np.isinf(every[every["queue"] == 1]["patience"]).all()
    spread = np.histogram(every["interval"], bins=24, range=(0, 24))[0]
    assert spread == pytest.approx(np.full(24, len(every) / 24), rel=0.03)
    assert (every["time"] // 3600 == every["interval"]).all()


def test_half_of_the_shifts_absent_leaves_half_of_the_time_on_duty() -> None:
    demand, duty = busy_team()
    demand = replace(demand, contacts=np.zeros(demand.contacts.shape))
    for settings, share in (
        (SimulationSettings(replications=300, absence=0.5), 0.5),
        (SimulationSettings(replications=10, away=0.25), 0.75),
        (SimulationSettings(replications=300, absence=0.5, away=0.25), 0.375),
    ):
        case = prepare(demand, duty, settings)
        present = np.mean([replicate(case, r).present.sum() for r in range(settings.replications)])
        assert present == pytest.approx(share * 15 * 7.5 * 3600, rel=0.04)


def test_who_retries_is_offered_again() -> None:
    demand = steady(6.0)
    base = simulate(demand, around_the_clock(5), SimulationSettings(replications=10))
    retried = simulate(
        demand, around_the_clock(5), SimulationSettings(replications=10, retry={"a": Retry(share=0.5, after_minutes=2)})
    )
    assert retried.abandoned.sum() > base.abandoned.sum()
    assert retried.offered.sum() - base.offered.sum() == pytest.approx(0.5 * retried.abandoned.sum(), rel=0.05)


# -- promises ------------------------------------------------------------------------------------------------


def test_the_promise_of_deferrable_work_runs_in_open_seconds_and_over_the_night() -> None:
    grid = TimeGrid(demand_of().grid.start, 2, "UTC", 60)
    inside = (grid.minute >= 480) & (grid.minute < 1020)
    contacts = np.zeros((1, 48))
    contacts[0, 8] = 30.0
    demand = demand_of(
        1,
        days=2,
        channel=np.array([2]),
        contacts=contacts,
        aht_seconds=np.full((1, 48), 60.0),
        aht_cv=np.zeros(1),
        open=inside[None],
        threshold_seconds=np.array([9.5 * 3600.0]),
    )
    # Nobody works on the first day; from 8 on the second, after 9 open hours, they are worked off within the promise.
    duty = duty_of([[1]], [(0, 86_400 + 8 * 3600, 86_400 + 16 * 3600, 0)])
    result = simulate(demand, duty, SimulationSettings(replications=50))
    assert result.queue_service_level[0] == 1.0
    assert 8.4 * 3600 < result.asa_seconds[0, 8] < 9.0 * 3600
    strict = simulate(
        replace(demand, threshold_seconds=np.array([8 * 3600.0])), duty, SimulationSettings(replications=50)
    )
    assert strict.queue_service_level[0] == 0.0


def test_work_whose_promise_has_not_run_out_at_the_end_is_not_judged() -> None:
    contacts = np.zeros((1, 24))
    contacts[0, [2, 22]] = 10.0
    demand = demand_of(1, channel=np.array([2]), contacts=contacts, threshold_seconds=np.array([4 * 3600.0]))
    result = simulate(demand, duty_of([[1]], []), SimulationSettings(replications=5))
    assert result.service_level[0, 2] == 0.0
    assert np.isnan(result.service_level[0, 22])
    assert result.still_waiting[0, 22] == result.offered[0, 22] > 0


def test_the_chance_of_a_good_day_falls_with_the_error_of_the_forecast() -> None:
    demand = steady(20.0)
    demand = replace(demand, target=np.array([0.65]))
    duty = around_the_clock(20)
    sure = simulate(demand, duty, SimulationSettings(replications=60))
    unsure = simulate(replace(demand, day_error=np.array([0.15])), duty, SimulationSettings(replications=60))
    ignored = simulate(
        replace(demand, day_error=np.array([0.15])), duty, SimulationSettings(replications=60, forecast_error=False)
    )
    assert sure.day_meets_target[0, 1] > unsure.day_meets_target[0, 1] > 0
    assert sure.month_meets_target[0] > unsure.month_meets_target[0]
    assert equal(sure, ignored)


def test_no_target_and_no_contacts_are_told_as_unknown() -> None:
    demand = replace(demand_of(2), target=np.array([np.nan, 0.8]))
    result = simulate(demand, around_the_clock(1, [1, 1], 1), SimulationSettings(replications=3))
    assert np.isnan(result.day_meets_target).all()
    assert np.isnan(result.month_meets_target).all()
    assert np.isnan(result.queue_service_level).all()
    assert (result.occupancy.mean == 0).all()


def test_nobody_on_duty_is_a_defined_answer() -> None:
    nobody = OnDuty(np.zeros((0, 1), np.int8), *([np.zeros(0, np.int64)] * 4))
    result = simulate(steady(2.0), nobody, SimulationSettings(replications=3, absence=0.1, away=0.1))
    assert result.queue_service_level[0] == 0.0
    # Those who came at the very end still wait.
    assert result.queue_abandonment[0] > 0.98
    assert (result.abandoned + result.still_waiting == result.offered).all()
    assert np.isnan(result.occupancy.mean).all()
    assert result.overtime_seconds == 0.0


# -- around it -----------------------------------------------------------------------------------------------


class Watch:
    """Counts reports and asks to stop after some."""

    def __init__(self, stop_after: int) -> None:
        self.reports: list[Progress] = []
        self.stop_after = stop_after

    def report(self, progress: Progress) -> None:
        self.reports.append(progress)

    def should_stop(self) -> bool:
        return len(self.reports) > self.stop_after


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stop_returns_the_replications_so_far(workers: int) -> None:
    watch = Watch(stop_after=5)
    result = simulate(steady(2.0), around_the_clock(3), SimulationSettings(replications=500), watch, workers=workers)
    assert result.replications == 5
    assert [p.stage for p in watch.reports] == ["simulation"] * 6


def test_all_that_cannot_be_simulated_is_told_at_once() -> None:
    demand = demand_of(2)
    wrong = replace(
        demand,
        channel=np.array([0, 7]),
        contacts=np.where(np.arange(24) == 3, -1.0, 0.0) * np.array([[1.0], [0.0]]),
        patience_seconds=np.array([0.0, 10.0]),
        aht_quantiles=np.array([[np.nan, np.nan], [2.0, 1.0]]),
    )
    duty = duty_of([[1, -1]], [(0, 100, 200, 0), (0, 150, 300, 1), (4, 0, 10, 2), (0, 500, 500, 3)])
    settings = SimulationSettings(reserve={"nobody": 1, "a": -1}, overflow_seconds={"a": -5.0})
    with pytest.raises(InputError) as caught:
        simulate(wrong, duty, settings)
    text = "\n".join(str(p) for p in caught.value.problems)
    for part in (
        "channel 7",
        "negative or missing",
        "patience",
        "quantiles",
        "priority",
        "person",
        "do not end",
        "overlap",
    ):
        assert part in text, part
    assert "unknown queue 'nobody'" in text
    assert len(caught.value.problems) >= 10


def test_shapes_closed_contacts_and_missing_handling_times_are_refused() -> None:
    demand = demand_of(1)
    with pytest.raises(InputError, match="shape"):
        simulate(replace(demand, aht_cv=np.ones(3)), duty_of([[1, 1]], []), SimulationSettings())
    contacts = np.ones((1, 24))
    shut = replace(demand, contacts=contacts, open=np.zeros((1, 24), np.bool_), aht_seconds=np.zeros((1, 24)))
    with pytest.raises(InputError, match=r"(?s)closed.*handling time"):
        simulate(shut, duty_of([[1]], []), SimulationSettings())
    with pytest.raises(InputError, match="factor"):
        simulate(demand, duty_of([[1]], [], pace=np.zeros((1, 1))), SimulationSettings())


def test_a_requirement_can_be_simulated() -> None:
    demand = steady(10.0)
    need = np.full((1, 96), 12.0)
    need[0, :10] = 15.0
    result = simulate(demand, on_duty_for(demand.grid, need), SimulationSettings(replications=20))
    fixed = simulate(demand, around_the_clock(12, days=2), SimulationSettings(replications=20))
    assert result.day_service_level.mean[0, 1] == pytest.approx(fixed.day_service_level.mean[0, 1], abs=0.02)
