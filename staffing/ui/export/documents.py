"""Documents to print or to send: the month, a page for each person, and the report for management. One file, no net."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date
from importlib import resources

from staffing.export.svg import band_chart, course_chart, days_chart
from staffing.ui.markup import Cell, table
from staffing.ui.need.cover_words import day_labels, gap_told
from staffing.ui.need.service_words import band, verdict_told
from staffing.ui.rota.rota_words import code_label
from staffing.ui.texts import Texts
from staffing.ui.vm.cover import covered_share, need_by_day, short_by_day
from staffing.ui.vm.plan import Plan
from staffing.ui.vm.rota import AgentRow, Bar, Code, Matrix, bars

MOST_DAYS = 5
"""Days with the most missing hours that the report names."""


def rota_document(t: Texts, name: str, plan: Plan, full: Matrix, *, each: bool, edition: str = "") -> bytes:
    """The month as a matrix on one wide page; with `each`, a page for every person after it.

    `edition` says which of several rotas of the month this is, so that an old sheet on the wall is known as such.
    """
    told = " · ".join(filter(None, (t.month(full.dates[0]), edition)))
    parts = [f'<section class="month"><h1>{_e(name)}</h1><p>{_e(told)}</p>{_matrix(t, full)}</section>']
    if each:
        shifts = {(b.agent, i): b for i, d in enumerate(full.dates) for b in bars(plan, d)}
        title = " · ".join(filter(None, (name, edition)))
        parts += [_person(t, title, full, row, shifts) for row in full.rows]
    return _document(t, name, parts)


def _matrix(t: Texts, full: Matrix) -> str:
    tones = {c.code: c.tone for c in full.codes}
    weekend = [d.weekday() >= 5 for d in full.dates]
    heads = "".join(
        f'<th scope="col"{_kind("weekend" if weekend[i] else "")}>{_e(t.weekday(d))}<br>{d.day}</th>'
        for i, d in enumerate(full.dates)
    )
    rows = []
    for row in full.rows:
        cells = "".join(
            f"<td{_kind(tones.get(code, '') or ('weekend' if weekend[i] else ''))}>{_e(code)}</td>"
            for i, code in enumerate(row.cells)
        )
        agreed = "" if row.agreed is None else f" / {t.number(row.agreed, 1)}"
        rows.append(
            f'<tr><th scope="row">{_e(row.name)}</th>{cells}<td class="hours">{t.number(row.hours, 1)}{agreed}</td></tr>'
        )
    duty = "".join(f"<td>{n}</td>" for n in full.on_duty)
    short = "".join(f"<td>{t.number(h, 1) if h >= 0.05 else ''}</td>" for h in full.short)
    foot = (
        f'<tr><th scope="row">{_e(t("print.duty"))}</th>{duty}<td></td></tr>'
        f'<tr><th scope="row">{_e(t("print.short"))}</th>{short}<td></td></tr>'
    )
    head = f'<tr><th scope="col">{_e(t("rota.word.agent"))}</th>{heads}<th scope="col">{_e(t("rota.word.hours"))}</th></tr>'
    return (
        f'<table class="rota"><thead>{head}</thead><tbody>{"".join(rows)}</tbody><tfoot>{foot}</tfoot></table>'
        f"{_legend(t, full.codes)}"
    )


def _legend(t: Texts, codes: Sequence[Code]) -> str:
    items = "".join(f"<li><b{_kind(c.tone)}>{_e(c.code)}</b> {_e(code_label(t, c))}</li>" for c in codes)
    return f'<ul class="legend">{items}</ul>'


def _person(t: Texts, name: str, full: Matrix, row: AgentRow, shifts: dict[tuple[str, int], Bar]) -> str:
    labels = {c.code: code_label(t, c) for c in full.codes}
    lines = []
    for i, day in enumerate(full.dates):
        bar = shifts.get((row.id, i))
        what = labels.get(row.cells[i], row.cells[i]) if bar is None else bar.code
        when, pauses = ("", "") if bar is None else (bar.span, bar.pauses)
        kind = "weekend" if day.weekday() >= 5 else ""
        cells = (t.day(day), what or "–", when, pauses)
        lines.append(f"<tr{_kind(kind)}>{''.join(f'<td>{_e(c)}</td>' for c in cells)}</tr>")
    heads = "".join(f'<th scope="col">{_e(t(f"print.{h}"))}</th>' for h in ("day", "shift", "time", "breaks"))
    hours = t("print.hours", hours=t.hours(row.hours, 1))
    return (
        f'<section class="person"><h2>{_e(row.name)}</h2><p>{_e(name)} · {_e(t.month(full.dates[0]))} · {_e(hours)}</p>'
        f'<table class="days"><thead><tr>{heads}</tr></thead><tbody>{"".join(lines)}</tbody></table></section>'
    )


# -- report --------------------------------------------------------------------------------------------------


def report_document(t: Texts, name: str, plan: Plan) -> bytes:
    """What a manager is told about a plan: cost, cover, service with its band, fairness, how good the rota can be at most."""
    s = plan.summary
    sections = [
        f"<h1>{_e(name)}</h1><p>{_e(t('report.span', first=t.long_day(plan.dates[0]), last=t.long_day(plan.dates[-1])))}</p>",
        _sentences(t, plan),
        _figures(t, plan),
        _service(t, plan),
        _cover(t, plan),
        _forecast(t, plan),
        _terms(t, plan),
        _fairness(t, plan),
    ]
    made = t("report.made", seed=s.get("seed", "–"), hash=str(s.get("input_hash", ""))[:12])
    return _document(t, name, [f'<section class="report">{"".join(sections)}<p class="small">{_e(made)}</p></section>'])


def _sentences(t: Texts, plan: Plan) -> str:
    s = plan.summary
    lines = [t("outcome.covered", share=t.percent(covered_share(plan), 1))]
    lines.append(t("outcome.missing", hours=t.hours(s["understaffed_hours"], 1)))
    lines.append(gap_told(t, plan))
    broken = len(s.get("violations", ()))
    lines.append(t("report.audit.kept") if not broken else t("report.audit.broken", n=broken))
    return f"<p>{_e(' '.join(lines))}</p>"


def _figures(t: Texts, plan: Plan) -> str:
    s = plan.summary
    shown = (
        ("measure.cost", t.money(s["cost"], plan.currency)),
        ("measure.paid_hours", t.hours(s["paid_hours"])),
        ("measure.needed_hours", t.hours(plan.needed_hours)),
        ("measure.understaffed_hours", t.hours(s["understaffed_hours"], 1)),
        ("measure.overstaffed_hours", t.hours(s["overstaffed_hours"], 1)),
    )
    return (
        '<dl class="figures">' + "".join(f"<div><dt>{_e(t(k))}</dt><dd>{_e(v)}</dd></div>" for k, v in shown) + "</dl>"
    )


def _forecast(t: Texts, plan: Plan) -> str:
    days = plan.forecast_days
    if days.empty:
        return ""
    title = t("report.forecast")
    charts = []
    for queue, rows in days.groupby("queue", sort=False):
        name = t("report.forecast.queue", queue=str(queue), contacts=t.number(float(rows["contacts"].sum()), 0))
        value, low, high, beside = (
            rows[c].tolist() for c in ("contacts", "contacts_p10", "contacts_p90", "spreadsheet")
        )
        labels = [str(date.fromisoformat(d).day) for d in rows["date"]]
        charts.append(f"<h3>{_e(name)}</h3>{course_chart(labels, value, low, high, beside, name, t.number)}")
    return f"<h2>{_e(title)}</h2>{''.join(charts)}<p class='small'>{_e(t('report.forecast.legend'))}</p>"


def _service(t: Texts, plan: Plan) -> str:
    rows, points = [], []
    for queue, s in plan.service.items():
        cells = (queue, t.percent(s.level, 1), band(t, s.low, s.high), t.percent(s.target), verdict_told(t, s))
        rows.append([Cell(c) for c in cells])
        if s.level == s.level:
            points.append((queue, s.level, s.low, s.high, s.target))
    if not rows:
        return ""
    heads = [t(f"report.service.{h}") for h in ("queue", "level", "band", "target", "verdict")]
    title = t("need.service")
    chart = band_chart(points, title, t.percent) if points else ""
    return f"<h2>{_e(title)}</h2>{chart}{table(heads, rows)}<p class='small'>{_e(t('service.variant'))}</p>"


def _cover(t: Texts, plan: Plan) -> str:
    need, short = need_by_day(plan), short_by_day(plan)
    labels = [str(d.day) for d in plan.dates]
    title = t("report.cover")
    chart = days_chart(labels, need.tolist(), short.tolist(), title, t.number)
    worst = sorted(range(len(short)), key=lambda i: -short[i])[:MOST_DAYS]
    told = day_labels(t, plan.dates, short.tolist())
    items = "".join(f"<li>{_e(told[i])}</li>" for i in worst if short[i] >= 0.05)
    listed = f"<p>{_e(t('report.worst'))}</p><ul>{items}</ul>" if items else f"<p>{_e(t('report.none_short'))}</p>"
    return f"<h2>{_e(title)}</h2>{chart}<p class='small'>{_e(t('report.cover.legend'))}</p>{listed}"


def _terms(t: Texts, plan: Plan) -> str:
    terms = plan.summary.get("terms", {})
    rows = [
        [Cell(t(f"term.{k}") if t.has(f"term.{k}") else k.replace("_", " ")), Cell(t.money(v, plan.currency))]
        for k, v in terms.items()
    ]
    if not rows:
        return ""
    listed = table([t("compare.measure"), plan.currency], rows)
    return f"<h2>{_e(t('report.terms'))}</h2><p>{_e(t('report.terms.body'))}</p>{listed}"


def _fairness(t: Texts, plan: Plan) -> str:
    rows = [
        [Cell(t(f"fairness.{k}") if t.has(f"fairness.{k}") else k.replace("_", " ")), Cell(t.number(v, 1))]
        for k, v in plan.summary.get("fairness", {}).items()
    ]
    return (
        f"<h2>{_e(t('report.fairness'))}</h2>{table([t('compare.measure'), t('report.value')], rows)}" if rows else ""
    )


# -- frame ---------------------------------------------------------------------------------------------------


def _document(t: Texts, title: str, sections: Sequence[str]) -> bytes:
    css = (resources.files("staffing.ui.export") / "print.css").read_text(encoding="utf-8")
    head = f'<meta charset="utf-8"><title>{_e(title)}</title><style>{css}</style>'
    body = f"<body><main>{''.join(sections)}</main></body>"
    return f'<!doctype html><html lang="{t.language}"><head>{head}</head>{body}</html>'.encode()


def _e(text: str) -> str:
    return html.escape(text)


def _kind(name: str) -> str:
    return f' class="{name}"' if name else ""
