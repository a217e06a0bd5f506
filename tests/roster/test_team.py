from datetime import date, datetime, time, timedelta

import openpyxl
import pytest

from staffing.errors import InputError
from staffing.grid import TimeGrid
from staffing.roster.problem import Absence, Break, LedgerEntry, Lock, Request, ShiftType
from staffing.roster.team import read_team

GRID = TimeGrid(date(2027, 1, 1), 31, "Europe/Berlin", 30)
SHIFTS = (
    ShiftType("E", time(8), 8.5, breaks=(Break(30, 3, 5),)),
    ShiftType("N", time(22), 8.5, latest_start=time(23)),
)
AGENTS = "agent_id,name,contract,queues\na1,Anna,full,chat\na2,Jörg,part,phone:1|chat:2\n"


def team(tmp_path, **tables):
    files = {}
    for name, text in {"agents": AGENTS, **tables}.items():
        texts = text if isinstance(text, list) else [text]
        files[name] = [tmp_path / f"{name}{i or ''}.csv" for i in range(len(texts))]
        for path, content in zip(files[name], texts, strict=True):
            path.write_text(content, encoding="utf-8")
    return read_team(
        files, grid=GRID, queues=["phone", "chat"], contracts={"full": None, "part": None}, shift_types=SHIFTS
    )


def problems(tmp_path, **tables):
    with pytest.raises(InputError) as caught:
        team(tmp_path, **tables)
    return [str(p) for p in caught.value.problems]


def test_agents_have_skills_with_priorities_and_the_order_of_the_table(tmp_path):
    found = team(tmp_path).agents
    assert [(a.id, a.name, a.contract, a.queues, a.priorities) for a in found] == [
        ("a1", "Anna", "full", ("chat",), (1,)),
        ("a2", "Jörg", "part", ("phone", "chat"), (1, 2)),
    ]
    assert found[0].availability is None


def test_availability_is_read_in_the_ways_people_write_it(tmp_path):
    text = (
        "agent_id;contract;queues;mon;tue;wed;thu;fri;sat;first_day;last_day\n"
        '7;full;chat;08:00-16:00;-;"8-12, 13:30 - 17 Uhr";22:00-06:00;nie;;01.01.2027;31.12.2027\n'
    )
    (agent,) = team(tmp_path, agents=text).agents
    always = ((0, 2880),)
    assert agent.availability == (((480, 960),), (), ((480, 720), (810, 1020)), ((1320, 1800),), (), always, always)
    assert (agent.id, agent.name, agent.first_day, agent.last_day) == ("7", "7", date(2027, 1, 1), date(2027, 12, 31))


def test_a_workbook_of_agents_keeps_its_numbers_and_dates(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["agent_id", "name", "contract", "queues", "first_day"])
    book.active.append([1001, "Zoë", "full", "chat:2|phone", datetime(2027, 1, 15)])
    book.save(tmp_path / "agents.xlsx")
    found = read_team(
        {"agents": [tmp_path / "agents.xlsx"]},
        grid=GRID,
        queues=["phone", "chat"],
        contracts=["full"],
        shift_types=SHIFTS,
    )
    (agent,) = found.agents
    assert (agent.id, agent.name, agent.priorities, agent.first_day) == ("1001", "Zoë", (2, 1), date(2027, 1, 15))


def test_several_files_of_agents_are_one_team(tmp_path):
    found = team(tmp_path, agents=[AGENTS, "agent_id,name,contract,queues\nh1,Neu,full,phone\n"])
    assert [a.id for a in found.agents] == ["a1", "a2", "h1"]


