from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.frames import place
from staffing.frames.cells import moments

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Jerusalem", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")


def placed(zone, *texts):
    return place(moments(np.array(texts, dtype=object))[0], zone)


@settings(deadline=None)
@given(st.datetimes(min_value=datetime(1995, 1, 1), max_value=datetime(2035, 1, 1)), st.sampled_from(ZONES))
def test_local_times_land_where_the_zone_says(moment, zone):
    moment = moment.replace(microsecond=0)
    found = placed(zone, moment.isoformat())
    local = moment.replace(tzinfo=ZoneInfo(zone))
    assert found.unix[0] == local.timestamp()
    assert found.again[0] == max(0, local.replace(fold=1).timestamp() - local.timestamp())


@settings(deadline=None)
@given(st.integers(0, 2**31), st.sampled_from(ZONES))
def test_times_with_offsets_come_back_whatever_the_zone(unix, zone):
    text = datetime.fromtimestamp(unix, ZoneInfo(zone)).isoformat()
    found = placed("Europe/Berlin", text)
    assert found.unix[0] == unix
    assert not found.skipped[0]
    assert not found.again[0]


def test_every_minute_of_the_days_on_which_clocks_change_is_told():
    for day, skipped, again in (("2026-03-29", 60, 0), ("2026-10-25", 0, 60), ("2026-06-01", 0, 0)):
        texts = [f"{day} {m // 60:02d}:{m % 60:02d}" for m in range(1440)]
        found = placed("Europe/Berlin", *texts)
        assert found.skipped.sum() == skipped
        assert (found.again == 3600).sum() == again


def test_a_skipped_time_lands_an_hour_later():
    found = placed("Europe/Berlin", "2026-03-29 02:30", "2026-03-29 03:30")
    assert found.unix[0] == found.unix[1]
    assert found.skipped.tolist() == [True, False]


@pytest.mark.parametrize("zone", ZONES)
def test_the_clock_agrees_with_itself_around_a_year(zone):
    start = datetime(2026, 1, 1)
    texts = [(start + timedelta(hours=7 * k)).isoformat() for k in range(1252)]
    found = placed(zone, *texts)
    assert (np.diff(found.unix[~found.skipped]) > 0).all()
