import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.errors import InputError
from staffing.queueing.deferred import due_curves, follow, plan_deferred, smoothest

HALF = 1800.0


@pytest.mark.kernel
@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=14))
def test_the_taut_string_is_the_smoothest_path(steps: list[tuple[int, int]]) -> None:
    upper = np.concatenate([[0], np.cumsum([a for a, _ in steps])]).astype(float)
    lower = np.minimum(upper, np.concatenate([[0], np.cumsum([b for _, b in steps])]).astype(float))
    lower = np.maximum(np.maximum.accumulate(lower), 0)
    lower[-1] = upper[-1]
    rates = smoothest(lower, upper)
    path = np.concatenate([[0], np.cumsum(rates)])
    assert np.all(path >= lower - 1e-9)
    assert np.all(path <= upper + 1e-9)
    # No path between the curves has a lower peak or a higher trough: both are forced by some pair of points.
    n = len(upper)
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    assert rates.max() == pytest.approx(max((lower[j] - upper[i]) / (j - i) for i, j in pairs), abs=1e-9)
    assert rates.min() == pytest.approx(min((upper[j] - lower[i]) / (j - i) for i, j in pairs), abs=1e-9)
    # Nor a smaller sum of squares: small changes that stay inside only add.
    random = np.random.default_rng(1)
    for _ in range(20):
        other = np.clip(path + random.normal(0, 0.3, n), lower, upper)
        assert np.sum(np.diff(other) ** 2) >= np.sum(rates**2) - 1e-9


def office(days: int) -> np.ndarray:
    """Half-hours open from 9 to 17."""
    day = np.zeros(48, dtype=bool)
    day[18:34] = True
    return np.tile(day, days)


def test_the_promise_is_kept_across_closed_hours_and_days() -> None:
    is_open = office(5)
    contacts = np.full(5 * 48, 6.0)  # day and night
    plan = plan_deferred(contacts, np.full(240, 600.0), is_open, HALF, 4 * 3600, None)
    assert np.all(plan.agents[~is_open] == 0)
    assert plan.late.sum() == 0
    assert plan.backlog[-1] == pytest.approx(contacts[-14:].sum() * 600 / 3600), (
        "the last night is left to the next day"
    )
    done = plan.agents.sum() * 0.5
    assert done == pytest.approx(contacts[:-14].sum() * 600 / 3600)


def test_staffing_is_flatter_than_the_arrivals_and_flattest_with_a_long_promise() -> None:
    is_open = office(5)
    contacts = np.where(is_open, 10.0, 2.0) * np.tile(1 + 0.8 * np.sin(np.arange(48) / 48 * 9), 5)
    spread = []
    for hours in (0.0, 2.0, 8.0):
        plan = plan_deferred(contacts, np.full(240, 480.0), is_open, HALF, hours * 3600, None)
        spread.append(np.ptp(plan.agents[is_open]))
    assert spread[0] > spread[1] > spread[2]


def test_a_promise_of_nothing_is_staffing_as_it_comes() -> None:
    contacts = np.array([3.0, 9.0, 6.0])
    plan = plan_deferred(contacts, np.full(3, 600.0), np.ones(3, bool), HALF, 0.0, None)
    assert plan.agents.tolist() == pytest.approx([1, 3, 2])
    assert plan.backlog.tolist() == pytest.approx([0, 0, 0])


def answered_in_time(agents: np.ndarray, is_open: np.ndarray, promise: float, seed: int) -> float:
    """Share of random e-mails answered within the promised open time, one by one, first come first served."""
    random = np.random.default_rng(seed)
    minutes = np.arange(30 * len(is_open) + 1)
    open_minutes = np.concatenate([[0], np.cumsum(np.repeat(is_open, 30))])
    capacity = np.concatenate([[0.0], np.cumsum(np.repeat(agents, 30))])  # agent-minutes
    at = np.sort(random.uniform(0, minutes[-1], random.poisson(4.0 * len(is_open))))
    handling = random.lognormal(-0.5 * np.log(2), np.sqrt(np.log(2)), at.size) * 8.0
    # Each is begun when it has arrived and the one before is done, measured in the capacity gone by.
    before = np.cumsum(handling) - handling
    done = handling + before + np.maximum.accumulate(np.interp(at, minutes, capacity) - before)
    end = np.interp(done, capacity, minutes)
    waited = np.interp(end, minutes, open_minutes) - np.interp(at, minutes, open_minutes)
    return float(np.mean((waited <= promise / 60)[at < minutes[-1] - 3 * 24 * 60]))


