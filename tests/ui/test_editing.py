from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from staffing.errors import InputError
from staffing.scenario import load
from staffing.ui.vm.editing import (
    Board,
    Draft,
    Edit,
    board_of,
    by_cell,
    changed,
    edited,
    from_json,
    judge,
    lock_table,
    to_json,
)
from staffing.ui.vm.plan import read_plan
from staffing.ui.vm.rota import matrix
from staffing.ui.vm.teams import read_people


@pytest.fixture(scope="module")
def board(finished, team) -> Board:
    return board_of(read_plan(finished), read_people(load(team / "base.toml")))


def edit(agent: str, day: int, code: str, locked: bool = False) -> dict:
    return {"agent": agent, "day": day, "code": code, "locked": locked}


def test_without_edits_the_rota_is_the_plan_s(board):
    judged = judge(board, Draft())
    assert edited(board, Draft()) is board.roster
    assert (judged.under[1], judged.over[1], judged.pay[1], judged.price[1]) == (0, 0, 0, 0)
    assert judged.locked == frozenset()
    before, after = matrix(board.plan), matrix(judged.plan)
    assert [r.cells for r in after.rows] == [r.cells for r in before.rows]
    assert [r.hours for r in after.rows] == pytest.approx([r.hours for r in before.rows])


def test_a_day_off_takes_the_shift_away_with_its_hours_and_its_cover(board):
    draft = changed(board, Draft(), [edit("A001", 0, "")])
    judged = judge(board, draft)
    assert len(draft) == 1
    assert judged.under[1] >= 0
    assert judged.pay[1] == pytest.approx(-8 * 22)
    row = next(r for r in matrix(judged.plan).rows if r.id == "A001")
    assert row.cells[0] == ""
    assert row.hours == pytest.approx(matrix(board.plan).rows[0].hours - 8)
    assert judged.plan.coverage["under"].sum() * 0.5 == pytest.approx(judged.under[0])


def test_a_new_shift_is_like_its_type_and_breaks_no_rule_of_its_own(board):
    draft = changed(board, Draft(), [edit("A001", 0, "L", True)])
    shift = next(s for s in edited(board, draft).shifts if (s.agent, s.day) == (0, 0))
    assert shift.code == "L"
    assert shift.locked
    assert shift.paid_minutes == 480
    assert len(shift.breaks) == 1
    rules_here = {v.rule for v in judge(board, draft).conflicts if (v.agent, v.day) == (0, 0)}
    assert "shift_types" not in rules_here
    assert judge(board, draft).locked == {("A001", 0)}


def test_its_breaks_lie_where_the_fewest_are_missing(board):
    short = np.zeros_like(board.coverage.under)
    first = int(board.problem.grid.locate(board.problem.grid.instant(0, 12 * 60)))
    # people are missing from the third hour of the late shift on, but not in its fifth
    short[:, first + 6 : first + 9] = 5.0
    eager = Board(board.plan, board.problem, board.roster)
    eager.__dict__["coverage"] = replace(board.coverage, under=short)
    draft = changed(eager, Draft(), [edit("A001", 0, "L")])
    shift = next(s for s in edited(eager, draft).shifts if (s.agent, s.day) == (0, 0))
    at = int(board.problem.grid.locate(shift.breaks[0][0]))
    assert at >= first + 9


def test_a_broken_rule_is_told_at_its_cell(board):
    before = by_cell(judge(board, Draft()).conflicts)
    # late until 20:30, early from 7:00: ten and a half hours of rest
    draft = changed(board, Draft(), [edit("A001", 0, "L"), edit("A001", 1, "E")])
    judged = judge(board, draft)
    rest = [v for v in judged.conflicts if v.rule == "min_rest" and v.agent == 0]
    assert len(rest) == 1
    assert by_cell(judged.conflicts) >= {(0, rest[0].day)}
    assert (0, rest[0].day) not in {(v.agent, v.day) for v in judge(board, Draft()).conflicts if v.rule == "min_rest"}
    assert isinstance(before, set)


def test_setting_a_cell_back_takes_the_edit_away(board):
    code = board.cells["A001", 0].code
    draft = changed(board, Draft(), [edit("A001", 0, "L")])
    assert changed(board, draft, [edit("A001", 0, code)]) == Draft()
    assert changed(board, Draft(), [edit("A001", 0, code)]) == Draft()


def test_what_is_not_on_the_board_is_left_out(board):
    draft = changed(board, Draft(), [edit("nobody", 0, "E"), edit("A001", 99, "E"), edit("A001", 0, "(l)")])
    assert draft.edits == {("A001", 0): Edit("", False)}


def test_locking_a_cell_keeps_its_very_shift(board):
    code = board.cells["A001", 0].code
    draft = changed(board, Draft(), [edit("A001", 0, code, True)])
    old = next(s for s in board.roster.shifts if (s.agent, s.day) == (0, 0))
    new = next(s for s in edited(board, draft).shifts if (s.agent, s.day) == (0, 0))
    assert new == replace(old, locked=True)


def test_locks_are_a_table_the_team_reads(board, team, tmp_path):
    draft = changed(board, Draft(), [edit("A001", 0, "L", True), edit("A002", 0, "", True)])
    judged = judge(board, draft)
    table = lock_table(board, judged, everything=False)
    assert list(csv.reader(table.splitlines())) == [
        ["agent_id", "date", "shift", "start"],
        ["A001", "2027-01-01", "L", "12:00"],
        ["A002", "2027-01-01", "off", ""],
    ]
    every = list(csv.reader(lock_table(board, judged, everything=True).splitlines()))
    assert len(every) == 1 + 24 * 14
    (tmp_path / "locks.csv").write_text(table)
    (tmp_path / "locked.toml").write_text(
        f'extends = "{(team / "base.toml").as_posix()}"\n[tables]\nlocks = ["locks.csv"]\n'
    )
    locks = read_people(load(tmp_path / "locked.toml")).locks
    assert [(k.agent, k.shift) for k in locks] == [("A001", "L"), ("A002", "off")]


def test_a_draft_is_kept_as_text():
    draft = Draft({("A001", 3): Edit("E", True), ("A002", 0): Edit("", False)})
    assert from_json(to_json(draft)) == draft


def test_a_plan_that_no_longer_fits_its_team_cannot_be_edited(finished, team):
    people = read_people(load(team / "base.toml"))
    with pytest.raises(InputError, match="unknown agent_id"):
        board_of(read_plan(finished), replace(people, agents=people.agents[:3]))
