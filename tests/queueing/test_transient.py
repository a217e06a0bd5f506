import math
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from bench import queueing as bench
from staffing.errors import InputError
from staffing.queueing import transient
from staffing.queueing.erlang import erlang_a
from staffing.queueing.transient import fluid_backlog, modified_offered_load, transient_service


@pytest.mark.shared
def test_the_exact_time_varying_queues_are_within_a_millionth(shared_data: Path) -> None:
    assert bench.transient(shared_data / "erlang" / "transient.csv") < 1e-6


def generator(arrival: float, agents: int, aht: float, patience: float, size: int) -> np.ndarray:
    out = np.zeros((size, size))
    for n in range(size):
        if n < size - 1:
            out[n, n + 1] = arrival
        if n > 0:
            out[n, n - 1] = min(n, agents) / aht + max(n - agents, 0) / patience
        out[n, n] = -out[n].sum()
    return out


def waiting_chain(agents: int, aht: float, patience: float, size: int) -> np.ndarray:
    """One waiting contact: j ahead, and last the state "answered"."""
    out = np.zeros((size + 1, size + 1))
    for j in range(size):
        ahead = agents / aht + j / patience
        out[j, j] = -(ahead + 1 / patience)
        out[j, j - 1 if j else size] = ahead
    return out


@pytest.mark.parametrize("staff", [[3, 3, 3], [3, 5, 4], [4, 2, 6], [2, 0, 3]])
@pytest.mark.parametrize(("interval", "threshold"), [(300.0, 20.0), (300.0, 700.0)])
def test_changing_load_and_staffing_equal_matrix_exponentials(
    staff: list[int], interval: float, threshold: float
) -> None:
    contacts, aht, patience, size, steps = [3.0, 9.0, 4.0], 120.0, 90.0, 60, 300
    ours = transient_service(contacts, staff, aht, interval, patience, threshold)
    state = np.zeros(size)
    state[0] = 1
    dt = interval / steps
    weights = np.ones(steps + 1)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    weights *= dt / 3

    def answered(interval_index: int, at: float) -> np.ndarray:
        """Chance of an answer within the threshold for a contact that finds n in the system, interval by interval."""
        chance = np.zeros((size, size + 1))
        n = staff[interval_index]
        for k in range(size):
            chance[k, k - n if k >= n else size] = 1.0
        left, now, k = threshold, at, interval_index
        while left > 1e-9:
            room = interval - now if k < 2 else math.inf
            span = min(room, left)
            chance = chance @ expm(waiting_chain(staff[k], aht, patience, size) * span)
            left -= span
            if left > 1e-9:
                more = staff[k + 1] - staff[k]
                moved = np.zeros_like(chance)
                moved[:, size] = chance[:, size]
                for j in range(size):
                    to = j - more
                    moved[:, size if to < 0 else min(to, size - 1)] += chance[:, j]
                chance, k, now = moved, k + 1, 0.0
        return chance[:, size]

    for i in range(3):
        step = expm(generator(contacts[i] / interval, staff[i], aht, patience, size) * dt)
        path = [state]
        for _ in range(steps):
            path.append(path[-1] @ step)
        state = path[-1]
        table = np.array(path)
        queue = table @ np.maximum(np.arange(size) - staff[i], 0)
        assert ours.mean_queue[i] == pytest.approx(weights @ queue / interval, abs=1e-7)
        assert ours.wait_probability[i] == pytest.approx(
            weights @ table[:, staff[i] :].sum(axis=1) / interval, abs=1e-7
        )
        assert ours.end_queue[i] == pytest.approx(queue[-1], abs=1e-9)
        if threshold < interval:
            # Before the last `threshold` seconds the chance does not hang on when the contact arrives; there it jumps
            # where more agents come at once, so each part has its own Simpson sum.
            cut = round((interval - threshold) / dt)
            late = [answered(i, max(k * dt, interval - threshold + 1e-7)) for k in range(cut, steps + 1)]
            parts = np.concatenate([table[: cut + 1] @ answered(i, 0.0), np.sum(table[cut:] * np.array(late), axis=1)])
            level = (weights[: cut + 1] @ parts[: cut + 1] + weights[cut:] @ parts[cut + 1 :]) / interval
            # At the cut the composite weight is 2, each part's own 1.
            level -= 0.5 * weights[cut] * (parts[cut] + parts[cut + 1]) / interval
            assert ours.service_level[i] == pytest.approx(level, abs=1e-6)
    # Exactly, for the moment of arrival at the very start of the day: nobody is in the system.
    tail = answered(0, 0.0)
    assert np.all(np.diff(tail[staff[0] :][:20]) <= 1e-12)


def test_service_of_late_arrivals_knows_the_coming_staff() -> None:
    """With the threshold as long as the interval the answer hangs on who comes next."""
    few = transient_service([30, 1], [2, 2], 120, 300, 600, 250)
    many = transient_service([30, 1], [2, 20], 120, 300, 600, 250)
    assert many.service_level[0] > few.service_level[0] + 0.2
    assert many.mean_queue[0] == pytest.approx(few.mean_queue[0], abs=1e-12)


