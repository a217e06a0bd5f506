"""The month under way: what has come so far, the rest of the day, and why the plan was missed."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from staffing.cli import main
from staffing.errors import InputError
from staffing.forecast.settings import Adjustment
from staffing.history.settings import HistorySettings
from staffing.intraday import CAUSES, actuals_of, by_day, by_queue, outlook, reconciled, update, update_table
from staffing.plan import prepare
from staffing.roster import costs
from staffing.roster.problem import Roster
from staffing.scenario import load
from tests.small_team import write_small_team

HEAD = "interval_start,queue,offered,handled,aht_seconds,agents,on_phones\n"


def rows(until: int = 13, day: str = "2027-01-05") -> str:
    """Monday as a whole and a morning: phone a fifth busier than usual, chat without staff figures."""
    out = []
    for on, last in (("2027-01-04", 18), (day, until)):
        for h in range(8, last):
            out.append(f"{on} {h:02d}:00,phone,24,24,330,5,4.5")
            if 9 <= h < 17:
                out.append(f"{on} {h:02d}:00,chat,8,8,420,,")
    return "\n".join(out) + "\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    base = write_small_team(tmp_path_factory.mktemp("team"))
    (base.parent / "today.csv").write_text(HEAD + rows(), encoding="utf-8")
    return base.parent


@pytest.fixture(scope="module")
def ready(folder):
    return prepare(load(folder / "base.toml"))


@pytest.fixture(scope="module")
def actuals(folder, ready):
    return actuals_of(ready.inputs, [folder / "today.csv"])


def test_actuals_lie_on_the_horizons_axis_up_to_the_last_contacts(actuals, ready):
    grid = ready.forecast.grid
    assert grid.label(actuals.until)[:16] == "2027-01-05T13:00"
    assert np.isnan(actuals.offered[:, actuals.until :]).all()
    assert actuals.offered[0, 10] == 24
    assert actuals.aht_seconds[0, 10] == 330
    assert (actuals.agents[0, 10], actuals.on_phones[0, 10]) == (5, 4.5)
    assert np.isnan(actuals.agents[1]).all()


def test_agents_of_shorter_intervals_are_averaged_and_those_of_several_queues_added(folder, ready):
    path = folder / "halves.csv"
    lines = [
        f"2027-01-04 {h:02d}:{m},{q},{n},{a}"
        for h in range(8, 18)
        for m in ("00", "30")
        for q, n, a in (("phone", 5, 2 if m == "00" else 4), ("Hotline", 2, 1), ("chat", 3, 2))
    ]
    path.write_text("interval_start,queue,offered,agents\n" + "\n".join(lines) + "\n")
    mapped = HistorySettings(queues={"phone": "phone", "Hotline": "phone", "chat": "chat"})
    inputs = replace(ready.inputs, scenario=replace(ready.inputs.scenario, history=mapped))
    found = actuals_of(inputs, [path])
    assert found.offered[0, 8] == 14
    assert found.agents[0, 8] == 4
    assert np.isnan(found.on_phones).all()


def test_a_busy_morning_asks_for_more_people_in_the_afternoon(ready, actuals):
    seen = update(ready, actuals)
    phone, chat = outlook(seen, actuals)
    assert phone.came == 5 * 24
    assert phone.came > phone.expected
    assert phone.rest_low < phone.rest < phone.rest_high
    assert phone.came + phone.rest > phone.planned
    assert phone.most_agents_more >= 0
    assert chat.queue == "chat"
    table = update_table(seen)
    assert table["interval_start"].iloc[0] == "2027-01-05T13:00:00+01:00"
    mine = table[table["queue"] == "phone"]
    assert len(mine) == 5
    assert (mine["contacts"] > mine["planned"]).all()
    assert (mine["on_roster"] >= mine["on_roster_planned"]).all()


def test_the_view_may_be_taken_earlier_and_reads_nothing_later(folder, ready, actuals):
    early = update(ready, actuals, "10:00")
    changed = actuals.offered.copy()
    changed[:, early.now :] *= 9
    blind = update(ready, replace(actuals, offered=changed), "2027-01-05T10:00")
    np.testing.assert_array_equal(early.after.contacts, blind.after.contacts)
    assert early.before.grid.label(early.now)[:16] == "2027-01-05T10:00"


def test_after_the_last_interval_the_view_stays_on_the_day(ready, actuals):
    grid = ready.forecast.grid
    seen = update(ready, replace(actuals, until=int(grid.day_first[2])))
    assert grid.day[seen.now] == 1
    assert update(ready, replace(actuals, until=len(grid))).now == len(grid) - 1


@pytest.mark.parametrize("at", ["25", "quarter to nine", "2027-03-01T10:00"])
def test_a_time_that_cannot_be_is_told(ready, actuals, at):
    with pytest.raises(InputError, match="--at"):
        update(ready, actuals, at)


def test_a_file_of_other_days_is_told(folder, ready):
    with pytest.raises(InputError, match="rows from 2027-01-04 to 2027-01-10 are needed"):
        actuals_of(ready.inputs, [folder / "history.csv"])


def test_contacts_one_by_one_tell_the_rest_of_the_day_too(folder, ready):
    path = folder / "calls.csv"
    lines = [
        f"2027-01-04 {h:02d}:{m:02d}:10,{q},240"
        for h in (9, 10, 11)
        for m in range(0, 60, 5)
        for q in ("phone", "chat")
    ]
    path.write_text("arrived_at,queue,handle_seconds\n" + "\n".join(lines) + "\n")
    found = actuals_of(ready.inputs, [path])
    assert found.offered[0, 9:12].tolist() == [12, 12, 12]
    assert found.until == 12
    assert np.isnan(found.agents).all()
    assert update(ready, found).now == 12


def test_every_unreadable_figure_of_the_staff_is_told(folder, ready):
    path = folder / "wrong.csv"
    path.write_text(HEAD + "2027-01-04 08:00,phone,24,24,330,many,4\n2027-01-04 08:00,chat,8,8,420,-2,\n")
    with pytest.raises(InputError) as caught:
        actuals_of(ready.inputs, [path])
    assert [p.where for p in caught.value.problems] == [
        "wrong.csv row 2, column agents",
        "wrong.csv row 3, column agents",
    ]


def test_the_causes_add_up_to_the_miss_by_day_and_queue(ready, actuals):
    found = reconciled(ready, actuals)
    sums = by_queue(found)
    for row in sums.values():
        assert sum(row[c] for c in CAUSES) == pytest.approx(row["miss"])
    assert sums[""]["miss"] == pytest.approx(sums["phone"]["miss"] + sums["chat"]["miss"])
    assert sums["phone"]["volume"] < 0
    assert sums["phone"]["aht"] < 0
    # 4.5 of 5 is a shrinkage of 10% where 5% was planned
    assert sums["phone"]["shrinkage"] < 0
    assert sums["chat"]["shrinkage"] == sums["chat"]["staffing"] == 0
    # a chat takes half its handling time, two being handled at once
    assert sums["chat"]["work"] == pytest.approx(12 * 8 * 420 / 2 / 3600)
    table = by_day(found)
    assert table["date"].tolist() == ["2027-01-04"] * 2 + ["2027-01-05"] * 2
    assert table["intervals"].tolist() == [10, 8, 5, 4]
    assert table["miss"].sum() == pytest.approx(sums[""]["miss"])
    assert found.notes == (
        "number of agents: unknown in 44% of the intervals compared; taken as planned there",
        "shrinkage: unknown in 44% of the intervals compared; taken as planned there",
    )


def test_the_rota_stands_for_the_staff_planned_and_people_on_the_phones_for_those_there(ready, actuals):
    empty = Roster(())
    found = reconciled(ready, actuals, empty)
    assert by_queue(found)["phone"]["staffing"] == pytest.approx(15 * 5 * (1 - (0.05 + 0.10) / 2), rel=0.05)
    assert costs.coverage(ready.problem, empty).staffed.sum() == 0
    alone = replace(actuals, agents=np.full(actuals.agents.shape, np.nan))
    told = by_queue(reconciled(ready, alone))["phone"]
    assert told["shrinkage"] == 0
    unknown = replace(actuals, aht_seconds=np.full(actuals.agents.shape, np.nan))
    assert by_queue(reconciled(ready, unknown))["phone"]["aht"] == 0
    assert "handling time" in reconciled(ready, unknown).notes[0]


def test_adjustments_of_the_scenario_are_in_the_plan_and_in_nothing_statistical(folder, ready):
    (folder / "adjustments.csv").write_text(
        "first_day,queue,factor,contacts,who,why\n2027-01-05,phone,1.5,,Ana,price letter\n", encoding="utf-8"
    )
    changed = folder / "adjusted.toml"
    changed.write_text('extends = "base.toml"\n[tables]\nadjustments = "adjustments.csv"\n', encoding="utf-8")
    found = prepare(load(changed))
    assert found.inputs.adjustments == (
        Adjustment(date(2027, 1, 5), date(2027, 1, 5), "Ana", "price letter", "phone", 1.5),
    )
    tuesday = ready.forecast.grid.day == 1
    np.testing.assert_allclose(found.forecast.contacts[0, tuesday], 1.5 * ready.forecast.contacts[0, tuesday])
    np.testing.assert_array_equal(found.forecast.statistical, ready.forecast.contacts)
    assert found.requirement.on_roster[0, tuesday].sum() > ready.requirement.on_roster[0, tuesday].sum()
    assert found.inputs.scenario.input_hash() != ready.inputs.scenario.input_hash()


# -- the commands --------------------------------------------------------------------------------------------


def test_the_rest_of_the_day_is_told_written_and_given_to_programs(folder, tmp_path, capsys):
    call = ["reforecast", str(folder / "base.toml"), "--actuals", str(folder / "today.csv")]
    assert main([*call, "--out", str(tmp_path / "rest.csv")]) == 0
    told = capsys.readouterr().out
    assert "at 2027-01-05T13:00" in told
    assert "phone" in told
    assert (tmp_path / "rest.csv").read_text().startswith("interval_start,queue,contacts,contacts_p10")
    assert main([*call, "--at", "11:00", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["at"] == "2027-01-05T11:00:00+01:00"
    assert {q["queue"] for q in document["queues"]} == {"phone", "chat"}
    assert len(document["intervals"]) == 7 + 6
    assert main([*call, "--at", "25"]) == 2
    assert "nothing was written" in capsys.readouterr().err


def test_the_miss_is_told_written_and_given_to_programs(folder, tmp_path, capsys):
    call = ["reconcile", str(folder / "base.toml"), "--actuals", str(folder / "today.csv")]
    assert main([*call, "--out", str(tmp_path / "split.csv")]) == 0
    told = capsys.readouterr()
    assert "2 days seen" in told.out
    assert "all queues" in told.out
    assert "taken as planned" in told.err
    assert (tmp_path / "split.csv").read_text().startswith("date,queue,intervals,work_planned,work,miss,volume,aht")
    rota = folder / "rota.csv"
    rota.write_text("agent_id,date,shift\na1,2027-01-04,E\n")
    assert main([*call, "--roster", str(rota), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    total = document["total"]
    assert sum(total[c] for c in CAUSES) == pytest.approx(total["miss"])
    assert document["unit"] == "agent hours"


def test_typed_shapes_and_drivers_of_a_scenario_reach_its_forecast(folder):
    (folder / "profiles.csv").write_text("queue,start,share\nchat,09:00,1\n", encoding="utf-8")
    (folder / "drivers.csv").write_text("date,letters\n2027-01-04,5\n", encoding="utf-8")
    given = folder / "given.toml"
    given.write_text(
        'extends = "base.toml"\n[tables]\nprofiles = "profiles.csv"\ndrivers = "drivers.csv"\n', encoding="utf-8"
    )
    found = prepare(load(given))
    assert found.inputs.profiles["chat"][0, 9] == 1
    assert any("chat: " in n and "the typed one is not used" in n for n in found.forecast.notes)
    # nine days lie between the history's end and the horizon
    assert "driver letters: unknown on 15 of the days ahead; not used" in found.forecast.notes
