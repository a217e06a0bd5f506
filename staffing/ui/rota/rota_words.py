"""The rota's view-model in words, as the components want it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from staffing.roster.rules import Violation
from staffing.ui.rota.rule_words import told
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.board import Judged, marks
from staffing.ui.vm.editing import Cell
from staffing.ui.vm.rota import Bar, Code, Matrix, tone

DEBOUNCE_MS = 60


def code_label(t: Texts, code: Code) -> str:
    """Name and times of a shift, or the kind of an absence."""
    if code.tone == "absent":
        return t(f"absence.{code.name}") if t.has(f"absence.{code.name}") else code.name
    return " ".join(x for x in (code.name, code.span) if x)


WORDS = (
    "title",
    "agent",
    "hours",
    "locked",
    "off",
    "wished",
    "broken",
    "excused",
    "lock",
    "unlock",
    "swap",
    "swap_these",
    "swap_hint",
    "why",
    "who",
    "wish_off",
    "wish_work",
    "unwish",
)
"""Words of the matrix and its menu."""


def matrix_data(
    t: Texts, shown: Matrix, chosen: int, judged: Judged | None = None, *, editable: bool
) -> dict[str, Any]:
    """Everything the matrix shows; with `judged`, its edits, locks, wishes and conflicts marked."""
    groups: dict[str, int] = {}
    codes = {c.code: {"tone": c.tone, "label": code_label(t, c), "settable": c.tone != "absent"} for c in shown.codes}
    marked: dict[str, Collection[Cell]] = {"changed": (), "conflicts": (), "excused": (), "wishes": ()}
    locks: Collection[Cell] = {(r.id, d) for r in shown.rows for d, locked in enumerate(r.locked) if locked}
    if judged is not None:
        board, draft = judged.board, judged.draft
        for kind in board.problem.shift_types:
            start = kind.start.hour + kind.start.minute / 60
            label = " ".join(x for x in (kind.name, f"{kind.start:%H:%M}") if x)
            codes.setdefault(kind.code, {"tone": tone(start, kind.hours), "label": label, "settable": True})
        locks = judged.locked
        excused = marks(board, (v for v, _ in judged.overridden))
        wishes = {cell for cell, wish in draft.wishes.items() if wish}
        marked |= {"changed": draft.edits, "conflicts": marks(board, judged.conflicts), "excused": excused}
        marked |= {"wishes": wishes}
    row_of = {r.id: i for i, r in enumerate(shown.rows)}
    return {
        "key": t.language,
        "agents": [
            {
                "id": r.id,
                "name": r.name,
                "group": groups.setdefault(" · ".join(x for x in (r.contract, ", ".join(r.skills)) if x), len(groups)),
                "hours": t.number(r.hours)
                + ("" if r.agreed is None else f"\N{THIN SPACE}/\N{THIN SPACE}{t.number(r.agreed)}"),
            }
            for r in shown.rows
        ],
        "groups": list(groups),
        "days": _days(t, shown),
        "cells": [",".join(r.cells) for r in shown.rows],
        "locks": _rows(locks, row_of, len(shown.dates)),
        **{name: _rows(cells, row_of, len(shown.dates)) for name, cells in marked.items()},
        "codes": codes,
        "chosen": chosen,
        "editable": editable,
        "debounce": DEBOUNCE_MS,
        "words": {k: t(f"rota.word.{k}") for k in WORDS},
    }


def _days(t: Texts, shown: Matrix) -> list[dict[str, Any]]:
    days = []
    for day, short, duty in zip(shown.dates, shown.short, shown.on_duty, strict=True):
        lacking = t("rota.tip.short", hours=t.hours(short, 1)) if short > 0.05 else t("need.enough")
        days.append(
            {
                "weekday": t.weekday(day),
                "number": str(day.day),
                "weekend": day.weekday() >= 5,
                "short": "\N{MINUS SIGN}" + t.number(short, 0 if short >= 9.95 else 1) if short > 0.05 else "",
                "full": t.long_day(day),
                "tip": f"{t.long_day(day)}: {t('rota.tip.duty', n=duty)}, {lacking}",
            }
        )
    return days


def _rows(cells: Iterable[Cell], row_of: Mapping[str, int], days: int) -> dict[str, str]:
    """A 0 or 1 per day, for the rows that have any."""
    found: dict[int, list[str]] = {}
    for agent, day in cells:
        if agent in row_of:
            found.setdefault(row_of[agent], ["0"] * days)[day] = "1"
    return {str(row): "".join(line) for row, line in found.items()}


def bars_data(t: Texts, shifts: Sequence[Bar], shown: Matrix) -> dict[str, Any]:
    """Everything the day view shows."""
    tones = {c.code: c.tone for c in shown.codes}
    first = min(int(b.start) for b in shifts)
    last = max(int(-(-b.end // 1)) for b in shifts)
    return {
        "title": t("rota.word.title"),
        "first": first,
        "last": last,
        "rows": [
            {
                "name": b.name,
                "code": b.code,
                "tone": tones.get(b.code, "part"),
                "start": b.start,
                "end": b.end,
                "breaks": [list(p) for p in b.breaks],
                "label": t(
                    "rota.bar",
                    name=b.name,
                    shift=b.code,
                    start=_clock(b.start),
                    end=_clock(b.end),
                    breaks=_breaks(t, b),
                ),
            }
            for b in shifts
        ],
    }


def _breaks(t: Texts, bar: Bar) -> str:
    if not bar.breaks:
        return t("rota.bar.no_break")
    spans = [f"{_clock(a)}–{_clock(b)}" for a, b in bar.breaks]
    return t("rota.bar.breaks", spans=t.listing(spans))


def _clock(hour: float) -> str:
    minutes = round(hour * 60) % 1440
    return f"{minutes // 60:02}:{minutes % 60:02}"


def violation_words(t: Texts, v: Violation) -> str:
    """Who, when, and which rule is broken, in markdown."""
    return f"**{plain(v.who)}, {t.day(v.when)}**: {t(f'rule.{v.rule}')} ({plain(told(t, v))})"
