from datetime import date, time

import numpy as np
import pytest

from staffing.errors import InputError
from staffing.grid import TimeGrid
from staffing.roster.problem import Agent, Break, Contract, Law, Prices, Roster, RosterProblem, Shift, ShiftType
from staffing.roster.rota import COLUMNS, read_rota, rota_matrix, rota_table


@pytest.fixture
def problem() -> RosterProblem:
    grid = TimeGrid(date(2026, 3, 27), 4, "Europe/Berlin", 30)
    lunch = Break(minutes=30, earliest_hours=3, latest_hours=5)
    pause = Break(minutes=15, earliest_hours=6, latest_hours=6, paid=True)
    return RosterProblem(
        grid=grid,
        queues=("phone",),
        required=np.ones((1, len(grid))),
        agents=(Agent("a1", "Zoë Ång", "full", ("phone",), (1,)), Agent("-7", "Öz", "full", ("phone",), (1,))),
        contracts={"full": Contract(weekly_hours=40)},
        shift_types=(
            ShiftType(code="E", start=time(6), hours=8.5, breaks=(lunch, pause)),
            ShiftType(code="N", start=time(22), hours=8),
        ),
        law=Law(),
        prices=Prices(),
    )


@pytest.fixture
def roster(problem) -> Roster:
    at = problem.grid.instant
    return Roster(
        (
            Shift(0, 0, "E", at(0, 360), at(0, 870), ((at(0, 600), at(0, 630)), (at(0, 720), at(0, 735))), 480, True),
            Shift(0, 1, "N", at(1, 1320), at(2, 360), (), 420),
            Shift(1, 3, "E", at(3, 360), at(3, 870), ((at(3, 570), at(3, 600)),), 480),
        )
    )


def written(tmp_path, text: str):
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_rota_is_the_same_after_writing_and_reading(problem, roster, tmp_path):
    table = rota_table(problem, roster)
    assert tuple(table.columns) == COLUMNS
    path = tmp_path / "roster.csv"
    table.to_csv(path, index=False)
    assert read_rota(path, problem) == roster
    table.to_csv(path, index=False, sep=";", encoding="utf-8-sig")
    assert read_rota(path, problem) == roster


def test_the_table_tells_local_times_with_offsets(problem, roster):
    night = rota_table(problem, roster).iloc[1]
    assert night["start"] == "2026-03-28T22:00:00+01:00"
    assert night["end"] == "2026-03-29T06:00:00+02:00"
    assert night["paid_hours"] == 7
    early = rota_table(problem, roster).iloc[0]
    assert (early["break_starts"], early["break_minutes"], early["locked"]) == ("10:00 12:00", "30 15", "yes")


def test_the_matrix_has_a_row_per_agent_and_a_column_per_day(problem, roster):
    matrix = rota_matrix(problem, Roster((*roster.shifts, roster.shifts[2])))
    assert matrix.columns.tolist()[:3] == ["agent_id", "agent_name", "2026-03-27"]
    assert matrix.iloc[:, 2:].to_numpy().tolist() == [["E", "N", "", ""], ["", "", "", "E+E"]]


def test_times_left_out_are_those_of_the_shift_type(problem, tmp_path):
    rota = read_rota(written(tmp_path, "agent_id,date,shift\na1,2026-03-28,N\n"), problem)
    assert rota.shifts == (
        Shift(0, 1, "N", problem.grid.instant(1, 1320), problem.grid.instant(1, 1320) + 8 * 3600, (), 480),
    )


def test_wall_clock_times_are_understood_over_midnight(problem, tmp_path):
    text = "agent_id;date;shift;start;end;break_starts;break_minutes;locked\na1;2026-03-27;N;21:30;05:00;01:00;30;ja\n"
    (shift,) = read_rota(written(tmp_path, text), problem).shifts
    at = problem.grid.instant
    assert (shift.start, shift.end) == (at(0, 1290), at(1, 300))
    assert shift.breaks == ((at(1, 60), at(1, 90)),)
    assert shift.paid_minutes == 420
    assert shift.locked


def test_an_apostrophe_that_protects_from_formulas_is_no_part_of_the_id(problem, tmp_path):
    (shift,) = read_rota(written(tmp_path, "agent_id,date,shift\n'-7,2026-03-27,E\n"), problem).shifts
    assert shift.agent == 1


def test_every_row_that_cannot_be_understood_is_told(problem, tmp_path):
    text = (
        "agent_id,date,shift,start,break_starts,break_minutes\n"
        "a9,2026-03-27,X,,,\na1,2027-01-01,E,,,\na1,27.3.,E,,,\na1,2026-03-27,E,soon,,\n"
        "a1,2026-03-27,E,,10:00,\na1,2026-03-27,E,,ten,30\n"
    )
    with pytest.raises(InputError) as caught:
        read_rota(written(tmp_path, text), problem)
    told = "\n".join(map(str, caught.value.problems))
    for part in (
        "row 2: unknown agent_id 'a9'",
        "row 2: unknown shift 'X' (one of: E, N)",
        "row 3: date 2027-01-01 lies outside the horizon",
        "row 4: date '27.3.' cannot be read",
        "row 5, start: 'soon' cannot be read",
        "row 6: 1 break_starts but 0 break_minutes",
        "row 7: break 'ten' of '30' minutes cannot be read",
    ):
        assert part in told


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a table"),
        (b"\xff\xfe\x00", "is not a UTF-8 text file"),
        (b"name,date\nx,y\n", "column agent_id is missing"),
    ],
)
def test_files_that_are_no_rota_are_told(problem, tmp_path, content, message):
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_rota(path, problem)


def test_a_missing_file_is_told(problem, tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_rota(tmp_path / "none.csv", problem)
