from __future__ import annotations

import shutil
from datetime import time

import numpy as np
import pandas as pd
import pytest

from staffing.errors import InputError
from staffing.frames.tables import ABSENCES, AGENTS, REQUESTS
from staffing.scenario import load
from staffing.ui.vm import settings_tables as st
from staffing.ui.vm import tables as tb
from staffing.ui.vm import team_edits as te
from staffing.ui.vm.team_edits import TeamEdit


@pytest.fixture
def base(team, tmp_path):
    """A copy of the team that may be written to."""
    return shutil.copytree(team, tmp_path / "helpdesk") / "base.toml"


def absences(base, *more: tuple[str, ...]) -> TeamEdit:
    rows = tb.editable(load(base), "absences")
    new = pd.DataFrame(more, columns=["agent_id", "first_day", "last_day"], index=range(4, 4 + len(more)))
    return TeamEdit(tables={"absences": tb.as_csv(pd.concat([rows, new]).fillna("")).decode("utf-8-sig")})


# -- tables ----------------------------------------------------------------------------------------------


def test_rows_keep_the_numbers_of_the_spreadsheet(base):
    rows = tb.editable(load(base), "absences")
    assert list(rows.index) == [2, 3]
    assert list(rows.columns) == [c.name for c in ABSENCES.columns]


def test_dates_and_numbers_are_typed_where_every_cell_can_be_read():
    columns = [c.name for c in REQUESTS.columns]
    good = pd.DataFrame([["a", "04.01.2027", "off", "1.5"], ["b", "", "work", ""]], columns=columns)
    typed = tb.typed(good, REQUESTS)
    assert typed["date"].iloc[0] == pd.Timestamp(2027, 1, 4)
    assert (typed["weight"].iloc[0], np.isnan(typed["weight"].iloc[1])) == (1.5, True)
    assert tb.as_csv(typed).decode("utf-8-sig").splitlines()[1:] == ["a,2027-01-04,off,1.5", "b,,work,"]
    bad = tb.typed(good.assign(date="soon", weight="much"), REQUESTS)
    assert list(bad["date"]) == ["soon", "soon"]
    assert list(bad["weight"]) == ["much", "much"]


def test_a_german_export_is_recognised_and_what_is_not_used_is_told(tmp_path):
    path = tmp_path / "Team.csv"
    path.write_text(
        "Personalnummer;Mitarbeiter;Vertrag;Skills;Montag;Lohn\n7;Jörg;full;chat;8-16;99\n", encoding="cp1252"
    )
    found = tb.imported(path, "agents")
    assert found.unused == ("Lohn",)
    assert found.rows.loc[2, ["agent_id", "name", "contract", "queues", "mon"]].tolist() == [
        "7",
        "Jörg",
        "full",
        "chat",
        "8-16",
    ]


def test_names_stand_in_for_missing_numbers_and_missing_columns_are_told_all_at_once(tmp_path):
    path = tmp_path / "team.csv"
    path.write_text("name,contract,skills\nAnna,full,chat\n")
    assert tb.imported(path, "agents").rows["agent_id"].tolist() == ["Anna"]
    path.write_text("name\nAnna\n")
    with pytest.raises(InputError) as caught:
        tb.imported(path, "agents")
    assert [p.what.split("'")[1] for p in caught.value.problems] == ["contract", "queues"]


def test_a_table_goes_out_as_a_workbook_and_comes_back(tmp_path, base):
    rows = tb.editable(load(base), "agents")
    path = tmp_path / "agents.xlsx"
    path.write_bytes(tb.as_xlsx(rows, "agents"))
    assert tb.same(tb.imported(path, "agents").rows, rows)


def test_skills_are_a_matrix_and_come_back_as_text(base):
    agents, queues = tb.editable(load(base), "agents"), load(base).queues
    matrix = tb.skills(agents, queues)
    assert matrix.loc[3, "phone-de"] == 1
    assert np.isnan(matrix.loc[3, "email"])
    changed = matrix.copy()
    changed.loc[3, ["chat", "email"]] = [np.nan, 1]
    assert tb.with_skills(agents, changed, queues).loc[3, "queues"] == "phone-de:1|email:1"


def test_columns_keep_their_own_names_before_other_names_are_tried():
    assert tb.recognised(["start", "first_day", "agent_id"], [c.name for c in AGENTS.columns]) == {
        "agent_id": 2,
        "first_day": 1,
    }


# -- saving ----------------------------------------------------------------------------------------------


def test_everything_wrong_is_told_with_its_row_and_nothing_is_written(base):
    before = {p: p.read_bytes() for p in base.parent.rglob("*") if p.is_file()}
    problems = te.check(base, absences(base, ("nobody", "2027-01-05", ""), ("A001", "soon", "")))
    assert [str(p).split(":")[0] for p in problems] == [
        "absences.csv row 4, column agent_id",
        "absences.csv row 5, column first_day",
    ] or len(problems) == 2
    wrong = te.check(base, TeamEdit(tree={"law": {"max_daily_hours": -1}}))
    assert wrong[0].where == "base.toml, law.max_daily_hours"
    assert {p: p.read_bytes() for p in base.parent.rglob("*") if p.is_file()} == before


def test_a_table_of_its_own_is_replaced_and_the_former_one_kept(base, tmp_path):
    former = (base.parent / "tables" / "absences.csv").read_text()
    edit = absences(base, ("A007", "2027-01-05", ""))
    assert te.check(base, edit) == ()
    te.save(base, edit, tmp_path / "former")
    assert len(tb.editable(load(base), "absences")) == 3
    (kept,) = (tmp_path / "former").rglob("absences.csv")
    assert kept.read_text() == former


