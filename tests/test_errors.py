import pytest

from staffing.errors import InputError, Problem, Problems


def test_a_problem_reads_where_what_and_what_to_do():
    assert str(Problem("a.csv row 2", "bad", "mend")) == "a.csv row 2: bad (mend)"
    assert str(Problem("a.csv row 2", "bad")) == "a.csv row 2: bad"


def test_an_input_error_is_a_value_error_and_carries_every_problem():
    found = Problems()
    found.add("x", "one")
    with found.collecting():
        raise InputError([Problem("y", "two"), Problem("z", "three")])
    found.extend([Problem("w", "four")])
    assert len(found) == 4
    assert [p.where for p in found] == ["x", "y", "z", "w"]
    with pytest.raises(ValueError, match="three") as caught:
        found.raise_if_any()
    assert isinstance(caught.value, InputError)
    assert len(caught.value.problems) == 4


def test_nothing_is_raised_where_nothing_was_found():
    Problems().raise_if_any()


def test_other_errors_pass_through_while_collecting():
    found = Problems()
    with pytest.raises(KeyError), found.collecting():
        raise KeyError("x")
    assert len(found) == 0
