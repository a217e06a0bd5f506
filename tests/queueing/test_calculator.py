import json
import math

import pytest

from staffing.cli import main
from staffing.errors import InputError
from staffing.queueing.calculator import CalculatorInput, calculate
from staffing.queueing.chat import chat_service
from staffing.queueing.erlang import Variant, erlang_a
from staffing.queueing.inverse import Goals
from staffing.queueing.lines import line_service

HALF_HOUR = CalculatorInput(contacts=100, interval_minutes=30, aht_seconds=180, shrinkage=0.3)


def test_the_table_is_the_service_around_the_answer() -> None:
    answer = calculate(HALF_HOUR)
    assert answer.load == 10
    assert [row.agents for row in answer.rows] == list(range(11, 20))
    assert [row.meets for row in answer.rows] == [False] * 3 + [True] * 6
    assert answer.exact_agents is not None
    assert 13 < answer.exact_agents < 14
    for row in answer.rows:
        service = erlang_a(10, row.agents, 180, math.inf)
        assert row.service_level == service.service_level
        assert row.asa_seconds == service.asa_seconds
        assert row.rostered == math.ceil(row.agents / 0.7 * 4 - 1e-9) / 4
        assert row.level(Variant.SERVED) == row.service_level_of_served


def test_patience_chat_and_lines_have_their_models() -> None:
    with_patience = calculate(CalculatorInput(100, 30, 180, patience_seconds=60))
    assert with_patience.model == "Erlang A"
    chat = calculate(CalculatorInput(100, 30, 480, patience_seconds=180, concurrency=3, slowdown=0.15))
    assert (chat.model, chat.exact_agents) == ("chat with abandonment", None)
    assert chat.agents is not None
    levels = [
        float(chat_service(chat.load, n, 480, 3, 0.15, 180, 20).service_level) for n in (chat.agents - 1, chat.agents)
    ]
    assert levels[0] < 0.8 <= levels[1]
    lines = calculate(CalculatorInput(100, 30, 180, patience_seconds=60, lines=16))
    assert (lines.model, lines.exact_agents, lines.contacts_carried) == ("finite lines with abandonment", None, None)
    assert lines.agents is not None
    levels = [
        float(line_service(10, n, 16, 180, 60, 20).service.service_level) for n in (lines.agents - 1, lines.agents)
    ]
    assert levels[0] < 0.8 <= levels[1]
    assert lines.rows[-1].agents <= 16
    assert calculate(CalculatorInput(100, 30, 480, concurrency=2, slowdown=0.1)).model == "chat, endless patience"
    assert calculate(CalculatorInput(100, 30, 180, lines=30)).model == "finite lines"


def test_lines_that_block_too_many_have_no_answer() -> None:
    answer = calculate(CalculatorInput(100, 30, 180, lines=8))
    assert answer.agents is answer.rostered is None
    assert [row.agents for row in answer.rows] == [5, 6, 7, 8]
    assert not any(row.meets for row in answer.rows)


def test_the_other_way_round() -> None:
    answer = calculate(CalculatorInput(100, 30, 180, agents=12))
    assert answer.agents == 12
    assert answer.rows[3].agents == 12
    assert not answer.rows[3].meets
    assert answer.contacts_carried is not None
    assert answer.contacts_carried < 100


def test_no_contacts_need_nobody() -> None:
    answer = calculate(CalculatorInput(0, 30, 180))
    assert answer.agents == answer.rostered == 0
    assert answer.rows[0].service_level == 1


def test_all_that_is_wrong_is_told() -> None:
    given = CalculatorInput(-5, 0, 0, Goals(service_level=80), shrinkage=30, concurrency=0, agents=-1)
    with pytest.raises(InputError) as error:
        calculate(given)
    assert len(error.value.problems) == 7
    for bad, message in [
        (CalculatorInput(5, 30, 180, shrinkage=1), "shrinkage: 1 leaves nobody at work"),
        (CalculatorInput(5, 30, 180, concurrency=2, lines=3), "lines: given for chat"),
        (CalculatorInput(5, 30, 180, agents=9, lines=3), "agents: 9 agents on 3 lines"),
        (CalculatorInput(1e12, 30, 180), "contacts: 1e\\+11 erlangs"),
    ]:
        with pytest.raises(InputError, match=message):
            calculate(bad)


# -- the command -----------------------------------------------------------------------------------------

COMMAND = ["erlang", "--contacts", "100", "--interval", "30", "--aht", "180"]


def test_the_command_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*COMMAND, "--shrinkage", "absence=0.2", "--shrinkage", "0.1"]) == 0
    text = capsys.readouterr().out
    assert "10.00 erlangs, Erlang C" in text
    assert "14 agents needed (13.04 as a real number), 20 to roster" in text
    assert "14 agents keep the goals up to 108.7 contacts an interval" in text
    assert [line.split()[:2] for line in text.splitlines() if line.strip().startswith("*")] == [["*14", "20"]]


def test_the_command_writes_json_without_infinity(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*COMMAND, "--agents", "9", "--json"]) == 1, "the goals are not met"
    answer = json.loads(capsys.readouterr().out)
    assert answer["answer"]["agents"] == 9
    assert answer["answer"]["rows"][0]["asa_seconds"] is None
    assert answer["input"]["goals"]["variant"] == "offered"


def test_the_command_knows_every_goal(capsys: pytest.CaptureFixture[str]) -> None:
    goals = ["--asa", "5", "--abandonment", "0.02", "--occupancy", "0.8", "--patience", "90", "--variant", "served"]
    assert main([*COMMAND, *goals, "--lines", "20"]) == 0
    text = capsys.readouterr().out
    assert "answered within the threshold / answered" in text
    assert "blocked" in text
    assert main([*COMMAND, "--lines", "8"]) == 1
    assert "no number of agents on 8 lines meets the goals" in capsys.readouterr().out
    assert main([*COMMAND, "--agents", "8"]) == 1
    assert "endless" in capsys.readouterr().out


def test_the_command_tells_every_slip_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    bad = [
        "--service-level",
        "80",
        "--shrinkage",
        "30",
        "--shrinkage",
        "lunch",
        "--shrinkage",
        "a=0.1",
        "--shrinkage",
        "a=0.1",
    ]
    assert main([*COMMAND, *bad]) == 2
    text = capsys.readouterr().err
    assert "goals.service_level: 80 (write 0.8 for 80%)" in text
    assert "30 (write 0.3 for 30%)" in text
    assert "cannot read 'lunch'" in text
    assert "a is given twice" in text
