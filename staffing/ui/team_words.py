"""Rules as a table for people."""

from __future__ import annotations

from staffing.roster.problem import Law
from staffing.roster.rules import RULES
from staffing.ui.markup import Cell, table
from staffing.ui.texts import Texts


def rules_table(t: Texts, law: Law) -> str:
    """Every hard rule in a sentence with the limits in force, and the law behind it."""
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
    off = {
        "weekly_rest": not law.weekly_rest_hours,
        "free_sundays": not law.free_sundays_per_year,
        "substitute_days": not law.substitute_days,
    }
    rows = [
        [Cell(t(f"rule_is.{name}", **values), t("team.rules.off") if off.get(name) else ""), Cell(rule.law)]
        for name, rule in RULES.items()
    ]
    return table([t("team.rules.kept"), t("team.rules.law")], rows, width="52rem")
