import numpy as np
import pytest
from scipy import stats

from staffing.forecast.counts import quantile


@pytest.mark.parametrize("p", [0.025, 0.1, 0.5, 0.9, 0.975])
def test_small_counts_are_exact(p):
    mean = np.array([0.02, 0.5, 1.0, 3.0, 7.5, 20.0, 49.0])
    for relative in (0.0, 0.01, 0.3, 2.0):
        variance = mean + relative * mean**2
        exact = (
            stats.poisson.ppf(p, mean)
            if relative == 0
            else stats.nbinom.ppf(p, 1 / relative, 1 / (1 + relative * mean))
        )
        np.testing.assert_array_equal(quantile(p, mean, variance), exact)


@pytest.mark.parametrize("p", [0.025, 0.1, 0.5, 0.9, 0.975])
def test_large_counts_are_within_one_percent(p):
    mean = np.array([60.0, 400.0, 30_000.0])
    for relative in (0.001, 0.02, 0.2):
        exact = stats.nbinom.ppf(p, 1 / relative, 1 / (1 + relative * mean))
        np.testing.assert_allclose(quantile(p, mean, mean + relative * mean**2), exact, rtol=0.01, atol=1.0)


def test_nothing_expected_means_nothing_comes():
    assert quantile(0.975, np.zeros(3), np.ones(3)).tolist() == [0, 0, 0]


def test_a_single_number_has_a_single_quantile():
    assert float(quantile(0.9, 4.0, 4.0)) == 7
    assert np.shape(quantile(0.9, 4.0, 4.0)) == ()
