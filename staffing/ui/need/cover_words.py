"""Need and cover in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from staffing.ui.texts import Texts
from staffing.ui.vm.cover import DayCover, MonthCover
from staffing.ui.vm.plan import Plan

SMALL = 0.05
"""Hours that nobody would call missing."""


def day_labels(t: Texts, dates: Sequence[date], short: Sequence[float]) -> list[str]:
    """Days with what is missing on each."""
    return [
        f"{t.day(d)} · {t('need.short', hours=t.hours(h, 1)) if h > SMALL else t('need.enough')}"
        for d, h in zip(dates, short, strict=True)
    ]


def day_told(t: Texts, cover: DayCover) -> str:
    """A day's cover in a sentence."""
    worst = cover.worst
    if worst is None:
        return t("need.day.enough")
    short = float(cover.short[worst])
    hours, agents = t.hours(cover.under_hours, 1), t.count(short)
    return t("need.day.short", n=round(short, 1), hours=hours, time=cover.times[worst], agents=agents)


def gap_told(t: Texts, plan: Plan) -> str:
    """How much better any other rota could be, in agent-hours, money and as a share, and what of it the promise costs."""
    s = plan.summary
    if not s.get("bound") or s.get("gap") is None:
        return t("outcome.no_bound")
    money, hours = s["objective"] - s["bound"], s.get("gap_hours")
    shown = {"gap": t.percent(s["gap"], 1), "money": t.money(money, plan.currency)}
    # Hours are unknown where missing agents cost nothing, and in plans of earlier releases.
    size = (
        t("outcome.gap.money", **shown) if hours is None else t("outcome.gap.hours", hours=t.hours(hours, 1), **shown)
    )
    paid = _promise_cost(plan)
    if paid == 0:
        return t("outcome.gap", size=size)
    return t(
        "outcome.gap.promise",
        size=size,
        paid=t.money(paid, plan.currency),
        money=t.money(max(0.0, money - paid), plan.currency),
        gap=t.percent(s["search_gap"], 1),
    )


def gap_line(t: Texts, plan: Plan) -> str:
    """The proven gap in a few words."""
    s = plan.summary
    if not s.get("bound") or s.get("gap") is None:
        return t("outcome.line.no_bound")
    gap = t.percent(s["gap"], 1)
    if _promise_cost(plan) == 0:
        return t("outcome.line.gap", gap=gap)
    return t("outcome.line.gap_promise", gap=gap, without=t.percent(s["search_gap"], 1))


def _promise_cost(plan: Plan) -> int:
    """Whole money that the rota pays for the service promise; plans of earlier releases do not tell."""
    return round(plan.summary.get("promise_cost") or 0.0)


def month_tips(t: Texts, month: MonthCover) -> tuple[list[str], list[list[str]]]:
    """Labels of the days, and a sentence per day and time; empty where closed."""

    def tip(day: str, time: str, gap: float) -> str:
        if gap != gap:
            return ""
        kind = "over" if gap > 0 else "short" if gap < 0 else "exact"
        return t(f"need.tip.{kind}", day=day, time=time, agents=t.count(abs(gap)))

    days = [t.day(d) for d in month.dates]
    gaps = month.gap.tolist()
    return days, [
        [tip(d, x, g) for x, g in zip(month.times, row, strict=True)] for d, row in zip(days, gaps, strict=True)
    ]