def test_the_promised_share_is_answered_in_time_by_random_contacts() -> None:
    """Contact by contact over 30 random months; three standard errors of the mean are 0.02."""
    is_open, contacts, aht = office(20), np.full(960, 4.0), np.full(960, 480.0)
    plan = plan_deferred(contacts, aht, is_open, HALF, 4 * 3600, 0.9)
    bare = plan_deferred(contacts, aht, is_open, HALF, 4 * 3600, None)
    shares, without = (
        np.mean([answered_in_time(p.agents, is_open, 4 * 3600, seed) for seed in range(30)]) for p in (plan, bare)
    )
    assert 0.88 <= shares <= 0.95
    assert without < 0.75
    assert plan.agents.sum() < 1.1 * bare.agents.sum()


def test_a_higher_share_asks_for_work_to_be_done_earlier() -> None:
    is_open = office(5)
    contacts = np.where(np.arange(240) % 48 == 20, 80.0, 1.0)
    plans = [plan_deferred(contacts, np.full(240, 600.0), is_open, HALF, 6 * 3600, s) for s in (0.5, 0.9, 0.99)]
    peaks = [plan.agents.max() for plan in plans]
    assert peaks[0] < peaks[1] < peaks[2]


def test_a_starting_backlog_is_worked_off_within_the_promise() -> None:
    plan = plan_deferred(np.zeros(16), np.zeros(16), np.ones(16, bool), HALF, 2 * 3600, None, backlog_hours=10)
    assert plan.agents.sum() * 0.5 == pytest.approx(10)
    assert plan.agents[:4].sum() * 0.5 <= 10
    assert plan.late.sum() == 0


def test_too_few_agents_show_what_is_late() -> None:
    contacts = np.full(16, 12.0)
    plan = follow(np.full(16, 2.0), contacts, np.full(16, 600.0), np.ones(16, bool), HALF, 3600)
    # 2 agent-hours come each hour in halves, 1 is done: the backlog grows by 1 an interval.
    assert plan.backlog.tolist() == pytest.approx(np.arange(1, 17))
    assert plan.late[:2].sum() == 0
    assert plan.late.sum() > 0
    assert np.all(plan.late <= 2.0 + 1e-9)


def test_idle_time_of_others_saves_staffing_and_keeps_the_promise() -> None:
    is_open = office(5)
    contacts, aht = np.where(is_open, 10.0, 2.0), np.full(240, 600.0)
    idle = np.where(is_open & (np.arange(240) % 48 < 26), 1.5, 0.0)
    alone = plan_deferred(contacts, aht, is_open, HALF, 4 * 3600, None)
    beside = plan_deferred(contacts, aht, is_open, HALF, 4 * 3600, None, idle=idle)
    assert beside.late.sum() == 0
    saved = (alone.agents.sum() - beside.agents.sum()) * 0.5
    assert 0.8 * idle.sum() * 0.5 <= saved <= idle.sum() * 0.5 + 1e-9
    arrived, due = due_curves(contacts * aht / 3600, is_open, HALF, 4 * 3600, 0.0)
    assert arrived[-1] >= due[-1]


def test_idle_time_that_comes_too_late_saves_little_but_the_promise_holds() -> None:
    contacts = np.concatenate([[60.0], np.zeros(15)])
    idle = np.concatenate([np.zeros(12), np.full(4, 50.0)])
    plan = plan_deferred(contacts, np.full(16, 600.0), np.ones(16, bool), HALF, 2 * 3600, None, idle=idle)
    assert plan.late.sum() == 0
    assert plan.agents.sum() * 0.5 == pytest.approx(10)


def test_no_work_needs_nobody() -> None:
    plan = plan_deferred(np.zeros(4), np.zeros(4), np.zeros(4, bool), HALF, 3600)
    assert plan.agents.tolist() == [0, 0, 0, 0]


def test_work_without_opening_hours_is_refused() -> None:
    with pytest.raises(InputError, match="there is work and no open interval"):
        plan_deferred(np.ones(4), np.full(4, 600.0), np.zeros(4, bool), HALF, 3600)
    with pytest.raises(InputError, match=r"share: 90 \(write 0\.9 for 90%\)"):
        plan_deferred(np.ones(4), np.full(4, 600.0), np.ones(4, bool), HALF, 3600, 90)


@pytest.mark.parametrize(
    ("lower", "upper", "message"),
    [([0, 2, 1], [0, 1, 1], "above upper at point 1"), ([0, 1], [0, 2], "do not meet"), ([0], [0], "shapes")],
)
def test_curves_that_cross_are_refused(lower: list[float], upper: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        smoothest(lower, upper)
