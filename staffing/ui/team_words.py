"""Contracts, shift types and rules as tables for people."""

from __future__ import annotations

from staffing.roster.rules import RULES
from staffing.scenario import Scenario
from staffing.ui.markup import Cell, table
from staffing.ui.texts import Texts


def shifts_table(t: Texts, scenario: Scenario) -> str:
    """Every shift type with its times and breaks."""
    heads = [t(f"team.shift.{h}") for h in ("code", "name", "start", "hours", "breaks", "shared")]
    rows = []
    for s in scenario.shift:
        start = f"{s.start:%H:%M}" + (f" – {s.latest_start:%H:%M}" if s.latest_start else "")
        breaks = ", ".join(t("team.break.paid" if b.paid else "team.break.unpaid", minutes=b.minutes) for b in s.breaks)
        shared = t("team.shift.yes") if s.unpopular else ""
        rows.append([Cell(x) for x in (s.code, s.name, start, t.number(s.hours, 1), breaks, shared)])
    return table(heads, rows, width="60rem")


def contracts_table(t: Texts, scenario: Scenario) -> str:
    """Every contract, one column each."""
    names = list(scenario.contract)
    lines = (
        ("weekly_hours", 1),
        ("hourly_cost", 2),
        ("week_tolerance_hours", 1),
        ("month_tolerance_hours", 1),
        ("max_shifts_per_week", 0),
        ("max_consecutive_days", 0),
        ("min_weekends_off", 0),
        ("min_rest_hours", 1),
    )
    rows = [
        [Cell(t(f"team.contract.{key}")), *(Cell(t.number(getattr(scenario.contract[n], key), digits)) for n in names)]
        for key, digits in lines
    ]
    return table([t("compare.measure"), *names], rows, width=f"{26 + 9 * len(names)}rem")


def rules_table(t: Texts) -> str:
    """Every hard rule: what breaking it means, and the law behind it."""
    rows = [[Cell(t(f"rule.{name}")), Cell(rule.law)] for name, rule in RULES.items()]
    return table([t("team.rules.broken"), t("team.rules.law")], rows, width="44rem")
