"""Edits are values: what a step makes of a draft."""

from __future__ import annotations

import json

import pytest

from staffing.ui.vm.editing import Draft, Edit, at, changed, excused, from_json, swapped, to_json, wished

PLANNED = {("A001", 0): Edit("E", False, "07:00"), ("A002", 0): Edit("L", True, "12:00"), ("A003", 1): Edit("", True)}


def test_setting_a_cell_back_takes_the_edit_away():
    draft = changed(Draft(), [(("A001", 0), Edit("L", False)), (("A001", 1), Edit("E", False))], PLANNED)
    assert len(draft) == 2
    back = [(("A001", 0), Edit("E", False)), (("A001", 1), Edit("", False))]
    assert changed(draft, back, PLANNED) == Draft()
    assert changed(Draft(), back, PLANNED) == Draft()


def test_locking_a_cell_keeps_its_very_shift():
    draft = changed(Draft(), [(("A001", 0), Edit("E", True))], PLANNED)
    assert draft.edits == {("A001", 0): Edit("E", True, "07:00")}


def test_another_start_of_the_same_type_is_an_edit():
    assert len(changed(Draft(), [(("A001", 0), Edit("E", False, "08:00"))], PLANNED)) == 1
    assert len(changed(Draft(), [(("A001", 0), Edit("E", False, "07:00"))], PLANNED)) == 0


def test_a_locked_day_off_can_be_unlocked():
    assert at(Draft(), ("A003", 1), PLANNED) == Edit("", True)
    draft = changed(Draft(), [(("A003", 1), Edit("", False))], PLANNED)
    assert draft.edits == {("A003", 1): Edit("", False)}
    assert changed(draft, [(("A003", 1), Edit("", True))], PLANNED) == Draft()


def test_swapped_shifts_keep_their_starts_and_locks_stay_in_their_cells():
    draft = swapped(Draft(), ("A001", 0), ("A002", 0), PLANNED)
    assert draft.edits == {("A001", 0): Edit("L", False, "12:00"), ("A002", 0): Edit("E", True, "07:00")}
    assert swapped(draft, ("A001", 0), ("A002", 0), PLANNED) == Draft()
    off = swapped(Draft(), ("A001", 0), ("A001", 3), PLANNED)
    assert (at(off, ("A001", 0), PLANNED).code, at(off, ("A001", 3), PLANNED).code) == ("", "E")


def test_wishes_and_reasons_are_kept_beside_the_edits():
    draft = excused(wished(Draft(), ("A001", 2), "off"), ("A001", 0, "min_rest"), "agreed")
    assert (draft.wishes, draft.overrides) == ({("A001", 2): "off"}, {("A001", 0, "min_rest"): "agreed"})
    assert excused(draft, ("A001", 0, "min_rest"), " ").overrides == {}
    assert len(draft) == 0


@pytest.mark.parametrize(
    "draft",
    [
        Draft(),
        Draft(
            {("A001", 3): Edit("E", True, "07:30"), ("A002", 0): Edit("", False)},
            {("A001", 1): "off"},
            {("A001", 0, "min_rest"): "agreed"},
        ),
    ],
)
def test_a_draft_is_kept_as_plain_values(draft):
    assert from_json(json.loads(json.dumps(to_json(draft)))) == draft


def test_nothing_kept_is_the_plan_as_built():
    assert from_json(None) == Draft()