def test_every_bad_agent_is_told(tmp_path):
    text = (
        "agent_id,name,contract,queues,mon,first_day,last_day\n"
        "a1,A,fulll,chat,,,\n"
        "a1,B,full,chat|fone,,,\n"
        "a3,C,full,chat:1|chat:2,,,\n"
        "a4,D,full,chat:x,,,\n"
        "a5,E,full,|,,,\n"
        "a6,F,full,chat,mornings,,\n"
        "a7,G,full,chat,,2027-02-01,2027-01-01\n"
        ",H,,chat,,,\n"
    )
    assert problems(tmp_path, agents=text) == [
        "agents.csv row 9, column agent_id: is empty (write a text)",
        "agents.csv row 9, column contract: is empty (write a text)",
        "agents.csv row 2, column contract: unknown contract 'fulll' (did you mean full?)",
        "agents.csv row 3, column agent_id: agent 'a1' stands in agents.csv row 2 already "
        "(give every agent an id of their own)",
        "agents.csv row 3, column queues: unknown queue 'fone' (did you mean phone?)",
        "agents.csv row 4, column queues: queue 'chat' twice in 'chat:1|chat:2' (name it once)",
        "agents.csv row 5, column queues: priority 'x' of queue 'chat' (write 1 (first) to 9)",
        "agents.csv row 6, column queues: no queue in '|' (write e.g. phone:1|chat:2)",
        "agents.csv row 7, column mon: cannot read 'mornings' as a time of day "
        "(write e.g. 08:00-16:00, - for never, or nothing for always)",
        "agents.csv row 8, column last_day: 2027-01-01 lies before first_day 2027-02-01 (swap them)",
    ]


def test_a_team_without_agents_is_refused(tmp_path):
    assert read_problem(tmp_path) == ["tables.agents: there is no agent (name a table with at least one row)"]


def read_problem(tmp_path):
    with pytest.raises(InputError) as caught:
        read_team({}, grid=GRID, queues=["phone"], contracts=["full"], shift_types=SHIFTS)
    return [str(p) for p in caught.value.problems]


def test_absences_are_credited_unless_said_otherwise_and_may_be_one_day(tmp_path):
    text = "agent_id;first_day;last_day;kind;credited\na1;04.01.2027;08.01.2027;Urlaub;\na2;2027-01-05;;;nein\n"
    assert team(tmp_path, absences=text).absences == (
        Absence("a1", date(2027, 1, 4), date(2027, 1, 8), "Urlaub", True),
        Absence("a2", date(2027, 1, 5), date(2027, 1, 5), "leave", False),
    )


def test_wishes_are_read_in_two_languages_and_those_of_other_months_noted(tmp_path):
    text = (
        "agent_id,date,wish,weight\na1,2027-01-04,Frei,2\na2,2027-01-05,work,\na1,2027-01-06,N,\na1,2027-03-01,off,1\n"
    )
    found = team(tmp_path, requests=text)
    assert found.requests == (
        Request("a1", date(2027, 1, 4), "off", 2.0),
        Request("a2", date(2027, 1, 5), "work", 1.0),
        Request("a1", date(2027, 1, 6), "N", 1.0),
    )
    assert found.notes == ("1 wishes lie outside the horizon: left out",)


def test_locks_keep_their_start(tmp_path):
    text = "agent_id,date,shift,start\na1,2027-01-04,N,22:30\na2,2027-01-05,off,\n"
    assert team(tmp_path, locks=text).locks == (
        Lock("a1", date(2027, 1, 4), "N", GRID.instant(3, 22 * 60 + 30)),
        Lock("a2", date(2027, 1, 5), "off"),
    )


