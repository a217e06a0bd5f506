"""Rules, and what changed in a table, as tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from staffing.roster.problem import Law
from staffing.roster.rules import RULES
from staffing.ui.markup import Cell, table
from staffing.ui.texts import NONE, Texts
from staffing.ui.vm.table_changes import Change
from staffing.ui.vm.tables import cell_text


def rule_sentence(t: Texts, law: Law, name: str) -> str:
    """A hard rule with the limit in force."""
    values = {
        "daily": t.count(law.max_daily_hours),
        "after": t.count(law.break_after_hours),
        "pause": t.count(law.break_minutes),
        "rest": t.count(law.min_rest_hours),
        "weekly_rest": t.count(law.weekly_rest_hours),
        "row": t.count(law.max_consecutive_days),
        "week": t.count(law.max_weekly_hours),
        "sundays": t.count(law.free_sundays_per_year),
    }
    return t(f"rule_is.{name}", **values)


def rules_table(t: Texts, law: Law) -> str:
    """Every hard rule in a sentence with the limits in force, and the law behind it."""
    off = {
        "weekly_rest": not law.weekly_rest_hours,
        "free_sundays": not law.free_sundays_per_year,
        "substitute_days": not law.substitute_days,
    }
    rows = [
        [
            Cell(rule_sentence(t, law, name), t("team.rules.off") if off.get(name) else ""),
            Cell(rule.law.replace("§ ", "§\N{NO-BREAK SPACE}")),
        ]
        for name, rule in RULES.items()
    ]
    return table([t("team.rules.kept"), t("team.rules.law")], rows, width="52rem")


def changes_table(t: Texts, found: Sequence[Change], titles: Mapping[str, str]) -> str:
    """Rows that are new, gone or changed, cell by cell."""
    rows = []
    for change in found:
        told = [(titles.get(c, c), _cell(t, old), _cell(t, new)) for c, (old, new) in change.cells.items()]
        for column, old, new in told or [("", "", "")]:
            rows.append([Cell(change.row), Cell(t(f"team.change.{change.fate}")), *map(Cell, (column, old, new))])
    return table([t(f"team.change.head.{h}") for h in ("row", "fate", "column", "old", "new")], rows, width="60rem")


def _cell(t: Texts, value: Any) -> str:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, bool):
        return t("team.word.yes" if value else "team.word.no")
    if isinstance(value, int | float) and value == value:
        return t.exact(value)
    return cell_text(value).replace("|", ", ") or NONE
