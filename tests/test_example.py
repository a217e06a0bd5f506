import json
from datetime import date, timedelta
from random import Random

import numpy as np
import pytest

from staffing.cli import main
from staffing.errors import InputError
from staffing.example import FILES, demand, example_files, team, write_example
from staffing.example.write import LOAD
from staffing.inputs import read_inputs
from staffing.roster.inputs import problems_of
from staffing.scenario import load


@pytest.fixture(scope="module")
def helpdesk_inputs(helpdesk):
    return read_inputs(load(helpdesk / "base.toml"))


def test_the_committed_helpdesk_is_what_the_generator_writes(helpdesk):
    files = example_files(1, 40)
    assert tuple(files) == FILES
    for name, text in files.items():
        assert (helpdesk / name).read_bytes() == text.encode(), name
    committed = {p.relative_to(helpdesk).as_posix() for p in helpdesk.rglob("*") if p.is_file()}
    assert committed == set(FILES)


def test_seeds_and_sizes_differ_and_repeat(tmp_path):
    small = example_files(2, 10)
    assert small == example_files(2, 10)
    assert small["tables/history.csv"] != example_files(3, 10)["tables/history.csv"]
    written = write_example(tmp_path / "new" / "team", 2, 10)
    assert {p.name for p in written} == {name.split("/")[-1] for name in FILES}
    assert written[0].read_text(encoding="utf-8") == small["base.toml"]


@pytest.mark.parametrize("agents", [9, 1001])
def test_sizes_out_of_range_are_refused(agents):
    with pytest.raises(InputError, match="--agents"):
        example_files(1, agents)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_example(tmp_path / "file" / "team", 1, 10)


