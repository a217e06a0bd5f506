"""Real histories, read where they lie: sources and licences are in the `meta.json` beside them."""

import numpy as np
import pandas as pd
import pytest

from staffing.errors import InputError
from staffing.grid import OpeningHours
from staffing.history.read import read_history
from staffing.history.settings import HistorySettings

pytestmark = pytest.mark.shared

VOLUMES = {"interval_start": "timestamp", "offered": "volume", "aht_seconds": "aht_s"}
CALLS = {"arrived_at": "timestamp", "wait_seconds": "wait_s", "handle_seconds": "handle_s"}
OUTCOMES = {"AGENT": "handled", "HANG": "abandoned", "PHANTOM": "ignore"}


def volumes(shared_data, name, zone, minutes=30, opening=None, **settings):
    return read_history(
        [shared_data / "volumes" / f"{name}.csv.gz"],
        HistorySettings(**settings),
        timezone=zone,
        interval_minutes=minutes,
        opening=opening or {},
    )


def test_calls_of_a_bank_become_intervals(shared_data):
    history = volumes(shared_data, "il_bank_1999_calls_january", "Asia/Jerusalem", columns=CALLS, outcomes=OUTCOMES)
    assert set(history.queues) == {"PS", "NW", "NE", "TT", "PE", "IN", "AA"}
    assert history.grid.days == 31
    assert np.nansum(history.handled) == 27_060
    assert np.nansum(history.abandoned) == 4_299
    assert np.nansum(history.offered) == 31_599 - 240
    missing = np.unique(history.grid.day[np.isnan(history.offered[0])])
    assert [str(history.grid.dates[d]) for d in missing] == ["1999-01-11", "1999-01-12"]
    assert ((history.patience_seconds > 60) & (history.patience_seconds < 2000))[[0, 1]].all()


def test_calls_and_the_table_made_of_them_agree(shared_data):
    calls = volumes(
        shared_data,
        "il_bank_1999_calls_january",
        "Asia/Jerusalem",
        columns=CALLS,
        outcomes=OUTCOMES | {"PHANTOM": "abandoned"},
    )
    table = volumes(
        shared_data, "il_bank_1999_byqueue_january", "Asia/Jerusalem", columns=VOLUMES | {"handled": "answered"}
    )
    for queue in calls.queues:
        a, b = calls.offered[calls.queues.index(queue)], table.offered[table.queues.index(queue)]
        assert np.array_equal(a, b, equal_nan=True)
        answered = [h.handled[h.queues.index(queue)] for h in (calls, table)]
        assert np.array_equal(*answered, equal_nan=True)


def test_opening_hours_and_queues_of_a_scenario_rule(shared_data):
    hours = {"stock": OpeningHours.parse({"sun-thu": ["08:00-19:00"]})}
    history = volumes(
        shared_data,
        "il_bank_1999_calls_january",
        "Asia/Jerusalem",
        opening=hours,
        columns=CALLS,
        outcomes=OUTCOMES,
        queues={"NE": "stock"},
    )
    assert history.queues == ("stock",)
    kept = np.nansum(history.offered)
    closed = sum(r.rows for r in history.repairs if r.kind == "closed")
    frame = pd.read_csv(shared_data / "volumes" / "il_bank_1999_calls_january.csv.gz")
    assert kept + closed == ((frame["queue"] == "NE") & (frame["outcome"] != "PHANTOM")).sum()
    assert sum(r.rows for r in history.repairs if r.kind == "queue") == 31_599 - 1586


def test_a_bank_open_on_weekdays_is_closed_when_its_file_has_no_rows(shared_data):
    history = volumes(shared_data, "us_bank_2003", "America/New_York", columns=VOLUMES)
    weekday = history.grid.weekday[history.grid.day]
    assert not history.open[0, weekday >= 5].any()
    assert history.open[0, weekday < 5].mean() == pytest.approx(28 / 48, abs=0.002)
    missing = np.unique(history.grid.day[history.open[0] & np.isnan(history.offered[0])])
    assert {str(history.grid.dates[d]) for d in missing} >= {"2003-05-26", "2003-07-04"}


@pytest.mark.parametrize(
    ("name", "zone"), [("il_bank_1999", "Asia/Jerusalem"), ("seattle_fire911_2017_2022", "America/Los_Angeles")]
)
def test_clock_changes_of_whole_years_lose_no_contact(shared_data, name, zone):
    minutes = 60 if name.startswith("seattle") else 30
    history = volumes(shared_data, name, zone, minutes, columns=VOLUMES)
    frame = pd.read_csv(shared_data / "volumes" / f"{name}.csv.gz")
    assert np.nansum(history.offered) == frame["volume"].sum()
    assert any(r.kind == "dst" for r in history.repairs)


def test_daily_tables_are_refused(shared_data):
    with pytest.raises(InputError, match="holds whole days"):
        volumes(shared_data, "nypd_911_daily", "America/New_York", columns=VOLUMES)
