import io
from datetime import datetime

import numpy as np
import openpyxl
import pandas as pd

from staffing.export.workbook import Words, xlsx_bytes

MATRIX = pd.DataFrame(
    {
        "agent_id": ["a1", "a2"],
        "agent_name": ["Zoë", "=Bob()"],
        "2027-01-01": ["E", ""],
        "2027-01-02": ["", "L"],
        "hours": [7.5, 8.0],
        "target_hours": [8.0, 8.0],
    }
)


def test_the_workbook_shows_the_matrix_the_tables_and_the_figures():
    raw = xlsx_bytes(
        "January",
        MATRIX,
        pd.DataFrame(
            {
                "agent_id": ["a1"],
                "date": ["2027-01-02"],
                "start": ["2027-01-02T08:00:00+01:00"],
                "break_minutes": ["30"],
                "paid_hours": [7.5],
            }
        ),
        pd.DataFrame({"queue": ["phone"], "under": [np.nan]}),
        [("Cost", 123.4), ("Status", "feasible"), ("Proven", True)],
        missing_by_day={"2027-01-02": 1.5},
        unpopular=["L"],
        words=Words(rota="Dienstplan", columns={"start": "Beginn"}, day=lambda day: f"{day:%d/%m}"),
    )
    book = openpyxl.load_workbook(io.BytesIO(raw))
    assert book.sheetnames == ["Dienstplan", "Shifts", "Cover", "Key figures"]
    sheet = book["Dienstplan"]
    assert [c.value for c in sheet[4]] == ["Zoë", "E", None, 7.5, 8]
    assert [c.value for c in sheet[5]] == ["=Bob()", None, "L", 8, 8]
    assert sheet["A5"].data_type == "s"
    assert sheet["C3"].value == 1.5
    assert sheet["C5"].font.bold
    assert not sheet["B4"].font.bold
    assert sheet["B4"].fill.fgColor.rgb != sheet["C5"].fill.fgColor.rgb
    assert sheet["B2"].value == "Fri\n01/01"
    assert book["Cover"]["B2"].value is None
    title, shift = book["Shifts"].rows
    assert [c.value for c in title] == ["agent_id", "date", "Beginn", "break_minutes", "paid_hours"]
    assert [c.value for c in shift] == ["a1", datetime(2027, 1, 2), datetime(2027, 1, 2, 8), 30, 7.5]
    assert [tuple(c.value for c in r) for r in book["Key figures"].rows] == [
        ("Cost", 123.4),
        ("Status", "feasible"),
        ("Proven", True),
    ]


def test_an_empty_rota_gives_a_workbook_too():
    raw = xlsx_bytes("x", MATRIX.iloc[:0], pd.DataFrame({"a": []}), pd.DataFrame({"b": []}), [], missing_by_day={})
    book = openpyxl.load_workbook(io.BytesIO(raw))
    assert book["Rota"]["A4"].value == "On duty"
    assert "Key figures" not in book.sheetnames