def test_every_bad_row_about_a_day_is_told(tmp_path):
    found = problems(
        tmp_path,
        absences="agent_id,first_day,last_day\na9,2027-01-04,\na1,2027-01-05,2027-01-04\na1,31.02.2027,\n",
        requests="agent_id,date,wish\na1,2027-01-04,X\na1,2027-01-05,off\na1,2027-01-05,E\na1,someday,off\n",
        locks="agent_id,date,shift,start\na1,2027-02-04,E,\na1,2027-01-04,Q,\na2,2027-01-05,E,\na2,2027-01-05,off,\n"
        "a2,2027-01-06,N,25:00\nzz,2027-01-06,N,\n",
    )
    assert found == [
        "absences.csv row 4, column first_day: there is no day '31.02.2027' (write 2026-12-31 or 31.12.2026)",
        "absences.csv row 2, column agent_id: unknown agent 'a9' (one of: a1, a2)",
        "absences.csv row 3, column last_day: 2027-01-04 lies before first_day 2027-01-05 (swap them)",
        "requests.csv row 5, column date: cannot read 'someday' as a date (write 2026-12-31 or 31.12.2026)",
        "requests.csv row 2, column wish: unknown wish 'X' (one of: E, N, off, work)",
        "requests.csv row 4: agent 'a1' has already asked for 'off' on 2027-01-05 (keep one of the wishes)",
        "locks.csv row 2, column date: 2027-02-04 lies outside the horizon, 2027-01-01 to 2027-01-31 "
        "(correct the date or delete the row)",
        "locks.csv row 3, column shift: unknown shift 'Q' (one of: E, N, off)",
        "locks.csv row 5: agent 'a2' is already locked to 'E' on 2027-01-05 (keep one of the locks)",
        "locks.csv row 6, column start: there is no time '25:00' (write 14:30)",
        "locks.csv row 7, column agent_id: unknown agent 'zz' (one of: a1, a2)",
    ]


PREVIOUS = "agent_id,agent_name,date,shift,start,end,break_starts,break_minutes,paid_hours,locked\n"


def test_past_shifts_are_instants_with_their_paid_minutes(tmp_path):
    rows = (
        "a1,Anna,2026-12-30,E,2026-12-30T08:00:00+01:00,2026-12-30T16:30:00+01:00,12:00,30,8,no\n"
        "a2,Jörg,2026-12-31,N,2026-12-31 22:00,01.01.2027 06:30,01:00 04:00,15 15,,yes\n"
    )
    first, second = team(tmp_path, previous=PREVIOUS + rows).past
    assert (first.start, first.end, first.paid_minutes) == (GRID.instant(-2, 480), GRID.instant(-2, 990), 480)
    assert (second.start, second.end, second.paid_minutes) == (GRID.instant(-1, 1320), GRID.instant(0, 390), 480)


def test_past_shifts_of_leavers_and_of_the_horizon_are_noted_and_impossible_ones_refused(tmp_path):
    rows = (
        "gone,X,2026-12-30,E,2026-12-30 08:00,2026-12-30 16:30,,,8,no\n"
        "a1,Anna,2027-01-04,E,2027-01-04 08:00,2027-01-04 16:30,,,8,no\n"
    )
    assert team(tmp_path, previous=PREVIOUS + rows).notes == (
        "1 shifts of the previous rota lie in the horizon: left out",
        "1 shifts of the previous rota are of people who are not in the team: left out",
    )
    bad = (
        "a1,Anna,2026-12-30,N,2026-12-30 22:00,2026-12-30 06:30,,,8,no\n"
        "a2,Jörg,2026-12-30,E,2026-12-30 08:00,2026-12-30 16:30,,,8,no\n"
        "a2,Jörg,2026-12-30,E,2026-12-30 08:00,2026-12-30 16:30,,,8,no\n"
        "a2,Jörg,2026-12-31,E,late,2026-12-30 16:30,,,8,no\n"
    )
    assert problems(tmp_path, previous=PREVIOUS + bad) == [
        "previous.csv row 5, column start: cannot read 'late' as a date (write 2026-12-31 or 31.12.2026)",
        "previous.csv row 2, column end: the shift lasts -15.5 hours (correct start or end; a night shift ends the next day)",
        "previous.csv row 4: agent 'a2' already has a shift on 2026-12-30, in previous.csv row 3 (keep one of them)",
    ]