def test_the_command_writes_and_says_what_to_do_next(tmp_path, capsys):
    assert main(["example", "--seed", "5", "--agents", "12", "--out", str(tmp_path)]) == 0
    assert f"next: staffing plan {tmp_path / 'base.toml'}" in capsys.readouterr().out
    assert main(["example", "--agents", "12", "--out", str(tmp_path), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["files"]) == len(FILES)
    assert main(["example", "--agents", "3", "--out", str(tmp_path)]) == 2


def test_the_dirty_rows_are_found_and_listed(helpdesk_inputs):
    kinds = {r.kind: r for r in helpdesk_inputs.history.repairs}
    assert set(kinds) == {"duplicate", "closed", "gap"}
    assert kinds["gap"].where == "chat 2026-07-21 09:00"
    assert kinds["gap"].rows == 2


def at(history, day, minute):
    return int(history.grid.locate(history.grid.instant(history.grid.day_index(day), minute)))


def test_campaign_outage_and_spike_are_in_the_history(helpdesk_inputs):
    history = helpdesk_inputs.history
    phone = history.offered[history.queues.index("phone-de")]
    assert phone[at(history, demand.OUTAGE[0], demand.OUTAGE[1])] == 0
    assert phone[at(history, demand.SPIKE[0], demand.SPIKE[1])] > 10 * np.nanmedian(phone)

    def monday(day):
        first = history.grid.day_first[history.grid.day_index(day)]
        return np.nansum(phone[first : first + 48])

    usual = np.mean([monday(demand.CAMPAIGN[0] + timedelta(days=7 * k)) for k in (-4, -3, -2, 3, 4)])
    assert monday(demand.CAMPAIGN[0]) > 1.1 * usual
    assert {e.name for e in helpdesk_inputs.events if e.first < date(2027, 1, 1)} == {"Spring campaign"}


def test_history_shows_week_year_holidays_and_patience(helpdesk_inputs):
    history = helpdesk_inputs.history
    days = np.add.reduceat(np.nan_to_num(history.offered), history.grid.day_first[:-1], axis=1)
    weekday = history.grid.weekday
    assert days[0, weekday == 0].mean() > 1.15 * days[0, weekday == 4].mean()
    assert (days[:, weekday == 6] == 0).all()
    month = np.array([d.month for d in history.grid.dates])
    tuesdays = weekday == 1
    assert days[0, tuesdays & (month == 1)].mean() > 1.05 * days[0, tuesdays & (month == 7)].mean()
    labour_day = history.grid.day_index(date(2026, 5, 1))
    assert not history.open[:, history.grid.day == labour_day].any()
    for line, patience in zip(demand.LINES, history.patience_seconds, strict=True):
        expected = np.nan if line.patience_seconds is None else line.patience_seconds
        np.testing.assert_allclose(patience, expected, rtol=0.05)


def test_the_team_is_about_fully_used(helpdesk_inputs):
    inputs = helpdesk_inputs
    people = team.people(1, 40)
    absent = team.absences(1, people)
    hours = team.credited_hours(people, absent)
    shrinkage = sum(inputs.scenario.shrinkage.values())
    level = demand.level_for(LOAD * hours, shrinkage)
    assert demand.horizon_hours(level, shrinkage) == pytest.approx(LOAD * hours)
    history = inputs.history
    january = np.array([d.month == 1 for d in history.grid.dates])[history.grid.day]
    worked = np.nansum(history.handle_seconds[:, january], axis=1) / 3600
    expected = [
        level * line.share * sum(demand.day_weight(d, demand.closed_days(d, d)) for d in _open_days(line))
        for line in demand.LINES
    ]
    np.testing.assert_allclose(worked, expected, rtol=0.25)


def _open_days(line):
    days = [date(2026, 1, 1) + timedelta(days=k) for k in range(31)]
    return [d for d in days if demand.open_slots(line, d, demand.closed_days(d, d))]


@pytest.mark.parametrize(("seed", "agents"), [(1, 40), (2, 10), (3, 25), (4, 120)])
def test_every_example_loads_without_a_problem(tmp_path, seed, agents):
    base = write_example(tmp_path, seed, agents)[0]
    inputs = read_inputs(load(base))
    assert problems_of(inputs.team) == []
    assert inputs.notes == ()
    assert len(inputs.team.agents) == agents
    assert len({a.name for a in inputs.team.agents}) == agents
    assert inputs.team.locks
    assert inputs.team.past
    assert len(inputs.team.ledger) == agents


@pytest.mark.parametrize("name", ["volume-20", "two-hires", "target-90-10"])
def test_what_ifs_differ_from_the_base_in_what_they_say(helpdesk, name):
    base, other = load(helpdesk / "base.toml"), load(helpdesk / f"{name}.toml")
    assert base.name != other.name
    if name == "volume-20":
        assert other.demand.scale == dict.fromkeys(base.queues, 1.2)
    elif name == "two-hires":
        assert len(read_inputs(other).team.agents) == 42
    else:
        assert [other.target[q].service_level for q in base.queues] == [0.9, 0.9, 0.8, 0.9]
        assert other.target["phone-de"].max_occupancy == base.target["phone-de"].max_occupancy


def test_random_counts_have_their_mean_and_spread():
    random = Random(1)
    for mean in (0.5, 4, 49, 200):
        draws = np.array([demand.poisson(random, mean) for _ in range(4000)])
        assert draws.mean() == pytest.approx(mean, abs=4 * np.sqrt(mean / 4000))
        assert draws.var() == pytest.approx(mean, rel=0.15)
    for count in (20, 400):
        draws = np.array([demand.binomial(random, count, 0.1) for _ in range(4000)])
        assert draws.mean() == pytest.approx(count * 0.1, abs=4 * np.sqrt(count * 0.09 / 4000))
        assert draws.max() <= count


def test_shares_are_kept_at_every_length():
    shares = (("a", 0.5), ("b", 0.3), ("c", 0.2))
    for count in (1, 7, 100):
        given = team.shared_out(count, shares)
        assert all(abs(given.count(n) - s * count) <= 1 for n, s in shares)
