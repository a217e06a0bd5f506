"""Charts as plain dicts: Vega-Lite for lines, ECharts for heat maps. No drawing library is needed to make them.

Colours hold for the colour-blind (orange for too few, blue for enough) and are never the only signal: need is a line,
cover an area, and a shortage stands between them as a hatched bar.
"""

from staffing.charts.day import cover_of_day, need_of_day, service_of_day
from staffing.charts.days import lines_of_days
from staffing.charts.forecast import forecast_band
from staffing.charts.month import gap_of_month, service_of_month
from staffing.charts.plans import cost_against_service, cover_of_plans
from staffing.charts.search import gap_of_search, search_of_rota
from staffing.charts.theme import AXIS_PIXELS, DARK, LIGHT, Palette, Spec, Words

__all__ = [
    "AXIS_PIXELS",
    "DARK",
    "LIGHT",
    "Palette",
    "Spec",
    "Words",
    "cost_against_service",
    "cover_of_day",
    "cover_of_plans",
    "forecast_band",
    "gap_of_month",
    "gap_of_search",
    "lines_of_days",
    "need_of_day",
    "search_of_rota",
    "service_of_day",
    "service_of_month",
]
