import numpy as np

from staffing.forecast.pool import Member, pool, weekday_member


def member(name, prior, value, error):
    """Forecasts `value` always; `error` is added to every past forecast."""
    return Member(name, prior, np.full(28, value), lambda origin, first, last: np.full(last - first, value + error))


def test_the_better_member_takes_over_as_evidence_grows():
    good, bad = member("good", 0.5, 5.0, 0.01), member("bad", 0.5, 6.0, 0.2)
    y = {days: np.full(days, 5.0) for days in (90, 400)}
    some = pool([good, member("bad", 0.5, 5.0, 0.2)], y[90], np.ones(90), 14, 28)
    much = pool([good, bad], y[400], np.ones(400), 14, 28)
    assert 0.5 < some.weights[0] <= 1
    assert much.weights[0] > 0.99
    np.testing.assert_allclose(much.weights.sum(), 1)
    assert "good" in much.sentence()


def test_without_any_past_origin_the_prior_decides():
    short = pool([member("a", 0.75, 5.0, 0.0), member("b", 0.25, 6.0, 0.0)], np.full(30, 5.0), np.ones(30), 14, 28)
    np.testing.assert_allclose(short.weights, [0.75, 0.25])
    np.testing.assert_allclose(short.mean, 5.25)
    assert np.isnan(short.loss).all()
    assert "too short to judge" in short.sentence()


def test_days_without_weight_judge_nobody():
    y = np.full(200, 5.0)
    y[100:] = 9.0
    weight = np.ones(200)
    weight[100:] = 0.0
    judged = pool([member("a", 0.5, 5.0, 0.0), member("b", 0.5, 9.0, 0.0)], y, weight, 0, 28)
    assert judged.day.max() < 100


def test_past_origins_see_only_what_was_before_them():
    y = np.log(np.arange(1.0, 211.0))
    mean = weekday_member("m", 1.0, 4, y, np.ones(210), np.zeros(238))
    before = mean.hindcast(140, 154, 182)
    y[140:] = 99.0
    again = weekday_member("m", 1.0, 4, y, np.ones(210), np.zeros(238))
    np.testing.assert_allclose(again.hindcast(140, 154, 182), before)
    expected = np.log(np.mean([134 - 7 * k + 1 for k in range(4)]))
    np.testing.assert_allclose(mean.hindcast(140, 141, 142), expected)
