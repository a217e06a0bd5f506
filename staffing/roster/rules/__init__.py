"""The hard rules, as managers read them: a sentence and a plain check on any rota.

This is the specification and the audit. It knows no solver: a hand-edited rota, or another tool's, is judged the same
way. What each agent is due (hours, weekends) comes from `targets`; `compile` says the same rules a second time, for
solvers, and tests prove both equal.
"""

from __future__ import annotations

from staffing.roster.inputs import problems_of
from staffing.roster.problem import Roster, RosterProblem
from staffing.roster.rules import days, form, hours, rests
from staffing.roster.rules.facts import Facts, Rule, Violation, facts_of
from staffing.roster.rules.messages import MESSAGES

__all__ = ["MESSAGES", "RULES", "Facts", "Rule", "Violation", "audit", "facts_of", "problems_of"]


def audit(problem: RosterProblem, roster: Roster) -> tuple[Violation, ...]:
    """Every rule that a rota breaks, sorted by agent and day; empty for a legal rota.

    Parameters
    ----------
    problem
        What the rota is for (without problems, see `problems_of`).
    roster
        Any rota, also a hand-edited and an illegal one.
    """
    facts = facts_of(problem, roster)
    found = [violation for rule in RULES.values() for violation in rule.check(facts)]
    return tuple(sorted(found, key=lambda v: (v.agent, v.day, v.rule)))


RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("one_shift_a_day", form.check_one_shift_a_day),
        Rule("shift_types", form.check_shift_types),
        Rule("max_daily_hours", form.check_max_daily_hours, "ArbZG § 3"),
        Rule("legal_breaks", form.check_legal_breaks, "ArbZG § 4"),
        Rule("activities", form.check_activities),
        Rule("employment", days.check_employment),
        Rule("absences", days.check_absences),
        Rule("availability", days.check_availability),
        Rule("allowed_shifts", days.check_allowed_shifts),
        Rule("rotation", days.check_rotation),
        Rule("locks", days.check_locks),
        Rule("min_rest", rests.check_min_rest, "ArbZG § 5"),
        Rule("weekly_rest", rests.check_weekly_rest, "ArbZG § 11 (4)"),
        Rule("forbidden_successions", rests.check_forbidden_successions),
        Rule("steady_starts", rests.check_steady_starts),
        Rule("week_starts", rests.check_week_starts),
        Rule("max_consecutive_days", rests.check_max_consecutive_days, "ArbZG § 9, § 11"),
        Rule("min_consecutive_days", rests.check_min_consecutive_days),
        Rule("min_consecutive_days_off", rests.check_min_consecutive_days_off),
        Rule("max_consecutive_nights", rests.check_max_consecutive_nights, "ArbZG § 2, § 6"),
        Rule("weekly_hours", hours.check_weekly_hours),
        Rule("max_weekly_hours", hours.check_max_weekly_hours, "ArbZG § 3"),
        Rule("horizon_hours", hours.check_horizon_hours),
        Rule("max_shifts_per_week", hours.check_max_shifts_per_week),
        Rule("weekends_off", hours.check_weekends_off),
        Rule("free_sundays", hours.check_free_sundays, "ArbZG § 11 (1)"),
        Rule("substitute_days", hours.check_substitute_days, "ArbZG § 11 (3)"),
    )
}
"""Every hard rule by name."""
