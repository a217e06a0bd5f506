"""What every rule and cost compiles to: count, run, succession, band and fixed, over one agent's days.

A `Program` is a rostering problem in this form. Interpreters (CP-SAT constraints, the tour dynamic program, incremental
evaluation) know only these; every primitive carries the name of its rule, for explanations and prices.

A rota is a *choice*: an array of shape (A, D) with the option of each agent and day, -1 for a day off. Money is in
cents.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from staffing.grid import BoolArray, IntArray, read_only
from staffing.roster.cover import Cover

Choice = npt.NDArray[np.int32]
"""Option of each agent and day, -1 for a day off, shape (A, D)."""


@dataclass(frozen=True, slots=True)
class Count:
    """A weighted sum over one agent's days must lie in [lo, hi], and costs something above or below some values.

    The value is ``base`` plus, for each group of days, the sum of ``measure[d, choice]`` over its days (``any`` False)
    or 1 if any of its days has a positive measure, else 0 (``any`` True; e.g. one per weekend worked).

    Attributes
    ----------
    rule
        Name of the rule or cost term.
    agent
        Row of the agent.
    measure
        Index into `Program.measures`.
    groups
        Groups of day indices. For ``any`` False one group.
    lo, hi
        Hard bounds on the value.
    base
        What stands before the horizon and counts (hours of the same week, ledger ...).
    any
        Whether groups count as 0 or 1.
    below, above
        Soft: pairs (threshold, cents per unit). The cost is the sum of ``cents * max(0, threshold - value)`` over
        `below` and of ``cents * max(0, value - threshold)`` over `above`: convex, all cents >= 0.
    """

    rule: str
    agent: int
    measure: int
    groups: tuple[tuple[int, ...], ...]
    lo: int
    hi: int
    base: int = 0
    any: bool = False
    below: tuple[tuple[int, int], ...] = ()
    above: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """Maximal runs of days on which one agent's choice is in a class must have a length in [lo, hi].

    Attributes
    ----------
    rule, agent
        As in `Count`.
    measure
        A day is in the class where this measure is positive; with `off` True, where it is not.
    lo, hi
        Bounds on the length. A run cut by the end of the horizon need not reach `lo`.
    before
        Length of the run that stands immediately before the first day (0: a day outside the class). It counts.
    off
        Whether the class is the complement (days off, or days without such a shift).
    free_start
        Whether a run that touches the first day, with ``before == 0``, need not reach `lo` either.
    """

    rule: str
    agent: int
    measure: int
    lo: int
    hi: int
    before: int = 0
    off: bool = False
    free_start: bool = False


@dataclass(frozen=True, slots=True)
class Succession:
    """Shifts of one agent that may not follow each other on consecutive days, or with one day off between them.

    Option s2 on day d + 1 may not follow s1 on day d when one of these holds: fewer than `rest_seconds` lie between (by
    instants); the two are in one of the `pairs` of classes; a measure changes by more than `change` allows; or
    ``Program.banned[s1, s2]`` (where that is given, for every succession without `over_off`).

    Attributes
    ----------
    rule, agent
        As in `Count`.
    rest_seconds
        Least time between the end of one shift and the start of the next.
    before_end
        Unix seconds of the end of the last shift before the horizon; None where there is none. With `over_off` only
        where that shift stands on one of the two days before the horizon.
    pairs
        (m1, m2): an option whose measure m2 is positive may not follow one whose measure m1 is positive.
    before
        Measures: an option for which one of them is positive is forbidden on the first day.
    change
        (measure, most, last): its value may differ by at most `most` from that of the day before; `last` is the value on
        the day before the horizon, None where that is free. None: no such limit.
    over_off
        Compare days d and d + 2 instead, where day d + 1 is off; only `rest_seconds` counts then.
    before_day
        With `over_off`: day of the shift before the horizon, -1 or -2.
    """

    rule: str
    agent: int
    rest_seconds: int = 0
    before_end: int | None = None
    pairs: tuple[tuple[int, int], ...] = ()
    before: tuple[int, ...] = ()
    change: tuple[int, int, int | None] | None = None
    over_off: bool = False
    before_day: int = -1


@dataclass(frozen=True, slots=True)
class Band:
    """A measure of one agent's shifts on some days must keep within a band: largest less smallest value at most `most`.

    Attributes
    ----------
    rule, agent, measure
        As in `Count`.
    days
        Day indices; days off do not count.
    most
        Width of the band.
    low, high
        Smallest and largest value of shifts before the horizon that count; None where there is none.
    """

    rule: str
    agent: int
    measure: int
    days: tuple[int, ...]
    most: int
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Program:
    """A rostering problem as primitives.

    Attributes
    ----------
    allowed
        The primitive *fixed*: whether an agent may be given an option on a day, shape (A, D, S).
    off_allowed
        Whether an agent may be off on a day, shape (A, D).
    cost
        Cents of an option (pay, refused requests), shape (A, D, S).
    off_cost
        Cents of a day off (refused requests to work), shape (A, D).
    measures
        Integer weights of options by day, shape (M, D, S): 0 is *works* (1 everywhere), 1 is paid minutes, the rest by
        rule.
    counts, runs, successions
        The primitives.
    start, end
        Unix seconds, shape (D, S), as in `Options`.
    banned
        Forbidden successions of options for every agent with a succession, shape (S, S); None where there are none.
    first, length, offset, units
        Cover of each option, as in `Options`.
    cover
        Need and prices of cover.
    bands
        Further primitives.
    """

    allowed: BoolArray
    off_allowed: BoolArray
    cost: npt.NDArray[np.int32]
    off_cost: npt.NDArray[np.int32]
    measures: npt.NDArray[np.int32]
    counts: tuple[Count, ...]
    runs: tuple[Run, ...]
    successions: tuple[Succession, ...]
    start: IntArray
    end: IntArray
    banned: BoolArray | None
    first: IntArray
    length: IntArray
    offset: IntArray
    units: npt.NDArray[np.uint8]
    cover: Cover
    bands: tuple[Band, ...] = ()

    def __post_init__(self) -> None:
        read_only(self)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(A, D, S)."""
        a, d, s = self.allowed.shape
        return a, d, s
