"""Use cases: what the command line and the app call. Each is one function from frozen values to a frozen value."""

from staffing.plan.make import STAGES, Plan, StageRecord, make_plan, succeeded
from staffing.plan.moved import MovedNeed, moved_need, moved_since
from staffing.plan.preparation import (
    Preparation,
    Sizing,
    forecast_of,
    need_beside,
    prepare,
    problem_for,
    problem_of,
    requirement_of,
    scaled,
    size,
)

__all__ = [
    "STAGES",
    "MovedNeed",
    "Plan",
    "Preparation",
    "Sizing",
    "StageRecord",
    "forecast_of",
    "make_plan",
    "moved_need",
    "moved_since",
    "need_beside",
    "prepare",
    "problem_for",
    "problem_of",
    "requirement_of",
    "scaled",
    "size",
    "succeeded",
]
