from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from staffing.errors import InputError
from staffing.forecast.result import LEVELS, Forecast
from staffing.grid import TimeGrid
from staffing.queueing.chat import chat_service
from staffing.queueing.erlang import erlang_a, erlang_c
from staffing.queueing.transient import transient_service
from staffing.requirement import Channel, QueueSettings, Target, make_requirement

GRID = TimeGrid(date(2027, 1, 4), 2, "Europe/Berlin", 30)
T = len(GRID)
OPEN = np.tile((np.arange(48) >= 16) & (np.arange(48) < 40), 2)
VOICE = QueueSettings()
CHAT = QueueSettings(channel=Channel.CHAT, concurrency=3, concurrency_slowdown=0.2)
EMAIL = QueueSettings(channel=Channel.EMAIL)
EIGHTY_TWENTY = Target(service_level=0.8, threshold_seconds=20)
PROMISE = Target(service_level=0.9, response_hours=4)


def forecast(contacts: np.ndarray, aht: float = 300.0, spread: float = 0.0) -> Forecast:
    """Contacts of shape (Q, T), normal around their mean with Poisson variance and a relative error `spread`."""
    scores = np.array([-1.959964, -1.281552, -0.674490, 0, 0.674490, 1.281552, 1.959964])
    sd = np.sqrt(contacts + (spread * contacts) ** 2)
    quantiles = np.maximum(contacts + scores[:, None, None] * sd, 0)
    q = len(contacts)
    return Forecast(
        grid=GRID,
        queues=tuple(f"queue {i}" for i in range(q)),
        contacts=contacts,
        quantiles=quantiles,
        aht_seconds=np.where(contacts > 0, aht, np.nan),
        open=np.tile(OPEN, (q, 1)),
        spreadsheet=contacts,
        day_error=np.full(q, spread),
    )


def day(level: float) -> np.ndarray:
    return np.where(OPEN, level * (1 + 0.5 * np.sin(np.arange(T) / 5)), 0.0)


def test_voice_needs_what_erlang_says_and_reaches_its_target() -> None:
    contacts = np.array([day(60), day(60)])
    need = make_requirement(
        forecast(contacts), [VOICE] * 2, [EIGHTY_TWENTY] * 2, {}, np.array([120.0, np.inf]), None, False
    )
    assert need.load[0].tolist() == pytest.approx((contacts[0] * 300 / 1800).tolist())
    busy = contacts[0] > 0
    for q, patience in ((0, 120.0), (1, np.inf)):
        level = erlang_a(need.load[q, busy], need.on_phones[q, busy], 300, patience).service_level
        np.testing.assert_array_equal(need.service_level[q, busy], level)
        assert np.all(level >= 0.8)
        short = erlang_a(need.load[q, busy], need.on_phones[q, busy] - 1, 300, patience).service_level
        assert np.all(short < 0.8)
    assert np.all(need.on_phones[0] <= need.on_phones[1])
    assert np.all(need.on_phones[:, ~busy] == 0)
    assert np.isnan(need.service_level[:, ~busy]).all()
    assert need.notes == ("queue 1: nobody is assumed to give up waiting (Erlang C), which asks for more agents",)


def test_an_unknown_patience_is_endless() -> None:
    need = make_requirement(
        forecast(np.array([day(30)])), [VOICE], [EIGHTY_TWENTY], {}, np.array([np.nan]), carry_over=False
    )
    assert np.all(erlang_c(need.load[need.load > 0], need.on_phones[need.load > 0], 300).service_level >= 0.8)


def test_all_goals_hold() -> None:
    target = Target(service_level=0.8, max_asa_seconds=10, max_abandonment=0.02, max_occupancy=0.8)
    need = make_requirement(forecast(np.array([day(80)])), [VOICE], [target], {}, np.array([90.0]), carry_over=False)
    busy = need.load > 0
    service = erlang_a(need.load[busy], need.on_phones[busy], 300, 90)
    assert np.all(service.service_level >= 0.8)
    assert np.all(service.asa_seconds <= 10)
    assert np.all(service.abandonment <= 0.02)
    assert np.all(service.occupancy <= 0.8 + 1e-9)


def test_chat_uses_its_chain() -> None:
    need = make_requirement(
        forecast(np.array([day(60)])), [CHAT], [EIGHTY_TWENTY], {}, np.array([180.0]), carry_over=False
    )
    busy = need.load > 0
    now = chat_service(need.load[busy], need.on_phones[busy], 300, 3, 0.2, 180, 20).service_level
    less = chat_service(need.load[busy], need.on_phones[busy] - 1, 300, 3, 0.2, 180, 20).service_level
    assert np.all(now >= 0.8)
    assert np.all(less < 0.8)


def test_email_is_smoothed_and_stays_inside_its_opening_hours() -> None:
    contacts = np.where(OPEN, 10.0, 3.0)[None]
    need = make_requirement(forecast(contacts, 600), [EMAIL], [PROMISE], {"breaks": 0.2}, np.array([np.inf]))
    assert np.all(need.on_phones[0, ~OPEN] == 0)
    assert np.all(need.on_phones[0, OPEN] >= 0)
    assert np.isnan(need.service_level).all()
    # The evening of the second day is left to the third.
    work = contacts[0, :88].sum() * 600 / 3600
    assert need.on_phones.sum() * 0.5 >= work - 1e-9
    assert need.on_phones.sum() * 0.5 <= 1.15 * work
    assert need.notes == ()
    slow = make_requirement(
        forecast(contacts, 600), [EMAIL], [Target(response_hours=4, max_occupancy=0.8)], {}, np.array([np.inf])
    )
    np.testing.assert_allclose(slow.on_phones * 0.8, need.on_phones, rtol=1e-9)


