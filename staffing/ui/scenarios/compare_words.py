"""A comparison in words and signs."""

from __future__ import annotations

from staffing.ui.markup import Cell, table
from staffing.ui.need.service_words import band
from staffing.ui.texts import Texts
from staffing.ui.vm.compare import Comparison, Entry, Measure


def name_of(t: Texts, measure: Measure) -> str:
    """What is measured."""
    if measure.key == "service_level":
        return t("measure.service_level", queue=measure.queue)
    if measure.key == "fairness":
        known = t.has(f"fairness.{measure.queue}")
        return t(f"fairness.{measure.queue}") if known else t("measure.fairness", name=measure.queue.replace("_", " "))
    return t(f"measure.{measure.key}")


def value(t: Texts, measure: Measure, number: float | None, currency: str) -> str:
    """A value with its unit."""
    match measure.kind:
        case "money":
            return t.money(number, currency)
        case "hours":
            return t.hours(number, 1)
        case "percent":
            return t.percent(number, 1)
        case _:
            return t.count(number) if number is not None else t.number(None)


def bracketed(t: Texts, entry: Entry) -> str:
    """The 95% band in brackets, where there is one."""
    return "" if entry.low is None or entry.high is None else f" ({band(t, entry.low, entry.high)})"


def told(t: Texts, measure: Measure, entry: Entry, currency: str) -> str:
    """The difference to the baseline, e.g. "€1,240 more: worse"; empty for the baseline itself."""
    if entry.delta is None:
        return ""
    if entry.verdict == "same":
        return t("compare.same")
    size = abs(entry.delta)
    match measure.kind:
        case "money":
            amount = t.money(size, currency)
        case "hours":
            amount = t.hours(size, 1)
        case "percent":
            amount = t("unit.points", value=t.number(100 * size, 1))
        case _:
            amount = t.count(size)
    direction = t("compare.more" if entry.delta > 0 else "compare.less", amount=amount)
    return f"{direction} · {t(f'verdict.{entry.verdict}')}"


def comparison_table(t: Texts, comparison: Comparison) -> str:
    """All measures of all plans, with the differences to the baseline under the values."""
    rows = []
    for measure, entries in zip(comparison.measures, comparison.entries, strict=True):
        row = [Cell(name_of(t, measure))]
        for entry in entries:
            own = value(t, measure, entry.value, comparison.currency) + bracketed(t, entry)
            row.append(Cell(own, told(t, measure, entry, comparison.currency), entry.verdict))
        rows.append(row)
    width = f"{22 + 17 * len(comparison.names)}rem"
    return table([t("compare.measure"), *comparison.names], rows, width=width)