def test_a_long_steady_day_reaches_the_steady_state() -> None:
    load, agents = 12.0, 13
    day = transient_service(np.full(60, load * 3600 / 180), agents, 180, 3600, 120, 20)
    steady = erlang_a(load, agents, 180, 120, 20)
    assert day.service_level[-1] == pytest.approx(float(steady.service_level), abs=1e-10)
    assert day.wait_probability[-1] == pytest.approx(float(steady.wait_probability), abs=1e-10)
    assert day.abandonment[-1] == pytest.approx(float(steady.abandonment), abs=1e-10)
    assert day.occupancy[-1] == pytest.approx(float(steady.occupancy), abs=1e-10)
    assert day.end_queue[-1] == pytest.approx(float(steady.mean_queue), abs=1e-9)


def test_the_backlog_of_an_overload_is_carried_over() -> None:
    burst = transient_service([20, 60, 20, 20], 10, 300, 900, math.inf, 20)
    calm = transient_service([20, 20, 20, 20], 10, 300, 900, math.inf, 20)
    assert burst.end_queue[1] > 8
    assert burst.service_level[2] < calm.service_level[2] - 0.3
    assert burst.service_level[3] > burst.service_level[2]


def test_what_is_left_at_closing_time_is_worked_off_or_lost() -> None:
    staffed = transient_service([60, 0], [4, 4], 300, 900, 600)
    gone = transient_service([60, 0], [4, 0], 300, 900, 600)
    assert 0 < staffed.end_queue[1] < staffed.end_queue[0]
    # With nobody there, those in service wait again and everybody leaves at the rate of patience.
    left = gone.end_queue[1]
    assert left == pytest.approx(
        (gone.end_queue[0] + 4 * gone.end_wait_probability[0]) * math.exp(-900 / 600), rel=0.05
    )
    assert gone.occupancy[1] == 0
    assert gone.service_level[1] == 1
    assert gone.abandonment[1] == 0


def test_a_start_with_a_queue_is_taken_over() -> None:
    full = np.zeros(31)
    full[30] = 1
    first = transient_service([10], 5, 180, 900, 150, start=full)
    empty = transient_service([10], 5, 180, 900, 150)
    assert first.service_level[0] < empty.service_level[0] - 0.2


def test_impossible_time_varying_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"agents: 2.5"):
        transient_service([5], 2.5, 180, 900)
    with pytest.raises(InputError, match=r"start: the probabilities add up to 0\.5"):
        transient_service([5], 2, 180, 900, start=[0.5])
    monkeypatch.setattr(transient, "MAX_STATES", 200)
    with pytest.raises(InputError, match="the queue may grow beyond 200 contacts"):
        transient_service([900], 2, 180, 900)


def test_modified_offered_load_settles_and_keeps_the_work() -> None:
    steady = modified_offered_load(np.full(50, 60), 600, 1800)
    assert steady[-1] == pytest.approx(20, abs=1e-12)
    assert steady[0] < 20
    # All work is felt sooner or later: the areas agree.
    burst = np.concatenate([[60.0], np.zeros(80)])
    assert modified_offered_load(burst, 1800, 1800).sum() == pytest.approx(60 * 1800 / 1800, abs=1e-9)
    assert modified_offered_load([0.0], 1800, 1800, start=10)[0] == pytest.approx(10 * (1 - math.exp(-1)))


def test_modified_offered_load_is_the_mean_number_with_agents_for_all() -> None:
    contacts = [10.0, 30.0, 5.0]
    service = transient_service(contacts, 200, 1200, 1800)
    np.testing.assert_allclose(modified_offered_load(contacts, 1200, 1800), service.occupancy * 200, atol=1e-9)


@pytest.mark.parametrize("patience", [240.0, math.inf])
def test_the_fluid_follows_its_differential_equation(patience: float) -> None:
    contacts, agents = np.array([100.0, 260.0, 90.0, 20.0]), np.array([14.0, 15.0, 12.0, 15.0])
    end, mean = fluid_backlog(contacts, agents, 120, 900, patience, start=20)
    x, area = 20.0, 0.0
    for i in range(4):

        def slope(_: float, y: np.ndarray, i: int = i) -> list[float]:
            waiting = max(y[0] - agents[i], 0.0)
            return [contacts[i] / 900 - min(y[0], agents[i]) / 120 - waiting / patience, waiting]

        run = solve_ivp(slope, (0, 900), [x, 0.0], rtol=1e-10, atol=1e-10, max_step=1.0)
        x, area = run.y[0, -1], run.y[1, -1]
        assert end[i] == pytest.approx(max(x - agents[i], 0), abs=1e-5)
        assert mean[i] == pytest.approx(area / 900, abs=1e-5)


def test_the_fluid_in_balance_and_without_agents() -> None:
    end, mean = fluid_backlog([30, 30], 10, 300, 900, start=10)
    assert end.tolist() == mean.tolist() == [0, 0]
    end, _ = fluid_backlog([30, 0], 0, 300, 900, 600)
    assert end[0] == pytest.approx(30 / 900 * 600 * (1 - math.exp(-1.5)))
    assert end[1] == pytest.approx(end[0] * math.exp(-1.5))
    end, _ = fluid_backlog([0], 0, 300, 900, start=7)
    assert end.tolist() == [7]
