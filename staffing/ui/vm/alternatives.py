"""Answers of short questions as values: alternatives around locks, and why an agent has a shift."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from staffing.roster.rules.messages import Value
from staffing.ui.vm.board import Board
from staffing.ui.vm.editing import Cell, Edit

DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T.*)?$")


@dataclass(frozen=True)
class Move:
    """One agent-day that would change: shift codes with their start (``E 06:00``), or ``off``."""

    agent: str
    name: str
    date: str
    before: str
    after: str


@dataclass(frozen=True)
class Alternative:
    """A rota with some changes.

    Attributes
    ----------
    price
        Sum of all priced terms, in the scenario's currency, and what it is against leaving the rota as it stands.
    short
        Agent-hours missing.
    broken
        Rules that it breaks, in words.
    moves
        What would change.
    """

    price: tuple[float, float]
    short: float
    broken: tuple[str, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Reason:
    """Why an agent has a shift or a day off, or what it costs to grant a wish.

    Attributes
    ----------
    demands
        Rules that leave no other choice: message and its values (`roster.explain.Clause`).
    cost
        What another choice costs more; None where there is none.
    terms
        The difference term by term, the largest first; what makes no difference is left out.
    moves
        What would change then.
    """

    demands: tuple[tuple[str, tuple[tuple[str, Value], ...]], ...]
    cost: float | None
    terms: tuple[tuple[str, float], ...]
    moves: tuple[Move, ...]


def alternatives(answer: Mapping[str, Any], now: float) -> tuple[Alternative, ...]:
    """Alternatives of a ``replan`` answer that change something, beside the price of the rota `now`."""
    return tuple(
        Alternative(
            (float(a["cost"]), float(a["cost"]) - now),
            float(a["understaffed_hours"]),
            tuple(a["violations"]),
            _moves(a["changes"]),
        )
        for a in answer["alternatives"]
        if a["changes"]
    )


def reason(answer: Mapping[str, Any]) -> Reason:
    """What an ``explain`` answer says."""
    terms = sorted(((k, float(v)) for k, v in answer["terms"].items() if abs(v) >= 0.5), key=lambda x: -abs(x[1]))
    demands = tuple(
        (str(d["message"]), tuple((name, _revived(value)) for name, value in d["values"].items()))
        for d in answer["demands"]
    )
    return Reason(demands, answer["cost"], tuple(terms), _moves(answer["changes"]))


def _revived(value: Value) -> Value:
    """A day or a moment that JSON holds as text."""
    if isinstance(value, str) and DAY.match(value):
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    return value


def _moves(changes: Sequence[Mapping[str, Any]]) -> tuple[Move, ...]:
    return tuple(Move(c["agent_id"], c["agent_name"], c["date"], c["before"], c["after"]) for c in changes)


def as_edits(board: Board, moves: Sequence[Move], locked: frozenset[Cell]) -> list[tuple[Cell, Edit]]:
    """Moves as edits of the board; locks stay as they are, and what is not on the board is left out."""
    index = {day.isoformat(): d for d, day in enumerate(board.problem.grid.dates)}
    found = []
    for move in moves:
        cell = (move.agent, index.get(move.date, -1))
        if board.holds(cell):
            code, _, start = move.after.partition(" ")
            off = move.after == "off"
            found.append((cell, Edit("" if off else code, cell in locked, "" if off else start)))
    return found
