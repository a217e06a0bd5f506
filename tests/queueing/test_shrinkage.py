import pytest

from staffing.errors import InputError
from staffing.queueing.shrinkage import combined_shrinkage, rostered


def test_a_hundred_at_thirty_percent_is_143_and_not_130() -> None:
    assert rostered(100, 0.3, step=1) == 143
    assert rostered(100, 0.3) == 143
    assert float(rostered(100, 0.3, step=0)) == pytest.approx(142.857142857)


def test_people_are_rounded_up_to_quarters_but_not_by_rounding_errors() -> None:
    assert rostered([7, 7.01, 0, 1], 0.3).tolist() == [10, 10.25, 0, 1.5]
    assert rostered(0.7 * 43, 0.3) == 43


def test_causes_add_up() -> None:
    assert combined_shrinkage({}) == 0
    assert combined_shrinkage({"a": 0.1, "b": 0.2}) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("causes", "message"),
    [
        ({"absence": 30}, "shrinkage.absence: 30 (write 0.3 for 30%)"),
        ({"absence": -0.1}, "shrinkage.absence: -0.1 (a fraction, 0 to 1)"),
        ({"absence": 0.6, "breaks": 0.4}, "shrinkage: 0.6 + 0.4 = 1 leaves nobody at work (keep the sum below 1)"),
        ({"absence": 300}, "shrinkage.absence: 300 (a fraction, 0 to 1)"),
    ],
)
def test_slips_are_refused(causes: dict[str, float], message: str) -> None:
    with pytest.raises(InputError) as error:
        combined_shrinkage(causes)
    assert str(error.value) == message
    with pytest.raises(InputError):
        rostered(100, 1.0)