def test_a_ledger_says_up_to_when_it_holds(tmp_path):
    text = "agent_id,weekends,nights,refusals,sundays,until\na1,1,2,0.5,-2,{}\n"
    found = team(tmp_path, ledger=text.format(GRID.start - timedelta(days=1)))
    same_year = GRID.start.year == (GRID.start - timedelta(days=1)).year
    sundays = -2.0 if same_year else 0.0
    assert found.ledger == (LedgerEntry("a1", 1.0, sundays=sundays, nights=2.0, refusals=0.5),)
    gap = team(tmp_path, ledger=text.format("2020-01-31"))
    assert gap.ledger[0].sundays == 0.0
    assert gap.notes == (
        "1 ledger rows carry Sundays of an earlier year: those are not carried over",
        f"the ledger ends on 2020-01-31, the horizon begins on {GRID.start}",
    )


def test_the_ledger_fills_blanks_with_zero_and_notes_leavers(tmp_path):
    text = "agent_id;weekends;unpopular;hours\na1;1;;-2,5\nold;1;1;1\n"
    found = team(tmp_path, ledger=text)
    assert found.ledger == (LedgerEntry("a1", 1.0, 0.0, -2.5),)
    assert found.notes == ("1 ledger rows are of people who are not in the team: left out",)
    assert problems(tmp_path, ledger=text + "a1;0;0;0\n") == [
        "ledger.csv row 4, column agent_id: agent 'a1' appears twice (keep one row)"
    ]


def test_an_unreadable_table_of_agents_does_not_make_everybody_unknown(tmp_path):
    found = problems(tmp_path, agents="agent_id,name\na1,A\n", absences="agent_id,first_day\na1,2027-01-04\n")
    assert len(found) == 2
    assert all("agents.csv row 1: column" in p for p in found)


def test_a_table_of_which_only_the_header_is_left_says_that_there_is_nothing(tmp_path):
    found = team(
        tmp_path,
        absences="agent_id,first_day,last_day\n",
        requests="agent_id;date;wish\n",
        locks="agent_id,date,shift",
        ledger="agent_id,weekends\n",
        previous="agent_id,date,shift,start,end\n",
    )
    assert (found.absences, found.requests, found.locks, found.ledger, found.past) == ((), (), (), (), ())


def test_agents_of_which_only_the_header_is_left_are_refused(tmp_path):
    assert problems(tmp_path, agents="agent_id,name,contract,queues\n") == [
        "agents.csv: has a header but no rows (export it again)"
    ]


def test_rotations_and_owed_sundays_are_read(tmp_path):
    text = "agent_id,name,contract,queues,rotation,rotation_week\na1,Anna,full,chat,turn,2\na2,Ben,full,chat,,\n"
    path = tmp_path / "agents.csv"
    path.write_text(text, encoding="utf-8")
    ledger = tmp_path / "ledger.csv"
    ledger.write_text("agent_id,sundays\na1,1.5\n", encoding="utf-8")
    names = {"queues": ["chat"], "contracts": ["full"], "shift_types": SHIFTS}
    found = read_team({"agents": [path], "ledger": [ledger]}, grid=GRID, rotations=["turn"], **names)
    assert [(a.rotation, a.rotation_week) for a in found.agents] == [("turn", 2), ("", 1)]
    assert found.ledger == (LedgerEntry("a1", sundays=1.5),)
    with pytest.raises(InputError, match="unknown rotation 'turn'"):
        read_team({"agents": [path]}, grid=GRID, rotations=["tern"], **names)


def test_wishes_may_name_a_range_of_time(tmp_path):
    text = "agent_id,date,wish\na1,2027-01-04,off 14:00-18:00\na2,2027-01-05,8-16\na2,2027-01-06,E 06:00-15:00\n"
    found = team(tmp_path, requests=text).requests
    assert [(r.wish, r.between) for r in found] == [("off", (840, 1080)), ("work", (480, 960)), ("E", (360, 900))]
    assert [r.told for r in found] == ["off 14:00-18:00", "work 08:00-16:00", "E 06:00-15:00"]
    free, inside, early = found
    assert free.granted(None)
    assert free.granted("E", 360, 840)
    assert not free.granted("E", 600, 900)
    assert inside.granted("N", 480, 960)
    assert not inside.granted(None)
    assert not early.granted("N", 480, 840)
    assert early.granted("E", 360, 900)
