"""Tidy tables and key figures of a plan, and the comparison of several."""

from staffing.report.comparison import FIGURES, Comparison, compare
from staffing.report.figures import (
    fairness_figures,
    miss_figures,
    number,
    risk_figures,
    service_figures,
    simulation_figures,
    stress_figures,
)
from staffing.report.lines import (
    REASONS,
    detail_lines,
    miss_lines,
    risk_lines,
    service_lines,
    simulation_lines,
    stress_lines,
)
from staffing.report.tables import (
    coverage_table,
    forecast_days_table,
    forecast_table,
    groups_table,
    matrix_table,
    missing_by_day,
    requirement_table,
    service_days_table,
    service_table,
)

__all__ = [
    "FIGURES",
    "REASONS",
    "Comparison",
    "compare",
    "coverage_table",
    "detail_lines",
    "fairness_figures",
    "forecast_days_table",
    "forecast_table",
    "groups_table",
    "matrix_table",
    "miss_figures",
    "miss_lines",
    "missing_by_day",
    "number",
    "requirement_table",
    "risk_figures",
    "risk_lines",
    "service_days_table",
    "service_figures",
    "service_lines",
    "service_table",
    "simulation_figures",
    "simulation_lines",
    "stress_figures",
    "stress_lines",
]
