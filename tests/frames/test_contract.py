from datetime import date, time

import numpy as np
import pandas as pd
import pytest

from staffing.errors import InputError, Problems
from staffing.frames import LISTED, Column, Contract, Kind, check, read_table
from staffing.frames.tables import COVERAGE, FORECAST, REQUIREMENT, ROSTER

CONTRACT = Contract(
    "things.csv",
    (
        Column("name"),
        Column("size", Kind.NUMBER, low=0, high=10),
        Column("day", Kind.DATE, required=False, empty=True),
        Column("at", Kind.TIME, required=False, empty=True),
        Column("kept", Kind.YES_NO, required=False, empty=True),
    ),
)


def table(tmp_path, text, **kwargs):
    path = tmp_path / "things.csv"
    path.write_text(text, encoding="utf-8")
    problems = Problems()
    return read_table(path, CONTRACT, problems, **kwargs), [str(p) for p in problems]


def test_cells_are_typed_by_their_column(tmp_path):
    found, problems = table(tmp_path, "Name;SIZE;day;at;kept\nÄpfel;1,5;31.12.2026;8:30;ja\nBirnen;2;;24:00;\n")
    assert not problems
    rows = list(found.records())
    assert rows == [
        {"name": "Äpfel", "size": 1.5, "day": date(2026, 12, 31), "at": time(8, 30), "kept": True},
        {"name": "Birnen", "size": 2.0, "day": None, "at": time.max, "kept": None},
    ]
    assert [row.where("at") for row in rows] == ["things.csv row 2, column at", "things.csv row 3, column at"]
    assert "day" in found
    assert found.where(1, "day") == "things.csv row 3, column day"


def test_an_absent_optional_column_is_not_in_the_table(tmp_path):
    found, _ = table(tmp_path, "name,size\na,1\n")
    assert "day" not in found
    assert np.isnan(found.numbers("weight")).all()


def test_every_fault_is_told_with_row_column_value_and_advice(tmp_path):
    _, problems = table(
        tmp_path,
        "name,size,day,at,kept\n,1,,,\na,-1,,,\nb,11,,,\nc,x,,,\nd,,soon,,\ne,1,2026-12-31 08:00,25:00,perhaps\nf,1e999,,,\n",
    )
    assert problems == [
        "things.csv row 2, column name: is empty (write a text)",
        "things.csv row 3, column size: -1 is below 0 (write 0 or more)",
        "things.csv row 4, column size: 11 is above 10 (write 10 or less)",
        "things.csv row 5, column size: 'x' is not a number (write digits only, or leave the cell empty where nothing is "
        "known)",
        "things.csv row 6, column size: is empty (write a number)",
        "things.csv row 8, column size: inf is above 10 (write 10 or less)",
        "things.csv row 6, column day: cannot read 'soon' as a date (write 2026-12-31 or 31.12.2026)",
        "things.csv row 7, column day: '2026-12-31 08:00' is a time, not only a date (write 2026-12-31)",
        "things.csv row 7, column at: there is no time '25:00' (write 14:30)",
        "things.csv row 7, column kept: 'perhaps' is neither yes nor no (write yes or no)",
    ]


def test_many_faults_of_a_kind_are_listed_by_the_first_and_counted(tmp_path):
    _, problems = table(tmp_path, "name,size\n" + "a,-1\n" * (LISTED + 3))
    assert len(problems) == LISTED + 1
    assert problems[-1] == f"things.csv, column size: 3 more rows like these, the next is row {LISTED + 2}"


def test_missing_and_repeated_columns_are_told_with_what_is_there(tmp_path):
    assert table(tmp_path, "name,volume\na,1\n") == (
        None,
        ["things.csv row 1: column 'size' is missing; the file has: name, volume (add it)"],
    )
    assert table(tmp_path, "name,size,Size\na,1,2\n")[1] == [
        "things.csv row 1: column 'size' appears 2 times (keep one of them)"
    ]


def test_foreign_names_are_mapped_and_wrong_mappings_told(tmp_path):
    found, problems = table(tmp_path, "Was,Menge\na,1\n", columns={"name": "Was", "size": "Menge"})
    assert not problems
    assert found.text("name").tolist() == ["a"]
    _, problems = table(
        tmp_path, "name,size\na,1\n", columns={"nmae": "name", "day": "Tag", "zzz": "x"}, section="history"
    )
    assert problems == [
        "history.columns: unknown column 'nmae' (did you mean name?)",
        "history.columns: unknown column 'zzz' (one of: at, day, kept, name, size)",
        "things.csv row 1: column 'Tag' is missing; the file has: name, size (add it)",
    ]


def test_thousands_are_read_by_what_the_rest_of_the_file_tells(tmp_path):
    wide = Contract("n.csv", (Column("n", Kind.NUMBER), Column("m", Kind.NUMBER)))
    for text, value in (("n;m\n1.234;0,5\n", 1234.0), ("n;m\n1.234;0.5\n", 1.234), ('n,m\n"1,234",1\n', 1234.0)):
        path = tmp_path / "n.csv"
        path.write_text(text)
        problems = Problems()
        found = read_table(path, wide, problems)
        assert not len(problems)
        assert found.numbers("n")[0] == value
    path.write_text("n;m\n1.234;1\n")
    problems = Problems()
    read_table(path, wide, problems)
    assert [p.what for p in problems] == ["'1.234' can mean 1234 or 1.234"]


def test_an_unreadable_file_is_one_problem(tmp_path):
    problems = Problems()
    assert read_table(tmp_path / "no.csv", CONTRACT, problems) is None
    assert len(problems) == 1


def test_tables_in_memory_are_held_to_the_same_contracts():
    good = pd.DataFrame(
        {
            "interval_start": ["2027-01-01T00:00:00+01:00"],
            "queue": ["chat"],
            "required": [1.25],
            "staffed": [1.0],
            "under": [0.25],
            "over": [0.0],
            "service_level": [np.nan],
            "service_level_low": [np.nan],
            "service_level_high": [np.nan],
        }
    )
    check(good, COVERAGE)
    with pytest.raises(InputError, match="row 2, column service_level: 80 is above 1"):
        check(good.assign(service_level=80.0), COVERAGE)
    with pytest.raises(InputError, match="column 'on_phones' is missing"):
        check(good, REQUIREMENT)
    with pytest.raises(InputError, match="column 'contacts' is missing"):
        check(good, FORECAST)
    with pytest.raises(InputError, match="column 'agent_id' is missing"):
        check(good, ROSTER)


def test_a_contract_gives_its_columns_by_name():
    assert CONTRACT["size"].high == 10
