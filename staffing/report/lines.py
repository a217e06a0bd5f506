"""Figures in lines of words, for the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def gap_line(figures: Mapping[str, Any]) -> str:
    """How much better another rota can be at most and what of it the service promise costs, from `figures.gap_figures`.

    Examples
    --------
    >>> figures = {"currency": "EUR", "objective": 1000.0, "bound": 950.0, "gap": 0.05, "gap_money": 50.0, "gap_hours": None}
    >>> gap_line(figures | {"promise_cost": 0.0, "search_gap": 0.05})
    'at most EUR 50 better is possible, 5.0% of the total'
    >>> gap_line(figures | {"promise_cost": 40.0, "search_gap": 0.0104}).split("; ")[1]
    'EUR 40 of it this rota pays for the service promise, and the one found without it could be better by EUR 10 (1.0%) at most'
    """
    currency, paid = figures["currency"], figures["promise_cost"]
    money = f"{currency} {figures['gap_money']:,.0f}"
    size = money if figures["gap_hours"] is None else f"{figures['gap_hours']:,.0f} agent-hours ({money})"
    line = f"at most {size} better is possible, {figures['gap']:.1%} of the total"
    if round(paid) == 0:
        return line
    left = max(0.0, figures["gap_money"] - paid)
    return (
        f"{line}; {currency} {paid:,.0f} of it this rota pays for the service promise, and the one found without it "
        f"could be better by {currency} {left:,.0f} ({figures['search_gap']:.1%}) at most"
    )


def risk_lines(risks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Risky intervals for people."""
    return [
        f"{r['queue']} {r['interval_start'][:10]} {r['interval_start'][11:16]}: {r['service_level']:.0%} "
        f"({r['low']:.0%} to {r['high']:.0%}) of {r['contacts']:.0f} contacts, {r['late']:.1f} late beyond the target"
        for r in risks
    ] or ["none: every interval keeps its target"]


def stress_lines(figures: Mapping[str, Any]) -> list[str]:
    """A stress for people: the change in points with its band, and the day that suffers most."""
    lines = []
    width = max(len(q) for q in figures["change"])
    for queue, c in figures["change"].items():
        if c["mean"] is None:
            continue
        now = figures["service_level"][queue]
        points = f"{100 * c['mean']:+.1f} points ({100 * c['low']:+.1f} to {100 * c['high']:+.1f})"
        lines.append(f"{queue:<{width}}  {now['mean']:6.1%}  {points} over the month")
        if c["worst_day"] is not None and c["worst_day_change"]["mean"] < -0.0005:
            day, level = c["worst_day_change"], c["worst_day_service_level"]
            lines.append(
                f"{'':<{width}}  {level['mean']:6.1%}  {100 * day['mean']:+.1f} points "
                f"({100 * day['low']:+.1f} to {100 * day['high']:+.1f}) on {c['worst_day']}"
            )
    return lines


REASONS = {
    "people": "all who serve it and could be there are at work ({have:.0f} of {most:.0f} people)",
    "day": "no rota keeps all intervals of that day: {most:,.2f} of the {have:,.2f} agent-hours they take at most (proven)",
    "week": "no rota keeps all intervals of that week: {most:,.2f} of the {have:,.2f} agent-hours they take at most (proven)",
    "horizon": "no rota keeps all intervals: {most:,.2f} of the {have:,.2f} agent-hours they take at most (proven)",
    "price": "fewer are there than asked for: even with missing people priced higher the search found no better rota",
    "none": "as many are there as were asked for; the repair needs more time",
}


def miss_lines(misses: Sequence[Mapping[str, Any]], most: int = 12) -> list[str]:
    """Misses for people: one line per queue, day and reason, worst first."""
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for m in misses:
        groups.setdefault((m["queue"], m["date"], m["reason"]), []).append(m)
    lines = []
    for (queue, day, reason), rows in list(groups.items())[:most]:
        worst = min(rows, key=lambda m: m["service_level"] or 0.0)
        times = sorted(m["interval_start"][11:16] for m in rows)
        when = times[0] if len(times) == 1 else f"{len(times)} intervals from {times[0]} to {times[-1]}"
        lowest = f"{worst['service_level']:.0%} at {worst['interval_start'][11:16]}"
        lines.append(f"{queue} {day}: {when}, lowest {lowest}: " + REASONS[reason].format(**worst))
    if len(groups) > most:
        lines.append(f"... and {len(groups) - most} more, see summary.json")
    return lines


def service_lines(figures: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Service figures for people, one line per queue; the variant and the band are named."""
    width = max((len(q) for q in figures), default=0)
    lines = []
    for queue, s in figures.items():
        if s["mean"] is None:
            lines.append(f"{queue:<{width}}  no contacts")
            continue
        target = f"target {s['target']:.0%}" if s["target"] is not None else "no target"
        band = f"95% band {s['low']:.1%} to {s['high']:.1%}"
        lines.append(f"{queue:<{width}}  {s['mean']:6.1%}  ({band}; {target}; simulated, {s['variant']})")
    return lines


def detail_lines(figures: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Everything else about the service for people: other variants, waits, abandonment, chances, each with its band."""

    def share(band: Mapping[str, float | None]) -> str:
        return f"{band['mean']:.1%} ({band['low']:.1%} to {band['high']:.1%})" if band["mean"] is not None else "-"

    lines = []
    for queue, s in figures.items():
        if s["mean"] is None:
            continue
        lines.append(f"{queue}:")
        lines += [f"  {name:<26}{share(band)}" for name, band in s["variants"].items()]
        wait = s.get("asa_band") or s["response_band"]
        if wait["mean"] is not None:
            name, unit, per = ("mean wait of the answered", "s", 1) if "asa_band" in s else ("mean response", "h", 3600)
            mean, low, high = (wait[k] / per for k in ("mean", "low", "high"))
            lines.append(f"  {name:<26}{mean:,.1f} {unit} ({low:,.1f} to {high:,.1f})")
        lines.append(f"  {'abandonment':<26}{share(s['abandonment_band'])}")
        if s["month_meets_target"] is not None:
            lines.append(f"  {'month meets target':<26}{s['month_meets_target']:.0%} of simulated months")
        if s["day_meets_target"] is not None:
            worst = f"worst {s['worst_day']} with {s['worst_day_meets_target']:.0%}"
            lines.append(f"  {'day meets target':<26}{s['day_meets_target']:.0%} of days; {worst}")
    return lines


def simulation_lines(figures: Mapping[str, Any]) -> list[str]:
    """Occupancy, overtime and how it was simulated, for people."""
    groups = {g: x for g, x in figures["occupancy_by_group_band"].items() if x["mean"] is not None}
    busy = ", ".join(f"{g} {x['mean']:.1%} ({x['low']:.1%} to {x['high']:.1%})" for g, x in groups.items())
    band = figures["overtime_hours_band"]
    return [
        f"occupancy   {busy}" if busy else "occupancy   nobody is on duty",
        f"overtime    {band['mean']:,.1f} h a month ({band['low']:,.1f} to {band['high']:,.1f}), work past the end of shifts",
        f"{figures['replications']} simulated months, seed {figures['seed']}",
    ]