def test_where_something_is_offered_there_is_at_least_one_agent() -> None:
    tiny = np.where(OPEN, 1e-6, 0.0)[None]
    target = Target(service_level=0.0)
    need = make_requirement(forecast(tiny), [VOICE], [target], {}, np.array([60.0]))
    assert np.all(need.on_phones[0, OPEN] == 1)
    assert np.all(need.on_phones[0, ~OPEN] == 0)


def test_people_are_rostered_for_shrinkage_in_quarters() -> None:
    need = make_requirement(
        forecast(np.array([day(60)])), [VOICE], [EIGHTY_TWENTY], {"absence": 0.2, "training": 0.1}, np.array([120.0])
    )
    assert need.shrinkage == pytest.approx(0.3)
    np.testing.assert_allclose(need.on_roster, np.ceil(need.on_phones / 0.7 * 4 - 1e-9) / 4)


def test_certainty_asks_for_more_where_the_forecast_is_uncertain() -> None:
    contacts = np.array([day(60)])
    plain = make_requirement(forecast(contacts, spread=0.1), [VOICE], [EIGHTY_TWENTY], {}, np.array([120.0]))
    sure = make_requirement(forecast(contacts, spread=0.1), [VOICE], [EIGHTY_TWENTY], {}, np.array([120.0]), 0.9, False)
    certain = make_requirement(forecast(contacts), [VOICE], [EIGHTY_TWENTY], {}, np.array([120.0]), 0.9)
    busy = contacts > 0
    assert np.all(sure.on_phones[busy] >= plain.on_phones[busy])
    assert sure.on_phones.sum() > 1.07 * plain.on_phones.sum()
    np.testing.assert_array_equal(certain.on_phones, plain.on_phones)
    np.testing.assert_array_equal(sure.load, plain.load)
    high = erlang_a(sure.load[busy] * 1.128, sure.on_phones[busy], 300, 120).service_level
    assert np.all(high >= 0.8)
    assert "probability 0.9" in sure.notes[0]
    assert 0.9 in LEVELS


def test_what_carries_over_is_sized_for_and_keeps_the_promise_in_every_interval() -> None:
    """Judged by the exact time-varying queue, with handling times of ten minutes."""
    hour = np.arange(T) / 2 % 24
    wave = 0.1 + np.exp(-((hour - 11) ** 2) / 3) + 0.8 * np.exp(-((hour - 16) ** 2) / 3)
    contacts = np.where(OPEN, 120 * wave, 0.0)[None]
    worst, hours = [], []
    for carry_over in (False, True):
        need = make_requirement(
            forecast(contacts, 600), [VOICE], [EIGHTY_TWENTY], {}, np.array([150.0]), carry_over=carry_over
        )
        exact = transient_service(contacts[0, :48], need.on_phones[0, :48], 600, 1800, 150, 20).service_level
        busy = contacts[0, :48] > 0
        worst.append(exact[busy].min())
        hours.append(need.on_phones.sum() / 2)
    assert worst[0] < 0.74
    assert worst[1] > 0.785
    assert hours[1] <= hours[0] * 1.005


def test_a_steady_day_and_night_queue_carries_over_what_it_offers() -> None:
    grid_forecast = forecast(np.full((1, T), 30.0))
    always = replace(grid_forecast, open=np.ones((1, T), dtype=bool))
    plain, felt = (
        make_requirement(always, [VOICE], [EIGHTY_TWENTY], {}, np.array([120.0]), carry_over=c) for c in (False, True)
    )
    np.testing.assert_array_equal(plain.on_phones, felt.on_phones)
    np.testing.assert_allclose(plain.service_level, felt.service_level, rtol=1e-9)


def test_everything_wrong_is_told_at_once() -> None:
    targets = [
        Target(threshold_seconds=20),
        Target(service_level=0.8, response_hours=4),
        Target(service_level=0.8, max_asa_seconds=20),
    ]
    with pytest.raises(InputError) as error:
        make_requirement(
            forecast(np.array([day(5)] * 3)),
            [VOICE, CHAT, EMAIL],
            targets,
            {"absence": 30, "breaks": 0.1},
            np.array([-5.0, 100.0, 100.0]),
        )
    assert [str(p) for p in error.value.problems] == [
        "target.queue 0: no goal is given (e.g. service_level = 0.8 with threshold_seconds = 20)",
        "queue.queue 0.patience_seconds: -5 (a number of seconds, at least 0)",
        "target.queue 1.response_hours: 4 hours promised for chat "
        "(response_hours is for the email channel; use threshold_seconds)",
        "target.queue 2.max_asa_seconds: deferrable work has no such goal (use response_hours and service_level)",
        "target.queue 2: deferrable work needs a promise (e.g. response_hours = 4, service_level = 0.9)",
        "shrinkage.absence: 30 (write 0.3 for 30%)",
    ]


def test_settings_for_other_queues_are_refused() -> None:
    with pytest.raises(InputError, match="1 queues in the forecast, 2 settings"):
        make_requirement(forecast(np.array([day(5)])), [VOICE] * 2, [EIGHTY_TWENTY], {}, np.array([60.0]))
