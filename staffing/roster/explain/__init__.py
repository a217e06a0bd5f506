"""Why it cannot be done and what would mend it; why an agent has a shift; what a wish and what a rule costs.

Hard rules bind one agent at a time (cover is soft), so a conflict is looked for agent by agent.
"""

from __future__ import annotations

from staffing.roster.explain.demands import Clause, conflicting, conflicts, conflicts_of_roster, repair
from staffing.roster.explain.prices import PRICED, RulePrice, price_rules
from staffing.roster.explain.reasons import Reason, grant, why

__all__ = [
    "PRICED",
    "Clause",
    "Reason",
    "RulePrice",
    "conflicting",
    "conflicts",
    "conflicts_of_roster",
    "grant",
    "price_rules",
    "repair",
    "why",
]
