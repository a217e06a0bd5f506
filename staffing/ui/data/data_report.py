"""The quality of a history: facts, every day, and what was mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from staffing.errors import InputError, Problem
from staffing.frames import Sheet
from staffing.history.series import Repair
from staffing.ui import frame, session
from staffing.ui.data.days_view import days_view
from staffing.ui.markup import Cell, table
from staffing.ui.sentences import parts, sentence
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.intake import Quality, bad_rows, listing_csv

MOST = 30


def facts_table(t: Texts, found: Quality) -> str:
    """Contacts a week, handling time and gaps by queue."""
    rows = []
    for q in found.queues:
        texts = (q.queue, t.number(q.weekly), t.seconds(q.aht_seconds), t.percent(q.missing, 1))
        rows.append([Cell(x) for x in texts])
    return table([t(f"data.head.{h}") for h in ("queue", "weekly", "aht", "missing")], rows, width="44rem")


def repair_lines(t: Texts, found: Quality) -> list[tuple[str, str]]:
    """A title per kind of repair, and its first entries as a list."""
    out = []
    for kind, rows, entries in found.repairs:
        name = t(f"repair.{kind}") if t.has(f"repair.{kind}") else kind
        lines = [f"- **{plain(sentence(t, r.where))}**: {plain(sentence(t, r.what))}" for r in entries[:MOST]]
        if len(entries) > MOST:
            lines.append(f"- {t('data.more', n=len(entries) - MOST)}")
        out.append((t("data.repair", kind=name, n=rows) if rows else name, "\n".join(lines)))
    return out


def refused(t: Texts, error: InputError, sheet: Sheet | None = None) -> None:
    """Problems of a file; all of them, and the rows they stand in, to take away."""
    frame.show_problems(t, error.problems[:20])
    with st.container(horizontal=True):
        st.download_button(
            t("data.problems.go", n=len(error.problems)),
            lambda: listing_csv([parts(t, p) for p in error.problems]),
            "problems.csv",
            "text/csv",
            on_click="ignore",
            key="get-problems",
            icon=":material/download:",
        )
        if sheet is not None:
            _rows_button(t, sheet, error.problems)


def _rows_button(t: Texts, sheet: Sheet, entries: Sequence[Repair] | Sequence[Problem]) -> None:
    st.download_button(
        t("data.bad_rows"),
        lambda: bad_rows(sheet, entries),
        "rows.csv",
        "text/csv",
        on_click="ignore",
        key="get-rows",
        icon=":material/download:",
        help=t("data.bad_rows.help"),
    )


def mended(t: Texts, found: Quality) -> None:
    """What was changed or left out on the way in, by kind."""
    for title, lines in repair_lines(t, found):
        with st.expander(title):
            st.markdown(lines)


def report(t: Texts, found: session.Found, sheet: Sheet | None = None) -> None:
    """Span, facts by queue, every day, and what was mended."""
    if isinstance(found, InputError):
        refused(t, found, sheet)
        return
    st.markdown(t("data.span", first=t.long_day(found.first), last=t.long_day(found.last)))
    st.html(facts_table(t, found))
    silent = [q.queue for q in found.queues if not q.weekly]
    if silent:
        st.warning(t("data.silent", queues=plain(t.listing(silent)), n=len(silent)), icon=":material/volume_off:")
    days = session.dates_between(found.first, found.last)
    contacts = {q.queue: values for q, values in zip(found.queues, found.days, strict=True)}
    st.fragment(days_view, key="days-part")(t, "days", days, contacts, t("forecast.chart.contacts"), t("data.days"))
    st.header(t("data.repairs"))
    if not found.repairs:
        st.success(t("data.repairs.none"), icon=":material/check_circle:")
        return
    mended(t, found)
    every = [r for _, _, entries in found.repairs for r in entries]
    with st.container(horizontal=True):
        st.download_button(
            t("data.repairs.go"),
            lambda: listing_csv([replace(r, where=sentence(t, r.where), what=sentence(t, r.what)) for r in every]),
            "repairs.csv",
            "text/csv",
            on_click="ignore",
            key="get-repairs",
            icon=":material/download:",
        )
        if sheet is not None:
            _rows_button(t, sheet, every)
