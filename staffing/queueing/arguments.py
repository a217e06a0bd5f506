"""Arguments of the staffing mathematics: checked and told clearly, then broadcast against each other."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from staffing.errors import InputError, Problem
from staffing.grid import FloatArray


def check_range(
    name: str,
    value: npt.ArrayLike | None,
    low: float = 0.0,
    high: float = math.inf,
    *,
    above: bool = False,
    finite: bool = True,
    whole: bool = False,
    todo: str = "",
) -> list[Problem]:
    """Problems with a number or an array that must lie in [low, high], or above `low`; None is no problem."""
    if value is None:
        return []
    try:
        numbers = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return [Problem(name, f"not a number: {value!r}", todo)]
    if numbers.size and not whole:
        # The ordinary case, without temporaries; a NaN makes both comparisons false.
        least, most = float(numbers.min()), float(numbers.max())
        if (least > low if above else least >= low) and most <= high and (most < math.inf or not finite):
            return []
    bad = np.isnan(numbers) | (numbers < low) | (numbers > high)
    if above:
        bad |= numbers <= low
    if finite:
        bad |= np.isinf(numbers)
    if whole:
        bad |= numbers != np.rint(np.where(np.isfinite(numbers), numbers, 0.0))
    if not np.any(bad):
        return []
    first = float(numbers[bad].flat[0])
    count = int(np.count_nonzero(bad))
    more = f" and {count - 1} more" if count > 1 else ""
    return [Problem(name, f"{first:g}{more}", todo or _advice(low, high, above, whole))]


def _advice(low: float, high: float, above: bool, whole: bool) -> str:
    kind = "a whole number" if whole else "a number"
    if high < math.inf:
        return f"{kind} from {low:g} to {high:g}"
    return f"{kind} above {low:g}" if above else f"{kind}, at least {low:g}"


def check_fraction(name: str, value: float | None, *, above: bool = False) -> list[Problem]:
    """Problems with a fraction in [0, 1]; a percentage is recognised and its fraction offered."""
    todo = "a fraction, 0 to 1"
    if isinstance(value, int | float) and 1 < value <= 100:
        todo = f"write {value / 100:g} for {value:g}%"
    return check_range(name, value, 0.0, 1.0, above=above, todo=todo)


def refuse(problems: Iterable[Problem]) -> None:
    """Raise `InputError` if there is any problem."""
    found = list(problems)
    if found:
        raise InputError(found)


def flat(*values: npt.ArrayLike) -> tuple[tuple[int, ...], list[FloatArray]]:
    """Broadcast against each other: the common shape, and each value as a contiguous line of floats of its own.

    Copies, because a compiled function is compiled once more for arrays that are read-only.
    """
    arrays = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in values))
    return arrays[0].shape, [np.array(a, order="C").reshape(-1) for a in arrays]
