"""The rota's view-model in words, as the components want it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from staffing.ui.texts import Texts
from staffing.ui.vm.editing import Board, Draft, Judged, by_cell
from staffing.ui.vm.rota import Bar, Code, Matrix, tone

DEBOUNCE_MS = 150


def code_label(t: Texts, code: Code) -> str:
    """Name and times of a shift, or the kind of an absence."""
    if code.tone == "absent":
        return t(f"absence.{code.name}") if t.has(f"absence.{code.name}") else code.name
    return " ".join(x for x in (code.name, code.span) if x)


def matrix_data(t: Texts, shown: Matrix, chosen: int, *, editable: bool = False) -> dict[str, Any]:
    """Everything the matrix shows."""
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
    nothing = ["0" * len(days)] * len(shown.rows)
    return {
        "key": t.language,
        "agents": [
            {
                "id": r.id,
                "name": r.name,
                "tip": " · ".join(x for x in (r.name, r.id, r.contract, ", ".join(r.skills)) if x),
                "hours": t.number(r.hours)
                + ("" if r.agreed is None else f"\N{THIN SPACE}/\N{THIN SPACE}{t.number(r.agreed)}"),
            }
            for r in shown.rows
        ],
        "days": days,
        "cells": [list(r.cells) for r in shown.rows],
        "locks": ["".join("1" if x else "0" for x in r.locked) for r in shown.rows],
        "changed": nothing,
        "conflicts": nothing,
        "codes": {c.code: {"tone": c.tone, "label": code_label(t, c)} for c in shown.codes},
        "chosen": chosen,
        "editable": editable,
        "debounce": DEBOUNCE_MS,
        "words": {k: t(f"rota.word.{k}") for k in ("title", "agent", "hours", "locked", "off")},
    }


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


def with_edits(data: dict[str, Any], board: Board, draft: Draft, judged: Judged) -> dict[str, Any]:
    """The matrix with its edits, locks and conflicts marked."""
    index = board.problem.agent_index
    broken = by_cell(judged.conflicts)
    days = range(len(data["days"]))

    def marks(inside: Callable[[str, int], bool]) -> list[str]:
        return ["".join("1" if inside(a["id"], d) else "0" for d in days) for a in data["agents"]]

    types = {kind.code: kind for kind in board.problem.shift_types}
    codes = dict(data["codes"])
    for code, kind in types.items():
        start = kind.start.hour + kind.start.minute / 60
        label = " ".join(x for x in (kind.name, f"{kind.start:%H:%M}") if x)
        codes.setdefault(code, {"tone": tone(start, kind.hours), "label": label})
    return data | {
        "changed": marks(lambda a, d: (a, d) in draft.edits),
        "locks": marks(lambda a, d: (a, d) in judged.locked),
        "conflicts": marks(lambda a, d: (index.get(a, -1), d) in broken),
        "codes": codes,
    }
