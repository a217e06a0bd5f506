"""Why there is no rota, from the lines that the library says."""

from __future__ import annotations

from staffing.ui.vm.contradictions import Contradiction, contradictions


def test_each_person_s_demands_stand_together_with_what_would_mend_them():
    lines = [
        "Ann: a",
        "Ann: b: c",
        "cheapest repair, give up: Ann: a",
        "Bo: a",
        "Bo: d",
        "cheapest repair, give up: Bo: a",
    ]
    lines += ["cheapest repair, give up: Bo: d", "all of these 2 agents could be planned without: min_rest"]
    assert contradictions(lines) == (
        Contradiction("Ann", ("a", "b: c"), ("a",)),
        Contradiction("Bo", ("a", "d"), ("a", "d")),
        Contradiction("", (lines[-1],)),
    )


def test_two_people_of_one_name_are_told_apart_by_the_repair_between_them():
    lines = ["Ann: a", "cheapest repair, give up: Ann: a", "Ann: b", "cheapest repair, give up: Ann: b"]
    assert contradictions(lines) == (Contradiction("Ann", ("a",), ("a",)), Contradiction("Ann", ("b",), ("b",)))


def test_a_line_without_a_name_is_said_of_all():
    assert contradictions(["nobody may work"]) == (Contradiction("", ("nobody may work",)),)
    assert contradictions([]) == ()
