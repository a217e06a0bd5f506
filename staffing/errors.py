"""Errors that `staffing` raises on purpose.

The tree::

    StaffingError
    |-- InputError      (also a ValueError) what the user gave cannot be used; carries every problem found
    |-- BackendError    a solver or another backend failed; nothing the user wrote is to blame
    `-- StaleError      what was to be saved was made from a state that somebody else has changed since

Expected outcomes (an infeasible rota, a stopped run) are values, never errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches

LISTED = 12
"""Names that the advice on an unknown one lists at most."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input, told so that a manager can mend it.

    Attributes
    ----------
    where
        File, row, column or key, e.g. ``agents.csv row 7, column contract``.
    what
        What is wrong, with the offending value in it.
    todo
        What to do about it; empty where that is plain.

    Examples
    --------
    >>> print(Problem("history.csv row 4", "volume is negative: -3", "write 0 or leave the cell empty"))
    history.csv row 4: volume is negative: -3 (write 0 or leave the cell empty)
    """

    where: str
    what: str
    todo: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" ({self.todo})" if self.todo else "")


class StaffingError(Exception):
    """Base of every error that `staffing` raises on purpose."""


class InputError(StaffingError, ValueError):
    """The input cannot be used; `problems` lists everything that was found, not only the first.

    Examples
    --------
    >>> raise InputError([Problem("base.toml", "no [tables] section", "add one")])
    Traceback (most recent call last):
        ...
    staffing.errors.InputError: base.toml: no [tables] section (add one)
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class BackendError(StaffingError):
    """A solver or another backend failed where it should not have."""


class StaleError(StaffingError):
    """Somebody else has changed what was to be saved; nothing was written."""


class Problems:
    """Collects problems while an input is read, so that all are told at once.

    Examples
    --------
    >>> found = Problems()
    >>> found.add("agents.csv row 2", "unknown contract 'fulll'", "one of: full, part")
    >>> found.raise_if_any()
    Traceback (most recent call last):
        ...
    staffing.errors.InputError: agents.csv row 2: unknown contract 'fulll' (one of: full, part)
    """

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, where: str, what: str, todo: str = "") -> None:
        """Note one problem."""
        self._found.append(Problem(where, what, todo))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note several problems."""
        self._found.extend(problems)

    def unknown(self, where: str, noun: str, name: str, known: Sequence[str], rest: str = "") -> None:
        """Note a name that is not `known`; the advice is the one that was probably meant, else what there is, and `rest`."""
        close = get_close_matches(name, known, 1)
        some = ", ".join(known[:LISTED]) + (" ..." if len(known) > LISTED else "")
        self.add(where, f"unknown {noun} {name!r}", f"did you mean {close[0]}?" if close else f"one of: {some}{rest}")

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Turn an `InputError` raised inside the block into noted problems."""
        try:
            yield
        except InputError as error:
            self.extend(error.problems)

    def raise_if_any(self) -> None:
        """Raise `InputError` with everything noted so far, if there is anything."""
        if self._found:
            raise InputError(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found)
