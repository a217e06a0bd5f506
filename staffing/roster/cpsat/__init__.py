"""The primitives as CP-SAT constraints: whole models, and neighbourhoods with few days free.

In a neighbourhood of one skill group the cover is projected: with everybody else's duty fixed, the price of each
interval is one convex function of the units added. Otherwise groups and queues are linked by flows. Every variable gets
a hint.
"""

from staffing.roster.cpsat.build import build
from staffing.roster.cpsat.model import Model, total
from staffing.roster.cpsat.rules import Rule, add_rule
from staffing.roster.cpsat.solving import Answer, solve

__all__ = ["Answer", "Model", "Rule", "add_rule", "build", "solve", "total"]
