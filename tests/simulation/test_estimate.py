"""Bands hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest

from staffing.simulation.estimate import Sums, change, ratio, share, student


def covered(success: float, contacts: int, replications: int, clump: int, tries: int = 400) -> float:
    """Share of bands that hold the true share when contacts succeed in clumps of a size."""
    rng = np.random.default_rng(3)
    offered = rng.poisson(contacts / clump, (replications, tries))
    good = rng.binomial(offered, success) * clump
    offered = offered * clump
    # Each column is a repetition of its own and must not lend its design effect to another.
    bands = [share(Sums.of(good[:, [k]].astype(float), offered[:, [k]].astype(float))) for k in range(tries)]
    return float(np.mean([bool(b.low[0] <= success <= b.high[0]) for b in bands]))


@pytest.mark.parametrize(
    ("success", "contacts", "clump"),
    [(0.8, 30, 1), (0.8, 30, 5), (0.97, 20, 1), (0.5, 8, 1), (0.99, 50, 3), (0.02, 40, 1)],
)
def test_at_least_95_of_100_bands_of_a_share_hold(success: float, contacts: int, clump: int) -> None:
    assert covered(success, contacts, 60, clump) >= 0.95


def test_a_band_without_a_single_failure_still_reaches_down() -> None:
    band = share(Sums.of(np.full((50, 1), 20.0), np.full((50, 1), 20.0)))
    assert band.mean[0] == band.high[0] == 1.0
    assert 0.99 < band.low[0] < 0.9995


def test_where_nothing_came_everything_is_unknown() -> None:
    band = share(Sums.of(np.zeros((5, 2)), np.array([[0.0, 3.0]] * 5)))
    assert np.isnan([band.mean[0], band.low[0], band.high[0]]).all()
    assert band.mean[1] == band.low[1] == 0.0 < band.high[1]


def test_a_ratio_of_proportional_parts_is_known_exactly() -> None:
    x = np.arange(1.0, 11.0)[:, None]
    band = ratio(Sums.of(3 * x, x))
    assert band.mean[0] == pytest.approx(3.0)
    assert band.low[0] == pytest.approx(3.0)
    assert band.high[0] == pytest.approx(3.0)


def test_a_mean_has_the_band_of_student() -> None:
    values = np.array([[5.8], [6.0], [6.2]])
    band = ratio(Sums.of(values, np.ones((3, 1))))
    half = student(3) * values.std(ddof=1) / np.sqrt(3)
    assert band.mean[0] == pytest.approx(6.0)
    assert band.mean[0] - band.low[0] == pytest.approx(half)
    assert np.log(band.high[0] / band.mean[0]) == pytest.approx(half / 6.0)
    assert student(3) == pytest.approx(6.965, abs=1e-3)


def test_the_band_of_a_rare_wait_reaches_further_up_than_down_and_never_below_nothing() -> None:
    rng = np.random.default_rng(3)
    inside = []
    for _ in range(300):
        waits = rng.binomial(1, 0.15, (20, 1)) * rng.exponential(20.0, (20, 1))  # 3 on average
        band = ratio(Sums.of(waits, np.ones((20, 1))))
        assert 0 <= band.low[0] <= band.mean[0] <= band.high[0]
        inside.append(band.low[0] <= 3.0 <= band.high[0])
    # As hard as it gets: 0.90 here, 0.79 by Student's t on the mean alone; in 4 of 100 samples nobody waits at all.
    assert np.mean(inside) > 0.87


def test_a_share_cannot_change_by_more_than_there_is() -> None:
    offered = np.full((2, 1), 10.0)
    band = change(np.array([[0.0], [4.0]]), offered, np.array([[10.0], [2.0]]), offered)
    assert np.isclose(band.mean[0], -0.4)
    assert np.isclose(band.low[0], -0.6)
    assert np.isclose(band.high[0], 0.4)
