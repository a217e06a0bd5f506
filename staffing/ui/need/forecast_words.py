"""The forecast in words and tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from staffing import charts
from staffing.ui import session
from staffing.ui.markup import Cell, table
from staffing.ui.texts import NONE, Texts
from staffing.ui.vm.forecast import Course, Judged, Parts, QueueNeed

FIGURES = ("wape", "spreadsheet_wape", "wape_day", "bias", "coverage80", "staff_error_agents")


def words_of(t: Texts) -> charts.Words:
    """Words on the charts of the forecast."""
    words = session.chart_words(t)
    own = {k: t(f"forecast.chart.{k}") for k in ("contacts", "forecast", "low", "high", "on_phones", "on_roster")}
    return charts.Words({**words.labels, **own}, words.decimal, words.thousands)


def beside(t: Texts, course: Course) -> dict[str, list[float]]:
    """The other lines of a chart: the spreadsheet method, and the forecast before changes by hand where there are any."""
    lines = {t("forecast.four_weeks"): course.spreadsheet.round(2).tolist()}
    if course.changed:
        lines[t("forecast.statistical")] = course.statistical.round(2).tolist()
    return lines


def month_told(t: Texts, dates: Sequence[date], course: Course) -> str:
    """The busiest day in a sentence."""
    top = int(np.argmax(course.contacts))
    return t("forecast.month.told", day=t.long_day(dates[top]), contacts=t.number(float(course.contacts[top])))


def parts_table(t: Texts, parts: Parts) -> str:
    """A row per day: the level, what each component adds or takes away, and the contacts in the end."""
    heads = [t("need.day"), t("forecast.part.level"), *(t(f"forecast.part.{n}") for n in parts.names)]
    rows = []
    for d, day in enumerate(parts.dates):
        changes = [Cell(_signed(t, float(x))) for x in parts.change[:, d]]
        rows.append([Cell(t.day(day)), Cell(t.number(float(parts.level[d]))), *changes, Cell(_count(t, parts, d))])
    return table([*heads, t("forecast.contacts")], rows)


def _count(t: Texts, parts: Parts, d: int) -> str:
    return t.number(float(parts.contacts[d]))


def _signed(t: Texts, change: float) -> str:
    return "" if change == 0 else t.signed_percent(change, 1)


def judged_table(t: Texts, found: Sequence[Judged]) -> str:
    """A row per queue: errors beside those of the spreadsheet method."""
    rows = []
    for j in found:
        f = j.figures
        cells = [
            t.percent(f["wape"], 1),
            t.percent(f["spreadsheet_wape"], 1),
            t.percent(f["wape_day"], 1),
            t.signed_percent(f["bias"], 1),
            t.percent(f["coverage80"]),
            f"{t.number(f['staff_error_agents'], 2)} ({t.number(f['spreadsheet_staff_error_agents'], 2)})",
            t("forecast.judged.of", better=t.number(f["origins_better"]), n=t.number(f["origins"])),
        ]
        rows.append([Cell(j.queue), *(Cell(c) for c in cells)])
    heads = [t("need.queue"), *(t(f"forecast.judged.head.{n}") for n in FIGURES), t("forecast.judged.head.better")]
    return table(heads, rows)


def needs_table(t: Texts, found: Sequence[QueueNeed], promises: dict[str, str]) -> str:
    """A row per queue: its promise, and the hours and people it takes."""
    rows = [
        [
            Cell(n.queue),
            Cell(promises.get(n.queue, NONE)),
            Cell(t.hours(n.work_hours)),
            Cell(t.hours(n.net_hours)),
            Cell(t.hours(n.gross_hours)),
            Cell(t.count(n.most)),
        ]
        for n in found
    ]
    heads = [t("need.queue"), *(t(f"need.head.{h}") for h in ("promise", "work", "net", "gross", "most"))]
    return table(heads, rows)
