"""The need of a finished plan, read back from its files."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from staffing.errors import InputError
from staffing.grid import TimeGrid
from staffing.inputs import read_need

GRID = TimeGrid(date(2027, 1, 4), 1, "Europe/Berlin", 60)


def rows() -> pd.DataFrame:
    table = [(label, q, 10 * i + t) for t, label in enumerate(GRID.labels()) for i, q in enumerate(("phone", "chat"))]
    return pd.DataFrame(table, columns=["interval_start", "queue", "required"])


def test_the_need_is_read_whatever_the_order_of_the_rows(tmp_path):
    for number, table in enumerate((rows(), rows().sort_values("queue"), rows().sample(frac=1, random_state=1))):
        path = tmp_path / f"coverage-{number}.csv"
        table.assign(staffed=1.0).to_csv(path, index=False)
        need = read_need(path, GRID, ("phone", "chat"))
        assert np.array_equal(need, np.array([np.arange(24.0), 10 + np.arange(24.0)]))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda t: t.drop(columns="required"), "cannot be read"),
        (lambda t: t[t["queue"] == "phone"], "the scenario has phone, chat"),
        (lambda t: t[t["interval_start"] != t["interval_start"].iloc[3]], "23 intervals are not those of the horizon"),
    ],
)
def test_a_need_that_does_not_fit_is_told(tmp_path, spoil, told):
    path = tmp_path / "coverage.csv"
    spoil(rows()).to_csv(path, index=False)
    with pytest.raises(InputError, match=told):
        read_need(path, GRID, ("phone", "chat"))
    with pytest.raises(InputError, match="cannot be read"):
        read_need(tmp_path / "nothing.csv", GRID, ("phone", "chat"))
