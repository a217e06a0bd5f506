"""A real bank's 31,599 calls of January 1999, through the same reader, to an audited and simulated rota.

Data: Technion Anonymous Bank, one row per call; read where it lies, never copied.
"""

import json

import pytest

from staffing.cli import main

pytestmark = pytest.mark.shared

SCENARIO = """
name = "Anonymous bank, February 1999"
currency = "ILS"
horizon = {{ start = 1999-02-07, days = 14, timezone = "Asia/Jerusalem", interval_minutes = 30 }}
[tables]
history = "{history}"
agents = "agents.csv"
[history]
layout = "contacts"
columns = {{ arrived_at = "timestamp", wait_seconds = "wait_s", handle_seconds = "handle_s" }}
queues = {{ PS = "regular", PE = "regular", NW = "new", NE = "stock", IN = "internet" }}
outcomes = {{ AGENT = "handled", HANG = "abandoned", PHANTOM = "ignore" }}
[forecast]
holiday_region = "IL"
[shrinkage]
sickness = 0.04
meetings = 0.04
[queue.regular]
opening = {{ "sun-thu" = ["07:00-24:00"], "fri" = ["07:00-14:00"], "sat" = ["20:00-24:00"] }}
[queue.new]
opening = {{ "sun-thu" = ["07:00-24:00"], "fri" = ["07:00-14:00"], "sat" = ["20:00-24:00"] }}
[queue.stock]
opening = {{ "sun-thu" = ["08:00-19:00"] }}
[queue.internet]
opening = {{ "sun-thu" = ["07:00-24:00"], "fri" = ["07:00-14:00"] }}
[target.regular]
service_level = 0.8
threshold_seconds = 60
[target.new]
service_level = 0.7
threshold_seconds = 120
[target.stock]
service_level = 0.8
threshold_seconds = 30
[target.internet]
service_level = 0.7
threshold_seconds = 120
[contract.full]
weekly_hours = 40
hourly_cost = 60
min_weekends_off = 0
[contract.half]
weekly_hours = 24
hourly_cost = 60
max_shifts_per_week = 4
min_weekends_off = 0
[[shift]]
code = "M"
name = "Morning"
start = 07:00:00
latest_start = 08:00:00
hours = 8
breaks = [{{ minutes = 30, earliest_hours = 3, latest_hours = 4.5 }}]
[[shift]]
code = "D"
name = "Day"
start = 10:00:00
hours = 8.5
breaks = [{{ minutes = 30, earliest_hours = 3, latest_hours = 5 }}]
[[shift]]
code = "E"
name = "Evening"
start = 15:30:00
hours = 8.5
breaks = [{{ minutes = 30, earliest_hours = 3, latest_hours = 5 }}]
unpopular = true
[[shift]]
code = "F"
name = "Friday"
start = 07:00:00
hours = 7
breaks = [{{ minutes = 30, earliest_hours = 2.5, latest_hours = 4 }}]
weekdays = ["fri"]
[[shift]]
code = "S"
name = "Saturday night"
start = 20:00:00
hours = 4
weekdays = ["sat"]
unpopular = true
[solver]
seconds = 8
workers = 2
[simulation]
replications = 20
"""

SKILLS = ("regular", "regular|new", "regular|stock:1", "regular|internet", "regular|new|stock", "regular|new|internet")


@pytest.fixture
def bank(tmp_path, shared_data):
    calls = shared_data / "volumes" / "il_bank_1999_calls_january.csv.gz"
    (tmp_path / "bank.toml").write_text(SCENARIO.format(history=calls.as_posix()), encoding="utf-8")
    rows = [f"b{i},Agent {i},{'half' if i % 4 == 3 else 'full'},{SKILLS[i % len(SKILLS)]}" for i in range(18)]
    (tmp_path / "agents.csv").write_text("agent_id,name,contract,queues\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def test_calls_of_a_real_bank_become_an_audited_and_simulated_rota(bank, capsys):
    assert main(["plan", str(bank / "bank.toml"), "--out", str(bank / "out"), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures == json.loads((bank / "out" / "summary.json").read_text(encoding="utf-8"))
    assert figures["violations"] == []
    assert figures["history"]["first"] == "1999-01-01"
    assert figures["history"]["last"] == "1999-01-31"
    assert figures["bound"] <= figures["objective"]
    assert figures["objective"] == pytest.approx(sum(figures["terms"].values()), abs=0.1)
    assert set(figures["service_level"]) == {"regular", "new", "stock", "internet"}
    for service in figures["service_level"].values():
        assert 0 <= service["low"] <= service["mean"] <= service["high"] <= 1
    assert main(["audit", str(bank / "bank.toml"), str(bank / "out" / "roster.csv"), "--json"]) == 0
    audited = json.loads(capsys.readouterr().out)
    assert audited["objective"] == pytest.approx(figures["objective"], abs=0.05)
