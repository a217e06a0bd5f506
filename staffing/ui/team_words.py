"""Rules as a table for people."""

from __future__ import annotations

from staffing.roster.rules import RULES
from staffing.ui.markup import Cell, table
from staffing.ui.texts import Texts


def rules_table(t: Texts) -> str:
    """Every hard rule: what breaking it means, and the law behind it."""
    rows = [[Cell(t(f"rule.{name}")), Cell(rule.law)] for name, rule in RULES.items()]
    return table([t("team.rules.broken"), t("team.rules.law")], rows, width="44rem")
