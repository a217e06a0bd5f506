"""Problems of an input: each is found, told with its value, and all at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import numpy as np
import pytest

from staffing.roster.inputs import problems_of
from staffing.roster.problem import (
    Absence,
    Agent,
    Break,
    Contract,
    LedgerEntry,
    Lock,
    PastShift,
    Prices,
    Request,
    RosterProblem,
    Rotation,
    ShiftType,
)
from tests.roster.roster_cases import random_problem


@pytest.fixture
def good() -> RosterProblem:
    return random_problem(1, agents=3, days=7, busy=False)


def told(problem: RosterProblem) -> list[str]:
    return [str(p) for p in problems_of(problem)]


@pytest.mark.parametrize("seed", range(10))
def test_ordinary_problems_have_none(seed: int) -> None:
    assert told(random_problem(seed, agents=10, days=28)) == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ShiftType("X", time(8), 11.0, breaks=(Break(30, 4, 5),)), "10.5 paid hours, the law allows 10"),
        (ShiftType("X", time(8), 7.0), "0 minutes of break in 7 h of work"),
        (ShiftType("X", time(8), 7.0, breaks=(Break(15, 3, 4),)), "15 minutes of break in 6.75 h of work"),
        (ShiftType("E", time(8), 4.0), "2 shift types have this code"),
        (ShiftType("off", time(8), 4.0), "the code 'off' has a meaning of its own"),
        (ShiftType("X", time(8), 4.0, weekdays=("monday",)), "unknown weekdays monday"),
        (ShiftType("X", time(8), 4.0, latest_start=time(7)), "latest_start 07:00:00 lies before start 08:00:00"),
        (ShiftType("X", time(8), 0.5, breaks=(Break(30, 0, 0),)), "no paid time is left"),
        (ShiftType("X", time(8), 4.0, breaks=(Break(30, 3, 2),)), "latest_hours 2 lies before earliest_hours 3"),
        (ShiftType("X", time(8), 4.0, breaks=(Break(30, 3.75, 3.75),)), "ends after the shift"),
        (ShiftType("X", time(8), 4.0, breaks=(Break(30, 2, 2), Break(30, 2, 2))), "cannot follow each other"),
    ],
)
def test_a_bad_shift_type_is_named(good: RosterProblem, kind: ShiftType, words: str) -> None:
    found = told(replace(good, shift_types=(*good.shift_types, kind)))
    assert len([x for x in found if words in x]) == 1
    assert all(x.startswith(f"shift {kind.code}: ") for x in found)


@pytest.mark.parametrize(
    ("contract", "words"),
    [
        (Contract(50.0), "weekly_hours 50, the law allows 48"),
        (Contract(40.0, min_rest_hours=9.0), "min_rest_hours 9, the law asks for 11"),
        (Contract(40.0, max_consecutive_days=7), "max_consecutive_days 7, the law allows 6"),
        (Contract(40.0, shifts=("E", "Q")), "unknown shift type 'Q'"),
        (Contract(40.0, shifts=()), "no shift types"),
        (Contract(40.0, min_consecutive_days=7), "min_consecutive_days 7, at most 6 are allowed"),
        (Contract(40.0, max_weekly_hours=20.0), "weekly_hours 40, max_weekly_hours 20"),
        (Contract(40.0, account_hours=(10.0, -10.0)), "account_hours: 10 to -10"),
        (Contract(40.0, forbidden_successions=(("N", "Q"),)), "forbidden_successions: unknown shift type 'Q'"),
        (
            Contract(40.0, max_weekly_hours=20.0, max_weekly_hours_in=((date(2027, 3, 1), date(2027, 2, 1)),)),
            "max_weekly_hours_in: 2027-02-01 lies before 2027-03-01",
        ),
    ],
)
def test_a_contract_weaker_than_the_law_is_named(good: RosterProblem, contract: Contract, words: str) -> None:
    found = told(replace(good, contracts={**good.contracts, "odd": contract}))
    assert len(found) == 1
    assert found[0].startswith("contract odd: ")
    assert words in found[0]


@pytest.mark.parametrize(
    ("prices", "words"),
    [
        (Prices(understaffing=(30, 20, 120)), "a later step is cheaper"),
        (Prices(overstaffing=(-1, 6)), "a negative price"),
        (Prices(understaffing_tiers=(0.7, 0.6)), "not shares of the need"),
    ],
)
def test_bad_prices_are_named(good: RosterProblem, prices: Prices, words: str) -> None:
    (found,) = told(replace(good, prices=prices))
    assert words in found


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "a1"}, "the id stands 2 times"),
        ({"contract": "none"}, "unknown contract 'none'"),
        ({"queues": ("fax",)}, "unknown queue 'fax'"),
        ({"queues": (), "priorities": ()}, "serves no queue"),
        ({"priorities": (1, 2, 3, 4)}, "4 priorities for"),
        ({"first_day": date(2027, 4, 2), "last_day": date(2027, 4, 1)}, "lies before first day"),
        ({"availability": (((600, 480),),) * 7}, "available from minute 600 to 480"),
    ],
)
def test_a_bad_agent_is_named(good: RosterProblem, changes: dict[str, object], words: str) -> None:
    odd = replace(good.agents[0], **changes)  # type: ignore[arg-type]
    assert any(words in x for x in told(replace(good, agents=(odd, *good.agents[1:]))))


def test_a_bad_need_is_named(good: RosterProblem) -> None:
    need = np.array(good.required)
    need[1, 5] = -2.0
    assert told(replace(good, required=need)) == [
        "requirement of voice_en at 2027-03-26T02:30:00+01:00: -2.0 (0 or more agents)"
    ]
    need = np.array(good.required)
    need[1, 5] = np.nan
    assert "nan" in told(replace(good, required=need))[0]
    assert "shape (3, 4)" in told(replace(good, required=need[:, :4]))[0]
    assert "one number above 0 per queue" in told(replace(good, queue_weights=np.zeros(3)))[0]


def test_rows_of_tables_are_checked(good: RosterProblem) -> None:
    day = good.grid.dates
    bad = replace(
        good,
        absences=(Absence("x", day[0], day[1]), Absence("a0", day[3], day[2])),
        requests=(Request("a0", day[0], "Q"), Request("a0", day[0], "off", -1.0)),
        locks=(Lock("a0", day[1], "E"), Lock("a0", day[1], "off"), Lock("a1", day[1], "Q")),
        past=(PastShift("a0", day[0], "E", 0, 1, 480), PastShift("a0", day[0] - timedelta(days=3), "E", 5, 5, 480)),
        ledger=(LedgerEntry("y"),),
    )
    found = told(bad)
    words = [
        "unknown agent 'x'", "unknown agent 'y'", "last day 2027-03-28 lies before first day 2027-03-29",
        "unknown wish 'Q'", "weight -1.0", "it lies in the horizon", "it ends before it starts", "2 locks on one day",
        "unknown shift type 'Q'",
    ]  # fmt: skip
    assert len(found) == len(words)
    for word in words:
        assert any(word in x for x in found), word


def test_a_lock_that_cannot_be_kept_is_named(good: RosterProblem) -> None:
    day = good.grid.dates
    start = good.grid.instant(1, 6 * 60)
    assert told(replace(good, locks=(Lock("a0", day[1], "E", start),))) == []
    assert "does not start at" in told(replace(good, locks=(Lock("a0", day[1], "E", start + 60),)))[0]
    absent = (Absence("a0", day[1], day[2]), Absence("a1", day[1], day[1]))
    found = told(replace(good, locks=(Lock("a0", day[1], "E"),), absences=absent))
    assert found == [
        f"lock of Agent 0 on {day[1]}: shift E overlaps leave from {day[1]} to {day[2]} (remove the lock or the absence)"
    ]
    new = replace(good.agents[0], first_day=day[3])
    found = told(replace(good, agents=(new, *good.agents[1:]), locks=(Lock("a0", day[1], "E"),)))
    assert "outside employment" in found[0]
    assert told(replace(good, locks=(Lock("a0", date(2030, 1, 1), "E"),))) == []


def test_an_empty_team_is_named(good: RosterProblem) -> None:
    assert "team: no agents (add at least one)" in told(replace(good, agents=()))
    assert any("no shift types" in x for x in told(replace(good, shift_types=())))


def test_rest_that_reaches_beyond_the_next_day_is_refused(good: RosterProblem) -> None:
    long = ShiftType("X", time(23), 10.0, breaks=(Break(30, 4, 5), Break(30, 7, 8)))
    contracts = {key: replace(c, min_rest_hours=40.0) for key, c in good.contracts.items()}
    (found,) = told(
        replace(
            good,
            shift_types=(long,),
            contracts={"full": contracts["full"]},
            agents=(Agent("a0", "Anna", "full", ("chat",), (1,)),),
        )
    )
    assert "reach beyond the following day" in found
    late = good.grid.instant(1, 12 * 60)
    past = (PastShift("a0", good.grid.dates[0] - timedelta(days=1), "E", late - 9 * 3600, late, 480),)
    assert "deep in the horizon" in told(replace(good, past=past))[0]


def test_a_bad_rotation_is_named(good: RosterProblem) -> None:
    turn = Rotation(("E E E - -", "E E Q E E - -"), date(2027, 2, 2))
    agents = (
        replace(good.agents[0], rotation="turn", rotation_week=0),
        replace(good.agents[1], rotation="tern"),
        *good.agents[2:],
    )
    assert told(replace(good, agents=agents, rotations={"turn": turn})) == [
        "rotation turn: first_monday 2027-02-02 is not a Monday (name a Monday)",
        "rotation turn: week 1 has 5 days: 'E E E - -' (write seven, from Monday to Sunday)",
        "rotation turn: week 2: unknown shift type 'Q' (- (off), * (anything) or one of: A, D, E, L, M, N, W)",
        "agent a0 (Agent 0): rotation_week 0 (1 or more)",
        "agent a1 (Agent 1): unknown rotation 'tern' (one of: turn)",
    ]
