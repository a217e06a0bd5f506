"""Answers of short questions as values: alternatives around locks, and why an agent has a shift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from staffing.ui.vm.board import Board
from staffing.ui.vm.editing import Cell, Edit


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
    """Why an agent has a shift, or a day off.

    Attributes
    ----------
    necessary
        Rules that leave no other choice, in words.
    cost
        What another choice costs more; None where it is necessary.
    terms
        The difference term by term, the largest first; what makes no difference is left out.
    moves
        What would change then.
    """

    necessary: tuple[str, ...]
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
    return Reason(tuple(answer["necessary"]), answer["cost"], tuple(terms), _moves(answer["changes"]))


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
