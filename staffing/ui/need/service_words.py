"""Simulated service in words: a table, the lines of a card, and how many promises are kept."""

from __future__ import annotations

import html

from staffing.ui.markup import Cell, listing, table
from staffing.ui.texts import Texts
from staffing.ui.vm.plan import Plan, Service

MARKS = {"kept": "✓", "missed": "✗", "open": "?"}


def service_table(t: Texts, plan: Plan) -> str:
    """Service per queue with band, target and a verdict in words."""
    rows = []
    for queue, s in plan.service.items():
        level = Cell(t.percent(s.level, 1), band(t, s.low, s.high))
        rows.append([Cell(queue), level, Cell(t.percent(s.target)), Cell(verdict_told(t, s))])
    heads = [t(f"service.head.{h}") for h in ("queue", "level", "target", "verdict")]
    return table(heads, rows, kind="service", width="52rem")


def service_lines(t: Texts, plan: Plan) -> str:
    """A line per queue: mark, name, service and its band; the verdict and the target for those who cannot see the mark."""
    return listing([_line(t, queue, s) for queue, s in plan.service.items()], kind="promises", label=t("card.service"))


def promises_told(t: Texts, plan: Plan) -> str:
    """How many of the promises are kept; empty where none was made or simulated."""
    verdicts = [s.verdict for s in plan.service.values() if s.verdict != "none"]
    return t("card.promises", n=len(verdicts), kept=verdicts.count("kept")) if verdicts else ""


def verdict_told(t: Texts, s: Service) -> str:
    """Whether the promise is kept, as a mark and in words."""
    return f"{MARKS.get(s.verdict, '')} {t(f'service.{s.verdict}')}".lstrip()


def band(t: Texts, low: float, high: float) -> str:
    """The 95% band of fractions."""
    return f"{t.percent(low, 1)} – {t.percent(high, 1)}"


def _line(t: Texts, queue: str, s: Service) -> str:
    mark = f'<span aria-hidden="true">{MARKS.get(s.verdict, "")}</span>'
    target = "" if s.target is None else f", {t('service.head.target')} {t.percent(s.target)}"
    unseen = f'<span class="unseen">, {html.escape(t(f"service.{s.verdict}") + target)}</span>'
    figures = f"<b>{html.escape(t.percent(s.level, 1))}</b> <small>{html.escape(band(t, s.low, s.high))}</small>"
    return f'<li class="{s.verdict}">{mark}<span>{html.escape(queue)}</span><span>{figures}{unseen}</span></li>'
