"""A plan on the board: what edits make of it, judged at once."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from staffing.errors import InputError
from staffing.inputs import read_people
from staffing.roster import costs, rules
from staffing.roster.problem import Lock
from staffing.scenario import load
from staffing.ui.rota.rota_words import violation_words
from staffing.ui.texts import Texts
from staffing.ui.vm.alternatives import Move, alternatives, as_edits, reason
from staffing.ui.vm.board import Board, Judged, board_of, judge, lock_table, marks, request_table, roster_text
from staffing.ui.vm.editing import Draft, Edit, changed, excused, swapped, wished
from staffing.ui.vm.plan import read_plan
from staffing.ui.vm.rota import bars, matrix
from staffing.ui.vm.takers import handover, shift_at


@pytest.fixture(scope="module")
def board(finished, team) -> Board:
    return board_of(read_plan(finished), read_people(load(team / "base.toml")))


def edited(board: Board, *cells: tuple[str, int, str, bool] | tuple[str, int, str]) -> Judged:
    edits = [{"agent": a, "day": d, "code": c, "locked": bool(more and more[0])} for a, d, c, *more in cells]
    return judge(board, changed(Draft(), board.typed(edits), board.cells))


def test_without_edits_the_rota_is_the_plan_s(board):
    judged = judge(board, Draft())
    assert judged.standing is board.standing
    assert (judged.under[1], judged.over[1], judged.pay[1], judged.price[1]) == (0, 0, 0, 0)
    assert judged.locked == frozenset()
    assert judged.matrix == matrix(board.plan, board.problem)
    assert judged.roster == board.roster


def test_an_edit_is_judged_as_the_whole_rota_would_be(board):
    judged = edited(board, ("A001", 0, ""), ("A004", 2, "L"), ("A007", 5, "E", True))
    roster = judged.standing.roster
    problem = judged.standing.problem
    assert judged.standing.violations == rules.audit(problem, roster)
    assert judged.price[0] == pytest.approx(sum(costs.terms(problem, roster).values()))
    assert judged.under[0] == costs.coverage(problem, roster).understaffed_hours


def test_a_day_off_takes_the_shift_away_with_its_hours_and_its_cover(board):
    judged = edited(board, ("A001", 0, ""))
    assert len(judged.draft) == 1
    assert judged.under[1] >= 0
    assert judged.pay[1] == pytest.approx(-8 * 22)
    assert judged.plan.coverage["under"].sum() * 0.5 == pytest.approx(judged.under[0])


def test_the_matrix_made_anew_for_the_agents_that_changed_is_that_of_the_whole_plan(board):
    judged = edited(board, ("A001", 0, ""), ("A002", 1, "L", True), ("A009", 3, "", True))
    whole = matrix(judged.plan, board.problem)
    assert [r.cells for r in judged.matrix.rows] == [r.cells for r in whole.rows]
    assert [r.hours for r in judged.matrix.rows] == pytest.approx([r.hours for r in whole.rows])
    assert judged.matrix.short == pytest.approx(whole.short, abs=0.011)
    assert judged.matrix.on_duty == whole.on_duty
    assert judged.matrix.rows[1].locked[1]
    assert "(l)" in judged.matrix.rows[1].cells  # her leave is still there


def test_a_new_shift_is_like_its_type_and_breaks_no_rule_of_its_own(board):
    judged = edited(board, ("A001", 0, "L", True))
    shift = shift_at(judged, ("A001", 0))
    assert (shift.code, shift.paid_minutes, len(shift.breaks)) == ("L", 480, 1)
    assert next(s for s in judged.roster.shifts if (s.agent, s.day) == (0, 0)).locked
    assert "shift_types" not in {v.rule for v in judged.conflicts if (v.agent, v.day) == (0, 0)}
    assert judged.locked == {("A001", 0)}


def test_its_breaks_lie_where_the_fewest_are_missing(board):
    short = np.zeros_like(board.standing.coverage.under)
    first = int(board.problem.grid.locate(board.problem.grid.instant(0, 12 * 60)))
    # people are missing from the third hour of the late shift on, but not in its fifth
    short[:, first + 6 : first + 9] = 5.0
    eager = Board(board.plan, board.problem, board.roster)
    standing = replace(board.standing)
    standing.__dict__["coverage"] = replace(board.standing.coverage, under=short)
    eager.__dict__["standing"] = standing
    shift = shift_at(edited(eager, ("A001", 0, "L")), ("A001", 0))
    assert int(board.problem.grid.locate(shift.breaks[0][0])) >= first + 9


def test_a_broken_rule_is_told_at_its_cell_and_may_be_allowed_with_a_reason(board):
    # late until 20:30, early from 7:00: ten and a half hours of rest
    judged = edited(board, ("A001", 0, "L"), ("A001", 1, "E"))
    (rest,) = [v for v in judged.conflicts if v.rule == "min_rest" and v.agent == 0]
    assert ("A001", rest.day) in marks(board, judged.conflicts)
    allowed = judge(board, excused(judged.draft, ("A001", rest.day, "min_rest"), "agreed"))
    assert rest not in allowed.conflicts
    assert allowed.overridden == ((rest, "agreed"),)
    assert len(allowed.conflicts) == len(judged.conflicts) - 1


def test_what_is_not_on_the_board_is_left_out(board):
    judged = edited(board, ("nobody", 0, "E"), ("A001", 99, "E"), ("A001", 0, "(l)"))
    assert judged.draft.edits == {("A001", 0): Edit("", False)}


def test_a_lock_of_the_scenario_can_be_lifted_on_the_board(finished, team):
    people = read_people(load(team / "base.toml"))
    day = people.grid.dates[9]
    locked = board_of(read_plan(finished), replace(people, locks=(Lock("A001", day, "off"),)))
    works = ("A001", 9) in locked.cells and locked.cells["A001", 9].code
    assert ("A001", 9) in judge(locked, Draft()).locked or works
    free = edited(locked, ("A001", 9, "L"))
    assert "locks" not in {v.rule for v in free.standing.violations}


def test_locks_are_a_table_the_team_reads(board, team, tmp_path):
    judged = edited(board, ("A001", 0, "L", True), ("A002", 0, "", True))
    assert list(csv.reader(lock_table(judged, everything=False).splitlines())) == [
        ["agent_id", "date", "shift", "start"],
        ["A001", "2027-01-01", "L", "12:00"],
        ["A002", "2027-01-01", "off", ""],
    ]
    every = list(csv.reader(lock_table(judged, everything=True).splitlines()))
    assert len(every) == 1 + 24 * 14
    (tmp_path / "locks.csv").write_text(lock_table(judged, everything=False))
    (tmp_path / "locked.toml").write_text(
        f'extends = "{(team / "base.toml").as_posix()}"\n[tables]\nlocks = ["locks.csv"]\n'
    )
    assert [(k.agent, k.shift) for k in read_people(load(tmp_path / "locked.toml")).locks] == [
        ("A001", "L"),
        ("A002", "off"),
    ]


def test_a_wish_has_its_price_and_becomes_a_request(board):
    cell = next(iter(board.cells))
    judged = judge(board, wished(Draft(), cell, "off"))
    assert judged.price[1] == pytest.approx(board.problem.prices.request)
    day = board.problem.grid.dates[cell[1]].isoformat()
    assert request_table(judged).splitlines() == ["agent_id,date,wish,weight", f"{cell[0]},{day},off,1"]
    assert judge(board, wished(judged.draft, cell, "")).price[1] == 0


def test_swapped_people_have_each_other_s_shift(board):
    (one, first), (other, second) = [(c, e) for c, e in board.cells.items() if c[1] == 3][:2]
    if first.code == second.code:
        other, second = next((c, e) for c, e in board.cells.items() if c[1] == 3 and e.code != first.code)
    judged = judge(board, swapped(Draft(), one, other, board.cells))
    assert (shift_at(judged, one).code, shift_at(judged, other).code) == (second.code, first.code)
    assert judged.pay[1] == pytest.approx(0)


def test_the_day_shows_the_edited_shifts(board):
    judged = edited(board, ("A001", 0, "L"))
    day = board.plan.dates[0]
    assert next(b for b in bars(judged.day(0), day) if b.agent == "A001").code == "L"
    assert len(bars(judged.day(0), day)) == len(bars(judged.plan, day))


def test_the_edited_rota_is_written_as_roster_csv(board):
    text = roster_text(edited(board, ("A001", 0, "", True)))
    table = pd.read_csv(io.StringIO(text), dtype=str)
    assert len(table) == len(board.roster) - 1
    assert list(table.columns)[:4] == ["agent_id", "agent_name", "date", "shift"]


def test_a_plan_that_no_longer_fits_its_team_cannot_be_edited(finished, team):
    people = read_people(load(team / "base.toml"))
    with pytest.raises(InputError, match="unknown agent_id"):
        board_of(read_plan(finished), replace(people, agents=people.agents[:3]))


# -- who could take it ---------------------------------------------------------------------------------------


def test_each_colleague_is_tried_and_told_what_it_costs_and_breaks(board):
    judged = judge(board, Draft())
    cell, edit = next((c, e) for c, e in board.cells.items() if c[1] == 3)
    found = handover(judged, cell, most=99)
    assert (found.code, found.start) == (edit.code, edit.start)
    works = {a for a, d in board.cells if d == 3}
    assert found.takers
    assert not works & {x.agent for x in found.takers}
    assert [len(x.broken) for x in found.takers] == sorted(len(x.broken) for x in found.takers)
    taker = found.takers[0]
    given = [(cell, Edit("", False)), ((taker.agent, 3), Edit(edit.code, False, edit.start))]
    after = judge(board, changed(Draft(), given, board.cells))
    assert after.price[1] == pytest.approx(taker.price)
    new = [v for v in after.standing.violations if board.problem.agents[v.agent].id == taker.agent]
    assert len(new) - len(board.standing.broken[board.problem.agent_index[taker.agent]]) == len(taker.broken)
    left_open = judge(board, changed(Draft(), given[:1], board.cells))
    assert left_open.price[1] == pytest.approx(found.open_price)


def test_who_is_absent_or_locked_as_free_is_not_asked(board):
    cell = next(c for c in board.cells if c[1] == 4 and c[0] != "A002")
    names = {x.agent for x in handover(judge(board, Draft()), cell, most=99).takers}
    assert "A002" not in names  # on leave
    free = next(iter(names))
    assert free not in {x.agent for x in handover(edited(board, (free, 4, "", True)), cell, most=99).takers}


def test_a_day_off_has_no_taker(board):
    cell = next(("A001", d) for d in range(14) if ("A001", d) not in board.cells)
    assert handover(judge(board, Draft()), cell) is None


# -- answers of short questions ------------------------------------------------------------------------------


def test_alternatives_become_edits(board):
    change = {"agent_id": "A001", "agent_name": "Anna", "date": "2027-01-01", "before": "E 07:00", "after": "L 12:00"}
    off = change | {"agent_id": "A002", "after": "off"}
    raw = {"cost": 900.0, "understaffed_hours": 4.0, "violations": ["x"]}
    found = alternatives({"alternatives": [raw | {"changes": []}, raw | {"changes": [change, off]}]}, 1000.0)
    assert [(a.price, a.short, len(a.moves), a.broken) for a in found] == [((900.0, -100.0), 4.0, 2, ("x",))]
    nowhere = Move("A001", "Anna", "2031-01-01", "off", "E 07:00")
    edits = as_edits(board, (*found[0].moves, nowhere), frozenset({("A002", 0)}))
    assert edits == [(("A001", 0), Edit("L", False, "12:00")), (("A002", 0), Edit("", True))]


def test_a_reason_names_its_terms_by_size():
    terms = {"pay": -176.0, "understaffing": 300.0, "weekends": 0.0}
    found = reason({"demands": [], "cost": 124.0, "terms": terms, "changes": []})
    assert found.terms == (("understaffing", 300.0), ("pay", -176.0))


def test_demands_that_leave_no_choice_keep_their_days_and_figures():
    values = {"most": 5, "day": "2027-01-04", "from": "2027-01-04T07:00:00+01:00", "code": "E"}
    demand = {"rule": "locks", "message": "locked", "values": values}
    found = reason({"demands": [demand], "cost": None, "terms": {}, "changes": []})
    ((message, told),) = found.demands
    assert message == "locked"
    assert dict(told) == {
        "most": 5,
        "day": date(2027, 1, 4),
        "from": datetime.fromisoformat("2027-01-04T07:00:00+01:00"),
        "code": "E",
    }


def test_a_broken_rule_is_told_with_its_figures_in_every_language(board):
    rest = next(v for v in edited(board, ("A001", 0, "L"), ("A001", 1, "E")).conflicts if v.rule == "min_rest")
    assert (dict(rest.values)["hours"], dict(rest.values)["least"]) == (10.5, 11.0)
    assert "10.5 h of rest" in violation_words(Texts("en"), rest)
    assert "10,5 h Ruhe" in violation_words(Texts("de"), rest)
