import io
import json

import numpy as np
import pandas as pd
import pytest

from staffing.export.text import GERMAN, csv_bytes, json_bytes

FRAME = pd.DataFrame({"name": ["Jörg; Öz", "=1+1", "-x"], "hours": [7.5, -3.25, np.nan], "locked": ["yes", "no", "no"]})


def test_standard_csv_reads_back_as_it_was_but_for_formulas():
    back = pd.read_csv(io.BytesIO(csv_bytes(FRAME)))
    assert back["name"].tolist() == ["Jörg; Öz", "'=1+1", "'-x"]
    np.testing.assert_array_equal(back["hours"], FRAME["hours"])


def test_german_csv_opens_in_a_german_spreadsheet():
    raw = csv_bytes(FRAME, GERMAN)
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig").splitlines()[1] == '"Jörg; Öz";7,5;yes'
    back = pd.read_csv(io.BytesIO(raw), sep=";", decimal=",")
    np.testing.assert_array_equal(back["hours"], FRAME["hours"])


@pytest.mark.parametrize("cell", ["=cmd", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_of_text_starts_like_a_formula(cell):
    text = csv_bytes(pd.DataFrame({"a": [cell], "b": [1]})).decode()
    assert "'" + cell[0] in text


def test_the_frame_itself_is_left_alone():
    csv_bytes(FRAME)
    assert FRAME["name"][1] == "=1+1"


def test_json_refuses_what_is_not_json():
    assert json.loads(json_bytes({"ä": [1, None]})) == {"ä": [1, None]}
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_bytes({"x": float("nan")})