def test_a_what_if_gets_a_table_of_its_own(base, tmp_path):
    what_if = base.with_name("more-volume.toml")
    te.save(what_if, absences(base, ("A007", "2027-01-05", "")), tmp_path / "former")
    te.save(what_if, absences(what_if, ("A008", "2027-01-05", "")), tmp_path / "former")
    assert (len(tb.editable(load(what_if), "absences")), len(tb.editable(load(base), "absences"))) == (4, 2)
    assert (base.parent / "tables" / "more-volume-absences.csv").is_file()


def test_a_scenario_made_of_a_change_states_only_that(base, tmp_path):
    made = te.save_as(tmp_path / "own", "New", base, TeamEdit(tree={"law": {"max_daily_hours": 9.0}}))
    assert load(made).law.max_daily_hours == 9
    assert "weekly_hours" not in made.read_text()
    with pytest.raises(InputError, match="cannot take out"):
        te.save_as(tmp_path / "own", "New", base, TeamEdit(removed=(("contract", "part"),)))


# -- settings --------------------------------------------------------------------------------------------


def test_comments_stay_when_settings_change(base, tmp_path):
    base.write_text(base.read_text().replace("weekly_hours = 40", "weekly_hours = 40 # agreed in 2020"))
    rows = st.contracts(load(base))
    after = rows.copy()
    after.loc[0, "weekly_hours"] = 38.5
    after.loc[2] = {"contract": "mini", "weekly_hours": 10, "shifts": ["E"]}
    edit = st.contracts_edit(rows, after)
    assert edit.tree["contract"] == {"full": {"weekly_hours": 38.5}, "mini": {"weekly_hours": 10, "shifts": ["E"]}}
    assert te.check(base, edit) == ()
    te.save(base, edit, tmp_path / "former")
    assert "weekly_hours = 38.5 # agreed in 2020" in base.read_text()
    assert load(base).contract["mini"].shifts == ("E",)
    assert not st.contracts_edit(rows, rows)


def test_a_contract_somebody_has_cannot_be_taken_out(base):
    rows = st.contracts(load(base))
    problems = te.check(base, st.contracts_edit(rows, rows.iloc[:1]))
    assert "part" in problems[0].what


def test_shift_types_change_come_and_go(base, tmp_path):
    rows = st.shifts(load(base))
    assert rows.loc[0, "breaks"] == "30 min 3-5 h"
    assert not st.shifts_edit(rows, rows.copy())
    after = rows.iloc[1:].copy()
    after.loc[2, "start"] = "13:30"
    after.loc[2, "breaks"] = "45 min 3-5 h; 15 paid 1-2"
    duty = {"on_call": True, "heads": 2, "hours_factor": 0.25, "pay_factor": 1.0}
    after.loc[9] = {"code": "N", "start": "8.30", "hours": 6.0, "weekdays": ["mon", "sun"], "unpopular": True, **duty}
    edit = st.shifts_edit(rows, after)
    assert edit.removed == (("shift", "E"),)
    assert te.check(base, edit) == ()
    te.save(base, edit, tmp_path / "former")
    kinds = {s.code: s for s in load(base).shift}
    assert list(kinds) == ["M", "L", "N"]
    assert kinds["L"].start == time(13, 30)
    assert [b.paid for b in kinds["L"].breaks] == [False, True]
    assert (kinds["N"].start, kinds["N"].weekdays) == (time(8, 30), ("mon", "sun"))
    assert (kinds["N"].on_call, kinds["N"].heads, kinds["N"].hours_factor) == (True, 2, 0.25)
    emptied = st.shifts(load(base)).astype({"heads": object})
    emptied.loc[emptied["code"] == "N", "heads"] = None
    assert st.shifts_edit(st.shifts(load(base)), emptied).tree == {"shift": [{"code": "N", "heads": 0}]}
    made = te.save_as(tmp_path / "own", "Other", base, TeamEdit(tree=edit.tree))
    assert [s.code for s in load(made).shift] == ["M", "L", "N"]


def test_every_cell_of_a_shift_type_that_cannot_be_read_is_told(base):
    rows = st.shifts(load(base))
    after = rows.copy()
    after.loc[0, ["start", "breaks"]] = ["noon", "a while"]
    with pytest.raises(InputError) as caught:
        st.shifts_edit(rows, after)
    assert [p.where for p in caught.value.problems] == ["shift E, start", "shift E, breaks"]
    after = rows.copy()
    after.loc[1, "code"] = "E"
    with pytest.raises(InputError, match="there twice"):
        st.shifts_edit(rows, after)


def test_limits_are_numbers_and_only_what_differs_is_stated(base):
    limits = st.law(load(base))
    assert limits["max_daily_hours"] == 10
    assert not st.law_edit(limits, limits)
    assert st.law_edit(limits, limits | {"break_minutes": 45}).tree == {"law": {"break_minutes": 45}}


def test_a_what_if_cannot_empty_what_its_base_states(base):
    what_if = base.with_name("more-volume.toml")
    problems = te.check(what_if, TeamEdit(tree={"contract": {"full": {"shifts": None}}}))
    assert "cannot be left empty" in problems[0].what
    problems = te.check(what_if, TeamEdit(removed=(("shift", "E"),)))
    assert "stands in the scenario that this one extends" in problems[0].what


def test_a_team_of_nobody_is_refused_and_a_table_that_may_be_empty_is_not():
    with pytest.raises(InputError, match="no row is left \\(keep at least one, or discard the changes"):
        te.table_edit("agents", pd.DataFrame(columns=["agent_id", "contract", "queues"]))
    assert te.table_edit("absences", pd.DataFrame(columns=["agent_id", "first_day"])).tables["absences"]
