"""Edits to a rota, step by step: values that are made from values, and the text they are kept as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Cell = tuple[str, int]
"""Agent's id and index of the day."""
Broken = tuple[str, int, str]
"""Agent's id, index of the day, and the rule that is broken there."""


@dataclass(frozen=True)
class Edit:
    """What a cell was set to.

    Attributes
    ----------
    code
        A shift's code, or empty for a day off.
    locked
        Whether it is locked.
    start
        Wall clock ``HH:MM`` at which the shift starts; empty: where it helps most.
    """

    code: str
    locked: bool
    start: str = ""


OFF = Edit("", False)


@dataclass(frozen=True)
class Draft:
    """Edits to a plan, the latest of each cell.

    Attributes
    ----------
    edits
        By cell; cells that are as in the plan are not in it.
    wishes
        What agents asked for since, by cell: ``off``, ``work``, a shift's code; empty where a wish was taken back.
    overrides
        Why a rule may be broken, by agent, day and rule.
    """

    edits: Mapping[Cell, Edit] = field(default_factory=dict)
    wishes: Mapping[Cell, str] = field(default_factory=dict)
    overrides: Mapping[Broken, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.edits)


def changed(draft: Draft, edits: Iterable[tuple[Cell, Edit]], planned: Mapping[Cell, Edit]) -> Draft:
    """Draft after more edits; cells set back to what is `planned` leave it.

    Examples
    --------
    >>> planned = {("A001", 0): Edit("E", False, "07:00")}
    >>> late = changed(Draft(), [(("A001", 0), Edit("L", True))], planned)
    >>> len(late), len(changed(late, [(("A001", 0), Edit("E", False))], planned))
    (1, 0)
    """
    now = dict(draft.edits)
    for cell, edit in edits:
        there = planned.get(cell, OFF)
        same = edit.code == there.code and edit.start in ("", there.start)
        kept = replace(edit, start=there.start) if same else edit
        if kept == there:
            now.pop(cell, None)
        else:
            now[cell] = kept
    return replace(draft, edits=now)


def at(draft: Draft, cell: Cell, planned: Mapping[Cell, Edit]) -> Edit:
    """What is in a cell."""
    return draft.edits.get(cell) or planned.get(cell, OFF)


def swapped(draft: Draft, one: Cell, other: Cell, planned: Mapping[Cell, Edit]) -> Draft:
    """Draft in which two cells have changed places, starts included; locks stay where they are."""
    a, b = at(draft, one, planned), at(draft, other, planned)
    return changed(draft, [(one, replace(b, locked=a.locked)), (other, replace(a, locked=b.locked))], planned)


def wished(draft: Draft, cell: Cell, wish: str) -> Draft:
    """Draft in which an agent has asked for something; empty takes a wish back."""
    return replace(draft, wishes={**draft.wishes, cell: wish})


def excused(draft: Draft, broken: Broken, reason: str) -> Draft:
    """Draft in which a rule may be broken at a cell, for a reason; an empty one takes that back."""
    rest = {k: v for k, v in draft.overrides.items() if k != broken}
    return replace(draft, overrides={**rest, broken: reason} if reason.strip() else rest)


def to_json(draft: Draft) -> dict[str, list[Any]]:
    """A draft as plain values, to be kept."""
    return {
        "edits": [[a, d, e.code, e.locked, e.start] for (a, d), e in draft.edits.items()],
        "wishes": [[a, d, wish] for (a, d), wish in draft.wishes.items()],
        "overrides": [[a, d, rule, reason] for (a, d, rule), reason in draft.overrides.items()],
    }


def from_json(kept: Mapping[str, Sequence[Any]] | None) -> Draft:
    """A draft that was kept; None is the plan as built."""
    if kept is None:
        return Draft()
    return Draft(
        {(a, d): Edit(code, locked, start) for a, d, code, locked, start in kept["edits"]},
        {(a, d): wish for a, d, wish in kept["wishes"]},
        {(a, d, rule): reason for a, d, rule, reason in kept["overrides"]},
    )
