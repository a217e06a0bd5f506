"""Why it cannot be done and what would mend it; why an agent has a shift; what a wish and what a rule costs.

Hard rules bind one agent at a time (cover is soft), so a conflict is looked for agent by agent.
"""

from __future__ import annotations

from staffing.roster.explain.demands import Clause, conflicting, conflicts, repair
from staffing.roster.explain.reasons import Reason, why

__all__ = ["Clause", "Reason", "conflicting", "conflicts", "repair", "why"]
